"""``ringfence scan``: find weaknesses and the attack paths that join them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ringfence.cli.progress import Progress
    from ringfence.model.finding import ScanResult
    from ringfence.model.severity import Severity
    from ringfence.report import ReportSettings
    from ringfence.scan import ScanOptions

#: What ``--only`` takes; ``entries`` is a table of all entry points, the rest are families.
PARTS = (
    "injection", "access", "permissions", "configuration", "secrets", "dependencies", "logging",
    "availability", "encryption", "state", "runtime", "data", "network", "identity", "code",
    "entries",
)  # fmt: skip

#: As :data:`ringfence.report.FORMATS`, which would cost ``--help`` its import.
FORMATS = ("terminal", "html", "markdown", "json", "sarif", "junit")

#: Formats that hosting services read, with places relative to the repository.
HOSTED = ("sarif", "markdown", "junit")

CONFIDENCES = ("high", "medium", "low")

LEVELS = ("critical", "high", "medium", "low", "info", "never")

DESCRIPTION = """\
Reads the templates and the code below PATH, finds weaknesses, and joins them into attack paths:
who can send what, where it ends up, what it can then take. Nothing of it is executed.
"""

EPILOG = """\
examples:
  ringfence scan                                 the folder you are in
  ringfence scan app --only entries              every entry point, and who may use it
  ringfence scan --fail-on medium                exit 1 from medium upwards
  ringfence scan --format html --output r.html   a page to look at and to pass around
  ringfence scan --format sarif --output r.sarif for code review pages
  ringfence scan --param Stage=prod              the value of a template parameter
  ringfence scan --since origin/main             only what this branch introduces
  ringfence scan --write-baseline known.json     accept what there is today ...
  ringfence scan --baseline known.json           ... and report only what is new
"""


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb and its options."""
    from ringfence.cli.tree_options import add_path, add_values

    parser = verbs.add_parser(
        "scan",
        help="find weaknesses and attack paths in a folder",
        usage="ringfence scan [PATH] [options]",
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    parser.set_defaults(run=run)
    add_path(parser)
    _add_selection(parser)
    add_values(parser)
    _add_report(parser)
    _add_verdict(parser)


def _add_selection(parser: argparse.ArgumentParser) -> None:
    from ringfence.cli.parser import choice_list, count, day, seconds

    group = parser.add_argument_group("what to look at")
    group.add_argument(
        "--only", metavar="PARTS", type=choice_list(PARTS), default=frozenset(),
        help="comma list of entries, injection, access, permissions, configuration, secrets, "
        "dependencies or another family of rules",
    )  # fmt: skip
    group.add_argument(
        "--exclude", metavar="GLOB", action="append", default=[],
        help="leave out files that match, for instance 'legacy/**'; may be repeated",
    )  # fmt: skip
    group.add_argument(
        "--config", metavar="FILE", type=Path,
        help="read this instead of PATH/ringfence.toml",
    )  # fmt: skip
    group.add_argument(
        "--time-limit", metavar="SECONDS", type=seconds,
        help="name what of an application is not done after so much processor time as not analysed "
        "(default: 14)",
    )  # fmt: skip
    group.add_argument(
        "--jobs", metavar="NUMBER", type=count, default=0,
        help="analyse so many applications at a time (default: one for each processor)",
    )  # fmt: skip
    group.add_argument(
        "--no-cache", action="store_true",
        help="analyse everything anew, and leave nothing for the next scan",
    )  # fmt: skip
    group.add_argument(
        "--today", metavar="DATE", type=day,
        help="judge runtimes and expiries as of this day (default: today)",
    )  # fmt: skip


def _add_report(parser: argparse.ArgumentParser) -> None:
    from ringfence.cli.parser import width

    group = parser.add_argument_group("report")
    group.add_argument(
        "--format", choices=FORMATS, default="terminal",
        help="terminal (default), html (a page to look at), markdown (a review comment), json, "
        "sarif or junit",
        metavar="FORMAT",
    )  # fmt: skip
    group.add_argument(
        "--output", metavar="FILE", type=Path,
        help="write the report to FILE, whole or not at all, and a summary to standard error",
    )  # fmt: skip
    group.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", metavar="WHEN",
        help="auto (default), always or never; NO_COLOR is respected",
    )  # fmt: skip
    group.add_argument(
        "--width", metavar="COLUMNS", type=width,
        help="width of the terminal report (default: the terminal's, at most 120)",
    )  # fmt: skip
    group.add_argument(
        "--show-suppressed", action="store_true",
        help="list every suppressed finding; in SARIF as suppressed results, which some review "
        "pages show as open alerts",
    )  # fmt: skip
    volume = group.add_mutually_exclusive_group()
    volume.add_argument(
        "-q", "--quiet", action="store_true", help="print no terminal report and no summary"
    )
    volume.add_argument(
        "-v", "--verbose", action="store_true",
        help="show every step, every low finding and everything that was skipped",
    )  # fmt: skip


