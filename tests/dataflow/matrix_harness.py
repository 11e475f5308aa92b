"""Every family of sinks meets every trigger: one application for each family and language.

``matrix/triggers.toml`` says how each kind of event is taken apart and what of it its sender
writes; ``matrix/families.toml`` what is then done with the value, dangerous or not. A cell is one
function: a trigger, and what happens to a value of its event. ``bad`` is the sender's value in the
dangerous place, ``safe-N`` the same value in a look-alike, ``own-N`` a value that the sender does
not write in the dangerous place. From the event to the use the value takes one of the routes of
``matrix/routes.toml``, the same in all cells of one trigger and family.

To add a trigger, a family or a route, add its table: the header of each file tells the keys. What
Ringfence gets wrong for now is a ``[[miss]]`` in ``matrix/misses.toml`` with the reason.
"""

from __future__ import annotations

import re
import textwrap
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ringfence.model.finding import Finding, ScanResult
from ringfence.model.severity import Exposure
from ringfence.testing import scanned

FOLDER = Path(__file__).parent / "matrix"
CERTAINTIES = ("high", "medium", "low")
INSIDERS = ("account", "principal", "none")
DIRECT = ("invoke", "stepfunctions", "schedule")

_IMPORT = re.compile(r"^(?:import |from \S+ import |const .+ = require\()")
_MARK = re.compile(r"(?:  #| //) bad$", re.MULTILINE)
_RUNTIME = {"python": "python3.13", "javascript": "nodejs22.x"}
_COMMENT = {"python": "  #", "javascript": " //"}
_SUFFIX = {"python": "py", "javascript": "js"}
_FIELD = {"python": '["name"]', "javascript": ".name"}
_CONFIG = '[rules]\nenable = ["log-injection"]\n'


@dataclass(frozen=True)
class Told:
    """What a finding tells: the file and line of the sink, the files on the way there from the
    handler's on, the source, and how sure it is."""

    file: str
    line: int
    way: tuple[str, ...]
    source: str
    sink: str
    confidence: str
    sender: str
    trigger: str


@dataclass
class Cell:
    """One function: ``code`` by file, ``expected`` what is to be found in it."""

    name: str
    trigger: dict[str, Any]
    route: str
    code: dict[str, str]
    expected: set[Told] = field(default_factory=set)

    @property
    def function(self) -> str:
        return "".join(part.title() for part in self.name.replace(" ", "-").split("-"))


def read(name: str, key: str) -> list[dict[str, Any]]:
    tables: list[dict[str, Any]] = tomllib.loads((FOLDER / name).read_text("utf-8")).get(key, [])
    return tables


TRIGGERS = read("triggers.toml", "trigger")
FAMILIES = read("families.toml", "family")
ROUTES = read("routes.toml", "route")
MISSES = read("misses.toml", "miss")


def name_of(family: dict[str, Any]) -> str:
    return str(family.get("name", family["rule"]))


# --- what is expected ---


def meets(family: dict[str, Any], trigger: dict[str, Any]) -> bool:
    """Whether the family's code makes sense behind the trigger: answers have two shapes."""
    edge = trigger.get("edge", False)
    needs = family.get("needs", "")
    return not edge if needs == "answer" else edge or needs != "edge"


def is_silent(family: dict[str, Any], trigger: dict[str, Any]) -> bool:
    """Whether the dangerous use is none behind this trigger."""
    if family.get("needs") and not trigger.get("answers"):
        return True
    return family.get("takes") == "whole" and not trigger.get("whole")


def is_meant(family: dict[str, Any], trigger: dict[str, Any]) -> bool:
    """Whether the sender is trusted with what the family does, so that little is made of it."""
    inside = trigger["sender"] in INSIDERS
    direct = inside and trigger["kind"] in DIRECT
    return {"insiders": inside, "direct": direct}.get(family.get("meant", ""), False)


def expected(
    family: dict[str, Any], language: str, trigger: dict[str, Any], code: dict[str, str]
) -> set[Told]:
    if is_silent(family, trigger):
        return set()
    lost = CERTAINTIES.index(family[language]["certainty"])
    lost += CERTAINTIES.index(trigger.get("certainty", "high"))
    lost = 2 if is_meant(family, trigger) else lost
    path = trigger["path"] if isinstance(trigger["path"], str) else trigger["path"][language]
    if family.get("takes") == "whole":
        path = path.removesuffix(".name")
    return {
        Told(
            file,
            number,
            tuple(dict.fromkeys((f"app.{_SUFFIX[language]}", file))),
            path,
            family[language]["sink"],
            CERTAINTIES[min(lost, 2)],
            trigger["sender"],
            trigger["kind"],
        )
        for file, number in marked(family, code)
    }


def marked(family: dict[str, Any], code: dict[str, str]) -> list[tuple[str, int]]:
    """Where the sink is. What is answered is told where it is put together, the first mark."""
    places = [
        (file, number)
        for file, text in sorted(code.items(), reverse=True)
        for number, line in enumerate(text.splitlines(), 1)
        if _MARK.search(line)
    ]
    return places[:1] if family.get("needs") else places


# --- the code of a cell ---


