"""Calls of libraries: what the tables say of them, and what their results are."""

from __future__ import annotations

import re
from functools import cache, partial
from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow import (
    access,
    answer_places,
    authority,
    bindings,
    builtins,
    cloud,
    cloud_calls,
    cross_origin,
    encodings,
    exposures,
    known_calls,
    local_files,
    logs,
    members,
    middlewares,
    owned_records,
    powertools,
    redaction,
    responses,
    selection,
    sinks,
    stores,
    table_conditions,
    targets,
    templating,
    validators,
)
from ringfence.dataflow.objects import ClassObject, Closure, External, Partial, Struct, deep_taint
from ringfence.dataflow.scopes import Scope
from ringfence.dataflow.texts import derive, derived
from ringfence.dataflow.values import (
    NOTHING,
    UNKNOWN,
    Taint,
    Value,
    join,
    join_taint,
    tainted,
)
from ringfence.model import syntax
from ringfence.model.severity import CONFIDENCES
from ringfence.rules.taint import Answer, Callback, CallTables, Propagator, Registration, Sanitiser

#: Sources of which a call reads the part that it names: ``c.req.query("id")``.
_BY_NAME = frozenset(("request.query", "request.params", "request.headers", "request.cookies"))
_DECODES = late.pattern(r"decode|atob|b64|base64", re.IGNORECASE)

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine


def call_external(
    machine: Machine,
    path: str,
    receiver: Value | None,
    arguments: Arguments,
    node: syntax.Node,
    made: External | None = None,
) -> Value:
    """Call the library function named ``path``; ``made`` is the library object it belongs to."""
    if path.startswith("global."):
        path = path[7:]
    stores.written(machine, path, made, arguments, node)
    authority.note_compared(machine, path, arguments)
    if made is not None:
        owned_records.acts_on_filter(machine, path, arguments, node)
    tables = machine.catalogue.tables(path)
    asked = None
    if tables is not None and (tables.answers or tables.exposures) and machine.frame.closure:
        asked = answer_places.asked_for_at(machine, tables, node)
    with answer_places.placed(machine, node, asked):
        given = local_files.opened(machine, path, arguments)
        result = called(machine, path, receiver, given, node, made)
    result = local_files.called(machine, path, receiver, made, arguments, result, node)
    return stores.filled(machine, result)


def called(
    machine: Machine,
    path: str,
    receiver: Value | None,
    arguments: Arguments,
    node: syntax.Node,
    made: External | None = None,
) -> Value:
    """The same without what stores are known to hold."""
    tables = machine.catalogue.tables(path)
    if tables is None and made is not None:
        tables = method_tables(machine, path)
    if tables is not None:
        sinks.check(machine, path, tables, receiver, arguments, node)
        if tables.registrations:
            return register(machine, tables.registrations, arguments)
        check_answers(machine, tables, arguments, node, made)
    if made is not None:
        cross_origin.called(machine, path, arguments, node)
    cross_origin.configured(machine, path, arguments, node)
    if made is not None and path.endswith(".execute") and arguments.positional:
        made.statement = arguments.positional[0]
        if arguments.positional[1:]:
            made.keywords = {**made.keywords, "(parameters)": arguments.positional[1]}
    if logs.is_log_call(path):
        told = redaction.shown(machine, made, arguments.everything())
        logs.check(machine, path, told, node)
        return UNKNOWN
    if path.startswith("lambda."):
        return answer(machine, path, arguments, node)
    special = cloud.call_library(machine, path, arguments, node, made)
    if special is not None:
        return special
    result: Value | None = None
    if machine.language != "python":
        from ringfence.dataflow import injection

        part = injection.called(machine, path, made, arguments, node)
        if part is not None:
            return part
    if powertools.is_data_class(path):
        return arguments.get(0, "data") or UNKNOWN
    handler = handlers(machine.language).get(path)
    if handler is not None:
        result = handler(machine, arguments, node)
    if result is None and made is not None:
        result = validators.check(machine, made, path, arguments, node)
        if result is not None:
            return result
        result = known_calls.library_method(machine, made, path, receiver, arguments, node)
    if made is not None and path.endswith(".render") and templating.escapes(made):
        values = derive(*arguments.everything()).taint
        return tainted(atom.changed(cleared=templating.ESCAPED) for atom in values)
    if tables is not None:
        found = from_tables(
            machine, path, tables, receiver, arguments, node, result, handler is not None
        )
        if found is not None:
            return found
    if result is not None:
        return result
    name = path.rpartition(".")[2]
    is_text = made is not None and receiver is not None and bool(receiver.taint)
    if made is not None and exposures.is_reference(made):
        is_text = False
    if receiver is not None and is_text and not tables and builtins.knows(machine.language, name):
        text = Value(receiver.consts, receiver.taint, (), True)
        return builtins.method(machine, text, name, arguments, node, None)
    return default_result(machine, path, receiver, arguments, node, made)


