"""The variable syntax of the Serverless Framework: ``${type(parameters):address, default}``.

``${AWS::Region}``, ``${Resource.Arn}`` and ``${!literal}`` belong to CloudFormation and are text
here. Variables nest: ``${file(config.${opt:stage}.yml):key}``.
"""

from __future__ import annotations

from ringfence import late
from ringfence.model.record import record

#: A variable's first source: a word, parameters in brackets, then an address. Two colons make it
#: a pseudo parameter of CloudFormation.
_SOURCE = late.pattern(r"\s*([A-Za-z][\w-]*)(\.[\w-]+)?\s*(\(|:(?!:))")
#: A variable longer than this is text; so is what follows when too much was looked through.
MAXIMUM_VARIABLE = 5_000
MAXIMUM_WORK = 1_000_000
_NUMBER = late.pattern(r"-?\d+(\.\d+)?\Z")


@record(frozen=True)
class Variable:
    """One ``${…}`` with the sources in it, in order, as written."""

    text: str
    sources: tuple[str, ...]


def pieces_of(text: str, opening: str = "${", closing: str = "}") -> list[str | Variable]:
    """Literal text and variables, in order; unclosed variables are text."""
    found: list[str | Variable] = []
    start = literal = work = 0
    while work < MAXIMUM_WORK:
        start = text.find(opening, start)
        if start < 0:
            break
        end = _end(text, start, opening, closing)
        work += (end - start) if end >= 0 else MAXIMUM_VARIABLE
        if end < 0:
            start += len(opening)
            continue
        inner = text[start + len(opening) : end]
        if _SOURCE.match(inner):
            if literal < start:
                found.append(text[literal:start])
            sources = tuple(split_sources(inner))
            found.append(Variable(text[start : end + len(closing)], sources))
            start = literal = end + len(closing)
        else:
            start += len(opening)
    if literal < len(text):
        found.append(text[literal:])
    return found


def _end(text: str, start: int, opening: str, closing: str) -> int:
    """Where the variable that opens at ``start`` closes; -1 when it does not."""
    depth = 0
    position = start
    while position < min(len(text), start + MAXIMUM_VARIABLE):
        if text.startswith(opening, position):
            depth += 1
            position += len(opening)
        elif text.startswith(closing, position):
            depth -= 1
            if depth == 0:
                return position
            position += len(closing)
        else:
            position += 1
    return -1


def split_sources(inner: str) -> list[str]:
    """The sources of a variable: its content at commas outside quotes, brackets and braces."""
    found: list[str] = []
    depth = begin = 0
    quote = ""
    for position, character in enumerate(inner):
        if quote:
            if character == quote:
                quote = ""
        elif character in "'\"" and not inner[begin:position].strip():
            quote = character
        elif character in "({":
            depth += 1
        elif character in ")}":
            depth -= 1
        elif character == "," and depth <= 0:
            found.append(inner[begin:position].strip())
            begin = position + 1
    found.append(inner[begin:].strip())
    return found


@record(frozen=True)
class Literal:
    """A default: text in quotes, a number, true, false, null."""

    value: str | int | float | bool | None


@record(frozen=True)
class Source:
    """``type(parameters):address``; ``address`` is None without a colon."""

    type: str
    parameters: str
    address: str | None


def parse_source(text: str) -> Literal | Source:
    """One source whose nested variables are already text."""
    if len(text) >= 2 and text[0] in "'\"" and text[-1] == text[0]:
        return Literal(text[1:-1])
    if text in ("true", "false"):
        return Literal(text == "true")
    if text in ("null", ""):
        return Literal(None)
    if _NUMBER.match(text):
        return Literal(float(text) if "." in text else int(text))
    match = _SOURCE.match(text)
    if match is None:
        return Literal(text)
    kind = match.group(1)
    if match.group(3) == ":":
        return Source(kind, "", text[match.end() :].strip())
    closed = text.find(")", match.end())
    parameters = text[match.end() : closed] if closed >= 0 else text[match.end() :]
    rest = text[closed + 1 :].strip() if closed >= 0 else ""
    return Source(kind, parameters.strip(), rest[1:].strip() if rest.startswith(":") else None)
