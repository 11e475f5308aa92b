"""What holds of a scan whatever it reads: no defect, bounded time, the same result each time, and
reports that a terminal, a parser and a browser can take."""

from __future__ import annotations

import json
import re
import time
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree
from zlib import crc32

from ringfence.errors import RingfenceError
from ringfence.model.finding import ScanResult
from ringfence.model.record import replace
from ringfence.report import REPORTERS, ReportSettings
from ringfence.scan import ScanOptions, scan
from ringfence.testing import TODAY

#: Processor time for one scan of a small input, far above what any takes.
BOUND_S = 14.0
#: Reports and further scans take longer than a scan, so some inputs stand for all.
SHOWN, AGAIN = 4, 8
#: Words in a note of what was not analysed that speak of a fault of ours.
FAULTS = ("defect", "longer than the limit", "more memory than", "its process")
#: Characters that a terminal obeys, and such as turn the direction of text.
HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
OPTIONS = ScanOptions(today=TODAY, time_limit_s=BOUND_S, jobs=1, graph=True)


class Broken(AssertionError):
    """An invariant does not hold."""


def examine(folder: Path, data: bytes, options: ScanOptions = OPTIONS) -> None:
    """Scan a folder that holds generated data; show the result of one input in :data:`SHOWN` in
    every format, and scan one in :data:`AGAIN` again with an empty cache and once more from it.

    Raises:
        Broken: an invariant does not hold.
    """
    first = attempt(folder, options)
    if first is None:
        return
    for note in first.skipped:
        if any(word in note.reason for word in FAULTS):
            raise Broken(f"{note.what}: {note.reason}")
    chosen = crc32(data)
    if chosen % SHOWN == 0:
        rendered(first)
    if chosen % AGAIN == 0:
        expected = plain(first)
        cached = replace(options, cache=folder.with_name(f"{folder.name}-cache"))
        for turn in ("with an empty cache", "from the cache"):
            other = attempt(folder, cached)
            if other is None or plain(other) != expected:
                raise Broken(f"another result {turn}")


def attempt(folder: Path, options: ScanOptions) -> ScanResult | None:
    """The result; None where the input is refused with an error that says so."""
    before_s = time.process_time()
    try:
        return scan(folder, options)
    except RingfenceError as problem:
        if not str(problem).strip():
            raise Broken("an error without words") from problem
        return None
    finally:
        if time.process_time() - before_s > BOUND_S:
            raise Broken(f"took {time.process_time() - before_s:.0f} s")


def rendered(result: ScanResult) -> dict[str, str]:
    """The result in every format, each checked for what it must be."""
    settings = ReportSettings(verbose=True, suppressed=True, version="0")
    texts = {name: REPORTERS[name].render(result, settings) for name in REPORTERS}
    for name, text in texts.items():
        text.encode()
        raw = set(HIDDEN.findall(text))
        if name in ("html", "markdown"):  # the page's own text, and source in code blocks
            raw.discard("\t")
        if raw:
            raise Broken(f"{name} holds {sorted(raw)!r}")
    json.loads(texts["json"])
    json.loads(texts["sarif"])
    ElementTree.fromstring(texts["junit"])
    HTMLParser().feed(texts["html"])
    ascii_only = ReportSettings(width=40, unicode=False)
    if not REPORTERS["terminal"].render(result, ascii_only).isascii():
        raise Broken("the ASCII report holds other characters")
    return texts


def plain(result: ScanResult) -> object:
    """A result as data."""
    return json.loads(REPORTERS["json"].render(result, ReportSettings()))
