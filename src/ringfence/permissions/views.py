"""Policies as JSON-like facts, for the conditions of rules.

:func:`statement_view`, :func:`role_view` and :func:`resource_policy_view` compute what a rule's
condition would otherwise have to: each docstring lists every key. Lists are always there (empty
when there is nothing), texts are "" and never null, so that conditions need no guards.
"""

from __future__ import annotations

import functools
from typing import Any

from ringfence.model.application import Application, ResourcePolicy, Role
from ringfence.model.policy import Condition, Pattern, PolicyDocument, Statement
from ringfence.model.severity import Exposure
from ringfence.permissions import actions as action_data
from ringfence.permissions.arns import normalise
from ringfence.permissions.audience import Audience, audience_of, is_foreign_account
from ringfence.permissions.data_classes import data_class_of
from ringfence.permissions.escalate import escalations_of
from ringfence.permissions.globs import covers, has_wildcard
from ringfence.permissions.powers import powers_of
from ringfence.rules import packed

View = dict[str, Any]

MAX_LISTED = 20
_DATA = "permissions/sensitive_actions.toml"
#: Beginnings of the origins of statements that a shorthand or a plugin writes.
_SHORTHANDS = ("SAM policy template", "connector", "plugin policy")


def statement_view(statement: Statement, role: Role | None = None) -> View:
    """The facts of one statement of a role (or of any identity policy).

    As written:
        effect: "Allow" or "Deny".  sid, origin: text ("inline policy", "managed policy X", …).
        actions, not_actions, resources, not_resources: list of text, references as ``${Name.Arn}``.
        conditions: list of {operator, key, values}.  conditioned: bool.
        role: logical id of the role.  managed: name of the managed policy it comes from, or "".
        sam_template: name of the SAM policy template it comes from, or "".
        generated: bool, a shorthand wrote it (SAM policy template, connector, plugin).
        certain: bool, False inside an undecided template condition.
        known: bool, nothing in actions and resources is unknown.
    Computed, for Allow statements (neutral values for Deny):
        all_actions: bool, ``*``.  all_resources: bool, ``*`` (or every ARN).
        admin: bool, everything on everything without a condition.
        service_wildcards: list of services allowed whole (``s3`` for ``s3:*``).
        action_wildcards: list of actions with other wildcards (``s3:Get*``).
        resource_wildcards: list of resources that mean all of a type (``arn:aws:s3:::*``); not
            the bare ``*``.
        needless_star: actions given on ``*`` although they can be limited to resources
            (concrete names, at most 20).  needless_star_count: how many there are.
        needless_star_written: the same as written in the policy (``dynamodb:*``).
        levels: list of read, list, write, permissions, tagging that the actions have.
        action_count: number of known actions that it allows (-1 for all).
        not_action_allow, not_resource_allow: bool, Allow with NotAction / NotResource.
        exfiltration: actions that read data out, on all resources, without a condition.
        exposure_actions: actions that make resources public or share them, on all resources.
        permission_actions: permissions management actions (concrete, at most 20), any resource.
        credential_actions: actions that hand out credentials or secrets, on all resources or all
            of a type.
        destructive_actions: actions that delete data, keys, backups or logs, on all resources.
        pass_role_star: bool, iam:PassRole on every role.  pass_role_any_service: bool, the same
            without an ``iam:PassedToService`` condition.
        assume_role_star: bool, sts:AssumeRole on every role.
        invoke_all: bool, lambda:InvokeFunction on every function.
        unknown_actions: actions whose service is known and whose name means no action.
        unknown_services: service prefixes that do not exist.
    """
    allow = statement.effect == "Allow"
    names = [pattern.text for pattern in statement.actions]
    all_actions = allow and any(name in ("*", "*:*") for name in names)
    all_resources = allow and _means_everything(statement)
    plain_allow = allow and not statement.conditions
    concrete = _concrete(statement) if allow and not all_actions else []
    star = concrete if all_resources else []
    typed = allow and any(_is_type_wildcard(pattern) for pattern in statement.resources)
    needless = [action for action in star if action_data.resource_types_of(action)]
    sensitive = _sensitive(star) if plain_allow else {}
    wildcards = [name for name in names if has_wildcard(name) and name not in ("*", "*:*")]
    exact = _exact_written(statement)
    pass_star = allow and _star_on(statement, "iam:passrole", "arn:-:iam:-:-:role/*")
    return {
        "effect": statement.effect,
        "sid": statement.sid,
        "origin": statement.origin,
        "actions": names,
        "not_actions": [pattern.text for pattern in statement.not_actions],
        "resources": [pattern.text for pattern in statement.resources],
        "not_resources": [pattern.text for pattern in statement.not_resources],
        "conditions": [_condition(condition) for condition in statement.conditions],
        "conditioned": bool(statement.conditions),
        "role": role.logical_id if role else "",
        "managed": _after(statement.origin, "managed policy "),
        "sam_template": _after(statement.origin, "SAM policy template "),
        "generated": statement.origin.startswith(_SHORTHANDS),
        "certain": statement.certain,
        "known": all(p.known for p in (*statement.actions, *statement.resources)),
        "all_actions": all_actions,
        "all_resources": all_resources,
        "admin": all_actions and all_resources and plain_allow and statement.certain,
        "service_wildcards": sorted(
            {
                service
                for name in wildcards
                if name.endswith(":*") and _applies(service := name.partition(":")[0], statement)
            }
        )
        if allow
        else [],
        "action_wildcards": [name for name in wildcards if not name.endswith(":*")]
        if allow
        else [],
        "resource_wildcards": [p.text for p in statement.resources if _is_type_wildcard(p)]
        if allow
        else [],
        "needless_star": needless[:MAX_LISTED],
        "needless_star_count": len(needless),
        "needless_star_written": _written_of(exact, needless),
        "levels": sorted({level for a in concrete if (level := action_data.level_of(a))}),
        "action_count": -1 if all_actions else len(concrete),
        "not_action_allow": allow and bool(statement.not_actions),
        "not_resource_allow": allow and bool(statement.not_resources),
        "exfiltration": sensitive.get("exfiltration", []),
        "exposure_actions": sensitive.get("exposure", []),
        "credential_actions": _sensitive(concrete).get("credentials", [])
        if plain_allow and typed and not star
        else sensitive.get("credentials", []),
        "destructive_actions": sensitive.get("destruction", []),
        "permission_actions": [
            action for action in concrete if action_data.level_of(action) == "permissions"
        ][:MAX_LISTED],
        "pass_role_star": pass_star,
        "pass_role_any_service": pass_star
        and not any(c.key.lower() == "iam:passedtoservice" for c in statement.conditions),
        "assume_role_star": allow and _star_on(statement, "sts:assumerole", "arn:-:iam:-:-:role/*"),
        "invoke_all": allow
        and _star_on(statement, "lambda:invokefunction", "arn:-:lambda:-:-:function:*"),
        "unknown_actions": [n for n in exact if not action_data.action_exists(n)],
        "unknown_services": sorted(
            {
                service
                for name in exact
                if (service := action_data.split_action(name)[0])
                and not has_wildcard(service)
                and not action_data.service_exists(service)
            }
        ),
    }


