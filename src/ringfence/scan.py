"""The order of a scan: load, interpret, check, join into paths. Decides nothing else."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

from ringfence.checks import Checked, check
from ringfence.checks.baseline import apply_baseline, read_baseline
from ringfence.checks.data_classes import stated_classes
from ringfence.config import Config, load_config
from ringfence.dataflow import analyse
from ringfence.errors import Exhausted, NothingToRead, RingfenceError, defect_of
from ringfence.languages import language_of, parse_source
from ringfence.loaders import LoadOptions, load_application
from ringfence.model.application import Function
from ringfence.model.facts import Facts
from ringfence.model.finding import AttackPath, Finding, ScanResult
from ringfence.model.location import Location, Skipped
from ringfence.model.record import field, record
from ringfence.model.syntax import Module
from ringfence.paths import find_paths
from ringfence.rules.checks import load_rules
from ringfence.rules.events import load_events
from ringfence.rules.taint import load_taint
from ringfence.rules.version import RULES_VERSION
from ringfence.watchdog import Watchdog

#: Called with the name of the stage, what is done, and what there is to do (0 when not known).
Progress = Callable[[str, int, int], None]

#: Larger files are named as skipped. Generated bundles are larger; people's own files are not.
SOURCE_LIMIT_BYTES = 2_000_000

#: Memory and processor time after which stages end with what they have; people's own
#: applications stay far below. The shares of the time are those at which each stage must be over.
MEMORY_LIMIT_MIB = 400
TIME_LIMIT_S = 14.0
LOADED, INTERPRETED, CHECKED, JOINED = 0.5, 0.8, 0.93, 1.0
SMALLER = "scan a smaller folder, or allow more with --time-limit"
REPORT_IT = "please report this; the rest of the scan is complete"

#: Nobody reads more, and review pages take no more; the worst are kept.
MAX_FINDINGS = 5_000

#: What each family belongs to, for ``--only``, where the words differ.
PARTS = {
    "code": "injection",
    "identity": "access",
    "network": "configuration",
    "logging": "configuration",
    "availability": "configuration",
    "encryption": "configuration",
    "state": "configuration",
    "runtime": "configuration",
    "data": "configuration",
}


@record(frozen=True)
class ScanOptions:
    """What a scan is asked to do. ``only`` is empty for everything, else families or ``entries``.

    ``parameters`` are template parameters, ``options`` the ``${opt:}`` of the Serverless Framework,
    ``env`` the names of environment variables that templates may read. ``time_limit_s`` is
    processor time; what is not done until then is named as skipped.
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


class SourceReader:
    """Reads and parses files of the scanned root once each, under limits.

    Called with a file, or with the id of a function whose code stands in its template, it gives
    the parsed module, or None when there is none. ``skipped`` says what could not be read;
    ``parsed`` are the files whose syntax was read.
    """

    def __init__(self, root: Path, functions: Mapping[str, Function]) -> None:
        self.root = root.resolve()
        self.functions = functions
        self.parsed: dict[str, Module | None] = {}
        self.skipped: list[Skipped] = []
        self._texts: dict[str, str | None] = {}

    def __call__(self, file: str) -> Module | None:
        if file in self.functions:
            return self._inline(self.functions[file])
        if file not in self.parsed:
            language = language_of(file)
            text = self.text(file) if language else None
            if text is None:
                return None
            self.parsed[file] = self._parse(file, text, language)
        return self.parsed[file]

    def text(self, file: str) -> str | None:
        """The text of a file inside the root; None when there is no such file to read."""
        if file not in self._texts:
            self._texts[file] = self._read(file)
        return self._texts[file]

    def _inline(self, function: Function) -> Module | None:
        code = function.code
        if code is None or code.inline is None:
            return None
        place = code.inline_location
        start = (max(place.line, 1), max(place.column, 1))
        return self._parse(code.file, code.inline, function.language, start)

    def _parse(
        self, file: str, text: str, language: str, start: tuple[int, int] = (1, 1)
    ) -> Module:
        module = parse_source(file, text, language, start=start)
        for problem in module.problems[:1]:
            self._skip(file, f"syntax: {problem.message}; the rest was read", problem.line)
        return module

    def _read(self, file: str) -> str | None:
        path = self.root / file
        try:
            if not path.is_file() or not path.resolve().is_relative_to(self.root):
                return None
            if path.stat().st_size > SOURCE_LIMIT_BYTES:
                self._skip(file, f"larger than {SOURCE_LIMIT_BYTES // 1_000_000} MB")
                return None
            data = path.read_bytes()
        except (OSError, ValueError) as problem:
            self._skip(file, f"cannot be read: {getattr(problem, 'strerror', problem)}")
            return None
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as problem:
            line = data.count(b"\n", 0, problem.start) + 1
            self._skip(file, "not UTF-8; read as Latin-1", line)
            return data.decode("latin-1")

    def _skip(self, file: str, reason: str, line: int = 1) -> None:
        self.skipped.append(Skipped(file, reason, Location(file, line)))


