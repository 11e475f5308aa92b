"""Random documents with comments, random changes: only the touched lines change."""

from __future__ import annotations

import json
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.edits.document import Document
from ringfence.edits.nodes import EditError
from ringfence.edits.primitives import insert_item, remove_property, set_property

KEYS = st.sampled_from(["Role", "Policies", "a", "Timeout", "x-y", "200", "on", "Ünï", "a b", "-"])
SCALARS = st.one_of(
    st.integers(-9, 999),
    st.booleans(),
    st.none(),
    st.text("aé#:'\"\\{}[]-,&*!|>%@` \n\t𝒳", max_size=8),
    st.sampled_from(
        ["yes", "1.0", "arn:aws:s3:::b/*", "# no", "a: b", "*", "&x", "2012-10-17", ""]
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
ROOTS = st.dictionaries(KEYS, VALUES, min_size=1, max_size=4)
COMMENTS = st.sampled_from(["", "", "# note", "# a: b", "", "# 'quote", "#"])


class _Commented:
    """Writes data as YAML with comments drawn at random, in one of several styles."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.step = draw(st.sampled_from([2, 4]))
        self.dash = draw(st.sampled_from([0, 2]))

    def comment(self, column: int) -> list[str]:
        found = self.draw(COMMENTS)
        return [" " * column + found] if found else self.draw(st.sampled_from([[], [], [""]]))

    def tail(self) -> str:
        found = self.draw(COMMENTS)
        return f"  {found}" if found else self.draw(st.sampled_from(["", "", " "]))

    def flow(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    def lines(self, value: Any, column: int) -> list[str]:
        pad = " " * column
        found: list[str] = []
        pairs = value.items() if isinstance(value, dict) else ((None, item) for item in value)
        for key, item in pairs:
            found += self.comment(column)
            head = pad + ("-" if key is None else f"{json.dumps(key)}:")
            if not isinstance(item, (dict, list)) or not item or self.draw(st.integers(0, 3)) == 0:
                found.append(f"{head} {self.flow(item)}{self.tail()}")
            elif key is None:
                inner = self.lines(item, column + 2)
                first = next(i for i, line in enumerate(inner) if line.strip()[:1] not in ("", "#"))
                inner[first] = pad + "- " + inner[first][column + 2 :]
                found += inner[first:] if first == 0 else [f"{pad}# moved", *inner[first:]]
            else:
                found.append(head + self.tail())
                below = self.dash if isinstance(item, list) else self.step
                found += self.lines(item, column + below)
        return found


@st.composite
def documents(draw: Any) -> tuple[str, Any]:
    value = draw(ROOTS)
    kind = draw(st.sampled_from(["yaml", "yaml", "yaml", "json", "tabs", "compact"]))
    if kind == "json":
        text = json.dumps(value, indent=draw(st.sampled_from([2, 4])))
    elif kind == "tabs":
        text = json.dumps(value, indent="\t", ensure_ascii=False)
    elif kind == "compact":
        text = json.dumps(value, separators=draw(st.sampled_from([(",", ":"), (", ", ": ")])))
    else:
        text = "\n".join(_Commented(draw).lines(value, 0))
    text += draw(st.sampled_from(["", "\n"]))
    newline = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    mark = draw(st.sampled_from(["", "", "\ufeff"]))
    return mark + text.replace("\n", newline), value


def paths(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, item in pairs:
        found.append((*before, key))
        if isinstance(item, (dict, list)):
            found += paths(item, (*before, key))
    return found


def reached(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def read(text: str) -> Any:
    text = text.removeprefix("\ufeff")
    try:
        return json.loads(text)
    except ValueError:
        return yaml.load(text, yaml.SafeLoader)


def untouched(before: str, after: str, allowed: int) -> None:
    """Every line of ``after`` that is not new stands in ``before`` in the same order."""
    import difflib

    old, new = before.split("\n"), after.split("\n")
    same = sum(
        block.size for block in difflib.SequenceMatcher(None, old, new, False).get_matching_blocks()
    )
    assert len(old) - same <= allowed


@settings(max_examples=300, deadline=None)
@given(documents(), st.data())
def test_set(document: tuple[str, Any], data: Any) -> None:
    text, value = document
    path = data.draw(st.sampled_from(paths(value)))
    new = data.draw(VALUES)
    if data.draw(st.booleans()) and isinstance(reached(value, path), dict):
        path = (*path, "New")
    after = set_property(text, path, new)
    expected = read(text)
    reached(expected, path[:-1])[path[-1]] = new
    assert read(after) == expected
    assert after.startswith("\ufeff") == text.startswith("\ufeff")
    if "\r\n" in text:
        assert after.count("\n") == after.count("\r\n")


@settings(max_examples=300, deadline=None)
@given(documents(), st.data())
def test_remove(document: tuple[str, Any], data: Any) -> None:
    text, value = document
    path = data.draw(st.sampled_from(paths(value)))
    after = remove_property(text, path)
    expected = read(text)
    del reached(expected, path[:-1])[path[-1]]
    assert read(after) == expected
    whole = reached(value, path)
    if not isinstance(whole, (dict, list)):
        untouched(text, after, 3)


@settings(max_examples=300, deadline=None)
@given(documents(), st.data())
def test_insert(document: tuple[str, Any], data: Any) -> None:
    text, value = document
    lists = [path for path in paths(value) if isinstance(reached(value, path), list)]
    if not lists:
        return
    path = data.draw(st.sampled_from(lists))
    index = data.draw(st.none() | st.integers(0, 3))
    new = data.draw(VALUES)
    after = insert_item(text, path, new, index)
    expected = read(text)
    found = reached(expected, path)
    found.insert(len(found) if index is None else index, new)
    assert read(after) == expected
    untouched(text, after, 2)


@settings(max_examples=300, deadline=None)
@given(documents(), st.data())
def test_many_changes_at_once(document: tuple[str, Any], data: Any) -> None:
    text, value = document
    edited = Document(text)
    expected = read(text)
    for path in data.draw(st.lists(st.sampled_from(paths(value)), max_size=3, unique=True)):
        if len(path) == 1 and data.draw(st.booleans()):
            edited.remove(path)
            expected.pop(path[0], None)
        elif len(path) == 1 and path[0] in expected:
            edited.set(path, "v")
            expected[path[0]] = "v"
    edited.set(("Added", "Deep", "Er"), [1])
    edited.set(("Added", "Deep", "Also"), {"k": True})
    expected["Added"] = {"Deep": {"Er": [1], "Also": {"k": True}}}
    assert read(edited.text()) == expected


@given(st.text(max_size=40), st.text(max_size=5))
def test_anything_is_read_or_refused(text: str, key: str) -> None:
    try:
        after = set_property(text, (key,), "v")
    except EditError:
        return
    assert key in after or repr(key)[1:-1] or not key
