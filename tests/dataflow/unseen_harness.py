"""Reads labelled cases and runs each through a whole scan.

A case file begins with lines ``key: value``: ``trigger`` (a key of :data:`TRIGGERS`), ``safe`` (rules
that must stay silent; ``*`` for all), ``also`` (further true findings that need no mark), ``miss``
(why it is out of reach for now). Then come its files, each after a line ``---- path``. A marked line
ends in ``bad: rule, rule``: a finding of that rule must begin on this line; with ``bad~:``, anywhere
in the file. Without a ``trigger``, the files hold what declares the functions (a template, a
``function.json``, decorators), and stand where the case says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from ringfence.model.finding import Finding
from ringfence.rules.checks import load_rules
from ringfence.testing import scanned, tree

CASES = Path(__file__).parent / "unseen"
_MARK = re.compile(r"(?:#|//) bad(~?): ([\w, -]+)$")
#: Rules about how a function is reached, connects and leaves files: they are told beside what a case
#: is about, and count only where it names them.
BESIDE = frozenset(
    ("anonymous-entry", "api-key-as-authentication", "plaintext-transport", "temporary-file-kept",
     "unauthenticated-connection", "public-object-acl", "function-triggers-itself")
)  # fmt: skip
#: What is said where the analysis met a defect of its own, or took too much time or memory.
_CUT_SHORT = re.compile(r"defect|not interpreted to the end|stopped early|too much to read")
CODE = (".py", ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx", ".jsx")
_ENTRY = re.compile(r"^(src/)?(app|index|handler)\.\w+$")

#: Per trigger: the function's events, its other properties, and further resources.
TRIGGERS = {
    "apigateway-rest": "Events: {E: {Type: Api, Properties: {Path: /x, Method: ANY}}}",
    "apigateway-http": "Events: {E: {Type: HttpApi, Properties: {Path: /x, Method: ANY}}}",
    "apigateway-websocket": "",
    "apigateway-websocket-answering": "",
    "function-url": "FunctionUrlConfig: {AuthType: NONE}",
    "alb": "",
    "s3": "Events: {E: {Type: S3, Properties: {Bucket: !Ref B, Events: 's3:ObjectCreated:*'}}}",
    "sqs": "Events: {E: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn}}}",
    "sqs-of-sns": "Events: {E: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn}}}",
    "sns": "Events: {E: {Type: SNS, Properties: {Topic: !Ref T}}}",
    "dynamodb-stream": "Events: {E: {Type: DynamoDB, Properties: "
    "{Stream: !GetAtt D.StreamArn, StartingPosition: LATEST}}}",
    "kinesis": "Events: {E: {Type: Kinesis, Properties: "
    "{Stream: !GetAtt K.Arn, StartingPosition: LATEST}}}",
    "eventbridge": "Events: {E: {Type: EventBridgeRule, Properties: "
    "{Pattern: {source: [app.orders]}}}}",
    "cognito": "Events: {E: {Type: Cognito, Properties: {UserPool: !Ref U, Trigger: PreSignUp}}}",
    "iot": "Events: {E: {Type: IoTRule, Properties: {Sql: \"SELECT * FROM 'devices/+/data'\"}}}",
    "ses": "",
    "logs": "Events: {E: {Type: CloudWatchLogs, Properties: "
    "{LogGroupName: /app, FilterPattern: ''}}}",
    "appsync": "",
    "stepfunctions": "",
    "alexa": "Events: {E: {Type: AlexaSkill}}",
    "invoke": "",
}
#: Triggers of another name than the kind of their events.
DELIVERED_AS = {"sqs-of-sns": "sqs", "apigateway-websocket-answering": "apigateway-websocket"}
RESOURCES = {
    "apigateway-websocket": """
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: run, Target: !Sub 'integrations/${Integration}'}
""",
    "alb": """
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {Scheme: internet-facing, Subnets: [subnet-1, subnet-2]}
  Group:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {TargetType: lambda, Targets: [{Id: !GetAtt F.Arn}]}
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Balancer
      Port: 443
      Protocol: HTTPS
      DefaultActions: [{Type: forward, TargetGroupArn: !Ref Group}]
""",
    "s3": "\n  B: {Type: AWS::S3::Bucket}\n",
    "sqs": "\n  Q: {Type: AWS::SQS::Queue}\n",
    "sqs-of-sns": """
  Q: {Type: AWS::SQS::Queue}
  T: {Type: AWS::SNS::Topic}
  S:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref T, Protocol: sqs, Endpoint: !GetAtt Q.Arn}
""",
    "sns": "\n  T: {Type: AWS::SNS::Topic}\n",
    "dynamodb-stream": """
  D:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      StreamSpecification: {StreamViewType: NEW_IMAGE}
""",
    "kinesis": "\n  K: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1}}\n",
    "cognito": "\n  U: {Type: AWS::Cognito::UserPool}\n",
    "ses": """
  Rules: {Type: AWS::SES::ReceiptRuleSet}
  Mail:
    Type: AWS::SES::ReceiptRule
    Properties:
      RuleSetName: !Ref Rules
      Rule: {Enabled: true, Actions: [{LambdaAction: {FunctionArn: !GetAtt F.Arn}}]}
