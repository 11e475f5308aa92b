"""The Python front end: statements; expressions are in ``python_expressions``."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

import tree_sitter_python
from tree_sitter import Language, Node

from ringfence.languages.lowering import StatementTable
from ringfence.languages.python_expressions import PythonExpressions
from ringfence.languages.python_match import captures_of, comparable_values
from ringfence.model import syntax
from ringfence.model.syntax import Expression, Statement

#: How many ``elif`` branches nest; the ones after follow each other in the last ``else``.
_LONGEST_ELIF = 40

_MOST_CONTINUATIONS = 500


@cache
def _grammar() -> Language:
    return Language(tree_sitter_python.language())


#: Targets of one assignment in the order in which they can be read again without doing more.
_EASE = {"identifier": 0, "attribute": 1, "subscript": 2}


def lower_python(file: str, text: str, start: tuple[int, int] = (1, 1)) -> syntax.Module:
    """The syntax tree of a Python source text."""
    lowering = PythonLowering(file, text, "python", start)
    if _is_scanner_trap(text):
        message = f"more than {_MOST_CONTINUATIONS} line continuations in a row; not read"
        lowering.module.problems.append(syntax.SyntaxProblem(1, 1, message))
        return lowering.module
    return lowering.lower(lowering.parse(_grammar()))


def _is_scanner_trap(text: str) -> bool:
    """Whether long runs of backslash-newline would cost the grammar's scanner quadratic time."""
    if text.count("\\\n") + text.count("\\\r\n") <= _MOST_CONTINUATIONS:
        return False
    run = 0
    for line in text.split("\n"):
        stripped = line.strip()
        run = run + 1 if stripped == "\\" else run if not stripped else 0
        if run > _MOST_CONTINUATIONS:
            return True
    return False


