"""``Fn::Split``, ``Fn::Select``, ``Fn::Cidr`` and ``Fn::Length`` of resolved values."""

from __future__ import annotations

from collections.abc import Callable

from ringfence.loaders.intrinsics_values import (
    Part,
    concatenate,
    derived,
    joined_origins,
    literal_text,
    spread,
)
from ringfence.model.location import Location
from ringfence.model.value import (
    Choice,
    Reference,
    Scalar,
    Sequence,
    Text,
    Unknown,
    Value,
)

#: Types whose ``Ref`` is a name or id of letters, digits, and ``-_.``, so that splitting at
#: any other character leaves it whole. Source: "Return values" of each type's reference page.
NAMED_BY_REF = frozenset((
    "AWS::ApiGateway::RestApi", "AWS::ApiGateway::Stage", "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Stage", "AWS::Cognito::UserPool", "AWS::Cognito::UserPoolClient",
    "AWS::DynamoDB::Table", "AWS::EC2::SecurityGroup", "AWS::EC2::Subnet", "AWS::EC2::VPC",
    "AWS::EC2::VPCEndpoint", "AWS::IAM::Role", "AWS::IAM::User", "AWS::Kinesis::Stream",
    "AWS::KMS::Key", "AWS::Lambda::Function", "AWS::S3::Bucket", "AWS::Serverless::Api",
    "AWS::Serverless::Function", "AWS::Serverless::HttpApi", "AWS::Serverless::SimpleTable",
    "AWS::Serverless::WebSocketApi",
))  # fmt: skip
_WHOLE_PSEUDO_PARAMETERS = frozenset(
    ("AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::StackName", "AWS::URLSuffix")
)
_IMPLICIT_APIS = ("ServerlessRestApi", "ServerlessHttpApi")

#: The type of the resource with a logical id, or "".
TypeOf = Callable[[str], str]


class Pieces(Unknown):
    """The pieces of a reference that is split: their number and text are known at deployment."""

    __slots__ = ("source",)

    def __init__(self, source: Reference, location: Location) -> None:
        reason = f"pieces of {source}, which is known at deployment"
        super().__init__(reason, location, source.origins)
        self.source = source


def split(
    delimiter: str, source: Value | None, location: Location, type_of: TypeOf = lambda _: ""
) -> Value | None:
    """``Fn::Split``. In a text that is only partly known, a reference that cannot hold the
    delimiter stays whole inside its piece; from the first that may, pieces are Unknown."""
    if isinstance(source, Choice):
        return spread(
            [source], lambda chosen: split(delimiter, chosen[0], location, type_of), location
        )
    if not delimiter:
        return Unknown("Fn::Split without a delimiter", location)
    if isinstance(source, Unknown):
        return derived(source, location)
    known = literal_text(source)
    parts: tuple[Part, ...]
    if source is not None and known is not None:
        parts = (known,)
    elif isinstance(source, Reference):
        if not is_whole(source, delimiter, type_of):
            return Pieces(source, location)
        parts = (source,)
    elif isinstance(source, Text):
        parts = source.parts
    else:
        return Unknown("Fn::Split needs a text", location)
    pieces = _split_parts(delimiter, parts, location, type_of)
    for piece in pieces:
        piece.origins = joined_origins((piece.origins, source.origins))
    return Sequence(pieces, location, source.origins)


def _split_parts(
    delimiter: str, parts: tuple[Part, ...], location: Location, type_of: TypeOf
) -> list[Value]:
    pieces: list[Value] = []
    current: list[Value | str | None] = []
    for part in parts:
        if isinstance(part, str):
            first, *others = part.split(delimiter)
            current.append(first)
            for other in others:
                pieces.append(concatenate(current, location))
                current = [other]
        elif isinstance(part, Reference) and is_whole(part, delimiter, type_of):
            current.append(part)
        else:
            reason = "a piece of a text that is known at deployment"
            return [*pieces, Unknown(reason, location)]
    return [*pieces, concatenate(current, location)]


def is_whole(reference: Reference, delimiter: str, type_of: TypeOf) -> bool:
    """Whether the text of a reference surely does not hold the delimiter."""
    if not delimiter.isprintable() or any(c.isalnum() or c in "-_." for c in delimiter):
        return False
    if reference.is_pseudo:
        return reference.resource in _WHOLE_PSEUDO_PARAMETERS
    name = reference.logical_id
    return reference.attribute == "Ref" and (
        name in _IMPLICIT_APIS or type_of(name) in NAMED_BY_REF
    )


def select(index: Value | None, items: Value | None, location: Location) -> Value | None:
    """``Fn::Select``. Of a reference (to a list, or split) the item stays a reference to the same
    resource, with the number behind the attribute: ``FunctionUrl[2]``."""
    if isinstance(index, Choice) or isinstance(items, Choice):
        return spread(
            [index, items], lambda chosen: select(chosen[0], chosen[1], location), location
        )
    if isinstance(index, Unknown):
        return derived(index, location)
    number = literal_text(index)
    if number is None or not number.isdecimal() or len(number) > 6:
        return Unknown("the index of Fn::Select is not a known number", location)
    source = items.source if isinstance(items, Pieces) else items
    if isinstance(source, Reference):
        attribute = f"{source.attribute}[{number}]"
        return Reference(source.resource, attribute, location, source.origins)
    if isinstance(items, Unknown):
        return derived(items, location)
    if not isinstance(items, Sequence):
        return Unknown("Fn::Select needs a list", location)
    position = int(number)
    listed = items.items
    if any(isinstance(item, Choice) and None in (item.then, item.otherwise) for item in listed):
        return Unknown("the length of the list depends on a condition", location)
    if position < len(listed):
        return derived(listed[position], location, *items.origins)
    last = listed[-1] if listed else None
    if isinstance(last, Unknown):  # the open end of a split
        return derived(last, location)
    return Unknown(f"the list has no item {position}", location)


def cidr(block: Value | None, count: Value | None, bits: Value | None, place: Location) -> Value:
    """``Fn::Cidr``: ``count`` subnets with ``bits`` host bits each (8 when not given)."""
    from ipaddress import ip_network
    from itertools import islice

    texts = [literal_text(value) for value in (block, count, bits or Scalar(8))]
    if texts[0] is None or not all(text and text.isdecimal() for text in texts[1:]):
        what = str(block) if isinstance(block, (Text, Reference)) else "a value"
        return Unknown(f"address blocks of {what}, which is known at deployment", place)
    try:
        network = ip_network(texts[0], strict=False)
        prefix = network.max_prefixlen - int(texts[2] or 8)
        blocks = list(islice(network.subnets(new_prefix=prefix), min(int(texts[1] or 1), 256)))
    except ValueError:
        return Unknown(f"'{texts[0]}' cannot be divided into such blocks", place)
    return Sequence([Scalar(str(subnet), place) for subnet in blocks], place)


def length(items: Value | None, location: Location) -> Value | None:
    """``Fn::Length`` of a list."""
    if isinstance(items, Choice):
        return spread([items], lambda chosen: length(chosen[0], location), location)
    if not isinstance(items, Sequence):
        return Unknown("the length of a list that is known at deployment", location)
    if any(isinstance(item, Choice) for item in items.items):
        return Unknown("the length of the list depends on a condition", location)
    return Scalar(len(items.items), location, items.origins)
