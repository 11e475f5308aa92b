"""A slow and obvious evaluator of complete requests, written from the reference and nothing else.

It shares no code with the product: patterns are matched letter by letter by recursion, every
statement is looked at every time, and each rule is spelt out. Unknown values are not its matter.
"""

from __future__ import annotations

import base64
import datetime
import ipaddress
from typing import Any

Context = dict[str, list[str]]


def glob(pattern: list[str], text: str) -> bool:
    """Pieces are ``*``, ``?`` or ``=x`` for the plain character x."""
    if not pattern:
        return text == ""
    head, rest = pattern[0], pattern[1:]
    if head == "*":
        return glob(rest, text) or (text != "" and glob(pattern, text[1:]))
    if text == "":
        return False
    return (head == "?" or head == "=" + text[0]) and glob(rest, text[1:])


def pieces(text: str, context: Context | None, wildcards: bool = True) -> list[str] | None:
    """A pattern as pieces, variables filled in where there is a context; None: never matches."""
    found: list[str] = []
    place = 0
    while place < len(text):
        end = text.find("}", place)
        if context is not None and text.startswith("${", place) and end > 0:
            value = variable(text[place + 2 : end], context)
            if value is None:
                return None
            found += ["=" + letter for letter in value]
            place = end + 1
            continue
        letter = text[place]
        found.append(letter if wildcards and letter in "*?" else "=" + letter)
        place += 1
    return found


def variable(inner: str, context: Context) -> str | None:
    if inner in ("*", "?", "$"):
        return inner
    name, comma, default = inner.partition(",")
    values = context.get(name.strip().lower(), [])
    if len(values) == 1:
        return values[0]
    return default.strip().strip("'") if comma and not values else None


def matches(pattern: str, text: str, context: Context | None = None) -> bool:
    found = pieces(pattern, context)
    return found is not None and glob(found, text)


def any_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


# --- one statement -----------------------------------------------------------------------------


def applies(statement: dict[str, Any], version: str, request: dict[str, Any]) -> bool:
    variables = request["context"] if version == "2012-10-17" else None
    if "Action" in statement:
        if not has_action(statement["Action"], request["action"]):
            return False
    elif has_action(statement["NotAction"], request["action"]):
        return False
    if "Resource" in statement:
        if not has_resource(statement["Resource"], request["resource"], variables):
            return False
    elif "NotResource" in statement and has_resource(
        statement["NotResource"], request["resource"], variables
    ):
        return False
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            texts = [plain(value) for value in any_list(values)]
            if not condition(operator, key, texts, request["context"], variables):
                return False
    return True


def has_action(patterns: Any, action: str) -> bool:
    return any(matches(pattern.lower(), action.lower()) for pattern in any_list(patterns))


def has_resource(patterns: Any, resource: str, variables: Context | None) -> bool:
    return any(matches(pattern, resource, variables) for pattern in any_list(patterns))


def plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# --- conditions --------------------------------------------------------------------------------


def condition(
    operator: str, key: str, wanted: list[str], context: Context, variables: Context | None
) -> bool:
    values = context.get(key.lower(), [])
    qualifier = ""
    if ":" in operator:
        qualifier, operator = operator.split(":")
    if operator == "Null":
        return any(text.lower() == ("false" if values else "true") for text in wanted)
    if_exists = operator.endswith("IfExists")
    if if_exists:
        operator = operator[: -len("IfExists")]
    negated = "Not" in operator
    operator = operator.replace("Not", "")
    if not values or (qualifier and values == [""]):
        if if_exists and not values:
            return True
        return {"": negated, "ForAllValues": True, "ForAnyValue": False}[qualifier]
    results = []
    for value in values:
        hit = False
        for text in wanted:
            hit = hit or equal(operator, value, text, variables)
        results.append(hit != negated)
    if qualifier == "ForAllValues" or (qualifier == "" and negated):
        return False not in results
    return True in results


