"""Recordings of what functions called → permissions by key, as evidence beside the code's lines.

A recording is an NDJSON file of observations, or CloudTrail: a file, or a folder of them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from ringfence.errors import NothingToRead
from ringfence.logs.assign import Usage, assign
from ringfence.logs.cloudtrail import read_cloudtrail
from ringfence.logs.observing import Requirements
from ringfence.model.contract import Evidence, FunctionContract, Permission
from ringfence.model.event import Observation, read_observations
from ringfence.model.location import Skipped
from ringfence.model.record import field, record

#: How much of a file tells what it is.
HEAD_BYTES = 65_536
MAX_NOTES = 20


@record()
class Recorded:
    """``by_key`` are allowed calls by the function's key, ``denied`` refused ones, ``days`` the
    length of the recording. ``notes`` tell what was not read or belongs to nobody."""

    by_key: dict[str, list[Permission]] = field(default_factory=dict)
    denied: dict[str, list[Permission]] = field(default_factory=dict)
    days: float = 0.0
    notes: list[str] = field(default_factory=list)


def read_recorded(
    paths: Sequence[Path], functions: Iterable[FunctionContract], requirements: Requirements
) -> Recorded:
    """The calls in the recordings that belong to the functions.

    Raises:
        NothingToRead: one of the paths is not there.
    """
    for path in paths:
        if not path.exists():
            raise NothingToRead("there is no such recording", str(path), "name a file or a folder")
    found = Recorded()
    assigned = assign(_observations(paths, requirements, found), functions)
    times: list[str] = []
    for key, usages in assigned.by_key.items():
        for usage in usages:
            times += [usage.first, usage.last]
            if usage.kind == "action":
                side = found.denied if usage.decision == "denied" else found.by_key
                side.setdefault(key, []).append(_permission(usage))
    found.days = _days(times)
    for name, count in assigned.unassigned.items():
        found.notes.append(f"{count:,} observations of {name or 'nobody'}: no function of these")
    for key, count in assigned.left.items():
        found.notes.append(f"{key}: {count:,} observations beyond what is kept were left out")
    return found


def _observations(
    paths: Sequence[Path], requirements: Requirements, found: Recorded
) -> Iterator[Observation]:
    for path in paths:
        for item in _of_path(path, requirements):
            if not isinstance(item, Skipped):
                yield item
            elif len(found.notes) < MAX_NOTES:
                found.notes.append(f"{item.what}: {item.reason}")


def _of_path(path: Path, requirements: Requirements) -> Iterator[Observation | Skipped]:
    if not is_observations(path):
        yield from read_cloudtrail([path], requirements)
        return
    with path.open("rb") as file:
        yield from read_observations(file, path.name)


def is_observations(path: Path) -> bool:
    """Whether the file's first line is an observation; folders and CloudTrail files are not."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        line = file.readline(HEAD_BYTES)
    try:
        data = json.loads(line)
    except ValueError:
        return path.suffix == ".ndjson"
    return isinstance(data, dict) and "kind" in data and "value" in data


def _permission(usage: Usage) -> Permission:
    times = f"{usage.count:,} times" if usage.count > 1 else "once"
    evidence = Evidence("observed", usage.origin, f"{times}, last {usage.last}")
    return Permission(usage.value, usage.resource or "*", evidence=(evidence,))


def _days(times: Iterable[str]) -> float:
    known = []
    for text in times:
        try:
            known.append(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())
        except ValueError:
            continue
    return (max(known) - min(known)) / 86_400 if known else 0.0


def unused(
    contracts: Iterable[FunctionContract], recorded: Recorded, days: float
) -> dict[str, list[Permission]]:
    """What the code needs and no recording of at least ``days`` days shows, by key.

    Functions that were not recorded at all are left out: they may not have run.
    """
    found: dict[str, list[Permission]] = defaultdict(list)
    if recorded.days < days:
        return found
    for contract in contracts:
        seen = {call.action.lower() for call in recorded.by_key.get(contract.key, ())}
        if seen:
            idle = [need for need in contract.permissions if need.action.lower() not in seen]
            found[contract.key] = idle
    return found
