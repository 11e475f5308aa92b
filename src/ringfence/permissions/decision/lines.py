"""Requests of a JSON Lines file, each with its policies, and the decisions as such lines.

A line that cannot be decided becomes ``{"id", "line", "error", "place", "help"}``; the others are
decided all the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from ringfence.errors import UsageError
from ringfence.permissions.actions import action_exists, expand, split_action
from ringfence.permissions.decision.decider import (
    CompiledPolicy,
    Decider,
    Decision,
    refuse_malformed,
)
from ringfence.permissions.decision.overlaps import idle_allows
from ringfence.permissions.decision.reading import listed, plain_statements
from ringfence.permissions.decision.request import Request
from ringfence.permissions.decision.validate import places, validate

FIELDS = (
    "id", "identity", "resource_policy", "boundary", "session", "scp", "rcp", "principal",
    "action", "resource", "resource_account", "context",
)  # fmt: skip
#: Nothing that is stored as policies of one principal comes near; in bytes.
MAX_LINE = 8_000_000
_KEPT_POLICIES = 2048


class Simulator:
    """Decides line by line; policies that come again are made ready once."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], tuple[CompiledPolicy, tuple[str, ...]]] = {}

    def decide(self, lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
        """A record for every line that is not blank, in their order."""
        for number, line in enumerate(lines, 1):
            if line.strip(b" \t\r\n\xef\xbb\xbf"):
                yield self._line(number, line)

    def _line(self, number: int, line: bytes) -> dict[str, Any]:
        data: object = None
        try:
            data = _parsed(line)
            return self._decided(_object(data))
        except UsageError as problem:
            return _told(data, number, problem)
        except RecursionError:
            return _told(data, number, UsageError("it is nested too deeply"))

    def _decided(self, data: Mapping[str, Any]) -> dict[str, Any]:
        _refuse_fields(data)
        if isinstance(data.get("id"), list | Mapping):
            raise UsageError("it is no text or number", where="id", cure="give each line its own")
        notes: list[str] = []
        decider = self._decider(data, notes)
        action = _text(data, "action")
        if action is not None:
            _refuse_action(action)
        context = data.get("context")
        if context is not None and not isinstance(context, Mapping):
            raise UsageError("it is no object", where="context", cure="map keys to values")
        request = Request(
            action,
            _text(data, "resource"),
            data.get("principal"),
            context,
            _text(data, "resource_account"),
        )
        return _record(data.get("id"), decider.decide(request), notes)

    def _decider(self, data: Mapping[str, Any], notes: list[str]) -> Decider:
        def several(held: object, name: str, kind: str) -> list[CompiledPolicy]:
            return [
                self._policy(item, f"{name}[{place}]", kind, notes)
                for place, item in enumerate(_policies(held, name))
            ]

        def levels(name: str) -> list[list[CompiledPolicy]]:
            return [
                several(level, f"{name}[{place}]", name)
                for place, level in enumerate(_levels(data.get(name), name))
            ]

        def single(name: str, kind: str) -> CompiledPolicy | None:
            held = data.get(name)
            return None if held is None else self._policy(held, name, kind, notes)

        return Decider(
            identity=several(data.get("identity"), "identity", "identity"),
            boundary=single("boundary", "boundary"),
            session=several(data.get("session"), "session", "session"),
            scps=levels("scp"),
            resource=single("resource_policy", "resource"),
            rcps=levels("rcp"),
        )

    def _policy(self, data: object, name: str, kind: str, notes: list[str]) -> CompiledPolicy:
        if isinstance(data, str):
            data = _policy_text(data, name)
        key = (name, kind, json.dumps(data))
        kept = self._kept.get(key)
        if kept is None:
            if len(self._kept) >= _KEPT_POLICIES:
                self._kept.clear()
            kept = self._kept[key] = _compiled(data, name, kind)
        notes += kept[1]
        return kept[0]


def _compiled(data: object, name: str, kind: str) -> tuple[CompiledPolicy, tuple[str, ...]]:
    refuse_malformed(data, name, kind)
    assert isinstance(data, Mapping)
    problems = validate(data, kind)
    notes = [
        f"{name}.{one.place}: {one.what}" + (f"; {one.cure}" if one.cure else "")
        for one in problems
    ]
    notes += (f"{name}.{text}" for text in _unknown_actions(data))
    notes += (f"{name}.{text}" for text in idle_allows(plain_statements(data)))
    return CompiledPolicy(data, name), tuple(notes)


def _told(data: object, number: int, problem: UsageError) -> dict[str, Any]:
    name = data.get("id") if isinstance(data, Mapping) else None
    simple = name if isinstance(name, str | int | float) else None
    found = {"id": simple, "line": number, "error": problem.what}
    found |= {"place": problem.where} if problem.where else {}
    return found | ({"help": problem.cure} if problem.cure else {})


def _record(name: object, decision: Decision, notes: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": name,
        "decision": str(decision.verdict),
        "kind": decision.kind,
        "statements": [
            {"policy": one.policy, "sid": one.sid, "index": one.index, "effect": one.effect}
            for one in decision.statements
        ],
        "unknown": list(decision.unknown),
    }
    if decision.lacks:
        found["lacks"] = list(dict.fromkeys(decision.lacks))
    return found | ({"notes": notes} if notes else {})


# --- reading -----------------------------------------------------------------------------------


def _parsed(line: bytes) -> object:
    if len(line) > MAX_LINE:
        raise UsageError(f"the line has {len(line):,} bytes", cure=f"keep it under {MAX_LINE:,}")
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise UsageError(f"byte {problem.start} of the line is not UTF-8") from problem
    return _json(text, "")


def _json(text: str, where: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_without_twins, parse_constant=_no_constant)
    except RecursionError as problem:
        raise UsageError("it is nested too deeply", where=where) from problem
    except ValueError as problem:
        cure = "write one JSON object a line"
        raise UsageError(f"it is no JSON: {problem}", where=where, cure=cure) from problem


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twin!r} is there twice in one object")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON number")


