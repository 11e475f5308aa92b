"""The event shapes: every kind has one, samples fit the fields, paths get the right answer."""

from __future__ import annotations

from typing import Any

import pytest

from ringfence.errors import RuleError
from ringfence.model.application import TRIGGER_KINDS
from ringfence.rules.events import load_events, read_shape, split_path

EVENTS = load_events()


def paths_of(value: Any, prefix: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if isinstance(value, dict):
        return [path for key, inner in value.items() for path in paths_of(inner, (*prefix, key))]
    if isinstance(value, list):
        return [path for inner in value for path in paths_of(inner, (*prefix, "[]"))]
    return [prefix]


def test_every_trigger_kind_has_a_shape() -> None:
    assert set(EVENTS.shapes) == set(TRIGGER_KINDS)


@pytest.mark.parametrize("kind", TRIGGER_KINDS)
def test_samples_are_described(kind: str) -> None:
    """The sample holds parts that the sender controls, wherever there is a sender."""
    shape = EVENTS.shapes[kind]
    answers = {EVENTS.control(kind, path)[0] for path in paths_of(shape.sample)}
    assert answers
    assert (answers & {"yes", "depends"} == set()) is (
        kind in ("schedule", "codepipeline", "azure-timer")
    )
    assert shape.references and shape.title


@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [
        ("s3", "Records[].s3.object.key", "yes"),
        ("s3", "Records[].s3.bucket.name", "no"),
        ("s3", "Records[].s3", "yes"),
        ("s3", "", "yes"),
        ("apigateway-rest", "body.!json.name", "yes"),
        ("apigateway-rest", "headers.X-Any", "yes"),
        ("apigateway-rest", "requestContext.authorizer.claims.sub", "no"),
        ("apigateway-rest", "mapped", "depends"),
        ("apigateway-http", "requestContext.authorizer.jwt.claims.sub", "no"),
        ("function-url", "rawPath", "yes"),
        ("sqs", "Records[].body.!json.anything", "yes"),
        ("sqs", "Records[].body.!json.Records[].s3.bucket.name", "no"),
        ("sqs", "Records[].body.!json.Message.!json.Records[].s3.bucket.name", "no"),
        ("sqs", "Records[].body.!json.Message.!json.Records[].s3.object.key", "yes"),
        ("sqs", "Records[].body.!json.detail.bucket.name", "no"),
        ("sqs", "Records[].body.!json.ResponseURL", "no"),
        ("sqs", "Records[].messageId", "no"),
        ("sns", "Records[].Sns.Message", "yes"),
        ("kafka", "records.orders-0[].value", "yes"),
        ("kafka", "records[][].topic", "no"),
        ("schedule", "detail", "no"),
        ("schedule", "", "no"),
        ("invoke", "anything.at.all", "yes"),
        ("invoke", "ResponseURL", "no"),
        ("cognito", "request.userAttributes.email", "yes"),
        ("cognito", "request.userAttributes.sub", "no"),
        ("appsync", "arguments.id", "yes"),
        ("appsync", "identity.sub", "no"),
    ],
)
def test_control(kind: str, path: str, expected: str) -> None:
    assert EVENTS.control(kind, split_path(path))[0] == expected


def test_unknown_triggers_are_guessed_from_the_path() -> None:
    assert EVENTS.guess(split_path("Records[].s3.bucket.name"))[0] == "no"
    assert EVENTS.guess(split_path("Records[].s3.object.key"))[0] == "yes"
    assert EVENTS.guess(split_path("requestContext.requestId"))[0] == "no"
    assert EVENTS.guess(split_path("source"))[0] == "yes"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kind = 1 =", "not TOML"),
        ('kind = "carrier-pigeon"', "unknown kind"),
        ('kind = "s3"', "needs a sample"),
        ("kind = \"s3\"\nsample = '{}'\n[[field]]\npath = 'x'\n", "a field has path"),
    ],
)
def test_malformed_shapes_are_refused(text: str, message: str) -> None:
    with pytest.raises(RuleError, match=message):
        read_shape(text, "x.toml")
