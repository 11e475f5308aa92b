"""How right the needed permissions are on labelled applications.

Usage: python bench/needed.py SUITE [--verbose]

A suite is a folder of applications, each with a template, code, and ``expected.json``: ``{function:
{"needed": [{"action", "resource", "ref"}], "platform": [...], "optional": [...]}}``. A resource is
an ARN with ``*`` for region and account, or ``ref:LogicalId`` with what follows its ARN.

Counts (function, action) pairs, then (function, action, resource) of the actions that both have.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from ringfence.contract.assemble import name_drafts
from ringfence.contract.build import harvest_for
from ringfence.model.contract import FunctionDraft, Permission
from ringfence.permissions.physical import Place
from ringfence.scan import ScanOptions, harvest


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("suite", type=Path)
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    counts: Counter[str] = Counter()
    for file in sorted(arguments.suite.glob("**/expected.json")):
        for line in judge(file.parent, json.loads(file.read_text()), counts):
            if arguments.verbose:
                print(line)
    print(summary(counts))


def drafts_of(folder: Path) -> list[FunctionDraft]:
    make, key = harvest_for(Place())
    return name_drafts(harvest(folder, ScanOptions(), make, key).drafts)


def judge(folder: Path, expected: dict[str, Any], counts: Counter[str]) -> list[str]:
    """Count one application; the differences as lines."""
    drafts = drafts_of(folder)
    found = {draft.contract.key: draft for draft in drafts}
    for draft in drafts:  # the Serverless Framework's own names
        short = draft.contract.key.removesuffix("LambdaFunction")
        found.setdefault(short[:1].lower() + short[1:], draft)
    lines = []
    for function, labels in expected.items():
        counts["functions"] += 1
        draft = found.get(function)
        if draft is None:
            counts["missing functions"] += 1
            lines.append(f"{folder.name} {function}: not found")
        lines += [f"{folder.name} {function}: {line}" for line in compare(labels, draft, counts)]
    return lines


def compare(labels: dict[str, Any], draft: FunctionDraft | None, counts: Counter[str]) -> list[str]:
    needed = labels.get("needed", [])
    may = {entry["action"].lower() for entry in labels.get("optional", [])}
    wanted = {entry["action"].lower() for entry in needed}
    ours = draft.contract.permissions if draft else []
    got = {permission.action.lower() for permission in ours}
    extra, missed = got - wanted - may, wanted - got
    counts["actions right"] += len(wanted & got)
    counts["actions extra"] += len(extra)
    counts["actions missed"] += len(missed)
    lines = [f"missed {action}" for action in sorted(missed)]
    for action in sorted(extra):
        where = [p.evidence[0].where for p in ours if p.action.lower() == action and p.evidence]
        lines.append(f"extra {action} {where[:1]}")
    resource_lines = compare_resources(needed, ours, wanted & got, counts)
    if not extra and not missed:
        counts["exact actions"] += 1
        counts["exact"] += not resource_lines
    platform = draft.contract.platform if draft else []
    have = {permission.action.lower() for permission in [*platform, *ours]}
    for entry in labels.get("platform", []):
        right = entry["action"].lower() in have
        counts["platform right" if right else "platform missed"] += 1
        if not right:
            lines.append(f"platform missed {entry['action']}")
    known = {entry["action"].lower() for entry in labels.get("platform", [])} | wanted
    for permission in platform:
        if permission.action.lower() not in known:
            counts["platform extra"] += 1
            lines.append(f"platform extra {permission.action}")
    return lines + resource_lines


def compare_resources(
    needed: list[dict[str, Any]], ours: list[Permission], both: set[str], counts: Counter[str]
) -> list[str]:
    lines = []
    for action in sorted(both):
        wanted = [entry for entry in needed if entry["action"].lower() == action]
        got = [permission for permission in ours if permission.action.lower() == action]
        for entry in wanted:
            right = any(same(entry, permission) for permission in got)
            counts["resources right" if right else "resources missed"] += 1
            if not right:
                have = [permission.resource for permission in got]
                lines.append(f"resource of {action}: wanted {entry['resource']}, have {have}")
        for permission in got:
            if not any(same(entry, permission) for entry in wanted):
                counts["resources extra"] += 1
                lines.append(f"resource of {action}: extra {permission.resource}")
    return lines


def same(entry: dict[str, Any], permission: Permission) -> bool:
    """Whether a permission has the resource of a label."""
    names = {normal(entry["resource"]), normal(entry.get("ref", entry["resource"]))}
    ours = {normal(permission.resource)}
    if permission.of:
        ours.add(normal(f"ref:{permission.of.rpartition('#')[2]}{permission.inside}"))
    return any(wanted == own or is_narrower(own, wanted) for wanted in names for own in ours)


def is_narrower(own: str, wanted: str) -> bool:
    """Labels name a bucket's objects by ``bucket/*``, and a mail's identity by ``*``."""
    objects = wanted.startswith(("arn:aws:s3:", "ref:")) or ":ses:" in wanted
    return objects and wanted.endswith("/*") and own.startswith(wanted[:-1])


def normal(arn: str) -> str:
    """Region and account as ``*`` where the ARN has such parts, and one way to end a secret, a path
    of parameters."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return arn
    parts[3], parts[4] = parts[3] and "*", parts[4] and "*"
    if parts[2] == "ssm":
        parts[5] = parts[5].removesuffix("/*").removesuffix("/")
    return ":".join(parts).replace("-??????", "-*")


def summary(counts: Counter[str]) -> str:
    def share(right: str, wrong: str) -> str:
        whole = counts[right] + counts[wrong]
        return f"{counts[right] / whole:.1%} ({counts[right]} of {whole})" if whole else "-"

    return "\n".join(
        (
            f"functions          {counts['functions']}, not found {counts['missing functions']}",
            f"action precision   {share('actions right', 'actions extra')}",
            f"action recall      {share('actions right', 'actions missed')}",
            f"exact actions      {counts['exact actions']}, with resources {counts['exact']}",
            f"resource precision {share('resources right', 'resources extra')}",
            f"resource recall    {share('resources right', 'resources missed')}",
            f"platform recall    {share('platform right', 'platform missed')}",
            f"platform precision {share('platform right', 'platform extra')}",
        )
    )


if __name__ == "__main__":
    main()
