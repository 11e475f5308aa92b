# ruff: noqa
# fmt: off
import hashlib
import os
import uuid
from datetime import datetime


def converted(event, context):
    os.system("ls " + str(uuid.UUID(event["id"])))
    os.system("ls " + hashlib.sha256(event["id"].encode()).hexdigest())
    os.system("ls " + datetime.strptime(event["d"], "%Y-%m-%d").strftime("%Y"))
    os.system("ls %s" % len(event["id"]))


def raising(event, context):
    number = event["id"]
    float(number)
    os.system("ls " + number)


def not_converted(event, context):
    os.system("ls " + event["id"].strip().lower())  # bad: os-command-injection
    os.system("ls " + event["id"].replace(";", ""))  # bad: os-command-injection
