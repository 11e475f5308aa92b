"""The JavaScript and TypeScript front end: statements and modules.

Expressions are in ``javascript_expressions``, functions and classes in ``javascript_definitions``.
TypeScript goes through its own grammars and the same lowering; types are erased.
"""

from __future__ import annotations

import contextlib
from functools import cache
from typing import ClassVar

from tree_sitter import Language, Node

from ringfence.languages.javascript_definitions import ScriptDefinitions
from ringfence.languages.lowering import StatementTable, Stuck
from ringfence.model import syntax
from ringfence.model.syntax import Expression, Statement

_LONGEST_ELSE_IF = 40


@cache
def _grammar(dialect: str) -> Language:
    if dialect == "javascript":
        import tree_sitter_javascript

        return Language(tree_sitter_javascript.language())
    import tree_sitter_typescript

    if dialect == "tsx":
        return Language(tree_sitter_typescript.language_tsx())
    return Language(tree_sitter_typescript.language_typescript())


def lower_script(
    file: str, text: str, language: str, start: tuple[int, int] = (1, 1)
) -> syntax.Module:
    """The syntax tree of a JavaScript or TypeScript source text.

    A JavaScript file that its grammar refuses but TypeScript's takes (type annotations that a
    build step strips) is read as the latter.
    """
    lowering = ScriptLowering(file, text, language, start)
    dialect = "tsx" if file.lower().endswith(".tsx") else language
    tree = lowering.parse(_grammar(dialect))
    if tree.root_node.has_error and dialect == "javascript":
        with contextlib.suppress(Stuck):
            typed = lowering.parse(_grammar("tsx"))
            if not typed.root_node.has_error:
                tree = typed
    return lowering.lower(tree)


