"""The review comment: ten lines above the fold, and nothing of a stranger's change in its markup."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
import report_sample
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ringfence.model.facts import Step
from ringfence.model.finding import AttackPath, Comparison, Finding, ScanResult, Suppressed
from ringfence.model.location import Location, Skipped, UnknownValue
from ringfence.model.record import replace
from ringfence.report import REPORTERS, ReportSettings
from ringfence.report.markdown import MAX_CHARACTERS
from ringfence.report.markdown_text import code, prose

if TYPE_CHECKING:
    from markdown_it.token import Token

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
SETTINGS = ReportSettings(prefix="apps/shop")
OURS = {"bullet_list", "ordered_list", "list_item", "paragraph", "heading", "inline", "html_block"}


def rendered(result: ScanResult, settings: ReportSettings = SETTINGS) -> str:
    return REPORTERS["markdown"].render(result, settings)


def leaves(text: str) -> list[Token]:
    return [leaf for token in PARSER.parse(text) for leaf in token.children or ()]


def blocks(text: str) -> Counter[str]:
    kinds = (token.type.removesuffix("_open") for token in PARSER.parse(text))
    return Counter(kind for kind in kinds if not kind.endswith("_close"))


def test_the_comment_above_the_fold() -> None:
    head = rendered(report_sample.sample()).partition("<details>")[0]
    assert head == (
        "### Ringfence: 2 attack paths, 6 findings (1 critical, 1 high, 2 medium, 2 low)\n"
        "\n"
        "- **critical** Any customer can run commands in PrintLabel and read every invoice\n"
        "  Fix: pass the command as a list and leave out `shell=True` at"
        " `apps/shop/functions/print_label/app.py:13`\n"
        "- **high** Anyone can make PaymentWebhook request any address\n"
        "  Fix: compare the host with a fixed list at"
        " `apps/shop/functions/payment_webhook/app.py:9`\n"
        "- **medium** PASSWORD holds a literal password. `hard-coded-secret` at"
        " `apps/shop/functions/payment_webhook/app.py:4`\n"
        "  Fix: Keep it in Secrets Manager and read it at run time.\n"
        "- **low** 3 functions are not traced. `function-tracing-off` at"
        " `apps/shop/template.yaml:4`\n"
        "  Fix: Set Tracing to Active in Globals.\n"
        "\n"
        "1 finding suppressed; 2 findings in the baseline; 1 not analysed; 3 values unknown.\n"
        "\n"
    )


def test_what_is_folded() -> None:
    text = rendered(report_sample.sample())
    titles = [line for line in text.splitlines() if line.startswith("<details>")]
    assert titles == [
        "<details><summary>2 attack paths, step by step</summary>",
        "<details><summary>4 further findings</summary>",
        "<details><summary>1 finding suppressed</summary>",
        "<details><summary>Not analysed</summary>",
    ]
    assert text.count("</details>") == len(titles)
    assert (
        "  3. its carrier becomes part of a shell command: echo `{…} > /tmp/…` at"
        " `apps/shop/functions/print_label/app.py:13`" in text
    )
    assert (
        "- `function-url-without-authentication` at `apps/shop/template.yaml:13`:"
        " the provider signs its calls until `2027-01-31`" in text
    )


def test_nothing_found() -> None:
    assert rendered(ScanResult()) == "### Ringfence: no findings\n"


def test_what_a_change_introduces() -> None:
    result = report_sample.sample()
    result.since = Comparison("origin/main", "0a" * 20, known=12, fixed=3)
    text = rendered(result)
    assert text.startswith("### Ringfence: 2 attack paths, 6 new findings (1 critical")
    assert "\n12 known before `origin/main (0a0a0a0a0a0a)`, 3 fixed; 1 finding suppressed;" in text
    result.findings, result.paths = [], []
    result.since = Comparison("0a0a", "0a" * 20, known=0, fixed=0)
    text = rendered(result)
    assert text.startswith(
        "### Ringfence: no new findings\n\n0 known before `0a0a0a0a0a0a`, 0 fixed;"
    )


def test_the_entries_alone() -> None:
    settings = ReportSettings(only=frozenset({"entries"}))
    text = rendered(report_sample.sample(), settings)
    assert text.startswith("### Ringfence: entry points\n")
    assert (
        "- `function URL` to `PaymentWebhook`: anyone on the internet; authentication `none`"
        " at `template.yaml:28`" in text
    )
    assert "critical" not in text


HOSTILE = [
    "x</summary></details><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "https://evil.example www.evil.example a@evil.example",
    "@security-team please approve #1 GH-1 org/repo#2 !3 ~bug",
    "`code` ``more`` ```",
    "``` \n# heading\n- item\n> quote\n| a | b |\n| - | - |",
    "a\r\n\r\n</details>\n\n# Approved",
    "\u202egnp.exe \u2066x\u2069 \u200b",
    "**bold** __bold__ *x* _x_ ~~x~~",
    "$x^2$ $`y`$ :tada:",
    "&lt;b&gt; &#64;admin \\@admin \\`",
    "<!-- ringfence --> <!--",
    "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef",
    "\x1b[31mred\x07 \x00 \ud800",
    "[ref]: https://evil.example",
    "/approve\n/merge",
    "1. one\n2. two",
    "`", "\\", " ", "` `",
]  # fmt: skip


def hostile(text: str) -> ScanResult:
    """The sample with one text in every place that a scanned tree can fill."""
    place = Location(text, 1)
    finding = Finding(
        rule="os-command-injection", title=text, family="injection",
        severity=report_sample.findings()[1].severity, confidence="high", audience="developer",
        message=text, location=place, remedy=text, fingerprint="aa", subject=text, function=text,
    )  # fmt: skip
    path = report_sample.paths()[0]
    steps = (Step(place, text), Step(place, text))
    result = report_sample.sample()
    result.findings = [finding]
    result.paths = [replace(path, title=text, lines=steps, fix=text, fix_location=place)]
    result.skipped = [Skipped(text, text, place, text)]
    result.unknowns = [UnknownValue(text, text, place)]
    result.suppressed = [Suppressed(finding, text, place, text)]
    result.entries = [replace(entry, name=text, function=text) for entry in result.entries]
    return result


def assert_silent(text: str) -> None:
    """Only our own structure: no link, image, table, foreign HTML; trigger characters in code."""
    assert set(blocks(text)) <= OURS
    for token in PARSER.parse(text):
        if token.type == "html_block":
            for line in token.content.splitlines():
                assert line == "</details>" or line.startswith("<details><summary>")
    for leaf in leaves(text):
        assert leaf.type in ("text", "code_inline", "strong_open", "strong_close", "softbreak")
        if leaf.type == "text":
            assert not set(leaf.content) & set("@#<>[]`*_~$&|\\/^{}=+!"), leaf.content
            assert "www." not in leaf.content
        assert leaf.content.isprintable() or leaf.content == ""


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_text(text: str) -> None:
    settings = ReportSettings(only=frozenset({"entries", "injection"}))
    calm = blocks(rendered(hostile("x"), settings))
    found = rendered(hostile(text), settings)
    assert_silent(found)
    assert {**blocks(found)} == {**calm}


@given(st.text(max_size=80))
def test_any_text_is_one_line_of_plain_words_and_code(text: str) -> None:
    line = f"- **low** {prose(text)} {code(text)}"
    assert "\n" not in line
    (paragraph,) = [token for token in PARSER.parse(line) if token.type == "inline"]
    assert {leaf.type for leaf in paragraph.children or ()} <= {
        "text", "code_inline", "strong_open", "strong_close",
    }  # fmt: skip


def test_words_stay_words_and_names_become_code() -> None:
    assert prose("The role may s3:Get* on every bucket, then stop.") == (
        "The role may `s3:Get*` on every bucket, then stop."
    )
    assert prose("reads event.body, a@b.example.") == "reads `event.body, a@b.example`."
    assert code("a`b``c") == "```a`b``c```"
    assert code("`") == "`` ` ``"


def many(count: int) -> ScanResult:
    finding = report_sample.request_forgery()
    result = report_sample.sample()
    result.findings = [
        replace(finding, fingerprint=f"{number:032x}", location=Location(f"{number}.py", 1))
        for number in range(count)
    ]
    return result


def test_a_call_with_words_inside_is_one_span() -> None:
    said = prose(
        "Write jwt.decode(token, key, issuer=…) in Python, or f(a(b), c) (in all 2 places)."
    )
    assert said == (
        "Write `jwt.decode(token, key, issuer=…)` in Python, or `f(a(b), c)` (in all 2 places)."
    )
    assert prose("A call( that never ends is short.") == "A `call(` that never ends is short."


@pytest.mark.parametrize("count", [300, 5_000])
def test_a_comment_is_never_longer_than_the_limit_and_says_what_is_cut(count: int) -> None:
    text = rendered(many(count))
    assert len(text) <= MAX_CHARACTERS
    assert_silent(text)
    assert text.count("<details>") == text.count("</details>")
    shown = text.count(" `server-side-request-forgery` at ")
    assert shown > 200
    left = count - shown
    assert (f"\n{left:,} more left out: a comment takes no more." in text) == (left > 0)


def test_a_flood_of_long_paths_is_cut_too() -> None:
    result = report_sample.sample()
    path = result.paths[0]
    step = Step(Location("x" * 5_000, 1), "word " * 5_000)
    result.paths = [replace(path, id=str(n), lines=(step,) * 50) for n in range(60)]
    text = rendered(result)
    assert MAX_CHARACTERS // 2 < len(text) <= MAX_CHARACTERS
    assert text.count("<details>") == text.count("</details>")


def test_two_runs_give_one_text() -> None:
    result = report_sample.sample()
    before = rendered(result)
    for items in (result.findings, result.paths, result.skipped, result.unknowns, result.entries):
        items.reverse()
    assert rendered(result) == before


def test_a_path_without_a_fix_tells_its_start() -> None:
    result = report_sample.sample()
    path: AttackPath = replace(result.paths[0], fix="", fix_location=None)
    result.paths, result.findings = [path], []
    assert "read every invoice at `template.yaml:28`" in rendered(result, ReportSettings())
