"""Concise Binary Object Representation: the values of a request body, and small answers.

Source: RFC 8949. Read is all that the Smithy RPC v2 CBOR protocol uses: integers, byte and text
strings, arrays, maps, tags (whose content counts), floats of three sizes, and the simple values;
definite and indefinite lengths. Bounded in depth; no length is believed before its bytes are there.
"""

from __future__ import annotations

import struct
from typing import Any

from ringfence.relay.bodies import MAX_DEPTH, Unreadable

_BREAK = object()
_SIMPLE = {20: False, 21: True, 22: None, 23: None}
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}


def cbor_value(body: bytes) -> Any:
    """The value of a CBOR body; an empty one is an empty map.

    Raises:
        Unreadable: it is no CBOR, or more than one value.
    """
    if not body:
        return {}
    reader = _Reader(body)
    value = reader.value(0)
    if reader.at != len(body) or value is _BREAK:
        raise Unreadable("the body is no CBOR")
    return value


def text_map(values: dict[str, str]) -> bytes:
    """A map of texts as CBOR."""
    return _head(5, len(values)) + b"".join(
        _text(key) + _text(value) for key, value in values.items()
    )


def _text(value: str) -> bytes:
    data = value.encode()
    return _head(3, len(data)) + data


def _head(kind: int, number: int) -> bytes:
    if number < 24:
        return bytes([kind << 5 | number])
    return bytes([kind << 5 | 26]) + struct.pack(">I", number)


class _Reader:
    def __init__(self, body: bytes) -> None:
        self._body = body
        self.at = 0

    def value(self, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise Unreadable("the body is nested too deeply")
        first = self._take(1)[0]
        kind, info = first >> 5, first & 31
        if kind == 7:
            return self._simple(info)
        length = None if info == 31 else self._number(info)
        if kind in (0, 1, 6):
            return self._number_or_tag(kind, length, depth)
        if kind in (2, 3):
            return self._string(kind, length, depth)
        return self._array(length, depth) if kind == 4 else self._map(length, depth)

    def _number_or_tag(self, kind: int, length: int | None, depth: int) -> Any:
        if length is None:
            raise Unreadable("the body is no CBOR")
        if kind == 6:
            return self.value(depth + 1)
        return length if kind == 0 else -1 - length

    def _take(self, count: int) -> bytes:
        data = self._body[self.at : self.at + count]
        if len(data) != count:
            raise Unreadable("the CBOR body ends too early")
        self.at += count
        return data

    def _number(self, info: int) -> int:
        if info < 24:
            return info
        if info > 27:
            raise Unreadable("the body is no CBOR")
        return int.from_bytes(self._take(1 << info - 24), "big")

    def _simple(self, info: int) -> Any:
        if info == 31:
            return _BREAK
        if info in _FLOATS:
            return struct.unpack(_FLOATS[info], self._take(1 << info - 24))[0]
        return _SIMPLE.get(self._number(info))

    def _string(self, kind: int, length: int | None, depth: int) -> Any:
        if length is None:
            parts = [item for item in self._until_break(depth) if isinstance(item, (bytes, str))]
            data = b"".join(item.encode() if isinstance(item, str) else item for item in parts)
        else:
            data = self._take(length)
        return data if kind == 2 else data.decode("utf-8", "replace")

    def _until_break(self, depth: int) -> list[Any]:
        items: list[Any] = []
        while (item := self.value(depth + 1)) is not _BREAK:
            items.append(item)
        return items

    def _array(self, length: int | None, depth: int) -> list[Any]:
        if length is None:
            return self._until_break(depth)
        return [self._item(depth) for _ in range(length)]

    def _map(self, length: int | None, depth: int) -> dict[str, Any]:
        if length is None:
            flat = self._until_break(depth)
            return {str(key): value for key, value in zip(flat[::2], flat[1::2], strict=False)}
        return {str(self._item(depth)): self._item(depth) for _ in range(length)}

    def _item(self, depth: int) -> Any:
        item = self.value(depth + 1)
        if item is _BREAK:
            raise Unreadable("the body is no CBOR")
        return item