def _object(data: object) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise UsageError("the line is no object", cure='write {"id": …, "action": …}')
    return data


def _refuse_fields(data: Mapping[str, Any]) -> None:
    for name in data:
        if name not in FIELDS:
            near = get_close_matches(name, FIELDS, 1)
            cure = f"did you mean {near[0]}?" if near else f"there are {', '.join(FIELDS)}"
            raise UsageError(f"there is no field {name[:60]!r}", cure=cure)


def _text(data: Mapping[str, Any], name: str) -> str | None:
    value = data.get(name)
    if value is None or (isinstance(value, str) and value):
        return value
    raise UsageError("it is no text", where=name, cure="give one text, or null for not known")


def _policies(held: object, name: str) -> list[Any]:
    if held is None or isinstance(held, list):
        return listed(held)
    if isinstance(held, Mapping | str):
        return [held]
    raise UsageError("it is no list of policies", where=name, cure="give a list of objects")


def _levels(held: object, name: str) -> list[Any]:
    """A list of lists; a list of policies is one level."""
    if isinstance(held, list) and any(not isinstance(level, list) for level in held):
        if all(isinstance(level, Mapping) for level in held):
            return [held]
        raise UsageError("levels and policies are mixed", where=name, cure="give lists of policies")
    if isinstance(held, Mapping):
        return [[held]]
    if held is None or isinstance(held, list):
        return listed(held)
    raise UsageError("it is no list of levels", where=name, cure="give a list of lists of policies")


def _policy_text(text: str, name: str) -> object:
    return _json(text, name)


# --- actions -----------------------------------------------------------------------------------


def _refuse_action(action: str) -> None:
    service, colon, name = action.partition(":")
    if not colon or not service or not name or any(letter in action for letter in "*? "):
        raise UsageError(
            f"{action[:60]!r} is not one action", where="action", cure="write one, as s3:GetObject"
        )
    if not action_exists(action):
        raise UsageError(f"there is no action {action[:60]}", where="action", cure=_near(action))


def _unknown_actions(policy: Mapping[str, Any]) -> Iterator[str]:
    for number, item in enumerate(listed(policy.get("Statement"))):
        for element in ("Action", "NotAction"):
            for place, action in places(item.get(element), f"Statement[{number}].{element}"):
                if isinstance(action, str) and not action_exists(action):
                    yield f"{place}: there is no action {action}; {_near(action)}"


def _near(action: str) -> str:
    """What may have been meant, out of the service's own actions."""
    service, name = split_action(action)
    known = {found.partition(":")[2].lower(): found for found in expand(f"{service}:*")}
    near = get_close_matches(name.lower()[:100], known, 2, 0.7)
    meant = " or ".join(known[word] for word in near)
    return f"did you mean {meant}?" if meant else f"{service} has no action of such a name"
