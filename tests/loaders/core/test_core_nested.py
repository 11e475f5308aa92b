"""Nested stacks, includes and exports: values cross templates; circles and distance are bounded."""

from __future__ import annotations

import pytest
from core_helpers import load, notes, properties, shown, write

from ringfence.loaders import load_application
from ringfence.loaders.discovery import discover, parts_of
from ringfence.loaders.glance import Glances
from ringfence.loaders.nested import agree
from ringfence.loaders.tree import Tree
from ringfence.model.value import Reference, Scalar, Text

CHILD = """
    Parameters: {Table: {Type: String}, Stage: {Type: String, Default: dev}}
    Conditions: {IsProd: !Equals [!Ref Stage, prod]}
    Resources:
      Queue:
        Type: AWS::SQS::Queue
        Properties: {QueueName: !Sub '${Stage}-q', Tags: [{Key: t, Value: !Ref Table}]}
      Alarm: {Type: AWS::CloudWatch::Alarm, Condition: IsProd}
    Outputs:
      QueueArn: {Value: !GetAtt Queue.Arn}
      Name: {Value: !Sub 'q-${Stage}'}
    """


def test_values_go_down_and_outputs_come_up(tmp_path):
    write(
        tmp_path,
        template_yaml="""
            Resources:
              Table: {Type: AWS::DynamoDB::Table}
              Child:
                Type: AWS::CloudFormation::Stack
                Properties:
                  TemplateURL: ./stacks/child.yaml
                  Parameters: {Table: !GetAtt Table.Arn, Stage: prod}
              User:
                Type: AWS::X::Y
                Properties:
                  A: !GetAtt Child.Outputs.QueueArn
                  B: !Sub 'x-${Child.Outputs.Name}'
                  C: !GetAtt Child.Outputs.None
            """,
        stacks__child_yaml=CHILD,
    )
    found = load(tmp_path)
    assert list(found) == ["template.yaml", "stacks/child.yaml"]
    assert properties(found["template.yaml"], "User") == {
        "A": "${Queue.Arn}", "B": "x-q-prod", "C": "?stacks/child.yaml has no output None",
    }  # fmt: skip
    crossing = found["template.yaml"].resources["template.yaml#User"].properties.entries["A"]
    assert isinstance(crossing, Reference)
    assert crossing.resource == "stacks/child.yaml#Queue"
    assert [(origin.role, origin.name, str(origin.location)) for origin in crossing.origins] == [
        ("output", "QueueArn", "stacks/child.yaml:10:3"),
    ]
    child = found["stacks/child.yaml"]
    assert properties(child, "Queue") == {
        "QueueName": "prod-q", "Tags": [{"Key": "t", "Value": "${Table.Arn}"}],
    }  # fmt: skip
    assert "stacks/child.yaml#Alarm" in child.resources
    assert child.folder == "stacks"


def test_one_file_nested_twice_is_two_stacks(tmp_path):
    write(
        tmp_path,
        template_yaml="""
            Transform: AWS::Serverless-2016-10-31
            Resources:
              One: {Type: AWS::Serverless::Application, Properties: {Location: child.yaml, Parameters: {Table: a}}}
              Two: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml, Parameters: {Table: b}}}
              Use: {Type: AWS::X::Y, Properties: {A: !GetAtt One.Outputs.QueueArn, B: !GetAtt Two.Outputs.QueueArn}}
            """,
        child_yaml=CHILD,
    )
    found = load(tmp_path)
    assert list(found) == ["template.yaml", "child.yaml", "child.yaml@Two"]
    used = found["template.yaml"].resources["template.yaml#Use"].properties.entries
    assert [value.resource for value in used.values() if isinstance(value, Reference)] == [
        "child.yaml#Queue",
        "child.yaml@Two#Queue",
    ]
    assert shown(found["child.yaml@Two"].resources["child.yaml@Two#Queue"].properties)["Tags"] == [
        {"Key": "t", "Value": "b"}
    ]


def test_an_output_of_one_child_is_a_parameter_of_the_next(tmp_path):
    write(
        tmp_path,
        a_yaml="""
            Resources:
              Second: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: c.yaml, Parameters: {Table: !GetAtt First.Outputs.QueueArn}}}
              First: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: b.yaml, Parameters: {Table: x}}}
            """,
        b_yaml=CHILD,
        c_yaml=CHILD,
    )
    found = load(tmp_path)
    (tag,) = shown(found["c.yaml"].resources["c.yaml#Queue"].properties)["Tags"]
    assert tag == {"Key": "t", "Value": "${Queue.Arn}"}


