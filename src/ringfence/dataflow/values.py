"""What an expression may be: known texts, taint, objects, or something not known.

A :class:`Value` is a set of possibilities and is never changed; objects (:mod:`.objects`) live on
an abstract heap and are. ``consts`` holds known scalars and partly known texts (:class:`Mix`),
``taint`` what untrusted data may stand in it, ``objects`` what it may point to; ``open`` tells
that it may be something else, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ringfence.model.application import Channel
from ringfence.model.facts import Step
from ringfence.model.location import Location

if TYPE_CHECKING:
    from ringfence.dataflow.objects import Obj

MAX_CONSTS = 20
MAX_TAINT = 24
MAX_OBJECTS = 20
MAX_STEPS = 24
MAX_PATH = 12

Scalar = str | int | float | bool | None
#: Kinds of sources that are nobody's attack: exceptions, secrets that must not be shown, and the
#: claims of a token whose signature was checked.
OWN_KINDS = frozenset(("error", "secret", "claims"))
#: Kinds of what is of one caller.
OF_CALLERS = frozenset(("event", "claims"))
NO_RULES: frozenset[str] = frozenset()
ALL_RULES = "*"
#: A rule about how large a number is; that a text is one does not help.
OF_NUMBERS = "denial-of-service-loop"
#: Among the rules that data is cleared of: it begins with a slash, and so adds to no host.
ROOTED = "rooted"
#: And further proofs about an address: no second slash after the first, no host, no scheme, no
#: backslash, which browsers read as a slash.
ONE_SLASH, NO_HOST, NO_SCHEME, NO_BACKSLASH = "one-slash", "no-host", "no-scheme", "no-backslash"
#: It begins with a scheme that runs nothing, or with a slash.
NO_SCRIPT = "no-script"
TaintKey = tuple[int, tuple[str, ...], bool, frozenset[str], frozenset[str]]


#: What holds of data in every form of it.
FORMLESS = frozenset((ALL_RULES,))


class Source:
    """Where untrusted data enters. One object per place; compared by identity.

    ``kind`` is event, response, or one of :data:`OWN_KINDS`.
    ``label`` begins its paths; ``triggers`` are ids (empty for a
    function's own event: the event catalogue then decides per path), ``via`` the channels that
    carried it; ``judge`` then asks about its paths in the name of the first function. ``quality``
    is how sure it is that a stranger controls it: 0 high, 1 medium, 2 low.
    """

    __slots__ = (
        "_way", "decided", "judge", "kind", "label", "quality", "sender", "triggers", "via",
    )  # fmt: skip

    def __init__(
        self,
        kind: str,
        label: str,
        triggers: tuple[str, ...] = (),
        via: tuple[Channel, ...] = (),
        sender: str = "",
        quality: int = 0,
        decided: bool = True,
    ) -> None:
        self.kind = kind
        self.label = label
        self.triggers = triggers
        self.via = via
        self.sender = sender
        self.quality = quality
        self.decided = decided
        self.judge: Callable[[tuple[str, ...]], object] | None = None
        self._way = ""

    @property
    def way(self) -> str:
        """The triggers and channels as text, equal for sources that came the same way."""
        if not self._way:
            self._way = f"{self.triggers}|{self.via}"
        return self._way


class Trail:
    """The steps of a flow as a chain that shares its beginning with others."""

    __slots__ = ("length", "location", "parent", "text")

    def __init__(self, parent: Trail | None, location: Location, text: str) -> None:
        self.parent = parent
        self.location = location
        self.text = text
        self.length: int = 1 if parent is None else parent.length + 1

    def steps(self) -> tuple[Step, ...]:
        found: list[Step] = []
        node: Trail | None = self
        while node is not None:
            found.append(Step(node.location, node.text))
            node = node.parent
        return tuple(reversed(found))


class Taint:
    """Untrusted data from one path of one source.

    ``derived`` tells that it is no longer the very value (a part, a changed text). ``cleared``
    names the flow rules it can no longer serve; ``marks`` what happened to it.
    """

    __slots__ = ("cleared", "derived", "key", "marks", "path", "quality", "source", "trail")

    def __init__(
        self,
        source: Source,
        path: tuple[str, ...],
        trail: Trail,
        derived: bool = False,
        cleared: frozenset[str] = NO_RULES,
        marks: frozenset[str] = NO_RULES,
        quality: int = 0,
    ) -> None:
        self.source = source
        self.path = path
        self.trail = trail
        self.derived = derived
        self.cleared = cleared
        self.marks = marks
        self.quality = quality
        self.key: TaintKey = (id(source), path, derived, cleared, marks)

    def changed(
        self,
        derived: bool | None = None,
        cleared: Iterable[str] = (),
        marks: Iterable[str] = (),
        trail: Trail | None = None,
        quality: int = 0,
    ) -> Taint:
        return Taint(
            self.source,
            self.path,
            trail or self.trail,
            self.derived if derived is None else derived,
            self.cleared.union(cleared) if cleared else self.cleared,
            self.marks.union(marks) if marks else self.marks,
            max(self.quality, quality),
        )

    def at(self, key: str, location: Location) -> Taint:
        """The taint of a part: the path grows, and the first step moves to the reading line."""
        if len(self.path) >= MAX_PATH or self.derived:
            return self
        path = (*self.path, key)
        trail = self.trail
        if trail.parent is None:
            trail = Trail(None, location, "")
        return Taint(self.source, path, trail, self.derived, self.cleared, self.marks, self.quality)

    def stepped(self, location: Location, text: str) -> Taint:
        if self.trail.length >= MAX_STEPS:
            return self
        trail = self.trail
        if trail.location == location and trail.text == text:
            return self
        return self.changed(trail=Trail(trail, location, text))

    @property
    def display(self) -> str:
        """The path as people write it: ``event.Records[].s3.object.key``."""
        return path_text(self.source.label, self.path)


def path_text(label: str, path: Iterable[str]) -> str:
    parts = [label]
    for part in path:
        parts.append(part if part.startswith(("[", "!")) else "." + part)
    return "".join(part for part in parts if not part.startswith("!"))


class Hole:
    """An unknown part of a text: perhaps tainted, perhaps naming a resource of the application."""

    __slots__ = ("key", "resource", "taint", "variable")

    def __init__(
        self, taint: tuple[Taint, ...] = (), resource: str = "", variable: str = ""
    ) -> None:
        self.taint = taint
        self.resource = resource
        self.variable = variable
        self.key = (tuple(atom.key for atom in taint), resource, variable)


class Mix:
    """A partly known text: known pieces and holes in order, never two pieces in a row."""

    __slots__ = ("key", "parts")

    def __init__(self, parts: tuple[str | Hole, ...]) -> None:
        self.parts = parts
        self.key = tuple(part if isinstance(part, str) else part.key for part in parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mix) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def text(self, hole: str = "*") -> str:
        return "".join(part if isinstance(part, str) else hole for part in self.parts)

    def resources(self) -> list[str]:
        return [part.resource for part in self.parts if isinstance(part, Hole) and part.resource]

    def variables(self) -> list[str]:
        return [part.variable for part in self.parts if isinstance(part, Hole) and part.variable]


Const = Scalar | Mix


class Value:
    """A set of possibilities; see the module."""

    __slots__ = ("_key", "consts", "objects", "open", "taint")

    def __init__(
        self,
        consts: tuple[Const, ...] = (),
        taint: tuple[Taint, ...] = (),
        objects: tuple[Obj, ...] = (),
        open: bool = False,
    ) -> None:
        self.consts = consts
        self.taint = taint
        self.objects = objects
        self.open = open
        self._key: object = None

    @property
    def key(self) -> object:
        """Equal for values that mean the same; objects count by identity."""
        if self._key is None:
            self._key = (
                tuple((type(const), const) for const in self.consts),
                tuple(atom.key for atom in self.taint),
                tuple(map(id, self.objects)),
                self.open,
            )
        return self._key

    @property
    def is_nothing(self) -> bool:
        return not (self.consts or self.taint or self.objects or self.open)

    def texts(self) -> list[str]:
        """The wholly known texts."""
        return [const for const in self.consts if isinstance(const, str)]

    def only_text(self) -> str | None:
        """The text, if it is one text for certain."""
        if len(self.consts) == 1 and not self.open and not self.objects:
            const = self.consts[0]
            return const if isinstance(const, str) else None
        return None

    @property
    def definite(self) -> bool:
        """Whether nothing but fully known scalars is possible."""
        return (
            bool(self.consts)
            and not self.open
            and not self.taint
            and not self.objects
            and not any(isinstance(const, Mix) for const in self.consts)
        )

    def truth(self) -> bool | None:
        """The known truth; None when both are possible."""
        if self.open or self.taint or self.is_nothing:
            return None
        answers = {const_truth(const) for const in self.consts}
        for obj in self.objects:
            answers.add(obj.truth())
        return answers.pop() if len(answers) == 1 else None

    def __repr__(self) -> str:
        shown = [repr(c.text()) if isinstance(c, Mix) else repr(c) for c in self.consts]
        shown += [f"<{atom.display}>" for atom in self.taint]
        shown += [repr(obj) for obj in self.objects]
        return "Value(" + ", ".join(shown) + (", …" if self.open else "") + ")"


def const_truth(const: Const) -> bool | None:
    if isinstance(const, Mix):
        return True if any(isinstance(part, str) and part for part in const.parts) else None
    return bool(const)


NOTHING = Value()
UNKNOWN = Value(open=True)
NONE = Value((None,))
TRUE = Value((True,))
FALSE = Value((False,))
EITHER = Value((True, False))


def of(const: Const) -> Value:
    """The value of one constant, with the taint of its holes."""
    if isinstance(const, Mix):
        taint = tuple(atom for part in const.parts if isinstance(part, Hole) for atom in part.taint)
        return Value((const,), taint)
    return Value((const,))


def tainted(taint: Iterable[Taint]) -> Value:
    """An unknown value with this taint; plain UNKNOWN without."""
    found = tuple(taint)
    return Value((), found, (), True) if found else UNKNOWN


def join_taint(first: tuple[Taint, ...], second: tuple[Taint, ...]) -> tuple[Taint, ...]:
    if not second or first is second:
        return first
    if not first:
        return second
    if len(first) == 1 and len(second) == 1:
        return first if first[0].key == second[0].key else first + second
    known = {atom.key for atom in first}
    more = [atom for atom in second if atom.key not in known]
    return (first + tuple(more))[:MAX_TAINT] if more else first


def join(first: Value, second: Value) -> Value:
    """Everything that either may be."""
    # Joins are most of the interpreter's work, so ``is_nothing`` is written out.
    if first is second or not (second.consts or second.taint or second.objects or second.open):
        return first
    if not (first.consts or first.taint or first.objects or first.open):
        return second
    consts, opened = _join_consts(first.consts, second.consts)
    objects = first.objects
    if second.objects and second.objects is not objects:
        known = {id(obj) for obj in objects}
        more = [obj for obj in second.objects if id(obj) not in known]
        if more:
            objects = (*objects, *more)
        if len(objects) > MAX_OBJECTS:
            objects = objects[:MAX_OBJECTS]
            opened = True
    taint = join_taint(first.taint, second.taint)
    opened = first.open or second.open or opened
    if (
        consts is first.consts
        and taint is first.taint
        and objects is first.objects
        and opened == first.open
    ):
        return first
    return Value(consts, taint, objects, opened)


def _join_consts(
    first: tuple[Const, ...], second: tuple[Const, ...]
) -> tuple[tuple[Const, ...], bool]:
    if not second or first is second:
        return first, False
    if not first:
        return second, False
    known = {(type(const), const) for const in first}
    more = [const for const in second if (type(const), const) not in known]
    if not more:
        return first, False
    consts = (*first, *more)
    if len(consts) <= MAX_CONSTS:
        return consts, False
    return consts[:MAX_CONSTS], True


def join_all(values: Iterable[Value]) -> Value:
    result = NOTHING
    for value in values:
        result = join(result, value)
    return result
