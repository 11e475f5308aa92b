"""Records of JSON files of any size, one after the other, in bounded memory.

Taken are one object, an array of them, objects one a line or just one after the other, and an
object around a list (``{"Records": […]}``). Only the record that is being read is held, so a file
of hundreds of megabytes needs a few. The standard library's own parser reads each record: that is
as fast as a streaming parser written in C, and one dependency less.
"""

from __future__ import annotations

import codecs
import json
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from ringfence import late
from ringfence.model.location import Skipped

CHUNK_BYTES = 1 << 18
#: The greatest record that CloudTrail writes is 1 MiB.
MAX_RECORD_CHARACTERS = 4 << 20
MAX_UNPACKED_BYTES = 16 << 30
#: Trails shrink to a tenth or a fortieth; deflate itself ends at a thousandth.
MAX_RATIO = 250
FREE_BYTES = 64 << 20
MAX_TOLD = 20
#: A file with more broken places is no log; each costs a walk over what is held of the file.
MAX_BROKEN = 20_000
#: zlib's word for gzip with its header and checksum.
_GZIP = 31

_WRAPPER = late.pattern(r'\{\s*"(?:Records|Events)"\s*:\s*\[')
#: What may stand between records.
_BETWEEN = late.pattern(r"[\s,\[\]}]*")
_NEXT = late.pattern(r'\n\s*\{|\{\s*"event(?:Version|Time|Source)"')
_LOOK_AHEAD = 64


class TooLarge(ValueError):
    """A file that unpacks to more than is read."""


def records(file: BinaryIO, name: str) -> Iterator[dict[str, Any] | Skipped]:
    """The objects of an open file, which may be gzip; ``name`` is what reports call it.

    What is no JSON is yielded as Skipped, and reading goes on behind it. Never raises for what a
    file holds.
    """
    reader = _Reader(file, name)
    yield from reader.objects()
    if reader.damage:
        yield Skipped(name, reader.damage)
    if reader.untold:
        yield Skipped(name, f"{reader.untold} more places are no JSON")


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    """The content of a file, unpacked."""
    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    if packed:
        yield from _unpacked(file)
        return
    while chunk := file.read(CHUNK_BYTES):
        yield chunk


def _unpacked(file: BinaryIO) -> Iterator[bytes]:
    """The content of the gzip members of a file, as far as they are whole."""
    member = zlib.decompressobj(_GZIP)
    done = 0
    waiting = b""
    while waiting := waiting or file.read(CHUNK_BYTES):
        if member.eof:
            member = zlib.decompressobj(_GZIP)
        chunk = member.decompress(waiting, CHUNK_BYTES)
        waiting = member.unused_data if member.eof else member.unconsumed_tail
        done += len(chunk)
        if done > MAX_RATIO * file.tell() + FREE_BYTES or done > MAX_UNPACKED_BYTES:
            raise TooLarge(f"unpacks to more than {done} bytes; the rest was not read")
        if chunk:
            yield chunk
    if not member.eof:
        raise EOFError


class _Reader:
    """``_text`` from ``_at`` on is what was read of the file and not yet understood."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._chunks = _chunks(file)
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._scan = json.JSONDecoder().raw_decode
        self._name = name
        self._text = ""
        self._at = 0
        self._ended = False
        self._told = 0
        self.untold = 0
        self.damage = ""

    def objects(self) -> Iterator[dict[str, Any] | Skipped]:
        while self._find():
            wrapper = _WRAPPER.match(self._text, self._at)
            if wrapper:
                self._at = wrapper.end()
                continue
            for item in self._one():
                if isinstance(item, Skipped) and self._told >= MAX_TOLD:
                    self.untold += 1
                    continue
                self._told += isinstance(item, Skipped)
                yield item
            if self.untold > MAX_BROKEN:
                self.damage = "has too many places that are no JSON; the rest was not read"
                return

    def _find(self) -> bool:
        """Go to the next record; False at the end of the file."""
        while True:
            between = _BETWEEN.match(self._text, self._at)
            assert between is not None
            self._at = between.end()
            if len(self._text) - self._at > _LOOK_AHEAD or not self._more():
                return self._at < len(self._text)

    def _more(self, least: int = 0) -> bool:
        """Read on; False when the file has ended."""
        parts = [self._text[self._at :]]
        self._at = 0
        got = 0
        while not self._ended and got <= least:
            chunk = self._next_chunk()
            self._ended = not chunk
            parts.append(self._decoder.decode(chunk, final=self._ended))
            got += len(chunk)
        self._text = "".join(parts)
        return got > 0

    def _next_chunk(self) -> bytes:
        """The next part of the file; a damaged one ends at the damage."""
        try:
            return next(self._chunks, b"")
        except TooLarge as problem:
            self.damage = str(problem)
        except (OSError, EOFError, zlib.error):
            self.damage = "is damaged: it ends too early or is no gzip; the rest was not read"
        return b""

    def _one(self) -> Iterator[dict[str, Any] | Skipped]:
        """The object at the present place, or why there is none."""
        while True:
            try:
                value, self._at = self._scan(self._text, self._at)
            except json.JSONDecodeError as problem:
                held = len(self._text) - self._at
                if self._cut_off(problem) and held < MAX_RECORD_CHARACTERS and self._more(held):
                    continue
                yield self._passed_over("no JSON")
            except (ValueError, RecursionError):
                yield self._passed_over("too deep, or a number too long")
            else:
                yield from self._objects_in(value)
            return

    def _cut_off(self, problem: json.JSONDecodeError) -> bool:
        """Whether only the end of the buffer is what the parser met."""
        unfinished = problem.msg.startswith("Unterminated string")
        return not self._ended and (unfinished or problem.pos + 16 > len(self._text))

    def _objects_in(self, value: Any) -> Iterator[dict[str, Any] | Skipped]:
        if not isinstance(value, dict):
            yield self._passed_over("no object")
            return
        for key in ("Records", "Events"):
            if isinstance(value.get(key), list):
                yield from (item for item in value[key] if isinstance(item, dict))
                return
        yield value

    def _passed_over(self, reason: str) -> Skipped:
        """Go on at what looks like the beginning of a record."""
        while True:
            found = _NEXT.search(self._text, self._at + 1)
            if found:
                self._at = found.start()
                break
            self._at = max(self._at + 1, len(self._text) - _LOOK_AHEAD)
            if not self._more():
                self._at = len(self._text)
                break
        return Skipped(self._name, f"{reason}; reading went on behind it")
