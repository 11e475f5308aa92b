"""Put the command line's own help texts into docs/usage.md.

Usage: python support/usage.py [--check]

``--check`` changes nothing and exits 1 when the page is out of date; a test does the same.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import sys
from pathlib import Path

from ringfence.cli import main as ringfence

PAGE = Path(__file__).parents[1] / "docs" / "usage.md"
BLOCK = re.compile(r"(<!-- help: ([\w ]+) -->\n```\n).*?(```\n<!-- end -->)", re.DOTALL)


def help_of(verb: str) -> str:
    """What ``ringfence VERB --help`` prints."""
    with contextlib.redirect_stdout(io.StringIO()) as text:
        ringfence([*verb.split(), "--help"])
    return text.getvalue()


def updated(page: str) -> str:
    """The page with every help block as the command prints it now."""
    return BLOCK.sub(lambda found: found[1] + help_of(found[2]) + found[3], page)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    page = PAGE.read_text(encoding="utf-8")
    new = updated(page)
    if parser.parse_args().check:
        return int(new != page)
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
