"""Draw healthy applications, print their findings for reading, and recompute a reading's tally.

Usage:
  python bench/noise.py draw SAMPLE SEED NAME=FOLDER... [--whole NAME=FOLDER]... [--findings N]
                           [--without SAMPLE]...
  python bench/noise.py read SAMPLE NAME=FOLDER... [--open] [--confidence LEVEL]
  python bench/noise.py tally SAMPLE NAME=FOLDER... [--confidence LEVEL]

NAME=FOLDER is a checkout in which each top folder is one application; with --whole the checkout is
one application, and always part of the sample. ``draw`` shuffles the applications by SEED and takes
from the front, leaving out those without functions and those of the samples --without, until they
have N findings (default 300); it writes their names to bench/judgements/SAMPLE.json. ``read``
prints every finding and attack path of them with its lines of code; --open only those without a
judgement. A person then writes for each "right: reason" or "suppress: reason" into that file.
``tally`` scans again and counts, so that the figures stay true when rules change: findings that are
gone no longer count, new ones are named as unread. Both look at what a scan reports by itself;
--confidence low takes in what it leaves out for being less sure.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from ringfence.errors import RingfenceError
from ringfence.model.finding import AttackPath, Finding, ScanResult
from ringfence.model.location import Location
from ringfence.model.severity import CONFIDENCES
from ringfence.report.summary import retold
from ringfence.scan import ScanOptions, scan

JUDGEMENTS = Path(__file__).parent / "judgements"
TODAY = date(2026, 11, 26)
CONTEXT_LINES = 1


def main() -> int:
    arguments = parsed()
    sample = drawn(arguments) if arguments.verb == "draw" else stored(arguments.sample)
    folders = dict(split(word) for word in [*arguments.corpora, *arguments.whole])
    least = arguments.confidence
    results = {name: scanned(place_of(name, folders), least) for name in sample["applications"]}
    if arguments.verb == "draw":
        save(file_of(arguments.sample), sample)
    elif arguments.verb == "read":
        for name, result in results.items():
            print("\n".join(page(name, result, sample["judgements"], arguments.open)))
    else:
        print("\n".join(tally(results, sample["judgements"])))
    return 0


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("verb", choices=("draw", "read", "tally"))
    parser.add_argument("sample")
    parser.add_argument("corpora", nargs="+", metavar="NAME=FOLDER")
    parser.add_argument("--whole", action="append", default=[])
    parser.add_argument("--findings", type=int, default=300)
    parser.add_argument("--without", action="append", default=[], metavar="SAMPLE")
    parser.add_argument("--open", action="store_true")
    parser.add_argument("--confidence", choices=CONFIDENCES, default="")
    arguments = parser.parse_args()
    if arguments.verb == "draw":
        arguments.seed = int(arguments.corpora.pop(0))
    return arguments


def split(word: str) -> tuple[str, Path]:
    name, _, folder = word.partition("=")
    return name, Path(folder)


def place_of(application: str, folders: dict[str, Path]) -> Path:
    """The folder of ``corpus/application``, or of an application that is a whole checkout."""
    name, _, inner = application.partition("/")
    return folders[name] / inner


# --- drawing ------------------------------------------------------------------------------------


def drawn(arguments: argparse.Namespace) -> dict[str, Any]:
    """The sample: its seed, the names of its applications, no judgement yet."""
    wanted: list[str] = []
    seen = {name for other in arguments.without for name in stored(other)["applications"]}
    findings = 0
    for name, folder in candidates(arguments):
        if name in seen or name in wanted:
            continue
        result = scanned(folder)
        if not result.functions:
            continue
        wanted.append(name)
        findings += len(result.findings) + len(result.paths)
        if findings >= arguments.findings:
            break
    return {"seed": arguments.seed, "applications": sorted(wanted), "judgements": {}}


def candidates(arguments: argparse.Namespace) -> Iterator[tuple[str, Path]]:
    yield from (split(word) for word in arguments.whole)
    every = [
        (f"{name}/{folder.name}", folder)
        for name, root in map(split, arguments.corpora)
        for folder in sorted(root.iterdir())
        if folder.is_dir() and not folder.name.startswith(".")
    ]
    random.Random(arguments.seed).shuffle(every)
    yield from every


def scanned(folder: Path, confidence: str = "") -> ScanResult:
    try:
        return scan(folder, ScanOptions(today=TODAY, confidence=confidence))
    except RingfenceError:
        return ScanResult()


def file_of(sample: str) -> Path:
    return JUDGEMENTS / f"{sample}.json"


def stored(sample: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(file_of(sample).read_text(encoding="utf-8"))
    return read


def save(file: Path, sample: dict[str, Any]) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(sample, indent=1, sort_keys=True) + "\n", encoding="utf-8")


# --- reading ------------------------------------------------------------------------------------


def page(
    name: str, result: ScanResult, judgements: dict[str, str], only_open: bool
) -> Iterator[str]:
    """What a reader sees of one application."""
    yield f"\n######## {name}: {len(result.functions)} functions, {len(result.entries)} entries"
    for key, item in judged_items(name, result):
        if only_open and key in judgements:
            continue
        yield ""
        yield f"=== {key}  [{judgements.get(key, 'unread')}]"
        yield from path_lines(item) if isinstance(item, AttackPath) else finding_lines(item, result)


def judged_items(name: str, result: ScanResult) -> Iterator[tuple[str, Finding | AttackPath]]:
    """Every finding and path with the key of its judgement; what a path tells is one item."""
    above = retold(result.findings, result.paths)
    for finding in result.findings:
        if finding.fingerprint in above:
            continue
        yield f"{name} {finding.rule} {finding.fingerprint[:12]}", finding
    for path in result.paths:
        yield f"{name} path {path.id[:12]}", path


def path_lines(path: AttackPath) -> Iterator[str]:
    yield f"{path.severity}/{path.confidence} PATH {path.title}"
    for step in path.lines:
        yield f"    {step.text}  ({step.location.file}:{step.location.line})"
    yield f"    fix: {path.fix}"


def finding_lines(finding: Finding, result: ScanResult) -> Iterator[str]:
    yield f"{finding.severity}/{finding.confidence} {finding.rule}: {finding.message}"
    if finding.count > 1:
        yield f"    of {finding.count}: {', '.join(finding.subjects)}"
    for step in finding.steps:
        yield f"    {step.text}  ({step.location.file}:{step.location.line})"
    yield from excerpt(finding.location, result)


def excerpt(place: Location, result: ScanResult) -> Iterator[str]:
    yield f"    {place.file}:{place.line}"
    lines = result.sources.get(place.file, [])
    first = max(place.line - 1 - CONTEXT_LINES, 0)
    for number, text in enumerate(lines[first : place.line + CONTEXT_LINES], first + 1):
        mark = ">" if number == place.line else " "
        yield f"    {mark}{number:5} {text[:150]}"


# --- counting -----------------------------------------------------------------------------------


def tally(results: dict[str, ScanResult], judgements: dict[str, str]) -> Iterator[str]:
    """A table by rule, then the totals; what nobody has read is named at the end."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    unread = []
    for name, result in results.items():
        for key, item in judged_items(name, result):
            verdict, _, reason = judgements.get(key, "unread").partition(": ")
            rule = "attack path" if isinstance(item, AttackPath) else item.rule
            counts[rule][verdict] += 1
            if verdict == "suppress":
                reasons[rule][reason] += 1
            if verdict == "unread":
                unread.append(key)
    yield "| rule | findings | right | would suppress | why |"
    yield "| --- | ---: | ---: | ---: | --- |"
    for rule in sorted(counts, key=lambda rule: (-counts[rule]["suppress"], rule)):
        count = counts[rule]
        why = "; ".join(f"{reason} ({number})" for reason, number in reasons[rule].most_common())
        yield f"| {rule} | {count.total()} | {count['right']} | {count['suppress']} | {why} |"
    total = sum(counts.values(), Counter())
    functions = sum(len(result.functions) for result in results.values())
    yield ""
    yield (
        f"{len(results)} applications, {functions} functions, {total.total()} findings and paths: "
        f"{total['right']} right, {total['suppress']} to suppress, "
        f"{10 * total['suppress'] / max(functions, 1):.2f} per ten functions."
    )
    yield from (f"unread: {key}" for key in unread)


if __name__ == "__main__":
    sys.exit(main())
