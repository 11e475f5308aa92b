"""The policies of an application: patched, exported, and compared with what the patch grants."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import ringfence
from proving.judge import Document, actions_of, pairs_of
from proving.stack import Stack
from ringfence.model.record import record
from ringfence.permissions.evaluate import PolicySet, Verdict
from ringfence.permissions.globs import covers
from ringfence.permissions.grants import grants_of, policies_of
from ringfence.permissions.physical import Place

Policies = dict[str, Document]


@record(frozen=True)
class Export:
    """What ``ringfence lock export`` makes of a patched copy: all that each function needs, and
    what its code alone does."""

    whole: Policies
    own: Policies

    def platform(self, function: str) -> set[tuple[str, str]]:
        """The (action, resource) pairs that are the platform's."""
        return pairs_of(self.whole[function]) - pairs_of(self.own[function])


def patched_copy(source: Path, to: Path, place: Place, form: str) -> Path:
    """A copy of the application with the patch of its template applied."""
    leave = shutil.ignore_patterns("node_modules", ".git", "__pycache__", ".aws-sam")
    shutil.copytree(source, to, ignore=leave)
    _ringfence("--as", form, "--write", *_options(place), str(to))
    return to


def exported(folder: Path, place: Place) -> Export:
    """The policies of every function."""
    ask = ("--as", "iam", "--format", "json", *_options(place), str(folder))
    return Export(json.loads(_ringfence("--with-platform", *ask)), json.loads(_ringfence(*ask)))


def _options(place: Place) -> tuple[str, ...]:
    return ("--region", place.region, "--account", place.account, "--stack-name", place.stack,
            "--no-cache")  # fmt: skip


def _ringfence(*options: str) -> str:
    """The output of ``ringfence lock export``, in a process of its own."""
    source = str(Path(ringfence.__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-m", "ringfence", "lock", "export", *options],
        env=os.environ | {"PYTHONPATH": source}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def differences(stack: Stack, export: Export) -> list[str]:
    """What the patched template grants otherwise than the exported policies say.

    Statements that the template writes are compared pair by pair with what the code does; what the
    platform needs may come with managed policies, which only have to be enough.
    """
    found = []
    for key, function in stack.functions.items():
        role = stack.application.role_of(function)
        grants = grants_of(role, stack.names) if role else []
        written = [one for one in grants if not one.origin.startswith("managed policy")]
        pairs = {(a, r) for one in written for a in one.actions for r in one.resources}
        needed = pairs_of(export.own[key])
        found += [f"{key}: not granted: {a} on {r}" for a, r in _beyond(needed, pairs)]
        extra = _beyond(pairs, pairs_of(export.whole[key]))
        found += [f"{key}: granted beyond: {a} on {r}" for a, r in extra]
        allowed = PolicySet(policies_of(grants)[0])
        found += [
            f"{key}: the platform lacks: {a} on {r}"
            for a, r in sorted(export.platform(key))
            if allowed.answer(a, r).verdict is not Verdict.ALLOWED
        ]
    return found


def _beyond(some: set[tuple[str, str]], others: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs that none of the others means; a wider pattern means a narrower one."""
    return sorted(
        (action, resource)
        for action, resource in some
        if not any(action == a and covers(r, resource) for a, r in others)
    )


def removals(policies: Policies) -> list[tuple[str, str]]:
    """Every (function, action) that a policy allows."""
    return [(key, action) for key, one in policies.items() for action in actions_of(one)]
