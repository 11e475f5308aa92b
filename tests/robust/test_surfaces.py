"""Every surface holds its invariants: for a seeded sample of generated input, and for all of the
corpus, which keeps what once broke and what took longest. ``make fuzz`` takes many rounds."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings

from robust.fuzzing import invariants
from robust.fuzzing.grammar import GRAMMARS
from robust.fuzzing.mutation import mutated
from robust.fuzzing.surfaces import SURFACES

CORPUS = Path(__file__).parent / "corpus"
FOUND = sorted(path for path in CORPUS.glob("*/*") if path.is_file())


@pytest.mark.parametrize("path", FOUND, ids=[f"{p.parent.name}-{p.stem}" for p in FOUND])
def test_the_corpus_breaks_nothing(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invariants, "SHOWN", 1)
    monkeypatch.setattr(invariants, "AGAIN", 1)
    SURFACES[path.parent.name].check(path.read_bytes(), tmp_path)


@pytest.mark.fuzz
@pytest.mark.parametrize("name", SURFACES)
def test_mutated_input_breaks_nothing(name: str, tmp_path: Path, rounds: int) -> None:
    surface, random = SURFACES[name], Random(name)
    seeds = surface.seeds()
    assert seeds
    for _ in range(rounds or 12):
        data = mutated(random.choice(seeds), random, seeds)
        try:
            surface.check(data, tmp_path)
        except Exception as problem:
            problem.add_note(f"the input: {data!r}")
            raise


@pytest.mark.fuzz
@pytest.mark.parametrize("name", GRAMMARS)
def test_well_formed_nonsense_breaks_nothing(
    name: str, tmp_path_factory: pytest.TempPathFactory, rounds: int
) -> None:
    folder = tmp_path_factory.mktemp(name)

    @settings(max_examples=rounds or 15)
    @given(GRAMMARS[name])
    def hold(data: bytes) -> None:
        SURFACES[name].check(data, folder)

    hold()


def test_a_defect_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ringfence.scan.application.find_paths", lambda *_: 1 / 0)
    with pytest.raises(invariants.Broken, match="a defect in Ringfence"):
        SURFACES["yaml"].check(SURFACES["yaml"].seeds()[0], tmp_path)


def test_a_raw_escape_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = type(invariants.REPORTERS["terminal"])
    real = kind.render
    monkeypatch.setattr(kind, "render", lambda *given: real(*given) + "\x1b[1m")
    monkeypatch.setattr(invariants, "SHOWN", 1)
    with pytest.raises(invariants.Broken, match="terminal holds"):
        SURFACES["yaml"].check(SURFACES["yaml"].seeds()[0], tmp_path)
