"""Mutated templates and code never crash a scan: they are read, or named as skipped."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from ringfence.errors import NothingToRead
from ringfence.testing import scanned

EXAMPLE = Path(__file__).parents[2] / "examples" / "orders"
PIECES = [b"{", b"[", b"]", b"}", b": ", b"- ", b"\n", b"*a", b"&a ", b"!Sub ", b"'", b'"', b"(",
          b")", b"\t", b"\xff", b"\x00", b"${", b"Fn::If", b"Ref", b"...", b"lambda ", b"await ",
          b"`", b"=>", b"/*", b"#", b"\\", b"if ", b"AWS::NoValue", b"!If [", b"0" * 40]  # fmt: skip


def mutated(data: bytes, random_: random.Random) -> bytes:
    """The data with a few pieces cut, doubled, moved or put in."""
    changed = bytearray(data)
    for _ in range(random_.randint(1, 6)):
        at = random_.randrange(len(changed) + 1)
        length = random_.choice([1, 2, 8, 40, 400])
        match random_.randrange(4):
            case 0:
                del changed[at : at + length]
            case 1:
                changed[at:at] = random_.choice(PIECES)
            case 2:
                changed[at:at] = changed[at : at + length]
            case _:
                other = random_.randrange(len(changed) + 1)
                changed[at:at] = changed[other : other + length]
    return bytes(changed)


@pytest.mark.fuzz
@pytest.mark.parametrize("share", range(4))
def test_a_mutated_application_is_scanned_or_skipped(
    tmp_path: Path, rounds: int, share: int
) -> None:
    for seed in range(share, rounds or 24, 4):
        random_ = random.Random(seed)
        folder = tmp_path / str(seed)
        shutil.copytree(EXAMPLE, folder)
        files = sorted(folder.rglob("*.*"))
        chosen = {folder / "template.yaml", *random_.sample(files, 3)}
        for file in sorted(
            chosen if random_.random() < 0.7 else chosen - {folder / "template.yaml"}
        ):
            file.write_bytes(mutated(file.read_bytes(), random_))
        try:
            result = scanned(folder)
        except NothingToRead:
            continue
        assert not [item for item in result.skipped if "defect" in item.reason], seed
        shutil.rmtree(folder)
