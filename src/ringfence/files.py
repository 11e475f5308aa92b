"""Reading what strangers wrote, without waiting; writing results whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from pathlib import Path
from typing import BinaryIO

_READING = os.O_RDONLY
for _name in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):  # as far as the system has them
    _READING |= getattr(os, _name, 0)


def open_regular(path: str | Path) -> BinaryIO:
    """A regular file, open for reading.

    Whatever was seen at the path before, a pipe or device that stands there now is refused when it
    is open; opening waits for nobody.

    Raises:
        OSError: there is none, or it cannot be read.
        ValueError: such a path cannot be.
    """
    file = open(os.open(path, _READING), "rb")  # noqa: PTH123, SIM115 - a handle; the caller's
    try:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
    except BaseException:
        file.close()
        raise
    return file


def read_regular(path: str | Path, limit: int) -> bytes:
    """The content of a regular file (see :func:`open_regular`), of a longer one the first
    ``limit`` bytes.

    Raises:
        OSError: there is none, or it cannot be read.
        ValueError: such a path cannot be.
    """
    with open_regular(path) as file:
        return file.read(limit)


def write_whole(path: Path, data: bytes, *, lasting: bool = True) -> None:
    """Write a file so that readers see the old content or all of the new one.

    What is not ``lasting`` is not waited for until the disk has it: it may be lost, or be empty,
    after a power failure. A device or pipe (``/dev/null``) is written directly; a symbolic link
    keeps its place and its target is replaced; the mode of an existing file stays.

    Raises:
        OSError: it cannot be written; an existing file is as it was.
        RuntimeError: symbolic links in a circle.
    """
    target = path.resolve()
    mode = _mode(target)
    if mode is None or stat.S_ISREG(mode):
        _replace(target, data, mode, lasting)
    elif stat.S_ISDIR(mode):
        raise IsADirectoryError(21, "is a folder")
    else:
        target.write_bytes(data)


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _replace(target: Path, data: bytes, mode: int | None, lasting: bool) -> None:
    """Temporary file beside the target, flushed to the disk, renamed over it."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            if lasting:
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
