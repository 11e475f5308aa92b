"""What every front end shares: positions, comments, problems, limits and the opaque fallback.

A front end subclasses :class:`Lowering` and fills ``expressions`` and ``statements``: grammar
node type → method. A method that meets a node without the parts that the grammar promises (in
broken source) raises :class:`Malformed`; the node then becomes opaque and the rest goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, ClassVar

from tree_sitter import Language, Node, Parser, Query, QueryCursor, Tree

from ringfence.model import syntax

#: How deep expressions and statements may nest; deeper ones become opaque, with a problem.
MAXIMUM_DEPTH = 120

#: How many operands of one operator stay a left-leaning chain; longer ones are balanced.
LONGEST_CHAIN = 40

#: How many syntax problems of one file are kept.
MAXIMUM_PROBLEMS = 20

Span = tuple[int, int, int, int]
ExpressionTable = dict[str, Callable[[Any, Node], syntax.Expression]]
StatementTable = dict[str, Callable[[Any, Node, list[syntax.Statement]], None]]


@cache
def _comments(grammar: Language) -> Query:
    """Every comment of a file; far faster than a walk over its nodes."""
    return Query(grammar, "(comment) @comment")


def _walk(tree: Tree) -> Iterator[Node]:
    """Every node of a tree, in order."""
    cursor = tree.walk()
    while True:
        if cursor.node is not None:
            yield cursor.node
        if cursor.goto_first_child() or cursor.goto_next_sibling():
            continue
        while cursor.goto_parent():
            if cursor.goto_next_sibling():
                break
        else:
            return


class Malformed(Exception):
    """A node lacks a part that the grammar promises."""


#: Steps that the parser may report for a text, one for about a hundred of its own: so many, and one
#: more for each so many bytes. Measured on 1,600 public files: at most one for 48 bytes.
LEAST_STEPS, BYTES_FOR_A_STEP = 1_000, 10
READ_BYTES = 65_536
#: What the parser is given to read. The library never lets go of an object that it read from, so
#: all files share this one: nothing but its count of references grows.
_read = bytearray()


class Stuck(Exception):
    """The parser does not come to an end."""


class Lowering:
    """One source file on its way from grammar nodes to the syntax tree."""

    expressions: ClassVar[ExpressionTable] = {}
    statements: ClassVar[StatementTable] = {}
    #: Node types that may stand anywhere and mean nothing for the tree.
    extras: ClassVar[frozenset[str]] = frozenset({"comment"})

    def __init__(
        self, file: str, text: str, language: str, start: tuple[int, int] = (1, 1)
    ) -> None:
        self.module = syntax.Module(file, language, [])
        self.first_line, self.first_column = start
        self.text = text
        self.source = text.encode("utf-8", "replace")
        self.ascii = len(self.source) == len(text)
        self.lines = [] if self.ascii else self.source.split(b"\n")
        self.depth = 0
        self.has_yield = False

    def parse(self, grammar: Language) -> Tree:
        """The grammar's tree of the source.

        Raises:
            Stuck: the parser goes round in circles. Some grammars mend errors without end and
                take memory as they go; what people write needs less than a fifth of the steps.
        """
        left = LEAST_STEPS + len(self.source) // BYTES_FOR_A_STEP

        def is_enough(_offset: int, _has_error: bool) -> bool:
            nonlocal left
            left -= 1
            return left < 0

        def read(offset: int, _point: object) -> bytearray:
            _read[:] = self.source[offset : offset + READ_BYTES]
            return _read

        try:
            return Parser(grammar).parse(read, progress_callback=is_enough)
        except ValueError:
            raise Stuck from None

    def lower(self, tree: Tree) -> syntax.Module:
        root = tree.root_node
        self._comments_and_problems(tree)
        self.module.body = self.body(root)
        return self.module

    # --- positions and text -----------------------------------------------------------------

    def span(self, node: Node) -> Span:
        """Line, column, end line, end column, from 1, in characters."""
        line, column = node.start_point
        end_line, end_column = node.end_point
        if not self.ascii:
            column = self._characters(line, column)
            end_column = self._characters(end_line, end_column)
        first_line, first_column = self.first_line, self.first_column
        return (
            line + first_line,
            column + first_column,
            end_line + first_line,
            end_column + first_column,
        )

    def _characters(self, line: int, column: int) -> int:
        text = self.lines[line][:column]
        return column if text.isascii() else len(text.decode("utf-8", "replace"))

    def text_of(self, node: Node) -> str:
        return self.slice(node.start_byte, node.end_byte)

    def slice(self, start: int, end: int) -> str:
        if self.ascii:
            return self.text[start:end]
        return self.source[start:end].decode("utf-8", "replace")

    # --- parts of grammar nodes -------------------------------------------------------------

    def parts(self, node: Node, at_least: int = 0) -> list[Node]:
        """The named children that mean something."""
        extras = self.extras
        found = [child for child in node.named_children if child.type not in extras]
        if len(found) < at_least:
            raise Malformed
        return found

    @staticmethod
    def field(node: Node, name: str) -> Node:
        found = node.child_by_field_name(name)
        if found is None:
            raise Malformed
        return found

    def optional(self, node: Node, name: str) -> syntax.Expression | None:
        found = node.child_by_field_name(name)
        return None if found is None else self.expression(found)

    # --- dispatch ---------------------------------------------------------------------------

    def expression(self, node: Node) -> syntax.Expression:
        handler = self.expressions.get(node.type)
        if handler is None:
            return self.opaque(node)
        if self.depth > MAXIMUM_DEPTH:
            return self.too_deep(node)
        self.depth += 1
        try:
            return handler(self, node)
        except Malformed:
            return self.opaque(node)
        finally:
            self.depth -= 1

    def statement(self, node: Node, out: list[syntax.Statement]) -> None:
        handler = self.statements.get(node.type)
        if handler is None:
            self._stray(node, out)
            return
        if self.depth > MAXIMUM_DEPTH:
            out.append(syntax.Expr(*self.span(node), self.too_deep(node)))
            return
        self.depth += 1
        try:
            handler(self, node, out)
        except Malformed:
            self._inside(node, out)
        finally:
            self.depth -= 1

    def body(self, node: Node) -> list[syntax.Statement]:
        """The statements of a block, or the one statement that stands instead of a block."""
        out: list[syntax.Statement] = []
        for child in node.named_children:
            if child.type not in self.extras:
                self.statement(child, out)
        return out

    def _stray(self, node: Node, out: list[syntax.Statement]) -> None:
        """A node that is no statement, where one was expected."""
        if node.type in self.expressions:
            value = self.expression(node)
            if not isinstance(value, syntax.Constant):
                out.append(syntax.Expr(*self.span(node), value))
        else:
            self._inside(node, out)

    def _inside(self, node: Node, out: list[syntax.Statement]) -> None:
        if node.named_child_count == 0 or self.depth > MAXIMUM_DEPTH:
            return
        self.module.opaque_count += 1
        self.depth += 1
        for child in self.parts(node):
            self.statement(child, out)
        self.depth -= 1

    # --- what is not understood -------------------------------------------------------------

    def opaque(self, node: Node) -> syntax.Opaque:
        """What the front end does not know, with the expressions inside it."""
        self.module.opaque_count += 1
        children: list[syntax.Expression] = []
        self._collect(node, children)
        return syntax.Opaque(*self.span(node), node.type, children)

    def known_opaque(self, node: Node, kind: str) -> syntax.Opaque:
        """A construct that is opaque on purpose, so not counted."""
        children: list[syntax.Expression] = []
        self._collect(node, children)
        return syntax.Opaque(*self.span(node), kind, children)

    def _collect(self, node: Node, children: list[syntax.Expression]) -> None:
        if self.depth > MAXIMUM_DEPTH:
            return
        self.depth += 1
        for child in self.parts(node):
            if child.type in self.expressions:
                children.append(self.expression(child))
            elif child.named_child_count:
                self._collect(child, children)
        self.depth -= 1

    def too_deep(self, node: Node) -> syntax.Opaque:
        self.module.opaque_count += 1
        self.problem(node, f"nested deeper than {MAXIMUM_DEPTH} levels; what is inside is not read")
        return syntax.Opaque(*self.span(node), "too-deep", [])

    def problem(self, node: Node, message: str) -> None:
        problems = self.module.problems
        if len(problems) < MAXIMUM_PROBLEMS:
            line, column, _, _ = self.span(node)
            problems.append(syntax.SyntaxProblem(line, column, message))

    # --- chains -----------------------------------------------------------------------------

    def chain(self, node: Node) -> tuple[list[Node], list[str]]:
        """The operands and operators of a left-leaning chain of binary nodes, from the left."""
        operands: list[Node] = []
        operators: list[str] = []
        kind = node.type
        while node.type == kind:
            operators.append(self.field(node, "operator").type)
            operands.append(self.field(node, "right"))
            node = self.field(node, "left")
        operands.append(node)
        return operands[::-1], operators[::-1]

    def binaries(
        self, operands: list[syntax.Expression], operators: list[str]
    ) -> syntax.Expression:
        """Nested binaries: left-leaning, or balanced where that would be too deep."""
        if len(operands) > LONGEST_CHAIN:
            middle = len(operands) // 2
            left = self.binaries(operands[:middle], operators[: middle - 1])
            right = self.binaries(operands[middle:], operators[middle:])
            return _binary(operators[middle - 1], left, right)
        result = operands[0]
        for operator, operand in zip(operators, operands[1:], strict=True):
            result = _binary(operator, result, operand)
        return result

    # --- comments and problems --------------------------------------------------------------

    def _comments_and_problems(self, tree: Tree) -> None:
        root = tree.root_node
        if root.has_error:  # a query over long runs of broken source takes quadratic time
            self._syntax_problems(root)
            nodes = _walk(tree)
        else:
            nodes = iter(QueryCursor(_comments(tree.language)).captures(root).get("comment", ()))
        for node in nodes:
            if node.type == "comment":
                self._comment(node)
        self.module.comments.sort(key=lambda comment: (comment.line, comment.column))

    def _syntax_problems(self, root: Node) -> None:
        waiting = [root]
        while waiting and len(self.module.problems) < MAXIMUM_PROBLEMS:
            node = waiting.pop()
            if node.is_error or node.is_missing:
                self._syntax_problem(node)
            elif node.has_error:
                waiting.extend(reversed(node.children))

    def _comment(self, node: Node) -> None:
        line, column, _, _ = self.span(node)
        text = self.text_of(node)
        if text.startswith("/*"):
            text = text[2:].removesuffix("*/")
        else:
            text = text.lstrip("#") if text.startswith("#") else text.removeprefix("//")
        self.module.comments.append(syntax.Comment(line, column, text.strip()))

    def _syntax_problem(self, node: Node) -> None:
        if node.is_missing:
            self.problem(node, f"expected {node.type!r}")
            return
        excerpt = " ".join(
            self.slice(node.start_byte, min(node.end_byte, node.start_byte + 60)).split()
        )
        self.problem(node, f"not understood: {excerpt}" if excerpt else "not understood")


def _binary(operator: str, left: syntax.Expression, right: syntax.Expression) -> syntax.Binary:
    return syntax.Binary(
        left.line, left.column, right.end_line, right.end_column, operator, left, right
    )
