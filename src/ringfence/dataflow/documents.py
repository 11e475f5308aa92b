"""Documents of a state machine: what a state's input is made of, before any value is known.

A document names where its parts come from: the input that an execution was started with, or what
a state's function returned. Source: Amazon States Language specification, "Input and Output
Processing", "Intrinsic Functions" and "JSONata expressions".
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ringfence import late
from ringfence.model.record import field, record
from ringfence.model.value import Mapping, Scalar, Sequence, Text
from ringfence.model.value import Value as TemplateValue

#: The origin of what an execution was started with.
INPUT = ""
MAX_DEPTH = 12
MAX_ALTERNATIVES = 8
#: A document of more parts is only known by its origins.
MAX_PARTS = 300

_PART = late.pattern(r"\.\.|\.?([\w$\-]+)|\.?\[\s*(?:'([^']*)'|\"([^\"]*)\"|[^\]]*)\s*\]")
_INTRINSIC = late.pattern(r"States\.(\w+)\((.*)\)$", re.DOTALL)
_JSONATA = late.pattern(r"^\s*\{%(.*)%\}\s*$", re.DOTALL)
_PLAIN = late.pattern(r"^\s*\$(?:states\.)?[\w.\[\]'\"$-]*\s*$")
_MENTIONED = late.pattern(r"\$(?:states\.(?:input|result|context)|\w+)?(?:\.[\w$-]+|\[[^\]]*\])*")


class Document:
    """Base of all documents; equal ones are the same."""


class Known(Document):
    """Constants, and what nobody who sends has a part in; there is one, :data:`KNOWN`."""


@record(frozen=True)
class Ref(Document):
    """The part of what an origin gave at a path; ``[]`` is any item."""

    origin: str
    path: tuple[str, ...] = ()


@record(frozen=True)
class Tree(Document):
    """An object: its known fields, and ``base`` for all other keys."""

    fields: tuple[tuple[str, Document], ...] = ()
    base: Document | None = None


@record(frozen=True)
class Items(Document):
    """A list of such items."""

    item: Document


@record(frozen=True)
class Mixed(Document):
    """Something made of these, of which no part is as it came."""

    parts: tuple[Document, ...]


@record(frozen=True)
class Either(Document):
    """One of these."""

    options: tuple[Document, ...]


@record(frozen=True)
class JsonOf(Document):
    """The JSON text of a document."""

    inner: Document


@record(frozen=True)
class ParsedFrom(Document):
    """What a document's JSON text says."""

    inner: Document


KNOWN = Known()


@record(frozen=True)
class View:
    """What the expressions of a state can see: ``document`` is ``$``, ``context`` is ``$$``."""

    document: Document
    context: Document
    variables: dict[str, Document] = field(default_factory=dict)
    result: Document = KNOWN


def either(documents: Iterable[Document]) -> Document:
    """One of several documents; the same ones once."""
    found = list(dict.fromkeys(documents))
    if len(found) == 1:
        return found[0]
    return Either(tuple(found[:MAX_ALTERNATIVES])) if found else KNOWN


def mixed(documents: Iterable[Document]) -> Document:
    found = [one for one in dict.fromkeys(documents) if one != KNOWN]
    return Mixed(tuple(found)) if found else KNOWN


def bounded(document: Document) -> Document:
    """The document, or when it is of too many parts, something made of the same origins."""
    waiting: list[Document] = [document]
    origins: dict[Document, None] = {}
    count = 0
    while waiting:
        current = waiting.pop()
        count += 1
        if isinstance(current, Ref):
            origins.setdefault(Ref(current.origin))
        if count > MAX_PARTS:
            return Mixed(tuple(origins)) if origins else KNOWN
        waiting += parts_of(current)
    return document


def parts_of(document: Document) -> list[Document]:
    """The documents that one is put together from."""
    if isinstance(document, Tree):
        inside = [one for _, one in document.fields]
        return [*inside, document.base] if document.base is not None else inside
    if isinstance(document, Items):
        return [document.item]
    if isinstance(document, Mixed):
        return list(document.parts)
    if isinstance(document, Either):
        return list(document.options)
    return [document.inner] if isinstance(document, (JsonOf, ParsedFrom)) else []


def pick(document: Document, path: tuple[str, ...]) -> Document:
    """The part of a document at a path."""
    for place, part in enumerate(path):
        rest = path[place:]
        if isinstance(document, Ref):
            return Ref(document.origin, (*document.path, *rest)[: 2 * MAX_DEPTH])
        if isinstance(document, Either):
            return either(pick(option, rest) for option in document.options)
        if isinstance(document, ParsedFrom):
            if isinstance(document.inner, JsonOf):
                document = document.inner.inner
                return pick(document, rest)
            return ParsedFrom(pick(document.inner, ())) if not rest else _inside(document, rest)
        if isinstance(document, Tree):
            document = _member(document, part)
        elif isinstance(document, Items):
            document = document.item if part == "[]" else KNOWN
        elif isinstance(document, Mixed):
            return document
        else:
            return KNOWN
    return document


def _inside(document: ParsedFrom, path: tuple[str, ...]) -> Document:
    if isinstance(document.inner, Ref):
        inner = document.inner
        return Ref(inner.origin, (*inner.path, "!json", *path)[: 2 * MAX_DEPTH])
    return mixed([document.inner])


