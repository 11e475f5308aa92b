"""Contracts → plans, and what the room does with input that is no template."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.edits import (
    EditError,
    FunctionPlan,
    Grant,
    Ref,
    TemplateValue,
    append_resource,
    decode_exact,
    patch,
    plan_of,
    set_property,
)
from ringfence.edits.hcl import parse_hcl
from ringfence.edits.sam import patch_sam
from ringfence.edits.statements import beyond_sam, statement
from ringfence.edits.template import Template
from ringfence.edits.terraform import terraform_module
from ringfence.errors import UsageError
from ringfence.model.application import Application
from ringfence.model.contract import Condition, FunctionContract, Limits, Permission
from ringfence.testing import app

SAM = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties: {Handler: a.b, Runtime: python3.12}
  Orders: {Type: AWS::DynamoDB::Table}
  News: {Type: AWS::SNS::Topic}
"""


def contract(*permissions: Permission) -> FunctionContract:
    return FunctionContract(
        "template.yaml#Hello", "Hello", permissions=list(permissions), limits=Limits(256, 3)
    )


def test_permissions_become_references_and_share_statements(tmp_path: Path) -> None:
    application = app(tmp_path, {"template.yaml": SAM})
    table, topic = "template.yaml#Orders", "template.yaml#News"
    plan = plan_of(
        contract(
            Permission("dynamodb:GetItem", "arn:aws:dynamodb:*:*:table/*", table),
            Permission("dynamodb:Query", "arn:aws:dynamodb:*:*:table/*", table),
            Permission("dynamodb:Query", "arn:aws:dynamodb:*:*:table/*/index/x", table, "/index/x"),
            Permission("dynamodb:PutItem", "arn:aws:dynamodb:*:*:table/*", table),
            Permission("sns:Publish", "arn:aws:sns:*:*:*", topic),
            Permission("sqs:SendMessage", "arn:aws:sqs:*:*:q", unknown=("region: argument",)),
        ),
        application,
        limits=True,
    )
    orders = TemplateValue.of("Orders")
    assert plan.grants == (
        Grant(("dynamodb:GetItem", "dynamodb:PutItem"), (orders,)),
        Grant(("dynamodb:Query",), (orders, TemplateValue.of("Orders", after="/index/x"))),
        Grant(("sns:Publish",), (TemplateValue.of("News", "Ref"),)),
        Grant(
            ("sqs:SendMessage",),
            (
                TemplateValue(
                    (
                        "arn:", Ref("AWS::Partition", "Ref"), ":sqs:*:",
                        Ref("AWS::AccountId", "Ref"), ":q",
                    )
                ),
            ),
        ),
    )  # fmt: skip
    assert (plan.memory_mib, plan.timeout_s, plan.concurrency) == (256, 3, None)


def test_a_resource_of_another_template_is_no_reference(tmp_path: Path) -> None:
    application = app(tmp_path, {"template.yaml": SAM, "b/template.yaml": SAM})
    other = Permission(
        "dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:1:table/t", "b/template.yaml#Orders"
    )
    plan = plan_of(contract(other), application)
    assert plan.grants[0].resources[0].references() == (Ref("AWS::Partition", "Ref"),)


def test_sam_gives_what_events_need_only_for_its_own_events() -> None:
    value = (TemplateValue.text("*"),)
    actions = ("logs:PutLogEvents", "sqs:ReceiveMessage", "elasticfilesystem:ClientMount")
    plan = FunctionPlan("F", "t", platform=(Grant(actions, value),))
    assert [grant.actions for grant in beyond_sam(plan, False)] == [
        ("elasticfilesystem:ClientMount",)
    ]
    own = beyond_sam(plan, True)
    assert [grant.actions for grant in own] == [
        ("sqs:ReceiveMessage", "elasticfilesystem:ClientMount")
    ]


@pytest.mark.parametrize(("type_line", "granted"), [("", True), ("Type: SQS,", False)])
def test_sam_gives_what_a_destination_needs_only_with_its_type(
    type_line: str, granted: bool
) -> None:
    text = f"""
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Events:
        Changes:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Orders.StreamArn
            StartingPosition: LATEST
            DestinationConfig:
              OnFailure: {{{type_line} Destination: !GetAtt Lost.Arn}}
  Lost: {{Type: AWS::SQS::Queue}}
"""
    lost = Grant(("sqs:SendMessage",), (TemplateValue.of("Lost", "Arn"),))
    template = Template(text, "template.yaml")
    patch_sam(FunctionPlan("F", "template.yaml", platform=(lost,)), template)
    assert ("Action: sqs:SendMessage" in template.document.text()) is granted


