"""Execution roles: the service's own, roles given, and the plugin that makes one per function."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import is_set, items_of, make, make_mapping, mapping_of
from ringfence.loaders.serverless.builder import Builder, Statements, attribute, sub
from ringfence.loaders.serverless.naming import function_prefix
from ringfence.loaders.serverless.service import FunctionEntry, Service
from ringfence.model.location import Location
from ringfence.model.value import Mapping, Scalar, Sequence, Value, boolean, literal, string

ROLE = "IamRoleLambdaExecution"
PLUGIN = "serverless-iam-roles-per-function"
MAXIMUM_ROLE_NAME = 64
_VPC = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"


def given_role(service: Service) -> Value | None:
    """A role for all functions: ``provider.iam.role`` or the older ``provider.role``."""
    role = mapping_of(service.provider.get("iam")).get("role")
    if is_set(role) and not _is_settings(role):
        return role
    old = service.provider.get("role")
    return old if is_set(old) else None


def _is_settings(value: Value | None) -> bool:
    """Whether ``provider.iam.role`` describes the role to make (and is no intrinsic function)."""
    if not isinstance(value, Mapping) or value.tag:
        return False
    return not any(key == "Ref" or key.startswith("Fn::") for key in value.entries)


def role_of(function: FunctionEntry, builder: Builder) -> Value | dict[str, Any]:
    """The ``Role`` property of a function."""
    own = function.get("role")
    if own is not None:
        return role_arn(own)
    if function.key in builder.roles:
        return attribute(f"{function_prefix(function.key)}{ROLE}")
    shared = given_role(builder.service)
    return role_arn(shared) if shared is not None else attribute(ROLE)


def role_arn(value: Value) -> Value | dict[str, Any]:
    """A role as written: an ARN or intrinsic function stays, a logical id becomes its ARN."""
    name = string(value)
    if name is None or ":" in name:
        return value
    return make(attribute(name), value.location)


def plan_roles(builder: Builder) -> None:
    """Decides, before functions are compiled, which of them get a role of their own."""
    service = builder.service
    plugin = PLUGIN in service.plugins()
    for function in service.functions:
        own = function.get("iamRoleStatements")
        if plugin and own is not None and function.get("role") is None:
            builder.roles[function.key] = Statements()


def compile_roles(builder: Builder) -> None:
    """Adds the roles, after functions and events said what they need."""
    service = builder.service
    for function in service.functions:
        if function.get("role") is None and function.key in builder.roles:
            _own_role(function, builder)
    uses_shared = any(
        function.get("role") is None and function.key not in builder.roles
        for function in service.functions
    )
    if uses_shared and given_role(service) is None:
        _shared_role(builder)


def provider_statements(service: Service) -> tuple[list[Value], Location]:
    """The user's statements for all functions, new and old spelling."""
    settings = _settings(service)
    found = [*items_of(settings.get("statements"))]
    place = settings.key_location("statements") if found else service.provider.location
    old = [*items_of(service.provider.get("iamRoleStatements"))]
    if old:
        place = service.provider.key_location("iamRoleStatements")
    return [*found, *old], place


def _settings(service: Service) -> Mapping:
    role = mapping_of(service.provider.get("iam")).get("role")
    return mapping_of(role) if _is_settings(role) else make_mapping({}, service.provider.location)


_LOG_GROUPS = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/"


def _logs(pairs: list[tuple[list[str], str]], place: Location) -> list[Value]:
    """What writing logs needs: actions, and the log groups that they are for."""
    return [
        make_mapping(
            {"Effect": "Allow", "Action": actions, "Resource": [sub(_LOG_GROUPS + group)]}, place
        )
        for actions, group in pairs
    ]


