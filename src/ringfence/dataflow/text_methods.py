"""Methods of texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ringfence.dataflow import access, builtins, encodings, expressions, patterns, texts
from ringfence.dataflow.objects import (
    JsonText,
    Regex,
    Struct,
    deep_taint,
)
from ringfence.dataflow.texts import derive, derived
from ringfence.dataflow.values import (
    NONE,
    UNKNOWN,
    Mix,
    Value,
    tainted,
)
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine


def same(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    """The same text, or one that serves an attack as well."""
    objects = tuple(obj for obj in receiver.objects if not isinstance(obj, Struct))
    taint = receiver.taint
    if len(objects) != len(receiver.objects):
        taint = derived(deep_taint(receiver))
    return Value(receiver.consts, taint, objects, receiver.open)


def change_case(
    change: Callable[[str], str],
) -> builtins.Method:
    def changed(
        machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node
    ) -> Value:
        consts = tuple(
            Mix(tuple(change(p) if isinstance(p, str) else p for p in const.parts))
            if isinstance(const, Mix)
            else (change(const) if isinstance(const, str) else const)
            for const in receiver.consts
        )
        return Value(consts, receiver.taint, (), receiver.open or bool(receiver.objects))

    return changed


def format_text(
    machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node
) -> Value:
    if arguments.rest is not None or arguments.others is not None:
        return derive(receiver, *arguments.everything())
    return texts.brace_format(receiver, arguments.positional, arguments.keywords, machine.language)


def join_text(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    """Python's ``separator.join(items)``."""
    return joined(machine, receiver, arguments.get(0) or UNKNOWN, node)