class PythonLowering(PythonExpressions):
    """Python statements."""

    # --- simple statements ------------------------------------------------------------------

    def expression_statement(self, node: Node, out: list[Statement]) -> None:
        parts = self.parts(node, 1)
        first = parts[0]
        if len(parts) > 1:
            out.append(syntax.Expr(*self.span(node), self.tuple_(node)))
        elif first.type == "assignment":
            self.assignment(first, out)
        elif first.type == "augmented_assignment":
            self.augmented_assignment(first, out)
        elif first.type not in ("string", "ellipsis"):
            out.append(syntax.Expr(*self.span(node), self.expression(first)))

    def assignment(self, node: Node, out: list[Statement]) -> None:
        """``a = b = value``: the value once, then the other targets read the easiest one.

        ``a: int`` alone has the value ``Opaque("declared")``: models are made of such fields.
        """
        span = self.span(node)
        annotation = self.optional(node, "type")
        targets = [self.field(node, "left")]
        value = node.child_by_field_name("right")
        while value is not None and value.type == "assignment":
            targets.append(self.field(value, "left"))
            value = value.child_by_field_name("right")
        if value is None:
            if annotation is not None:
                declared = syntax.Opaque(*span, "declared", [])
                target = self.expression(targets[0])
                out.append(syntax.Assign(*span, target, declared, "", annotation))
            return
        if value.type == "augmented_assignment":
            self.augmented_assignment(value, out)
            value = self.field(value, "left")
        targets.sort(key=lambda target: _EASE.get(target.type, len(_EASE)))
        first = self.expression(targets[0])
        out.append(syntax.Assign(*span, first, self.expression(value), "", annotation))
        for other in targets[1:]:
            again = self.expression(targets[0])
            out.append(syntax.Assign(*span, self.expression(other), again))

    def augmented_assignment(self, node: Node, out: list[Statement]) -> None:
        target = self.expression(self.field(node, "left"))
        operator = self.field(node, "operator").type.removesuffix("=")
        value = self.expression(self.field(node, "right"))
        out.append(syntax.Augment(*self.span(node), target, operator, value))

    def return_(self, node: Node, out: list[Statement]) -> None:
        parts = self.parts(node)
        value = self.expression(parts[0]) if parts else None
        out.append(syntax.Return(*self.span(node), value))

    def raise_(self, node: Node, out: list[Statement]) -> None:
        parts = self.parts(node)
        value = self.expression(parts[0]) if parts else None
        out.append(syntax.Raise(*self.span(node), value))

    def delete(self, node: Node, out: list[Statement]) -> None:
        for child in self.parts(node):
            targets = self.parts(child) if child.type == "expression_list" else [child]
            for target in targets:
                span = self.span(target)
                deleted = syntax.Unary(*span, "delete", self.expression(target))
                out.append(syntax.Expr(*span, deleted))

    def assert_(self, node: Node, out: list[Statement]) -> None:
        """``assert test, message`` is ``if not test: raise AssertionError(message)``."""
        span = self.span(node)
        test, *message = self.parts(node, 1)
        failed = syntax.Unary(*self.span(test), "not", self.expression(test))
        error = self._call_of("AssertionError", node, [self.expression(item) for item in message])
        out.append(syntax.If(*span, failed, [syntax.Raise(*span, error)], []))

    def print_(self, node: Node, out: list[Statement]) -> None:
        """Python 2's ``print``: a call; ``>>file`` is the keyword ``file``."""
        span = self.span(node)
        arguments = []
        for child in self.parts(node):
            if child.type == "chevron":
                stream = self.expression(self.parts(child, 1)[0])
                arguments.append(syntax.Argument(*self.span(child), stream, "file"))
            else:
                arguments.append(syntax.Argument(*self.span(child), self.expression(child)))
        call = syntax.Call(*span, syntax.Name(*span, "print"), arguments)
        out.append(syntax.Expr(*span, call))

    def exec_(self, node: Node, out: list[Statement]) -> None:
        """Python 2's ``exec code in globals, locals``: a call."""
        values = [self.expression(child) for child in self.parts(node, 1)]
        out.append(syntax.Expr(*self.span(node), self._call_of("exec", node, values)))

    def scope(self, node: Node, out: list[Statement]) -> None:
        kind = "global" if node.type == "global_statement" else "nonlocal"
        names = [self.text_of(child) for child in self.parts(node)]
        out.append(syntax.Scope(*self.span(node), kind, names))

    def break_(self, node: Node, out: list[Statement]) -> None:
        out.append(syntax.Break(*self.span(node)))

    def continue_(self, node: Node, out: list[Statement]) -> None:
        out.append(syntax.Continue(*self.span(node)))

    def nothing(self, node: Node, out: list[Statement]) -> None:
        """``pass``, ``type X = …``, ``from __future__ import …``."""

    # --- imports ----------------------------------------------------------------------------

    def import_(self, node: Node, out: list[Statement]) -> None:
        for child in self.parts(node):
            span = self.span(child)
            if child.type == "aliased_import":
                module = self._dotted(self.field(child, "name"))
                alias = self.text_of(self.field(child, "alias"))
                out.append(syntax.Import(*span, module, None, alias))
            else:
                module = self._dotted(child)
                name = module.partition(".")[0]
                out.append(syntax.Import(*span, module, None, name, binds_root="." in module))

    def import_from(self, node: Node, out: list[Statement]) -> None:
        module_node = self.field(node, "module_name")
        module = self._dotted(module_node)
        for child in self.parts(node):
            if child.start_byte == module_node.start_byte:
                continue
            span = self.span(child)
            if child.type == "wildcard_import":
                out.append(syntax.Import(*span, module, "*", "*"))
            elif child.type == "aliased_import":
                symbol = self._dotted(self.field(child, "name"))
                alias = self.text_of(self.field(child, "alias"))
                out.append(syntax.Import(*span, module, symbol, alias))
            elif child.type == "dotted_name":
                symbol = self._dotted(child)
                out.append(syntax.Import(*span, module, symbol, symbol))

    def _dotted(self, node: Node) -> str:
        return "".join(self.text_of(node).split())

    # --- compound statements ----------------------------------------------------------------

    def if_(self, node: Node, out: list[Statement]) -> None:
        branches: list[syntax.If] = [self._branch(node)]
        otherwise: list[Statement] = []
        for child in self.parts(node):
            if child.type == "elif_clause":
                branches.append(self._branch(child))
            elif child.type == "else_clause":
                otherwise = self.body(self.field(child, "body"))
        tail: list[Statement] = [*branches[_LONGEST_ELIF:], *otherwise]
        for branch in reversed(branches[:_LONGEST_ELIF]):
            branch.otherwise = tail
            tail = [branch]
        out.extend(tail)

    def _branch(self, node: Node) -> syntax.If:
        test = self.expression(self.field(node, "condition"))
        then = self.body(self.field(node, "consequence"))
        return syntax.If(*self.span(node), test, then, [])

    def _else(self, node: Node) -> list[Statement]:
        clause = node.child_by_field_name("alternative")
        return [] if clause is None else self.body(self.field(clause, "body"))

    def while_(self, node: Node, out: list[Statement]) -> None:
        test = self.expression(self.field(node, "condition"))
        body = self.body(self.field(node, "body"))
        out.append(syntax.While(*self.span(node), test, body, self._else(node)))

    def for_(self, node: Node, out: list[Statement]) -> None:
        target = self.expression(self.field(node, "left"))
        iterable = self.expression(self.field(node, "right"))
        body = self.body(self.field(node, "body"))
        out.append(syntax.For(*self.span(node), target, iterable, body, self._else(node)))

    def with_(self, node: Node, out: list[Statement]) -> None:
        items: list[tuple[Expression, Expression | None]] = []
        for clause in self.parts(node):
            if clause.type == "with_clause":
                for item in self.parts(clause):
                    self._with_item(item, items)
        out.append(syntax.With(*self.span(node), items, self.body(self.field(node, "body"))))

    def _with_item(self, node: Node, items: list[tuple[Expression, Expression | None]]) -> None:
        kind = node.type
        if kind == "as_pattern":
            items.append(self.as_parts(node))
        elif kind in ("with_item", "parenthesized_expression", "tuple"):
            for child in self.parts(node):
                self._with_item(child, items)
        else:
            items.append((self.expression(node), None))

    def try_(self, node: Node, out: list[Statement]) -> None:
        handlers: list[syntax.Handler] = []
        otherwise: list[Statement] = []
        finally_: list[Statement] = []
        body = self.body(self.field(node, "body"))
        for child in self.parts(node):
            if child.type in ("except_clause", "except_group_clause"):
                handlers.append(self._handler(child))
            elif child.type == "else_clause":
                otherwise = self.body(self.field(child, "body"))
            elif child.type == "finally_clause":
                finally_ = self.body(self.parts(child, 1)[0])
        out.append(syntax.Try(*self.span(node), body, handlers, otherwise, finally_))

    def _handler(self, node: Node) -> syntax.Handler:
        *heads, block = self.parts(node, 1)
        target: Expression | None = None
        types: list[Expression] = []
        if heads:
            if heads[0].type == "as_pattern":
                caught, target = self.as_parts(heads[0])
            else:
                caught = self.expression(heads[0])
                target = self.expression(heads[1]) if len(heads) > 1 else None
            if isinstance(caught, syntax.ListLiteral):
                types = [item for item in caught.items if item is not None]
            else:
                types = [caught]
        return syntax.Handler(*self.span(node), types, target, self.body(block))

    def match(self, node: Node, out: list[Statement]) -> None:
        """Patterns become comparable values, captures assignments before the case's body."""
        subjects = [self.expression(item) for item in node.children_by_field_name("subject")]
        span = self.span(node)
        subject: Expression = subjects[0] if subjects else self.opaque(node)
        if len(subjects) > 1:
            subject = syntax.ListLiteral(*span, [*subjects], "tuple")
        if not isinstance(subject, syntax.Name):
            kept = syntax.Name(*span, "match subject")  # no variable can have this name
            out.append(syntax.Assign(*span, kept, subject))
            subject = kept
        cases = []
        for clause in self.parts(self.field(node, "body")):
            if clause.type == "case_clause":
                cases.append(self._case(clause, subject))
        out.append(syntax.Switch(*span, subject, cases, falls_through=False))

    def _case(self, node: Node, subject: Expression) -> tuple[list[Expression], list[Statement]]:
        patterns = [child for child in self.parts(node) if child.type == "case_pattern"]
        guard = node.child_by_field_name("guard")
        values = comparable_values(self, patterns)
        body: list[Statement] = captures_of(self, patterns, subject)
        inner = self.body(self.field(node, "consequence"))
        if guard is None:
            return values, body + inner
        test = self.expression(self.parts(guard, 1)[0])
        body.append(syntax.If(*self.span(guard), test, inner, []))
        return values or [syntax.Opaque(*self.span(guard), "guard", [])], body

    # --- definitions ------------------------------------------------------------------------

    def decorated(self, node: Node, out: list[Statement]) -> None:
        decorators = [
            self.expression(self.parts(child, 1)[0])
            for child in self.parts(node)
            if child.type == "decorator"
        ]
        made: list[Statement] = []
        self.statement(self.field(node, "definition"), made)
        for statement in made:
            if isinstance(statement, syntax.Define):
                statement.value.decorators = decorators
        out.extend(made)

    def function(self, node: Node, out: list[Statement]) -> None:
        outer, self.has_yield = self.has_yield, False
        name = self.text_of(self.field(node, "name"))
        parameters = self.parameters(self.field(node, "parameters"))
        body = self.body(self.field(node, "body"))
        is_async = node.children[0].type == "async"
        made = syntax.FunctionLiteral(
            *self.span(node), name, parameters, body, is_async, self.has_yield
        )
        self.has_yield = outer
        out.append(syntax.Define(*self.span(node), name, made))

    def class_(self, node: Node, out: list[Statement]) -> None:
        name = self.text_of(self.field(node, "name"))
        superclasses = node.child_by_field_name("superclasses")
        bases = [] if superclasses is None else self.arguments(superclasses)
        plain = [base.value for base in bases if base.name is None]
        body = self.body(self.field(node, "body"))
        made = syntax.ClassLiteral(*self.span(node), name, plain, body)
        made.options = [base for base in bases if base.name is not None]
        out.append(syntax.Define(*self.span(node), name, made))

    statements: ClassVar[StatementTable] = {
        "expression_statement": expression_statement,
        "assignment": assignment,
        "augmented_assignment": augmented_assignment,
        "return_statement": return_,
        "raise_statement": raise_,
        "delete_statement": delete,
        "assert_statement": assert_,
        "print_statement": print_,
        "exec_statement": exec_,
        "global_statement": scope,
        "nonlocal_statement": scope,
        "break_statement": break_,
        "continue_statement": continue_,
        "pass_statement": nothing,
        "type_alias_statement": nothing,
        "future_import_statement": nothing,
        "import_statement": import_,
        "import_from_statement": import_from,
        "if_statement": if_,
        "while_statement": while_,
        "for_statement": for_,
        "with_statement": with_,
        "try_statement": try_,
        "match_statement": match,
        "decorated_definition": decorated,
        "function_definition": function,
        "class_definition": class_,
    }
