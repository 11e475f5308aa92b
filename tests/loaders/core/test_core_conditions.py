"""Conditions are true, false, or not known; then both branches are looked at."""

from __future__ import annotations

import pytest
from core_helpers import evaluated, properties, shown, template, value_of

from ringfence.model.location import Location, Origin

SECTIONS = """
Parameters:
  Stage: {Type: String, Default: dev, AllowedValues: [dev, test, prod]}
  Domain: {Type: String, Default: ''}
  Flag: {Type: String, AllowedValues: ['true', 'false']}
  Open: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsNotProd: !Not [!Condition IsProd]
  IsStage: !Or [!Equals [!Ref Stage, dev], !Equals [!Ref Stage, test], {Condition: IsProd}]
  IsNever: !And [{Condition: IsProd}, {Condition: IsNotProd}]
  IsLive: {'Fn::Equals': [live, !Ref Stage]}
  HasDomain: !Not [!Equals [!Ref Domain, '']]
  IsOn: !Equals [!Ref Flag, 'true']
  IsOpen: !Equals [!Ref Open, x]
  InEurope: !Equals [!Ref AWS::Region, eu-west-1]
  Same: !Equals [!Ref AWS::Region, !Ref AWS::Region]
  Circle: !Not [!Condition Circle]
  Either: !Or [!Condition Same, !Condition IsOpen]
  Neither: !And [!Condition HasDomain, !Condition IsOpen]
  AndOpen: !And [!Condition Same, !Condition IsOpen]
  OrOpen: !Or [!Condition HasDomain, !Condition IsOpen]
  ProdSub: !Equals [!Sub '${Stage}-x', prod-x]
  Joined: !Equals [!Join ['', [!Ref Domain, a]], a]
"""


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        ("IsProd", None), ("IsNotProd", None), ("IsStage", True), ("IsNever", False), ("IsLive", False),
        ("HasDomain", False), ("IsOn", None), ("IsOpen", None), ("InEurope", None), ("Same", True),
        ("Circle", None), ("Either", True), ("Neither", False), ("AndOpen", None), ("OrOpen", None), ("Undefined", None), ("ProdSub", None),
        ("Joined", True),
    ],
)  # fmt: skip
def test_outcomes(condition, outcome):
    value = evaluated(f"!If [{condition}, yes it is, no it is not]", SECTIONS)
    known = {True: "yes it is", False: "no it is not"}
    assert value == known.get(outcome, {f"{condition}?": ["yes it is", "no it is not"]})


@pytest.mark.parametrize(("stage", "outcome"), [("prod", "a"), ("dev", "b")])
def test_a_given_parameter_decides(stage, outcome):
    assert evaluated("!If [IsProd, a, b]", SECTIONS, Stage=stage) == outcome
    assert evaluated("!If [IsNotProd, b, a]", SECTIONS, Stage=stage) == outcome
    assert evaluated("!If [HasDomain, a, b]", SECTIONS, Domain="x.org") == "a"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("[1, !If [IsProd, 2, !Ref AWS::NoValue]]", [1, {"IsProd?": [2, None]}]),
        ("{a: !If [HasDomain, x, !Ref AWS::NoValue], b: 1}", {"b": 1}),
        ("!If [IsProd, !Ref AWS::NoValue, !Ref AWS::NoValue]", None),
        ("!If [IsProd, same, same]", "same"),
        ("!If [IsProd, !If [IsProd, a, b], !If [IsProd, c, d]]", {"IsProd?": ["a", "d"]}),
        ("!If [IsProd, !If [IsNotProd, a, b], !If [IsNotProd, c, d]]", {"IsProd?": ["b", "c"]}),
        ("!If [IsProd, !If [IsOn, a, b], c]", {"IsProd?": [{"IsOn?": ["a", "b"]}, "c"]}),
        ("!Sub ['x-${V}-${W}', {V: !If [IsProd, a, b], W: !If [IsProd, c, d]}]",
         {"IsProd?": ["x-a-c", "x-b-d"]}),
        ("!Join ['-', [a, !If [IsProd, b, !Ref AWS::NoValue], c]]", {"IsProd?": ["a-b-c", "a-c"]}),
        ("!Join [',', !If [IsProd, [a, b], [c]]]", {"IsProd?": ["a,b", "c"]}),
        ("!Select [0, !If [IsProd, [a], [b]]]", {"IsProd?": ["a", "b"]}),
        ("!Split ['-', !If [IsProd, a-b, c]]", {"IsProd?": [["a", "b"], ["c"]]}),
        ("!FindInMap [Sizes, !If [IsProd, large, small], Memory]", {"IsProd?": [1024, 128]}),
        ("Fn::ToJsonString: !If [IsProd, [1], [2]]", {"IsProd?": ["[1]", "[2]"]}),
        ("Fn::Length: !If [IsProd, [1], [2, 3]]", {"IsProd?": [1, 2]}),
        ("!If [IsProd]", "?Fn::If is malformed"),
        ("!Equals [1, 1]", "?a condition function outside the section Conditions"),
    ],
)  # fmt: skip
def test_undecided_values(expression, value):
    sections = SECTIONS + "Mappings: {Sizes: {small: {Memory: 128}, large: {Memory: 1024}}}\n"
    assert evaluated(expression, sections) == value


def test_resources_under_conditions():
    found = template(
        SECTIONS
        + """
Resources:
  Always: {Type: X::Y, Condition: IsStage}
  Never: {Type: X::Y, Condition: HasDomain}
  Maybe: {Type: X::Y, Condition: IsProd, Properties: {A: !If [IsProd, 1, 2], B: !If [IsNotProd, 3, 4]}}
  After: {Type: X::Y, Properties: {A: !If [IsProd, 1, 2]}}
Outputs:
  Gone: {Condition: HasDomain, Value: x}
  Kept: {Condition: IsProd, Value: !If [IsProd, 1, 2]}
"""
    )
    assert {r.logical_id: r.condition for r in found.resources.values()} == {
        "Always": "", "Maybe": "IsProd", "After": "",
    }  # fmt: skip
    assert properties(found, "Maybe") == {"A": 1, "B": 4}
    assert properties(found, "After") == {"A": {"IsProd?": [1, 2]}}
    assert {name: shown(value) for name, value in found.outputs.items()} == {"Kept": 1}


def test_a_chosen_value_names_its_condition():
    value = value_of("!If [Is, a, b]", "Conditions:\n  Is: !Equals [x, x]\n")
    assert value is not None
    assert value.origins == (Origin("condition", "Is", Location("t.yaml", 8, 3, 8, 5)),)


def test_many_undecided_conditions_in_one_text_are_bounded():
    conditions = "".join(f"  C{n}: !Equals [!Ref P{n}, a]\n" for n in range(12))
    parameters = "".join(f"  P{n}: {{Type: String}}\n" for n in range(12))
    pieces = ", ".join(f"!If [C{n}, a, b]" for n in range(12))
    value = evaluated(
        f"!Join ['', [{pieces}]]", f"Conditions:\n{conditions}Parameters:\n{parameters}"
    )
    assert str(value).count("${?}") == 8 * 16


def test_many_allowed_values_leave_a_condition_open():
    parameters = "".join(
        f"  P{n}: {{Type: String, AllowedValues: [a, b, c, d]}}\n" for n in range(9)
    )
    operands = ", ".join(f"!Equals [!Ref P{n}, z]" for n in range(9))
    sections = f"Conditions:\n  C: !Or [{operands}]\nParameters:\n{parameters}"
    assert evaluated("!If [C, 1, 2]", sections) == 2
