"""Whole facts of small applications: languages' constructs, clouds, channels, limits."""

from __future__ import annotations

from dataflow_harness import App, python, script, told

from ringfence.model.severity import Exposure
from ringfence.model.value import Reference, Scalar


def test_steps_tell_the_way_through_files() -> None:
    facts = python(
        "import json\nfrom lib.run import execute\ndef handler(event, context):\n"
        "    body = json.loads(event['body'])\n    execute('touch /tmp/{}'.format(body.get('name')))\n",
        "apigateway-rest",
        lib__run="import os\ndef execute(command, shell=True):\n    os.system(command)\n",
        lib____init__="",
    )
    (flow,) = facts.flows
    assert (flow.rule, flow.certainty, flow.value) == (
        "os-command-injection", "high", "touch /tmp/{…}"
    )  # fmt: skip
    assert flow.source.triggers == ("t#F!apigateway-rest",)
    assert [(step.location.file, step.location.line, step.text) for step in flow.steps] == [
        ("app.py", 4, "event.body.name comes from the caller of the API"),
        ("app.py", 4, "event.body is parsed as JSON"),
        ("app.py", 5, "passed to execute()"),
        ("lib/run.py", 3, "becomes the argument 1 of os.system"),
    ]


def test_the_event_catalogue_decides_what_the_sender_controls() -> None:
    code = (
        "import os\ndef handler(event, context):\n    for record in event['Records']:\n"
        "        os.system('ls ' + record['s3']['bucket']['name'])\n"
        "        os.system('ls ' + record['s3']['object']['key'])\n"
    )
    assert told(python(code, "s3")) == ["os-command-injection high event.Records[].s3.object.key 5"]


def test_nested_envelopes() -> None:
    code = (
        "import os, json\ndef handler(event, context):\n    for record in event['Records']:\n"
        "        inner = json.loads(json.loads(record['body'])['Message'])\n"
        "        for item in inner['Records']:\n            os.system(item['s3']['bucket']['name'])\n"
        "            os.system(item['s3']['object']['key'])\n"
    )
    assert told(python(code, "sqs")) == [
        "os-command-injection high event.Records[].body.Message.Records[].s3.object.key 7"
    ]


def test_a_schedule_has_no_sender() -> None:
    code = "import os\ndef handler(event, context):\n    os.system(event['detail']['x'])\n"
    assert told(python(code, "schedule")) == []


def test_each_path_keeps_its_triggers() -> None:
    code = (
        "import os\ndef handler(event, context):\n    os.system(event['body'])\n"
        "    os.system(event['Records'][0]['body'])\n"
    )
    facts = python(code, "function-url", "sqs")
    assert [flow.source.triggers for flow in facts.flows] == [("t#F!function-url",), ("t#F!sqs",)]


PYTHON_CONSTRUCTS = """
import os, functools
from dataclasses import dataclass
from contextlib import contextmanager

def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper

@dataclass
class Order:
    id: str
    note: str = ''

class Base:
    def __init__(self, value):
        self.value = value
    def go(self):
        self.act(self.value)

class Child(Base):
    def act(self, value):
        os.system('child ' + value)

def names(items):
    for item in items:
        yield item['name']

@contextmanager
def opened(value):
    yield value

@logged
def handler(event, context):
    Child(event['a']).go()
    for name in names(event['list']):
        os.system('gen ' + name)
    with opened(event['b']) as b:
        os.system('with ' + b)
    os.system('dc ' + Order(event['c']).id)
    os.system('dc ' + Order(id=event['c']).note)
    rest = {**event['d'], 'safe': 'x'}
    os.system(rest['safe'])
    os.system(rest['other'])
    first, *others = event['e']
    os.system(' '.join(others))
    os.system(' '.join([str(x) for x in event['f'] if x]))
    kwargs = {'command': event['g']}
    run(**kwargs)
    f = lambda x: os.system(x)
    list(map(f, event['h']))
    table = {}
    table.setdefault('k', []).append(event['i'])
    for values in table.values():
        for value in values:
            os.system(value)

def run(command='ls'):
    os.system(command)
"""


