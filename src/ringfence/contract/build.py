"""An application and the facts about its code → the contract of each function as it is today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial

from ringfence.contract.events import event_paths
from ringfence.contract.triggers import narrowed_triggers
from ringfence.model.application import Application, Function
from ringfence.model.contract import (
    Evidence,
    FunctionContract,
    FunctionDraft,
    Host,
    Item,
    Limits,
    TriggerContract,
)
from ringfence.model.facts import Connection, EventRead, EventTest, Facts, Use
from ringfence.permissions.escalate import escalations_of
from ringfence.permissions.grants import grants_of
from ringfence.permissions.needed import Needs, needs_by_function, place
from ringfence.permissions.physical import PhysicalNames, Place
from ringfence.permissions.platform import platform_needs, runs_elsewhere
from ringfence.permissions.powers import powers_of
from ringfence.rules.events import load_events

Harvest = Callable[[Application, Facts], list[FunctionDraft]]

#: Lines that vouch for one item; more say nothing more.
MAX_EVIDENCE = 6
#: Words of one command, and of one item at all.
MAX_TEXT = 200
CALLER = "the caller"
ELSEWHERE = "another cloud runs it, and what it needs there is not read"
_CLOUD = ".amazonaws.com"


def harvest_for(where: Place) -> tuple[Harvest, str]:
    """What makes drafts of an application for a place of deployment, and the key of its answers."""
    return partial(drafts_of, where=where), f"contract 2 {where!r}"


def drafts_of(application: Application, facts: Facts, where: Place) -> list[FunctionDraft]:
    """One draft for each function, in template order."""
    names = PhysicalNames(application, where)
    needs = needs_by_function(facts.calls, names)
    uses: dict[str, list[Use]] = defaultdict(list)
    for use in facts.uses:
        uses[use.function].append(use)
    connections: dict[str, list[Connection]] = defaultdict(list)
    for connection in facts.connections:
        connections[connection.function].append(connection)
    reads: dict[str, list[EventRead]] = defaultdict(list)
    for read in facts.event_reads:
        reads[read.function].append(read)
    tests: dict[str, list[EventTest]] = defaultdict(list)
    for test in facts.event_tests:
        tests[test.function].append(test)
    drafts = []
    for function in application.functions.values():
        draft = _draft(function, application, names, needs.get(function.id, Needs()),
                       uses[function.id], connections[function.id])  # fmt: skip
        own = tests[function.id]
        draft.contract.triggers = _triggers(function, application, reads[function.id], own)
        draft.narrow = narrowed_triggers(function, application, own)
        drafts.append(draft)
    return drafts


def _draft(
    function: Function,
    application: Application,
    names: PhysicalNames,
    needs: Needs,
    uses: list[Use],
    connections: list[Connection],
) -> FunctionDraft:
    role = application.role_of(function)
    contract = FunctionContract(
        id=function.id,
        key=function.logical_id,
        name=names.text(function.name) if function.name else names.name(function.id),
        role=names.name(role.id) if role is not None else "",
        runtime=function.runtime,
        handler=function.handler,
        permissions=needs.permissions,
        platform=platform_needs(function, application, names),
        hosts=_hosts(uses, connections),
        processes=_items(uses, "process"),
        file_reads=_items(uses, "file-read"),
        file_writes=_items(uses, "file-write"),
        environment=_items(uses, "environment"),
        secrets=_items(uses, "secret-read"),
        limits=Limits(
            function.memory_mib, function.timeout_s, function.concurrency, function.ephemeral_mib
        ),
        gaps=[*_code_gaps(function), *_cloud_gaps(function, application), *needs.gaps],
    )
    draft = FunctionDraft(contract)
    if role is not None:
        draft.role_id = role.id
        draft.role_gaps = role.gaps
        draft.grants = grants_of(role, names)
        draft.escalations = [
            f"{one.result} ({', '.join(one.actions)}; {', '.join(one.targets)})"
            for one in escalations_of(role, application)
        ]
        draft.reach = [f"{power.verb} {power.target}" for power in powers_of(role, application)]
    return draft


def _code_gaps(function: Function) -> list[str]:
    if function.code is None:
        return [f"its code was not read: {function.code_problem or 'not found'}"]
    if function.language not in ("python", "javascript", "typescript"):
        return [f"its code was not read: {function.language or function.runtime} is not known"]
    return []


def _cloud_gaps(function: Function, application: Application) -> list[str]:
    return [ELSEWHERE] if runs_elsewhere(function, application) else []


def _hosts(uses: list[Use], connections: list[Connection]) -> list[Host]:
    evidence: dict[tuple[str, int, str], list[Evidence]] = defaultdict(list)
    for use in uses:
        if use.kind == "host" and _CLOUD not in use.value:
            name, port = _address(use.value)
            chosen = CALLER if use.tainted and name.startswith("*") else ""
            evidence[name, port, chosen].append(Evidence("code", place(use.location), use.detail))
    named = {name for name, _, _ in evidence}
    for connection in connections:
        for host in _of_connection(connection):
            name, port = _address(host)
            if name in named and connection.kind != "cloud":
                continue
            at = Evidence("code", place(connection.location), connection.library)
            evidence[name, port or _port(connection), ""].append(at)
    return [
        Host(name, port, chosen, _first(found))
        for (name, port, chosen), found in sorted(evidence.items())
    ]


def _of_connection(connection: Connection) -> Iterable[str]:
    host = connection.host
    if connection.kind != "cloud" or not host.endswith(_CLOUD):
        return (host,) if host else ()
    service = host.removesuffix(_CLOUD).partition(".")[0]
    regional = f"{service}.*{_CLOUD}"
    return (regional, f"*.{regional}") if service == "s3" else (regional,)


def _port(connection: Connection) -> int:
    if connection.kind == "cloud":
        return 443
    return 443 if connection.kind == "http" and connection.transport != "plain" else 0


def _address(text: str) -> tuple[str, int]:
    """A host with or without a port."""
    name, colon, port = text.rpartition(":")
    if colon and port.isascii() and port.isdigit() and len(port) <= 5 and "]" not in port:
        return name.strip("[]").lower(), int(port)
    return text.strip("[]").lower()[:MAX_TEXT], 0


def _items(uses: list[Use], kind: str) -> list[Item]:
    evidence: dict[tuple[str, str], list[Evidence]] = defaultdict(list)
    for use in uses:
        if use.kind == kind:
            value = " ".join(use.value.split())[:MAX_TEXT] or "*"
            chosen = CALLER if use.tainted and value == "*" else ""
            evidence[value, chosen].append(Evidence("code", place(use.location), use.detail))
    return [Item(value, who, _first(found)) for (value, who), found in sorted(evidence.items())]


def _triggers(
    function: Function, application: Application, reads: list[EventRead], tests: list[EventTest]
) -> list[TriggerContract]:
    declared = application.triggers_of(function.id)
    events = event_paths(declared, reads, tests, load_events())
    found = [
        TriggerContract(
            trigger.kind,
            trigger.name,
            str(trigger.sender.exposure),
            trigger.authentication.kind,
            events.get(trigger.id, ()),
            (Evidence("template", place(trigger.location), trigger.sender.who),),
        )
        for trigger in declared
    ]
    return sorted(found, key=lambda item: (item.kind, item.name))


def _first(found: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(sorted(set(found))[:MAX_EVIDENCE])
