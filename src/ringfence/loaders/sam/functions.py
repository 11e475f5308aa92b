"""``AWS::Serverless::Function`` → the function, its role, URL, alias, and event resources."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import (
    branches_of,
    is_set,
    make_mapping,
    mapping_of,
)
from ringfence.loaders.sam import events
from ringfence.loaders.sam.context import Expansion, Shorthand
from ringfence.loaders.sam.roles import (
    RoleDraft,
    add_role,
    allow_delivery,
    read_policies,
    role_value,
    tag_list,
)
from ringfence.loaders.sam.targets import Target
from ringfence.model.location import Location
from ringfence.model.value import EMPTY, Choice, Mapping, Reference, Scalar, Value, string

#: Properties that SAM hands on unchanged ("AWS::Serverless::Function" in its specification).
PASSED_ON = (
    "FunctionName", "Handler", "Runtime", "Description", "MemorySize", "Timeout", "VpcConfig",
    "Environment", "KmsKeyArn", "ReservedConcurrentExecutions", "Layers", "FileSystemConfigs",
    "ImageConfig", "PackageType", "Architectures", "SnapStart", "EphemeralStorage",
    "CodeSigningConfigArn", "RuntimeManagementConfig", "LoggingConfig", "TenancyConfig",
    "RecursiveLoop", "DurableConfig", "FunctionScalingConfig", "PublishToLatestPublished",
)  # fmt: skip


def expand_function(source: Shorthand, expansion: Expansion) -> None:
    """Adds everything that the function becomes."""
    role, generated = role_value(source, expansion)
    _add_function(source, role, expansion)
    target = _add_version_and_alias(source, expansion)
    _add_url(source, target, expansion)
    draft = RoleDraft()
    _base_policies(draft, source)
    read_policies(draft, source, expansion)
    _dead_letters(draft, source)
    _add_invoke_config(draft, source, target, expansion)
    events.expand_events(source, target, draft, expansion)
    if generated:
        add_role(draft, source, "lambda.amazonaws.com", expansion)


def _add_function(source: Shorthand, role: Value, expansion: Expansion) -> None:
    given = source.properties
    entries: dict[str, Value] = {}
    for name in PASSED_ON:
        value = given.get(name)
        if is_set(value):
            assert value is not None
            entries[name] = value
    entries["Code"] = _code(source)
    entries["Role"] = role
    if is_set(tags := tag_list(source.get("Tags"))):
        assert tags is not None
        entries["Tags"] = tags
    _renamed(entries, source)
    keys = {name: given.key_location(name) for name in entries if name in given}
    for name, old in (("Code", "CodeUri"), ("TracingConfig", "Tracing")):
        if old in given:
            keys[name] = given.key_location(old)
    properties = Mapping(entries, given.location, given.origins, keys)
    attributes = _attributes(source.attributes)
    expansion.add(source.logical_id, "AWS::Lambda::Function", properties, source, None, attributes)


def _renamed(entries: dict[str, Value], source: Shorthand) -> None:
    tracing = source.get("Tracing")
    if is_set(tracing) and string(tracing) != "Disabled":
        place = source.place("Tracing")
        entries["TracingConfig"] = make_mapping({"Mode": tracing}, place)
    queue = mapping_of(source.get("DeadLetterQueue"))
    if "TargetArn" in queue:
        entries["DeadLetterConfig"] = make_mapping(
            {"TargetArn": queue.get("TargetArn")}, source.place("DeadLetterQueue")
        )
    if is_set(source.get("CapacityProviderConfig")):
        config = mapping_of(source.get("CapacityProviderConfig"))
        names = {"Arn": "CapacityProviderArn"}
        inner = {names.get(key, key): item for key, item in config.entries.items()}
        entries["CapacityProviderConfig"] = make_mapping(
            {"LambdaManagedInstancesCapacityProviderConfig": inner}, config.location
        )


def _attributes(attributes: Mapping) -> Mapping:
    """The attributes without those that only SAM reads."""
    if "Connectors" not in attributes and "IgnoreGlobals" not in attributes:
        return attributes
    kept = {
        key: item
        for key, item in attributes.entries.items()
        if key not in ("Connectors", "IgnoreGlobals")
    }
    return Mapping(kept, attributes.location, attributes.origins, attributes.keys)


def _code(source: Shorthand) -> Value:
    """``Code``: the local path or archive (``CodeUri``), the source text, or the image."""
    inline, image, uri = (source.get(name) for name in ("InlineCode", "ImageUri", "CodeUri"))
    if is_set(inline):
        assert inline is not None
        return make_mapping({"ZipFile": inline}, source.place("InlineCode"))
    if string(source.get("PackageType")) == "Image" or (is_set(image) and not is_set(uri)):
        return make_mapping({"ImageUri": image}, source.place("ImageUri"))
    return code_location(uri, source.location)


def code_location(uri: Value | None, location: Location) -> Value:
    """A ``CodeUri`` or ``ContentUri`` as ``Code``; a missing one is the template's own folder."""
    if isinstance(uri, Choice):
        then, otherwise = (
            None if branch is None else code_location(branch, location)
            for branch in (uri.then, uri.otherwise)
        )
        return Choice(uri.condition, then, otherwise, uri.location, uri.origins)
    if uri is None or not is_set(uri):
        return Scalar(".", location)
    if isinstance(uri, Mapping):
        renamed = {"Bucket": "S3Bucket", "Key": "S3Key", "Version": "S3ObjectVersion"}
        entries = {renamed.get(key, key): item for key, item in uri.entries.items()}
        return Mapping(entries, uri.location, uri.origins)
    text = string(uri) or ""
    if text.startswith("s3://"):
        bucket, _, key = text.removeprefix("s3://").partition("/")
        return make_mapping({"S3Bucket": bucket, "S3Key": key}, uri.location)
    return uri


