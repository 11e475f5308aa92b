import json
import os
from string import Template

import boto3

from . import preferences

ses = boto3.client("ses")
s3 = boto3.client("s3")
_cache = {}


def template(name):
    if name not in _cache:
        found = s3.get_object(Bucket=os.environ["TEMPLATES_BUCKET"], Key=f"email/{name}.txt")
        _cache[name] = Template(found["Body"].read().decode("utf-8"))
    return _cache[name]


def handler(event, context):
    for record in event["Records"]:
        job = json.loads(record["body"])
        wish = preferences.channels(job["userId"])
        if "email" not in wish["channels"] or not wish.get("email"):
            continue
        text = template(job["template"]).safe_substitute(job.get("values", {}))
        subject, _, body = text.partition("\n")
        sent = ses.send_email(
            Source=os.environ["SENDER"],
            Destination={"ToAddresses": [wish["email"]]},
            Message={"Subject": {"Data": subject}, "Body": {"Text": {"Data": body}}},
        )
        print(json.dumps({"sent": sent["MessageId"], "user": job["userId"]}))
