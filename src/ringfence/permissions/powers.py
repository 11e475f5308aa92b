"""What a role lets its function do with data, by the resources of this application.

``rules/permissions/powers.toml`` lists per kind of resource the actions to ask about. The answers
become :class:`~ringfence.model.finding.Power`: one per verb and resource that a policy names, or
one for "every table in the account" where a wildcard does. Explicit denies are honoured;
conditions that are not known here make a power conditional.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from functools import partial
from typing import Any

from ringfence.model.application import Application, Resource, Role
from ringfence.model.finding import Power
from ringfence.model.policy import Pattern, Statement
from ringfence.model.record import field, record
from ringfence.permissions.arns import ResourceNames, form_of, names_of
from ringfence.permissions.data_classes import NO_CLASS, DataClass, data_class_of, worst_class
from ringfence.permissions.evaluate import RolePolicies, Verdict
from ringfence.permissions.globs import covers, overlaps
from ringfence.rules import packed

_DATA = "permissions/powers.toml"

#: Resources named for one action by one statement; more say nothing more to people.
MAX_TARGETS = 40
VERBS = ("administer", "read", "write", "delete", "invoke")
WHOLE_ACCOUNT = "everything in the account"
#: Kinds that are no resource of the model but have names in policies.
_OTHER_FORMS = {"mail": "arn:-:ses:-:-:identity/{}"}


def powers_of(role: Role, application: Application) -> list[Power]:
    """The powers of a role, the most sensitive data and the widest reach first.

    A role that may do everything has one power: to administer everything in the account.
    """
    names = names_of(application)
    return list(names.remember("powers", role, lambda: _powers(role, application, names)))


def _powers(role: Role, application: Application, names: ResourceNames) -> list[Power]:
    policies = RolePolicies(role, names)
    everything = policies.answer("*", "*")
    if everything.verdict is Verdict.ALLOWED:
        at = everything.statement.location if everything.statement else role.location
        return [Power("administer", WHOLE_ACCOUNT, "", "", ("*",), at)]
    found: dict[tuple[str, str, str], _Draft] = {}
    for question in _questions():
        for statement in policies.allowing(question.action):
            for draft in _drafts(question, statement, application, names):
                _judge(draft, policies, question.action, found)
    wide = {(draft.verb, draft.kind) for draft in found.values() if draft.wide}
    kept = [d for d in found.values() if d.wide or (d.verb, d.kind) not in wide]
    kept.sort(key=lambda d: (-d.data.rank, not d.wide, VERBS.index(d.verb), d.target))
    return [draft.power() for draft in kept]


@record(frozen=True)
class _Question:
    """One action of one verb on one kind. ``inside`` and ``also`` are what follows the ARN."""

    kind: str
    verb: str
    action: str
    inside: str
    form: str
    one: str
    all: str
    also: tuple[str, ...] = ()

    @property
    def every(self) -> str:
        return self.form.format("*") + self.inside


@record()
class _Draft:
    """A power in the making; ``asked`` is the symbolic ARN (pattern) that the verb is about.
    ``personal`` when a policy variable narrows the pattern to the caller's own part."""

    verb: str
    kind: str
    target: str
    resource: str
    asked: str
    data: DataClass
    statement: Statement
    wide: bool = False
    personal: bool = False
    actions: list[str] = field(default_factory=list)
    conditional: bool = True

    def power(self) -> Power:
        return Power(
            self.verb,
            self.target,
            self.resource,
            self.data.name,
            tuple(self.actions),
            self.statement.location,
            self.data.guessed,
            self.conditional,
        )


def _judge(
    draft: _Draft, policies: RolePolicies, action: str, found: dict[tuple[str, str, str], _Draft]
) -> None:
    """Keep the draft unless an explicit deny takes the action away."""
    if policies.answer(action, draft.asked).verdict is Verdict.DENIED:
        return
    kept = found.setdefault((draft.verb, draft.target, draft.resource), draft)
    if action not in kept.actions:
        kept.actions.append(action)
    if not draft.statement.conditions and draft.statement.certain and not draft.personal:
        kept.conditional = False


