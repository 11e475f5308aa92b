"""What calls need: cases by operation, and what holds for the whole map."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from permissions_shorthand import RESOURCES, Shop, argument, needs

from ringfence.permissions import actions, arn_forms, operations
from ringfence.permissions.argument_readings import READINGS, read
from ringfence.permissions.globs import overlaps
from ringfence.permissions.operations import implied_by_key, requirements_of

HERE = Path(__file__).parent
CASES = tomllib.loads((HERE / "operation_cases.toml").read_text(encoding="utf-8"))["cases"]
#: The reference gives these a type of resource that calls without such an argument do not touch.
WITHOUT_RESOURCE = {
    ("cloudwatch", "GetMetricData"),
    ("cloudwatch", "ListMetrics"),
    ("cloudwatch", "PutMetricData"),
    ("polly", "StartSpeechSynthesisTask"),
    ("polly", "SynthesizeSpeech"),
    ("rekognition", "DetectModerationLabels"),
    ("sns", "Publish"),
    ("translate", "TranslateText"),
}
ALL = [
    (service, operation, row)
    for service in operations.services()
    for operation in operations.operations_of(service)
    for row in operations.rows_of(service, operation)
]


@pytest.mark.parametrize(
    ("call", "arguments", "expected"), CASES, ids=lambda value: str(value)[:60]
)
def test_a_call_needs(call, arguments, expected):
    assert needs(call, arguments) == expected


def test_there_are_enough_cases():
    assert len(CASES) >= 150


def test_every_action_exists():
    wrong = {
        row["action"] for _, _, row in ALL if actions.expand(row["action"]) != (row["action"],)
    }
    assert wrong == set()


def test_every_form_is_of_a_resource_type_of_its_action():
    wrong = [
        (service, operation, row["action"], form)
        for service, operation, row in ALL
        for form in row["on"]
        if not any(overlaps(glob(form), each) for each in types(row["action"]))
    ]
    assert wrong == []


def test_only_actions_without_resource_types_are_for_everything():
    found = {
        (service, operation)
        for service, operation, row in ALL
        if not row["on"] and types(row["action"]) and row.get("why") != "optional"
    }
    assert found == WITHOUT_RESOURCE


def test_every_form_can_be_filled():
    for _, _, row in ALL:
        for form in row["on"]:
            assert all(
                part.reading in READINGS
                for part in arn_forms.parse(form)
                if isinstance(part, arn_forms.Place)
            ), form


def test_the_actions_on_keys_exist():
    found = {
        action
        for service in operations.services()
        for operation in operations.operations_of(service)
        for action in implied_by_key(service, operation)
    }
    assert {"kms:Decrypt", "kms:GenerateDataKey"} <= found
    assert all(actions.expand(action) == (action,) for action in found)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("s3 GetObject", ("kms:Decrypt",)),
        ("s3 PutObject", ("kms:GenerateDataKey",)),
        ("sqs SendMessage", ("kms:GenerateDataKey", "kms:Decrypt")),
        ("sqs ReceiveMessage", ("kms:Decrypt",)),
        ("sns Publish", ("kms:GenerateDataKey", "kms:Decrypt")),
        ("secretsmanager GetSecretValue", ("kms:Decrypt",)),
        ("ssm GetParameter", ("kms:Decrypt",)),
        ("kinesis PutRecord", ("kms:GenerateDataKey",)),
        ("s3 ListBuckets", ()),
        ("lambda Invoke", ()),
    ],
)
def test_a_customers_key_implies(call, expected):
    assert implied_by_key(*call.split()) == expected


@pytest.mark.parametrize("call", ["s3 Nothing", "nothing GetObject", "iam PassRole", " ", "_ x"])
def test_an_unknown_operation_is_told_from_one_without_needs(call):
    service, _, operation = call.partition(" ")
    assert requirements_of(service, operation, {}, Shop()) is None
    assert requirements_of("sts", "GetCallerIdentity", {}, Shop()) == ()


def test_arguments_of_an_incomplete_call_are_unknown():
    assert needs("events PutEvents", {}, complete=False) == [
        "events:PutEvents events:@event-bus/* !Entries[].EventBusName"
    ]
    assert needs("dynamodb PutItem", {}, complete=False) == [
        "dynamodb:PutItem dynamodb:@table/* !TableName"
    ]


def test_many_texts_are_no_product_without_end():
    many = [f"b{number}" for number in range(30)]
    found = needs("s3 PutObject", {"Bucket": many, "Key": many})
    assert len(found) <= arn_forms.MAX_ARNS
    assert all(line.endswith("!Key") for line in found)


def test_an_argument_without_text_is_unknown():
    found = requirements_of(
        "s3", "PutObject", {"Bucket": argument([]), "Key": argument("k")}, Shop()
    )
    assert found is not None
    assert found[0].unknown == ("Bucket",)


def test_one_service_is_unpacked_alone():
    operations._pack.cache_clear()
    needs("sqs SendMessage", {"QueueUrl": "jobs"})
    assert list(operations._pack()._opened) == ["sqs"]


@given(
    st.sampled_from(sorted(READINGS)),
    st.lists(
        st.sampled_from([*"abAZ09*?:/.-_@<>⟦⟧$ \"'%{}\n", "arn:aws:s3:::", "⟦Orders⟧", "⟦$X⟧"]),
        max_size=40,
    ).map("".join),
)
def test_no_text_breaks_a_reading(reading, text):
    form = "arn:${Partition}:dynamodb:${Region}:${Account}:table/{TableName}"
    found = read(text, reading, form, Strangers())
    assert found.text
    assert "⟦$" not in found.text
    assert "**" not in found.text


class Strangers(Shop):
    """A resolver that does not know most resources."""

    def arn(self, resource_id):
        return super().arn(resource_id) if resource_id in RESOURCES else ""

    def name(self, resource_id):
        return super().name(resource_id) if resource_id in RESOURCES else ""

    def kind(self, resource_id):
        return super().kind(resource_id) if resource_id in RESOURCES else ""


def glob(form):
    return re.sub(r"\$?\{[^{}]*\}", "*", form)


def types(action):
    forms = actions.arn_forms(action.partition(":")[0])
    return [glob(forms[each]) for each in actions.resource_types_of(action) if each in forms]
