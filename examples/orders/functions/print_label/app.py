"""Queue ShippingQueue: prints a shipping label for each order."""

import json
import os
import subprocess

import boto3

invoices = boto3.client("s3")


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            print_label(json.loads(record["body"]))
        except Exception:
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def print_label(order):
    label = f"/tmp/{int(order['id'][:8], 16)}.txt"
    # VULNERABLE: the carrier is the customer's own text and becomes part of a shell command.
    subprocess.run("echo " + order["carrier"] + " > " + label, shell=True, check=True)
    with open(label, "rb") as text:
        invoices.put_object(
            Bucket=os.environ["INVOICES_BUCKET"], Key="labels/" + order["id"], Body=text.read()
        )