def trust(place: Location, *services: str) -> Mapping:
    """The trust policy that lets AWS services assume the role."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": list(services)},
        "Action": ["sts:AssumeRole"],
    }
    return make_mapping({"Version": "2012-10-17", "Statement": [statement]}, place)


def _shared_groups(service: Service) -> list[tuple[list[str], str]]:
    return [
        (
            ["logs:CreateLogStream", "logs:CreateLogGroup", "logs:TagResource"],
            f"{service.prefix}*:*",
        ),
        (["logs:PutLogEvents"], f"{service.prefix}*:*:*"),
    ]


def _shared_role(builder: Builder) -> None:
    service = builder.service
    settings = _settings(service)
    given, place = provider_statements(service)
    if any(is_set(function.get("vpc")) for function in service.functions) or is_set(
        service.provider.get("vpc")
    ):
        builder.shared.managed.append(Scalar(_VPC, service.provider.key_location("vpc")))
    managed = [
        *builder.shared.managed,
        *items_of(settings.get("managedPolicies")),
        *items_of(service.provider.get("iamManagedPolicies")),
    ]
    boundary = settings.get("permissionsBoundary") or settings.get("permissionBoundary")
    boundary = boundary or service.provider.get("rolePermissionsBoundary")
    _tracing(builder.shared, service, place)
    statements = [*_logs(_shared_groups(service), place), *builder.shared.statements, *given]
    name = settings.get("name")
    _add_role(builder, ROLE, statements, managed, boundary, place, name=name, path=settings)


def _tracing(statements: Statements, service: Service, place: Location) -> None:
    value = mapping_of(service.provider.get("tracing")).get("lambda")
    own = any(is_set(function.get("tracing")) for function in service.functions)
    if own or (is_set(value) and literal(value) is not False):
        statements.allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"], place)


def _own_role(function: FunctionEntry, builder: Builder) -> None:
    """The role that the plugin makes for one function."""
    service = builder.service
    place = function.config.key_location("iamRoleStatements")
    draft = builder.roles[function.key]
    inherit = function.get("iamRoleStatementsInherit")
    if inherit is None:
        inherit = service.custom(PLUGIN).get("defaultInherit")
    inherited = provider_statements(service)[0] if boolean(inherit) else []
    managed: list[Value] = list(draft.managed)
    if is_set(function.get("vpc")) or is_set(service.provider.get("vpc")):
        managed.append(Scalar(_VPC, place))
    statements = [
        *_logs(
            [
                (
                    ["logs:CreateLogStream", "logs:CreateLogGroup", "logs:PutLogEvents"],
                    f"{service.prefix}-{function.key}:*:*",
                )
            ],
            place,
        ),
        *draft.statements,
        *inherited,
        *items_of(function.get("iamRoleStatements")),
    ]
    settings = _settings(service)
    boundary = (
        function.get("iamPermissionsBoundary")
        or service.custom(PLUGIN).get("iamGlobalPermissionsBoundary")
        or settings.get("permissionsBoundary")
        or settings.get("permissionBoundary")
    )
    logical_id = f"{function_prefix(function.key)}{ROLE}"
    _add_role(
        builder, logical_id, statements, managed, boundary, place,
        name=function.get("iamRoleStatementsName"), owner=function.key,
    )  # fmt: skip


def _role_name(service: Service, key: str) -> str | None:
    """``<service>-<stage>[-<function>]-<region>-lambdaRole``, as long as a role's name may be."""
    parts = [service.name, service.stage, *([key] if key else []), service.region, "lambdaRole"]
    name = "-".join(parts)
    return name if all(parts) and len(name) <= MAXIMUM_ROLE_NAME else None


def _add_role(
    builder: Builder,
    logical_id: str,
    statements: list[Value],
    managed: list[Value],
    boundary: Value | None,
    place: Location,
    *,
    name: Value | None = None,
    path: Mapping | None = None,
    owner: str = "",
) -> None:
    document = {"Version": "2012-10-17", "Statement": Sequence(statements, place)}
    prefix = builder.service.prefix
    builder.add(
        logical_id,
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": trust(place, "lambda.amazonaws.com", *builder.principals),
            "Policies": [{"PolicyName": f"{prefix}-lambda", "PolicyDocument": document}],
            "Path": (path.get("path") if path is not None else None) or "/",
            "RoleName": name or _role_name(builder.service, owner),
            "PermissionsBoundary": boundary,
            "ManagedPolicyArns": Sequence(managed, place) if managed else None,
        },
        place,
        owner=owner,
    )