def test_python_constructs() -> None:
    assert told(python(PYTHON_CONSTRUCTS)) == [
        "os-command-injection high event.a 25",
        "os-command-injection high event.list[].name 39",
        "os-command-injection high event.b 41",
        "os-command-injection high event.c 42",
        "os-command-injection high event.d.other 46",
        "os-command-injection high event.e[] 48",
        "os-command-injection high event.f[] 49",
        "os-command-injection high event.h[] 52",
        "os-command-injection high event.i 58",
        "os-command-injection high event.g 61",
    ]


SCRIPT_CONSTRUCTS = """
import { execSync as run } from 'child_process';
import tools, { helper } from './lib/tools.js';
import * as all from './lib/tools.js';

const { TABLE = 'x' } = process.env;

export const handler = async (event, context) => {
  const { a, b: { c = 'd' } = {}, ...rest } = event;
  run(a); run(c);
  run(rest.e);
  run(event?.f ?? 'ls');
  run([...event.list].map((x) => `-${x}`).join(' '));
  run(Object.entries(event.g).map(([k, v]) => `${k}=${v}`).join(','));
  const merged = Object.assign({}, { safe: 'x' }, { h: event.h });
  run(merged.safe); run(merged.h);
  await Promise.all(event.i.map(async (x) => { run(x); }));
  helper(event.j); all.helper('fine'); tools.other(event.k);
  for (const key in { z: 1 }) { run(key); }
  let total = event.m.reduce((sum, x) => sum + x, '');
  run(total);
  new Promise((resolve) => resolve(event.n)).then((n) => run(n));
};
"""


def test_script_constructs() -> None:
    facts = script(
        SCRIPT_CONSTRUCTS,
        lib__tools=(
            "const cp = require('child_process');\n"
            "exports.helper = (x) => cp.execSync(x);\n"
            "exports.default = { other(x) { cp.execSync(x); } };\n"
        ),
    )
    assert sorted(flow.source.path for flow in facts.flows) == sorted(
        ["event.a", "event.b.c", "event.e", "event.f", "event.list[]", "event.g[]", "event.h",
         "event.i[]", "event.j", "event.k", "event.m[]", "event.n", "event.g"]
    )  # fmt: skip


def test_cloud_calls_know_names_resources_and_taint() -> None:
    facts = (
        App(
            {
                "app.py": (
                    "import boto3, os\ntable = boto3.resource('dynamodb').Table(os.environ['T'])\n"
                    "s3 = boto3.session.Session().client('s3')\n"
                    "def handler(event, context):\n    table.put_item(Item={'id': event['id']})\n"
                    "    s3.upload_file('/tmp/x', os.getenv('B'), f\"in/{event['id']}\")\n"
                    "    boto3.client('sqs').get_paginator('list_queues').paginate()\n"
                )
            }
        )
        .resource("Orders", "table")
        .function(
            "F", "app.py:handler", "invoke", env={"T": Reference("t#Orders"), "B": Scalar("up")}
        )
        .facts()
    )
    assert [
        (call.service, call.operation, {k: (v.texts, v.resources, v.tainted) for k, v in call.arguments.items()})
        for call in facts.calls
    ] == [
        ("dynamodb", "PutItem", {"TableName": (("*",), ("t#Orders",), False), "Item": ((), (), True)}),
        ("s3", "PutObject", {"Filename": (("/tmp/x",), (), False), "Bucket": (("up",), (), False),
                             "Key": (("in/*",), (), True)}),
        ("sqs", "ListQueues", {}),
    ]  # fmt: skip


