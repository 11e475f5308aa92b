"""Services become the CloudFormation that the framework deploys.

The ids and permissions in ``EVERYTHING`` are those of a package made by Serverless Framework 3
with the plugin serverless-iam-roles-per-function (without versions, deployment bucket and the
framework's own helper functions).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ringfence.loaders import LoadOptions
from ringfence.loaders.serverless import load_service
from ringfence.loaders.template import Template
from ringfence.loaders.tree import Tree
from ringfence.model.value import plain
from ringfence.testing import app, scanned

EVERYTHING = Path(__file__).parent / "everything"


def load(root: Path, file: str = "serverless.yml", **options: Any) -> Template:
    template = load_service(Tree(root), file, LoadOptions(**options))
    assert template is not None
    return template


def written(tmp_path: Path, text: str) -> Template:
    (tmp_path / "serverless.yml").write_text(text)
    return load(tmp_path)


def properties(template: Template, logical_id: str) -> Any:
    found = template.resources[f"{template.path}#{logical_id}"].properties
    return plain(found, lambda unknown: f"? {unknown.reason}")


def allowed(template: Template, role: str) -> list[str]:
    found = []
    for policy in properties(template, role)["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            actions, resources = statement["Action"], statement["Resource"]
            for action in actions if isinstance(actions, list) else [actions]:
                for resource in resources if isinstance(resources, list) else [resources]:
                    found.append(f"{action} {resource}")
    return sorted(found)


HELLO = """\
service: hello-app
provider:
  name: aws
  runtime: python3.12
  stage: live
  memorySize: 256
  environment: {TABLE: !Ref Table, STAGE: '${sls:stage}'}
  iam:
    role:
      statements:
        - Effect: Allow
          Action: dynamodb:*
          Resource: !GetAtt Table.Arn
functions:
  say-hello:
    handler: src/app.handler
    events:
      - http: GET /hello/{name}
resources:
  Resources:
    Table:
      Type: AWS::DynamoDB::Table
      Properties: {TableName: '${self:service}-table'}
