"""Bad input gets one clear line, the rest of the scan completes, and nothing hangs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ringfence.testing import run_cli, scanned, tree

GOOD = {
    "good/template.yaml": """\
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Good:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: src/
              FunctionUrlConfig: {AuthType: NONE}
        """,
    "good/src/app.py": """\
        import os

        def handler(event, context):
            os.system(event["body"])
        """,
}

HEADER = "Transform: AWS::Serverless-2016-10-31\nResources:\n"

BAD_TEMPLATES = {
    "tab in indentation": HEADER + "  A:\n\t  Type: x\n",
    "unclosed bracket": HEADER + "  A: {Type: AWS::S3::Bucket\n",
    "unclosed quote": HEADER + "  A:\n    Type: 'AWS::S3::Bucket\n",
    "undefined alias": HEADER + "  A: *missing\n",
    "alias bomb": "Transform: AWS::Serverless-2016-10-31\nMetadata:\n  a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(
        f"  {chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n"
        for n in range(12)
    )
    + "Resources: {}\n",
    "deep nesting": HEADER + "  A: " + "[" * 5000 + "]" * 5000 + "\n",
    "deep mapping": HEADER + "  A: " + "{a: " * 3000 + "1" + "}" * 3000 + "\n",
    "not UTF-8": (HEADER + "  A: {Type: AWS::S3::Bucket, Description: ").encode() + b"\xff\xfe}\n",
    "NUL bytes": (HEADER + "  A: \x00\x00\n").encode(),
}


@pytest.mark.parametrize("name", BAD_TEMPLATES)
def test_a_bad_template_is_named_once_and_the_rest_is_scanned(tmp_path: Path, name: str) -> None:
    bad = BAD_TEMPLATES[name]
    result = scanned(tmp_path, {**GOOD, "bad/template.yaml": bad})
    assert [item.what for item in result.skipped].count("bad/template.yaml") == 1
    assert "os-command-injection" in {finding.rule for finding in result.findings}


def test_a_list_is_no_template_and_nothing_to_speak_of(tmp_path: Path) -> None:
    text = "- Transform: AWS::Serverless-2016-10-31\n- Resources: {A: {Type: AWS::S3::Bucket}}\n"
    result = scanned(tmp_path, {**GOOD, "bad/template.yaml": text})
    assert result.skipped == scanned(tmp_path / "good").skipped
    assert result.templates == ["good/template.yaml"]
    assert "os-command-injection" in {finding.rule for finding in result.findings}


@pytest.mark.parametrize("name", ["Ref", "Sub", "nested stack", "include", "condition", "alias"])
def test_a_cycle_ends(tmp_path: Path, name: str) -> None:
    files = {
        "Ref": "Parameters: {A: {Type: String, Default: !Ref A}}\nResources: {B: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref A}}}\n",
        "Sub": "Resources: {B: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub '${B.Arn}${B}'}}}\n",
        "nested stack": "Resources: {B: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./template.yaml}}}\n",
        "include": "Resources: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: ./template.yaml}}}\n",
        "condition": "Conditions: {A: !Condition B, B: !Not [!Condition A]}\nResources: {B: {Type: AWS::SQS::Queue, Condition: A}}\n",
        "alias": "Resources: &r {B: {Type: AWS::SQS::Queue, Properties: *r}}\n",
    }
    text = "AWSTemplateFormatVersion: '2010-09-09'\n" + files[name]
    result = scanned(tmp_path, {**GOOD, "bad/template.yaml": text})
    assert "os-command-injection" in {finding.rule for finding in result.findings}


BAD_CODE = {
    "syntax error": b"def handler(event, context:\n    import os\n",
    "not UTF-8": b"# caf\xe9\nimport os\ndef handler(event, context):\n    os.system(event['body'])\n",
    "NUL bytes": b"def handler(event, context):\n    \x00\n",
    "deep nesting": b"def handler(event, context):\n    return "
    + b"(" * 20000
    + b")" * 20000
    + b"\n",
    "long chain": b"def handler(event, context):\n    return event" + b".a" * 20000 + b"\n",
    "long sum": b"def handler(event, context):\n    return 1" + b" + 1" * 20000 + b"\n",
    "too large": b"x = 1\n" * 400_000,
    "empty": b"",
    "recursion": b"def handler(event, context):\n    return handler(handler(event, 1), handler)\n",
}


@pytest.mark.parametrize("name", BAD_CODE)
def test_bad_code_does_not_stop_the_scan(tmp_path: Path, name: str) -> None:
    bad = GOOD["good/template.yaml"]
    files = {**GOOD, "bad/template.yaml": bad, "bad/src/app.py": BAD_CODE[name]}
    result = scanned(tmp_path, files)
    assert any(
        finding.rule == "os-command-injection" and finding.location.file == "good/src/app.py"
        for finding in result.findings
    )


def test_a_missing_code_folder_is_named(tmp_path: Path) -> None:
    result = scanned(tmp_path, {"template.yaml": GOOD["good/template.yaml"]})
    assert any("src" in f"{item.what} {item.reason}" for item in result.skipped)


def test_links_that_leave_the_tree_are_not_followed(tmp_path: Path) -> None:
    outside = tree(tmp_path / "outside", {"app.py": "SECRET = 1\n", "template.yaml": "a: b\n"})
    inside = tree(tmp_path / "inside", GOOD)
    (inside / "good/src/app.py").unlink()
    (inside / "good/src/app.py").symlink_to(outside / "app.py")
    (inside / "linked").symlink_to(outside)
    (inside / "circle").symlink_to(inside)
    result = scanned(inside)
    assert not result.findings or "os-command-injection" not in {f.rule for f in result.findings}
    assert not any("SECRET" in "".join(lines) for lines in result.sources.values())


@pytest.mark.parametrize("target", ["../../outside/app.py", "/etc/passwd", "src/../../../x"])
def test_code_outside_the_root_is_not_read(tmp_path: Path, target: str) -> None:
    text = f"""\
        Transform: AWS::Serverless-2016-10-31
        Resources:
          A:
            Type: AWS::Serverless::Function
            Properties: {{Runtime: python3.13, Handler: app.handler, CodeUri: "{target}"}}
        """
    result = scanned(tmp_path, {"template.yaml": text})
    assert result.skipped


def test_a_hundred_megabyte_template_is_refused_quickly(tmp_path: Path) -> None:
    tree(tmp_path, GOOD)
    with (tmp_path / "huge.yaml").open("wb") as file:
        file.write(HEADER.encode())
        file.truncate(100_000_000)
    result = scanned(tmp_path)
    assert any(item.what == "huge.yaml" for item in result.skipped)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    tree(tmp_path, GOOD)
    (tmp_path / "good/src/app.py").chmod(0)
    assert any(item.what == "good/src/app.py" for item in scanned(tmp_path).skipped)


@pytest.mark.parametrize(
    "arguments",
    [
        ["scan", "no-such-folder"],
        ["scan", "."],
        ["scan", ".", "--format", "nonsense"],
        ["scan", ".", "--fail-on", "nonsense"],
        ["scan", ".", "--today", "tomorrow"],
        ["explain", "no-such-rule"],
        ["nonsense"],
    ],
)
def test_wrong_usage_is_one_clear_line_and_exit_2(tmp_path: Path, arguments: list[str]) -> None:
    run = run_cli(*arguments, cwd=tmp_path)
    assert run.returncode == 2
    assert run.stdout == ""
    assert "Traceback" not in run.stderr
    assert "error:" in run.stderr


def test_a_hostile_name_does_not_reach_the_terminal_raw(tmp_path: Path) -> None:
    hostile = "A\\e[31m\\u202eB\\a[bold]"
    text = f"""\
        Transform: AWS::Serverless-2016-10-31
        Resources:
          "{hostile}":
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: src/
              FunctionUrlConfig: {{AuthType: NONE}}
        """
    tree(tmp_path, {"template.yaml": text, "src/app.py": GOOD["good/src/app.py"]})
    run = run_cli("scan", tmp_path)
    assert not set(run.stdout) & {"\x1b", "\u202e", "\a"}
    assert run.returncode == 1
    data = json.loads(run_cli("scan", tmp_path, "--format", "json").stdout)
    assert data["findings"]
