"""What a change introduces: the scan of the working tree less what its starting point had.

``git`` asks the repository, which is as hostile as the rest of the tree, ``snapshot`` writes the
tree of a commit into a folder of its own, ``compare`` tells which findings are new. Both trees are
judged by the configuration of the working tree, so that only the change makes a difference.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from ringfence.errors import NothingToRead
from ringfence.model.finding import Comparison, ScanResult
from ringfence.model.location import Location, Skipped
from ringfence.model.record import replace
from ringfence.scan import Progress, ScanOptions
from ringfence.since.compare import Files, compare, new_paths
from ringfence.since.git import Repository
from ringfence.since.snapshot import Snapshot, take

__all__ = ["scan_since"]

Scan = Callable[[Path, ScanOptions, Progress | None], ScanResult]


def scan_since(
    scan: Scan, root: Path, options: ScanOptions, revision: str, progress: Progress | None = None
) -> ScanResult:
    """Scan a folder or template, and report what is not there at ``revision`` already.

    A revision that is not an ancestor of HEAD, such as the branch that a change will be merged
    into, stands for the commit at which both parted. Uncommitted and untracked files belong to the
    change, ignored ones do not.

    Raises:
        UsageError: there is no repository, revision or history to compare with.
        NothingToRead: as :func:`ringfence.scan.scan`.
    """
    repository = Repository.around(root if root.is_dir() else root.parent)
    commit = repository.start_of(revision)
    with tempfile.TemporaryDirectory(prefix="ringfence-") as folder:
        snapshot = take(repository, commit, Path(folder), options)
        result = scan(root, options, progress)
        before = _before(scan, root, snapshot, options, result)
    kept = compare(before, result, Files(snapshot.then, snapshot.now))
    outside = repository.ignored({finding.location.file for finding in kept.findings})
    new = [f for f in kept.findings if not is_outside(f.location.file, outside, snapshot.modules)]
    known = kept.known + len(kept.findings) - len(new)
    result.skipped += [
        Skipped(name, "a submodule, not compared", Location(name, 1), f"scan {name} by itself")
        for name in snapshot.modules
    ]
    result.paths = new_paths(before, result, {finding.fingerprint for finding in new})
    result.findings = new
    result.since = Comparison(revision, commit, known, kept.fixed)
    return result


def is_outside(file: str, ignored: set[str], modules: tuple[str, ...]) -> bool:
    """Whether a file is no part of the change: ignored by Git, or in a submodule."""
    return file in ignored or any(file.startswith(f"{name}/") for name in modules)


def _before(
    scan: Scan, root: Path, snapshot: Snapshot, options: ScanOptions, now: ScanResult
) -> ScanResult:
    """What a scan of the starting point finds; nothing when there was nothing to read."""
    if not snapshot.changed:
        return replace(now)
    there = snapshot.root if root.is_dir() else snapshot.root / root.name
    if not there.exists():
        return ScanResult()
    try:
        return scan(there, replace(options, copy_of=root), None)
    except NothingToRead:
        return ScanResult()