def test_script_cloud_calls() -> None:
    facts = script(
        "const AWS = require('aws-sdk');\n"
        "const { S3Client, PutObjectCommand } = require('@aws-sdk/client-s3');\n"
        "const { DynamoDBDocumentClient, GetCommand } = require('@aws-sdk/lib-dynamodb');\n"
        "const doc = new AWS.DynamoDB.DocumentClient();\nconst s3 = new S3Client({});\n"
        "exports.handler = async (event) => {\n"
        "  await doc.put({ TableName: 'orders', Item: { id: event.id } }).promise();\n"
        "  await s3.send(new PutObjectCommand({ Bucket: 'b', Key: 'k', ACL: 'public-read' }));\n"
        "  await DynamoDBDocumentClient.from(0).send(new GetCommand({ TableName: 'orders' }));\n"
        "  new AWS.StepFunctions().startExecution({ stateMachineArn: process.env.M }, (err, data) => {});\n};"
    )
    assert [(call.service, call.operation) for call in facts.calls] == [
        ("dynamodb", "PutItem"), ("s3", "PutObject"), ("dynamodb", "GetItem"),
        ("stepfunctions", "StartExecution"),
    ]  # fmt: skip
    assert facts.calls[3].arguments["stateMachineArn"].variables == ("M",)
    assert [(issue.rule, issue.location.line) for issue in facts.issues] == [
        ("public-object-acl", 8)
    ]


def test_responses() -> None:
    facts = script(
        "exports.handler = async (event) => {\n  try {\n    return { statusCode: 200,\n"
        "      headers: { 'Content-Type': 'text/html' }, body: `<b>${event.queryStringParameters.n}</b>` };\n"
        "  } catch (err) {\n    return { statusCode: 500, body: err.stack };\n  }\n};",
        "apigateway-rest",
    )
    assert told(facts) == ["cross-site-scripting high event.queryStringParameters.n 4"]
    assert [(issue.rule, issue.location.line, issue.certainty) for issue in facts.issues] == [
        ("verbose-error-response", 6, "high")
    ]


def test_json_answers_are_no_html() -> None:
    facts = script(
        "exports.handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event.body) });",
        "apigateway-rest",
    )
    assert told(facts) == []


def test_redirects() -> None:
    code = (
        "def handler(event, context):\n    to = event['queryStringParameters']['to']\n"
        "    if context:\n        return {'statusCode': 302, 'headers': {'Location': to}}\n"
        "    return {'statusCode': 302, 'headers': {'Location': 'https://example.com/' + to}}\n"
    )
    assert told(python(code, "function-url")) == [
        "open-redirect high event.queryStringParameters.to 4"
    ]


def test_unverified_token() -> None:
    facts = script(
        "const handler = async (event) => {\n  const parts = event.headers.Authorization.split('.');\n"
        "  const claims = JSON.parse(Buffer.from(parts[1], 'base64').toString());\n  return claims.sub;\n};\n"
        "exports.handler = handler;",
        "apigateway-rest",
    )
    assert told(facts) == ["unverified-token high event.headers.Authorization 3"]


def test_issues_of_state_and_logs() -> None:
    facts = python(
        "import json\ncache = {}\nlast = None\ndef handler(event, context):\n    global last\n"
        "    last = last or event['body']\n    cache['user'] = event['body']\n    print(json.dumps(event))\n"
        "    print(event['headers']['Authorization'])\n    print('done')\n",
        "apigateway-rest",
    )
    assert [(issue.rule, issue.location.line) for issue in facts.issues] == [
        ("shared-state-leak", 6), ("shared-state-leak", 7), ("event-logged", 8),
        ("sensitive-data-logged", 9),
    ]  # fmt: skip


def test_conditions_of_issues() -> None:
    facts = python(
        "import jwt\ndef handler(event, context):\n    jwt.decode('t', 'k', algorithms=['HS256'])\n"
        "    jwt.decode('t', options={'verify_signature': False})\n"
    )
    assert [(issue.rule, issue.location.line) for issue in facts.issues] == [
        ("token-signature-not-verified", 4)
    ]


