"""What must be found in well-known vulnerable applications, and how much must be loaded of large
collections of examples, where their checkouts are at hand.

Set ``RINGFENCE_PUBLIC_APPS`` to a folder that holds checkouts named ``DVSA`` (OWASP/DVSA) and
``Serverless-Goat`` (OWASP/Serverless-Goat), ``serverless-patterns`` (aws-samples) and ``examples``
(serverless); the tests are skipped otherwise.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import pytest

from ringfence.model.finding import ScanResult
from ringfence.testing import scanned


def checkout(name: str) -> Path:
    folder = Path(os.environ.get("RINGFENCE_PUBLIC_APPS", "")) / name
    if "RINGFENCE_PUBLIC_APPS" not in os.environ or not folder.is_dir():
        pytest.skip(f"no checkout of {name} below RINGFENCE_PUBLIC_APPS")
    return folder


def found(result: ScanResult) -> set[tuple[str, str]]:
    """Rule and file name of every finding, and rule and subject of those without code."""
    places = {(item.rule, Path(item.location.file).name) for item in result.findings}
    subjects = {(item.rule, name) for item in result.findings for name in item.subjects}
    return places | subjects | {(item.rule, item.subject) for item in result.findings}


def test_dvsa() -> None:
    result = scanned(checkout("DVSA"))
    assert result.skipped == []
    assert found(result) >= {
        ("unsafe-deserialization", "order-manager.js"),
        ("unverified-token", "order-manager.js"),
        ("os-command-injection", "feedback_uploads.py"),
        ("code-injection", "admin_shell.js"),
        ("path-traversal", "admin_shell.js"),
        ("unsafe-deserialization", "admin_update_orders.py"),
        ("unverified-token", "admin_update_orders.py"),
        ("bucket-policy-public-write", "S3FeedbackBucket"),
    }
    over_wide = {item.rule for item in result.findings if item.family == "permissions"}
    assert {"full-access-managed-policy", "role-can-escalate"} <= over_wide


def test_serverless_goat() -> None:
    result = scanned(checkout("Serverless-Goat"))
    assert result.skipped == []
    assert found(result) >= {
        ("os-command-injection", "index.js"),
        ("verbose-error-response", "index.js"),
        ("bucket-acl-public-read", "Bucket"),
    }
    assert {"access", "permissions"} <= {item.family for item in result.findings}


@pytest.mark.parametrize("name", ["serverless-patterns", "examples"])
def test_what_people_write_is_loaded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    root = checkout(name)
    monkeypatch.syspath_prepend(str(Path(__file__).parent.parent / "bench"))
    templates, functions = importlib.import_module("loading").report(root)
    assert templates >= 0.99
    assert functions >= 0.97