def join_list(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    """JavaScript's ``items.join(separator)``."""
    return joined(machine, arguments.get(0) or Value((",",)), receiver, node)


def joined(machine: Machine, separator: Value, items: Value, node: syntax.Node) -> Value:
    known = access.known_items(items)
    if known is None:
        element = expressions.element_of(machine, items, node, False)
        if items.taint or element.taint or element.objects:
            return derive(separator, items, element)
        return UNKNOWN
    row: list[Value] = []
    for place, item in enumerate(known[:40]):
        if place:
            row.append(separator)
        row.append(item)
    return texts.concatenate(row, machine.language)


def split(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    text = receiver.only_text()
    separator = (arguments.get(0) or NONE).only_text()
    if text is not None and separator:
        return machine.list_of(*(Value((part,)) for part in text.split(separator)[:50]))
    marks = ("split-token",) if separator == "." else ()
    whole = tuple(atom.changed(derived=True, marks=marks) for atom in deep_taint(receiver))
    if separator not in ("/", "\\"):
        return machine.sequence_of(tainted(whole))
    piece = tuple(atom.changed(cleared=("path-traversal",)) for atom in whole)
    if len(arguments.positional) == 1:  # no piece holds the separator
        return machine.sequence_of(tainted(piece))
    return machine.sequence_of(tainted(whole))


def first_only(arguments: Arguments) -> Arguments:
    from ringfence.dataflow import call_arguments

    return call_arguments.Arguments(arguments.positional[:1])


def split_last(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    """``rsplit(separator, 1)``: only the last piece is free of the separator."""
    pieces = split(machine, receiver, first_only(arguments), node)
    if len(arguments.positional) == 1 or receiver.only_text() is not None:
        return pieces
    last = expressions.element_of(machine, pieces, node, False)
    return machine.list_of(derive(receiver), last)


def replace(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    old = arguments.get(0) or UNKNOWN
    new = arguments.get(1) or UNKNOWN
    given = new
    callback = any(not isinstance(obj, (Regex, JsonText)) for obj in new.objects)
    if callback:
        whole = texts.derive(receiver)
        found = [patterns.groups(obj.pattern) for obj in old.objects if isinstance(obj, Regex)]
        given = machine.call(new, [whole] * (1 + max(map(len, found), default=0)), node)
    for obj in old.objects:
        if isinstance(obj, Regex):
            result = removed(receiver, (obj.pattern, obj.flags), given, "g" in obj.flags)
            if "g" not in obj.flags:
                return result
            return escaped(result, patterns.single_characters(obj.pattern), given, callback)
    a, b = old.only_text(), given.only_text()
    known = receiver.texts()
    all_known = bool(known) and not receiver.taint and len(known) == len(receiver.consts)
    if a is not None and b is not None and all_known:
        return Value(tuple(text.replace(a, b) for text in known), (), (), receiver.open)
    if given.taint and receiver.only_text() is not None and a:
        pieces = (receiver.only_text() or "").split(a)
        return texts.interleave(pieces, [given] * (len(pieces) - 1), machine.language)
    result = derive(receiver, given)
    if a is not None and len(a) == 1:
        result = escaped(result, frozenset(a), given, callback)
    if a in ("..", "../", "/") and b is not None and a == "/":
        return Value(
            (),
            tuple(atom.changed(cleared=("path-traversal",)) for atom in result.taint),
            (),
            True,
        )
    return result


def escaped(result: Value, replaced: frozenset[str], given: Value, callback: bool) -> Value:
    """A text in which every one of these characters gave way to something else."""
    replacement = given.only_text()
    if not result.taint or not replaced or (replacement is None and not callback):
        return result
    given_text = None if callback else replacement
    breaks = _APART & replaced - frozenset(given_text or "")
    taint = []
    for atom in result.taint:
        gone = breaks | {mark for mark in atom.marks if mark in _APART}
        rules = patterns.escaped_rules(replaced | gone, given_text)
        by_hand = {texts.BY_HAND} if "cross-site-scripting" in rules else ()
        taint.append(atom.changed(cleared=rules, marks=breaks.union(by_hand)))
    return Value(result.consts, tuple(taint), result.objects, result.open)


#: Line breaks and quotes, which are often taken out one after the other; the mark is the character.
_APART = frozenset("\r\n\"'")


def removed(
    subject: Value, pattern: tuple[str, str] | None, given: Value, everywhere: bool = True
) -> Value:
    """A text after every match of a pattern is replaced."""
    result = derive(subject, given)
    if pattern is None or not everywhere:
        return result
    left = patterns.removed_by(pattern[0])
    replacement = given.only_text()
    if left is None or replacement is None:
        return result
    rules = patterns.rules_cleared(left | frozenset(replacement))
    if "*" in rules:
        return UNKNOWN
    return Value((), tuple(atom.changed(cleared=rules) for atom in result.taint), (), True)


_OF_LINES = frozenset(("log-injection", "header-injection", "mail-injection"))


def encode(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    """``text.encode()``, ``buffer.toString('base64')``."""
    coding = (arguments.get(0) or NONE).only_text()
    if coding in ("base64", "base64url", "hex"):
        return encodings.encoded(receiver, with_slash=coding == "base64")
    if coding in ("unicode_escape", "unicode-escape"):  # line breaks become letters
        taint = (atom.changed(cleared=_OF_LINES) for atom in derive(receiver).taint)
        return tainted(tuple(taint))
    return same(machine, receiver, arguments, node)


def match(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    """``x.match(/p/)``, ``/p/.exec(x)``: what a known pattern matches holds only what it allows."""
    first = arguments.get(0) or UNKNOWN
    if any(isinstance(obj, Regex) for obj in receiver.objects):
        regex, subject = receiver, derive(*arguments.everything())
    else:
        regex, subject = first, derive(receiver)
    pattern = texts.pattern_of(regex)
    if pattern is None or regex.consts or machine.language == "python":
        return subject
    body, flags = pattern
    whole = confined(subject, body, flags)
    if "g" in flags:
        return machine.sequence_of(whole) if regex is first else subject
    found = machine.list_of(whole, *(confined(subject, g, flags) for g in patterns.groups(body)))
    for obj in found.objects:
        if isinstance(obj, Struct):
            obj.fields.update({"groups": whole, "input": subject})
    return found


def confined(subject: Value, pattern: str, flags: str) -> Value:
    """A text that a pattern matched as a whole."""
    alphabet = patterns.alphabet_of(pattern, flags, whole=True)
    if alphabet is None or "u" in flags:
        return subject
    rules = patterns.rules_cleared(alphabet)
    if "*" in rules:
        return UNKNOWN
    return Value((), tuple(atom.changed(cleared=rules) for atom in subject.taint), (), True)