def role_view(role: Role, application: Application) -> View:
    """The facts of one role.

    id, logical_id: text.  generated, complete: bool.  gaps: list of text.
    managed: names of its managed policies.  full_access: list of {name, services, actions}: managed
        policies that allow whole services on everything (``actions`` is their number, -1 for all).
    admin: bool, everything on everything, and no boundary takes it away.
    star_services: services allowed whole on everything.
    statements: list of :func:`statement_view`.  statement_count: int.
    functions: logical ids of the functions that use it.  function_count: int.
    shared: bool, used by more than one function.
    action_count: number of known actions allowed, wildcards expanded (-1 for all).
    has_boundary: bool.
    powers: list of {verb, target, resource, data_class, actions, conditional}.
    reads_all, writes_all, deletes_all: targets that are "every … in the account".
    sensitive: data classes of what it can read.
    escalations: list of {id, title, result, actions, targets, conditional, rank}.
    escalation_ids: list of text.
    trust_services: service principals that may assume it.  trust_accounts: account numbers.
    trust_anyone: bool, everyone may assume it.  trust_federated: identity providers.
    trust_federated_open: bool, an identity provider without a condition on audience or subject, or
        one for everybody with no condition on the subject.
    trust_unconditioned_accounts: accounts trusted without any condition (no external id).
    """
    statements = [
        statement_view(statement, role)
        for document in role.policies
        for statement in document.statements
    ]
    users = [f.logical_id for f in application.functions.values() if f.role == role.id]
    powers = powers_of(role, application)
    escalations = escalations_of(role, application)
    admin = any(item.id == "admin" for item in escalations)
    counts = [s["action_count"] for s in statements if s["effect"] == "Allow"]
    return {
        "id": role.id,
        "logical_id": role.logical_id,
        "generated": role.generated,
        "complete": role.complete,
        "gaps": list(role.gaps),
        "managed": [name.rpartition("/")[2] for name in role.managed],
        "full_access": _full_access(role, statements),
        "admin": admin,
        "star_services": sorted(
            {x for s in statements if s["all_resources"] for x in s["service_wildcards"]}
        ),
        "statements": statements,
        "statement_count": len(statements),
        "functions": users,
        "function_count": len(users),
        "shared": len(users) > 1,
        "action_count": -1 if -1 in counts else sum(counts),
        "has_boundary": role.boundary is not None,
        "powers": [
            {
                "verb": power.verb,
                "target": power.target,
                "resource": power.resource,
                "data_class": power.data_class,
                "actions": list(power.actions),
                "conditional": power.conditional,
            }
            for power in powers
        ],
        "reads_all": _every(powers, "read"),
        "writes_all": _every(powers, "write"),
        "deletes_all": _every(powers, "delete"),
        "sensitive": sorted({p.data_class for p in powers if p.verb == "read" and p.data_class}),
        "escalations": [
            {
                "id": item.id,
                "title": item.title,
                "result": item.result,
                "actions": list(item.actions),
                "targets": list(item.targets),
                "conditional": item.conditional,
                "rank": item.rank,
            }
            for item in escalations
        ],
        "escalation_ids": [item.id for item in escalations],
        **_trust(role.trust),
    }


