"""The shipped TOML files, parsed ahead: a scan reads some two hundred and has no time for that.

``packed.txt`` is generated from them by ``support/pack_rules.py``: one line for each file, with its
name, a checksum of its bytes and its content as JSON. A file whose bytes are not those of its line
is parsed as if there were no line, so an edited rule counts at once; only its reading takes longer.
"""

from __future__ import annotations

import json
import os
import zlib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
PACK = FOLDER / "packed.txt"


def files(folder: Path) -> list[tuple[str, bytes]]:
    """Name and content of the TOML files of a folder, sorted by name.

    Plain calls of the system: paths would take longer to build than the files to read.
    """
    base = str(folder)
    try:
        names = sorted(name for name in os.listdir(base) if name.endswith(".toml"))  # noqa: PTH208 - see above
    except FileNotFoundError:
        return []
    return [(name, _bytes(f"{base}/{name}")) for name in names]


def _bytes(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - see files()
        return file.read()


def read(name: str) -> dict[str, Any]:
    """The content of a file of this room, such as ``permissions/powers.toml``.

    Raises:
        TOMLDecodeError: the file is not TOML.
    """
    data = (FOLDER / name).read_bytes()
    found: dict[str, Any] | None = content(name, data)
    if found is not None:
        return found
    import tomllib

    return tomllib.loads(data.decode("utf-8"))


def content(name: str, data: bytes) -> Any:
    """What the pack holds for a file, newly made; None when it does not know these bytes."""
    checksum, _, text = _lines().get(name, "").partition(" ")
    return json.loads(text) if checksum == checksum_of(data) else None


def checksum_of(data: bytes) -> str:
    """The checksum that stands in the pack; it guards against forgetting, not against malice."""
    return f"{zlib.crc32(data):08x}"


def line_of(name: str, data: bytes, parsed: object) -> str:
    """The line of a file; the same input gives the same line."""
    text = json.dumps(parsed, ensure_ascii=False, separators=(",", ":"))
    return f"{name} {checksum_of(data)} {text}\n"


@cache
def _lines() -> dict[str, str]:
    try:
        text = _bytes(str(PACK)).decode("utf-8")
    except OSError:
        return {}
    pairs = (line.partition(" ") for line in text.split("\n"))
    return {name: rest for name, _, rest in pairs}
