"""``Fn::Transform``: local ``AWS::Include`` fragments are put in place; macros stay unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.loaders.intrinsics_values import literal_text, with_origin
from ringfence.model.location import Location, Origin
from ringfence.model.value import Mapping, Sequence, Unknown, Value

if TYPE_CHECKING:
    from ringfence.loaders.intrinsics import Resolver

TRANSFORM = "Fn::Transform"
MAXIMUM_INCLUDES = 200
MAXIMUM_NESTING = 5


def fragment(resolver: Resolver, call: Value) -> Value:
    """The raw content that a transform stands for; Unknown when it cannot be had.

    ``call`` is ``{Name, Parameters}``, or a list of such.
    """
    if isinstance(call, Sequence) and len(call.items) == 1:
        call = call.items[0]
    name = literal_text(call.get("Name")) if isinstance(call, Mapping) else None
    if not isinstance(call, Mapping) or name is None:
        return Unknown("Fn::Transform without a name", call.location)
    if name != "AWS::Include":
        return Unknown(f"what the macro {name} makes is known at deployment", call.location)
    parameters = call.get("Parameters")
    raw = parameters.get("Location") if isinstance(parameters, Mapping) else None
    place = raw.location if raw is not None else call.location
    target = literal_text(resolver.resolve(raw)) if raw is not None else None
    if target is None:
        return Unknown("an AWS::Include whose location is not known", place)
    if "://" in target:
        return Unknown("an AWS::Include from outside the application", place)
    return _read(resolver, target, place)


def _read(resolver: Resolver, target: str, place: Location) -> Value:
    resolver.includes += 1
    if resolver.includes > MAXIMUM_INCLUDES:
        return Unknown(f"more than {MAXIMUM_INCLUDES} included files", place)
    value = resolver.read_document(target, place)
    if value is None:
        return Unknown(f"the included file {target[:200]} cannot be read", place)
    return with_origin(value, Origin("include", target, place))


def spliced(resolver: Resolver, mapping: Mapping) -> Mapping:
    """An object with its ``Fn::Transform`` replaced by the included entries; what stands beside it
    wins. The entry is left out when the fragment cannot be had."""
    call = mapping.entries.get(TRANSFORM)
    depth = 0
    while call is not None:
        depth += 1
        content = fragment(resolver, call) if depth <= MAXIMUM_NESTING else None
        rest = {key: value for key, value in mapping.entries.items() if key != TRANSFORM}
        keys = dict(mapping.keys)
        if isinstance(content, Mapping):
            rest = {**content.entries, **rest}
            keys = {**content.keys, **keys}
        else:
            reason = content.reason if isinstance(content, Unknown) else "it is not an object"
            resolver.skip("an included fragment", reason, call.location, "include a local file")
        mapping = Mapping(rest, mapping.location, mapping.origins, keys, mapping.tag)
        call = mapping.entries.get(TRANSFORM)
    return mapping
