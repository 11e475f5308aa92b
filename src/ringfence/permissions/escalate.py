"""Known-dangerous combinations of permissions, evaluated with resources and conditions.

The combinations are data (``rules/permissions/escalations.toml``). One holds for a role when each
needed action may be allowed, and what it works through gives something that the role does not
have: every role or function of the account (a wildcard), or one of this application that is
stronger than the role itself. Resources that the template does not reveal are never reported.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from ringfence.model.application import Application, Role
from ringfence.model.policy import Statement
from ringfence.model.record import record
from ringfence.permissions.arns import ResourceNames, names_of
from ringfence.permissions.conditions import Context
from ringfence.permissions.evaluate import Answer, RolePolicies, Verdict
from ringfence.permissions.globs import covers
from ringfence.permissions.powers import WHOLE_ACCOUNT, powers_of
from ringfence.rules import packed

_DATA = "permissions/escalations.toml"


@record(frozen=True)
class Escalation:
    """One combination that a role holds.

    A combination that only leads to named roles with narrow powers has rank 1.
    ``result`` continues "the function can …". ``targets`` names what it works on: logical ids of
    this application, or words such as "any role". ``resources`` are ids. ``conditional`` tells that
    a condition which is not known here must hold. ``rank`` is 3 (at once) to 1.
    """

    id: str
    title: str
    result: str
    actions: tuple[str, ...]
    targets: tuple[str, ...]
    resources: tuple[str, ...]
    conditional: bool
    rank: int
    statement: Statement


def escalations_of(role: Role, application: Application) -> list[Escalation]:
    """The combinations that the role holds, the most direct first.

    A role that may do everything yields only ``admin``: nothing is left to gain.
    """
    names = names_of(application)
    return list(names.remember("escalations", role, lambda: _escalations(role, application)))


def _escalations(role: Role, application: Application) -> list[Escalation]:
    holder = _Holder(role, application)
    everything = holder.policies.answer("*", "*")
    if everything.verdict is Verdict.ALLOWED and everything.statement:
        return [_admin(everything.statement)]
    found = [item for path in _table() if (item := holder.check(path))]
    return sorted(found, key=lambda item: (-item.rank, item.conditional, len(item.actions)))


def _admin(statement: Statement) -> Escalation:
    return Escalation(
        "admin",
        "Administrator of the account",
        "do everything in the account",
        ("*",),
        (WHOLE_ACCOUNT,),
        (),
        False,
        3,
        statement,
    )


@record(frozen=True)
class _Reach:
    """What a combination works on."""

    targets: tuple[str, ...]
    resources: tuple[str, ...] = ()
    narrow: bool = False


class _Holder:
    """A role asked about one combination after the other."""

    def __init__(self, role: Role, application: Application) -> None:
        self.role = role
        self.application = application
        self.names: ResourceNames = names_of(application)
        self.policies = RolePolicies(role, self.names)

    def check(self, path: dict[str, Any]) -> Escalation | None:
        """The escalation that this combination gives the role; None when it does not hold."""
        context: Context = {}
        if "service" in path:
            context = {"iam:PassedToService": (path["service"],)}
        actions: list[str] = []
        answers: list[Answer] = []
        for need in path["needs"]:
            options = need if isinstance(need, list) else [need]
            chosen = self._first(options, context)
            if chosen is None:
                return None
            actions.append(chosen[0])
            answers.append(chosen[1])
        if "on" in path and not all(self._covers(action, path["on"]) for action in actions):
            return None
        reach = self._reach(path["through"], actions)
        if reach is None:
            return None
        statement = next(answer.statement for answer in answers if answer.statement)
        conditional = any(
            answer.statement is not None
            and answer.verdict is Verdict.DEPENDS
            and bool(answer.statement.conditions)
            for answer in answers
        )
        return Escalation(
            path["id"],
            path["title"],
            path["result"],
            tuple(actions),
            reach.targets,
            reach.resources,
            conditional,
            1 if reach.narrow else path["rank"],
            statement,
        )

    def _first(self, options: list[str], context: Context) -> tuple[str, Answer] | None:
        for action in options:
            answer = self.policies.answer(action, "*", context)
            if answer.possible:
                return action, answer
        return None

    def _reach(self, through: str, actions: list[str]) -> _Reach | None:
        if through == "pass":
            return self._roles(actions[0], "any role that the service may take")
        if through == "role":
            return self._roles(actions[0], "any role")
        if through == "function":
            return self._functions(actions[0])
        kind = "any user, group or policy" if through == "principal" else "what exists there"
        wide = all(any(_is_wide(glob) for glob in self._globs(action)) for action in actions)
        return _Reach((kind,)) if wide else None

    def _covers(self, action: str, resource: str) -> bool:
        return any(covers(glob, resource) for glob in self._globs(action))

    def _globs(self, action: str) -> Iterator[str]:
        """The resources on which allow statements speak of the action; unknown ones left out."""
        for statement in self.policies.allowing(action):
            if statement.not_resources or not statement.resources:
                yield "*"
            for pattern in statement.resources:
                if pattern.known and "${aws:" not in pattern.text:
                    yield self.names.glob(pattern)

    def _roles(self, action: str, every: str) -> _Reach | None:
        found: dict[str, str] = {}
        for glob in self._globs(action):
            if covers(glob, "arn:-:iam:-:-:role/*"):
                return _Reach((every,))
            for resource in self.names.meant_by(glob, ("role",)):
                role = self.application.roles.get(resource.id)
                if role is None:
                    continue
                itself = role.id == self.role.id
                grants = action.startswith("iam:") and action != "iam:PassRole"
                if (itself and grants) or (not itself and self._is_stronger(role)):
                    found[resource.id] = resource.logical_id
        narrow = not any(self._is_wide(self.application.roles[name]) for name in found)
        return _Reach(tuple(found.values()), tuple(found), narrow) if found else None

    def _functions(self, action: str) -> _Reach | None:
        found: dict[str, str] = {}
        for glob in self._globs(action):
            if covers(glob, "arn:-:lambda:-:-:function:*"):
                return _Reach(("any function",))
            for resource in self.names.meant_by(glob, ("function",)):
                function = self.application.functions.get(resource.id)
                role = self.application.role_of(function) if function else None
                if role is not None and role.id != self.role.id and self._is_stronger(role):
                    found[resource.id] = resource.logical_id
        return _Reach(tuple(found.values()), tuple(found)) if found else None

    def _is_wide(self, other: Role) -> bool:
        """Whether a role reaches more than named resources of this application, or is this one."""
        if other.id == self.role.id or not other.complete:
            return True
        powers = powers_of(other, self.application)
        return any(not power.resource and power.verb != "invoke" for power in powers)

    def _is_stronger(self, other: Role) -> bool:
        """Whether the other role may do to data what this one may not."""
        mine = {(power.verb, power.target) for power in powers_of(self.role, self.application)}
        theirs = powers_of(other, self.application)
        wide = {(verb, target) for verb, target in mine if target.startswith("every ")}
        return any((p.verb, p.target) not in mine for p in theirs if not _within(p.target, wide))


def _within(target: str, wide: set[tuple[str, str]]) -> bool:
    kind = target.rpartition(" ")[0]
    return any(words.startswith(f"every {kind} ") for _, words in wide)


def _is_wide(glob: str) -> bool:
    """Whether the pattern means everything of a type: ``*``, ``…:project/*``, ``…:*``."""
    if glob == "*":
        return True
    last = glob.split(":", 5)[-1]
    return last == "*" or (last.endswith(("/*", ":*")) and last.count("/") + last.count(":") == 1)


@functools.cache
def _table() -> tuple[dict[str, Any], ...]:
    paths = packed.read(_DATA)["path"]
    return tuple(path for path in paths if path.get("templates", True))
