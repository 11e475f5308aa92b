"""The functions' code, each call in a process of its own whose cloud is the relay."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from proving.stack import Stack
from ringfence.model.application import Function
from ringfence.model.record import record

HERE = Path(__file__).parent
TIME_LIMIT_S = 60
#: A proxy that is not there: clients that ask for one fail at once.
NO_PROXY = "http://127.0.0.1:9"


@record(frozen=True)
class Outcome:
    """What a handler returned, or why it did not."""

    returned: Any = None
    error: str = ""


def command_for(function: Function) -> list[str] | None:
    """How a function's language is run; None where this machine cannot."""
    if function.language == "python":
        return [sys.executable, "-P", str(HERE / "invoke.py")]
    node = shutil.which("node")
    if function.language in ("javascript", "typescript") and node:
        return [node, "--no-warnings", str(HERE / "invoke.mjs")]
    return None


def invoke(stack: Stack, function: Function, endpoint: str, event: Any) -> Outcome:
    """Call a handler once."""
    command = command_for(function)
    if command is None or function.code is None or function.code.inline is not None:
        return Outcome(error="its code cannot be run here")
    with tempfile.TemporaryDirectory(prefix="ringfence-proof-") as folder:
        asked, answer = Path(folder, "event.json"), Path(folder, "answer.json")
        asked.write_text(json.dumps(event))
        file = (stack.folder / function.code.file).resolve()
        done = subprocess.run(
            [*command, str(file), function.code.symbol, str(asked), str(answer)],
            cwd=folder, env=_environment(stack, function, endpoint, folder), check=False,
            capture_output=True, text=True, timeout=TIME_LIMIT_S,
        )  # fmt: skip
        if not answer.exists():
            return Outcome(error=f"ended with {done.returncode}: {done.stderr[-2000:]}")
        told = json.loads(answer.read_text())
    return Outcome(told.get("returned"), told.get("error", ""))


def _environment(stack: Stack, function: Function, endpoint: str, home: str) -> dict[str, str]:
    region = stack.place.region
    assert function.code is not None
    layers = (str((stack.folder / layer).resolve()) for layer in function.code.layers)
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": home, "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(layers), "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_ENDPOINT_URL": endpoint, "AWS_REGION": region, "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": function.logical_id, "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_MAX_ATTEMPTS": "1", "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_LAMBDA_FUNCTION_NAME": stack.name(function.resource.id),
        "HTTP_PROXY": NO_PROXY, "HTTPS_PROXY": NO_PROXY, "http_proxy": NO_PROXY,
        "https_proxy": NO_PROXY, "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    } | stack.environment(function)  # fmt: skip
