"""What a scan asked of the folder, so that a later scan can tell whether the answers would differ.

Every look at the scanned folder goes through a :class:`Trace`: files read, places looked for,
folders listed. A result may be used again when each of these still answers as it did.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

from ringfence.files import read_regular
from ringfence.model.record import field, record

#: Size in bytes, modification and change time in ns, inode: as good as the content while it stands.
Signature = tuple[int, int, int, int]

FILE, FOLDER, ABSENT = "file", "folder", ""


@record()
class Trace:
    """``read`` maps a path below the root to the signature that it had before it was read (None
    when it was not there), ``held`` to what stood there, ``listed`` to a digest of its names,
    ``digests`` to that of a file's content, as far as it was asked."""

    read: dict[str, Signature | None] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    listed: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    def note(self, root: Path, path: str) -> None:
        """A file is about to be read."""
        if path not in self.read:
            self.read[path] = signature_of(f"{root}/{path}")

    def look(self, root: Path, path: str) -> str:
        """What stands at a path."""
        known = self.held.get(path)
        if known is None:
            known = self.held[path] = kind_at(f"{root}/{path}" if path else root)
        return known


def signature_of(path: str | Path) -> Signature | None:
    """The signature of a regular file; None for everything else."""
    try:
        found = os.stat(path)  # noqa: PTH116 - called for each file of a tree
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def kind_at(path: str | Path) -> str:
    """Whether a file or a folder stands there, or nothing that is read."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - called for each file of a tree
    except (OSError, ValueError):
        return ABSENT
    if stat.S_ISREG(mode):
        return FILE
    return FOLDER if stat.S_ISDIR(mode) else ABSENT


def digest_of(names: Iterable[str]) -> str:
    """A digest of names in their order."""
    digest = blake2b(digest_size=16)
    for name in names:
        digest.update(name.encode("utf-8", "surrogateescape") + b"\0")
    return digest.hexdigest()


def content_digest(path: str | Path, limit: int) -> str | None:
    """A digest of a file's content; None when it cannot be read or is larger than ``limit``."""
    try:
        data = read_regular(path, limit + 1)
    except (OSError, ValueError):
        return None
    return None if len(data) > limit else blake2b(data, digest_size=16).hexdigest()
