"""Which operation an HTTP request is, and with which parameters.

Sources: the provider's Smithy documentation of its protocols (AWS JSON 1.0 and 1.1, AWS Query, EC2
Query, REST JSON, REST XML, Smithy RPC v2 CBOR) and the S3 user guide ("Virtual hosting of
buckets").
The service comes from the signature's scope; an unsigned request is known by its target, or by the
action and version of a form.
"""

from __future__ import annotations

import zlib
from typing import Any
from urllib.parse import unquote

from ringfence import late
from ringfence.model.record import field, record
from ringfence.relay import query
from ringfence.relay.bodies import Unreadable, json_value, renamed, scalar
from ringfence.relay.cbor import cbor_value
from ringfence.relay.markup import xml_value
from ringfence.relay.request import Request, Signature, signature_of
from ringfence.relay.routes import Match, match
from ringfence.rules.protocols import Service, service, services, services_by

MAX_UNPACKED_BYTES = 16 * 1024 * 1024
_CBOR_PATH = late.pattern(r"/service/([^/]+)/operation/([^/]+)/?$")
_REGION = late.pattern(r"^[a-z]{2}(-[a-z]+)+-\d$")
_BUCKET_HOST = late.pattern(
    r"^(.+?)\.(?:(?:s3[a-z0-9-]*\.)(?:[a-z0-9.-]*)|localhost(?:\.localstack\.cloud)?)(?::\d+)?$"
)


@record(frozen=True)
class Call:
    """A decoded request. ``service`` and ``operation`` are those of the SDK's model, and so are the
    names of ``parameters``. ``protocol`` is the one spoken. ``complete`` is False where the body
    was not read or could not be (``problem`` says why)."""

    service: str
    operation: str
    protocol: str
    parameters: dict[str, Any] = field(default_factory=dict)
    signature: Signature = Signature()
    complete: bool = True
    problem: str = ""


@record(frozen=True)
class Head:
    """What a request's head tells: the operation, and where its body goes."""

    service: Service
    operation: str
    protocol: str
    signature: Signature
    match: Match | None = None

    @property
    def body_matters(self) -> bool:
        """Whether the body holds parameters, and is no object's content."""
        if self.match is None:
            return True
        data = self.service.operations[self.operation]
        return "b" in data or ("p" in data and data["p"][1] != "x")


def read_head(request: Request) -> Head | None:
    """The operation, from all but the body; None where the body (a form) must tell, or nothing."""
    signature = signature_of(request)
    candidates = _candidates(request, signature)
    found = _cbor_head(request, signature) or _target_head(request, candidates, signature)
    if found or _is_form(request):
        return found
    path = _path_with_bucket(request, candidates)
    hit = match(candidates, request, path)
    if hit is None:
        return None
    protocol = next(word for word in hit.service.protocols if word.startswith("rest-"))
    return Head(hit.service, hit.operation, protocol, signature, hit)


def decode(request: Request, head: Head | None = None) -> Call | None:
    """The whole call; None where no model knows the operation. Never raises."""
    head = head or read_head(request) or _form_head(request)
    if head is None:
        return None
    if request.body is None and head.body_matters:
        return _call(head, _outside(head, request), "the body is too long to be read")
    try:
        return _call(head, _parameters(head, _unpacked(request)), "")
    except Unreadable as problem:
        return _call(head, _outside(head, request), str(problem))


def _call(head: Head, parameters: dict[str, Any], problem: str) -> Call:
    return Call(
        head.service.name, head.operation, head.protocol, parameters, head.signature,
        complete=not problem, problem=problem,
    )  # fmt: skip


# --- the head


def _candidates(request: Request, signature: Signature) -> tuple[Service, ...]:
    """The services that were signed for; of an unsigned request those of its host's name, such as
    ``data-ats.iot.eu-west-1.amazonaws.com``."""
    if signature.service:
        return services_by("signing", signature.service)
    host = request.headers.get("host", "").lower().partition(":")[0]
    name, _, _ = host.partition(".amazonaws.com")
    if name == host:
        return ()
    labels = [label for label in name.split(".") if not _REGION.match(label)]
    for count in (2, 1):
        found = services_by("endpoint", ".".join(labels[-count:]))
        if found:
            return found
    return ()


def _cbor_head(request: Request, signature: Signature) -> Head | None:
    found = _CBOR_PATH.search(request.path)
    if not found or "cbor" not in request.headers.get("smithy-protocol", ""):
        return None
    return _named(services_by("target", found[1]), unquote(found[2]), "cbor", signature)


def _target_head(
    request: Request, candidates: tuple[Service, ...], signature: Signature
) -> Head | None:
    prefix, dot, operation = request.headers.get("x-amz-target", "").rpartition(".")
    if not dot:
        return None
    by_target = services_by("target", prefix)
    signed = tuple(item for item in by_target if item in candidates)
    return _named(signed, operation, "json", signature) or _named(
        by_target, operation, "json", signature
    )


def _named(
    candidates: tuple[Service, ...], operation: str, protocol: str, signature: Signature
) -> Head | None:
    for item in candidates:
        if operation in item.operations:
            return Head(item, operation, protocol, signature)
    return None


def _is_form(request: Request) -> bool:
    kind = request.headers.get("content-type", "")
    if request.method == "POST" and kind.startswith("application/x-www-form-urlencoded"):
        return True
    return request.query_value("Action") is not None and request.query_value("Version") is not None


