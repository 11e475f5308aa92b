"""What demanding readers found wrong once: severity of suspicions, names, silenced paths."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from example_scan import TODAY

from ringfence.checks.baseline import write_baseline
from ringfence.model.finding import Finding, ScanResult
from ringfence.model.severity import Severity
from ringfence.scan import ScanOptions, scan

HTTP = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Work:
        Type: AWS::Serverless::Function
        Properties:
          Runtime: python3.13
          Handler: index.handler
          CodeUri: src/
          Events:
            Call:
              Type: HttpApi
              Properties: {Path: /work, Method: POST}
"""


def scanned(folder: Path, options: ScanOptions | None = None, **files: str) -> ScanResult:
    for name, text in files.items():
        path = folder / {"template": "template.yaml", "code": "src/index.py"}.get(name, f"{name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return scan(folder, options or ScanOptions(today=TODAY, confidence="low"))


def of(result: ScanResult, rule: str) -> list[Finding]:
    return [finding for finding in result.findings if finding.rule == rule]


def test_suspicions_of_one_kind_are_one_finding_of_medium_at_most(tmp_path: Path) -> None:
    code = """
        import xml.sax

        def handler(event, context):
            body = event['body']
            xml.sax.parseString(body, None)
            xml.sax.parseString(body + 'b', None)
            xml.sax.parseString(body + 'c', None)
    """
    (finding,) = of(scanned(tmp_path, template=HTTP, code=code), "xml-external-entity")
    assert (finding.severity, finding.confidence) == (Severity.MEDIUM, "low")
    assert [origin.location.line for origin in finding.origins] == [6, 7]


def test_a_file_name_used_in_three_calls_is_one_finding(tmp_path: Path) -> None:
    code = """
        import os

        def handler(event, context):
            path = '/tmp/' + event['queryStringParameters']['name']
            with open(path, 'w') as file:
                file.write('x')
            os.remove(path)
    """
    (finding,) = of(scanned(tmp_path, template=HTTP, code=code), "path-traversal")
    assert finding.message == (
        "The query parameter name of POST /work, which anyone may cause, names the file of open."
    )
    assert [origin.location.line for origin in finding.origins] == [7]


def test_a_path_goes_when_its_finding_is_silenced_or_known(tmp_path: Path) -> None:
    code = """
        import os

        def handler(event, context):
            os.system(event['body'])
    """
    result = scanned(tmp_path, template=HTTP, code=code)
    assert [path.title for path in result.paths] == ["Anyone can run commands in Work"]
    baseline = tmp_path / "baseline.json"
    write_baseline(baseline, result.findings)
    known = scanned(tmp_path, ScanOptions(today=TODAY, baseline=baseline))
    assert (known.findings, known.paths) == ([], [])
    silenced = code.replace("body'])", "body'])  # ringfence: ignore[os-command-injection] a test")
    assert scanned(tmp_path, code=silenced).paths == []


def test_a_public_bucket_silenced_takes_its_path_along(tmp_path: Path) -> None:
    template = """
        Resources:
          Invoices:
            Type: AWS::S3::Bucket
          Policy:
            Type: AWS::S3::BucketPolicy
            Properties:
              Bucket: !Ref Invoices
              PolicyDocument:
                Statement:
                  {above}
                  - Effect: Allow
                    Principal: '*'
                    Action: s3:PutObject
                    Resource: !Sub '${{Invoices.Arn}}/*'
    """
    assert scanned(tmp_path, template=template.format(above="# all")).paths != []
    ignore = "# ringfence: ignore[bucket-policy-public-write] suppliers put them here"
    assert scanned(tmp_path, template=template.format(above=ignore)).paths == []


def test_stated_data_reaches_the_paths(tmp_path: Path) -> None:
    template = (
        HTTP
        + """
          Policies:
            - DynamoDBCrudPolicy: {TableName: !Ref Things}
      Things:
        Type: AWS::Serverless::SimpleTable
    """
    )
    template = template.replace("HttpApi\n              Prop", "HttpApi\n              Prop")
    code = """
        import os

        def handler(event, context):
            os.system(event['body'])
    """
    config = '[data]\nThings = "health"\n'
    result = scanned(tmp_path, template=template, code=code, **{"ringfence.toml": config})
    (path,) = [path for path in result.paths if path.function.endswith("Work")]
    assert "health data" in " ".join(line.text for line in path.lines)


def test_a_stage_that_a_shorthand_made_goes_by_the_apis_name(tmp_path: Path) -> None:
    template = """
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Shop:
            Type: AWS::Serverless::Api
            Properties: {StageName: live}
          Work:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: index.handler
              CodeUri: src/
              Events:
                Call:
                  Type: Api
                  Properties: {Path: /work, Method: GET, RestApiId: !Ref Shop}
    """
    code = "def handler(event, context):\n    return {}\n"
    (finding,) = of(scanned(tmp_path, template=template, code=code), "api-without-access-log")
    assert (finding.subject, finding.message) == (
        "Shop",
        "The stage live of Shop writes no access log.",
    )


def test_remedies_have_no_line_breaks_of_their_files(tmp_path: Path) -> None:
    result = scanned(tmp_path, template=HTTP, code="def handler(event, context):\n    return {}\n")
    assert result.findings
    assert all("\n" not in finding.remedy for finding in result.findings)


def test_passing_one_narrow_role_is_no_way_to_take_over_the_account(tmp_path: Path) -> None:
    template = """
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Remind:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: index.handler
              CodeUri: src/
              Policies:
                - Statement:
                    - {Effect: Allow, Action: scheduler:CreateSchedule, Resource: '*'}
                    - {Effect: Allow, Action: iam:PassRole, Resource: !GetAtt Sender.Arn}
          Sender:
            Type: AWS::IAM::Role
            Properties:
              AssumeRolePolicyDocument:
                Statement:
                  - Effect: Allow
                    Principal: {Service: scheduler.amazonaws.com}
                    Action: sts:AssumeRole
              Policies:
                - PolicyName: send
                  PolicyDocument:
                    Statement:
                      - {Effect: Allow, Action: sns:Publish, Resource: !Ref News}
          News: {Type: AWS::SNS::Topic}
    """
    code = "def handler(event, context):\n    return {}\n"
    assert of(scanned(tmp_path, template=template, code=code), "role-can-escalate") == []


def test_sending_a_message_is_no_change_of_data(tmp_path: Path) -> None:
    template = (
        HTTP
        + """
          Policies:
            - SNSPublishMessagePolicy: {TopicName: !GetAtt CustomerMessages.TopicName}
      CustomerMessages: {Type: AWS::SNS::Topic}
    """
    )
    code = """
        import boto3

        def handler(event, context):
            boto3.client('sns').publish(TopicArn='news', Message=event['body'])
    """
    result = scanned(tmp_path, template=template, code=code)
    assert of(result, "anonymous-entry-writes") == []
    assert [str(finding.severity) for finding in of(result, "anonymous-entry")] == ["low"]


def test_a_secret_still_to_be_filled_in_is_none(tmp_path: Path) -> None:
    template = """
        Parameters:
          Password: {Type: String, NoEcho: true, Default: '<password>'}
        Resources:
          Login:
            Type: AWS::SecretsManager::Secret
            Properties:
              SecretString: !Sub '{"user": "shop", "password": "${Password}"}'
    """
    assert of(scanned(tmp_path, template=template), "secret-value-in-template") == []
    told = template.replace("<password>", "Tr0ub4dor-and-3")
    assert len(of(scanned(tmp_path, template=told), "secret-value-in-template")) == 1


def test_what_a_library_made_with_a_secret_is_not_the_secret(tmp_path: Path) -> None:
    code = """
        import json
        import boto3
        import psycopg2

        def handler(event, context):
            answer = boto3.client('secretsmanager').get_secret_value(SecretId='login')
            login = json.loads(answer['SecretString'])
            cursor = psycopg2.connect(host=login['host'], password=login['password']).cursor()
            cursor.execute('SELECT name FROM items')
            print(cursor.fetchall())
            {leak}
    """
    clean = scanned(tmp_path, template=HTTP, code=code.format(leak="return {}"))
    assert of(clean, "sensitive-data-logged") == []
    (finding,) = of(
        scanned(tmp_path, code=code.format(leak="print('login', login)")), "sensitive-data-logged"
    )
    assert str(finding.severity) == "medium"


SCHEDULED = HTTP.replace("Type: HttpApi", "Type: Schedule").replace(
    "{Path: /work, Method: POST}", "{Schedule: rate(1 day)}"
)


def test_an_event_without_content_may_be_logged(tmp_path: Path) -> None:
    code = """
        def handler(event, context):
            print(event)
    """
    for name, template, count in (("call", HTTP, 1), ("tick", SCHEDULED, 0)):
        result = scanned(tmp_path / name, template=template, code=code)
        assert len(of(result, "event-logged")) == count


def test_credentials_by_a_reported_wildcard_are_told_once(tmp_path: Path) -> None:
    policies = """
          Policies:
            - Statement: [{Effect: Allow, Action: 'ACTION', Resource: '*'}]
    """
    for name, action, rules in (
        ("whole", "iot:*", {"wildcard-actions"}),
        ("one", "iot:CreateKeysAndCertificate", {"reads-every-secret"}),
        ("secrets", "secretsmanager:*", {"wildcard-actions"}),
        ("commands", "ssm:*", {"role-can-escalate"}),
    ):
        text = HTTP.rstrip() + policies.replace("ACTION", action)
        result = scanned(tmp_path / name, template=text)
        found = {finding.rule for finding in result.findings}
        assert found & {"wildcard-actions", "reads-every-secret", "role-can-escalate"} == rules
