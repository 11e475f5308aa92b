"""Terraform's language, as far as patches need it: blocks and attributes with their places.

An expression is one piece of text: where it ends is told by brackets, strings (with templates in
them), heredocs and comments. Source: the HCL native syntax specification, "Structural elements",
"Templates" and "Comments and whitespace".
"""

from __future__ import annotations

from ringfence import late
from ringfence.edits.nodes import EditError
from ringfence.model.record import field, record

_SPACE = late.pattern(r"[ \t\r]*")
_BLANK = late.pattern(r"(?:[ \t\r\n]+|(?:#|//)[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)*")
_NAME = late.pattern(r"[^\W\d][\w-]*")
_HEREDOC = late.pattern(r"<<-?([^\W\d][\w-]*)[ \t\r]*\n")
_OPEN, _CLOSE = "([{", ")]}"
#: Deeper brackets and blocks are refused.
_DEPTH = 200


@record(frozen=True)
class Attribute:
    """``name = expression``; the offsets are those of the name and of the expression."""

    name: str
    start: int
    value_start: int
    value_end: int


@record()
class Body:
    """What stands between the braces of a block, or a whole file."""

    start: int
    end: int = 0
    attributes: list[Attribute] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    def get(self, name: str) -> Attribute | None:
        return next((item for item in self.attributes if item.name == name), None)


@record()
class Block:
    """``kind "label" "label" { … }``; ``end`` is the offset after the closing brace."""

    kind: str
    labels: tuple[str, ...]
    start: int
    body: Body
    end: int = 0


def parse_hcl(text: str, file: str) -> Body:
    """The blocks and attributes of a file.

    Raises:
        EditError: it is no HCL.
    """
    return _Reader(text.removeprefix("\ufeff"), file).file()


class _Reader:
    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.name = file
        self.at = 0
        self.nesting = 0

    def problem(self, what: str) -> EditError:
        line = self.text.count("\n", 0, self.at) + 1
        return EditError(f"not valid HCL: {what}", f"{self.name}:{line}", "mend the file")

    def skip(self) -> None:
        match = _BLANK.match(self.text, self.at)
        assert match is not None  # it matches the empty text
        self.at = match.end()

    def spaces(self) -> None:
        match = _SPACE.match(self.text, self.at)
        assert match is not None  # it matches the empty text
        self.at = match.end()

    def file(self) -> Body:
        body = self.body(0)
        if self.at < len(self.text):
            raise self.problem("a '}' too many")
        return body

    def body(self, depth: int) -> Body:
        if depth > _DEPTH:
            raise self.problem("nested too deep")
        body = Body(self.at)
        while True:
            self.skip()
            body.end = self.at
            if self.at >= len(self.text) or self.text[self.at] == "}":
                return body
            self.element(body, depth)

    def element(self, body: Body, depth: int) -> None:
        start = self.at
        match = _NAME.match(self.text, start)
        if match is None:
            raise self.problem("a name is expected")
        self.at = match.end()
        self.spaces()
        if self.text.startswith("=", self.at) and not self.text.startswith("==", self.at):
            self.at += 1
            self.spaces()
            value = self.at
            end = self.expression()
            body.attributes.append(Attribute(match.group(), start, value, end))
        else:
            body.blocks.append(self.block(match.group(), start, depth))

    def block(self, kind: str, start: int, depth: int) -> Block:
        labels: list[str] = []
        while not self.text.startswith("{", self.at):
            label = self.at
            if self.text.startswith('"', self.at):
                self.string()
                labels.append(self.text[label + 1 : self.at - 1])
            elif (match := _NAME.match(self.text, self.at)) is not None:
                self.at = match.end()
                labels.append(match.group())
            else:
                raise self.problem("a '{' or '=' is expected")
            self.spaces()
        self.at += 1
        body = self.body(depth + 1)
        if not self.text.startswith("}", self.at):
            raise self.problem("a '}' is missing")
        self.at += 1
        return Block(kind, tuple(labels), start, body, self.at)

    def expression(self) -> int:
        """Goes behind an expression; gives where its last character ends."""
        stack: list[str] = []
        end = self.at
        while self.at < len(self.text):
            sign = self.text[self.at]
            if not stack and sign in "\n}":
                break
            if sign in " \t\r\n":
                self.at += 1
                continue
            if self.comment():
                continue
            if sign == '"':
                self.string()
            elif (heredoc := _HEREDOC.match(self.text, self.at)) is not None:
                self.heredoc(heredoc.group(1), heredoc.end())
            else:
                self.bracket(sign, stack)
                self.at += 1
            end = self.at
        if stack:
            raise self.problem(f"a '{_CLOSE[_OPEN.index(stack[-1])]}' is missing")
        return end

    def bracket(self, sign: str, stack: list[str]) -> None:
        if sign in _OPEN:
            stack.append(sign)
            if len(stack) > _DEPTH:
                raise self.problem("nested too deep")
        elif sign in _CLOSE and (not stack or stack.pop() != _OPEN[_CLOSE.index(sign)]):
            raise self.problem(f"a '{sign}' too many")

    def comment(self) -> bool:
        """Goes behind a comment that stands here; a line break after it stays."""
        start = self.text[self.at : self.at + 2]
        if start[:1] == "#" or start == "//":
            found = self.text.find("\n", self.at)
            self.at = len(self.text) if found < 0 else found
            return True
        if start == "/*":
            found = self.text.find("*/", self.at + 2)
            if found < 0:
                raise self.problem("a comment does not end")
            self.at = found + 2
            return True
        return False

    def string(self) -> None:
        """Goes behind a string in quotes; templates in it may hold strings again."""
        depths: list[int] = []  # of braces, for each template that is open
        self.at += 1
        while self.at < len(self.text):
            two = self.text[self.at : self.at + 2]
            sign = two[:1]
            if depths:
                self._in_template(sign, depths)
                continue
            if sign == "\n":
                break
            if sign == '"':
                self.at += 1
                return
            if sign == "\\" or self.text[self.at : self.at + 3] in ("$${", "%%{"):
                self.at += 2 if sign == "\\" else 3
            elif two in ("${", "%{"):
                depths.append(1)
                self.at += 2
            else:
                self.at += 1
        raise self.problem("a string does not end")

    def _in_template(self, sign: str, depths: list[int]) -> None:
        if sign == '"':
            self._nested()
            return
        depths[-1] += (sign == "{") - (sign == "}")
        if not depths[-1]:
            depths.pop()
        self.at += 1

    def _nested(self) -> None:
        self.nesting += 1
        if self.nesting > _DEPTH:
            raise self.problem("nested too deep")
        self.string()
        self.nesting -= 1

    def heredoc(self, mark: str, start: int) -> None:
        position = start
        while position < len(self.text):
            found = self.text.find("\n", position)
            stop = len(self.text) if found < 0 else found
            if self.text[position:stop].strip() == mark:
                self.at = position + len(self.text[position:stop].rstrip())
                return
            position = stop + 1
        raise self.problem(f"the heredoc {mark} does not end")
