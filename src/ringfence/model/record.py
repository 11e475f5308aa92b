"""Record classes that cost little to define.

One scan defines some 180 record classes and makes instances of about half of them. The standard
``dataclass`` writes and compiles up to six methods for each, half a millisecond a class, and
imports ``inspect`` to do so: together a seventh of a whole scan. :func:`record` gives the same
face to people, type checkers and ``match``, always with slots, but compiles only ``__init__``,
and that when the first instance is made.

``frozen`` is held by the type checker; it makes instances hashable and costs nothing at run time.
The functions of :mod:`dataclasses` (``fields``, ``replace``, ``asdict``) take records too.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")

#: Stands for "not given" in the signature of a generated ``__init__``.
_NOTHING: Any = object()


class Field:
    """A default that is made anew for each instance."""

    __slots__ = ("default_factory",)

    def __init__(self, default_factory: Callable[[], Any]) -> None:
        self.default_factory = default_factory


def field(*, default_factory: Callable[[], T]) -> T:
    """The default of a field whose values must not be shared, such as a list."""
    return Field(default_factory)  # type: ignore[return-value]  # as dataclasses.field is typed


class _StandardFields:
    """``__dataclass_fields__``, by which the functions of :mod:`dataclasses` know their own."""

    def __get__(self, instance: object, owner: Any) -> Any:
        from dataclasses import make_dataclass

        columns = [_column(name, default) for name, default in owner.__record_fields__.items()]
        made: Any = make_dataclass(owner.__name__, columns)
        owner.__dataclass_fields__ = made.__dataclass_fields__  # asked once per class
        return owner.__dataclass_fields__


def _column(name: str, default: Any) -> Any:
    from dataclasses import field as standard_field

    if default is _NOTHING:
        return (name, Any)
    if isinstance(default, Field):
        return (name, Any, standard_field(default_factory=default.default_factory))
    return (name, Any, default)


@dataclass_transform(field_specifiers=(field,))
def record(
    *, frozen: bool = False, eq: bool = True, order: bool = False
) -> Callable[[type[T]], type[T]]:
    """Make a class with annotated fields a record with slots.

    ``eq`` compares by fields (identity otherwise), ``order`` sorts by them in their order.
    """

    def decorate(cls: type[T]) -> type[T]:
        made: type[T] = _slotted(cls, frozen=frozen, eq=eq, order=order)
        return made

    return decorate


def replace(item: T, **changes: Any) -> T:
    """A copy of a record with some fields changed."""
    for name in item.__record_fields__:  # type: ignore[attr-defined]  # every record has it
        if name not in changes:
            changes[name] = getattr(item, name)
    return type(item)(**changes)


def field_names(cls: type) -> tuple[str, ...]:
    """The fields of a record class, in order."""
    return tuple(cls.__record_fields__)  # type: ignore[attr-defined]  # every record has it


def _slotted(cls: Any, *, frozen: bool, eq: bool, order: bool) -> Any:
    """The class again with ``__slots__``, which only a class under construction can get."""
    namespace = {key: value for key, value in vars(cls).items() if key not in _NOT_COPIED}
    own = vars(cls).get("__annotations__", {})
    fields: dict[str, Any] = {}
    for base in reversed(cls.__mro__[1:]):
        fields |= vars(base).get("__record_fields__", {})
    inherited = set(fields)
    for name, annotation in own.items():
        if not str(annotation).startswith("ClassVar"):
            fields[name] = namespace.pop(name, _NOTHING)
    namespace["__slots__"] = tuple(name for name in fields if name not in inherited)
    namespace["__record_fields__"] = fields
    namespace["__record_key__"] = attrgetter(*fields) if fields else _no_key
    namespace["__match_args__"] = tuple(fields)
    namespace["__dataclass_fields__"] = _StandardFields()
    namespace.setdefault("__repr__", _repr)
    if eq:
        namespace.setdefault("__eq__", _eq)
        namespace.setdefault("__hash__", _hash if frozen else None)
    if order:
        namespace |= _ORDER
    made = type(cls)(cls.__name__, cls.__bases__, namespace)
    made.__qualname__ = cls.__qualname__
    made.__init__ = _late_init(made)
    return made


#: What a class gets anew when it is made a second time.
_NOT_COPIED = frozenset({"__dict__", "__weakref__"})


def _late_init(cls: Any) -> Callable[..., None]:
    def __init__(self: Any, *values: Any, **named: Any) -> None:
        cls.__init__ = _compiled_init(cls)
        cls.__init__(self, *values, **named)

    return __init__


def _compiled_init(cls: Any) -> Callable[..., None]:
    """``__init__`` with the fields as parameters, as one would write it by hand."""
    parameters, lines, values = ["self"], [], {"_nothing": _NOTHING}
    for name, default in cls.__record_fields__.items():
        given = name
        if isinstance(default, Field):
            values[f"_make_{name}"] = default.default_factory
            parameters.append(f"{name}=_nothing")
            given = f"_make_{name}() if {name} is _nothing else {name}"
        elif default is _NOTHING:
            parameters.append(name)
        else:
            values[f"_default_{name}"] = default
            parameters.append(f"{name}=_default_{name}")
        lines.append(f" self.{name} = {given}")
    text = f"def __init__({', '.join(parameters)}):\n" + ("\n".join(lines) or " pass")
    exec(text, values)  # noqa: S102 - names of our own fields; dataclasses do the same
    made: Callable[..., None] = values["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made


def _no_key(item: object) -> tuple[()]:
    return ()


def _repr(self: Any) -> str:
    pairs = (f"{name}={getattr(self, name)!r}" for name in self.__record_fields__)
    return f"{type(self).__qualname__}({', '.join(pairs)})"


def _eq(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return self is other or self.__record_key__(self) == self.__record_key__(other)


def _hash(self: Any) -> int:
    return hash(self.__record_key__(self))


def _lt(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return self.__record_key__(self) < self.__record_key__(other)


def _le(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return self.__record_key__(self) <= self.__record_key__(other)


def _gt(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return self.__record_key__(self) > self.__record_key__(other)


def _ge(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return self.__record_key__(self) >= self.__record_key__(other)


_ORDER: dict[str, Any] = {"__lt__": _lt, "__le__": _le, "__gt__": _gt, "__ge__": _ge}
