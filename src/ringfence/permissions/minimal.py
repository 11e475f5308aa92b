"""The smallest policy for a list of permissions: grouped without granting more.

Actions on the same resources share a statement, or resources with the same actions, whichever makes
the shorter document; a pair that a wider one already allows is left out. Sizes count as IAM counts
them, without white space.

Source: IAM User Guide, "IAM and AWS STS quotas" (inline policies of a role 10,240 characters
together, a managed policy 6,144).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from ringfence.model.contract import Condition, Permission
from ringfence.permissions.globs import covers, has_wildcard
from ringfence.permissions.needed import conditions_block

MAX_INLINE_CHARACTERS = 10_240
MAX_MANAGED_CHARACTERS = 6_144
VERSION = "2012-10-17"

Statement = dict[str, Any]
Document = dict[str, Any]
Pairs = dict[str, set[str]]


def minimal_policy(permissions: Iterable[Permission]) -> Document:
    """One policy document that allows the permissions and nothing else; no statement for none."""
    by_conditions: dict[tuple[Condition, ...], Pairs] = defaultdict(lambda: defaultdict(set))
    for permission in permissions:
        by_conditions[permission.conditions][permission.action].add(permission.resource)
    free = by_conditions.get((), {})
    statements: list[Statement] = []
    for conditions, pairs in sorted(by_conditions.items(), key=lambda item: repr(item[0])):
        wider = free if conditions else {}
        needed = {
            action: left
            for action, resources in pairs.items()
            if (left := _uncovered(resources, wider.get(action, set())))
        }
        statements += _statements(needed, conditions)
    return {"Version": VERSION, "Statement": statements}


def split_policy(document: Document, limit: int = MAX_MANAGED_CHARACTERS) -> list[Document]:
    """The document as several that each keep within ``limit`` characters, in the same order.

    A statement that is longer alone is divided by its resources, then by its actions.
    """
    parts: list[list[Statement]] = [[]]
    for statement in _small_enough(document["Statement"], limit):
        if parts[-1] and size_of(_document([*parts[-1], statement])) > limit:
            parts.append([])
        parts[-1].append(statement)
    return [_document(part) for part in parts]


def size_of(document: Document) -> int:
    """The size as IAM counts it, in characters."""
    return len(json.dumps(document, separators=(",", ":"), ensure_ascii=False))


def _document(statements: Sequence[Statement]) -> Document:
    return {"Version": VERSION, "Statement": list(statements)}


def _uncovered(resources: set[str], wider: set[str]) -> set[str]:
    """The resources that no other of them, and none of ``wider``, means already."""
    patterns = [pattern for pattern in (*resources, *wider) if has_wildcard(pattern)]
    return {
        resource
        for resource in resources
        if resource not in wider
        and not any(pattern != resource and covers(pattern, resource) for pattern in patterns)
    }


def _statements(pairs: Pairs, conditions: tuple[Condition, ...]) -> list[Statement]:
    by_resources: dict[tuple[str, ...], list[str]] = defaultdict(list)
    by_resource: dict[str, list[str]] = defaultdict(list)
    for action in sorted(pairs):
        by_resources[tuple(sorted(pairs[action]))].append(action)
        for resource in pairs[action]:
            by_resource[resource].append(action)
    by_actions: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for resource in sorted(by_resource):
        by_actions[tuple(sorted(by_resource[resource]))].append(resource)
    first = [_statement(actions, list(r), conditions) for r, actions in by_resources.items()]
    second = [_statement(list(a), resources, conditions) for a, resources in by_actions.items()]
    shorter = second if size_of(_document(second)) <= size_of(_document(first)) else first
    return sorted(shorter, key=lambda item: json.dumps([item["Action"], item["Resource"]]))


def _statement(
    actions: list[str], resources: list[str], conditions: tuple[Condition, ...]
) -> Statement:
    statement: Statement = {
        "Effect": "Allow",
        "Action": sorted(actions),
        "Resource": sorted(resources),
    }
    if conditions:
        statement["Condition"] = conditions_block(conditions)
    return statement


def _small_enough(statements: Iterable[Statement], limit: int) -> Iterable[Statement]:
    for statement in statements:
        key = "Resource" if len(statement["Resource"]) > 1 else "Action"
        if size_of(_document([statement])) <= limit or len(statement[key]) < 2:
            yield statement
            continue
        half = len(statement[key]) // 2
        halves = (statement[key][:half], statement[key][half:])
        yield from _small_enough([{**statement, key: part} for part in halves], limit)
