"""What roles may do with the resources of an application, and to what it leads."""

from __future__ import annotations

from typing import Any

import pytest

from ringfence.model.application import Application, Function, Resource, ResourcePolicy, Role
from ringfence.model.location import Location
from ringfence.model.value import Mapping, Reference, Scalar, Sequence, Text, Unknown, Value
from ringfence.permissions.data_classes import data_class_of
from ringfence.permissions.escalate import escalations_of
from ringfence.permissions.managed import managed_policy
from ringfence.permissions.parse import parse_policy
from ringfence.permissions.powers import powers_of
from ringfence.permissions.views import resource_policy_view, role_view, statement_view

HERE = Location("template.yaml", 1)
STACK = Reference("AWS::StackName")
STAGE = Unknown("parameter Stage has no default")


def tree(data: Any) -> Value:
    if isinstance(data, Value):
        return data
    if isinstance(data, dict):
        return Mapping({key: tree(item) for key, item in data.items()})
    if isinstance(data, list):
        return Sequence([tree(item) for item in data])
    return Scalar(data)


def ref(name: str, attribute: str = "Arn") -> Reference:
    return Reference(f"t.yaml#{name}", attribute)


def text(*parts: Any) -> Text:
    return Text(parts)


def add(application: Application, name: str, type_: str, kind: str, **properties: Any) -> Resource:
    held = tree(properties)
    assert isinstance(held, Mapping)
    made = Resource(f"t.yaml#{name}", type_, kind, held, HERE)
    application.resources[made.id] = made
    return made


@pytest.fixture
def shop() -> Application:
    application = Application("shop")
    add(application, "Orders", "AWS::DynamoDB::Table", "table")
    add(application, "Users", "AWS::DynamoDB::Table", "table", TableName=text(STAGE, "-users"))
    add(application, "Uploads", "AWS::S3::Bucket", "bucket", BucketName="shop-uploads")
    add(application, "Key", "AWS::SecretsManager::Secret", "secret", Name="shop/key")
    add(application, "Jobs", "AWS::SQS::Queue", "queue")
    add(application, "News", "AWS::SNS::Topic", "topic")
    return application


def role_with(application: Application, *statements: Any, name: str = "Role") -> Role:
    add(application, name, "AWS::IAM::Role", "role")
    policy = parse_policy(tree(list(statements)), origin="inline policy")
    role = Role(f"t.yaml#{name}", (policy,), HERE)
    application.roles[role.id] = role
    return role


def function_with(application: Application, name: str, role: Role) -> Function:
    resource = add(application, name, "AWS::Lambda::Function", "function")
    made = Function(
        resource.id, name, None, resource, "python3.13", "python", "app.handler", None, "",
        role.id, {}, 128, 3, None, HERE,
    )  # fmt: skip
    application.functions[made.id] = made
    return made


def allow(actions: Any, resources: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def said(application: Application, *statements: Any) -> list[str]:
    role = role_with(application, *statements)
    return [
        f"{p.verb} {p.target}" + (" if" if p.conditional else "")
        for p in powers_of(role, application)
    ]


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("*", ["read every table in the account"]),
        ("arn:aws:dynamodb:*:*:table/*", ["read every table in the account"]),
        (text("arn:", Reference("AWS::Partition"), ":dynamodb:", Reference("AWS::Region"), ":",
              Reference("AWS::AccountId"), ":table/*"), ["read every table in the account"]),
        (ref("Orders"), ["read table Orders"]),
        (text(ref("Orders"), "/index/*"), ["read table Orders"]),
        (text("arn:aws:dynamodb:us-east-1:123456789012:table/", ref("Orders", "Ref")), ["read table Orders"]),
        (text("arn:aws:dynamodb:*:*:table/", STAGE, "-users"), ["read table Users"]),
        (text("arn:aws:dynamodb:*:*:table/", STACK, "-*"), ["read table Orders"]),
        ("arn:aws:dynamodb:*:*:table/orders-*", ["read table orders-*"]),
        ("arn:aws:dynamodb:us-east-1:123456789012:table/legacy", ["read table legacy"]),
        ("arn:aws:s3:::shop-uploads/*", []),
        (Unknown("imported"), []),
    ],
)  # fmt: skip
def test_which_tables_a_pattern_means(
    shop: Application, resource: Any, expected: list[str]
) -> None:
    assert said(shop, allow("dynamodb:GetItem", resource)) == expected


