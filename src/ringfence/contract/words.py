"""Permissions in words: what an action on a resource lets a function do.

``rules/permissions/words.toml`` holds the words. An action without words of its own is named as it
is: "use `dynamodb:DescribeTable` on table `Orders`".
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import Any

from ringfence import late
from ringfence.contract.phrases import Parts, listed, plain, series, told
from ringfence.model.contract import Condition, Permission
from ringfence.model.record import record
from ringfence.model.severity import Severity
from ringfence.permissions.actions import level_of, resource_types_of, split_action
from ringfence.permissions.powers import verbs_of
from ringfence.rules import packed

_DATA = "permissions/words.toml"
#: The last part of an ARN that means every resource of its type.
_ANY = late.pattern(r"(?:[A-Za-z-]+[/:])?\*(?:/\*)?")
#: The verb of actions that have no words.
USE = "use"
#: Powers of one action in the order in which one is told.
_VERBS = ("administer", "delete", "write", "invoke", "read")
_GRAVE_KINDS = ("secret", "key", "parameter", "user-pool")


@record(frozen=True)
class Doing:
    """What one action does: ``verb`` of words.toml (or "use") to a ``kind`` ("" when unknown)."""

    kind: str
    verb: str

    @property
    def said(self) -> tuple[str, str]:
        """What is done, and to what of the resource."""
        words = _words()["kinds"].get(self.kind, {}).get(self.verb)
        return (words[0], words[1]) if words else (USE, "")


@functools.lru_cache(maxsize=4096)
def doing_of(action: str) -> Doing:
    """The words of an action; several powers of one action are told as the gravest."""
    own = _words()["actions"].get(action)
    if own is not None:
        return Doing(own[0], own[1])
    powers = sorted(verbs_of(action), key=lambda power: _VERBS.index(power[1]))
    for kind, verb in powers:
        if verb in _words()["kinds"].get(kind, {}):
            return Doing(kind, verb)
    service, _ = split_action(action)
    return Doing(_words()["services"].get(service, ""), USE)


def group_of(permission: Permission) -> tuple[str, str]:
    """Permissions on one resource with the same group are told in one sentence."""
    doing = doing_of(permission.action)
    return doing.kind, doing.said[1] if doing.said[0] != USE else USE


def can(permissions: Sequence[Permission]) -> Parts:
    """What follows "can now": "read and write items of table `Orders`".

    All are of one resource and one group.
    """
    first = permissions[0]
    doings = [doing_of(permission.action) for permission in permissions]
    verb, of_it = doings[0].said
    place = place_of(first, doings[0].kind)
    if verb == USE:
        used = told("use {}", listed([permission.action for permission in permissions]))
        return told("{} on {}", used, place) if place else used
    verbs = sorted({doing.said[0] for doing in doings}, key=_verb_rank)
    done = series([plain(verb) for verb in verbs])
    if doings[0].verb == "pass":  # "hand role X to services of the cloud"
        return told("{} {} {}", done, place, plain(of_it))
    return told("{} {}{}", done, _objects(of_it, first), place)


def _verb_rank(verb: str) -> tuple[int, str]:
    order = ("list", "read", "receive", "write", "send", "delete")
    return (order.index(verb) if verb in order else len(order), verb)


def _objects(of_it: str, permission: Permission) -> Parts:
    """``{objects} in`` for the part of a bucket that a pattern means; other words as they are."""
    if not of_it:
        return ()
    if "{objects}" not in of_it:
        return plain(f"{of_it} ")
    inside = permission.inside or f"/{permission.resource.partition('/')[2] or '*'}"
    path = inside.removeprefix("/")
    if path in ("*", ""):
        objects = plain("any object")
    elif path.endswith("*") and "*" not in path[:-1]:
        objects = told("any object under {}", path[:-1])
    else:
        objects = told("objects {}" if "*" in path else "object {}", path)
    before, _, after = of_it.partition("{objects}")
    return told(f"{before}{{}}{after} ", objects)


def place_of(permission: Permission, kind: str) -> Parts:
    """The resource in a sentence; () for one that need not be named."""
    resource = permission.resource
    words = _words()["kinds"].get(kind)
    if resource == "*" and not permission.of:
        if not resource_types_of(permission.action):
            return ()
        return plain(words["all"] if words else "every resource in the account")
    name = permission.of or _name_in(resource, words["names"] if words else None, kind)
    if name == "*" and words:
        return plain(words["all"])
    place = told(f"{words['one']} {{}}" if words else "{}", name)
    index = permission.inside.removeprefix("/index/")
    if kind == "table" and index != permission.inside:
        any_index = plain("any index of ")
        return told("{}{}", any_index if index == "*" else told("index {} of ", index), place)
    return place


def _name_in(resource: str, before: str | None, kind: str) -> str:
    """The name in an ARN pattern; the pattern itself where its form is not known."""
    parts = resource.split(":", 5)
    if before is None or len(parts) < 6:
        return resource
    name = parts[5].removeprefix(before)
    if kind in ("bucket", "table", "table-stream", "connection"):
        return name.partition("/")[0] or resource
    return name.removesuffix(":*") or resource


def under(conditions: Iterable[Condition]) -> Parts:
    """`` where `aws:SourceIp` …``: what follows a permission with conditions."""
    keys = list(dict.fromkeys(condition.key for condition in conditions))
    return told(", limited by {}", listed(keys)) if keys else ()


def gravity_of(permission: Permission) -> Severity:
    """How grave it is that a function can do this, one step more where the resource is open."""
    if permission.action in _words()["light"]["actions"]:
        return Severity.LOW
    doing, level = doing_of(permission.action), level_of(permission.action)
    if level == "permissions" or doing.verb in ("pass", "assume"):
        return Severity.CRITICAL if is_open(permission) else Severity.HIGH
    if doing.verb == "administer":
        base = Severity.HIGH
    elif (
        level == "write"
        or doing.verb in ("write", "delete", "invoke")
        or (doing.kind in _GRAVE_KINDS and doing.verb == "read")
    ):
        base = Severity.MEDIUM
    else:
        base = Severity.LOW
    return Severity(min(base + is_open(permission), Severity.CRITICAL))


def is_open(permission: Permission) -> bool:
    """Whether it means resources that nobody named: ``*`` as the whole name."""
    if permission.of:
        return False
    if permission.resource == "*":
        return bool(resource_types_of(permission.action))
    kind = doing_of(permission.action).kind
    words: dict[str, Any] = _words()["kinds"].get(kind, {})
    if not words:
        return _ANY.fullmatch(permission.resource.split(":", 5)[-1]) is not None
    return _name_in(permission.resource, words["names"], kind) == "*"


@functools.cache
def _words() -> dict[str, Any]:
    return packed.read(_DATA)
