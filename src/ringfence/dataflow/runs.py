"""Runs: what one interpretation of one function gave, and what it depended on.

A run is a function of its input alone: the application's declarations, the tables, the files it
asked for, the letters that lay in its inbox and in the stores it looked into. A :class:`Memory`
may therefore give a run of an earlier scan in place of a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from ringfence.dataflow import authority, connections, event_reads
from ringfence.dataflow.channels import Looks, PostOffice
from ringfence.dataflow.letters import Mail
from ringfence.dataflow.state import Collected
from ringfence.model.application import Function
from ringfence.model.facts import (
    CloudCall,
    CodeIssue,
    Connection,
    EventRead,
    EventTest,
    Flow,
    Use,
)
from ringfence.model.record import field, record


@record()
class Found:
    """What was found in one function's code. ``files`` were run; ``verified`` are event paths of
    tokens whose signature some call checks."""

    flows: list[Flow] = field(default_factory=list)
    calls: list[CloudCall] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    issues: list[CodeIssue] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    reads: list[EventRead] = field(default_factory=list)
    tests: list[EventTest] = field(default_factory=list)
    verified: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    opaque: dict[str, int] = field(default_factory=dict)


def found_of(collected: Collected, function: str) -> Found:
    """The facts that a machine gathered, without its state."""
    return Found(
        authority.settled(collected),
        [entry.call for entry in collected.calls.values()],
        list(collected.uses.values()),
        connections.issues_of(collected),
        connections.facts_of(collected),
        event_reads.reads_of(collected, function),
        event_reads.tests_of(collected),
        sorted(collected.verified),
        list(collected.files),
        dict(collected.opaque),
    )


@record()
class Run:
    """``asked`` are the files that were looked for, with or without success; ``names`` are names
    of resources that nothing in the application has. ``reason`` tells why the run is not whole.
    ``found`` gives what was found, which only the last run of a function is asked for."""

    found: Callable[[], Found]
    mail: Mail = field(default_factory=Mail)
    looks: Looks = field(default_factory=Looks)
    asked: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    reason: str = ""


class Memory(Protocol):
    """Runs of an earlier scan, for one application."""

    def recall(self, function: Function, post: PostOffice) -> Run | None:
        """A run of the function with the input that lies in the post office now, or None."""

    def keep(self, function: Function, post: PostOffice, run: Run) -> None:
        """Remember a run, made with the input that lies in the post office now."""


class Sharing(Protocol):
    """Several processes that interpret functions which know nothing of each other yet."""

    def runs(
        self,
        functions: Sequence[Function],
        interpret: Callable[[Function], Run],
        post: PostOffice,
    ) -> Iterator[tuple[Function, Run]]:
        """The functions with their runs, in any order; those that no process gave are missing."""
