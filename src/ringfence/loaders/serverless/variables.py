"""Resolving the variables of a Serverless Framework service.

What the framework would ask a cloud, a program or the environment for is Unknown, with the reason.
The environment is read only for names that the user allows. Cycles, depth and growth are bounded.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable

from ringfence.loaders.construct import join, make_mapping, mapping_of
from ringfence.loaders.serverless.settings import (
    MISSING,
    Files,
    Found,
    Missing,
    Settings,
    used,
)
from ringfence.loaders.serverless.syntax import (
    Literal,
    Source,
    Variable,
    parse_source,
    pieces_of,
)
from ringfence.model.location import Location, Origin
from ringfence.model.value import (
    Choice,
    Mapping,
    Reference,
    Scalar,
    Sequence,
    Unknown,
    Value,
    literal,
    string,
)

MAXIMUM_DEPTH = 60
MAXIMUM_NODES = 300_000
MAXIMUM_TEXT = 200_000
DEFAULT_STAGE = "dev"
DEFAULT_REGION = "us-east-1"

#: Sources that only a deployment can ask, with what they ask.
_REMOTE = {
    "ssm": "a parameter of the account",
    "cf": "an output of another stack",
    "s3": "an object in a bucket",
    "aws": "a fact of the account",
    "git": "a fact of the repository",
    "output": "an output of another service",
    "state": "the state of another service",
    "terraform": "the state of Terraform",
    "vault": "a secret store",
    "doppler": "a secret store",
}
_PROGRAMS = (".js", ".cjs", ".mjs", ".ts")


class Variables:
    """Resolves the variables of one service file. ``program`` gives the exports of a program of the
    tree that are written out as data, None for one that is not there."""

    def __init__(
        self,
        document: Mapping,
        files: Files,
        folder: str,
        settings: Settings,
        program: Callable[[str], Mapping | None] = lambda path: None,
    ) -> None:
        self.document = document
        self.files = files
        self.program = program
        self.folder = folder
        self.settings = settings
        self._known: dict[str, Value] = {}
        self._programs: dict[str, Mapping | None] = {}
        self._sizes: dict[str, int] = {}
        self._open: list[str] = []
        self._depth = 0
        self._nodes = 0
        self._opening, self._closing = _signs(document)

    # --- values ---------------------------------------------------------------------------------

    def resolve(self, value: Value, in_sub: bool = False) -> Value:
        """``value`` with every variable in it resolved; unchanged parts are kept as they are.

        ``in_sub`` tells of the text of an ``Fn::Sub``, which must stay one: what is not known
        becomes a name of its variable map.
        """
        self._nodes += 1
        if self._nodes > MAXIMUM_NODES:
            return Unknown("too many values behind variables", value.location)
        if isinstance(value, Scalar):
            if not isinstance(value.value, str) or "{" not in value.value:
                return value
            return self._text(value, in_sub or value.tag == "Sub")
        if self._depth > MAXIMUM_DEPTH:
            return Unknown("variables nest too deeply", value.location)
        self._depth += 1
        try:
            if isinstance(value, Mapping):
                return self._mapping(value)
            if isinstance(value, Sequence):
                return self._sequence(value, in_sub or value.tag == "Sub")
        finally:
            self._depth -= 1
        return value

    def _mapping(self, value: Mapping) -> Value:
        changed: dict[str, Value] = {}
        for key, item in value.entries.items():
            found = self.resolve(item, key == "Fn::Sub")
            if found is not item:
                changed[key] = found
        entries = {**value.entries, **changed}
        if any("${" in key for key in entries):
            entries = {self._key(key, value): item for key, item in entries.items()}
        elif not changed:
            return value
        return Mapping(entries, value.location, value.origins, value.keys, value.tag)

    def _key(self, key: str, value: Mapping) -> str:
        if "${" not in key:
            return key
        return string(self.resolve(Scalar(key, value.location))) or key

    def _sequence(self, value: Sequence, in_sub: bool) -> Value:
        items = [
            self.resolve(item, in_sub and number == 0) for number, item in enumerate(value.items)
        ]
        if all(new is old for new, old in zip(items, value.items, strict=True)):
            return value
        if in_sub and isinstance(items[0], Sequence) and len(items[0].items) == 2:
            text, names = items[0].items
            given = items[1] if len(items) > 1 and isinstance(items[1], Mapping) else names
            assert isinstance(names, Mapping)
            both = {**mapping_of(given).entries, **names.entries}
            items = [text, Mapping(both, given.location, given.origins)]
        return Sequence(items, value.location, value.origins, value.tag)

    def _text(self, scalar: Scalar, in_sub: bool) -> Value:
        text = str(scalar.value)
        pieces = pieces_of(text, self._opening, self._closing)
        place = scalar.location
        if all(isinstance(piece, str) for piece in pieces):
            return _pseudo_parameters(scalar, text)
        if len(pieces) == 1 and isinstance(pieces[0], Variable):
            found = self._variable(pieces[0], place)
            known = string(found)
            if not in_sub or known is None:
                return found
            return Scalar(known, place, found.origins, scalar.tag)
        values: list[Value | str] = [
            piece if isinstance(piece, str) else self._variable(piece, place) for piece in pieces
        ]
        if in_sub:
            return _sub_text(values, scalar)
        joined = join([_inner(piece) for piece in values], place)
        known = string(joined)
        if known is not None and len(known) > MAXIMUM_TEXT:
            return Unknown("the text behind variables is too long", place)
        if isinstance(joined, Scalar) and known is not None:
            return _pseudo_parameters(joined, known)
        return joined

    # --- one variable ---------------------------------------------------------------------------

    def _variable(self, variable: Variable, place: Location) -> Value:
        if self._depth > MAXIMUM_DEPTH:
            return Unknown("variables nest too deeply", place)
        self._depth += 1
        try:
            return self._first_found(variable, place)
        finally:
            self._depth -= 1

    def _first_found(self, variable: Variable, place: Location) -> Value:
        for number, text in enumerate(variable.sources):
            last = number == len(variable.sources) - 1
            inner = self._nested(text, place)
            if isinstance(inner, Unknown):
                if last:
                    return inner
                continue
            source = parse_source(inner)
            if isinstance(source, Literal):
                role = "default" if number else "variable"
                return Scalar(source.value, place, (Origin(role, variable.text, place),))
            found = self._source(source, place, last)
            if not isinstance(found, Missing):
                return found
        return Unknown(f"{variable.text[:200]} has no value", place)

    def _nested(self, text: str, place: Location) -> str | Unknown:
        """The text of a source with the variables inside it resolved."""
        if self._opening not in text:
            return text
        parts: list[str] = []
        for piece in pieces_of(text, self._opening, self._closing):
            if isinstance(piece, str):
                parts.append(piece)
                continue
            value = self._variable(piece, place)
            known = literal(value)
            if known is None:
                return (
                    value
                    if isinstance(value, Unknown)
                    else Unknown(f"{piece.text[:200]} is not known", place)
                )
            parts.append(str(known).lower() if isinstance(known, bool) else str(known))
        return "".join(parts)

    def _source(self, source: Source, place: Location, last: bool) -> Found:
        handler = {
            "self": self._self,
            "opt": self._option,
            "env": self._environment,
            "file": self._file,
            "param": self._parameter,
            "sls": self._framework,
            "strToBool": self._boolean,
        }.get(source.type)
        if source.type == "aws":
            return self._account(source, place)
        if handler is not None:
            return handler(source, place, last)
        what = _REMOTE.get(source.type, f"the variable source {source.type}")
        address = f":{source.address[:80]}" if source.address else ""
        return Unknown(f"${{{source.type}{address}}}: {what}", place)

    # --- sources --------------------------------------------------------------------------------

    def _self(self, source: Source, place: Location, last: bool) -> Found:
        address = source.address or ""
        origin = f"self:{address}"
        found = self.lookup(address)
        if isinstance(found, Missing):
            return (
                self._implied(address, place) if last else self._implied_or_missing(address, place)
            )
        return used(found, place, origin)

    def _implied_or_missing(self, address: str, place: Location) -> Found:
        """``provider.stage`` and ``provider.region`` have defaults even before a fallback."""
        return MISSING if address not in ("provider.stage",) else self._implied(address, place)

    def _implied(self, address: str, place: Location) -> Found:
        if address == "provider.stage":
            return Scalar(self.settings.options.get("stage", DEFAULT_STAGE), place)
        if address == "provider.region":
            return Scalar(self.settings.options.get("region", DEFAULT_REGION), place)
        if address == "service.name":
            return self._self(Source("self", "", "service"), place, True)
        return MISSING

    def lookup(self, address: str) -> Found:
        """The resolved value at a dotted path of the service; cached, with cycles noticed."""
        if address in self._known:
            # A value that is used often is a shared part of the tree: it counts each time.
            self._nodes += self._sizes[address]
            return self._known[address]
        if address in self._open:
            return Unknown(f"${{self:{address[:80]}}} needs its own value", self.document.location)
        before = self._nodes
        self._open.append(address)
        try:
            found = self._at(self.document, address)
        finally:
            self._open.pop()
        if not isinstance(found, Missing):
            self._known[address] = found
            self._sizes[address] = self._nodes - before
        return found

    def _at(self, start: Value, address: str) -> Found:
        value: Value = start
        for key in filter(None, address.split(".")):
            value = self._step_into(value)
            inner: Value | None = None
            if isinstance(value, Mapping):
                inner = value.get(key)
            elif isinstance(value, Sequence) and key.isdigit() and int(key) < len(value.items):
                inner = value.items[int(key)]
            elif isinstance(value, (Unknown, Choice)):
                return Unknown(_reason(value), value.location)
            if inner is None:
                return MISSING
            value = inner
        if value is self.document:
            return Unknown("the whole service as a value", value.location)
        found = self.resolve(value)
        if isinstance(found, Scalar) and found.value is None:
            return MISSING
        return found

    def _step_into(self, value: Value) -> Value:
        """A text on the way of a path is resolved, an object is not (only its member is)."""
        return self.resolve(value) if isinstance(value, Scalar) else value

    def _option(self, source: Source, place: Location, last: bool) -> Found:
        name = source.address or ""
        given = self.settings.options.get(name)
        if given is not None:
            return Scalar(given, place, (Origin("variable", f"opt:{name}", place),))
        if not last:
            return MISSING
        if name in ("stage", "s"):
            return self.stage(place)
        if name in ("region", "r"):
            return self.region(place)
        return Unknown(f"the option {name} is not given", place)

    def stage(self, place: Location) -> Value:
        """The stage: option, ``provider.stage``, or dev."""
        return self._setting("stage", DEFAULT_STAGE, place)

    def region(self, place: Location) -> Value:
        """The region: option, ``provider.region``, or us-east-1."""
        return self._setting("region", DEFAULT_REGION, place)

    def _setting(self, name: str, default: str, place: Location) -> Value:
        given = self.settings.options.get(name)
        if given is not None:
            return Scalar(given, place, (Origin("variable", f"opt:{name}", place),))
        address = f"provider.{name}"
        if address in self._open:
            return Scalar(default, place)
        found = self.lookup(address)
        return Scalar(default, place) if isinstance(found, Missing) else used(found, place, address)

    def _environment(self, source: Source, place: Location, last: bool) -> Found:
        name = source.address or ""
        if name in self.settings.env:
            value = self.settings.environment.get(name)
            if value is not None:
                return Scalar(value, place, (Origin("variable", f"env:{name}", place),))
        if not last:
            return MISSING
        return Unknown(f"the environment variable {name} is not read", place)

    def _parameter(self, source: Source, place: Location, last: bool) -> Found:
        name = source.address or ""
        given = self.settings.parameters.get(name)
        if given is not None:
            return Scalar(given, place, (Origin("variable", f"param:{name}", place),))
        stage = string(self.stage(place)) or DEFAULT_STAGE
        for address in (
            f"params.{stage}.{name}",
            f"stages.{stage}.params.{name}",
            f"params.default.{name}",
            f"stages.default.params.{name}",
        ):
            found = self.lookup(address)
            if not isinstance(found, Missing):
                return used(found, place, f"param:{name}")
        return Unknown(f"the parameter {name} is not given", place) if last else MISSING

    def _framework(self, source: Source, place: Location, last: bool) -> Found:
        if source.address == "stage":
            return self.stage(place)
        return Unknown(f"${{sls:{source.address or ''}}}: a fact of the deployment", place)

    def _account(self, source: Source, place: Location) -> Found:
        if source.address == "accountId":
            return Reference("AWS::AccountId", "Ref", place)
        if source.address == "region":
            return self.region(place)
        return Unknown(f"${{aws:{source.address or ''}}}: a fact of the account", place)

    def _boolean(self, source: Source, place: Location, last: bool) -> Found:
        text = source.parameters.strip("'\"").lower()
        if text in ("true", "1"):
            return Scalar(True, place)
        if text in ("false", "0", "null", ""):
            return Scalar(False, place)
        return Unknown(f"strToBool of {source.parameters[:80]}", place)

    def _file(self, source: Source, place: Location, last: bool) -> Found:
        target = source.parameters.strip("'\" ")
        if target.startswith("~"):
            return Unknown(f"the file {target} lies outside the scanned folder", place)
        path = self.files.inside(self.folder, target)
        if path is None:
            return Unknown(f"the file {target} lies outside the scanned folder", place)
        key = f"file({path}):{source.address or ''}"
        if key in self._known:
            self._nodes += self._sizes[key]
            return used(self._known[key], place, key)
        if key in self._open:
            return Unknown(f"the file {target} needs itself", place)
        before = self._nodes
        self._open.append(key)
        try:
            found = self._in_file(path, source.address, place, last)
        finally:
            self._open.pop()
        if isinstance(found, Missing) or (last and isinstance(found, Unknown)):
            return found  # where another source follows, that one counts
        self._known[key] = found
        self._sizes[key] = self._nodes - before
        return used(found, place, key)

    def _in_file(self, path: str, address: str | None, place: Location, last: bool) -> Found:
        if path.endswith(_PROGRAMS):
            if path not in self._programs:
                self._programs[path] = self.program(path)
            exports = self._programs[path]
            if exports is None and not last:
                return MISSING
            found = self._at(exports, address or "") if exports is not None else MISSING
            missing = isinstance(found, (Missing, Unknown))
            return Unknown(f"the program {path} computes it", place) if missing else found
        if posixpath.splitext(path)[1].lower() in (".yml", ".yaml", ".json", ".tfstate"):
            document = self.files.relative("", path, place)
            if document is None:
                return Unknown(f"the file {path} could not be read", place) if last else MISSING
            found = self._at(document, address or "")
            if isinstance(found, Missing) and last:
                return Unknown(f"the file {path} has no {address}", place)
            return found
        data = self.files.read(path, place)
        if data is None:
            return Unknown(f"the file {path} could not be read", place) if last else MISSING
        return Scalar(data.decode("utf-8", "replace").strip(), place)


def _signs(document: Mapping) -> tuple[str, str]:
    """The signs around variables, which an old setting may change to ``${{…}}``."""
    provider = document.get("provider")
    syntax = string(provider.get("variableSyntax")) if isinstance(provider, Mapping) else None
    return ("${{", "}}") if syntax and "{{" in syntax.replace("\\", "") else ("${", "}")


def _reason(value: Value) -> str:
    return value.reason if isinstance(value, Unknown) else "it depends on a condition"


def _inner(piece: Value | str) -> Value | str:
    """A piece of a text; an object there is not a text."""
    if isinstance(piece, (Mapping, Sequence)):
        return Unknown("an object inside a text", piece.location)
    return piece


def _pseudo_parameters(scalar: Scalar, text: str) -> Value:
    """``#{AWS::Region}`` of the pseudo parameters plugin as an ``Fn::Sub``."""
    if "#{AWS::" not in text:
        return scalar
    return make_mapping({"Fn::Sub": text.replace("#{", "${")}, scalar.location)


def _sub_text(pieces: list[Value | str], scalar: Scalar) -> Value:
    """The text of an ``Fn::Sub``: what is not known becomes a name of its variable map."""
    names: dict[str, Value] = {}
    parts: list[str] = []
    for piece in pieces:
        known = piece if isinstance(piece, str) else literal(piece)
        if known is not None:
            parts.append(str(known).lower() if isinstance(known, bool) else str(known))
            continue
        name = f"RingfenceVariable{len(names)}"
        assert isinstance(piece, Value)
        inner = _inner(piece)
        assert isinstance(inner, Value)
        names[name] = inner
        parts.append("${" + name + "}")
    place = scalar.location
    text = Scalar("".join(parts), place, (), "" if names else scalar.tag)
    if not names:
        return text
    return Sequence([text, Mapping(names, place)], place, (), scalar.tag)