def _drafts(
    question: _Question, statement: Statement, application: Application, names: ResourceNames
) -> list[_Draft]:
    """What an allow statement lets the action reach among resources of the kind."""
    if statement.not_resources or not statement.resources:
        return [_every(question, statement, application, names)]
    found: list[_Draft] = []
    for pattern in statement.resources:
        glob = names.glob(pattern)
        if covers(glob, question.every):
            return [_every(question, statement, application, names)]
        named = list(_named(question, glob, statement, names))
        if not named and pattern.known and (name := _foreign_name(question, glob)):
            target = question.one.format(name)
            data = NO_CLASS
            named = [_Draft(question.verb, question.kind, target, "", glob, data, statement)]
        for draft in named:
            draft.personal = has_variable(pattern)
        found.extend(named)
        if len(found) >= MAX_TARGETS:
            break
    return found


def has_variable(pattern: Pattern) -> bool:
    """Whether the pattern holds a policy variable, such as the caller's identity."""
    if pattern.parts is None:
        return "${" in pattern.text
    return any(isinstance(part, str) and "${" in part for part in pattern.parts.parts)


def _every(
    question: _Question, statement: Statement, application: Application, names: ResourceNames
) -> _Draft:
    data = names.worst_classes.get(question.kind)
    if data is None:
        resources = application.resources_of(question.kind)
        data = names.worst_classes[question.kind] = worst_class(
            _class_of(resource, names) for resource in resources
        )
    return _Draft(
        question.verb, question.kind, question.all, "", question.every, data, statement, wide=True
    )


def _class_of(resource: Resource, names: ResourceNames) -> DataClass:
    return names.remember("data", resource, partial(data_class_of, resource))


def _named(
    question: _Question, glob: str, statement: Statement, names: ResourceNames
) -> Iterator[_Draft]:
    for resource in names.meant_by(glob, (question.kind,)):
        arn = names.arn(resource)
        suffixes = (question.inside, *question.also)
        asked = next((arn + end for end in suffixes if overlaps(glob, arn + end)), "")
        if asked:
            target = question.one.format(resource.logical_id)
            data = _class_of(resource, names)
            yield _Draft(question.verb, question.kind, target, resource.id, asked, data, statement)


def _foreign_name(question: _Question, glob: str) -> str:
    """The literal name of a resource that a policy names and the application does not declare."""
    head = question.form.partition("{}")[0]
    if not glob.startswith(head) or not overlaps(question.every, glob):
        return ""
    name = glob.removeprefix(head)
    if question.kind == "bucket":
        name, slash, _ = name.partition("/")
        if slash and not question.inside:
            return ""
    return "" if "⟦" in name or "*" in name.rstrip("*") else name


def kind_words(kind: str, name: str) -> str:
    """How a story names one resource of a kind: ("table", "Orders") → "table Orders"."""
    table = _table().get(kind)
    words = table["one"] if table else f"{kind.replace('-', ' ') or 'resource'} {{}}"
    return str(words).format(name)


def resource_words(resource: Resource) -> str:
    """The same for a resource of the application."""
    return kind_words(resource.kind, resource.logical_id)


def verbs_of(action: str) -> tuple[tuple[str, str], ...]:
    """(kind of resource, verb) that an action serves: ``s3:GetObject`` → (("bucket", "read"),)."""
    lowered = action.lower()
    found = ((q.kind, q.verb) for q in _questions() if q.action.lower() == lowered)
    return tuple(dict.fromkeys(found))


@functools.cache
def _questions() -> tuple[_Question, ...]:
    found = []
    for kind, table in _table().items():
        form = form_of(kind) or _OTHER_FORMS[kind]
        for verb in VERBS:
            inside = table.get("inside", "") if verb in table.get("inside_verbs", ()) else ""
            for action in table.get(verb, ()):
                one, every = table["one"], table["all"]
                also = tuple(table.get("also", ()))
                found.append(_Question(kind, verb, action, inside, form, one, every, also))
    return tuple(found)


@functools.cache
def _table() -> dict[str, dict[str, Any]]:
    return packed.read(_DATA)
