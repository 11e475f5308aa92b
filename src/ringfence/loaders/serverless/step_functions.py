"""State machines of the plugin ``serverless-step-functions``."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import entries_of, is_set, items_of, make_mapping, mapping_of
from ringfence.loaders.serverless.builder import Builder, attribute, ref
from ringfence.loaders.serverless.events.authorizers import authorize
from ringfence.loaders.serverless.events.rest import add_path, api_id, ensure_api
from ringfence.loaders.serverless.naming import alphanumeric, function_id, method_id
from ringfence.loaders.serverless.roles import role_arn, trust
from ringfence.model.location import Location
from ringfence.model.value import Mapping, Sequence, Value, display, string

#: How deep the states of a definition may nest while their resources are gathered.
MAXIMUM_DEPTH = 40


def compile_state_machines(builder: Builder) -> None:
    """Adds every state machine of ``stepFunctions.stateMachines``."""
    section = mapping_of(builder.service.section("stepFunctions"))
    machines = section.get("stateMachines")
    for part in items_of(machines):
        for key, value, place in entries_of(part):
            given = mapping_of(value)
            if given.entries:
                _compile(key, given, place, builder)


def _compile(key: str, given: Mapping, place: Location, builder: Builder) -> None:
    name = given.get("name")
    text = string(name)
    logical_id = string(given.get("id")) or (
        alphanumeric(text) if text else f"{alphanumeric(key)}StepFunctionsStateMachine"
    )
    definition = given.get("definition")
    if definition is not None:
        definition = _with_functions(definition, builder, 0)
    role = given.get("role")
    arn: Any
    if is_set(role):
        assert role is not None
        arn = role_arn(role)
    else:
        arn = attribute(f"{logical_id}Role")
        _add_role(f"{logical_id}Role", given, definition, place, builder)
    logging = mapping_of(given.get("loggingConfig"))
    properties: dict[str, Any] = {
        "StateMachineName": name,
        "StateMachineType": given.get("type"),
        "Definition": definition,
        "RoleArn": arn,
        "LoggingConfiguration": {
            "Level": logging.get("level"),
            "IncludeExecutionData": logging.get("includeExecutionData"),
            "Destinations": [
                {"CloudWatchLogsLogGroup": {"LogGroupArn": item}}
                for item in items_of(logging.get("destinations"))
            ],
        }
        if logging.entries
        else None,
        "TracingConfiguration": _capital(mapping_of(given.get("tracingConfig"))),
    }
    builder.add(logical_id, "AWS::StepFunctions::StateMachine", properties, place)
    for number, item in enumerate(items_of(given.get("events")), 1):
        for kind, value, at in entries_of(item):
            _event(logical_id, kind, value, at, number, builder)


def _capital(given: Mapping) -> dict[str, Value] | None:
    if not given.entries:
        return None
    return {key[:1].upper() + key[1:]: value for key, value in given.entries.items()}


def _with_functions(value: Value, builder: Builder, depth: int) -> Value:
    """A definition in which ``!GetAtt hello.Arn`` names the service's function ``hello``."""
    if depth > MAXIMUM_DEPTH:
        return value
    keys = {function.key for function in builder.service.functions}
    if isinstance(value, Mapping):
        got = value.get("Fn::GetAtt")
        parts = [display(item) for item in items_of(got)] if got is not None else []
        if parts and parts[0].partition(".")[0] in keys:
            target = attribute(function_id(parts[0].partition(".")[0]))
            return make_mapping(target, value.location)
        entries = {
            key: _with_functions(item, builder, depth + 1) for key, item in value.entries.items()
        }
        return Mapping(entries, value.location, value.origins, value.keys, value.tag)
    if isinstance(value, Sequence):
        items = [_with_functions(item, builder, depth + 1) for item in value.items]
        return Sequence(items, value.location, value.origins, value.tag)
    text = string(value)
    tag = getattr(value, "tag", "")
    if tag == "GetAtt" and text and text.partition(".")[0] in keys:
        return make_mapping(attribute(function_id(text.partition(".")[0])), value.location)
    return value


#: What the plugin allows for a state's ``Resource``.
_ACTIONS = {
    "lambda:invoke": "lambda:InvokeFunction",
    "sns:publish": "sns:Publish",
    "sqs:sendMessage": "sqs:SendMessage",
    "dynamodb:getItem": "dynamodb:GetItem",
    "dynamodb:putItem": "dynamodb:PutItem",
    "dynamodb:updateItem": "dynamodb:UpdateItem",
    "dynamodb:deleteItem": "dynamodb:DeleteItem",
    "states:startExecution": "states:StartExecution",
    "events:putEvents": "events:PutEvents",
}
_TARGETS = ("FunctionName", "TopicArn", "QueueUrl", "TableName", "StateMachineArn")


