"""Ringfence beside other generators of least privilege, function by function.

    pip install iam-policy-autopilot lambda-analyzer     # each in an environment of its own
    pip install puresec-cli; pip install iamscan
    python bench/needed_peers.py SUITE… --autopilot EXE --puresec EXE --lambda-analyzer EXE
        --iamscan EXE [--shown handler|reached|folder] [--verbose]

A suite is a folder of labelled applications (``needed.py`` says how). Ringfence runs once for each
application, from its command line and without a cache; it reads template and code. The peers read
no template: each runs once for each function, and is shown the function's code in a folder of its
own. ``--shown reached``, the default, leaves out what the function does not import, which a peer
would take for its own. A peer whose path is not given is left out.

Actions are counted as (function, action) pairs, an action ``*`` as one wrong pair. What a peer says
of the platform's needs (logs) is left out. Resources are counted where the label is an ARN or has
one: for resources without an explicit name there is nothing to compare with. ``time`` is the wall
time of all processes of a suite.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from needed import compare, compare_resources
from needed_code import Code, functions_of
from needed_tools import (
    Autopilot,
    Iamscan,
    LambdaAnalyzer,
    Pairs,
    Puresec,
    Tool,
    ToolError,
    pairs_of,
)
from peer_servers import account_server, reference_server

from ringfence.model.contract import FunctionContract, FunctionDraft, Permission

RINGFENCE = "Ringfence"
Labels = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("suites", type=Path, nargs="+")
    for name in ("autopilot", "puresec", "lambda-analyzer", "iamscan"):
        parser.add_argument(f"--{name}", type=Path, metavar="EXE")
    parser.add_argument("--shown", choices=("handler", "reached", "folder"), default="reached")
    parser.add_argument("--verbose", action="store_true", help="also what each got wrong")
    options = parser.parse_args()
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        tools = list(tools_of(options, stack, scratch))
        print(f"python -I -c pass: {time_of_nothing():.3f} s")
        for tool in tools:
            print(f"{tool.name}: {tool.options}")
        scores = [Score(RINGFENCE), *(Score(tool.name) for tool in tools)]
        for suite in options.suites:
            marks = [Score(score.name) for score in scores]
            for file in sorted(suite.resolve().glob("**/expected.json")):
                folder = scratch / "code" / suite.name / file.parent.name
                run_application(file, folder, options.shown, tools, marks, options.verbose)
            show(suite.name, marks)
            for score, mark in zip(scores, marks, strict=True):
                score.add(mark)
    if len(options.suites) > 1:
        show("all suites", scores)
    return 0


def tools_of(options: argparse.Namespace, stack: ExitStack, scratch: Path) -> Iterator[Tool]:
    if options.autopilot:
        reference = stack.enter_context(reference_server())
        yield Autopilot(options.autopilot, reference, scratch / "autopilot")
    if options.puresec:
        account = stack.enter_context(account_server())
        yield Puresec(options.puresec, account, scratch / "puresec")
    if options.lambda_analyzer:
        yield LambdaAnalyzer(options.lambda_analyzer, scratch / "lambda-analyzer")
    if options.iamscan:
        yield Iamscan(options.iamscan, scratch / "iamscan")


class Score:
    """What one tool got right in the functions of a suite."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.actions: Counter[str] = Counter()
        self.resources: Counter[str] = Counter()
        self.seconds = 0.0

    def add(self, other: Score) -> None:
        self.actions += other.actions
        self.resources += other.resources
        self.seconds += other.seconds

    def judge(self, labels: Labels, pairs: Pairs) -> list[str]:
        """Count one function; the differences as lines."""
        draft = draft_of(labels, pairs)
        lines = compare(labels | {"platform": []}, draft, self.actions)
        lines = [line for line in lines if not line.startswith("resource")]
        self.actions["functions"] += 1
        named = entries_with_arns(labels["needed"])
        got = {permission.action.lower() for permission in draft.contract.permissions}
        both = got & {entry["action"].lower() for entry in named}
        return lines + compare_resources(named, draft.contract.permissions, both, self.resources)


