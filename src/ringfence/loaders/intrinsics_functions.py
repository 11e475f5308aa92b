"""The intrinsic functions of CloudFormation, one short function each.

Each takes the resolver, the raw argument and the place of the call, and gives the resolved value;
None stands for ``AWS::NoValue``. Source: the intrinsic function reference of CloudFormation.
``Fn::Base64`` gives the text itself, since readers look for what it says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ringfence import late
from ringfence.loaders import intrinsics_lists as lists
from ringfence.loaders import intrinsics_values as values
from ringfence.loaders.includes import fragment
from ringfence.loaders.intrinsics_values import choice, derived, literal_text, with_origin
from ringfence.model.location import Location, Origin
from ringfence.model.value import (
    Choice,
    Mapping,
    Reference,
    Scalar,
    Sequence,
    Text,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from ringfence.loaders.intrinsics import Resolver

Handler = Callable[["Resolver", Value, Location], Value | None]

_PLACEHOLDER = late.pattern(r"\$\{([^{}]*)\}")


def bare(node: Value) -> Value:
    """A node as the argument of its own short-form tag."""
    if isinstance(node, Scalar):
        return Scalar(node.value, node.location, node.origins)
    if isinstance(node, Sequence):
        return Sequence(node.items, node.location, node.origins)
    if isinstance(node, Mapping):
        return Mapping(node.entries, node.location, node.origins, node.keys)
    return node


def arguments(value: Value) -> list[Value]:
    """The raw arguments of a call: the items of a list, or the one value."""
    return value.items if isinstance(value, Sequence) and not value.tag else [value]


def malformed(name: str, location: Location) -> Unknown:
    return Unknown(f"{name} is malformed", location)


def ref(resolver: Resolver, argument: Value, place: Location) -> Value | None:
    name = literal_text(resolver.resolve(argument))
    return resolver.named(name, place) if name else malformed("Ref", place)


def get_att(resolver: Resolver, argument: Value, place: Location) -> Value | None:
    pieces = [literal_text(resolver.resolve(item)) for item in arguments(argument)]
    if not pieces or None in pieces:
        return Unknown("Fn::GetAtt of something that is known at deployment", place)
    logical_id, _, attribute = ".".join(piece or "" for piece in pieces).partition(".")
    return resolver.attribute(logical_id, attribute, place)


def sub(resolver: Resolver, argument: Value, place: Location) -> Value | None:
    variables: dict[str, Value] = {}
    template = argument
    if isinstance(argument, Sequence) and not argument.tag:
        if len(argument.items) != 2 or not isinstance(argument.items[1], Mapping):
            return malformed("Fn::Sub", place)
        template = argument.items[0]
        variables = argument.items[1].entries
    text = literal_text(resolver.resolve(template))
    if text is None:
        return malformed("Fn::Sub", place)
    if "${" not in text:
        return Scalar(text, place)
    return values.text_of(_pieces(resolver, text, variables, place), place)


def _pieces(
    resolver: Resolver, text: str, variables: dict[str, Value], place: Location
) -> list[Value | str | None]:
    pieces: list[Value | str | None] = []
    end = 0
    for match in _PLACEHOLDER.finditer(text):
        pieces.append(text[end : match.start()])
        end = match.end()
        name = match.group(1).strip()
        if name.startswith("!"):
            pieces.append("${" + name[1:] + "}")
        elif name in variables:
            pieces.append(resolver.resolve(variables[name]))
        elif not name:
            pieces.append(match.group())
        else:
            logical_id, dot, attribute = name.partition(".")
            is_attribute = bool(dot) and name not in resolver.parameters
            pieces.append(
                resolver.attribute(logical_id, attribute, place)
                if is_attribute
                else resolver.named(name, place)
            )
    pieces.append(text[end:])
    return [piece for piece in pieces if piece != ""]


def join(resolver: Resolver, argument: Value, place: Location) -> Value | None:
    pieces = arguments(argument)
    delimiter = literal_text(resolver.resolve(pieces[0])) if len(pieces) == 2 else None
    if len(pieces) == 2 and isinstance(pieces[0], Scalar) and pieces[0].value is None:
        delimiter = ""
    if delimiter is None:
        return malformed("Fn::Join", place)
    return values.join(delimiter, resolver.resolve(pieces[1]), place)


def split(resolver: Resolver, argument: Value, place: Location) -> Value | None:
    pieces = arguments(argument)
    delimiter = literal_text(resolver.resolve(pieces[0])) if len(pieces) == 2 else None
    if delimiter is None:
        return malformed("Fn::Split", place)
    return lists.split(delimiter, resolver.resolve(pieces[1]), place, resolver.type_of)


def select(resolver: Resolver, argument: Value, place: Location) -> Value | None:
    pieces = arguments(argument)
    if len(pieces) != 2:
        return malformed("Fn::Select", place)
    return lists.select(resolver.resolve(pieces[0]), resolver.resolve(pieces[1]), place)


def find_in_map(resolver: Resolver, argument: Value, place: Location) -> Value | None:
    """The default value when a key is missing; unknown when a key is."""
    pieces = list(arguments(argument))
    default: Value | None = None
    options = pieces.pop() if len(pieces) == 4 else None
    if isinstance(options, Mapping):
        default = options.get("DefaultValue")
    if len(pieces) != 3:
        return malformed("Fn::FindInMap", place)
    keys = [resolver.resolve(piece) for piece in pieces]

    def look_up(chosen: list[Value | None]) -> Value | None:
        return _mapped(resolver, chosen, default, place)

    return values.spread(keys, look_up, place)


def _mapped(
    resolver: Resolver, keys: list[Value | None], default: Value | None, place: Location
) -> Value | None:
    names = [literal_text(key) for key in keys]
    table = resolver.mapping(names[0]) if names[0] is not None else None
    if table is None:
        return Unknown(f"mapping {names[0] or ''} is not in the template", place)
    rows = _rows(table, names[1])
    cells = [cell for row in rows for cell in _rows(row, names[2])]
    unknown = next((key for key in keys[1:] if literal_text(key) is None), None)
    if not cells and unknown is None:
        if default is not None:
            return resolver.resolve(default)
        return Unknown(f"mapping {names[0]} has no {names[1]}.{names[2]}", place)
    if cells and (unknown is None or _all_same(cells)):
        return derived(cells[0], place, Origin("mapping", names[0] or "", cells[0].location))
    if isinstance(unknown, Unknown):
        return Unknown(f"mapping {names[0]} by a key that is not known: {unknown.reason}", place)
    return Unknown(f"mapping {names[0]} by {values_shown(unknown)}, known at deployment", place)


def _rows(table: Value, name: str | None) -> list[Value]:
    """The entry of that name; all entries when the name is not known."""
    if not isinstance(table, Mapping):
        return []
    if name is None:
        return list(table.entries.values())
    found = table.entries.get(name)
    return [found] if found is not None else []


def _all_same(cells: list[Value]) -> bool:
    first = literal_text(cells[0])
    return first is not None and all(literal_text(cell) == first for cell in cells)


def values_shown(value: Value | None) -> str:
    return str(value) if isinstance(value, (Reference, Text)) else "a value"


def if_(resolver: Resolver, argument: Value, place: Location) -> Value | None:
    pieces = arguments(argument)
    if len(pieces) not in (2, 3):
        return malformed("Fn::If", place)
    name = literal_text(resolver.resolve(pieces[0])) or f"the one in line {place.line}"
    branches = (pieces[1], pieces[2] if len(pieces) == 3 else None)
    outcome = resolver.conditions.holds(name)
    origin = Origin("condition", name, resolver.condition_location(name) or place)
    if outcome is not None:
        taken = branches[0] if outcome else branches[1]
        value = resolver.resolve(taken) if taken is not None else None
        return with_origin(value, origin) if value is not None else None
    resolved = [
        resolver.assuming(name, side, branch) if branch is not None else None
        for side, branch in zip((True, False), branches, strict=True)
    ]
    return choice(name, resolved[0], resolved[1], place, (origin,))


def base64(resolver: Resolver, argument: Value, place: Location) -> Value | None:
    return resolver.resolve(argument)


def cidr(resolver: Resolver, argument: Value, place: Location) -> Value | None:
    pieces = [resolver.resolve(piece) for piece in arguments(argument)]
    if len(pieces) not in (2, 3):
        return malformed("Fn::Cidr", place)
    block, count, bits = (*pieces, None)[:3]
    return values.spread(
        [block, count, bits],
        lambda chosen: lists.cidr(chosen[0], chosen[1], chosen[2], place),
        place,
    )


def get_azs(resolver: Resolver, argument: Value, place: Location) -> Value | None:
    return Unknown("availability zones are known at deployment", place)


def import_value(resolver: Resolver, argument: Value, place: Location) -> Value | None:
    name = resolver.resolve(argument)
    return values.spread([name], lambda chosen: resolver.imported(chosen[0], place), place)


def transform(resolver: Resolver, argument: Value, place: Location) -> Value | None:
    content = fragment(resolver, argument)
    return content if isinstance(content, Unknown) else resolver.resolve(content)


def length(resolver: Resolver, argument: Value, place: Location) -> Value | None:
    return lists.length(resolver.resolve(argument), place)


def to_json_string(resolver: Resolver, argument: Value, place: Location) -> Value | None:
    value = resolver.resolve(argument)
    if isinstance(value, Choice):
        return values.spread([value], lambda chosen: values.to_json(chosen[0], place), place)
    return values.to_json(value, place)


def boolean(resolver: Resolver, argument: Value, place: Location) -> Value | None:
    return Unknown("a condition function outside the section Conditions", place)


#: By the name without ``Fn::``, which is also the short-form tag.
FUNCTIONS: dict[str, Handler] = {
    "Ref": ref,
    "GetAtt": get_att,
    "Sub": sub,
    "Join": join,
    "Split": split,
    "Select": select,
    "FindInMap": find_in_map,
    "If": if_,
    "Base64": base64,
    "Cidr": cidr,
    "GetAZs": get_azs,
    "ImportValue": import_value,
    "Transform": transform,
    "Length": length,
    "ToJsonString": to_json_string,
    "Equals": boolean,
    "And": boolean,
    "Or": boolean,
    "Not": boolean,
}

#: Functions that make new text or lists, whose size is counted.
BUILDERS = frozenset(("Sub", "Join", "Split", "Cidr", "ToJsonString"))
