"""What every part of the page looks up: names, findings by function, the rules, what is secret."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from ringfence.model.application import Trigger
from ringfence.model.finding import AttackPath, Finding, ScanResult
from ringfence.model.location import Location
from ringfence.report import ReportSettings
from ringfence.report.html.markup import Markup, anchor, tag, text
from ringfence.report.summary import Names, application_name, ordered, ordered_paths


class Context:
    """A scan result with its indexes, each made when first asked for."""

    def __init__(self, result: ScanResult, settings: ReportSettings) -> None:
        self.result = result
        self.settings = settings
        self.names = Names.of(result)
        self.title = settings.title or application_name(result)
        self.findings = ordered(result.findings)
        self.paths = ordered_paths(result.paths)
        self.entries = {entry.id: entry for entry in result.entries}

    @cached_property
    def anchors(self) -> dict[int, str]:
        """The id of each finding's element, by ``id()`` of the finding; unique in the page."""
        seen: dict[str, int] = defaultdict(int)
        found = {}
        for finding in self.findings:
            name = anchor("finding", finding.fingerprint or finding.rule)
            seen[name] += 1
            found[id(finding)] = name if seen[name] == 1 else f"{name}-{seen[name]}"
        return found

    @cached_property
    def by_fingerprint(self) -> dict[str, Finding]:
        found: dict[str, Finding] = {}
        for finding in self.findings:
            found.setdefault(finding.fingerprint, finding)
        return found

    @cached_property
    def of_function(self) -> dict[str, list[Finding]]:
        """The findings of each function, the worst first."""
        found: dict[str, list[Finding]] = defaultdict(list)
        for finding in self.findings:
            if finding.function:
                found[finding.function].append(finding)
        return found

    @cached_property
    def entries_of(self) -> dict[str, list[Trigger]]:
        found: dict[str, list[Trigger]] = defaultdict(list)
        for entry in self.result.entries:
            found[entry.function].append(entry)
        return found

    @cached_property
    def secret_lines(self) -> set[tuple[str, int]]:
        """The lines that hold a credential, by the findings; no excerpt shows them whole."""
        every = [*self.findings, *(item.finding for item in self.result.suppressed)]
        return {
            (place.file, line)
            for finding in every
            if finding.family == "secrets"
            for place in (finding.location, *(origin.location for origin in finding.origins))
            for line in range(place.line, max(place.line, min(place.end_line, place.line + 50)) + 1)
        }

    @cached_property
    def templates(self) -> list[str]:
        """The templates that declare functions or hold findings, in order."""
        found = {template_of(key) for key in self.result.functions}
        found.update(template_of(finding.function) for finding in self.findings)
        return sorted(found - {""})

    def path_number(self, path: AttackPath) -> int:
        return self.paths.index(path) + 1

    def place(self, location: Location | None) -> Markup:
        """``file:line`` as people copy it."""
        if location is None or not location.file:
            return Markup("")
        return tag("span", location.file, text(f":{location.line}"), class_="place")


def template_of(identifier: str) -> str:
    """The template in an id of a function, trigger or resource."""
    return identifier.partition("#")[0] if "#" in identifier else ""
