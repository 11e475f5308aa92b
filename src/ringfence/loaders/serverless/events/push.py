"""Events that a service pushes: S3, SNS, schedules, rules, logs, Cognito, IoT, Alexa."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import is_set, items_of, make, mapping_of
from ringfence.loaders.serverless.builder import Event, attribute, ref
from ringfence.loaders.serverless.naming import alphanumeric
from ringfence.loaders.serverless.roles import role_of
from ringfence.model.value import (
    Mapping,
    Scalar,
    Value,
    boolean,
    display,
    literal,
    string,
)

_ACCOUNT = {"Ref": "AWS::AccountId"}


def text_or_setting(event: Event, *names: str) -> Value | None:
    """The event's short text, or one of its settings."""
    if isinstance(event.value, Mapping) and not _intrinsic(event.value):
        return event.get(*names)
    return event.value if is_set(event.value) else None


def _intrinsic(value: Mapping) -> bool:
    return bool(value.tag) or any(key == "Ref" or key.startswith("Fn::") for key in value.entries)


def state(event: Event) -> str:
    return "DISABLED" if boolean(event.get("enabled")) is False else "ENABLED"


def word_of(value: Value | None) -> str:
    """A value as part of a logical id: of an intrinsic function, the resource it names."""
    if isinstance(value, Scalar) and value.tag == "GetAtt":
        return alphanumeric(display(value).partition(".")[0])
    if isinstance(value, Mapping):
        inner = value.get("Fn::GetAtt") or value.get("Ref") or value.get("Fn::Join")
        for item in items_of(inner):
            if not isinstance(item, Mapping):
                return alphanumeric(display(item).partition(".")[0])
    text = display(value)
    return alphanumeric(text.rpartition(":")[2] if ":" in text else text)


# --- S3 -------------------------------------------------------------------------------------


def _s3(event: Event) -> None:
    """A bucket with a notification; ``existing`` buckets get theirs at deployment."""
    bucket = text_or_setting(event, "bucket")
    kind = event.get("event") or Scalar("s3:ObjectCreated:*", event.location)
    provided = mapping_of(event.builder.service.provider.get("s3"))
    key = display(bucket)
    named = mapping_of(provided.get(key))
    name: Any = named.get("name") or bucket
    logical_id = f"S3Bucket{alphanumeric(key)}"
    existing = boolean(event.get("existing")) is True
    notification = make(
        {"Event": kind, "Function": event.target, "Filter": _filter(event)}, event.location
    )
    if existing:
        number = event.builder.next_number(f"{event.prefix}existing")
        logical_id = f"{event.prefix}CustomS3{number}"
        event.add(
            logical_id,
            "Custom::S3",
            {
                "FunctionName": event.target,
                "BucketName": bucket,
                "BucketConfigs": [notification],
            },
        )
    else:
        settings = {
            upper: value
            for lower, value in named.entries.items()
            if lower != "name" and (upper := lower[:1].upper() + lower[1:])
        }
        event.builder.add(
            logical_id,
            "AWS::S3::Bucket",
            {
                "BucketName": name,
                **settings,
                "NotificationConfiguration": {"LambdaConfigurations": []},
            },
            event.location,
        )
        _notify(event, logical_id, notification)
    event.permit(
        f"{event.prefix}LambdaPermission{alphanumeric(key)}S3",
        "s3.amazonaws.com",
        SourceArn={"Fn::Sub": ["arn:${AWS::Partition}:s3:::${bucket}", {"bucket": name}]},
        SourceAccount=_ACCOUNT,
    )


def _notify(event: Event, bucket: str, notification: Value) -> None:
    properties = event.builder.properties(bucket)
    configuration = mapping_of(properties.get("NotificationConfiguration"))
    present = list(items_of(configuration.get("LambdaConfigurations")))
    configuration.entries["LambdaConfigurations"] = make([*present, notification], event.location)


