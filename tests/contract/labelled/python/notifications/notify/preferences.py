import functools
import os

import boto3


@functools.lru_cache(maxsize=1)
def _client():
    return boto3.client("dynamodb")


def channels(user_id):
    item = _client().get_item(
        TableName=os.environ["PREFERENCES"],
        Key={"userId": {"S": user_id}},
        ProjectionExpression="channels, email, phone",
    ).get("Item")
    if not item:
        return {"channels": ["email"]}
    return {
        "channels": item.get("channels", {}).get("SS", []),
        "email": item.get("email", {}).get("S"),
        "phone": item.get("phone", {}).get("S"),
    }


def many(user_ids):
    keys = [{"userId": {"S": u}} for u in user_ids]
    return _client().batch_get_item(RequestItems={os.environ["PREFERENCES"]: {"Keys": keys}})
