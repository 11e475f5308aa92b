"""What owners of healthy applications would have silenced stays quiet; its twins are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_truth import HTTP, of, scanned

QUEUED = HTTP.replace("Type: HttpApi", "Type: SQS").replace(
    "{Path: /work, Method: POST}", "{Queue: 'arn:aws:sqs:eu-west-1:123456789012:jobs'}"
)


@pytest.mark.parametrize(
    ("template", "body", "count"),
    [
        (QUEUED, "print(event)", 0),
        (QUEUED, "print(event)\n    return True", 0),
        (QUEUED, "print(event)\n    store(event)", 1),
        (HTTP, "print(event)", 1),
    ],
)
def test_a_function_that_only_logs_may_log(
    tmp_path: Path, template: str, body: str, count: int
) -> None:
    code = f"def store(item):\n    return item\n\ndef handler(event, context):\n    {body}\n"
    assert len(of(scanned(tmp_path, template=template, code=code), "event-logged")) == count


@pytest.mark.parametrize(
    ("caught", "text", "count"),
    [
        ("RuntimeError", "'no body'", 0),
        ("RuntimeError", "f'no {event}'", 1),
        ("(RuntimeError, OSError)", "'no body'", 1),
        ("Exception", "'no body'", 1),
        ("(KeyError, ValueError)", "f'no {event}'", 0),
        ("(KeyError, OSError)", "'no body'", 1),
    ],
)
def test_a_caller_may_read_the_texts_that_the_author_wrote(
    tmp_path: Path, caught: str, text: str, count: int
) -> None:
    code = f"""
        def checked(event):
            if not event.get('body'):
                raise RuntimeError({text})

        def handler(event, context):
            try:
                checked(event)
            except {caught} as error:
                return {{'statusCode': 400, 'body': str(error)}}
            return {{'statusCode': 204}}
    """
    found = of(scanned(tmp_path, template=HTTP, code=code), "verbose-error-response")
    assert len(found) == count


def test_a_mapping_of_events_has_no_name_to_limit_it_to(tmp_path: Path) -> None:
    policies = """
          Policies:
            - Statement: [{Effect: Allow, Action: 'ACTION', Resource: '*'}]
    """
    for name, action, count in (
        ("mapping", "lambda:*EventSourceMapping", 0),
        ("code", "lambda:UpdateFunctionCode", 1),
    ):
        template = HTTP + policies.replace("ACTION", action)
        code = "def handler(event, context):\n    return {}\n"
        result = scanned(tmp_path / name, template=template, code=code)
        rules = ("wildcard-resource", "privilege-escalation", "changes-other-functions")
        assert bool([f for f in result.findings if f.rule in rules]) is bool(count)


def test_the_role_that_a_plugin_writes_is_not_the_owners(tmp_path: Path) -> None:
    service = """
        service: shop
        provider: {name: aws, runtime: python3.13}
        plugins: [serverless-step-functions]
        functions:
          work: {handler: index.handler}
        stepFunctions:
          stateMachines:
            order:
              events:
                - http: {path: order, method: POST}
              definition:
                StartAt: Work
                States:
                  Work: {Type: Task, Resource: !GetAtt [work, Arn], End: true}
    """
    files = {"serverless.yml": service, "index.py": "def handler(event, context):\n    return {}\n"}
    result = scanned(tmp_path, **files)
    assert [entry.kind for entry in result.entries]
    assert of(result, "wildcard-resource") == []
