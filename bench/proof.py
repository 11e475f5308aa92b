"""Proof of the exported policies: the functions run, and two evaluators decide each of their calls.

    python bench/proof.py [FOLDER] [--packages DIR] [--without-peer] [--list]

A copy of the application gets the SAM patch; its policies are exported again and compared with what
the patched template grants. Its resources are made in a fake cloud (moto, which enforces nothing),
its functions are called, each in a process of its own, through the relay, which decides by our
evaluator; the platform's calls with the functions' roles (logs, traces, event sources, failures)
are made too. Then each action of each policy is taken away, and the function is run again.

Every recorded request is also put to `@cloud-copilot/iam-simulate`, a process of its own (AGPL:
never bundled): with the whole policies it must allow all, without an action deny exactly the calls
of that action. It and the AWS SDK for JavaScript are installed with npm, into a temporary folder or
into DIR; without Node.js they are left out, and that is said. Code reaches this machine only.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
# In place of this folder, where html.py is ours, and not the standard library's.
sys.path.pop(0)
sys.path.insert(0, str(HERE.parent / "tests" / "relay"))
sys.path.append(str(HERE))

from decide_peers import WORDS, ask, simulation  # noqa: E402 - found by the lines above
from proving.judge import Asked, Document, without  # noqa: E402 - found by the lines above
from proving.run import Proof, Removal, prove  # noqa: E402 - found by the lines above

from ringfence.loaders import LoadOptions, load_application  # noqa: E402 - found by the lines above
from ringfence.permissions.physical import Place  # noqa: E402 - found by the lines above

EXAMPLE = HERE.parent / "examples" / "orders"
PEER = "@cloud-copilot/iam-simulate"
CASES = HERE.parent / "tests" / "relay" / "proving"
_PACKAGE = re.compile(r"""["'](@aws-sdk/[a-z0-9-]+|aws-sdk)["']""")


def main() -> int:
    arguments = _arguments()
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    folder, wanted = arguments.folder, _packages(arguments)
    with tempfile.TemporaryDirectory(prefix="ringfence-npm-") as temporary:
        packages = _installed(arguments.packages or Path(temporary), wanted)
        runnable, skipped = _runnable(folder, packages is not None)
        place = Place("aws", arguments.region, arguments.account, arguments.stack_name)
        proof = prove(folder, place, _cases(arguments), runnable, packages=packages)
        peer = None if arguments.without_peer or packages is None else _peer(proof, packages)
    problems = [*proof.problems, *(peer[1] if peer else ())]
    _print(proof, peer[0] if peer else None)
    for one in skipped:
        print(f"- not run: {one}")
    if peer is None:
        print(f"- {PEER} was not asked")
    for one in proof.notes:
        print(f"- failed: {one if arguments.list else one.strip().splitlines()[-1]}")
    print(f"{len(problems)} mismatches")
    for one in problems:
        print(f"- {one}")
    return bool(problems)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=EXAMPLE)
    parser.add_argument("--cases", type=Path, help="what functions are called with (TOML)")
    parser.add_argument("--packages", type=Path, help="a folder to install npm packages into")
    parser.add_argument("--without-peer", action="store_true", help="our evaluator alone")
    parser.add_argument("--region", default="eu-west-1")
    parser.add_argument("--account", default="123456789012")
    parser.add_argument("--stack-name", default="shop")
    parser.add_argument("--list", action="store_true", help="show whole errors of functions")
    return parser.parse_args()


def _cases(arguments: argparse.Namespace) -> Path | None:
    own = CASES / f"{arguments.folder.resolve().name}.toml"
    return arguments.cases or (own if own.exists() else None)


# --- packages of npm


def _packages(arguments: argparse.Namespace) -> set[str]:
    """The peer, and what of the AWS SDK the application's code asks for."""
    found = set() if arguments.without_peer else {PEER}
    for file in arguments.folder.rglob("*"):
        if file.suffix in (".js", ".cjs", ".mjs", ".ts"):
            found |= _imported(file)
    return found


