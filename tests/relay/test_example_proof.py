"""The patched example, run: its policies allow every call of its functions, and nothing without
an action that they hold.

Only the functions in Python, and only our evaluator: ``bench/proof.py`` runs those for Node.js too,
and asks an independent evaluator.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("boto3")
pytest.importorskip("moto")

from proving.run import Proof, prove

from ringfence.permissions.physical import Place

# moto and botocore warn of their own use of old interfaces.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

EXAMPLE = Path(__file__).parents[2] / "examples" / "orders"
CASES = Path(__file__).parent / "proving" / "orders.toml"
PLACE = Place("aws", "eu-west-1", "123456789012", "shop")
LOGS_AND_TRACES = {"logs", "xray"}

#: What the code, and the event sources in its name, ask for: function → actions.
ASKED = {
    "CheckSignUp": [],
    "CreateOrder": ["dynamodb:PutItem", "sqs:SendMessage"],
    "GetOrder": ["dynamodb:GetItem"],
    "NightlyReport": ["dynamodb:Scan", "s3:PutObject"],
    "OrderChanges": ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator",
                     "dynamodb:ListStreams", "sns:Publish", "sqs:SendMessage"],
    "PaymentWebhook": ["dynamodb:UpdateItem"],
    "PrintLabel": ["s3:PutObject", "sqs:DeleteMessage", "sqs:GetQueueAttributes",
                   "sqs:ReceiveMessage"],
}  # fmt: skip


@pytest.fixture(scope="module")
def proof() -> Proof:
    return prove(EXAMPLE, PLACE, CASES, set(ASKED))


def test_everything_is_as_it_should_be(proof: Proof) -> None:
    """The patch grants what is exported, all calls are allowed by both ways of deciding, each
    action is used, and without it its calls alone are denied, when decided and when run."""
    assert proof.problems == []
    assert proof.notes == []


def test_every_call_really_happened(proof: Proof) -> None:
    found = {
        key: sorted(
            {one.action for one in proof.of(key)
             if one.action.partition(":")[0] not in LOGS_AND_TRACES}
        )
        for key in ASKED
    }  # fmt: skip
    assert found == ASKED
    assert {one.decision for one in proof.asked} == {"allowed"}


def test_every_action_was_taken_away(proof: Proof) -> None:
    counts = Counter(one.function for one in proof.removed)
    assert counts == {key: len(actions) + 5 for key, actions in ASKED.items()}
    assert all(one.calls == len(one.denied) and one.live for one in proof.removed)
