"""The order of a scan: load, interpret, check, join into paths. Decides nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ringfence.model.application import Application
from ringfence.model.facts import Facts
from ringfence.model.finding import ScanResult
from ringfence.model.location import Location, Skipped
from ringfence.model.syntax import Module

#: Called with the name of the stage, what is done, and what there is to do (0 when not known).
Progress = Callable[[str, int, int], None]

SOURCE_LIMIT_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """What a scan is asked to do. ``only`` is empty for everything, else families or ``entries``.

    ``parameters`` are template parameters, ``options`` the ``${opt:}`` of the Serverless Framework,
    ``env`` the names of environment variables that templates may read.
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


class SourceReader:
    """Reads and parses source files of the scanned root once each, under limits."""

    def __init__(self, root: Path, application: Application) -> None:
        self.root = root.resolve()
        self.application = application
        self.modules: dict[str, Module | None] = {}
        self.texts: dict[str, str] = {}
        self.skipped: list[Skipped] = []

    def text(self, file: str) -> str | None:
        """The text of a file inside the root; None when there is no such file to read."""
        path = self.root / file
        try:
            if not path.is_file() or not path.resolve().is_relative_to(self.root):
                return None
            if path.stat().st_size > SOURCE_LIMIT_BYTES:
                self.skip(file, f"larger than {SOURCE_LIMIT_BYTES // 1000} kB")
                return None
            data = path.read_bytes()
        except (OSError, ValueError) as problem:
            self.skip(file, f"cannot be read: {getattr(problem, 'strerror', problem)}")
            return None
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as problem:
            self.skip(file, f"not UTF-8 (byte {problem.start}); read as Latin-1")
            return data.decode("latin-1")

    def skip(self, file: str, reason: str, line: int = 1) -> None:
        self.skipped.append(Skipped(file, reason, Location(file, line)))

    def __call__(self, file: str) -> Module | None:
        if file not in self.modules:
            self.modules[file] = self.read(file)
        return self.modules[file]

    def read(self, file: str) -> Module | None:
        from ringfence.languages import language_of, parse_source

        language = language_of(file)
        text = self.text(file) if language else None
        if text is None:
            return None
        self.texts[file] = text
        module = parse_source(file, text, language)
        for problem in module.problems[:1]:
            self.skip(file, f"syntax: {problem.message}; the rest was read", problem.line)
        return module


def scan(root: Path, options: ScanOptions, progress: Progress | None = None) -> ScanResult:
    """Scan a folder or a template.

    Raises:
        NothingToRead: there is neither a template nor function code.
        UsageError: the configuration or the baseline cannot be used.
    """
    started = time.perf_counter()
    report = progress or (lambda stage, done, total: None)
    from ringfence.checks import run_checks
    from ringfence.config import load_config
    from ringfence.loaders import LoadOptions, load_application
    from ringfence.paths import find_paths
    from ringfence.rules.checks import load_rules

    base = root if root.is_dir() else root.parent
    config = load_config(base, options.config_file)
    report("templates", 0, 0)
    application = load_application(
        root,
        LoadOptions(
            env=options.env,
            parameters=options.parameters,
            options=options.options,
            exclude=(*options.exclude, *config.exclude),
        ),
    )
    reader = SourceReader(base, application)
    report("code", 0, len(application.functions))
    facts = interpret(application, reader)
    report("checks", 0, 0)
    rules = load_rules(config.rule_folders)
    findings = run_checks(application, facts, rules, config, options.today)
    paths = find_paths(application, facts, findings)
    result = ScanResult(
        findings=findings,
        paths=paths,
        entries=list(application.triggers.values()),
        skipped=[*application.skipped, *reader.skipped, *facts.skipped],
        unknowns=application.unknowns,
        templates=[template.path for template in application.templates],
        functions={key: value.logical_id for key, value in application.functions.items()},
        files_read=len(application.templates) + len(reader.texts),
        root=str(root),
    )
    result.duration_s = time.perf_counter() - started
    return result


def interpret(application: Application, reader: SourceReader) -> Facts:
    """All facts of the application's code."""
    from ringfence.dataflow import analyse
    from ringfence.rules.events import load_events
    from ringfence.rules.taint import load_taint

    return analyse(application, reader, load_taint, load_events())
