"""Writing results: a file is there whole, or as it was before."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that readers see the old content or all of the new one.

    A device or pipe (``/dev/null``) is written directly; a symbolic link keeps its place and its
    target is replaced; the mode of an existing file stays.

    Raises:
        OSError: it cannot be written; an existing file is as it was.
        RuntimeError: symbolic links in a circle.
    """
    target = path.resolve()
    mode = _mode(target)
    if mode is None or stat.S_ISREG(mode):
        _replace(target, data, mode)
    elif stat.S_ISDIR(mode):
        raise IsADirectoryError(21, "is a folder")
    else:
        target.write_bytes(data)


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _replace(target: Path, data: bytes, mode: int | None) -> None:
    """Temporary file beside the target, flushed to the disk, renamed over it."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(stat.S_IMODE(mode) if mode is not None else 0o666 & ~_umask())
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
