"""The findings as SARIF 2.1.0, for code review pages and other tools.

Paths are relative to the repository (``ReportSettings.prefix``), as review pages expect, and the
text has a fixed order. Flows and the attack paths that a finding belongs to become code flows.
Sizes stay within what GitHub's code scanning accepts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from ringfence.model.facts import Step
from ringfence.model.finding import AttackPath, Comparison, Finding, ScanResult, Suppressed
from ringfence.model.location import Location, Skipped
from ringfence.report import ReportSettings
from ringfence.report.json_text import indented
from ringfence.report.sarif_rules import LEVELS, SCORES, descriptors
from ringfence.report.summary import (
    Names,
    is_pattern,
    ordered,
    ordered_paths,
    ordered_skipped,
    unknown_reasons,
)
from ringfence.report.text import clip, escape

Json = dict[str, Any]

SCHEMA_URI = "https://json.schemastore.org/sarif-2.1.0.json"
BASE = "SRCROOT"

# Limits of GitHub's code scanning ("SARIF support for code scanning", "SARIF results exceed
# one or more limits"): more is refused or dropped without a word.
MAX_RESULTS = 25_000
MAX_STEPS = 1_000
MAX_RELATED = 100
MAX_FLOWS = 4
MAX_NOTIFICATIONS = 1_000
MAX_MESSAGE = 4_000

_SKIPPED = "not-analysed"
_UNKNOWN = "value-unknown"


class SarifReporter:
    """``--format sarif``."""

    name = "sarif"

    def render(self, result: ScanResult, settings: ReportSettings) -> str:
        return indented(document(result, settings)) + "\n"


REPORTER = SarifReporter()


def document(result: ScanResult, settings: ReportSettings) -> Json:
    """The whole log as JSON-like data."""
    return {"$schema": SCHEMA_URI, "version": "2.1.0", "runs": [_Run(result, settings).as_json()]}


def since_properties(since: Comparison | None) -> Json:
    """What only new results were compared with, if they were."""
    if since is None:
        return {}
    return {
        "since": {
            "revision": escape(since.revision),
            "commit": since.commit,
            "known": since.known,
            "fixed": since.fixed,
        }
    }


class _Run:
    """One run; knows which rule has which index and which paths a finding belongs to."""

    def __init__(self, result: ScanResult, settings: ReportSettings) -> None:
        self.result = result
        self.settings = settings
        self.names = Names.of(result)
        self.silenced = _by_finding(result.suppressed) if settings.suppressed else {}
        silenced = [item.finding for item in result.suppressed] if settings.suppressed else []
        self.findings = [*ordered(result.findings), *ordered(silenced)][:MAX_RESULTS]
        self.rules = descriptors(self.findings, result.rules)
        self.indexes = {rule["id"]: index for index, rule in enumerate(self.rules)}
        self.paths = ordered_paths(result.paths)
        self.paths_of: dict[str, list[AttackPath]] = defaultdict(list)
        for path in self.paths:
            for fingerprint in path.findings:
                self.paths_of[fingerprint].append(path)

    def as_json(self) -> Json:
        prefix = f"{self.settings.prefix}/" if self.settings.prefix else ""
        return {
            "tool": {"driver": self.driver()},
            "automationDetails": {"id": f"ringfence/{prefix}"},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {
                BASE: {"description": {"text": "The repository that holds the scanned folder."}}
            },
            "invocations": [self.invocation()],
            "results": [self.finding(finding) for finding in self.findings],
            "properties": {
                "attackPaths": [self.path(path) for path in self.paths[:MAX_RELATED]],
                "suppressed": len(self.result.suppressed),
                "baselined": self.result.baselined,
                "doubtful": self.result.doubtful,
                **since_properties(self.result.since),
            },
        }

    def driver(self) -> Json:
        version = self.settings.version
        driver: Json = {
            "name": "Ringfence",
            "rules": self.rules,
            "notifications": [
                _notification_kind(_SKIPPED, "Something could not be analysed."),
                _notification_kind(_UNKNOWN, "Values could not be resolved."),
            ],
            "properties": {"rulesVersion": self.result.rules_version},
        }
        return {**driver, "version": version, "semanticVersion": version} if version else driver

    def invocation(self) -> Json:
        skipped = [self.skipped(item) for item in ordered_skipped(self.result.skipped)]
        unknown = [
            {
                "descriptor": {"id": _UNKNOWN},
                "level": "note",
                "message": _message(f"{count} × {reason}"),
            }
            for reason, count in unknown_reasons(set(self.result.unknowns))
        ]
        return {
            "executionSuccessful": True,
            "toolExecutionNotifications": [*skipped, *unknown][:MAX_NOTIFICATIONS],
        }

    def skipped(self, item: Skipped) -> Json:
        cure = f" ({item.cure})" if item.cure else ""
        note: Json = {
            "descriptor": {"id": _SKIPPED},
            "level": "warning",
            "message": _message(f"{item.what}: {item.reason}{cure}"),
        }
        if item.location is not None and item.location.file:
            note["locations"] = [{"physicalLocation": self.place(item.location)}]
        return note

    def finding(self, finding: Finding) -> Json:
        found: Json = {
            "ruleId": finding.rule,
            "ruleIndex": self.indexes[finding.rule],
            "level": LEVELS[finding.severity],
            "message": _message(_sentence(finding)),
            "locations": [self.main_location(finding)],
            "properties": self.properties(finding),
        }
        if finding.fingerprint:
            found["partialFingerprints"] = {"ringfence/v1": finding.fingerprint}
        flows = self.flows(finding)
        if flows:
            found["codeFlows"] = flows
        if finding.origins:
            found["relatedLocations"] = [
                {
                    "id": number,
                    "physicalLocation": self.place(origin.location),
                    "message": _message(f"{origin.role} {origin.name}"),
                }
                for number, origin in enumerate(finding.origins[:MAX_RELATED], start=1)
                if origin.location.file
            ]
        silenced = self.silenced.get(id(finding))
        if silenced is not None:
            found["suppressions"] = [self.suppression(silenced)]
        return found

    def main_location(self, finding: Finding) -> Json:
        location: Json = {"physicalLocation": self.place(finding.location)}
        name = self.names.function(finding.function) or finding.subject
        if name:
            kind = "function" if finding.function else "resource"
            location["logicalLocations"] = [{"name": escape(name), "kind": kind}]
        return location

    def properties(self, finding: Finding) -> Json:
        found: Json = {
            "security-severity": SCORES[finding.severity],
            "severity": str(finding.severity),
            "confidence": finding.confidence,
            "audience": finding.audience,
            "family": finding.family,
        }
        if finding.exposure is not None:
            found["exposure"] = str(finding.exposure)
        if finding.source or finding.sink:
            found["source"], found["sink"] = escape(finding.source), escape(finding.sink)
        if finding.subjects:
            found["subjects"] = [escape(subject) for subject in finding.subjects]
        return found

    def flows(self, finding: Finding) -> list[Json]:
        """The finding's own flow, then the attack paths that it is part of."""
        flows = []
        if finding.steps:
            last = finding.steps[-1].location
            end = Step(finding.location, finding.sink or finding.title)
            here = (last.file, last.line) == (finding.location.file, finding.location.line)
            flows.append(self.flow("", finding.steps if here else (*finding.steps, end)))
        for path in self.paths_of.get(finding.fingerprint, ())[: MAX_FLOWS - len(flows)]:
            flows.append(self.flow(f"Attack path: {path.title}", path.lines))
        return [flow for flow in flows if flow["threadFlows"][0]["locations"]]

    def flow(self, title: str, steps: Iterable[Step]) -> Json:
        locations = [
            {
                "location": {
                    "physicalLocation": self.place(step.location),
                    "message": _message(step.text),
                }
            }
            for step in list(steps)[:MAX_STEPS]
            if step.location.file
        ]
        flow: Json = {"threadFlows": [{"locations": locations}]}
        return {"message": _message(title), **flow} if title else flow

    def suppression(self, item: Suppressed) -> Json:
        found: Json = {
            "kind": "inSource" if item.how == "comment" else "external",
            "status": "accepted",
            "justification": escape(
                f"{item.reason} (until {item.until})" if item.until else item.reason
            ),
        }
        if item.location is not None and item.location.file:
            found["location"] = {"physicalLocation": self.place(item.location)}
        return found

    def path(self, path: AttackPath) -> Json:
        return {
            "id": path.id,
            "title": escape(path.title),
            "severity": str(path.severity),
            "fix": escape(path.fix),
            "findings": list(path.findings),
        }

    def place(self, location: Location) -> Json:
        """A physical location; one without a file points to the first template."""
        file = location.file or next(iter(sorted(self.result.templates)), ".")
        path = f"{self.settings.prefix}/{file}" if self.settings.prefix else file
        # Undecodable names keep their bytes; quote() leaves no character with a meaning in URIs.
        uri = quote(path.encode("utf-8", "surrogatepass"), safe="/~")
        found: Json = {"artifactLocation": {"uri": uri, "uriBaseId": BASE}}
        region = _region(location)
        return {**found, "region": region} if region else found


