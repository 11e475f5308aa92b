import hmac
import json
import os

import boto3

session = boto3.Session()
vault = session.resource("s3").Bucket(os.environ["VAULT"])
secrets = session.client("secretsmanager")
ssm = session.client("ssm")


def pin():
    return secrets.get_secret_value(SecretId=os.environ["PIN"])["SecretString"]


def limit():
    # a SecureString under the AWS managed key
    return int(ssm.get_parameter(Name="/vault/limit", WithDecryption=True)["Parameter"]["Value"])


def handler(event, context):
    for record in event["Records"]:
        job = json.loads(record["body"])
        if job.get("pin") and not hmac.compare_digest(job["pin"], pin()):
            print("wrong pin for", job["key"])
            continue
        if job["size"] > limit():
            continue
        data = vault.Object(job["key"]).get()["Body"].read()
        print("withdrawn", job["key"], len(data))