def test_circles_distance_and_places_outside(tmp_path):
    write(
        tmp_path,
        a_yaml="""
            Resources:
              B: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: b.yaml, Parameters: {P: !GetAtt B.Outputs.O}}}
              R: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://s3.amazonaws.com/b/t.yaml'}}
              O: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ../../x.yaml}}
              M: {Type: AWS::Serverless::Application, Properties: {Location: {ApplicationId: a, SemanticVersion: 1.0.0}}}
              N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: none.yaml}}
              F: {Type: AWS::CloudFormation::Stack, Properties: !Ref X}
            """,
        b_yaml="""
            Parameters: {P: {Type: String}}
            Resources:
              A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: a.yaml}}
            Outputs: {O: {Value: !GetAtt A.Outputs.O}}
            """,
    )
    found = load(tmp_path)
    assert list(found) == ["a.yaml", "b.yaml"]
    assert notes(found["a.yaml"]) == [
        "nested stack R: its template is not a local file",
        "nested stack O: its template lies outside the scanned folder",
        "nested stack M: its template is not a local file",
        "properties: it is not an object",
        "none.yaml: cannot be read: No such file or directory",
    ]
    assert notes(found["b.yaml"]) == ["nested stack A: it nests a template that it is nested in"]
    write(tmp_path / "deep", **{
        f"t{n:02}_yaml": f"Resources: {{S: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: t{n + 1:02}.yaml}}}}}}"
        for n in range(20)
    })  # fmt: skip
    deep = load(tmp_path / "deep")
    assert notes(deep["t11.yaml"]) == ["nested stack S: nested deeper than 12 stacks"]
    assert "t19.yaml" in deep


def test_imports_find_exports_of_the_same_scan(tmp_path):
    write(
        tmp_path,
        app_yaml="""
            Parameters: {Net: {Type: String}}
            Resources:
              R:
                Type: AWS::X::Y
                Properties:
                  A: !ImportValue shop-queue
                  B: !ImportValue {'Fn::Sub': '${Net}-VpcId'}
                  C: !ImportValue shop-none
                  D: !ImportValue shop-TableArn
            Outputs: {Own: {Value: x, Export: {Name: own}}}
            """,
        base_yaml="""
            Resources: {Queue: {Type: AWS::SQS::Queue}, Vpc: {Type: AWS::EC2::VPC}, T: {Type: AWS::X::Y}}
            Outputs:
              A: {Value: !GetAtt Queue.Arn, Export: {Name: shop-queue}}
              B: {Value: !Ref Vpc, Export: {Name: !Sub '${AWS::StackName}-VpcId'}}
              D: {Value: !GetAtt T.Arn, Export: {Name: !Sub '${AWS::StackName}-TableArn'}}
              E: {Value: !ImportValue own, Export: {Name: loop}}
            """,
    )
    found = load(tmp_path)
    assert properties(found["app.yaml"], "R") == {
        "A": "${Queue.Arn}", "B": "${Vpc}",
        "C": "?the export shop-none of a stack that is not here", "D": "${T.Arn}",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Scalar("a"), Scalar("a"), True),
        (Scalar("ab"), Scalar("a"), False),
        (Text((Reference("AWS::StackName"), "-VpcId")), Scalar("net-VpcId"), True),
        (Text((Reference("AWS::StackName"), "-VpcId")), Scalar("net-SubnetId"), False),
        (Text((Reference("AWS::StackName"), "-VpcId")), Text((Reference("t#P"), "-VpcId")), True),
        (Text(("shop-", Reference("x"))), Text((Reference("x"), "-VpcId")), False),
        (Reference("x"), Reference("y"), False),
    ],
)
def test_names_that_may_be_the_same(one, other, expected):
    assert agree(one, other) is expected
    assert agree(other, one) is expected


