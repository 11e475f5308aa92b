"""Profiles for the guard and the sandbox: what a function may do, as JSON.

An absent key restricts nothing, an empty list allows nothing. What the code leaves open (a host
that the caller picks, code that was not read) makes its key absent, and is told in ``open``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ringfence.model.contract import FunctionContract, Host, Item

SCHEMA = 1
#: Calls that hand their text to a shell.
_SHELLS = ("os.system", "os.popen", "child_process.exec", "child_process.execSync",
           "subprocess.getoutput", "subprocess.getstatusoutput")  # fmt: skip
SHELL = "/bin/sh"


def guard_profile(contract: FunctionContract, mode: str = "report") -> dict[str, Any]:
    """What the guard inside the function enforces. ``mode`` is ``report`` or ``block``."""
    profile: dict[str, Any] = {
        "schema": SCHEMA,
        "function": contract.key,
        "trigger": sorted({trigger.kind for trigger in contract.triggers}),
        "mode": mode,
        "rules": {},
        "require": [],
    }
    profile |= _allowed(contract)
    profile["actions"] = [
        {"action": need.action, "resource": need.resource} for need in contract.permissions
    ]
    return profile


def sandbox_profile(contract: FunctionContract) -> dict[str, Any]:
    """How the function is run isolated: network, processes, files and limits from outside."""
    profile: dict[str, Any] = {"schema": SCHEMA, "function": contract.key}
    return profile | _allowed(contract)


def _allowed(contract: FunctionContract) -> dict[str, Any]:
    found: dict[str, Any] = {}
    left_open = [f"code: {gap}" for gap in contract.gaps]
    unread = any("code was not read" in gap for gap in contract.gaps)
    lists = {
        "hosts": ([_host(host) for host in contract.hosts], _open_hosts(contract.hosts)),
        "processes": ([_process(item) for item in contract.processes],
                      _open_items(contract.processes)),
        "env": ([item.value for item in contract.environment], _open_items(contract.environment)),
    }  # fmt: skip
    for key, (values, doubts) in lists.items():
        left_open += [f"{key}: {doubt}" for doubt in doubts]
        if not doubts and not unread:
            found[key] = values
    files = {}
    for key, items in (("read", contract.file_reads), ("write", contract.file_writes)):
        doubts = _open_items(items)
        left_open += [f"files.{key}: {doubt}" for doubt in doubts]
        if not doubts and not unread:
            files[key] = [item.value for item in items]
    if files:
        found["files"] = files
    found["limits"] = limits_of(contract)
    if left_open:
        found["open"] = left_open
    return found


def limits_of(contract: FunctionContract) -> dict[str, int]:
    """The limits that the template sets, units in the names."""
    limits = contract.limits
    named = {
        "memory_mib": limits.memory_mib,
        "timeout_s": limits.timeout_s,
        "concurrency": limits.concurrency,
        "ephemeral_mib": limits.ephemeral_mib,
    }
    return {name: value for name, value in named.items() if value is not None}


def _host(host: Host) -> dict[str, Any]:
    return {"host": host.host, "port": host.port} if host.port else {"host": host.host}


def _process(item: Item) -> dict[str, Any]:
    if any(evidence.text in _SHELLS for evidence in item.evidence):
        return {"exe": SHELL, "args": ["-c", item.value]}
    words = item.value.split()
    return {"exe": words[0], "args": words[1:]}


def _open_hosts(hosts: Iterable[Host]) -> list[str]:
    return [_place(host) for host in hosts if host.host.strip("*.") == "" or host.chosen_by]


def _open_items(items: Iterable[Item]) -> list[str]:
    return [_place(item) for item in items if item.value == "*" or item.chosen_by]


def _place(item: Host | Item) -> str:
    where = item.evidence[0].where if item.evidence else "the code"
    return f"{item.chosen_by or 'not known'} at {where}"
