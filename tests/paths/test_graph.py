"""The application as a graph, as reports draw it."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from ringfence.model.graph import Graph
from ringfence.scan import ScanOptions, scan

EXAMPLE = Path(__file__).parents[2] / "examples" / "orders"


@pytest.fixture(scope="module")
def graph() -> Graph:
    return scan(EXAMPLE, ScanOptions(today=date(2026, 11, 1), graph=True)).graph


def chain(graph: Graph, *labels: str) -> list[str]:
    """The labels of the edges along a chain of nodes, each named by the end of its id."""
    found = []
    for source, target in pairwise(labels):
        (edge,) = [
            edge
            for edge in graph.edges
            if edge.source.endswith(source) and edge.target.endswith(target)
        ]
        found.append(f"{edge.kind} {edge.label}".strip())
    return found


def test_from_the_sender_through_a_queue_to_the_data(graph: Graph) -> None:
    assert chain(
        graph,
        "sender:authenticated",
        "!apigateway-http:POST /orders",
        "function:template.yaml#CreateOrder",
        "!sqs:queue ShippingQueue",
        "function:template.yaml#PrintLabel",
        "role:template.yaml#PrintLabelRole",
        "data:template.yaml#InvoicesBucket",
    ) == [
        "sends anyone who signs up to orders-prod-customers",
        "starts apigateway-http",
        "passes ShippingQueue",
        "starts sqs",
        "acts-as",
        "allows administer, read, write, delete",
    ]


def test_what_a_node_says(graph: Graph) -> None:
    nodes = {node.id: node for node in graph.nodes}
    bucket = nodes["data:template.yaml#InvoicesBucket"]
    assert (bucket.kind, bucket.label, bucket.data_class, bucket.guessed) == (
        "bucket",
        "InvoicesBucket",
        "financial",
        False,
    )
    entry = nodes["entry:template.yaml#PaymentWebhook!function-url:URL of PaymentWebhook"]
    assert (entry.detail, entry.exposure, entry.template) == ("none", 5, "template.yaml")
    assert nodes["wildcard:every queue in the account"].kind == "wildcard"
    assert nodes["role:template.yaml#PrintLabelRole"].detail == "generated"


def test_every_edge_has_its_ends_and_all_is_sorted(graph: Graph) -> None:
    ids = [node.id for node in graph.nodes]
    assert ids == sorted(set(ids))
    assert {end for edge in graph.edges for end in (edge.source, edge.target)} <= set(ids)
    pairs = [(edge.source, edge.target) for edge in graph.edges]
    assert pairs == sorted(set(pairs))


def test_there_is_no_graph_unless_asked_for() -> None:
    assert scan(EXAMPLE, ScanOptions()).graph == Graph()
