"""A small read-only archive of JSON groups, for data of which a run needs a few groups only.

Layout: one line of JSON, then zlib streams. The line is ``{"about": {…}, "groups": {name: [offset,
length]}}`` with offsets counted from the byte after the line. Opening reads the whole file once
(well under 1 MiB); a group is unpacked when it is asked for.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Pack:
    """An opened archive. ``about`` names source, version, date and licence of the data."""

    def __init__(self, path: Path) -> None:
        head, _, self._body = path.read_bytes().partition(b"\n")
        index = json.loads(head)
        self.about: dict[str, str] = index["about"]
        self._groups: dict[str, list[int]] = index["groups"]
        self._opened: dict[str, dict[str, Any]] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._groups

    def names(self) -> list[str]:
        """The names of all groups, in the order of the file."""
        return list(self._groups)

    def group(self, name: str) -> dict[str, Any]:
        """The group of that name; empty when there is none."""
        found = self._opened.get(name)
        if found is None:
            found = self._unpack(name)
            self._opened[name] = found
        return found

    def _unpack(self, name: str) -> dict[str, Any]:
        place = self._groups.get(name)
        if place is None:
            return {}
        data: dict[str, Any] = json.loads(zlib.decompress(self._body[place[0] : sum(place)]))
        return data


def write_pack(path: Path, about: Mapping[str, str], groups: Mapping[str, object]) -> None:
    """Write an archive; the same input gives the same bytes."""
    index: dict[str, list[int]] = {}
    body = b""
    for name in sorted(groups):
        text = json.dumps(groups[name], separators=(",", ":"), sort_keys=True)
        packed = zlib.compress(text.encode(), 9)
        index[name] = [len(body), len(packed)]
        body += packed
    head = json.dumps({"about": dict(about), "groups": index}, separators=(",", ":"))
    path.write_bytes(head.encode() + b"\n" + body)
