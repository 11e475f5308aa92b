"""``SimpleTable`` and ``LayerVersion``: shorthands for one resource."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import is_set, make_mapping, mapping_of
from ringfence.loaders.sam.context import Expansion, Shorthand
from ringfence.loaders.sam.functions import code_location
from ringfence.loaders.sam.roles import tag_list
from ringfence.model.value import Mapping, display

_KEY_TYPES = {"String": "S", "Number": "N", "Binary": "B"}


def expand_table(source: Shorthand, expansion: Expansion) -> None:
    """A DynamoDB table with one key, ``id`` unless named."""
    key = mapping_of(source.get("PrimaryKey"))
    place = source.place("PrimaryKey")
    name = key.get("Name") or "id"
    kind = _KEY_TYPES.get(display(key.get("Type")) or "String", "S")
    throughput = source.get("ProvisionedThroughput")
    provisioned = is_set(throughput)
    properties: dict[str, Any] = {
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": kind}],
        "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
        "BillingMode": None if provisioned else "PAY_PER_REQUEST",
        "ProvisionedThroughput": throughput if provisioned else None,
        **passed(source, "PointInTimeRecoverySpecification", "SSESpecification", "TableName"),
        "Tags": tag_list(source.get("Tags")),
    }
    made = make_mapping(properties, place)
    _add(source, "AWS::DynamoDB::Table", made, expansion)


def expand_layer(source: Shorthand, expansion: Expansion) -> None:
    """A layer; its id stays the user's, so that references keep their meaning."""
    properties = make_mapping(
        {
            "Content": code_location(source.get("ContentUri"), source.location),
            **passed(
                source,
                "LayerName",
                "Description",
                "CompatibleRuntimes",
                "CompatibleArchitectures",
                "LicenseInfo",
            ),
        },
        source.location,
    )
    if "LayerName" not in properties:
        properties.entries["LayerName"] = make_mapping(
            {"name": source.logical_id}, source.location
        ).entries["name"]
    _add(source, "AWS::Lambda::LayerVersion", properties, expansion)


def passed(source: Shorthand, *names: str) -> dict[str, Any]:
    """Those properties of the shorthand that are set."""
    return {name: source.get(name) for name in names if is_set(source.get(name))}


def _add(source: Shorthand, type_: str, made: Mapping, expansion: Expansion) -> None:
    keys = {key: place for key, place in source.properties.keys.items() if key in made}
    properties = Mapping(made.entries, source.properties.location, (), keys)
    expansion.add(source.logical_id, type_, properties, source, None, source.attributes)
