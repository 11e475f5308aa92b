"""How much of what people write is loaded: templates, their resources, the code of their functions.

    python bench/loading.py FOLDER…

``declared.py`` finds the templates and what they declare, ``sources.py`` the files that may be a
function's code, both without Ringfence's loaders. Every template, resource and function that
Ringfence does not have, or has otherwise, is listed with the cause that it gives.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from declared import Declared, Found, templates_in
from sources import Sources

from ringfence.loaders import LoadOptions, find, load
from ringfence.loaders.discovery import parts_of
from ringfence.loaders.tree import Tree
from ringfence.model.application import Function
from ringfence.model.location import Skipped

#: How the note of a service for another cloud begins, of which only functions are read.
OUTSIDE = "the provider"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    for folder in parser.parse_args().folders:
        report(folder)
    return 0


@dataclass
class Loaded:
    """What Ringfence has of a folder, by the file that says it; ``entries`` counts the triggers of
    functions, direct invocation left out."""

    templates: set[str] = field(default_factory=set)
    resources: set[tuple[str, str]] = field(default_factory=set)
    functions: dict[tuple[str, str], Function] = field(default_factory=dict)
    entries: Counter[str] = field(default_factory=Counter)
    notes: dict[str, list[Skipped]] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path) -> Loaded:
        loaded = cls()
        options = LoadOptions()
        tree, found, glances = find(root, options)
        notes = {*found.skipped, *(note for _, g in glances.taken.values() for note in g.notes)}
        for part in parts_of(found, glances):
            application = load(Tree(root), part, options)
            loaded.templates |= {item.path.partition("@")[0] for item in application.templates}
            notes |= {*application.skipped, *tree.skipped}
            for resource in application.resources.values():
                for name in (resource.logical_id, resource.generated_from.rpartition("#")[2]):
                    loaded.resources.add((resource.location.file, name))
            triggers = application.triggers.values()
            loaded.entries.update(item.function for item in triggers if item.kind != "invoke")
            for function in application.functions.values():
                loaded.functions[function.location.file, function.logical_id] = function
        for note in sorted(notes, key=str):
            file = note.location.file if note.location is not None else note.what
            loaded.notes.setdefault(file, []).append(note)
        return loaded


def report(root: Path) -> tuple[float, float]:
    """Print what there is of a folder; the shares of templates and of functions that are loaded."""
    print(f"\n=== {root.name}")
    root = root.resolve()
    loaded = Loaded.of(root)
    declared = list(templates_in(root))
    return templates(root, declared, loaded), functions(root, declared, loaded)


# --- templates ------------------------------------------------------------------------------------

#: What counts as loaded: whole; as a part or copy of another template; with a key that is written
#: twice; naming what is not in the folder; or, for another cloud, only its functions.
LOADED = ("loaded", "part", "copy", "twice", "absent", "functions")
#: Notes on what lies elsewhere: in a bucket, in the repository of applications.
REMOTE = ("it lies in S3", "is not a local file")


def templates(root: Path, declared: list[Found], loaded: Loaded) -> float:
    counts: Counter[str] = Counter()
    lines = []
    seen = total = 0
    for found in declared:
        missing = missing_resources(found, loaded)
        total += len(found.resources)
        seen += len(found.resources) - len(missing)
        verdict, cause = verdict_of(root, found, loaded, missing)
        counts[verdict] += 1
        if verdict != "loaded":
            lines.append(f"  {verdict:<8} {found.path}: {cause}")
    whole = sum(counts[name] for name in LOADED)
    print(f"templates: {len(declared)}, loaded {share(whole, len(declared))}: {listed(counts)}")
    print(f"resources: {total}, in the model {share(seen, total)}")
    print(*sorted(lines), sep="\n")
    return whole / max(1, len(declared))


def share(part: int, whole: int) -> str:
    return f"{part} ({part / max(1, whole):.2%})"


def listed(counts: Counter[str]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.most_common())


def missing_resources(found: Found, loaded: Loaded) -> list[str]:
    return [
        f"{key} ({kind})"
        for key, kind in found.resources.items()
        if (found.path, key) not in loaded.resources and key not in found.conditional
    ]


def verdict_of(root: Path, found: Found, loaded: Loaded, missing: list[str]) -> tuple[str, str]:
    """One of ``LOADED``, partly or failed; and the cause."""
    notes = [note for note in loaded.notes.get(found.path, []) if not of_code(note)]
    causes = "; ".join(f"{note.what}: {note.reason}" for note in notes) or found.problem
    if any(note.reason.startswith("packaged form") for note in notes):
        return "copy", causes
    if found.path not in loaded.templates:
        part = found.resources and not missing
        return ("part", "of another template") if part else ("failed", causes or "not found")
    if missing:
        return "partly", f"missing: {', '.join(missing)}; {causes}"
    if any(note.reason.startswith(OUTSIDE) for note in notes):
        return "functions", causes
    verdicts = {verdict_of_note(root, note) for note in notes}
    return next(
        (name for name in ("partly", "absent", "twice") if name in verdicts), "loaded"
    ), causes


def verdict_of_note(root: Path, note: Skipped) -> str:
    if note.reason.startswith("written twice"):
        return "twice"
    if note.reason.endswith(REMOTE):
        return "absent"
    if "No such file" in note.reason and not exists_in_any_case(root, note.what):
        return "absent"
    return "partly"


def exists_in_any_case(root: Path, path: str) -> bool:
    folder = (root / path).parent
    names = [item.name.lower() for item in folder.iterdir()] if folder.is_dir() else []
    return Path(path).name.lower() in names


def of_code(note: Skipped) -> bool:
    return note.what.startswith("code of ")


# --- functions ------------------------------------------------------------------------------------


def functions(root: Path, declared: list[Found], loaded: Loaded) -> float:
    sources = Sources(root)
    counts: Counter[str] = Counter()
    lines = []
    events = entries = 0
    for found in declared:
        for item in found.functions:
            function = ours(found, item, loaded)
            if function is not None and found.provider in ("", "aws"):
                events += item.events
                entries += min(item.events, loaded.entries[function.id])
            verdict, detail = judge(found, item, loaded, sources)
            counts[verdict] += 1
            if verdict not in ("resolved", "other language"):
                lines.append(f"  {verdict}: {found.path} {item.key or item.handler}: {detail}")
    there = sum(counts[name] for name in THERE)
    print(f"event sources: {events}, with an entry point {share(entries, events)}")
    print(f"functions: {sum(counts.values())}: {listed(counts)}")
    print(f"functions whose code is there: {there}, resolved {share(counts['resolved'], there)}")
    print(*sorted(lines), sep="\n")
    return counts["resolved"] / max(1, there)


#: The verdicts on functions whose code is there.
THERE = ("resolved", "FAILED", "elsewhere")


def judge(found: Found, item: Declared, loaded: Loaded, sources: Sources) -> tuple[str, str]:
    """resolved; FAILED, where the code is there but was not found; elsewhere, where another file
    was taken; unconfirmed, where the file does not say the symbol; or why no code is there."""
    function = ours(found, item, loaded)
    kind = sources.kind_of(item)
    candidates = sources.candidates(found.path.rpartition("/")[0], item)
    code = function.code if function is not None else None
    problem = function.code_problem if function is not None else "not in the model"
    if kind == "inline":
        return ("resolved", "") if code or "language" in problem else ("FAILED", problem)
    if code is None:
        if kind == "other language":
            return kind, problem
        return ("FAILED", f"{problem}: {candidates[:3]}") if candidates else (f"no {kind}", problem)
    if code.file in candidates:
        return "resolved", ""
    if candidates:
        return "elsewhere", f"{code.file}, not {candidates[:3]}"
    return "unconfirmed", code.file


def ours(found: Found, item: Declared, loaded: Loaded) -> Function | None:
    if not item.key:
        fits = (f for (file, _), f in loaded.functions.items() if file == found.path)
        return next((f for f in fits if f.handler == item.handler), None)
    key = item.key
    if found.service:
        name = key.replace("-", "Dash").replace("_", "Underscore")
        aws = f"{name[:1].upper()}{name[1:]}LambdaFunction"
        return loaded.functions.get((found.path, aws)) or loaded.functions.get((found.path, key))
    return loaded.functions.get((found.path, key))


if __name__ == "__main__":
    raise SystemExit(main())
