"""What is wrong with a policy, each with its place and its cure.

Sources: IAM User Guide, "Grammar of the IAM JSON policy language" and the pages of its elements;
AWS Organizations User Guide, "SCP syntax" and "RCP syntax". An *error* is what the provider refuses
to store; everything else is a *warning*: it is stored, and does not do what it seems to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from ringfence import late
from ringfence.model.record import record
from ringfence.permissions.comparisons import moment, network, number, truth
from ringfence.permissions.comparisons import split_operator as split
from ringfence.permissions.decision.operators import NAMES
from ringfence.permissions.decision.reading import WITH_VARIABLES, listed, text_of

KINDS = ("identity", "resource", "boundary", "session", "scp", "rcp")

_TOP = ("Version", "Id", "Statement")
_ELEMENTS = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource",
    "NotResource", "Condition",
)  # fmt: skip
_PRINCIPALS = ("AWS", "Service", "Federated", "CanonicalUser")
_QUALIFIERS = ("", "forallvalues", "foranyvalue")
_ACTION = late.pattern(r"\*|[A-Za-z0-9*?_-]+:[A-Za-z0-9*?_-]+")
_OPERATORS = {name.lower(): name for name in NAMES}


@record(frozen=True)
class Problem:
    """``place`` is where in the policy, as ``Statement[0].Action[1]``; "" is the whole."""

    place: str
    what: str
    cure: str = ""
    is_error: bool = True


def validate(policy: object, kind: str = "identity") -> list[Problem]:
    """The problems of a policy given as JSON data; ``kind`` is one of ``KINDS``.

    Never raises: hostile data of any type is a problem like others.
    """
    if not isinstance(policy, Mapping):
        return [Problem("", f"a policy is an object, not {_type(policy)}", _SHAPE)]
    return [*_top(policy), *_statements(policy, kind)]


_SHAPE = 'write {"Version": "2012-10-17", "Statement": […]}'


def _top(policy: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _unknown_names(policy, _TOP, "")
    version = policy.get("Version")
    if "Version" in policy and version not in (WITH_VARIABLES, "2008-10-17"):
        cure = 'write "2012-10-17", the current version of the policy language'
        yield Problem("Version", f"there is no version {_short(version)}", cure)
    if not isinstance(policy.get("Id", ""), str):
        yield Problem("Id", f"Id is a text, not {_type(policy['Id'])}", "put it in quotes")


def _unknown_names(
    item: Mapping[str, Any], known: tuple[str, ...], place: str
) -> Iterator[Problem]:
    for name in item:
        if name not in known:
            near = get_close_matches(str(name).capitalize(), known, 1, 0.7)
            cure = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
            yield Problem(_join(place, str(name)), f"there is no element {_short(name)}", cure)


def _statements(policy: Mapping[str, Any], kind: str) -> Iterator[Problem]:
    held = policy.get("Statement")
    if not isinstance(held, list | Mapping):
        what = "no Statement" if held is None else f"Statement is {_type(held)}"
        yield Problem("Statement", what, "give a list of statements")
        return
    if not held:
        yield Problem("Statement", "there is no statement, so it does nothing", "", False)
    sids: set[str] = set()
    variables = policy.get("Version") == WITH_VARIABLES
    for number_, item in enumerate(listed(held)):
        place = f"Statement[{number_}]"
        if not isinstance(item, Mapping):
            yield Problem(place, f"a statement is an object, not {_type(item)}", "")
            continue
        yield from _statement(item, place, kind, variables)
        yield from _sid(item, place, sids)


def _statement(
    item: Mapping[str, Any], place: str, kind: str, variables: bool
) -> Iterator[Problem]:
    yield from _unknown_names(item, _ELEMENTS, place)
    yield from _effect(item, place)
    yield from _one_of(item, "Action", place, required=True)
    yield from _one_of(item, "Resource", place, required=kind != "resource")
    for name in ("Action", "NotAction"):
        yield from _patterns(item, name, place, _action_problem)
    for name in ("Resource", "NotResource"):
        yield from _patterns(item, name, place, _resource_problem)
    yield from _principals(item, place, kind)
    yield from _conditions(item, place)
    if not variables and _has_variables(item):
        cure = 'write "Version": "2012-10-17"'
        yield Problem(place, "variables are plain text in this version", cure, False)


def _effect(item: Mapping[str, Any], place: str) -> Iterator[Problem]:
    effect = item.get("Effect")
    if effect in ("Allow", "Deny"):
        return
    if effect is None:
        yield Problem(place, "no Effect", 'write "Effect": "Allow" or "Deny"')
        return
    right = effect.capitalize() if isinstance(effect, str) else ""
    cure = f'write "{right}"' if right in ("Allow", "Deny") else 'write "Allow" or "Deny"'
    yield Problem(f"{place}.Effect", f"there is no effect {_short(effect)}", cure)


def _one_of(item: Mapping[str, Any], name: str, place: str, *, required: bool) -> Iterator[Problem]:
    both = name in item and "Not" + name in item
    if both:
        yield Problem(place, f"both {name} and Not{name}", "keep one of them")
    elif required and name not in item and "Not" + name not in item:
        yield Problem(place, f"neither {name} nor Not{name}", f'add "{name}"')


def _patterns(item: Mapping[str, Any], name: str, place: str, check: Any) -> Iterator[Problem]:
    if name not in item:
        return
    value = item[name]
    if value == [] or value is None:
        yield Problem(f"{place}.{name}", f"{name} is empty", 'give one or more, or "*"')
    for at, text in places(value, f"{place}.{name}"):
        if isinstance(text, str):
            yield from check(text, at)
        else:
            yield Problem(at, f"{name} holds {_type(text)}", "write a text")


def _action_problem(text: str, place: str) -> Iterator[Problem]:
    if not _ACTION.fullmatch(text):
        cure = "write service:Action, as s3:GetObject, or *"
        yield Problem(place, f"{_short(text)} is no action", cure)


def _resource_problem(text: str, place: str) -> Iterator[Problem]:
    if text != "*" and not text.startswith(("arn:", "${")):
        cure = "write an ARN, which begins with arn:, or *"
        yield Problem(place, f"{_short(text)} is no ARN", cure)
    elif "${" in ":".join(text.split(":", 5)[:5]) and text.count(":") >= 5:
        what = "a variable before the fifth colon of an ARN is plain text"
        yield Problem(place, what, "write the part out, or *", False)


def _sid(item: Mapping[str, Any], place: str, seen: set[str]) -> Iterator[Problem]:
    sid = item.get("Sid", "")
    if not isinstance(sid, str):
        yield Problem(f"{place}.Sid", f"Sid is a text, not {_type(sid)}", "put it in quotes")
    elif sid and sid in seen:
        what = f"a second statement named {_short(sid)}"
        yield Problem(f"{place}.Sid", what, "name it differently", False)
    elif sid:
        seen.add(sid)


# --- principals --------------------------------------------------------------------------------


def _principals(item: Mapping[str, Any], place: str, kind: str) -> Iterator[Problem]:
    given = [name for name in ("Principal", "NotPrincipal") if name in item]
    if kind == "rcp":
        if item.get("Principal") != "*":
            cure = 'write "Principal": "*"'
            yield Problem(place, "a resource control policy is for every principal", cure, False)
        return
    if kind != "resource":
        for name in given:
            what = f"{name} in {_KIND_NAMES[kind]}, which is for whom it is attached to"
            yield Problem(f"{place}.{name}", what, f"take {name} out")
        return
    yield from _resource_principals(item, place, given)


_KIND_NAMES = {
    "identity": "an identity policy", "boundary": "a permissions boundary",
    "session": "a session policy", "scp": "a service control policy",
}  # fmt: skip


def _resource_principals(
    item: Mapping[str, Any], place: str, given: list[str]
) -> Iterator[Problem]:
    if not given:
        yield Problem(place, "no Principal in a resource policy", 'add "Principal"')
    if len(given) == 2:
        yield Problem(place, "both Principal and NotPrincipal", "keep one of them")
    if "NotPrincipal" in item and item.get("Effect") == "Allow":
        cure = "name who is allowed in Principal"
        yield Problem(f"{place}.NotPrincipal", "NotPrincipal with Allow", cure)
    for name in given:
        yield from _principal(item[name], f"{place}.{name}")


def _principal(value: object, place: str) -> Iterator[Problem]:
    if value == "*":
        return
    if not isinstance(value, Mapping) or not value:
        cure = 'write "*", or an object as {"AWS": "arn:aws:iam::123456789012:role/name"}'
        yield Problem(place, f"a principal is no {_short(value)}", cure)
        return
    for kind, values in value.items():
        if kind not in _PRINCIPALS:
            cure = f"there are {', '.join(_PRINCIPALS)}"
            yield Problem(place, f"there is no kind of principal {_short(kind)}", cure)
        for at, text in places(values, f"{place}.{kind}"):
            if not isinstance(text, str) or not text:
                yield Problem(at, f"a principal is a text, not {_type(text)}", "")
            elif kind == "AWS" and text != "*" and ("*" in text or "?" in text):
                cure = 'write "*" and a condition on aws:PrincipalArn'
                yield Problem(at, "wildcards in a principal match nothing", cure, False)


# --- conditions --------------------------------------------------------------------------------


def _conditions(item: Mapping[str, Any], place: str) -> Iterator[Problem]:
    if "Condition" not in item:
        return
    block = item["Condition"]
    place = f"{place}.Condition"
    if not isinstance(block, Mapping):
        yield Problem(place, f"Condition is {_type(block)}", "write an object of operators")
        return
    for operator, keys in block.items():
        at = f"{place}.{operator}"
        yield from _operator(str(operator), at)
        if not isinstance(keys, Mapping):
            yield Problem(at, f"an operator holds keys, not {_type(keys)}", "write an object")
            continue
        for key, values in keys.items():
            yield from _values(str(operator), values, f"{at}.{key}")


def _operator(operator: str, place: str) -> Iterator[Problem]:
    qualifier, name, if_exists = split(operator)
    if qualifier not in _QUALIFIERS:
        cure = "there are ForAllValues and ForAnyValue"
        yield Problem(place, f"there is no {_short(operator.partition(':')[0])}", cure)
    if name not in _OPERATORS:
        near = get_close_matches(name, _OPERATORS, 1, 0.6)
        cure = f"did you mean {_OPERATORS[near[0]]}?" if near else "see the condition operators"
        yield Problem(place, f"there is no condition operator {_short(operator)}", cure)
    elif name == "null" and if_exists:
        yield Problem(place, "Null has no IfExists", 'write "Null"')


def _values(operator: str, values: object, place: str) -> Iterator[Problem]:
    check, wanted = _TYPES.get(_family(operator), (None, ""))
    if values == []:
        yield Problem(place, "no values, so nothing equals them", "", False)
    for at, value in places(values, place):
        text = text_of(value)
        if text is None:
            yield Problem(at, f"a condition compares with {_type(value)}", "write a text")
        elif check is not None and check(text) is None:
            yield Problem(at, f"{_short(text)} is no {wanted}, so nothing equals it", "", False)


def _family(operator: str) -> str:
    name = split(operator)[1]
    return next((family for family in _TYPES if family in name), "")


_TYPES: dict[str, tuple[Any, str]] = {
    "numeric": (number, "number"),
    "date": (moment, "date"),
    "bool": (truth, "true or false"),
    "null": (truth, "true or false"),
    "ipaddress": (network, "address or range"),
}


# --- words -------------------------------------------------------------------------------------


def places(value: object, place: str) -> Iterable[tuple[str, object]]:
    """The values of one or a list, each with its place."""
    if isinstance(value, list):
        return [(f"{place}[{number_}]", item) for number_, item in enumerate(value)]
    return [(place, value)]


def _has_variables(item: Mapping[str, Any]) -> bool:
    held: list[object] = [item.get(name) for name in ("Resource", "NotResource", "Condition")]
    while held:
        one = held.pop()
        if isinstance(one, str) and "${" in one:
            return True
        if isinstance(one, Mapping):
            held += one.values()
        elif isinstance(one, list):
            held += one
    return False


def _join(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _short(value: object) -> str:
    if isinstance(value, list | Mapping):
        return "list" if isinstance(value, list) else "object"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _type(value: object) -> str:
    if value is None:
        return "null"
    kinds = ((bool, "true or false"), (str, "a text"), (list, "a list"), (Mapping, "an object"))
    return next((word for kind, word in kinds if isinstance(value, kind)), "a number")