def test_uses() -> None:
    facts = python(
        "import requests, os\ndef handler(event, context):\n"
        "    requests.get('https://api.example.com/v1/' + os.environ['KEY'])\n    os.system('ls -l')\n"
    )
    assert [(use.kind, use.value) for use in facts.uses] == [
        ("environment", "KEY"), ("host", "api.example.com"), ("import", "requests"), ("import", "os"),
        ("process", "ls -l"),
    ]  # fmt: skip


# --- channels ---


def test_a_queue_carries_taint_to_the_next_function() -> None:
    facts = (
        App(
            {
                "a/app.py": (
                    "import boto3, json, os\ndef handler(event, context):\n"
                    "    boto3.client('sqs').send_message(QueueUrl=os.environ['Q'],\n"
                    "        MessageBody=json.dumps({'name': event['body'], 'fixed': 'x'}))\n"
                ),
                "b/app.py": (
                    "import json, os\ndef handler(event, context):\n    for r in event['Records']:\n"
                    "        m = json.loads(r['body'])\n        os.system(m['name'])\n"
                    "        os.system(m['fixed'])\n"
                ),
            }
        )
        .resource("Jobs", "queue")
        .function(
            "A", "a/app.py:handler", "apigateway-rest", env={"Q": Reference("t#Jobs")}, root="a"
        )
        .function(
            "B", "b/app.py:handler", "sqs", root="b", source="Jobs", exposure=Exposure.ACCOUNT
        )
        .facts()
    )
    assert [(c.kind, c.writer, c.reader, c.resource, c.trigger) for c in facts.channels] == [
        ("sqs", "t#A", "t#B", "t#Jobs", "t#B!sqs")
    ]
    assert [
        (flow.location.line, flow.source.path, flow.source.triggers, len(flow.source.via))
        for flow in facts.flows
    ] == [
        (5, "event.body", ("t#A!apigateway-rest",), 1),
        (6, "event.Records[].body.fixed", ("t#B!sqs",), 0),
    ]
    assert [step.text for step in facts.flows[0].steps] == [
        "event.body comes from the caller of the API", "is sent to Jobs",
        "becomes the argument 1 of os.system",
    ]  # fmt: skip


def test_an_invoked_function_gets_exactly_what_its_caller_sends() -> None:
    facts = (
        App(
            {
                "a/app.js": (
                    "const { LambdaClient, InvokeCommand } = require('@aws-sdk/client-lambda');\n"
                    "exports.handler = async (event) => {\n  const client = new LambdaClient();\n"
                    "  await client.send(new InvokeCommand({ FunctionName: process.env.FN,\n"
                    "    Payload: JSON.stringify({ user: event.body, mode: 'fast' }) }));\n};"
                ),
                "b/app.js": (
                    "const { execSync } = require('child_process');\nexports.handler = async (event) => {\n"
                    "  execSync(event.user);\n  execSync(event.mode);\n  execSync(event.other);\n};"
                ),
            }
        )
        .function("A", "a/app.js:handler", "function-url", env={"FN": Scalar("B")}, root="a")
        .function("B", "b/app.js:handler", "invoke", root="b", exposure=Exposure.ACCOUNT)
        .facts()
    )
    assert [(flow.function, flow.location.line, flow.source.triggers) for flow in facts.flows] == [
        ("t#B", 3, ("t#A!function-url",))
    ]