def resource_policy_view(policy: ResourcePolicy, application: Application) -> View:
    """The facts of one policy on a resource.

    resource: logical id (or text).  kind: text.  data_class: text.  name: text.
    statements: list of {effect, sid, actions, not_actions, resources, principals, not_principals,
        conditions, certain, known}; a principal is {kind, value}.
    audience: list of {exposure, who, kind, name, actions, levels, conditions, needs_source, sid};
        exposure is anyone, authenticated, unknown, account, principal.
    widest: the widest exposure, "" when nobody is admitted.  open: the statement that admits the
        most, as in statements; {} when nobody is admitted.
    anyone: bool.  anyone_actions: list of text.
    anyone_levels: list of read, list, write, permissions, tagging.
    authenticated: bool, anyone with an AWS identity.
    foreign_accounts: account numbers admitted.
    services_without_source: service principals that may act for strangers (no source is demanded).
    generated: bool, a shorthand writes the policy.
    not_principal_allow: bool.  star_actions: who may do everything (list of text).
    requires_tls: bool, a deny for everyone when the transport is not encrypted.
    deny_count: int.  conditioned: bool, every Allow has a condition.
    """
    document = policy.document
    audience = audience_of(document)
    resource = application.resources.get(policy.resource)
    allows = [statement for statement in document.statements if statement.effect == "Allow"]
    open_to_all = [one for one in audience if one.exposure is Exposure.ANYONE]
    anyone_actions = [action for one in open_to_all for action in one.actions]
    return {
        "resource": resource.logical_id if resource else policy.resource.rpartition("#")[2],
        "kind": policy.kind,
        "name": document.name,
        "data_class": data_class_of(resource).name if resource else "",
        "statements": [_resource_statement(statement) for statement in document.statements],
        "audience": [
            {
                "exposure": str(one.exposure),
                "who": one.who,
                "kind": one.kind,
                "name": one.name,
                "actions": list(one.actions),
                "levels": _levels(one.actions),
                "conditions": list(one.conditions),
                "needs_source": one.needs_source,
                "sid": one.statement.sid,
            }
            for one in audience
        ],
        "widest": str(audience[0].exposure) if audience else "",
        "open": _resource_statement(audience[0].statement) if audience else {},
        "anyone": bool(open_to_all),
        "anyone_actions": anyone_actions,
        "anyone_levels": _levels(tuple(anyone_actions)),
        "authenticated": any(
            one.exposure is Exposure.AUTHENTICATED and not one.needs_source for one in audience
        ),
        "foreign_accounts": sorted({o.name for o in audience if is_foreign_account(o.name)}),
        "services_without_source": sorted({o.name for o in audience if o.needs_source}),
        "not_principal_allow": any(statement.not_principals for statement in allows),
        "star_actions": [
            o.who
            for o in audience
            if any(a.endswith("*") and len(a.partition(":")[2]) <= 1 for a in o.actions)
        ],
        "generated": policy.generated,
        "requires_tls": any(_requires_tls(statement) for statement in document.statements),
        "deny_count": len(document.statements) - len(allows),
        "conditioned": bool(allows) and all(statement.conditions for statement in allows),
    }