def test_buckets_and_their_objects(shop: Application) -> None:
    bucket_only = allow(["s3:GetObject", "s3:PutBucketPolicy"], ref("Uploads"))
    assert said(shop, bucket_only) == ["administer bucket Uploads"]
    objects = allow("s3:*", "arn:aws:s3:::shop-uploads/in/*")
    assert said(shop, objects) == [
        "read bucket Uploads",
        "write bucket Uploads",
        "delete bucket Uploads",
    ]
    assert said(shop, allow("s3:PutObject", "arn:aws:s3:::backups/*")) == ["write bucket backups"]


def test_names_that_end_in_random_characters(shop: Application) -> None:
    by_ref = allow("secretsmanager:GetSecretValue", ref("Key", "Ref"))
    assert said(shop, by_ref) == ["read secret Key"]
    by_name = allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:shop/key-*")
    assert said(shop, by_name) == ["read secret Key"]
    assert said(shop, allow("sns:Publish", ref("News", "Ref"))) == ["write topic News"]


def test_denies_conditions_and_everything(shop: Application) -> None:
    deny = {"Effect": "Deny", "Action": "dynamodb:*", "Resource": ref("Orders")}
    tables = allow("dynamodb:GetItem", [ref("Orders"), ref("Users")])
    assert said(shop, tables, deny) == ["read table Users"]
    tagged = {"Condition": {"StringEquals": {"aws:ResourceTag/team": "a"}}}
    assert said(shop, allow("sqs:SendMessage", ref("Jobs"), **tagged)) == ["write queue Jobs if"]
    assert said(shop, allow("*", "*")) == ["administer everything in the account"]
    assert said(shop, {"Effect": "Allow", "NotAction": "s3:*", "Resource": ref("Jobs")}) == [
        "administer queue Jobs",
        "read queue Jobs",
        "write queue Jobs",
        "delete queue Jobs",
    ]


# --- escalation -------------------------------------------------------------------------------


def ids(application: Application, *statements: Any) -> list[str]:
    return [item.id for item in escalations_of(role_with(application, *statements), application)]


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        (["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"], ["lambda-001"]),
        (["iam:PassRole", "lambda:CreateFunction", "lambda:CreateEventSourceMapping"], ["lambda-002"]),
        (["iam:PassRole", "lambda:CreateFunction", "lambda:AddPermission"], ["lambda-006"]),
        (["lambda:UpdateFunctionCode"], ["lambda-003"]),
        (["lambda:UpdateFunctionCode", "lambda:InvokeFunction"], ["lambda-003", "lambda-004"]),
        (["lambda:UpdateFunctionCode", "lambda:AddPermission"], ["lambda-003", "lambda-005"]),
        (["lambda:UpdateFunctionConfiguration"], ["rf-lambda-configuration"]),
        (["iam:CreatePolicyVersion"], ["iam-001"]),
        (["iam:CreateAccessKey"], ["iam-002"]),
        (["iam:CreateLoginProfile"], ["iam-004"]),
        (["iam:PutRolePolicy"], ["iam-005"]),
        (["iam:AttachRolePolicy", "sts:AssumeRole"], ["iam-009", "iam-014", "sts-001"]),
        (["iam:UpdateAssumeRolePolicy"], ["iam-012"]),
        (["sts:AssumeRole"], ["sts-001"]),
        (["iam:PassRole", "cloudformation:CreateStack"], ["cloudformation-001"]),
        (["iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:RunTask"], ["ecs-004"]),
        (["ssm:SendCommand"], ["ssm-002"]),
        (["iam:PassRole", "states:CreateStateMachine", "states:StartExecution"], ["rf-states-create"]),
        (["lambda:CreateFunction", "lambda:InvokeFunction"], []),
        (["iam:PassRole"], []),
        (["*"], ["admin"]),
    ],
)  # fmt: skip
def test_combinations_on_everything(
    shop: Application, actions: list[str], expected: list[str]
) -> None:
    assert sorted(ids(shop, allow(actions, "*"))) == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [("AWS-RunShellScript", ["ssm-002"]), ("*", ["ssm-002"]), ("shop-rotate-keys", [])],
)
def test_a_command_is_as_wide_as_its_document(
    shop: Application, document: str, expected: list[str]
) -> None:
    resources = [f"arn:aws:ssm:*:*:document/{document}", "arn:aws:ec2:*:*:instance/*"]
    assert ids(shop, allow("ssm:SendCommand", resources)) == expected


