"""The tree of a commit in a folder of its own, as far as a scan may read it.

Files are written from their objects, so no filter of the repository runs. Names of a hostile tree
(``..``, ``.git``, one name twice) are left out, regular files come before links, and nothing is
written through a link. What the working tree holds unchanged is copied from there.
"""

from __future__ import annotations

import errno
import hashlib
import os
import posixpath
import shutil
import stat
from pathlib import Path

from ringfence.config import FILE_NAME, load_config
from ringfence.errors import UsageError
from ringfence.model.record import record
from ringfence.scan import ScanOptions
from ringfence.since.git import Entry, Repository

#: Above what a scan reads of any one file; a larger one keeps its size only.
MAX_FILE_BYTES = 10_000_000
MAX_ALL_BYTES = 1_000_000_000
MAX_FILES = 300_000
MAX_LINK = 4_000

#: What no scan reads, so that it neither counts as a change nor needs to be written.
UNREAD = frozenset((
    ".md", ".rst", ".adoc", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".webp", ".pdf",
    ".woff", ".woff2", ".ttf", ".eot", ".mp3", ".mp4", ".mov", ".drawio", ".pptx", ".docx",
))  # fmt: skip

_LINK, _MODULE = "120000", "160000"

#: Of a name that this file system does not take, or that a hostile tree has twice.
_UNUSABLE_NAME = (errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.EILSEQ)


@record(frozen=True)
class Snapshot:
    """The written tree. ``then`` are the files of the commit, ``now`` those of the working tree;
    ``changed`` tells whether they differ in anything that a scan reads. ``modules`` are folders
    that belong to repositories of their own and are not compared."""

    root: Path
    changed: bool
    then: frozenset[str]
    now: frozenset[str]
    modules: tuple[str, ...]


def take(repository: Repository, commit: str, folder: Path, options: ScanOptions) -> Snapshot:
    """Write the tree that a commit has below the repository's scanned folder.

    Raises:
        UsageError: it is too large, or objects are missing.
    """
    writer = _Writer(repository, folder / (repository.folder.name or "root"))
    found = repository.entries(commit)
    entries = [entry for entry in found if is_read(entry.path) and entry.mode != _MODULE]
    modules = [entry.path for entry in found if is_read(entry.path) and entry.mode == _MODULE]
    if len(entries) > MAX_FILES:
        raise UsageError(f"more than {MAX_FILES:,} files", commit[:12], "scan a smaller folder")
    writer.write(entries)
    untracked = [file for file in repository.untracked() if is_read(file)]
    changed = bool(untracked) or writer.differs
    if changed:
        use_configuration(repository.folder, writer.root, options)
    return Snapshot(
        root=writer.root,
        changed=changed,
        then=frozenset(entry.path for entry in entries),
        now=frozenset((*writer.present, *untracked)),
        modules=tuple(path for path in modules if any((repository.folder / path).glob("*"))),
    )


def is_read(path: str) -> bool:
    """Whether a scan may read a file of this path, and it is a safe one to write."""
    parts = path.split("/")
    if any(part in ("", ".", "..") or part.lower() == ".git" for part in parts):
        return False
    return posixpath.splitext(parts[-1])[1].lower() not in UNREAD


class _Writer:
    def __init__(self, repository: Repository, root: Path) -> None:
        self.repository = repository
        self.root = root
        self.differs = False
        self.present: set[str] = set()
        self.bytes = 0
        self.root.mkdir(parents=True)

    def write(self, entries: list[Entry]) -> None:
        links = [entry for entry in entries if entry.mode == _LINK]
        changed = []
        for entry in entries:
            if entry.mode == _LINK:
                continue
            data = unchanged(self.repository.folder / entry.path, entry.oid)
            if data is None:
                changed.append(entry)
            else:
                self.present.add(entry.path)
                self.file(entry.path, len(data), data)
        self.differs |= bool(changed)
        wanted = [*changed, *links]
        contents = self.repository.blobs([entry.oid for entry in wanted], MAX_FILE_BYTES)
        for entry, (size, data) in zip(wanted, contents, strict=True):
            if os.path.lexists(self.repository.folder / entry.path):
                self.present.add(entry.path)
            if entry.mode == _LINK:
                self.link(entry.path, data or b"")
            else:
                self.file(entry.path, size, data)

    def file(self, name: str, size: int, data: bytes | None) -> None:
        """Write a new file; of one without data only the size is kept."""
        self.bytes += len(data or b"")
        if self.bytes > MAX_ALL_BYTES:
            raise UsageError(
                f"larger than {MAX_ALL_BYTES // 1_000_000:,} MB at the revision",
                str(self.repository.folder),
                "scan a smaller folder",
            )
        path = self.root / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as stream:
                stream.write(data or b"")
                stream.truncate(size)
        except OSError as problem:
            if problem.errno not in _UNUSABLE_NAME:
                raise

    def link(self, name: str, data: bytes) -> None:
        """A link inside the tree; one that leaves it is left out, as a scan does not follow it."""
        target = os.fsdecode(data)
        inside = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
        here = self.repository.folder / name
        self.differs |= not here.is_symlink() or os.fsencode(here.readlink()) != data
        leaves = target.startswith("/") or inside == ".." or inside.startswith("../")
        if leaves or not data or len(data) > MAX_LINK or b"\0" in data:
            return
        if first_link(self.root, name) is not None:
            return
        path = self.root / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(target)
        except OSError as problem:
            if problem.errno not in _UNUSABLE_NAME:
                raise


def first_link(root: Path, name: str) -> Path | None:
    """The first part of a path below a folder that is a link, or a file where a folder is meant."""
    path = root
    for part in name.split("/"):
        path = path / part
        if path.is_symlink() or path.is_file():
            return path
    return None


def unchanged(path: Path, oid: str) -> bytes | None:
    """The content of a file of the working tree if it is that of an object, else None."""
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_FILE_BYTES:
            return None
        data = path.read_bytes()
    except (OSError, ValueError):
        return None
    digest = hashlib.sha1 if len(oid) == 40 else hashlib.sha256  # the repository's object format
    return data if digest(b"blob %d\0" % len(data) + data).hexdigest() == oid else None


def use_configuration(now: Path, then: Path, options: ScanOptions) -> None:
    """Judge the old tree by the configuration and the rules of the working tree."""
    if options.config_file is not None:
        return
    config = load_config(now)
    make_way(then, FILE_NAME)
    if config.file:
        shutil.copyfile(now / FILE_NAME, then / FILE_NAME)
    for folder in config.rule_folders:
        name = folder.resolve().relative_to(now.resolve()).as_posix()
        if name == ".":
            continue
        make_way(then, name)
        copy = then / name
        copy.mkdir(parents=True)
        for file in sorted(folder.glob("*.toml")):
            if file.is_file():
                shutil.copyfile(file, copy / file.name)


def make_way(root: Path, name: str) -> None:
    """Remove what the old tree has at a path, or in the way to it; nothing outside of it."""
    blocking = first_link(root, name)
    if blocking is not None:
        blocking.unlink()
    elif (root / name).is_dir():
        shutil.rmtree(root / name)
