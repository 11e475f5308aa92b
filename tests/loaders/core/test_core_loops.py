"""``Fn::ForEach`` makes the entries that CloudFormation makes, wherever it stands."""

from __future__ import annotations

from core_helpers import notes, properties, shown, template

from ringfence.loaders.limits import Limits


def test_resources_properties_and_outputs():
    found = template("""
        Transform: AWS::LanguageExtensions
        Parameters: {Names: {Type: CommaDelimitedList, Default: 'in,out'}}
        Resources:
          Fn::ForEach::Queues:
            - Name
            - !Ref Names
            - Queue${Name}:
                Type: AWS::SQS::Queue
                Properties:
                  QueueName: !Sub 'shop-${Name}'
                  Tags: [{Key: name, Value: !Ref Name}, {Key: plain, Value: 'x-${Name}'}]
                  Fn::ForEach::Extra:
                    - Extra
                    - [DelaySeconds, MessageRetentionPeriod]
                    - ${Extra}: 60
          Policy:
            Type: AWS::SQS::QueuePolicy
            Properties: {Queues: [!Ref Queuein, !GetAtt Queueout.Arn], After: 'x-${Name}'}
        Outputs:
          Fn::ForEach::Outputs:
            - Name
            - !Ref Names
            - 'Arn${Name}': {Value: !GetAtt ['Queue${Name}', Arn]}
        """)
    assert [resource.logical_id for resource in found.resources.values()] == [
        "Queuein", "Queueout", "Policy",
    ]  # fmt: skip
    assert properties(found, "Queueout") == {
        "QueueName": "shop-out",
        "Tags": [{"Key": "name", "Value": "out"}, {"Key": "plain", "Value": "x-out"}],
        "DelaySeconds": 60,
        "MessageRetentionPeriod": 60,
    }
    assert properties(found, "Policy") == {
        "Queues": ["${Queuein}", "${Queueout.Arn}"],
        "After": "x-${Name}",
    }
    assert shown(found.outputs["Arnout"]) == "${Queueout.Arn}"
    assert found.resources["t.yaml#Queuein"].location.line == 8


def test_nested_loops_and_identifiers_with_other_characters():
    found = template("""
        Resources:
          Fn::ForEach::Regions:
            - Region
            - [eu-west-1, us-east-1]
            - Fn::ForEach::Kinds:
                - Kind
                - [a, b]
                - 'T&{Region}${Kind}': {Type: X::Y, Properties: {P: !Sub '${Region}/${Kind}'}}
        """)
    assert {r.logical_id: shown(r.properties)["P"] for r in found.resources.values()} == {
        "Teuwest1a": "eu-west-1/a", "Teuwest1b": "eu-west-1/b",
        "Tuseast1a": "us-east-1/a", "Tuseast1b": "us-east-1/b",
    }  # fmt: skip


def test_conditions_and_mappings_in_loops():
    found = template("""
        Parameters: {Stage: {Type: String, Default: dev}}
        Mappings: {Memory: {dev: {V: 128}, prod: {V: 512}}}
        Conditions:
          Fn::ForEach::Stages:
            - S
            - [dev, prod]
            - Is${S}: !Equals [!Ref Stage, !Ref S]
        Resources:
          Fn::ForEach::Each:
            - S
            - [dev, prod]
            - F${S}:
                Type: X::Y
                Condition: !Sub 'Is${S}'
                Properties: {Memory: !FindInMap [Memory, !Ref S, V]}
        """)
    assert {r.logical_id: shown(r.properties) for r in found.resources.values()} == {
        "Fdev": {"Memory": 128}
    }


def test_an_origin_names_the_loop():
    found = template("""
        Resources:
          Fn::ForEach::L: [N, [a], {'R${N}': {Type: X::Y, Properties: {P: !Ref N}}}]
        """)
    value = found.resources["t.yaml#Ra"].properties.entries["P"]
    assert [(o.role, o.name, str(o.location)) for o in value.origins] == [
        ("loop", "N", "t.yaml:3:24")
    ]


def test_what_cannot_be_unrolled_is_noted():
    found = template("""
        Parameters: {Names: {Type: CommaDelimitedList}}
        Resources:
          Fn::ForEach::A: [N, !Ref Names, {'A${N}': {Type: X::Y}}]
          Fn::ForEach::B: [N, [a]]
          Fn::ForEach::C: [N, [a, !Ref Names, b], {'C${N}': {Type: X::Y}}]
        """)
    assert [resource.logical_id for resource in found.resources.values()] == ["Ca", "Cb"]
    assert notes(found) == [
        "Fn::ForEach::A: an item of the loop is not known, so its entries are not seen",
        "Fn::ForEach::B: a loop needs an identifier, a collection and a fragment",
        "Fn::ForEach::C: an item of the loop is not known, so its entries are not seen",
    ]


def test_loop_bombs_are_bounded():
    inner = "{'R${A}${B}${C}': {Type: X::Y}}"
    for name in "CBA":
        inner = f"{{'Fn::ForEach::{name}': [{name}, {[str(n) for n in range(30)]}, {inner}]}}"
    found = template(f"Resources: {inner}")
    assert 0 < len(found.resources) <= Limits().loop_items
    assert notes(found) == [
        "Fn::ForEach::C: loops make more than 3000 entries",
        "Fn::ForEach::B: loops make more than 3000 entries",
        "Fn::ForEach::A: loops make more than 3000 entries",
    ]
