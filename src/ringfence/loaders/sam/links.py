"""References that only SAM knows (``Function.Alias``, ``Api.Stage``), pointed at what was made."""

from __future__ import annotations

from ringfence.loaders.template import Template
from ringfence.model.value import Choice, Mapping, Reference, Sequence, Text, Value

#: (id of the shorthand, attribute) → id of the resource that was made for it.
Links = dict[tuple[str, str], str]

#: Type of a generated resource → the attribute by which a template names it.
ATTRIBUTE_OF = {
    "AWS::Lambda::Alias": "Alias",
    "AWS::Lambda::Version": "Version",
    "AWS::ApiGateway::Stage": "Stage",
    "AWS::ApiGatewayV2::Stage": "Stage",
    "AWS::ApiGateway::Deployment": "Deployment",
    "AWS::ApiGateway::DomainName": "DomainName",
    "AWS::ApiGatewayV2::DomainName": "DomainName",
    "AWS::ApiGateway::UsagePlan": "UsagePlan",
    "AWS::ApiGateway::ApiKey": "ApiKey",
    "AWS::StepFunctions::StateMachineVersion": "Version",
    "AWS::StepFunctions::StateMachineAlias": "Alias",
}
_DESTINATIONS = {"AWS::SQS::Queue": "DestinationQueue", "AWS::SNS::Topic": "DestinationTopic"}


def links_of(template: Template) -> Links:
    """What references of this template may mean after the expansion."""
    links: Links = {}
    for resource in template.resources.values():
        if not resource.generated_from:
            continue
        attribute = ATTRIBUTE_OF.get(resource.type, "")
        if not attribute and "EventInvokeConfig" in resource.logical_id:
            attribute = _DESTINATIONS.get(resource.type, "")
        if attribute:
            links.setdefault((resource.generated_from, attribute), resource.id)
    return links


def relink(template: Template) -> None:
    """Changes the references of the template in place."""
    links = links_of(template)
    if not links:
        return
    stack: list[Value] = [resource.properties for resource in template.resources.values()]
    stack.extend(template.outputs.values())
    while stack:
        value = stack.pop()
        if isinstance(value, Mapping):
            stack.extend(value.entries.values())
        elif isinstance(value, Sequence):
            stack.extend(value.items)
        elif isinstance(value, Reference):
            _relink_one(value, links)
        elif isinstance(value, Text):
            for part in value.parts:
                if isinstance(part, Reference):
                    _relink_one(part, links)
        elif isinstance(value, Choice):
            stack.extend(value.branches())


def _relink_one(reference: Reference, links: Links) -> None:
    if reference.attribute in ("Ref", "Arn"):
        return
    name, _, rest = reference.attribute.partition(".")
    target = links.get((reference.resource, name))
    if target is not None:
        reference.resource, reference.attribute = target, rest or "Ref"
