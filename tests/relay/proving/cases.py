"""What functions are called with: the sample of each trigger's kind, with what a case file says.

    [[before]]                       # a call of the SDK that fills the application, as its owner
    service = "dynamodb"
    call = "put_item"
    arguments = {TableName = "${OrdersTable}", Item = {id = {S = "1"}}}

    [[call]]                         # in place of one call for each trigger
    function = "CreateOrder"
    trigger = "apigateway-http"      # the kind whose sample it is; left out: the function's first
    event = {body = '…', "Records[0].s3.object.key" = "a"}     # paths of the sample → values
    temporary = ["/tmp/${number}.txt"]                         # files that the code leaves behind
    uploads = "body"                 # the answer holds a signed form at this path; use it

Everywhere ``${Name}`` is the name of the template's resource (a queue's URL: ``${Name.Url}``),
``${Name.Arn}`` its ARN, ``${token}`` eight hexadecimal digits that no other run has, ``${number}`` the same in
decimal, ``${web}`` a web server of this machine.
"""

from __future__ import annotations

import copy
import re
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from proving.stack import Stack
from ringfence.model.application import Function
from ringfence.model.record import field, record
from ringfence.rules.events import load_events

_NAME = re.compile(r"\$\{([A-Za-z0-9.]+)\}")
_STEP = re.compile(r"[^.\[\]]+")


@record(frozen=True)
class Seed:
    """A call of the SDK that fills the application."""

    service: str
    call: str
    arguments: Mapping[str, Any]


@record(frozen=True)
class Invocation:
    """One call of a function, as the case file says it."""

    function: str
    kind: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    temporary: tuple[str, ...] = ()
    uploads: str = ""


@record(frozen=True)
class Cases:
    seeds: tuple[Seed, ...] = ()
    invocations: tuple[Invocation, ...] = ()

    def of(self, function: Function, stack: Stack) -> list[Invocation]:
        """The calls of a function: the file's, or one for each of its triggers."""
        told = [one for one in self.invocations if one.function == function.logical_id]
        if told:
            return told
        kinds = [one.kind for one in stack.application.triggers_of(function.id)] or ["invoke"]
        return [Invocation(function.logical_id, kind) for kind in dict.fromkeys(kinds)]


def read_cases(path: Path | None, stack: Stack) -> Cases:
    """The cases of a file; none without one."""
    if path is None:
        return Cases()
    data = tomllib.loads(path.read_text())
    seeds = (Seed(one["service"], one["call"], one["arguments"]) for one in data.get("before", ()))
    return Cases(tuple(seeds), tuple(_invocation(one, stack) for one in data.get("call", ())))


def _invocation(told: dict[str, Any], stack: Stack) -> Invocation:
    function = stack.functions[told["function"]]
    triggers = stack.application.triggers_of(function.id)
    kind = told.get("trigger") or (triggers[0].kind if triggers else "invoke")
    return Invocation(
        told["function"],
        kind,
        told.get("event", {}),
        tuple(told.get("temporary", ())),
        told.get("uploads", ""),
    )


class Filling:
    """The meaning of ``${…}`` in one run."""

    def __init__(self, stack: Stack, web: str) -> None:
        token = secrets.token_hex(4)
        self._stack = stack
        self._own = {"token": token, "number": str(int(token, 16)), "web": web}

    def __call__(self, data: Any) -> Any:
        if isinstance(data, str):
            return _NAME.sub(lambda found: self._value(found[1]), data)
        if isinstance(data, Mapping):
            return {name: self(item) for name, item in data.items()}
        return [self(item) for item in data] if isinstance(data, list) else data

    def _value(self, name: str) -> str:
        if name in self._own:
            return self._own[name]
        resource, _, attribute = name.partition(".")
        identifier = self._stack.named(resource)
        if attribute == "Arn":
            return self._stack.arn(identifier)
        found = self._stack.name(identifier)
        return self._stack.queue_url(found) if attribute == "Url" else found


def event_of(invocation: Invocation, filling: Filling) -> Any:
    """The event of a call: the sample with the case's changes."""
    event = copy.deepcopy(load_events().shapes[invocation.kind].sample)
    for path, value in invocation.changes.items():
        _put(event, path, filling(value))
    return event


def _put(event: Any, path: str, value: Any) -> None:
    *steps, last = [int(part) if part.isdigit() else part for part in _STEP.findall(path)]
    for step in steps:
        event = event[step] if isinstance(step, int) else event.setdefault(step, {})
    event[last] = value


def at(data: Any, path: str) -> Any:
    """What stands at a path."""
    for part in _STEP.findall(path):
        data = data[int(part) if part.isdigit() else part]
    return data
