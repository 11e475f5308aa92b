"""Hosts, processes, files, environment variables and secrets that came and went."""

from __future__ import annotations

from collections.abc import Sequence

from ringfence.contract.phrases import Parts, listed, plain, plural, told
from ringfence.model.contract import Host, Item
from ringfence.model.contract_change import Change
from ringfence.model.severity import Severity

#: kind → (widened, narrowed, one, several, gravity of a known value, of an unknown or chosen one)
_KINDS = {
    "file-read": ("now reads", "no longer reads", "file", "files", Severity.LOW, Severity.MEDIUM),
    "file-write": ("now writes", "no longer writes", "file", "files",
                   Severity.LOW, Severity.MEDIUM),
    "environment": ("now reads", "no longer reads", "environment variable",
                    "environment variables", Severity.INFO, Severity.MEDIUM),
    "secret": ("now reads", "no longer reads", "secret", "secrets",
               Severity.MEDIUM, Severity.HIGH),
    "process": ("can now start", "no longer starts", "process", "processes",
                Severity.HIGH, Severity.HIGH),
}  # fmt: skip


def host_changes(function: str, old: Sequence[Host], new: Sequence[Host]) -> list[Change]:
    """One change per host; a host with another port is another host."""
    before, after = set(map(_host_key, old)), set(map(_host_key, new))
    came = [_host("widened", function, host) for host in new if _host_key(host) not in before]
    went = [_host("narrowed", function, host) for host in old if _host_key(host) not in after]
    return [*came, *went]


def _host_key(host: Host) -> tuple[str, int, str]:
    return (host.host, host.port, host.chosen_by)


def _host(direction: str, function: str, host: Host) -> Change:
    word = "now reaches" if direction == "widened" else "no longer reaches"
    parts = told(f"{{}} {word} {{}}", function, _host_words(host))
    gravity = Severity.LOW
    if host.chosen_by:
        gravity = Severity.HIGH
    elif host.host == "*":
        gravity = Severity.MEDIUM
    return Change(direction, gravity, function, "host", parts, (host.host,), evidence=host.evidence)


def _host_words(host: Host) -> Parts:
    port = plain(f" on port {host.port}") if host.port else ()
    if host.chosen_by:
        within = () if host.host == "*" else told(" within {}", host.host)
        return told("a host{} chosen by {}{}", within, _who(host.chosen_by), port)
    if host.host == "*":
        return told("a host that is not known{}", port)
    return told("{}{}", host.host, port)


def _who(chosen_by: str) -> Parts:
    """Who chooses: our own words as they are, anything else as a name."""
    return plain(chosen_by) if chosen_by == "the caller" else told("{}", chosen_by)


def process_changes(function: str, old: Sequence[Item], new: Sequence[Item]) -> list[Change]:
    """As the items are told, with the processes in brackets."""
    return item_changes("process", function, old, new)


def item_changes(
    kind: str, function: str, old: Sequence[Item], new: Sequence[Item]
) -> list[Change]:
    """One change for all values that came, one for all that went, and one each per chooser."""
    before, after = set(map(_item_key, old)), set(map(_item_key, new))
    came = [item for item in new if _item_key(item) not in before]
    went = [item for item in old if _item_key(item) not in after]
    return [*_items("widened", kind, function, came), *_items("narrowed", kind, function, went)]


def _item_key(item: Item) -> tuple[str, str]:
    return (item.value, item.chosen_by)


def _items(direction: str, kind: str, function: str, items: list[Item]) -> list[Change]:
    by_chooser: dict[str, list[Item]] = {}
    for item in items:
        by_chooser.setdefault(item.chosen_by, []).append(item)
    return [_group(direction, kind, function, who, group) for who, group in by_chooser.items()]


def _group(direction: str, kind: str, function: str, who: str, items: list[Item]) -> Change:
    widened, narrowed, one, several, known, unknown = _KINDS[kind]
    values = [item.value for item in items]
    word = widened if direction == "widened" else narrowed
    noun = plural(values, one, several)
    parts = told(f"{{}} {word} {{}}", function, _values(kind, noun, who, values))
    gravity = unknown if who or "*" in values else known
    if kind == "process" and who:
        gravity = Severity.CRITICAL
    if kind.startswith("file") and who:
        gravity = Severity.HIGH
    evidence = tuple(dict.fromkeys(entry for item in items for entry in item.evidence))
    return Change(direction, gravity, function, kind, parts, tuple(values), evidence=evidence)


def _values(kind: str, noun: str, who: str, values: list[str]) -> Parts:
    open_value = values == ["*"]
    if who:
        chosen = told("{} chosen by {}", plain(_an(noun, values)), _who(who))
        return chosen if open_value else told("{} ({})", chosen, listed(values))
    if open_value:
        return plain(f"{_an(noun, values)} that is not known")
    if kind == "process":
        return told("processes ({})", listed(values))
    return told(f"{noun} {{}}", listed(values))


def _an(noun: str, values: list[str]) -> str:
    if len(values) > 1:
        return noun
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