def scan(root: Path, options: ScanOptions, progress: Progress | None = None) -> ScanResult:
    """Scan a folder or a template.

    Raises:
        NothingToRead: there is neither a template nor function code.
        UsageError: the configuration or the baseline cannot be used.
    """
    with Watchdog(options.time_limit_s, MEMORY_LIMIT_MIB) as watchdog:
        return _scan(root, options, progress or (lambda stage, done, total: None), watchdog)


def _scan(root: Path, options: ScanOptions, report: Progress, watchdog: Watchdog) -> ScanResult:
    started = time.perf_counter()
    base = root if root.is_dir() else root.parent
    config = load_config(base, options.config_file)
    known = read_baseline(options.baseline) if options.baseline else frozenset()
    rules = load_rules(config.rule_folders)
    notes: list[Skipped] = []
    report("templates", 0, 0)
    try:
        with watchdog.stage(LOADED):
            application = load_application(root, _load_options(options, config))
    except Exhausted as reason:
        raise NothingToRead(f"too much to read: {reason}", str(root), SMALLER) from None
    reader = SourceReader(base, application.functions)
    report("code", 0, len(application.functions))
    with guarded("the code", notes, watchdog, INTERPRETED):
        facts = Facts()
        facts = analyse(application, reader, load_taint, load_events())
    report("checks", 0, 0)
    with guarded("the checks", notes, watchdog, CHECKED):
        checked = Checked()
        checked = check(application, facts, rules, config, options.today, read_text=reader.text)
    with guarded("the attack paths", notes, watchdog, JOINED):
        paths: list[AttackPath] = []
        classes = stated_classes(application, config)
        paths = find_paths(application, facts, checked.findings, classes)
    findings, baselined = apply_baseline(checked.findings, known)
    if len(findings) > MAX_FINDINGS:
        cut = f"only the worst {MAX_FINDINGS:,} of {len(findings):,} are reported"
        notes.append(Skipped("the findings", cut, None, "scan a smaller folder"))
        findings = findings[:MAX_FINDINGS]
    new = {finding.fingerprint for finding in findings}
    silenced = [item.finding for item in checked.suppressed]
    silenced += [finding for finding in checked.findings if finding.fingerprint not in new]
    result = ScanResult(
        findings=[finding for finding in findings if is_wanted(finding.family, options.only)],
        entries=list(application.triggers.values()),
        skipped=[*application.skipped, *reader.skipped, *facts.skipped, *checked.problems, *notes],
        unknowns=[*application.unknowns, *checked.unknowns],
        suppressed=checked.suppressed,
        baselined=baselined,
        templates=[template.path for template in application.templates],
        functions={key: value.logical_id for key, value in application.functions.items()},
        files_read=len(application.templates) + len(reader.parsed),
        rules_version=RULES_VERSION,
        rules={rule.id: rule for rule in rules},
        root=str(root),
    )
    result.paths = paths_with(paths, result.findings, silenced, all_wanted=not options.only)
    result.sources = excerpted(result, reader)
    result.duration_s = time.perf_counter() - started
    return result


def _load_options(options: ScanOptions, config: Config) -> LoadOptions:
    return LoadOptions(
        env=options.env,
        parameters=options.parameters,
        options=options.options,
        exclude=(*options.exclude, *config.exclude),
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


def is_wanted(family: str, only: frozenset[str]) -> bool:
    """Whether ``--only`` asks for this family, by its own name or by that of its part."""
    return not only or family in only or PARTS.get(family) in only


def paths_with(
    paths: list[AttackPath], findings: list[Finding], silenced: list[Finding], all_wanted: bool
) -> list[AttackPath]:
    """The paths that still stand on a finding that is reported.

    A path that no finding belongs to is kept in a full report, unless it begins where somebody
    silenced one.
    """
    shown = {finding.fingerprint for finding in findings}
    return [
        path
        for path in paths
        if shown.intersection(path.findings)
        or (all_wanted and not path.findings and not starts_at(path, silenced))
    ]


def starts_at(path: AttackPath, findings: list[Finding]) -> bool:
    """Whether a path begins at the place, or with the entry, of one of these findings."""
    start = path.lines[0].location if path.lines else None
    return any(
        (finding.location.file, finding.location.line) == (start.file, start.line)
        or (path.trigger != "" and finding.trigger == path.trigger and finding.family == "access")
        for finding in findings
        if start is not None
    )


def excerpted(result: ScanResult, reader: SourceReader) -> dict[str, list[str]]:
    """The lines of every file that the result points into."""
    places = [finding.location for finding in result.findings]
    places += [step.location for finding in result.findings for step in finding.steps]
    places += [origin.location for finding in result.findings for origin in finding.origins]
    places += [step.location for path in result.paths for step in path.lines]
    places += [item.finding.location for item in result.suppressed]
    texts = {file: reader.text(file) for file in dict.fromkeys(place.file for place in places)}
    return {file: text.splitlines() for file, text in texts.items() if text is not None}
