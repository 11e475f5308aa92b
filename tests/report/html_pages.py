"""Pages that the tests of the HTML report look at, and a reader of their elements."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import report_sample

from ringfence.model.facts import Step
from ringfence.model.finding import ScanResult
from ringfence.model.graph import Edge, Graph, Node
from ringfence.model.location import Location, Skipped, UnknownValue
from ringfence.report import REPORTERS, ReportSettings

#: What a scanned tree may hold in the hope that a page takes it for its own.
HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</style><style>body{display:none}</style>",
    "</title><h1>gone</h1>",
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "<!--",
    "]]>",
    "&lt;b&gt;&#60;",
    "${alert(1)} {{7*7}}",
)
#: Controls, an escape sequence, bidirectional overrides (CVE-2021-42574), zero width characters.
INVISIBLE = "a\x1b[31mb\x00c\u202ed\u2066e\u200bf\u2028g\r\nh"


def rendered(result: ScanResult, **settings: object) -> str:
    return REPORTERS["html"].render(result, ReportSettings(version="1.2.3", **settings))  # type: ignore[arg-type]  # the keywords are fields


def shop() -> ScanResult:
    """The sample shop with its graph."""
    result = report_sample.sample()
    result.graph = graph()
    return result


def graph() -> Graph:
    nodes = [
        Node("sender:anyone", "sender", "Anyone on the internet", exposure=5),
        Node("sender:authenticated", "sender", "Any signed-in user", exposure=4),
        Node("data:template.yaml#Invoices", "bucket", "Invoices", data_class="financial"),
        Node("wildcard:every bucket", "wildcard", "every bucket", data_class="financial"),
    ]
    edges = []
    for entry in report_sample.entries():
        nodes.append(
            Node(
                f"entry:{entry.id}", "entry", entry.name, entry.authentication.kind,
                "template.yaml", entry.location, int(entry.sender.exposure),
            )
        )  # fmt: skip
        edges.append(Edge(f"entry:{entry.id}", f"function:{entry.function}", "starts"))
        if entry.sender.exposure >= 4:
            edges.append(Edge(f"sender:{entry.sender.exposure}", f"entry:{entry.id}", "sends"))
    for name in report_sample.FUNCTIONS:
        key = f"template.yaml#{name}"
        nodes += [
            Node(f"function:{key}", "function", name, "python3.13", "template.yaml"),
            Node(f"role:{key}Role", "role", name, "generated", "template.yaml"),
        ]
        edges.append(Edge(f"function:{key}", f"role:{key}Role", "acts-as"))
    edges += [
        Edge("function:template.yaml#CreateOrder", "entry:template.yaml#PrintLabel/sqs", "passes", "Q"),
        Edge("role:template.yaml#PrintLabelRole", "wildcard:every bucket", "allows", "read"),
        Edge("role:template.yaml#CreateOrderRole", "data:template.yaml#Invoices", "allows", "write"),
    ]  # fmt: skip
    return Graph(
        tuple(sorted(nodes, key=lambda node: node.id)),
        tuple(sorted(edges, key=lambda edge: (edge.source, edge.target))),
    )


def poisoned(word: str) -> ScanResult:
    """The shop with ``word`` in every place that a scanned tree fills."""
    result = shop()
    place = Location(f"src/{word}.py", 1, 1, 1, 0)
    result.sources[place.file] = [f"x = {word}", word]
    finding = replace(
        result.findings[1],
        rule=f"rule-{word}", title=word, family=word, confidence=word, audience=word, message=word,
        remedy=word, fingerprint=word, subject=word, source=word, sink=word, location=place,
        function=f"{word}#{word}", steps=(Step(place, word),), subjects=(word, word), count=2,
        fix=f"{word}:\n  {word}",
    )  # fmt: skip
    result.findings.append(finding)
    result.paths.append(
        replace(
            result.paths[0], id=word, title=word, confidence=word, fix=word, fix_location=place,
            function=f"{word}#{word}", lines=(Step(place, word),), findings=(word,),
        )
    )  # fmt: skip
    entry = result.entries[0]
    result.entries.append(
        replace(
            entry, id=f"{word}!{word}", kind=word, name=word, function=f"{word}#{word}",
            sender=replace(entry.sender, who=word, reason=word, proof=place),
            authentication=replace(entry.authentication, kind=word, detail=word, proof=place),
        )
    )  # fmt: skip
    result.skipped.append(Skipped(word, word, place, word))
    result.unknowns.append(UnknownValue(word, word, place))
    result.suppressed.append(
        replace(result.suppressed[0], finding=finding, reason=word, until=word, location=place)
    )
    result.templates.append(word)
    result.functions[f"{word}#{word}"] = word
    nodes = [
        Node(f"function:{word}#{word}", "function", word, word, word, place),
        Node(f"entry:{word}!{word}", "entry", word, word, word, place, 5),
        Node(f"data:{word}#data", word, word, word, word, place, 0, word),
        Node(f"role:{word}#role", "role", word, word, word, place),
    ]
    edges = [
        Edge(f"entry:{word}!{word}", f"function:{word}#{word}", "starts", word),
        Edge(f"function:{word}#{word}", f"role:{word}#role", "acts-as", word),
        Edge(f"role:{word}#role", f"data:{word}#data", "allows", word),
    ]
    result.graph = Graph((*result.graph.nodes, *nodes), (*result.graph.edges, *edges))
    return replace(result, root=word, rules_version=word)


class Elements(HTMLParser):
    """The elements of a page: (tag, attributes) in order, and all text outside of styles."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside not in ("style", "script"):
            self.text += data

    def ids(self) -> list[str]:
        return [attributes["id"] or "" for _, attributes in self.found if "id" in attributes]