"""


def test_a_service_becomes_what_the_framework_deploys(tmp_path: Path) -> None:
    template = written(tmp_path, HELLO)
    assert (template.format, template.description) == ("serverless", "service hello-app")
    assert {item.logical_id: item.type for item in template.resources.values()} == {
        "SayDashhelloLogGroup": "AWS::Logs::LogGroup",
        "SayDashhelloLambdaFunction": "AWS::Lambda::Function",
        "ApiGatewayRestApi": "AWS::ApiGateway::RestApi",
        "ApiGatewayResourceHello": "AWS::ApiGateway::Resource",
        "ApiGatewayResourceHelloNameVar": "AWS::ApiGateway::Resource",
        "ApiGatewayMethodHelloNameVarGet": "AWS::ApiGateway::Method",
        "SayDashhelloLambdaPermissionApiGateway": "AWS::Lambda::Permission",
        "ApiGatewayDeployment": "AWS::ApiGateway::Deployment",
        "ApiGatewayStage": "AWS::ApiGateway::Stage",
        "IamRoleLambdaExecution": "AWS::IAM::Role",
        "Table": "AWS::DynamoDB::Table",
    }
    assert properties(template, "SayDashhelloLambdaFunction") == {
        "Runtime": "python3.12",
        "MemorySize": 256,
        "Timeout": 6,
        "Handler": "src/app.handler",
        "Environment": {"Variables": {"TABLE": "${Table}", "STAGE": "live"}},
        "FunctionName": "hello-app-live-say-hello",
        "Code": ".",
        "Role": "${IamRoleLambdaExecution.Arn}",
    }
    assert properties(template, "ApiGatewayMethodHelloNameVarGet") == {
        "HttpMethod": "GET",
        "RestApiId": "${ApiGatewayRestApi}",
        "ResourceId": "${ApiGatewayResourceHelloNameVar}",
        "ApiKeyRequired": False,
        "AuthorizationType": "NONE",
        "Integration": {
            "IntegrationHttpMethod": "POST",
            "Type": "AWS_PROXY",
            "Uri": "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/"
            "functions/${SayDashhelloLambdaFunction.Arn}/invocations",
        },
        "MethodResponses": [],
    }
    logs = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/"
    assert allowed(template, "IamRoleLambdaExecution") == [
        "dynamodb:* ${Table.Arn}",
        f"logs:CreateLogGroup {logs}hello-app-live*:*",
        f"logs:CreateLogStream {logs}hello-app-live*:*",
        f"logs:PutLogEvents {logs}hello-app-live*:*:*",
        f"logs:TagResource {logs}hello-app-live*:*",
    ]


def test_everything_stands_at_the_users_lines(tmp_path: Path) -> None:
    template = written(tmp_path, HELLO)
    lines = {item.logical_id: item.location.line for item in template.resources.values()}
    assert lines["SayDashhelloLambdaFunction"] == 15
    assert lines["ApiGatewayMethodHelloNameVarGet"] == 18
    assert lines["IamRoleLambdaExecution"] == 10
    assert lines["Table"] == 21
    function = template.resources["serverless.yml#SayDashhelloLambdaFunction"].properties
    assert function.key_location("MemorySize").line == 6
    method = template.resources["serverless.yml#ApiGatewayMethodHelloNameVarGet"]
    assert method.generated_from == "serverless.yml#SayDashhelloLambdaFunction"


def test_every_event_gets_the_frameworks_own_ids() -> None:
    template = load(EVERYTHING)
    expected = (EVERYTHING / "resources.txt").read_text().split("\n")
    ours = {f"{item.logical_id} {item.type}" for item in template.resources.values()}
    # The framework sets the stage's options after the deployment, by calls of its own.
    added = {
        "ApiGatewayStage AWS::ApiGateway::Stage",
        "WorkerUnderscoreoneLambdaPermissionOtherbucketS3 AWS::Lambda::Permission",
    }
    assert ours - added == set(filter(None, expected))
    assert template.skipped == []


def test_authorizers_of_every_kind() -> None:
    template = load(EVERYTHING)

    def demands(logical_id: str) -> tuple[str, Any, Any]:
        found = properties(template, logical_id)
        return (
            found.get("AuthorizationType"),
            found.get("AuthorizerId"),
            found.get("ApiKeyRequired", found.get("AuthorizationScopes")),
        )

    assert {
        name: demands(name)
        for name in (
            "ApiGatewayMethodItemsGet",
            "ApiGatewayMethodItemsIdVarPost",
            "ApiGatewayMethodIamGet",
            "ApiGatewayMethodPoolGet",
            "HttpApiRouteDefault",
            "HttpApiRouteGetAIdVar",
            "HttpApiRouteAnyB",
            "HttpApiRoutePutIam",
            "SconnectWebsocketsRoute",
        )
    } == {
        "ApiGatewayMethodItemsGet": ("NONE", None, False),
        "ApiGatewayMethodItemsIdVarPost": ("CUSTOM", "${GuardApiGatewayAuthorizer}", True),
        "ApiGatewayMethodIamGet": ("AWS_IAM", None, False),
        "ApiGatewayMethodPoolGet": ("COGNITO_USER_POOLS", "${PoolApiGatewayAuthorizer}", False),
        "HttpApiRouteDefault": ("NONE", None, None),
        "HttpApiRouteGetAIdVar": ("JWT", "${HttpApiAuthorizerJwt}", ["r"]),
        "HttpApiRouteAnyB": ("CUSTOM", "${HttpApiAuthorizerCheck}", None),
        "HttpApiRoutePutIam": ("AWS_IAM", None, None),
        "SconnectWebsocketsRoute": ("NONE", None, None),
    }


def test_roles_per_function_and_roles_that_are_given() -> None:
    template = load(EVERYTHING)
    assert properties(template, "PlainLambdaFunction")["Role"] == (
        "arn:aws:iam::123456789012:role/given"
    )
    own = allowed(template, "WorkerUnderscoreoneIamRoleLambdaExecution")
    assert "s3:GetObject *" in own
    assert "dynamodb:* ${Table.Arn}" in own  # inherited from the provider
    assert "sqs:ReceiveMessage ${Queue.Arn}" in own
    assert not any(item.startswith("mq:") for item in own)
    shared = allowed(template, "IamRoleLambdaExecution")
    assert "mq:DescribeBroker arn:aws:mq:eu-west-1:123456789012:broker:b:1" in shared
    assert "xray:PutTraceSegments *" in shared
    assert properties(template, "IamRoleLambdaExecution")["Description"] == "extended"


def test_functions_in_files_and_lists_and_an_unknown_stage(tmp_path: Path) -> None:
    (tmp_path / "more.yml").write_text("second:\n  handler: b.handler\n  role: OwnRole\n")
    template = written(
        tmp_path,
        """\
service: {name: old}
provider: {name: aws, stage: '${env:STAGE}', iamRoleStatements: [{Effect: Allow, Action: '*', Resource: '*'}]}
functions:
  - first: {handler: a.handler, environment: {A: '${ssm:/a}'}}
  - ${file(more.yml)}
resources:
  - Resources: {OwnRole: {Type: 'AWS::IAM::Role'}}
  - Outputs: {Name: {Value: !Ref FirstLambdaFunction}}
