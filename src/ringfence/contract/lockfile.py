"""``ringfence.lock``: from the disk and onto it, whole or not at all.

The shape of the file is in :mod:`ringfence.contract.writing`, what is checked on the way in, in
:mod:`ringfence.contract.reading`; its schema is ``docs/schemas/lock.schema.json``.
"""

from __future__ import annotations

from pathlib import Path

from ringfence.contract.reading import contract_of
from ringfence.contract.writing import lock_text
from ringfence.errors import UsageError
from ringfence.files import read_regular, write_whole
from ringfence.model.contract import Contract

FILE_NAME = "ringfence.lock"
#: Some 25,000 permissions. A file on the way in may have been written by anyone.
MAX_BYTES = 8_000_000

__all__ = [
    "FILE_NAME",
    "MAX_BYTES",
    "contract_of",
    "lock_text",
    "parsed",
    "read_lock",
    "write_lock",
]


def read_lock(path: Path, shown: str = "") -> Contract:
    """The contract in a file; errors call it ``shown``, or as its path reads.

    Raises:
        UsageError: there is no such file, it cannot be read, or it is no lock file of this version.
    """
    name = shown or path.as_posix()
    try:
        data = read_regular(path, MAX_BYTES + 1)
    except FileNotFoundError:
        raise UsageError("there is no lock file", name, "write one with `ringfence lock`") from None
    except (OSError, ValueError) as problem:  # ValueError: a path that cannot be
        raise UsageError(f"cannot be read: {_reason(problem)}", name, "check the path") from None
    return parsed(data, name)


def parsed(data: bytes, name: str = FILE_NAME) -> Contract:
    """The contract in the bytes of a file that errors call ``name``.

    Raises:
        UsageError: it is no lock file of this version.
    """
    if len(data) > MAX_BYTES:
        cure = "check that it is the right file, or run `ringfence lock` to write it anew"
        raise UsageError(f"larger than {MAX_BYTES // 1_000_000} MB", name, cure)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise UsageError("not UTF-8", f"{name}:{line}", "save it as UTF-8 text") from None
    return contract_of(text.removeprefix("\ufeff").replace("\r\n", "\n"), name)


def write_lock(path: Path, contract: Contract, shown: str = "") -> bool:
    """Write the file; False when it held the same bytes already and was left alone.

    Raises:
        UsageError: it cannot be written, or would be too large to be read; what stood there stays.
    """
    name = shown or path.as_posix()
    data = lock_text(contract).encode("utf-8")
    if len(data) > MAX_BYTES:
        cure = "lock parts of the application, one folder each"
        what = f"the contract would be larger than {MAX_BYTES // 1_000_000} MB"
        raise UsageError(what, name, cure)
    try:
        if _content(path) == data:
            return False
        write_whole(path, data)
    except (OSError, RuntimeError, ValueError) as problem:  # RuntimeError: links in a circle
        cure = "check the path, its rights and the room on the disk"
        raise UsageError(f"cannot be written: {_reason(problem)}", name, cure) from None
    return True


def _content(path: Path) -> bytes | None:
    """What stands there, as far as a lock file may be long; None when nothing readable does."""
    try:
        return read_regular(path, MAX_BYTES + 1)
    except OSError:
        return None


def _reason(problem: Exception) -> str:
    return getattr(problem, "strerror", "") or str(problem)
