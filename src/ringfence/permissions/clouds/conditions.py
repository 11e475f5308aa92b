"""The plain conditions of Google Cloud's bindings, in three answers.

Read are comparisons of ``resource.name``, ``resource.type``, ``resource.service`` and
``request.time`` with constants, and ``!``, ``&&``, ``||`` and parentheses around them. Whatever
else an expression holds is not known, and so is an expression that cannot be read.
Source: Google Cloud documentation, "Attribute reference for IAM Conditions"; the language is CEL.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ringfence import late
from ringfence.model.record import record
from ringfence.permissions.clouds.google_roles import type_of
from ringfence.permissions.clouds.statements import every, inverse, some
from ringfence.permissions.globs import covers, has_wildcard, overlaps

#: Longer or deeper expressions are not read; the cloud allows twelve operators.
MAX_LENGTH = 10_000
MAX_DEPTH = 40

_TOKEN = late.pattern(
    r"""\s*(?:(?P<text>"[^"\\]*"|'[^'\\]*')|(?P<word>[A-Za-z_][\w.]*)"""
    r"""|(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%?:<>!()\[\],])|(?P<number>\d[\w.]*)|(?P<end>$))"""
)
_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})

Answer = bool | None


@record(frozen=True)
class Request:
    """What is known of a request: the resource, or a pattern of such, and the time, if any."""

    resource: str
    now: datetime | None = None

    @property
    def name(self) -> str:
        """The resource's name without its service, as conditions see it."""
        if not self.resource.startswith("//"):
            return self.resource
        return self.resource[2:].partition("/")[2]

    @property
    def service(self) -> str:
        """The service that the resource is one of; "" when that is not known."""
        if not self.resource.startswith("//"):
            return ""
        found = self.resource[2:].partition("/")[0]
        return "" if has_wildcard(found) else found


def holds(expression: str, request: Request) -> Answer:
    """Whether a condition holds for all of what is asked, for none of it, or perhaps (None)."""
    if not expression.strip():
        return True
    try:
        return _Reading(_tokens(expression), request).whole()
    except _Unreadable:
        return None


class _Unreadable(Exception):
    """The expression is none that this module reads."""


def _tokens(expression: str) -> list[tuple[str, str]]:
    """(kind, text) of each token; ("end", "") is the last."""
    if len(expression) > MAX_LENGTH:
        raise _Unreadable
    found: list[tuple[str, str]] = []
    at = 0
    while True:
        match = _TOKEN.match(expression, at)
        if match is None:
            raise _Unreadable
        found.append((match.lastgroup or "", match.group(match.lastgroup or 0)))
        at = match.end()
        if found[-1][0] == "end":
            return found


class _Reading:
    """Reads an expression from left to right and answers it on the way."""

    def __init__(self, tokens: list[tuple[str, str]], request: Request) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._request = request

    def whole(self) -> Answer:
        found = self._or()
        if self._peek()[0] != "end":
            raise _Unreadable
        return found

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at]

    def _next(self) -> tuple[str, str]:
        found = self._tokens[self._at]
        if found[0] == "end":
            raise _Unreadable
        self._at += 1
        return found

    def _take(self, text: str) -> bool:
        if self._peek() != ("sign", text):
            return False
        self._at += 1
        return True

    def _need(self, text: str) -> None:
        if not self._take(text):
            raise _Unreadable

    def _or(self) -> Answer:
        found = [self._and()]
        while self._take("||"):
            found.append(self._and())
        return some(found)

    def _and(self) -> Answer:
        found = [self._not()]
        while self._take("&&"):
            found.append(self._not())
        return every(found)

    def _not(self) -> Answer:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _Unreadable
        if self._take("!"):
            found = inverse(self._not())
        elif self._take("("):
            found = self._or()
            self._need(")")
        else:
            found = self._comparison()
        self._depth -= 1
        return found

    def _comparison(self) -> Answer:
        left = self._operand()
        kind, sign = self._peek()
        if kind != "sign" or sign not in _COMPARISONS:
            return self._called(left)
        self._at += 1
        return self._compared(left, sign, self._operand())

    def _operand(self) -> tuple[str, str]:
        """A constant ("text", …), a name ("word", …) or a call ("call name", argument)."""
        kind, text = self._next()
        if kind == "text":
            return kind, text[1:-1]
        if kind != "word":
            raise _Unreadable
        if text in ("true", "false") or not self._take("("):
            return kind, text
        argument_kind, argument = self._next()
        if argument_kind != "text":
            raise _Unreadable
        self._need(")")
        return f"call {text}", argument[1:-1]

    def _called(self, operand: tuple[str, str]) -> Answer:
        kind, text = operand
        if kind == "word" and text in ("true", "false"):
            return text == "true"
        if has_wildcard(text):
            return None
        if kind == "call resource.name.startsWith":
            return _like(f"{text}*", self._request.name)
        if kind == "call resource.name.endsWith":
            return _like(f"*{text}", self._request.name)
        return None

    def _compared(self, left: tuple[str, str], sign: str, right: tuple[str, str]) -> Answer:
        if left == ("word", "request.time") and right[0] == "call timestamp":
            return _before(self._request.now, sign, right[1])
        if right[0] != "text" or sign not in ("==", "!="):
            return None
        found = self._equal(left, right[1])
        return found if sign == "==" else inverse(found)

    def _equal(self, left: tuple[str, str], text: str) -> Answer:
        if left == ("word", "resource.name"):
            return None if has_wildcard(text) else _like(text, self._request.name)
        attributes: dict[tuple[str, str], Callable[[], str]] = {
            ("word", "resource.type"): lambda: type_of(self._request.resource),
            ("word", "resource.service"): lambda: self._request.service,
        }
        known = attributes[left]() if left in attributes else ""
        return known == text if known else None


def _like(pattern: str, name: str) -> Answer:
    if covers(pattern, name):
        return True
    return None if overlaps(pattern, name) else False


def _before(now: datetime | None, sign: str, text: str) -> Answer:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if now is None or moment.tzinfo is None or now.tzinfo is None:
        return None
    answers = {"<": now < moment, "<=": now <= moment, ">": now > moment, ">=": now >= moment}
    return answers.get(sign)
