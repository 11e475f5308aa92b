"""The language-neutral syntax tree that front ends produce and the interpreter reads.

Front ends keep what matters for data flow and drop the rest. A construct they do not understand
becomes :class:`Opaque`, which keeps its sub-expressions. Nodes are made by the ten thousand, so
they are slotted and not frozen; treat them as immutable. ``line``, ``column``, ``end_line`` and
``end_column`` count from 1; the file is the module's.
"""

from __future__ import annotations

from ringfence.model.record import field, record


@record(eq=False)
class Node:
    line: int
    column: int
    end_line: int
    end_column: int


class Expression(Node):
    """Base of expressions and of assignment targets."""

    __slots__ = ()


class Statement(Node):
    """Base of statements."""

    __slots__ = ()


# --- expressions ----------------------------------------------------------------------------


@record(eq=False)
class Constant(Expression):
    """A literal: str, bytes, int, float, bool, None. ``undefined`` and ``null`` are None."""

    value: str | bytes | int | float | bool | None


@record(eq=False)
class Name(Expression):
    """A variable. JavaScript's ``this`` is ``Name("this")``; Python's ``super()`` a call."""

    name: str


@record(eq=False)
class Attribute(Expression):
    """``value.name``; ``optional`` for ``value?.name``."""

    value: Expression
    name: str
    optional: bool = False


@record(eq=False)
class Index(Expression):
    """``value[key]``."""

    value: Expression
    key: Expression


@record(eq=False)
class Slice(Expression):
    """``lower:upper:step`` inside an :class:`Index`."""

    lower: Expression | None
    upper: Expression | None
    step: Expression | None


@record(eq=False)
class Argument(Node):
    """An argument of a call. ``name`` for keywords; ``spread`` is "", "*" (list) or "**" (map)."""

    value: Expression
    name: str | None = None
    spread: str = ""


@record(eq=False)
class Call(Expression):
    """A call; ``new`` for JavaScript's constructor calls.

    A tagged template ``tag`a${x}b``` is a call of ``tag`` with ``tagged`` set: the first argument
    is a :class:`ListLiteral` of the constant parts, the rest are the values.
    """

    function: Expression
    arguments: list[Argument]
    new: bool = False
    tagged: bool = False
    optional: bool = False


@record(eq=False)
class Template(Expression):
    """An f-string or template string: constants and values in order."""

    parts: list[Expression]


@record(eq=False)
class Binary(Expression):
    """Arithmetic, bitwise, string ``+`` and ``%``. ``operator`` as written in Python."""

    operator: str
    left: Expression
    right: Expression


@record(eq=False)
class Unary(Expression):
    """``not``, ``-``, ``+``, ``~``, ``typeof``, ``void``, ``delete``."""

    operator: str
    operand: Expression


@record(eq=False)
class Logical(Expression):
    """``and``, ``or``, ``??`` over two or more operands."""

    operator: str
    operands: list[Expression]


@record(eq=False)
class Compare(Expression):
    """One comparison: ``==`` ``!=`` ``<`` ``<=`` ``>`` ``>=`` ``in`` ``not in`` ``is`` ``is not``
    ``instanceof``. JavaScript's ``===`` is ``==``. Chains are ``and`` of these."""

    operator: str
    left: Expression
    right: Expression


@record(eq=False)
class Conditional(Expression):
    test: Expression
    then: Expression
    otherwise: Expression


@record(eq=False)
class ListLiteral(Expression):
    """A list, tuple or set, also as a destructuring target. Items may be :class:`Spread`;
    None is a hole. ``kind`` is list, tuple or set."""

    items: list[Expression | None]
    kind: str = "list"


@record(eq=False)
class Spread(Expression):
    """``*value``, ``...value`` inside a list, or as the rest target of a destructuring."""

    value: Expression


@record(eq=False)
class Entry(Node):
    """An entry of a map; ``key`` None means that ``value`` is spread into the map."""

    key: Expression | None
    value: Expression


@record(eq=False)
class MapLiteral(Expression):
    """A dict or object literal, also as a destructuring target (values are then targets)."""

    entries: list[Entry]


@record(eq=False)
class Default(Expression):
    """A destructuring target with a default: ``{a = 1}``, ``[a = 1]``."""

    target: Expression
    value: Expression


@record(eq=False)
class Parameter(Node):
    """``kind`` is "", "*" (rest) or "**". ``target`` is a Name or a destructuring pattern.
    ``decorators`` are TypeScript's."""

    target: Expression
    default: Expression | None = None
    kind: str = ""
    annotation: Expression | None = None
    decorators: list[Expression] = field(default_factory=list)


@record(eq=False)
class FunctionLiteral(Expression):
    """A function, lambda or arrow. ``name`` is "" when anonymous.

    ``is_arrow`` keeps the outer ``this``. ``decorators`` are expressions, outermost first.
    ``answers`` are the names in TypeScript's type of the result.
    """

    name: str
    parameters: list[Parameter]
    body: list[Statement]
    is_async: bool = False
    is_generator: bool = False
    is_arrow: bool = False
    decorators: list[Expression] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)


@record(eq=False)
class ClassLiteral(Expression):
    """A class. ``body`` holds :class:`Define` of methods and :class:`Assign` of fields; ``options``
    are Python's ``class A(Base, name="a")``."""

    name: str
    bases: list[Expression]
    body: list[Statement]
    decorators: list[Expression] = field(default_factory=list)
    options: list[Argument] = field(default_factory=list)


@record(eq=False)
class Await(Expression):
    value: Expression


@record(eq=False)
class Yield(Expression):
    value: Expression | None
    delegate: bool = False