# --- pieces -----------------------------------------------------------------------------------


def _condition(condition: Condition) -> View:
    return {
        "operator": condition.operator,
        "key": condition.key,
        "values": [pattern.text for pattern in condition.values],
    }


def _resource_statement(statement: Statement) -> View:
    return {
        "effect": statement.effect,
        "sid": statement.sid,
        "actions": [pattern.text for pattern in statement.actions],
        "not_actions": [pattern.text for pattern in statement.not_actions],
        "resources": [pattern.text for pattern in statement.resources],
        "principals": [{"kind": p.kind, "value": p.value.text} for p in statement.principals],
        "not_principals": [
            {"kind": p.kind, "value": p.value.text} for p in statement.not_principals
        ],
        "conditions": [_condition(condition) for condition in statement.conditions],
        "certain": statement.certain,
        "known": all(p.known for p in (*statement.actions, *statement.resources))
        and all(p.value.known for p in statement.principals),
    }


def _means_everything(statement: Statement) -> bool:
    """A bare ``*`` as written; a reference or an unknown value never counts."""
    return any(
        pattern.parts is None and pattern.text in ("*", "arn:*", "arn:aws:*")
        for pattern in statement.resources
    )


#: Services whose resources bear the service's own name in their ARNs.
_NAMED_ALIKE = frozenset(
    {"athena", "cognito-idp", "dynamodb", "ecr", "events", "firehose", "glue", "kinesis", "kms",
     "lambda", "logs", "s3", "secretsmanager", "sns", "sqs", "ssm", "states"}
)  # fmt: skip


def _applies(service: str, statement: Statement) -> bool:
    """Whether actions of a service can be meant by a statement's resources: ``logs:*`` on a table
    allows nothing."""
    if service not in _NAMED_ALIKE or not statement.resources:
        return True
    owners = {pattern.text.split(":", 3)[2] if pattern.text.count(":") > 2 else "*"
              for pattern in statement.resources}  # fmt: skip
    return service in owners or not owners <= _NAMED_ALIKE


def _is_type_wildcard(pattern: Pattern) -> bool:
    if not pattern.known or pattern.text == "*":
        return False
    text = pattern.text if pattern.parts is None else pattern.glob
    if pattern.parts is not None and any(
        not isinstance(part, str) and not str(part).startswith("${AWS::")
        for part in pattern.parts.parts
    ):
        return False
    last = normalise(text).split(":", 5)[-1]
    if last == "*":
        return True
    if not last.endswith(("/*", ":*")) or last.count("/") + last.count(":") != 1:
        return False
    # "table/*" means every table, but "my-bucket/*" the objects of one bucket.
    return text.split(":", 3)[2:3] != ["s3"] or last.startswith("*")


def _concrete(statement: Statement) -> list[str]:
    found: dict[str, None] = {}
    for pattern in statement.actions:
        if pattern.known and pattern.parts is None:
            found.update(dict.fromkeys(action_data.expand(pattern.text)))
    return list(found)


def _exact_written(statement: Statement) -> list[str]:
    return [
        pattern.text
        for pattern in (*statement.actions, *statement.not_actions)
        if pattern.known and pattern.parts is None
    ]


def _written_of(written: list[str], concrete: list[str]) -> list[str]:
    wanted = set(concrete)
    return [name for name in written if wanted.intersection(action_data.expand(name))]


def _star_on(statement: Statement, action: str, every: str) -> bool:
    does = any(covers(p.text.lower(), action) for p in statement.actions if p.parts is None)
    if statement.not_actions:
        does = not any(covers(p.glob.lower(), action) for p in statement.not_actions)
    return does and any(
        covers(normalise(p.text if p.parts is None else _deployed(p)), every)
        for p in statement.resources
    )