def _add_verdict(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("exit code and what counts")
    group.add_argument(
        "--fail-on", choices=LEVELS, metavar="LEVEL",
        help="exit 1 for findings from this severity upwards: critical, high (default), medium, "
        "low, info; or never",
    )  # fmt: skip
    group.add_argument(
        "--confidence", choices=CONFIDENCES, metavar="LEVEL",
        help="leave out what is less sure than this: high, medium (default) or low for everything",
    )  # fmt: skip
    group.add_argument(
        "--strict", action="store_true", help="exit 1 also when something could not be analysed"
    )
    group.add_argument(
        "--since", metavar="REV",
        help="report only what the change since this commit, tag or branch introduces",
    )  # fmt: skip
    group.add_argument(
        "--baseline", metavar="FILE", type=Path, help="leave out findings that FILE lists"
    )
    group.add_argument(
        "--write-baseline", metavar="FILE", type=Path,
        help="list the findings of this scan in FILE and exit 0",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Scan, report, and give the exit code."""
    from ringfence.cli.progress import Progress, is_watched

    _refuse_contradictions(arguments)
    with Progress(enabled=is_watched() and not arguments.quiet) as progress:
        result = _scan(arguments, progress)
    if arguments.write_baseline is not None:
        return _write_baseline(result, arguments.write_baseline)
    _report(result, arguments)
    return _verdict(result, arguments)


def _scan(arguments: argparse.Namespace, progress: Progress) -> ScanResult:
    from ringfence.scan import scan

    path, options = _existing(arguments.path), _options(arguments)
    if arguments.since is None:
        return scan(path, options, progress)
    from ringfence.since import scan_since

    return scan_since(scan, path, options, arguments.since, progress)


def _refuse_contradictions(arguments: argparse.Namespace) -> None:
    from ringfence.errors import UsageError

    if arguments.since is not None and arguments.write_baseline is not None:
        raise UsageError(
            "--write-baseline lists all that is there, --since only what is new",
            cure="leave out one of the two",
        )


def _existing(path: Path) -> Path:
    """The path to scan; errors are told before any work is done."""
    from ringfence.errors import NothingToRead

    try:
        kind_known = path.is_dir() or path.is_file()
    except (OSError, ValueError) as problem:
        raise NothingToRead(str(problem), str(path)) from problem
    if not kind_known:
        raise NothingToRead("no such folder or file", str(path), "name a folder or a template")
    return path


def _options(arguments: argparse.Namespace) -> ScanOptions:
    from datetime import date

    from ringfence.scan import TIME_LIMIT_S, ScanOptions
    from ringfence.scan.cache import user_folder

    return ScanOptions(
        time_limit_s=arguments.time_limit or TIME_LIMIT_S,
        today=arguments.today or date.today(),
        config_file=arguments.config,
        only=arguments.only,
        parameters=dict(arguments.param),
        options=dict(arguments.opt),
        env=frozenset(arguments.env),
        exclude=tuple(arguments.exclude),
        baseline=None if arguments.write_baseline else arguments.baseline,
        strict=arguments.strict,
        cache=None if arguments.no_cache else user_folder(),
        jobs=arguments.jobs,
        graph=arguments.format == "html",
        confidence=arguments.confidence or "",
    )


def _report(result: ScanResult, arguments: argparse.Namespace) -> None:
    """The report to standard output or to a file; then a summary to standard error."""
    from ringfence.cli.output import print_text, write_file
    from ringfence.report import REPORTERS

    to_file = arguments.output is not None and str(arguments.output) != "-"
    if arguments.quiet and not to_file and arguments.format == "terminal":
        return
    text = REPORTERS[arguments.format].render(result, _settings(arguments, to_file))
    if not to_file:
        print_text(text)
        return
    write_file(arguments.output, text)
    if not arguments.quiet:
        _summarise(result, arguments.output)


def _settings(arguments: argparse.Namespace, to_file: bool) -> ReportSettings:
    import ringfence
    from ringfence.cli.output import DEFAULT_WIDTH, columns, is_unicode, wants_color
    from ringfence.report import ReportSettings

    stream = sys.stdout
    if to_file:
        color, unicode = arguments.color == "always", True
        width = arguments.width or DEFAULT_WIDTH
    else:
        color, unicode = wants_color(arguments.color, stream), is_unicode(stream)
        width = columns(arguments.width, stream)
    return ReportSettings(
        color=color,
        width=width,
        unicode=unicode,
        verbose=arguments.verbose,
        suppressed=arguments.show_suppressed,
        only=arguments.only,
        prefix=_prefix(arguments.path) if arguments.format in HOSTED else "",
        fail_on=_level(arguments),
        version=ringfence.__version__,
        title=arguments.path.resolve().name,
    )


def _prefix(path: Path) -> str:
    """The path from the repository that holds ``path`` to the scanned folder; "" outside of one.

    Review pages show places relative to the repository, whichever folder of it was scanned.
    """
    folder = path.resolve() if path.is_dir() else path.resolve().parent
    for parent in (folder, *folder.parents):
        if (parent / ".git").exists():
            relative = folder.relative_to(parent).as_posix()
            return "" if relative == "." else relative
    return ""


def _summarise(result: ScanResult, output: Path) -> None:
    from ringfence.report.summary import headline
    from ringfence.report.text import escape

    print(escape(f"{headline(result)}; the report is in {output}", unicode=False), file=sys.stderr)


def _write_baseline(result: ScanResult, path: Path) -> int:
    from ringfence.checks.baseline import write_baseline
    from ringfence.cli import EXIT_OK
    from ringfence.report.summary import plural
    from ringfence.report.text import escape

    known = plural(write_baseline(path, result.findings), "finding")
    print(escape(f"{known} written to {path}", unicode=False), file=sys.stderr)
    return EXIT_OK


def _verdict(result: ScanResult, arguments: argparse.Namespace) -> int:
    """1 for findings at or above the level, or with ``--strict`` for anything skipped."""
    from ringfence.cli import EXIT_FOUND, EXIT_OK
    from ringfence.report.summary import worst

    if arguments.strict and result.skipped:
        return EXIT_FOUND
    level, found = _level(arguments), worst(result.findings)
    return EXIT_FOUND if level is not None and found is not None and found >= level else EXIT_OK


def _level(arguments: argparse.Namespace) -> Severity | None:
    """The least severity that fails, as asked for or as the project decided; None for never."""
    from ringfence.config import load_config
    from ringfence.model.severity import Severity

    if arguments.fail_on is not None:
        return None if arguments.fail_on == "never" else Severity.parse(arguments.fail_on)
    folder = arguments.path if arguments.path.is_dir() else arguments.path.parent
    return load_config(folder, arguments.config).fail_on
