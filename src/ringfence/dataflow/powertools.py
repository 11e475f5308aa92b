"""Powertools for AWS Lambda: batches, classes around an event, and models of a part of it.

https://docs.powertools.aws.dev/lambda/python/latest/utilities/batch/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow import access, call_arguments, calls, event_reads, models
from ringfence.dataflow.objects import ClassObject, Closure, External, Struct
from ringfence.dataflow.values import NOTHING, UNKNOWN, Value, join
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine

#: A class that is given an event or a record and shows its parts as attributes.
_DATA_CLASS = late.pattern(
    r"aws_lambda_powertools\.utilities\.data_classes\.(?:\w+\.)?[A-Z]\w*(?:Event(?:V2)?|Record)$"
)
_BATCH = "aws_lambda_powertools.utilities.batch."
_BATCH_DECORATORS = (f"{_BATCH}batch_processor()", f"{_BATCH}async_batch_processor()")


def is_data_class(path: str) -> bool:
    """Whether a call makes such an object."""
    return path.startswith("aws_lambda_powertools.") and _DATA_CLASS.match(path) is not None


def process_partial_response(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``process_partial_response(event, record_handler, processor)``, in both languages."""
    event = arguments.get(0, "event") or UNKNOWN
    handler = arguments.get(1, "record_handler") or UNKNOWN
    each_record(machine, handler, access.item(machine, event, "Records", node), node)
    return UNKNOWN


def process_records(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``with processor(records=event["Records"], handler=record_handler)``."""
    records = arguments.get(0, "records") or UNKNOWN
    each_record(machine, arguments.get(1, "handler") or UNKNOWN, records, node)
    return UNKNOWN


def each_record(machine: Machine, handler: Value, records: Value, node: syntax.Node) -> None:
    record = access.index(machine, records, UNKNOWN, node)
    outer, machine.branch = machine.branch, event_reads.each(machine, records)()
    calls.call_value(machine, handler, call_arguments.Arguments([record]), node)
    machine.branch = outer


def run_middlewares(machine: Machine, decorator: External, node: syntax.Node) -> None:
    """``@app.get("/x", middlewares=[require_user])``: each is given the resolver and the next."""
    given = decorator.keywords.get("middlewares")
    for obj in given.objects if given is not None else ():
        for one in obj.items().objects if isinstance(obj, Struct) else ():
            if isinstance(one, Closure):
                resolver = Value(objects=(External("web.App"),))
                machine.call_object(one, [resolver, UNKNOWN], node)


def append_context(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``app.append_context(user=…)``, for ``app.context["user"]``."""
    context = machine.memo.setdefault(_CONTEXT, machine.struct("map"))
    for name, value in arguments.keywords.items():
        machine.put(context, name, value)
    return UNKNOWN


def context_of(machine: Machine) -> Value | None:
    """What was put into a resolver's context."""
    context = machine.memo.get(_CONTEXT)
    return Value(objects=(context,)) if context is not None else None


_CONTEXT = ("context of a resolver",)


def remember(machine: Machine, decorator: External, function: Value) -> None:
    """Keep what a decorator does to the event of the handler that it stands on."""
    if decorator.path.endswith(".event_parser()"):
        kind = "parser"
    elif decorator.path in _BATCH_DECORATORS:
        kind = "batch"
    else:
        return
    for obj in function.objects:
        machine.memo[(kind, id(getattr(obj, "node", None)))] = decorator


def handler_event(machine: Machine, closure: Closure, value: Value, node: syntax.Node) -> Value:
    """The event as ``@event_parser`` hands it to the handler, once ``@batch_processor`` took its
    records."""
    batch = machine.memo.get(("batch", id(closure.node)))
    if isinstance(batch, External):
        handler = batch.keywords.get("record_handler") or UNKNOWN
        each_record(machine, handler, access.item(machine, value, "Records", node), node)
    parser = machine.memo.get(("parser", id(closure.node)))
    if not isinstance(parser, External):
        return value
    first = closure.node.parameters[0].annotation if closure.node.parameters else None
    model = parser.keywords.get("model", UNKNOWN)
    return models.parsed_event(machine, value, model, first, parser.keywords.get("envelope"), node)


def parse_call(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value | None:
    """``parse(event=…, model=…, envelope=…)``. A model of the library shows the event as it is."""
    model = arguments.get(1, "model")
    value = arguments.get(0, "event") or UNKNOWN
    envelope = arguments.get(2, "envelope")
    if model is None:
        return None
    if envelope is not None:
        return models.parsed_event(machine, value, model, None, envelope, node)
    result = NOTHING
    for obj in model.objects:
        if isinstance(obj, ClassObject):
            result = join(result, models.validated(machine, obj, value, node))
        elif isinstance(obj, External):
            result = join(result, value)
    return result if not result.is_nothing else None