@cache
def handlers(language: str) -> dict[str, known_calls.Handler]:
    """What the interpreter knows itself; the table needs all of this package loaded."""
    from ringfence.dataflow import known_table

    return known_table.HANDLERS[language]


def answer(machine: Machine, path: str, arguments: Arguments, node: syntax.Node) -> Value:
    """The handler's callback, ``context.succeed`` and ``context.done``, and the steps of a durable
    function, which run what they are given."""
    from ringfence.dataflow import callbacks

    name = path.rpartition(".")[2]
    if name in callbacks.STEPS and path.startswith("lambda.context."):
        return callbacks.run_steps(machine, path, arguments, node)
    if name in ("callback", "done"):
        machine.answer(arguments.get(1) or UNKNOWN, node)
    elif name == "succeed":
        machine.answer(arguments.get(0) or UNKNOWN, node)
    return UNKNOWN


def register(machine: Machine, registrations: list[Registration], arguments: Arguments) -> Value:
    """Keep the handler that the code gives to a library, under its function's name."""
    for table in registrations:
        name = selection.selected(table.name, None, arguments)
        given = selection.selected(table.argument, None, arguments)
        text = name.only_text() if name is not None else None
        if text is None or given is None:
            continue
        found = functions_in(machine, given, table.field)
        machine.registered[text] = join(machine.registered.get(text, NOTHING), found)
        bindings.registered(machine, text, given)
    return UNKNOWN


def functions_in(machine: Machine, given: Value, keys: tuple[str, ...], depth: int = 5) -> Value:
    """The functions that a value is, that a list holds, or a map or instance under some keys, which
    may be dotted; of a class, those of an instance."""
    from ringfence.dataflow import instances
    from ringfence.dataflow.call_arguments import Arguments

    held = tuple(o for o in given.objects if not isinstance(o, (Struct, ClassObject)))
    found = Value(objects=held)
    for obj in given.objects if depth else ():
        if isinstance(obj, ClassObject) and any(obj.find(key) for key in keys):
            made = instances.construct(machine, obj, Arguments([]), obj.node)
            found = join(found, functions_in(machine, made, keys, depth - 1))
        if isinstance(obj, Struct) and obj.kind == "list":
            found = join(found, functions_in(machine, obj.items(), keys, depth - 1))
        elif isinstance(obj, Struct):
            for key in keys:
                if "." in key:
                    inner = selection.at(Value(objects=(obj,)), key, guess=False) or NOTHING
                    held = tuple(o for o in inner.objects if not isinstance(o, Struct))
                    found = join(found, Value(objects=held))
                    continue
                inner = obj.fields.get(key, NOTHING)
                found = join(found, functions_in(machine, inner, keys, depth - 1))
                member = obj.cls.find(key) if obj.cls is not None else None
                if member is not None:
                    found = join(found, access.bind(member[0], Value(objects=(obj,)), member[1]))
    return found


def check_answers(
    machine: Machine,
    tables: CallTables,
    arguments: Arguments,
    node: syntax.Node,
    made: External | None = None,
) -> None:
    """Look at what a call answers in the handler's place."""
    for table in tables.answers:
        if table.body or table.headers:  # it makes a response, which the code may yet return
            responses.check(machine, answered(machine, table, arguments, made), node)
            continue
        value = selection.selected(table.argument, None, arguments)
        if value is not None:
            machine.answer(value, node)


def answered(
    machine: Machine, table: Answer, arguments: Arguments, made: External | None = None
) -> Value:
    """A response that a call is given in parts, as the structure that it stands for. Of
    ``context.headers({…}).succeed(body)`` the headers are those of the call before."""
    answer = machine.struct("map")
    headers = machine.struct("map")
    given = selection.selected(table.headers, None, arguments)
    while made is not None and made.path == "openfaas.Context":
        earlier = made.arguments[0] if made.arguments else NOTHING
        given = earlier if given is None else join(given, earlier)
        made = made.before
    for obj in given.objects if given is not None else ():
        if isinstance(obj, Struct):
            for name in obj.fields:
                answer_places.copied(machine, obj, headers, name)
            headers.fields.update(obj.fields)
    kind = selection.selected(table.type, None, arguments)
    if kind is not None:
        headers.fields["content-type"] = kind
    answer.fields["body"] = selection.selected(table.body, None, arguments) or UNKNOWN
    answer.fields["headers"] = Value(objects=(headers,))
    return Value(objects=(answer,))


def method_tables(machine: Machine, path: str) -> CallTables | None:
    """``*.name`` entries, for receivers of a type that no table names."""
    if not machine.catalogue.methods:
        return None
    return machine.catalogue.methods.get(path.rpartition(".")[2])


