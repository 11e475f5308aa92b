"""State machines: which parts of their input and of whose results each function receives.

The states are walked with documents (:mod:`.documents`) in place of values; every way into a state
adds to what its function may get. What functions really send fills the documents later.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ringfence.dataflow import access, encodings, expressions
from ringfence.dataflow.documents import (
    INPUT,
    KNOWN,
    Document,
    Either,
    Items,
    JsonOf,
    Mixed,
    ParsedFrom,
    Ref,
    Tree,
    View,
    at_path,
    bounded,
    either,
    filled,
    mixed,
    pick,
    put,
    steps_of,
    text_of,
)
from ringfence.dataflow.objects import JsonText, Struct, deep_taint
from ringfence.dataflow.texts import derived
from ringfence.dataflow.values import NOTHING, Value, join, tainted
from ringfence.model import syntax
from ringfence.model.application import Workflow
from ringfence.model.record import field, record
from ringfence.model.value import Mapping, Scalar, Sequence
from ringfence.model.value import Value as TemplateValue

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

MAX_VISITS = 2_000
MAX_WAYS = 8

Variables = dict[str, Document]


@record()
class Plan:
    """``events`` holds for each state with a function the documents that it may get."""

    events: dict[str, list[Document]] = field(default_factory=dict)


def plan_of(workflow: Workflow) -> Plan:
    """What the functions of a state machine receive."""
    walk = _Walk()
    context = Tree((("Execution", Tree((("Input", Ref(INPUT)),))),))
    walk.definition(workflow.definition, Ref(INPUT), context, {}, query(workflow.definition, False))
    return Plan({name: walk.events[name] for name in workflow.functions if name in walk.events})


def query(state: Mapping, outer: bool) -> bool:
    """Whether a state or definition speaks JSONata."""
    word = text_of(state.get("QueryLanguage"))
    return word == "JSONata" if word else outer


class _Walk:
    def __init__(self) -> None:
        self.events: dict[str, list[Document]] = {}
        self.visits = 0

    def definition(
        self, definition: Mapping, document: Document, context: Document, variables: Variables,
        jsonata: bool, depth: int = 0,
    ) -> Document:  # fmt: skip
        """Walk the states of one definition; what its end states give."""
        held = definition.get("States")
        states = held.entries if isinstance(held, Mapping) else {}
        waiting = [(text_of(definition.get("StartAt")), document, dict(variables))]
        seen: dict[str, set[Document]] = {}
        results: list[Document] = []
        while waiting and self.visits < MAX_VISITS:
            name, given, known = waiting.pop()
            state = states.get(name)
            ways = seen.setdefault(name, set())
            if not isinstance(state, Mapping) or given in ways or len(ways) >= MAX_WAYS:
                continue
            ways.add(given)
            self.visits += 1
            view = View(given, context, known)
            output = bounded(self.state(name, state, view, query(state, jsonata), depth))
            for target in targets(state):
                waiting.append((target, output, known))
            for catcher in members(state.get("Catch")):
                path = text_of(catcher.get("ResultPath")) or "$"
                caught = put(given, steps_of(path[1:]) or (), KNOWN)
                waiting.append((text_of(catcher.get("Next")), caught, known))
            if is_end(state):
                results.append(output)
        return either(results)

    def state(self, name: str, state: Mapping, view: View, jsonata: bool, depth: int) -> Document:
        """What one state gives, noting what its function gets."""
        kind = text_of(state.get("Type"))
        given = view.document
        if not jsonata and "InputPath" in state.entries:
            path = state.entries["InputPath"]
            none = isinstance(path, Scalar) and path.value is None
            view = View(KNOWN if none else at_path(text_of(path), view), view.context,
                        view.variables)  # fmt: skip
        arguments = self.arguments(state, view, jsonata)
        if kind == "Task":
            result = self.task(name, state, arguments)
        elif kind in ("Map", "Parallel"):
            result = self.inner(kind, state, view, arguments, jsonata, depth)
        elif kind == "Pass" and not jsonata:
            result = filled(state.get("Result"), view) if "Result" in state.entries else arguments
        elif kind in ("Choice", "Wait", "Succeed", "Pass"):
            result = arguments
        else:
            return KNOWN
        return self.output(kind, state, view, given, result, jsonata)

    def arguments(self, state: Mapping, view: View, jsonata: bool) -> Document:
        key = "Arguments" if jsonata else "Parameters"
        kind = text_of(state.get("Type"))
        if key in state.entries and kind != "Map":
            return filled(state.entries[key], view)
        return view.document

    def task(self, name: str, state: Mapping, arguments: Document) -> Document:
        resource = text_of(state.get("Resource"))
        result: Document = Ref(name)
        event = bounded(arguments)
        if ":::lambda:invoke" in resource:
            event = pick(event, ("Payload",))
            if not resource.endswith("waitForTaskToken"):
                result = Tree((("Payload", Ref(name)),))
        known = self.events.setdefault(name, [])
        if event not in known and event != KNOWN and len(known) < MAX_WAYS:
            known.append(event)
        return result

    def inner(
        self, kind: str, state: Mapping, view: View, arguments: Document, jsonata: bool, depth: int
    ) -> Document:
        """A list of what the definitions inside a map or parallel state give."""
        if depth > 4:
            return mixed([view.document])
        context, document = view.context, arguments
        if kind == "Map":
            items = self.items(state, view, jsonata)
            item = pick(items, ("[]",))
            inside = Tree((("Item", Tree((("Value", item),))),))
            context = put(context, ("Map",), inside)
            document = item
            template = state.get("ItemSelector") or state.get("Parameters")
            if template is not None:
                document = filled(template, View(view.document, context, view.variables))
        results = []
        for definition in definitions_in(state):
            results.append(
                self.definition(definition, document, context, view.variables,
                                query(definition, jsonata), depth + 1)
            )  # fmt: skip
        return Items(either(results))

    def items(self, state: Mapping, view: View, jsonata: bool) -> Document:
        if jsonata:
            held = state.get("Items")
            return filled(held, view) if held is not None else view.document
        path = text_of(state.get("ItemsPath"))
        return at_path(path, view) if path else view.document

    def output(
        self, kind: str, state: Mapping, view: View, given: Document, result: Document,
        jsonata: bool,
    ) -> Document:  # fmt: skip
        """What the next state gets of a state's result."""
        if jsonata:
            seen = View(given, view.context, view.variables, result)
            for name, value in entries(state.get("Assign")):
                view.variables[name] = filled(value, seen)
            return filled(state.entries["Output"], seen) if "Output" in state.entries else result
        if "ResultSelector" in state.entries:
            result = filled(state.entries["ResultSelector"], View(result, view.context))
        for name, value in entries(state.get("Assign")):
            seen = View(result, view.context, view.variables)
            text = text_of(value) if name.endswith(".$") else ""
            view.variables[name.removesuffix(".$")] = (
                at_path(text, seen) if text else filled(value, seen)
            )
        document = result
        if "ResultPath" in state.entries and kind not in ("Choice", "Wait", "Succeed"):
            path = state.entries["ResultPath"]
            if isinstance(path, Scalar) and path.value is None:
                document = given
            else:
                document = put(given, steps_of(text_of(path)[1:]) or (), result)
        if "OutputPath" in state.entries:
            path = state.entries["OutputPath"]
            if isinstance(path, Scalar) and path.value is None:
                return KNOWN
            document = at_path(text_of(path), View(document, view.context))
        return document


