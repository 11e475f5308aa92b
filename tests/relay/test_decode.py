"""Requests as operations and parameters; hostile ones as nothing, never as an exception."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from relay_harness import signed

from ringfence.relay.bodies import Unreadable
from ringfence.relay.cbor import cbor_value, text_map
from ringfence.relay.decode import decode
from ringfence.relay.request import make_request, signature_of

pytest.importorskip("botocore")
from model_requests import SERVICES, decoded_leaves, protocols, samples

#: Of two operations that look alike on the wire, the one that is taken.
LOOK_ALIKES = {
    "GetBucketLifecycle": "GetBucketLifecycleConfiguration",
    "PutBucketLifecycle": "PutBucketLifecycleConfiguration",
    "GetBucketNotification": "GetBucketNotificationConfiguration",
    "PutBucketNotification": "PutBucketNotificationConfiguration",
    "ListDirectoryBuckets": "ListBuckets",
}


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_of_a_service_comes_back(service: str) -> None:
    wrong = []
    for protocol in protocols(service):
        for sample in samples(service, protocol):
            call = decode(sample.request)
            expected = (service, LOOK_ALIKES.get(sample.operation, sample.operation))
            if call is None or (call.service, call.operation) != expected:
                wrong.append((protocol, sample.operation, call and call.operation))
            elif call.operation == sample.operation:
                missing = sample.leaves - set(decoded_leaves(call.parameters))
                wrong += [(protocol, sample.operation, item) for item in sorted(missing)]
    assert wrong == []


def _form(text: str, service: str = "sts", **headers: str) -> object:
    kind = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    authorization = {"Authorization": signed(service)} if service else {}
    return decode(
        make_request("POST", "/", {**kind, **authorization, **headers}.items(), text.encode())
    )


def test_an_unsigned_form_is_known_by_action_and_version() -> None:
    call = _form("Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=r", "")
    assert call is not None
    assert (call.service, call.operation) == ("sts", "AssumeRoleWithWebIdentity")


def test_older_clients_speak_forms_to_queues() -> None:
    call = _form(
        "Action=SendMessage&Version=2012-11-05&QueueUrl=http%3A%2F%2Fq&MessageBody=x", "sqs"
    )
    assert call is not None
    assert (call.operation, call.parameters) == (
        "SendMessage",
        {"QueueUrl": "http://q", "MessageBody": "x"},
    )


def test_a_script_client_names_its_operation_in_the_query() -> None:
    for name in ("ListBuckets", "ListDirectoryBuckets"):
        call = decode(make_request("GET", f"/?x-id={name}", [("Authorization", signed("s3"))]))
        assert call is not None and call.operation == name


def test_a_key_that_ends_in_a_slash_stays_a_key() -> None:
    call = decode(make_request("PUT", "/bucket//folder/", [("Authorization", signed("s3"))]))
    assert call is not None
    assert call.parameters == {"Bucket": "bucket", "Key": "/folder/"}


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (signed("s3", "f"), ("f", "eu-west-1", "s3")),
        (
            "AWS4-ECDSA-P256-SHA256 Credential=f/20261130/s3/aws4_request, Signature=0",
            ("f", "", "s3"),
        ),
        ("AWS f:c2ln", ("f", "", "s3")),
        ("Bearer x", ("", "", "")),
        ("AWS4-HMAC-SHA256 Credential=f", ("", "", "")),
    ],
)
def test_signers(header: str, found: tuple[str, str, str]) -> None:
    signature = signature_of(make_request("GET", "/", [("Authorization", header)]))
    assert (signature.key, signature.region, signature.service) == found


DYNAMO = [("Authorization", signed("dynamodb")), ("X-Amz-Target", "DynamoDB_20120810.GetItem")]


@pytest.mark.parametrize(
    ("body", "extra", "problem"),
    [
        (b"{", (), "the body is no JSON"),
        (b"[" * 200_000, (), "the body is no JSON"),
        (b"\xff\xfe", (), "the body is no JSON"),
        (b"no gzip", (("Content-Encoding", "gzip"),), "the body is no gzip"),
        (gzip.compress(bytes(20 << 20)), (("Content-Encoding", "gzip"),), "the unpacked body is too long to be read"),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_read_leaves_the_operation(
    body: bytes, extra: tuple[tuple[str, str], ...], problem: str
) -> None:
    call = decode(make_request("POST", "/", [*DYNAMO, *extra], body))
    assert call is not None
    assert (call.operation, call.complete, call.problem) == ("GetItem", False, problem)


def test_declarations_in_markup_are_refused() -> None:
    body = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbb">]><Delete><Object><Key>&b;</Key></Object></Delete>'
    call = decode(make_request("POST", "/bucket?delete", [("Authorization", signed("s3"))], body))
    assert call is not None
    assert (call.parameters, call.problem) == (
        {"Bucket": "bucket"},
        "the body declares a document type",
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=8), JSON, max_size=5))
def test_json_parameters_come_back_as_they_are(parameters: dict[str, object]) -> None:
    call = decode(make_request("POST", "/", DYNAMO, json.dumps(parameters).encode()))
    assert call is not None
    assert call.parameters == parameters


@given(st.dictionaries(st.text(max_size=300), st.text(max_size=300), max_size=30))
def test_maps_of_texts_come_back_from_cbor(values: dict[str, str]) -> None:
    assert cbor_value(text_map(values)) == values


@given(st.binary(max_size=60))
def test_cbor_of_a_stranger_is_a_value_or_unreadable(body: bytes) -> None:
    try:
        cbor_value(body)
    except Unreadable as problem:
        assert str(problem)


@given(
    st.sampled_from(["GET", "PUT", "POST", "DELETE", "HEAD", "X"]),
    st.text(max_size=40),
    st.sampled_from(["s3", "sns", "ec2", "lambda", "monitoring", "dynamodb", "apigateway", "", "none"]),
    st.dictionaries(
        st.sampled_from(["X-Amz-Target", "Content-Type", "Host", "x-amz-copy-source", "smithy-protocol"]),
        st.sampled_from(["", ".", "application/x-www-form-urlencoded", "rpc-v2-cbor", "a.b.s3.localhost", "%"]),
    ),
    st.binary(max_size=80) | st.just(b"Action=Publish&Version=1&a.1.b=c&a.1=d&a..=e"),
)  # fmt: skip
def test_a_stranger_never_makes_an_exception(
    method: str, path: str, service: str, headers: dict[str, str], body: bytes
) -> None:
    request = make_request(
        method, f"/{path}", {**headers, "Authorization": signed(service)}.items(), body
    )
    decode(request)


def test_an_account_in_the_host_is_no_bucket() -> None:
    headers = {
        "Authorization": signed("s3"),
        "Host": "123456789012.localhost:4510",
        "x-amz-account-id": "123456789012",
    }
    call = decode(make_request("GET", "/v20180820/accesspoint?bucket=b", headers.items()))
    assert call is not None
    assert (call.service, call.operation) == ("s3control", "ListAccessPoints")


@pytest.mark.parametrize(
    ("host", "target", "found"),
    [
        ("s3.amazonaws.com", "/b/k", ("s3", "GetObject")),
        ("b.s3.eu-west-1.amazonaws.com:80", "/k", ("s3", "GetObject")),
        (
            "data-ats.iot.eu-west-1.amazonaws.com",
            "/retainedMessage",
            ("iot-data", "ListRetainedMessages"),
        ),
        ("portal.sso.eu-west-1.amazonaws.com", "/assignment/accounts", ("sso", "ListAccounts")),
        ("127.0.0.1:4510", "/b/k", None),
        ("example.com", "/b/k", None),
    ],
)
def test_an_unsigned_request_is_known_by_its_host(
    host: str, target: str, found: tuple[str, str] | None
) -> None:
    call = decode(make_request("GET", target, [("Host", host)]))
    assert (call and (call.service, call.operation)) == found
