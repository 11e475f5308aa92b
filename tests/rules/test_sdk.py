"""The SDKs' data: names, operations, waiters, resource objects; and the libraries that use them."""

from __future__ import annotations

import re

import pytest

from ringfence.rules import packed, sdk

PLACE = re.compile(r"^(made:)?\d+(\|\w+)?(\{\}|\{keys\})?(\.\w+(\{\})?)*$")


@pytest.mark.parametrize(
    ("service", "method", "operation"),
    [
        ("dynamodb", "put_item", "PutItem"),
        ("dynamodb", "putItem", "PutItem"),
        ("s3", "list_objects_v2", "ListObjectsV2"),
        ("rds", "describe_db_instances", "DescribeDBInstances"),
        ("iam", "listMFADevices", "ListMFADevices"),
        ("sts", "assume_role_with_saml", "AssumeRoleWithSAML"),
        ("s3", "upload_file", ""),
        ("s3", "putitem", ""),
    ],
)
def test_an_operation_is_found_by_any_spelling(service: str, method: str, operation: str) -> None:
    found = sdk.service(service)
    assert found is not None
    assert found.operation(method) == operation


def test_an_unknown_service_is_none() -> None:
    assert sdk.service("no-such-service") is None
    assert sdk.service("names") is None


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("SFN", "stepfunctions"),
        ("StepFunctions", "stepfunctions"),
        ("cognito-identity-provider", "cognito-idp"),
        ("secrets-manager", "secretsmanager"),
        ("EventBridge", "events"),
        ("ses", "ses"),
        ("SESv2", "sesv2"),
        ("S3", "s3"),
        ("nothing", ""),
    ],
)
def test_services_go_by_the_names_of_every_sdk(name: str, service: str) -> None:
    assert sdk.service_named(name) == service


def test_waiters_and_resource_objects_call_operations_that_exist() -> None:
    seen = 0
    for name in sdk.pack().names():
        found = sdk.service(name)
        if found is None:
            continue
        for operation in found.waiters.values():
            assert found.operation(operation) == operation
            seen += 1
        for kind in sdk.pack().group(name).get("resources", {}):
            shape = found.resource(kind)
            requests = [one for key in ("actions", "batch", "waiters", "collections")
                        for one in shape.get(key, {}).values()]  # fmt: skip
            for request in [*requests, *([shape["load"]] if "load" in shape else [])]:
                assert found.operation(request[0]) == request[0]
                seen += 1
    assert seen > 700


def test_a_bucket_knows_its_objects() -> None:
    s3 = sdk.service("s3")
    assert s3 is not None
    bucket = s3.resource("Bucket")
    assert bucket["identifiers"] == [["Bucket", ["name"]]]
    assert bucket["collections"]["objects"][0] == "ListObjects"
    assert bucket["parts"]["Object"] == ["Object", {"Bucket": "=Bucket", "Key": "?"}, False]
    assert s3.resource("ObjectSummary")["batch"]["delete"][0] == "DeleteObjects"


def test_libraries_call_operations_that_exist_with_places_that_can_be_read() -> None:
    table = packed.read("sdk_libraries.toml")
    for row in table["library"]:
        places = [*row.get("arguments", {}).values()]
        places += [row[key] for key in ("mode", "signed") if key in row]
        assert all(PLACE.match(place) for place in places), row
        if "signed" in row:
            continue
        found = sdk.service(row["service"])
        assert found is not None, row
        for operation in [*row["operations"], *row.get("writes", [])]:
            assert found.operation(operation) == operation, row
    for row in table["model"]:
        found = sdk.service(row["service"])
        assert found is not None
        methods = [operation for names in row["methods"].values() for operation in names]
        assert all(found.operation(operation) == operation for operation in methods)


def test_each_call_of_a_library_stands_in_one_row() -> None:
    calls = [path for row in packed.read("sdk_libraries.toml")["library"] for path in row["call"]]
    assert len(calls) == len(set(calls))