def test_statement_has_conditions_in_iam_words() -> None:
    condition = Condition("StringEquals", "s3:prefix", ("a",))
    made = statement(
        Grant(("s3:ListBucket",), (TemplateValue.text("arn:x"),), (condition,), "List")
    )
    assert made == {
        "Sid": "List", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:x",
        "Condition": {"StringEquals": {"s3:prefix": "a"}},
    }  # fmt: skip


def test_terraform_module_of_two_functions() -> None:
    grants = (
        Grant(("s3:GetObject",), (TemplateValue.of("aws_s3_bucket.b", after="/${aws:userid}/*"),)),
        Grant(
            ("sqs:SendMessage",), (TemplateValue.of("AWS::Region", "Ref", "arn:aws:sqs:", ":1:q"),)
        ),
    )
    logs = (Grant(("logs:PutLogEvents",), (TemplateValue.text("*"),)),)
    text = terraform_module(
        [FunctionPlan("HelloWorld", "", grants), FunctionPlan("hello-world", "", grants[:1], logs)]
    )
    body = parse_hcl(text, "roles.tf")
    assert [(block.kind, *block.labels) for block in body.blocks] == [
        ("data", "aws_region", "current"),
        ("resource", "aws_iam_role", "hello_world_role"),
        ("resource", "aws_iam_role_policy", "hello_world_role"),
        ("resource", "aws_iam_role_policy_attachment", "hello_world_role"),
        ("output", "hello_world_role_arn"),
        ("resource", "aws_iam_role", "hello_world_role_2"),
        ("resource", "aws_iam_role_policy", "hello_world_role_2"),
        ("output", "hello_world_role_2_arn"),
    ]
    assert '"${aws_s3_bucket.b.arn}/$${aws:userid}/*"' in text
    assert '"arn:aws:sqs:${data.aws_region.current.id}:1:q"' in text


@pytest.mark.parametrize(
    "text", ["a: [", "a: &x [*x]", "{" * 5000, "a:\n\t- b", "- " * 500, "\x00", "a: *b", "!<"]
)
def test_what_is_no_template_is_refused(text: str) -> None:
    with pytest.raises(EditError):
        set_property(text, ("a", "b"), 1)


def test_a_taken_name_is_refused() -> None:
    with pytest.raises(EditError, match=r"Resources\.Hello exists already"):
        append_resource(SAM, "Hello", {"Type": "AWS::SNS::Topic"})


def test_a_changed_file_is_not_overwritten(tmp_path: Path) -> None:
    application = app(tmp_path, {"template.yaml": SAM})
    grants = (Grant(("s3:GetObject",), (TemplateValue.text("arn:x"),)),)
    made = patch(
        {"template.yaml": SAM}, [FunctionPlan("Hello", "template.yaml", grants)], application
    )
    with pytest.raises(EditError, match="changed since"):
        made.apply({"template.yaml": SAM + "\n"})


def test_a_missing_text_is_named() -> None:
    with pytest.raises(UsageError, match="missing"):
        patch({}, [FunctionPlan("Hello", "template.yaml")], Application("."))


@given(st.binary(max_size=60))
def test_decoding_loses_nothing(data: bytes) -> None:
    try:
        text, encoding = decode_exact(data, "f")
    except EditError:
        return
    assert text.encode(encoding) == data


HCL_PIECES = st.sampled_from(
    [
        "a",
        "=",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        '"',
        "${",
        "%{",
        "\n",
        " ",
        "#",
        "//",
        "/*",
        "*/",
        "<<E\n",
        "E\n",
        "\\",
        "1",
        ",",
        "é",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(HCL_PIECES, max_size=40).map("".join))
def test_any_hcl_is_read_or_refused(text: str) -> None:
    try:
        body = parse_hcl(text, "f.tf")
    except EditError:
        return
    places = [(item.start, item.value_start, item.value_end) for item in body.attributes]
    assert places == sorted(places)
    assert all(start < value <= end <= len(text) for start, value, end in places)


@pytest.mark.parametrize("text", ["a = " + "[" * 9000, 'a = "' + '${"' * 9000, "a {" * 9000])
def test_deep_hcl_is_refused(text: str) -> None:
    with pytest.raises(EditError, match="too deep"):
        parse_hcl(text, "f.tf")
