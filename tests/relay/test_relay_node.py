"""The same relay for another language: Node.js with the AWS SDK for JavaScript v3.

The packages are no part of the development environment: the test runs where ``NODE_PATH`` leads to
them (``npm install @aws-sdk/client-{s3,dynamodb,sqs,sns,lambda,cloudwatch}``).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytest.importorskip("moto")

from fake_cloud import fake_cloud
from relay_harness import REGION, relay

SCRIPT = Path(__file__).parent / "calls.cjs"
NODE = shutil.which("node")

# moto and botocore warn of their own use of old interfaces.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def _has_packages() -> bool:
    asked = "require.resolve('@aws-sdk/client-s3')"
    if NODE is None:
        return False
    return subprocess.run([NODE, "-e", asked], check=False, capture_output=True).returncode == 0


def test_calls_of_a_script_are_recorded() -> None:
    if not _has_packages():
        pytest.skip("needs Node.js and, in NODE_PATH, the packages of the AWS SDK for JavaScript")
    with fake_cloud() as cloud, relay(cloud.url) as session:
        given = {
            "AWS_ENDPOINT_URL": session.url, "AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": "resize",
            "AWS_SECRET_ACCESS_KEY": "x", "AWS_MAX_ATTEMPTS": "1",
        }  # fmt: skip
        done = subprocess.run(
            [str(NODE), str(SCRIPT)],
            check=False,
            env=os.environ | given,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 0, done.stderr
    assert [(service, operation) for service, operation, _ in session.calls] == [
        ("s3", "CreateBucket"),
        ("s3", "PutObject"),
        ("s3", "GetObject"),
        ("s3", "CopyObject"),
        ("s3", "ListObjectsV2"),
        ("dynamodb", "ListTables"),
        ("sqs", "CreateQueue"),
        ("sns", "CreateTopic"),
        ("cloudwatch", "ListMetrics"),
        ("lambda", "Invoke"),
    ]
    assert session.calls[2][2]["Key"] == "a b"
    assert session.calls[3][2]["CopySource"] == "photos/a b"
    assert session.calls[5][2] == {"Limit": 3}
    assert session.calls[8][2] == {"Namespace": "n"}
    assert {item.function for item in session.observations} == {"resize"}
