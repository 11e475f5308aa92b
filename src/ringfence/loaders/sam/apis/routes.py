"""Which API each route belongs to, and the permission that each route needs."""

from __future__ import annotations

from ringfence.loaders.construct import branches_of, is_set, make, sub
from ringfence.loaders.sam.apis.body import method_text, path_text
from ringfence.loaders.sam.context import Expansion, Route, Shorthand
from ringfence.model.location import Location
from ringfence.model.value import EMPTY, Mapping, Value, string

IMPLICIT_ID = {"rest": "ServerlessRestApi", "http": "ServerlessHttpApi"}
API_TYPE = {"rest": "AWS::Serverless::Api", "http": "AWS::Serverless::HttpApi"}


def routes_by_api(expansion: Expansion, kind: str) -> dict[str, list[Route]]:
    """Routes of one kind by the id of their API; "" for APIs outside the template's shorthands
    (their routes get a permission only, as in a deployment)."""
    found: dict[str, list[Route]] = {}
    for route in expansion.routes:
        if route.kind != kind:
            continue
        if not is_set(route.api):
            found.setdefault(expansion.id_of(IMPLICIT_ID[kind]), []).append(route)
            continue
        for branch in branches_of(route.api):
            resource = expansion.find(branch)
            known = resource is not None and resource.type == API_TYPE[kind]
            key = resource.id if known and resource is not None else ""
            found.setdefault(key, []).append(route)
    return found


def implicit_api(
    expansion: Expansion, kind: str, routes: list[Route], properties: Mapping
) -> Shorthand:
    """The API that events without one of their own share; it stands at the first of them."""
    conditions = {route.source.condition for route in routes}
    condition = conditions.pop() if len(conditions) == 1 else ""
    return Shorthand(
        expansion.id_of(IMPLICIT_ID[kind]),
        API_TYPE[kind],
        properties,
        routes[0].location,
        EMPTY,
        condition,
    )


def permit_route(expansion: Expansion, route: Route, api: Value, suffix: str) -> None:
    """Lets API Gateway invoke the function for this method and path, at any stage."""
    if route.target is None:
        return
    place = route.location
    path = "" if route.path == "$default" else path_text(route.path)
    source_arn = sub(
        "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${api}/*/${rest}",
        place,
        api=api,
        rest=method_text(route.method) + path,
    )
    expansion.add(
        f"{route.source.logical_id}{route.event}Permission{suffix}",
        "AWS::Lambda::Permission",
        {
            "Action": "lambda:InvokeFunction",
            "FunctionName": route.target.function_name(expansion, place),
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": source_arn,
        },
        route.source,
        place,
    )


def permit_authorizers(
    expansion: Expansion, source: Shorthand, authorizers: Mapping, wanted: dict[str, bool]
) -> None:
    """Lets API Gateway invoke the functions that authorize, for the names in ``wanted``."""
    for name, value in authorizers.entries.items():
        function = value.get("FunctionArn") if isinstance(value, Mapping) else None
        if function is None or not wanted.get(name):
            continue
        place = authorizers.key_location(name)
        expansion.add(
            f"{source.logical_id}{name}AuthorizerPermission",
            "AWS::Lambda::Permission",
            {
                "Action": "lambda:InvokeFunction",
                "FunctionName": function,
                "Principal": "apigateway.amazonaws.com",
                "SourceArn": sub(
                    "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
                    "${api}/authorizers/*",
                    place,
                    api=expansion.ref(source.logical_id, place),
                ),
            },
            source,
            place,
        )


def written_text(value: Value | None) -> str | None:
    """The text of a value that stands in the template itself, not in a parameter or mapping:
    what the transform sees, since it leaves intrinsic functions alone."""
    if value is not None and any(
        origin.role in ("parameter", "mapping", "condition") for origin in value.origins
    ):
        return None
    return string(value)


def stage_id(api: str, stage: Value | None) -> str:
    """The logical id of a stage: with its name when that is a plain word."""
    name = written_text(stage) or ""
    if name == "$default":
        name = "ApiGatewayDefault"
    return f"{api}{''.join(c for c in name if c.isalnum())}Stage"


def s3_location(uri: Value, place: Location) -> Value:
    """A ``DefinitionUri`` that points at a bucket."""
    text = string(uri) or ""
    if not text.startswith("s3://"):
        return uri
    bucket, _, key = text.removeprefix("s3://").partition("/")
    return make({"Bucket": bucket, "Key": key}, place)
