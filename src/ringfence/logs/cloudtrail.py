"""CloudTrail: files of the provider's audit trail as observations of functions.

A function is known in them by the session of its role: Lambda names the session as the function.
The platform's own sessions (``awslambda_…``, which poll queues and streams) are told by the role
alone. Calls of people, users and services are nobody's of these and are only counted.

Sources: CloudTrail user guide ("CloudTrail record contents", "userIdentity element"); the tables
``rules/logs/cloudtrail.toml`` name the exceptions.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ringfence import late
from ringfence.files import open_regular
from ringfence.logs.observing import Place, Requirements, Used, observation, used_by
from ringfence.logs.splitting import records
from ringfence.model.event import Observation
from ringfence.model.location import Skipped
from ringfence.model.record import record
from ringfence.rules import packed
from ringfence.rules.protocols import Service, service, services_by

_DATA = "logs/cloudtrail.toml"
ENDINGS = (".json", ".json.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
#: Folders of a trail that hold no calls.
OTHER_FOLDERS = ("CloudTrail-Digest", "CloudTrail-Insight")
MAX_FILES = 1_000_000

_ROLE_SESSION = late.pattern(r"^arn:[^:]*:sts::[^:]*:assumed-role/([^/]+)/(.+)$")
_FUNCTION_NAME = late.pattern(r"^[A-Za-z0-9_-]{1,64}$")
#: Sessions that the platform opens to poll for a function, and those that SDKs name by themselves.
_NOT_A_FUNCTION = late.pattern(
    r"^(awslambda_|botocore-session-|aws-sdk-|AssumeRoleSession|[0-9]+$|i-[0-9a-f]{8,}$)"
)
_VERSION = late.pattern(r"_?20\d\d_?\d\d_?\d\d(v\d+)?$")
_DENIED = late.pattern(
    r"not authorized to perform: ([a-zA-Z0-9-]+:[a-zA-Z0-9]+)"
    r"(?: on resource: [\"']?(arn:[^\s\"']+))?"
)


@record()
class Tally:
    """What was read: files, records, records that are calls of a role's session, and of others."""

    files: int = 0
    records: int = 0
    of_roles: int = 0
    of_others: int = 0


@record(frozen=True)
class Event:
    """A record made ready: candidates for the service, the operation, parameters by their names."""

    services: tuple[Service, ...]
    operation: str
    parameters: dict[str, Any]
    place: Place


def read_cloudtrail(
    paths: Iterable[Path], requirements: Requirements, tally: Tally | None = None
) -> Iterator[Observation | Skipped]:
    """The observations of CloudTrail files and of all files below folders, in order of their names.

    ``tally`` is counted up while reading. What cannot be read is yielded as Skipped.
    """
    counted = tally if tally is not None else Tally()
    for path in paths:
        for file in _files(path):
            counted.files += 1
            yield from _read_file(file, requirements, counted)


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    seen = 0
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if name not in OTHER_FOLDERS)
        for name in sorted(names):
            if name.endswith(ENDINGS) and seen < MAX_FILES:
                seen += 1
                yield Path(folder) / name


def _read_file(
    path: Path, requirements: Requirements, tally: Tally
) -> Iterator[Observation | Skipped]:
    origin = f"cloudtrail:{path.name}"
    try:
        with open_regular(path) as file:
            for item in records(file, str(path)):
                if isinstance(item, Skipped):
                    yield item
                else:
                    tally.records += 1
                    yield from observations_of(item, requirements, tally, origin)
    except (OSError, ValueError) as problem:
        yield Skipped(str(path), getattr(problem, "strerror", None) or str(problem))


def observations_of(
    data: dict[str, Any],
    requirements: Requirements,
    tally: Tally | None = None,
    origin: str = "cloudtrail",
) -> tuple[Observation, ...]:
    """The observations of one record, also of one wrapped in an event of EventBridge or in an
    answer of ``lookup-events``; () when it is no call of a role's session. Never raises."""
    entry = _unwrapped(data)
    function = function_of(entry)
    if tally is not None:
        tally.of_roles += bool(function)
        tally.of_others += not function
    event = _event(entry) if function else None
    if event is None:
        return ()
    decision, denied = _decision(entry)
    used = (denied,) if denied else _used(event, requirements, _arns(entry))
    time = _text(entry.get("eventTime"))
    return tuple(observation(item, time, function, decision, origin) for item in used)


def function_of(entry: Mapping[str, Any]) -> str:
    """The function's name, or ``role/NAME``; "" when no role's session made the call."""
    identity = entry.get("userIdentity")
    if not isinstance(identity, dict) or identity.get("type") != "AssumedRole":
        return ""
    found = _ROLE_SESSION.match(_text(identity.get("arn")))
    if not found:
        return ""
    role, session = found[1], found[2]
    named = _FUNCTION_NAME.match(session) and not _NOT_A_FUNCTION.match(session)
    return session if named else f"role/{role}"


