"""Objects on the abstract heap: what a value may point to, so that a call of it means something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow.values import MAX_TAINT, NOTHING, UNKNOWN, Taint, TaintKey, Value, join
from ringfence.model.syntax import ClassLiteral, FunctionLiteral, Module

if TYPE_CHECKING:
    from ringfence.dataflow.scopes import Scope
    from ringfence.model.location import Location

MAX_FIELDS = 200
#: Options of which it matters that they are set in some cases only.
OPTIONAL = frozenset(
    ("aws_access_key_id", "aws_secret_access_key", "aws_session_token", "profile_name",
     "credentials", "accessKeyId", "secretAccessKey", "endpoint_url", "endpoint")
)  # fmt: skip
_ABSENT = Value((None,))


class Obj:
    """Base of all objects; compared by identity."""

    __slots__ = ()

    def truth(self) -> bool | None:
        return True


class Struct(Obj):
    """A map, list or instance. ``fields`` hold known keys (list items by index), ``rest`` what
    lies under any other key; ``base`` is a value that unknown keys are read from (``{...event}``).

    ``names`` are keys of a map that are not wholly known; ``mirrors`` tells that it has the keys of
    the sender's map that it was made of. ``kind`` is map, list, set or instance.
    ``born`` is the branch in which it was made: there, a
    write replaces; elsewhere it adds.
    """

    __slots__ = ("base", "born", "cls", "fields", "kind", "mirrors", "names", "rest")

    def __init__(self, kind: str, born: object, cls: ClassObject | None = None) -> None:
        self.kind = kind
        self.born = born
        self.cls = cls
        self.fields: dict[str | int, Value] = {}
        self.rest: Value = NOTHING
        self.names: Value = NOTHING
        self.mirrors = False
        self.base: Value | None = None

    def truth(self) -> bool | None:
        return True if self.kind == "instance" else None

    def put(self, key: str | int | None, value: Value, branch: object) -> None:
        """Write under a known key, or under any (None)."""
        if key is None or (len(self.fields) >= MAX_FIELDS and key not in self.fields):
            self.rest = join(self.rest, value)
        elif branch is self.born or key not in self.fields:
            old = NOTHING
            if branch is not self.born and self.base is not None:
                old = UNKNOWN
            elif key in OPTIONAL and branch is not self.born:
                old = _ABSENT
            self.fields[key] = join(value, old)
        else:
            self.fields[key] = join(self.fields[key], value)

    def items(self) -> Value:
        """Everything it holds, whatever the key."""
        result = self.rest
        for value in self.fields.values():
            result = join(result, value)
        return result

    def known_length(self) -> int | None:
        return len(self.fields) if self.rest.is_nothing and self.base is None else None

    def __repr__(self) -> str:
        inner = ", ".join(f"{key}: {value!r}" for key, value in list(self.fields.items())[:8])
        return f"{self.kind}{{{inner}}}"


class Closure(Obj):
    """A function of the application. ``this`` is the bound receiver, ``home`` its class."""

    __slots__ = ("home", "label", "module", "node", "scope", "this")

    def __init__(
        self,
        node: FunctionLiteral,
        scope: Scope,
        module: ModuleObject,
        this: Value | None = None,
        home: ClassObject | None = None,
    ) -> None:
        self.node = node
        self.scope = scope
        self.module = module
        self.this = this
        self.home = home
        self.label = node.name

    def bound(self, this: Value, home: ClassObject | None) -> Closure:
        made = Closure(self.node, self.scope, self.module, this, home)
        made.label = self.label
        return made

    @property
    def name(self) -> str:
        return self.label or "a function"

    def __repr__(self) -> str:
        return f"<function {self.node.name}>"


class ClassObject(Obj):
    """A class of the application. ``members`` hold methods and class fields, ``fields`` the
    getters by name in ``accessors``."""

    __slots__ = ("accessors", "bases", "members", "module", "node", "scope")

    def __init__(self, node: ClassLiteral, scope: Scope, module: ModuleObject) -> None:
        self.node = node
        self.scope = scope
        self.module = module
        self.bases: list[Value] = []
        self.members: dict[str, Value] = {}
        self.accessors: set[str] = set()

    def find(self, name: str, depth: int = 0) -> tuple[Value, ClassObject] | None:
        """A member and the class that holds it, through the bases."""
        found = self.members.get(name)
        if found is not None:
            return found, self
        if depth < 8:
            for base in self.bases:
                for obj in base.objects:
                    if isinstance(obj, ClassObject):
                        inherited = obj.find(name, depth + 1)
                        if inherited is not None:
                            return inherited
        return None

    def external_bases(self, depth: int = 0) -> list[External]:
        found: list[External] = []
        for base in self.bases:
            for obj in base.objects:
                if isinstance(obj, External):
                    found.append(obj)
                elif isinstance(obj, ClassObject) and depth < 8:
                    found.extend(obj.external_bases(depth + 1))
        return found

    def __repr__(self) -> str:
        return f"<class {self.node.name}>"


class ModuleObject(Obj):
    """A source file that was run. ``exports`` is JavaScript's ``module.exports`` slot."""

    __slots__ = ("done", "exports", "file", "module", "scope")

    def __init__(self, file: str, module: Module, scope: Scope) -> None:
        self.file = file
        self.module = module
        self.scope = scope
        self.exports: Struct = Struct("map", None)
        self.done = False

    def __repr__(self) -> str:
        return f"<module {self.file}>"


