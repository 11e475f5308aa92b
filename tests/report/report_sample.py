"""A scan result as a small web shop with every kind of finding would yield it, built by hand."""

from __future__ import annotations

import textwrap

from ringfence.model.application import Authentication, Sender, Trigger
from ringfence.model.facts import Connection, Step
from ringfence.model.finding import AttackPath, Finding, Power, ScanResult, Suppressed
from ringfence.model.location import Location, Origin, Skipped, UnknownValue
from ringfence.model.rule import Example, Rule
from ringfence.model.severity import Exposure, Severity

TEMPLATE = textwrap.dedent(
    """\
    AWSTemplateFormatVersion: "2010-09-09"
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function:
        Runtime: python3.13
    Resources:
      PaymentWebhook:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: functions/payment_webhook/
          Handler: app.handler
          FunctionUrlConfig:
            AuthType: NONE
      PrintLabel:
        Type: AWS::Serverless::Function
        Properties:
          Policies:
            - Statement:
                - Effect: Allow
                  Action: s3:*
                  Resource: "*"
      ShippingQueue:
        Type: AWS::SQS::Queue
      CreateOrder:
        Type: AWS::Serverless::Function
        Properties:
          Events:
            Create:
              Type: HttpApi
              Properties: {Path: /orders, Method: POST}
    """
)

LABEL = textwrap.dedent(
    """\
    import json
    import os
    import subprocess


    def handler(event, context):
        for record in event["Records"]:
            print_label(json.loads(record["body"]))


    def print_label(order):
    \tlabel = f"/tmp/{order['id']}.txt"
    \tsubprocess.run("echo " + order["carrier"] + " > " + label, shell=True)
    """
)

WEBHOOK = textwrap.dedent(
    """\
    import json
    import urllib.request

    PASSWORD = "correct-horse-battery-staple"


    def handler(event, context):
        payment = json.loads(event["body"])
        with urllib.request.urlopen(
            payment["receipt_url"],
            timeout=5,
        ) as receipt:
            return {"statusCode": 200, "body": receipt.read().decode()}
    """
)

FILES = {
    "template.yaml": TEMPLATE,
    "functions/print_label/app.py": LABEL,
    "functions/payment_webhook/app.py": WEBHOOK,
}

APP = "functions/print_label/app.py"
HOOK = "functions/payment_webhook/app.py"
FUNCTIONS = ("CreateOrder", "PaymentWebhook", "PrintLabel")


def at(file: str, line: int, column: int = 1, end_column: int = 0, end_line: int = 0) -> Location:
    return Location(file, line, column, end_line or line, end_column)


def trigger(name: str, kind: str, function: str, sender: Sender, auth: Authentication) -> Trigger:
    return Trigger(
        id=f"template.yaml#{function}/{kind}",
        kind=kind,
        function=f"template.yaml#{function}",
        name=name,
        sender=sender,
        authentication=auth,
        location=at("template.yaml", 28, 11),
    )


def entries() -> list[Trigger]:
    return [
        trigger(
            "POST /orders", "apigateway-http", "CreateOrder",
            Sender(Exposure.AUTHENTICATED, "any customer", "sign-up is open", at("template.yaml", 30, 9)),
            Authentication("jwt", "user pool Customers", at("template.yaml", 29, 9)),
        ),
        trigger(
            "function URL", "function-url", "PaymentWebhook",
            Sender(Exposure.ANYONE, "anyone on the internet", "AuthType is NONE", at("template.yaml", 13, 9)),
            Authentication("none", "", at("template.yaml", 13, 9)),
        ),
        trigger(
            "queue ShippingQueue", "sqs", "PrintLabel",
            Sender(Exposure.PRINCIPAL, "function CreateOrder", "its role may send", None),
            Authentication("iam", "queue policy"),
        ),
    ]  # fmt: skip


