"""Direct invocation: permissions that no declared trigger explains, and functions without any."""

from __future__ import annotations

from ringfence.loaders.aws.audience import Admitted, admitted
from ringfence.loaders.aws.graph import name_of
from ringfence.loaders.aws.senders import WRITING
from ringfence.loaders.aws.triggers.builder import AnySender, Triggers
from ringfence.loaders.aws.values import first, place, rendered, text_of, truth
from ringfence.model.application import Authentication, Function, Resource, Sender
from ringfence.model.record import replace
from ringfence.model.severity import Exposure
from ringfence.permissions.parse import pattern_of

#: Service principal → (trigger kind, words). Source: "Granting function access to AWS services".
SERVICES = {
    "s3": ("s3", "bucket"),
    "sns": ("sns", "topic"),
    "sqs": ("sqs", "queue"),
    "events": ("eventbridge", "event rule"),
    "scheduler": ("schedule", "schedule"),
    "apigateway": ("apigateway-rest", "API"),
    "elasticloadbalancing": ("alb", "load balancer"),
    "cognito-idp": ("cognito", "user pool"),
    "iot": ("iot", "IoT rule"),
    "ses": ("ses", "mail rule"),
    "logs": ("logs", "log group"),
    "config": ("config", "Config rule"),
    "codepipeline": ("codepipeline", "pipeline"),
    "alexa-appkit": ("alexa", "Alexa skill"),
    "alexa-connectedhome": ("alexa", "Alexa smart home skill"),
    "edgelambda": ("cloudfront", "distribution"),
    "states": ("stepfunctions", "state machine"),
    "appsync": ("appsync", "GraphQL API"),
    "pipes": ("pipe", "pipe"),
}
#: Kind → who may cause the event when only a permission tells of it: the source's own settings,
#: which are in no template, decide.
_BEHIND = {
    "alexa": (Exposure.ANYONE, "anyone who uses the skill"),
    "ses": (Exposure.ANYONE, "anyone who can send mail to it"),
    "cloudfront": (Exposure.ANYONE, "anyone"),
    "alb": (Exposure.UNKNOWN, "callers of a load balancer"),
    "apigateway-rest": (Exposure.UNKNOWN, "callers of an API"),
    "appsync": (Exposure.UNKNOWN, "callers of a GraphQL API"),
    "cognito": (Exposure.UNKNOWN, "those who sign in to a user pool"),
    "iot": (Exposure.AUTHENTICATED, "devices that may publish to the topic"),
}
#: Kinds that may stand for each other: an API permission serves all three kinds of API.
_SAME = {
    "apigateway-rest": {"apigateway-rest", "apigateway-http", "apigateway-websocket"},
    "eventbridge": {"eventbridge", "schedule"},
    "schedule": {"eventbridge", "schedule"},
    "logs": {"logs"},
}


def collect(triggers: Triggers) -> None:
    """Runs last: it looks at what the other modules have declared."""
    for permission in triggers.graph.of("AWS::Lambda::Permission"):
        for function in triggers.graph.functions(permission.properties.get("FunctionName")):
            _permission(triggers, permission, function)
    for function in triggers.graph.application.functions.values():
        for sender in triggers.senders.guests.who_may("lambda:InvokeFunction", function.resource):
            name = f"invocation by {sender.who}"
            at = sender.proof or function.location
            triggers.add("invoke", function, name, sender, at)


def add_missing(triggers: Triggers) -> None:
    """A function that nothing triggers can still be invoked by its account."""
    for function in triggers.graph.application.functions.values():
        if not triggers.of(function):
            sender = Sender(
                Exposure.ACCOUNT,
                "anyone in the account with lambda:InvokeFunction",
                "nothing in the templates triggers it",
                function.location,
            )
            triggers.add(
                "invoke",
                function,
                "direct invocation",
                sender,
                function.location,
                authentication=Authentication("iam", "", function.location),
            )