def targets(state: Mapping) -> Iterator[str]:
    """The states that may follow."""
    for key in ("Next", "Default"):
        if text := text_of(state.get(key)):
            yield text
    for choice in members(state.get("Choices")):
        yield text_of(choice.get("Next"))


def is_end(state: Mapping) -> bool:
    kind = text_of(state.get("Type"))
    return "End" in state.entries or kind == "Succeed"


def definitions_in(state: Mapping) -> Iterator[Mapping]:
    for key in ("Iterator", "ItemProcessor"):
        held = state.get(key)
        if isinstance(held, Mapping):
            yield held
    yield from members(state.get("Branches"))


def members(value: TemplateValue | None) -> Iterator[Mapping]:
    if isinstance(value, Sequence):
        yield from (item for item in value.items if isinstance(item, Mapping))


def entries(value: TemplateValue | None) -> list[tuple[str, TemplateValue]]:
    return list(value.entries.items()) if isinstance(value, Mapping) else []


# --- filling in ---


def fill(
    machine: Machine, document: Document, origin: str, value: Value, node: syntax.Node
) -> Value:
    """The value of a document where one origin gave ``value`` and the others nothing."""
    if isinstance(document, Ref):
        return (
            part_at(machine, value, document.path, node) if document.origin == origin else NOTHING
        )
    if isinstance(document, Tree):
        struct = Struct("map", None)
        for key, inner in document.fields:
            found = fill(machine, inner, origin, value, node)
            if not found.is_nothing:
                struct.fields[key] = found
        if document.base is not None:
            base = fill(machine, document.base, origin, value, node)
            struct.base = None if base.is_nothing else base
        return Value(objects=(struct,)) if struct.fields or struct.base is not None else NOTHING
    if isinstance(document, Items):
        item = fill(machine, document.item, origin, value, node)
        if item.is_nothing:
            return NOTHING
        struct = Struct("list", None)
        struct.rest = item
        return Value(objects=(struct,))
    if isinstance(document, Either):
        result = NOTHING
        for option in document.options:
            result = join(result, fill(machine, option, origin, value, node))
        return result
    if isinstance(document, Mixed):
        taint = [
            atom
            for part in document.parts
            for atom in deep_taint(fill(machine, part, origin, value, node))
        ]
        return tainted(derived(tuple(taint))) if taint else NOTHING
    if isinstance(document, JsonOf):
        dumped = fill(machine, document.inner, origin, value, node)
        return NOTHING if dumped.is_nothing else Value(objects=(JsonText(dumped),))
    if isinstance(document, ParsedFrom):
        text = fill(machine, document.inner, origin, value, node)
        return NOTHING if text.is_nothing else encodings.parsed(machine, text, text.taint)
    return NOTHING


def part_at(machine: Machine, value: Value, path: tuple[str, ...], node: syntax.Node) -> Value:
    """The part of a value at a document's path."""
    for part in path:
        if part == "[]":
            value = expressions.element_of(machine, value, node, False)
        elif part == "!json":
            value = encodings.parsed(machine, value, value.taint)
        else:
            value = access.index(machine, value, Value((part,)), node)
    return value
