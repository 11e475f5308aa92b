import hashlib
import hmac
import json
import os
import urllib.error
import urllib.request

import boto3

secrets = boto3.client("secretsmanager")
sqs = boto3.client("sqs")
_key = None


def signing_key():
    global _key
    if _key is None:
        _key = secrets.get_secret_value(SecretId=os.environ["SIGNING_SECRET"])["SecretString"].encode()
    return _key


def send(url, payload):
    body = json.dumps(payload, sort_keys=True).encode()
    signature = hmac.new(signing_key(), body, hashlib.sha256).hexdigest()
    request = urllib.request.Request(
        url, data=body, headers={"x-signature": signature, "content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=5) as response:
        return response.status


def handler(event, context):
    detail = event["detail"]
    url = detail.get("callbackUrl")
    if not url or not url.startswith("https://"):
        return "skipped"
    try:
        return send(url, detail)
    except (urllib.error.URLError, TimeoutError) as exc:
        sqs.send_message(
            QueueUrl=os.environ["RETRY_QUEUE"],
            MessageBody=json.dumps({"url": url, "detail": detail, "error": str(exc)}),
            DelaySeconds=60,
        )
        return "queued"
