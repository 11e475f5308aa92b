"""Calls: of the application's functions, of classes, of libraries, of methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow import (
    access,
    answers,
    authority,
    builtins,
    call_arguments,
    callbacks,
    chosen_names,
    cloud,
    cloud_libraries,
    cloud_script,
    event_reads,
    exposures,
    function_methods,
    instances,
    known_calls,
    libraries,
    local_files,
    logs,
    models,
    powertools,
    stores,
    targets,
    templating,
    texts,
    trees,
    validators,
)
from ringfence.dataflow.objects import (
    ClassObject,
    Closure,
    CloudObject,
    Command,
    External,
    Method,
    ModuleObject,
    Obj,
    Partial,
    Struct,
)
from ringfence.dataflow.scopes import Exit, Frame, Scope, join_proven
from ringfence.dataflow.state import MAX_DEPTH, MAX_SAME_FUNCTION
from ringfence.dataflow.texts import derive, derived
from ringfence.dataflow.values import NONE, NOTHING, UNKNOWN, Taint, Value, join, tainted
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine


# --- the call expression ---


def call(machine: Machine, node: syntax.Call) -> Value:
    function = node.function
    if node.tagged:
        return tagged(machine, node)
    if isinstance(function, syntax.Attribute):
        if is_super(function.value):
            arguments = call_arguments.evaluate_arguments(machine, node)
            return call_super(machine, function.name, arguments, node)
        receiver = machine.evaluate(function.value)
        arguments = call_arguments.evaluate_arguments(machine, node)
        if function.name in ("call", "apply") and isinstance(function.value, syntax.Name):
            picked = machine.frame.scope.conditions.get(function.value.name)
            if isinstance(picked, syntax.Index):
                chosen_names.called_by_name(machine, picked, node)
        if node.new:
            callee = access.attribute(machine, receiver, function.name, function)
            return call_value(machine, callee, arguments, node, new=True)
        result = call_method(machine, receiver, function.name, arguments, node, function.value)
        if function.name in authority.TESTS and arguments.positional:
            member = arguments.positional[0]
            return authority.member_tested(machine, node, result, receiver, member)
        return result
    if isinstance(function, syntax.Name) and function.name == "super" and not node.new:
        arguments = call_arguments.evaluate_arguments(machine, node)
        if machine.language == "python":
            return machine.frame.this or UNKNOWN
        return call_super(machine, "constructor", arguments, node)
    callee = machine.evaluate(function)
    arguments = call_arguments.evaluate_arguments(machine, node)
    picked = machine.frame.scope.conditions.get(getattr(function, "name", ""))
    if isinstance(function, syntax.Name) and isinstance(picked, syntax.Index):
        chosen_names.called_by_name(machine, picked, node)
    if isinstance(function, syntax.Index):
        chosen_names.called_by_name(machine, function, node)
        receiver = machine.evaluate(function.value)
        key = NOTHING
        if not isinstance(function.key, syntax.Slice):
            key = machine.evaluate(function.key)
        name = key.only_text()
        if name is not None:
            return call_method(machine, receiver, name, arguments, node, function.value)
    return call_value(machine, callee, arguments, node, new=node.new)


def is_super(node: syntax.Expression) -> bool:
    if isinstance(node, syntax.Name):
        return node.name == "super"
    return (
        isinstance(node, syntax.Call)
        and isinstance(node.function, syntax.Name)
        and node.function.name == "super"
    )


def tagged(machine: Machine, node: syntax.Call) -> Value:
    """A tagged template: a library's tag takes values apart from text, so nothing is injected,
    save by those that only set a text."""
    arguments = call_arguments.evaluate_arguments(machine, node)
    callee = machine.evaluate(node.function)
    if any(isinstance(obj, Closure) for obj in callee.objects):
        return call_value(machine, callee, arguments, node)
    for obj in callee.objects:
        if isinstance(obj, External) and _SETS_TEXT.match(obj.path):
            return derive(*arguments.everything())
        if isinstance(obj, External) and obj.path == "hono/html.html":
            return escaped(derive(*arguments.everything()))
        if isinstance(obj, External) and _RUNS.search(obj.path):
            rows = External(f"{obj.path}.query()", tuple(arguments.positional), before=obj)
            return Value((), (), (rows,), True)
    return UNKNOWN


#: Tags that change a text's look and nothing else.
_SETS_TEXT = late.pattern(r"String\.raw$|(common-tags|dedent|ts-dedent|outdent|endent)\b")
#: Tags that run a statement, whose values become its parameters.
_RUNS = late.pattern(
    r"^(postgres|@neondatabase/serverless\.neon|pg\.neon|@vercel/postgres\.sql|sql\.Connection)\b|\$queryRaw$"
)
#: The mark of a text that is not to be escaped.
RAW = "raw"


def escaped(value: Value) -> Value:
    """Values in a page, escaped where they are not declared to be raw."""
    taint = tuple(
        atom if RAW in atom.marks else atom.changed(cleared=("cross-site-scripting",))
        for atom in value.taint
    )
    return Value(value.consts, taint, (), True)


def call_super(
    machine: Machine, name: str, arguments: call_arguments.Arguments, node: syntax.Node
) -> Value:
    frame = machine.frame
    this = frame.this or UNKNOWN
    home = frame.home
    method = "__init__" if name == "__init__" else name
    if name == "__new__" and home is not None:
        made = machine.memo.get(("new", id(home)))
        return made if isinstance(made, Value) else UNKNOWN
    for base in home.bases if home is not None else ():
        for obj in base.objects:
            if isinstance(obj, ClassObject):
                found = obj.find(method)
                if found is not None:
                    bound = access.bind(found[0], this, found[1])
                    return call_value(machine, bound, arguments, node)
            elif isinstance(obj, External):
                if home is not None:
                    cls = this_class(this) or home
                    cloud_libraries.model_called(machine, cls, name, node, inherited=True)
                path = (
                    f"{obj.path}()"
                    if name in ("constructor", "__init__")
                    else (f"{obj.path}().{name}")
                )
                return libraries.call_external(machine, path, None, arguments, node)
    return derive(*arguments.everything())


def this_class(this: Value) -> ClassObject | None:
    """The class of what ``this`` is."""
    return next((o.cls for o in this.objects if isinstance(o, Struct) and o.cls is not None), None)


def call_value(
    machine: Machine,
    callee: Value,
    arguments: call_arguments.Arguments,
    node: syntax.Node,
    new: bool = False,
) -> Value:
    """Call every function that the value may be."""
    result = NOTHING
    for obj in callee.objects:
        result = join(result, call_object(machine, obj, callee, arguments, node, new))
    if not callee.objects or callee.taint:
        callbacks.run_callbacks(machine, arguments, derive(callee, *arguments.everything()), node)
        result = join(result, derive(callee, *arguments.everything()))
    return result


def call_object(
    machine: Machine,
    obj: Obj,
    callee: Value,
    arguments: call_arguments.Arguments,
    node: syntax.Node,
    new: bool,
) -> Value:
    if isinstance(obj, Closure):
        if new:
            cls = machine.memo.get(("prototype", id(obj.node), id(obj.scope)))
            this = Value(objects=(machine.struct("instance", cls),))
            call_closure(machine, obj.bound(this, obj.home), arguments, node)
            return this
        return call_closure(machine, obj, arguments, node)
    if isinstance(obj, ClassObject):
        return instances.construct(machine, obj, arguments, node)
    if isinstance(obj, External):
        checked = validators.check(machine, obj, obj.path, arguments, node)
        if checked is not None:
            return checked
        if obj.path in templating.CALLED and templating.escapes(obj):
            values = texts.derive(*arguments.everything()).taint
            return tainted(atom.changed(cleared=templating.ESCAPED) for atom in values)
        if obj.path in known_calls.COMPOSED and obj.arguments:
            return known_calls.composed(machine, obj, arguments, node)
        stores.written(machine, obj.path, obj, arguments, node)
        return libraries.call_external(machine, obj.path, None, arguments, node)
    if isinstance(obj, Partial):
        merged = call_arguments.Arguments(
            [*obj.arguments, *arguments.positional],
            {**obj.keywords, **arguments.keywords},
            arguments.rest,
            arguments.others,
        )
        return call_value(machine, obj.function, merged, node)
    if isinstance(obj, Method):
        return call_method(machine, obj.receiver, obj.name, arguments, node)
    if isinstance(obj, Struct) and obj.cls is not None:
        found = obj.cls.find("__call__")
        if found is not None:
            bound = access.bind(found[0], Value(objects=(obj,)), found[1])
            return call_value(machine, bound, arguments, node)
    if isinstance(obj, ModuleObject):
        exported = access.module_member(machine, obj, "default")
        if exported.objects and obj not in exported.objects:
            return call_value(machine, exported, arguments, node, new)
    if isinstance(obj, CloudObject):
        return cloud.call_object(machine, obj, arguments, node)
    if isinstance(obj, builtins.Settle):
        obj.promise.rest = join(obj.promise.rest, arguments.get(0) or NONE)
        return UNKNOWN
    return derive(*arguments.everything())


# --- the application's own functions ---


def names_arguments(machine: Machine, closure: Closure) -> bool:
    """Whether a function reads ``arguments``, all that it was given."""
    literal = closure.node
    key = ("names arguments", id(literal))
    if key not in machine.memo:
        machine.memo[key] = not literal.is_arrow and any(
            isinstance(one, syntax.Name) and one.name == "arguments"
            for one in trees.nodes(literal.body)
        )
    return bool(machine.memo[key])


def call_closure(
    machine: Machine, closure: Closure, arguments: call_arguments.Arguments, node: syntax.Node
) -> Value:
    literal = closure.node
    running = sum(
        1 for frame in machine.frames if frame.closure is not None and frame.closure.node is literal
    )
    if running >= MAX_SAME_FUNCTION or len(machine.frames) >= MAX_DEPTH:
        return derive(*arguments.everything())
    memo_key = (
        id(literal),
        id(closure.scope),
        closure.this.key if closure.this is not None else None,
        arguments.key(),
        machine.heap_writes,
    )
    known = machine.memo.get(memo_key)
    if known is None:
        known = run_closure(machine, closure, arguments, node)
        machine.memo[(*memo_key[:-1], machine.heap_writes)] = known
    result, exits = known
    machine.exits_of[id(node)] = (exits, closure, arguments)
    if exits:
        proven = exits[0].proven
        for leave in exits[1:]:
            proven = join_proven(proven, leave.proven)
        machine.proven = {**machine.proven, **proven}
        answers.apply_exits(machine, exits, closure, arguments)
    assert isinstance(result, Value)
    return result


def run_closure(
    machine: Machine, closure: Closure, arguments: call_arguments.Arguments, node: syntax.Node
) -> tuple[Value, list[Exit]]:
    literal = closure.node
    machine.ran.add(id(literal))
    scope = Scope(closure.scope)
    place = machine.location(node)
    frame = Frame(scope, closure.module, closure, closure.this, closure.home)
    frame.call, frame.called_at = node, place
    machine.frames.append(frame)
    proven, current, following = machine.proven, machine.current, machine.following
    try:
        bind_parameters(machine, closure, arguments, place)
        if machine.language != "python" and names_arguments(machine, closure):
            scope.variables["arguments"] = machine.list_of(*arguments.positional)
        if machine.run(literal.body):
            machine.leave(NONE, False)
    finally:
        machine.frames.pop()
        machine.proven, machine.current, machine.following = proven, current, following
    if frame.yielded is not None:
        return machine.sequence_of(frame.yielded), frame.exits
    result = NOTHING
    for leave in frame.exits:
        result = join(result, leave.value)
    if literal.answers:
        result = exposures.of_declared_type(machine, tuple(literal.answers), result)
    if frame.thrown and machine.frames:
        outer = machine.frame
        outer.raised = join(outer.raised, frame.raised)
    return (result if frame.exits else NONE), frame.exits


def bind_parameters(
    machine: Machine, closure: Closure, arguments: call_arguments.Arguments, place: object
) -> None:
    """Give each parameter its argument, default, or what a spread may hold."""
    from ringfence.model.location import Location

    assert isinstance(place, Location)
    parameters = closure.node.parameters
    positional = list(arguments.positional)
    if closure.this is not None and machine.language == "python":
        positional.insert(0, closure.this)
    keywords = dict(arguments.keywords)
    text = "" if id(closure.node) in machine.handler_nodes else f"passed to {closure.name}()"
    if not text and positional and machine.language == "python":
        positional[0] = powertools.handler_event(machine, closure, positional[0], closure.node)
    taken = 0
    for parameter in parameters:
        target = parameter.target
        if parameter.kind == "*":
            rest = machine.list_of(*(stepped(v, place, text) for v in positional[taken:]))
            taken = len(positional)
            if arguments.rest is not None:
                for obj in rest.objects:
                    if isinstance(obj, Struct):
                        obj.rest = arguments.rest
            targets.assign(machine, target, rest, "let")
            continue
        if parameter.kind == "**":
            struct = machine.struct("map")
            struct.fields.update(keywords)
            if arguments.others is not None:
                struct.rest, struct.mirrors = arguments.others, True
                # Where the sender's map is handed on whole, its keys are the sender's, too.
                struct.names = tainted(derived(arguments.others.taint))
            targets.assign(machine, target, Value(objects=(struct,)), "let")
            continue
        name = target.name if isinstance(target, syntax.Name) else ""
        value: Value | None
        sure = machine.language == "python"
        if name and name in keywords:
            value = keywords.pop(name)
        elif taken < len(positional):
            value = positional[taken]
            taken += 1
        else:
            sure = False
            value = arguments.rest
            if arguments.others is not None:
                value = call_arguments.named(arguments.others, name)
                event_reads.note(machine, value.taint, parameter, place)
        if value is None:
            value = (
                machine.evaluate(parameter.default)
                if parameter.default is not None
                else (UNKNOWN if machine.language == "python" else NONE)
            )
        elif parameter.default is not None and not sure and (value.open or None in value.consts):
            value = join(value, machine.evaluate(parameter.default)) if not value.taint else value
        if parameter.annotation is not None and machine.language != "python":
            value = exposures.of_annotation(machine, parameter.annotation, value)
        targets.assign(machine, target, stepped(value, place, text), "let")


def stepped(value: Value, place: object, text: str) -> Value:
    """The value with one more step on its taint."""
    from ringfence.model.location import Location

    if not text or not value.taint or not isinstance(place, Location):
        return value
    taint: tuple[Taint, ...] = tuple(atom.stepped(place, text) for atom in value.taint)
    return Value(value.consts, taint, value.objects, value.open)


# --- methods ---


def call_method(
    machine: Machine,
    receiver: Value,
    name: str,
    arguments: call_arguments.Arguments,
    node: syntax.Node,
    receiver_node: syntax.Expression | None = None,
) -> Value:
    """``receiver.name(arguments)`` for everything that the receiver may be."""
    if name == "pipe":
        local_files.piped(machine, receiver, arguments)
    if logs.written_by_context(machine, receiver, name, arguments, node):
        return UNKNOWN
    if cloud_script.is_sent(receiver, name, arguments):
        answer = cloud_script.send(machine, None, arguments.get(0), node)
        return cloud_script.finish(machine, answer, arguments, node)
    result = NOTHING
    plain: list[Obj] = []
    external = False
    for obj in receiver.objects:
        found: Value | None = None
        if isinstance(obj, External):
            external = True
            found = libraries.call_external(
                machine, f"{obj.path}.{name}", receiver, arguments, node, made=obj
            )
        elif isinstance(obj, CloudObject):
            external = True
            found = cloud.call_method(machine, obj, name, arguments, node)
        elif isinstance(obj, Method) and name in ("bind", "call", "apply"):
            found = function_methods.call_of_method(machine, obj, name, arguments, node)
        elif isinstance(obj, (ModuleObject, ClassObject)):
            if isinstance(obj, ClassObject):
                records = cloud_libraries.model_called(machine, obj, name, node)
                result = join(result, records) if records is not None else result
                found = models.class_method(machine, obj, name, arguments, node)
                if found is not None:
                    result = join(result, found)
                    continue
            member = access.attribute(machine, Value(objects=(obj,)), name, node)
            if member.objects or not isinstance(obj, ModuleObject):
                found = call_value(machine, member, arguments, node)
            else:
                found = derive(*arguments.everything())
        elif isinstance(obj, Struct):
            if obj.cls is not None:
                cloud_libraries.model_called(machine, obj.cls, name, node)
            found = call_field(machine, obj, name, arguments, node)
        elif isinstance(obj, Closure):
            found = function_methods.call_of_function(machine, obj, name, arguments, node)
        elif isinstance(obj, Command):
            found = UNKNOWN
        if found is None:
            plain.append(obj)
        else:
            result = join(result, found)
    scalar = receiver.consts or receiver.open or (receiver.taint and not external)
    if plain or (scalar and not (external and not receiver.consts)):
        rest = Value(receiver.consts, receiver.taint, tuple(plain), receiver.open)
        result = join(result, builtins.method(machine, rest, name, arguments, node, receiver_node))
    return result if not result.is_nothing else derive(receiver, *arguments.everything())


def call_field(
    machine: Machine, obj: Struct, name: str, arguments: call_arguments.Arguments, node: syntax.Node
) -> Value | None:
    """A function kept in a field, or a method of the class; None for builtin methods."""
    own = obj.fields.get(name)
    if machine.language == "python" and obj.kind != "instance" and builtins.knows("python", name):
        return None  # a dict's keys are no attributes: ``ACTIONS.get`` is no action
    if own is not None and own.objects:
        return call_value(machine, own, arguments, node)
    if obj.cls is not None:
        dumped = models.instance_method(obj, name)
        if dumped is not None:
            return dumped
        member = access.field_of(machine, obj, name, node)
        if member.objects:
            return call_value(machine, member, arguments, node)
    return None