def _filter(event: Event) -> dict[str, Any] | None:
    rules = [
        {"Name": name, "Value": value}
        for item in items_of(event.get("rules"))
        for name, value in mapping_of(item).entries.items()
    ]
    return {"S3Key": {"Rules": rules}} if rules else None


# --- SNS ------------------------------------------------------------------------------------


def _sns(event: Event) -> None:
    """A topic that the service makes, or one given by its ARN, and the subscription."""
    value = text_or_setting(event, "arn", "topicName")
    arn = event.get("arn")
    text = string(value) or ""
    name = event.get("topicName")
    topic: Any = arn if arn is not None else value
    subscription = {
        "Protocol": "lambda",
        "Endpoint": event.target,
        "FilterPolicy": event.get("filterPolicy"),
        "FilterPolicyScope": event.get("filterPolicyScope"),
        "RedrivePolicy": _redrive(event),
    }
    if arn is not None or text.startswith("arn:") or isinstance(value, Mapping):
        word = word_of(name if name is not None else value)
        event.add(
            f"{event.prefix}SnsSubscription{word}",
            "AWS::SNS::Subscription",
            {"TopicArn": topic, **subscription},
        )
    else:
        word = alphanumeric(text)
        topic = ref(_topic(event, word, value, subscription))
    event.permit(f"{event.prefix}LambdaPermission{word}SNS", "sns.amazonaws.com", SourceArn=topic)


def _topic(event: Event, word: str, name: Value | None, subscription: dict[str, Any]) -> str:
    """The topic that the service makes; subscriptions without a filter stand in the topic."""
    logical_id = event.builder.add(
        f"SNSTopic{word}",
        "AWS::SNS::Topic",
        {
            "TopicName": name,
            "DisplayName": event.get("displayName"),
            "KmsMasterKeyId": event.get("kmsMasterKeyId"),
        },
        event.location,
    )
    plain = ("Protocol", "Endpoint")
    if any(item is not None for key, item in subscription.items() if key not in plain):
        event.add(
            f"{event.prefix}SnsSubscription{word}",
            "AWS::SNS::Subscription",
            {"TopicArn": ref(logical_id), **subscription},
        )
    else:
        entry = make({key: subscription[key] for key in plain}, event.location)
        event.builder.append(logical_id, "Subscription", [entry], event.location)
    return logical_id


def _redrive(event: Event) -> dict[str, Any] | None:
    policy = mapping_of(event.get("redrivePolicy"))
    target = policy.get("deadLetterTargetArn")
    imported = mapping_of(policy.get("deadLetterTargetImport"))
    if target is None:
        target = imported.get("arn")
    reference = string(policy.get("deadLetterTargetRef"))
    if target is None and reference:
        return {"deadLetterTargetArn": attribute(reference)}
    return {"deadLetterTargetArn": target} if target is not None else None


# --- times and rules ------------------------------------------------------------------------


def _schedule(event: Event) -> None:
    """One rule (or schedule) for each rate of the event."""
    rates = list(items_of(text_or_setting(event, "rate")))
    if event.text("method") == "scheduler":
        for rate in rates:
            _scheduler(event, rate)
        return
    for rate in rates:
        number = event.builder.next_number(f"{event.prefix}schedule")
        rule = f"{event.prefix}EventsRuleSchedule{number}"
        event.add(
            rule,
            "AWS::Events::Rule",
            {
                "ScheduleExpression": rate,
                "Name": event.get("name"),
                "Description": event.get("description"),
                "State": state(event),
                "Targets": [_rule_target(event, f"{event.function.key}Schedule")],
            },
        )
        event.permit(
            f"{event.prefix}LambdaPermissionEventsRuleSchedule{number}",
            "events.amazonaws.com",
            SourceArn=attribute(rule),
        )


def _rule_target(event: Event, target_id: str) -> dict[str, Any]:
    given = event.get("input")
    transformer = mapping_of(event.get("inputTransformer"))
    return {
        "Arn": event.target,
        "Id": target_id,
        "Input": given,
        "InputPath": event.get("inputPath"),
        "InputTransformer": {
            "InputPathsMap": transformer.get("inputPathsMap"),
            "InputTemplate": transformer.get("inputTemplate"),
        }
        if transformer.entries
        else None,
    }


