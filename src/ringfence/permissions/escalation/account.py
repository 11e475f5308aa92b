"""One record of the analysis: a principal, its policies, and what else is in its account.

A record is JSON-like data from a stranger. Keys that are not known are ignored, spellings of the
provider's own exports (``Arn``, ``PolicyDocument``, ``AssumeRolePolicyDocument``) are accepted,
what cannot be read is a :class:`RecordError` that says which key.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ringfence.model.policy import PolicyDocument
from ringfence.model.record import record, replace
from ringfence.permissions.parse import parse_json_policy

#: Entries of one list of a record; an account holds at most 5,000 users and 5,000 roles.
MAX_ENTRIES = 5_000
#: Policies of one principal; the provider's quotas allow some thirty.
MAX_POLICIES = 200


class RecordError(ValueError):
    """A record that cannot be decided; the text says which key and why."""


@record(frozen=True)
class Policy:
    """A policy and, where known, its ARN."""

    document: PolicyDocument
    arn: str = ""


@record(frozen=True)
class Entry:
    """A role, user, group, policy, function or other resource of the account.

    ``admin`` and ``policies`` are None when the record does not tell. ``role`` is the ARN (or name)
    of the role that a function or other resource runs with. ``boundary`` is the document,
    ``boundary_arn`` its ARN; ``tags`` is None when not told.
    """

    arn: str
    admin: bool | None = None
    trust: PolicyDocument | None = None
    policies: tuple[Policy, ...] | None = None
    boundary: PolicyDocument | None = None
    boundary_arn: str = ""
    tags: dict[str, str] | None = None
    groups: tuple[str, ...] | None = None
    role: str = ""
    image: str = ""
    code: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        """The last part of the ARN."""
        return self.arn.rpartition("/")[2].rpartition(":")[2]


@record(frozen=True)
class Account:
    """A record, read. ``lists`` holds the lists that it has, by key; an absent list is unknown."""

    principal: Entry
    context: dict[str, tuple[str, ...]]
    session: tuple[PolicyDocument, ...]
    scp: tuple[tuple[PolicyDocument, ...], ...]
    lists: dict[str, tuple[Entry, ...]]

    @property
    def id(self) -> str:
        """The account's number."""
        return self.principal.arn.split(":")[4]

    @property
    def partition(self) -> str:
        """``aws``, ``aws-cn``, …"""
        return self.principal.arn.split(":")[1]

    @property
    def is_user(self) -> bool:
        """Whether the principal is a user, not a role."""
        return ":user/" in self.principal.arn


_LISTS = (
    "roles", "users", "groups", "policies", "functions", "state_machines", "pipes", "stacks",
    "stack_sets", "projects", "instances", "sessions", "launch_templates", "tasks",
    "dev_endpoints", "jobs", "notebooks", "container_services", "code_interpreters",
    "deployment_groups",
)  # fmt: skip


def account_of(data: object) -> Account:
    """The record that ``data`` holds.

    Raises:
        RecordError: it cannot be decided.
    """
    if not isinstance(data, dict):
        raise RecordError("a record is an object with principal and identity")
    if "principal" not in data:
        raise RecordError("principal is missing")
    principal = _principal(data)
    lists = {
        key: _entries(data[key], key, principal.arn)
        for key in _LISTS
        if isinstance(data.get(key), (list, dict)) and not _is_membership(key, data)
    }
    for key in _LISTS:
        if data.get(key) is not None and not isinstance(data[key], (list, dict)):
            raise RecordError(f"{key} is not a list")
    return Account(
        principal,
        {str(key): _values(value) for key, value in _mapping(data.get("context")).items()},
        tuple(policy.document for policy in _policies(data.get("session"), "session")),
        tuple(_level(level) for level in _listed(data.get("scp"))),
        _sorted_out(lists),
    )


def _is_membership(key: str, data: dict[str, Any]) -> bool:
    """Whether ``groups`` is a list of names: the groups that the principal is in."""
    return key == "groups" and all(isinstance(item, str) for item in _listed(data[key]))


def _sorted_out(lists: dict[str, tuple[Entry, ...]]) -> dict[str, tuple[Entry, ...]]:
    """Users that stand among the roles are users."""
    users = tuple(entry for entry in lists.get("roles", ()) if ":user/" in entry.arn)
    if users:
        lists["roles"] = tuple(entry for entry in lists["roles"] if ":user/" not in entry.arn)
        lists["users"] = (*lists.get("users", ()), *users)
    return lists


def _principal(data: dict[str, Any]) -> Entry:
    given = data["principal"]
    entry: dict[str, Any] = {"arn": given} if isinstance(given, str) else dict(_mapping(given))
    for key in ("boundary", "tags"):
        entry.setdefault(key, data.get(key))
    if "groups" not in entry and "groups" in data and _is_membership("groups", data):
        entry["groups"] = data["groups"]
    if data.get("identity") is None and entry.get("policies") is None:
        raise RecordError("identity is missing: the list of the principal's policies")
    made = _entry(entry, "principal", "arn:aws:iam::123456789012:role/x")
    policies = (*_policies(data.get("identity"), "identity"), *(made.policies or ()))
    return replace(made, arn=_without_session(made.arn), policies=policies)


