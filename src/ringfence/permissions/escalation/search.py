"""Whether the steps of a technique can be taken on one target, and on which names.

A step on the target is asked about the target. A step on something that the attacker makes or
chooses is asked about names that all patterns of its actions fit; one such name is enough, and all
steps on the same kind of thing must accept the same name.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from ringfence.model.record import record
from ringfence.permissions.conditions import Context
from ringfence.permissions.escalation.access import PolicyAccess
from ringfence.permissions.escalation.account import Account, Entry
from ringfence.permissions.escalation.catalogue import Technique, catalogue
from ringfence.permissions.escalation.example_texts import common_text, measured_text
from ringfence.permissions.evaluate import Verdict
from ringfence.permissions.globs import covers

#: Combinations of resource patterns for which a common name is sought.
MAX_NAMES = 64
#: Positions visited in search of names for one principal; about three seconds.
MAX_EFFORT = 300_000
#: Actions whose ARN may carry a version or alias.
_QUALIFIED = frozenset({"lambda:invokefunction", "lambda:invokeasync"})
#: Actions on ``*`` that name a function in the condition key ``lambda:FunctionArn`` alone.
_ABOUT_FUNCTION = frozenset({"lambda:createeventsourcemapping"})
_ATTACH = frozenset({"iam:attachrolepolicy", "iam:attachuserpolicy", "iam:attachgrouppolicy"})
_SET_BOUNDARY = frozenset({"iam:putrolepermissionsboundary", "iam:putuserpermissionsboundary"})
_MAKING = frozenset({"pass", "grant-passed", "new-role", "new-user"})
_TAGS = ("aws:resourcetag/", "iam:resourcetag/")


@record(frozen=True)
class Held:
    """Steps that can be taken: the actions, the resource of each kind, and whether surely."""

    actions: tuple[str, ...]
    resources: dict[str, str]
    certain: bool


class Search:
    """Questions about one principal."""

    def __init__(self, account: Account, access: PolicyAccess) -> None:
        self.account = account
        self.access = access
        self._answers: dict[tuple[str, str, tuple[str, ...], bool], Verdict] = {}
        self._effort = 0
        self._names: dict[tuple[str, ...], list[str]] = {}

    def hold(
        self,
        technique: Technique,
        bound: dict[str, Entry] | None = None,
        *,
        near: str = "",
        skip: str = "",
    ) -> Held | None:
        """How the steps can be taken with the entries of ``bound`` as the things of their kinds.

        ``near`` is a pattern that made-up names must fit too, ``skip`` an action decided elsewhere.
        """
        maybe: Held | None = None
        for actions in itertools.product(*technique.needs):
            asked = [action for action in actions if action != skip]
            held = self._hold(actions, asked, technique, bound or {}, near)
            if held is not None and held.certain:
                return held
            maybe = maybe or held
        return maybe

    def _hold(
        self,
        actions: tuple[str, ...],
        asked: list[str],
        technique: Technique,
        bound: dict[str, Entry],
        near: str,
    ) -> Held | None:
        if any(not self.access.patterns(action) for action in asked):
            return None
        resources: dict[str, str] = {}
        certain = True
        for kind, group in _by_kind(asked).items():
            found = self._group(kind, group, technique, bound.get(kind), near)
            if found is None:
                return None
            resources[kind] = found[0]
            certain = certain and found[1]
        besides = self._on(technique) if technique.on else Verdict.ALLOWED
        if besides is Verdict.DENIED:
            return None
        return Held(actions, resources, certain and besides is Verdict.ALLOWED)

    def _group(
        self, kind: str, actions: list[str], technique: Technique, entry: Entry | None, near: str
    ) -> tuple[str, bool] | None:
        names = [entry.arn] if entry else self.names(kind, actions, near) if kind else ["*"]
        maybe: tuple[str, bool] | None = None
        for name in names:
            verdicts = [self._ask(action, name, technique, entry) for action in actions]
            if all(verdict is Verdict.ALLOWED for verdict in verdicts):
                return name, True
            if all(verdict is not Verdict.DENIED for verdict in verdicts):
                maybe = maybe or (name, False)
        return maybe

    def _on(self, technique: Technique) -> Verdict:
        """Whether the first action is allowed on what the technique names besides the target."""
        form = technique.on.replace("arn:-:", f"arn:{self.account.partition}:")
        names = [
            name
            for pattern in self.access.patterns(technique.needs[0][0])
            if (name := common_text([form.replace(":-:-:", ":*:*:"), pattern]))
        ]
        action = technique.needs[0][0]
        verdicts = {self.access.may(action, name).verdict for name in names}
        for verdict in (Verdict.ALLOWED, Verdict.DEPENDS):
            if verdict in verdicts:
                return verdict
        return Verdict.DENIED

    # --- one action on one thing --------------------------------------------------------------

    def _ask(self, action: str, name: str, technique: Technique, entry: Entry | None) -> Verdict:
        key = (action, name, (technique.service, *technique.passed), entry is None)
        if key not in self._answers:
            best = Verdict.DENIED
            spellings = _spellings(action.lower(), name)
            for context in self._contexts(action, name, technique, entry):
                for spelling in spellings:
                    free = self._free(action, name, technique, entry)
                    verdict = self.access.may(action, spelling, context, free).verdict
                    if verdict is Verdict.ALLOWED:
                        best = verdict
                        break
                    best = verdict if best is Verdict.DENIED else best
            self._answers[key] = best
        return self._answers[key]

    def _free(
        self, action: str, name: str, technique: Technique, entry: Entry | None
    ) -> tuple[str, ...]:
        """Tags of the thing are the attacker's choice where he makes it or may tag it."""
        if entry is None and technique.by in _MAKING and not technique.uses:
            return _TAGS
        tag = catalogue().tagging.get(kind_of(action))
        if tag is None or self.access.may(tag, name).verdict is not Verdict.ALLOWED:
            return ()
        return _TAGS

    def _contexts(
        self, action: str, name: str, technique: Technique, entry: Entry | None
    ) -> Iterator[Context]:
        """What the request can carry so that it serves the attacker."""
        lowered = action.lower()
        base: dict[str, tuple[str, ...]] = dict(self._target(name, entry))
        if lowered == "iam:passrole":
            for service in (technique.service, *technique.passed):
                short = service.removesuffix(".amazonaws.com")
                for value in (service, f"{short}.us-east-1.amazonaws.com"):
                    yield {**base, "iam:passedtoservice": (value,)}
        elif lowered == "lambda:addpermission":
            for value in catalogue().principals:
                principal = value.format(account=self.account.id)
                yield {**base, "lambda:principal": (principal,)}
        elif lowered in _ATTACH:
            for value in self.attachable(action):
                yield {**base, "iam:policyarn": (value,)}
        elif lowered in _SET_BOUNDARY:
            for value in self._powerful():
                yield {**base, "iam:permissionsboundary": (value,)}
        else:
            yield base

    def _target(self, name: str, entry: Entry | None) -> Iterator[tuple[str, tuple[str, ...]]]:
        if name.startswith("arn:") and ":lambda:" in name:
            yield "lambda:functionarn", (name,)
        if entry is None:
            yield "iam:permissionsboundary", ()
            return
        if entry.boundary_arn or entry.boundary is None:
            yield "iam:permissionsboundary", (entry.boundary_arn,) if entry.boundary_arn else ()
        for key, value in (entry.tags or {}).items():
            for prefix in ("aws:resourcetag/", "iam:resourcetag/", "ssm:resourcetag/"):
                yield f"{prefix}{key}".lower(), (value,)

    def _powerful(self) -> list[str]:
        partition = self.account.partition
        return [value.format(partition=partition) for value in catalogue().powerful]

    def attachable(self, action: str) -> list[str]:
        """Managed policies that give much: the provider's, the account's, and ones that the
        principal may write itself."""
        found = [entry.arn for entry in self.account.lists.get("policies", ()) if entry.admin]
        for write in ("iam:CreatePolicy", "iam:CreatePolicyVersion"):
            if self.access.patterns(write):
                for near in self.access.values(action, "iam:policyarn") or [""]:
                    found += [
                        name
                        for name in self.names("policy", [write], near)
                        if self.access.may(write, name).verdict is Verdict.ALLOWED
                    ]
        return [*self._powerful(), *dict.fromkeys(found)]

    # --- names --------------------------------------------------------------------------------

    def form(self, kind: str, *, wide: bool = False) -> str:
        """The pattern of all ARNs of a kind in this account; ``wide`` as people would write it."""
        form = catalogue().kinds[kind].arn
        text = form.format(partition=self.account.partition, account=self.account.id)
        return text.replace("?*", "*") if wide else text

    def names(self, kind: str, actions: list[str], near: str = "") -> list[str]:
        """Names of a kind that the patterns of all the actions mean."""
        key = (kind, near, *actions)
        if key not in self._names:
            found: dict[str, None] = {}
            named = [action for action in actions if action.lower() not in _ABOUT_FUNCTION]
            lists = [self.access.patterns(action) for action in named]
            narrow = [one for action in named for one in self.access.narrowing(action)]
            for action in actions:
                narrow += self.access.values(action, "lambda:functionarn")
            further = dict.fromkeys([near, *narrow, ""])
            for chosen in itertools.islice(itertools.product(*lists), MAX_NAMES):
                patterns = list(dict.fromkeys([self.form(kind), *chosen]))
                names = (self._common([*patterns, more] if more else patterns) for more in further)
                found.update(dict.fromkeys(name for name in names if name is not None))
            self._names[key] = list(found)
        return self._names[key]

    def _common(self, patterns: list[str]) -> str | None:
        """A text that all mean, while there is time to look for one."""
        if self._effort > MAX_EFFORT:
            return None
        text, cost = measured_text(tuple(patterns))
        self._effort += cost
        return text

    def is_wide(self, kind: str, actions: Iterable[str]) -> bool:
        """Whether each action of that kind is allowed on all names of it."""
        return all(
            any(_names_all(pattern, self.form(kind, wide=True)) for pattern in patterns)
            for action in actions
            if kind_of(action) == kind
            for patterns in [self.access.patterns(action)]
        )

    def label(self, kind: str, action: str, name: str) -> str:
        """How a target that is only a pattern is called: all of the kind, or the pattern."""
        if self.is_wide(kind, [action]):
            return self.form(kind, wide=True)
        fitting = [one for one in self.access.patterns(action) if covers(one, name)]
        return min(fitting, key=len, default=name)


def kind_of(action: str) -> str:
    """The kind of thing that an action works on; "" for none."""
    return catalogue().acts.get(action.lower(), "")


def _spellings(action: str, name: str) -> list[str]:
    """The resources on which an action (lower case) may be asked about the thing ``name``."""
    if action in _ABOUT_FUNCTION:
        return ["*"]
    return [name, f"{name}:$LATEST"] if action in _QUALIFIED else [name]


def _by_kind(actions: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for action in actions:
        found.setdefault(kind_of(action), []).append(action)
    return found


def _names_all(pattern: str, form: str) -> bool:
    if pattern == "*":
        return True
    mine, theirs = pattern.split(":", 5), form.split(":", 5)
    return len(mine) == 6 and covers(mine[5], theirs[5])