def cells(family: dict[str, Any], language: str, turn: int = 0) -> Iterator[Cell]:
    """All cells of a family in one language; another ``turn`` takes each by another route."""
    for number, trigger in enumerate(TRIGGERS):
        if not meets(family, trigger):
            continue
        # Another route for each neighbour and for the other language.
        turned = turn + (language == "javascript") * len(ROUTES) // 2
        route = ROUTES[(number + FAMILIES.index(family) + turned) % len(ROUTES)]
        table = family[language]
        uses = [("bad", table["bad"])]
        uses += [(f"safe-{at}", one["code"]) for at, one in enumerate(table["safe"], 1)]
        if family.get("takes") == "whole" and not trigger.get("whole"):
            uses = [("text", table["text"])]
        for variant, use in uses if "path" in trigger else ():
            frame = frame_of(family, language, trigger)
            code = written(language, frame, family, use, route)
            cell = Cell(f"{trigger['name']} {variant}", trigger, route["name"], code)
            if variant == "bad":
                cell.expected = expected(family, language, trigger, code)
            yield cell
        for at, own in enumerate(trigger.get("own", ()), 1):
            frame = own_frame(language, trigger, own[language])
            code = written(language, frame, family, table["bad"], route)
            yield Cell(f"{trigger['name']} own-{at}", trigger, route["name"], code)


def frame_of(family: dict[str, Any], language: str, trigger: dict[str, Any]) -> str:
    """The handler's body with ``USE`` in it."""
    frame: str = trigger[language]
    if family.get("takes") == "whole" and trigger.get("whole"):
        short = re.sub(r"\{ name: value \} = (\S+);", r"value = \1;", frame)
        return short.replace(_FIELD[language], "")
    return frame


def own_frame(language: str, trigger: dict[str, Any], value: str) -> str:
    frame = trigger.get(language, "")
    imports = [line for line in frame.splitlines() if _IMPORT.match(line)]
    line = f"value = {value}" if language == "python" else f"const value = {value};"
    return "\n".join([*imports, line, "USE", ""])


def written(
    language: str, frame: str, family: dict[str, Any], use: str, route: dict[str, Any]
) -> dict[str, str]:
    """The files of a function: a handler that takes the value out of the event, and the route."""
    imports = [line for line in frame.splitlines() if _IMPORT.match(line)]
    body = "\n".join(line for line in frame.splitlines() if not _IMPORT.match(line))
    call = route[language]["call"].strip("\n")
    if family.get("needs"):
        call = re.sub(r"^( *ANSWER .*)$", rf"\1{_COMMENT[language]} bad", call, flags=re.MULTILINE)
    call = call.replace("ANSWER ", "return " if family.get("needs") else "")
    text = filled(filled(body, call), use)
    if language == "python":
        handler = f"def handler(event, context):\n{textwrap.indent(text, '    ')}\n"
    else:
        handler = f"exports.handler = async (event) => {{\n{textwrap.indent(text, '  ')}\n}};\n"
    lines = route[language].get("imports", "").splitlines()
    head = "\n".join(dict.fromkeys([*imports, *lines]))
    module = family[language]["setup"] + filled(route[language].get("module", ""), use)
    suffix = _SUFFIX[language]
    other = route[language].get("file")
    if other:
        return {f"app.{suffix}": f"{head}\n\n{handler}", other: module}
    return {f"app.{suffix}": f"{head}\n{module}\n{handler}"}


def filled(text: str, use: str) -> str:
    """The text with the use in place of the line ``USE``, as deep as that stands."""
    return re.sub(
        r"^( *)USE$",
        lambda found: textwrap.indent(use.strip("\n"), found[1]),
        text,
        flags=re.MULTILINE,
    )


# --- the application ---


def template(language: str, made: list[Cell]) -> str:
    """A SAM template with a function for each cell."""
    parts = ["Transform: AWS::Serverless-2016-10-31\nResources:\n"]
    for trigger in TRIGGERS:
        if "resources" in trigger:
            parts.append(textwrap.indent(trigger["resources"].strip("\n") + "\n", "  "))
    for cell in made:
        properties = (
            f"{cell.function}:\n  Type: AWS::Serverless::Function\n  Properties:\n"
            f"    Handler: app.handler\n    Runtime: {_RUNTIME[language]}\n"
            f"    CodeUri: code/{cell.function}\n"
        )
        events = cell.trigger.get("events", "")
        if events:
            properties += f"    {events}\n"
        text = properties + cell.trigger.get("wiring", "").strip("\n") + "\n"
        parts.append(textwrap.indent(text.replace("FUNCTION", cell.function), "  "))
    return "".join(parts)


def files(language: str, made: list[Cell]) -> dict[str, str | bytes]:
    found: dict[str, str | bytes] = {
        "template.yaml": template(language, made),
        "ringfence.toml": _CONFIG,
    }
    for cell in made:
        for file, text in cell.code.items():
            found[f"code/{cell.function}/{file}"] = text
    return found


def run(language: str, made: list[Cell], folder: Path) -> ScanResult:
    return scanned(folder, files(language, made))


def told(result: ScanResult, rule: str) -> dict[str, set[Told]]:
    """What was found of a rule, by function: the folder of the code is the function's name."""
    kinds = {entry.id: entry.kind for entry in result.entries}
    found: dict[str, set[Told]] = {}
    for item in result.findings:
        if item.rule == rule:
            assert item.count == 1, f"told together: {item.message}"
            assert item.steps[-1].location == item.location, "the way ends elsewhere"
            _, function, file = item.location.file.split("/")
            found.setdefault(function, set()).add(as_told(item, file, kinds))
    return found


def as_told(item: Finding, file: str, kinds: dict[str, str]) -> Told:
    way = tuple(dict.fromkeys(step.location.file.rpartition("/")[2] for step in item.steps))
    sender = (item.exposure or Exposure.NONE).name.lower()
    kind = kinds.get(item.trigger, item.trigger)
    return Told(
        file, item.location.line, way, item.source, item.sink, item.confidence, sender, kind
    )
