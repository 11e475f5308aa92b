"""Fuzzes the surfaces of ``tests/robust/fuzzing``, each in a process of its own, one after another.

    python bench/fuzz.py [SURFACE ...] [--seconds 60] [--engine coverage|random] [--findings DIR]

``coverage`` is atheris (libFuzzer), which keeps inputs that reach new code; it must be installed
(``pip install atheris``; no lock file holds it). Without it, and with ``random``, seeds are mutated
blindly.
Inputs that break an invariant are written to the findings folder, one of each kind, and the run
goes on; an input on which a process hangs is in ``current``. The exit code is 1 when there are any.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from random import Random

HERE = Path(__file__).resolve().parent
sys.path[0] = str(HERE.parent / "tests")  # in place of this folder, where html.py is ours

#: Real time past its share after which a process counts as hung; in seconds.
HUNG_S = 180.0
LARGEST = 20_000
#: Files that live for milliseconds need no disk.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class Campaign:
    """One surface, what ran, and what broke."""

    def __init__(self, name: str, seconds: float, findings: Path) -> None:
        from robust.fuzzing.surfaces import SURFACES

        self.surface = SURFACES[name]
        self.seconds = seconds
        self.findings = findings / name
        self.findings.mkdir(parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix=f"fuzz-{name}-", dir=MEMORY))
        self.executions = 0
        self.slowest_s = 0.0
        self.broken: set[str] = set()
        self.started_s = time.monotonic()

    @property
    def over(self) -> bool:
        return time.monotonic() - self.started_s > self.seconds

    def run(self, data: bytes) -> None:
        """One input."""
        self.executions += 1
        (self.findings / "current").write_bytes(data)
        before_s = time.process_time()
        try:
            self.surface.check(data, self.folder)
        except Exception as problem:
            self.note(data, problem)
        took_s = time.process_time() - before_s
        if took_s > self.slowest_s:
            self.slowest_s = took_s
            (self.findings / "slowest").write_bytes(data)

    def note(self, data: bytes, problem: Exception) -> None:
        """Keep the smallest input of each kind of break."""
        kind = re.sub(r"\d+|'[^']*'", "_", f"{type(problem).__name__} {problem}")[-160:]
        name = hashlib.sha256(kind.encode("utf-8", "replace")).hexdigest()[:10]
        place = self.findings / f"{name}.bin"
        if kind not in self.broken or not place.exists() or len(data) < place.stat().st_size:
            place.write_bytes(data)
            told = "".join(traceback.format_exception(problem))
            place.with_suffix(".txt").write_text(told, "utf-8", "backslashreplace")
        self.broken.add(kind)

    def told(self) -> str:
        return json.dumps({
            "surface": self.surface.name, "executions": self.executions,
            "seconds": round(time.monotonic() - self.started_s),
            "slowest_s": round(self.slowest_s, 2), "broken": len(self.broken),
        })  # fmt: skip


def blindly(campaign: Campaign, seed: int) -> None:
    """Seeds changed at random, until time is up."""
    from robust.fuzzing.mutation import mutated

    random = Random(seed)
    pool = list(campaign.surface.seeds())
    while not campaign.over:
        campaign.run(mutated(random.choice(pool), random, pool))


def guided(campaign: Campaign) -> None:
    """The same under libFuzzer, which does not return: what is to be told is told before."""
    import atheris
    from robust.fuzzing.mutation import WORDS, mutated

    seeds = campaign.surface.seeds()
    corpus = campaign.folder.with_name(f"{campaign.folder.name}-corpus")
    corpus.mkdir()
    for index, seed in enumerate(seeds):
        (corpus / str(index)).write_bytes(seed)
    words = corpus.with_suffix(".dict")
    escaped = ["".join(f"\\x{byte:02x}" for byte in word) for word in WORDS if len(word) < 60]
    words.write_text("".join(f'"{word}"\n' for word in escaped))

    def one(data: bytes) -> None:
        campaign.run(data)
        if campaign.over:
            print(campaign.told(), flush=True)
            os._exit(0)

    def change(data: bytes, largest: int, seed: int) -> bytes:
        random = Random(seed)
        if random.random() < 0.4:
            return atheris.Mutate(data, largest)
        return mutated(data, random, seeds)[:largest]

    arguments = [sys.argv[0], f"-max_len={LARGEST}", f"-dict={words}", "-timeout=0", "-verbosity=0",
                 "-rss_limit_mb=3000", "-print_final_stats=0", str(corpus)]  # fmt: skip
    atheris.Setup(arguments, one, custom_mutator=change, enable_python_coverage=True)
    atheris.Fuzz()


def child(arguments: argparse.Namespace) -> int:
    """One surface in this process."""
    if arguments.engine == "coverage":
        import atheris

        with atheris.instrument_imports(include=["ringfence"], enable_loader_override=False):
            import_all()
    campaign = Campaign(arguments.surfaces[0], arguments.seconds, arguments.findings)
    if arguments.engine == "coverage":
        guided(campaign)
    blindly(campaign, arguments.seed)
    print(campaign.told(), flush=True)
    return 0


def import_all() -> None:
    """Everything of Ringfence, which imports its parts late, so that atheris sees it."""
    import pkgutil

    import ringfence

    for module in pkgutil.walk_packages(ringfence.__path__, "ringfence."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def main() -> int:
    arguments = parse()
    if arguments.child:
        return child(arguments)
    from robust.fuzzing.surfaces import SURFACES

    if arguments.engine == "coverage" and importlib.util.find_spec("atheris") is None:
        print("atheris is not installed: no coverage guides the mutations", file=sys.stderr)
        arguments.engine = "random"
    print(f"engine {arguments.engine}, {arguments.seconds:g} s for each surface", flush=True)
    failed = 0
    for name in arguments.surfaces or SURFACES:
        command = [sys.executable, __file__, "--child", name, "--seconds", str(arguments.seconds),
                   "--engine", arguments.engine, "--seed", str(arguments.seed),
                   "--findings", str(arguments.findings)]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False,
                                  timeout=arguments.seconds + HUNG_S)  # fmt: skip
            told = next((line for line in done.stdout.splitlines() if line.startswith("{")), "")
            print(told or f"{name}: ended with {done.returncode}: {done.stderr[-600:]}", flush=True)
            failed += not told or json.loads(told)["broken"] > 0
        except subprocess.TimeoutExpired:
            print(f"{name}: hung on {arguments.findings / name / 'current'}", flush=True)
            failed += 1
    return 1 if failed else 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("surfaces", nargs="*", metavar="SURFACE")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--engine", choices=("coverage", "random"), default="coverage")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--findings", type=Path, default=HERE / "results" / "tmp" / "fuzz")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
