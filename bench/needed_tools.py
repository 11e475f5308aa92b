"""Other generators of least privilege, each run on the code of one function.

Each tool is a program of its own, called by the documented options that serve it best. Only the
loopback address can be reached: proxies point to a closed port. See ``needed_peers.py``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import yaml

from ringfence.dataflow.cloud_names import v3_service

if TYPE_CHECKING:
    from needed_code import Code

TIMEOUT_S = 300
#: Nothing listens there.
CLOSED = "http://127.0.0.1:9"
PYTHON_CLIENT = re.compile(
    r"""(?:client|resource)\(\s*(?:service_name\s*=\s*)?["']([a-z0-9-]+)["']"""
)
SCRIPT_CLIENT = re.compile(r"@aws-sdk/(?:client|lib)-[a-z0-9-]+")
SCRIPT_LIBRARIES = {"@aws-sdk/lib-dynamodb": "dynamodb", "@aws-sdk/lib-storage": "s3"}
LANGUAGES = dict.fromkeys((".ts", ".mts", ".cts", ".tsx"), "typescript") | {".py": "python"}

#: (action, resource), as they stand in a policy.
Pairs = list[tuple[str, str]]


class ToolError(Exception):
    """The tool failed on a function; says how."""


class Tool(Protocol):
    name: str
    options: str

    def pairs(self, code: Code) -> Pairs:
        """What the tool would allow the function. Raises ToolError."""
        ...


class Autopilot:
    """`iam-policy-autopilot`: the files, and hints at the services that they name."""

    name = "iam-policy-autopilot"
    options = "generate-policies FILE… --language LANGUAGE --service-hints SERVICE…"

    def __init__(self, program: Path, reference: str, scratch: Path) -> None:
        self.program = program
        self.environment = closed(scratch) | {
            "DISABLE_IAM_POLICY_AUTOPILOT_TELEMETRY": "true",
            "IAM_POLICY_AUTOPILOT_SERVICE_REFERENCE_URL": reference,
            "TMPDIR": str(scratch),  # it keeps what it fetched there for hours
        }

    def pairs(self, code: Code) -> Pairs:
        language = LANGUAGES.get(code.files[0].suffix, "javascript")
        command = [str(self.program), "generate-policies", *map(str, code.files)]
        command += ["--language", language]
        if hints := services_named(code):
            command += ["--service-hints", *hints]
        text = run(command, self.environment)
        start = text.find("{")
        policies = json.loads(text[start:])["Policies"] if start >= 0 else []
        return [pair for each in policies for pair in pairs_of(each["Policy"])]


def services_named(code: Code) -> list[str]:
    packages = SCRIPT_CLIENT.findall(code.text)
    named = [SCRIPT_LIBRARIES.get(package) or v3_service(package) for package in packages]
    return sorted({*PYTHON_CLIENT.findall(code.text), *named} - {""})


class Puresec:
    """`puresec-cli`: the package's folder, CloudFormation, and an account with nothing in it."""

    name = "puresec-cli"
    options = "gen-roles FOLDER --provider aws --resource-template FILE --no-input"

    def __init__(self, program: Path, account: str, scratch: Path) -> None:
        self.program = program
        (scratch / ".puresec").mkdir(parents=True, exist_ok=True)
        (scratch / ".puresec" / "stats-disabled").write_text("none")  # it tells nobody
        self.environment = closed(scratch) | {
            "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none",
            "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": account, "AWS_MAX_ATTEMPTS": "1", "PYTHONWARNINGS": "ignore",
        }  # fmt: skip

    def pairs(self, code: Code) -> Pairs:
        if code.language not in {"python", "javascript", "typescript"}:
            return []
        command = [str(self.program), "gen-roles", str(code.folder), "--provider", "aws",
                   "--resource-template", str(code.template), "--no-input"]  # fmt: skip
        text = run(command, self.environment)
        roles = (yaml.safe_load(text) or {}).get("Resources") or {}
        policies = [
            policy["PolicyDocument"]
            for role in roles.values()
            for policy in role["Properties"].get("Policies", [])
        ]
        return [pair for policy in policies for pair in pairs_of(policy)]


class LambdaAnalyzer:
    """`lambda-analyzer`: the folder; Python only."""

    name = "lambda-analyzer"
    options = "analyze FOLDER --recursive --config (generate_resource_arns: true)"

    def __init__(self, program: Path, scratch: Path) -> None:
        self.program, self.environment = program, closed(scratch)
        scratch.mkdir(parents=True, exist_ok=True)
        self.config, self.output = scratch / "config.yaml", scratch / "answer.json"
        self.config.write_text("iam:\n  generate_resource_arns: true\n", encoding="utf-8")

    def pairs(self, code: Code) -> Pairs:
        if code.language != "python":
            return []
        self.output.unlink(missing_ok=True)
        command = [str(self.program), "analyze", str(code.folder), "--recursive",
                   "--config", str(self.config), "--output", str(self.output)]  # fmt: skip
        run(command, self.environment)
        answers = json.loads(self.output.read_text(encoding="utf-8"))
        return [pair for answer in answers for pair in pairs_of(answer["iam_policy"])]


class Iamscan:
    """`iamscan`: the folder; Python and version 2 of the SDK for JavaScript."""

    name = "iamscan"
    options = "--path FOLDER"

    def __init__(self, program: Path, scratch: Path) -> None:
        self.program, self.environment = program, closed(scratch)

    def pairs(self, code: Code) -> Pairs:
        text = run([str(self.program), "--path", str(code.folder)], self.environment)
        return pairs_of(json.loads(text))


def closed(home: Path) -> dict[str, str]:
    """An environment in which only the loopback address answers."""
    home.mkdir(parents=True, exist_ok=True)
    return {
        "PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8",
        "http_proxy": CLOSED, "https_proxy": CLOSED, "HTTP_PROXY": CLOSED, "HTTPS_PROXY": CLOSED,
        "no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1",
    }  # fmt: skip


def run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=TIMEOUT_S,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise ToolError(lines[-1][:200] if lines else f"exit code {done.returncode}")
    return done.stdout


def pairs_of(policy: dict[str, Any]) -> Pairs:
    found: dict[tuple[str, str], None] = {}
    for statement in policy.get("Statement", []):
        if statement.get("Effect") == "Allow":
            for action in listed(statement.get("Action", [])):
                for resource in listed(statement.get("Resource", "*")):
                    found[(action, resource)] = None
    return list(found)


def listed(value: Any) -> Iterable[str]:
    return [value] if isinstance(value, str) else list(value)
