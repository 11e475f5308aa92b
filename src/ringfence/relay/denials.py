"""Errors as the service itself would phrase them, so that any SDK raises its own exception.

Sources: the provider's Smithy documentation of each protocol ("Operation error serialization") and
the error references of S3, EC2, SNS and SQS.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from xml.sax.saxutils import escape

from ringfence.model.record import record
from ringfence.relay.cbor import text_map
from ringfence.relay.decode import Call
from ringfence.rules.protocols import service

#: Services that call a lacking permission otherwise than the protocol's usual word.
_DENIED_CODES = {"sns": "AuthorizationError", "ec2": "UnauthorizedOperation"}
_JSON_LIKE = ("json", "cbor", "rest-json")


@record(frozen=True)
class Answer:
    """An HTTP answer with a short body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def denied(call: Call, function: str, action: str, resource: str) -> Answer:
    """The refusal of a call, in the words of the provider's own refusals."""
    text = (
        f"User: {function or 'unknown'} is not authorized to perform: {action}"
        f" on resource: {resource} because no identity-based policy allows the {action} action"
    )
    usual = "AccessDeniedException" if call.protocol in _JSON_LIKE else "AccessDenied"
    code = _DENIED_CODES.get(call.service, usual)
    return error(call, 400 if call.protocol in ("json", "cbor") else 403, code, text)


def unsupported(call: Call | None, text: str) -> Answer:
    """The answer where there is nobody to forward to; SDKs do not try again on it."""
    known = call or Call("s3", "", "rest-xml")
    code = "NotImplemented" if known.protocol not in _JSON_LIKE else "NotImplementedException"
    return error(known, 501, code, text)


def error(call: Call, status: int, code: str, text: str) -> Answer:
    """An error in the protocol that a call speaks."""
    request_id = str(uuid.uuid4())
    kind, extra, body = _SHAPES[call.protocol](call, code, text, request_id)
    headers = (
        ("Content-Type", kind),
        ("x-amzn-RequestId", request_id),
        *(extra or ()),
    )
    return Answer(status, headers, body)


Shape = tuple[str, tuple[tuple[str, str], ...], bytes]


def _json(call: Call, code: str, text: str, request_id: str) -> Shape:
    body = json.dumps({"__type": code, "message": text, "Message": text}).encode()
    return "application/x-amz-json-1.0", _query_code(call, code), body


def _rest_json(call: Call, code: str, text: str, request_id: str) -> Shape:
    body = json.dumps({"message": text, "Message": text}).encode()
    return "application/json", (("x-amzn-ErrorType", code),), body


def _cbor(call: Call, code: str, text: str, request_id: str) -> Shape:
    body = text_map({"__type": code, "message": text})
    return "application/cbor", (("smithy-protocol", "rpc-v2-cbor"), *_query_code(call, code)), body


def _query_code(call: Call, code: str) -> tuple[tuple[str, str], ...]:
    """What services that spoke the query protocol once add for clients that know its codes."""
    model = service(call.service)
    if model is None or not model.query_compatible:
        return ()
    return (("x-amzn-query-error", f"{code.removesuffix('Exception')};Sender"),)


def _query(call: Call, code: str, text: str, request_id: str) -> Shape:
    model = service(call.service)
    named = f' xmlns="{escape(model.namespace)}"' if model and model.namespace else ""
    body = (
        f"<ErrorResponse{named}><Error><Type>Sender</Type><Code>{code}</Code>"
        f"<Message>{escape(text)}</Message></Error><RequestId>{request_id}</RequestId>"
        "</ErrorResponse>"
    )
    return "text/xml", (), body.encode()


def _ec2(call: Call, code: str, text: str, request_id: str) -> Shape:
    body = (
        f"<Response><Errors><Error><Code>{code}</Code><Message>{escape(text)}</Message></Error>"
        f"</Errors><RequestID>{request_id}</RequestID></Response>"
    )
    return "text/xml", (), body.encode()


def _rest_xml(call: Call, code: str, text: str, request_id: str) -> Shape:
    if call.service not in ("s3", "s3control"):
        return _query(call, code, text, request_id)
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{escape(text)}</Message>"
        f"<RequestId>{request_id}</RequestId><HostId>{request_id}</HostId></Error>"
    )
    return "application/xml", (("x-amz-request-id", request_id),), body.encode()


_SHAPES: dict[str, Callable[[Call, str, str, str], Shape]] = {
    "json": _json,
    "cbor": _cbor,
    "rest-json": _rest_json,
    "query": _query,
    "ec2": _ec2,
    "rest-xml": _rest_xml,
}
