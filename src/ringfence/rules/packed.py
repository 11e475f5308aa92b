"""The shipped TOML files, parsed ahead: a scan reads some two hundred and has no time for that.

``packed.txt`` is generated from them by ``support/pack_rules.py``: one line for each file, with its
name, a checksum of its bytes and its content as JSON. A file whose bytes are not those of its line
is parsed as if there were no line, so an edited rule counts at once; only its reading takes longer.
"""

from __future__ import annotations

import json
import zlib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
PACK = FOLDER / "packed.txt"


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
        text = PACK.read_text(encoding="utf-8")
    except OSError:
        return {}
    pairs = (line.partition(" ") for line in text.split("\n"))
    return {name: rest for name, _, rest in pairs}
