"""Files of one name in /tmp that one invocation leaves and the next one reads.

A read that no write of the same invocation comes before finds what an earlier one left. What is
written there is then another caller's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow import cloud_calls, sinks, subjects, trees, verdicts
from ringfence.dataflow.objects import External, deep_taint
from ringfence.dataflow.values import Taint, Value
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine

RULE = "shared-state-leak"
_FOLDER = "/tmp/"  # noqa: S108  the code that is read keeps its files there
_WRITTEN = frozenset(("written",))
#: Calls that read or write what a file holds.
_CALLS = late.pattern(
    r"(^|\.)(open|read_text|read_bytes|write_text|write_bytes|readFile(Sync)?|writeFile(Sync)?"
    r"|appendFile(Sync)?|readJson(Sync)?|writeJson(Sync)?|outputFile(Sync)?)$"
)


def touched(
    machine: Machine, call: str, kind: str, file: Value, arguments: Arguments, node: syntax.Node
) -> None:
    """A call reads or writes a file; ``file`` is its name, or the object that stands for it."""
    if kind not in ("file-read", "file-write") or not machine.in_handler:
        return
    if _CALLS.search(call) is None:
        return
    for name in names_of(file):
        key = (0, (name,))
        if kind == "file-read":
            if key not in machine.proven:
                machine.memo["stale file", name] = True
                told(machine, name)
            continue
        what = next((atom.display for atom in content_of(machine, arguments, node)), "")
        machine.proven = {**machine.proven, key: _WRITTEN}
        if what:
            machine.memo["left file", name] = (node, machine.location(node), what)
            told(machine, name)


def names_of(file: Value) -> Iterator[str]:
    """The constant names in /tmp that a value is."""
    for text in file.texts():
        if text.startswith(_FOLDER):
            yield text
    for obj in file.objects:
        if isinstance(obj, External) and obj.path == "pathlib.Path":
            texts = [one.only_text() for one in obj.arguments]
            if texts and None not in texts:
                name = "/".join(str(text) for text in texts)
                if name.startswith(_FOLDER):
                    yield name


def content_of(machine: Machine, arguments: Arguments, node: syntax.Node) -> list[Taint]:
    """The callers' data that is written: in the call itself, or where the open file is used."""
    given = [*arguments.positional, *arguments.keywords.values()]
    closure = machine.frame.closure
    for one in trees.nodes(closure.node.body) if closure is not None else ():
        if isinstance(one, syntax.With) and any(item is node for item, _ in one.items):
            given += [
                subjects.evaluate_quietly(machine, argument.value)
                for call in trees.nodes(one.body)
                if isinstance(call, syntax.Call)
                for argument in call.arguments
            ]
    return [
        atom
        for value in given
        for atom in deep_taint(value)
        if cloud_calls.OF_CALLER in atom.marks
        or (atom.source.kind == "event" and verdicts.judge(machine, atom) is not None)
    ]


def told(machine: Machine, name: str) -> None:
    left = machine.memo.get(("left file", name))
    if left is None or ("stale file", name) not in machine.memo:
        return
    node, place, what = left
    text = f"the file {name} keeps {what}, which the next invocation reads"
    sinks.issue(machine, RULE, node, text, "medium", place=place)
