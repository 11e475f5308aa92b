"""Nothing is reported on an unknown value; both branches of a condition are looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
from check_app import check_template, rule
from hypothesis import given
from hypothesis import strategies as st

from ringfence.checks.expressions import compile_condition, expand
from ringfence.checks.worlds import Hole, Projection, Subject, Verdict, assignments, fill
from ringfence.model.location import Location
from ringfence.model.value import Choice, Mapping, Scalar, Sequence, Text, Unknown, Value

PLACE = Location("t.yaml", 1)


def decide(view: dict[str, object], when: str) -> Verdict:
    return Subject(view).decide(compile_condition(when, "test"))


def hole(*parts: str | None) -> Hole:
    return Hole("not known", PLACE, parts)


@pytest.mark.parametrize(
    ("when", "verdict"),
    [
        ("p.AuthType == 'NONE'", Verdict.UNDECIDED),
        ("has(p.AuthType)", Verdict.UNDECIDED),
        ("!has(p.AuthType) || p.AuthType != 'x'", Verdict.UNDECIDED),
        ("has(p.AuthType) || true", Verdict.TRUE),
        ("!has(p.Other)", Verdict.TRUE),
        ("p.Known == 'yes'", Verdict.TRUE),
        ("p.Known == 'yes' && enabled(p.AuthType)", Verdict.UNDECIDED),
        ("p.Known == 'no' && enabled(p.AuthType)", Verdict.FALSE),
        ("get(p.AuthType, 7) == 7", Verdict.UNDECIDED),
        ("p.AuthType.nothing == 'x'", Verdict.FALSE),
    ],
)
def test_a_condition_on_an_unknown_value(when: str, verdict: Verdict) -> None:
    assert decide({"p": {"AuthType": hole(), "Known": "yes"}}, when) is verdict


@pytest.mark.parametrize(
    ("when", "verdict"),
    [
        ("p.Arn.startsWith('arn:aws:s3')", Verdict.TRUE),
        ("p.Arn.endsWith('/logs')", Verdict.TRUE),
        ("p.Arn == 'arn:aws:s3:::shop/logs'", Verdict.UNDECIDED),
        ("p.Arn == 'arn:aws:sqs:::shop/logs'", Verdict.FALSE),
        ("p.Arn == ''", Verdict.FALSE),
    ],
)
def test_a_partly_known_text_keeps_what_is_known(when: str, verdict: Verdict) -> None:
    assert decide({"p": {"Arn": hole("arn:aws:s3:::", None, "/logs")}}, when) is verdict


def test_shorthands_become_plain_cel() -> None:
    assert expand("has(p.a.b)") == "(has(p.a) && has(p.a.b))"
    assert expand("enabled(p.a)") == "(has(p.a) && (p.a == true || p.a == 'true'))"
    assert expand("get(p.a.b, 'x') == 'y'") == "(has(p.a) && has(p.a.b) ? p.a.b : 'x') == 'y'"


def test_an_expression_that_fails_is_not_true() -> None:
    assert decide({"p": {"n": "text"}}, "p.n > 3") is Verdict.FALSE
    assert decide({"p": {}}, "p.n.m.o") is Verdict.FALSE


def values() -> st.SearchStrategy[Value]:
    leaves = st.one_of(
        st.builds(Scalar, st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5))),
        st.just(Unknown("not known")),
        st.just(Text(("a", Unknown("not known")))),
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(Sequence, st.lists(inner, max_size=3)),
            st.builds(Mapping, st.dictionaries(st.text(max_size=3), inner, max_size=3)),
            st.builds(Choice, st.sampled_from("AB"), st.one_of(st.none(), inner), inner),
        ),
        max_leaves=12,
    )


def holds_hole(value: object) -> bool:
    if isinstance(value, dict):
        return any(holds_hole(item) for item in value.values())
    if isinstance(value, list):
        return any(holds_hole(item) for item in value)
    return isinstance(value, Hole)


@given(values())
def test_filled_views_have_no_holes_and_worlds_cover_all_conditions(value: Value) -> None:
    first = Projection({})
    first(value)
    for world in assignments(list(first.conditions)):
        projection = Projection(world)
        plain = projection(value)
        assert holds_hole(fill({"v": plain}, "x")) is False
        assert holds_hole({"v": plain}) is bool(projection.holes)


TEMPLATE = """\
    Parameters:
      Stage: {Type: String}
      Name: {Type: String}
    Conditions:
      IsProduction: !Equals [!Ref Stage, production]
    Resources:
      Table:
        Type: AWS::DynamoDB::Table
        Properties:
          TableName: !Ref Name
          TableClass: !If [IsProduction, STANDARD, STANDARD_INFREQUENT_ACCESS]
          DeletionProtectionEnabled: !If [IsProduction, true, false]
"""
TABLE = "AWS::DynamoDB::Table"


def messages(folder: Path, when: str) -> list[str]:
    found = check_template(folder, TEMPLATE, [rule(TABLE, when)])
    return [finding.message for finding in found.findings]


def test_a_finding_in_one_branch_names_the_condition(tmp_path: Path) -> None:
    when = "!enabled(p.DeletionProtectionEnabled)"
    assert messages(tmp_path, when) == ["Table (when condition IsProduction is false)."]


def test_a_finding_in_both_branches_names_none(tmp_path: Path) -> None:
    assert messages(tmp_path, "has(p.TableClass)") == ["Table."]


def test_one_condition_is_decided_alike_everywhere(tmp_path: Path) -> None:
    when = "p.TableClass == 'STANDARD' && !enabled(p.DeletionProtectionEnabled)"
    assert messages(tmp_path, when) == []


def test_what_hangs_on_an_unknown_value_is_counted_and_not_reported(tmp_path: Path) -> None:
    found = check_template(tmp_path, TEMPLATE, [rule(TABLE, "p.TableName == 'temp'")])
    assert found.findings == []
    (unknown,) = found.unknowns
    assert unknown.what == "Table"
    assert unknown.reason.startswith("rule-under-test hangs on it: ")
