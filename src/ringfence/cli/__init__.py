"""The command line: one thin file per verb, heavy imports inside the verb.

``main`` turns every outcome into a documented exit code: 0 nothing to object to, 1 findings at or
above ``--fail-on``, 2 wrong usage or nothing readable, 3 a defect of ours, 130 interrupted.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ringfence.errors import RingfenceError

if TYPE_CHECKING:
    from argparse import ArgumentParser

EXIT_OK = 0
EXIT_FOUND = 1
EXIT_USAGE = 2
EXIT_DEFECT = 3
EXIT_INTERRUPTED = 130

#: How many more objects are made than freed between two searches for cycles (Python's own: 700).
COLLECT_EVERY = 300_000


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; never raises."""
    from ringfence.cli.parser import build_parser, check_verb, joined

    words = joined(sys.argv[1:] if argv is None else argv)
    if argv is None:
        _own_the_process()
    _open_closed_streams()
    try:
        check_verb(words)
        code = _run(build_parser(), words)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        _say("interrupted")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        return _reader_left()
    except RingfenceError as error:
        where = f"{error.where}: " if error.where else ""
        return _fail(f"{where}{error.what}", error.cure, EXIT_USAGE)
    except OSError as problem:
        return _system_error(problem)
    except Exception as defect:
        return _defect(defect, verbose=any(word in ("-v", "--verbose") for word in words))


def _run(parser: ArgumentParser, words: list[str]) -> int:
    """The code of the command, or of the parser where it answered itself (``--help``)."""
    try:
        arguments = parser.parse_args(words)
        return int(arguments.run(arguments))
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else EXIT_OK


def _own_the_process() -> None:
    """Spend little on freeing memory in a process that serves one command and ends.

    A scan keeps most of what it makes, so looking for unused cycles rarely finds any; at the end
    the system takes the memory back faster than the interpreter frees it object by object.
    """
    gc.set_threshold(COLLECT_EVERY, 20, 100)
    atexit.register(gc.freeze)


def _open_closed_streams() -> None:
    """``ringfence … >&-``: a stream that the caller closed swallows what is written."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - lives as long as the process


def _fail(what: str, cure: str, code: int) -> int:
    """One line that says what is wrong and where, one that says how to mend it."""
    _say(f"error: {what}")
    if cure:
        _say(f"help: {cure}")
    return code


def _say(line: str) -> None:
    """A line on standard error that cannot act on the terminal."""
    from ringfence.report.text import escape

    encoding = (getattr(sys.stderr, "encoding", None) or "ascii").lower().replace("-", "")
    try:
        print(escape(line, unicode=encoding.startswith("utf")), file=sys.stderr)
    except OSError:
        return  # nobody reads standard error; the exit code still tells


def _system_error(problem: OSError) -> int:
    where = f"{problem.filename}: " if problem.filename else ""
    return _fail(f"{where}{problem.strerror or problem}", "", EXIT_USAGE)


def _reader_left() -> int:
    """``ringfence --help | head``: be quiet, also when the interpreter flushes at its end."""
    from ringfence.cli.output import drop_output

    drop_output()
    return EXIT_OK


def _defect(defect: Exception, verbose: bool) -> int:
    import traceback

    if verbose:
        for line in "".join(traceback.format_exception(defect)).splitlines():
            _say(line)
    cure = (
        "please report this with the lines above"
        if verbose
        else "run again with --verbose and report what it prints; the scanned files are not sent"
        " anywhere"
    )
    return _fail(
        f"a defect in Ringfence itself: {type(defect).__name__}: {defect}", cure, EXIT_DEFECT
    )