def _permission(triggers: Triggers, permission: Resource, function: Function) -> None:
    properties = permission.properties
    action = text_of(properties, "Action").lower()
    if action == "lambda:invokefunctionurl" or truth(properties, "InvokedViaFunctionUrl"):
        return
    if text_of(properties, "FunctionUrlAuthType"):
        return
    principal = rendered(first(properties, "Principal"))
    service = principal.partition(".amazon")[0] if ".amazon" in principal else ""
    if principal.endswith("<URLSuffix>"):
        service = principal.partition(".")[0]
    if service:
        _service(triggers, permission, function, service)
        return
    for item in _admitted(triggers, permission, function.id)[:1]:
        sender = item.sender
        if sender.exposure is Exposure.ANYONE:
            sender = Sender(
                Exposure.ANYONE, "anyone with an AWS account", sender.reason, sender.proof
            )
        name = f"invocation by {sender.who}"
        triggers.add(
            "invoke",
            function,
            name,
            sender,
            permission.location,
            source=permission,
            properties=properties,
        )


def _service(triggers: Triggers, permission: Resource, function: Function, service: str) -> None:
    """A service's permission is a trigger only when nothing else declares that trigger."""
    word = service.partition(".")[0]
    kind, what = SERVICES.get(word, ("invoke", word))
    properties = permission.properties
    arn = first(properties, "SourceArn")
    sources = triggers.graph.find(arn)
    source = sources[0] if sources else None
    if _is_declared(triggers, function, kind, source):
        return
    if arn is not None:
        shown = name_of(source) if source is not None else pattern_of(arn).text.rpartition(":")[2]
    else:
        shown = ""
    name = f"{what} {shown}".strip() if kind != "invoke" else f"invocation by {what}"
    triggers.add(
        kind,
        function,
        name,
        _sender(triggers, permission, kind, word, source),
        permission.location,
        source=source,
        properties=properties,
        protocol="https" if kind in ("apigateway-rest", "alb") else "aws",
    )


def _admitted(triggers: Triggers, permission: Resource, function: str) -> list[Admitted]:
    """Whom this one permission lets in."""
    held = [
        policy.document
        for policy in triggers.graph.policies.get(function, ())
        if policy.document.name == permission.logical_id
    ]
    return admitted(held, "lambda:InvokeFunction")


def _is_declared(
    triggers: Triggers, function: Function, kind: str, source: Resource | None
) -> bool:
    """Whether another resource already declares the trigger that a permission makes possible."""
    same = _SAME.get(kind, {kind})
    declared = [item for item in triggers.of(function) if item.kind in same]
    if source is not None and source.kind in ("bucket", "topic"):
        return any(item.source == source.id for item in declared)
    return bool(declared)


def _sender(
    triggers: Triggers, permission: Resource, kind: str, service: str, source: Resource | None
) -> AnySender:
    if source is not None and source.kind in WRITING and kind != "invoke":
        return triggers.of_resource(source)
    return _service_sender(triggers, permission, kind, service)


def _service_sender(triggers: Triggers, permission: Resource, kind: str, service: str) -> Sender:
    at = place(permission.properties, "Principal")
    behind = _BEHIND.get(kind)
    if behind is not None:
        reason = f"{service} may invoke it"
        if behind[0] is Exposure.UNKNOWN:
            reason += "; what stands before it is in no template"
        return Sender(behind[0], behind[1], reason, at)
    found = _admitted(triggers, permission, _target(triggers, permission))
    if found:
        sender = found[0].sender
        if sender.exposure is Exposure.PRINCIPAL:
            who = f"principals of this account, through {sender.who}"
            return replace(sender, exposure=Exposure.ACCOUNT, who=who)
        return sender
    return Sender(Exposure.ACCOUNT, f"{service}, for this account", f"{service} may invoke it", at)


def _target(triggers: Triggers, permission: Resource) -> str:
    found = triggers.graph.functions(permission.properties.get("FunctionName"))
    return found[0].id if found else ""
