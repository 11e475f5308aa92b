"""Every intrinsic function, in its long and short form, with known, unknown and partly known input."""

from __future__ import annotations

import ipaddress
import json

import pytest
from core_helpers import evaluated, notes, properties, shown, template, value_of
from hypothesis import given
from hypothesis import strategies as st

from ringfence.loaders.limits import Limits
from ringfence.model.location import Location, Origin
from ringfence.model.value import Reference, Scalar, Text

SECTIONS = """
Parameters:
  Name: {Type: String, Default: orders}
  Count: {Type: Number, Default: 3}
  Empty: {Type: String, Default: ''}
  NoDefault: {Type: String}
  Only: {Type: String, AllowedValues: [one]}
  List: {Type: CommaDelimitedList, Default: 'a, b,c'}
  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}
  Image: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /my/image}
Mappings:
  Sizes:
    small: {Memory: 128, Zones: [a, b]}
    large: {Memory: 1024}
  Same:
    eu-west-1: {Value: x}
    us-east-1: {Value: x}
"""


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("!Ref Name", "orders"),
        ("Ref: Name", "orders"),
        ("!Ref Count", "3"),
        ("!Ref Empty", ""),
        ("!Ref NoDefault", "?parameter NoDefault has no default"),
        ("!Ref Only", "one"),
        ("!Ref List", ["a", "b", "c"]),
        ("!Ref Subnets", "?parameter Subnets has no default"),
        ("!Ref Image", "?parameter Image is read from Parameter Store at deployment"),
        ("!Ref Bucket", "${Bucket}"),
        ("!Ref AWS::Region", "${AWS::Region}"),
        ("[1, !Ref AWS::NoValue, 2]", [1, 2]),
        ("{a: !Ref AWS::NoValue, b: 1}", {"b": 1}),
        ("!GetAtt Table.Arn", "${Table.Arn}"),
        ("!GetAtt Table.Stream.Arn", "${Table.Stream.Arn}"),
        ("!GetAtt [Table, Arn]", "${Table.Arn}"),
        ("Fn::GetAtt: [Table, !Sub '${Only}']", "${Table.one}"),
        ("Fn::GetAtt: Table.Arn", "${Table.Arn}"),
        ("Fn::GetAtt: [Table, !Ref NoDefault]", "?Fn::GetAtt of something that is known at deployment"),
        ("!Sub '${Name}-bucket'", "orders-bucket"),
        ("!Sub 'arn:aws:s3:::${Bucket}/*'", "arn:aws:s3:::${Bucket}/*"),
        ("!Sub '${Table.Arn}'", "${Table.Arn}"),
        ("!Sub '${!Literal} ${Name}'", "${Literal} orders"),
        ("!Sub 'no variables'", "no variables"),
        ("!Sub ['${A}-${Name}-${B}', {A: 1, B: !Ref List}]", "1-orders-a,b,c"),
        ("Fn::Sub: ['${A}', {A: !GetAtt X.Arn}]", "${X.Arn}"),
        ("!Sub '${NoDefault}-x'", "${?}-x"),
        ("!Sub '${NoDefault}'", "?parameter NoDefault has no default"),
        ("!Sub [1]", "?Fn::Sub is malformed"),
        ("!Join ['-', [a, !Ref Name, 1, true]]", "a-orders-1-true"),
        ("!Join ['', ['arn:', !GetAtt T.Arn, '/index/*']]", "arn:${T.Arn}/index/*"),
        ("!Join [',', !Ref List]", "a,b,c"),
        ("!Join ['-', [a, !Ref AWS::NoValue, b]]", "a-b"),
        ("!Join ['-', !Ref NoDefault]", "?parameter NoDefault has no default"),
        ("!Join ['-']", "?Fn::Join is malformed"),
        ("!Select [1, [a, b]]", "b"),
        ("!Select ['0', !Ref List]", "a"),
        ("!Select [9, [a, b]]", "?the list has no item 9"),
        ("!Select [0, !GetAZs '']", "?availability zones are known at deployment"),
        ("!Select [!Ref NoDefault, [a]]", "?parameter NoDefault has no default"),
        ("!Split ['/', 'a/b/c']", ["a", "b", "c"]),
        ("!Select [1, !Split ['/', !Sub 'x/${Name}/y']]", "orders"),
        ("!Select [0, !Split ['/', !Sub 'x/${Bucket}/y']]", "x"),
        ("!Select [2, !Split ['/', !Sub 'x/${Bucket}/y']]", "?a piece of a text that is known at deployment"),
        ("!Select [2, !Split ['/', !Ref AWS::StackId]]", "${AWS::StackId.Ref[2]}"),
        ("!Select [2, !Split ['/', !GetAtt F.FunctionUrl]]", "${F.FunctionUrl[2]}"),
        ("!Join ['-', !Split ['/', !GetAtt F.FunctionUrl]]", "?pieces of ${F.FunctionUrl}, which is known at deployment"),
        ("!Select [0, !GetAtt E.DnsEntries]", "${E.DnsEntries[0]}"),
        ("!Select [1, !Split ['//', !Sub 'https://${ServerlessRestApi}.x.${AWS::Region}.y']]", "${ServerlessRestApi}.x.${AWS::Region}.y"),
        ("!Select [1, !Split ['/', !Sub '${R.Url}/x']]", "?a piece of a text that is known at deployment"),
        ("!Split [':', !Sub 'a:${AWS::Region}:b${AWS::AccountId}']", ["a", "${AWS::Region}", "b${AWS::AccountId}"]),
        ("!Split ['-', !Sub 'a-${AWS::Region}-b']", ["a", "?a piece of a text that is known at deployment"]),
        ("!Split ['', a]", "?Fn::Split without a delimiter"),
        ("!FindInMap [Sizes, small, Memory]", 128),
        ("!FindInMap [Sizes, small, Zones]", ["a", "b"]),
        ("!FindInMap [Sizes, huge, Memory]", "?mapping Sizes has no huge.Memory"),
        ("!FindInMap [Sizes, huge, Memory, {DefaultValue: 64}]", 64),
        ("!FindInMap [Same, !Ref AWS::Region, Value]", "x"),
        ("!FindInMap [Sizes, !Ref AWS::Region, Memory]", "?mapping Sizes by ${AWS::Region}, known at deployment"),
        ("!FindInMap [None, a, b]", "?mapping None is not in the template"),
        ("Fn::Base64: !Sub 'echo ${Name}'", "echo orders"),
        ("!Base64 abc", "abc"),
        ("!Cidr [10.0.0.0/16, 3, 8]", ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]),
        ("!Select [1, !Cidr [10.0.0.0/16, '2', '8']]", "10.0.1.0/24"),
        ("!Cidr [!GetAtt Vpc.CidrBlock, 3, 8]", "?address blocks of ${Vpc.CidrBlock}, which is known at deployment"),
        ("!Cidr [x, 3, 8]", "?'x' cannot be divided into such blocks"),
        ("!ImportValue shop-queue", "?the export shop-queue of a stack that is not here"),
        ("Fn::ImportValue: !Sub '${Net}-vpc'", "?the export ${Net}-vpc of a stack that is not here"),
        ("Fn::Length: [1, 2, 3]", 3),
        ("Fn::Length: !Ref List", 3),
        ("Fn::ToJsonString: {a: [1, true, x], b: !GetAtt F.Arn}", '{"a":[1,true,"x"],"b":"${F.Arn}"}'),
        ("Fn::ToJsonString: {a: !Ref NoDefault}", "?the JSON text holds values that are not known"),
        ("Fn::Transform: {Name: Mine, Parameters: {}}", "?what the macro Mine makes is known at deployment"),
        ("Fn::Strange: 1", "?the function Strange is not known"),
        ("'{{resolve:secretsmanager:a:SecretString:b}}'", "{{resolve:secretsmanager:a:SecretString:b}}"),
        ("!Sub '{{resolve:ssm:/${Name}/key:1}}'", "{{resolve:ssm:/orders/key:1}}"),
        ("{Fn::GetAtt: [A, Arn], Other: 1}", {"Fn::GetAtt": ["A", "Arn"], "Other": 1}),
        ("Ref: [1]", {"Ref": [1]}),
    ],
)  # fmt: skip
def test_functions(expression, value):
    assert evaluated(expression, SECTIONS) == value


