"""Runs and letters as JSON-like data and back, for processes and caches.

Letters hold abstract values, whose objects share sources and trails; those are written once per
letter and named by their number. What is read back shares its sources with everything else in the
post office, as if it had just been sent. Nothing is executed when data is read.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from hashlib import blake2b
from typing import Any

from ringfence.dataflow import verdicts
from ringfence.dataflow.channels import Looks
from ringfence.dataflow.letters import Letter, Mail, Sources
from ringfence.dataflow.objects import JsonText, Obj, Struct
from ringfence.dataflow.runs import Found, Run
from ringfence.dataflow.values import Const, Hole, Mix, Source, Taint, Trail, Value
from ringfence.model.application import Application, Channel
from ringfence.model.codec import CodecError, decode, encode
from ringfence.model.location import Location
from ringfence.rules.events import EventCatalogue

#: Makes the judge of an event's paths in the name of a function.
Judging = Callable[[str], Callable[[tuple[str, ...]], object]]


def judging(application: Application, events: EventCatalogue) -> Judging:
    """How the event of a function of the application is judged."""

    def judge(function: str) -> Callable[[tuple[str, ...]], object]:
        return partial(verdicts.judge_event, application.triggers_of(function), events)

    return judge


def letter_text(letter: Letter) -> str:
    """A letter as JSON text, equal for equal letters; kept with the letter."""
    if not letter.text:
        packer = _Packer()
        value = packer.value(letter.value)
        inside = json.dumps([value, packer.sources, packer.trails], separators=(",", ":"))
        data = [encode(letter.channel, Channel), letter.place, letter.document, letter.mark, inside]
        letter.text = json.dumps(data, separators=(",", ":"))
    return letter.text


def digest_of(letters: list[Letter]) -> str:
    """A digest of letters in their order; "" for none."""
    if not letters:
        return ""
    digest = blake2b(digest_size=16)
    for letter in letters:
        digest.update(letter_text(letter).encode() + b"\0")
    return digest.hexdigest()


def pack(run: Run) -> list[Any]:
    """A run as data; what was found as one text, which most readers never look into."""
    mail = run.mail
    return [
        json.dumps(encode(run.found(), Found), separators=(",", ":")),
        run.asked,
        run.names,
        encode(list(mail.channels), list[Channel]),
        [letter_text(letter) for letter in mail.letters],
        [letter_text(letter) for letter in mail.stored],
        mail.invoked,
        list(run.looks.stores),
        encode(list(run.looks.channels), list[Channel]),
        run.reason,
    ]


def unpack(data: Any, sources: Sources, judge: Judging) -> Run:
    """The run that :func:`pack` made ``data`` of.

    Raises:
        CodecError: it was made of something else.
    """
    try:
        found, asked, names, channels, letters, stored, invoked, stores, ways, reason = data
        mail = Mail(
            dict.fromkeys(decode(channels, list[Channel])),
            [_letter(text, sources, judge) for text in letters],
            [_letter(text, sources, judge) for text in stored],
            invoked,
        )
        looks = Looks(dict.fromkeys(stores), dict.fromkeys(decode(ways, list[Channel])))
        return Run(partial(_found, found), mail, looks, asked, names, reason)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError) as problem:
        raise CodecError(f"no run: {problem}") from None


def _found(text: str) -> Found:
    found: Found = decode(json.loads(text), Found)
    return found


class _Packer:
    """Turns a value into data; ``sources`` and ``trails`` are what it names by number."""

    def __init__(self) -> None:
        self.sources: list[Any] = []
        self.trails: list[Any] = []
        self.numbers: dict[int, int] = {}
        self.steps: dict[tuple[object, ...], int] = {}

    def value(self, value: Value) -> list[Any]:
        return [
            [self.const(const) for const in value.consts],
            [self.taint(atom) for atom in value.taint],
            [self.object(obj) for obj in value.objects],
            value.open,
        ]

    def const(self, const: Const) -> Any:
        if not isinstance(const, Mix):
            return const
        return [
            part
            if isinstance(part, str)
            else [[self.taint(atom) for atom in part.taint], part.resource, part.variable]
            for part in const.parts
        ]

    def object(self, obj: Obj) -> list[Any]:
        if isinstance(obj, JsonText):
            return [obj.encoding, self.value(obj.inner)]
        assert isinstance(obj, Struct)
        base = None if obj.base is None else self.value(obj.base)
        fields = [[key, self.value(inner)] for key, inner in obj.fields.items()]
        return [obj.kind, fields, self.value(obj.rest), base]

    def taint(self, atom: Taint) -> list[Any]:
        return [
            self.source(atom.source),
            list(atom.path),
            self.trail(atom.trail),
            atom.derived,
            sorted(atom.cleared),
            sorted(atom.marks),
            atom.quality,
        ]

    def source(self, source: Source) -> int:
        number = self.numbers.get(id(source))
        if number is None:
            number = self.numbers[id(source)] = len(self.sources)
            self.sources.append(
                [source.kind, source.label, list(source.triggers),
                 encode(list(source.via), list[Channel]), source.sender, source.quality,
                 source.judge is not None]
            )  # fmt: skip
        return number

    def trail(self, trail: Trail) -> int:
        """The number of a trail's last step; trails with one beginning share its steps."""
        number = self.numbers.get(id(trail))
        if number is None:
            before = -1 if trail.parent is None else self.trail(trail.parent)
            place = trail.location
            step = (before, trail.text, place.file, place.line, place.column, place.end_line,
                    place.end_column)  # fmt: skip
            number = self.steps.get(step)
            if number is None:
                number = self.steps[step] = len(self.trails)
                self.trails.append(list(step))
            self.numbers[id(trail)] = number
        return number


