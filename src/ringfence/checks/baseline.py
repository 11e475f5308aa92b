"""A baseline: the findings that a project already knows, so that only new ones count.

The file is JSON: ``{"schema": 1, "findings": {fingerprint: {"rule", "subject", "file"}}}``, sorted,
so that a diff reads well. Only fingerprints decide; the rest is for people.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from ringfence.errors import UsageError
from ringfence.files import write_whole
from ringfence.model.finding import Finding

SCHEMA = 1
MAX_BYTES = 20_000_000


def read_baseline(path: Path) -> frozenset[str]:
    """The fingerprints of a baseline file.

    Raises:
        UsageError: the file cannot be read or is not a baseline.
    """
    cure = "write a new one with --write-baseline"
    try:
        with path.open("rb") as file:  # a device may have no end, and no size either
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise UsageError(f"larger than {MAX_BYTES // 1_000_000} MB", str(path), cure)
        tree = json.loads(data.decode("utf-8"))
    except OSError as problem:
        raise UsageError(
            f"cannot be read: {problem.strerror}", str(path), "check the path"
        ) from None
    except (ValueError, RecursionError):
        raise UsageError("not a JSON baseline", str(path), cure) from None
    if not isinstance(tree, dict) or tree.get("schema") != SCHEMA:
        raise UsageError(f"not a baseline of schema {SCHEMA}", str(path), cure)
    findings = tree.get("findings")
    if not isinstance(findings, dict):
        raise UsageError("the baseline holds no findings object", str(path), cure)
    return frozenset(findings)


def write_baseline(path: Path, findings: Iterable[Finding]) -> int:
    """Write a baseline whole or not at all; the number of findings in it."""
    entries = {
        finding.fingerprint: {
            "rule": finding.rule,
            "subject": finding.subject,
            "file": finding.location.file,
        }
        for finding in findings
    }
    text = json.dumps({"schema": SCHEMA, "findings": entries}, indent=2, sort_keys=True) + "\n"
    try:
        write_whole(path, text.encode())
    except (OSError, RuntimeError) as problem:  # RuntimeError: symbolic links in a circle
        reason = getattr(problem, "strerror", "") or str(problem)
        raise UsageError(f"cannot be written: {reason}", str(path), "check the path") from None
    return len(entries)


def apply_baseline(findings: Iterable[Finding], known: frozenset[str]) -> tuple[list[Finding], int]:
    """The findings that the baseline does not know, and how many it does."""
    all_findings = list(findings)
    new = [finding for finding in all_findings if finding.fingerprint not in known]
    return new, len(all_findings) - len(new)