def test_a_name_stays_whole_when_its_text_is_split():
    found = template("""
        Resources:
          Api: {Type: AWS::ApiGatewayV2::Api}
          Queue: {Type: AWS::SQS::Queue}
          R:
            Type: AWS::X::Y
            Properties:
              A: !Select [2, !Split ['/', !Sub 'https://${Api}.execute-api.${AWS::Region}.amazonaws.com/prod']]
              B: !Select [1, !Split ['/', !Sub 'x/${Queue}/y']]
        """)
    assert properties(found, "R") == {
        "A": "${Api}.execute-api.${AWS::Region}.amazonaws.com",
        "B": "?a piece of a text that is known at deployment",
    }


def test_given_parameters_win_over_defaults():
    assert evaluated("!Sub '${Name}-${NoDefault}'", SECTIONS, Name="a", NoDefault="b") == "a-b"
    assert evaluated("!Ref Subnets", SECTIONS, Subnets="s-1,s-2") == ["s-1", "s-2"]
    stored = "?parameter Image is read from Parameter Store at deployment"
    assert evaluated("!Ref Image", SECTIONS, Image="/other") == stored
    assert evaluated("!Sub 'x-${AWS::Region}'", "", **{"AWS::Region": "eu-west-1"}) == "x-eu-west-1"


