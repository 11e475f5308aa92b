"""The exact lines that mend a finding: the rule's ``[fix]``, filled with the finding's values.

Which text is taken depends on how the user wrote what the finding is about. Placeholders are those
of messages, and ``{resource}`` (the logical id that the user wrote), ``{function}`` (its logical
id, or its key in a Serverless Framework file) and ``{entry}`` (the key of an event or a route). A
text with a value that is not known, or that would not stand safely in it, is left out.
"""

from __future__ import annotations

import re
from typing import Any

from ringfence import late
from ringfence.checks.draft import Draft
from ringfence.checks.messages import find
from ringfence.checks.room import Room
from ringfence.languages import language_of
from ringfence.model.application import Resource
from ringfence.model.location import Location
from ringfence.rules.fixes import CHOICES, CODE, replaced

MAX_VALUE = 160
MAX_ITEMS = 8

_KEY = late.pattern(r"""["']?([A-Za-z0-9][\w.\-]*)["']?\s*:""")
_PLAIN = late.pattern(r"[A-Za-z0-9_./][\w./+=@\-]*(?::[\w./+=@\-]+)*")
_INSIDE = late.pattern(r"[\w./:*+=@${}\-]+")
#: Texts that YAML would read as something else.
_NOT_TEXT = late.pattern(r"(?i)[\d.+_e-]+|true|false|yes|no|on|off|null|y|n")
_REFERENCE = late.pattern(r"\$\{([A-Za-z0-9]+|AWS::\w+)\}")
_ATTRIBUTE = late.pattern(r"\$\{([A-Za-z0-9]+\.[\w.]+)\}")


class _Unfillable(Exception):
    """A value is not known, or cannot stand in the text."""


def fix_of(draft: Draft, room: Room) -> str:
    """The lines to write for one finding; "" when the rule has none that fit."""
    texts = draft.rule.fix
    if not texts:
        return ""
    for key in CHOICES.get(_written_as(draft, room), ()):
        if key not in texts:
            continue
        try:
            return replaced(key, texts[key], _Filler(draft, room, key))
        except _Unfillable:
            continue
    return ""


def _written_as(draft: Draft, room: Room) -> str:
    """How the user wrote what is found: a key of ``CHOICES``, or ""."""
    language = language_of(draft.location.file)
    if draft.rule.kind in ("flow", "code") and not language:  # code inside a template
        function = room.application.functions.get(draft.function)
        language = function.language if function else ""
    if language or draft.rule.kind in ("flow", "code"):
        return "javascript" if language == "typescript" else language
    resource = _resource(draft, room)
    if resource is not None:
        return resource.shorthand or "cloudformation"
    formats = {template.path: template.format for template in room.application.templates}
    return formats.get(draft.location.file, "")


def _resource(draft: Draft, room: Room) -> Resource | None:
    name = draft.resource.removesuffix("!role")
    return room.application.resources.get(name or draft.function)


class _Filler:
    """Gives the value of each placeholder of one text, fit for its place."""

    def __init__(self, draft: Draft, room: Room, key: str) -> None:
        self.draft = draft
        self.room = room
        self.key = key

    def __call__(self, match: re.Match[str]) -> str:
        value = self.value(match[1])
        if self.key in CODE:
            return _inside(value)
        before, after = match.string[: match.start()], match.string[match.end() :]
        alone = re.search(r"(?:: |- |\[|, )\Z", before) and re.match(r"[\],}]| #|\n|\Z", after)
        return _alone(value) if alone else _inside(value)

    def value(self, path: str) -> Any:
        match path:
            case "resource":
                own = self.resource()
            case "function":
                own = self.function()
            case "entry":
                own = self.entry()
            case "source" | "sink":
                own = self.draft.source if path == "source" else self.draft.sink
            case _:
                own = None
        return find(self.draft.view, path) if own is None else own

    def resource(self) -> str | None:
        """The logical id that the user wrote."""
        resource = _resource(self.draft, self.room)
        if resource is None:
            return None
        owner = self.room.application.resources.get(resource.generated_from)
        return (owner or resource).logical_id

    def function(self) -> str | None:
        function = self.room.application.functions.get(self.draft.function)
        if function is None:
            return None
        if function.resource.shorthand == "serverless":
            return self.key_at(function.location)
        return function.logical_id

    def entry(self) -> str | None:
        """The key under which the trigger is written."""
        trigger = self.room.application.triggers.get(self.draft.trigger)
        return self.key_at(trigger.location) if trigger else None

    def key_at(self, place: Location) -> str | None:
        lines = self.room.lines(place.file)
        line = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
        found = _KEY.match(line[place.column - 1 :])
        return found[1] if found else None


def _alone(value: Any) -> str:
    """A value of YAML that stands by itself; a list in brackets."""
    if isinstance(value, list):
        if not 0 < len(value) <= MAX_ITEMS:
            raise _Unfillable
        return f"[{', '.join(_alone(item) for item in value)}]"
    if isinstance(value, bool | int | float):
        return str(value).lower()
    text = _checked(value)
    for tag, form in (("!Ref", _REFERENCE), ("!GetAtt", _ATTRIBUTE)):
        whole = form.fullmatch(text)
        if whole:
            return f"{tag} {whole[1]}"
    if _PLAIN.fullmatch(text) and not _NOT_TEXT.fullmatch(text):
        return text
    quoted = "'" + text.replace("'", "''") + "'"
    return f"!Sub {quoted}" if "${" in text else quoted


def _inside(value: Any) -> str:
    """A value as a part of a longer text."""
    text = _checked(str(value) if isinstance(value, int) else value)
    if not _INSIDE.fullmatch(text):
        raise _Unfillable
    return text


def _checked(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_VALUE or not value.isprintable():
        raise _Unfillable
    return value
