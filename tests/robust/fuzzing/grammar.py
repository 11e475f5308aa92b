"""Hypothesis strategies of input that is well formed and means nothing: templates with intrinsics in
each other, services with variables in each other, policies, and small programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

NAMES = ["A", "B", "Store", "Handle", "AWS::Region", "AWS::NoValue", "Nobody", "a.b", "Queue", ""]
TYPES = [
    "AWS::Serverless::Function", "AWS::Serverless::Api", "AWS::Serverless::HttpApi",
    "AWS::Serverless::StateMachine", "AWS::Serverless::SimpleTable", "AWS::Serverless::Connector",
    "AWS::Serverless::LayerVersion", "AWS::Serverless::Application", "AWS::Serverless::GraphQLApi",
    "AWS::Lambda::Function", "AWS::Lambda::Permission", "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Url", "AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy",
    "AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::SQS::Queue", "AWS::SNS::Topic",
    "AWS::SNS::Subscription", "AWS::DynamoDB::Table", "AWS::Events::Rule", "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Method", "AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Route",
    "AWS::StepFunctions::StateMachine", "AWS::CloudFormation::Stack", "AWS::KMS::Key", "Custom::X",
]  # fmt: skip
KEYS = [
    "Runtime", "Handler", "CodeUri", "Code", "InlineCode", "Events", "Policies", "Role", "Environment",
    "Variables", "FunctionUrlConfig", "AuthType", "Layers", "VpcConfig", "Auth", "DefinitionBody",
    "Properties", "Type", "Path", "Method", "Statement", "Effect", "Action", "Resource", "Principal",
    "Condition", "PolicyDocument", "AssumeRolePolicyDocument", "FunctionName", "Bucket", "QueueName",
    "Timeout", "Tags", "StageName", "RestApiId", "Target", "Targets", "Definition", "Source",
    "Destination", "Permissions", "Protocol", "Endpoint", "TopicArn", "Parameters", "TemplateURL",
    "DependsOn", "DeletionPolicy", "Fn::Transform", "Fn::ForEach::X", "KmsKeyId", "EventPattern",
]  # fmt: skip
TEXTS = [
    "*", "python3.13", "nodejs22.x", "app.handler", "src/", "arn:aws:s3:::${Store}/*", "Allow",
    "s3:*", "iam:PassRole", "${A}", "${!A}", "${A.Arn}${B}", "NONE", "Api", "S3", "SQS", "/{p+}", "",
    "lambda.amazonaws.com", "${stageVariables.x}", "\u202e\x1b[1m", "../..", "./template.json", "x" * 300,
]  # fmt: skip
FUNCTIONS = [
    "Ref", "Fn::Sub", "Fn::GetAtt", "Fn::If", "Fn::Join", "Fn::Select", "Fn::Split", "Fn::Base64",
    "Fn::FindInMap", "Fn::ImportValue", "Fn::Cidr", "Fn::GetAZs", "Fn::Length", "Fn::ToJsonString",
    "Fn::Equals", "Fn::Not", "Fn::And", "Fn::Or", "Condition", "Fn::Transform", "Fn::ForEach::X",
]  # fmt: skip
VARIABLES = [
    "${self:custom.a}", "${self:custom.b.c, 'x'}", "${opt:stage, self:custom.a}", "${env:HOME}",
    "${self:}", "${file(./handler.js):a}", "${file(./serverless.yml):custom}", "${sls:stage}",
    "${param:a, null}", "${self:custom.${self:custom.a}}", "${ssm:/a}", "${cf:a.b}", "${", "a",
    "handler.handler", "nodejs22.x", "aws", "GET /x", "*", "rate(1 day)", "${strToBool(true)}",
]  # fmt: skip
SERVICE_KEYS = [
    "service", "provider", "name", "runtime", "iam", "role", "statements", "functions", "handler",
    "events", "http", "httpApi", "sqs", "s3", "stream", "schedule", "sns", "custom", "resources",
    "Resources", "layers", "package", "environment", "authorizer", "path", "method", "cors", "url",
    "iamRoleStatements", "stepFunctions", "plugins", "Outputs", "a", "b", "c", "stages", "params",
]  # fmt: skip


def scalars(texts: list[str]) -> SearchStrategy[object]:
    return st.one_of(
        st.sampled_from(texts), st.text(max_size=8), st.booleans(), st.none(),
        st.integers(), st.sampled_from([0, -1, 10**30, 1.5, 1e300]),
    )  # fmt: skip


def intrinsics(values: SearchStrategy[object]) -> SearchStrategy[object]:
    """A function of CloudFormation with anything as its argument."""
    arguments = st.one_of(values, st.lists(values, max_size=4), st.sampled_from(NAMES))
    return st.builds(lambda name, value: {name: value}, st.sampled_from(FUNCTIONS), arguments)


def values(texts: list[str], keys: list[str], *, functions: bool = True) -> SearchStrategy[object]:
    def larger(inner: SearchStrategy[object]) -> SearchStrategy[object]:
        parts = [st.lists(inner, max_size=3),
                 st.dictionaries(st.sampled_from(keys), inner, max_size=4)]  # fmt: skip
        return st.one_of(*parts, intrinsics(inner)) if functions else st.one_of(*parts)

    return st.recursive(scalars(texts), larger, max_leaves=20)


def _encoded(tree: object) -> bytes:
    return json.dumps(tree).encode()


VALUES = values(TEXTS, KEYS)
RESOURCES = st.fixed_dictionaries(
    {"Type": st.one_of(st.sampled_from(TYPES), VALUES)},
    optional={
        "Properties": st.one_of(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=8), VALUES),
        "Condition": st.one_of(st.sampled_from(NAMES), VALUES),
        "DependsOn": VALUES,
        "Metadata": VALUES,
    },
)
TEMPLATES = st.fixed_dictionaries(
    {
        "Transform": st.sampled_from(["AWS::Serverless-2016-10-31", ["AWS::LanguageExtensions"]]),
        "Resources": st.dictionaries(
            st.sampled_from([*NAMES, "Fn::ForEach::X"]), st.one_of(RESOURCES, VALUES), max_size=6
        ),
    },
    optional={
        "Parameters": st.one_of(
            st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3), VALUES
        ),
        "Conditions": st.one_of(
            st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3), VALUES
        ),
        "Mappings": VALUES,
        "Globals": st.one_of(
            st.dictionaries(st.sampled_from(["Function", "Api", "HttpApi"]), VALUES), VALUES
        ),
        "Outputs": VALUES,
    },
).map(_encoded)
SERVICES = st.fixed_dictionaries(
    {"service": st.just("a"), "provider": values(VARIABLES, SERVICE_KEYS, functions=False)},
    optional={
        name: values(VARIABLES, SERVICE_KEYS, functions=False)
        for name in ("functions", "custom", "resources", "layers", "stepFunctions", "params")
    },
).map(_encoded)  # JSON is YAML
POLICIES = values(TEXTS, KEYS).map(_encoded)

OPERATORS = [" + ", " and ", " or ", " == ", " % ", " in ", ", ", " if x else "]
ATOMS = ["event", "event['body']", "x", "self", "1", "'a'", "None", "f", "lambda x: x", "[]", "{}"]
CALLS = ["f(%s)", "os.system(%s)", "[%s for x in x]", "x[%s]", "(%s).a", "{%s: 1}", "f'{%s}'",
         "json.loads(%s)", "await f(%s)", "(y := %s)", "f(*%s)", "f(**%s)", "-%s"]  # fmt: skip
EXPRESSIONS: SearchStrategy[str] = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.builds(lambda call, a: call % a, st.sampled_from(CALLS), inner),
        st.builds(lambda a, op, b: f"({a}{op}{b})", inner, st.sampled_from(OPERATORS), inner),
    ),
    max_leaves=12,
)
HEADS = ["if %s:", "while %s:", "for x in %s:", "with %s as x:", "try:", "class A(%s):", "def f(x=%s):",
         "match %s:\n  case [x, *y]:", "async def g(*x): return %s\nif x:", "else:"]  # fmt: skip
LINES = ["x = %s", "return %s", "%s", "x += %s", "del x", "global x", "raise %s", "x, *y = %s",
         "import os, json", "from x import *", "yield %s", "x.a = %s", "x[%s] = x"]  # fmt: skip


def _program(parts: list[tuple[str, str, int]]) -> bytes:
    lines = ["import os, json", "def handler(event, context):"]
    depth = 1
    for form, value, deeper in parts:
        text = form % value if "%s" in form else form
        lines += ["  " * depth + line for line in text.split("\n")]
        if form.endswith(":"):
            depth += 2 if "\n" in form else 1
        else:
            depth = max(1, depth - deeper)
    return "\n".join(lines).encode()


PROGRAMS = st.lists(
    st.tuples(st.sampled_from([*LINES, *LINES, *HEADS]), EXPRESSIONS, st.integers(0, 2)),
    min_size=1,
    max_size=12,
).map(_program)

#: Surface → what to send to it.
GRAMMARS: dict[str, SearchStrategy[bytes]] = {
    "json": TEMPLATES,
    "serverless": SERVICES,
    "policy": POLICIES,
    "python": PROGRAMS,
    "cache": st.binary(min_size=4, max_size=40),
    "tree": st.binary(min_size=4, max_size=80),
}