def test_what_one_function_stores_another_reads() -> None:
    facts = (
        App(
            {
                "a/app.py": (
                    "import boto3, os\ntable = boto3.resource('dynamodb').Table(os.environ['T'])\n"
                    "def handler(event, context):\n    table.put_item(Item={'id': '1', 'cmd': event['body']})\n"
                ),
                "b/app.py": (
                    "import boto3, os\ntable = boto3.resource('dynamodb').Table(os.environ['T'])\n"
                    "def handler(event, context):\n    item = table.get_item(Key={'id': '1'})['Item']\n"
                    "    os.system(item['cmd'])\n"
                ),
                "c/app.py": (
                    "import os\ndef handler(event, context):\n    for r in event['Records']:\n"
                    "        os.system(r['dynamodb']['NewImage']['cmd']['S'])\n"
                ),
            }
        )
        .resource("Orders", "table")
        .function("A", "a/app.py:handler", "alb", env={"T": Reference("t#Orders")}, root="a")
        .function("B", "b/app.py:handler", "schedule", env={"T": Reference("t#Orders")}, root="b")
        .function("C", "c/app.py:handler", "dynamodb-stream", root="c", source="Orders",
                  exposure=Exposure.ACCOUNT)
        .facts()
    )  # fmt: skip
    assert [
        (flow.function, flow.certainty, flow.source.path, flow.source.triggers)
        for flow in facts.flows
    ] == [
        ("t#B", "high", "event.body", ("t#A!alb",)),
        ("t#C", "high", "event.body", ("t#A!alb",)),
    ]


def test_a_loop_of_channels_ends() -> None:
    code = (
        "import boto3, os, json\ndef handler(event, context):\n    for r in event['Records']:\n"
        "        boto3.client('sqs').send_message(QueueUrl=os.environ['Q'],\n"
        "            MessageBody=json.dumps({'again': json.loads(r['body'])}))\n"
    )
    facts = (
        App({"app.py": code})
        .resource("Jobs", "queue")
        .function("A", "app.py:handler", "sqs", env={"Q": Reference("t#Jobs")}, source="Jobs")
        .facts()
    )
    assert [(c.writer, c.reader) for c in facts.channels] == [("t#A", "t#A")]
    assert facts.skipped == []


# --- limits ---


def test_recursion_ends() -> None:
    facts = python(
        "import os\ndef walk(node):\n    os.system(node['cmd'])\n    for child in node['children']:\n"
        "        walk(child)\ndef handler(event, context):\n    walk(event)\n"
    )
    assert told(facts) == [
        "os-command-injection high event.children[].cmd 3",
        "os-command-injection high event.cmd 3",
    ]


def test_a_function_that_explodes_is_skipped_and_the_rest_goes_on() -> None:
    calls = "\n".join(
        f"def f{n}(x):\n    d = {{}}\n" + f"    d['k'] = x\n    f{n + 1}(d['k'] + 'a')\n" * 6
        for n in range(12)
    )
    facts = python(
        f"import os\n{calls}\ndef f12(x):\n    pass\ndef handler(event, context):\n    os.system(event['a'])\n    f0(event['a'])\n"
    )
    assert told(facts) == [
        f"os-command-injection high event.a {facts.flows[0].location.line}",
        "skipped: the code is larger than the analysis limit; what was seen until then is shown",
    ]


def test_missing_handler_is_said() -> None:
    assert told(python("x = 1\n")) == ["skipped: app.py has no handler"]
    assert told(App().function("F", "gone.py:handler").facts()) == [
        "skipped: gone.py cannot be read"
    ]


def test_cyclic_imports() -> None:
    facts = python(
        "import b\nimport os\ndef handler(event, context):\n    os.system(b.same(event['x']))\n",
        b="import app\ndef same(value):\n    return value\n",
    )
    assert told(facts) == ["os-command-injection high event.x 4"]


def test_functions_that_nothing_calls_are_of_low_certainty_and_use_nothing() -> None:
    facts = python(
        "import boto3, os\ntable = boto3.resource('dynamodb').Table('orders')\n"
        "def unused(key):\n    os.system(table.get_item(Key=key)['Item']['cmd'])\n"
        "def handler(event, context):\n    return 1\n"
    )
    assert told(facts) == ["os-command-injection low dynamodb.GetItem.Item.cmd 4"]
    assert (facts.calls, [use.kind for use in facts.uses]) == ([], ["import", "import"])
