"""Expressions and destructuring targets of JavaScript and TypeScript."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ringfence.languages.literals import number, script_text
from ringfence.languages.lowering import ExpressionTable, Lowering
from ringfence.model import syntax
from ringfence.model.syntax import Expression

if TYPE_CHECKING:
    from tree_sitter import Node

_LOGICAL = {"&&": "and", "||": "or", "??": "??"}
_COMPARE = {
    "===": "==", "!==": "!=", "==": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=",
    "in": "in", "instanceof": "instanceof",
}  # fmt: skip


class ScriptExpressions(Lowering):
    """The expression half of the JavaScript front end."""

    extras = frozenset(
        {
            "comment", "html_comment", "type_arguments", "type_annotation", "type_parameters",
            "accessibility_modifier", "override_modifier", "optional_chain",
        }
    )  # fmt: skip

    # --- names and literals -----------------------------------------------------------------

    def name(self, node: Node) -> Expression:
        return syntax.Name(*self.span(node), self.text_of(node))

    def key_name(self, node: Node) -> Expression:
        """A property's name where it stands as a value."""
        return syntax.Constant(*self.span(node), self.text_of(node))

    def number(self, node: Node) -> Expression:
        value = number(self.text_of(node))
        if value is None:
            return self.known_opaque(node, "number")
        return syntax.Constant(*self.span(node), value)

    def true(self, node: Node) -> Expression:
        return syntax.Constant(*self.span(node), True)

    def false(self, node: Node) -> Expression:
        return syntax.Constant(*self.span(node), False)

    def null(self, node: Node) -> Expression:
        return syntax.Constant(*self.span(node), None)

    def string(self, node: Node) -> Expression:
        return syntax.Constant(*self.span(node), self.string_value(node))

    def string_value(self, node: Node) -> str:
        return script_text(self.slice(node.start_byte + 1, max(node.end_byte - 1, 0)))

    def template_string(self, node: Node) -> Expression:
        constants, values = self._template_parts(node)
        if not values:
            return syntax.Constant(*self.span(node), constants[0].value)
        parts: list[Expression] = []
        for constant, value in zip(constants, values, strict=False):
            parts += [constant, value] if constant.value else [value]
        if constants[-1].value:
            parts.append(constants[-1])
        return syntax.Template(*self.span(node), parts)

    def _template_parts(self, node: Node) -> tuple[list[syntax.Constant], list[Expression]]:
        """The constant parts, always one more than the values between them."""
        constants: list[syntax.Constant] = []
        values: list[Expression] = []
        start = node.start_byte + 1
        for child in node.named_children:
            if child.type == "template_substitution":
                text = script_text(self.slice(start, child.start_byte))
                constants.append(syntax.Constant(*self.span(child), text))
                values.append(self.inner(child))
                start = child.end_byte
        text = script_text(self.slice(start, max(node.end_byte - 1, start)))
        constants.append(syntax.Constant(*self.span(node), text))
        return constants, values

    def regex(self, node: Node) -> Expression:
        pattern = self.text_of(self.field(node, "pattern"))
        flags = node.child_by_field_name("flags")
        return syntax.RegularExpression(
            *self.span(node), pattern, self.text_of(flags) if flags is not None else ""
        )

    def meta_property(self, node: Node) -> Expression:
        """``import.meta`` and ``new.target``."""
        value, _, name = self.text_of(node).partition(".")
        span = self.span(node)
        return syntax.Attribute(*span, syntax.Name(*span, value.strip()), name.strip())

    # --- operators --------------------------------------------------------------------------

    def binary_expression(self, node: Node) -> Expression:
        operator = self.field(node, "operator").type
        if operator in _LOGICAL:
            return self._logical(node, operator)
        if operator in _COMPARE:
            left = self.expression(self.field(node, "left"))
            right = self.expression(self.field(node, "right"))
            return syntax.Compare(*self.span(node), _COMPARE[operator], left, right)
        operands: list[Node] = []
        operators: list[str] = []
        while node.type == "binary_expression":
            operator = self.field(node, "operator").type
            if operator in _LOGICAL or operator in _COMPARE:
                break
            operators.append(operator)
            operands.append(self.field(node, "right"))
            node = self.field(node, "left")
        values = [self.expression(operand) for operand in (node, *reversed(operands))]
        return self.binaries(values, operators[::-1])

    def _logical(self, node: Node, operator: str) -> Expression:
        operands: list[Node] = []
        left = node
        while left.type == "binary_expression" and self.field(left, "operator").type == operator:
            operands.append(self.field(left, "right"))
            left = self.field(left, "left")
        operands.append(left)
        values = [self.expression(operand) for operand in reversed(operands)]
        return syntax.Logical(*self.span(node), _LOGICAL[operator], values)

    def unary_expression(self, node: Node) -> Expression:
        operator = self.field(node, "operator").type
        operand = self.expression(self.field(node, "argument"))
        if operator == "-" and isinstance(operand, syntax.Constant):
            value = operand.value
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                return syntax.Constant(*self.span(node), -value)
        return syntax.Unary(*self.span(node), "not" if operator == "!" else operator, operand)

    def ternary_expression(self, node: Node) -> Expression:
        return syntax.Conditional(
            *self.span(node),
            self.expression(self.field(node, "condition")),
            self.expression(self.field(node, "consequence")),
            self.expression(self.field(node, "alternative")),
        )

    def assignment(self, node: Node) -> Expression:
        target = self.expression(self.field(node, "left"))
        value = self.expression(self.field(node, "right"))
        return syntax.AssignExpression(*self.span(node), target, value)

    def augmented_assignment(self, node: Node) -> Expression:
        target, operator, value = self.augmented_parts(node)
        return syntax.AssignExpression(*self.span(node), target, value, operator)

    def augmented_parts(self, node: Node) -> tuple[Expression, str, Expression]:
        """Target, operator and value of ``target op= value`` and of ``target++``."""
        if node.type == "update_expression":
            operator = self.field(node, "operator").type[0]
            target = self.expression(self.field(node, "argument"))
            return target, operator, syntax.Constant(*self.span(node), 1)
        operator = self.field(node, "operator").type.removesuffix("=")
        target = self.expression(self.field(node, "left"))
        value = self.expression(self.field(node, "right"))
        return target, _LOGICAL.get(operator, operator), value

    def sequence_expression(self, node: Node) -> Expression:
        """``a, b, c``: nested to the right or flat, as the grammar's version has it."""
        items: list[Expression] = []
        waiting = [node]
        while waiting:
            current = waiting.pop()
            if current.type == "sequence_expression":
                waiting.extend(reversed(self.parts(current)))
            else:
                items.append(self.expression(current))
        return syntax.SequenceExpression(*self.span(node), items)

    def await_(self, node: Node) -> Expression:
        return syntax.Await(*self.span(node), self.inner(node))

    def yield_(self, node: Node) -> Expression:
        self.has_yield = True
        parts = self.parts(node)
        value = self.expression(parts[0]) if parts else None
        delegate = any(child.type == "*" for child in node.children)
        return syntax.Yield(*self.span(node), value, delegate)

    def inner(self, node: Node) -> Expression:
        """A node that only wraps its first part: parentheses, types, ``${}``."""
        return self.expression(self.parts(node, 1)[0])

    def type_assertion(self, node: Node) -> Expression:
        return self.expression(self.parts(node, 1)[-1])

    # --- access and calls -------------------------------------------------------------------

    def member(self, node: Node) -> Expression:
        value = self.expression(self.field(node, "object"))
        name = self.text_of(self.field(node, "property"))
        optional = node.child_count > 3 or node.children[1].type != "."
        return syntax.Attribute(*self.span(node), value, name, optional)

    def subscript(self, node: Node) -> Expression:
        value = self.expression(self.field(node, "object"))
        return syntax.Index(*self.span(node), value, self.expression(self.field(node, "index")))

    def call(self, node: Node) -> Expression:
        function = self.expression(self.field(node, "function"))
        arguments = self.field(node, "arguments")
        span = self.span(node)
        if arguments.type == "template_string":
            return self._tagged(span, function, arguments)
        awaited = self.arguments(arguments)
        if isinstance(function, syntax.Name) and function.name == "await" and len(awaited) == 1:
            return syntax.Await(*span, awaited[0].value)  # the grammar takes await (x) for a call
        optional = any(child.type in ("optional_chain", "?.") for child in node.children)
        return syntax.Call(*span, function, awaited, optional=optional)

    def _tagged(
        self, span: tuple[int, int, int, int], function: Expression, node: Node
    ) -> syntax.Call:
        constants, values = self._template_parts(node)
        texts = syntax.ListLiteral(*self.span(node), [*constants])
        arguments = [
            syntax.Argument(item.line, item.column, item.end_line, item.end_column, item)
            for item in (texts, *values)
        ]
        return syntax.Call(*span, function, arguments, tagged=True)

    def new_expression(self, node: Node) -> Expression:
        constructor = self.expression(self.field(node, "constructor"))
        arguments = node.child_by_field_name("arguments")
        found = [] if arguments is None else self.arguments(arguments)
        return syntax.Call(*self.span(node), constructor, found, new=True)

    def arguments(self, node: Node) -> list[syntax.Argument]:
        found = []
        for child in self.parts(node):
            span = self.span(child)
            if child.type == "spread_element":
                found.append(syntax.Argument(*span, self.inner(child), None, "*"))
            else:
                found.append(syntax.Argument(*span, self.expression(child)))
        return found

    # --- objects, arrays and their patterns -------------------------------------------------

    def array(self, node: Node) -> Expression:
        items: list[Expression | None] = []
        expected = True
        for child in node.children[1:-1]:
            if child.type == ",":
                if expected:
                    items.append(None)
                expected = True
            elif child.type not in self.extras:
                items.append(self.expression(child))
                expected = False
        return syntax.ListLiteral(*self.span(node), items)

    def spread(self, node: Node) -> Expression:
        return syntax.Spread(*self.span(node), self.inner(node))

    def default(self, node: Node) -> Expression:
        """``target = value`` inside a destructuring pattern."""
        target = self.expression(self.field(node, "left"))
        value = self.expression(self.field(node, "right"))
        return syntax.Default(*self.span(node), target, value)

    def object(self, node: Node) -> Expression:
        entries: list[syntax.Entry] = []
        for child in self.parts(node):
            self._entry(child, entries)
        return syntax.MapLiteral(*self.span(node), entries)

    def _entry(self, node: Node, entries: list[syntax.Entry]) -> None:
        kind = node.type
        span = self.span(node)
        key: Expression | None
        value: Expression
        if kind in ("pair", "pair_pattern"):
            key = self.property_key(self.field(node, "key"))
            value = self.expression(self.field(node, "value"))
        elif kind in ("shorthand_property_identifier", "shorthand_property_identifier_pattern"):
            key, value = self.key_name(node), self.name(node)
        elif kind in ("spread_element", "rest_pattern"):
            key, value = None, self.inner(node)
        elif kind in ("object_assignment_pattern", "assignment_pattern"):
            key, value = self.key_name(self.field(node, "left")), self.default(node)
        elif kind == "method_definition":
            key = self.property_key(self.field(node, "name"))
            accessor, value = self.method(node)
            if accessor == "set":
                return
            if accessor == "get":  # reading the property runs the getter
                value = syntax.Call(*span, value, [])
        else:
            key, value = None, self.opaque(node)
        entries.append(syntax.Entry(*span, key, value))

    def method(self, node: Node) -> tuple[str, syntax.FunctionLiteral]:
        raise NotImplementedError

    def property_key(self, node: Node) -> Expression:
        """A key of an object or class: names and numbers as text, ``[expression]`` as it is."""
        kind = node.type
        if kind == "computed_property_name":
            return self.inner(node)
        if kind == "string":
            return self.string(node)
        if kind == "number":
            value = number(self.text_of(node))
            return syntax.Constant(*self.span(node), str(value))
        return self.key_name(node)

    # --- JSX --------------------------------------------------------------------------------

    def jsx(self, node: Node) -> Expression:
        return self.known_opaque(node, "jsx")

    def jsx_expression(self, node: Node) -> Expression:
        if not self.parts(node):
            return self.null(node)
        return self.inner(node)

    expressions: ClassVar[ExpressionTable] = {
        "identifier": name,
        "this": name,
        "super": name,
        "import": name,
        "shorthand_property_identifier": name,
        "shorthand_property_identifier_pattern": name,
        "private_property_identifier": key_name,
        "undefined": null,
        "null": null,
        "true": true,
        "false": false,
        "number": number,
        "string": string,
        "template_string": template_string,
        "regex": regex,
        "meta_property": meta_property,
        "binary_expression": binary_expression,
        "unary_expression": unary_expression,
        "ternary_expression": ternary_expression,
        "assignment_expression": assignment,
        "augmented_assignment_expression": augmented_assignment,
        "update_expression": augmented_assignment,
        "sequence_expression": sequence_expression,
        "await_expression": await_,
        "yield_expression": yield_,
        "parenthesized_expression": inner,
        "as_expression": inner,
        "satisfies_expression": inner,
        "non_null_expression": inner,
        "instantiation_expression": inner,
        "type_assertion": type_assertion,
        "member_expression": member,
        "nested_identifier": member,
        "subscript_expression": subscript,
        "call_expression": call,
        "new_expression": new_expression,
        "array": array,
        "array_pattern": array,
        "object": object,
        "object_pattern": object,
        "assignment_pattern": default,
        "object_assignment_pattern": default,
        "spread_element": spread,
        "rest_pattern": spread,
        "jsx_element": jsx,
        "jsx_self_closing_element": jsx,
        "jsx_expression": jsx_expression,
    }