def _deployed(pattern: Pattern) -> str:
    """A pattern whose references are all pseudo parameters, with ``*`` for them; else its text."""
    parts = pattern.parts.parts if pattern.parts else ()
    if all(isinstance(part, str) or str(part).startswith("${AWS::") for part in parts):
        return pattern.glob
    return pattern.text


def _after(origin: str, prefix: str) -> str:
    return origin.removeprefix(prefix) if origin.startswith(prefix) else ""


def _levels(actions: tuple[str, ...]) -> list[str]:
    found: set[str] = set()
    for action in actions:
        if action in ("*", "*:*") or action.startswith("everything"):
            return sorted(action_data.LEVELS.values())
        found.update(action_data.level_of(name) for name in action_data.expand(action))
    return sorted(found - {""})


def _every(powers: list[Any], verb: str) -> list[str]:
    return [p.target for p in powers if p.verb == verb and p.target.startswith("every")]


def _full_access(role: Role, statements: list[View]) -> list[View]:
    found: dict[str, View] = {}
    for view in statements:
        name = view["managed"]
        if not name or not view["all_resources"] or view["conditioned"]:
            continue
        if not view["service_wildcards"] and not view["all_actions"]:
            continue
        entry = found.setdefault(name, {"name": name, "services": [], "actions": 0})
        entry["services"] = sorted({*entry["services"], *view["service_wildcards"]})
        whole = view["all_actions"] or entry["actions"] == -1
        entry["actions"] = -1 if whole else entry["actions"] + view["action_count"]
    return list(found.values())


def _trust(trust: PolicyDocument | None) -> View:
    audience = audience_of(trust) if trust else []
    federated = [one for one in audience if one.kind == "federated"]
    accounts = [one for one in audience if is_foreign_account(one.name)]
    return {
        "trust_services": sorted({one.name for one in audience if one.kind == "service"}),
        "trust_accounts": sorted({one.name for one in accounts}),
        "trust_unconditioned_accounts": sorted({o.name for o in accounts if not o.conditions}),
        "trust_anyone": any(
            one.kind == "everyone" and one.exposure >= Exposure.AUTHENTICATED for one in audience
        ),
        "trust_federated": sorted({one.name for one in federated}),
        "trust_federated_open": any(_admits_strangers(one) for one in federated),
    }


#: Identity providers that serve everybody: the audience tells no tenant from another. Sources: the
#: providers' documentation of OpenID Connect with AWS.
_SHARED_PROVIDERS = (
    "token.actions.githubusercontent.com", "gitlab.com", "agent.buildkite.com",
    "app.terraform.io", "api.bitbucket.org",
)  # fmt: skip


def _admits_strangers(audience: Audience) -> bool:
    """Whether other tenants of an identity provider may assume a role: nothing is asked, or of a
    provider for everybody no claim but the audience."""
    if not audience.conditions:
        return True
    if not any(provider in audience.name for provider in _SHARED_PROVIDERS):
        return False
    return all(
        condition.key.lower().endswith(":aud")
        or all(p.text.strip("*") in ("", "repo:", "project_path:") for p in condition.values)
        for condition in audience.statement.conditions
    )


def _requires_tls(statement: Statement) -> bool:
    return (
        statement.effect == "Deny"
        and any(principal.kind == "*" for principal in statement.principals)
        and any(
            condition.key.lower() == "aws:securetransport"
            and condition.operator.lower().startswith("bool")
            and any(pattern.text.lower() == "false" for pattern in condition.values)
            for condition in statement.conditions
        )
    )


def _sensitive(actions: list[str]) -> dict[str, list[str]]:
    """The actions of each sensitive group, in the order of the policy."""
    found: dict[str, list[str]] = {}
    groups = _groups()
    for action in actions:
        for group in groups.get(action.lower(), ()):
            found.setdefault(group, []).append(action)
    return found


@functools.cache
def _groups() -> dict[str, list[str]]:
    table: dict[str, list[str]] = packed.read(_DATA)["actions"]
    groups: dict[str, list[str]] = {}
    for group, actions in table.items():
        for action in actions:
            groups.setdefault(action.lower(), []).append(group)
    return groups