class External(Obj):
    """Something of a library, named by its path (``os.system``, ``sqlite3.connect()``).

    ``arguments`` and ``keywords`` are of the call that made it; ``before`` is the object that the
    call was a method of; ``statement`` is what a cursor was given to run last.
    """

    __slots__ = ("arguments", "before", "keywords", "path", "statement")

    def __init__(
        self,
        path: str,
        arguments: tuple[Value, ...] = (),
        keywords: dict[str, Value] | None = None,
        before: External | None = None,
    ) -> None:
        self.path = path
        self.arguments = arguments
        self.keywords = keywords or {}
        self.before = before
        self.statement: Value | None = None

    def truth(self) -> bool | None:
        """A module, or what a call made, is there; what an attribute of it is, nobody knows."""
        return True if "." not in self.path or self.path.endswith("()") else None

    def __repr__(self) -> str:
        return f"<{self.path}>"


class CloudObject(Obj):
    """A client, resource or part of a cloud SDK.

    ``kind`` is session, client, resource, a resource object's name (``Table``), waiter,
    paginator, collection or batch_writer. ``flavour`` is boto3, v2, v3, document. ``identity`` are
    the API parameters that it fixes (``TableName``). ``own`` is False with credentials from
    elsewhere. ``loaded`` tells that its data came with it; ``element`` is what a collection holds.
    """

    __slots__ = ("element", "flavour", "identity", "kind", "loaded", "operation", "own", "service")

    def __init__(
        self,
        flavour: str,
        service: str,
        kind: str,
        identity: dict[str, Value] | None = None,
        own: bool = True,
        operation: str = "",
        loaded: bool = False,
        element: CloudObject | None = None,
    ) -> None:
        self.flavour = flavour
        self.service = service
        self.kind = kind
        self.identity = identity or {}
        self.own = own
        self.operation = operation
        self.loaded = loaded
        self.element = element

    def __repr__(self) -> str:
        return f"<{self.flavour} {self.service} {self.kind}>"


class Command(Obj):
    """A command object of the JavaScript SDK v3."""

    __slots__ = ("document", "operation", "parameters", "service")

    def __init__(self, service: str, operation: str, parameters: Value, document: bool) -> None:
        self.service = service
        self.operation = operation
        self.parameters = parameters
        self.document = document


class Method(Obj):
    """A method of a value that is not ours to see into, taken without being called."""

    __slots__ = ("name", "receiver")

    def __init__(self, receiver: Value, name: str) -> None:
        self.receiver = receiver
        self.name = name


