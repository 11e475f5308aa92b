"""One application from its files to what a report needs: load, interpret, check, join."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from ringfence.checks import Checked, check
from ringfence.checks.data_classes import stated_classes
from ringfence.checks.findings import Found
from ringfence.config import Config
from ringfence.dataflow import analyse
from ringfence.dataflow.directory import name_texts
from ringfence.errors import Exhausted, RingfenceError, defect_of
from ringfence.loaders import LoadOptions, load
from ringfence.loaders.discovery import Discovery
from ringfence.loaders.trace import Trace
from ringfence.loaders.tree import Tree
from ringfence.model.application import Application, Trigger
from ringfence.model.contract import FunctionDraft
from ringfence.model.facts import Connection, Facts
from ringfence.model.finding import AttackPath, Suppressed
from ringfence.model.graph import Graph
from ringfence.model.location import Location, Skipped, UnknownValue
from ringfence.model.record import field, record
from ringfence.model.rule import Rule
from ringfence.paths import find_paths, graph_of
from ringfence.rules.events import load_events
from ringfence.rules.taint import load_taint
from ringfence.scan.memory import RunMemory
from ringfence.scan.sharing import FunctionSharing
from ringfence.scan.source import SourceReader
from ringfence.watchdog import Watchdog

#: Memory and processor time after which stages end with what they have; people's own
#: applications stay far below. The shares of the time are those at which each stage must be over.
MEMORY_LIMIT_MIB = 400
LOADED, INTERPRETED, CHECKED, JOINED = 0.5, 0.8, 0.93, 1.0
#: An application of more functions than this gets more time in proportion.
FUNCTIONS_IN_TIME = 250
SMALLER = "scan a smaller folder, or allow more with --time-limit"
REPORT_IT = "please report this; the rest of the scan is complete"

#: Called with what is done and what there is to do.
Progress = Callable[[str, int, int], None]

#: What else to make of an application once its code is understood.
Harvest = Callable[[Application, Facts], list[FunctionDraft]]


@record(frozen=True)
class Task:
    """What every application of a folder is scanned with. ``time_limit_s`` holds for each;
    ``graph`` asks for their graphs; ``only`` names the families of rules that are asked for, and is
    empty for all. With ``harvest`` no rule is asked: what it makes is the outcome, and
    ``harvest_key`` says all that its answer depends on beside the application."""

    root: Path
    load: LoadOptions
    config: Config
    rules: list[Rule]
    today: date
    time_limit_s: float
    graph: bool = False
    only: frozenset[str] = frozenset()
    harvest: Harvest | None = None
    harvest_key: str = ""


@record()
class Outcome:
    """What the scan of one application gives to the report, without the model that it came from.

    ``marks`` are the fingerprints that ``found`` have inside the application, by which ``paths``
    name them. ``asks`` and ``offers`` are names as in
    :class:`~ringfence.model.application.Application`, ``code`` the files of handlers. ``complete``
    is False where time or memory ended a stage.
    """

    templates: list[str] = field(default_factory=list)
    functions: dict[str, str] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    paths: list[AttackPath] = field(default_factory=list)
    entries: list[Trigger] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    suppressed: list[Suppressed] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    unknowns: list[UnknownValue] = field(default_factory=list)
    parsed: list[str] = field(default_factory=list)
    marked: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)
    offers: list[str] = field(default_factory=list)
    graph: Graph = field(default_factory=Graph)
    trace: Trace = field(default_factory=Trace)
    complete: bool = True
    drafts: list[FunctionDraft] = field(default_factory=list)


def scan_application(
    task: Task,
    part: Discovery,
    survey: Tree | None = None,
    report: Progress | None = None,
    memory: RunMemory | None = None,
    jobs: int = 1,
) -> Outcome:
    """Scan the application that some files declare. ``survey`` found them, and may hold some
    parsed; ``memory`` may hold what an earlier scan learnt about its functions; ``jobs`` is how
    many processes may share them."""
    tree = Tree(task.root, task.load.exclude, task.load.limits, survey)
    with Watchdog(task.time_limit_s, MEMORY_LIMIT_MIB) as watchdog:
        report = report or (lambda stage, done, total: None)
        outcome = _scan(task, part, tree, watchdog, report, memory, jobs)
    outcome.complete = not watchdog.stopped
    if memory is not None and outcome.complete:
        memory.save()
    return outcome


def _scan(
    task: Task,
    part: Discovery,
    tree: Tree,
    watchdog: Watchdog,
    report: Progress,
    memory: RunMemory | None,
    jobs: int,
) -> Outcome:
    notes: list[Skipped] = []
    try:
        with watchdog.stage(LOADED):
            application = load(tree, part, task.load)
    except Exhausted as reason:
        place = Location(part.label, 1)
        stopped = Skipped(part.label, f"too much to read: {reason}", place, SMALLER)
        return Outcome(skipped=[stopped])
    except Exception as problem:
        place = Location(part.label, 1)
        return Outcome(skipped=[Skipped(part.label, defect_of(problem), place, REPORT_IT)])
    watchdog.time_limit_s *= max(1.0, len(application.functions) / FUNCTIONS_IN_TIME)
    reader = SourceReader(task.root, application.functions, tree.trace)
    if memory is not None and not memory.attach(application, reader):
        memory = None
    report("code", 0, len(application.functions))
    with guarded("the code", notes, watchdog, INTERPRETED):
        facts = Facts()
        sharing = FunctionSharing(jobs, application, reader, watchdog.time_limit_s)
        facts = analyse(
            application, reader, load_taint, load_events(), memory, sharing if jobs > 1 else None
        )
    if task.harvest is not None:
        drafts: list[FunctionDraft] = []
        with guarded("the contracts", notes, watchdog, JOINED):
            drafts = task.harvest(application, facts)
        return _harvested(application, facts, reader, tree.trace, notes, drafts)
    report("checks", 0, 0)
    with guarded("the checks", notes, watchdog, CHECKED):
        checked = Checked()
        checked = check(
            application, facts, task.rules, task.config, task.today, read_text=reader.text,
            only=task.only,
        )  # fmt: skip
    with guarded("the attack paths", notes, watchdog, JOINED):
        paths: list[AttackPath] = []
        classes = stated_classes(application, task.config)
        paths = find_paths(application, facts, checked.findings, classes)
    graph = Graph()
    if task.graph:
        with guarded("the graph", notes, watchdog, JOINED):
            graph = graph_of(application, facts, classes)
    return Outcome(
        templates=[template.path for template in application.templates],
        functions={key: value.logical_id for key, value in application.functions.items()},
        found=checked.found,
        marks=checked.marks,
        paths=paths,
        entries=list(application.triggers.values()),
        connections=facts.connections,
        suppressed=checked.suppressed,
        skipped=[*application.skipped, *reader.skipped, *facts.skipped, *checked.problems, *notes],
        unknowns=[*application.unknowns, *checked.unknowns],
        parsed=reader.known(),
        marked=sorted(reader.marked.intersection(reader.known())),
        code=sorted({f.code.file for f in application.functions.values() if f.code is not None}),
        asks=sorted(application.asks),
        offers=sorted(offers_of(application)),
        graph=graph,
        trace=tree.trace,
    )


def _harvested(
    application: Application,
    facts: Facts,
    reader: SourceReader,
    trace: Trace,
    notes: list[Skipped],
    drafts: list[FunctionDraft],
) -> Outcome:
    """The outcome of an application of which no rule was asked."""
    return Outcome(
        templates=[template.path for template in application.templates],
        functions={key: value.logical_id for key, value in application.functions.items()},
        entries=list(application.triggers.values()),
        skipped=[*application.skipped, *reader.skipped, *facts.skipped, *notes],
        unknowns=list(application.unknowns),
        parsed=reader.known(),
        code=sorted({f.code.file for f in application.functions.values() if f.code is not None}),
        asks=sorted(application.asks),
        offers=sorted(offers_of(application)),
        trace=trace,
        drafts=drafts,
    )


@contextlib.contextmanager
def guarded(stage: str, notes: list[Skipped], watchdog: Watchdog, share: float) -> Iterator[None]:
    """Run a stage; what ends it early becomes a note, and the next stage gets its turn.

    Mistakes of the user (:class:`~ringfence.errors.RingfenceError`) end the scan.
    """
    try:
        with watchdog.stage(share):
            yield
    except RingfenceError:
        raise
    except Exhausted as reason:
        notes.append(Skipped(stage, f"stopped early: {reason}", None, SMALLER))
    except Exception as problem:
        notes.append(Skipped(stage, defect_of(problem), None, REPORT_IT))


def offers_of(application: Application) -> set[str]:
    """The names under which others may mean a resource, function or value of the application."""
    found = {f"export:{name}" for name in application.exports}
    for resource in application.resources.values():
        if resource.kind and resource.name is not None:
            found.update(f"{resource.kind}:{name}" for name in name_texts(resource.name))
    for function in application.functions.values():
        if function.name is not None:
            found.update(f"function:{name}" for name in name_texts(function.name))
    return found
