"""AppSync: resolvers and their data sources, and what the API asks callers for."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.loaders.aws.graph import Graph, name_of
from ringfence.loaders.aws.triggers import access
from ringfence.loaders.aws.triggers.access import Access
from ringfence.loaders.aws.triggers.builder import Triggers
from ringfence.loaders.aws.triggers.services import WRITABLE, strings
from ringfence.loaders.aws.values import (
    first,
    has_references,
    items,
    objects,
    place,
    rendered,
    text_of,
    variants,
    walk,
)
from ringfence.model.application import Authentication, Resource, Sender
from ringfence.model.location import Location
from ringfence.model.severity import Exposure
from ringfence.model.value import Mapping, Value, display

_SOURCE_PATHS = ("DynamoDBConfig.TableName", "EventBridgeConfig.EventBusArn")
#: Schema directive → the authentication type that it opens a field to.
_DIRECTIVES = {
    "@aws_api_key": "API_KEY",
    "@aws_iam": "AWS_IAM",
    "@aws_cognito_user_pools": "AMAZON_COGNITO_USER_POOLS",
    "@aws_oidc": "OPENID_CONNECT",
    "@aws_lambda": "AWS_LAMBDA",
}


def collect(triggers: Triggers) -> None:
    graph = triggers.graph
    for source in graph.of("AWS::AppSync::DataSource"):
        _source(triggers, source)
    for api in graph.of("AWS::AppSync::GraphQLApi"):
        _authorizers(triggers, api)


def _source(triggers: Triggers, source: Resource) -> None:
    graph = triggers.graph
    apis = graph.find(source.properties.get("ApiId"), "graphql-api")
    api = apis[0] if apis else None
    held = access.unknown("its API is in no template", source.location)
    if api is not None:
        guests = triggers.senders.guests
        held = access.with_guests(guests, api_access(graph, api), api, "appsync:GraphQL")
    shown = name_of(api) if api is not None else "a GraphQL API"
    fields = list(_fields(graph, source))
    for value, _ in walk(source.properties, "LambdaConfig.LambdaFunctionArn"):
        for function in graph.functions(value):
            for field, at, properties in fields or [("", source.location, source.properties)]:
                name = f"{field} of {shown}" if field else f"data source of {shown}"
                triggers.add(
                    "appsync",
                    function,
                    name,
                    held.sender,
                    at,
                    authentication=held.authentication,
                    source=api or source,
                    path=field,
                    protocol="https",
                    properties=properties,
                )
    if text_of(source.properties, "Type") == "HTTP":
        _requests(triggers, fields, shown, held)
    if any(field.startswith("Mutation.") for field, _, _ in fields):
        for path in _SOURCE_PATHS:
            for value, _ in walk(source.properties, path):
                for target in graph.find(value, *WRITABLE):
                    words = f"mutations of {shown} write to it"
                    triggers.senders.feed(target.id, words, held.sender, source.location)


def _requests(
    triggers: Triggers, fields: list[tuple[str, Location, Mapping]], shown: str, held: Access
) -> None:
    """Resolvers that call another service over HTTP name its resource in their request."""
    for field, at, properties in fields:
        for value in strings(properties):
            for target in triggers.graph.find(value, *WRITABLE) if has_references(value) else ():
                words = f"{field} of {shown} writes to it"
                triggers.senders.feed(target.id, words, held.sender, at)


def _fields(graph: Graph, source: Resource) -> Iterator[tuple[str, Location, Mapping]]:
    """The fields whose resolvers use a data source, directly or through a pipeline's function."""
    steps = [
        item
        for item in graph.of("AWS::AppSync::FunctionConfiguration")
        if _uses(graph, item, source)
    ]
    for resolver in graph.of("AWS::AppSync::Resolver"):
        piped = any(
            step in graph.find(value)
            for value in items(resolver.properties, "PipelineConfig.Functions")
            for step in steps
        )
        if piped or _uses(graph, resolver, source):
            field = f"{text_of(resolver.properties, 'TypeName')}." + text_of(
                resolver.properties, "FieldName"
            )
            yield field, resolver.location, resolver.properties


def _uses(graph: Graph, item: Resource, source: Resource) -> bool:
    value = item.properties.get("DataSourceName")
    if source in graph.find(value):
        return True
    name = text_of(source.properties, "Name")
    return bool(name) and rendered(first(value)) == name and same_api(graph, item, source)


def same_api(graph: Graph, one: Resource, other: Resource) -> bool:
    return rendered(first(one.properties, "ApiId")) == rendered(first(other.properties, "ApiId"))


def api_access(graph: Graph, api: Resource) -> Access:
    """The API's default authentication, or a wider one that its schema opens fields to."""
    properties = api.properties
    proof = place(properties, "AuthenticationType")
    found = access.widest(
        (_mode(graph, variant, proof), condition)
        for variant, condition in variants(properties, "AuthenticationType")
    )
    opened = _opened(graph, api)
    for extra in objects(properties, "AdditionalAuthenticationProviders"):
        if text_of(extra, "AuthenticationType") in opened:
            held = _mode(graph, extra, place(extra, "AuthenticationType"))
            if held.sender.exposure > found.sender.exposure:
                found = held
    if text_of(properties, "Visibility") == "PRIVATE":
        at = place(properties, "Visibility")
        limit = Sender(Exposure.ACCOUNT, "hosts in the VPC", "the API is private", at)
        return access.narrowed(found, limit)
    return found


def _opened(graph: Graph, api: Resource) -> set[str]:
    """The authentication types that directives in the schema name."""
    found: set[str] = set()
    for schema in graph.of("AWS::AppSync::GraphQLSchema"):
        if api in graph.find(schema.properties.get("ApiId"), "graphql-api"):
            text = rendered(first(schema.properties, "Definition"))
            found.update(mode for word, mode in _DIRECTIVES.items() if word in text)
    return found


def _mode(graph: Graph, provider: Mapping, proof: Location) -> Access:
    word = text_of(provider, "AuthenticationType").upper()
    if word == "API_KEY":
        return access.api_key(proof)
    if word == "AWS_IAM":
        return access.signed(proof, "appsync:GraphQL")
    if word == "AMAZON_COGNITO_USER_POOLS":
        pools: list[Value] = list(items(provider, "UserPoolConfig.UserPoolId"))
        return access.pool(graph, pools, proof, [])
    if word == "OPENID_CONNECT":
        issuer = display(first(provider, "OpenIDConnectConfig.Issuer"))
        return access.token(issuer, proof, [])
    if word == "AWS_LAMBDA":
        functions = [
            function
            for value in items(provider, "LambdaAuthorizerConfig.AuthorizerUri")
            for function in graph.functions(value)
        ]
        return access.custom(functions[0].logical_id if functions else "of the API", proof)
    return access.unknown("the authentication type is not known", proof)


def _authorizers(triggers: Triggers, api: Resource) -> None:
    """A function that authorises receives the token before anything is checked."""
    providers = [api.properties, *objects(api.properties, "AdditionalAuthenticationProviders")]
    for provider in providers:
        for value, holder in walk(provider, "LambdaAuthorizerConfig.AuthorizerUri"):
            for function in triggers.graph.functions(value):
                at = place(holder, "AuthorizerUri")
                reason = "an authorizer receives what the caller sends before anything is checked"
                triggers.add(
                    "appsync",
                    function,
                    f"authorizer of {name_of(api)}",
                    Sender(Exposure.ANYONE, "anyone", reason, at),
                    at,
                    authentication=Authentication("none", "it is the authorizer itself", at),
                    source=api,
                    protocol="https",
                    properties=holder,
                )
