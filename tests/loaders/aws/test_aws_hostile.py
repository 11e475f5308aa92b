"""The mapper takes whatever a template holds: it may learn nothing, but it never fails."""

from __future__ import annotations

from pathlib import Path

from aws_helpers import app, cfn, function, table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringfence.loaders.aws import build
from ringfence.loaders.aws.graph import Graph
from ringfence.loaders.aws.kinds import TYPES
from ringfence.loaders.aws.triggers.direct import LINES
from ringfence.loaders.template import Template, TemplateResource
from ringfence.model.location import Location
from ringfence.model.value import (
    Choice,
    Mapping,
    Reference,
    Scalar,
    Sequence,
    Text,
    Unknown,
    Value,
)

AT = Location("t.yaml", 1)
OTHER_TYPES = [
    "AWS::ApiGateway::Method",
    "AWS::ApiGateway::Resource",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Integration",
    "AWS::Lambda::Url",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Version",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::SNS::Subscription",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    "AWS::ElasticLoadBalancingV2::ListenerRule",
    "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::AppSync::DataSource",
    "AWS::AppSync::Resolver",
    "AWS::Logs::SubscriptionFilter",
    "AWS::Cognito::IdentityPoolRoleAttachment",
    "Custom::Thing",
    "AWS::CloudFormation::Stack",
    "Custom::S3BucketNotifications",
]
ALL_TYPES = sorted({*TYPES, *OTHER_TYPES, *(line.type for line in LINES)})
KEYS = sorted(
    {name for _, name in TYPES.values() if name}
    | {part for line in LINES for part in line.path.split(".")}
    | {
        "Action",
        "Actions",
        "ApiId",
        "ApiKeyRequired",
        "Architectures",
        "AuthType",
        "AuthorizationType",
        "AuthorizerId",
        "AuthorizerUri",
        "Body",
        "Code",
        "Condition",
        "ConfigurationRecorders",
        "Content",
        "Definition",
        "DefinitionString",
        "DefinitionSubstitutions",
        "Effect",
        "Endpoint",
        "Environment",
        "EventPattern",
        "EventSourceArn",
        "Events",
        "FunctionName",
        "Handler",
        "HttpMethod",
        "Integration",
        "IntegrationUri",
        "Layers",
        "LambdaConfig",
        "ListenerArn",
        "ManagedPolicyArns",
        "NotificationConfiguration",
        "PackageType",
        "ParentId",
        "Permission",
        "Policies",
        "PolicyDocument",
        "Principal",
        "Protocol",
        "ProtocolType",
        "Queues",
        "ResourceId",
        "RestApiId",
        "Role",
        "Roles",
        "RouteKey",
        "Runtime",
        "ScheduleExpression",
        "ServiceToken",
        "Source",
        "SourceArn",
        "States",
        "Statement",
        "Subscription",
        "Tags",
        "Target",
        "TargetFunctionArn",
        "TargetGroupArn",
        "Targets",
        "TopicArn",
        "Type",
        "Uri",
        "Variables",
        "VpcConfig",
        "ZipFile",
        "paths",
        "/",
        "get",
        "security",
        "x-amazon-apigateway-integration",
        "uri",
        "type",
        "LambdaConfigurations",
        "Function",
        "Resource",
    }
)
WORDS = st.sampled_from(
    ["", "*", "Task", "NONE", "AWS_IAM", "sqs", "lambda", "python3.12", "nodejs20.x", "app.handler",
     "arn:aws:sqs:::q", "arn:aws:lambda:eu-west-1:1:function:f", "s3.amazonaws.com", "Image",
     "arn:aws:states:::lambda:invoke", "${x}", "Allow", "Deny", "{}", "[", "integrations/x", "../..",
     "arn:aws:apigateway:r:sqs:path/1/q", "\0", "true", "WEBSOCKET", "$connect", "{\"States\": 1}"]
)  # fmt: skip
IDS = [f"t.yaml#R{index}" for index in range(7)]
REFERENCES = st.builds(
    Reference, st.sampled_from([*IDS, "AWS::Region", "t.yaml#gone"]),
    st.sampled_from(["Ref", "Arn", "Outputs.X", "StreamArn"]), st.just(AT),
)  # fmt: skip
LEAVES: st.SearchStrategy[Value] = st.one_of(
    st.builds(Scalar, WORDS, st.just(AT)),
    st.builds(Scalar, st.sampled_from([None, 0, -1, 1.5, True, 10**30]), st.just(AT)),
    REFERENCES,
    st.builds(Unknown, st.just("a parameter"), st.just(AT)),
    st.builds(lambda word, ref: Text((word, ref, "x"), AT), WORDS, REFERENCES),
)


def _mapping(children: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    return st.builds(
        lambda entries: Mapping(entries, AT),
        st.dictionaries(st.sampled_from(KEYS), children, max_size=6),
    )


VALUES = st.recursive(
    LEAVES,
    lambda children: st.one_of(
        _mapping(children),
        st.builds(lambda items: Sequence(items, AT), st.lists(children, max_size=3)),
        st.builds(lambda then, other: Choice("C", then, other, AT), children, st.none() | children),
    ),
    max_leaves=40,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(ALL_TYPES), _mapping(VALUES)), min_size=1, max_size=7))
def test_any_properties_on_any_resource(resources: list[tuple[str, Mapping]]) -> None:
    template = Template("t.yaml", "", "cloudformation")
    for identifier, (type_name, properties) in zip(IDS, resources, strict=False):
        template.resources[identifier] = TemplateResource(identifier, type_name, properties, AT)
    application = build([template], Path(__file__).parent)
    assert len(application.resources) == len(resources)
    for function_id in application.functions:
        assert application.triggers_of(function_id)
    for trigger in application.triggers.values():
        assert trigger.function in application.functions


def test_references_in_a_circle_end(tmp_path: Path) -> None:
    template = cfn(
        """
        A: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref B}}
        B: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref A}}
        One: {Type: AWS::ApiGateway::Resource, Properties: {ParentId: !Ref Two, PathPart: a}}
        Two: {Type: AWS::ApiGateway::Resource, Properties: {ParentId: !Ref One, PathPart: b}}
        Method:
          Type: AWS::ApiGateway::Method
          Properties:
            HttpMethod: GET
            AuthorizationType: NONE
            ResourceId: !Ref One
            Integration: {Type: AWS_PROXY, Uri: !Ref A}
        """,
        function("Worker"),
    )
    assert table(app(tmp_path, template)) == [
        "invoke | direct invocation -> Worker | account: anyone in the account with lambda:InvokeFunction | iam"
    ]


def test_ten_thousand_resources_take_no_time(tmp_path: Path) -> None:
    template = Template("t.yaml", "", "cloudformation")
    for index in range(10_000):
        identifier = f"t.yaml#R{index}"
        entries: dict[str, Value] = {"QueueName": Scalar(f"q{index}", AT)}
        template.resources[identifier] = TemplateResource(
            identifier, "AWS::SQS::Queue", Mapping(entries, AT), AT
        )
    graph = Graph([template], tmp_path)
    assert [item.logical_id for item in graph.find(Scalar("q9999", AT), "queue")] == ["R9999"]


def test_state_machine_nested_too_deeply_is_unknown(tmp_path: Path) -> None:
    deep = '{"States": ' * 300 + "{}" + "}" * 300
    template = cfn(
        f"""
        Machine:
          Type: AWS::StepFunctions::StateMachine
          Properties: {{DefinitionString: '{deep}'}}
        """
    )
    application = app(tmp_path, template)
    assert [unknown.what for unknown in application.unknowns] == ["definition of Machine"]
