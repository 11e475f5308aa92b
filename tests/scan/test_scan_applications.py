"""A folder of several applications: each for itself, together where they name each other."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from small_apps import BAD, FUNCTION, HEADER

from ringfence.model.finding import Finding, ScanResult
from ringfence.testing import scanned

WRITER = (
    HEADER
    + """\
  Writer:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src/
      FunctionUrlConfig: {AuthType: NONE}
      Environment: {Variables: {QUEUE: QUEUE_NAME}}
"""
)
WRITES = """\
import os
import boto3

def handler(event, context):
    client = boto3.client("sqs")
    client.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=event["body"])
"""
READER = (
    HEADER
    + """\
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {QueueName: QUEUE_NAME}
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src/
      Events:
        Job: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}
"""
)
READS = """\
import os

def handler(event, context):
    for record in event["Records"]:
        os.system(record["body"])
"""


def pair(name: str, one: str = "writer", other: str = "reader") -> dict[str, str | bytes]:
    """Two services, of which one sends to the queue of the other by its name."""
    return {
        f"{one}/template.yaml": WRITER.replace("QUEUE_NAME", name),
        f"{one}/src/app.py": WRITES,
        f"{other}/template.yaml": READER.replace("QUEUE_NAME", name),
        f"{other}/src/app.py": READS,
    }


def injections(result: ScanResult) -> list[Finding]:
    return [finding for finding in result.findings if finding.rule == "os-command-injection"]


def writers(result: ScanResult) -> set[str]:
    """Files of the steps that lead to command injections."""
    return {step.location.file for finding in injections(result) for step in finding.steps}


def test_a_queue_named_elsewhere_in_the_folder_joins_two_services(tmp_path: Path) -> None:
    result = scanned(tmp_path, pair("orders-to-pack"))
    assert "writer/src/app.py" in writers(result)
    assert len(result.functions) == 2
    assert result.templates == ["reader/template.yaml", "writer/template.yaml"]


def test_a_name_with_open_parts_joins_when_enough_of_it_is_known(tmp_path: Path) -> None:
    assert "writer/src/app.py" in writers(
        scanned(tmp_path / "a", pair("!Sub 'orders-to-pack-${AWS::Region}'"))
    )
    assert "writer/src/app.py" not in writers(
        scanned(tmp_path / "b", pair("!Sub 'jobs-${AWS::Region}'"))
    )


@pytest.mark.parametrize("name", ["<your-queue-name>", "default", "job"])
def test_a_name_that_tells_little_joins_nothing(tmp_path: Path, name: str) -> None:
    assert "writer/src/app.py" not in writers(scanned(tmp_path, pair(name)))


def test_the_nearest_of_several_is_meant(tmp_path: Path) -> None:
    files = pair("orders-to-pack", "shop/writer", "shop/reader")
    files |= pair("orders-to-pack", "other/writer", "other/reader")
    steps = [[step.location.file for step in finding.steps]
             for finding in injections(scanned(tmp_path, files))]  # fmt: skip
    shops = {tuple(sorted({file.partition("/")[0] for file in files})) for files in steps}
    assert shops == {("other",), ("shop",)}


def test_a_name_that_many_offer_joins_nothing(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {}
    for number in range(5):
        files |= pair("orders-to-pack", "writer", f"reader{number}")
    assert "writer/src/app.py" not in writers(scanned(tmp_path, files))


def test_what_would_become_too_large_stays_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ringfence.scan.run.MOST_JOINED", 1)
    result = scanned(tmp_path, pair("orders-to-pack"))
    assert "writer/src/app.py" not in writers(result)
    assert len(result.functions) == 2


def test_an_imported_value_is_known_from_the_template_that_exports_it(tmp_path: Path) -> None:
    exporter = "Resources:\n  Open: {Type: AWS::SNS::Topic}\nOutputs:\n  Auth:\n" \
               "    Value: NONE\n    Export: {Name: shared-url-auth}\n"  # fmt: skip
    importer = WRITER.replace("NONE", "!ImportValue shared-url-auth")
    files: dict[str, str | bytes] = {"base/template.yaml": exporter, "app/template.yaml": importer,
                                     "app/src/app.py": WRITES}  # fmt: skip
    open_url = "function-url-without-authentication"
    assert open_url in {finding.rule for finding in scanned(tmp_path, files).findings}
    (tmp_path / "base/template.yaml").unlink()
    assert open_url not in {finding.rule for finding in scanned(tmp_path).findings}


def test_a_nested_template_is_part_of_the_one_that_nests_it(tmp_path: Path) -> None:
    parent = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Child:\n" \
             "    Type: AWS::CloudFormation::Stack\n    Properties:\n" \
             "      TemplateURL: stacks/child.yaml\n      Parameters: {Auth: NONE}\n"  # fmt: skip
    child = "Parameters: {Auth: {Type: String, Default: AWS_IAM}}\n" \
            + WRITER.replace("NONE", "!Ref Auth")  # fmt: skip
    files: dict[str, str | bytes] = {"template.yaml": parent, "stacks/child.yaml": child,
                                     "stacks/src/app.py": WRITES}  # fmt: skip
    result = scanned(tmp_path, files)
    found = [f for f in result.findings if f.rule == "function-url-without-authentication"]
    assert len(found) == len(result.functions) == 1


def test_equal_applications_have_findings_of_their_own(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {}
    for folder in ("a", "b", "c"):
        files |= {f"{folder}/template.yaml": READER, f"{folder}/src/app.py": READS}
    found = injections(scanned(tmp_path, files))
    assert [finding.location.file[0] for finding in found] == ["a", "b", "c"]
    assert len({finding.fingerprint for finding in found}) == 3
    alone = injections(scanned(tmp_path / "a"))
    assert alone[0].fingerprint == found[0].fingerprint


def test_advice_for_many_applications_is_one_finding(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {}
    for folder in ("a", "b", "c"):
        files |= {f"{folder}/template.yaml": READER, f"{folder}/src/app.py": READS}
    result = scanned(tmp_path, files)
    (found,) = [f for f in result.findings if f.rule == "queue-without-dead-letter-queue"]
    assert found.subjects == (
        "Jobs (a/template.yaml)", "Jobs (b/template.yaml)", "Jobs (c/template.yaml)",
    )  # fmt: skip
    assert found.message.endswith("Also Jobs (b/template.yaml) and Jobs (c/template.yaml).")


def test_a_grave_mistake_is_one_finding_for_each_application(tmp_path: Path) -> None:
    role = """\
      Role:
        Type: AWS::IAM::Role
        Properties:
          AssumeRolePolicyDocument:
            Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com},
                         Action: 'sts:AssumeRole'}]
          Policies:
            - PolicyName: pass
              PolicyDocument: {Statement: [{Effect: Allow, Action: 'iam:PassRole', Resource: '*'}]}
    """
    files: dict[str, str | bytes] = {
        f"{folder}/template.yaml": f"Resources:\n{textwrap.indent(textwrap.dedent(role), '  ')}"
        for folder in ("a", "b")
    }
    found = [f for f in scanned(tmp_path, files).findings if f.rule == "pass-any-role"]
    assert [(f.location.file, f.count) for f in found] == [
        ("a/template.yaml", 1), ("b/template.yaml", 1),
    ]  # fmt: skip


def test_a_line_that_applications_include_is_one_finding(tmp_path: Path) -> None:
    service = """\
        service: NAME
        provider: {name: aws, runtime: python3.13}
        functions:
          NAME: {handler: app.handler}
        resources: ${file(../common.yml)}
        """
    table = """\
        Resources:
          Users:
            Type: AWS::DynamoDB::Table
            Properties: {KeySchema: [{AttributeName: id, KeyType: HASH}]}
        """
    files: dict[str, str | bytes] = {"common.yml": table, "other/own.yml": table}
    for name in ("orders", "bills", "other"):
        files[f"{name}/serverless.yml"] = textwrap.dedent(service).replace("NAME", name)
        files[f"{name}/app.py"] = "def handler(event, context): pass\n"
    own = str(files["other/serverless.yml"]).replace("../common.yml", "./own.yml")
    files["other/serverless.yml"] = own
    rule = "sensitive-table-without-recovery"
    told = [f.location.file for f in scanned(tmp_path, files).findings if f.rule == rule]
    assert sorted(told) == ["common.yml", "other/own.yml"]


def test_an_ended_runtime_is_one_finding_for_all_applications(tmp_path: Path) -> None:
    files = {**pair("orders-to-pack"), **pair("other-jobs-here", "x", "y")}
    old = {name: str(text).replace("python3.13", "python3.8") for name, text in files.items()}
    (ended,) = [f for f in scanned(tmp_path, dict(old)).findings if f.rule == "runtime-ended"]
    assert ended.count == len(old) // 2 > 1
    assert len([one for one in ended.origins if one.role == "also"]) == ended.count - 1


def test_code_that_applications_share_is_found_once(tmp_path: Path) -> None:
    template = WRITER.replace("CodeUri: src/", "CodeUri: ../shared/")
    files: dict[str, str | bytes] = {
        "a/template.yaml": template.replace("Writer", "First"),
        "b/template.yaml": template.replace("Writer", "Second"),
        "shared/app.py": "import os\n\ndef handler(event, c):\n    os.system(event['body'])\n",
    }
    (found,) = injections(scanned(tmp_path, files))
    assert set(found.subjects) == {"First", "Second"}


def test_paths_name_findings_that_are_reported(tmp_path: Path) -> None:
    files = {**pair("orders-to-pack"), **pair("other-jobs-here", "x", "y")}
    result = scanned(tmp_path, files)
    shown = {finding.fingerprint for finding in result.findings}
    assert result.paths
    assert all(set(path.findings) <= shown for path in result.paths)


def test_what_the_configuration_gets_wrong_is_told_once(tmp_path: Path) -> None:
    files = {**pair("orders-to-pack"), "ringfence.toml": "[rules]\ndisable = ['no-such-rule']\n"}
    notes = [note for note in scanned(tmp_path, files).skipped if note.what == "no-such-rule"]
    assert len(notes) == 1


HANDLER = "import os\n\ndef lambda_handler(event, context):\n    os.system(event['x'])\n"


def test_code_below_no_template_is_looked_at_too(tmp_path: Path) -> None:
    files = {**pair("orders-to-pack"), "tools/clean.py": HANDLER, "tools/package.json": "{}"}
    result = scanned(tmp_path, files)
    assert "tools/clean.py" in {finding.location.file for finding in injections(result)}
    (note,) = [note for note in result.skipped if note.what == "the template"]
    assert "beside or above some of the code" in note.reason
    assert "who may call the function" in note.reason


def test_code_around_a_declared_handler_belongs_to_it(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "infra/template.yaml": WRITER.replace("CodeUri: src/", "CodeUri: ../code/"),
        "code/app.py": WRITES,
        "code/other.py": HANDLER,
        "code/package.json": "{}",
    }
    result = scanned(tmp_path, files)
    assert [note for note in result.skipped if note.what == "the template"] == []
    assert len(result.functions) == 1


def copies(names: tuple[str, ...], lines: int) -> dict[str, str | bytes]:
    """The same template in several folders, with a role that may pass every other one; ``lines``
    of comment make it longer."""
    padding = "# a line of a longer file\n" * lines
    text = textwrap.dedent(
        """\
        Resources:
          Deploy:
            Type: AWS::IAM::Role
            Properties:
              AssumeRolePolicyDocument:
                Statement:
                  - {Effect: Allow, Principal: {Service: codepipeline.amazonaws.com}, Action: "sts:AssumeRole"}
              Policies:
                - PolicyName: pass
                  PolicyDocument:
                    Statement:
                      - {Effect: Allow, Action: "iam:PassRole", Resource: "*"}
        """
    )
    return {f"{name}/template.yaml": f"{padding}{text}{padding}" for name in names}


def passing(result: ScanResult) -> list[Finding]:
    return [finding for finding in result.findings if finding.rule == "pass-any-role"]


def test_what_stands_in_copies_of_a_file_is_one_finding(tmp_path: Path) -> None:
    (found,) = passing(scanned(tmp_path, copies(("a", "b", "c"), 60)))
    assert [one.location.file for one in found.origins if one.role == "also"] == [
        "b/template.yaml",
        "c/template.yaml",
    ]


def test_short_files_may_be_alike_without_being_copies(tmp_path: Path) -> None:
    assert len(passing(scanned(tmp_path, copies(("a", "b"), 9)))) == 2


def test_a_path_through_copies_of_the_code_is_told_once(tmp_path: Path) -> None:
    padding = "# a line of a longer file\n" * 60
    code = BAD
    files: dict[str, str | bytes] = {}
    for name in ("a", "b"):
        files[f"{name}/template.yaml"] = HEADER + FUNCTION
        files[f"{name}/src/app.py"] = f"{padding}{code}{padding}"
    result = scanned(tmp_path, files)
    (found,) = injections(result)
    assert found.count == 2
    assert len([path for path in result.paths if path.findings == (found.fingerprint,)]) == 1