class Partial(Obj):
    """A function with arguments already given (``functools.partial``, ``.bind``)."""

    __slots__ = ("arguments", "function", "keywords")

    def __init__(self, function: Value, arguments: list[Value], keywords: dict[str, Value]) -> None:
        self.function = function
        self.arguments = arguments
        self.keywords = keywords


class JsonText(Obj):
    """A JSON text (``encoding`` json) of a known structure, or another reversible encoding."""

    __slots__ = ("encoding", "inner")

    def __init__(self, inner: Value, encoding: str = "json") -> None:
        self.inner = inner
        self.encoding = encoding


class Number(Obj):
    """A number that was made from untrusted text: harmless as text, but the sender's to choose.

    ``bounded`` is set once the code compares it with something.
    """

    __slots__ = ("bounded", "taint")

    def __init__(self, taint: tuple[Taint, ...]) -> None:
        self.taint = taint
        self.bounded = False


class Decision(Obj):
    """Stands beside a truth value that hangs on a field which the caller sets.

    ``claimed`` tells whether the value is true where the caller claims the authority; ``lost`` is
    certainty lost, ``telling`` whether the comparison alone says that a right is meant; ``shown``
    is what the field is compared with, ``several`` tells of more than one constant; ``place`` is
    where. ``returned`` is the place of the ``return`` by which a function answers with it.
    ``admits`` tells that the field's name says nothing, and only a side that lets somebody in does.
    """

    __slots__ = (
        "admits", "atom", "claimed", "lost", "place", "returned", "several", "shown", "telling",
    )  # fmt: skip

    def __init__(
        self, atom: Taint, claimed: bool, lost: int, telling: bool, shown: str, place: Location
    ) -> None:
        self.atom = atom
        self.claimed = claimed
        self.lost = lost
        self.telling = telling
        self.shown = shown
        self.place = place
        self.returned: Location | None = None
        self.several = False
        self.admits = False

    def truth(self) -> bool | None:
        return None

    def variant(self, claimed: bool, returned: Location | None) -> Decision:
        """The same with another sense, or told at another place."""
        made = Decision(self.atom, claimed, self.lost, self.telling, self.shown, self.place)
        made.returned = returned or self.returned
        made.several = self.several
        made.admits = self.admits
        return made

    def __repr__(self) -> str:
        return f"<decision by {self.atom.display}>"


class Regex(Obj):
    """A regular expression, known by its pattern."""

    __slots__ = ("flags", "pattern")

    def __init__(self, pattern: str, flags: str = "") -> None:
        self.pattern = pattern
        self.flags = flags


class Inherited(Obj):
    """What an object inherits: the sender's key may be ``__proto__``, so it may be reached."""

    __slots__ = ()


INHERITED = Inherited()


class Environment(Obj):
    """``os.environ`` or ``process.env``."""

    __slots__ = ()


def deep_taint(value: Value, depth: int = 8) -> tuple[Taint, ...]:
    """The taint of a value and of everything inside it."""
    if not value.objects:
        return value.taint
    found = {atom.key: atom for atom in value.taint}
    _collect(value.objects, depth, found, set())
    return tuple(found.values())[:MAX_TAINT]


def _collect(
    objects: tuple[Obj, ...], depth: int, found: dict[TaintKey, Taint], seen: set[int]
) -> None:
    for obj in objects:
        if id(obj) in seen or len(seen) > 400:
            continue
        seen.add(id(obj))
        for value in contents(obj):
            for atom in value.taint:
                found.setdefault(atom.key, atom)
            if depth and value.objects:
                _collect(value.objects, depth - 1, found, seen)


class Record(Obj):
    """A stored record as a whole, whose declared type has these fields for nobody's eyes."""

    __slots__ = ("names",)

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names

    def __repr__(self) -> str:
        return f"record of {', '.join(self.names)}"


def contents(obj: Obj) -> list[Value]:
    """The values that a data object holds."""
    if isinstance(obj, Struct):
        inside = [*obj.fields.values(), obj.rest]
        return [*inside, obj.base] if obj.base is not None else inside
    if isinstance(obj, JsonText):
        # An encoded text has taint of its own, of which less is dangerous.
        return [] if obj.encoding == "text" else [obj.inner]
    return []
