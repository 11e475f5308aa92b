"""Bytes that were right, changed in a few places: pieces cut, doubled, moved, nested, or taken from
other inputs and from the words of the formats."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

WORDS = [
    b"{", b"}", b"[", b"]", b"(", b")", b": ", b"- ", b"\n", b"\t", b"'", b'"', b"`", b"\\", b"#",
    b"\xff", b"\x00", b"\xc2\x85", b"\xe2\x80\xa8", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\x1b[31m",
    b"\xe2\x80\xae", b"\r", b"null", b"~", b"true", b"-1", b"0", b"1e999", b".nan", b".inf", b"0x7",
    b"9" * 40, b"9" * 5000, b"2026-02-30", b"*a", b"&a ", b"<<: *a", b"!!binary ", b"!!python/x ",
    b"? ", b"|\n", b">-\n", b"%YAML 1.1\n---\n", b"...", b"\\u0000", b"\\ud800", b"\\ud83d",
    b"!Ref ", b"!Sub ", b"!GetAtt ", b"!If [", b"!Join ['', ", b"!Select [0, ", b"!Split [",
    b"!FindInMap [", b"!ImportValue ", b"!Cidr [", b"!Transform ", b"!ToJsonString ", b"!Length ",
    b'{"Fn::If": ["A", 1, 2]}', b'{"Ref": "A"}', b'{"Fn::ForEach::X": ["X", [1], {}]}',
    b'{"Fn::Sub": ["${A}", {"A": 1}]}', b"AWS::NoValue", b"${AWS::Region}", b"${", b"${A", b"${!A}",
    b"${self:custom.a}", b"${self:}", b"${file(./a.yml):b}", b"${opt:a, 'b'}", b"${env:A}",
    b"${param:a}", b"${sls:stage}", b"${ssm:/a}", b"${self:provider.${self:a}}", b"Globals:\n",
    b"lambda x: ", b"await ", b"async ", b"yield ", b"if ", b"for x in x: ", b"def f(*a, **k):\n",
    b"class A(A):\n", b"import ", b"from . import *\n", b"try:\n", b"match x:\n", b"=>", b"...a",
    b"/*", b"*/", b"//", b"?.", b"??=", b"event", b"event['body']", b"os.system(", b"return ",
    b"while (true) {", b"function* ", b"new ", b"this.", b"require(", b"export default ", b"as any",
    b"<T>", b"enum A {", b"self.", b"__class__", b"ringfence: ignore[", b"ignore[*] a until ",
    b"arn:aws:s3:::*", b'"*"', b"s3:*", b"iam:PassRole", b"NotAction", b"Condition", b"has(", b".all(x, ",
    b"exists(", b".map(", b"matches('(a+)+$')", b"size(", b"%", b"**", b"==", b"&&", b"|",
]  # fmt: skip
_TOKEN = re.compile(rb"[\w.$:-]+")
LARGEST = 20_000


def mutated(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """The data with a few changes, at most :data:`LARGEST` bytes of it."""
    changed = data
    for _ in range(random.choice((1, 1, 2, 3, 5, 8))):
        changed = random.choice(_CHANGES)(changed, random, others)
    return changed[:LARGEST]


def _span(data: bytes, random: Random) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + random.choice((1, 2, 8, 40, 400)))


def _cut(data: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(data, random)
    return data[:start] + data[end:]


def _insert(data: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.choice(WORDS) * random.choice((1, 1, 1, 2, 60)) + data[at:]


def _move(data: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(data, random)
    at = random.randrange(len(data) + 1)
    return data[:at] + data[start:end] + data[at:]


def _graft(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    other = random.choice(others) if others else data
    start, end = _span(other, random)
    at, until = _span(data, random)
    return data[:at] + other[start:end] + data[until if random.random() < 0.5 else at :]


def _swap_lines(data: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    lines = data.split(b"\n")
    one, two = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]
    return b"\n".join(lines)


def _indent(data: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    lines = data.split(b"\n")
    first = random.randrange(len(lines))
    by = random.choice((-2, 2, 4))
    for index in range(first, min(len(lines), first + random.choice((1, 3, 10)))):
        lines[index] = b" " * by + lines[index] if by > 0 else lines[index][-by:]
    return b"\n".join(lines)


def _exchange(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """One word for another: of the format, of the same input, or of another one."""
    places = list(_TOKEN.finditer(data))
    if not places:
        return data
    place = random.choice(places)
    source = random.choice((data, random.choice(others) if others else data))
    words = [*_TOKEN.findall(source), random.choice(WORDS)]
    return data[: place.start()] + random.choice(words[-400:]) + data[place.end() :]


def _flip(data: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    if not data:
        return data
    at = random.randrange(len(data))
    return data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]


def _nest(data: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    """A piece inside many brackets."""
    start, end = _span(data, random)
    opening, closing = random.choice(
        ((b"[", b"]"), (b"{", b"}"), (b"(", b")"), (b'{"a": ', b"}"), (b'{"Fn::Sub": ', b"}"))
    )
    times = random.choice((1, 2, 30, 500))
    return data[:start] + opening * times + data[start:end] + closing * times + data[end:]


_CHANGES = (_cut, _insert, _insert, _move, _graft, _graft, _swap_lines, _indent, _exchange,
            _exchange, _exchange, _flip, _nest)  # fmt: skip
