"""State machines of the plugin ``serverless-step-functions``."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import entries_of, is_set, items_of, make_mapping, mapping_of
from ringfence.loaders.serverless.builder import Builder, Event, attribute, ref
from ringfence.loaders.serverless.events.authorizers import authorize
from ringfence.loaders.serverless.events.rest import add_path, api_id, ensure_api, method_and_path
from ringfence.loaders.serverless.naming import alphanumeric, function_id, method_id
from ringfence.loaders.serverless.roles import role_arn, trust
from ringfence.loaders.serverless.service import FunctionEntry
from ringfence.model.location import Location
from ringfence.model.record import record
from ringfence.model.value import Mapping, Sequence, Value, boolean, display, string

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
            start = Start(logical_id, alphanumeric(key), value, at, number, builder)
            _event(start, kind)


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
    """What one state needs: the function it names, or the call of a service."""
    resource = state.get("Resource")
    text = string(resource) or ""
    if ":states:" not in text:
        return _invoke(resource)
    call = text.rpartition(":::")[2].partition(".")[0]
    parameters = mapping_of(state.get("Parameters") or state.get("Arguments"))
    name = next((name for name in _TARGETS if name in parameters), "")
    target = parameters.get(name)
    if call == "lambda:invoke":
        return _invoke(target)
    action = _ACTIONS.get(call, call.removeprefix("aws-sdk:") or "*")
    return {"Effect": "Allow", "Action": [action], "Resource": [_target_arn(name, target)]}


def _invoke(function: Value | None) -> dict[str, Any]:
    versions = {"Fn::Sub": ["${function}:*", {"function": function}]}
    resources = [function, versions] if function is not None else ["*"]
    return {"Effect": "Allow", "Action": ["lambda:InvokeFunction"], "Resource": resources}


def _target_arn(name: str, target: Value | None) -> Any:
    """The ARN of what a call names: queues by URL, tables by name, the others by ARN."""
    if target is None:
        return "*"
    if name not in ("QueueUrl", "TableName"):
        return target
    referenced = mapping_of(target).get("Ref")
    if referenced is None and getattr(target, "tag", "") == "Ref":
        referenced = target
    if referenced is not None:
        return attribute(display(referenced))
    known = string(target)
    if known is None:
        return target
    arn = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/"
    if name == "QueueUrl":
        arn = "arn:${AWS::Partition}:sqs:*:*:"
        known = known.rpartition("/")[2]
    return {"Fn::Sub": arn + known}


@record(frozen=True)
class Start:
    """One event of a state machine: the machine's logical id, its key's word, the settings."""

    machine: str
    word: str
    value: Value
    place: Location
    number: int
    builder: Builder

    def role(self, logical_id: str, principal: str, resource: Any = None) -> dict[str, Any]:
        """The role under which something starts the machine; several machines may share it."""
        statement = {
            "Effect": "Allow",
            "Action": ["states:StartExecution"],
            "Resource": resource or ref(self.machine),
        }
        document = {"Version": "2012-10-17", "Statement": [statement]}
        policy = {"PolicyName": "plugin policy start execution", "PolicyDocument": document}
        if self.builder.has(logical_id):
            added = make_mapping(policy, self.place)
            self.builder.append(logical_id, "Policies", [added], self.place)
        self.builder.add(
            logical_id,
            "AWS::IAM::Role",
            {
                "AssumeRolePolicyDocument": trust(self.place, principal),
                "Policies": [policy],
            },
            self.place,
        )
        return attribute(logical_id)

    def rule(self, logical_id: str, role: str, what: dict[str, Any]) -> None:
        given = mapping_of(self.value)
        arn = self.role(role, "events.amazonaws.com")
        target = {"Arn": ref(self.machine), "Id": logical_id, "RoleArn": arn}
        self.builder.add(
            logical_id,
            "AWS::Events::Rule",
            {**what, "Name": given.get("name"), "Targets": [target]},
            self.place,
        )


def _event(start: Start, kind: str) -> None:
    """An event that starts the state machine."""
    given = mapping_of(start.value)
    if kind == "http":
        _http(start)
    elif kind == "schedule":
        rates = given.get("rate") if given.entries else start.value
        for rate in items_of(rates):
            number = start.builder.next_number(f"{start.word}schedule")
            start.rule(
                f"{start.word}StepFunctionsEventsRuleSchedule{number}",
                f"{start.word}ScheduleToStepFunctionsRole",
                {"ScheduleExpression": rate},
            )
    elif kind in ("cloudwatchEvent", "eventBridge"):
        pattern = given.get("event")
        number = start.builder.next_number(f"{start.word}{kind}")
        start.rule(
            f"{start.word}EventsRuleCloudWatchEvent{number}",
            f"{start.word}EventToStepFunctionsRole",
            {
                "EventPattern": pattern if pattern is not None else given.get("pattern"),
                "EventBusName": given.get("eventBusName"),
            },
        )
    else:
        what = f"event {kind} of {start.machine}"
        start.builder.skip(what, "this event type is not known", start.place)


def _http(start: Start) -> None:
    entry = FunctionEntry(start.machine, mapping_of(start.value), start.place)
    event = Event("http", start.value, start.place, entry, start.builder, start.number)
    method, path = method_and_path(event)
    ensure_api(start.builder, start.place)
    resource = add_path(event, path)
    # The plugin lets the API start every state machine of the account.
    role = start.role("ApigatewayToStepFunctionsRole", "apigateway.amazonaws.com", "*")
    uri = "arn:${AWS::Partition}:apigateway:${AWS::Region}:states:action/StartExecution"
    machine = {"machine": ref(start.machine)}
    template = '{"input": "$body", "stateMachineArn": "${machine}"}'
    start.builder.add(
        method_id(path, method),
        "AWS::ApiGateway::Method",
        {
            "HttpMethod": method,
            "RestApiId": api_id(start.builder),
            "ResourceId": resource,
            "ApiKeyRequired": boolean(event.get("private")) is True,
            **authorize(event, api_id(start.builder)),
            "Integration": {
                "Type": "AWS",
                "IntegrationHttpMethod": "POST",
                "Credentials": role,
                "Uri": {"Fn::Sub": uri},
                "RequestTemplates": {"application/json": {"Fn::Sub": [template, machine]}},
            },
        },
        start.place,
    )
