# ruff: noqa
# fmt: off
import base64
import hashlib
import hmac
import json
import os

import boto3
import bcrypt
import jwt
import psycopg2
import requests

secrets = boto3.client("secretsmanager")
ssm = boto3.client("ssm")
s3 = boto3.client("s3")
kms = boto3.client("kms")
users = boto3.resource("dynamodb").Table("users")
dynamodb = boto3.client("dynamodb")


def _answer(body):
    return {"statusCode": 200, "body": json.dumps(body)}


def whole_secret(event, context):
    value = secrets.get_secret_value(SecretId="orders")["SecretString"]
    return {"statusCode": 200, "body": value}  # bad: sensitive-data-exposed


def part_of_secret(event, context):
    value = json.loads(secrets.get_secret_value(SecretId="orders")["SecretString"])
    return {"statusCode": 200, "body": json.dumps({"key": value["api_key"]})}  # bad: sensitive-data-exposed


def secret_in_text(event, context):
    value = json.loads(secrets.get_secret_value(SecretId="orders")["SecretString"])
    return {"statusCode": 200, "body": f"postgres://app:{value['password']}@db/orders"}  # bad: sensitive-data-exposed


def parameter(event, context):
    value = ssm.get_parameter(Name="key", WithDecryption=True)["Parameter"]["Value"]
    return {"statusCode": 200, "body": json.dumps({"key": value})}  # bad: sensitive-data-exposed


def environment(event, context):
    return {"statusCode": 200, "body": json.dumps({"p": os.environ["DB_PASSWORD"]})}  # bad: sensitive-data-exposed


def password_hash(event, context):
    user = users.get_item(Key={"id": event["id"]})["Item"]
    return {"statusCode": 200, "body": json.dumps({"id": user["id"], "hash": user["password_hash"]})}  # bad: sensitive-data-exposed


def card(event, context):
    item = dynamodb.get_item(TableName="cards", Key={"id": {"S": event["id"]}})["Item"]
    return {"statusCode": 200, "body": json.dumps({"card": item["cardNumber"]["S"]})}  # bad: sensitive-data-exposed


def public_object(event, context):
    value = secrets.get_secret_value(SecretId="orders")["SecretString"]
    s3.put_object(Bucket="site", Key="config.json", Body=json.dumps({"key": value}), ACL="public-read")  # bad: sensitive-data-exposed, public-object-acl


def others(event, context):
    user = users.get_item(Key={"id": event["id"]})["Item"]
    requests.post("https://crm.example.com/users", json={"mail": user["email"], "hash": user["password_hash"]})  # bad: sensitive-data-exposed


def temporary(event, context):
    value = secrets.get_secret_value(SecretId="orders")["SecretString"]
    with open("/tmp/key.pem", "w") as file:  # perhaps: temporary-file-kept
        file.write(value)  # bad: sensitive-data-exposed


# --- what is meant ---


def token_for_caller(event, context):
    key = secrets.get_secret_value(SecretId="signing")["SecretString"]
    return _answer({"token": jwt.encode({"sub": event["user"]}, key, algorithm="HS256")})


def signature(event, context):
    key = json.loads(secrets.get_secret_value(SecretId="signing")["SecretString"])["key"]
    return _answer({"signature": hmac.new(key.encode(), event["text"].encode(), hashlib.sha256).hexdigest()})


def rows(event, context):
    value = json.loads(secrets.get_secret_value(SecretId="orders")["SecretString"])
    connection = psycopg2.connect(host=value["host"], password=value["password"], sslmode="verify-full")
    cursor = connection.cursor()
    cursor.execute("SELECT 1")
    return _answer({"rows": cursor.fetchall(), "host": value["host"]})


def api_answer(event, context):
    key = secrets.get_secret_value(SecretId="orders")["SecretString"]
    answer = requests.get("https://api.example.com", headers={"Authorization": f"Bearer {key}"})
    return _answer(answer.json())


def sign_in_at_others(event, context):
    value = json.loads(secrets.get_secret_value(SecretId="orders")["SecretString"])
    answer = requests.post("https://login.example.com/token", data={"client_secret": value["client_secret"]})
    return _answer({"token": answer.json()["access_token"]})


def login(event, context):
    body = json.loads(event["body"])
    user = users.get_item(Key={"id": body["user"]})["Item"]
    if not bcrypt.checkpw(body["password"].encode(), user["password_hash"].encode()):
        return {"statusCode": 401, "body": "no"}
    return _answer({"id": user["id"], "email": user["email"]})


def compared(event, context):
    value = secrets.get_secret_value(SecretId="orders")["SecretString"]
    return _answer({"same": event["key"] == value, "length": len(value), "set": bool(value)})


def name_only(event, context):
    secret = secrets.get_secret_value(SecretId="orders")
    return _answer({"arn": secret["ARN"], "version": secret["VersionId"]})


def echoed(event, context):
    body = json.loads(event["body"])
    return _answer({"password": body["password"]})


def decrypted_for_caller(event, context):
    plain = kms.decrypt(CiphertextBlob=base64.b64decode(event["data"]))["Plaintext"]
    return _answer({"text": plain.decode()})


def plain_parameter(event, context):
    return _answer({"flag": ssm.get_parameter(Name="flag")["Parameter"]["Value"]})


def settings(event, context):
    return _answer({"table": os.environ["TABLE"], "secret": os.environ["SECRET_ARN"], "maps": os.environ["MAPS_API_KEY"]})


def publishable(event, context):
    value = json.loads(secrets.get_secret_value(SecretId="pay")["SecretString"])
    return _answer({"key": value["publishable_key"]})


def masked(event, context):
    item = users.get_item(Key={"id": event["id"]})["Item"]
    return _answer({"card": "****" + item["card_number"][-4:], "has": "password" in item})


def without(event, context):
    item = users.get_item(Key={"id": event["id"]})["Item"]
    item.pop("password", None)
    return _answer(item)


def reset(event, context):
    item = users.get_item(Key={"id": event["id"]})["Item"]
    return _answer({"must": item["must_reset_password"], "when": item["password_changed_at"]})