def test_conditions_and_denies_break_combinations(shop: Application) -> None:
    make = allow(["lambda:CreateFunction", "lambda:InvokeFunction"], "*")

    def passing(service: str) -> dict[str, Any]:
        return allow(
            "iam:PassRole", "*", Condition={"StringEquals": {"iam:PassedToService": service}}
        )

    assert ids(shop, make, passing("ecs-tasks.amazonaws.com")) == []
    assert ids(shop, make, passing("lambda.amazonaws.com")) == ["lambda-001"]
    no = {"Effect": "Deny", "Action": "lambda:CreateFunction", "Resource": "*"}
    assert ids(shop, make, allow("iam:PassRole", "*"), no) == []
    assert ids(shop, make, allow("iam:PassRole", Unknown("imported"))) == []


def test_only_stronger_roles_and_functions_count(shop: Application) -> None:
    strong = role_with(shop, allow("dynamodb:*", ref("Users")), name="Strong")
    weak = role_with(shop, allow("logs:PutLogEvents", "*"), name="Weak")
    for name, role in (("Good", strong), ("Idle", weak)):
        function_with(shop, name, role)
    update = allow("lambda:UpdateFunctionCode", [ref("Good"), ref("Idle")])
    (found,) = escalations_of(role_with(shop, update), shop)
    assert (found.id, found.targets) == ("lambda-003", ("Good",))
    make = allow(["lambda:CreateFunction", "lambda:InvokeFunction"], "*")
    assert ids(shop, make, allow("iam:PassRole", ref("Weak"))) == []
    assert ids(shop, make, allow("iam:PassRole", ref("Strong"))) == ["lambda-001"]


def test_a_role_that_may_rewrite_itself(shop: Application) -> None:
    assert ids(shop, allow("iam:PutRolePolicy", ref("Role"))) == ["iam-005"]


# --- views ------------------------------------------------------------------------------------


def test_the_view_of_a_statement() -> None:
    (statement,) = parse_policy(
        tree(allow(["s3:*", "sts:GetCallerIdentify", "iam:PassRole"], "*"))
    ).statements
    view = statement_view(statement)
    shown = (
        "all_actions", "all_resources", "admin", "service_wildcards", "unknown_actions",
        "pass_role_star", "pass_role_any_service", "exfiltration", "needless_star_written",
    )  # fmt: skip
    assert {key: view[key] for key in shown} == {
        "all_actions": False,
        "all_resources": True,
        "admin": False,
        "service_wildcards": ["s3"],
        "unknown_actions": ["sts:GetCallerIdentify"],
        "pass_role_star": True,
        "pass_role_any_service": True,
        "exfiltration": ["s3:GetObject", "s3:GetObjectVersion"],
        "needless_star_written": ["s3:*", "iam:PassRole"],
    }


def test_actions_without_resources_may_stand_on_a_star() -> None:
    actions = ["ec2:DescribeVpcs", "xray:PutTraceSegments", "s3:ListAllMyBuckets"]
    (statement,) = parse_policy(tree(allow(actions, "*"))).statements
    assert statement_view(statement)["needless_star"] == []


@pytest.mark.parametrize(
    ("resource", "wild"),
    [
        ("arn:aws:s3:::*", True),
        ("arn:aws:s3:::*/*", True),
        ("arn:aws:s3:::mine/*", False),
        ("arn:aws:dynamodb:*:*:table/*", True),
        ("arn:aws:dynamodb:*:*:table/mine", False),
        ("arn:aws:lambda:*:*:function:*", True),
        (text("arn:aws:sqs:", Reference("AWS::Region"), ":", Reference("AWS::AccountId"), ":*"), True),
        (text(ref("Orders"), "/*"), False),
        (Unknown("imported"), False),
        ("*", False),
    ],
)  # fmt: skip
def test_wildcards_over_a_type(resource: Any, wild: bool) -> None:
    (statement,) = parse_policy(tree(allow("a:b", resource))).statements
    assert bool(statement_view(statement)["resource_wildcards"]) is wild


