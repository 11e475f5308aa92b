"""Values of statements: literal text and references, as each template format writes them."""

from __future__ import annotations

import re
from typing import Any

from ringfence.edits.emit import Intrinsic
from ringfence.model.record import record

_VARIABLE = re.compile(r"\$\{")


@record(frozen=True)
class Ref:
    """A reference to a resource of the same template, or to a pseudo parameter. ``name`` is the
    logical id, ``AWS::Region``, or an address of Terraform (``aws_dynamodb_table.orders``);
    ``attribute`` is ``Ref``, ``Arn`` or another attribute."""

    name: str
    attribute: str = "Arn"


@record(frozen=True)
class TemplateValue:
    """Text put together from literal parts and references."""

    parts: tuple[str | Ref, ...]

    @staticmethod
    def text(value: str) -> TemplateValue:
        return TemplateValue((value,))

    @staticmethod
    def of(name: str, attribute: str = "Arn", before: str = "", after: str = "") -> TemplateValue:
        parts = (before, Ref(name, attribute), after)
        return TemplateValue(tuple(part for part in parts if part))

    def __str__(self) -> str:
        """For people, and for sorting: ``${Orders.Arn}/index/*``."""
        return "".join(
            part if isinstance(part, str) else f"${{{part.name}.{part.attribute}}}"
            for part in self.parts
        )

    def references(self) -> tuple[Ref, ...]:
        return tuple(part for part in self.parts if isinstance(part, Ref))


def cloudformation_value(value: TemplateValue) -> Any:
    """As CloudFormation and SAM write it: plain text, ``Ref``, ``GetAtt``, else ``Sub``."""
    if not value.references():
        return "".join(map(str, value.parts))
    if len(value.parts) == 1:
        return _one(value.references()[0])
    return Intrinsic("Sub", "".join(_in_sub(part) for part in value.parts))


def serverless_value(value: TemplateValue) -> Any:
    """As a Serverless Framework file writes it, where ``${…}`` is the framework's own: references
    to resources are joined, pseudo parameters stand in a ``Sub``, which the framework lets pass."""
    is_plain = not any(isinstance(part, str) and "${" in part for part in value.parts)
    if is_plain and all(ref.name.startswith("AWS::") for ref in value.references()):
        return cloudformation_value(value)
    pieces: list[Any] = []
    for part in value.parts:
        if isinstance(part, Ref):
            pieces.append(_one(part))
        else:
            pieces.extend(_apart(part))
    return pieces[0] if len(pieces) == 1 else Intrinsic("Join", ["", pieces])


def _apart(text: str) -> list[str]:
    """Text in pieces none of which holds ``${``."""
    first, *others = _VARIABLE.split(text)
    pieces = [first + "$"] if others else [first]
    for number, other in enumerate(others):
        pieces.append("{" + other + ("$" if number < len(others) - 1 else ""))
    return [piece for piece in pieces if piece]


def _one(ref: Ref) -> Intrinsic:
    if ref.attribute == "Ref":
        return Intrinsic("Ref", ref.name)
    return Intrinsic("GetAtt", [ref.name, ref.attribute])


def _in_sub(part: str | Ref) -> str:
    if isinstance(part, str):
        return part.replace("${", "${!")
    return "${" + (part.name if part.attribute == "Ref" else f"{part.name}.{part.attribute}") + "}"


def intrinsics(data: Any) -> Any:
    """Data of a document, in the long form, with its intrinsic functions told apart."""
    if isinstance(data, list):
        return [intrinsics(item) for item in data]
    if not isinstance(data, dict):
        return data
    if len(data) == 1:
        (name, argument), *_ = data.items()
        if name == "Ref" or name.startswith("Fn::"):
            return Intrinsic(name.removeprefix("Fn::"), intrinsics(argument))
    return {key: intrinsics(item) for key, item in data.items()}