def _base_policies(draft: RoleDraft, source: Shorthand) -> None:
    """The managed policies that SAM attaches for logging, tracing and network interfaces."""
    durable = is_set(source.get("DurableConfig"))
    basic = "AWSLambdaBasicDurableExecutionRolePolicy" if durable else "AWSLambdaBasicExecutionRole"
    draft.attach(f"service-role/{basic}", source.location)
    tracing = source.get("Tracing")
    if is_set(tracing) and string(tracing) != "Disabled":
        draft.attach("AWSXrayWriteOnlyAccess", source.place("Tracing"))
    if is_set(source.get("VpcConfig")):
        draft.attach("service-role/AWSLambdaVPCAccessExecutionRole", source.place("VpcConfig"))


def _dead_letters(draft: RoleDraft, source: Shorthand) -> None:
    queue = mapping_of(source.get("DeadLetterQueue"))
    target = queue.get("TargetArn")
    if target is not None:
        kind = string(queue.get("Type")) or ""
        place = source.place("DeadLetterQueue")
        allow_delivery(draft, kind, target, "dead-letter queue", place)


def _add_version_and_alias(source: Shorthand, expansion: Expansion) -> Target:
    """``AutoPublishAlias``; gives what events and URLs point at: the alias or the function."""
    alias = source.get("AutoPublishAlias")
    if not is_set(alias):
        return Target(source, "", source.logical_id)
    place = source.place("AutoPublishAlias")
    name = string(alias)
    version = f"{source.logical_id}Version"
    attributes = make_mapping({"DeletionPolicy": "Retain"}, place)
    function = expansion.ref(source.logical_id, place)
    expansion.add(
        version,
        "AWS::Lambda::Version",
        {"FunctionName": function, "Description": source.get("VersionDescription")},
        source,
        place,
        attributes,
    )
    alias_id = f"{source.logical_id}Alias" + "".join(c for c in name or "" if c.isalnum())
    expansion.add(
        alias_id,
        "AWS::Lambda::Alias",
        {
            "Name": alias,
            "FunctionName": function,
            "FunctionVersion": Reference(expansion.id_of(version), "Version", place),
            "ProvisionedConcurrencyConfig": source.get("ProvisionedConcurrencyConfig"),
        },
        source,
        place,
    )
    return Target(source, alias_id, source.logical_id, name or "")


