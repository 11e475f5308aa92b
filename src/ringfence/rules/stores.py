"""Tables of stores outside of AWS: which calls write records or contents into one, and which hold
what was read there. They stand in the taint tables as ``[[store]]`` (:mod:`.taint`)."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from ringfence import late
from ringfence.errors import RuleError
from ringfence.model.record import record

_KEYS = {"name", "holder", "named", "write", "records", "lists", "contents", "fields", "note"}
_SHAPES = ("records", "lists", "contents", "fields")
NAMED = ("text", "last-text", "path", "first-part", "key")


@record(frozen=True)
class Write:
    """Calls that write; ``argument`` is the position of what is stored, ``field`` that of the name
    under which it stands in a record; without such an argument, a whole record stands there."""

    call: re.Pattern[str]
    argument: int
    field: int | None = None


@record(frozen=True)
class Store:
    """One kind of store."""

    name: str
    holder: re.Pattern[str]
    named: str
    write: tuple[Write, ...]
    records: re.Pattern[str] | None = None
    lists: re.Pattern[str] | None = None
    contents: re.Pattern[str] | None = None
    fields: re.Pattern[str] | None = None

    def shape(self, path: str) -> str:
        """Whether the object of a path is one record or content, a field of a record, a list of
        records, or nothing of it ("")."""
        if self.fields is not None and self.fields.search(path):
            return "field"
        if any(one is not None and one.search(path) for one in (self.records, self.contents)):
            return "one"
        return "list" if self.lists is not None and self.lists.search(path) else ""

    def written(self, path: str) -> Write | None:
        """What a call stores, None where it stores nothing."""
        for write in self.write:
            if write.call.search(path) is not None:
                return write
        return None


def read_store(table: dict[str, Any], where: str) -> Store:
    """A store as a table writes it.

    Raises:
        RuleError: it is malformed.
    """
    if set(table) - _KEYS or not {"name", "holder"} <= set(table):
        raise RuleError(f"a store has {', '.join(sorted(_KEYS))}: {sorted(table)}", where)
    named = table.get("named", "text")
    if named not in NAMED:
        raise RuleError(f"named = {named!r}", where, f"use one of {', '.join(NAMED)}")
    writes = table.get("write", ())
    if any(not {"call", "argument"} <= set(one) <= {"call", "argument", "field"} for one in writes):
        raise RuleError("a write has call, argument, and perhaps field", where)
    return Store(
        table["name"],
        late.pattern(table["holder"]),
        named,
        tuple(
            Write(late.pattern(one["call"]), one["argument"], one.get("field")) for one in writes
        ),
        *(late.pattern(table[key]) if key in table else None for key in _SHAPES),
    )


@cache
def shape_in(stores: tuple[Store, ...], path: str) -> tuple[Store, str] | None:
    """The kind of store whose record, content or list the object of a path is, and which."""
    for store in stores:
        shape = store.shape(path)
        if shape:
            return store, shape
    return None


@cache
def written_in(stores: tuple[Store, ...], path: str) -> tuple[Store, Write] | None:
    """The kind of store that a call writes into, and what it stores."""
    for store in stores:
        write = store.written(path)
        if write is not None:
            return store, write
    return None
