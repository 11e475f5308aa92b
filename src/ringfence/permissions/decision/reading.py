"""Statements in a plain form, from JSON policies and from the documents of an application.

Source: IAM User Guide, "Grammar of the IAM JSON policy language": one value stands for a list of
one, and one statement too. What is not well formed is left out here;
:func:`ringfence.permissions.decision.validate.validate` says what that is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ringfence.model.policy import Pattern, PolicyDocument, Principal, Statement
from ringfence.model.record import record

#: Since this version a policy has variables.
WITH_VARIABLES = "2012-10-17"
#: The kind of a principal of which some part is not known.
NOT_KNOWN = "?"


@record(frozen=True)
class PlainStatement:
    """``loose_…`` are patterns of which some parts are not known, with ``*`` in their place. In a
    condition, values of which some are not known have False."""

    effect: str
    sid: str
    index: int
    variables: bool
    actions: tuple[str, ...] = ()
    loose_actions: tuple[str, ...] = ()
    not_action: bool = False
    resources: tuple[str, ...] | None = None
    loose_resources: tuple[str, ...] = ()
    not_resource: bool = False
    principals: tuple[tuple[str, str], ...] | None = None
    not_principal: bool = False
    conditions: tuple[tuple[str, str, tuple[str, ...], bool], ...] = ()
    certain: bool = True


def plain_statements(policy: Mapping[str, Any] | PolicyDocument) -> list[PlainStatement]:
    """The statements of a policy. A document of the model does not keep its version and is read
    as one of 2012-10-17."""
    if isinstance(policy, PolicyDocument):
        return [_of_model(index, item) for index, item in enumerate(policy.statements)]
    variables = policy.get("Version") == WITH_VARIABLES
    return [
        _of_json(index, item, variables)
        for index, item in enumerate(listed(policy.get("Statement")))
        if isinstance(item, Mapping)
    ]


def listed(value: object) -> list[Any]:
    """A list as it is, a single value as a list of one, nothing as an empty one."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def text_of(value: object) -> str | None:
    """A text, a number or a truth value as policies write it; None for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else None


def texts(value: object) -> tuple[str, ...]:
    """All such values of one or a list."""
    found = (text_of(item) for item in listed(value))
    return tuple(text for text in found if text is not None)


def _of_json(index: int, item: Mapping[str, Any], variables: bool) -> PlainStatement:
    resources = item.get("Resource", item.get("NotResource"))
    principals = item.get("Principal", item.get("NotPrincipal"))
    return PlainStatement(
        effect=str(item.get("Effect")),
        sid=text_of(item.get("Sid")) or "",
        index=index,
        variables=variables,
        actions=texts(item.get("Action", item.get("NotAction"))),
        not_action="NotAction" in item,
        resources=None if resources is None else texts(resources),
        not_resource="NotResource" in item,
        principals=None if principals is None else tuple(_principals(principals)),
        not_principal="NotPrincipal" in item,
        conditions=tuple(_conditions(item.get("Condition"))),
    )


def _principals(value: object) -> Iterator[tuple[str, str]]:
    if not isinstance(value, Mapping):
        yield from (("*", text) for text in texts(value))
        return
    for kind, values in value.items():
        yield from ((str(kind), text) for text in texts(values))


def _conditions(value: object) -> Iterator[tuple[str, str, tuple[str, ...], bool]]:
    for operator, keys in value.items() if isinstance(value, Mapping) else ():
        for key, values in keys.items() if isinstance(keys, Mapping) else ():
            yield str(operator), str(key), texts(values), True


def _of_model(index: int, item: Statement) -> PlainStatement:
    actions, loose_actions = _patterns(item.actions or item.not_actions)
    resources, loose_resources = _patterns(item.resources or item.not_resources)
    principals = item.principals or item.not_principals
    return PlainStatement(
        effect=item.effect,
        sid=item.sid,
        index=index,
        variables=True,
        actions=actions,
        loose_actions=loose_actions,
        not_action=bool(item.not_actions),
        resources=resources if resources or loose_resources else None,
        loose_resources=loose_resources,
        not_resource=bool(item.not_resources),
        principals=tuple(map(_principal, principals)) or None,
        not_principal=bool(item.not_principals),
        conditions=tuple((one.operator, one.key, *_values(one.values)) for one in item.conditions),
        certain=item.certain,
    )


def _principal(one: Principal) -> tuple[str, str]:
    known = one.value.known and one.value.parts is None
    return (one.kind, one.value.text) if known else (NOT_KNOWN, "")


def _patterns(patterns: Iterable[Pattern]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    known: list[str] = []
    loose: list[str] = []
    for pattern in patterns:
        if pattern.parts is None and pattern.known:
            known.append(pattern.text)
        else:
            loose.append(pattern.glob)
    return tuple(known), tuple(loose)


def _values(patterns: tuple[Pattern, ...]) -> tuple[tuple[str, ...], bool]:
    known, loose = _patterns(patterns)
    return known, not loose
