"""From an application to its facts: every function once, then again where channels bring more."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from ringfence.dataflow import channels, connections
from ringfence.dataflow.handlers import interpret
from ringfence.dataflow.machine import Machine, ReadModule
from ringfence.dataflow.runs import Found, Memory, Run, Sharing, found_of
from ringfence.dataflow.state import (
    BudgetExceeded,
)
from ringfence.dataflow.told import issues_beside_flows, read_unverified, without_repeats
from ringfence.errors import Exhausted, defect_of
from ringfence.model import syntax
from ringfence.model.application import Application, Channel, Function
from ringfence.model.facts import Facts
from ringfence.model.location import Location, Skipped
from ringfence.rules.events import EventCatalogue
from ringfence.rules.taint import TaintCatalogue

LoadTaint = Callable[[str], TaintCatalogue]
LANGUAGES = ("python", "javascript", "typescript")
#: How often functions are run again for what arrives, after each was run once.
MAX_ROUNDS = 3
#: Fewer functions than this are not worth processes of their own.
FEWEST_SHARED = 60
#: Python frames while interpreting: a call of the application takes about fifteen of them.
RECURSION_LIMIT = 6_000


def analyse(
    application: Application,
    read_module: ReadModule,
    taint: Mapping[str, TaintCatalogue] | LoadTaint,
    events: EventCatalogue,
    memory: Memory | None = None,
    sharing: Sharing | None = None,
) -> Facts:
    """All facts of the application's code.

    ``read_module`` gives the tree of a file relative to the root, None when there is none; for
    code that stands inside a template it is asked for the function's id. ``taint`` are the tables
    by language, or what loads them. ``memory`` may hold runs of an earlier scan;
    ``sharing`` are processes among which the functions of a large application are shared.
    """
    load = taint.__getitem__ if isinstance(taint, Mapping) else taint
    work = Work(application, read_module, load, events, memory, sharing)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, RECURSION_LIMIT))
    try:
        work.run_all()
        return work.facts()
    finally:
        sys.setrecursionlimit(limit)


class Work:
    """The functions' runs so far, and the channels between them.

    First every function is run alone. What they send is then delivered in the order of the
    channels, writers before readers, and the receivers are run again, so that the outcome does
    not depend on the order in which functions are declared.
    """

    def __init__(
        self,
        application: Application,
        read_module: ReadModule,
        load: LoadTaint,
        events: EventCatalogue,
        memory: Memory | None = None,
        sharing: Sharing | None = None,
    ) -> None:
        self.sharing = sharing
        self.application = application
        self.read_module = read_module
        self.load = load
        self.events = events
        self.memory = memory
        self.runs: dict[str, Run] = {}
        self.skipped: dict[str, Skipped] = {}
        self.post = channels.PostOffice(application)
        self.connected = False
        self.symbols: dict[str, set[str]] = {}
        for function in application.functions.values():
            if function.code is not None:
                self.symbols.setdefault(function.code.file, set()).add(function.code.symbol)

    def run_all(self) -> None:
        """Every function, and again those that receive more; ends early when time is up."""
        functions = self.application.functions
        current = ""
        try:
            self.run_shared()
            for current in functions:
                if current not in self.runs:
                    self.run(functions[current])
            for identity in functions:
                if identity in self.runs:
                    run = self.runs[identity]
                    self.post.accept(identity, run.mail, run.looks)
            self.connected = True
            waiting = self.connect()
            for _ in range(MAX_ROUNDS):
                if not waiting:
                    break
                for current in self.in_order():
                    if current in waiting:
                        waiting.discard(current)
                        again = self.run(functions[current])
                        if again is not None:
                            self.post.accept(current, again.mail, again.looks)
                            waiting |= self.connect()
        except Exhausted as reason:
            self.stop(current, str(reason))
        except Exception as problem:
            self.note("the data between functions", defect_of(problem), None)

    def run_shared(self) -> None:
        """Have other processes run the functions of a large application for the first time."""
        functions = [one for one in self.application.functions.values() if self.is_read(one)]
        if self.sharing is None or len(functions) < FEWEST_SHARED:
            return
        fresh = []
        for function in functions:
            recalled = self.recall(function)
            if recalled is None:
                fresh.append(function)
            else:
                self.settle(function, recalled)
        if len(fresh) >= FEWEST_SHARED:
            for function in fresh:
                self.load(function.language)  # once, for all processes
            for function, run in self.sharing.runs(fresh, self.interpreted, self.post):
                self.remember(function, run)
                self.settle(function, run)

    def in_order(self) -> list[str]:
        """The functions, writers before readers as far as there are no circles."""
        readers: dict[str, dict[str, None]] = {}
        for channel in sorted(self.post.channels, key=channel_order):
            if channel.reader:
                readers.setdefault(channel.writer, {})[channel.reader] = None
        for reader, stores in self.post.reads.items():
            for store in sorted(stores):
                for letter in self.post.stores.get(store, ()):
                    readers.setdefault(letter.channel.writer, {})[reader] = None
        return topological(list(self.application.functions), readers)

    def stop(self, current: str, reason: str) -> None:
        """Name what was not interpreted, or not to its end, as one entry."""
        function = self.application.functions[current]
        reached = list(self.application.functions).index(current)
        left = len(self.application.functions) - reached
        what = f"{function.logical_id} and what is after it" if left > 1 else function.logical_id
        if self.connected:  # all were interpreted once; what others send them is missing
            what = "the data between functions"
        self.note(what, f"not interpreted to the end: {reason}", function.location)

    def note(self, what: str, reason: str, place: Location | None) -> None:
        cure = "scan a smaller folder, or leave out what is generated with --exclude"
        self.skipped[f"!{what}"] = Skipped(what, reason, place, cure)

    def run(self, function: Function) -> Run | None:
        """Run one function with what has arrived for it, or recall what that gave."""
        self.skipped.pop(function.id, None)
        if not self.is_read(function):
            return None
        run = self.recall(function)
        if run is None:
            run = self.interpreted(function)
            self.remember(function, run)
        self.settle(function, run)
        return run

    def is_read(self, function: Function) -> bool:
        return function.code is not None and function.language in LANGUAGES

    def recall(self, function: Function) -> Run | None:
        return self.memory.recall(function, self.post) if self.memory is not None else None

    def remember(self, function: Function, run: Run) -> None:
        if self.memory is not None:
            self.memory.keep(function, self.post, run)

    def settle(self, function: Function, run: Run) -> None:
        """Take a run for the function's last."""
        assert function.code is not None
        self.runs[function.id] = run
        self.application.asks.update(run.names)
        if run.reason:
            place = Location(function.code.file, 1)
            self.skipped[function.id] = Skipped(function.logical_id, run.reason, place, "")

    def interpreted(self, function: Function) -> Run:
        """Interpret one function; whatever goes wrong inside stays inside."""
        code = function.code
        assert code is not None
        run = Run(Found)
        asked: dict[str, None] = {}

        def read(file: str) -> syntax.Module | None:
            asked[file] = None
            return self.read_module(file)

        machine = Machine(self.application, function, read, self.load(function.language),
                          self.events)  # fmt: skip
        directory = machine.directory = self.post.directory
        directory.asks = set()
        machine.response_overlay = self.post.reader(function.id, run.looks)
        machine.look_up = self.post.looker(function.id, run.looks)
        reason = ""
        try:
            reason = interpret(machine, self.post.overlay(function.id), self.symbols[code.file])
        except BudgetExceeded:
            reason = "the code is larger than the analysis limit; what was seen until then is shown"
        except RecursionError:
            reason = "the code is nested too deeply; what was seen until then is shown"
        except Exhausted:
            # When time is up in the middle, what was seen until then counts.
            connections.settle(machine)
            run.found = partial(found_of, machine.collected, function.id)
            self.runs[function.id] = run
            raise
        except Exception as problem:
            reason = defect_of(problem)
        connections.settle(machine)
        try:
            run.mail = self.post.collect(machine)
        except RecursionError:
            reason = reason or "what it sends to other functions is nested too deeply"
        except Exception as problem:
            reason = defect_of(problem)
        found = found_of(machine.collected, function.id)
        run.found = lambda: found
        run.asked = list(asked)
        run.names = sorted(directory.asks)
        run.reason = reason
        return run

    def connect(self) -> set[str]:
        """The ids of functions that now receive more."""
        return self.post.deliver(
            lambda one: one in self.runs and bool(self.runs[one].found().flows)
        )

    def facts(self) -> Facts:
        facts = Facts(channels=sorted(self.post.channels, key=channel_order))
        all_found = {
            identity: self.runs[identity].found()
            for identity in self.application.functions
            if identity in self.runs
        }
        told = {place for found in all_found.values() for place in read_unverified(found)}
        for identity, found in all_found.items():
            facts.flows += without_repeats(found, self.application, self.post, identity)
            facts.calls += found.calls
            facts.uses += found.uses
            facts.issues += issues_beside_flows(found, told)
            facts.connections += found.connections
            facts.event_reads += found.reads
            facts.event_tests += found.tests
            facts.files[identity] = sorted(found.files)
            for kind, count in found.opaque.items():
                facts.opaque[kind] = facts.opaque.get(kind, 0) + count
        facts.flows.sort(key=lambda f: (f.function, f.location, f.rule, f.source.path))
        facts.calls.sort(key=lambda c: (c.function, c.location, c.service, c.operation))
        facts.uses.sort(key=lambda u: (u.function, u.kind, u.location, u.value))
        facts.issues.sort(key=lambda i: (i.function, i.location, i.rule))
        facts.connections.sort(key=lambda c: (c.function, c.location, c.library, c.host))
        facts.event_reads.sort(key=lambda r: (r.function, r.path, r.location))
        facts.event_tests.sort(key=lambda t: (t.function, t.path, t.kind, t.location, t.values))
        facts.skipped = sorted(self.skipped.values(), key=lambda s: s.what)
        return facts


def topological(nodes: list[str], after: Mapping[str, Iterable[str]]) -> list[str]:
    """The nodes, each before those ``after`` it as far as there are no circles."""
    known = set(nodes)
    seen: set[str] = set()
    done: list[str] = []
    for start in nodes:
        stack = [(start, iter(after.get(start, ())))] if start not in seen else []
        seen.add(start)
        while stack:
            node, following = stack[-1]
            for one in following:
                if one in known and one not in seen:
                    seen.add(one)
                    stack.append((one, iter(after.get(one, ()))))
                    break
            else:
                stack.pop()
                done.append(node)
    return done[::-1]


def channel_order(channel: Channel) -> tuple[str, str, str, str]:
    return channel.writer, channel.reader, channel.kind, channel.resource
