import json
import os
import pickle
import time

import boto3
from boto3.dynamodb.conditions import Key

MODEL_PATH = "/mnt/models/current.pkl"
iot = boto3.client("iot-data")
table = boto3.resource("dynamodb").Table(os.environ["READINGS"])
_model = None


def model():
    global _model
    if _model is None:
        with open(MODEL_PATH, "rb") as handle:
            _model = pickle.load(handle)
    return _model


def window(device, seconds=600):
    now = int(time.time())
    reply = table.query(KeyConditionExpression=Key("device").eq(device) & Key("ts").between(now - seconds, now))
    return [float(i["value"]) for i in reply["Items"]]


def handler(event, context):
    device = event["device"]
    table.put_item(Item={"device": device, "ts": int(event["ts"]), "value": str(event["value"])})
    values = window(device)
    if len(values) < 10:
        return
    score = model().score(values)
    if score > 0.9:
        iot.publish(
            topic=os.environ["ALARM_TOPIC"],
            qos=1,
            payload=json.dumps({"device": device, "score": score}),
        )