def _add_role(
    logical_id: str, given: Mapping, definition: Value | None, place: Location, builder: Builder
) -> None:
    """The role that the plugin makes: what the states need, and what the user adds."""
    statements: list[Any] = []
    _gather(definition, statements, 0)
    statements.extend(items_of(given.get("iamRoleStatements")))
    document = {"Version": "2012-10-17", "Statement": statements}
    builder.add(
        logical_id,
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": trust(place, "states.amazonaws.com"),
            "Policies": [{"PolicyName": "statemachine", "PolicyDocument": document}]
            if statements
            else None,
        },
        place,
    )


def _gather(value: Value | None, statements: list[Any], depth: int) -> None:
    if depth > MAXIMUM_DEPTH:
        return
    if isinstance(value, Sequence):
        for item in value.items:
            _gather(item, statements, depth + 1)
    if not isinstance(value, Mapping):
        return
    if string(value.get("Type")) == "Task" and value.get("Resource") is not None:
        statements.append(_task(value))
    for item in value.entries.values():
        _gather(item, statements, depth + 1)


def _task(state: Mapping) -> dict[str, Any]:
    resource = state.get("Resource")
    text = string(resource) or ""
    if ":states:" not in text:
        return {"Effect": "Allow", "Action": ["lambda:InvokeFunction"], "Resource": [resource]}
    call = text.rpartition(":::")[2].partition(".")[0]
    service = call.partition(":")[0]
    parameters = mapping_of(state.get("Parameters") or state.get("Arguments"))
    target = next((parameters.get(name) for name in _TARGETS if name in parameters), None)
    action = _ACTIONS.get(call, call.removeprefix("aws-sdk:") or f"{service}:*")
    return {"Effect": "Allow", "Action": [action], "Resource": [target or "*"]}


def _event(
    machine: str, kind: str, value: Value, place: Location, number: int, builder: Builder
) -> None:
    """An event that starts the state machine."""
    if kind == "http":
        _http(machine, value, place, number, builder)
        return
    given = mapping_of(value)
    what: dict[str, Any]
    if kind == "schedule":
        rate = given.get("rate") if given.entries else value
        what = {"ScheduleExpression": next(iter(items_of(rate)), None)}
    elif kind in ("cloudwatchEvent", "eventBridge"):
        pattern = given.get("event")
        what = {
            "EventPattern": pattern if pattern is not None else given.get("pattern"),
            "EventBusName": given.get("eventBusName"),
        }
    else:
        builder.skip(f"event {kind} of {machine}", "this event type is not known", place)
        return
    role = _starter(f"{machine}Event{number}Role", machine, "events.amazonaws.com", place, builder)
    target = {"Arn": ref(machine), "Id": f"{machine}-{number}", "RoleArn": role}
    builder.add(
        f"{machine}EventsRule{number}",
        "AWS::Events::Rule",
        {**what, "Name": given.get("name"), "Targets": [target]},
        place,
    )


def _starter(
    role: str, machine: str, principal: str, place: Location, builder: Builder
) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Action": ["states:StartExecution"],
        "Resource": ref(machine),
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    builder.add(
        role,
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": trust(place, principal),
            "Policies": [{"PolicyName": "start execution", "PolicyDocument": document}],
        },
        place,
    )
    return attribute(role)


def _http(machine: str, value: Value, place: Location, number: int, builder: Builder) -> None:
    from ringfence.loaders.serverless.builder import Event
    from ringfence.loaders.serverless.events.rest import method_and_path
    from ringfence.loaders.serverless.service import FunctionEntry

    entry = FunctionEntry(machine, mapping_of(value), place)
    event = Event("http", value, place, entry, builder, number)
    method, path = method_and_path(event)
    ensure_api(builder, place)
    resource = add_path(event, path)
    role = _starter(f"{machine}ApiGatewayRole", machine, "apigateway.amazonaws.com", place, builder)
    uri = {
        "Fn::Sub": "arn:${AWS::Partition}:apigateway:${AWS::Region}:states:action/StartExecution"
    }
    builder.add(
        method_id(path, method),
        "AWS::ApiGateway::Method",
        {
            "HttpMethod": method,
            "RestApiId": api_id(builder),
            "ResourceId": resource,
            **authorize(event, api_id(builder)),
            "Integration": {
                "Type": "AWS",
                "IntegrationHttpMethod": "POST",
                "Credentials": role,
                "Uri": uri,
            },
        },
        place,
    )
