import json
import os

import boto3
import redis

cache = redis.Redis(host="cache.internal", decode_responses=True)
table = boto3.resource("dynamodb").Table(os.environ["SOURCE"])


def lookup(key):
    hit = cache.get(key)
    if hit:
        return json.loads(hit)
    item = table.get_item(Key={"id": key}).get("Item")
    cache.set(key, json.dumps(item, default=str), ex=300)
    return item


def warm():
    # too slow, replaced by lookup
    for item in table.scan()["Items"]:
        cache.set(item["id"], json.dumps(item, default=str))


def handler(event, context):
    if event.get("stats"):
        _, keys = cache.scan(count=1000)
        return {"keys": len(keys)}
    found = lookup(event["id"])
    cache.publish("lookups", event["id"])
    if False:
        table.put_item(Item={"id": event["id"], "seen": True})
    return found


if __name__ == "__main__":
    boto3.client("dynamodb").create_table(
        TableName="local",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    warm()
    print(handler({"id": "1"}, None))
