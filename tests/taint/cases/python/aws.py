# ruff: noqa
# fmt: off
import json
import os

import boto3
from boto3.dynamodb.conditions import Attr, Key

dynamodb = boto3.client("dynamodb")
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
rds = boto3.client("rds-data")
s3 = boto3.client("s3")


def statements(event, context):
    dynamodb.execute_statement(Statement="SELECT * FROM t WHERE id = '" + event["id"] + "'")  # bad: sql-injection
    dynamodb.execute_statement(Statement="SELECT * FROM t WHERE id = ?", Parameters=[{"S": event["id"]}])
    rds.execute_statement(resourceArn="a", secretArn="b", sql="DELETE FROM t WHERE id = " + event["id"])  # bad: sql-injection
    rds.execute_statement(resourceArn="a", secretArn="b", sql="DELETE FROM t WHERE id = :id", parameters=[{"name": "id", "value": {"stringValue": event["id"]}}])
    boto3.client("athena").start_query_execution(QueryString="SELECT " + event["column"])  # bad: sql-injection
    s3.select_object_content(Bucket="b", Key="k", Expression="SELECT * FROM s3object s WHERE s.id = '%s'" % event["id"])  # bad: sql-injection


def expressions(event, context):
    table.query(KeyConditionExpression=Key("id").eq(event["id"]))
    table.scan(FilterExpression=Attr("owner").eq(event["owner"]) & Attr("kind").contains(event["kind"]))
    table.scan(FilterExpression="owner = :o", ExpressionAttributeValues={":o": event["owner"]})
    table.scan(FilterExpression="owner = " + event["owner"])  # bad: nosql-injection
    boto3.client("cognito-idp").list_users(UserPoolId="p", Filter='email = "' + event["mail"] + '"')  # bad: nosql-injection


def resources(event, context):
    s3.get_object(Bucket=event["bucket"], Key="k")  # bad: cloud-resource-injection
    s3.get_object(Bucket=os.environ["BUCKET"], Key=event["key"])
    boto3.resource("dynamodb").Table(event["table"]).get_item(Key={"id": "1"})  # bad: cloud-resource-injection
    boto3.client("lambda").invoke(FunctionName=event["function"], Payload=b"{}")  # bad: cloud-resource-injection
    boto3.client("sts").assume_role(RoleArn=event["role"], RoleSessionName="s")  # bad: cloud-resource-injection
    boto3.client("secretsmanager").get_secret_value(SecretId=event["name"])  # bad: cloud-resource-injection


def commands(event, context):
    ssm = boto3.client("ssm")
    ssm.send_command(DocumentName="AWS-RunShellScript", Parameters={"commands": ["ls " + event["d"]]})  # bad: os-command-injection
    ssm.send_command(DocumentName="AWS-RunShellScript", Parameters={"commands": ["uptime"]})


def items(event, context):
    table.put_item(Item=json.loads(event["body"]))  # bad: mass-assignment
    table.put_item(Item={"id": event["id"], "name": event["name"]})
    boto3.client("cognito-idp").admin_set_user_password(UserPoolId="p", Username="u", Password="Correct-Horse-1", Permanent=True)  # bad: hard-coded-secret