def draft_of(labels: Labels, pairs: Pairs) -> FunctionDraft:
    """A policy as Ringfence's own result; what only the platform needs is left out."""
    needed = {entry["action"].lower() for entry in labels["needed"]}
    platform = {entry["action"].lower() for entry in labels.get("platform", [])} - needed
    permissions = [
        Permission(action, resource.replace("arn:*:", "arn:aws:", 1))
        for action, resource in pairs
        if action.lower() not in platform
    ]
    return FunctionDraft(FunctionContract(id="", key="", name="", permissions=permissions))


def entries_with_arns(needed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The labels of the actions all of whose resources are known as ARNs."""
    entries = [entry | {"resource": entry.get("arn", entry["resource"])} for entry in needed]
    unknown = {entry["action"] for entry in entries if entry["resource"].startswith("ref:")}
    return [entry for entry in entries if entry["action"] not in unknown]


def run_application(
    file: Path, folder: Path, shown: str, tools: list[Tool], scores: list[Score], verbose: bool
) -> None:
    expected: dict[str, Labels] = json.loads(file.read_text(encoding="utf-8"))
    codes = functions_of(file.parent, folder, shown)
    start = time.perf_counter()
    policies = ringfence(file.parent)
    scores[0].seconds += time.perf_counter() - start
    for key, labels in expected.items():
        answers = [policies.get(key, [])]
        for tool, score in zip(tools, scores[1:], strict=True):
            start = time.perf_counter()
            answers.append(asked(tool, codes.get(key), score))
            score.seconds += time.perf_counter() - start
        for score, pairs in zip(scores, answers, strict=True):
            lines = score.judge(labels, pairs)
            if verbose:
                print(f"{file.parent.name} {key} {score.name}: {'; '.join(lines) or 'exact'}")


def asked(tool: Tool, code: Code | None, score: Score) -> Pairs:
    if code is None:
        return []
    try:
        return tool.pairs(code)
    except (ToolError, subprocess.TimeoutExpired) as problem:
        score.actions["failed"] += 1
        print(f"{tool.name} failed on {code.folder.parent.name} {code.key}: {problem}")
        return []


def ringfence(application: Path) -> dict[str, Pairs]:
    """Function → what Ringfence would allow it, by the command that a user types."""
    command = [sys.executable, "-m", "ringfence", "lock", "export", "--as", "iam", "--format",
               "json", "--no-cache", str(application)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Pairs] = {}
    for key, policy in json.loads(done.stdout).items():
        short = key.removesuffix("LambdaFunction")
        found[key] = found[short[:1].lower() + short[1:]] = pairs_of(policy)
    return found


def show(title: str, scores: list[Score]) -> None:
    functions = scores[0].actions["functions"]
    print(f"\n{title}, {functions} functions")
    print(
        "| tool | action precision | recall | exact | resource precision | recall | failed | time |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for score in scores:
        cells = [
            score.name,
            share(score.actions, "actions right", "actions extra"),
            share(score.actions, "actions right", "actions missed"),
            f"{score.actions['exact actions']}",
            share(score.resources, "resources right", "resources extra"),
            share(score.resources, "resources right", "resources missed"),
            f"{score.actions['failed']}",
            f"{score.seconds:.1f} s",
        ]
        print(f"| {' | '.join(cells)} |")


def share(counts: Counter[str], right: str, wrong: str) -> str:
    whole = counts[right] + counts[wrong]
    return f"{100 * counts[right] / whole:.1f} % ({counts[right]}/{whole})" if whole else "-"


def time_of_nothing() -> float:
    """Median wall time of an interpreter that does nothing, in seconds: how busy the machine is."""
    times = []
    for _ in range(10):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-I", "-c", "pass"], check=True)
        times.append(time.perf_counter() - start)
    return sorted(times)[5]


if __name__ == "__main__":
    sys.exit(main())
