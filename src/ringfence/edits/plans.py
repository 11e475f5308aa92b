"""What a function is to have: statements and limits, before any template format."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ringfence.edits.values import Ref, TemplateValue
from ringfence.model.application import Application
from ringfence.model.contract import Condition, FunctionContract, Permission
from ringfence.model.record import record


@record(frozen=True)
class Grant:
    """A statement that allows. ``sid`` may be ""; ``conditions`` are in the words of IAM."""

    actions: tuple[str, ...]
    resources: tuple[TemplateValue, ...]
    conditions: tuple[Condition, ...] = ()
    sid: str = ""


@record(frozen=True)
class FunctionPlan:
    """What one function is to have.

    ``logical_id`` is the application's; ``template`` the path of the file that declares it.
    ``grants`` are what its code needs, ``platform`` what the services around it need of its role
    (event sources, network interfaces, tracing, dead letters, logs). Limits are None where the
    template's stay: memory in MiB, timeout in seconds, reserved concurrency.
    """

    logical_id: str
    template: str
    grants: tuple[Grant, ...] = ()
    platform: tuple[Grant, ...] = ()
    memory_mib: int | None = None
    timeout_s: int | None = None
    concurrency: int | None = None


def plan_of(
    contract: FunctionContract, application: Application, *, limits: bool = False
) -> FunctionPlan:
    """The plan of a contract, one statement for all actions with the same resources; with
    ``limits`` its limits too."""
    logical_id, template = contract.id.rpartition("#")[2], contract.id.rpartition("#")[0]
    function = application.functions.get(contract.id)
    if function is not None:
        logical_id = function.logical_id
    set_ = contract.limits
    return FunctionPlan(
        logical_id,
        template,
        grants_of(contract.permissions, application, template),
        grants_of(contract.platform, application, template),
        set_.memory_mib if limits else None,
        set_.timeout_s if limits else None,
        set_.concurrency if limits else None,
    )


def grants_of(
    permissions: Iterable[Permission], application: Application, template: str
) -> tuple[Grant, ...]:
    """Permissions as statements: actions on the same resources under the same conditions share
    one. No action meets a resource that it had not before."""
    resources: dict[tuple[str, tuple[Condition, ...]], set[TemplateValue]] = {}
    for permission in permissions:
        key = (permission.action, permission.conditions)
        resources.setdefault(key, set()).add(template_value(permission, application, template))
    actions: dict[tuple[frozenset[TemplateValue], tuple[Condition, ...]], list[str]] = {}
    for (action, conditions), values in sorted(resources.items(), key=lambda item: item[0][0]):
        actions.setdefault((frozenset(values), conditions), []).append(action)
    return tuple(
        Grant(tuple(names), tuple(sorted(values, key=str)), conditions)
        for (values, conditions), names in actions.items()
    )


def template_value(
    permission: Permission, application: Application, template: str
) -> TemplateValue:
    """A permission's ARN as a value of this template: a reference where the resource stands in it,
    else the ARN, with the stack's own partition, region and account where these were left open."""
    resource = application.resources.get(permission.of)
    if resource is not None and resource.template == template:
        attribute = arn_attributes().get(resource.type, "")
        name = resource.logical_id
        if resource.shorthand == "sam" and resource.generated_from:
            name = resource.generated_from.rpartition("#")[2]
        if attribute and permission.resource != "*":
            return TemplateValue.of(name, attribute, after=permission.inside)
    return arn_value(permission.resource, " ".join(permission.unknown))


def arn_value(arn: str, unknown: str = "") -> TemplateValue:
    """An ARN pattern as a value; ``unknown`` says what is not known of it, and stays open."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return TemplateValue.text(arn)
    pieces: list[str | Ref] = ["arn:"]
    pieces.append(Ref("AWS::Partition", "Ref") if parts[1] in ("aws", "*") else parts[1])
    pieces.append(f":{parts[2]}:")
    for part, name, word in (
        (parts[3], "AWS::Region", "region"), (parts[4], "AWS::AccountId", "account"),
    ):  # fmt: skip
        own = part == "*" and word not in unknown.lower()
        pieces += [Ref(name, "Ref") if own else part, ":"]
    pieces.append(parts[5])
    return TemplateValue(_joined(pieces))


def _joined(pieces: list[str | Ref]) -> tuple[str | Ref, ...]:
    found: list[str | Ref] = []
    for piece in pieces:
        if isinstance(piece, str) and found and isinstance(found[-1], str):
            found[-1] += piece
        elif piece:
            found.append(piece)
    return tuple(found)


def arn_attributes() -> dict[str, str]:
    """Type of resource → what gives its ARN; "" where nothing does."""
    found: dict[str, str] = known()["attribute"]
    return found


_KNOWN: dict[str, Any] = {}


def known() -> dict[str, Any]:
    """The tables of ``arns.toml``, read once."""
    if not _KNOWN:
        import tomllib
        from pathlib import Path

        text = Path(__file__).with_name("arns.toml").read_text(encoding="utf-8")
        _KNOWN.update(tomllib.loads(text))
    return _KNOWN
