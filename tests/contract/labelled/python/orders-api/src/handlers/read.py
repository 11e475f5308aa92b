import base64
import json

from shared import repository
from shared.http import respond


def get_handler(event, context):
    order_id = event["pathParameters"]["id"]
    order = repository.find(order_id)
    if order is None:
        return respond(404, {"message": f"no order {order_id}"})
    return respond(200, order)


def list_handler(event, context):
    params = event.get("queryStringParameters") or {}
    customer = event["pathParameters"]["customerId"]
    try:
        limit = min(int(params.get("limit", 50)), 200)
    except ValueError:
        return respond(400, {"message": "limit must be a number"})
    items, last = repository.for_customer(customer, params.get("since"), limit)
    token = base64.urlsafe_b64encode(json.dumps(last).encode()).decode() if last else None
    return respond(200, {"orders": items, "next": token})
