"""AWS SAM: ``AWS::Serverless::*`` resources become the resources that a deployment makes.

``expand`` works on a resolved template and changes it in place. Logical ids are those of the real
transform, without the hashes it puts behind some of them (deployments, versions, layers, domains).
Everything that is made stands at the user's line that asks for it and says ``generated_from``;
values that came from Globals name their place there as an origin.
"""

from __future__ import annotations

from collections.abc import Callable

from ringfence.loaders.construct import make_mapping
from ringfence.loaders.sam.context import Expansion, ReadDocument, Shorthand
from ringfence.loaders.sam.links import relink
from ringfence.loaders.sam.sections import Globals
from ringfence.loaders.template import Template, TemplateResource
from ringfence.model.value import EMPTY

PREFIX = "AWS::Serverless::"

#: Types that are expanded after all functions, or that the nesting of templates handles.
_LATER = frozenset(("Api", "HttpApi", "Connector", "Application"))


def expand(template: Template, read_document: ReadDocument | None = None) -> None:
    """Replaces every ``AWS::Serverless::*`` resource of ``template``.

    ``read_document`` gives the document in a local file (a ``DefinitionUri``, a state machine's
    ``DefinitionUri``) by its path relative to the template's folder, or None when it cannot be
    read; it keeps inside the scanned root. Nested applications stay as they are.
    """
    if not any(_is_shorthand(resource) for resource in template.resources.values()):
        return
    expansion = Expansion(template, read_document)
    shorthands = _read_shorthands(template)
    for shorthand in shorthands:
        name = shorthand.type.removeprefix(PREFIX)
        handler = _handlers().get(name)
        if handler is not None:
            handler(shorthand, expansion)
        elif name not in _LATER:
            expansion.skip(
                f"resource {shorthand.logical_id}",
                f"{shorthand.type} is not understood yet",
                shorthand.location,
            )
    _expand_apis(shorthands, Globals(template.global_sections), expansion)
    _replace(template, expansion)
    _expand_connectors(shorthands, expansion)
    relink(template)


def _is_shorthand(resource: TemplateResource) -> bool:
    return resource.type.startswith(PREFIX) or "Connectors" in resource.attributes


def _read_shorthands(template: Template) -> list[Shorthand]:
    sections = Globals(template.global_sections)
    return [
        Shorthand(
            resource.id,
            resource.type,
            sections.apply(resource.type, resource.properties, resource.attributes),
            resource.location,
            resource.attributes,
            resource.condition,
        )
        for resource in template.resources.values()
        if resource.type.startswith(PREFIX)
    ]


def _handlers() -> dict[str, Callable[[Shorthand, Expansion], None]]:
    from ringfence.loaders.sam import capacity, functions, graphql, simple, state_machines
    from ringfence.loaders.sam.apis import websocket

    return {
        "Function": functions.expand_function,
        "SimpleTable": simple.expand_table,
        "LayerVersion": simple.expand_layer,
        "StateMachine": state_machines.expand_state_machine,
        "GraphQLApi": graphql.expand_graphql_api,
        "CapacityProvider": capacity.expand_capacity_provider,
        "WebSocketApi": websocket.expand_websocket_api,
    }


def _expand_apis(shorthands: list[Shorthand], sections: Globals, expansion: Expansion) -> None:
    """Explicit APIs, then those that events imply, then routes of APIs outside."""
    from ringfence.loaders.sam.apis.http import expand_http_api
    from ringfence.loaders.sam.apis.rest import expand_rest_api
    from ringfence.loaders.sam.apis.routes import (
        API_TYPE,
        IMPLICIT_ID,
        implicit_api,
        permit_route,
        routes_by_api,
    )

    for kind, expand_api in (("rest", expand_rest_api), ("http", expand_http_api)):
        routes = routes_by_api(expansion, kind)
        for shorthand in shorthands:
            if shorthand.type == API_TYPE[kind]:
                expand_api(shorthand, routes.pop(shorthand.id, []), expansion)
        implied = routes.pop(expansion.id_of(IMPLICIT_ID[kind]), [])
        if implied:
            given = (
                make_mapping({"StageName": "Prod"}, implied[0].location)
                if kind == "rest"
                else EMPTY
            )
            properties = sections.apply(API_TYPE[kind], given, EMPTY)
            expand_api(implicit_api(expansion, kind, implied, properties), implied, expansion)
        for route in routes.pop("", []):
            if route.api is not None:
                inside = expansion.find(route.api) is not None
                suffix = "Stage" if inside else "AllStages"
                permit_route(expansion, route, route.api, suffix if kind == "rest" else "")


def _replace(template: Template, expansion: Expansion) -> None:
    """Puts what was made where the shorthands stood, the rest behind."""
    made = expansion.made
    for resource in made.values():
        written = (resource.generated_from or resource.id) in template.resources
        resource.shorthand = "sam" if written else "globals"
    gone = {item.generated_from or item.id for item in made.values()}
    gone.update(
        key for key, resource in template.resources.items() if resource.type == f"{PREFIX}Connector"
    )
    replaced: dict[str, TemplateResource] = {}
    groups: dict[str, list[TemplateResource]] = {}
    for resource in made.values():
        groups.setdefault(resource.generated_from or resource.id, []).append(resource)
    for key, resource in template.resources.items():
        if not resource.type.startswith(PREFIX) or key not in gone:
            replaced[key] = resource
        for generated in groups.pop(key, []):
            replaced[generated.id] = generated
    for rest in groups.values():
        for generated in rest:
            replaced.setdefault(generated.id, generated)
    template.resources = replaced


def _expand_connectors(shorthands: list[Shorthand], expansion: Expansion) -> None:
    owners: list[Shorthand | TemplateResource] = [
        *shorthands,
        *expansion.template.resources.values(),
    ]
    if any(item.type == f"{PREFIX}Connector" or "Connectors" in item.attributes for item in owners):
        from ringfence.loaders.sam.connectors import expand_connectors

        expand_connectors(shorthands, expansion)
