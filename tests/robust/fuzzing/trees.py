"""Bytes as decisions: which value of a JSON tree is replaced by what, which files a folder holds."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

VALUES: list[Any] = [
    None, True, 0, -1, 10**18, 10**400, 0.5, "", "x", "\ud800", "../../etc/passwd", "/dev/zero",
    "\x00", [], {}, [[]], [None] * 4, {"x": []}, [1, 2, 3, 4], ["x"] * 3,
]  # fmt: skip
NAMES = [
    "template.yaml", "template.json", "serverless.yml", "serverless.ts", "app.py", "index.js", "src",
    "a", "package.json", "samconfig.toml", "ringfence.toml", "__init__.py", "node_modules", ".git",
    "\x1b[31m", "\u202e", "a b", "'", "\udcff", "-", "x" * 200, "\n", "A.PY", "cdk.out", "*", "[a]",
    "#", "${a}", "nul\u0301", "template.yaml ", ".aws-sam", "é", "layer", "Dockerfile", "..a", "rules", "own.toml",
]  # fmt: skip


class Decisions:
    """Numbers taken from bytes; zeros when they are used up."""

    def __init__(self, data: bytes) -> None:
        self.left = list(data[:4_000])

    def below(self, count: int) -> int:
        byte = self.left.pop(0) if self.left else 0
        if count > 256 and self.left:
            byte = byte * 256 + self.left.pop(0)
        return byte % count


def spoilt(tree: Any, data: bytes) -> bytes:
    """The tree as JSON, with some of its values replaced, emptied, doubled or cut."""
    decisions = Decisions(data)
    for _ in range(1 + decisions.below(6)):
        place = tree
        for _ in range(1 + decisions.below(12)):
            keys = list(place) if isinstance(place, dict) else range(len(place))
            if not keys:
                break
            key = keys[decisions.below(len(keys))]
            if isinstance(place[key], (dict, list)) and decisions.below(8):
                place = place[key]
                continue
            _spoil(place, key, decisions)
            break
    return json.dumps(tree).encode()


def _spoil(place: Any, key: Any, decisions: Decisions) -> None:
    match decisions.below(4):
        case 0 if isinstance(place, list):
            place.append(place[key])
        case 1:
            del place[key]
        case 2 if isinstance(place, dict):
            place[VALUES[8 + decisions.below(4)]] = place.pop(key)
        case _:
            place[key] = json.loads(json.dumps(VALUES[decisions.below(len(VALUES))]))


def build(data: bytes, root: Path, contents: list[bytes]) -> None:
    """Files, folders, links and pipes below ``root`` as the bytes say."""
    decisions = Decisions(data)
    root.mkdir(parents=True, exist_ok=True)
    folders, made = [root], [root]
    for _ in range(2 + decisions.below(14)):
        path = folders[decisions.below(len(folders))] / NAMES[decisions.below(len(NAMES))]
        with contextlib.suppress(OSError, ValueError):
            match decisions.below(8):
                case 0 | 1:
                    path.mkdir()
                    folders.append(path)
                case 2:
                    path.symlink_to(made[decisions.below(len(made))])
                case 3:
                    path.symlink_to(
                        ("..", "/dev/zero", "/etc/passwd", "x", ".")[decisions.below(5)]
                    )
                case 4 if not path.exists():
                    os.mkfifo(path)
                case _:
                    if not path.exists() and not path.is_symlink():
                        path.write_bytes(contents[decisions.below(len(contents))])
            made.append(path)
