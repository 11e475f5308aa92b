"""The HTML report as a document: safe, whole, deterministic, bounded."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import html_pages
import pytest
import report_sample
from html_pages import HOSTILE, INVISIBLE, Elements, poisoned, rendered, shop

from ringfence.model.finding import Comparison, ScanResult
from ringfence.model.graph import Edge, Graph, Node
from ringfence.report.html.findings import IN_FULL
from ringfence.report.html.page import asset


def shape(page: str) -> set[tuple[str, frozenset[str]]]:
    """The elements that a page is made of, by tag and the names of their attributes."""
    return {(tag, frozenset(attributes)) for tag, attributes in Elements(page).found}


def test_two_renderings_are_the_same_bytes() -> None:
    assert rendered(shop()) == rendered(shop())


def test_time_leaves_no_trace() -> None:
    assert rendered(shop()) == rendered(replace(shop(), duration_s=99.0))


@pytest.mark.parametrize("word", HOSTILE)
def test_text_of_a_tree_never_becomes_an_element_or_an_attribute(word: str) -> None:
    harmless = shape(rendered(poisoned("harmless")))
    page = rendered(poisoned(word))
    known = [(tag, names) for tag, names in harmless]
    strange = {(tag, names) for tag, names in shape(page)
               if not any(tag == other and names <= more for other, more in known)}  # fmt: skip
    assert strange == set()
    assert not [name for _, names in shape(page) for name in names if name.startswith("on")]


@pytest.mark.parametrize("word", HOSTILE)
def test_links_lead_into_the_page_or_to_https(word: str) -> None:
    result = poisoned(word)
    rule = report_sample.rules()["os-command-injection"]
    result.rules["os-command-injection"] = replace(rule, references=(word, "https://example.org/"))
    addresses = [a["href"] or "" for _, a in Elements(rendered(result)).found if "href" in a]
    assert "https://example.org/" in addresses
    assert all(address.startswith(("#", "https://")) for address in addresses)


def test_what_cannot_be_seen_is_spelt_out() -> None:
    page = rendered(poisoned(INVISIBLE))
    hidden = [c for c in page if (ord(c) < 32 and c != "\n") or c in "\u202e\u2066\u200b\u2028"]
    assert hidden == []
    assert r"a\x1b[31mb\x00c\u202ed\u2066e\u200bf\u2028g" in page


def test_everything_told_is_in_the_page_without_scripts() -> None:
    result = shop()
    text = " ".join(Elements(rendered(result)).text.split())
    said = [finding.message for finding in result.findings]
    said += [line.text for path in result.paths for line in path.lines]
    said += [path.fix for path in result.paths] + [path.title for path in result.paths]
    said += [entry.sender.who for entry in result.entries]
    said += ["not UTF-8", "save it as UTF-8", "2 parameter Table has no default"]
    said += ["the provider signs its calls until 2027-01-31", "2 findings of the baseline left out"]
    said += ["CWE-78", "OWASP Serverless SAS-01", "CSA SAS-1", "a1" * 16]
    assert [words for words in said if " ".join(words.split()) not in text] == []


def test_the_policy_allows_the_page_s_own_style_and_script_only() -> None:
    page = rendered(shop())
    (policy,) = [
        attributes["content"] or ""
        for tag, attributes in Elements(page).found
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert parts["default-src"] == parts["base-uri"] == parts["form-action"] == "'none'"
    for name, tag in (("style-src", "style"), ("script-src", "script")):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert parts[name] == f"'sha256-{digest}'"


def test_style_and_script_ask_for_nothing_from_elsewhere() -> None:
    for name in ("page.css", "page.js", "map.js"):
        content = asset(name)
        assert not re.search(
            r"url\(|@import|https?:|//\w|fetch\(|XMLHttp|eval\(|innerHTML", content
        )
        assert "</" not in content


@pytest.mark.parametrize("result", [shop(), poisoned("x"), ScanResult()], ids=["shop", "x", "none"])
def test_ids_are_unique_and_links_lead_somewhere(result: ScanResult) -> None:
    elements = Elements(rendered(result))
    ids = elements.ids()
    assert len(ids) == len(set(ids))
    targets = {a["href"] or "" for _, a in elements.found if (a.get("href") or "").startswith("#")}
    assert {target[1:] for target in targets} <= set(ids)


def test_findings_with_one_fingerprint_have_different_ids() -> None:
    result = ScanResult(findings=[report_sample.command_injection() for _ in range(3)])
    ids = [name for name in Elements(rendered(result)).ids() if name.startswith("finding-")]
    assert ids == [f"finding-{'a1' * 16}{end}" for end in ("", "-2", "-3")]


def test_the_lines_to_write_stand_in_the_page() -> None:
    finding = replace(report_sample.request_forgery(), fix="Hook:\n  AuthType: <AWS_IAM>")
    page = rendered(ScanResult(findings=[finding]))
    assert "For instance: " in page
    in_template = replace(finding, location=html_pages.Location("template.yaml", 1))
    assert "The lines to write: " in rendered(ScanResult(findings=[in_template]))
    assert '<span class="text">  AuthType: &lt;AWS_IAM&gt;</span>' in page


def test_the_flagged_part_of_a_line_is_marked() -> None:
    page = rendered(ScanResult(
        findings=[report_sample.request_forgery()], sources=report_sample.sample().sources
    ))  # fmt: skip
    assert (
        '<span class="row flagged"><span class="number">9</span><span class="text">with '
        "<mark>urllib.request.urlopen(</mark></span></span>"
    ) in page


def test_a_credential_is_hidden_in_every_excerpt_of_its_line() -> None:
    finding = replace(
        report_sample.request_forgery(), location=report_sample.at(html_pages_hook(), 5)
    )
    result = replace(report_sample.sample(), findings=[*report_sample.findings(), finding])
    page = rendered(result)
    assert "correct-horse" not in page
    assert "cor********" in page


def html_pages_hook() -> str:
    return report_sample.HOOK


def many(count: int) -> ScanResult:
    """An application of many functions, each with an entry, a role and a finding."""
    nodes = [Node("sender:anyone", "sender", "Anyone", exposure=5)]
    edges, functions, findings = [], {}, []
    for number in range(count):
        template = f"app{number // 10}/template.yaml"
        key = f"{template}#F{number}"
        functions[key] = f"F{number}"
        nodes += [
            Node(f"entry:{key}!x", "entry", f"GET /{number}", "none", template, None, 5),
            Node(f"function:{key}", "function", f"F{number}", "", template),
            Node(f"role:{key}!role", "role", f"F{number}", "generated", template),
            Node(f"data:{template}#T{number}", "table", f"T{number}", "", template),
        ]
        edges += [
            Edge("sender:anyone", f"entry:{key}!x", "sends"),
            Edge(f"entry:{key}!x", f"function:{key}", "starts"),
            Edge(f"function:{key}", f"role:{key}!role", "acts-as"),
            Edge(f"role:{key}!role", f"data:{template}#T{number}", "allows", "read"),
        ]
        place = html_pages.Location(template, number % 90 + 1, 1)
        findings.append(replace(
            report_sample.command_injection(), function=key, location=place,
            fingerprint=f"{number:032x}",
        ))  # fmt: skip
    graph = Graph(tuple(nodes), tuple(edges))
    return ScanResult(findings=findings, functions=functions, graph=graph,
                      templates=sorted({key.partition("#")[0] for key in functions}))  # fmt: skip


def test_a_large_tree_gives_a_bounded_page_that_says_what_it_leaves_out() -> None:
    page = rendered(many(5_000))
    assert len(page) < 6_000_000
    elements = Elements(page)
    found = [name for name in elements.ids() if name.startswith("finding-")]
    assert len(found) == 5_000
    text = " ".join(elements.text.split())
    assert f"The worst {IN_FULL} findings have their code here; the other 4,400 are one" in text
    assert "Drawn: 24 of 5,000 functions" in text
    assert "4,600 functions are not in the map at all" in text
    assert "3,500 functions more are not listed" in text


def test_a_result_without_anything() -> None:
    text = " ".join(Elements(rendered(ScanResult(root="empty"))).text.split())
    assert "Nothing found in what could be read" in text
    assert "There is no function to draw." in text
    assert "Everything that was found was analysed." in text


def test_a_comparison_says_what_it_was_compared_with() -> None:
    compared = replace(report_sample.sample(), since=Comparison("main", "1a2b3c4d5e6f" * 3, 12, 3))
    text = rendered(compared)
    assert "new attack paths, the worst critical" in text
    assert "Only what is new: 12 known before main (1a2b3c4d5e6f), 3 fixed." in text
    empty = rendered(replace(compared, findings=[], paths=[]))
    assert "Nothing new found" in empty


def test_the_map_s_legend_explains_what_is_drawn_and_no_more() -> None:
    result = shop()
    assert _legend(result) == (
        "anyone may cause it any signed-in user may role sensitive data everything of a kind "
        "output passed on"
    )
    kept = tuple(node for node in result.graph.nodes if node.kind in ("function", "role"))
    ids = {node.id for node in kept}
    edges = (edge for edge in result.graph.edges if {edge.source, edge.target} <= ids)
    result.graph = Graph(kept, tuple(edges))
    assert _legend(result) == "role"


def _legend(result: ScanResult) -> str:
    (legend,) = re.findall(r'<p class="legend">(.*?)</p>', rendered(result))
    return " ".join(re.findall(r">([^<]+)</span>", legend))


def test_data_that_only_a_name_tells_of_is_likely_and_wide_targets_have_two_lines() -> None:
    result = shop()
    nodes = tuple(
        replace(node, label="every bucket in the account", guessed=True)
        if node.kind == "wildcard"
        else node
        for node in result.graph.nodes
    )
    result.graph = replace(result.graph, nodes=nodes)
    page = rendered(result)
    assert ">every bucket</text>" in page
    assert ">likely financial · in t…</text>" in page
    assert ">financial · bucket</text>" in page
