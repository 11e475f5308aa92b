"""Building texts from values: what is known stays known, the rest becomes holes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ringfence.dataflow.objects import JsonText, Regex, deep_taint
from ringfence.dataflow.values import (
    MAX_CONSTS,
    Const,
    Hole,
    Mix,
    Taint,
    Value,
    join_taint,
    of,
    tainted,
)

MAX_TEXT = 4000
MIN_LIMIT = 16
_TEXT = ("text",)
#: Marks a secret that stands in a text as it is.
VERBATIM = "verbatim"
#: Marks what stands in a text as it came, or cut at a length that most stay below.
AS_SENT = "as-sent"
#: Was escaped for HTML by code that may leave quotes as they are.
BY_HAND = "escaped-by-hand"
_SECRET_TEXT = (*_TEXT, VERBATIM)
_SENT = (*_TEXT, AS_SENT)
MAX_PARTS = 40


def derived(taint: Iterable[Taint]) -> tuple[Taint, ...]:
    """The same taint, no longer the very value."""
    return tuple(atom if atom.derived else atom.changed(derived=True) for atom in taint)


def limited(taint: Iterable[Taint]) -> tuple[Taint, ...]:
    """``name[:80]``: no longer the very value, yet what was sent in most cases."""
    return tuple(
        atom if atom.derived else atom.changed(derived=True, marks=(AS_SENT,)) for atom in taint
    )


def is_limit(end: object) -> bool:
    """Whether a text that is cut after so many letters is mostly whole."""
    return isinstance(end, int) and end >= MIN_LIMIT


def derive(*values: Value) -> Value:
    """An unknown value made from these."""
    taint: tuple[Taint, ...] = ()
    for value in values:
        found = deep_taint(value)
        if found:
            taint = join_taint(taint, derived(found))
    return tainted(taint)


def const_text(const: Const, language: str = "python") -> str | Mix:
    if isinstance(const, (str, Mix)):
        return const
    if language == "python":
        return str(const)
    if isinstance(const, bool):
        return "true" if const else "false"
    return "undefined" if const is None else str(const)


def alternatives(value: Value, language: str) -> list[str | Mix]:
    """The possible texts of a value; everything not known is one hole. A text that stands for
    another value is untrusted as its own taint tells, not as that value was."""
    found: list[str | Mix] = [const_text(const, language) for const in value.consts]
    covered = {
        atom.key
        for const in value.consts
        if isinstance(const, Mix)
        for part in const.parts
        if isinstance(part, Hole)
        for atom in part.taint
    }
    plain = tuple(obj for obj in value.objects if not isinstance(obj, JsonText))
    inside = deep_taint(Value(value.consts, value.taint, plain, value.open))
    taint = tuple(atom for atom in inside if atom.key not in covered)
    if value.objects or value.open or taint or not found:
        found.append(Mix((Hole(derived_parts(taint)),)))
    return found


def derived_parts(taint: tuple[Taint, ...]) -> tuple[Taint, ...]:
    """What stands in a text that is put together; it is a text from here on."""
    return tuple(
        atom.changed(
            derived=True,
            marks=_TEXT
            if atom.derived
            else _SECRET_TEXT
            if atom.source.kind == "secret"
            else _SENT,
        )
        for atom in taint
    )


def concatenate(values: Sequence[Value], language: str) -> Value:
    """The text of all values in a row."""
    rows: list[tuple[str | Hole, ...]] = [()]
    for value in values:
        options = alternatives(value, language)
        if len(rows) * len(options) > MAX_CONSTS:
            taint: tuple[Taint, ...] = deep_taint(value)
            options = [Mix((Hole(derived(taint)),))]
        rows = [append(row, option) for row in rows for option in options]
    return from_rows(rows)


def append(row: tuple[str | Hole, ...], option: str | Mix) -> tuple[str | Hole, ...]:
    more: tuple[str | Hole, ...] = (option,) if isinstance(option, str) else option.parts
    for part in more:
        last = row[-1] if row else None
        if isinstance(part, str):
            if not part:
                continue
            if isinstance(last, str):
                if len(last) < MAX_TEXT:
                    row = (*row[:-1], last + part)
                continue
        elif len(row) >= MAX_PARTS:
            if isinstance(last, Hole):
                row = (*row[:-1], Hole(join_taint(last.taint, part.taint)))
                continue
            row = (*row, part)
            continue
        row = (*row, part)
    return row


def from_rows(rows: Iterable[tuple[str | Hole, ...]]) -> Value:
    consts: list[Const] = []
    taint: tuple[Taint, ...] = ()
    for row in rows:
        const: Const
        if not row:
            const = ""
        elif len(row) == 1 and isinstance(row[0], str):
            const = row[0]
        else:
            const = Mix(row)
            taint = join_taint(taint, of(const).taint)
        if const not in consts:
            consts.append(const)
    return Value(tuple(consts), taint)


def percent_format(template: Value, operands: list[Value], language: str) -> Value:
    """``template % operands`` with ``%s``-like marks in a known template."""
    text = template.only_text()
    if text is None:
        return derive(template, *operands)
    pieces = re.split(r"%(?:\(\w+\))?[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]", text)
    if len(pieces) - 1 != len(operands):
        everything = derive(*operands)
        operands = [everything] * (len(pieces) - 1)
    return interleave(pieces, operands, language)


def brace_format(
    template: Value, positional: list[Value], keywords: dict[str, Value], language: str
) -> Value:
    """``template.format(...)`` with a known template."""
    text = template.only_text()
    everything = derive(*positional, *keywords.values())
    if text is None:
        return derive(template, everything)
    pieces: list[str] = []
    operands: list[Value] = []
    automatic = 0
    end = 0
    for found in re.finditer(r"\{\{|\}\}|\{([^{}!:]*)(?:![rsa])?(?::[^{}]*)?\}", text):
        before = text[end : found.start()]
        end = found.end()
        if found.group(0) in ("{{", "}}"):
            pieces.append(before + found.group(0)[0])
            operands.append(Value(("",)))
            continue
        pieces.append(before)
        field = found.group(1).strip()
        if not field:
            operands.append(positional[automatic] if automatic < len(positional) else everything)
            automatic += 1
        elif field.isdigit():
            operands.append(positional[int(field)] if int(field) < len(positional) else everything)
        else:
            operands.append(keywords.get(field, everything))
    pieces.append(text[end:])
    return interleave(pieces, operands, language)


def interleave(pieces: list[str], operands: list[Value], language: str) -> Value:
    row: list[Value] = []
    for piece, operand in zip(pieces, operands, strict=False):
        row += [Value((piece,)), operand]
    row.append(Value((pieces[-1],)))
    return concatenate(row, language)


def shown(value: Value, limit: int = 160) -> str:
    """What is known of a value, with ``{…}`` where it is not."""
    texts: list[str] = []
    for const in value.consts:
        if isinstance(const, Mix):
            texts.append(const.text("{…}"))
        elif isinstance(const, str):
            texts.append(const)
    if not texts:
        return "{…}" if value.taint else ""
    mixed = [text for text in texts if "{…}" in text]
    text = (mixed or texts)[0]
    return text if len(text) <= limit else text[: limit - 1] + "…"


def pattern_of(value: Value) -> tuple[str, str] | None:
    """The regular expression that a value is, and its flags."""
    for obj in value.objects:
        if isinstance(obj, Regex):
            return obj.pattern, obj.flags
    text = value.only_text()
    return (text, "") if text is not None else None
