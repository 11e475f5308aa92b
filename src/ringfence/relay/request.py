"""An HTTP request to a cloud service, and who signed it for which service."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote

from ringfence import late
from ringfence.model.record import record

#: ``Credential=KEY/20261130/eu-west-1/s3/aws4_request``; without the region in the asymmetric form.
_SCOPE = late.pattern(r"^(.+)/\d{8}/(?:([^/]*)/)?([^/]+)/aws4_request$")
_CREDENTIAL = late.pattern(r"Credential=([^,\s]+)")
MAX_QUERY_FIELDS = 5_000


@record(frozen=True)
class Request:
    """``path`` is as sent, percent-encoded; ``query`` decoded pairs in order; ``headers`` has
    lower- case names; ``body`` is None when it was not read (large, or of no use for decoding)."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: dict[str, str]
    body: bytes | None = b""

    def query_value(self, name: str) -> str | None:
        """The first value of a query field."""
        return next((value for key, value in self.query if key == name), None)


@record(frozen=True)
class Signature:
    """Who signed, for where and what. ``key`` is the id of the access key, "" when unsigned."""

    key: str = ""
    region: str = ""
    service: str = ""


def make_request(
    method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes | None = b""
) -> Request:
    """A request from its parts; ``target`` is the path with query, or a whole URL.

    Raises:
        ValueError: the query has too many fields.
    """
    if "://" in target.partition("?")[0]:
        target = "/" + target.partition("://")[2].partition("/")[2]
    path, _, query = target.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_QUERY_FIELDS)
    names = {name.lower(): value for name, value in headers}
    return Request(method.upper(), path, tuple(pairs), names, body)


def signature_of(request: Request) -> Signature:
    """Key, region and service of a signature in the header or the query (presigned)."""
    header = request.headers.get("authorization", "")
    if header.startswith("AWS ") and ":" in header:  # version 2, which only S3 still takes
        return Signature(header[4:].partition(":")[0], "", "s3")
    found = _CREDENTIAL.search(header) if header.startswith("AWS4") else None
    credential = found[1] if found else request.query_value("X-Amz-Credential") or ""
    parts = _SCOPE.match(unquote(credential))
    if parts:
        return Signature(parts[1], parts[2] or request_region(request), parts[3])
    key = request.query_value("AWSAccessKeyId")
    if key and request.query_value("Signature"):
        return Signature(key, "", "s3")
    return Signature()


def request_region(request: Request) -> str:
    """The region set of an asymmetric signature where it is one region."""
    region = request.headers.get("x-amz-region-set", "")
    return "" if "," in region or "*" in region else region
