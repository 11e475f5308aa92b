"""Forwards to an MQTT broker outside AWS; the method names are those of AWS services."""
import json
import os
import ssl

import paho.mqtt.client as mqtt
from stripe_like import Client

broker = mqtt.Client()
billing = Client(api_key=os.environ.get("BILLING_KEY"))


def connect():
    if not broker.is_connected():
        broker.tls_set_context(ssl.create_default_context())
        broker.connect("mqtt.partner.example", 8883)
        broker.loop_start()


def handler(event, context):
    connect()
    sent = 0
    for item in event["items"]:
        broker.publish(topic=os.environ["TOPIC_NAME"], payload=json.dumps(item))
        billing.put_item(item["id"])
        sent += 1
    messages = billing.receive_message(limit=10)
    for message in messages:
        billing.delete_message(message)
    return {"sent": sent, "acks": len(messages)}