def default_result(
    machine: Machine,
    path: str,
    receiver: Value | None,
    arguments: Arguments,
    node: syntax.Node,
    before: External | None = None,
) -> Value:
    """Something made of the receiver and all arguments, and named for further calls."""
    from ringfence.dataflow import callbacks

    values = arguments.everything()
    made = derive(receiver, *values) if receiver is not None else derive(*values)
    own = deep_taint(receiver) if receiver is not None else ()
    taint = tuple(a for a in made.taint if a.source.kind != "claims" or is_part(a, own))
    if taint and _DECODES.search(path.rpartition(".")[2] or path):
        taint = tuple(atom.changed(marks=("decoded",)) for atom in taint)
    result = named_result(machine, path, arguments, taint, before)
    if path.startswith("async."):  # it runs the functions of a list, too
        from ringfence.dataflow.call_arguments import Arguments as Given

        arguments = Given([one for value in values for one in callbacks.branches_of(value)])
    returned = callbacks.run_callbacks(machine, arguments, result, node)
    if path.startswith("graphql.GraphQL"):
        callbacks.run_resolvers(machine, arguments, node)
    name = path.rpartition(".")[2]
    if returned.objects and name in _MAPPING and machine.language != "python":
        listed = machine.struct("list")
        listed.rest = returned
        return join(result, Value(objects=(listed,)))
    return join(result, returned) if returned.objects and _RETURNING.match(name) else result


#: Methods of a library's list that give a list of what a function returned.
_MAPPING = frozenset(("map", "flatMap"))
#: Calls of libraries that give what the function returned.
_RETURNING = late.pattern(
    r"(?i)^(run|with|execute)?_?(in_?)?\$?transaction\w*$|^retry|_?retry$|^startActiveSpan$|^captureAsyncFunc$"
    r"|^with[A-Z]\w*$|^timed?$|^limit$"
)


def is_part(atom: Taint, known: tuple[Taint, ...]) -> bool:
    return any(atom.source is one.source for one in known)


def named_result(
    machine: Machine,
    path: str,
    arguments: Arguments,
    taint: tuple[Taint, ...],
    before: External | None = None,
) -> Value:
    name = machine.catalogue.types.get(path)
    if name is None:
        name = path + "()"
        if name.count("()") > members.MAX_CALLS_IN_PATH:
            return tainted(taint)
    obj = External(name, tuple(arguments.positional), arguments.keywords, before)
    return Value((), taint, (obj,), True)


def from_tables(
    machine: Machine,
    path: str,
    tables: CallTables,
    receiver: Value | None,
    arguments: Arguments,
    node: syntax.Node,
    result: Value | None,
    understood: bool,
) -> Value | None:
    """The result as wrappers, sources, sanitisers, propagators and callbacks declare it."""
    from ringfence.dataflow import callbacks

    if understood and result is not None and result.taint:
        result = marked(result, tables.propagators)
    for wrapper in tables.wrappers:
        value = selection.selected(wrapper.argument, receiver, arguments)
        if value is not None and wrapper.field:
            value = functions_in(machine, value, wrapper.field)
        if value is not None and value.objects:
            if receiver is not None:
                middlewares.remember_chain(machine, value, receiver)
            return value
    found: Value | None = None
    for source in tables.sources:
        if table_conditions.conditions_hold(source.when, arguments):
            fresh = members.from_source(machine, source, path, node)
            if source.kind == "response" and is_asked_by_caller(receiver, arguments):
                mark = (cloud_calls.OF_CALLER,)
                fresh = tainted(atom.changed(marks=mark) for atom in fresh.taint)
            name = arguments.positional[0].only_text() if arguments.positional else None
            if name and source.path in _BY_NAME:
                fresh = access.part_of(machine, fresh, name, node)
            named = named_result(machine, path, arguments, fresh.taint)
            found = named if found is None else join(found, named)
    for sanitiser in tables.sanitisers:
        if table_conditions.conditions_hold(sanitiser.when, arguments):
            base = result if result is not None and not found else None
            found = sanitised(machine, path, sanitiser, base, receiver, arguments, found)
    for propagator in () if understood else tables.propagators:
        if not table_conditions.conditions_hold(propagator.when, arguments):
            continue
        moved = propagate(machine, path, propagator, receiver, arguments, node)
        if moved is not None:
            found = moved if found is None else join(found, moved)
    if tables.callbacks:
        given = found or result or derive(*arguments.everything())
        for callback in tables.callbacks:
            function = selection.selected(callback.argument, receiver, arguments)
            if function is None:
                continue
            targets.keep(machine, function)
            function = functions_in(machine, function, callback.field)
            values = [
                callback_parameter(machine, word, given, arguments, node)
                for word in callback.parameters
            ]
            run = partial(callbacks.run_callback, machine, path, callback, function, values, node)
            if path.rpartition(".")[0].endswith((".App", ".Router")):
                machine.later(run)
            else:
                run()
        if found is None:
            found = result or named_result(machine, path, arguments, ())
    elif found is not None:
        callbacks.run_callbacks(machine, arguments, found, node)
    return found if found is not None else result


