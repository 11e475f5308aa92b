"""The bundled example: its three stories are told, and its healthy functions are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringfence.model.finding import ScanResult
from ringfence.model.severity import Severity
from ringfence.testing import scanned

EXAMPLE = Path(__file__).parents[1] / "examples" / "orders"
WEAK = {"PrintLabel", "PaymentWebhook", "CheckAttachment"}


@pytest.fixture(scope="module")
def result() -> ScanResult:
    return scanned(EXAMPLE)


def test_three_attack_paths(result: ScanResult) -> None:
    assert [(str(path.severity), path.title) for path in result.paths] == [
        ("critical", "Any signed-in user can run commands in PrintLabel and reach financial data"),
        ("critical", "Anyone can make PaymentWebhook send requests anywhere"),
        ("high", "Any signed-in user can run commands in CheckAttachment and reach personal data"),
    ]


def test_the_story_through_the_queue(result: ScanResult) -> None:
    story = [(step.text, step.location.file) for step in result.paths[0].lines]
    assert story == [
        (
            "Anyone who signs up to orders-prod-customers can send POST /orders to CreateOrder "
            "(with a token)",
            "template.yaml",
        ),
        (
            "CreateOrder passes it on through queue ShippingQueue to PrintLabel",
            "functions/create_order/app.py",
        ),
        (
            "Field carrier of the request body reaches subprocess.run, so the sender's commands "
            "run in PrintLabel",
            "functions/print_label/app.py",
        ),
        (
            "With the credentials of PrintLabel's role they can read, write, delete from and "
            "administer bucket InvoicesBucket (financial data); read, write and delete from table "
            "OrdersTable (personal data); receive from every queue in the account",
            "template.yaml",
        ),
    ]


def test_healthy_functions_have_nothing_above_low(result: ScanResult) -> None:
    blamed = {
        result.functions[finding.function]
        for finding in result.findings
        if finding.function and finding.severity > Severity.LOW
    }
    assert blamed <= WEAK


def test_nothing_was_left_unread(result: ScanResult) -> None:
    assert result.skipped == []
    assert len(result.functions) == len(result.entries) == 11
