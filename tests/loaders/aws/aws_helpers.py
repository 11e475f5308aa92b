"""An application from template text and files, and its triggers as a table that people can read."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from ringfence.loaders import load_application
from ringfence.model.application import Application, Function, Trigger

PYTHON = "def handler(event, context):\n    return event\n"
JAVASCRIPT = "exports.handler = async (event) => event;\n"


def app(
    root: Path, template: str, files: dict[str, str] | None = None, name: str = "template.yaml"
) -> Application:
    """Write a template (and files beside it) below ``root`` and load it."""
    for path, text in {name: dedent(template), **(files or {})}.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return load_application(root)


def sam(*resources: str, globals_: str = "") -> str:
    """A SAM template around the given resources."""
    head = "Transform: AWS::Serverless-2016-10-31\n" + dedent(globals_)
    return head + cfn(*resources)


def cfn(*resources: str) -> str:
    """A plain template of these pieces, each indented as its author liked."""
    return "Resources:\n" + "".join(_indented(piece) for piece in resources)


def _indented(resources: str) -> str:
    return "".join(f"  {line}\n" for line in dedent(resources).strip("\n").splitlines())


def function(name: str, extra: str = "") -> str:
    """A plain Lambda function with inline code."""
    lines = [
        f"{name}:",
        "  Type: AWS::Lambda::Function",
        "  Properties:",
        "    Runtime: python3.12",
        "    Handler: index.handler",
        "    Role: arn:aws:iam::123456789012:role/given",
        "    Code: {ZipFile: 'def handler(event, context): return event'}",
    ]
    lines.extend(f"    {line}" for line in dedent(extra).strip("\n").splitlines())
    return "\n".join(lines) + "\n"


def row(trigger: Trigger) -> str:
    who = trigger.function.rpartition("#")[2]
    return (
        f"{trigger.kind} | {trigger.name} -> {who} | {trigger.sender.exposure}: "
        f"{trigger.sender.who} | {trigger.authentication.kind}"
    )


def table(application: Application) -> list[str]:
    return [row(trigger) for trigger in application.triggers.values()]


def only(application: Application) -> Trigger:
    (trigger,) = application.triggers.values()
    return trigger


def the(application: Application, logical_id: str) -> Function:
    return next(f for f in application.functions.values() if f.logical_id == logical_id)


BUCKET = """
Uploads:
  Type: AWS::S3::Bucket
  Properties:
    NotificationConfiguration:
      LambdaConfigurations: [{{Event: s3:ObjectCreated:Put, Function: !GetAtt Worker.Arn}}]
    {}
"""

PERMISSION = """
Permission:
  Type: AWS::Lambda::Permission
  Properties:
    FunctionName: !Ref Worker
    Action: lambda:InvokeFunction
    {}
"""
