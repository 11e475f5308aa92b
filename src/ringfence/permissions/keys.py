"""Customer keys: with which key of the customer's a resource is encrypted.

Keys that the provider manages (``alias/aws/…``, or none given) need no permission of a caller.
"""

from __future__ import annotations

from ringfence.model.application import Resource
from ringfence.model.value import Choice, Mapping, Reference, Scalar, Sequence, Text, Value
from ringfence.permissions.physical import PhysicalNames

#: Kind of resource → the property that names its key.
_PROPERTIES = {
    "queue": "KmsMasterKeyId",
    "topic": "KmsMasterKeyId",
    "stream": "StreamEncryption.KeyId",
    "table": "SSESpecification.KMSMasterKeyId",
    "secret": "KmsKeyId",
    "log-group": "KmsKeyId",
    "function": "KmsKeyArn",
    "delivery-stream": "DeliveryStreamEncryptionConfigurationInput.KeyARN",
    "state-machine": "EncryptionConfiguration.KmsKeyId",
    "bus": "KmsKeyIdentifier",
}
_KEY_FORM = "key/{}"


def customer_keys(resource: Resource, names: PhysicalNames) -> tuple[str, ...]:
    """The ARN patterns of the customer keys that may encrypt the resource; () for none."""
    values = _bucket_keys(resource.properties) if resource.kind == "bucket" else []
    path = _PROPERTIES.get(resource.kind)
    value = resource.properties.at(path) if path else None
    if value is not None:
        values.append(value)
    found = (arn for value in values for arn in key_arns(value, names))
    return tuple(dict.fromkeys(found))


class Aliases:
    """The aliases of an application's keys, by their names and by their own ids."""

    def __init__(self, names: PhysicalNames) -> None:
        self._targets: dict[str, str] = {}
        for resource in names.application.resources.values():
            if resource.type != "AWS::KMS::Alias":
                continue
            target = resource.properties.get("TargetKeyId")
            if isinstance(target, Reference) and names.kind(target.resource) == "key":
                self._targets[f"⟦{resource.id}⟧"] = f"⟦{target.resource}⟧"
                alias = names.text(resource.properties.get("AliasName"))
                self._targets[alias] = f"⟦{target.resource}⟧"

    def settled(self, pattern: str) -> str:
        """The key in place of its alias (a name, an ARN, or the alias as a resource)."""
        head, colon, name = pattern.partition(":alias/")
        alias = f"alias/{name}" if colon and head.startswith("arn:") else pattern
        return self._targets.get(alias, pattern)


def _bucket_keys(properties: Mapping) -> list[Value]:
    rules = properties.at("BucketEncryption.ServerSideEncryptionConfiguration")
    found = []
    for rule in rules.items if isinstance(rules, Sequence) else ():
        default = rule.get("ServerSideEncryptionByDefault") if isinstance(rule, Mapping) else None
        key = default.get("KMSMasterKeyID") if isinstance(default, Mapping) else None
        if key is not None:
            found.append(key)
    return found


def key_arns(value: Value | None, names: PhysicalNames) -> tuple[str, ...]:
    """The ARN patterns of the keys that a property names by identifier, alias or ARN."""
    if isinstance(value, Choice):
        found = (arn for branch in value.branches() for arn in key_arns(branch, names))
        return tuple(dict.fromkeys(found))
    if value is None:
        return ()
    if isinstance(value, Reference) and (arn := _of_reference(value, names)):
        return (arn,)
    text = names.text(value)
    if not text or "alias/aws/" in text:
        return ()
    if text.startswith("arn:") and ":key/" in text:
        return (text,)
    if text.startswith("alias/") or ":alias/" in text:
        return (_of_alias(text.rpartition("alias/")[2], names),)
    return (names.arn_in("kms", _KEY_FORM.format(text.rpartition("/")[2])),)


def _of_reference(value: Reference, names: PhysicalNames) -> str:
    resource = names.application.resources.get(value.resource)
    if resource is None or value.is_pseudo:
        return ""
    if resource.type == "AWS::KMS::Alias":
        targets = key_arns(resource.properties.get("TargetKeyId"), names)
        return targets[0] if targets else ""
    return names.arn(resource.id) if resource.kind == "key" else ""


def _of_alias(alias: str, names: PhysicalNames) -> str:
    """The key that an alias of the application points to; every key for one of elsewhere."""
    for resource in names.application.resources.values():
        if resource.type != "AWS::KMS::Alias":
            continue
        name = resource.properties.get("AliasName")
        if isinstance(name, (Scalar, Text)) and names.text(name) == f"alias/{alias}":
            targets = key_arns(resource.properties.get("TargetKeyId"), names)
            if targets:
                return targets[0]
    return names.arn_in("kms", "key/*")
