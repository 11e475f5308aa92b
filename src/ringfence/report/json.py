"""The findings as JSON, schema 1: ``docs/schemas/findings.schema.json``.

One run over one tree gives one text: every list has a fixed order and nothing depends on the
clock. Strings come from the scanned tree as they are; JSON escapes them, and everything outside
ASCII is escaped too, so the text is safe to print.
"""

from __future__ import annotations

from typing import Any

from ringfence.model.application import Trigger
from ringfence.model.facts import Connection, Step
from ringfence.model.finding import AttackPath, Comparison, Finding, Power, ScanResult, Suppressed
from ringfence.model.location import Location, Origin, Skipped, UnknownValue
from ringfence.report import ReportSettings
from ringfence.report.json_text import indented
from ringfence.report.summary import (
    Names,
    counts,
    ordered,
    ordered_paths,
    ordered_skipped,
    ordered_unknowns,
    unknown_reasons,
)

SCHEMA = 1

Json = dict[str, Any]


class JsonReporter:
    """``--format json``."""

    name = "json"

    def render(self, result: ScanResult, settings: ReportSettings) -> str:
        return indented(document(result, settings)) + "\n"


REPORTER = JsonReporter()


def document(result: ScanResult, settings: ReportSettings) -> Json:
    """The whole report as JSON-like data."""
    writer = _Writer(result)
    return {
        "schema": SCHEMA,
        "tool": {
            "name": "ringfence",
            "version": settings.version,
            "rules_version": result.rules_version,
        },
        "root": result.root.replace("\\", "/"),
        "summary": writer.summary(),
        "paths": [writer.path(path) for path in ordered_paths(result.paths)],
        "findings": [writer.finding(finding) for finding in ordered(result.findings)],
        "entries": [writer.entry(entry) for entry in _entries(result)],
        "connections": [writer.connection(item) for item in _connections(result)],
        "skipped": [_skipped(item) for item in ordered_skipped(result.skipped)],
        "unknowns": [_unknown(item) for item in ordered_unknowns(result.unknowns)],
        "suppressed": [writer.suppressed(item) for item in _suppressed(result)],
    }


def _entries(result: ScanResult) -> list[Trigger]:
    return sorted(result.entries, key=lambda entry: (-entry.sender.exposure, entry.id))


def _connections(result: ScanResult) -> list[Connection]:
    return sorted(
        dict.fromkeys(result.connections),
        key=lambda one: (one.function, one.location, one.library, one.host, one.transport),
    )


def _suppressed(result: ScanResult) -> list[Suppressed]:
    rank = {id(finding): index for index, finding in enumerate(ordered(
        item.finding for item in result.suppressed
    ))}  # fmt: skip
    return sorted(result.suppressed, key=lambda item: rank[id(item.finding)])


