"""CloudTrail files as observations of functions."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from log_needs import needs

from ringfence.logs.cloudtrail import Tally, observations_of, read_cloudtrail
from ringfence.model.event import Observation
from ringfence.model.location import Skipped

TRAIL = Path(__file__).parent / "trail"
FILE = next(TRAIL.rglob("*.json"))
RECORDS: list[dict[str, Any]] = json.loads(FILE.read_text())["Records"]
FUNCTION = "shop-Resize-9XYZ"
ACCOUNT = "eu-west-1:123456789012"


def _read(*paths: Path) -> list[Observation | Skipped]:
    return list(read_cloudtrail(paths, needs))


def _shown(found: list[Observation | Skipped]) -> list[tuple[str, ...]]:
    return [
        (item.function, item.value, item.resource, item.decision)
        if isinstance(item, Observation)
        else ("skipped", item.reason)
        for item in found
    ]


EXPECTED = [
    (FUNCTION, "s3:GetObject", "arn:aws:s3:::photos/in/1.png", "allowed"),
    (FUNCTION, "s3:GetObject", "arn:aws:s3:::photos/in/2.png", "allowed"),
    (FUNCTION, "s3:ListBucket", "arn:aws:s3:::photos", "allowed"),
    (FUNCTION, "s3:PutObject", "arn:aws:s3:::photos/out/1.png", "denied"),
    (FUNCTION, "dynamodb:PutItem", f"arn:aws:dynamodb:{ACCOUNT}:table/orders", "allowed"),
    (FUNCTION, "kms:Decrypt", f"arn:aws:kms:{ACCOUNT}:key/1234", "allowed"),
    (FUNCTION, "lambda:GetFunction", f"arn:aws:lambda:{ACCOUNT}:function:shop-Other-1", "allowed"),
    (
        FUNCTION,
        "lambda:InvokeFunction",
        f"arn:aws:lambda:{ACCOUNT}:function:shop-Other-1",
        "allowed",
    ),
    (FUNCTION, "cloudwatch:PutMetricData", "*", "allowed"),
    (FUNCTION, "ses:SendEmail", f"arn:aws:ses:{ACCOUNT}:identity/*", "allowed"),
    ("role/shop-ResizeRole-1ABC", "sqs:ReceiveMessage", f"arn:aws:sqs:{ACCOUNT}:work", "allowed"),
    (FUNCTION, "dynamodb:GetItem", f"arn:aws:dynamodb:{ACCOUNT}:table/orders", ""),
]


def test_a_folder_of_a_trail() -> None:
    tally = Tally()
    found = list(read_cloudtrail([TRAIL], needs, tally))
    assert _shown(found) == EXPECTED
    assert (tally.files, tally.records, tally.of_roles, tally.of_others) == (1, 14, 12, 2)
    first = found[0]
    assert isinstance(first, Observation)
    assert (first.time, first.origin) == ("2026-11-30T12:00:00Z", f"cloudtrail:{FILE.name}")


def _written(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


LINES = "\n".join(json.dumps(item) for item in RECORDS).encode()
WRAPPED = "\n".join(
    json.dumps({"version": "0", "detail-type": "AWS API Call via CloudTrail", "detail": item})
    for item in RECORDS
).encode()
LOOKED_UP = json.dumps(
    {"Events": [{"CloudTrailEvent": json.dumps(item)} for item in RECORDS]}
).encode()
LAYOUTS = {
    "gzip": gzip.compress(FILE.read_bytes()),
    "lines": LINES,
    "packed lines": gzip.compress(LINES),
    "array": json.dumps(RECORDS).encode(),
    "one after the other": LINES.replace(b"\n", b""),
    "other keys before": json.dumps({"a": [1], "Records": RECORDS}).encode(),
    "two gzip members": gzip.compress(LINES[:2000]) + gzip.compress(LINES[2000:]),
    "bus events": WRAPPED,
    "answer of lookup-events": LOOKED_UP,
    "byte order mark": b"\xef\xbb\xbf" + LINES,
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_says_the_same(tmp_path: Path, layout: str) -> None:
    assert _shown(_read(_written(tmp_path, "any.name", LAYOUTS[layout]))) == EXPECTED


def test_a_broken_record_costs_only_itself(tmp_path: Path) -> None:
    lines = LINES.split(b"\n")
    lines[1] = lines[1][:200]
    lines[4] = b'{"eventVersion": ' + b"[" * 5000
    found = _shown(_read(_written(tmp_path, "a.json", b"\n".join(lines))))
    assert [item for item in found if item[0] != "skipped"] == [
        item for at, item in enumerate(EXPECTED) if at not in (1, 4)
    ]
    assert [item for item in found if item[0] == "skipped"]


def test_a_torn_gzip_gives_what_it_holds(tmp_path: Path) -> None:
    packed = gzip.compress(LINES * 50)
    found = _shown(_read(_written(tmp_path, "a.json.gz", packed[: len(packed) // 2])))
    assert len(found) > len(EXPECTED)
    assert found[-1] == (
        "skipped", "is damaged: it ends too early or is no gzip; the rest was not read",
    )  # fmt: skip


def test_a_file_that_unpacks_without_end_is_left(tmp_path: Path) -> None:
    bomb = gzip.compress(b" " * (100 << 20), 9)
    (found,) = _shown(_read(_written(tmp_path, "a.json.gz", bomb)))
    assert found[1].startswith("unpacks to more than")


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.json")
    assert _shown(_read(tmp_path / "none", tmp_path / "a.json")) == [
        ("skipped", "No such file or directory"),
        ("skipped", "not a regular file"),
    ]


def test_digests_are_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "CloudTrail-Digest"
    folder.mkdir()
    _written(folder, "a.json", LINES)
    assert _read(tmp_path) == []


def test_records_across_blocks_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ringfence.logs import splitting

    path = _written(tmp_path, "a.json", FILE.read_bytes())
    for size in (1, 7, 64, 1000):
        monkeypatch.setattr(splitting, "CHUNK_BYTES", size)
        assert _shown(_read(path)) == EXPECTED


def _record(**changes: Any) -> dict[str, Any]:
    return {**RECORDS[0], **changes}


@pytest.mark.parametrize(
    ("source", "name", "action"),
    [
        ("states", "StartExecution", "states:StartExecution"),
        ("cloudfront", "CreateDistribution2020_05_31", "cloudfront:CreateDistribution"),
        ("rdsdata", "ExecuteStatement", "rds-data:ExecuteStatement"),
        ("s3", "ListBucketVersions", "s3:ListObjectVersions"),
        ("apigateway", "GetRestApis", "apigateway:GetRestApis"),
        ("bedrock", "InvokeModel", "bedrock:InvokeModel"),
    ],
)
def test_operations_of_which_nothing_is_known_are_named_as_they_are(
    source: str, name: str, action: str
) -> None:
    data = _record(eventSource=f"{source}.amazonaws.com", eventName=name, resources=None)
    (found,) = observations_of(data, lambda *_: None)
    assert (found.value, found.resource) == (action, "*")


@pytest.mark.parametrize(
    "change",
    [
        {"eventType": "AwsConsoleSignIn"},
        {"eventSource": "example.com"},
        {"eventName": ""},
        {"userIdentity": None},
        {"userIdentity": {"type": "AssumedRole", "arn": 5}},
    ],
)
def test_what_is_no_call_of_a_role_gives_nothing(change: dict[str, Any]) -> None:
    assert observations_of(_record(**change), needs) == ()


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(RECORDS[3])), ODD, max_size=4))
def test_odd_values_never_make_an_exception(changes: dict[str, Any]) -> None:
    for item in observations_of({**RECORDS[3], **changes}, lambda *_: None):
        assert item.kind == "action"


@given(st.binary(max_size=200), st.integers(0, 2000))
def test_odd_bytes_never_make_an_exception(tmp_path_factory: Any, odd: bytes, at: int) -> None:
    path = tmp_path_factory.mktemp("odd") / "a.json"
    path.write_bytes(LINES[:at] + odd + LINES[at:])
    list(read_cloudtrail([path], lambda *_: None))
