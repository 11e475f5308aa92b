"""The tables ``[[connection]]`` and ``[[setting]]``: how clients of libraries connect.

The format is described with the other tables in :mod:`ringfence.rules.taint`.
"""

from __future__ import annotations

from typing import Any

from ringfence.errors import RuleError
from ringfence.model.facts import AUTHENTICATIONS, CONNECTION_KINDS, TRANSPORTS
from ringfence.model.record import field_names, record
from ringfence.model.severity import CONFIDENCES
from ringfence.rules.entries import Condition, Entry, condition_of

#: The rules that a connection can break.
CONNECTION_RULES = (
    "plaintext-transport",
    "tls-verification-disabled",
    "unauthenticated-connection",
)


@record(frozen=True)
class Place:
    """Where a call may give something: a position, a keyword or ``self``, and a dotted field."""

    argument: int | str
    field: str = ""


@record(frozen=True)
class Case:
    """What a connection is where all conditions hold and, if ``given`` names places, one of them
    is given. Without either it is the library's default. ``certainty`` makes a finding of it."""

    word: str
    when: tuple[Condition, ...] = ()
    given: tuple[Place, ...] = ()
    certainty: str = ""
    text: str = ""

    @property
    def is_default(self) -> bool:
        return not self.when and not self.given


@record(frozen=True)
class ConnectionTable(Entry):
    kind: str = ""
    library: str = ""
    url: tuple[Place, ...] = ()
    host: tuple[Place, ...] = ()
    options: tuple[Place, ...] = ()
    headers: tuple[Place, ...] = ()
    schemes: dict[str, str] | None = None
    transport: tuple[Case, ...] = ()
    authentication: tuple[Case, ...] = ()


@record(frozen=True)
class Setting(Entry):
    """A call beside the one that connects: it changes all connections of ``library``."""

    library: str = ""
    transport: str = ""
    authentication: str = ""
    certainty: str = ""
    text: str = ""


def read_connection(table: dict[str, Any], where: str) -> ConnectionTable:
    """A ``[[connection]]`` table.

    Raises:
        RuleError: it is malformed.
    """
    values = _known(table, field_names(ConnectionTable), where)
    _need(values, ("call", "kind"), where)
    _word(values["kind"], CONNECTION_KINDS, "kind", where)
    for key in ("url", "host", "options", "headers"):
        values[key] = tuple(place_of(text, where) for text in values.get(key, ()))
    for key, words in (("transport", TRANSPORTS), ("authentication", AUTHENTICATIONS)):
        values[key] = tuple(_case(one, words, where) for one in values.get(key, ()))
    for word in values.get("schemes", {}).values():
        _word(word, TRANSPORTS, "schemes", where)
    return ConnectionTable(**values)


def read_setting(table: dict[str, Any], where: str) -> Setting:
    """A ``[[setting]]`` table.

    Raises:
        RuleError: it is malformed.
    """
    values = _known(table, field_names(Setting), where)
    _need(values, ("call", "library"), where)
    _word(values.get("transport", ""), ("", *TRANSPORTS), "transport", where)
    _word(values.get("authentication", ""), ("", *AUTHENTICATIONS), "authentication", where)
    _word(values.get("certainty", ""), ("", *CONFIDENCES), "certainty", where)
    return Setting(**values)


def place_of(text: str, where: str) -> Place:
    """``0``, ``url``, ``0.tls.ca``, ``self.verify``."""
    if not isinstance(text, str) or not text:
        raise RuleError(f"{text!r} names no place", where, 'write "0", "url" or "0.host"')
    word, _, dotted = text.partition(".")
    return Place(int(word) if word.lstrip("-").isdigit() else word, dotted)


def _case(table: dict[str, Any], words: tuple[str, ...], where: str) -> Case:
    unknown = set(table) - {"is", "when", "given", "certainty", "text"}
    if unknown or "is" not in table:
        raise RuleError(
            f"a case has is, when, given, certainty, text; not {sorted(unknown)}", where
        )
    _word(table["is"], words, "is", where)
    _word(table.get("certainty", ""), ("", *CONFIDENCES), "certainty", where)
    return Case(
        table["is"],
        tuple(condition_of(one, where) for one in table.get("when", ())),
        tuple(place_of(text, where) for text in table.get("given", ())),
        table.get("certainty", ""),
        table.get("text", ""),
    )


def _known(table: dict[str, Any], keys: tuple[str, ...], where: str) -> dict[str, Any]:
    values = {key: content for key, content in table.items() if key not in ("note", "source")}
    for key in values:
        if key not in keys or key == "argument":
            raise RuleError(f"unknown key {key!r}", where, f"use one of {', '.join(sorted(keys))}")
    values["when"] = tuple(condition_of(one, where) for one in values.get("when", ()))
    values["call"] = tuple(values.get("call", ()))
    return values


def _need(values: dict[str, Any], keys: tuple[str, ...], where: str) -> None:
    for key in keys:
        if not values.get(key):
            raise RuleError(f"{key} is missing", where)


def _word(word: object, words: tuple[str, ...], key: str, where: str) -> None:
    if word not in words:
        raise RuleError(f"{key} = {word!r}", where, f"use one of {', '.join(words)}")
