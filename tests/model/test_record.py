"""Records behave like the dataclasses that they stand for."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any, ClassVar

import pytest

from ringfence.model.record import field, field_names, record, replace


@record(frozen=True, order=True)
class Place:
    """A place."""

    file: str
    line: int = 1


@record()
class Page:
    """Something with a list of its own."""

    number: int
    kind: ClassVar[str] = "page"
    lines: list[str] = field(default_factory=list)


@record(eq=False)
class Node:
    line: int


@record(eq=False)
class Name(Node):
    text: str = ""


def test_a_record_shows_its_fields() -> None:
    assert repr(Page(1, ["a"])) == "Page(number=1, lines=['a'])"
    assert repr(Place("a.py")) == "Place(file='a.py', line=1)"


def test_names_and_defaults_work_as_in_a_written_init() -> None:
    assert Place(line=3, file="x") == Place("x", 3)
    with pytest.raises(TypeError, match=r"Place.__init__\(\) missing 1 required .* 'file'"):
        Place()  # type: ignore[call-arg]  # what a caller must not do
    with pytest.raises(TypeError, match="unexpected keyword argument 'row'"):
        Place("x", row=2)  # type: ignore[call-arg]  # what a caller must not do


def test_a_default_list_is_not_shared() -> None:
    first, second = Page(1), Page(2)
    first.lines.append("a")
    assert second.lines == []
    assert Page.kind == "page"


def test_records_compare_by_fields_and_class() -> None:
    assert Place("a", 1) == Place("a", 1)
    assert Place("a", 1) != Place("a", 2)
    other: object = Page(1)
    assert Place("a", 1) != other
    places = [Place("b", 1), Place("a", 2), Place("a", 1)]
    assert sorted(places) == [Place("a", 1), Place("a", 2), Place("b", 1)]
    assert Place("a", 1) <= Place("a", 1) < Place("a", 2)
    assert Place("b") >= Place("b") > Place("a")
    with pytest.raises(TypeError):
        assert Place("a") < Page(1)  # type: ignore[operator]  # what a caller must not do


def test_frozen_records_hash_by_fields_and_others_do_not() -> None:
    assert len({Place("a", 1), Place("a", 1), Place("a", 2)}) == 2
    with pytest.raises(TypeError, match="unhashable type: 'Page'"):
        hash(Page(1))


def test_identity_records_are_equal_to_themselves_only() -> None:
    first, second = Name(1, "a"), Name(1, "a")
    assert first != second
    assert len({first, second, first}) == 2


def test_a_record_inherits_fields_and_has_slots_only() -> None:
    name = Name(1, "a")
    assert field_names(Name) == ("line", "text")
    assert isinstance(name, Node)
    assert not hasattr(name, "__dict__")
    with pytest.raises(AttributeError):
        name.other = 1  # type: ignore[attr-defined]  # what a caller must not do


def test_a_record_can_be_matched() -> None:
    match Place("a", 2):
        case Place("a", line):
            found = line
        case _:
            found = 0
    assert found == 2


def test_copies() -> None:
    page = Page(1, ["a"])
    assert replace(page, number=2) == Page(2, ["a"])
    assert copy.copy(page) == page
    deep = copy.deepcopy(page)
    assert deep == page
    assert deep.lines is not page.lines
    with pytest.raises(TypeError, match="unexpected keyword argument 'row'"):
        replace(page, row=1)


def test_the_standard_functions_take_records() -> None:
    page: Any = Page(1, ["a"])
    assert [each.name for each in dataclasses.fields(page)] == ["number", "lines"]
    assert dataclasses.replace(page, number=2) == Page(2, ["a"])
    assert dataclasses.asdict(page) == {"number": 1, "lines": ["a"]}
    assert dataclasses.asdict(Place("a")) == {"file": "a", "line": 1}
