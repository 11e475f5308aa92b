"""The same documents and loops through cfn-lint's reader: the same values."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest
from core_helpers import shown, template

from ringfence.loaders.documents import parse_document
from ringfence.model.value import Mapping, Sequence, Value, plain

cfn_yaml = pytest.importorskip("cfnlint.decode.cfn_yaml")

DOCUMENTS = {
    "short forms": """
        Resources:
          A:
            Type: AWS::X::Y
            Properties:
              A: !Ref B
              B: !GetAtt C.Arn
              C: !GetAtt C.D.Arn
              D: !Sub '${A}-x'
              E: !Sub ['${A}', {A: !Ref B}]
              F: !Join [',', [a, !Ref B, 1]]
              G: !If [C, !Ref A, !Ref AWS::NoValue]
              H: !Base64 x
              I: !FindInMap [A, !Ref B, C]
              J: !Select [0, !Split [',', a]]
              K: !GetAZs ''
              L: !Transform {Name: x, Parameters: {Location: y}}
              M: !ImportValue x
              N: !Cidr [a, 1, 2]
        """,
    "scalars": """
        A: [1, -1, 0, 1.5, .5, true, True, yes, No, on, OFF, 'yes', "1", null, ~, text]
        B: {a: , b: 0x1F, c: nodejs20.x, d: 10.0.0.0/8, e: "\\u00e9\\t", f: 'it''s'}
        """,
    "blocks": """
        A: |
          one
            two

        B: >-
          folded
          text

          next
        C:
        - a
        -   b: 1
            c: 2
        - - nested
        D: &x
          e: 1
        F: *x
        """,
    "json": '{"A": [1, 2.5, "x\\u00e9", true, null, {"B": []}], "C": {"Fn::Sub": "${D}"}}',
}


def long_form(value: Value) -> Any:
    """A raw tree with its short-form tags written out, as cfn-lint gives it."""
    tag = getattr(value, "tag", "")
    if isinstance(value, Mapping):
        data: Any = {key: long_form(item) for key, item in value.entries.items()}
    elif isinstance(value, Sequence):
        data = [long_form(item) for item in value.items]
    else:
        data = plain(value)
    if not tag:
        return data
    if tag == "GetAtt" and isinstance(data, str):
        data = data.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": data}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_values_are_those_of_cfn_lint(name):
    text = dedent(DOCUMENTS[name])
    assert long_form(parse_document(text.encode(), "t.yaml")) == cfn_yaml.loads(text)


LOOPS = [
    """
    Transform: AWS::LanguageExtensions
    Parameters: {Names: {Type: CommaDelimitedList, Default: 'a,b'}}
    Resources:
      Fn::ForEach::L:
        - N
        - !Ref Names
        - R${N}: {Type: AWS::SNS::Topic, Properties: {TopicName: {'Fn::Sub': 'x-${N}'}, DisplayName: {Ref: N}}}
    """,
    """
    Transform: AWS::LanguageExtensions
    Resources:
      Fn::ForEach::L:
        - N
        - [eu-1, us-2]
        - Fn::ForEach::M:
            - K
            - [p, q]
            - R&{N}${K}: {Type: AWS::SNS::Topic, Properties: {TopicName: {'Fn::Sub': '${N}/${K}'}}}
    """,
]


@pytest.mark.parametrize("text", LOOPS)
def test_loops_are_those_of_cfn_lint(text):
    from cfnlint.template import Template
    from cfnlint.template.transforms._language_extensions import language_extension

    document = cfn_yaml.loads(dedent(text))
    _, expanded = language_extension(Template("t.yaml", document, ["us-east-1"]))
    assert expanded is not None
    expected = {
        name: {
            key: value["Fn::Sub"] if isinstance(value, dict) else value
            for key, value in body["Properties"].items()
        }
        for name, body in expanded["Resources"].items()
    }
    found = template(text)
    assert {r.logical_id: shown(r.properties) for r in found.resources.values()} == expected
