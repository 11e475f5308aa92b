"""A scan as JUnit XML, which GitLab, Jenkins and most build servers show as tests.

One test case for each finding. Those at or above the level that fails the build
(``ReportSettings.fail_on``) are failures, so that a build server's verdict is that of the exit
code; the others, and what was silenced, are skipped cases that still show. A scan that finds
nothing is one passed case, because servers take an empty report for a broken one.

Only what the schema of Jenkins' xUnit plugin (``junit-10.xsd``) allows is written, since that
plugin refuses anything else; so files and lines stand in names and texts, not in attributes.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as Xml

from ringfence.model.finding import Finding, ScanResult, Suppressed
from ringfence.model.location import Location, Skipped
from ringfence.report import ReportSettings
from ringfence.report.summary import Names, finding_count, ordered, ordered_paths, ordered_skipped
from ringfence.report.text import clip, escape

MAX_NAME = 250
MAX_MESSAGE = 2_000


class JunitReporter:
    """``--format junit``."""

    name = "junit"

    def render(self, result: ScanResult, settings: ReportSettings) -> str:
        root = _Suites(result, settings).element()
        Xml.indent(root)
        text = Xml.tostring(root, encoding="unicode")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


REPORTER = JunitReporter()


class _Suites:
    def __init__(self, result: ScanResult, settings: ReportSettings) -> None:
        self.result = result
        self.settings = settings
        self.names = Names.of(result)
        self.titles: dict[str, list[str]] = {}
        for path in ordered_paths(result.paths):
            for mark in path.findings:
                self.titles.setdefault(mark, []).append(path.title)

    def element(self) -> Xml.Element:
        suites = [self.suite("ringfence", self.finding_cases())]
        skipped = ordered_skipped(self.result.skipped)
        if skipped:
            suites.append(self.suite("ringfence: not analysed", map(self.gap, skipped)))
        root = Xml.Element("testsuites", {"name": "Ringfence", **_sums(suites)})
        root.extend(suites)
        return root

    def suite(self, name: str, cases: Iterable[Xml.Element]) -> Xml.Element:
        held = list(cases)
        tally = {
            "tests": str(len(held)),
            "failures": str(sum(case.find("failure") is not None for case in held)),
            "errors": "0",
            "skipped": str(sum(case.find("skipped") is not None for case in held)),
            "time": "0",
        }
        suite = Xml.Element("testsuite", {"name": name, **tally})
        suite.extend(held)
        return suite

    def finding_cases(self) -> list[Xml.Element]:
        findings = ordered(self.result.findings)
        cases = [self.finding(finding) for finding in findings]
        rank = {id(f): n for n, f in enumerate(ordered(s.finding for s in self.result.suppressed))}
        silenced = sorted(self.result.suppressed, key=lambda item: rank[id(item.finding)])
        if not cases:
            cases.append(self.case(finding_count(self.result), "ringfence"))
        return cases + [self.silenced(item) for item in silenced]

    def finding(self, finding: Finding) -> Xml.Element:
        case = self.case(_name(finding), finding.rule)
        level = self.settings.fail_on
        message = {"message": _safe(finding.message, MAX_MESSAGE)}
        if level is not None and finding.severity >= level:
            failure = Xml.SubElement(case, "failure", {**message, "type": str(finding.severity)})
            failure.text = "\n".join(_safe(line, MAX_MESSAGE) for line in self.story(finding))
        else:
            text = f"{finding.severity}: {finding.message}"
            Xml.SubElement(case, "skipped", {"message": _safe(text, MAX_MESSAGE)})
        return case

    def story(self, finding: Finding) -> list[str]:
        """What a person reads who opens the failed case."""
        lines = [
            f"{finding.severity}: {finding.message}",
            f"at {self.file(finding.location)}:{finding.location.line}",
        ]
        owner = self.names.function(finding.function) or finding.subject
        lines += [f"in {owner}"] if owner else []
        for step in finding.steps:
            lines.append(f"  {self.file(step.location)}:{step.location.line} {step.text}")
        lines += [f"part of: {title}" for title in self.titles.get(finding.fingerprint, ())[:5]]
        lines += [f"fix: {finding.remedy}", f"more: ringfence explain {finding.rule}"]
        return lines

    def silenced(self, item: Suppressed) -> Xml.Element:
        case = self.case(_name(item.finding), item.finding.rule)
        until = f" until {item.until}" if item.until else ""
        text = f"suppressed: {item.reason or 'no reason given'}{until}"
        Xml.SubElement(case, "skipped", {"message": _safe(text, MAX_MESSAGE)})
        return case

    def gap(self, item: Skipped) -> Xml.Element:
        case = self.case(item.what, "not-analysed")
        cure = f"; {item.cure}" if item.cure else ""
        Xml.SubElement(case, "skipped", {"message": _safe(f"{item.reason}{cure}", MAX_MESSAGE)})
        return case

    def case(self, name: str, group: str) -> Xml.Element:
        words = {
            "name": _safe(name, MAX_NAME),
            "classname": _safe(group, MAX_NAME),
            "time": "0",
        }
        return Xml.Element("testcase", words)

    def file(self, location: Location) -> str:
        prefix = f"{self.settings.prefix}/" if self.settings.prefix else ""
        return prefix + location.file


def _name(finding: Finding) -> str:
    """Servers compare runs by names, so the line, which moves, is not part of it."""
    owner = finding.subject or finding.function.rpartition("#")[2]
    about = f"{owner}: " if owner else ""
    return f"{about}{finding.title} ({finding.location.file}) {finding.fingerprint[:8]}"


def _safe(text: str, length: int) -> str:
    """One line without what XML 1.0 (section 2.2, Char) does not allow."""
    return clip(escape(text), length)


def _sums(suites: Iterable[Xml.Element]) -> dict[str, str]:
    held = list(suites)
    return {
        key: str(sum(int(suite.get(key, "0")) for suite in held))
        for key in ("tests", "failures", "errors")
    }