def _member(tree: Tree, part: str) -> Document:
    found = dict(tree.fields).get(part)
    if found is not None:
        return found
    if part in ("*", "[]"):
        inside = [one for _, one in tree.fields]
        return either([*inside, *([pick(tree.base, (part,))] if tree.base else [])])
    return pick(tree.base, (part,)) if tree.base is not None else KNOWN


def put(document: Document, path: tuple[str, ...], value: Document) -> Document:
    """The document with a value at a path."""
    if not path or len(path) > MAX_DEPTH:
        return value if not path else document
    inner = put(pick(document, path[:1]), path[1:], value)
    if isinstance(document, Tree):
        fields = {**dict(document.fields), path[0]: inner}
        return Tree(tuple(fields.items()), document.base)
    return Tree(((path[0], inner),), None if document == KNOWN else document)


def steps_of(text: str) -> tuple[str, ...] | None:
    """The parts of a reference path without its ``$``; None for one that is not read."""
    parts: list[str] = []
    at = 0
    while at < len(text):
        found = _PART.match(text, at)
        if found is None or found.group(0) == "..":
            return None
        name, single, double = found.groups()
        parts.append(name or single or double or "[]")
        at = found.end()
    return tuple(parts)


# --- JSONPath ---


def at_path(text: str, view: View, depth: int = 0) -> Document:
    """What a reference path, a context path or an intrinsic function gives."""
    if depth > MAX_DEPTH:
        return mixed([view.document])
    text = text.strip()
    intrinsic = _INTRINSIC.match(text)
    if intrinsic is not None:
        return _intrinsic(intrinsic.group(1), intrinsic.group(2), view, depth + 1)
    if text.startswith("$$"):
        return _selected(view.context, text[2:])
    if text.startswith("$") and re.match(r"\$\w", text):  # a variable
        name = re.match(r"\$(\w+)", text)
        assert name is not None
        return _selected(view.variables.get(name.group(1), KNOWN), text[name.end() :])
    if text.startswith("$"):
        return _selected(view.document, text[1:])
    return KNOWN


def _selected(document: Document, text: str) -> Document:
    steps = steps_of(text)
    return mixed([document]) if steps is None else pick(document, steps)


def _intrinsic(name: str, text: str, view: View, depth: int) -> Document:
    arguments = [at_path(part, view, depth) for part in _arguments(text)]
    first = arguments[0] if arguments else KNOWN
    if name == "StringToJson":
        return pick(ParsedFrom(first), ()) if not isinstance(first, JsonOf) else first.inner
    if name == "JsonToString":
        return JsonOf(first)
    if name == "JsonMerge":
        return either(arguments[:2])
    if name == "Array":
        return Items(either(arguments))
    if name in ("ArrayPartition", "ArrayUnique"):
        return Items(Items(pick(first, ("[]",)))) if name == "ArrayPartition" else first
    if name == "ArrayGetItem":
        return pick(first, ("[]",))
    if name in ("ArrayLength", "ArrayContains", "Hash", "UUID", "MathRandom", "MathAdd",
                "ArrayRange"):  # fmt: skip
        return KNOWN
    return mixed(arguments)


def _arguments(text: str) -> list[str]:
    """The arguments of an intrinsic function, which may be calls themselves."""
    parts, depth, quoted, start = [], 0, False, 0
    for at, sign in enumerate(text):
        if sign == "'" and text[at - 1 : at] != "\\":
            quoted = not quoted
        elif quoted:
            continue
        elif sign in "([":
            depth += 1
        elif sign in ")]":
            depth -= 1
        elif sign == "," and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    return [part.strip() for part in (*parts, text[start:]) if part.strip()]


# --- templates ---


def filled(template: TemplateValue | None, view: View, depth: int = 0) -> Document:
    """The document that a payload template makes."""
    if depth > MAX_DEPTH or template is None:
        return KNOWN
    if isinstance(template, Mapping):
        fields: list[tuple[str, Document]] = []
        for key, value in template.entries.items():
            if key.endswith(".$"):
                fields.append((key[:-2], at_path(text_of(value), view)))
            else:
                fields.append((key, filled(value, view, depth + 1)))
        return Tree(tuple(fields))
    if isinstance(template, Sequence):
        return Items(either(filled(item, view, depth + 1) for item in template.items))
    expression = _JSONATA.match(text_of(template))
    return _jsonata(expression.group(1), view) if expression is not None else KNOWN


def _jsonata(text: str, view: View) -> Document:
    """A JSONata expression: a plain path exactly, of others whatever they mention."""
    if _PLAIN.match(text):
        return _mention(text.strip(), view)
    return mixed(_mention(found.group(0), view) for found in _MENTIONED.finditer(text))


def _mention(text: str, view: View) -> Document:
    for start, document in (
        ("$states.input", view.document),
        ("$states.result", view.result),
        ("$states.context", view.context),
    ):
        if text.startswith(start):
            return _selected(document, text[len(start) :])
    name = re.match(r"\$(\w+)", text)
    if name is None:
        return KNOWN
    return _selected(view.variables.get(name.group(1), KNOWN), text[name.end() :])


def text_of(value: TemplateValue | None) -> str:
    """The known text of a value; "" for others."""
    if isinstance(value, Scalar):
        return value.value if isinstance(value.value, str) else ""
    if isinstance(value, Text):
        return "".join(part if isinstance(part, str) else "" for part in value.parts)
    return ""
