"""CloudFront distributions: functions at the edge, and who reaches them."""

from __future__ import annotations

from ringfence.loaders.aws.graph import name_of
from ringfence.loaders.aws.triggers.builder import Triggers
from ringfence.loaders.aws.values import items, objects, place, text_of
from ringfence.model.application import Authentication, Resource, Sender
from ringfence.model.severity import Exposure
from ringfence.model.value import Mapping


def collect(triggers: Triggers) -> None:
    for distribution in triggers.graph.of("AWS::CloudFront::Distribution"):
        for key in ("DefaultCacheBehavior", "CacheBehaviors"):
            for behavior in objects(distribution.properties, f"DistributionConfig.{key}"):
                _behavior(triggers, distribution, behavior)
    for function in triggers.graph.of("AWS::CloudFront::Function"):
        what, reason = f"CloudFront function {name_of(function)}", "this kind is not analysed"
        triggers.graph.skip(what, reason, function.location)


def _behavior(triggers: Triggers, distribution: Resource, behavior: Mapping) -> None:
    path = text_of(behavior, "PathPattern") or "*"
    signed = [*items(behavior, "TrustedKeyGroups"), *items(behavior, "TrustedSigners")]
    for entry in objects(behavior, "LambdaFunctionAssociations"):
        event = text_of(entry, "EventType")
        at = entry.location
        sender = Sender(Exposure.ANYONE, "anyone", "the distribution is public", at)
        held = Authentication("none", "", at)
        if signed and event != "viewer-request":
            at_signed = place(behavior, "TrustedKeyGroups", "TrustedSigners")
            sender = Sender(
                Exposure.AUTHENTICATED,
                "holders of a signed address or cookie",
                "the distribution asks for signatures",
                at_signed,
            )
            held = Authentication("signature", "", at_signed)
        for function in triggers.graph.functions(entry.get("LambdaFunctionARN")):
            name = f"distribution {name_of(distribution)} {path} ({event})"
            triggers.add(
                "cloudfront",
                function,
                name,
                sender,
                at,
                authentication=held,
                source=distribution,
                path=path,
                protocol="https",
                properties=entry,
            )
