"""Reading the tables of a parsed ``ringfence.lock``, with a clear error for each mistake.

The parser of TOML forgets lines; where a mistake stands is looked up only when there is one, from
the headers of the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ringfence import late
from ringfence.errors import UsageError
from ringfence.model.record import record

_HEADER = late.pattern(r"\s*\[\[?\s*(.+?)\s*\]\]?\s*(?:#.*)?")
#: A wrong value is shown up to so many characters.
SHOWN = 60
REFRESH = "run `ringfence lock` to write the file anew; your accepted entries stay"


@record(frozen=True)
class Source:
    """The text of the file, and the name by which errors call it."""

    shown: str
    text: str

    def line_of(self, header: str, number: int, words: Iterable[str]) -> int:
        """The line, from 1, of the first word that the ``number``-th table of this header holds,
        else of that header, else of the first word anywhere, else 1."""
        lines = self.text.splitlines()
        start, end = _block(lines, header, number)
        for word in filter(None, words):
            for index in range(start, end):
                if word in lines[index]:
                    return index + 1
        return start + 1


def _block(lines: list[str], header: str, number: int) -> tuple[int, int]:
    """First line and the line after the last of a table; the whole file when it is not found."""
    seen = -1
    start = None
    for index, line in enumerate(lines):
        found = _HEADER.fullmatch(line)
        if found is None or line.startswith(" "):
            continue
        if start is not None:
            return start, index
        seen += found[1] == header
        if header and seen == number and found[1] == header:
            start = index
    return (start, len(lines)) if start is not None else (0, len(lines))


class Table:
    """One table of the file: its values by type, and which keys nobody asked for.

    ``header`` is what its header reads between the brackets, ``number`` counts tables of one header
    from 0; ``called`` is how errors name the table ("" at the top).
    """

    __slots__ = ("_asked", "called", "header", "number", "source", "tree")

    def __init__(
        self, source: Source, tree: dict[str, Any], header: str, number: int, called: str
    ) -> None:
        self.source = source
        self.tree = tree
        self.header = header
        self.number = number
        self.called = called
        self._asked: list[str] = []

    def wrong(self, what: str, cure: str, *words: str) -> UsageError:
        """An error at the line that holds one of the words, in this table."""
        line = self.source.line_of(self.header, self.number, words)
        place = f"{self.called}: " if self.called else ""
        return UsageError(f"{place}{what}", f"{self.source.shown}:{line}", cure)

    def inner(self, tree: object, name: str) -> Table:
        """A table inside this one, such as an entry of an array."""
        if not isinstance(tree, dict):
            raise self.wrong(f"{name} must hold tables", "write {…} entries", name)
        return Table(self.source, tree, self.header, self.number, self.called)

    def raw(self, name: str) -> Any:
        """A value of any type; None where there is none."""
        self._asked.append(name)
        return self.tree.get(name)

    def text(self, name: str, *, needed: bool = False) -> str:
        """A text; "" where there is none and none is needed."""
        self._asked.append(name)
        value = self.tree.get(name, "")
        if not isinstance(value, str):
            raise self.wrong(f"{name} must be a text, not {shown(value)}", f'{name} = "…"', name)
        if needed and not value:
            raise self.wrong(f"{name} is missing", f'write {name} = "…", or {REFRESH}')
        return value

    def number_of(self, name: str, limit: int) -> int | None:
        """A whole number from 0 to ``limit``."""
        self._asked.append(name)
        value = self.tree.get(name)
        if value is None:
            return None
        if type(value) is not int or not 0 <= value <= limit:
            what = f"{name} must be a whole number from 0 to {limit}, not {shown(value)}"
            raise self.wrong(what, f"mend the number, or {REFRESH}", name)
        return value

    def flag(self, name: str) -> bool:
        """True or false; false where it is not said."""
        self._asked.append(name)
        value = self.tree.get(name, False)
        if not isinstance(value, bool):
            raise self.wrong(f"{name} must be true or false, not {shown(value)}", REFRESH, name)
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.list_of(name)
        for entry in value:
            if not isinstance(entry, str):
                what = f"{name} must be a list of texts, not of {shown(entry)}"
                raise self.wrong(what, f'write {name} = ["…"]', name)
        return tuple(value)

    def list_of(self, name: str) -> list[Any]:
        """A list of anything."""
        self._asked.append(name)
        value = self.tree.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.wrong(f"{name} must be a list, not {shown(value)}", REFRESH, name)
        return value

    def inners(self, name: str) -> list[Table]:
        """A list of tables inside this one."""
        return [self.inner(entry, name) for entry in self.list_of(name)]

    def blocks(self, name: str, called: str) -> list[Table]:
        """An array of tables with headers of their own."""
        found = []
        for number, entry in enumerate(self.list_of(name)):
            if not isinstance(entry, dict):
                raise self.wrong(
                    f"{name} must hold tables", f"write [[{self.header}.{name}]]", name
                )
            found.append(Table(self.source, entry, f"{self.header}.{name}", number, called))
        return found

    def table(self, name: str) -> dict[str, Any]:
        """A table inside this one, by key; empty when there is none."""
        self._asked.append(name)
        value = self.tree.get(name, {})
        if not isinstance(value, dict):
            raise self.wrong(f"{name} must be a table, not {shown(value)}", REFRESH, name)
        return value

    def done(self) -> None:
        """Refuse keys that nobody asked for."""
        if len(self.tree) > len(self._asked) or not self.tree.keys() <= set(self._asked):
            for key in self.tree:
                if key not in self._asked:
                    cure = near(key, self._asked) or f"known here: {', '.join(self._asked)}"
                    raise self.wrong(f"unknown key {shown(key)}", cure, key)


def near(word: str, known: Iterable[str]) -> str:
    """``did you mean …?``, or "" when nothing known is like the word."""
    from difflib import get_close_matches

    lowered = {name.lower(): name for name in known}
    found = get_close_matches(word[:200].lower(), lowered, 1, 0.6)
    return f"did you mean {lowered[found[0]]}?" if found else ""


def shown(value: object) -> str:
    """A value as an error shows it: short and on one line."""
    if isinstance(value, (dict, list)):
        return "a table" if isinstance(value, dict) else "a list"
    if isinstance(value, bool):
        return str(value).lower()
    try:
        text = value if isinstance(value, str) else str(value)
    except ValueError:  # a number of more digits than Python turns into text
        return "a number beyond measure"
    plain = "".join(letter if letter.isprintable() else "?" for letter in text[: SHOWN + 1])
    return plain if len(plain) <= SHOWN else f"{plain[:SHOWN]}…"