def _imported(file: Path) -> set[str]:
    if "node_modules" in file.parts or not file.is_file():
        return set()
    return set(_PACKAGE.findall(file.read_text(errors="replace")))


def _installed(folder: Path, names: set[str]) -> Path | None:
    """The ``node_modules`` that holds the packages; None where npm is missing or fails."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return None
    modules = folder / "node_modules"
    if missing := [name for name in sorted(names) if not (modules / name).exists()]:
        folder.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--silent", "--no-fund", "--prefix", str(folder), *missing]
        if subprocess.run(command, check=False).returncode:
            return None
    modules.mkdir(parents=True, exist_ok=True)
    return modules


def _runnable(folder: Path, node: bool) -> tuple[set[str], list[str]]:
    """The functions that can run here, and why the others cannot."""
    languages = {"python", "javascript"} if node else {"python"}
    can, cannot = set(), []
    for one in load_application(folder, LoadOptions()).functions.values():
        if one.language in languages and one.code is not None and one.code.inline is None:
            can.add(one.logical_id)
        else:
            cannot.append(f"{one.logical_id} ({one.runtime or one.code_problem})")
    return can, cannot


# --- the other evaluator


def _peer(proof: Proof, packages: Path) -> tuple[dict[str, int], list[str]]:
    """Its agreeing answers by function, and each that is not as it should be."""
    whole = proof.export.whole
    asked: list[tuple[Asked, str, Document]] = [
        (one, "", whole[one.function]) for one in proof.asked
    ]
    for removal in proof.removed:
        document = without(whole[removal.function], removal.action)
        asked += [(one, removal.action, document) for one in proof.of(removal.function)]
    answers = ask(packages, [_question(proof, one, document) for one, _, document in asked])
    agreed: dict[str, int] = {}
    problems = []
    for (one, removed, _), answer in zip(asked, answers, strict=True):
        expected = "denied" if one.action == removed else "allowed"
        if WORDS.get(answer, (answer, ""))[0] == expected:
            agreed[one.function] = agreed.get(one.function, 0) + 1
            continue
        what = f"{one.function}{f' without {removed}' if removed else ''}"
        problems.append(f"{PEER}: {what}: {one.action} on {one.resource}: {answer[:200]}")
    return agreed, problems


def _question(proof: Proof, one: Asked, document: Document) -> dict[str, Any]:
    context = {key: list(values) for key, values in one.context.items()}
    request = {
        "principal": proof.judge.principal(one.function), "action": one.action,
        "resource": one.resource, "identity": [document],
        "context": {key: v[0] if len(v) == 1 else v for key, v in context.items()},
    }  # fmt: skip
    question = simulation({"decision": "", "request": request})
    assert question is not None, json.dumps(request)
    return question


# --- the table


def _print(proof: Proof, peer: dict[str, int] | None) -> None:
    print("| function | called | requests | actions removed | denied, evaluator | denied, run |"
          f" agreement of {PEER} |")  # fmt: skip
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for key, called in proof.invocations.items():
        _row(key, called, proof.of(key), _of(proof, key), peer)
    _row("all", sum(proof.invocations.values()), proof.asked, proof.removed, peer)


def _of(proof: Proof, function: str) -> list[Removal]:
    return [one for one in proof.removed if one.function == function]


def _row(
    name: str, called: int, asked: list[Asked], removed: list[Removal], peer: dict[str, int] | None
) -> None:
    count = len(asked) + sum(
        len([a for a in asked if a.function == one.function]) for one in removed
    )
    agreed = sum(peer.values()) if peer and name == "all" else (peer or {}).get(name, 0)
    cells = (
        name, called, len(asked), len(removed),
        f"{sum(bool(one.denied) for one in removed)} of {len(removed)}",
        f"{sum(bool(one.live) for one in removed)} of {len(removed)}",
        f"{agreed} of {count}" if peer is not None else "not asked",
    )  # fmt: skip
    print("| " + " | ".join(map(str, cells)) + " |")


if __name__ == "__main__":
    sys.exit(main())
