import json

from service import OrderService, make_store


def _reply(code, body=None):
    return {"statusCode": code, "body": json.dumps(body) if body is not None else ""}


def place(event, context):
    from adapters.sns import SnsPublisher  # only this function needs it

    order = json.loads(event["body"])
    if not {"id", "customer"} <= order.keys():
        return _reply(400, {"message": "id and customer are required"})
    OrderService(make_store(), SnsPublisher()).place(order)
    return _reply(201, {"id": order["id"]})


def cancel(event, context):
    version = int((event.get("queryStringParameters") or {}).get("version", 1))
    OrderService(make_store()).cancel(event["pathParameters"]["id"], version)
    return _reply(204)


def pending(event, context):
    return _reply(200, make_store().pending())
