"""Which REST operation a method, path and query mean.

Patterns come from the provider's models: ``/{Bucket}/{Key+}?tagging`` has labels, of which one with
``+`` takes slashes too, and fields of the query that must be there. Among the patterns that fit,
the one with the most such demands wins: ``PUT /{Bucket}/{Key+}`` is UploadPart where the query has
a part number, CopyObject where a header names a source, PutObject otherwise.
"""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote

from ringfence.model.record import record
from ringfence.relay.request import Request
from ringfence.rules.protocols import Service, service


@record(frozen=True)
class Route:
    """A pattern, ready to be compared: ``parts`` of the path, ``literal`` query fields."""

    operation: str
    parts: tuple[str, ...]
    literal: tuple[tuple[str, str], ...]
    needed: tuple[tuple[str, str], ...]
    deprecated: bool


@record(frozen=True)
class Match:
    """A route that fits, the values of its labels, and how specific it is."""

    service: Service
    operation: str
    labels: dict[str, str]
    rank: tuple[int, ...]


def match(candidates: tuple[Service, ...], request: Request, path: str) -> Match | None:
    """The operation of one of the services that fits best, or None.

    ``path`` is the request's, with the bucket in front where the host named it.
    """
    found = [hit for item in candidates if item.rest for hit in _matches(item, request, path)]
    named = request.query_value("x-id")
    for hit in found:
        if hit.operation == named:
            return hit
    return max(found, key=lambda hit: hit.rank, default=None)


def _matches(item: Service, request: Request, path: str) -> list[Match]:
    segments = path.split("/")[1:]
    found: list[Match] = []
    for route in _routes(item.name).get(request.method, ()):
        labels = _labels(route.parts, segments)
        if labels is None or not _has(route.literal, request):
            continue
        missing = sum(not _present(place, name, request) for place, name in route.needed)
        demands = len(route.literal) + len(route.needed) - missing
        texts = sum(not part.startswith("{") for part in route.parts)
        rank = (-missing, demands, texts, -len(route.parts), -route.deprecated)
        found.append(Match(item, route.operation, labels, rank))
    return found


def _has(literal: tuple[tuple[str, str], ...], request: Request) -> bool:
    return all(
        any(key == name and (not value or value == given) for key, given in request.query)
        for name, value in literal
    )


def _present(place: str, name: str, request: Request) -> bool:
    if place == "q":
        return request.query_value(name) is not None
    return name.lower() in request.headers


def _labels(parts: tuple[str, ...], segments: list[str]) -> dict[str, str] | None:
    """The values of a pattern's labels in a path; None when it does not fit."""
    greedy = next((at for at, part in enumerate(parts) if part.endswith("+}")), None)
    if greedy is None:
        if segments[-1:] == [""] and len(segments) > len(parts):
            segments = segments[:-1]
        return _plain_labels(parts, segments)
    after = len(parts) - greedy - 1
    stop = len(segments) - after
    if stop <= greedy:
        return None
    joined = "/".join(segments[greedy:stop])
    before = _plain_labels(parts[:greedy], segments[:greedy])
    behind = _plain_labels(parts[greedy + 1 :], segments[stop:])
    if before is None or behind is None or not joined:
        return None
    return before | {parts[greedy][1:-2]: unquote(joined)} | behind


def _plain_labels(parts: tuple[str, ...], segments: list[str]) -> dict[str, str] | None:
    if len(parts) != len(segments):
        return None
    labels: dict[str, str] = {}
    for part, segment in zip(parts, segments, strict=True):
        if part.startswith("{"):
            if not segment:
                return None
            labels[part[1:-1]] = unquote(segment)
        elif part != unquote(segment):
            return None
    return labels


@cache
def _routes(name: str) -> dict[str, list[Route]]:
    """The routes of a service by method."""
    item = service(name)
    assert item is not None
    made: dict[str, list[Route]] = {}
    for operation, data in item.operations.items():
        if isinstance(data, dict):
            made.setdefault(data["m"], []).append(_route(operation, data))
    return made


def _route(operation: str, data: dict[str, Any]) -> Route:
    path, _, query = data["u"].partition("?")
    parts = path.split("/")[1:]
    if len(parts) > 1 and not parts[-1]:
        parts = parts[:-1]
    located = data.get("l", {})
    return Route(
        operation,
        tuple(parts),
        tuple(parse_qsl(query, keep_blank_values=True)),
        tuple((located[member][0], located[member][1]) for member in data.get("r", ())),
        "d" in data,
    )
