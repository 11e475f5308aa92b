"""The JUnit report: what build servers accept, and whose verdict it gives."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

import pytest
import report_sample

from ringfence.model.finding import ScanResult
from ringfence.model.record import replace
from ringfence.model.severity import Severity
from ringfence.report import REPORTERS, ReportSettings

#: What junit-10.xsd of Jenkins' xUnit plugin allows of what we write: element → (required
#: attributes, further attributes, children).
ALLOWED: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors"}, {"skipped", "time"}, {"testcase"}),
    "testcase": ({"name"}, {"classname", "time"}, {"failure", "skipped"}),
    "failure": (set(), {"message", "type"}, set()),
    "skipped": (set(), {"message", "type"}, set()),
}


def rendered(result: ScanResult, level: Severity | None = Severity.HIGH) -> Xml.Element:
    settings = ReportSettings(prefix="apps/shop", fail_on=level)
    root = Xml.fromstring(REPORTERS["junit"].render(result, settings).encode())
    assert_valid(root)
    return root


def assert_valid(element: Xml.Element) -> None:
    required, further, children = ALLOWED[element.tag]
    assert required <= set(element.keys()) <= required | further
    for child in element:
        assert child.tag in children
        assert_valid(child)
    if element.tag == "testsuite":
        cases = element.findall("testcase")
        assert int(element.attrib["tests"]) == len(cases)
        assert int(element.attrib["failures"]) == len(element.findall("testcase/failure"))
        assert int(element.attrib["skipped"]) == len(element.findall("testcase/skipped"))


def test_one_case_for_each_finding() -> None:
    root = rendered(report_sample.sample())
    assert root.attrib == {"name": "Ringfence", "tests": "8", "failures": "2", "errors": "0"}
    first, gaps = root.findall("testsuite")
    assert [case.get("classname") for case in first] == [
        "os-command-injection", "server-side-request-forgery", "hard-coded-secret",
        "role-wildcard-action", "function-tracing-off", "queue-not-encrypted",
        "function-url-without-authentication",
    ]  # fmt: skip
    assert [case[0].tag for case in first] == ["failure"] * 2 + ["skipped"] * 5
    assert gaps[0][0].get("message") == "not UTF-8; save it as UTF-8"


def test_a_failed_case_tells_the_story() -> None:
    case = rendered(report_sample.sample()).find("testsuite/testcase")
    assert case is not None
    assert case.get("name") == (
        "PrintLabel: Untrusted text becomes part of a shell command"
        " (functions/print_label/app.py) a1a1a1a1"
    )
    assert case[0].get("type") == "critical"
    assert case[0].text == (
        "critical: The carrier of an order, which any customer chooses, becomes part of a shell"
        " command.\n"
        "at apps/shop/functions/print_label/app.py:13\n"
        "in PrintLabel\n"
        "  apps/shop/functions/print_label/app.py:7 a record of the event\n"
        "  apps/shop/functions/print_label/app.py:8 its body, parsed as JSON\n"
        "  apps/shop/functions/print_label/app.py:13 the carrier, joined into the command\n"
        "part of: Any customer can run commands in PrintLabel and read every invoice\n"
        "fix: Pass the program and its arguments as a list and leave out shell=True.\n"
        "more: ringfence explain os-command-injection"
    )


@pytest.mark.parametrize(
    ("level", "failures"),
    [(None, 0), (Severity.CRITICAL, 1), (Severity.MEDIUM, 4), (Severity.INFO, 6)],
)
def test_failures_are_what_the_exit_code_counts(level: Severity | None, failures: int) -> None:
    root = rendered(report_sample.sample(), level)
    assert len(root.findall(".//failure")) == failures


def test_nothing_found_is_a_passed_case() -> None:
    root = rendered(ScanResult())
    assert root.attrib["tests"] == "1"
    assert [(case.get("name"), len(case)) for case in root.iter("testcase")] == [("no findings", 0)]


def test_what_xml_does_not_allow_is_spelt_out() -> None:
    result = report_sample.sample()
    nasty = "\x00\x0b\x1b[31m\ufffe\uffff\ud800 <![CDATA[ ]]> & \" ' <x>\u202e"
    result.findings = [replace(result.findings[1], message=nasty, subject=nasty, title=nasty)]
    root = rendered(result)
    message = root.find(".//failure")
    assert message is not None
    assert message.get("message") == (
        "\\x00\\x0b\\x1b[31m\\ufffe\\uffff\\ud800 <![CDATA[ ]]> & \" ' <x>\\u202e"
    )


def test_long_texts_are_cut() -> None:
    result = report_sample.sample()
    result.findings = [replace(result.findings[1], message="x" * 100_000, subject="y" * 100_000)]
    assert len(REPORTERS["junit"].render(result, ReportSettings())) < 15_000
