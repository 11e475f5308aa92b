"""The packed map is what its exceptions and the SDK's models give."""

from __future__ import annotations

import hashlib
import importlib.util
import tomllib
from pathlib import Path

import pytest

import ringfence.rules
from ringfence.permissions import operations

FOLDER = Path(ringfence.rules.__file__).parent / "permissions" / "operations"
FILES = sorted(FOLDER.glob("[a-z]*.toml"))


def test_the_pack_is_made_of_these_exceptions():
    total = hashlib.sha256()
    for path in sorted(FOLDER.glob("*.toml")):
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    assert operations.about()["exceptions"] == total.hexdigest()[:16], (
        "run python support/refresh_operations.py"
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_exceptions_are_of_a_service_and_say_why(path):
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    assert path.stem in operations.services()
    assert "Source" in path.read_text(encoding="utf-8").split("\n\n")[0]
    for group in [*data.get("group", ()), *data.get("rename", ())]:
        assert len(group["why"]) > 20
        assert group["why"].endswith(".")


def test_the_data_says_where_it_is_from():
    about = operations.about()
    assert int(about["count"]) > 18_000
    assert int(about["services"]) > 400
    assert about["licence"] == "Apache-2.0"


def test_operations_without_an_action_are_listed():
    assert "AcquireRole" in operations.unmapped_of("iam")
    assert operations.unmapped_of("sqs") == []
    assert operations.rows_of("iam", "AcquireRole") == []


@pytest.mark.parametrize("service", ["sqs", "dynamodb", "apigatewaymanagementapi", "rekognition"])
def test_a_service_built_anew_is_as_packed(service):
    session = pytest.importorskip("botocore.session").get_session()
    refresh = _script("refresh_operations")
    model = session.get_service_model(service)
    if operations.about()["version"] != pytest.importorskip("botocore").__version__:
        pytest.skip("another version of the models")
    built = refresh.Service(service, model, refresh.exceptions(service))
    assert built.group() == operations._pack().group(service)
    assert built.wrong == []


def test_an_exception_that_fits_nothing_is_told():
    session = pytest.importorskip("botocore.session").get_session()
    refresh = _script("refresh_operations")
    group = {
        "why": "Because.",
        "operations": ["SendMessage"],
        "row": [{"action": "Nothing", "on": ["{QueueURL:queue-url}"], "given": ["Tea"]}],
    }
    built = refresh.Service("sqs", session.get_service_model("sqs"), {"group": [group]})
    built.group()
    assert built.wrong == [
        "sqs.toml: SendMessage Nothing",
        "sqs.toml: SendMessage {QueueURL:queue-url}",
        "sqs.toml: SendMessage Tea",
    ]


def _script(name):
    path = Path(__file__).parents[2] / "support" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
