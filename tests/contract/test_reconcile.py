"""Granted × needed: what is too much, what is missing, and who shares a role."""

from __future__ import annotations

from pathlib import Path

from ringfence.contract.assemble import name_drafts
from ringfence.contract.build import harvest_for
from ringfence.contract.reconcile import reconcile
from ringfence.model.contract_change import Reconciled
from ringfence.permissions.physical import Place
from ringfence.scan import ScanOptions, harvest
from ringfence.testing import tree

CODE = """
import boto3
import os

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    return table.get_item(Key={"id": event["id"]})
"""
TEMPLATE = """
AWSTemplateFormatVersion: '2010-09-09'
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties: {TableName: orders}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
      Policies:
        - PolicyName: own
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: GRANTED
                Resource: RESOURCE
  Read:
    Type: AWS::Lambda::Function
    Properties: &function
      Runtime: python3.12
      Handler: app.handler
      Code: src
      Role: !GetAtt Role.Arn
      Environment: {Variables: {TABLE: !Ref Orders}}
"""
LOGS = "logs:CreateLogGroup, logs:CreateLogStream, logs:PutLogEvents"


def reconciled(tmp_path: Path, granted: str, resource: str = "'*'") -> list[Reconciled]:
    text = TEMPLATE.replace("GRANTED", f"[{LOGS}, {granted}]").replace("RESOURCE", resource)
    tree(tmp_path, {"template.yaml": text, "src/app.py": CODE})
    make, key = harvest_for(Place())
    return reconcile(name_drafts(harvest(tmp_path, ScanOptions(), make, key).drafts))


def too_much(one: Reconciled) -> dict[str, str]:
    return {item.action: item.reason for item in one.surplus if not item.action.startswith("logs:")}


def test_an_action_that_nothing_needs(tmp_path: Path) -> None:
    (one,) = reconciled(tmp_path, "'dynamodb:GetItem', 'dynamodb:DeleteTable'")
    assert too_much(one)["dynamodb:DeleteTable"] == "not needed [inline policy]"
    assert one.surplus[-1].where == "template.yaml:15"
    assert (one.granted, one.needed, one.missing) == (5, 4, [])


def test_a_wildcard_of_which_little_is_needed(tmp_path: Path) -> None:
    (one,) = reconciled(tmp_path, "'dynamodb:*'")
    reason = too_much(one)["dynamodb:*"]
    assert reason.endswith("actions only dynamodb:GetItem needed [inline policy]")


def test_a_resource_that_is_too_wide(tmp_path: Path) -> None:
    (one,) = reconciled(tmp_path, "'dynamodb:GetItem'")
    wanted = "needed only on arn:aws:dynamodb:*:*:table/orders [inline policy]"
    assert too_much(one) == {"dynamodb:GetItem": wanted}


def test_what_fits_is_no_surplus(tmp_path: Path) -> None:
    (one,) = reconciled(tmp_path, "'dynamodb:GetItem'", "['*', !GetAtt Orders.Arn]")
    assert {item.resource for item in one.surplus if item.action == "dynamodb:GetItem"} == {"*"}


def test_what_is_needed_and_not_granted(tmp_path: Path) -> None:
    (one,) = reconciled(tmp_path, "'dynamodb:PutItem'")
    assert [(n.action, n.evidence[0].where) for n in one.missing] == [
        ("dynamodb:GetItem", "src/app.py:9")
    ]


def test_functions_that_share_a_role(tmp_path: Path) -> None:
    again = "  Twin:\n    Type: AWS::Lambda::Function\n    Properties: *function\n"
    text = TEMPLATE.replace("GRANTED", "'dynamodb:GetItem'").replace("RESOURCE", "'*'") + again
    tree(tmp_path, {"template.yaml": text, "src/app.py": CODE})
    make, key = harvest_for(Place())
    found = reconcile(name_drafts(harvest(tmp_path, ScanOptions(), make, key).drafts))
    assert {one.function: one.shares for one in found} == {"Read": ["Twin"], "Twin": ["Read"]}


def test_a_pattern_that_means_what_is_needed_alone_is_not_too_much(tmp_path: Path) -> None:
    (found,) = reconciled(tmp_path, "'dynamodb:GetIte*'", "!GetAtt Orders.Arn")
    assert [one.action for one in found.surplus if one.action.startswith("dynamodb")] == []
