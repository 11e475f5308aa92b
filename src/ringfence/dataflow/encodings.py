"""JSON, base64 and their like: texts that stand for a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import (
    exposures,
    known_calls,
    patterns,
    structures,
    tokens,
)
from ringfence.dataflow.objects import (
    External,
    JsonText,
    deep_taint,
)
from ringfence.dataflow.texts import derived
from ringfence.dataflow.values import (
    FORMLESS,
    NOTHING,
    Mix,
    Taint,
    Value,
    join,
    tainted,
)
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine


def dump_json(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """The JSON text of a value. Line breaks inside texts are written as signs."""
    value = known_calls.first(arguments)
    taint = tuple(atom.changed(cleared=("log-injection",)) for atom in derived(deep_taint(value)))
    inner = JsonText(value)
    return Value((), taint, (inner,))


def load_json(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    value = known_calls.first(arguments)
    place = machine.location(node)
    tokens.check(machine, value.taint, node)
    taint = tuple(atom.stepped(place, f"{atom.display} is parsed as JSON") for atom in value.taint)
    return parsed(machine, value, taint)


def parsed(machine: Machine, value: Value | None, taint: tuple[Taint, ...]) -> Value:
    """The structure behind a text: the one that was dumped, or a tainted unknown one."""
    result = NOTHING
    if value is not None:
        inner = [obj for obj in value.objects if isinstance(obj, JsonText)]
        for obj in inner:
            result = join(result, obj.inner)
        if inner:
            covered = {
                (id(atom.source), atom.path) for obj in inner for atom in deep_taint(obj.inner)
            }
            taint = tuple(atom for atom in taint if (id(atom.source), atom.path) not in covered)
            if not taint and not value.open:
                return result
    for part in value.objects if value is not None else ():
        if isinstance(part, External) and exposures.is_stored(part):
            made = External(f"{part.path}.json()", before=part)
            result = join(result, Value((), (), (made,), True))
    return join(result, tainted(mark_json(atom) for atom in taint))


def mark_json(atom: Taint) -> Taint:
    """The structure in a text; of a text that was changed, the path is no longer followed."""
    path = atom.path
    if not atom.derived and path and path[-1] != "!json":
        path = (*path, "!json")
    marks = (atom.marks - {structures.TEXT}) | {structures.PARSED}
    cleared = atom.cleared - {structures.NOT_A_STRUCTURE}
    return Taint(atom.source, path, atom.trail, atom.derived, cleared, marks, atom.quality)


def encode(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """base64 and friends: reversible, so the inner value is kept."""
    return encoded(known_calls.first(arguments))


#: The signs of base64 in all its forms, and of hexadecimal digits.
_SIGNS = patterns.alphabet_of(r"[\w+/=-]*", "", whole=True) or frozenset[str]()


def encode_url(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """The form of base64 that stands in URLs and names of files."""
    return encoded(known_calls.first(arguments), with_slash=False)


def encoded(value: Value, with_slash: bool = True) -> Value:
    """A text of few signs that stands for a value."""
    rules = patterns.rules_cleared(_SIGNS if with_slash else _SIGNS - {"/", "+"})
    taint = tuple(atom.changed(cleared=rules) for atom in derived(deep_taint(value)))
    return Value((), taint, (JsonText(value, "text"),))


#: The mark of a text whose percent signs were resolved.
UNQUOTED = "unquoted"


def unquoted(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """The same text with what stood behind its percent signs."""
    value = known_calls.first(arguments)
    taint = tuple(as_written(atom).changed(marks=(UNQUOTED,)) for atom in value.taint)
    return Value(value.consts, taint, value.objects, value.open)


def as_written(atom: Taint) -> Taint:
    """Data that is decoded: signs that were escaped or looked for before may stand in it again."""
    if atom.cleared <= FORMLESS:
        return atom
    return Taint(
        atom.source, atom.path, atom.trail, atom.derived, atom.cleared & FORMLESS, atom.marks,
        atom.quality,
    )  # fmt: skip


def decode(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """The text behind an encoding, with the mark that it was decoded."""
    value = known_calls.first(arguments)
    place = machine.location(node)
    result = NOTHING
    covered: set[tuple[int, tuple[str, ...]]] = set()
    for obj in value.objects:
        if isinstance(obj, JsonText):
            result = join(result, obj.inner if obj.encoding == "text" else Value(objects=(obj,)))
            covered |= {(id(atom.source), atom.path) for atom in deep_taint(obj.inner)}
    taint = tuple(
        atom.changed(marks=("decoded",)).stepped(place, "is decoded")
        for atom in value.taint
        if (id(atom.source), atom.path) not in covered
    )
    if not taint and not result.is_nothing:
        return result
    consts = tuple(const for const in value.consts if isinstance(const, Mix))
    return join(result, Value(consts, taint, (), True))