def command_injection() -> Finding:
    return Finding(
        rule="os-command-injection",
        title="Untrusted text becomes part of a shell command",
        family="injection",
        severity=Severity.CRITICAL,
        confidence="high",
        audience="developer",
        message="The carrier of an order, which any customer chooses, becomes part of a shell command.",
        location=at(APP, 13, 17, 59),
        remedy="Pass the program and its arguments as a list and leave out shell=True.",
        fingerprint="a1" * 16,
        cwe=(78,),
        function="template.yaml#PrintLabel",
        trigger="template.yaml#PrintLabel/sqs",
        subject="PrintLabel",
        source="event.Records[].body",
        sink="subprocess.run",
        exposure=Exposure.AUTHENTICATED,
        steps=(
            Step(at(APP, 7, 19, 35), "a record of the event"),
            Step(at(APP, 8, 21, 47), "its body, parsed as JSON"),
            Step(at(APP, 13, 27, 43), "the carrier, joined into the command"),
        ),
    )


def request_forgery() -> Finding:
    return Finding(
        rule="server-side-request-forgery",
        title="The caller chooses which address is asked",
        family="injection",
        severity=Severity.HIGH,
        confidence="medium",
        audience="developer",
        message="The function requests whatever address `receipt_url` names.",
        location=at(HOOK, 9, 10, 6, 12),
        remedy="Compare the host with a fixed list before the request.",
        fingerprint="b2" * 16,
        cwe=(918,),
        function="template.yaml#PaymentWebhook",
        trigger="template.yaml#PaymentWebhook/function-url",
        subject="PaymentWebhook",
        source="event.body",
        sink="urllib.request.urlopen",
        exposure=Exposure.ANYONE,
        steps=(
            Step(at(HOOK, 8, 15, 40), "the body of the request, parsed as JSON"),
            Step(at(HOOK, 10, 9, 31), "its receipt_url"),
        ),
    )


def findings() -> list[Finding]:
    return [
        Finding(
            rule="function-tracing-off", title="Tracing is off", family="logging",
            severity=Severity.LOW, confidence="high", audience="operator",
            message="3 functions are not traced.", location=at("template.yaml", 4, 3),
            remedy="Set Tracing to Active in Globals.", fingerprint="e5" * 16,
            subjects=FUNCTIONS, count=3, subject="CreateOrder",
        ),
        command_injection(),
        Finding(
            rule="queue-not-encrypted", title="A queue keeps messages unencrypted", family="encryption",
            severity=Severity.LOW, confidence="high", audience="developer",
            message="ShippingQueue has no server-side encryption.", location=at("template.yaml", 22, 3, 16),
            remedy="Set SqsManagedSseEnabled to true.", fingerprint="f6" * 16, cwe=(311,),
            subject="ShippingQueue",
        ),
        request_forgery(),
        Finding(
            rule="role-wildcard-action", title="A role allows every action of a service",
            family="permissions", severity=Severity.MEDIUM, confidence="high", audience="developer",
            message="The role of PrintLabel allows s3:* on every bucket.",
            location=at("template.yaml", 20, 23, 27),
            remedy="Allow s3:PutObject on InvoicesBucket/labels/*.", fingerprint="c3" * 16, cwe=(250, 732),
            function="template.yaml#PrintLabel", subject="PrintLabel",
            origins=(Origin("globals", "Function", at("template.yaml", 4, 3)),),
        ),
        Finding(
            rule="hard-coded-secret", title="A password stands in the code", family="secrets",
            severity=Severity.MEDIUM, confidence="medium", audience="developer",
            message="PASSWORD holds a literal password.", location=at(HOOK, 4, 12, 42),
            remedy="Keep it in Secrets Manager and read it at run time.", fingerprint="d4" * 16, cwe=(798,),
            function="template.yaml#PaymentWebhook", subject="PaymentWebhook",
        ),
    ]  # fmt: skip