@record(eq=False)
class Comprehension(Expression):
    """``kind`` is list, set, dict or generator; ``element`` an :class:`Entry`'s value for dict."""

    kind: str
    element: Expression
    key: Expression | None
    clauses: list[Clause]


@record(eq=False)
class Clause(Node):
    target: Expression
    iterable: Expression
    conditions: list[Expression]


@record(eq=False)
class AssignExpression(Expression):
    """``:=`` and JavaScript's assignments inside expressions (``operator`` "" or like ``+``)."""

    target: Expression
    value: Expression
    operator: str = ""


@record(eq=False)
class RegularExpression(Expression):
    """A JavaScript regular expression literal."""

    pattern: str
    flags: str


@record(eq=False)
class SequenceExpression(Expression):
    """JavaScript's comma; the value is the last."""

    items: list[Expression]


@record(eq=False)
class Opaque(Expression):
    """Something the front end does not model; ``children`` are its sub-expressions."""

    kind: str
    children: list[Expression]


# --- statements -----------------------------------------------------------------------------


@record(eq=False)
class Expr(Statement):
    value: Expression


@record(eq=False)
class Assign(Statement):
    """``target = value``; several targets become several statements. ``declares`` is "" (Python,
    or assignment to an existing variable), var, let, const."""

    target: Expression
    value: Expression
    declares: str = ""
    annotation: Expression | None = None


@record(eq=False)
class Augment(Statement):
    """``target operator= value``; operators also ``or``, ``and``, ``??``."""

    target: Expression
    operator: str
    value: Expression


@record(eq=False)
class Define(Statement):
    """A named function or class. ``static`` and ``accessor`` ("get"/"set") for methods."""

    name: str
    value: FunctionLiteral | ClassLiteral
    static: bool = False
    accessor: str = ""


@record(eq=False)
class Return(Statement):
    value: Expression | None


@record(eq=False)
class Raise(Statement):
    value: Expression | None


@record(eq=False)
class If(Statement):
    test: Expression
    then: list[Statement]
    otherwise: list[Statement]


@record(eq=False)
class Switch(Statement):
    """JavaScript's ``switch`` and Python's ``match`` (patterns reduced to comparable values).

    ``cases`` are (values, body); empty ``values`` is the default. ``falls_through`` is True for
    JavaScript: a body that does not end in Break runs into the next.
    """

    subject: Expression
    cases: list[tuple[list[Expression], list[Statement]]]
    falls_through: bool


@record(eq=False)
class While(Statement):
    """Also ``for(;;)`` and ``do``; the update stands at the end of ``body``."""

    test: Expression
    body: list[Statement]
    otherwise: list[Statement] = field(default_factory=list)


@record(eq=False)
class For(Statement):
    """``for target in iterable``; ``over`` is values (Python, ``for..of``) or keys."""

    target: Expression
    iterable: Expression
    body: list[Statement]
    otherwise: list[Statement] = field(default_factory=list)
    over: str = "values"
    declares: str = ""


@record(eq=False)
class Handler(Node):
    """An except or catch clause; ``target`` receives the exception."""

    types: list[Expression]
    target: Expression | None
    body: list[Statement]


@record(eq=False)
class Try(Statement):
    body: list[Statement]
    handlers: list[Handler]
    otherwise: list[Statement]
    finally_: list[Statement]


@record(eq=False)
class With(Statement):
    """``items`` are (context expression, target or None)."""

    items: list[tuple[Expression, Expression | None]]
    body: list[Statement]


@record(eq=False)
class Block(Statement):
    """A block with its own scope (JavaScript), or a labelled statement."""

    body: list[Statement]


@record(eq=False)
class Break(Statement):
    pass


@record(eq=False)
class Continue(Statement):
    pass


@record(eq=False)
class Import(Statement):
    """One imported binding.

    Python ``import a.b as c`` is module "a.b", symbol None, name "c"; ``import a.b`` has name "a"
    and ``binds_root`` True. ``from .x import y as z`` is module ".x", symbol "y", name "z";
    ``from x import *`` has symbol "*". JavaScript ``import d from "m"`` has symbol "default",
    ``import * as n`` symbol None, a bare ``import "m"`` name "". ``require`` stays a call.
    """

    module: str
    symbol: str | None
    name: str
    binds_root: bool = False


@record(eq=False)
class Export(Statement):
    """An ES export: ``value`` bound to ``name`` (``default`` too), or a re-export from ``module``
    (``symbol`` None with name "*" re-exports all)."""

    name: str
    value: Expression | None
    module: str = ""
    symbol: str | None = None


@record(eq=False)
class Scope(Statement):
    """Python's ``global`` and ``nonlocal``."""

    kind: str
    names: list[str]


@record()
class Comment:
    """A comment's text without its sign, for suppressions."""

    line: int
    column: int
    text: str


@record()
class SyntaxProblem:
    """A part of a file that the grammar refused; the rest was read."""

    line: int
    column: int
    message: str


@record(eq=False)
class Module:
    """One source file. ``language`` is python, javascript or typescript. ``shapes`` are the
    properties that TypeScript's interfaces and object types declare, by the type's name;
    ``types_from`` what it imports types from and nothing else.
    ``answers`` keeps what was asked about the whole file, which lives as long as the file does."""

    file: str
    language: str
    body: list[Statement]
    comments: list[Comment] = field(default_factory=list)
    problems: list[SyntaxProblem] = field(default_factory=list)
    opaque_count: int = 0
    shapes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    types_from: list[str] = field(default_factory=list)
    answers: dict[str, object] = field(default_factory=dict)
