"""Recall and precision of configuration findings on labelled templates.

    python bench/labelled.py FOLDER [--all]

Each folder in FOLDER is one application with ``labels.json``: ``weak`` and ``fine`` lists of
``{topic, resource, line, what}``, ``matters`` (core or should) for weak ones, ``file`` where it is
not the main template. ``labelled_topics.toml`` says which rules find what a topic names. A label is
found when such a rule has a finding inside the resource's lines, near the label, or about the
resource by its name. A finding of these rules that belongs to no weak label is a false alarm.
Prints both figures for labels that matter (core), with ``--all`` for those that should be mended
too, then all misses and false alarms.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

from ringfence.model.finding import Finding
from ringfence.model.location import Location
from ringfence.model.severity import Severity
from ringfence.scan import ScanOptions, scan

HERE = Path(__file__).resolve().parent
TODAY = date(2026, 11, 1)
NEAR = 3


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--all", action="store_true")
    arguments = parser.parse_args()
    topics = tomllib.loads((HERE / "labelled_topics.toml").read_text(encoding="utf-8"))
    tally = Tally(topics, every=arguments.all)
    for labels in sorted(arguments.folder.glob("*/labels.json")):
        tally.add(labels.parent, json.loads(labels.read_text(encoding="utf-8")))
    tally.show()
    return 0


class Tally:
    """Hits, misses and false alarms, by topic."""

    def __init__(self, topics: dict[str, list[str]], *, every: bool) -> None:
        self.topics = topics
        self.every = every
        self.hits: dict[str, int] = defaultdict(int)
        self.misses: dict[str, list[str]] = defaultdict(list)
        self.alarms: dict[str, list[str]] = defaultdict(list)
        self.right = 0

    def add(self, folder: Path, labels: dict[str, Any]) -> None:
        findings = scan(folder, ScanOptions(today=TODAY, time_limit_s=600)).findings
        weak = [label for label in labels["weak"] if self.every or label["matters"] == "core"]
        for label in weak:
            topic = label["topic"]
            wanted = set(self.topics.get(topic, ()))
            if any(f.rule in wanted and stands_at(f, label, folder) for f in findings):
                self.hits[topic] += 1
            else:
                self.misses[topic].append(f"{folder.name}: {label['resource']}: {label['what']}")
        counted = {rule for rules in self.topics.values() for rule in rules}
        for finding in findings:
            if finding.rule not in counted or self.is_advice(finding):
                continue
            if any(stands_at(finding, label, folder) for label in labels["weak"]):
                self.right += 1
            else:
                self.alarms[finding.rule].append(
                    f"{folder.name}: {finding.location.line}: {finding.message[:110]}"
                )

    def is_advice(self, finding: Finding) -> bool:
        return not self.every and finding.severity < Severity.MEDIUM

    def show(self) -> None:
        for topic in sorted({*self.hits, *self.misses}):
            missed = self.misses.get(topic, [])
            print(f"{topic:<30} {self.hits[topic]:>3} of {self.hits[topic] + len(missed):>3}")
        hits = sum(self.hits.values())
        missed_all = sum(map(len, self.misses.values()))
        wrong = sum(map(len, self.alarms.values()))
        print(f"recall {hits / max(hits + missed_all, 1):.1%} ({hits} of {hits + missed_all})")
        right = self.right
        print(f"precision {right / max(right + wrong, 1):.1%} ({right} right, {wrong} wrong)")
        for title, table in (("missed", self.misses), ("false alarm", self.alarms)):
            for key, entries in sorted(table.items()):
                for entry in entries:
                    print(f"{title}: {key}: {entry}")


def stands_at(finding: Finding, label: dict[str, Any], folder: Path) -> bool:
    """Whether a finding is about what a label names."""
    ids = (finding.function.rpartition("#")[2], finding.trigger.rpartition("#")[2])
    parts = {part for text in ids for part in text.replace("!", "/").split("/")}
    for name in names_of(label):
        if name in (finding.subject, *finding.subjects) or name in parts:
            return True
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", finding.message):
            return True
    places = [finding.location, *(origin.location for origin in finding.origins)]
    lines = lines_of(folder, label)
    return any(is_near(place, label) or (place.line in lines) for place in places)


def names_of(label: dict[str, Any]) -> list[str]:
    """The label's resource, also by the logical id that the Serverless Framework makes of it."""
    name = label["resource"]
    if name == "provider":
        return [name, "IamRoleLambdaExecution"]
    return [name, f"{name[:1].upper()}{name[1:]}LambdaFunction"]


def lines_of(folder: Path, label: dict[str, Any]) -> range:
    """The lines of the labelled resource in the main template, by their indentation."""
    files = [path for path in sorted(folder.iterdir()) if path.suffix in (".yaml", ".yml")]
    lines = files[0].read_text(encoding="utf-8").splitlines() if files else []
    for start, line in enumerate(lines):
        match = re.match(rf"(\s+){re.escape(label['resource'])}:", line)
        if match:
            depth = len(match[1])
            end = start + 1
            while end < len(lines) and (
                not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > depth
            ):
                end += 1
            return range(start + 1, end + 1)
    return range(0)


def is_near(place: Location, label: dict[str, Any]) -> bool:
    """Whether a place lies a few lines from the label."""
    named = label.get("file", "")
    return (not named or place.file == named) and abs(place.line - label["line"]) <= NEAR


if __name__ == "__main__":
    sys.exit(main())