def _form_head(request: Request) -> Head | None:
    """The operation that a form's ``Action`` names, of the version that it names."""
    if not _is_form(request) or request.body is None:
        return None
    try:
        fields = query.form_fields(_unpacked(request))
    except Unreadable:
        return None
    action, version = fields.get("Action", ""), fields.get("Version", "")
    signature = signature_of(request)
    signed = services_by("signing", signature.service) if signature.service else _query_services()
    fitting = [item for item in signed if item.version == version and action in item.operations]
    if not fitting and signature.service:
        fitting = [item for item in signed if action in item.operations]
    if not fitting:
        return None
    ec2 = "ec2" in fitting[0].protocols
    return Head(fitting[0], action, "ec2" if ec2 else "query", signature)


def _query_services() -> tuple[Service, ...]:
    found = (service(name) for name in services())
    return tuple(item for item in found if item is not None and item.query)


def _path_with_bucket(request: Request, candidates: tuple[Service, ...]) -> str:
    """The path with the bucket in front, where the host names it and the service is S3."""
    if not any(item.name == "s3" for item in candidates):
        return request.path
    if "x-amz-account-id" in request.headers:  # S3 Control, whose hosts name the account
        return request.path
    found = _BUCKET_HOST.match(request.headers.get("host", "").lower())
    if not found or found[1].startswith("s3.") or found[1] == "s3":
        return request.path
    return f"/{found[1]}{request.path}"


# --- the parameters


def _unpacked(request: Request) -> Request:
    """The request with its body as it was before ``Content-Encoding: gzip``."""
    if request.body is None or "gzip" not in request.headers.get("content-encoding", ""):
        return request
    packed = zlib.decompressobj(31)
    try:
        body = packed.decompress(request.body, MAX_UNPACKED_BYTES)
    except zlib.error:
        raise Unreadable("the body is no gzip") from None
    if packed.unconsumed_tail:
        raise Unreadable("the unpacked body is too long to be read")
    return Request(request.method, request.path, request.query, request.headers, body)


def _parameters(head: Head, request: Request) -> dict[str, Any]:
    body = request.body or b""
    if head.match is not None:
        return {**_outside(head, request), **_inside(head, body)}
    if head.protocol in ("query", "ec2"):
        node = head.service.operations[head.operation]
        fields = query.form_fields(request)
        return query.parameters(fields, f"={node}" if node else 0, head.service.shapes)
    value = cbor_value(body) if head.protocol == "cbor" else json_value(body)
    return value if isinstance(value, dict) else {}


def _outside(head: Head, request: Request) -> dict[str, Any]:
    """The parameters that path, query and headers hold."""
    if head.match is None:
        return {}
    made: dict[str, Any] = {}
    located = head.service.operations[head.operation].get("l", {})
    named = {name for place, name, _ in located.values() if place == "q"}
    for member, (place, name, kind) in located.items():
        if place == "q" and kind.startswith("M"):
            value = _other_fields(request, named, kind)
        else:
            value = _located(head.match, request, place, name, kind)
        if value is not None:
            made[member] = value
    if head.service.name == "s3" and isinstance(made.get("CopySource"), str):
        made["CopySource"] = unquote(made["CopySource"]).lstrip("/")
    return made


def _located(hit: Match, request: Request, place: str, name: str, kind: str) -> Any:
    if place == "u":
        return scalar(hit.labels[name], kind) if name in hit.labels else None
    if place == "H":
        prefix = name.lower()
        found = {
            key[len(prefix) :]: value
            for key, value in request.headers.items()
            if key.startswith(prefix)
        }
        return found or None
    if place == "h":
        text = request.headers.get(name.lower())
        return None if text is None else _header(text, kind)
    return _from_query(request, name, kind)


def _header(text: str, kind: str) -> Any:
    if kind.startswith("L"):
        return [scalar(part.strip(), kind[1:]) for part in text.split(",")]
    return scalar(text, kind)


def _from_query(request: Request, name: str, kind: str) -> Any:
    values = [value for key, value in request.query if key == name]
    if not values:
        return None
    if kind.startswith("L"):
        return [scalar(value, kind[1:]) for value in values]
    return scalar(values[0], kind)


def _other_fields(request: Request, named: set[str], kind: str) -> dict[str, Any] | None:
    """The fields of the query that no other member names, as a map."""
    made: dict[str, Any] = {}
    for key, value in request.query:
        if key in named or key.startswith("X-Amz-"):
            continue
        if kind.startswith("ML"):
            made.setdefault(key, []).append(value)
        else:
            made[key] = value
    return made or None


def _inside(head: Head, body: bytes) -> dict[str, Any]:
    """The parameters that the body of a REST request holds."""
    data = head.service.operations[head.operation]
    if "p" in data:
        member, node = data["p"]
        if not body or node == "x":
            return {}
        if node == "s":
            return {member: body.decode("utf-8", "replace")}
        return {member: _read(head, body, node)}
    if "b" not in data:
        return {}
    value = _read(head, body, data["b"])
    return value if isinstance(value, dict) else {}


def _read(head: Head, body: bytes, node: Any) -> Any:
    if head.protocol == "rest-xml":
        return xml_value(body, node, head.service.shapes)
    return renamed(json_value(body), node, head.service.shapes)