def paths() -> list[AttackPath]:
    return [
        AttackPath(
            id="path-label",
            title="Any customer can run commands in PrintLabel and read every invoice",
            severity=Severity.CRITICAL,
            confidence="high",
            trigger="template.yaml#CreateOrder/apigateway-http",
            function="template.yaml#PrintLabel",
            lines=(
                Step(at("template.yaml", 28, 11), "any customer calls POST /orders"),
                Step(at(APP, 8, 21, 47), "the order travels through ShippingQueue to PrintLabel"),
                Step(at(APP, 13, 17, 59), "its carrier becomes part of a shell command: echo {…} > /tmp/…"),
                Step(at("template.yaml", 20, 23), "the role may read and delete every object in every bucket (s3:*)"),
            ),
            powers=(
                Power("read", "every bucket", "", "financial", ("s3:GetObject",), at("template.yaml", 20, 23)),
            ),
            fix="pass the command as a list and leave out shell=True",
            fix_location=at(APP, 13, 2),
            findings=("a1" * 16, "c3" * 16),
            score=9.5,
        ),
        AttackPath(
            id="path-webhook",
            title="Anyone can make PaymentWebhook request any address",
            severity=Severity.HIGH,
            confidence="medium",
            trigger="template.yaml#PaymentWebhook/function-url",
            function="template.yaml#PaymentWebhook",
            lines=(
                Step(at("template.yaml", 13, 9), "anyone on the internet calls the function URL"),
                Step(at(HOOK, 10, 9, 31), "receipt_url of the body names the address that is asked"),
                Step(at(HOOK, 13, 16, 20), "the answer goes back to the caller"),
            ),
            powers=(),
            fix="compare the host with a fixed list",
            fix_location=at(HOOK, 9, 10),
            findings=("b2" * 16,),
            score=7.0,
        ),
    ]  # fmt: skip


def rules() -> dict[str, Rule]:
    rule = Rule(
        id="os-command-injection",
        title="Untrusted text becomes part of a shell command",
        kind="flow",
        family="injection",
        why="Whoever sends the event runs commands of their own with the rights of the function.",
        remedy="Pass the program and its arguments as a list and leave out the shell.",
        cwe=(78,),
        owasp_serverless=("SAS-01",),
        csa=("SAS-1",),
        attack=("T1059.004",),
        references=("https://cwe.mitre.org/data/definitions/78.html",),
        examples=(
            Example('os.system("ping " + event["host"])', "python", True),
            Example('subprocess.run(["ping", event["host"]])', "python", False, "no shell"),
        ),
    )
    return {rule.id: rule}


def sample() -> ScanResult:
    """The whole result."""
    silenced = Finding(
        rule="function-url-without-authentication", title="A function URL is open to everyone",
        family="access", severity=Severity.HIGH, confidence="high", audience="developer",
        message="Anyone may call PaymentWebhook.", location=at("template.yaml", 13, 9, 23),
        remedy="Set AuthType to AWS_IAM.", fingerprint="07" * 16,
        function="template.yaml#PaymentWebhook", subject="PaymentWebhook",
        trigger="template.yaml#PaymentWebhook/function-url",
    )  # fmt: skip
    return ScanResult(
        findings=findings(),
        paths=paths(),
        entries=entries(),
        connections=[
            Connection(
                "template.yaml#PrintLabel", "http", "requests", "rates.example.com", "tls", "token",
                at("functions/print/app.py", 14, 5),
            ),
            Connection(
                "template.yaml#PrintLabel", "cloud", "boto3", "s3.amazonaws.com", "tls", "signed",
                at("functions/print/app.py", 6, 6),
            ),
        ],
        skipped=[
            Skipped("functions/old/app.py", "not UTF-8", at("functions/old/app.py", 1), "save it as UTF-8"),
        ],
        unknowns=[
            UnknownValue("TableName", "parameter Table has no default", at("template.yaml", 6, 3)),
            UnknownValue("QueueUrl", "parameter Table has no default", at("template.yaml", 7, 3)),
            UnknownValue("Role", "imported from another stack", None),
        ],
        suppressed=[
            Suppressed(silenced, "the provider signs its calls", at("template.yaml", 12, 7), "2027-01-31"),
        ],
        baselined=2,
        templates=["template.yaml"],
        functions={f"template.yaml#{name}": name for name in FUNCTIONS},
        sources={file: text.splitlines() for file, text in FILES.items()},
        rules=rules(),
        files_read=4,
        rules_version="2026.11.1",
        root="examples/shop",
        duration_s=0.412,
    )  # fmt: skip
