"""The official transform as an oracle: its output in the same shape as ours, for comparison."""

from __future__ import annotations

import json
import os
import re
from typing import Any
from unittest import mock

import yaml

from ringfence.loaders.documents import parse_document
from ringfence.loaders.intrinsics import resolve
from ringfence.loaders.sam import expand
from ringfence.loaders.template import Template, TemplateResource
from ringfence.model.value import Choice, Mapping, plain

_HASH = re.compile(r"(?<=[A-Za-z0-9])[0-9a-f]{10}(?=$|[.}])")


class _Loader(yaml.SafeLoader):
    pass


def _tagged(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _tagged)
_Loader.yaml_implicit_resolvers = {
    key: [(tag, pattern) for tag, pattern in pairs if not tag.endswith("timestamp")]
    for key, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def transform(text: str) -> dict[str, Any]:
    """The official transform's output; local code locations become S3 URIs first."""
    from samtranslator.translator.transform import transform as official

    document = yaml.load(text, _Loader)
    for section in (document.get("Globals") or {}).values():
        _localise(section or {})
    for resource in document["Resources"].values():
        _localise(resource.get("Properties") or {}, resource.get("Type", ""))
    defaults = {
        name: given.get("Default", "given")
        for name, given in (document.get("Parameters") or {}).items()
    }
    with mock.patch.dict(os.environ, {"AWS_DEFAULT_REGION": "us-east-1"}):
        return official(document, defaults, _NoPolicies())


class _NoPolicies:
    def load(self) -> dict[str, str]:
        return {}


def _localise(properties: dict[str, Any], type_: str = "") -> None:
    for name in ("CodeUri", "ContentUri", "DefinitionUri"):
        if isinstance(properties.get(name), str) or "Fn::Sub" in str(properties.get(name, "")):
            properties[name] = "s3://bucket/key"
    if type_ == "AWS::Serverless::Function" and not {"CodeUri", "InlineCode", "ImageUri"} & set(
        properties
    ):
        key = "ImageUri" if properties.get("PackageType") == "Image" else "CodeUri"
        properties[key] = "s3://bucket/key"


def ours(text: str) -> Template:
    """The template as the scanner sees it."""
    document = parse_document(text.encode(), "template.yaml")
    assert isinstance(document, Mapping)
    template = resolve(document, "template.yaml", "")
    expand(template)
    return template


def official(text: str) -> Template:
    """The official output, resolved by the same resolver."""
    document = parse_document(json.dumps(transform(text), default=str).encode(), "template.yaml")
    assert isinstance(document, Mapping)
    return resolve(document, "template.yaml", "")


def name(logical_id: str) -> str:
    """A logical id without the hash that the official transform puts behind some."""
    return _HASH.sub("", logical_id)


def resource_set(template: Template) -> set[tuple[str, str]]:
    return {(name(item.logical_id), item.type) for item in template.resources.values()}


def _known(choice: Choice) -> Any:
    return choice.then if choice.then is not None else choice.otherwise


def data(value: Any) -> Any:
    """A value as comparable data."""
    return _same(plain(value, lambda _: "?", _known))


def _same(item: Any) -> Any:
    if isinstance(item, dict):
        return {key: _same(inner) for key, inner in item.items()}
    if isinstance(item, list):
        return [_same(inner) for text in item for inner in _split(text)]
    if isinstance(item, str):
        known = item.replace("${AWS::Partition}", "aws").replace("${AWS::Region}", "us-east-1")
        return _HASH.sub("", known)
    return item


def _split(item: Any) -> list[Any]:
    """Addresses as single items: without a deployment, the official transform leaves the default of
    a list parameter as one text."""
    addresses = isinstance(item, str) and "/" in item and ", " in item
    return item.split(", ") if addresses else [item]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value is not None else []


def role(resource: TemplateResource) -> dict[str, Any]:
    """What a role allows: managed policies by name, and its statements in any order."""
    properties = data(resource.properties)
    statements = []
    for policy in listed(properties.get("Policies")):
        document = policy.get("PolicyDocument", {}) if isinstance(policy, dict) else {}
        for statement in listed(document.get("Statement")):
            if isinstance(statement, dict):
                flat = {
                    key: sorted(map(str, listed(item))) if key in ("Action", "Resource") else item
                    for key, item in statement.items()
                }
                flat["Action"] = [action.lower() for action in flat.get("Action", [])]
                statements.append(json.dumps(flat, sort_keys=True, default=str))
    return {
        "managed": sorted(
            str(item).rpartition("/")[2] for item in properties.get("ManagedPolicyArns") or []
        ),
        "statements": sorted(set(statements)),
        "trust": properties.get("AssumeRolePolicyDocument"),
        "boundary": properties.get("PermissionsBoundary"),
    }


def security(resource: TemplateResource) -> dict[str, Any]:
    """The methods of an API with what each demands, and its security schemes."""
    body = data(resource.properties).get("Body")
    if not isinstance(body, dict):
        return {"body": body}
    methods = {
        f"{method} {path}": sorted(
            json.dumps(item, sort_keys=True) for item in definition.get("security") or []
        )
        for path, item in (body.get("paths") or {}).items()
        for method, definition in (item or {}).items()
        if isinstance(definition, dict)
    }
    schemes = body.get("securityDefinitions") or (body.get("components") or {}).get(
        "securitySchemes"
    )
    return {
        "methods": methods,
        "schemes": schemes or {},
        "policy": body.get("x-amazon-apigateway-policy"),
    }
