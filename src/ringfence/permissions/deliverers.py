"""What delivers an event to a function, where the code takes names from the event.

An event names its bucket, queue, stream or user pool. Which it is the code does not say, but the
template does: it is what the function's triggers are declared for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ringfence.model.application import Application, Trigger
from ringfence.model.facts import CallArgument, CloudCall
from ringfence.model.record import replace
from ringfence.model.value import Choice, Reference, Sequence, Text, Value
from ringfence.model.value import Mapping as Object

BUCKET, SOURCE = "⟦@bucket⟧", "⟦@source⟧"
_MARK = "⟦@"
#: Kinds of triggers through which a bucket's notices may come.
_RELAYS = ("sqs", "sns")


class Deliverers:
    """The deliverers of an application's functions, each looked up once."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self._known: dict[tuple[str, str], tuple[str, ...]] = {}

    def told(self, call: CloudCall) -> Mapping[str, CallArgument]:
        """The arguments of a call with what the event names in place of its marks."""
        if not any(_MARK in text for arg in call.arguments.values() for text in arg.patterns):
            return call.arguments
        return {
            name: replace(argument, patterns=tuple(self._patterns(call.function, argument)))
            for name, argument in call.arguments.items()
        }

    def _patterns(self, function: str, argument: CallArgument) -> Iterator[str]:
        for pattern in argument.patterns:
            mark = next((mark for mark in (BUCKET, SOURCE) if mark in pattern), "")
            if not mark:
                yield pattern
                continue
            names = self._names(function, mark)
            yield from (pattern.replace(mark, self._spelt(name)) for name in names)
            if not names:
                yield pattern.replace(mark, "*")

    def _names(self, function: str, mark: str) -> tuple[str, ...]:
        key = (function, mark)
        if key not in self._known:
            triggers = self.application.triggers_of(function)
            found = (name for trigger in triggers for name in self._of(trigger, mark))
            self._known[key] = tuple(dict.fromkeys(found))
        return self._known[key]

    def _spelt(self, name: str) -> str:
        """A resource by its id; what stands in no template by its name."""
        return f"⟦{name}⟧" if name in self.application.resources else name

    def _of(self, trigger: Trigger, mark: str) -> Iterator[str]:
        if mark == SOURCE or trigger.kind == "s3":
            literal = trigger.name.removeprefix("bucket ") if trigger.kind == "s3" else ""
            found = trigger.source or ("" if " " in literal else literal)
            if found:
                yield found
        elif trigger.kind in _RELAYS and trigger.source:
            yield from self._notifying(trigger.source)
        elif trigger.kind == "eventbridge":
            yield from self._in_pattern(trigger)

    def _notifying(self, relay: str) -> Iterator[str]:
        """The buckets that send their notices to a queue or topic."""
        for bucket in self.application.resources_of("bucket"):
            notices = bucket.properties.get("NotificationConfiguration")
            if any(reference.resource == relay for reference in references(notices)):
                yield bucket.id

    def _in_pattern(self, trigger: Trigger) -> Iterator[str]:
        """The buckets that a rule's pattern names."""
        rule = self.application.resources.get(trigger.source)
        for held in (trigger.properties, rule.properties if rule is not None else None):
            pattern = held.get("EventPattern") if held is not None else None
            names = pattern.at("detail.bucket.name") if isinstance(pattern, Object) else None
            for reference in references(names):
                if reference.resource in self.application.resources:
                    yield reference.resource


def references(value: Value | None) -> Iterator[Reference]:
    """All references inside a value."""
    if isinstance(value, Reference):
        yield value
    elif isinstance(value, Text):
        yield from (part for part in value.parts if isinstance(part, Reference))
    elif isinstance(value, Sequence):
        for item in value:
            yield from references(item)
    elif isinstance(value, Object):
        for item in value.entries.values():
            yield from references(item)
    elif isinstance(value, Choice):
        for branch in value.branches():
            yield from references(branch)
