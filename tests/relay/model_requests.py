"""Requests for every operation of a service, written by the provider's own serializer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ringfence.model.record import record
from ringfence.relay.request import Request, make_request

#: The 40 services that functions call most.
SERVICES = [
    "s3",
    "dynamodb",
    "dynamodbstreams",
    "lambda",
    "sqs",
    "sns",
    "ses",
    "sesv2",
    "stepfunctions",
    "events",
    "kinesis",
    "firehose",
    "secretsmanager",
    "ssm",
    "kms",
    "sts",
    "logs",
    "cloudwatch",
    "xray",
    "cognito-idp",
    "cognito-identity",
    "apigateway",
    "apigatewayv2",
    "apigatewaymanagementapi",
    "appsync",
    "iot",
    "iot-data",
    "rds",
    "rds-data",
    "redshift-data",
    "athena",
    "glue",
    "ecs",
    "ecr",
    "ec2",
    "batch",
    "textract",
    "rekognition",
    "iam",
    "cloudformation",
]
MAX_DEPTH = 4


@record(frozen=True)
class Sample:
    """A request, and what it was made of. ``leaves`` are (path, text) of every part that is neither
    a time nor bytes, whose spelling differs between protocols."""

    service: str
    operation: str
    protocol: str
    request: Request
    leaves: frozenset[tuple[str, str]]


def samples(service: str, protocol: str = "") -> Iterator[Sample]:
    """One request for each operation, in one of the service's protocols (or its first)."""
    import botocore.loaders
    from botocore.model import ServiceModel

    loaded = botocore.loaders.Loader().load_service_model(service, "service-2")
    model = ServiceModel(loaded, service)
    for name in model.operation_names:
        operation = model.operation_model(name)
        spoken = protocol or model.resolved_protocol
        shape = operation.input_shape
        values = _value(shape, "", 0, ()) if shape else {}
        request = _request(operation, spoken, values, model.signing_name)
        yield Sample(service, name, spoken, request, frozenset(_leaves(shape, values, "")))


def protocols(service: str) -> list[str]:
    """The protocols that the service speaks and the serializer knows."""
    import botocore.loaders

    about = botocore.loaders.Loader().load_service_model(service, "service-2")["metadata"]
    return list(about.get("protocols", [about["protocol"]]))


def _request(operation: Any, protocol: str, values: dict[str, Any], signing: str) -> Request:
    from botocore.awsrequest import AWSRequest, prepare_request_dict
    from botocore.serialize import create_serializer

    data = create_serializer(protocol, False).serialize_to_request(values, operation)
    prepare_request_dict(data, endpoint_url="http://127.0.0.1:1")
    made = AWSRequest(
        method=data["method"], url=data["url"], data=data["body"], headers=data["headers"]
    ).prepare()
    scope = f"key/20261130/eu-west-1/{signing}/aws4_request"
    headers = [
        *((str(key), _text(value)) for key, value in made.headers.items()),
        ("Authorization", f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"),
        ("Host", "127.0.0.1:1"),
    ]
    body = made.body or b""
    if hasattr(body, "read"):
        body = body.read()
    return make_request(
        made.method, made.url, headers, body.encode() if isinstance(body, str) else body
    )


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _value(shape: Any, name: str, depth: int, above: tuple[str, ...]) -> Any:
    kind = shape.type_name
    if kind == "structure":
        return _structure(shape, depth, above)
    if kind == "list":
        if depth > MAX_DEPTH:
            return []
        return [_value(shape.member, f"{name}{n}", depth + 1, above) for n in (1, 2)]
    if kind == "map":
        inner = _value(shape.value, f"{name}v", depth + 1, above)
        return {f"key-{name.lower()}": inner}
    return {
        "boolean": True, "integer": 7, "long": 8, "float": 1.5, "double": 2.5, "short": 3,
        "timestamp": "2026-11-30T12:00:00Z", "blob": b"bytes",
    }.get(kind, f"{name} ä/&=%")  # fmt: skip


def _structure(shape: Any, depth: int, above: tuple[str, ...]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for member, inner in shape.members.items():
        required = member in shape.required_members
        if (
            inner.name in above
            or (depth > MAX_DEPTH and not required)
            or "eventstream" in inner.serialization
        ):
            continue
        if shape.is_tagged_union and made:
            break
        if inner.serialization.get("location") == "headers" and inner.type_name == "string":
            continue
        made[member] = _value(inner, member, depth + 1, (*above, shape.name))
        if inner.serialization.get("location") == "header" and inner.type_name == "string":
            made[member] = f"{member}-text"
    return made


def _leaves(shape: Any, value: Any, path: str) -> Iterator[tuple[str, str]]:
    if (
        shape is None
        or shape.type_name in ("timestamp", "blob")
        or shape.serialization.get("jsonvalue")
    ):
        return
    if isinstance(value, dict):
        for key, item in value.items():
            inner = shape.members[key] if shape.type_name == "structure" else shape.value
            yield from _leaves(inner, item, f"{path}.{key}")
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _leaves(shape.member, item, f"{path}[{at}]")
    else:
        yield path, str(value)


def decoded_leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """(path, text) of every part of decoded parameters."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from decoded_leaves(item, f"{path}.{key}")
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from decoded_leaves(item, f"{path}[{at}]")
    else:
        yield path, str(value)
