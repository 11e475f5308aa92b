"""Functions of a service → ``AWS::Lambda::Function``, log group, URL, destinations."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import (
    branches_of,
    is_set,
    items_of,
    join,
    make,
    make_mapping,
    mapping_of,
)
from ringfence.loaders.serverless import code
from ringfence.loaders.serverless.builder import Builder, attribute, ref
from ringfence.loaders.serverless.naming import function_id, function_prefix
from ringfence.loaders.serverless.roles import role_of
from ringfence.loaders.serverless.service import FunctionEntry, Service
from ringfence.model.location import Location
from ringfence.model.value import (
    Mapping,
    Reference,
    Scalar,
    Unknown,
    Value,
    boolean,
    literal,
    string,
)

#: The framework's defaults for what neither function nor provider sets.
DEFAULT_MEMORY_MIB = 1024
DEFAULT_TIMEOUT_S = 6
DEFAULT_RUNTIME = "nodejs20.x"


def compile_functions(builder: Builder) -> None:
    for function in builder.service.functions:
        _compile(function, builder)


def _setting(function: FunctionEntry, service: Service, name: str) -> tuple[Value | None, Location]:
    """A setting of the function, else of the provider, and where its key stands."""
    value = function.get(name)
    if value is not None:
        return value, function.config.key_location(name)
    value = service.provider.get(name)
    if is_set(value):
        return value, service.provider.key_location(name)
    return None, function.location


def _compile(function: FunctionEntry, builder: Builder) -> None:
    service = builder.service
    place = function.location
    entries: dict[str, Any] = {}
    keys: dict[str, Location] = {}
    for name, setting, default in (
        ("Runtime", "runtime", Scalar(DEFAULT_RUNTIME, place)),
        ("MemorySize", "memorySize", Scalar(DEFAULT_MEMORY_MIB, place)),
        ("Timeout", "timeout", Scalar(DEFAULT_TIMEOUT_S, place)),
        ("KmsKeyArn", "kmsKeyArn", None),
        ("Layers", "layers", None),
        ("RuntimeManagementConfig", "runtimeManagement", None),
    ):
        value, keys[name] = _setting(function, service, setting)
        entries[name] = value if value is not None else default
    _own_settings(function, entries, keys)
    value, keys["Environment"] = environment_of(function, service)
    entries["Environment"] = value
    entries.update(_shared_settings(function, service, keys))
    entries["FunctionName"] = _name(function, service)
    entries.update(code.code_of(function, builder))
    entries["Role"] = role_of(function, builder)
    properties = make_mapping(entries, place)
    if entries.get("PackageType") == "Image":
        properties.entries.pop("Runtime", None)
    known_keys = {key: at for key, at in keys.items() if key in properties}
    made = Mapping(properties.entries, place, (), known_keys)
    logical_id = function_id(function.key)
    log_group = _log_group(function, builder, entries["FunctionName"])
    builder.add(
        logical_id,
        "AWS::Lambda::Function",
        made,
        place,
        attributes={
            "DependsOn": [log_group] if log_group else None,
            "Metadata": code.metadata_of(function, service),
            **_conditional(function),
        },
    )
    _url(function, builder)
    _destinations(function, builder)
    _dead_letters(function, builder)


def _conditional(function: FunctionEntry) -> dict[str, Any]:
    return {"Condition": function.get("condition")}


def _own_settings(
    function: FunctionEntry, entries: dict[str, Any], keys: dict[str, Location]
) -> None:
    for name, setting in (
        ("Handler", "handler"),
        ("Description", "description"),
        ("ReservedConcurrentExecutions", "reservedConcurrency"),
    ):
        entries[name] = function.get(setting)
        keys[name] = function.config.key_location(setting)
    storage = function.get("ephemeralStorageSize")
    if storage is not None:
        entries["EphemeralStorage"] = {"Size": storage}
    error = function.get("onError")
    if error is not None:
        entries["DeadLetterConfig"] = {"TargetArn": error}
        keys["DeadLetterConfig"] = function.config.key_location("onError")
    system = mapping_of(function.get("fileSystemConfig"))
    if system.entries:
        entries["FileSystemConfigs"] = [
            {"Arn": system.get("arn"), "LocalMountPath": system.get("localMountPath")}
        ]
    if boolean(function.get("snapStart")):
        entries["SnapStart"] = {"ApplyOn": "PublishedVersions"}


def _shared_settings(
    function: FunctionEntry, service: Service, keys: dict[str, Location]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    vpc, keys["VpcConfig"] = _setting(function, service, "vpc")
    network = mapping_of(vpc)
    if network.entries:
        found["VpcConfig"] = {
            "SecurityGroupIds": network.get("securityGroupIds"),
            "SubnetIds": network.get("subnetIds"),
        }
    elif isinstance(vpc, Unknown):
        found["VpcConfig"] = vpc
    architecture, keys["Architectures"] = _setting(function, service, "architecture")
    if architecture is not None:
        found["Architectures"] = [architecture]
    tracing, keys["TracingConfig"] = _tracing(function, service)
    if tracing is not None:
        found["TracingConfig"] = {"Mode": tracing}
    tags = {
        **mapping_of(service.provider.get("tags")).entries,
        **mapping_of(function.get("tags")).entries,
    }
    if tags:
        found["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
    return found


def _tracing(function: FunctionEntry, service: Service) -> tuple[Value | None, Location]:
    """``tracing``: true or a mode; of the function, or ``provider.tracing.lambda``."""
    value = function.get("tracing")
    place = function.config.key_location("tracing")
    if value is None:
        section = mapping_of(service.provider.get("tracing"))
        value = section.get("lambda")
        place = section.key_location("lambda")
    if value is None or literal(value) is False:
        return None, place
    return (Scalar("Active", place) if literal(value) is True else value), place


def environment_of(function: FunctionEntry, service: Service) -> tuple[Value | None, Location]:
    """The provider's variables with the function's laid over them."""
    shared, own = service.provider.get("environment"), function.get("environment")
    place = (
        function.config.key_location("environment")
        if own is not None
        else service.provider.key_location("environment")
    )
    parts = [mapping_of(item) for item in (shared, own)]
    if not any(part.entries for part in parts):
        unknown = next((item for item in (own, shared) if isinstance(item, Unknown)), None)
        return unknown, place
    entries = {key: item for part in parts for key, item in part.entries.items()}
    keys = {key: at for part in parts for key, at in part.keys.items()}
    kept = {key: item for key, item in entries.items() if is_set(item)}
    return make_mapping({"Variables": Mapping(kept, place, (), keys)}, place), place


def _name(function: FunctionEntry, service: Service) -> Value:
    """``name``, or ``<service>-<stage>-<key>``."""
    own = function.get("name")
    if own is not None:
        return own
    place = function.location
    if service.name and service.stage:
        return Scalar(f"{service.prefix}-{function.key}", place)
    pieces: list[Value | str] = []
    for part in (service.name, service.stage):
        pieces.extend([part or Unknown("the service's name or stage is not known", place), "-"])
    return join([*pieces, function.key], place)


def _log_group(function: FunctionEntry, builder: Builder, name: Value) -> str:
    """The log group that the framework makes, unless switched off; gives its logical id."""
    if boolean(function.get("disableLogs")):
        return ""
    service = builder.service
    days, place = _setting(function, service, "logRetentionInDays")
    logical_id = f"{function_prefix(function.key)}LogGroup"
    protection = mapping_of(service.provider.get("logDataProtectionPolicy"))
    builder.add(
        logical_id,
        "AWS::Logs::LogGroup",
        {
            "LogGroupName": join(["/aws/lambda/", name], place),
            "RetentionInDays": days,
            "DataProtectionPolicy": protection if protection.entries else None,
        },
        place if days is not None else function.location,
        owner=function.key,
    )
    return logical_id


def _url(function: FunctionEntry, builder: Builder) -> None:
    """``url``: true, or an object with ``authorizer``, ``cors``, ``invokeMode``."""
    value = function.get("url")
    if value is None or literal(value) is False:
        return
    place = function.config.key_location("url")
    given = mapping_of(value)
    authorizer = given.get("authorizer")
    iam = string(authorizer) == "aws_iam"
    kind: Any = Scalar("AWS_IAM" if iam else "NONE", authorizer.location if authorizer else place)
    if isinstance(authorizer, Unknown):
        kind = authorizer
    prefix = function_prefix(function.key)
    target = attribute(function_id(function.key))
    builder.add(
        f"{prefix}LambdaFunctionUrl",
        "AWS::Lambda::Url",
        {
            "AuthType": kind,
            "TargetFunctionArn": target,
            "Cors": _url_cors(given.get("cors"), place),
            "InvokeMode": given.get("invokeMode"),
        },
        place,
        owner=function.key,
    )
    if isinstance(kind, Scalar) and kind.value == "NONE":
        builder.add(
            f"{prefix}LambdaPermissionFnUrl",
            "AWS::Lambda::Permission",
            {
                "FunctionName": target,
                "Action": "lambda:InvokeFunctionUrl",
                "Principal": "*",
                "FunctionUrlAuthType": kind,
            },
            place,
            owner=function.key,
        )


_CORS = {
    "allowedOrigins": "AllowOrigins",
    "allowedHeaders": "AllowHeaders",
    "allowedMethods": "AllowMethods",
    "allowCredentials": "AllowCredentials",
    "exposedResponseHeaders": "ExposeHeaders",
    "maxAge": "MaxAge",
}
_URL_HEADERS = (
    "Content-Type",
    "X-Amz-Date",
    "Authorization",
    "X-Api-Key",
    "X-Amz-Security-Token",
    "X-Amzn-Trace-Id",
)


def _url_cors(value: Value | None, place: Location) -> Value | None:
    """``cors: true`` is every origin with usual headers; an object changes parts of that."""
    if value is None or literal(value) is False:
        return None
    entries: dict[str, Any] = {
        "AllowOrigins": ["*"],
        "AllowHeaders": list(_URL_HEADERS),
        "AllowMethods": ["*"],
    }
    for old, item in mapping_of(value).entries.items():
        if old in _CORS and is_set(item):
            listed = _CORS[old] not in ("AllowCredentials", "MaxAge")
            entries[_CORS[old]] = list(items_of(item)) if listed else item
    return make(entries, value.location if value.location.line else place)


def _destinations(function: FunctionEntry, builder: Builder) -> None:
    """``destinations``: an ARN, the key of a function, or ``{type, arn}``."""
    given = mapping_of(function.get("destinations"))
    age, retries = function.get("maximumEventAge"), function.get("maximumRetryAttempts")
    if not given.entries and age is None and retries is None:
        return
    place = function.config.key_location("destinations")
    keys = {entry.key for entry in builder.service.functions}
    found: dict[str, Any] = {}
    for name, when in (("onSuccess", "OnSuccess"), ("onFailure", "OnFailure")):
        value = given.get(name)
        if value is None:
            continue
        key = string(value)
        arn: Any = value
        if key in keys:
            arn = attribute(function_id(key or ""))
            builder.allow(function, ["lambda:InvokeFunction"], arn, place)
        elif mapping_of(value).get("arn") is not None:
            arn = mapping_of(value).get("arn")
        found[when] = {"Destination": arn}
        action = _delivery(key or "", mapping_of(value), value)
        if action and key not in keys:
            builder.allow(function, [action], arn, place)
    builder.add(
        f"{function_prefix(function.key)}LambdaEvConf",
        "AWS::Lambda::EventInvokeConfig",
        {
            "FunctionName": ref(function_id(function.key)),
            "Qualifier": "$LATEST",
            "DestinationConfig": found or None,
            "MaximumEventAgeInSeconds": age,
            "MaximumRetryAttempts": retries,
        },
        place,
        owner=function.key,
    )


_SEND = {
    "sns": "sns:Publish",
    "sqs": "sqs:SendMessage",
    "lambda": "lambda:InvokeFunction",
    "function": "lambda:InvokeFunction",
    "events": "events:PutEvents",
    "eventBus": "events:PutEvents",
}


def _delivery(arn: str, given: Mapping, value: Value) -> str:
    kind = string(given.get("type")) or (arn.split(":")[2] if arn.count(":") > 2 else "")
    return _SEND.get(kind, "")


def _dead_letters(function: FunctionEntry, builder: Builder) -> None:
    """``onError``: the framework allows publishing to a topic, and sending to a queue."""
    value = function.get("onError")
    if value is None:
        return
    place = function.config.key_location("onError")
    for branch in branches_of(value):
        arn = string(branch) or ""
        service = arn.split(":")[2] if arn.count(":") > 2 else ""
        if service in ("sns", "sqs"):
            builder.allow(function, [_SEND[service]], arn, place, own=True)
        elif isinstance(branch, (Mapping, Reference)):
            builder.allow(function, ["sns:Publish"], branch, place, own=True)
