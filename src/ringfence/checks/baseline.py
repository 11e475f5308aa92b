"""A baseline: the findings that a project already knows, so that only new ones count.

The file is JSON: ``{"schema": 1, "findings": {fingerprint: {"rule", "subject", "file"}}}``, sorted,
so that a diff reads well. Only fingerprints decide; the rest is for people.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
from pathlib import Path

from ringfence.errors import UsageError
from ringfence.files import write_whole
from ringfence.model.finding import Finding

SCHEMA = 1
MAX_BYTES = 20_000_000


def read_baseline(path: Path) -> dict[str, str]:
    """The fingerprints of a baseline file, each with what it stands for in words.

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
    return {fingerprint: _in_words(entry) for fingerprint, entry in findings.items()}


def _in_words(entry: object) -> str:
    """Such as ``queue-encryption-off Jobs template.yaml``; the file is only for people."""
    if not isinstance(entry, dict):
        return ""
    parts = [entry.get(key) for key in ("rule", "subject", "file")]
    return " ".join(part for part in parts if isinstance(part, str) and part)


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


def gone_entries(known: Mapping[str, str], present: Iterable[Finding]) -> list[str]:
    """What a baseline lists and nobody finds any more, in words."""
    there = {finding.fingerprint for finding in present}
    return sorted(words or mark for mark, words in known.items() if mark not in there)


def apply_baseline(findings: Iterable[Finding], known: Container[str]) -> tuple[list[Finding], int]:
    """The findings that the baseline does not know, and how many it does."""
    all_findings = list(findings)
    new = [finding for finding in all_findings if finding.fingerprint not in known]
    return new, len(all_findings) - len(new)
