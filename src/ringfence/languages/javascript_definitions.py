"""Functions, classes, enums and namespaces of JavaScript and TypeScript."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ringfence.languages.javascript_expressions import ScriptExpressions
from ringfence.languages.lowering import ExpressionTable
from ringfence.model import syntax
from ringfence.model.syntax import Expression, Statement

if TYPE_CHECKING:
    from tree_sitter import Node

_PROPERTY_MODIFIERS = ("accessibility_modifier", "override_modifier", "readonly")

#: Names looked at in one type, and properties kept of one interface.
MAX_TYPES = 12
MAX_NAMES = 100
#: Types that hold others.
_WRAPPERS = frozenset(("Promise", "Array", "ReadonlyArray", "Readonly", "Awaited", "Iterable"))


class ScriptDefinitions(ScriptExpressions):
    """What defines: functions, methods, classes; and TypeScript's enums and namespaces."""

    # --- functions --------------------------------------------------------------------------

    def function(self, node: Node) -> syntax.FunctionLiteral:
        """Any function: declared, anonymous, arrow or method."""
        outer, self.has_yield = self.has_yield, False
        name = node.child_by_field_name("name")
        parameters, prologue = self._parameters(node)
        body = self.field(node, "body")
        if body.type == "statement_block":
            statements = prologue + self.body(body)
        else:
            statements = [syntax.Return(*self.span(body), self.expression(body))]
        kinds = {child.type for child in node.children if not child.is_named}
        made = syntax.FunctionLiteral(
            *self.span(node),
            self.text_of(name) if name is not None else "",
            parameters,
            statements,
            is_async="async" in kinds,
            is_generator="*" in kinds or self.has_yield,
            is_arrow=node.type == "arrow_function",
            answers=self._named_types(node.child_by_field_name("return_type")),
        )
        self.has_yield = outer
        return made

    def _named_types(self, node: Node | None) -> list[str]:
        """The names in a type, such as ``Order`` in ``Promise<Order[]>``."""
        found: list[str] = []
        waiting = [node] if node is not None else []
        while waiting and len(found) < MAX_TYPES:
            current = waiting.pop()
            if current.type == "type_identifier" and self.text_of(current) not in _WRAPPERS:
                found.append(self.text_of(current))
            elif current.type not in ("object_type", "function_type"):
                waiting += current.named_children
        return found

    def shape(self, node: Node, out: list[Statement]) -> None:
        """``interface A {…}``, ``type A = {…}``: nothing runs, the properties' names are kept."""
        body = node.child_by_field_name("body") or node.child_by_field_name("value")
        if body is None:
            return
        names = [
            self.text_of(name).strip("'\"")
            for member in self.parts(body)
            if member.type == "property_signature"
            and (name := member.child_by_field_name("name")) is not None
        ]
        if names:
            self.module.shapes[self.text_of(self.field(node, "name"))] = tuple(names[:MAX_NAMES])

    def _parameters(self, node: Node) -> tuple[list[syntax.Parameter], list[Statement]]:
        """Parameters, and the assignments that TypeScript's parameter properties make."""
        single = node.child_by_field_name("parameter")
        if single is not None:
            return [syntax.Parameter(*self.span(single), self.expression(single))], []
        parameters: list[syntax.Parameter] = []
        prologue: list[Statement] = []
        for child in self.parts(self.field(node, "parameters")):
            parameter = self._parameter(child)
            if parameter is None:
                continue
            parameters.append(parameter)
            if any(part.type in _PROPERTY_MODIFIERS for part in child.children):
                prologue += self._parameter_property(parameter)
        return parameters, prologue

    def _parameter(self, node: Node) -> syntax.Parameter | None:
        """None for TypeScript's ``this`` parameter, which only has a type."""
        span = self.span(node)
        default = annotation = None
        decorators: list[Expression] = []
        target = node
        if node.type in ("required_parameter", "optional_parameter"):
            target = self.field(node, "pattern")
            default = self.optional(node, "value")
            annotation = self._annotation(node)
            decorators = [
                self.inner(child) for child in self.parts(node) if child.type == "decorator"
            ]
        elif node.type == "assignment_pattern":
            target = self.field(node, "left")
            default = self.expression(self.field(node, "right"))
        if target.type == "this":
            return None
        kind = ""
        if target.type == "rest_pattern":
            kind, target = "*", self.parts(target, 1)[0]
        target_node = self.expression(target)
        return syntax.Parameter(*span, target_node, default, kind, annotation, decorators)

    def _annotation(self, node: Node) -> Expression | None:
        """The name of a plain named type (``APIGatewayProxyEvent``, ``lambda.Event``)."""
        annotation = node.child_by_field_name("type")
        if annotation is None:
            return None
        types = self.parts(annotation)
        named = types[0] if types else annotation
        if named.type == "generic_type":
            named = self.parts(named, 1)[0]
        if named.type not in ("type_identifier", "nested_type_identifier"):
            return None
        return syntax.Name(*self.span(named), self.text_of(named))

    def _parameter_property(self, parameter: syntax.Parameter) -> list[Statement]:
        target = parameter.target
        if not isinstance(target, syntax.Name):
            return []
        span = (target.line, target.column, target.end_line, target.end_column)
        field = syntax.Attribute(*span, syntax.Name(*span, "this"), target.name)
        return [syntax.Assign(*span, field, syntax.Name(*span, target.name))]

    def method(self, node: Node) -> tuple[str, syntax.FunctionLiteral]:
        """ "get", "set" or "", and the function."""
        accessor = ""
        for child in node.children:
            if child.type in ("get", "set"):
                accessor = child.type
        return accessor, self.function(node)

    # --- classes ----------------------------------------------------------------------------

    def class_(self, node: Node) -> syntax.ClassLiteral:
        name = node.child_by_field_name("name")
        bases: list[Expression] = []
        decorators = []
        for child in self.parts(node):
            if child.type == "class_heritage":
                bases += self._bases(child)
            elif child.type == "decorator":
                decorators.append(self.inner(child))
        body: list[Statement] = []
        waiting: list[Expression] = []
        for member in self.parts(self.field(node, "body")):
            if member.type == "decorator":
                waiting.append(self.inner(member))
                continue
            self._member(member, body, waiting)
            waiting = []
        text = self.text_of(name) if name is not None else ""
        return syntax.ClassLiteral(*self.span(node), text, bases, body, decorators)

    def _bases(self, node: Node) -> list[Expression]:
        bases = []
        for child in self.parts(node):
            if child.type == "extends_clause":
                bases += [self.expression(part) for part in child.children_by_field_name("value")]
            elif child.type != "implements_clause":
                bases.append(self.expression(child))
        return bases

    def _member(self, node: Node, body: list[Statement], decorators: list[Expression]) -> None:
        span = self.span(node)
        kind = node.type
        if kind == "method_definition":
            accessor, function = self.method(node)
            function.decorators = decorators
            static = any(child.type == "static" for child in node.children)
            name = self._member_name(self.field(node, "name"))
            body.append(syntax.Define(*span, name, function, static, accessor))
        elif kind in ("field_definition", "public_field_definition"):
            self._field(node, body)
        elif kind == "class_static_block":
            body.append(syntax.Block(*span, self.body(self.field(node, "body"))))
        elif node.is_error:
            self.statement(node, body)

    def _field(self, node: Node, body: list[Statement]) -> None:
        value = node.child_by_field_name("value")
        name = node.child_by_field_name("name") or node.child_by_field_name("property")
        if value is None or name is None:
            return
        target = syntax.Name(*self.span(name), self._member_name(name))
        body.append(syntax.Assign(*self.span(node), target, self.expression(value)))

    def _member_name(self, node: Node) -> str:
        key = self.property_key(node)
        if isinstance(key, syntax.Constant) and isinstance(key.value, str):
            return key.value
        return self.text_of(node)

    # --- TypeScript's own -------------------------------------------------------------------

    def enum_value(self, node: Node) -> syntax.MapLiteral:
        """An enum as the object that it becomes, without the reverse map of numbers."""
        entries = []
        following: int | None = 0
        for child in self.parts(self.field(node, "body")):
            span = self.span(child)
            value: Expression = syntax.Constant(*span, following)
            name = child
            if child.type == "enum_assignment":
                name = self.field(child, "name")
                value = self.expression(self.field(child, "value"))
            entries.append(syntax.Entry(*span, self.property_key(name), value))
            known = value.value if isinstance(value, syntax.Constant) else None
            following = known + 1 if isinstance(known, int) else None
        return syntax.MapLiteral(*self.span(node), entries)

    def namespace_value(self, node: Node) -> Expression:
        """A namespace as a function, called at once, that returns what it exports."""
        span = self.span(node)
        block = node.child_by_field_name("body")
        inside = self.body(block) if block is not None else []
        entries = [
            syntax.Entry(*span, syntax.Constant(*span, item.name), item.value)
            for item in inside
            if isinstance(item, syntax.Export) and item.value is not None
        ]
        kept: list[Statement] = [item for item in inside if not isinstance(item, syntax.Export)]
        kept.append(syntax.Return(*span, syntax.MapLiteral(*span, entries)))
        return syntax.Call(*span, syntax.FunctionLiteral(*span, "", [], kept), [])

    expressions: ClassVar[ExpressionTable] = {
        **ScriptExpressions.expressions,
        "function_expression": function,
        "arrow_function": function,
        "generator_function": function,
        "class": class_,
    }
