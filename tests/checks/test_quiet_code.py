"""What code does on purpose, or what only trusted senders can make it do, is not told."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_truth import HTTP, of, scanned

QUEUED = HTTP.replace("Type: HttpApi", "Type: SQS").replace(
    "{Path: /work, Method: POST}", "{Queue: 'arn:aws:sqs:eu-west-1:123456789012:jobs'}"
)
PROVIDER = HTTP.replace("Type: HttpApi", "Type: EventBridgeRule").replace(
    "{Path: /work, Method: POST}", "{Pattern: {source: [aws.ec2]}}"
)
OWN_BUS = PROVIDER.replace("aws.ec2", "shop.orders")


def handler(*lines: str, before: str = "") -> str:
    body = "\n".join(f"    {line}" for line in lines)
    return f"import base64, boto3, io, json, logging, PIL.Image, urllib.request\n{before}\ndef handler(event, context):\n{body}\n"


@pytest.mark.parametrize(
    ("template", "lines", "before", "count"),
    [
        (QUEUED, ("for one in event['Records']:", "    print(json.loads(one['body']))", "print(event)"), "", 0),
        (QUEUED, ("for one in event['Records']:", "    store(one)", "print(event)"), "", 1),
        (HTTP, ("log.debug(event)",), "log = logging.getLogger()", 0),
        (HTTP, ("log.debug(event)",), "log = logging.getLogger()\nlog.setLevel(logging.DEBUG)", 1),
        (HTTP, ("log.info(event)",), "log = logging.getLogger()", 1),
        (PROVIDER, ("print(event)", "store(event)"), "", 0),
        (OWN_BUS, ("print(event)", "store(event)"), "", 1),
    ],
)  # fmt: skip
def test_logging_of_events(
    tmp_path: Path, template: str, lines: tuple[str, ...], before: str, count: int
) -> None:
    found = scanned(tmp_path, template=template, code=handler(*lines, before=before))
    assert len(of(found, "event-logged")) == count


SECRET = "boto3.client('secretsmanager').get_secret_value(SecretId='a')['SecretString']"


@pytest.mark.parametrize(
    ("name", "line", "count"),
    [
        ("mask", f"print(mask({SECRET}))", 0),
        ("shown", f"print(shown({SECRET}))", 1),
        ("mask_headers", "print(mask_headers(event['headers']['authorization']))", 0),
        ("mask", "print(event['headers']['authorization'])", 1),
    ],
)
def test_what_is_masked_before_it_is_logged(
    tmp_path: Path, name: str, line: str, count: int
) -> None:
    code = handler(line, before=f"def {name}(text):\n    return text[:2] + text[2:]\n")
    found = scanned(tmp_path, template=HTTP, code=code)
    assert len(of(found, "sensitive-data-logged")) == count


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("print(dict(os.environ))", 1),
        ("log.info('environment: ' + json.dumps(dict(os.environ)))", 1),
        ("print(os.environ['TABLE'], os.environ.get('STAGE'))", 0),
        ("print(len(os.environ['TABLE']))", 0),
    ],
)
def test_the_whole_environment_in_a_log(tmp_path: Path, line: str, count: int) -> None:
    code = handler(line, before="import os\nlog = logging.getLogger()\n")
    found = of(scanned(tmp_path, template=HTTP, code=code), "sensitive-data-logged")
    assert [finding.message for finding in found] == count * [
        "The log receives the whole environment, which holds the credentials of the role."
    ]


UPLOADED = (
    HTTP.replace("Type: HttpApi", "Type: S3").replace(
        "{Path: /work, Method: POST}", "{Bucket: !Ref Files, Events: 's3:ObjectCreated:*'}"
    )
    + "      Files: {Type: AWS::S3::Bucket, Properties: {AccessControl: PublicReadWrite}}\n"
)
INVOKED = HTTP[: HTTP.index("      Events:")]
S3_READ = "boto3.client('s3').get_object(Bucket=event['bucket'], Key='a')"
OF_BODY = S3_READ.replace("event['bucket']", "json.loads(event['body'])['bucket']")
MAIL = "boto3.client('ses').send_email(Destination={{'ToAddresses': [{0}]}}, Message='hi')"
QUERY = "boto3.client('athena').start_query_execution(QueryString={0})"
STREAM = "PIL.Image.open({0})"
FETCH = "urllib.request.urlopen(event['url'])"


@pytest.mark.parametrize(
    ("template", "line", "rule", "count"),
    [
        (INVOKED, S3_READ, "cloud-resource-injection", 0),
        (HTTP, OF_BODY, "cloud-resource-injection", 1),
        (OWN_BUS, S3_READ.replace("event[", "event['detail']["), "cloud-resource-injection", 0),
        (INVOKED, FETCH, "server-side-request-forgery", 0),
        (HTTP, FETCH.replace("['url']", "['queryStringParameters']['url']"),
         "server-side-request-forgery", 1),
        (HTTP, FETCH.replace("event['url']", "'https://' + event['headers']['host']"),
         "server-side-request-forgery", 0),
        (HTTP, FETCH.replace("event['url']", "'https://' + event['headers']['x-forwarded-host']"),
         "server-side-request-forgery", 1),
        (HTTP, "boto3.resource('dynamodb').Table('t').put_item(Item=json.loads(event['body']))",
         "mass-assignment", 1),
        (HTTP, "boto3.resource('dynamodb').Table('t').put_item("
         "Item={**boto3.resource('dynamodb').Table('t').get_item(Key={'id': 1})['Item'], 'path': event['rawPath']})",
         "mass-assignment", 0),
        (INVOKED, "boto3.resource('dynamodb').Table('t').put_item(Item=event)", "mass-assignment", 0),
        (INVOKED, MAIL.format("event['to']"), "mail-injection", 0),
        (HTTP, MAIL.format("json.loads(event['body'])['to']"), "mail-injection", 1),
        (INVOKED, QUERY.format("event['sql']"), "sql-injection", 0),
        (INVOKED, QUERY.format("'SELECT * FROM ' + event['table']"), "sql-injection", 1),
        (HTTP, QUERY.format("event['queryStringParameters']['sql']"), "sql-injection", 1),
        (HTTP, STREAM.format("event['queryStringParameters']['name']"), "path-traversal", 1),
        (HTTP, STREAM.format("io.BytesIO(base64.b64decode(event['body']))"), "path-traversal", 0),
        (HTTP, STREAM.format("boto3.client('s3').get_object(Bucket='a', Key='b')['Body']"),
         "path-traversal", 0),
        (INVOKED, "open('/data/' + event['name'])", "path-traversal", 0),
        (UPLOADED, "open('/data/' + event['Records'][0]['s3']['object']['key'])",
         "path-traversal", 1),
        (INVOKED, "[i for i in range(event['count'])]", "denial-of-service-loop", 0),
        (HTTP, "[i for i in range(int(event['queryStringParameters']['count']))]",
         "denial-of-service-loop", 1),
        (HTTP, "getattr(boto3, event['queryStringParameters']['name'])()", "unsafe-reflection", 1),
        (HTTP, "getattr(boto3, 'do_' + event['queryStringParameters']['name'])()",
         "unsafe-reflection", 0),
    ],
)  # fmt: skip
def test_what_a_sender_is_trusted_with(
    tmp_path: Path, template: str, line: str, rule: str, count: int
) -> None:
    found = of(scanned(tmp_path, template=template, code=handler(line)), rule)
    assert len([finding for finding in found if finding.confidence != "low"]) == count


@pytest.mark.parametrize(
    ("mode", "effect"), [("'wb'", "write"), ("", "read"), ("'rb'", "read")]
)  # fmt: skip
def test_a_path_that_is_opened_is_read_or_written(tmp_path: Path, mode: str, effect: str) -> None:
    line = f"pathlib.Path('/tmp', event['queryStringParameters']['name']).open({mode})"
    result = scanned(tmp_path, template=HTTP, code=handler("import pathlib", line))
    assert of(result, "path-traversal")
    assert effect in " ".join(path.title for path in result.paths)


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        (("global order", "order = event['body']", "return order"), 0),
        (("global order", "if event['body']:", "    order = event['body']", "return order"), 1),
        (("global order", "print(order)", "order = event['body']"), 1),
        (("global user", "user = event['body']", "return user"), 1),
    ],
)
def test_a_variable_that_every_invocation_sets_anew(
    tmp_path: Path, lines: tuple[str, ...], count: int
) -> None:
    code = handler(*lines, before="order = user = None")
    assert len(of(scanned(tmp_path, template=HTTP, code=code), "shared-state-leak")) == count


KEY = "event['Records'][0]['s3']['object']['key']"


@pytest.mark.parametrize(
    ("key", "count"), [(KEY, 0), (f"urllib.parse.unquote_plus({KEY})", 1)]
)  # fmt: skip
def test_a_key_that_stays_encoded_holds_no_tag(tmp_path: Path, key: str, count: int) -> None:
    line = (
        "boto3.client('ses').send_email(Destination={'ToAddresses': ['a@example.com']}, "
        f"Message={{'Body': {{'Html': {{'Data': '<p>' + {key}}}}}}})"
    )
    found = scanned(tmp_path, template=UPLOADED, code=handler("import urllib.parse", line))
    assert len(of(found, "cross-site-scripting")) == count


SECRET_RULE = "hard-coded-secret"
KEY = "JWT_SECRET = 'kX93jfFq0plZ8sQ2vB7n'\n"


def test_a_fixed_key_is_told_where_its_value_stands(tmp_path: Path) -> None:
    lines = ("import jwt", "return jwt.encode({'a': event['a']}, JWT_SECRET)")
    told = of(
        scanned(tmp_path / "code", template=HTTP, code=handler(*lines, before=KEY)), SECRET_RULE
    )
    assert ["written in code" in one.message for one in told] == [True]
    there = HTTP.replace(
        "Events:", "Environment: {Variables: {JWT_SECRET: kX93jfFq0plZ8sQ2vB7n}}\n      Events:"
    )
    before = "import os\nJWT_SECRET = os.environ['JWT_SECRET']\n"
    found = scanned(tmp_path / "env", template=there, code=handler(*lines, before=before))
    assert (len(of(found, SECRET_RULE)), len(of(found, "secret-in-environment"))) == (0, 1)


@pytest.mark.parametrize(
    ("origin", "count"),
    [("origin", 1), ("origin if origin in ('https://a.example',) else 'https://b.example'", 0)],
)
def test_an_origin_of_a_list_may_be_named(tmp_path: Path, origin: str, count: int) -> None:
    lines = (
        "origin = event['headers']['origin']",
        "headers = {'Access-Control-Allow-Credentials': True}",
        f"headers['Access-Control-Allow-Origin'] = {origin}",
        "return {'statusCode': 200, 'headers': headers, 'body': 'a'}",
    )
    found = scanned(tmp_path, template=HTTP, code=handler(*lines))
    assert len(of(found, "permissive-cors-response")) == count