def test_local_includes_are_put_in_place(tmp_path):
    write(
        tmp_path,
        template_yaml="""
            Parameters: {Stage: {Type: String, Default: dev}}
            Resources:
              Fn::Transform: {Name: AWS::Include, Parameters: {Location: parts/more.yaml}}
              Api:
                Type: AWS::Serverless::Api
                Properties:
                  DefinitionBody:
                    Fn::Transform:
                      Name: AWS::Include
                      Parameters: {Location: !Sub 'parts/api.${Suffix}'}
                  Mixed:
                    Own: 1
                    Fn::Transform: {Name: AWS::Include, Parameters: {Location: parts/mixed.yaml}}
                  Remote: !Transform {Name: AWS::Include, Parameters: {Location: 's3://b/k'}}
                  Gone: !Transform {Name: AWS::Include, Parameters: {Location: parts/gone.yaml}}
                  Out: !Transform {Name: AWS::Include, Parameters: {Location: ../x.yaml}}
            """.replace("${Suffix}", "json"),
        parts__more_yaml="Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Stage}}",
        parts__mixed_yaml="{Own: 2, More: {Ref: Stage}}",
        parts__api_json='{"openapi": "3.0.0", "x": {"Fn::Sub": "${Stage}-x"}}',
    )
    found = load(tmp_path)["template.yaml"]
    assert list(found.resources) == ["template.yaml#Queue", "template.yaml#Api"]
    assert properties(found, "Api") == {
        "DefinitionBody": {"openapi": "3.0.0", "x": "dev-x"},
        "Mixed": {"Own": 1, "More": "dev"},
        "Remote": "?an AWS::Include from outside the application",
        "Gone": "?the included file parts/gone.yaml cannot be read",
        "Out": "?the included file ../x.yaml cannot be read",
    }
    queue = found.resources["template.yaml#Queue"]
    assert str(queue.location) == "parts/more.yaml:1:1"
    body = found.resources["template.yaml#Api"].properties.entries["DefinitionBody"]
    assert [(origin.role, origin.name) for origin in body.origins] == [
        ("include", "parts/api.json")
    ]


def test_includes_in_a_circle_end(tmp_path):
    call = "{Name: AWS::Include, Parameters: {Location: a.yaml}}"
    write(
        tmp_path,
        template_yaml=f"Resources: {{R: {{Type: AWS::X::Y, Properties: {{P: {{'Fn::Transform': {call}}}}}}}}}\nTransform: AWS::Serverless-2016-10-31\nAWSTemplateFormatVersion: '2010-09-09'",
        a_yaml=f"{{x: [{{'Fn::Transform': {call}}}], y: {{z: 1, 'Fn::Transform': {call}}}}}",
    )
    found = load(tmp_path)["template.yaml"]
    assert "more than 200 included files" in str(properties(found, "R")) or notes(found)


def test_long_ways_between_templates_are_bounded(tmp_path):
    stacks = "".join(
        f"  S{n:03}: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: child.yaml, "
        f"Parameters: {{Table: !GetAtt S{n + 1:03}.Outputs.Name}}}}}}\n"
        for n in range(200)
    )
    write(tmp_path, template_yaml="Resources:\n" + stacks, child_yaml=CHILD)
    found = load(tmp_path)
    assert len(found) == 201
    assert not any("lead too deep" in note for item in found.values() for note in notes(item))


def test_deep_documents_of_every_construct_do_not_crash(tmp_path):
    wraps = [
        "{'Fn::If': [C, %s, 1]}", "{'Fn::Join': ['', [%s]]}", "{'Fn::Sub': ['${A}', {A: %s}]}",
        "{'Fn::ForEach::L': [N, [a], {'k': %s}]}", "{'Fn::Base64': %s}", "[%s]", "{k: %s}",
        "{'Fn::Select': [0, [%s]]}", "{'Fn::ToJsonString': %s}", "{'Fn::ImportValue': %s}",
        "{'Fn::FindInMap': [%s, a, b]}",
    ]  # fmt: skip
    for number, wrap in enumerate(wraps):
        text = "!Ref P"
        while True:
            wrapped = wrap % text
            if wrapped.count("[") + wrapped.count("{") > 70:
                break
            text = wrapped
        chain = "".join(f"  C{n}: !Not [!Condition C{n + 1}]\n" for n in range(60))
        write(
            tmp_path / str(number),
            t_yaml=f"Conditions:\n  C: !Not [!Condition C0]\n{chain}\nResources:\n  R: {{Type: AWS::X::Y, Properties: {{P: {text}}}}}\n",
        )
    found = load(tmp_path)
    assert len(found) == len(wraps)
    assert not any(notes(item) for item in found.values())


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("../../shared/queue.yaml", True),  # written for orders/build
        ("../../../shared/queue.yaml", True),  # written for a folder below that
        ("../../../../shared/queue.yaml", False),
        ("shared/queue.yaml", False),
    ],
)
def test_a_nested_template_may_be_named_from_the_folder_of_a_build(tmp_path, target, found):
    write(
        tmp_path,
        orders__template_yaml=f"""
            Resources:
              Letters:
                Type: AWS::CloudFormation::Stack
                Properties: {{TemplateURL: {target}}}
            """,
        shared__queue_yaml="Resources: {Queue: {Type: AWS::SQS::Queue}}\n",
    )
    tree = Tree(tmp_path)
    parts = parts_of(discover(tree), Glances(tree))
    assert len(parts) == (1 if found else 2)
    application = load_application(tmp_path)
    assert (application.skipped == []) == found