def _scheduler(event: Event, rate: Value) -> None:
    """A schedule of EventBridge Scheduler, which uses the function's own role."""
    number = event.builder.next_number(f"{event.prefix}schedule")
    if event.function.get("role") is None:
        event.builder.allow(event.function, ["lambda:InvokeFunction"], event.target, event.location)
        if "scheduler.amazonaws.com" not in event.builder.principals:
            event.builder.principals.append("scheduler.amazonaws.com")
    event.add(
        f"{event.prefix}SchedulerSchedule{number}",
        "AWS::Scheduler::Schedule",
        {
            "ScheduleExpression": rate,
            "Name": event.get("name"),
            "Description": event.get("description"),
            "State": state(event),
            "ScheduleExpressionTimezone": event.get("timezone"),
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {
                "Arn": event.target,
                "RoleArn": role_of(event.function, event.builder),
                "Input": event.get("input"),
            },
        },
    )


def _event_bridge(event: Event) -> None:
    """A rule on a bus that is given, named (and then made), or the default one."""
    builder = event.builder
    bus = event.get("eventBus")
    name = string(bus)
    bus_value: Any = bus
    if name is not None and not name.startswith("arn:") and name != "default":
        bus_id = f"{alphanumeric(name)}EventBridgeEventBus"
        builder.add(bus_id, "AWS::Events::EventBus", {"Name": name}, event.location)
        bus_value = ref(bus_id)
    number = event.position
    full = f"{builder.service.prefix}-{event.function.key}-rule-{number}"
    rule = f"{alphanumeric(full)}EventBridgeRule"
    dead = event.get("deadLetterQueueArn")
    retry = mapping_of(event.get("retryPolicy"))
    target = {
        **_rule_target(event, f"{event.function.key}-target"),
        "DeadLetterConfig": {"Arn": dead} if dead is not None else None,
        "RetryPolicy": {
            "MaximumEventAgeInSeconds": retry.get("maximumEventAge"),
            "MaximumRetryAttempts": retry.get("maximumRetryAttempts"),
        }
        if retry.entries
        else None,
    }
    event.add(
        rule,
        "AWS::Events::Rule",
        {
            "EventBusName": bus_value,
            "EventPattern": event.get("pattern"),
            "ScheduleExpression": event.get("schedule"),
            "Name": event.get("name") or full,
            "State": state(event),
            "Targets": [target],
        },
    )
    event.permit(
        f"{event.prefix}EventBridgeLambdaPermission{number}",
        "events.amazonaws.com",
        SourceArn=attribute(rule),
    )


def _cloudwatch_event(event: Event) -> None:
    number = event.builder.next_number(f"{event.prefix}cloudwatchEvent")
    rule = f"{event.prefix}EventsRuleCloudWatchEvent{number}"
    event.add(
        rule,
        "AWS::Events::Rule",
        {
            "EventPattern": event.get("event"),
            "Name": event.get("name"),
            "Description": event.get("description"),
            "State": state(event),
            "Targets": [_rule_target(event, f"{event.function.key}CloudWatchEvent")],
        },
    )
    event.permit(
        f"{event.prefix}LambdaPermissionEventsRuleCloudWatchEvent{number}",
        "events.amazonaws.com",
        SourceArn=attribute(rule),
    )


def _cloudwatch_log(event: Event) -> None:
    groups = text_or_setting(event, "logGroup")
    for group in items_of(groups):
        number = event.builder.next_number(f"{event.prefix}cloudwatchLog")
        event.add(
            f"{event.prefix}LogsSubscriptionFilterCloudWatchLog{number}",
            "AWS::Logs::SubscriptionFilter",
            {
                "LogGroupName": group,
                "FilterPattern": event.get("filter") or "",
                "DestinationArn": event.target,
            },
        )
        arn = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${group}:*"
        event.permit(
            f"{event.prefix}LambdaPermissionLogsSubscriptionFilterCloudWatchLog"
            + (str(number) if number > 1 else ""),
            "logs.amazonaws.com",
            SourceArn={"Fn::Sub": [arn, {"group": group}]},
        )


