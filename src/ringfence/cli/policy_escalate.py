"""``ringfence policy escalate``: who can gain more than was given, one record a line."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

EPILOG = """\
examples:
  ringfence policy escalate principals.jsonl
  ringfence policy escalate - < principals.jsonl | jq 'select(.escalates)'
"""

#: A record holds whole accounts at times; longer lines are refused.
MAX_LINE_BYTES = 16_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the verb."""
    parser.add_argument(
        "file", metavar="FILE", help="records, one JSON object a line; - reads standard input"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print one answer a line; 2 when some line could not be decided."""
    from ringfence.cli import EXIT_OK, EXIT_USAGE
    from ringfence.cli.output import print_text

    failed = False
    for number, line in _lines(arguments.file):
        answer = decide(line, number)
        failed = failed or "error" in answer
        print_text(json.dumps(answer) + "\n")
    return EXIT_USAGE if failed else EXIT_OK


def decide(line: bytes, number: int) -> dict[str, Any]:
    """The answer to one line, or what is wrong with it."""
    from ringfence.permissions.escalation import RecordError, account_of, analyse

    identity: Any = None
    try:
        if len(line) > MAX_LINE_BYTES:
            raise RecordError(f"the line is longer than {MAX_LINE_BYTES:,} bytes")
        data = _parsed(line)
        identity = _id(data)
        answer = analyse(account_of(data)).as_json()
    except RecordError as problem:
        return {"id": identity, "line": number, "error": str(problem)}
    except RecursionError:
        return {"id": identity, "line": number, "error": "the record is nested too deeply"}
    return {"id": identity, **answer}


def _id(data: object) -> Any:
    found = data.get("id") if isinstance(data, dict) else None
    return found if isinstance(found, (str, int, float)) else None


def _parsed(line: bytes) -> object:
    from ringfence.permissions.escalation import RecordError

    try:
        return json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise RecordError("the line is not UTF-8") from None
    except RecursionError:
        raise RecordError("the record is nested too deeply") from None
    except ValueError as problem:
        raise RecordError(f"the line is not JSON: {problem}") from None


def _lines(name: str) -> Iterator[tuple[int, bytes]]:
    """The lines that hold something, with their numbers.

    Raises:
        UsageError: the file cannot be read.
    """
    from ringfence.errors import UsageError

    try:
        with _opened(name) as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line
    except OSError as problem:
        raise UsageError(
            f"cannot read the records: {problem.strerror or problem}",
            name,
            "give a file with one JSON object a line, or - for standard input",
        ) from problem


def _opened(name: str) -> IO[bytes]:
    import sys

    return sys.stdin.buffer if name == "-" else Path(name).open("rb")
