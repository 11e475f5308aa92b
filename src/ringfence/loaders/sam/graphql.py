"""``AWS::Serverless::GraphQLApi`` → the AppSync API with its sources, functions and resolvers."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import (
    entries_of,
    is_set,
    items_of,
    make_mapping,
    mapping_of,
    sub,
)
from ringfence.loaders.sam.context import Expansion, Shorthand
from ringfence.loaders.sam.roles import MANAGED, tag_list, trust
from ringfence.loaders.sam.simple import passed
from ringfence.model.location import Location
from ringfence.model.value import Mapping, Reference, Value, literal, string

#: An authentication's settings, and the property of the API that takes them.
_SETTINGS = {
    "LambdaAuthorizer": "LambdaAuthorizerConfig",
    "OpenIDConnect": "OpenIDConnectConfig",
    "UserPool": "UserPoolConfig",
}
_READ = ("GetItem", "Query", "Scan", "BatchGetItem", "ConditionCheckItem", "PartiQLSelect")
_WRITE = (
    "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLDelete", "PartiQLInsert",
    "PartiQLUpdate",
)  # fmt: skip


def expand_graphql_api(source: Shorthand, expansion: Expansion) -> None:
    """Adds everything that the GraphQL API becomes."""
    place = source.location
    api = Reference(expansion.id_of(source.logical_id), "ApiId", place)
    auth = mapping_of(source.get("Auth"))
    additional = [_authentication(mapping_of(item)) for item in items_of(auth.get("Additional"))]
    main = _authentication(auth)
    properties: dict[str, Any] = {
        "Name": source.get("Name") or source.logical_id,
        **main,
        "AdditionalAuthenticationProviders": additional or None,
        **passed(
            source, "Visibility", "OwnerContact", "XrayEnabled", "IntrospectionConfig",
            "QueryDepthLimit", "ResolverCountLimit",
        ),
        "LogConfig": _logging(source, expansion),
        "Tags": tag_list(source.get("Tags")),
    }  # fmt: skip
    made = make_mapping(properties, place)
    if "AuthenticationType" in made:
        made.keys["AuthenticationType"] = auth.key_location("Type")
    expansion.add(
        source.logical_id, "AWS::AppSync::GraphQLApi", made, source, None, source.attributes
    )
    _permit_authorizers(source, [main, *additional], expansion)
    expansion.add(
        f"{source.logical_id}Schema",
        "AWS::AppSync::GraphQLSchema",
        {
            "ApiId": api,
            "Definition": source.get("SchemaInline"),
            "DefinitionS3Location": source.get("SchemaUri"),
        },
        source,
    )
    for name, value, at in entries_of(source.get("ApiKeys")):
        key = mapping_of(value)
        expansion.add(
            source.logical_id + name,
            "AWS::AppSync::ApiKey",
            {"ApiId": api, "Expires": key.get("ExpiresOn"), "Description": key.get("Description")},
            source,
            at,
        )
    names = _add_sources(source, api, expansion)
    functions = _add_functions(source, api, names, expansion)
    _add_resolvers(source, api, functions, expansion)


def _authentication(given: Mapping) -> dict[str, Any]:
    settings = {new: given.get(old) for old, new in _SETTINGS.items() if is_set(given.get(old))}
    return {"AuthenticationType": given.get("Type"), **settings}


def _logging(source: Shorthand, expansion: Expansion) -> dict[str, Any] | None:
    value = source.get("Logging")
    if literal(value) is False:
        return None
    given = mapping_of(value)
    place = source.place("Logging")
    role = given.get("CloudWatchLogsRoleArn")
    if not is_set(role):
        logical_id = f"{source.logical_id}CloudWatchRole"
        policy = MANAGED + "service-role/AWSAppSyncPushToCloudWatchLogs"
        expansion.add(
            logical_id,
            "AWS::IAM::Role",
            {
                "AssumeRolePolicyDocument": trust("appsync.amazonaws.com", place),
                "ManagedPolicyArns": [policy],
            },
            source,
            place,
        )
        role = expansion.arn(logical_id, place)
    return {
        "ExcludeVerboseContent": given.get("ExcludeVerboseContent"),
        "FieldLogLevel": given.get("FieldLogLevel") or "ALL",
        "CloudWatchLogsRoleArn": role,
    }


def _permit_authorizers(
    source: Shorthand, authentications: list[dict[str, Any]], expansion: Expansion
) -> None:
    number = 0
    for authentication in authentications:
        settings = mapping_of(authentication.get("LambdaAuthorizerConfig"))
        function = settings.get("AuthorizerUri")
        if function is None:
            continue
        number += 1
        place = settings.location
        api = Reference(expansion.id_of(source.logical_id), "ApiId", place)
        expansion.add(
            f"{source.logical_id}ToLambdaAuthConnector{number}WriteLambdaPermission",
            "AWS::Lambda::Permission",
            {
                "Action": "lambda:InvokeFunction",
                "FunctionName": function,
                "Principal": "appsync.amazonaws.com",
                "SourceArn": sub(
                    "arn:${AWS::Partition}:appsync:${AWS::Region}:${AWS::AccountId}:apis/${api}",
                    place,
                    api=api,
                ),
            },
            source,
            place,
        )


def _add_sources(source: Shorthand, api: Value, expansion: Expansion) -> dict[str, Value]:
    """The data sources; gives the reference to each one's name."""
    names: dict[str, Value] = {}
    sources = mapping_of(source.get("DataSources"))
    for name, value, place in entries_of(sources.get("DynamoDb")):
        given = mapping_of(value)
        logical_id = f"{source.logical_id}{name}DynamoDBDataSource"
        table = given.get("TableArn") or sub(
            "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${table}",
            place,
            table=given.get("TableName") or "*",
        )
        allowed = {item for item in map(string, items_of(given.get("Permissions"))) if item}
        actions = [
            f"dynamodb:{action}"
            for access, listed in (("Read", _READ), ("Write", _WRITE))
            if not allowed or access in allowed
            for action in listed
        ]
        role = _source_role(source, logical_id, given, actions, table, place, expansion)
        config = {
            "TableName": given.get("TableName"),
            "AwsRegion": given.get("Region") or Reference("AWS::Region", "Ref", place),
        }
        properties = {"Type": "AMAZON_DYNAMODB", "DynamoDBConfig": config, "ServiceRoleArn": role}
        names[name] = _add_source(
            source, logical_id, name, api, given, properties, place, expansion
        )
    for name, value, place in entries_of(sources.get("Lambda")):
        given = mapping_of(value)
        logical_id = f"{source.logical_id}{name}LambdaDataSource"
        function = given.get("FunctionArn")
        actions = ["lambda:InvokeAsync", "lambda:InvokeFunction"]
        role = _source_role(source, logical_id, given, actions, function, place, expansion)
        config = {"LambdaFunctionArn": function}
        properties = {"Type": "AWS_LAMBDA", "LambdaConfig": config, "ServiceRoleArn": role}
        names[name] = _add_source(
            source, logical_id, name, api, given, properties, place, expansion
        )
    return names