def _letter(text: str, sources: Sources, judge: Judging) -> Letter:
    channel, place, document, mark, inside = json.loads(text)
    opened = partial(_opened, inside, sources, judge)
    return Letter(decode(channel, Channel), place, opened, document, mark, text)


def _opened(text: str, sources: Sources, judge: Judging) -> Value:
    value, origins, steps = json.loads(text)
    trails: list[Trail] = []
    for before, words, *where in steps:
        trails.append(Trail(trails[before] if before >= 0 else None, Location(*where), words))
    origin = [_source(data, sources, judge) for data in origins]
    return _Unpacker(origin, trails).value(value)


def _source(data: Any, sources: Sources, judge: Judging) -> Source:
    kind, label, triggers, ways, sender, quality, judged = data
    via = tuple(decode(ways, list[Channel]))
    key = (kind, label, tuple(triggers), via[:-1], via[-1])
    source = sources.get(key)
    if source is None:
        source = sources[key] = Source(kind, label, tuple(triggers), via, sender, quality)
        if judged:
            source.judge = judge(via[0].writer)
    return source


class _Unpacker:
    """Turns data into values."""

    def __init__(self, sources: list[Source], trails: list[Trail]) -> None:
        self.sources = sources
        self.trails = trails

    def value(self, data: Any) -> Value:
        consts, taint, objects, opened = data
        return Value(
            tuple(self.const(const) for const in consts),
            tuple(self.taint(atom) for atom in taint),
            tuple(self.object(obj) for obj in objects),
            opened,
        )

    def const(self, data: Any) -> Const:
        if not isinstance(data, list):
            const: Const = data
            return const
        return Mix(
            tuple(
                part
                if isinstance(part, str)
                else Hole(tuple(self.taint(atom) for atom in part[0]), part[1], part[2])
                for part in data
            )
        )

    def object(self, data: Any) -> Obj:
        if len(data) == 2:
            return JsonText(self.value(data[1]), data[0])
        kind, fields, rest, base = data
        struct = Struct(kind, None)
        struct.fields = {key: self.value(inner) for key, inner in fields}
        struct.rest = self.value(rest)
        struct.base = None if base is None else self.value(base)
        return struct

    def taint(self, data: Any) -> Taint:
        source, path, trail, derived, cleared, marks, quality = data
        return Taint(self.sources[source], tuple(path), self.trails[trail], derived,
                     frozenset(cleared), frozenset(marks), quality)  # fmt: skip