def _unwrapped(data: dict[str, Any]) -> dict[str, Any]:
    detail = data.get("detail")
    if isinstance(detail, dict) and "eventSource" in detail:
        return detail
    text = data.get("CloudTrailEvent")
    if isinstance(text, str):
        import json

        try:
            inner = json.loads(text)
        except (ValueError, RecursionError):
            return data
        return inner if isinstance(inner, dict) else data
    return data


def _event(entry: Mapping[str, Any]) -> Event | None:
    source, name = _text(entry.get("eventSource")), _text(entry.get("eventName"))
    kind = entry.get("eventType", "AwsApiCall")
    if not source.endswith(".amazonaws.com") or not name or kind != "AwsApiCall":
        return None
    candidates = _services(source.removesuffix(".amazonaws.com"))
    found, operation = _operation(candidates, name)
    region, account = _text(entry.get("awsRegion")), _text(entry.get("recipientAccountId"))
    place = Place(region or "*", account or "*", _partition(region))
    names = found[0].name if found else ""
    return Event(found, operation, _parameters(entry.get("requestParameters"), names), place)


def _partition(region: str) -> str:
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def _services(source: str) -> tuple[Service, ...]:
    """The services that log under a source, without its ``.amazonaws.com``."""
    named = packed_table()["sources"].get(source)
    if named:
        return tuple(item for item in map(service, named) if item is not None)
    found = dict.fromkeys(services_by("endpoint", source) + services_by("signing", source))
    return tuple(sorted(found, key=lambda item: (item.name != source, item.name)))


def _operation(candidates: tuple[Service, ...], name: str) -> tuple[tuple[Service, ...], str]:
    """The services that have the operation that an event names, and its name there."""
    plain = _VERSION.sub("", name)
    for item in candidates:
        renamed = packed_table()["operations"].get(item.name, {}).get(name)
        for operation in (renamed, name, plain):
            if operation and operation in item.operations:
                return (item,), operation
    return candidates[:1], plain


def _parameters(given: Any, service_name: str) -> dict[str, Any]:
    """Request parameters under the names of the SDK's model, and under their own."""
    if not isinstance(given, dict):
        return {}
    table = packed_table()["parameters"].get(service_name, {})
    made: dict[str, Any] = dict(given)
    for key, value in given.items():
        made[table.get(key) or _capital(key)] = _capitalised(value, 0)
    return made


def _capital(key: str) -> str:
    return key[:1].upper() + key[1:]


def _capitalised(value: Any, depth: int) -> Any:
    if depth > 8:
        return value
    if isinstance(value, dict):
        return {_capital(str(key)): _capitalised(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_capitalised(item, depth + 1) for item in value]
    return value


def _decision(entry: Mapping[str, Any]) -> tuple[str, Used | None]:
    """What was decided, and of a denial the action that its message names."""
    code = _text(entry.get("errorCode"))
    if not code:
        return "allowed", None
    table = packed_table()["decisions"]
    if code in table["denied"]:
        found = _DENIED.search(_text(entry.get("errorMessage")))
        return "denied", Used(found[1], (found[2] or "*").rstrip(".,;)")) if found else None
    return ("" if code in table["unknown"] else "allowed"), None


def _used(event: Event, requirements: Requirements, arns: list[str]) -> tuple[Used, ...]:
    if not event.services:
        return ()
    item = event.services[0]
    found = used_by(requirements, item.name, event.operation, event.parameters, event.place)
    narrow = [narrowed for used in found for narrowed in _narrowed(used, arns)]
    return tuple({(used.action, used.resource): used for used in narrow}.values())


def _narrowed(used: Used, arns: list[str]) -> list[Used]:
    """The resources that the record names, where the parameters alone did not tell them."""
    if "*" not in used.resource:
        return [used]
    prefix = used.action.partition(":")[0]
    fitting = [arn for arn in arns if _of_service(arn, prefix) and _fits(used.resource, arn)]
    return [Used(used.action, arn, used.requirement) for arn in fitting] or [used]


def _of_service(arn: str, prefix: str) -> bool:
    return arn.split(":", 3)[2:3] == [prefix]


def _fits(pattern: str, arn: str) -> bool:
    """Whether an ARN is of a pattern with ``*``; ``*`` alone says that no resource limits the
    action, or that nothing is known: then only an ARN of the same service is narrower."""
    pieces = pattern.split("*")
    if not arn.startswith(pieces[0]) or not arn.endswith(pieces[-1]):
        return False
    at = len(pieces[0])
    for piece in pieces[1:-1]:
        at = arn.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return at <= len(arn) - len(pieces[-1])


def _arns(entry: Mapping[str, Any]) -> list[str]:
    given = entry.get("resources")
    if not isinstance(given, list):
        return []
    items = (item for item in given[:100] if isinstance(item, dict))
    found = (_text(item.get("ARN") or item.get("arn")) for item in items)
    return [arn for arn in found if arn.startswith("arn:") and "*" not in arn]


def _text(value: Any) -> str:
    return value[:4096] if isinstance(value, str) else ""


@cache
def packed_table() -> dict[str, Any]:
    """The exceptions."""
    return packed.read(_DATA)
