"""Which states of a machine still see what started it.

A state's input is the output of the one before. A task's result replaces its input, unless a
``ResultPath`` keeps both; choices, waits and most ``Pass`` states hand on what they get. Source:
Amazon States Language specification, "Input and Output Processing"; JSONata's ``Output`` and
``Assign`` likewise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ringfence.loaders.aws.triggers.services import strings
from ringfence.loaders.aws.values import every, fields, objects, rendered, text_of
from ringfence.model.value import Mapping, Sequence, Value

MAXIMUM_VISITS = 10_000
_EXECUTION_INPUT = ("$$.Execution.Input", "$states.context.Execution.Input")


def fed_states(definition: Mapping) -> set[int]:
    """The identities (``id``) of the states of a definition that get the execution's input, or a
    part of it, at any depth of maps and parallels."""
    return _Walk().run(definition)


class _Walk:
    def __init__(self) -> None:
        self.fed: set[int] = set()
        self.visits = 0

    def run(self, definition: Mapping) -> set[int]:
        waiting = [(definition, True)]
        while waiting and self.visits < MAXIMUM_VISITS:
            current, raw = waiting.pop()
            waiting += self._through(current, raw)
        return self.fed

    def _through(self, definition: Mapping, raw: bool) -> list[tuple[Mapping, bool]]:
        """Follow one definition from its start; the definitions inside its states, each with
        whether its input holds the execution's."""
        states = {
            name: state for name, state, _ in fields(definition, "States") if _is_state(state)
        }
        # a variable may hold a part of it for all states that follow
        kept = any("Assign" in _entries(state) for state in states.values())
        results = _result_paths(states.values())
        inner: list[tuple[Mapping, bool]] = []
        waiting = [(text_of(definition, "StartAt"), raw)]
        seen: set[tuple[str, bool]] = set()
        while waiting and self.visits < MAXIMUM_VISITS:
            name, raw = waiting.pop()
            if (name, raw) in seen or (name, True) in seen or name not in states:
                continue
            seen.add((name, raw))
            self.visits += 1
            state = states[name]
            here = (raw and not _takes_results(state, results)) or _asks_for_it(state)
            if here:
                self.fed.add(id(state))
            inner += [(held, here) for held in definitions_in(state)]
            waiting += [(target, raw and (keeps or kept)) for target, keeps in _next(state)]
        return inner


def definitions_in(state: Value) -> Iterator[Mapping]:
    """The definitions inside a map or parallel state."""
    for key in ("Iterator", "ItemProcessor"):
        yield from (held for held in every(state, key) if isinstance(held, Mapping))
    for branches in every(state, "Branches"):
        if isinstance(branches, Sequence):
            yield from (held for held in branches.items if isinstance(held, Mapping))


def _is_state(state: Value) -> bool:
    return isinstance(state, Mapping)


def _entries(state: Value) -> dict[str, Value]:
    return state.entries if isinstance(state, Mapping) else {}


def _asks_for_it(state: Value) -> bool:
    """Whether a state names the execution's input itself."""
    texts = (rendered(value) for key in ("Parameters", "Arguments", "ItemSelector", "Output")
             for held in every(state, key) for value in strings(held))  # fmt: skip
    return any(word in text for text in texts for word in _EXECUTION_INPUT)


def _result_paths(states: Iterable[Value]) -> tuple[str, ...]:
    """Where tasks put their results beside the input: ``$.plan``."""
    kinds = ("Task", "Map", "Parallel")
    tasks = (state for state in states if text_of(state, "Type") in kinds)
    paths = (text_of(state, "ResultPath") for state in tasks)
    return tuple(path for path in paths if path.startswith("$."))


def _takes_results(state: Value, results: tuple[str, ...]) -> bool:
    """Whether a task names what it gets, and all of that is the results of tasks before it."""
    held = _entries(state).get("Parameters")
    if text_of(state, "Type") != "Task" or not isinstance(held, Mapping) or not results:
        return False
    asked = list(_paths_in(held))
    return bool(asked) and all(
        any(path == one or path.startswith((f"{one}.", f"{one}[")) for one in results)
        for path in asked
    )


def _paths_in(template: Mapping) -> Iterator[str]:
    """The paths that a payload template asks for, at any depth."""
    for key, value in template.entries.items():
        if key.endswith(".$"):
            yield rendered(value)
        elif isinstance(value, Mapping):
            yield from _paths_in(value)


def _next(state: Value) -> Iterator[tuple[str, bool]]:
    """The states that may follow, with whether the input of this one reaches them."""
    keeps = _keeps_input(state)
    for key in ("Next", "Default"):
        if target := text_of(state, key):
            yield target, keeps
    for choice in objects(state, "Choices"):
        yield text_of(choice, "Next"), keeps
    for catcher in objects(state, "Catch"):
        yield text_of(catcher, "Next"), "ResultPath" in catcher.entries


def _keeps_input(state: Value) -> bool:
    """Whether a state's output still holds its input."""
    held = _entries(state)
    if "Output" in held:
        return any("$states.input" in rendered(value) for value in strings(held["Output"]))
    kind = text_of(state, "Type")
    if kind == "Pass":
        return "Result" not in held or _has_result_path(state)
    if kind in ("Map", "Parallel"):
        return True  # what its branches hand on is not followed
    return kind != "Task" or _has_result_path(state)


def _has_result_path(state: Value) -> bool:
    return "ResultPath" in _entries(state) and text_of(state, "ResultPath") != "$"