def test_a_reference_names_the_resource_of_its_template():
    reference = value_of("!GetAtt Table.Arn")
    assert isinstance(reference, Reference)
    assert (reference.resource, reference.attribute) == ("t.yaml#Table", "Arn")
    assert reference.location == Location("t.yaml", 6, 9, 6, 26)
    pseudo = value_of("!Ref AWS::AccountId")
    assert isinstance(pseudo, Reference)
    assert pseudo.is_pseudo
    of_sam = template("""
        Resources:
          F: {Type: AWS::Serverless::Function}
          G: {Type: AWS::X::Y, Properties: {P: !Ref F.Version, Q: !Sub '${F.Alias}'}}
        """).resources["t.yaml#G"]
    assert [repr(value) for value in of_sam.properties.entries.values()] == [
        "Reference('t.yaml#F', 'Version')",
        "Reference('t.yaml#F', 'Alias')",
    ]


def test_a_text_merges_its_known_parts():
    text = value_of("!Sub 'arn:${AWS::Partition}:s3:::${Name}-${Only}/x'", SECTIONS)
    assert isinstance(text, Text)
    assert [part if isinstance(part, str) else repr(part) for part in text.parts] == [
        "arn:",
        "Reference('AWS::Partition', 'Ref')",
        ":s3:::orders-one/x",
    ]


def test_a_value_keeps_the_places_that_made_it():
    value = value_of(
        "!Sub '${Name}-${Size}'",
        """
Parameters:
  Name: {Type: String, Default: orders}
  Size: {Type: String, Default: small}
""",
    )
    assert isinstance(value, Scalar)
    assert value.location == Location("t.yaml", 6, 9, 6, 31)
    assert value.origins == (
        Origin("parameter", "Name", Location("t.yaml", 9, 33, 9, 39)),
        Origin("parameter", "Size", Location("t.yaml", 10, 33, 10, 38)),
    )
    mapped = value_of("!FindInMap [Sizes, small, Memory]", SECTIONS)
    assert mapped is not None
    assert mapped.origins == (Origin("mapping", "Sizes", Location("t.yaml", 19, 21, 19, 24)),)


def test_what_needs_no_resolution_is_not_copied():
    found = template("Resources: {A: {Type: AWS::X::Y, Properties: {a: [1, {b: c}]}}}")
    again = found.resources["t.yaml#A"].properties
    assert shown(again) == {"a": [1, {"b": "c"}]}
    assert again.location == Location("t.yaml", 1, 46, 1, 62)


