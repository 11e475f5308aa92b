import json
import logging
import os
import uuid
from datetime import datetime, timezone

import boto3
from botocore.exceptions import ClientError

from shared import repository
from shared.http import BadRequest, body_of, respond

logger = logging.getLogger()
logger.setLevel(os.environ.get("LOG_LEVEL", "INFO"))
events = boto3.client("events")


def _validate(payload):
    for field in ("customerId", "lines"):
        if not payload.get(field):
            raise BadRequest(f"{field} is required")
    if not all(line.get("sku") and line.get("qty", 0) > 0 for line in payload["lines"]):
        raise BadRequest("each line needs a sku and a positive qty")


def _announce(order):
    result = events.put_events(
        Entries=[
            {
                "EventBusName": os.environ["EVENT_BUS"],
                "Source": "orders.api",
                "DetailType": "OrderCreated",
                "Detail": json.dumps({"orderId": order["orderId"], "customerId": order["customerId"]}),
            }
        ]
    )
    if result["FailedEntryCount"]:
        logger.error("could not announce order %s: %s", order["orderId"], result["Entries"])


def handler(event, context):
    try:
        payload = body_of(event)
        _validate(payload)
        order = {
            "orderId": str(uuid.uuid4()),
            "customerId": payload["customerId"],
            "lines": payload["lines"],
            "status": "NEW",
            "createdAt": datetime.now(timezone.utc).isoformat(),
        }
        repository.insert(order)
    except BadRequest as exc:
        return respond(400, {"message": str(exc)})
    except ClientError as exc:
        if exc.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return respond(409, {"message": "order exists"})
        raise
    _announce(order)
    return respond(201, order)
