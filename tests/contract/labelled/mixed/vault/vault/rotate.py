"""Envelope encryption by hand."""
import base64
import os

import boto3

kms = boto3.client("kms")


def fresh():
    reply = kms.generate_data_key(KeyId="alias/vault-data", KeySpec="AES_256")
    return reply["Plaintext"], reply["CiphertextBlob"]


def rewrap(blob):
    reply = kms.re_encrypt(
        CiphertextBlob=blob, SourceKeyId=os.environ["OLD"], DestinationKeyId=os.environ["NEW"]
    )
    return reply["CiphertextBlob"]


def handler(event, context):
    out = [base64.b64encode(rewrap(base64.b64decode(b))).decode() for b in event.get("wrapped", [])]
    if event.get("new"):
        _, wrapped = fresh()
        out.append(base64.b64encode(wrapped).decode())
    return {"wrapped": out}
