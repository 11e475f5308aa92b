"""The order of a scan: find the applications of a folder, scan each, merge what they give.

``application`` scans one application, ``run`` all of a folder, ``links`` tells which belong
together, ``merging`` makes one result of their outcomes, ``cache`` keeps them for the next scan.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from ringfence.checks.baseline import read_baseline
from ringfence.config import load_config
from ringfence.errors import Exhausted, NothingToRead
from ringfence.loaders import LoadOptions, find, nothing
from ringfence.loaders.codeonly import notes_of
from ringfence.loaders.discovery import Discovery
from ringfence.loaders.glance import Glances
from ringfence.loaders.tree import Tree
from ringfence.model.contract import FunctionDraft
from ringfence.model.finding import ScanResult
from ringfence.model.location import Skipped
from ringfence.model.record import field, record, replace
from ringfence.rules.checks import load_rules
from ringfence.scan.application import MEMORY_LIMIT_MIB, SMALLER, Harvest, Outcome, Task
from ringfence.scan.cache import Cache
from ringfence.scan.merging import merge
from ringfence.scan.run import run_all
from ringfence.watchdog import Watchdog

__all__ = ["TIME_LIMIT_S", "Harvested", "Progress", "ScanOptions", "harvest", "scan"]

#: Called with the name of the stage, what is done, and what there is to do (0 when not known).
Progress = Callable[[str, int, int], None]

#: Processor time for one application; finding them may take some times as much.
TIME_LIMIT_S = 14.0
SURVEY_SHARE = 4.0


@record(frozen=True)
class ScanOptions:
    """What a scan is asked to do. ``only`` is empty for everything, else families or ``entries``.

    ``parameters`` are template parameters, ``options`` the ``${opt:}`` of the Serverless Framework,
    ``env`` the names of environment variables that templates may read. ``time_limit_s`` is
    processor time for each application; what is not done until then is named as skipped. ``cache``
    is a folder for what later scans may use again, None for none; ``copy_of`` the folder that the
    scanned one is an older or newer copy of: what is known of its files is used and nothing kept.
    ``jobs`` is how many processes share the work, 0 for as many as there are processors. ``graph``
    asks for the application's graph, for reports that draw it. ``confidence`` (high, medium, low)
    is how sure a finding has to be at least, "" for what the project decided.
    """

    today: date = field(default_factory=date.today)
    config_file: Path | None = None
    only: frozenset[str] = frozenset()
    parameters: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    env: frozenset[str] = frozenset()
    exclude: tuple[str, ...] = ()
    baseline: Path | None = None
    strict: bool = False
    time_limit_s: float = TIME_LIMIT_S
    cache: Path | None = None
    copy_of: Path | None = None
    jobs: int = 0
    graph: bool = False
    confidence: str = ""


@record(frozen=True)
class Harvested:
    """What a harvest gave for a folder. ``complete`` is False where time or memory cut it short."""

    drafts: list[FunctionDraft]
    skipped: list[Skipped]
    complete: bool


def scan(root: Path, options: ScanOptions, progress: Progress | None = None) -> ScanResult:
    """Scan a folder or a template.

    Raises:
        NothingToRead: there is neither a template nor function code.
        UsageError: the configuration or the baseline cannot be used.
    """
    started = time.perf_counter()
    task = _task(root, options)
    known = read_baseline(options.baseline) if options.baseline else {}
    outcomes, notes = _outcomes(root, options, task, progress)
    least = options.confidence or task.config.confidence
    result = merge(task, outcomes, notes, known=known, least=least)
    result.root = str(root)
    result.duration_s = time.perf_counter() - started
    return result


def harvest(
    root: Path, options: ScanOptions, make: Harvest, key: str, progress: Progress | None = None
) -> Harvested:
    """Read a folder or a template as a scan does, ask no rule, and give what ``make`` makes of each
    application. ``key`` names ``make`` and all that its answer depends on.

    Raises:
        NothingToRead: there is neither a template nor function code.
        UsageError: the configuration cannot be used.
    """
    task = replace(_task(root, options), harvest=make, harvest_key=key)
    outcomes, notes = _outcomes(root, options, task, progress)
    drafts = [draft for outcome in outcomes for draft in outcome.drafts]
    skipped = [*notes, *(note for outcome in outcomes for note in outcome.skipped)]
    complete = all(outcome.complete for outcome in outcomes)
    return Harvested(drafts, list(dict.fromkeys(skipped)), complete)


def _outcomes(
    root: Path, options: ScanOptions, task: Task, progress: Progress | None
) -> tuple[list[Outcome], list[Skipped]]:
    """The outcomes of a folder's applications, and what concerns the folder as a whole."""
    report = progress or (lambda stage, done, total: None)
    cache = _cache(root, options, task)
    report("templates", 0, 0)
    watchdog = Watchdog(options.time_limit_s * SURVEY_SHARE, MEMORY_LIMIT_MIB)
    try:
        with watchdog, watchdog.stage(1):
            tree, found, glances = find(root, task.load, cache.glances)
    except Exhausted as reason:
        raise NothingToRead(f"too much to read: {reason}", str(root), SMALLER) from None
    outcomes = run_all(task, found, tree, glances, cache, report, options.jobs)
    notes = _notes(found, tree, glances, outcomes)
    if not any(outcome.templates or outcome.functions for outcome in outcomes):
        notes += [note for outcome in outcomes for note in outcome.skipped]
        raise nothing(root, list(dict.fromkeys(notes)), found)
    cache.save(glances)
    return outcomes, notes


def _task(root: Path, options: ScanOptions) -> Task:
    base = root if root.is_dir() else root.parent
    config = load_config(base, options.config_file)
    load = LoadOptions(
        env=options.env,
        parameters=options.parameters,
        options=options.options,
        exclude=(*options.exclude, *config.exclude),
    )
    rules = load_rules(config.rule_folders)
    return Task(base.resolve(), load, config, rules, options.today, options.time_limit_s,
                options.graph, options.only)  # fmt: skip


def _cache(root: Path, options: ScanOptions, task: Task) -> Cache:
    """The cache for a folder, or that of the folder which it is a copy of."""
    if options.cache is None or not root.is_dir():
        return Cache()
    if options.copy_of is None:
        return Cache.open(options.cache, task)
    return Cache.lent(options.cache, _task(options.copy_of, options), task.root)


def _notes(
    found: Discovery, tree: Tree, glances: Glances, outcomes: list[Outcome]
) -> list[Skipped]:
    """What concerns the folder as a whole: files that were found but could not be read, and code
    that no template declares."""
    looked = [note for _, glance in glances.taken.values() for note in glance.notes]
    bare = [entry for outcome in outcomes if not outcome.templates for entry in outcome.entries]
    alone = all(not outcome.templates for outcome in outcomes)
    undeclared = notes_of(bare, found.files, alone=alone)
    return list(dict.fromkeys([*undeclared, *found.skipped, *looked, *tree.skipped]))
