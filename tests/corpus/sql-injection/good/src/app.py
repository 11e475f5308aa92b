import json

from store.orders import find


def handler(event, context):
    query = event["queryStringParameters"]
    return {"statusCode": 200, "body": json.dumps(find(query["customer"], query.get("order", "date")))}