def equal(operator: str, value: str, text: str, variables: Context | None) -> bool:
    if operator in ("StringEquals", "StringEqualsIgnoreCase", "StringLike"):
        found = pieces(text, variables, wildcards=operator == "StringLike")
        if found is None:
            return False
        if operator == "StringEqualsIgnoreCase":
            return glob([piece.lower() for piece in found], value.lower())
        return glob(found, value)
    if operator.startswith("Arn"):
        found = pieces(text, variables)
        return found is not None and arn(found, value)
    if operator == "Bool":
        return value.lower() in ("true", "false") and value.lower() == text.lower()
    if operator == "BinaryEquals":
        return base64.b64decode(value) == base64.b64decode(text)
    if operator == "IpAddress":
        try:
            return ipaddress.ip_address(value) in ipaddress.ip_network(text, strict=False)
        except ValueError:
            return False
    read = moment if operator.startswith("Date") else float
    order = operator.replace("Date", "").replace("Numeric", "")
    try:
        left, right = read(value), read(text)
    except ValueError:
        return False
    return {
        "Equals": left == right,
        "LessThan": left < right,
        "LessThanEquals": left <= right,
        "GreaterThan": left > right,
        "GreaterThanEquals": left >= right,
    }[order]


def arn(pattern: list[str], value: str) -> bool:
    parts: list[list[str]] = [[]]
    for piece in pattern:
        if piece == "=:" and len(parts) < 6:
            parts.append([])
        else:
            parts[-1].append(piece)
    values = value.split(":", 5)
    if len(parts) != 6 or len(values) != 6:
        return False
    return all(glob(part, text) for part, text in zip(parts, values, strict=True))


def moment(text: str) -> float:
    if "-" in text[1:]:
        when = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        when = when if when.tzinfo else when.replace(tzinfo=datetime.UTC)
        return when.timestamp()
    return float(text)


# --- policies ----------------------------------------------------------------------------------


def statements(policies: list[Any]) -> list[tuple[dict[str, Any], str]]:
    return [
        (statement, policy.get("Version", "2008-10-17"))
        for policy in policies
        for statement in any_list(policy["Statement"])
    ]


def effect(policies: list[Any], request: dict[str, Any], wanted: str) -> bool:
    return any(
        statement["Effect"] == wanted and applies(statement, version, request)
        for statement, version in statements(policies)
    )


def names(principal: Any, request: dict[str, Any]) -> set[str]:
    """How a Principal names the one who asks: directly, as role, as account."""
    found: set[str] = set()
    who = request["principal"]
    for text in ["*"] if principal == "*" else any_list(principal["AWS"]):
        account = who.split(":")[4]
        if text in ("*", who):
            found.add("directly")
        if text in (account, f"arn:aws:iam::{account}:root"):
            found.add("account")
        if ":assumed-role/" in who:
            role = who.split("/")[1]
            if text == f"arn:aws:iam::{account}:role/{role}":
                found.add("role")
    return found


def decide(case: dict[str, Any], context: Context) -> str:
    """allowed, or denied explicitly or implicitly; users and sessions of roles only."""
    account = case["principal"].split(":")[4]
    context = dict(context)
    context.setdefault("aws:principalaccount", [account])
    if ":user/" in case["principal"]:
        context.setdefault("aws:username", [case["principal"].split("/")[-1]])
    request = {
        "action": case["action"],
        "resource": case["resource"],
        "principal": case["principal"],
        "context": context,
    }
    own = [
        *case["identity"],
        *case["session"],
        *([case["boundary"]] if case["boundary"] else []),
        *[policy for level in case["scp"] for policy in level],
    ]
    if effect(own, request, "Deny"):
        return "denied explicit"
    granted: set[str] = set()
    for statement, version in statements(
        [case["resource_policy"]] if case["resource_policy"] else []
    ):
        if not applies(statement, version, request):
            continue
        closeness = names(statement["Principal"], request)
        if statement["Effect"] == "Deny" and closeness:
            return "denied explicit"
        if statement["Effect"] == "Allow":
            granted |= closeness
    for level in case["scp"]:
        if not effect(level, request, "Allow"):
            return "denied implicit"
    limited = not case["boundary"] or effect([case["boundary"]], request, "Allow")
    limited = limited and (not case["session"] or effect(case["session"], request, "Allow"))
    identity = effect(case["identity"], request, "Allow")
    owner = (case["resource"] + ":::::").split(":")[4] or account
    if owner != account:
        fine = bool(granted) and identity and limited
    elif case["action"].startswith("kms:") and ":key/" in case["resource"]:
        fine = "directly" in granted or ("role" in granted and limited)
        fine = fine or ("account" in granted and identity and limited)
    else:
        fine = "directly" in granted or (("role" in granted or identity) and limited)
    return "allowed explicit" if fine else "denied implicit"