""",
    "appsync": """
  Graph: {Type: AWS::AppSync::GraphQLApi, Properties: {Name: g, AuthenticationType: API_KEY}}
  Data:
    Type: AWS::AppSync::DataSource
    Properties:
      ApiId: !GetAtt Graph.ApiId
      Name: f
      Type: AWS_LAMBDA
      LambdaConfig: {LambdaFunctionArn: !GetAtt F.Arn}
  Resolver:
    Type: AWS::AppSync::Resolver
    Properties: {ApiId: !GetAtt Graph.ApiId, TypeName: Query, FieldName: x, DataSourceName: !GetAtt Data.Name}
""",
    "stepfunctions": """
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Work
        States: {Work: {Type: Task, Resource: !GetAtt F.Arn, End: true}}
""",
}
RESOURCES["apigateway-websocket-answering"] = (
    RESOURCES["apigateway-websocket"]
    + """
  Answer:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Api, RouteId: !Ref Route, RouteResponseKey: $default}
"""
)


@dataclass
class Case:
    name: str
    trigger: str = ""
    safe: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    miss: str = ""
    files: dict[str, str] = field(default_factory=dict)
    exact: set[tuple[str, str, int]] = field(default_factory=set)
    somewhere: set[tuple[str, str]] = field(default_factory=set)

    @property
    def rules(self) -> set[str]:
        return {rule for rule, _, _ in self.exact} | {rule for rule, _ in self.somewhere}


def read_case(path: Path) -> Case:
    head, *parts = re.split(r"^---- (.+)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    keys = dict(line.split(": ", 1) for line in head.splitlines())
    case = Case(path.stem, keys.pop("trigger", ""), miss=keys.pop("miss", ""))
    case.safe = tuple(keys.pop("safe", "").replace(",", " ").split())
    case.also = tuple(keys.pop("also", "").replace(",", " ").split())
    assert not keys, f"{path.name}: unknown {sorted(keys)}"
    for name, text in zip(parts[::2], parts[1::2], strict=True):
        case.files[name] = text
        for number, line in enumerate(text.splitlines(), 1):
            for about, rules in _MARK.findall(line):
                for rule in rules.split(", "):
                    if about:
                        case.somewhere.add((rule, name))
                    else:
                        case.exact.add((rule, name, number))
    return case


def cases(folder: Path = CASES) -> list[Case]:
    return [read_case(path) for path in sorted(folder.glob("*.case"))]


def template(case: Case) -> str:
    """A SAM template for the case's function behind its trigger."""
    entries = [name for name in case.files if _ENTRY.search(name)]
    handler, suffix = min(entries, key=lambda name: name.count("/")).rsplit(".", 1)
    runtime = "python3.13" if suffix == "py" else "nodejs22.x"
    layer = ""
    resources = RESOURCES.get(case.trigger, "")
    if any(name.startswith("layer/") for name in case.files):
        layer = "\n      Layers: [!Ref L]"
        resources += (
            "\n  L: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layer}}\n"
        )
    return (
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n"
        "    Type: AWS::Serverless::Function\n    Properties:\n"
        f"      Handler: {handler}.handler\n      Runtime: {runtime}\n      CodeUri: code\n"
        f"      {TRIGGERS[case.trigger]}{layer}\n{resources}"
    )


def write(case: Case, folder: Path) -> None:
    """Write the case's files, and the template that its trigger asks for."""
    files: dict[str, str | bytes] = {}
    if case.trigger:
        files["template.yaml"] = template(case)
    quiet = sorted((case.rules | set(case.safe)) & switched_off())
    if quiet:
        files["ringfence.toml"] = f"[rules]\nenable = {quiet}\n"
    for name, text in case.files.items():
        as_given = not case.trigger or name.startswith("layer/")
        files[name if as_given else f"code/{name}"] = text.rstrip() + "\n"
    tree(folder, files)


def run(case: Case, folder: Path) -> tuple[list[Finding], list[str]]:
    """Findings in the case's code, and the trigger kinds of its function."""
    write(case, folder)
    result = scanned(folder)
    assert [note for note in result.skipped if _CUT_SHORT.search(note.reason)] == []
    found = [item for item in result.findings if item.location.file.endswith(CODE)]
    return found, [entry.kind for entry in result.entries]


def switched_off() -> set[str]:
    """The rules that are evaluated only where somebody switches them on."""
    return {rule.id for rule in load_rules() if rule.tier == "off"}


def places(item: Finding) -> list[tuple[str, str, int]]:
    """Where a finding says that something must be mended: its place, and those told with it."""
    others = [one.location for one in item.origins if one.role == "also"]
    return [(item.rule, at.file.removeprefix("code/"), at.line) for at in (item.location, *others)]


def place(item: Finding) -> tuple[str, str, int]:
    return item.rule, item.location.file.removeprefix("code/"), item.location.line


def check(case: Case, folder: Path) -> None:
    """Run a case and hold its findings against its marks."""
    findings, kinds = run(case, folder)
    if case.trigger:
        assert DELIVERED_AS.get(case.trigger, case.trigger) in kinds
    found = {one for item in findings for one in places(item)}
    told = {(rule, file) for rule, file, _ in found}
    assert case.exact - found == set(), "missed"
    assert case.somewhere - told == set(), "missed"
    # What is of low confidence is shown to those who ask for it.
    others = [item for item in findings if case.exact.isdisjoint(places(item))]
    found = {place(item) for item in others if item.confidence != "low"}
    expected = case.exact | {item for item in found if item[:2] in case.somewhere}
    beside = BESIDE.difference(case.safe, case.rules)
    wrong = {item for item in found - expected if item[0] not in {*case.also, *beside}}
    watched = wrong if "*" in case.safe or case.rules else {w for w in wrong if w[0] in case.safe}
    assert watched == set(), "false alarm"
