"""``ringfence lock``, ``lock export``, ``lock diff`` and ``lock accept`` as people see them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ringfence.testing import run_cli, tree

CODE = """
import boto3

s3 = boto3.client("s3")


def handler(event, context):
    return s3.get_object(Bucket="originals", Key=event["key"])["Body"].read()
"""
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Resize:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: resize
      Runtime: python3.12
      Handler: app.handler
      CodeUri: src
      Policies: [AmazonS3FullAccess]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tree(tmp_path / "app", {"template.yaml": TEMPLATE, "src/app.py": CODE})


def test_the_file_is_written_and_stays_as_it_is(folder: Path) -> None:
    first = run_cli("lock", str(folder), "--no-cache")
    assert first.returncode == 0
    assert "times too much" in first.stdout.splitlines()[0]
    assert first.stderr.strip().endswith("ringfence.lock: written")
    written = (folder / "ringfence.lock").read_bytes()
    again = run_cli("lock", str(folder), "--no-cache")
    assert again.stderr.strip().endswith("ringfence.lock: as it was")
    assert (folder / "ringfence.lock").read_bytes() == written


def test_check_names_grants_that_nobody_needs(folder: Path) -> None:
    run_cli("lock", str(folder), "-q", "--no-cache")
    found = run_cli("lock", "--check", str(folder), "--no-cache")
    assert found.returncode == 1
    assert "s3:*" in found.stdout
    assert "template.yaml:5" in found.stdout or "template.yaml:11" in found.stdout


def test_check_without_a_lock_file(folder: Path) -> None:
    found = run_cli("lock", "--check", str(folder), "--no-cache")
    assert found.returncode == 2
    assert found.stderr.splitlines()[-1] == "help: write one with `ringfence lock`"


def test_export_of_policies(folder: Path) -> None:
    found = run_cli("lock", "export", "--as", "iam", "--format", "json", str(folder), "--no-cache")
    assert json.loads(found.stdout) == {
        "Resize": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["s3:GetObject"],
                    "Resource": ["arn:aws:s3:::originals/*"],
                }
            ],
        }
    }
    assert found.stderr.splitlines()[-1] == (
        "1 needed and 0 recorded calls replayed: none is denied"
    )


def test_export_with_what_the_platform_needs(folder: Path) -> None:
    words = ("--as", "iam", "--format", "json", "--with-platform", "--region", "eu-west-1")
    found = run_cli("lock", "export", *words, str(folder), "--no-cache")
    statements = json.loads(found.stdout)["Resize"]["Statement"]
    logs = "arn:aws:logs:eu-west-1:*:log-group:/aws/lambda/resize:*"
    assert [logs] in [statement["Resource"] for statement in statements]


@pytest.mark.parametrize("form", ["guard", "sandbox", "security-group", "kubernetes"])
def test_other_exports(folder: Path, form: str) -> None:
    found = run_cli("lock", "export", "--as", form, str(folder), "--no-cache")
    assert found.returncode == 0
    assert "s3.*.amazonaws.com" in found.stdout


def test_an_export_of_a_function_that_is_not_there(folder: Path) -> None:
    found = run_cli("lock", "export", "--as", "iam", "--function", "Resise", str(folder))
    assert found.returncode == 2
    assert found.stderr.splitlines()[-1] == "help: did you mean 'Resize'?"


def test_a_change_in_words(folder: Path) -> None:
    run_cli("lock", str(folder), "-q", "--no-cache")
    before = folder / "ringfence.lock"
    code = folder / "src/app.py"
    more = CODE.replace("    return", '    s3.put_object(Bucket="originals", Key="k")\n    return')
    code.write_text(more)
    found = run_cli("lock", "diff", str(before), str(folder), "--no-cache", "--fail-on-widening")
    assert found.returncode == 1
    assert "`Resize` can now" in found.stdout
    assert "`originals`" in found.stdout


def test_a_decision_survives(folder: Path) -> None:
    run_cli("lock", str(folder), "-q", "--no-cache")
    words = ("Resize", "--permission", "s3:DeleteObject", "--reason", "clean-up")
    accepted = run_cli("lock", "accept", *words, "--until", "2999-01-01", "--path", str(folder))
    assert accepted.returncode == 2
    assert "year" in accepted.stderr
    from datetime import date, timedelta

    until = (date.today() + timedelta(days=30)).isoformat()
    accepted = run_cli("lock", "accept", *words, "--until", until, "--path", str(folder))
    assert accepted.returncode == 0
    run_cli("lock", str(folder), "-q", "--no-cache")
    assert "clean-up" in (folder / "ringfence.lock").read_text()


def test_a_function_of_another_cloud_gets_no_role_of_aws(tmp_path: Path) -> None:
    service = "service: a\nprovider: {name: azure, runtime: nodejs18}\n"
    functions = "functions: {Work: {handler: app.run, events: [{http: true}]}}\n"
    code = "module.exports.run = async (context) => {}\n"
    there = tree(tmp_path / "app", {"serverless.yml": service + functions, "app.js": code})
    told = run_cli("lock", str(there), "--no-cache")
    assert "not seen  another cloud runs it" in told.stdout
    assert "arn:aws" not in (there / "ringfence.lock").read_text(encoding="utf-8")
    module = run_cli("lock", "export", "--as", "terraform", str(there), "--no-cache")
    assert "aws_iam_role" not in module.stdout


def test_check_holds_where_only_the_log_policy_of_sam_is_broad(tmp_path: Path) -> None:
    template = TEMPLATE.replace("      Policies: [AmazonS3FullAccess]\n", "      Tracing: Active\n")
    code = "def handler(event, context):\n    return 1\n"
    there = tree(tmp_path / "app", {"template.yaml": template, "src/app.py": code})
    run_cli("lock", str(there), "-q", "--no-cache")
    found = run_cli("lock", "--check", str(there), "--no-cache")
    assert (found.returncode, found.stdout) == (0, "The lock holds.\n")


def test_check_holds_after_the_patch_is_applied(folder: Path) -> None:
    patched = run_cli("lock", "export", "--as", "sam", "--write", str(folder), "--no-cache")
    assert patched.returncode == 0
    run_cli("lock", str(folder), "-q", "--no-cache")
    found = run_cli("lock", "--check", str(folder), "--no-cache")
    assert (found.returncode, found.stdout) == (0, "The lock holds.\n")


def test_check_says_once_why_a_grant_is_too_much(folder: Path) -> None:
    run_cli("lock", str(folder), "-q", "--no-cache")
    found = run_cli("lock", "--check", str(folder), "--no-cache")
    by = "is granted by managed policy AmazonS3FullAccess"
    assert f"Resize: s3-object-lambda:* on * {by} and not needed" in found.stdout
    assert f"Resize: s3:* on * {by}: of 180 actions only s3:GetObject needed" in found.stdout


def test_names_that_only_a_deployment_completes_are_not_told_as_unknown(tmp_path: Path) -> None:
    bucket = (
        "  Receipts: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub 'r-${AWS::Region}'}}\n"
    )
    variables = "      Environment: {Variables: {BUCKET: !Ref Receipts}}\n"
    template = TEMPLATE.replace("Resources:\n", f"Resources:\n{bucket}") + variables
    call = "boto3.client('s3').delete_objects"
    code = f"import boto3, os\n\n\ndef handler(event, context):\n    {call}(\n        "
    code += "Bucket=os.environ['BUCKET'], Delete={'Objects': [{'Key': event['key']}]})\n"
    there = tree(tmp_path / "app", {"template.yaml": template, "src/app.py": code})
    assert "unknown" not in run_cli("lock", str(there), "--no-cache").stdout
    assert "Delete.Objects[].Key at" in run_cli("lock", "-v", str(there), "--no-cache").stdout
    found = run_cli("lock", "export", "--as", "iam", str(there), "--no-cache")
    assert "arn:aws:s3:::r-*/*" in found.stdout
    assert "not known" not in found.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("--region", "x y"),
        ("--account", "12"),
        ("--stack-name", "*/*"),
        ("--partition", "gcp"),
        ("--unused-days", "-1"),
        ("--unused-days", "nan"),
    ],
)
def test_a_place_or_time_that_cannot_be_is_refused(folder: Path, words: tuple[str, str]) -> None:
    found = run_cli("lock", str(folder), "--no-cache", *words)
    assert found.returncode == 2
    assert f"error: argument {words[0]}: {words[1]!r} is not" in found.stderr
    assert not (folder / "ringfence.lock").exists()


def test_a_wrong_form_of_template_is_told_before_all_else(folder: Path) -> None:
    found = run_cli("lock", "export", "--as", "cloudformation", str(folder), "--no-cache")
    assert found.stderr.splitlines() == [
        "error: --as: there is no template of the form cloudformation",
        "help: the templates here are sam",
    ]


def test_a_patch_without_changes_asks_for_no_watching(folder: Path) -> None:
    words = ("lock", "export", "--as", "sam", str(folder), "--no-cache")
    assert "watch for" in run_cli(*words, "--write").stderr
    again = run_cli(*words)
    assert again.stdout == ""
    assert "watch for" not in again.stderr


def test_a_function_that_needs_no_policy_is_named(tmp_path: Path) -> None:
    code = "def handler(event, context):\n    return 1\n"
    there = tree(tmp_path / "app", {"template.yaml": TEMPLATE, "src/app.py": code})
    found = run_cli("lock", "export", "--as", "iam", str(there), "--no-cache")
    assert "Resize: needs no permission, so no policy" in found.stderr


def test_a_patch_leaves_a_broker_the_network_that_sam_does_not_give(tmp_path: Path) -> None:
    event = "{Type: MQ, Properties: {Broker: !Ref Broker, Queues: [q], SourceAccessConfigurations: "
    event += "[{Type: BASIC_AUTH, URI: !Ref Secret}]}}"
    granted = "[{Statement: [{Effect: Allow, Action: ['ec2:*', 's3:*'], Resource: '*'}]}]"
    template = TEMPLATE.replace("[AmazonS3FullAccess]", granted)
    template = template.replace(
        "      Policies", f"      Events: {{Take: {event}}}\n      Policies"
    )
    template = "Parameters: {Broker: {Type: String}, Secret: {Type: String}}" + template
    code = "def handler(event, context):\n    return 1\n"
    there = tree(tmp_path / "app", {"template.yaml": template, "src/app.py": code})
    found = run_cli("lock", "export", "--as", "sam", "--write", str(there), "--no-cache")
    assert found.returncode == 0, found.stderr
    assert "ec2:CreateNetworkInterface" in (there / "template.yaml").read_text(encoding="utf-8")
    assert "  missing " not in run_cli("lock", str(there), "--no-cache").stdout


def test_a_bucket_named_by_account_and_region_is_one_for_code_and_template(tmp_path: Path) -> None:
    name = "!Sub 'r-${AWS::AccountId}-${AWS::Region}'"
    bucket = f"  Receipts: {{Type: AWS::S3::Bucket, Properties: {{BucketName: {name}}}}}\n"
    variables = f"      Environment: {{Variables: {{BUCKET: {name}}}}}\n"
    template = TEMPLATE.replace("Resources:\n", f"Resources:\n{bucket}") + variables
    code = "import boto3, os\n\n\ndef handler(event, context):\n"
    code += "    boto3.client('s3').list_objects_v2(Bucket=os.environ['BUCKET'])\n"
    there = tree(tmp_path / "app", {"template.yaml": template, "src/app.py": code})
    found = run_cli("lock", "export", "--as", "sam", "--write", str(there), "--no-cache")
    assert "Resource: !GetAtt Receipts.Arn" in found.stdout
    run_cli("lock", str(there), "-q", "--no-cache")
    assert run_cli("lock", "--check", str(there), "--no-cache").stdout == "The lock holds.\n"


def test_functions_with_names_that_look_alike_get_groups_and_policies_of_their_own(
    tmp_path: Path,
) -> None:
    function = TEMPLATE.partition("  Resize:\n")[2]
    template = TEMPLATE.replace("Resize:", "resize:") + f"  re-size:\n{function}"
    template += f"  reSize:\n{function}"
    there = tree(tmp_path / "app", {"template.yaml": template, "src/app.py": CODE})
    words = ("lock", "export", str(there), "--no-cache", "--as")
    groups = json.loads(run_cli(*words, "security-group").stdout)["Resources"]
    assert sorted(groups) == ["reSizeEgress", "resizeEgress", "resizeEgress2"]
    manifests = run_cli(*words, "kubernetes").stdout.splitlines()
    accounts = [line for line in manifests if line.startswith("  name: ")]
    assert len(set(accounts)) == 3


def test_a_policy_that_would_deny_a_need_is_not_shown(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from ringfence.cli import EXIT_DEFECT, main
    from ringfence.contract.exports import iam

    empty = {"Version": "2012-10-17", "Statement": []}
    monkeypatch.setattr(iam, "minimal_policy", lambda permissions: empty)
    code = main(["lock", "export", "--as", "iam", str(folder), "--no-cache"])
    shown = capsys.readouterr()
    assert (code, shown.out) == (EXIT_DEFECT, "")
    assert "1 would be denied, first Resize: s3:GetObject" in shown.err