def _add_url(source: Shorthand, target: Target, expansion: Expansion) -> None:
    """``FunctionUrlConfig``; ``AuthType: NONE`` also opens the function to everyone."""
    value = source.get("FunctionUrlConfig")
    if not is_set(value):
        return
    place = source.place("FunctionUrlConfig")
    config = mapping_of(value)
    kind = config.get("AuthType")
    function = target.function_name(expansion, place)
    expansion.add(
        f"{source.logical_id}Url",
        "AWS::Lambda::Url",
        {
            "AuthType": kind,
            "TargetFunctionArn": function,
            "Cors": config.get("Cors"),
            "InvokeMode": config.get("InvokeMode"),
        },
        source,
        place,
    )
    if not any(string(branch) == "NONE" for branch in branches_of(kind)):
        return
    proof = config.key_location("AuthType")
    for suffix, properties in (
        (
            "UrlPublicPermissions",
            {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": kind},
        ),
        (
            "URLInvokeAllowPublicAccess",
            {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True},
        ),
    ):
        expansion.add(
            source.logical_id + suffix,
            "AWS::Lambda::Permission",
            {**properties, "FunctionName": function, "Principal": "*"},
            source,
            proof,
        )


def _add_invoke_config(
    draft: RoleDraft, source: Shorthand, target: Target, expansion: Expansion
) -> None:
    """``EventInvokeConfig``: where results of asynchronous invocations go."""
    value = source.get("EventInvokeConfig")
    if not is_set(value):
        return
    place = source.place("EventInvokeConfig")
    config = mapping_of(value)
    destinations: dict[str, Any] = {}
    for when in ("OnSuccess", "OnFailure"):
        given = mapping_of(mapping_of(config.get("DestinationConfig")).get(when))
        if given.entries:
            arn = _destination(draft, source, when, given, expansion)
            destinations[when] = {"Destination": arn}
    expansion.add(
        f"{source.logical_id}EventInvokeConfig",
        "AWS::Lambda::EventInvokeConfig",
        {
            "FunctionName": expansion.ref(source.logical_id, place),
            "Qualifier": target.alias_name or "$LATEST",
            "DestinationConfig": destinations or None,
            "MaximumEventAgeInSeconds": config.get("MaximumEventAgeInSeconds"),
            "MaximumRetryAttempts": config.get("MaximumRetryAttempts"),
        },
        source,
        place,
    )


def _destination(
    draft: RoleDraft, source: Shorthand, when: str, given: Mapping, expansion: Expansion
) -> Value | None:
    """The ARN of a destination, made first when SAM makes the queue or topic itself."""
    kind = string(given.get("Type")) or ""
    place = given.location
    arn = given.get("Destination")
    types = {"SQS": ("Queue", "AWS::SQS::Queue"), "SNS": ("Topic", "AWS::SNS::Topic")}
    partial = isinstance(arn, Choice) and (arn.then is None or arn.otherwise is None)
    if (arn is None or partial) and kind in types:
        suffix, type_ = types[kind]
        logical_id = f"{source.logical_id}EventInvokeConfig{when}{suffix}"
        expansion.add(logical_id, type_, EMPTY, source, place)
        own: Value
        own = (
            expansion.arn(logical_id, place) if kind == "SQS" else expansion.ref(logical_id, place)
        )
        if isinstance(arn, Choice):
            arn = Choice(arn.condition, arn.then or own, arn.otherwise or own, arn.location)
        else:
            arn = own
    if arn is not None:
        allow_delivery(draft, kind, arn, "destination of asynchronous invocations", place)
    return arn
