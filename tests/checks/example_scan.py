"""Turns a rule's example into a folder and scans it, as a user would."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from ringfence.model.finding import ScanResult
from ringfence.model.rule import Example, Rule
from ringfence.scan import ScanOptions, scan

TODAY = date(2026, 11, 22)

_HEAD = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Work:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: {runtime}
      Handler: index.handler
      CodeUri: code/
"""

_HTTP = """\
      Events:
        Call:
          Type: {type}
          Properties:
            Path: /work
            Method: POST
"""

_EVENTS = {
    "apigateway-rest": _HTTP.format(type="Api"),
    "apigateway-http": _HTTP.format(type="HttpApi"),
    "apigateway-jwt": """\
      Events:
        Call:
          Type: HttpApi
          Properties:
            ApiId: !Ref Api
            Path: /work
            Method: POST
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Tokens
        Authorizers:
          Tokens:
            IdentitySource: $request.header.Authorization
            JwtConfiguration:
              issuer: https://login.example.com/
              audience: [web]
""",
    "function-url": "      FunctionUrlConfig:\n        AuthType: NONE\n",
    "s3": """\
      Events:
        Call:
          Type: S3
          Properties:
            Bucket: !Ref Uploads
            Events: 's3:ObjectCreated:*'
  Uploads:
    Type: AWS::S3::Bucket
""",
    "sqs": """\
      Events:
        Call:
          Type: SQS
          Properties:
            Queue: !GetAtt Jobs.Arn
  Jobs:
    Type: AWS::SQS::Queue
""",
    "sns": """\
      Events:
        Call:
          Type: SNS
          Properties:
            Topic: !Ref News
  News:
    Type: AWS::SNS::Topic
""",
    "schedule": """\
      Events:
        Call:
          Type: Schedule
          Properties:
            Schedule: rate(1 day)
""",
    "invoke": "",
}

_TEMPLATES = {"yaml": "template.yaml", "serverless": "serverless.yml"}

_FILES = {
    "python": ("index.py", "python3.13"),
    "javascript": ("index.js", "nodejs22.x"),
}


def scan_example(rule: Rule, example: Example, folder: Path) -> ScanResult:
    """The result of a real scan of one example; rules that are off are switched on."""
    if example.language in _TEMPLATES:
        (folder / _TEMPLATES[example.language]).write_text(example.text, encoding="utf-8")
    else:
        name, runtime = _FILES[example.language]
        (folder / "code").mkdir()
        (folder / "code" / name).write_text(example.text, encoding="utf-8")
        events = _EVENTS[example.trigger or "apigateway-rest"]
        template = _HEAD.format(runtime=runtime) + events
        (folder / "template.yaml").write_text(template, encoding="utf-8")
    if rule.tier == "off":
        text = f'[rules]\nenable = ["{rule.id}"]\n'
        (folder / "ringfence.toml").write_text(text, encoding="utf-8")
    return scan(folder, ScanOptions(today=TODAY, confidence="low"))
