"""Rows of SQL databases: which columns of which table a statement writes or reads.

Only fixed statements are read, and only their plain forms: ``INSERT INTO t (a, b) VALUES (…)``,
``UPDATE t SET a = …`` and ``SELECT a, b FROM t``. A table is known by its name alone, for the
functions of an application mostly share a database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ringfence import late
from ringfence.dataflow.objects import External, Struct
from ringfence.dataflow.values import NOTHING, UNKNOWN, Value, join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine

MAX_STATEMENT = 4_000
_RUNS = late.pattern(r"\.(query|execute|executemany|run|fetch|fetchrow|exec|prepare|all|get)$")
_NAME = r"[`\"\[]?(?:\w+[`\"\]]?\.[`\"\[]?)?(\w+)[`\"\]]?"
_INSERT = late.pattern(
    rf"(?is)^\s*(?:insert(?:\s+or\s+\w+|\s+ignore)?|replace)\s+into\s+{_NAME}\s*\(([^()]*)\)"
    r"\s*values\s*\((.*?)\)\s*(?:on\s|returning\s|;|$)"
)
_UPDATE = late.pattern(rf"(?is)^\s*update\s+{_NAME}\s+set\s+(.*?)(?:\swhere\s(.*))?;?\s*$")
_SELECT = late.pattern(rf"(?is)^\s*select\s+(?:distinct\s+)?(.*?)\s+from\s+{_NAME}")
#: What stands for a parameter; groups: its number, its name.
_HOLE = late.pattern(r"%s|\?|\$(\d+)|%\((\w+)\)s|[:@](\w+)")
_COLUMN = late.pattern(
    r"(?is)^(?:[\w`\"]+\.)?[`\"\[]?(\w+|\*)[`\"\]]?(?:\s+(?:as\s+)?[`\"]?(\w+)[`\"]?)?$"
)
_SET = late.pattern(r"(?is)^[`\"\[]?(?:\w+\.)?(\w+)[`\"\]]?\s*=\s*(.*)$")

#: What holds rows, by the end of its path: one row, a list of them, or an answer around a list.
_ROW = late.pattern(
    r"\.(fetchone|one|first|one_or_none|fetchrow)\(\)$|\.(fetchall|fetchmany|fetch|all)\(\)\[\]$"
    r"|^dbapi\.Cursor\[\]$|\.execute\(\)\[\]$|\.prepare\(\)\.get\(\)$"
)
_ROWS = late.pattern(r"\.(fetchall|fetchmany|fetch|all)\(\)$")
_ANSWER = late.pattern(r"^sql\.(Connection|Client|Pool)\.(query|execute)\(\)$")


class Rows(NamedTuple):
    """What an object holds: the rows of a ``store``, with what the statement calls their
    ``columns`` (name, and name in the answer), as a ``shape``: row, rows, answer."""

    store: str
    columns: tuple[tuple[str, str], ...]
    shape: str


def rows_written(path: str, arguments: Arguments) -> Iterator[tuple[str, Value]]:
    """The tables that a statement writes into, and the row."""
    if _RUNS.search(path) is None:
        return
    statement, given = arguments.get(0), arguments.get(1)
    for obj in statement.objects if statement is not None else ():
        if isinstance(obj, Struct) and {"text", "values"} <= set(obj.fields):
            statement, given = obj.fields["text"], obj.fields["values"]
    text = text_of(statement)
    if text is None:
        return
    row = Struct("map", None)
    match = _INSERT.match(text)
    if match is not None:
        table, names, values = match.groups()
        assigned = zip(parts_of(names), parts_of(values), strict=False)
    else:
        match = _UPDATE.match(text)
        if match is None:
            return
        table = match.group(1)
        pairs = [_SET.match(part) for part in parts_of(match.group(2))]
        assigned = zip(
            [pair.group(1) for pair in pairs if pair],
            [pair.group(2) for pair in pairs if pair],
            strict=True,
        )
    place = 0
    for name, expression in assigned:
        for hole in _HOLE.finditer(expression):
            number, *names_given = hole.groups()
            named = next((one for one in names_given if one), "")
            key = named or (int(number) - 1 if number else place)
            place += not named and not number
            value = parameter(given, key)
            column = name.strip('`"[] ').lower()
            row.fields[column] = join(row.fields.get(column, NOTHING), value)
    if row.fields:
        yield f"sql#{table.lower()}", Value(objects=(row,))


def parameter(given: Value | None, key: str | int) -> Value:
    """One of a statement's parameters; of many sets of them, of each."""
    found = NOTHING
    for obj in given.objects if given is not None else ():
        if not isinstance(obj, Struct):
            continue
        if key in obj.fields:
            found = join(found, obj.fields[key])
        elif obj.kind == "list":
            found = join(found, parameter(obj.rest, key))
    if given is not None and given.taint and found.is_nothing:
        return Value((), given.taint, (), True)
    return found


def text_of(value: Value | None) -> str | None:
    """The fixed text of a statement, also inside of ``text("…")``."""
    if value is None:
        return None
    text = value.only_text()
    if text is None:
        for obj in value.objects:
            if isinstance(obj, External) and obj.arguments:
                text = obj.arguments[0].only_text()
    return text if text is not None and len(text) <= MAX_STATEMENT else None


def parts_of(text: str) -> list[str]:
    """What commas part, outside of brackets."""
    found, depth = [""], 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            found.append("")
        else:
            found[-1] += letter
    return [part.strip() for part in found if part.strip()]


def rows_read(obj: External) -> Rows | None:
    """The rows that an object of a database library holds, None for all others."""
    shape = (
        "row" if _ROW.search(obj.path)
        else "rows" if _ROWS.search(obj.path)
        else "answer" if _ANSWER.search(obj.path)
        else ""
    )  # fmt: skip
    if not shape:
        return None
    link: External | None = obj
    while link is not None:
        for given in (*link.arguments[:1], *([link.statement] if link.statement else ())):
            text = text_of(given)
            match = _SELECT.match(text) if text is not None else None
            if match is not None:
                columns = [_COLUMN.match(part) for part in parts_of(match.group(1))]
                named = [(one.group(1), one.group(2) or one.group(1)) for one in columns if one]
                return Rows(f"sql#{match.group(2).lower()}", tuple(named), shape)
        link = link.before
    return None


def shaped(machine: Machine, held: Value, rows: Rows) -> Value:
    """The rows of a table as a statement gives them: by the names of its columns and by their
    places."""
    if held.is_nothing:
        return NOTHING
    row = machine.struct("map")
    row.rest = UNKNOWN
    for place, (column, name) in enumerate(rows.columns):
        for obj in held.objects:
            if not isinstance(obj, Struct):
                continue
            if column == "*":
                row.fields.update(obj.fields)
            elif column.lower() in obj.fields:
                value = obj.fields[column.lower()]
                row.fields[name] = join(row.fields.get(name, NOTHING), value)
                row.fields[place] = row.fields[name]
    if not row.fields:
        return NOTHING
    places = machine.struct("list")  # of drivers that give rows by place
    places.fields = {key: value for key, value in row.fields.items() if isinstance(key, int)}
    one = Value(objects=(row, places) if places.fields else (row,))
    if rows.shape == "row":
        return one
    listed = machine.struct("list")
    listed.rest = one
    if rows.shape == "rows":
        return Value(objects=(listed,))
    answer = machine.struct("list")  # ``{ rows }`` of one driver, ``[rows, fields]`` of another
    answer.fields[0] = Value(objects=(listed,))
    answer.fields["rows"] = answer.fields[0]
    return Value(objects=(answer,))
