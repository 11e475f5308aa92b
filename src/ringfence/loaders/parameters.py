"""Parameters of a template: what ``Ref`` of one gives."""

from __future__ import annotations

from ringfence.loaders.intrinsics_values import derived, literal_text, scalar_text
from ringfence.model.location import Location, Origin
from ringfence.model.value import Mapping, Scalar, Sequence, Unknown, Value


class Parameters:
    """The declared parameters of one template, with the values that a caller gives.

    ``given`` are values from ``--param`` (texts that stand nowhere) or from the parent of a nested
    stack.
    """

    def __init__(self, declared: Mapping, given: dict[str, Value]) -> None:
        self.declared = declared
        self.given = given
        self.values: dict[str, Value] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.declared.entries

    def declaration(self, name: str) -> Mapping:
        found = self.declared.entries[name]
        return found if isinstance(found, Mapping) else Mapping({}, found.location)

    def value(self, name: str, location: Location, trial: dict[str, Value]) -> Value:
        """The parameter's value as used at ``location``, with the parameter as its origin."""
        found = trial.get(name) or self.values.get(name)
        if found is None:
            found = self.values[name] = self.first_value(name)
        place = found.location if found.location.line else self.declared.key_location(name)
        return derived(found, location, Origin("parameter", name, place))

    def first_value(self, name: str) -> Value:
        declaration = self.declaration(name)
        kind = literal_text(declaration.get("Type")) or "String"
        place = self.declared.key_location(name)
        if kind.startswith("AWS::SSM::Parameter::Value"):
            return Unknown(f"parameter {name} is read from Parameter Store at deployment", place)
        given = self.given.get(name)
        if given is not None:
            return _typed(given, kind)
        default = declaration.get("Default")
        if default is not None:
            return _typed(default, kind)
        allowed = self.allowed(declaration)
        if len(allowed) == 1:
            return _typed(allowed[0], kind)
        return Unknown(f"parameter {name} has no default", place)

    def alternatives(self, name: str) -> list[Value]:
        """The values that a deployment may well use; several only where the template lists them
        and the caller has not decided."""
        if name not in self or name in self.given:
            return []
        declaration = self.declaration(name)
        if literal_text(declaration.get("Type")) not in (None, "String", "Number"):
            return []
        allowed = self.allowed(declaration)
        default = declaration.get("Default")
        if default is not None and allowed:
            allowed = [default, *allowed]
        return list({scalar_text(v.value): v for v in allowed if isinstance(v, Scalar)}.values())

    def allowed(self, declaration: Mapping) -> list[Value]:
        values = declaration.get("AllowedValues")
        return list(values.items) if isinstance(values, Sequence) else []


def _typed(value: Value, kind: str) -> Value:
    """A value as its parameter type makes it: lists of comma-separated text, else text."""
    if not isinstance(value, Scalar):
        return value
    text = scalar_text(value.value)
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        pieces = [piece.strip() for piece in text.split(",")] if text else []
        items: list[Value] = [Scalar(piece, value.location, value.origins) for piece in pieces]
        return Sequence(items, value.location, value.origins)
    return Scalar(text, value.location, value.origins)
