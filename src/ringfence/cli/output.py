"""Where reports go: standard output as it is, or a file written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from ringfence.errors import RingfenceError

if TYPE_CHECKING:
    import argparse

    from ringfence.report import ReportSettings

DEFAULT_WIDTH = 100
MAX_WIDTH = 120  # longer lines read badly; --width asks for more


class OutputError(RingfenceError):
    """A report could not be written."""


def write_file(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8 so that readers see the old file or the whole new one.

    Raises:
        OutputError: the text could not be written; an existing file is as it was.
    """
    from ringfence.files import write_whole

    try:
        write_whole(path, text.encode("utf-8", "backslashreplace"))
    except (OSError, RuntimeError) as problem:  # RuntimeError: symbolic links in a circle
        cure = "" if target_exists(path) else f"the folder {path.parent} must exist"
        raise OutputError(
            f"cannot write the report: {getattr(problem, 'strerror', '') or problem}",
            str(path),
            cure,
        ) from problem


def target_exists(path: Path) -> bool:
    """Whether the folder of ``path`` is there."""
    try:
        return path.parent.is_dir()
    except OSError:
        return True


def is_unicode(stream: TextIO) -> bool:
    """Whether the stream can show every character."""
    encoding = (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "")
    return encoding.startswith("utf")


def wants_color(choice: str, stream: TextIO) -> bool:
    """``--color``: ``auto`` asks the stream, ``NO_COLOR`` (no-color.org) and ``TERM``."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return bool(os.environ.get("FORCE_COLOR")) or stream.isatty()


def columns(asked: int | None, stream: TextIO) -> int:
    """The width of a report: as asked, else the terminal's (at most 120), else 100."""
    if asked is not None:
        return asked
    with contextlib.suppress(ValueError):
        return max(40, min(int(os.environ.get("COLUMNS", "")), MAX_WIDTH))
    try:
        return max(40, min(os.get_terminal_size(stream.fileno()).columns or 100, MAX_WIDTH))
    except (OSError, ValueError, AttributeError):
        return DEFAULT_WIDTH


def print_text(text: str) -> None:
    """Write to standard output, whatever its encoding lacks as a visible escape.

    A reader that left (``| head``) has what it wanted: the rest is dropped without a word.
    """
    stream = sys.stdout
    encoding = getattr(stream, "encoding", None) or "ascii"
    try:
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except BrokenPipeError:
        drop_output()
    except OSError as problem:
        drop_output()
        raise OutputError(f"cannot write: {problem.strerror}", "standard output") from problem


def drop_output() -> None:
    """Send what is still buffered nowhere, so that the interpreter's own flush is quiet."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def text_settings(arguments: argparse.Namespace) -> ReportSettings:
    """Settings for text on standard output, from ``--color`` and ``--width``."""
    import ringfence
    from ringfence.report import ReportSettings

    return ReportSettings(
        color=wants_color(arguments.color, sys.stdout),
        width=columns(arguments.width, sys.stdout),
        unicode=is_unicode(sys.stdout),
        version=ringfence.__version__,
    )
