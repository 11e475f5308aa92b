"""What one analysis of one function gathers, and its limits."""

from __future__ import annotations

from ringfence.dataflow.values import Value
from ringfence.model.facts import CloudCall, CodeIssue, Connection, EventTest, Flow, Use
from ringfence.model.location import Location
from ringfence.model.record import field, record
from ringfence.rules.connections import Setting

#: Evaluated nodes per function, over all calls and loop rounds.
MAX_NODES = 120_000
#: The same for the top level of one imported file.
MAX_NODES_OF_IMPORT = 10_000
#: Functions of the handler's file that nothing calls: how many, and nodes over all of them.
MAX_UNREACHED = 60
MAX_NODES_UNREACHED = 10_000
MAX_DEPTH = 40
MAX_SAME_FUNCTION = 2
MAX_FILES = 400


class BudgetExceeded(Exception):
    """The function's code is more than we are ready to interpret."""


@record()
class CallRecord:
    """A cloud call with the values of its arguments, for channels."""

    call: CloudCall
    values: dict[str, Value]
    document: bool


@record()
class Noted:
    """A connection with what is wrong about it. ``reached`` is False in code that nothing calls."""

    connection: Connection
    issues: tuple[CodeIssue, ...]
    reached: bool


@record()
class Collected:
    """The facts of one function, by what makes them the same fact."""

    flows: dict[tuple[object, ...], Flow] = field(default_factory=dict)
    calls: dict[tuple[object, ...], CallRecord] = field(default_factory=dict)
    uses: dict[tuple[object, ...], Use] = field(default_factory=dict)
    issues: dict[tuple[str, Location], CodeIssue] = field(default_factory=dict)
    connections: dict[tuple[object, ...], Noted] = field(default_factory=dict)
    #: What is written into stores outside of AWS, by store, place in it and call.
    stored: dict[tuple[str, str, Location], Value] = field(default_factory=dict)
    settings: dict[Setting, None] = field(default_factory=dict)
    #: Event paths of tokens whose signature some call checks.
    verified: set[str] = field(default_factory=set)
    #: Event paths of identities that are compared with what may be a verified one.
    matched: set[str] = field(default_factory=set)
    #: Paths of the event that are read, each with the files and lines that do, and whether the
    #: code fails there without it.
    event_reads: dict[tuple[str, ...], dict[tuple[str, int], bool]] = field(default_factory=dict)
    event_tests: dict[tuple[object, ...], EventTest] = field(default_factory=dict)
    files: dict[str, None] = field(default_factory=dict)
    opaque: dict[str, int] = field(default_factory=dict)
