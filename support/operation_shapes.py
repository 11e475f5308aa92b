"""What the provider's SDK models say of operations: names, parameters, verbs; for the refresh."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ringfence.permissions import actions

#: Signing names and endpoint prefixes that are not the prefix of the actions.
PREFIXES = {
    "monitoring": "cloudwatch",
    "iotdata": "iot",
    "eventbridge": "events",
    "resourcegroupstaggingapi": "tag",
    "iotsecuretunneling": "iot",
    "cloudcontrol": "cloudformation",
    "mturk": "mechanicalturk",
    "partnercentral-selling": "partnercentral",
    "partnercentral-account": "partnercentral",
    "partnercentral-benefits": "partnercentral",
    "partnercentral-channel": "partnercentral",
}
MAX_DEPTH = 6
#: boto3 takes a copy's source as a structure too, which the model does not say.
COPY_SOURCE = ("CopySource.Bucket", "CopySource.Key", "CopySource.VersionId")
_ROLE = re.compile(r"(role(arn)?|iamrolename)$", re.IGNORECASE)
_PASSING = re.compile(
    r"^(Add|Associate|Continue|Create|Enable|Estimate|Import|Modify|Put|Register|Replace|Request"
    r"|Restore|Run|Send|Set|Start|Submit|Update|Upload|Export|Batch|Configure|Invoke|Deploy)"
)


def prefix_of(name: str, model: Any) -> str:
    """The prefix under which most operations are actions; "" when nothing fits."""
    names = [
        model.metadata.get("signingName", ""),
        model.endpoint_prefix,
        name,
        name.replace("-", ""),
        re.sub(r"v\d$", "", name),
    ]
    names = [PREFIXES.get(each, each) for each in names if each]
    known = [each for each in dict.fromkeys(names) if actions.service_exists(each)]
    return max(known, key=lambda each: _count(each, model), default="")


def _count(prefix: str, model: Any) -> int:
    return sum(bool(actions.expand(f"{prefix}:{each}")) for each in model.operation_names)


def is_unsigned(operation: Any) -> bool:
    return operation.auth_type == "none" or list(operation.auth or ()) == ["smithy.api#noAuth"]


def members_of(operation: Any) -> dict[str, Any]:
    shape = operation.input_shape
    return dict(shape.members) if shape is not None else {}


def required_of(operation: Any) -> frozenset[str]:
    shape = operation.input_shape
    return frozenset(shape.required_members) if shape is not None else frozenset()


def spellings(path: str, operation: Any) -> list[str]:
    """The spellings under which facts may name an argument; [] when the model has none such.

    A list of texts is ``Names[]`` or, when it is not known as a list, ``Names``.
    """
    if path in COPY_SOURCE and "CopySource" in members_of(operation):
        return [path]
    shape = shape_at(path.replace("<>", "{}"), operation)
    if shape is None:
        return []
    return [path + "[]", path] if shape.type_name == "list" else [path]


def shape_at(path: str, operation: Any) -> Any:
    """The shape of an argument's path, such as ``TransactItems[].Put.TableName``."""
    shape = operation.input_shape
    for piece in re.findall(r"[^.\[\]{}]+|\[\]|\{\}", path):
        if shape is None:
            return None
        if piece == "[]":
            shape = shape.member if shape.type_name == "list" else None
        elif piece == "{}":
            shape = shape.key if shape.type_name == "map" else None
        else:
            shape = shape.members.get(piece) if shape.type_name == "structure" else None
    return shape


def roles_in(operation: Any) -> Iterator[str]:
    """The paths of parameters that hand a role over."""
    if operation.input_shape is None or not _PASSING.match(operation.name):
        return
    stack: list[tuple[str, Any, int]] = [("", operation.input_shape, 0)]
    while stack:
        path, shape, depth = stack.pop(0)
        if depth > MAX_DEPTH:
            continue
        if shape.type_name == "list":
            stack.append((path + "[]", shape.member, depth + 1))
        elif shape.type_name == "structure":
            for name, member in shape.members.items():
                inner = f"{path}.{name}" if path else name
                if member.type_name == "string" and _ROLE.search(name) and not member.enum:
                    yield inner
                elif member.type_name in ("structure", "list"):
                    stack.append((inner, member, depth + 1))


def request_path(operation: Any) -> str:
    """The path of a REST operation with the parameters' names, as an ARN of API Gateway has it."""
    names = {
        member.serialization.get("name", name): name
        for name, member in members_of(operation).items()
        if member.serialization.get("location") == "uri"
    }
    path = operation.http["requestUri"].partition("?")[0].removeprefix("/v2")
    return re.sub(r"\{([^{}+]+)\+?\}", lambda match: "{" + names[match[1]] + "}", path)


#: Members whose ARNs are handed over, or only mentioned, and are not what the action is about.
_NOT_THE_RESOURCE = re.compile("role|kms|key|topic|sns|policy|queue|log|bucket|certificate", re.I)


def arn_argument(operation: Any) -> str:
    """A placeholder for the one argument that is the ARN of what the operation is about; "" where
    there is none, or more than one."""
    shape = operation.input_shape
    names = [
        name
        for name in (shape.members if shape is not None else ())
        if name.endswith(("Arn", "ARN")) and not _NOT_THE_RESOURCE.search(name)
    ]
    if len(names) != 1:
        return ""
    return "{" + names[0] + ("!" if names[0] in shape.required_members else "") + "}"


def name_argument(operation: Any) -> str:
    """A placeholder for the one required argument that is a name or an identifier; "" where there
    is none, or more than one."""
    shape = operation.input_shape
    required = shape.required_members if shape is not None else ()
    names = [name for name in required if name.endswith(("Name", "Id", "Identifier"))]
    return "{" + names[0] + "!}" if len(names) == 1 else ""
