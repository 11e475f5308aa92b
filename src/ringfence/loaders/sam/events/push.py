"""Events that a service pushes: S3, SNS, rules, logs, IoT, Alexa, Cognito."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ringfence.loaders.construct import is_set, items_of, make, mapping_of, sub
from ringfence.loaders.sam.events.event import Event
from ringfence.loaders.template import TemplateResource
from ringfence.model.value import (
    Mapping,
    Reference,
    Scalar,
    Sequence,
    Value,
    boolean,
    display,
    string,
)


def change(resource: TemplateResource, **entries: Value) -> None:
    """Gives a resource of the user's further properties (its own mapping stays untouched)."""
    old = resource.properties
    resource.properties = Mapping({**old.entries, **entries}, old.location, old.origins, old.keys)


def _s3(event: Event) -> None:
    """A notification on the bucket, and the permission for it."""
    event.permit(
        "s3.amazonaws.com", source_account=Reference("AWS::AccountId", "Ref", event.location)
    )
    bucket = event.expansion.find(event.get("Bucket"))
    if bucket is None or bucket.type != "AWS::S3::Bucket":
        event.expansion.skip(
            f"event {event.name} of {event.source.logical_id}",
            "its bucket is not in this template",
            event.properties.key_location("Bucket"),
            "name a bucket of the same template with !Ref",
        )
        return
    filters = mapping_of(event.get("Filter"))
    rules = filters.get("S3Key")
    added = [
        make(
            {
                "Event": kind,
                "Function": event.arn,
                "Filter": {"S3Key": rules} if rules is not None else None,
            },
            event.location,
        )
        for kind in items_of(event.get("Events"))
    ]
    notifications = mapping_of(bucket.properties.get("NotificationConfiguration"))
    present = list(items_of(notifications.get("LambdaConfigurations")))
    merged = {
        **notifications.entries,
        "LambdaConfigurations": Sequence([*present, *added], event.location),
    }
    place = notifications.location if notifications.entries else event.location
    change(bucket, NotificationConfiguration=Mapping(merged, place, (), notifications.keys))


