"""Recall and precision of data-flow findings beside Semgrep and Bandit, on labelled cases.

    python bench/engines.py [FOLDER …] [--semgrep-rules DIR] [--semgrep 1.182.0] [--bandit 1.9.4]

Each FOLDER holds case files (tests/dataflow/unseen_harness.py tells the format); the project's own
corpus otherwise. The peers are installed from the package registry into a temporary environment;
the rules of Semgrep are a checkout that is named, of which those of Lambda or all are used. All
engines are judged alike and generously: a label counts as found when the engine says anything about
its line or a neighbouring one, and only what it says about unlabelled lines of code is a false
alarm. Rules of other matters than injection (style, correctness, configuration) are left out by
their categories where an engine has such.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ringfence.errors import NothingToRead

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "dataflow"))
from unseen_harness import CODE, Case, cases, place, run, write  # noqa: E402

NEAR = 1
Places = set[tuple[str, int]]


def main() -> int:
    arguments = parse()
    found = [case for folder in arguments.folders for case in cases(folder)]
    judges: dict[str, dict[str, Places]] = {"ringfence": by_ringfence(found)}
    with tempfile.TemporaryDirectory(prefix="ringfence-engines-") as name:
        tree = Path(name) / "cases"
        for case in found:
            write(case, tree / case.name)
        tools = install(Path(name) / "venv", arguments)
        if tools is None:
            print("skipped: the peers cannot be installed")
        else:
            judges |= peers(tools, tree, arguments.semgrep_rules)
    report(found, judges)
    return 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    own = ROOT / "tests" / "dataflow" / "unseen"
    parser.add_argument("folders", type=Path, nargs="*", default=[own])
    parser.add_argument("--semgrep-rules", type=Path)
    parser.add_argument("--semgrep", default="1.182.0")
    parser.add_argument("--bandit", default="1.9.4")
    return parser.parse_args()


def by_ringfence(found: Iterable[Case]) -> dict[str, Places]:
    """What Ringfence reports by default of each case."""
    told = {}
    for case in found:
        with tempfile.TemporaryDirectory(prefix="ringfence-case-") as name:
            try:
                findings, _ = run(case, Path(name))
            except NothingToRead:  # a layout that is not known; the case says so
                findings = []
        told[case.name] = {
            place(one)[1:] for one in findings if one.confidence != "low" and is_flow(one.family)
        }
    return told


def is_flow(family: str) -> bool:
    return family in ("injection", "access", "secrets", "logging", "state", "encryption")


def install(folder: Path, arguments: argparse.Namespace) -> Path | None:
    """The folder of the peers' programs; None when the registry cannot be reached."""
    venv.create(folder, with_pip=True)
    wanted = [f"semgrep=={arguments.semgrep}", f"bandit=={arguments.bandit}"]
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", *wanted]
    done = subprocess.run(pip, capture_output=True, check=False)
    return folder / "bin" if done.returncode == 0 else None


def peers(tools: Path, tree: Path, rules: Path | None) -> dict[str, dict[str, Places]]:
    told = {"bandit": by_bandit(tools, tree)}
    if rules is None:
        print("skipped: semgrep (give --semgrep-rules DIR, a checkout of its rules)")
        return told
    told["semgrep, Lambda rules"] = by_semgrep(tools, tree, lambda_rules(rules))
    told["semgrep, all security rules"] = by_semgrep(tools, tree, security_rules(rules))
    return told


def lambda_rules(rules: Path) -> list[Path]:
    return [file for file in configs(rules) if "aws-lambda" in file.parts]


def security_rules(rules: Path) -> list[Path]:
    """The rules of the languages at hand that stand in folders of security."""
    return [
        file
        for file in configs(rules)
        if file.relative_to(rules).parts[0] in ("python", "javascript", "typescript")
        and {"security", "audit", "aws-lambda"} & set(file.parts)
    ]


def configs(rules: Path) -> list[Path]:
    return [file for file in sorted(rules.rglob("*.y*ml")) if ".test." not in file.name
            and not file.relative_to(rules).parts[0].startswith(".")]  # fmt: skip


def by_semgrep(tools: Path, tree: Path, rules: list[Path]) -> dict[str, Places]:
    words = [str(tools / "semgrep"), "scan", "--metrics=off", "--disable-version-check", "-q",
             "--json", "--no-git-ignore"]  # fmt: skip
    for file in rules:
        words += ["--config", str(file)]
    done = subprocess.run([*words, str(tree)], capture_output=True, text=True, check=False)
    data = json.loads(done.stdout)
    return grouped(tree, ((one["path"], one["start"]["line"]) for one in data["results"]))


def by_bandit(tools: Path, tree: Path) -> dict[str, Places]:
    words = [str(tools / "bandit"), "-r", "-q", "-f", "json", str(tree)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    data: dict[str, Any] = json.loads(done.stdout)
    return grouped(tree, ((one["filename"], one["line_number"]) for one in data["results"]))


def grouped(tree: Path, places: Iterable[tuple[str, int]]) -> dict[str, Places]:
    told: dict[str, Places] = defaultdict(set)
    for file, line in places:
        path = Path(file).relative_to(tree)
        told[path.parts[0]].add(("/".join(path.parts[1:]).removeprefix("code/"), line))
    return told


def report(found: list[Case], judges: dict[str, dict[str, Places]]) -> None:
    """A table of recall and precision for each engine and kind of case."""
    kinds: dict[str, Callable[[Case], bool]] = {
        "all": lambda case: True,
        "Python": lambda case: any(name.endswith(".py") for name in case.files),
        "JavaScript": lambda case: not any(name.endswith(".py") for name in case.files),
        "one file": lambda case: code_files(case) == 1,
        "several files": lambda case: code_files(case) > 1 and not is_across(case),
        "several functions": is_across,
    }
    print(f"{'cases':<20} {'labels':>7}  " + "  ".join(f"{name:>28}" for name in judges))
    for kind, fits in kinds.items():
        chosen = [case for case in found if fits(case)]
        labels = sum(len(case.exact) for case in chosen)
        cells = [f"{words(chosen, told):>28}" for told in judges.values()]
        print(f"{kind:<20} {labels:>7}  " + "  ".join(cells))
    print("(recall / precision in percent)")


def code_files(case: Case) -> int:
    return sum(name.endswith(CODE) for name in case.files)


def is_across(case: Case) -> bool:
    """Whether several functions of one application have a part in a case."""
    text = "".join(text for name, text in case.files.items() if name.endswith((".yaml", ".yml")))
    return text.count("AWS::Serverless::Function") > 1 or text.count("handler:") > 1


def words(chosen: list[Case], told: dict[str, Places]) -> str:
    hits = labels = true = all_told = 0
    for case in chosen:
        marked = {(file, line) for _, file, line in case.exact}
        said = told.get(case.name, set())
        hits += sum(any((file, line + d) in said for d in range(-NEAR, NEAR + 1))
                    for file, line in marked)  # fmt: skip
        labels += len(marked)
        if case.also:  # what else is true there is not marked
            said = {one for one in said if one in marked}
        true += sum(any((file, line + d) in marked for d in range(-NEAR, NEAR + 1))
                    for file, line in said)  # fmt: skip
        all_told += len(said)
    recall = f"{hits / labels * 100:.0f}" if labels else "–"
    precision = f"{true / all_told * 100:.0f}" if all_told else "–"
    return f"{recall} / {precision}"


if __name__ == "__main__":
    sys.exit(main())
