"""The view of a resource: its properties and what its companions say about it.

``type``, ``id``, ``kind``; ``p`` its properties; ``attributes`` what stands beside them
(``DeletionPolicy``, …); ``tags``; ``data``, ``data_reason``, ``sensitive``, ``guessed``;
``template`` the file. ``stateful`` is true for what holds data that a deletion would lose.
Facts by type are in ``storage`` (bucket, table, queue, secret, database), ``apis`` (stages and
APIs) and ``identity`` (user pools).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ringfence.checks.room import Room
from ringfence.checks.views import Seen, View, apis, graphql, storage
from ringfence.checks.worlds import Projection
from ringfence.model.application import Resource
from ringfence.model.severity import Exposure
from ringfence.model.value import string

Facts = Callable[[Room, Resource, Projection], View]

_FACTS: dict[str, Facts] = {
    "AWS::S3::Bucket": storage.bucket,
    "AWS::SQS::Queue": storage.queue,
    "AWS::DynamoDB::Table": storage.table,
    "AWS::DynamoDB::GlobalTable": storage.table,
    "AWS::SecretsManager::Secret": storage.secret,
    "AWS::EC2::SecurityGroup": storage.security_group,
    "AWS::ElasticLoadBalancingV2::Listener": storage.listener,
    "AWS::SSM::Parameter": storage.parameter,
    "AWS::Logs::LogGroup": storage.log_group,
    "AWS::ApiGateway::Stage": apis.rest_stage,
    "AWS::ApiGateway::RestApi": apis.rest_api,
    "AWS::ApiGatewayV2::Stage": apis.http_stage,
    "AWS::ApiGatewayV2::Api": apis.http_api,
    "AWS::Cognito::UserPoolClient": apis.user_pool_client,
    "AWS::Cognito::IdentityPool": apis.identity_pool,
    "AWS::AppSync::GraphQLApi": graphql.graphql_api,
}


def see_resources(room: Room, on: str) -> Iterator[Seen]:
    """The resources of a provider type."""
    for resource in room.by_type.get(on, ()):
        yield see_resource(room, resource)


def see_resource(room: Room, resource: Resource) -> Seen:
    """One resource as a subject."""

    def build(project: Projection) -> View:
        return view_resource(room, resource, project)

    return Seen(
        name=owner_of(room, resource),
        build=build,
        location=resource.location,
        properties=resource.properties,
        places={"attributes": resource.attributes.location} if resource.attributes.entries else {},
        resource=resource.id,
        exposure=Exposure.NONE,
        anchors=(resource.location,),
    )


def owner_of(room: Room, resource: Resource) -> str:
    """The logical id that the user wrote: of the resource, or of what expanded into it."""
    origin = room.application.resources.get(resource.generated_from)
    return (origin or resource).logical_id


def name_of(room: Room, resource: Resource) -> str:
    """What people call it. A resource that a shorthand made is named after the user's own."""
    if resource.kind == "stage":
        key = "RestApiId" if resource.type == "AWS::ApiGateway::Stage" else "ApiId"
        api = room.resource_of(resource.properties.get(key))
        stage = string(resource.properties.get("StageName"))
        if api is not None and (resource.generated_from or stage):
            return f"the stage {stage} of {api.logical_id}" if stage else api.logical_id
    owner = owner_of(room, resource)
    if owner == resource.logical_id:
        return owner
    words = resource.kind.replace("-", " ") or resource.type.rpartition("::")[2]
    return f"the {words} of {owner}"


def view_resource(room: Room, resource: Resource, project: Projection) -> View:
    """The view of a resource in one world."""
    data = room.data_class(resource)
    view: View = {
        "name": name_of(room, resource),
        "id": resource.id,
        "type": resource.type,
        "kind": resource.kind,
        "template": resource.template,
        "p": project(resource.properties),
        "attributes": project(resource.attributes),
        "tags": dict(resource.tags),
        "data": data.name,
        "data_reason": data.reason,
        "sensitive": data.sensitive,
        "guessed": data.guessed,
        "exposure": "none",
        "retained": string(resource.attributes.get("DeletionPolicy"))
        in ("Retain", "Snapshot", "RetainExceptOnCreate"),
    }
    facts = _FACTS.get(resource.type)
    if facts is not None:
        view.update(facts(room, resource, project))
    return view