def _region(location: Location) -> Json:
    """Lines and columns from 1; an end only where it is known and lies behind the start."""
    if location.line < 1:
        return {"startLine": 1}
    region = {"startLine": location.line, "startColumn": max(1, location.column)}
    last = max(location.end_line, location.line)
    if location.end_column > (location.column if last == location.line else 0):
        region["endLine"], region["endColumn"] = last, location.end_column
    elif last > location.line:
        region["endLine"] = last
    return region


def _by_finding(suppressed: Iterable[Suppressed]) -> dict[int, Suppressed]:
    return {id(item.finding): item for item in suppressed}


def _sentence(finding: Finding) -> str:
    message = finding.message or finding.title
    end = "" if message.endswith((".", "!", "?")) else "."
    parts = [f"{message}{end}"]
    if finding.remedy:
        parts.append(f"Fix: {finding.remedy}")
    if finding.fix:
        parts.append(f"For instance:\n{finding.fix}" if is_pattern(finding) else finding.fix)
    return "\n".join(parts)


def _message(text: str) -> Json:
    """A plain text message; the tree's text can neither make a link in it nor control anything."""
    lines = [escape(line) for line in text.split("\n")]
    return {"text": clip("\n".join(lines).replace("](", "] ("), MAX_MESSAGE) or "-"}


def _notification_kind(key: str, text: str) -> Json:
    return {"id": key, "shortDescription": {"text": text}}
