"""Runs: what one interpretation of one function gave, and what it depended on.

A run is a function of its input alone: the application's declarations, the tables, the files it
asked for, the letters that lay in its inbox and in the stores it looked into. A :class:`Memory`
may therefore give a run of an earlier scan in place of a new one.
"""

from __future__ import annotations

from typing import Protocol

from ringfence.dataflow.channels import Looks
from ringfence.dataflow.letters import Letter, Mail
from ringfence.dataflow.state import Collected
from ringfence.model.facts import CloudCall, CodeIssue, Flow, Use
from ringfence.model.record import field, record


@record()
class Run:
    """``files`` were run, ``asked`` looked for, with or without success; ``names`` are names of
    resources that nothing in the application has. ``reason`` tells why it is not whole."""

    flows: list[Flow] = field(default_factory=list)
    calls: list[CloudCall] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    issues: list[CodeIssue] = field(default_factory=list)
    verified: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    opaque: dict[str, int] = field(default_factory=dict)
    mail: Mail = field(default_factory=Mail)
    looks: Looks = field(default_factory=Looks)
    asked: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    reason: str = ""

    def take(self, collected: Collected) -> None:
        """Keep the facts that a machine gathered, without its state."""
        self.flows = list(collected.flows.values())
        self.calls = [entry.call for entry in collected.calls.values()]
        self.uses = list(collected.uses.values())
        self.issues = list(collected.issues.values())
        self.verified = sorted(collected.verified)
        self.files = list(collected.files)
        self.opaque = dict(collected.opaque)


class Memory(Protocol):
    """Runs of an earlier scan. ``inbox`` and ``stores`` are the letters that a run reads."""

    def recall(
        self, function: str, inbox: list[Letter], stores: dict[str, list[Letter]]
    ) -> Run | None:
        """A run with the same input, or None."""

    def keep(
        self, function: str, inbox: list[Letter], stores: dict[str, list[Letter]], run: Run
    ) -> None:
        """Remember a run for the next scan."""