def _sns(event: Event) -> None:
    """A subscription of the function, or of a queue that the function then reads."""
    topic = event.get("Topic")
    subscribed = event.get("SqsSubscription")
    common = {
        "TopicArn": topic,
        **event.picked("Region", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy"),
    }
    if not is_set(subscribed) or boolean(subscribed) is False:
        event.permit("sns.amazonaws.com", source_arn=topic)
        event.add(
            event.id,
            "AWS::SNS::Subscription",
            {**common, "Protocol": "lambda", "Endpoint": event.arn},
        )
        return
    queue, url, given = _subscribed_queue(event, mapping_of(subscribed))
    statement = {
        "Action": "sqs:SendMessage",
        "Effect": "Allow",
        "Principal": "*",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy_id = string(given.get("QueuePolicyLogicalId")) or f"{event.id}QueuePolicy"
    event.add(
        policy_id,
        "AWS::SQS::QueuePolicy",
        {
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
            "Queues": [url],
        },
    )
    event.add(event.id, "AWS::SNS::Subscription", {**common, "Protocol": "sqs", "Endpoint": queue})
    event.draft.attach("service-role/AWSLambdaSQSQueueExecutionRole", event.location)
    event.add(
        f"{event.id}EventSourceMapping",
        "AWS::Lambda::EventSourceMapping",
        {
            "EventSourceArn": queue,
            "FunctionName": event.target.function_name(event.expansion, event.location),
            "BatchSize": given.get("BatchSize") or 10,
            "Enabled": True,
        },
    )


def _subscribed_queue(event: Event, given: Mapping) -> tuple[Value | None, Value | None, Mapping]:
    """ARN and URL of the queue between topic and function; made here for ``true``."""
    if given.entries:
        return given.get("QueueArn"), given.get("QueueUrl"), given
    logical_id = f"{event.id}Queue"
    topic = event.expansion.find(event.get("Topic"))
    fifo = topic.properties.get("FifoTopic") if topic is not None else None
    event.add(logical_id, "AWS::SQS::Queue", {"FifoQueue": fifo})
    place = event.location
    return event.expansion.arn(logical_id, place), event.expansion.ref(logical_id, place), given


def rule_state(event: Event) -> Value | None:
    """``State`` as given, or from the older ``Enabled``."""
    if is_set(event.get("State")):
        return event.get("State")
    enabled = event.get("Enabled")
    if not is_set(enabled):
        return None
    text = {True: "ENABLED", False: "DISABLED"}.get(boolean(enabled))  # type: ignore[arg-type]  # None is no key
    return Scalar(text, event.properties.key_location("Enabled")) if text else None


def rule_target(event: Event, suffix: str, queue: dict[str, Any] | None) -> dict[str, Any]:
    """The one target of an EventBridge rule."""
    target_id = mapping_of(event.get("Target")).get("Id") or f"{event.id}{suffix}"
    return {
        "Arn": event.arn,
        "Id": target_id,
        **event.picked("Input", "InputPath", "RetryPolicy", "InputTransformer"),
        **({"DeadLetterConfig": queue} if queue else {}),
    }


def _rule(event: Event) -> None:
    """EventBridgeRule, and its older name CloudWatchEvent."""
    source_arn = event.expansion.arn(event.id, event.location)
    queue = event.dead_letter_queue(source_arn)
    event.add(
        event.id,
        "AWS::Events::Rule",
        {
            **event.picked("EventBusName"),
            "EventPattern": event.get("Pattern"),
            "Name": event.get("RuleName"),
            "State": rule_state(event),
            "Targets": [rule_target(event, "LambdaTarget", queue)],
        },
    )
    event.permit("events.amazonaws.com", source_arn=source_arn)


def _logs(event: Event) -> None:
    """A subscription filter on a log group."""
    group = event.get("LogGroupName")
    event.permit(
        "logs.amazonaws.com",
        source_arn=sub(
            "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${group}:*",
            event.location,
            group=group if group is not None else "*",
        ),
    )
    event.add(
        event.id,
        "AWS::Logs::SubscriptionFilter",
        {
            "LogGroupName": group,
            "FilterPattern": event.get("FilterPattern"),
            "DestinationArn": event.arn,
        },
    )


def _iot(event: Event) -> None:
    """A topic rule of IoT Core."""
    event.permit(
        "iot.amazonaws.com",
        source_arn=sub(
            "arn:${AWS::Partition}:iot:${AWS::Region}:${AWS::AccountId}:rule/${rule}",
            event.location,
            rule=event.expansion.ref(event.id, event.location),
        ),
        source_account=Reference("AWS::AccountId", "Ref", event.location),
    )
    payload = {
        **event.picked("Sql", "AwsIotSqlVersion"),
        "RuleDisabled": False,
        "Actions": [{"Lambda": {"FunctionArn": event.arn}}],
    }
    event.add(event.id, "AWS::IoT::TopicRule", {"TopicRulePayload": payload})


def _alexa(event: Event) -> None:
    """An Alexa skill; without ``SkillId`` any skill may call."""
    token = event.get("SkillId")
    event.permit("alexa-appkit.amazon.com", token=token if is_set(token) else None)


def _cognito(event: Event) -> None:
    """Triggers of a user pool."""
    pool = event.expansion.find(event.get("UserPool"))
    if pool is None:
        event.expansion.skip(
            f"event {event.name} of {event.source.logical_id}",
            "its user pool is not in this template",
            event.properties.key_location("UserPool"),
            "name a user pool of the same template with !Ref",
        )
        return
    place = event.location
    logical_id = f"{event.target.alias or event.target.function}CognitoPermission"
    if event.expansion.id_of(logical_id) not in event.expansion.made:
        permission = {
            "Action": "lambda:InvokeFunction",
            "FunctionName": event.target.function_name(event.expansion, place),
            "Principal": "cognito-idp.amazonaws.com",
            "SourceArn": Reference(pool.id, "Arn", place),
        }
        event.add(logical_id, "AWS::Lambda::Permission", permission)
    triggers: dict[str, Value] = {
        display(trigger): event.arn for trigger in items_of(event.get("Trigger"))
    }
    present = mapping_of(pool.properties.get("LambdaConfig"))
    keys = {**dict.fromkeys(triggers, place), **present.keys}
    location = present.location if present.entries else place
    merged = Mapping({**triggers, **present.entries}, location, (), keys)
    change(pool, LambdaConfig=merged)


HANDLERS: dict[str, Callable[[Event], None]] = {
    "S3": _s3,
    "SNS": _sns,
    "CloudWatchEvent": _rule,
    "EventBridgeRule": _rule,
    "CloudWatchLogs": _logs,
    "IoTRule": _iot,
    "AlexaSkill": _alexa,
    "Cognito": _cognito,
}
