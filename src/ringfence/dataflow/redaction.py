"""What a logger is told to leave out of what it writes.

``pino({redact: ["user.password", "*.token"]})`` hides the parts that these paths name, on the
logger and on its children. Source: pino's documentation of ``redact``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow.objects import External, Struct
from ringfence.dataflow.values import Value

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

_MAKERS = frozenset(("pino()", "pino.pino()"))
_STEP = late.pattern(r"""[^.\[\]"']+""")
MAX_CHILDREN = 8
MAX_DEPTH = 8

Place = tuple[str, ...]


def shown(machine: Machine, logger: External | None, values: list[Value]) -> list[Value]:
    """The arguments of a log call, without what its logger hides."""
    places = hidden(logger)
    return [without(machine, value, places) for value in values] if places else values


def hidden(logger: External | None) -> list[Place]:
    """The places that a logger, or one that it is a child of, hides."""
    for _ in range(MAX_CHILDREN):
        if logger is None or logger.path in _MAKERS:
            break
        logger = logger.before
    options = logger.arguments[0] if logger is not None and logger.arguments else None
    return [
        tuple(_STEP.findall(text))
        for obj in (options.objects if options is not None else ())
        if isinstance(obj, Struct)
        for text in texts_of(obj.fields.get("redact"))
    ]


def texts_of(value: Value | None) -> list[str]:
    """The texts of a list, which may be under ``paths``."""
    found: list[str] = []
    for obj in value.objects if value is not None else ():
        if isinstance(obj, Struct) and obj.kind == "map":
            found += texts_of(obj.fields.get("paths"))
        elif isinstance(obj, Struct):
            found += [const for const in obj.items().consts if isinstance(const, str)]
    return found


def without(machine: Machine, value: Value, places: list[Place], depth: int = 0) -> Value:
    """A value whose maps lack these places; ``*`` stands for any name."""
    if depth > MAX_DEPTH or not any(isinstance(obj, Struct) for obj in value.objects):
        return value
    objects = tuple(
        lessened(machine, obj, places, depth) if isinstance(obj, Struct) else obj
        for obj in value.objects
    )
    return Value(value.consts, value.taint, objects, value.open)


def lessened(machine: Machine, obj: Struct, places: list[Place], depth: int) -> Struct:
    less = machine.struct(obj.kind, obj.cls)
    less.rest, less.names, less.base, less.mirrors = obj.rest, obj.names, obj.base, obj.mirrors
    for name, part in obj.fields.items():
        below = [place[1:] for place in places if place and place[0] in ("*", str(name))]
        if () not in below:
            less.fields[name] = without(machine, part, below, depth + 1) if below else part
    return less