class ScriptLowering(ScriptDefinitions):
    """Statements of JavaScript and TypeScript."""

    # --- expressions as statements ----------------------------------------------------------

    def expression_statement(self, node: Node, out: list[Statement]) -> None:
        self._effect(self.parts(node, 1)[0], out)

    def _effect(self, node: Node, out: list[Statement]) -> None:
        """An expression for its effect alone: assignments become statements, constants go."""
        while node.type == "parenthesized_expression":
            node = self.parts(node, 1)[0]
        kind = node.type
        span = self.span(node)
        if kind == "sequence_expression":
            for child in self.parts(node):
                self.statement(child, out)
        elif kind == "assignment_expression":
            target = self.expression(self.field(node, "left"))
            value = self.expression(self.field(node, "right"))
            out.append(syntax.Assign(*span, target, value))
        elif kind in ("augmented_assignment_expression", "update_expression"):
            out.append(syntax.Augment(*span, *self.augmented_parts(node)))
        elif kind == "internal_module":
            self.namespace(node, out)
        elif kind != "string":
            out.append(syntax.Expr(*span, self.expression(node)))

    # --- declarations -----------------------------------------------------------------------

    def declaration(self, node: Node, out: list[Statement]) -> None:
        declares = node.children[0].type
        if declares not in ("var", "let", "const"):
            declares = "const"  # using, await using
        for child in self.parts(node):
            if child.type != "variable_declarator":
                continue
            span = self.span(child)
            target = self.expression(self.field(child, "name"))
            value = self.optional(child, "value") or syntax.Constant(*span, None)
            out.append(syntax.Assign(*span, target, value, declares, self._declared_type(child)))

    def _declared_type(self, node: Node) -> Expression | None:
        """The type of ``const a: T = …``, ``const a = … as T`` or ``const a = await query<T>(…)``,
        where it is a plain name."""
        given = node.child_by_field_name("value")
        if given is not None and given.type == "as_expression":
            last = given.named_children[-1]
            if last.type == "type_identifier":
                return syntax.Name(*self.span(last), self.text_of(last))
        if given is not None and given.type == "await_expression":
            given = given.named_children[-1]
        types = given.child_by_field_name("type_arguments") if given is not None else None
        if types is not None:
            for name in self._named_types(types):
                return syntax.Name(*self.span(types), name)
        return self._annotation(node)

    def define(self, node: Node, out: list[Statement]) -> None:
        kind = node.type
        is_class = kind in ("class_declaration", "abstract_class_declaration")
        made = self.class_(node) if is_class else self.function(node)
        out.append(syntax.Define(*self.span(node), made.name, made))

    def enum(self, node: Node, out: list[Statement]) -> None:
        name = self.name(self.field(node, "name"))
        out.append(syntax.Assign(*self.span(node), name, self.enum_value(node), "const"))

    def namespace(self, node: Node, out: list[Statement]) -> None:
        name = self.field(node, "name")
        while name.type == "nested_identifier":
            name = self.field(name, "object")
        if name.type == "identifier":
            value = self.namespace_value(node)
            out.append(syntax.Assign(*self.span(node), self.name(name), value, "const"))

    def nothing(self, node: Node, out: list[Statement]) -> None:
        """Types, declarations without a body, empty statements."""

    # --- modules ----------------------------------------------------------------------------

    def import_(self, node: Node, out: list[Statement]) -> None:
        if any(child.type in ("type", "typeof") for child in node.children):
            self.module.types_from.append(self.string_value(self.field(node, "source")))
            return
        span = self.span(node)
        clauses = [
            c for c in self.parts(node) if c.type in ("import_clause", "import_require_clause")
        ]
        if clauses and clauses[0].type == "import_require_clause":
            self._import_require(clauses[0], out)
            return
        module = self.string_value(self.field(node, "source"))
        if not clauses:
            out.append(syntax.Import(*span, module, None, ""))
            return
        for child in self.parts(clauses[0]):
            child_span = self.span(child)
            if child.type == "identifier":
                out.append(syntax.Import(*child_span, module, "default", self.text_of(child)))
            elif child.type == "namespace_import":
                name = self.text_of(self.parts(child, 1)[0])
                out.append(syntax.Import(*child_span, module, None, name))
            elif child.type == "named_imports":
                for specifier in self.parts(child):
                    self._import_specifier(specifier, module, out)

    def _import_specifier(self, node: Node, module: str, out: list[Statement]) -> None:
        if node.children[0].type in ("type", "typeof") and len(node.children) > 1:
            return
        symbol = self._export_name(self.field(node, "name"))
        alias = node.child_by_field_name("alias")
        name = self.text_of(alias) if alias is not None else symbol
        out.append(syntax.Import(*self.span(node), module, symbol, name))

    def _import_require(self, node: Node, out: list[Statement]) -> None:
        """``import name = require("module")``."""
        span = self.span(node)
        source = self.field(node, "source")
        argument = syntax.Argument(*self.span(source), self.string(source))
        call = syntax.Call(*span, syntax.Name(*span, "require"), [argument])
        out.append(syntax.Assign(*span, self.name(self.parts(node, 1)[0]), call, "const"))

    def import_alias(self, node: Node, out: list[Statement]) -> None:
        name, value = self.parts(node, 2)[:2]
        out.append(
            syntax.Assign(*self.span(node), self.name(name), self.expression(value), "const")
        )

    def export(self, node: Node, out: list[Statement]) -> None:
        kinds = [child.type for child in node.children]
        source = node.child_by_field_name("source")
        module = self.string_value(source) if source is not None else ""
        if "type" in kinds or "as" in kinds:
            return
        declaration = node.child_by_field_name("declaration")
        if declaration is not None:
            self._export_declaration(node, declaration, "default" in kinds, out)
        elif "default" in kinds:
            value = self.expression(self.field(node, "value"))
            out.append(syntax.Export(*self.span(node), "default", value))
        elif "=" in kinds:
            span = self.span(node)
            exports = syntax.Attribute(*span, syntax.Name(*span, "module"), "exports")
            out.append(syntax.Assign(*span, exports, self.inner(node)))
        else:
            self._export_names(node, kinds, module, out)

    def _export_declaration(
        self, node: Node, declaration: Node, default: bool, out: list[Statement]
    ) -> None:
        made: list[Statement] = []
        self.statement(declaration, made)
        out.extend(made)
        decorators = [self.inner(child) for child in self.parts(node) if child.type == "decorator"]
        span = self.span(node)
        for statement in made:
            if decorators and isinstance(statement, syntax.Define):
                statement.value.decorators = decorators + statement.value.decorators
            for name in _bound_names(statement):
                exported = "default" if default else name
                out.append(syntax.Export(*span, exported, syntax.Name(*span, name)))

    def _export_names(
        self, node: Node, kinds: list[str], module: str, out: list[Statement]
    ) -> None:
        span = self.span(node)
        if "*" in kinds:
            out.append(syntax.Export(*span, "*", None, module))
        for child in self.parts(node):
            if child.type == "namespace_export":
                name = self._export_name(self.parts(child, 1)[0])
                out.append(syntax.Export(*span, name, None, module, "*"))
            elif child.type == "export_clause":
                for specifier in self.parts(child):
                    self._export_specifier(specifier, module, out)

    def _export_specifier(self, node: Node, module: str, out: list[Statement]) -> None:
        span = self.span(node)
        local = self.field(node, "name")
        alias = node.child_by_field_name("alias")
        symbol = self._export_name(local)
        name = self._export_name(alias) if alias is not None else symbol
        if module:
            out.append(syntax.Export(*span, name, None, module, symbol))
        else:
            out.append(syntax.Export(*span, name, self.name(local)))

    def _export_name(self, node: Node) -> str:
        return self.string_value(node) if node.type == "string" else self.text_of(node)

    # --- branches and loops -----------------------------------------------------------------

    def block(self, node: Node, out: list[Statement]) -> None:
        out.append(syntax.Block(*self.span(node), self.body(node)))

    def body_of(self, node: Node) -> list[Statement]:
        """The statements of a block, or the single statement."""
        if node.type == "statement_block":
            return self.body(node)
        out: list[Statement] = []
        self.statement(node, out)
        return out

    def if_(self, node: Node, out: list[Statement]) -> None:
        branches: list[syntax.If] = []
        tail: list[Statement] = []
        current: Node | None = node
        while current is not None:
            test = self.expression(self.field(current, "condition"))
            then = self.body_of(self.field(current, "consequence"))
            branches.append(syntax.If(*self.span(current), test, then, []))
            clause = current.child_by_field_name("alternative")
            current = None
            if clause is not None:
                inner = self.parts(clause, 1)[0] if clause.type == "else_clause" else clause
                if inner.type == "if_statement":
                    current = inner
                else:
                    tail = self.body_of(inner)
        tail = [*branches[_LONGEST_ELSE_IF:], *tail]
        for branch in reversed(branches[:_LONGEST_ELSE_IF]):
            branch.otherwise = tail
            tail = [branch]
        out.extend(tail)

    def switch(self, node: Node, out: list[Statement]) -> None:
        subject = self.expression(self.field(node, "value"))
        cases: list[tuple[list[Expression], list[Statement]]] = []
        for clause in self.parts(self.field(node, "body")):
            value = clause.child_by_field_name("value")
            body: list[Statement] = []
            for child in clause.children_by_field_name("body"):
                if child.type not in self.extras and child.is_named:
                    self.statement(child, body)
            cases.append(([self.expression(value)] if value is not None else [], body))
        out.append(syntax.Switch(*self.span(node), subject, cases, falls_through=True))

    def for_(self, node: Node, out: list[Statement]) -> None:
        made: list[Statement] = []
        start = node.child_by_field_name("initializer")
        if start is not None and start.is_named:
            self._clause(start, made)
        condition = node.child_by_field_name("condition")
        test: Expression = syntax.Constant(*self.span(node), True)
        if condition is not None and condition.is_named and condition.type != "empty_statement":
            wrapped = condition.type == "expression_statement"
            test = self.inner(condition) if wrapped else self.expression(condition)
        body = self.body_of(self.field(node, "body"))
        update = node.child_by_field_name("increment")
        if update is not None:
            self._effect(update, body)
        made.append(syntax.While(*self.span(node), test, body))
        out.append(syntax.Block(*self.span(node), made))

    def _clause(self, node: Node, out: list[Statement]) -> None:
        if node.type in self.statements:
            self.statement(node, out)
        else:
            self._effect(node, out)

    def for_in(self, node: Node, out: list[Statement]) -> None:
        kind = node.child_by_field_name("kind")
        operator = node.child_by_field_name("operator")
        over = "keys" if operator is not None and operator.type == "in" else "values"
        target = self.expression(self.field(node, "left"))
        iterable = self.expression(self.field(node, "right"))
        body = self.body_of(self.field(node, "body"))
        declares = kind.type if kind is not None else ""
        if declares not in ("", "var", "let"):
            declares = "const"
        out.append(
            syntax.For(*self.span(node), target, iterable, body, over=over, declares=declares)
        )

    def while_(self, node: Node, out: list[Statement]) -> None:
        test = self.expression(self.field(node, "condition"))
        out.append(syntax.While(*self.span(node), test, self.body_of(self.field(node, "body"))))

    def with_(self, node: Node, out: list[Statement]) -> None:
        subject = self.expression(self.field(node, "object"))
        body = self.body_of(self.field(node, "body"))
        out.append(syntax.With(*self.span(node), [(subject, None)], body))

    def labeled(self, node: Node, out: list[Statement]) -> None:
        made: list[Statement] = []
        body = node.child_by_field_name("body") or self.parts(node, 2)[1]
        self.statement(body, made)
        out.append(syntax.Block(*self.span(node), made))

    # --- jumps and exceptions ---------------------------------------------------------------

    def try_(self, node: Node, out: list[Statement]) -> None:
        handler = node.child_by_field_name("handler")
        finalizer = node.child_by_field_name("finalizer")
        handlers = []
        body = self.body(self.field(node, "body"))
        if handler is not None:
            caught = self.optional(handler, "parameter")
            inside = self.body(self.field(handler, "body"))
            handlers.append(syntax.Handler(*self.span(handler), [], caught, inside))
        last = self.body(self.field(finalizer, "body")) if finalizer is not None else []
        out.append(syntax.Try(*self.span(node), body, handlers, [], last))

    def return_(self, node: Node, out: list[Statement]) -> None:
        parts = self.parts(node)
        value = self.expression(parts[0]) if parts else None
        out.append(syntax.Return(*self.span(node), value))

    def throw(self, node: Node, out: list[Statement]) -> None:
        out.append(syntax.Raise(*self.span(node), self.inner(node)))

    def break_(self, node: Node, out: list[Statement]) -> None:
        out.append(syntax.Break(*self.span(node)))

    def continue_(self, node: Node, out: list[Statement]) -> None:
        out.append(syntax.Continue(*self.span(node)))

    statements: ClassVar[StatementTable] = {
        "assignment_expression": _effect,
        "augmented_assignment_expression": _effect,
        "update_expression": _effect,
        "sequence_expression": _effect,
        "parenthesized_expression": _effect,
        "expression_statement": expression_statement,
        "variable_declaration": declaration,
        "lexical_declaration": declaration,
        "using_declaration": declaration,
        "function_declaration": define,
        "generator_function_declaration": define,
        "class_declaration": define,
        "abstract_class_declaration": define,
        "enum_declaration": enum,
        "internal_module": namespace,
        "module": namespace,
        "ambient_declaration": nothing,
        "function_signature": nothing,
        "interface_declaration": ScriptDefinitions.shape,
        "type_alias_declaration": ScriptDefinitions.shape,
        "empty_statement": nothing,
        "debugger_statement": nothing,
        "hash_bang_line": nothing,
        "import_statement": import_,
        "import_alias": import_alias,
        "export_statement": export,
        "statement_block": block,
        "if_statement": if_,
        "switch_statement": switch,
        "for_statement": for_,
        "for_in_statement": for_in,
        "while_statement": while_,
        "do_statement": while_,
        "with_statement": with_,
        "labeled_statement": labeled,
        "try_statement": try_,
        "return_statement": return_,
        "throw_statement": throw,
        "break_statement": break_,
        "continue_statement": continue_,
    }


def _bound_names(statement: Statement) -> list[str]:
    """The names that a declaration binds."""
    if isinstance(statement, syntax.Define):
        return [statement.name] if statement.name else []
    names: list[str] = []
    waiting: list[Expression | None] = []
    if isinstance(statement, syntax.Assign):
        waiting.append(statement.target)
    while waiting:
        target = waiting.pop(0)
        if isinstance(target, syntax.Name):
            names.append(target.name)
        elif isinstance(target, syntax.Default):
            waiting.append(target.target)
        elif isinstance(target, syntax.Spread):
            waiting.append(target.value)
        elif isinstance(target, syntax.ListLiteral):
            waiting.extend(target.items)
        elif isinstance(target, syntax.MapLiteral):
            waiting.extend(entry.value for entry in target.entries)
    return names