def test_the_view_of_a_role(shop: Application) -> None:
    role = role_with(shop, allow("dynamodb:*", "*"))
    full = managed_policy("AmazonS3FullAccess", HERE)
    assert full is not None
    trust = parse_policy(
        tree(
            [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
                {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"},
            ]
        )
    )  # fmt: skip
    role = Role(role.id, (*role.policies, full), HERE, trust, managed=("AmazonS3FullAccess",))
    shop.roles[role.id] = role
    for name in ("One", "Two"):
        function_with(shop, name, role)
    view = role_view(role, shop)
    assert view["full_access"] == [
        {"name": "AmazonS3FullAccess", "services": ["s3", "s3-object-lambda"], "actions": 206}
    ]
    assert view["functions"] == ["One", "Two"]
    assert view["shared"] is True
    assert view["star_services"] == ["dynamodb", "s3", "s3-object-lambda"]
    assert view["reads_all"] == ["every table in the account", "every bucket in the account"]
    assert view["trust_services"] == ["lambda.amazonaws.com"]
    assert view["trust_unconditioned_accounts"] == ["123456789012"]
    assert view["trust_anyone"] is False


def test_the_view_of_a_resource_policy(shop: Application) -> None:
    policy = parse_policy(
        tree(
            [
                {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"},
                {"Effect": "Allow", "Principal": {"Service": "ses.amazonaws.com"}, "Action": "s3:PutObject"},
                {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
                 "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
            ]
        )
    )  # fmt: skip
    view = resource_policy_view(ResourcePolicy("t.yaml#Uploads", "bucket", policy, HERE), shop)
    shown = (
        "resource", "anyone", "anyone_actions", "anyone_levels", "services_without_source",
        "requires_tls", "widest", "star_actions", "deny_count",
    )  # fmt: skip
    assert {key: view[key] for key in shown} == {
        "resource": "Uploads",
        "anyone": True,
        "anyone_actions": ["s3:GetObject"],
        "anyone_levels": ["read"],
        "services_without_source": ["ses.amazonaws.com"],
        "requires_tls": True,
        "widest": "anyone",
        "star_actions": [],
        "deny_count": 1,
    }


@pytest.mark.parametrize(
    ("name", "tags", "expected"),
    [
        ("UserProfiles", {}, ("personal", True)),
        ("PaymentCards", {}, ("financial", True)),
        ("Widgets", {}, ("", False)),
        ("Widgets", {"DataClassification": "PII"}, ("personal", False)),
        ("UserProfiles", {"data-class": "public"}, ("", False)),
        ("Widgets", {"data_class": "geheim"}, ("geheim", False)),
        ("Reorder", {}, ("", False)),
    ],
)
def test_classes_of_data(name: str, tags: dict[str, str], expected: tuple[str, bool]) -> None:
    table = Resource(f"t#{name}", "AWS::DynamoDB::Table", "table", Mapping({}), HERE, tags=tags)
    found = data_class_of(table)
    assert (found.name, found.guessed) == expected


def test_a_boundary_takes_away_what_it_does_not_allow(shop: Application) -> None:
    role = role_with(shop, allow("*", "*"))
    limit = parse_policy(tree(allow(["sqs:*", "dynamodb:GetItem"], "*")))
    limited = Role(role.id, role.policies, HERE, boundary=limit)
    assert [f"{p.verb} {p.target}" for p in powers_of(limited, shop)] == [
        "read every table in the account",
        "administer every queue in the account",
        "read every queue in the account",
        "write every queue in the account",
        "delete every queue in the account",
    ]
    assert escalations_of(limited, shop) == []
    assert [item.id for item in escalations_of(role, shop)] == ["admin"]


def test_a_hostile_policy_ends_soon(shop: Application) -> None:
    for number in range(300):
        add(shop, f"Bucket{number}", "AWS::S3::Bucket", "bucket", BucketName=f"bucket-{number}")
    wide = [f"arn:aws:s3:::{'*a' * 20}{number}" for number in range(2_000)]
    role = role_with(shop, *(allow("s3:*", wide) for _ in range(2)))
    assert len(powers_of(role, shop)) < 40_000