def test_resources_keep_their_attributes_and_span():
    found = template("""
        Resources:
          Table:
            Type: AWS::DynamoDB::Table
            DeletionPolicy: !If [Keep, Retain, Delete]
            DependsOn: [Other]
          Empty: {Type: AWS::SQS::Queue}
        Conditions:
          Keep: !Equals [a, a]
        """)
    table = found.resources["t.yaml#Table"]
    assert shown(table.attributes) == {"DeletionPolicy": "Retain", "DependsOn": ["Other"]}
    assert table.location == Location("t.yaml", 3, 3, 6, 23)
    assert shown(found.resources["t.yaml#Empty"].properties) == {}


def test_sections_of_a_sam_template():
    found = template("""
        Transform: AWS::Serverless-2016-10-31
        Description: My shop
        Parameters: {Stage: {Type: String, Default: dev}}
        Globals: {Function: {Environment: {Variables: {STAGE: !Ref Stage}}}}
        Resources: {F: {Type: AWS::Serverless::Function}}
        Outputs: {Url: {Value: !Sub '${F.Arn}', Export: {Name: !Sub '${Stage}-url'}}}
        """)
    assert (found.format, found.description) == ("sam", "My shop")
    assert shown(found.global_sections) == {
        "Function": {"Environment": {"Variables": {"STAGE": "dev"}}}
    }
    assert {name: shown(value) for name, value in found.outputs.items()} == {"Url": "${F.Arn}"}
    assert [(shown(export.name), shown(export.value)) for export in found.exports] == [
        ("dev-url", "${F.Arn}")
    ]
    assert template("Resources: {A: {Type: AWS::SQS::Queue}}").format == "cloudformation"
    assert template("Resources: {A: {Type: AWS::Serverless::Api}}").format == "sam"


def test_unknowns_are_counted_once_per_reason():
    found = template("""
        Parameters: {A: {Type: String}, B: {Type: String}}
        Resources:
          One: {Type: AWS::X::Y, Properties: {P: !Ref A, Q: !Sub '${A}-x', R: [!Sub '${B}/y']}}
          Two: {Type: AWS::X::Y, Properties: {P: !Ref A}}
        """)
    assert [(u.what, u.reason, str(u.location)) for u in found.unknowns] == [
        ("One.R", "parameter B has no default", "t.yaml:4:40"),
        ("One.Q", "parameter A has no default", "t.yaml:4:40"),
    ] or [(u.what, u.reason) for u in found.unknowns] == [
        ("One.R", "parameter B has no default"),
        ("One.Q", "parameter A has no default"),
    ]


def test_malformed_resources_are_noted_and_the_rest_is_read():
    found = template("""
        Transform: [AWS::Serverless-2016-10-31, Mine, {Name: Other}]
        Resources:
          A: text
          B: {Properties: {}}
          C: {Type: AWS::SQS::Queue, Properties: [1]}
          D: {Type: AWS::SQS::Queue, Properties: }
        """)
    assert list(found.resources) == ["t.yaml#C", "t.yaml#D"]
    assert notes(found) == [
        "macro Mine: what it changes is not seen",
        "macro Other: what it changes is not seen",
        "resource A: it has no Type",
        "resource B: it has no Type",
        "properties: it is not an object",
    ]
    for text in (
        "Resources: 1",
        "Resources: [a]",
        "Parameters: x\nResources: {A: {Type: X::Y}}",
        "{}",
    ):
        template(text)


def test_bombs_are_bounded():
    deep = "!Sub x"
    for _ in range(20):
        deep = f"{{'Fn::Join': ['', [{deep}]]}}"
    assert evaluated(deep) == "x"
    double = "\n".join(
        f"  C{n}: !And [{{Condition: C{n + 1}}}, {{Condition: C{n + 1}}}]" for n in range(200)
    )
    found = template(
        f"Conditions:\n{double}\n  C200: !Equals [a, a]\nResources:\n  A: {{Type: X::Y, Condition: C0}}\n"
    )
    assert len(found.resources) == 1
    many = template(
        "Resources: {A: {Type: X::Y, Properties: {P: [[1, !Ref B], [2, !Ref C]]}}}",
        Limits(resolved_nodes=3),
    )
    assert notes(many) == ["t.yaml: too many values to resolve"]
    long = "x" * 100_000
    doubled = "".join(f"      P{n}: !Sub '${{A}}${{A}}'\n" for n in range(100))
    text = f"Parameters: {{A: {{Type: String, Default: {long}}}}}\nResources:\n  R:\n    Type: X::Y\n    Properties:\n{doubled}"
    assert notes(template(text, Limits(resolved_text=3_000_000))) == [
        "t.yaml: too much text to put together"
    ]
    huge = template(text.replace("${A}${A}", "${A}" * 11))
    assert "longer than 1000000 characters" in huge.unknowns[0].reason
    few = template("Resources: {A: {Type: X::Y}, B: {Type: X::Y}}", Limits(resources=1))
    assert notes(few) == ["t.yaml: more than 1 resources"]