def _without_session(arn: str) -> str:
    """An assumed role's session as its role."""
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[2] not in ("iam", "sts"):
        raise RecordError(f"principal {arn[:80]!r} is not the ARN of a user or role")
    kind, _, name = parts[5].partition("/")
    if kind == "assumed-role":
        return f"arn:{parts[1]}:iam::{parts[4]}:role/{name.partition('/')[0]}"
    if parts[5] == "root":
        return arn
    if kind not in ("user", "role") or not name:
        raise RecordError(f"principal {arn[:80]!r} is not the ARN of a user or role")
    return arn


# --- entries ----------------------------------------------------------------------------------


def _entries(value: object, key: str, near: str) -> tuple[Entry, ...]:
    items = _listed(value)
    if len(items) > MAX_ENTRIES:
        raise RecordError(f"{key} holds more than {MAX_ENTRIES:,} entries")
    return tuple(_entry(item, f"{key}[{index}]", near, key) for index, item in enumerate(items))


def _entry(value: object, where: str, near: str, key: str = "roles") -> Entry:
    if isinstance(value, str):
        value = {"arn": value}
    if not isinstance(value, dict):
        raise RecordError(f"{where} is not an object")
    arn = _arn(_first(value, "arn", "Arn", "name", "Name", "RoleName", "FunctionName"), near, key)
    if not arn:
        raise RecordError(f"{where} has no arn")
    admin = _first(value, "admin", "is_admin", "isAdmin")
    if admin is not None and not isinstance(admin, bool):
        raise RecordError(f"{where}.admin is not true or false")
    trust = _first(value, "trust", "trust_policy", "AssumeRolePolicyDocument")
    policies = _first(value, "policies", "identity")
    boundary, boundary_arn = _boundary(value, where)
    groups = value.get("groups")
    return Entry(
        arn,
        admin,
        None if trust is None else _document(trust, f"{where}.trust", resources=False),
        None if policies is None else _policies(policies, f"{where}.policies"),
        boundary,
        boundary_arn,
        _tags(value.get("tags")),
        None if groups is None else tuple(str(_name_of(group)) for group in _listed(groups)),
        str(_name_of(_first(value, "role", "Role", "role_arn", "service_role", "RoleARN")) or ""),
        _image(value),
        _code(value),
    )


_FORMS = {
    "users": "iam::{}:user/", "groups": "iam::{}:group/", "policies": "iam::{}:policy/",
    "roles": "iam::{}:role/", "functions": "lambda:us-east-1:{}:function:",
}  # fmt: skip


def _arn(value: object, near: str, key: str) -> str:
    """The ARN; a bare name becomes one in the account of ``near``."""
    if not isinstance(value, str) or not value.strip():
        return ""
    if value.startswith("arn:"):
        return value
    parts = near.split(":")
    if key not in _FORMS:
        return value
    kind, slash, name = value.partition("/")
    if slash and kind in ("user", "role", "group"):
        return f"arn:{parts[1]}:iam::{parts[4]}:{kind}/{name}"
    return f"arn:{parts[1]}:{_FORMS[key].format(parts[4])}{value}"


def _name_of(value: object) -> object:
    return _first(value, "arn", "Arn", "name") if isinstance(value, dict) else value


def _boundary(value: dict[str, Any], where: str) -> tuple[PolicyDocument | None, str]:
    given = _first(value, "boundary", "permissions_boundary", "PermissionsBoundary")
    if given is None or given == "":
        return None, ""
    arn = given if isinstance(given, str) and given.startswith("arn:") else ""
    if isinstance(given, dict):
        arn = str(_first(given, "arn", "Arn", "PermissionsBoundaryArn") or "")
        if arn and "Statement" not in given and not _first(given, *_DOCUMENT_KEYS):
            given = arn
    if given == arn and where != "principal" and ":iam::aws:policy/" not in arn:
        return None, arn
    return _policy(given, f"{where}.boundary").document, arn


def _image(value: dict[str, Any]) -> str:
    code = value.get("code", value.get("Code"))
    found = _first(value, "image", "image_uri", "ImageUri", "repository")
    if not found and isinstance(code, dict):
        found = _first(code, "image", "image_uri", "ImageUri", "repository")
    return found if isinstance(found, str) else ""


