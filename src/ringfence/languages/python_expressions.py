"""Expressions, targets and parameters of Python (2 and 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ringfence.languages.literals import number, python_text
from ringfence.languages.lowering import ExpressionTable, Lowering, Malformed
from ringfence.model import syntax
from ringfence.model.syntax import Expression

if TYPE_CHECKING:
    from tree_sitter import Node

_COMPARISONS = {"<>": "!="}
_COMPREHENSIONS = {
    "list_comprehension": "list",
    "set_comprehension": "set",
    "dictionary_comprehension": "dict",
    "generator_expression": "generator",
}


class PythonExpressions(Lowering):
    """The expression half of the Python front end."""

    extras = frozenset({"comment", "line_continuation"})

    # --- names and literals -----------------------------------------------------------------

    def name(self, node: Node) -> Expression:
        return syntax.Name(*self.span(node), self.text_of(node))

    def dotted_name(self, node: Node) -> Expression:
        first, *rest = self.parts(node, 1)
        value = self.name(first)
        for part in rest:
            value = self._attribute_of(value, part)
        return value

    def _attribute_of(self, value: Expression, part: Node) -> Expression:
        _, _, end_line, end_column = self.span(part)
        name = self.text_of(part)
        return syntax.Attribute(value.line, value.column, end_line, end_column, value, name)

    def number(self, node: Node) -> Expression:
        value = number(self.text_of(node))
        if value is None:
            return self.known_opaque(node, "number")
        return syntax.Constant(*self.span(node), value)

    def true(self, node: Node) -> Expression:
        return syntax.Constant(*self.span(node), True)

    def false(self, node: Node) -> Expression:
        return syntax.Constant(*self.span(node), False)

    def none(self, node: Node) -> Expression:
        return syntax.Constant(*self.span(node), None)

    # --- strings ----------------------------------------------------------------------------

    def string(self, node: Node) -> Expression:
        return self._joined(node, self._string_parts(node))

    def concatenated_string(self, node: Node) -> Expression:
        parts: list[Expression] = []
        for child in self.parts(node):
            if child.type == "string":
                parts += self._string_parts(child)
        return self._joined(node, parts)

    def _string_parts(self, node: Node) -> list[Expression]:
        """Constants and values of one literal, in order."""
        parts: list[Expression] = []
        prefix = ""
        for child in node.named_children:
            kind = child.type
            if kind == "string_start":
                prefix = self.text_of(child).rstrip("'\"").lower()
            elif kind == "string_content":
                parts.append(self._content(child, prefix))
            elif kind == "interpolation":
                self._interpolation(child, parts)
        if not parts and "b" in prefix:
            parts.append(syntax.Constant(*self.span(node), b""))
        return parts

    def _content(self, node: Node, prefix: str) -> syntax.Constant:
        text = python_text(self.text_of(node), prefix)
        if "f" in prefix or "t" in prefix:
            text = text.replace("{{", "{").replace("}}", "}")
        value = text.encode("latin-1", "replace") if "b" in prefix else text
        return syntax.Constant(*self.span(node), value)

    def _interpolation(self, node: Node, parts: list[Expression]) -> None:
        """``{value!r:spec}``: conversions become calls of repr, str, ascii and format."""
        inner = self.field(node, "expression")
        value = self.expression(inner)
        conversion = node.child_by_field_name("type_conversion")
        specifier = node.child_by_field_name("format_specifier")
        shown = any(child.type == "=" for child in node.children)
        if shown:
            parts.append(syntax.Constant(*self.span(node), self.text_of(inner) + "="))
        if conversion is not None or (shown and specifier is None):
            letter = self.text_of(conversion)[1:] if conversion is not None else "r"
            name = {"r": "repr", "a": "ascii"}.get(letter, "str")
            value = self._call_of(name, node, [value])
        if specifier is not None:
            value = self._call_of("format", node, [value, self._format_text(specifier)])
        parts.append(value)

    def _call_of(self, name: str, node: Node, values: list[Expression]) -> syntax.Call:
        span = self.span(node)
        arguments = [
            syntax.Argument(item.line, item.column, item.end_line, item.end_column, item)
            for item in values
        ]
        return syntax.Call(*span, syntax.Name(*span, name), arguments)

    def _format_text(self, node: Node) -> Expression:
        parts: list[Expression] = []
        start = node.start_byte + 1
        for child in self.parts(node):
            if child.start_byte > start:
                text = self.slice(start, child.start_byte)
                parts.append(syntax.Constant(*self.span(node), text))
            self._interpolation(child, parts)
            start = child.end_byte
        if node.end_byte > start:
            parts.append(syntax.Constant(*self.span(node), self.slice(start, node.end_byte)))
        return self._joined(node, parts)

    def _joined(self, node: Node, parts: list[Expression]) -> Expression:
        """One constant where every part is one, else a template."""
        merged: list[Expression] = []
        for part in parts:
            last = merged[-1] if merged else None
            if isinstance(part, syntax.Constant) and isinstance(last, syntax.Constant):
                last.value = _concatenated(last.value, part.value)
                last.end_line, last.end_column = part.end_line, part.end_column
            else:
                merged.append(part)
        span = self.span(node)
        if not merged:
            return syntax.Constant(*span, "")
        first = merged[0]
        if len(merged) == 1 and isinstance(first, syntax.Constant):
            return syntax.Constant(*span, first.value)
        return syntax.Template(*span, merged)

    # --- operators --------------------------------------------------------------------------

    def binary_operator(self, node: Node) -> Expression:
        operands, operators = self.chain(node)
        return self.binaries([self.expression(operand) for operand in operands], operators)

    def boolean_operator(self, node: Node) -> Expression:
        operator = self.field(node, "operator").type
        operands = [self.field(node, "right")]
        left = self.field(node, "left")
        while left.type == "boolean_operator" and self.field(left, "operator").type == operator:
            operands.append(self.field(left, "right"))
            left = self.field(left, "left")
        operands.append(left)
        values = [self.expression(operand) for operand in reversed(operands)]
        return syntax.Logical(*self.span(node), operator, values)

    def not_operator(self, node: Node) -> Expression:
        operand = self.expression(self.field(node, "argument"))
        return syntax.Unary(*self.span(node), "not", operand)

    def unary_operator(self, node: Node) -> Expression:
        operator = self.field(node, "operator").type
        operand = self.expression(self.field(node, "argument"))
        if operator == "-" and isinstance(operand, syntax.Constant):
            value = operand.value
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                return syntax.Constant(*self.span(node), -value)
        return syntax.Unary(*self.span(node), operator, operand)

    def comparison_operator(self, node: Node) -> Expression:
        operators: list[str] = []
        operands: list[Expression] = []
        for child in node.children:
            if child.type in self.expressions:
                operands.append(self.expression(child))
            elif child.type not in self.extras:
                operators.append(_COMPARISONS.get(child.type, child.type))
        if len(operands) != len(operators) + 1:
            raise Malformed
        compares: list[Expression] = [
            syntax.Compare(
                left.line, left.column, right.end_line, right.end_column, operator, left, right
            )
            for operator, left, right in zip(operators, operands, operands[1:], strict=False)
        ]
        return (
            compares[0] if len(compares) == 1 else syntax.Logical(*self.span(node), "and", compares)
        )

    def conditional_expression(self, node: Node) -> Expression:
        then, test, otherwise = self.parts(node, 3)[:3]
        span = self.span(node)
        return syntax.Conditional(
            *span, self.expression(test), self.expression(then), self.expression(otherwise)
        )

    def named_expression(self, node: Node) -> Expression:
        target = self.expression(self.field(node, "name"))
        value = self.expression(self.field(node, "value"))
        return syntax.AssignExpression(*self.span(node), target, value)

    def as_pattern(self, node: Node) -> Expression:
        """``value as target`` where the grammar meets it outside ``with`` and ``except``."""
        value, target = self.as_parts(node)
        if target is None:
            return value
        return syntax.AssignExpression(*self.span(node), target, value)

    def as_parts(self, node: Node) -> tuple[Expression, Expression | None]:
        parts = self.parts(node, 1)
        target = self.expression(parts[1]) if len(parts) > 1 else None
        return self.expression(parts[0]), target

    def await_(self, node: Node) -> Expression:
        return syntax.Await(*self.span(node), self.expression(self.parts(node, 1)[0]))

    def yield_(self, node: Node) -> Expression:
        self.has_yield = True
        parts = self.parts(node)
        value = self.expression(parts[0]) if parts else None
        delegate = any(child.type == "from" for child in node.children)
        return syntax.Yield(*self.span(node), value, delegate)

    # --- access and calls -------------------------------------------------------------------

    def attribute(self, node: Node) -> Expression:
        value = self.expression(self.field(node, "object"))
        return syntax.Attribute(
            *self.span(node), value, self.text_of(self.field(node, "attribute"))
        )

    def subscript(self, node: Node) -> Expression:
        value, *keys = self.parts(node, 2)
        key = self.expression(keys[0])
        if len(keys) > 1:
            items: list[Expression | None] = [key, *map(self.expression, keys[1:])]
            span = (key.line, key.column, *self.span(keys[-1])[2:])
            key = syntax.ListLiteral(*span, items, "tuple")
        return syntax.Index(*self.span(node), self.expression(value), key)

    def slice_(self, node: Node) -> Expression:
        bounds: list[Expression | None] = [None, None, None]
        position = 0
        for child in node.children:
            if child.type == ":":
                position = min(position + 1, 2)
            elif child.type not in self.extras:
                bounds[position] = self.expression(child)
        return syntax.Slice(*self.span(node), *bounds)

    def call(self, node: Node) -> Expression:
        function = self.expression(self.field(node, "function"))
        arguments = self.field(node, "arguments")
        return syntax.Call(*self.span(node), function, self.arguments(arguments))

    def arguments(self, node: Node) -> list[syntax.Argument]:
        if node.type == "generator_expression":
            return [syntax.Argument(*self.span(node), self.expression(node))]
        return [self._argument(child) for child in self.parts(node)]

    def _argument(self, node: Node) -> syntax.Argument:
        kind = node.type
        span = self.span(node)
        if kind == "keyword_argument":
            name = self.text_of(self.field(node, "name"))
            return syntax.Argument(*span, self.expression(self.field(node, "value")), name)
        if kind in ("list_splat", "dictionary_splat"):
            spread = "*" if kind == "list_splat" else "**"
            return syntax.Argument(*span, self.expression(self.parts(node, 1)[0]), None, spread)
        return syntax.Argument(*span, self.expression(node))

    # --- collections ------------------------------------------------------------------------

    def list_(self, node: Node) -> Expression:
        return self._items(node, "list")

    def tuple_(self, node: Node) -> Expression:
        return self._items(node, "tuple")

    def set_(self, node: Node) -> Expression:
        return self._items(node, "set")

    def _items(self, node: Node, kind: str) -> Expression:
        items: list[Expression | None] = [self.expression(child) for child in self.parts(node)]
        return syntax.ListLiteral(*self.span(node), items, kind)

    def splat(self, node: Node) -> Expression:
        return syntax.Spread(*self.span(node), self.expression(self.parts(node, 1)[0]))

    def dictionary(self, node: Node) -> Expression:
        entries = []
        for child in self.parts(node):
            span = self.span(child)
            if child.type == "pair":
                key = self.expression(self.field(child, "key"))
                value = self.expression(self.field(child, "value"))
                entries.append(syntax.Entry(*span, key, value))
            elif child.type == "dictionary_splat":
                inner = self.expression(self.parts(child, 1)[0])
                entries.append(syntax.Entry(*span, None, inner))
            else:
                entries.append(syntax.Entry(*span, None, self.opaque(child)))
        return syntax.MapLiteral(*self.span(node), entries)

    def comprehension(self, node: Node) -> Expression:
        body = self.field(node, "body")
        key = None
        if body.type == "pair":
            key = self.expression(self.field(body, "key"))
            body = self.field(body, "value")
        clauses: list[syntax.Clause] = []
        for child in self.parts(node):
            if child.type == "for_in_clause":
                clauses.append(self._clause(child))
            elif child.type == "if_clause" and clauses:
                clauses[-1].conditions.append(self.expression(self.parts(child, 1)[0]))
        kind = _COMPREHENSIONS[node.type]
        return syntax.Comprehension(*self.span(node), kind, self.expression(body), key, clauses)

    def _clause(self, node: Node) -> syntax.Clause:
        left = self.field(node, "left")
        sources = [child for child in self.parts(node, 2) if child.start_byte > left.end_byte]
        if not sources:
            raise Malformed
        iterable = self.expression(sources[0])
        if len(sources) > 1:
            items: list[Expression | None] = [iterable, *map(self.expression, sources[1:])]
            iterable = syntax.ListLiteral(*self.span(node), items, "tuple")
        return syntax.Clause(*self.span(node), self.expression(left), iterable, [])

    # --- functions --------------------------------------------------------------------------

    def lambda_(self, node: Node) -> Expression:
        outer, self.has_yield = self.has_yield, False
        parameters = node.child_by_field_name("parameters")
        body = self.field(node, "body")
        value = self.expression(body)
        made = syntax.FunctionLiteral(
            *self.span(node),
            "",
            self.parameters(parameters) if parameters is not None else [],
            [syntax.Return(*self.span(body), value)],
            is_generator=self.has_yield,
        )
        self.has_yield = outer
        return made

    def parameters(self, node: Node) -> list[syntax.Parameter]:
        found = []
        for child in self.parts(node):
            parameter = self._parameter(child)
            if parameter is not None:
                found.append(parameter)
        return found

    def _parameter(self, node: Node) -> syntax.Parameter | None:
        kind = node.type
        if kind in ("keyword_separator", "positional_separator"):
            return None
        default = annotation = None
        if kind in ("default_parameter", "typed_default_parameter"):
            target = self.field(node, "name")
            default = self.expression(self.field(node, "value"))
            annotation = self.optional(node, "type")
        elif kind == "typed_parameter":
            target = self.parts(node, 1)[0]
            annotation = self.optional(node, "type")
        else:
            target = node
        stars = {"list_splat_pattern": "*", "dictionary_splat_pattern": "**"}.get(target.type, "")
        if stars:
            target = self.parts(target, 1)[0]
        return syntax.Parameter(
            *self.span(node), self.expression(target), default, stars, annotation
        )

    # --- wrappers and types -----------------------------------------------------------------

    def inner(self, node: Node) -> Expression:
        """A node that only wraps: parentheses, ``type``, a target after ``as``."""
        return self.expression(self.parts(node, 1)[0])

    def generic_type(self, node: Node) -> Expression:
        base, parameters = self.parts(node, 2)[:2]
        keys = [self.expression(child) for child in self.parts(parameters)]
        if not keys:
            raise Malformed
        key: Expression = keys[0]
        if len(keys) > 1:
            key = syntax.ListLiteral(*self.span(parameters), [*keys], "tuple")
        return syntax.Index(*self.span(node), self.expression(base), key)

    def union_type(self, node: Node) -> Expression:
        left, right = self.parts(node, 2)[:2]
        return syntax.Binary(*self.span(node), "|", self.expression(left), self.expression(right))

    def member_type(self, node: Node) -> Expression:
        value, name = self.parts(node, 2)[:2]
        return self._attribute_of(self.expression(value), name)

    expressions: ClassVar[ExpressionTable] = {
        "identifier": name,
        "dotted_name": dotted_name,
        "string": string,
        "concatenated_string": concatenated_string,
        "integer": number,
        "float": number,
        "true": true,
        "false": false,
        "none": none,
        "ellipsis": none,
        "binary_operator": binary_operator,
        "boolean_operator": boolean_operator,
        "not_operator": not_operator,
        "unary_operator": unary_operator,
        "comparison_operator": comparison_operator,
        "conditional_expression": conditional_expression,
        "named_expression": named_expression,
        "as_pattern": as_pattern,
        "as_pattern_target": inner,
        "await": await_,
        "yield": yield_,
        "attribute": attribute,
        "subscript": subscript,
        "slice": slice_,
        "call": call,
        "list": list_,
        "list_pattern": list_,
        "tuple": tuple_,
        "tuple_pattern": tuple_,
        "expression_list": tuple_,
        "pattern_list": tuple_,
        "set": set_,
        "list_splat": splat,
        "list_splat_pattern": splat,
        "dictionary": dictionary,
        "list_comprehension": comprehension,
        "set_comprehension": comprehension,
        "dictionary_comprehension": comprehension,
        "generator_expression": comprehension,
        "lambda": lambda_,
        "parenthesized_expression": inner,
        "type": inner,
        "generic_type": generic_type,
        "union_type": union_type,
        "member_type": member_type,
    }


def _concatenated(left: object, right: object) -> str | bytes:
    if isinstance(left, bytes) and isinstance(right, bytes):
        return left + right
    texts = [
        item.decode("latin-1") if isinstance(item, bytes) else str(item) for item in (left, right)
    ]
    return "".join(texts)