_NAMES = st.sampled_from(["Name", "Only", "Bucket", "AWS::Region", "T.Arn", "NoDefault"])
_KNOWN = {"Name": "orders", "Only": "one", "Bucket": "${Bucket}", "AWS::Region": "${AWS::Region}",
          "T.Arn": "${T.Arn}", "NoDefault": "${?}"}  # fmt: skip


@given(st.lists(st.tuples(st.text("abc/-:. ", max_size=5), _NAMES), min_size=1, max_size=5))
def test_sub_and_join_say_the_same(pieces):
    pattern = "".join(f"{text}${{{name}}}" for text, name in pieces) + "!"
    expected = "".join(text + _KNOWN[name] for text, name in pieces) + "!"
    assert evaluated(json.dumps({"Fn::Sub": pattern}), SECTIONS) == expected
    items = []
    for text, name in pieces:
        logical_id, _, attribute = name.partition(".")
        items += [text, {"Fn::GetAtt": [logical_id, attribute]} if attribute else {"Ref": name}]
    assert evaluated(json.dumps({"Fn::Join": ["", [*items, "!"]]}), SECTIONS) == expected


@given(st.text("ab/", max_size=8))
def test_split_then_join_is_the_same(text):
    split = {"Fn::Join": ["/", {"Fn::Split": ["/", text]}]}
    assert evaluated(json.dumps(split)) == text


@given(st.integers(8, 24), st.integers(1, 20), st.integers(1, 8))
def test_cidr_gives_disjoint_blocks_inside(prefix, count, bits):
    found = evaluated(json.dumps({"Fn::Cidr": [f"10.0.0.0/{prefix}", count, bits]}))
    blocks = [ipaddress.ip_network(block) for block in found]
    whole = ipaddress.ip_network(f"10.0.0.0/{prefix}")
    assert len(blocks) == min(count, 2 ** (32 - bits - prefix))
    assert all(block.prefixlen == 32 - bits and block.subnet_of(whole) for block in blocks)
    assert len(set(blocks)) == len(blocks)


_LEAF = st.sampled_from(["a", "${Name}", 1, None, {"Ref": "Name"}, {"Ref": "X"}])
_FUNCTIONS = st.sampled_from(
    ["Ref", "Fn::GetAtt", "Fn::Sub", "Fn::Join", "Fn::Split", "Fn::Select", "Fn::FindInMap", "Fn::If",
     "Fn::Base64", "Fn::Cidr", "Fn::GetAZs", "Fn::ImportValue", "Fn::Transform", "Fn::Length",
     "Fn::ToJsonString", "Fn::Equals", "Fn::ForEach::L", "Fn::X", "Condition", "k"]
)  # fmt: skip
_TREES = st.recursive(
    _LEAF,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_FUNCTIONS, inner, max_size=2),
    max_leaves=25,
)


@given(_TREES)
def test_any_expression_resolves_without_an_error(tree):
    document = {
        "Conditions": {"a": tree},
        "Mappings": {"a": tree},
        "Resources": {
            "R": {"Type": "X::Y", "Condition": "a", "Properties": {"P": tree}},
            "Fn::ForEach::R": tree,
        },
        "Outputs": {"O": {"Value": tree, "Export": {"Name": tree}}},
    }
    found = template(json.dumps(document), Name="n")
    for resource in found.resources.values():
        properties(found, resource.logical_id)