def _code(value: dict[str, Any]) -> tuple[str, str] | None:
    """Bucket and key of the code; the key is ``*`` when it is not told."""
    code = _first(value, "code", "Code", "s3")
    held = code if isinstance(code, dict) else value
    bucket = _first(held, "bucket", "s3_bucket", "S3Bucket", "code_bucket")
    key = _first(held, "key", "s3_key", "S3Key", "code_key") or "*"
    if isinstance(code, str) and code.startswith("s3://"):
        bucket, _, key = code[5:].partition("/")
    return (bucket.rpartition(":::")[2], str(key)) if isinstance(bucket, str) and bucket else None


def _tags(value: object) -> dict[str, str] | None:
    if isinstance(value, dict):
        return {str(key): str(item) for key, item in value.items()}
    if isinstance(value, list):
        pairs = [item for item in value if isinstance(item, dict)]
        return {str(item.get("Key")): str(item.get("Value")) for item in pairs}
    return None


# --- policies ---------------------------------------------------------------------------------

_PRINCIPAL_KINDS = {"AWS", "Service", "Federated"}
_DOCUMENT_KEYS = ("document", "PolicyDocument", "Document", "policy")


def _level(value: object) -> tuple[PolicyDocument, ...]:
    return tuple(policy.document for policy in _policies(value, "scp"))


def _policies(value: object, where: str) -> tuple[Policy, ...]:
    items = _listed(value)
    if items and all(isinstance(item, dict) and "Effect" in item for item in items):
        items = [{"Statement": items}]
    if len(items) > MAX_POLICIES:
        raise RecordError(f"{where} holds more than {MAX_POLICIES} policies")
    return tuple(_policy(item, f"{where}[{index}]") for index, item in enumerate(items))


def _policy(value: object, where: str) -> Policy:
    arn = ""
    if isinstance(value, str) and value.startswith("arn:"):
        return Policy(_managed(value, where), value)
    if isinstance(value, dict):
        arn = str(_first(value, "arn", "Arn", "PolicyArn") or "")
        inner = _first(value, *_DOCUMENT_KEYS)
        if inner is not None:
            value = inner
        elif arn and "Statement" not in value:
            return Policy(_managed(arn, where), arn)
    return Policy(_document(value, where), arn)


def _managed(arn: str, where: str) -> PolicyDocument:
    from ringfence.permissions.managed import managed_policy

    found = managed_policy(arn.rpartition("/")[2]) if ":iam::aws:policy/" in arn else None
    if found is None:
        raise RecordError(f"{where}: the document of {arn[:120]} is not known")
    return found


def _document(value: object, where: str, *, resources: bool = True) -> PolicyDocument:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise RecordError(f"{where} is not a JSON policy document") from None
    value = _with_statement(value, resources=resources)
    if not isinstance(value, dict) or not isinstance(value.get("Statement"), (list, dict)):
        raise RecordError(f"{where} is not a policy document with Statement")
    for index, statement in enumerate(_listed(value["Statement"])):
        _check(statement, f"{where}.Statement[{index}]", resources=resources)
    document = parse_json_policy(value)
    if document.unknowns:
        raise RecordError(f"{where} holds parts that cannot be read")
    return document


def _with_statement(value: object, *, resources: bool) -> object:
    """Statements, one statement, or a trust's principals alone, as a document."""
    if isinstance(value, list) or (isinstance(value, dict) and "Effect" in value):
        return {"Statement": value}
    if not resources and isinstance(value, dict) and value and set(value) <= _PRINCIPAL_KINDS:
        return {"Statement": {"Effect": "Allow", "Principal": value, "Action": "sts:AssumeRole"}}
    return value


def _check(statement: object, where: str, *, resources: bool) -> None:
    if not isinstance(statement, dict):
        raise RecordError(f"{where} is not an object")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise RecordError(f"{where}.Effect is not Allow or Deny")
    pairs = [("Action", "NotAction"), ("Resource", "NotResource")]
    if not resources:
        pairs[1] = ("Principal", "NotPrincipal")
    for one, other in pairs:
        if (one in statement) == (other in statement):
            raise RecordError(f"{where} needs one of {one} and {other}")
    for key in ("Action", "NotAction", "Resource", "NotResource"):
        items = _listed(statement.get(key))
        if key in statement and (not items or not all(isinstance(item, str) for item in items)):
            raise RecordError(f"{where}.{key} is not a text or a list of texts")
    _check_conditions(statement.get("Condition", {}), where)


def _check_conditions(value: object, where: str) -> None:
    if not isinstance(value, dict) or not all(isinstance(item, dict) for item in value.values()):
        raise RecordError(f"{where}.Condition is not an object of operators")


# --- small readings ---------------------------------------------------------------------------


def _first(value: object, *keys: str) -> Any:
    if not isinstance(value, dict):
        return None
    return next((value[key] for key in keys if value.get(key) is not None), None)


def _listed(value: object) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _mapping(value: object) -> dict[Any, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise RecordError("principal is a text or an object, context an object")
    return value


def _values(value: object) -> tuple[str, ...]:
    items: Iterable[object] = value if isinstance(value, list) else (value,)
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in items)
