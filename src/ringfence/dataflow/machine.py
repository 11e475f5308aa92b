"""The machine that interprets one function: its state, and the statements.

Expressions are in :mod:`.expressions`, calls in :mod:`.calls`, what conditions prove in
:mod:`.guards`, imports in :mod:`.imports`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ringfence.dataflow import (
    answer_places,
    authority,
    call_arguments,
    calls,
    choices,
    comprehensions,
    control,
    credentials,
    definitions,
    event_checks,
    event_reads,
    exposures,
    expressions,
    guards,
    guessable,
    imports,
    responses,
    subjects,
    targets,
    wrappers,
)
from ringfence.dataflow.directory import Directory
from ringfence.dataflow.objects import (
    ClassObject,
    External,
    ModuleObject,
    Obj,
    Struct,
)
from ringfence.dataflow.schemas import Schema
from ringfence.dataflow.scopes import (
    Exit,
    Frame,
    Proven,
    Scope,
    Variables,
    join_proven,
    join_variables,
)
from ringfence.dataflow.state import MAX_NODES, BudgetExceeded, Collected
from ringfence.dataflow.values import (
    NONE,
    NOTHING,
    Source,
    Taint,
    Trail,
    Value,
    join,
)
from ringfence.model import syntax
from ringfence.model.application import Application, Function
from ringfence.model.location import Location
from ringfence.rules.events import EventCatalogue
from ringfence.rules.taint import TaintCatalogue

ReadModule = Callable[[str], syntax.Module | None]
State = tuple[Variables, Proven]
#: A list of statements, how many of them are begun, and the same of what stands around it.
Following = tuple[list[syntax.Statement], int, "Following | None"]


class Machine:
    """Interprets one function of the application.

    ``branch`` is a token for the straight piece of code that runs now: an object made in it may
    be written in place. ``proven`` is never changed in place.
    """

    def __init__(
        self,
        application: Application,
        function: Function,
        read_module: ReadModule,
        catalogue: TaintCatalogue,
        events: EventCatalogue,
    ) -> None:
        self.application = application
        self.function = function
        self.read_module = read_module
        self.catalogue = catalogue
        self.events = events
        self.language = "python" if catalogue.language == "python" else "javascript"
        self.triggers = application.triggers_of(function.id)
        self.members = wrappers.members_of(self)
        self.registered: dict[str, Value] = {}
        self.collected = Collected()
        self.modules: dict[str, ModuleObject | None] = {}
        self.frames: list[Frame] = []
        self.branch: object = event_reads.Always()
        #: How many constructs enclose what runs now, in which it may not run, or fail in silence.
        self.tentative = 0
        #: The branch of what always runs.
        self.straight = self.branch
        self.proven: Proven = {}
        self.nodes = 0
        self.budget = MAX_NODES
        self.memo: dict[tuple[object, ...], Any] = {}
        #: What frameworks were given at the top of a file, to be run once all of it is defined.
        self.deferred: list[Callable[[], None]] = []
        self.exits_of: dict[int, Any] = {}
        self.checks: dict[int, tuple[Schema, Value]] = {}
        self.heap_writes = 0
        self.module_reads = 0
        #: What functions of the application are known to send, as the event would hold it.
        self.arrived: Value = NOTHING
        self.response_overlay: Callable[[str, str, dict[str, Value], bool], Value] | None = None
        #: Gives what is known to lie in a store outside of AWS.
        self.look_up: Callable[[str], Value] | None = None
        self.in_handler = False
        self.lasting: frozenset[int] = frozenset()
        self.returned: Value = NOTHING
        self.returned_at: syntax.Node | None = None
        self.callback_result: Value = NOTHING
        self.environment_cache: dict[str, Value] = {}
        self.handler_nodes: set[int] = set()
        self.page_nodes: set[int] = set()
        self.route_nodes: set[int] = set()
        self.places: dict[int, Location] = {}
        self.ran: set[int] = set()
        self.unreached = False
        self.tested: Value = NOTHING
        self.following: Following = ([], 0, None)
        self.current: syntax.Node = syntax.Constant(1, 1, 1, 1, None)
        self.directory: Directory | None = None
        self.error = Source("error", "error")

    # --- places and helpers ---

    @property
    def frame(self) -> Frame:
        return self.frames[-1]

    def location(self, node: syntax.Node) -> Location:
        known = self.places.get(id(node)) if self.places else None
        if known is not None:
            return known
        file = self.frames[-1].module.file
        if isinstance(node, syntax.Call) and isinstance(node.function, syntax.Attribute):
            name = node.function  # a call in a chain stands where its method's name does
            if name.end_line > node.line:
                start = max(name.end_column - len(name.name), 1)
                return Location(file, name.end_line, start, node.end_line, node.end_column)
        return Location(file, node.line, node.column, node.end_line, node.end_column)

    def struct(self, kind: str, cls: ClassObject | None = None) -> Struct:
        return Struct(kind, self.branch, cls)

    def put(self, obj: Struct, key: str | int | None, value: Value) -> None:
        self.heap_writes += 1
        if key is not None and subjects.field_key(obj, key) in self.proven:
            place = subjects.field_key(obj, key)
            self.proven = {one: rules for one, rules in self.proven.items() if one != place}
        obj.put(key, subjects.settled(self, value), self.branch)

    def list_of(self, *items: Value) -> Value:
        struct = self.struct("list")
        for index, item in enumerate(items):
            struct.fields[index] = item
        return Value(objects=(struct,))

    def sequence_of(self, element: Value) -> Value:
        """A list of unknown length with such elements."""
        struct = self.struct("list")
        struct.rest = element
        return Value(objects=(struct,))

    def map_of(self, entries: dict[str, Value]) -> Value:
        struct = self.struct("map")
        struct.fields.update(entries)
        return Value(objects=(struct,))

    def evaluate(self, node: syntax.Expression) -> Value:
        self.nodes += 1
        if self.nodes > self.budget:
            raise BudgetExceeded
        return EVALUATORS[type(node)](self, node)

    # --- variables ---

    def lookup(self, name: str) -> Value | None:
        holder = self.frames[-1].scope.holder(name)
        if holder is None:
            return None
        if holder.is_module and len(self.frames) > 1 and name not in holder.constants:
            self.module_reads += 1
        return holder.variables[name]

    def assign(self, name: str, value: Value, declares: str = "") -> None:
        """Bind a name in the scope where the language would."""
        value = subjects.settled(self, value)
        frame = self.frames[-1]
        scope = frame.scope
        if name in scope.proved and not declares:
            scope.proved.discard(name)
            scope.variables.pop(name, None)
        if declares or name in scope.variables:
            scope.variables[name] = value
            if declares == "const":
                scope.constants.add(name)
            return
        holder: Scope | None = scope
        if self.language == "python":
            outer = scope.outer_names.get(name)
            if outer == "global":
                holder = scope.module_scope()
            elif outer == "nonlocal":
                holder = scope.parent.holder(name) if scope.parent else None
        else:
            holder = scope.holder(name) or scope.module_scope()
        if holder is None or holder is scope:
            scope.variables[name] = value
            return
        lasting = holder.is_module and self.in_handler and frame.closure is not None
        if lasting and not targets.is_renewed(self, name):
            targets.note_shared_state(self, name, value)
        old = holder.variables.get(name)
        holder.variables[name] = value if old is None else join(old, value)

    # --- state at branches ---

    def save(self) -> State:
        return dict(self.frames[-1].scope.variables), self.proven

    def restore(self, state: State) -> None:
        self.frames[-1].scope.variables = dict(state[0])
        self.proven = state[1]

    def merge(self, states: list[State]) -> None:
        """Continue from any of these states."""
        variables, proven = states[0]
        for other_variables, other_proven in states[1:]:
            variables = join_variables(variables, other_variables)
            proven = join_proven(proven, other_proven)
        self.frames[-1].scope.variables = dict(variables)
        self.proven = proven

    # --- statements: each tells whether control can go on to the next ---

    def run(self, body: list[syntax.Statement]) -> bool:
        for statement in body:
            if isinstance(statement, (syntax.Define, syntax.Export)):
                self.hoist(statement)
        alive = True
        outer = self.following
        for place, statement in enumerate(body, 1):
            if not alive:
                break
            self.nodes += 1
            if self.nodes > self.budget:
                raise BudgetExceeded
            self.current = statement
            self.following = (body, place, outer)
            alive = STATEMENTS[type(statement)](self, statement)
        self.following = outer
        return alive

    def hoist(self, statement: syntax.Statement) -> None:
        if self.language == "python":
            return
        if isinstance(statement, syntax.Define):
            if isinstance(statement.value, syntax.FunctionLiteral):
                self.frames[-1].scope.variables[statement.name] = self.evaluate(statement.value)
                self.frames[-1].scope.constants.add(statement.name)
        elif isinstance(statement, syntax.Export):
            value = statement.value
            if isinstance(value, syntax.FunctionLiteral) and value.name:
                self.frames[-1].scope.variables[value.name] = self.evaluate(value)

    def run_define(self, node: syntax.Define) -> bool:
        if self.language == "python" or isinstance(node.value, syntax.ClassLiteral):
            value = self.evaluate(node.value)
            self.frames[-1].scope.variables[node.name] = value
            self.frames[-1].scope.constants.add(node.name)
        return True

    def run_expression(self, node: syntax.Expr) -> bool:
        self.evaluate(node.value)
        return not self.is_exit_call(node.value)

    def is_exit_call(self, node: syntax.Expression) -> bool:
        """``sys.exit()`` and ``process.exit()`` end the run."""
        return (
            isinstance(node, syntax.Call)
            and isinstance(node.function, syntax.Attribute)
            and node.function.name == "exit"
            and isinstance(node.function.value, syntax.Name)
            and node.function.value.name in ("sys", "process")
        )

    def run_assign(self, node: syntax.Assign) -> bool:
        if type(node.value) is syntax.Opaque and node.value.kind == "declared":
            return True
        value = self.evaluate(node.value)
        if self.frames[-1].deciding:
            value = authority.set_there(self, value)
        if node.annotation is not None and self.language != "python":
            value = exposures.of_annotation(self, node.annotation, value)
        targets.assign(self, node.target, value, node.declares)
        if isinstance(node.value, syntax.Constant) and isinstance(
            node.target, (syntax.Name, syntax.Attribute)
        ):
            credentials.check(self, node.target.name, node.value)
        else:
            guessable.assigned(self, node.target, node.value)
        if isinstance(node.target, syntax.Name):
            guards.remember(self, node.target.name, node.value)
        elif isinstance(node.target, syntax.MapLiteral):
            guards.remember_parts(self, node.target, node.value)
        if isinstance(node.value, syntax.FunctionLiteral) and not node.value.name:
            targets.label(node.target, value)
        return True

    def run_augment(self, node: syntax.Augment) -> bool:
        old = self.evaluate(node.target)
        new = self.evaluate(node.value)
        if node.operator in ("or", "and", "??"):
            value = join(old, new)
        else:
            value = expressions.binary(self, node.operator, old, new, node)
        targets.assign(self, node.target, value)
        guessable.grown(self, node.target, node.value)
        return True

    def run_return(self, node: syntax.Return) -> bool:
        frame = self.frames[-1]
        if node.value is None:
            self.leave(NONE, False)
            return False
        value = subjects.settled(self, self.evaluate(node.value))
        guessable.returned(self, node.value)
        if isinstance(node.value, (syntax.MapLiteral, syntax.Call, syntax.Await)):
            answer_places.remember(self, value, node)
        if frame.closure is not None:
            if id(frame.closure.node) in self.handler_nodes:
                self.answer(value, node)
            if id(frame.closure.node) in self.page_nodes:
                responses.check_page(self, value, node)
            if id(frame.closure.node) in self.route_nodes:
                responses.check_told(self, value, node)
        choices.answered(self, value, node)
        truth = value.truth()
        value = authority.returned(self, value, node)
        if truth is None and isinstance(
            node.value, (syntax.Compare, syntax.Logical, syntax.Unary, syntax.Call)
        ):
            state = self.save()
            for positive in (True, False):
                guards.refine(self, node.value, positive)
                self.leave(value, positive)
                self.restore(state)
            return False
        frame.exits.append(Exit(value, truth, self.proven, frame.scope.variables))
        return False

    def answer(self, value: Value, node: syntax.Node) -> None:
        """The handler answers with a value."""
        responses.check(self, value, node)
        self.returned = join(self.returned, value)
        self.returned_at = self.returned_at or node

    def leave(self, value: Value, truth: bool | None) -> None:
        frame = self.frames[-1]
        frame.exits.append(Exit(value, truth, self.proven, dict(frame.scope.variables)))

    def run_raise(self, node: syntax.Raise) -> bool:
        if node.value is not None:
            value = self.evaluate(node.value)
            self.frames[-1].raised = join(self.frames[-1].raised, value)
        self.frames[-1].thrown = True
        return False

    def run_if(self, node: syntax.If) -> bool:
        choice = choices.Choice(self, node)
        known = self.test(node.test)
        choice.decide(self.tested, known)
        if known is None:
            event_checks.branch(self, node)
        before = self.save()
        branch = self.branch
        ends: list[State] = []
        for positive, body in ((True, node.then), (False, node.otherwise)):
            if known is not None and known is not positive:
                continue
            self.restore(before)
            if known is None:
                self.branch = object()
            guards.refine(self, node.test, positive)
            choice.enter(positive)
            alive = self.run(body)
            if alive:
                ends.append((self.frames[-1].scope.variables, self.proven))
            elif known is None:
                event_checks.ended(self, node, positive)
            choice.leave(positive, alive)
            self.branch = branch
        choice.judge()
        if not ends:
            self.restore(before)
            return False
        self.merge(ends)
        return True

    def test(self, node: syntax.Expression) -> bool | None:
        """Evaluate a condition; its truth, if it does not hang on state kept between calls."""
        reads = self.module_reads
        value = self.evaluate(node)
        self.tested = value
        truth = value.truth()
        return truth if self.module_reads == reads else None

    def run_block(self, node: syntax.Block) -> bool:
        return self.run(node.body)

    def run_import(self, node: syntax.Import) -> bool:
        imports.run_import(self, node)
        return True

    def run_export(self, node: syntax.Export) -> bool:
        imports.run_export(self, node)
        return True

    def run_scope(self, node: syntax.Scope) -> bool:
        for name in node.names:
            self.frames[-1].scope.outer_names[name] = node.kind
        return True

    # --- calling the application's functions ---

    def later(self, action: Callable[[], None]) -> None:
        """Run what a framework is given once the file that gives it is defined to its end."""
        frame = self.frames[-1]
        if frame.closure is None and frame.scope.is_module:
            self.deferred.append(action)
        else:
            action()

    def call(self, callee: Value, arguments: list[Value], node: syntax.Node) -> Value:
        """Call any value with these positional arguments."""
        return calls.call_value(self, callee, call_arguments.Arguments(arguments), node)

    def call_object(self, obj: Obj, arguments: list[Value], node: syntax.Node) -> Value:
        return self.call(Value(objects=(obj,)), arguments, node)

    def exception(self, node: syntax.Node, marks: tuple[str, ...] = ()) -> Value:
        """A caught exception: its text and stack may tell a stranger too much."""
        trail = Trail(None, self.location(node), "the exception is caught")
        atom = Taint(self.error, (), trail, marks=frozenset(marks))
        return Value((), (atom,), (External("Exception()"),), True)


STATEMENTS: dict[type, Callable[[Machine, Any], bool]] = {
    syntax.Expr: Machine.run_expression,
    syntax.Assign: Machine.run_assign,
    syntax.Augment: Machine.run_augment,
    syntax.Define: Machine.run_define,
    syntax.Return: Machine.run_return,
    syntax.Raise: Machine.run_raise,
    syntax.If: Machine.run_if,
    syntax.Switch: control.run_switch,
    syntax.While: control.run_while,
    syntax.For: control.run_for,
    syntax.Try: control.run_try,
    syntax.With: control.run_with,
    syntax.Block: Machine.run_block,
    syntax.Break: control.run_break,
    syntax.Continue: control.run_break,
    syntax.Import: Machine.run_import,
    syntax.Export: Machine.run_export,
    syntax.Scope: Machine.run_scope,
}

EVALUATORS: dict[type, Callable[[Machine, Any], Value]] = {
    syntax.Constant: expressions.constant,
    syntax.Name: expressions.name,
    syntax.Attribute: expressions.attribute,
    syntax.Index: expressions.index,
    syntax.Slice: expressions.slice_alone,
    syntax.Call: calls.call,
    syntax.Template: expressions.template,
    syntax.Binary: expressions.binary_node,
    syntax.Unary: expressions.unary,
    syntax.Logical: expressions.logical,
    syntax.Compare: expressions.compare,
    syntax.Conditional: expressions.conditional,
    syntax.ListLiteral: expressions.list_literal,
    syntax.MapLiteral: expressions.map_literal,
    syntax.FunctionLiteral: definitions.function,
    syntax.ClassLiteral: definitions.class_literal,
    syntax.Await: expressions.await_,
    syntax.Yield: expressions.yield_,
    syntax.Comprehension: comprehensions.comprehension,
    syntax.AssignExpression: expressions.assign_expression,
    syntax.RegularExpression: expressions.regular_expression,
    syntax.SequenceExpression: expressions.sequence,
    syntax.Opaque: expressions.opaque,
    syntax.Spread: expressions.spread,
    syntax.Default: expressions.default,
}
