"""``AWS::Serverless::StateMachine`` → the state machine, its role, alias and event resources."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import (
    branches_of,
    entries_of,
    is_set,
    make_mapping,
    mapping_of,
    sub,
)
from ringfence.loaders.sam.apis.routes import s3_location
from ringfence.loaders.sam.context import Expansion, Route, Shorthand
from ringfence.loaders.sam.events.event import Event
from ringfence.loaders.sam.events.push import rule_state, rule_target
from ringfence.loaders.sam.events.schedules import schedule
from ringfence.loaders.sam.roles import RoleDraft, add_role, read_policies, tag_list, trust
from ringfence.loaders.sam.targets import Target
from ringfence.model.value import Mapping, Reference, Value, boolean, display, string

_RENAMED = {
    "Name": "StateMachineName",
    "Type": "StateMachineType",
    "Logging": "LoggingConfiguration",
    "Tracing": "TracingConfiguration",
    "DefinitionSubstitutions": "DefinitionSubstitutions",
}


def expand_state_machine(source: Shorthand, expansion: Expansion) -> None:
    """Adds everything that the state machine becomes."""
    role = source.get("Role")
    arn: Value
    if is_set(role):
        assert role is not None
        arn = role
    else:
        arn = expansion.arn(f"{source.logical_id}Role", source.location)
        _add_role(source, expansion)
    entries: dict[str, Any] = {
        new: source.get(old) for old, new in _RENAMED.items() if is_set(source.get(old))
    }
    entries.update(_definition(source, expansion))
    entries["RoleArn"] = arn
    entries["Tags"] = tag_list(source.get("Tags"))
    made = make_mapping(entries, source.properties.location)
    keys = {
        _RENAMED.get(key, key): place
        for key, place in source.properties.keys.items()
        if _RENAMED.get(key, key) in made
    }
    properties = Mapping(made.entries, made.location, (), keys)
    expansion.add(
        source.logical_id,
        "AWS::StepFunctions::StateMachine",
        properties,
        source,
        None,
        source.attributes,
    )
    alias = _add_alias(source, expansion)
    target = Target(source, alias, source.logical_id, kind="state-machine")
    for name, value, place in entries_of(source.get("Events")):
        for branch in branches_of(value):
            given = mapping_of(branch)
            event = Event(
                name,
                string(given.get("Type")) or "",
                mapping_of(given.get("Properties")),
                place,
                source,
                target,
                RoleDraft(),
                expansion,
            )
            _expand_event(event)


def _definition(source: Shorthand, expansion: Expansion) -> dict[str, Any]:
    """The definition: inline, read from a local file, or a place in a bucket."""
    inline, uri = source.get("Definition"), source.get("DefinitionUri")
    if is_set(inline):
        return {"Definition": inline}
    if not is_set(uri):
        return {}
    assert uri is not None
    text = string(uri)
    if text is None or text.startswith("s3://"):
        return {"DefinitionS3Location": s3_location(uri, source.place("DefinitionUri"))}
    if expansion.read_document is not None:
        document = expansion.read_document(text)
        if isinstance(document, Mapping):
            return {"Definition": document}
    expansion.skip(
        f"definition of {source.logical_id}",
        f"the file {text} could not be read",
        source.place("DefinitionUri"),
        "check that the path is relative to the template and inside the scanned folder",
    )
    return {}


def _add_role(source: Shorthand, expansion: Expansion) -> None:
    draft = RoleDraft()
    read_policies(draft, source, expansion)
    if boolean(mapping_of(source.get("Tracing")).get("Enabled")):
        draft.attach("AWSXrayWriteOnlyAccess", source.place("Tracing"))
    add_role(draft, source, "states.amazonaws.com", expansion)


def _add_alias(source: Shorthand, expansion: Expansion) -> str:
    """Version and alias; gives the alias's logical id when events go to it."""
    alias = source.get("AutoPublishAlias")
    if not is_set(alias):
        return ""
    place = source.place("AutoPublishAlias")
    version = f"{source.logical_id}Version"
    logical_id = f"{source.logical_id}Alias{display(alias)}"
    machine = expansion.ref(source.logical_id, place)
    expansion.add(
        version, "AWS::StepFunctions::StateMachineVersion", {"StateMachineArn": machine}, source,
        place,
    )  # fmt: skip
    preference = dict(mapping_of(source.get("DeploymentPreference")).entries)
    routed: dict[str, Any] = preference or {"Type": "ALL_AT_ONCE"}
    routed["StateMachineVersionArn"] = expansion.ref(version, place)
    expansion.add(
        logical_id,
        "AWS::StepFunctions::StateMachineAlias",
        {"Name": alias, "DeploymentPreference": routed},
        source,
        place,
    )
    return logical_id if boolean(source.get("UseAliasAsEventTarget")) else ""


def _expand_event(event: Event) -> None:
    if event.kind == "ScheduleV2":
        schedule(event, "state-machine")
    elif event.kind == "Schedule":
        _rule(event, {"ScheduleExpression": event.get("Schedule"), **event.picked("Description")})
    elif event.kind in ("EventBridgeRule", "CloudWatchEvent"):
        _rule(event, {"EventPattern": event.get("Pattern"), **event.picked("EventBusName")})
    elif event.kind == "Api":
        _api(event)
    else:
        event.expansion.skip(
            f"event {event.name} of {event.source.logical_id}",
            f"unknown event type {event.kind or 'without a Type'}",
            event.location,
            "use a type of the SAM specification",
        )


def _rule(event: Event, what: dict[str, Any]) -> None:
    """A rule that starts the state machine under a role of its own."""
    role = event.get("RoleArn")
    if not is_set(role):
        role = _event_role(event, "events.amazonaws.com")
    queue = event.dead_letter_queue(event.expansion.arn(event.id, event.location))
    name = event.get("Name") if is_set(event.get("Name")) else event.get("RuleName")
    target = {**rule_target(event, "StepFunctionsTarget", queue), "RoleArn": role}
    event.add(
        event.id,
        "AWS::Events::Rule",
        {**what, "Name": name, "State": rule_state(event), "Targets": [target]},
    )


def _event_role(event: Event, principal: str) -> Reference:
    statement = {"Action": "states:StartExecution", "Effect": "Allow", "Resource": event.arn}
    policy = {
        "PolicyName": "start execution",
        "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }
    logical_id = f"{event.id}Role"
    event.add(
        logical_id,
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": trust(principal, event.location),
            "Policies": [policy],
            "PermissionsBoundary": event.source.get("PermissionsBoundary"),
        },
    )
    return event.expansion.arn(logical_id, event.location)


def _api(event: Event) -> None:
    """A route of a REST API that starts the state machine."""
    role = _event_role(event, "apigateway.amazonaws.com")
    place = event.location
    integration = make_mapping(
        {
            "type": "aws",
            "httpMethod": "POST",
            "credentials": role,
            "uri": sub(
                "arn:${AWS::Partition}:apigateway:${AWS::Region}:states:action/StartExecution",
                place,
            ),
            "requestTemplates": {
                "application/json": sub(
                    '{"input": "$util.escapeJavaScript($input.json(\'$\'))", '
                    '"stateMachineArn": "${machine}"}',
                    place,
                    machine=event.arn,
                )
            },
            "responses": {"200": {"statusCode": "200"}, "400": {"statusCode": "400"}},
        },
        place,
    )
    event.expansion.routes.append(
        Route(
            "rest",
            event.get("RestApiId"),
            display(event.get("Path")) or "/",
            (string(event.get("Method")) or "any").lower(),
            event.name,
            event.properties,
            event.source,
            place,
            None,
            integration,
        )
    )
