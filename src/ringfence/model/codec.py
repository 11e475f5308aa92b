"""Records of the model as JSON-like data and back, for processes and caches.

A record becomes the list of its fields in their order, an enumeration its number, a set a sorted
list; the types come from the annotations, so nothing is stored twice and nothing is executed
when data is read. Values of templates (:class:`~ringfence.model.value.Value`) are left behind:
they are large, and no report needs them; an empty object stands where one was.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from enum import Enum
from functools import cache
from typing import Any

from ringfence.model.value import EMPTY, Mapping

#: Turns a value into JSON-like data, or back; None where the value is such data already.
Step = Callable[[Any], Any] | None

_PLAIN = (str, int, float, bool, type(None))


class CodecError(ValueError):
    """The data is not what was encoded for this type."""


def encode(value: object, kind: Any) -> Any:
    """``value``, which is of the type ``kind`` (a record class, ``list[Record]``, …), as data."""
    step = _encoder(kind)
    return step(value) if step else value


def decode(data: Any, kind: Any) -> Any:
    """The value that :func:`encode` made ``data`` of.

    Raises:
        CodecError: it was made of something else.
    """
    try:
        return _decoder(kind)(data)
    except (TypeError, ValueError, KeyError, AttributeError, IndexError) as problem:
        raise CodecError(f"no {kind!r}: {problem}") from None


@cache
def _fields(kind: Any) -> tuple[Any, ...]:
    hints = typing.get_type_hints(kind)
    return tuple(hints[name] for name in kind.__record_fields__)


@cache
def _encoder(kind: Any) -> Step:
    """How values of a type are encoded."""
    if kind in _PLAIN:
        return None
    if kind is Mapping:
        return lambda value: None
    if hasattr(kind, "__record_fields__"):
        return _record_encoder(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return lambda value: value.value
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return _optional(_encoder(_only(arguments)))
    if origin is dict:
        inner = _encoder(arguments[1])
        return dict if inner is None else _values_encoder(inner)
    inner = _encoder(arguments[0])
    if origin is frozenset:
        return sorted
    return list if inner is None else _items_encoder(inner)


def _values_encoder(inner: Callable[[Any], Any]) -> Step:
    return lambda value: {key: inner(item) for key, item in value.items()}


def _items_encoder(inner: Callable[[Any], Any]) -> Step:
    return lambda value: [inner(item) for item in value]


def _record_encoder(kind: Any) -> Step:
    names = tuple(kind.__record_fields__)
    steps = {
        f"step_{name}": _encoder(hint) for name, hint in zip(names, _fields(kind), strict=True)
    }
    items = [
        f"value.{name}" if steps[f"step_{name}"] is None else f"step_{name}(value.{name})"
        for name in names
    ]
    return _written(f"lambda value: [{', '.join(items)}]", steps)


@cache
def _decoder(kind: Any) -> Callable[[Any], Any]:
    """How values of a type are decoded; each checks what it is given."""
    if kind in _PLAIN:
        return _plain_decoder(kind)
    if kind is Mapping:
        return lambda data: EMPTY
    if hasattr(kind, "__record_fields__"):
        return _record_decoder(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return _optional(_decoder(_only(arguments)))
    if origin is dict:
        inner = _decoder(arguments[1])
        return lambda data: {_text(key): inner(item) for key, item in data.items()}
    inner = _decoder(arguments[0])
    return lambda data: origin(map(inner, _listed(data)))


def _record_decoder(kind: Any) -> Callable[[Any], Any]:
    names = tuple(kind.__record_fields__)
    steps = {
        f"step_{name}": _decoder(hint) for name, hint in zip(names, _fields(kind), strict=True)
    }
    items = ", ".join(f"step_{name}({name})" for name in names)
    made = _written(f"lambda {', '.join(names)}: step_({items})", {**steps, "step_": kind})
    return lambda data: made(*_listed(data))


def _written(text: str, names: dict[str, Any]) -> Callable[..., Any]:
    """A function of its text, as one would write it by hand for one type: twice as fast as one
    that walks over the fields. The text is made of the names of our own fields."""
    made: Callable[..., Any] = eval(text, names)  # noqa: S307 - see above
    return made


def _plain_decoder(kind: Any) -> Callable[[Any], Any]:
    accepted: Any = (int, float) if kind is float else kind

    def run(data: Any) -> Any:
        if not isinstance(data, accepted):
            raise TypeError(f"{type(data).__name__} instead of {kind.__name__}")
        return data

    return run


def _optional(step: Step) -> Callable[[Any], Any]:
    if step is None:
        return lambda value: value
    return lambda value: None if value is None else step(value)


def _only(arguments: tuple[Any, ...]) -> Any:
    """The one type of ``X | None``."""
    (kind,) = (argument for argument in arguments if argument is not type(None))
    return kind


def _listed(data: Any) -> list[Any]:
    if not isinstance(data, list):
        raise TypeError(f"{type(data).__name__} instead of a list")
    return data


def _text(data: Any) -> str:
    if not isinstance(data, str):
        raise TypeError("a key that is no text")
    return data