""",
    )
    assert properties(template, "FirstLambdaFunction")["FunctionName"] == "old-${?}-first"
    assert properties(template, "FirstLambdaFunction")["Environment"] == {
        "Variables": {"A": "? ${ssm:/a}: a parameter of the account"}
    }
    assert properties(template, "SecondLambdaFunction")["Role"] == "${OwnRole.Arn}"
    second = template.resources["serverless.yml#SecondLambdaFunction"].location
    assert (second.file, second.line) == ("more.yml", 1)
    assert "* *" in allowed(template, "IamRoleLambdaExecution")
    assert str(template.outputs["Name"]) == "${FirstLambdaFunction}"


def test_urls_images_and_destinations(tmp_path: Path) -> None:
    template = written(
        tmp_path,
        """\
service: a
provider: {name: aws, ecr: {images: {built: {path: ./}}}}
functions:
  open: {handler: h.x, url: true}
  closed: {handler: h.x, url: {authorizer: aws_iam, cors: {allowedOrigins: [https://a.example]}}}
  boxed: {image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/a@sha256:1}
  built: {image: {name: built, command: [app.handler]}}
""",
    )
    assert properties(template, "OpenLambdaFunctionUrl")["AuthType"] == "NONE"
    assert properties(template, "OpenLambdaPermissionFnUrl")["Principal"] == "*"
    assert properties(template, "ClosedLambdaFunctionUrl")["AuthType"] == "AWS_IAM"
    assert properties(template, "ClosedLambdaFunctionUrl")["Cors"]["AllowOrigins"] == [
        "https://a.example"
    ]
    assert "serverless.yml#ClosedLambdaPermissionFnUrl" not in template.resources
    boxed = properties(template, "BoxedLambdaFunction")
    assert boxed["Code"] == {"ImageUri": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/a@sha256:1"}
    assert (boxed["PackageType"], "Runtime" in boxed) == ("Image", False)
    assert properties(template, "BuiltLambdaFunction")["ImageConfig"] == {
        "Command": ["app.handler"]
    }


def test_state_machines_of_the_plugin(tmp_path: Path) -> None:
    template = written(
        tmp_path,
        """\
service: flow
provider: {name: aws, stage: dev}
functions: {hello: {handler: h.x}}
stepFunctions:
  stateMachines:
    main:
      name: MainFlow
      events: [http: {path: go, method: POST}, schedule: rate(1 day)]
      definition:
        StartAt: A
        States:
          A: {Type: Task, Resource: !GetAtt hello.Arn, Next: B}
          B:
            Type: Task
            Resource: arn:aws:states:::dynamodb:putItem
            Parameters: {TableName: things}
            End: true
""",
    )
    assert allowed(template, "MainFlowRole") == [
        "dynamodb:PutItem arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/things",
        "lambda:InvokeFunction ${HelloLambdaFunction.Arn}",
        "lambda:InvokeFunction ${HelloLambdaFunction.Arn}:*",
    ]
    assert properties(template, "MainStepFunctionsEventsRuleSchedule1")["Targets"] == [
        {
            "Arn": "${MainFlow}",
            "Id": "MainStepFunctionsEventsRuleSchedule1",
            "RoleArn": "${MainScheduleToStepFunctionsRole.Arn}",
        }
    ]
    assert properties(template, "ApiGatewayMethodGoPost")["Integration"]["Credentials"] == (
        "${ApigatewayToStepFunctionsRole.Arn}"
    )


TYPESCRIPT = """\
import type { AWS } from '@serverless/typescript';
import hello from '@functions/hello';
const name = 'ts-app';
const config: AWS = {
  service: name,
  provider: { name: 'aws', runtime: 'nodejs20.x', environment: { A: process.env.A } },
  functions: { hello, other: { handler: `src/${name}.main` } },
};
module.exports = config;
"""


def test_an_object_written_out_in_typescript(tmp_path: Path) -> None:
    (tmp_path / "serverless.ts").write_text(TYPESCRIPT)
    folder = tmp_path / "src" / "functions" / "hello"
    folder.mkdir(parents=True)
    (folder / "index.ts").write_text(
        "import { handlerPath } from '@libs/handler-resolver';\n"
        "export default { handler: `${handlerPath(__dirname)}/handler.main`,\n"
        "  events: [{ http: { method: 'post', path: 'hello' } }] };\n"
    )
    template = load(tmp_path, "serverless.ts")
    hello = properties(template, "HelloLambdaFunction")
    assert hello["Handler"] == "src/functions/hello/handler.main"
    assert hello["Environment"] == {"Variables": {"A": "? a program computes it"}}
    assert properties(template, "OtherLambdaFunction")["Handler"] == "src/ts-app.main"
    method = template.resources["serverless.ts#ApiGatewayMethodHelloPost"].location
    assert (method.file, method.line) == ("src/functions/hello/index.ts", 3)


def test_what_cannot_be_read_is_skipped_with_its_reason(tmp_path: Path) -> None:
    for file, text in (
        ("list.yml", "- a\n"),
        ("empty.yml", "a: b\n"),
        ("serverless.js", "module.exports = makeConfig();\n"),
    ):
        (tmp_path / file).write_text(text)
    tree = Tree(tmp_path)
    for file in ("list.yml", "empty.yml", "serverless.js"):
        assert load_service(tree, file, LoadOptions()) is None
    assert [(item.what, item.reason) for item in tree.skipped] == [
        ("list.yml", "it is not a service"),
        ("empty.yml", "it declares no provider, functions or resources"),
        (
            "serverless.js",
            "a program makes the service; only an object that is written out can be read",
        ),
    ]
    template = written(
        tmp_path,
        """\
service: a
provider: aws
functions:
  f:
    handler: h.x
    events: [telepathy: {}, http: '${env:ROUTE}', httpApi: {path: /a, method: get, authorizer: none-such}]
""",
    )
    assert [(item.what, item.reason) for item in template.skipped] == [
        ("event telepathy of f", "this event type is not known (a plugin's?)"),
        ("event http of f", "the environment variable ROUTE is not read"),
        ("event httpApi of f", "the provider declares no authorizer none-such"),
    ]


def test_an_image_that_the_framework_builds_has_its_context(tmp_path: Path) -> None:
    files = {
        "serverless.yml": """\
            service: a
            provider: {name: aws, ecr: {images: {app: {path: ./image, file: Dev.dockerfile}}}}
            functions:
              named: {image: {name: app, command: [main.other]}}
              short: {image: app}
            """,
        "image/Dev.dockerfile": 'FROM public.ecr.aws/lambda/nodejs:22\nCMD ["main.handler"]\n',
        "image/main.js": "exports.handler = exports.other = async (event) => event;\n",
    }
    functions = app(tmp_path, files).functions
    found = {function.logical_id: function.code for function in functions.values()}
    assert {name: code and (code.file, code.symbol) for name, code in found.items()} == {
        "NamedLambdaFunction": ("image/main.js", "other"),
        "ShortLambdaFunction": ("image/main.js", "handler"),
    }


def test_the_application_behind_serverless_wsgi_is_the_code(tmp_path: Path) -> None:
    files = {
        "serverless.yml": """\
            service: a
            custom: {wsgi: {app: web/api.app}}
            provider: {name: aws, runtime: python3.12}
            functions: {api: {handler: wsgi_handler.handler, events: [httpApi: '*']}}
            """,
        "web/api.py": """\
            import os
            from flask import Flask, request
            app = Flask(__name__)
            @app.route("/")
            def index():
                os.system("ls " + request.args["folder"])
            """,
    }
    (function,) = app(tmp_path, files).functions.values()
    assert function.handler == "wsgi_handler.handler"
    assert function.code and (function.code.file, function.code.symbol) == ("web/api.py", "app")
    found = {(item.rule, item.location.line) for item in scanned(tmp_path).findings}
    assert ("os-command-injection", 6) in found


PROGRAM = """\
const shared = { NAME: 'shop' };
module.exports = { table: 'orders', nested: { stage: 'live' }, ...shared };
module.exports.later = () => ({ KEY: 'value' });
exports.made = async () => { return makeThings(); };
exports.secret = process.env.SECRET;
"""


def test_a_program_that_writes_its_exports_out_is_read(tmp_path: Path) -> None:
    (tmp_path / "config.js").write_text(PROGRAM)
    (tmp_path / "typed.ts").write_text("export default { region: 'eu-west-1' };\n")
    template = written(
        tmp_path,
        """\
service: a
provider: {name: aws, runtime: python3.12}
functions:
  f:
    handler: h.x
    environment:
      TABLE: ${file(./config.js):table}
      STAGE: ${file(config.js):nested.stage}
      NAME: ${file(config.js):NAME}
      KEY: ${file(config.js):later.KEY}
      REGION: ${file(typed.ts):region}
      MADE: ${file(config.js):made.x}
      SECRET: ${file(config.js):secret}
      GONE: ${file(gone.js):a}
      ELSE: ${file(gone.js):a, 'other'}
      UNKNOWN: ${file(config.js):made.x, 'not this'}
""",
    )
    assert properties(template, "FLambdaFunction")["Environment"]["Variables"] == {
        "TABLE": "orders",
        "STAGE": "live",
        "NAME": "shop",
        "KEY": "value",
        "REGION": "eu-west-1",
        "MADE": "? the program config.js computes it",
        "SECRET": "? the program config.js computes it",
        "GONE": "? the program gone.js computes it",
        "ELSE": "other",
        "UNKNOWN": "? the program config.js computes it",
    }
