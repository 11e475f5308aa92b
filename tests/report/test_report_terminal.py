"""The terminal report as people see it, and what never reaches a terminal."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest
import report_sample
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from ringfence.model.finding import ScanResult
from ringfence.model.location import Location, Skipped
from ringfence.model.severity import Severity
from ringfence.report import REPORTERS, ReportSettings


def shown(result: ScanResult, width: int = 80, **settings: object) -> str:
    return REPORTERS["terminal"].render(result, ReportSettings(width=width, **settings))  # type: ignore[arg-type]  # the keywords are fields


def test_a_report_at_80_columns() -> None:
    assert "\n" + shown(report_sample.sample()) == WHOLE


def test_the_entries_at_100_columns() -> None:
    assert "\n" + shown(report_sample.sample(), 100, only=frozenset({"entries"})) == ENTRIES


def test_a_narrow_report_in_ascii() -> None:
    text = shown(report_sample.sample(), 60, unicode=False)
    assert text.isascii()
    assert "\n" + text[: text.index("  2 ")] == NARROW


def test_a_result_without_findings() -> None:
    result = ScanResult(functions={"t#A": "A"}, files_read=2, root="shop", duration_s=0.04)
    assert "\n" + shown(result) == NOTHING


def test_steps_are_told_when_asked_for() -> None:
    text = shown(report_sample.sample(), 100, verbose=True)
    start = text.index("          │ → ")
    assert "\n" + text[start : text.index("          ╰─", start)] == STEPS


@pytest.mark.parametrize("width", [40, 60, 80, 120, 160])
@pytest.mark.parametrize("parts", [frozenset(), frozenset({"entries"})])
def test_no_line_is_wider_than_the_page(width: int, parts: frozenset[str]) -> None:
    text = shown(report_sample.sample(), width, only=parts, verbose=True)
    assert max(map(cell_len, text.splitlines())) <= width


def test_color_changes_no_character() -> None:
    plain = shown(report_sample.sample())
    coloured = shown(report_sample.sample(), color=True)
    stripped = re.sub(r"\x1b\[[\d;]*m", "", coloured)
    assert "\x1b[" in coloured
    assert [line.rstrip() for line in stripped.splitlines()] == plain.splitlines()


def test_carets_stand_under_the_exact_text_behind_tabs_and_wide_characters() -> None:
    finding = replace(
        report_sample.command_injection(), location=Location("a.py", 1, 9, 1, 12), source=""
    )
    result = ScanResult(findings=[finding], sources={"a.py": ['\tx="日本"+key']})
    lines = shown(result).splitlines()
    at = next(index for index, line in enumerate(lines) if "日本" in line)
    code, carets = lines[at], lines[at + 1]
    marked = code.index("key")
    assert cell_len(code[:marked]) == len(carets) - 3
    assert carets.endswith(" ^^^")


def test_the_lines_to_write_are_never_cut_and_cannot_act() -> None:
    fix = "Hook:\n  Properties:\n    Name: " + "a" * 100 + "\x1b[2J"
    text = shown(ScanResult(findings=[replace(report_sample.request_forgery(), fix=fix)]))
    start = text.index("               Hook:")
    assert text[start:].splitlines()[:4] == [
        "               Hook:",
        "                 Properties:",
        "                   Name: " + "a" * 100 + "\\x1b[2J",
        "",
    ]


def test_of_a_long_block_only_the_first_line_is_marked() -> None:
    finding = replace(
        report_sample.command_injection(), location=Location("a", 2, 3, 6, 4), source=""
    )
    lines = [
        "statements:",
        "  - Effect: Allow",
        "    Action: s3:*",
        "    Resource:",
        "      - a",
        "      - b",
    ]
    text = shown(ScanResult(findings=[finding], sources={"a": lines}))
    start = text.index("        2 │")
    assert "\n" + text[start : text.index("          ╰─", start)] == BLOCK


def test_a_minified_line_shows_the_marked_part_only() -> None:
    line = "a" * 300_000 + "danger(x)" + "b" * 300_000
    finding = replace(
        report_sample.command_injection(),
        location=Location("a.js", 1, 300_001, 1, 300_010),
        source="",
    )
    text = shown(ScanResult(findings=[finding], sources={"a.js": [line]}))
    code, carets = next(
        (one, two)
        for one, two in zip(text.splitlines(), text.splitlines()[1:], strict=False)
        if "danger(x)" in one
    )
    assert code.index("danger(x)") == carets.index("^^^^^^^^^")
    assert len(text) < 3_000


@pytest.mark.parametrize(
    ("line", "column", "end", "expected"),
    [
        ('KEY = "AKIAQWERTYUIOPASDFGH"', 7, 29, 'KEY = "AKI********"'),
        ("  password: hunter2-hunter2", 13, 28, "password: hun********"),
        ('"apiKey": "sk-0123456789"', 11, 26, '"apiKey": "sk-********"'),
        ("token=ghp_0123456789abcdef", 7, 27, "token=ghp********"),
    ],
)  # fmt: skip
def test_a_secret_is_not_repeated(line: str, column: int, end: int, expected: str) -> None:
    finding = replace(
        report_sample.command_injection(), rule="hard-coded-secret", family="secrets",
        location=Location("a", 1, column, 1, end),
    )  # fmt: skip
    text = shown(ScanResult(findings=[finding], sources={"a": [line]}))
    assert f"1 │ {expected}\n" in text


def test_repeated_findings_of_a_rule_are_listed_after_three() -> None:
    base = report_sample.command_injection()
    findings = [replace(base, location=Location("a.py", line)) for line in range(1, 8)]
    text = shown(ScanResult(findings=findings))
    assert text.count("╰─ fix") == 3
    assert "4 more os-command-injection  a.py:4, a.py:5, a.py:6, a.py:7" in text
    assert shown(ScanResult(findings=findings), verbose=True).count("╰─ fix") == 7


def test_a_rule_that_was_told_twice_is_told_briefly() -> None:
    base = replace(report_sample.findings()[4], origins=(), message="The role\nis wide.\n")
    findings = [replace(base, function=f"t#F{number}") for number in range(3)]
    text = shown(ScanResult(findings=findings))
    assert text.count("╰─ fix") == 2
    start = text.index(" █ F2")
    assert "\n" + text[start : text.index(" SUMMARY")] == BRIEF
    assert shown(ScanResult(findings=findings), verbose=True).count("╰─ fix") == 3


def test_a_folded_finding_names_its_subjects_once() -> None:
    base = report_sample.findings()[0]
    named = replace(base, message="CreateOrder is not traced. Also 2 more.")
    assert "CreateOrder, PaymentWebhook, PrintLabel" in shown(ScanResult(findings=[base]), 120)
    assert "PaymentWebhook" not in shown(ScanResult(findings=[named]), 120)
    assert "PaymentWebhook, PrintLabel" in shown(ScanResult(findings=[named]), 120, verbose=True)


def test_a_flood_of_findings_is_bounded() -> None:
    base = report_sample.command_injection()
    findings = [replace(base, function=f"t#F{number}") for number in range(400)]
    text = shown(ScanResult(findings=findings))
    assert "  250 more with --verbose\n" in text


def test_markup_of_the_tree_is_only_text() -> None:
    finding = replace(
        report_sample.command_injection(), message="[bold red]x[/] [link=https://evil]y[/link]"
    )
    assert "[bold red]x[/] [link=https://evil]y[/link]" in shown(
        ScanResult(findings=[finding]), color=True
    )


HOSTILE = "a\x1b]0;owned\x07\x1b[2J\r\n\x9b31m\u202egnp.exe\u2066\u200b\u2028\ud800\x00z"


def hostile_result(text: str) -> ScanResult:
    """A result in which everything that a tree can name is ``text``."""
    place = Location(text, 1, 1, 1, 3)
    base = report_sample.sample()
    finding = replace(
        report_sample.command_injection(), function=f"t#{text}", message=text, location=place,
        remedy=text, source=text, sink=text, subject=text, title=text,
        steps=(replace(report_sample.command_injection().steps[0], text=text, location=place),),
    )  # fmt: skip
    entry = base.entries[0]
    return ScanResult(
        findings=[
            finding,
            replace(finding, count=3, subjects=(text, text)),
            replace(finding, severity=Severity.LOW, function=""),
        ],
        paths=[replace(base.paths[0], title=text, fix=text, fix_location=place,
                       lines=(replace(base.paths[0].lines[0], text=text, location=place),))],
        entries=[replace(entry, name=text, function=f"t#{text}", sender=replace(entry.sender, who=text, reason=text, proof=place),
                         authentication=replace(entry.authentication, detail=text, proof=place))],
        skipped=[Skipped(text, text, place, text)],
        unknowns=[replace(base.unknowns[0], reason=text)],
        suppressed=[replace(base.suppressed[0], reason=text, location=place)],
        functions={f"t#{text}": text},
        sources={text: [text, text]},
        root=text,
        rules_version=text,
    )  # fmt: skip


def assert_harmless(text: str) -> None:
    bad = {
        c
        for c in text
        if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    }
    assert bad == set()


@pytest.mark.parametrize("parts", [frozenset(), frozenset({"entries", "injection"})])
@pytest.mark.parametrize("unicode", [True, False])
def test_hostile_names_never_reach_the_terminal_raw(parts: frozenset[str], unicode: bool) -> None:
    text = shown(hostile_result(HOSTILE), only=parts, unicode=unicode, verbose=True)
    assert_harmless(text)
    assert "\\x1b]0;owned\\x07" in text
    assert "\\u202egnp.exe" in text
    coloured = shown(hostile_result(HOSTILE), only=parts, unicode=unicode, verbose=True, color=True)
    assert_harmless(re.sub(r"\x1b\[[\d;]*m", "", coloured))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.integers(40, 130), st.booleans())
def test_any_text_is_laid_out_within_the_page(text: str, width: int, unicode: bool) -> None:
    for parts in (frozenset[str](), frozenset({"entries", "injection"})):
        page = shown(hostile_result(text), width, only=parts, unicode=unicode, verbose=True)
        assert_harmless(page)
        assert max(map(cell_len, page.splitlines())) <= width


WHOLE = """
 ringfence shop · 3 functions · 3 entry points · 4 files · rules 2026.11.1
   0.4 s

 ATTACK PATHS ──────────────────────────────────────────────────────────── 2 ──

  1   CRITICAL   Any customer can run commands in PrintLabel and read every
                 invoice
      │
      ●  any customer calls POST /orders                        template.yaml:28
      ●  the order travels through ShippingQueue to PrintLabel
      │                                           functions/print_label/app.py:8
      ●  its carrier becomes part of a shell command: echo {…} > /tmp/…
      │                                          functions/print_label/app.py:13
      ●  the role may read and delete every object in every
      │  bucket (s3:*)                                          template.yaml:20
      ✔  fix  pass the command as a list and leave out shell=True
                                                 functions/print_label/app.py:13

  2     HIGH     Anyone can make PaymentWebhook request any address  medium
                 confidence
      │
      ●  anyone on the internet calls the function URL          template.yaml:13
      ●  receipt_url of the body names the address that is asked
      │                                      functions/payment_webhook/app.py:10
      ●  the answer goes back to the caller  functions/payment_webhook/app.py:13
      ✔  fix  compare the host with a fixed list
                                              functions/payment_webhook/app.py:9

 FINDINGS ──────────────────────────────────────────────────────────────── 4 ──

 █ PrintLabel  queue ShippingQueue                          1 critical, 1 medium

   CRITICAL   Untrusted text becomes part of a shell
              command                                       os-command-injection
              The carrier of an order, which any customer chooses, becomes part
              of a shell command.
          ╭─ functions/print_label/app.py:13:17
       12 │ label = f"/tmp/{order['id']}.txt"
       13 │ subprocess.run("echo " + order["carrier"] + " > " + label, shell=Tr…
          │                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          │                from event.Records[].body
          ╰─ fix  Pass the program and its arguments as a list and leave out
             shell=True.

    MEDIUM    A role allows every action of a service       role-wildcard-action
              The role of PrintLabel allows s3:* on every bucket.
          ╭─ template.yaml:20:23
       19 │ - Effect: Allow
       20 │   Action: s3:*
          │           ^^^^
          │ globals Function                                     template.yaml:4
          ╰─ fix  Allow s3:PutObject on InvoicesBucket/labels/*.

 █ PaymentWebhook  function URL                                 1 high, 1 medium

     HIGH     The caller chooses which address is asked
                                                     server-side-request-forgery
              The function requests whatever address `receipt_url` names.
          ╭─ functions/payment_webhook/app.py:9:10  medium confidence
        9 │ with urllib.request.urlopen(
          │      ^^^^^^^^^^^^^^^^^^^^^^^ from event.body
       10 │     payment["receipt_url"],
       11 │     timeout=5,
          ╰─ fix  Compare the host with a fixed list before the request.

    MEDIUM    A password stands in the code                    hard-coded-secret
              PASSWORD holds a literal password.
          ╭─ functions/payment_webhook/app.py:4:12  medium confidence
        4 │ PASSWORD = "cor********"
          │            ^^^^^^^^^^^^^
          ╰─ fix  Keep it in Secrets Manager and read it at run time.

 ACROSS THE APPLICATION ────────────────────────────────────────────────── 1 ──

     LOW      3 functions are not traced.  CreateOrder, PaymentWebhook,
              PrintLabel                                    function-tracing-off

 LOW AND INFORMATIONAL ─────────────────────────────────────────────────── 1 ──

     LOW      A queue keeps messages unencrypted             queue-not-encrypted
              ShippingQueue template.yaml:22

 SUMMARY ──────────────────────────────────────────────────────────────────────

  ████████████████████████████████████████████████████████████████████████████
  1 critical   1 high   2 medium   2 low   0 info

 NOT ANALYSED OR NOT SHOWN ────────────────────────────────────────────────────

  1 skipped
        not UTF-8; save it as UTF-8                       functions/old/app.py:1
  3 values unknown  nothing is reported on them
      2 parameter Table has no default
      1 imported from another stack
  1 finding suppressed
        function-url-without-authentication PaymentWebhook: the provider signs
        its calls until 2027-01-31                              template.yaml:12
  2 findings in the baseline

 → Break path 1 first: pass the command as a list and leave out shell=True at
   functions/print_label/app.py:13, then ringfence explain os-command-injection
"""

ENTRIES = """
 ringfence shop · 3 functions · 3 entry points · 4 files · rules 2026.11.1 · 0.4 s

 ENTRY POINTS ──────────────────────────────────────────────────────────────────────────────── 3 ──

   entry point          function        who may cause it        authentication

 █ anyone                                                                                          1

   function URL         PaymentWebhook  anyone on the internet  none
   function-url                         AuthType is NONE        template.yaml:13

 █ any signed-in user                                                                              1

   POST /orders         CreateOrder     any customer            jwt: user pool Customers
   apigateway-http                      sign-up is open         template.yaml:29

 █ a named principal only                                                                          1

   queue ShippingQueue  PrintLabel      function CreateOrder    iam: queue policy
   sqs                                  its role may send       template.yaml:28

 NOT ANALYSED ─────────────────────────────────────────────────────────────────────────────────────

  1 skipped
        not UTF-8; save it as UTF-8                                           functions/old/app.py:1
  3 values unknown  nothing is reported on them
      2 parameter Table has no default
      1 imported from another stack
"""

NARROW = """
 ringfence shop | 3 functions | 3 entry points | 4 files
   rules 2026.11.1 | 0.4 s

 ATTACK PATHS ---------------------------------------- 2 --

  1   CRITICAL   Any customer can run commands in PrintLabel
                 and read every invoice
      |
      *  any customer calls POST /orders    template.yaml:28
      *  the order travels through ShippingQueue to
      |  PrintLabel           functions/print_label/app.py:8
      *  its carrier becomes part of a shell command: echo
      |  {...} > /tmp/...    functions/print_label/app.py:13
      *  the role may read and delete every object in every
      |  bucket (s3:*)                      template.yaml:20
      =  fix  pass the command as a list and leave out
         shell=True          functions/print_label/app.py:13

"""

BRIEF = """
 █ F2                                                                   1 medium

    MEDIUM    A role allows every action of a service       role-wildcard-action
              The role is wide.                                 template.yaml:20

"""

BLOCK = """
        2 │ - Effect: Allow
          │ ^^^^^^^^^^^^^^^
        3 │   Action: s3:*
        4 │   Resource:
"""

STEPS = """
          │ → a record of the event                                   functions/print_label/app.py:7
          │ → its body, parsed as JSON                                functions/print_label/app.py:8
          │ → the carrier, joined into the command                   functions/print_label/app.py:13
"""

NOTHING = """
 ringfence shop · 1 function · 0 entry points · 2 files · 0.0 s

 SUMMARY ──────────────────────────────────────────────────────────────────────

  ✔ no findings

 → Nothing serious here; see who may call what: ringfence scan --only entries
"""


def test_what_a_path_says_of_an_open_entry_is_not_said_again() -> None:
    result = report_sample.sample()
    path = result.paths[0]
    entry = replace(result.findings[0], rule="anonymous-entry-writes", family="access", count=1,
                    severity=Severity.HIGH,
                    fingerprint="e" * 64)  # fmt: skip
    flow = replace(entry, rule="sql-injection", family="injection", fingerprint="f" * 64)
    both = (entry.fingerprint, flow.fingerprint)
    told = replace(result, findings=[entry, flow], paths=[replace(path, findings=both)])
    text = shown(told, 100)
    first, rest = text.partition(" SUMMARY ")[0].split(" FINDINGS ")
    assert "anonymous-entry-writes" in first and "anonymous-entry-writes" not in rest
    assert "sql-injection" not in first and "sql-injection" in rest
    alone = shown(replace(told, paths=[]), 100)
    assert "anonymous-entry-writes" in alone