def is_asked_by_caller(receiver: Value | None, arguments: Arguments) -> bool:
    """Whether a service is asked with data of the event, so that its answer is of one caller."""
    made = receiver.objects if receiver is not None else ()
    return cloud_calls.is_asked_by_caller(arguments.keywords, *arguments.positional) or any(
        isinstance(obj, External) and exposures.was_given_event(obj) for obj in made
    )


def errors_first(
    machine: Machine, callback: Callback, function: object, node: syntax.Node
) -> list[Value]:
    """What a function that handles errors receives before everything else: such a one has a
    parameter more."""
    more = isinstance(function, Closure) and len(function.node.parameters) > len(
        callback.parameters
    )
    return [machine.exception(node)] if callback.errors and more else []


def marked(result: Value, propagators: list[Propagator]) -> Value:
    """The interpreter knows what flows; the tables may still add marks and clear rules."""
    adds = {mark for table in propagators if not table.requires for mark in table.adds}
    clears = {rule for table in propagators if not table.requires for rule in table.clears}
    if not adds and not clears:
        return result
    taint = tuple(atom.changed(cleared=clears, marks=adds) for atom in result.taint)
    return Value(result.consts, taint, result.objects, result.open)


def is_function(obj: object) -> bool:
    return isinstance(obj, (Closure, Partial))


def sanitised(
    machine: Machine,
    path: str,
    sanitiser: Sanitiser,
    result: Value | None,
    receiver: Value | None,
    arguments: Arguments,
    found: Value | None,
) -> Value:
    """The result with the declared rules cleared."""
    if result is None:
        value = found or selection.selected(sanitiser.argument, receiver, arguments)
        taint = derived(deep_taint(value)) if value is not None else ()
        owners = receiver.objects if receiver is not None else ()
        before = next((obj for obj in owners if isinstance(obj, External)), None)
        result = named_result(machine, path, arguments, taint, before)
    taint = tuple(
        atom.changed(cleared=sanitiser.clears, marks=sanitiser.adds) for atom in deep_taint(result)
    )
    if "*" in sanitiser.clears:
        taint = ()
    return Value((), taint, tuple(o for o in result.objects if not isinstance(o, Struct)), True)


def propagate(
    machine: Machine,
    path: str,
    table: Propagator,
    receiver: Value | None,
    arguments: Arguments,
    node: syntax.Node,
) -> Value | None:
    """The declared flow; None when it fills an argument or does not apply."""
    value = selection.selected(table.argument, receiver, arguments)
    taint = deep_taint(value) if value is not None else ()
    if table.requires:
        taint = tuple(atom for atom in taint if set(table.requires) <= atom.marks)
        if not taint:
            return None
    place = machine.location(node)
    text = f"goes through {path}()"
    keep = table.parse == "json"
    taint = tuple(
        atom.changed(
            derived=atom.derived if keep else True,
            cleared=table.clears,
            marks=table.adds,
            quality=CONFIDENCES.index(table.certainty),
        ).stepped(place, text)
        for atom in taint
    )
    if table.to == "return":
        if keep:
            return encodings.parsed(machine, value, taint)
        return named_result(machine, path, arguments, taint)
    target = receiver if table.to == "self" else arguments.get(int(table.to))
    for obj in target.objects if target is not None else ():
        if isinstance(obj, Struct):
            machine.put(obj, None, tainted(taint))
        elif isinstance(obj, External) and taint:
            fill_variables(machine, obj, taint)
    return None


def fill_variables(machine: Machine, obj: External, taint: tuple[Taint, ...]) -> None:
    """What a library's object holds stands beside it in the variables that the running function
    sees."""
    scope: Scope | None = machine.frame.scope
    while scope is not None:
        for name, value in list(scope.variables.items()):
            if any(one is obj for one in value.objects):
                scope.variables[name] = join(value, Value((), taint, (), value.open))
                machine.heap_writes += 1
        scope = scope.parent


def callback_parameter(
    machine: Machine, word: str, given: Value, arguments: Arguments, node: syntax.Node
) -> Value:
    """A parameter of a callback by the table's word."""
    if word == "return":
        return given
    if word == "argument":
        return derive(*arguments.everything())
    if word == "error":
        return machine.exception(node)
    if not word:
        return UNKNOWN
    source = machine.catalogue.reads.get(word)
    if source is not None:
        return members.from_source(machine, source, word, node)
    return Value(objects=(External(word),))


def everything(values: list[Value]) -> tuple[Taint, ...]:
    taint: tuple[Taint, ...] = ()
    for value in values:
        taint = join_taint(taint, deep_taint(value))
    return taint