# --- identities, things, voices -------------------------------------------------------------


def _cognito(event: Event) -> None:
    """A trigger of a user pool that the service makes, or of an existing one."""
    pool, trigger = event.text("pool") or display(event.get("pool")), event.text("trigger")
    if boolean(event.get("existing")) is True:
        logical_id = f"{event.prefix}CustomCognitoUserPool{event.number}"
        event.add(
            logical_id,
            "Custom::CognitoUserPool",
            {
                "FunctionName": event.target,
                "UserPoolName": pool,
                "UserPoolConfigs": [{"Trigger": trigger}],
            },
        )
        source: Any = {
            "Fn::Sub": "arn:${AWS::Partition}:cognito-idp:${AWS::Region}:${AWS::AccountId}:"
            "userpool/*"
        }
    else:
        pool_id = f"CognitoUserPool{alphanumeric(pool)}"
        event.builder.add(
            pool_id,
            "AWS::Cognito::UserPool",
            {"UserPoolName": pool, "LambdaConfig": {}},
            event.location,
        )
        config = mapping_of(event.builder.properties(pool_id).get("LambdaConfig"))
        config.entries[trigger] = make(event.target, event.location)
        source = attribute(pool_id)
    word = f"{alphanumeric(pool)}TriggerSource{alphanumeric(trigger)}"
    event.permit(
        f"{event.prefix}LambdaPermissionCognitoUserPool{word}",
        "cognito-idp.amazonaws.com",
        SourceArn=source,
    )


def _iot(event: Event) -> None:
    rule = f"{event.prefix}IotTopicRule{event.number}"
    event.add(
        rule,
        "AWS::IoT::TopicRule",
        {
            "RuleName": event.get("name"),
            "TopicRulePayload": {
                "RuleDisabled": boolean(event.get("enabled")) is False,
                "Sql": event.get("sql"),
                "AwsIotSqlVersion": event.get("sqlVersion"),
                "Description": event.get("description"),
                "Actions": [{"Lambda": {"FunctionArn": event.target}}],
            },
        },
    )
    arn = "arn:${AWS::Partition}:iot:${AWS::Region}:${AWS::AccountId}:rule/${rule}"
    event.permit(
        f"{event.prefix}LambdaPermissionIotTopicRule{event.number}",
        "iot.amazonaws.com",
        SourceArn={"Fn::Sub": [arn, {"rule": ref(rule)}]},
    )


def _iot_provisioning(event: Event) -> None:
    event.permit(
        f"{event.prefix}LambdaPermissionIotFleetProvisioning{event.number}",
        "iot.amazonaws.com",
        SourceAccount=_ACCOUNT,
    )


def _alexa_skill(event: Event) -> None:
    skill = text_or_setting(event, "appId")
    event.permit(
        f"{event.prefix}LambdaPermissionAlexaSkill{event.number}",
        "alexa-appkit.amazon.com",
        EventSourceToken=skill if literal(skill) is not True else None,
    )


def _alexa_smart_home(event: Event) -> None:
    skill = text_or_setting(event, "appId")
    event.permit(
        f"{event.prefix}LambdaPermissionAlexaSmartHome{event.number}",
        "alexa-connectedhome.amazon.com",
        EventSourceToken=skill,
    )


HANDLERS = {
    "s3": _s3,
    "sns": _sns,
    "schedule": _schedule,
    "eventBridge": _event_bridge,
    "cloudwatchEvent": _cloudwatch_event,
    "cloudwatchLog": _cloudwatch_log,
    "cognitoUserPool": _cognito,
    "iot": _iot,
    "iotFleetProvisioning": _iot_provisioning,
    "alexaSkill": _alexa_skill,
    "alexaSmartHome": _alexa_smart_home,
}
