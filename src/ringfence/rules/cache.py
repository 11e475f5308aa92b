"""A cache of parsed knowledge in the user's own cache folder: JSON, keyed by content.

Never in the scanned tree, never pickle. A cache that cannot be read or written is as good as none.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ringfence import __version__

MAX_BYTES = 4_000_000


def folder() -> Path | None:
    """The cache folder (``RINGFENCE_CACHE``, else the platform's own); None switches it off."""
    chosen = os.environ.get("RINGFENCE_CACHE")
    if chosen is not None:
        return Path(chosen) if chosen else None
    try:
        if sys.platform == "darwin":
            return Path.home() / "Library" / "Caches" / "ringfence"
        base = os.environ.get("XDG_CACHE_HOME")
        return (Path(base) if base else Path.home() / ".cache") / "ringfence"
    except RuntimeError:  # no home folder
        return None


def key_of(texts: Iterable[str]) -> str:
    """The key of some content under this version of Ringfence."""
    digest = blake2b(f"{__version__} {sys.version_info[:2]}".encode(), digest_size=16)
    for text in texts:
        data = text.encode()
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


def read(name: str, key: str) -> Any:
    """What was kept under a name and key; None when there is nothing to trust."""
    base = folder()
    if base is None:
        return None
    try:
        if not _private(base):
            return None
        path = base / f"{name}-{key}.json"
        if path.stat().st_size > MAX_BYTES:
            return None
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def write(name: str, key: str, data: Any) -> None:
    """Keep data; older entries of the same name go. Written whole or not at all."""
    base = folder()
    if base is None:
        return
    try:
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _private(base):
            return
        target = base / f"{name}-{key}.json"
        temporary = base / f".{name}-{os.getpid()}.tmp"
        temporary.write_text(json.dumps(data, separators=(",", ":")), encoding="utf-8")
        temporary.replace(target)
        for old in base.glob(f"{name}-*.json"):
            if old != target:
                old.unlink(missing_ok=True)
    except (OSError, TypeError, ValueError):
        return


def _private(base: Path) -> bool:
    """Whether only this user can write the folder; a shared one is not trusted."""
    status = base.stat()
    own = not hasattr(os, "getuid") or status.st_uid == os.getuid()
    return own and not status.st_mode & 0o022
