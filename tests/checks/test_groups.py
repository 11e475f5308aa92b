"""Names that belong together."""

from __future__ import annotations

from ringfence.checks.groups import Groups


def test_a_name_alone_stands_for_itself() -> None:
    assert Groups().lead("a") == "a"


def test_names_belong_together_by_way_of_others() -> None:
    groups = Groups()
    groups.join("d", "c")
    groups.join("a", "b")
    assert groups.lead("d") == "c"
    groups.join("b", "d")
    assert {groups.lead(name) for name in "abcd"} == {"a"}
    groups.join("a", "d")
    assert groups.lead("e") == "e"


def test_a_long_chain_is_followed_to_its_end() -> None:
    groups = Groups()
    names = [f"{number:05}" for number in range(5_000)]
    for one, other in zip(names[1:], names, strict=False):
        groups.join(one, other)
    assert {groups.lead(name) for name in names} == {"00000"}