class _Writer:
    """Turns records into JSON-like data; knows the names that ids stand for."""

    def __init__(self, result: ScanResult) -> None:
        self.result = result
        self.names = Names.of(result)
        self.triggers = {entry.id: entry for entry in result.entries}

    def summary(self) -> Json:
        result = self.result
        return {
            "findings": counts(result.findings),
            "paths": len(result.paths),
            "functions": len(result.functions),
            "entries": len(result.entries),
            "templates": sorted(result.templates),
            "files_read": result.files_read,
            "skipped": len(set(result.skipped)),
            "unknowns": dict(unknown_reasons(set(result.unknowns))),
            "suppressed": len(result.suppressed),
            "baselined": result.baselined,
            "baseline_gone": len(result.gone),
            "doubtful": result.doubtful,
            "since": _since(result.since),
        }

    def finding(self, finding: Finding) -> Json:
        return {
            "rule": finding.rule,
            "title": finding.title,
            "family": finding.family,
            "cwe": list(finding.cwe),
            "severity": str(finding.severity),
            "confidence": finding.confidence,
            "audience": finding.audience,
            "message": finding.message,
            "function": self.names.function(finding.function),
            "function_id": finding.function,
            **self.trigger(finding.trigger),
            "exposure": None if finding.exposure is None else str(finding.exposure),
            "subject": finding.subject,
            **_place(finding.location),
            "source": finding.source,
            "sink": finding.sink,
            "steps": [_step(step) for step in finding.steps],
            "origins": [_origin(origin) for origin in finding.origins],
            "count": finding.count,
            "subjects": list(finding.subjects),
            "remedy": finding.remedy,
            "fix": finding.fix,
            "fingerprint": finding.fingerprint,
        }

    def trigger(self, key: str) -> Json:
        """The trigger's kind, verbatim, and its id."""
        found = self.triggers.get(key)
        return {"trigger": found.kind if found else "", "trigger_id": key}

    def path(self, path: AttackPath) -> Json:
        return {
            "id": path.id,
            "title": path.title,
            "severity": str(path.severity),
            "confidence": path.confidence,
            "score": round(path.score, 6),
            "function": self.names.function(path.function),
            "function_id": path.function,
            **self.trigger(path.trigger),
            "lines": [_step(line) for line in path.lines],
            "powers": [_power(power) for power in path.powers],
            "fix": path.fix,
            "fix_location": _optional_place(path.fix_location),
            "findings": list(path.findings),
        }

    def entry(self, entry: Trigger) -> Json:
        return {
            "id": entry.id,
            "kind": entry.kind,
            "name": entry.name,
            "method": entry.method,
            "path": entry.path,
            "protocol": entry.protocol,
            "source": entry.source,
            "function": self.names.function(entry.function),
            "function_id": entry.function,
            "sender": {
                "exposure": str(entry.sender.exposure),
                "who": entry.sender.who,
                "reason": entry.sender.reason,
                "proof": _optional_place(entry.sender.proof),
            },
            "authentication": {
                "kind": entry.authentication.kind,
                "detail": entry.authentication.detail,
                "proof": _optional_place(entry.authentication.proof),
            },
            **_place(entry.location),
        }

    def connection(self, connection: Connection) -> Json:
        return {
            "function": self.names.function(connection.function),
            "function_id": connection.function,
            "kind": connection.kind,
            "library": connection.library,
            "host": connection.host,
            "transport": connection.transport,
            "authentication": connection.authentication,
            **_place(connection.location),
        }

    def suppressed(self, item: Suppressed) -> Json:
        return {
            "how": item.how,
            "reason": item.reason,
            "until": item.until,
            "location": _optional_place(item.location),
            "finding": self.finding(item.finding),
        }


def _since(since: Comparison | None) -> Json | None:
    if since is None:
        return None
    return {
        "revision": since.revision,
        "commit": since.commit,
        "known": since.known,
        "fixed": since.fixed,
    }


def _place(location: Location) -> Json:
    return {
        "file": location.file,
        "line": location.line,
        "column": location.column,
        "end_line": location.end_line or location.line,
        "end_column": location.end_column or location.column,
    }


def _optional_place(location: Location | None) -> Json | None:
    return None if location is None else _place(location)


def _step(step: Step) -> Json:
    return {**_place(step.location), "text": step.text}


def _origin(origin: Origin) -> Json:
    return {"role": origin.role, "name": origin.name, **_place(origin.location)}


def _power(power: Power) -> Json:
    return {
        "verb": power.verb,
        "target": power.target,
        "resource": power.resource,
        "data_class": power.data_class,
        "actions": list(power.actions),
        "location": _optional_place(power.location),
    }


def _skipped(item: Skipped) -> Json:
    return {
        "what": item.what,
        "reason": item.reason,
        "cure": item.cure,
        "location": _optional_place(item.location),
    }


def _unknown(item: UnknownValue) -> Json:
    return {
        "what": item.what,
        "reason": item.reason,
        "location": _optional_place(item.location),
    }