def _add_source(
    source: Shorthand,
    logical_id: str,
    name: str,
    api: Value,
    given: Mapping,
    properties: dict[str, Any],
    place: Location,
    expansion: Expansion,
) -> Value:
    entries = {
        "ApiId": api,
        "Name": given.get("Name") or name,
        "Description": given.get("Description"),
        **properties,
    }
    expansion.add(logical_id, "AWS::AppSync::DataSource", entries, source, place)
    return Reference(expansion.id_of(logical_id), "Name", place)


def _source_role(
    source: Shorthand,
    logical_id: str,
    given: Mapping,
    actions: list[str],
    target: Value | None,
    place: Location,
    expansion: Expansion,
) -> Value:
    """The role of a data source: given, or made with what the source needs."""
    role = given.get("ServiceRoleArn")
    if role is not None and is_set(role):
        return role
    suffix = "/index/*" if actions[0].startswith("dynamodb:") else ":*"
    both = [target, sub("${target}" + suffix, place, target=target)] if target is not None else []
    expansion.add(
        f"{logical_id}Role",
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": trust("appsync.amazonaws.com", place),
        },
        source,
        place,
    )
    kind = "Table" if actions[0].startswith("dynamodb:") else "Lambda"
    statement = {"Effect": "Allow", "Action": actions, "Resource": both}
    expansion.add(
        f"{logical_id}To{kind}ConnectorPolicy",
        "AWS::IAM::ManagedPolicy",
        {
            "ManagedPolicyName": "connector",
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
            "Roles": [expansion.ref(f"{logical_id}Role", place)],
        },
        source,
        place,
    )
    return expansion.arn(f"{logical_id}Role", place)


def _runtime(given: Mapping) -> dict[str, Any] | None:
    runtime = mapping_of(given.get("Runtime"))
    if not runtime.entries:
        return None
    return {"Name": runtime.get("Name"), "RuntimeVersion": runtime.get("Version")}


def _add_functions(
    source: Shorthand, api: Value, names: dict[str, Value], expansion: Expansion
) -> dict[str, Value]:
    """The pipeline functions; gives the reference to each one's id."""
    found: dict[str, Value] = {}
    for name, value, place in entries_of(source.get("Functions")):
        given = mapping_of(value)
        known = given.get("Id")
        if known is not None:
            found[name] = known
            continue
        data_source = given.get("DataSource")
        text = string(data_source) or ""
        if text.lower() == "none":
            data_source = _none_source(source, api, place, expansion)
        expansion.add(
            source.logical_id + name,
            "AWS::AppSync::FunctionConfiguration",
            {
                "ApiId": api,
                "Name": given.get("Name") or name,
                "DataSourceName": names.get(text, data_source),
                "Code": given.get("InlineCode"),
                "CodeS3Location": given.get("CodeUri"),
                "Runtime": _runtime(given),
            },
            source,
            place,
        )
        found[name] = Reference(expansion.id_of(source.logical_id + name), "FunctionId", place)
    return found


def _none_source(source: Shorthand, api: Value, place: Location, expansion: Expansion) -> Value:
    logical_id = f"{source.logical_id}NoneDataSource"
    if expansion.id_of(logical_id) not in expansion.made:
        properties = {"ApiId": api, "Name": logical_id, "Type": "NONE"}
        expansion.add(logical_id, "AWS::AppSync::DataSource", properties, source, place)
    return Reference(expansion.id_of(logical_id), "Name", place)


def _add_resolvers(
    source: Shorthand, api: Value, functions: dict[str, Value], expansion: Expansion
) -> None:
    for type_name, fields, _ in entries_of(source.get("Resolvers")):
        for name, value, place in entries_of(fields):
            given = mapping_of(value)
            steps = [
                functions[step]
                for step in map(string, items_of(given.get("Pipeline")))
                if step in functions
            ]
            expansion.add(
                source.logical_id + type_name + name,
                "AWS::AppSync::Resolver",
                {
                    "ApiId": api,
                    "TypeName": type_name,
                    "FieldName": given.get("FieldName") or name,
                    "Kind": "PIPELINE",
                    "PipelineConfig": {"Functions": steps},
                    "Code": given.get("InlineCode"),
                    "CodeS3Location": given.get("CodeUri"),
                    "Runtime": _runtime(given),
                },
                source,
                place,
            )
