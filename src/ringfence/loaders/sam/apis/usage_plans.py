"""``Auth.UsagePlan`` of a REST API: a plan, a key, and what joins them."""

from __future__ import annotations

from ringfence.loaders.construct import is_set, mapping_of
from ringfence.loaders.sam.context import Expansion, Shorthand
from ringfence.loaders.template import TemplateResource
from ringfence.model.value import Mapping, Sequence, Value, string

_GIVEN = ("UsagePlanName", "Description", "Quota", "Tags", "Throttle")


def add_usage_plan(source: Shorthand, auth: Mapping, stage: str, expansion: Expansion) -> None:
    """Adds the plan of this API, or joins the API to the plan that several share."""
    plan = mapping_of(auth.get("UsagePlan"))
    kind = string(plan.get("CreateUsagePlan"))
    if kind not in ("PER_API", "SHARED"):
        return
    place = auth.key_location("UsagePlan")
    prefix = source.logical_id if kind == "PER_API" else "Serverless"
    api = expansion.ref(source.logical_id, place)
    stage_of_plan: dict[str, Value] = {"ApiId": api, "Stage": expansion.ref(stage, place)}
    stage_of_key: dict[str, Value] = {"RestApiId": api, "StageName": expansion.ref(stage, place)}
    shared_plan = expansion.made.get(expansion.id_of(f"{prefix}UsagePlan"))
    shared_key = expansion.made.get(expansion.id_of(f"{prefix}ApiKey"))
    if shared_plan is not None and shared_key is not None:
        _append(shared_plan, "ApiStages", stage_of_plan)
        _append(shared_key, "StageKeys", stage_of_key)
        return
    given = {name: plan.get(name) for name in _GIVEN if is_set(plan.get(name))}
    expansion.add(
        f"{prefix}UsagePlan",
        "AWS::ApiGateway::UsagePlan",
        {"ApiStages": [stage_of_plan], **given},
        source,
        place,
    )
    expansion.add(
        f"{prefix}ApiKey",
        "AWS::ApiGateway::ApiKey",
        {"Enabled": True, "StageKeys": [stage_of_key]},
        source,
        place,
    )
    expansion.add(
        f"{prefix}UsagePlanKey",
        "AWS::ApiGateway::UsagePlanKey",
        {
            "KeyId": expansion.ref(f"{prefix}ApiKey", place),
            "KeyType": "API_KEY",
            "UsagePlanId": expansion.ref(f"{prefix}UsagePlan", place),
        },
        source,
        place,
    )


def _append(resource: TemplateResource, name: str, item: dict[str, Value]) -> None:
    """Adds an object to a list property of a resource that this expansion made."""
    present = resource.properties.get(name)
    if isinstance(present, Sequence):
        present.items.append(Mapping(dict(item), resource.location))
