"""Tiny helpers for API Gateway proxy responses."""
import json
from decimal import Decimal


class BadRequest(Exception):
    """The client sent something we cannot use."""


def _default(value):
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"not serialisable: {type(value)!r}")


def respond(status, body=None):
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(body, default=_default) if body is not None else "",
    }


def body_of(event):
    try:
        return json.loads(event.get("body") or "{}", parse_float=Decimal)
    except json.JSONDecodeError as exc:
        raise BadRequest("invalid JSON") from exc
