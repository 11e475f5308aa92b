"""Which files are templates, and what is left out with which note."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from core_helpers import write

from ringfence.errors import NothingToRead
from ringfence.loaders import LoadOptions, load_application
from ringfence.loaders.discovery import discover
from ringfence.loaders.limits import Limits
from ringfence.loaders.tree import Tree

SAM = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties: {CodeUri: src/, Handler: app.handler, Runtime: python3.12}
    """


def found_in(
    root: Path, *exclude: str, limits: Limits | None = None
) -> tuple[list[str], list[str]]:
    tree = Tree(root, exclude, limits or Limits())
    found = discover(tree)
    notes = [*found.skipped, *tree.skipped]
    return [*found.templates, *found.serverless], [f"{note.what}: {note.reason}" for note in notes]


def test_templates_are_told_from_other_files(tmp_path):
    write(
        tmp_path,
        template_yaml=SAM,
        deep__er__stack_template='{"Resources":{"B":{"Type":"AWS::S3::Bucket"}}}',
        quoted_yml="'Resources': {'B': {'Type': 'AWS::S3::Bucket'}}",
        service__serverless_yml="service: x\nprovider: {name: aws}\nresources: ['${file(../shared/t.yml)}', '${file(./own.yml):x}']\n",
        service__own_yml=SAM,
        service__other_yml=SAM,
        shared__t_yml=SAM,
        service__tables_yml="Resources: {T: {Type: AWS::DynamoDB::Table}}",
        openapi_yaml="paths: {}\nx: !Sub 'AWS::S3::Bucket'\nResources: 1\n",
        fragment_yaml="Type: AWS::S3::Bucket\nResources: [a]\n",
        events__s3_json='{"Records": [{"eventSource": "aws:s3"}]}',
        package_json='{"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}',
        notes_md=SAM,
        node_modules__x__template_yaml=SAM,
        _git__template_yaml=SAM,
        env__template_yaml=SAM,
        env__pyvenv_cfg="",
    )
    (tmp_path / "wide.yaml").write_text("Resources: {B: {Type: AWS::S3::Bucket}}", "utf-16")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "t.yaml").write_text("Resources: {B: {Type: AWS::S3::Bucket}}")
    files, notes = found_in(tmp_path)
    assert files == [
        "quoted.yml", "template.yaml", "wide.yaml", "_git/template.yaml", "deep/er/stack.template",
        "service/other.yml", "service/serverless.yml",
    ]  # fmt: skip
    assert notes == []


def test_built_copies_are_left_out_with_a_note(tmp_path):
    packaged = SAM.replace("src/", "s3://bucket/0123")
    write(
        tmp_path,
        a__template_yaml=SAM,
        a__packaged_yaml=packaged,
        a__out__template_yaml=packaged,
        b__template_yaml=packaged,
    )
    write(tmp_path / "a" / ".aws-sam", build__template_yaml=SAM)
    write(
        tmp_path / "a" / "cdk.out", x_template_json='{"Resources":{"B":{"Type":"AWS::S3::Bucket"}}}'
    )
    files, notes = found_in(tmp_path)
    assert files == ["a/template.yaml", "b/template.yaml"]
    assert notes == [
        "a/packaged.yaml: packaged form of a/template.yaml, which is read instead",
        "a/out/template.yaml: packaged form of a/template.yaml, which is read instead",
        "a/.aws-sam: output of a deployment tool; its sources are read instead",
        "a/cdk.out: output of a deployment tool; its sources are read instead",
    ]


def test_synthesised_templates_are_read_where_nothing_else_declares(tmp_path):
    write(
        tmp_path / "cdk.out",
        S_template='{"Resources":{"B":{"Type":"AWS::S3::Bucket"}}}',
        manifest_json="{}",
    )
    (tmp_path / "cdk.out" / "S.template").rename(tmp_path / "cdk.out" / "S.template.json")
    assert found_in(tmp_path) == (["cdk.out/S.template.json"], [])


def test_exclusions(tmp_path):
    write(tmp_path, a__t_yaml=SAM, b__t_yaml=SAM, b__c__d_yaml=SAM, e_yaml=SAM, tests__f_yaml=SAM)
    assert found_in(tmp_path, "b", "tests/**", "e.*")[0] == ["a/t.yaml"]
    assert found_in(tmp_path, "./b/", "*/d.yaml")[0] == ["e.yaml", "a/t.yaml", "tests/f.yaml"]


def test_links_and_special_files(tmp_path):
    root, outside = tmp_path / "app", tmp_path / "outside"
    write(root, a__t_yaml=SAM)
    write(outside, t_yaml=SAM)
    (root / "link").symlink_to(outside)
    (root / "file.yaml").symlink_to(outside / "t.yaml")
    (root / "inside.yaml").symlink_to(root / "a" / "t.yaml")
    (root / "circle.yaml").symlink_to(root / "circle.yaml")
    (root / "folder").symlink_to(root / "a")
    (root / "up").symlink_to(root)
    os.mkfifo(root / "pipe.yaml")
    files, notes = found_in(root)
    assert files == ["a/t.yaml"]
    assert notes == [
        "file.yaml: a symbolic link that leaves the scanned folder",
        "link: a symbolic link that leaves the scanned folder",
    ]
    tree = Tree(root)
    assert tree.inside("a", "../link/t.yaml") is None
    assert tree.inside("a", "/etc/passwd") is None
    assert tree.inside("a", "..") == "."
    assert tree.inside("", "../app/a") is None
    assert tree.inside("a", "x\0y") is None
    assert tree.read("link/t.yaml") is None


def test_malformed_and_large_templates_are_noted_and_the_rest_is_read(tmp_path):
    write(
        tmp_path,
        a_yaml=SAM + "\n  - broken: [",
        b_yaml=SAM,
        c_json='{"Resources": {"A": {"Type": "AWS::S3::Bucket"},}',
    )
    (tmp_path / "big.yaml").write_text(
        "AWSTemplateFormatVersion: 1\nResources:\n" + "# x\n" * 300_000
    )
    files, notes = found_in(tmp_path, limits=Limits(document_bytes=1_000_000))
    assert files == ["b.yaml"]
    assert notes == [
        "a.yaml: not valid YAML: did not find expected <document start>",
        "big.yaml: larger than 1 MB",
        "c.json: not valid JSON: a key in double quotes is expected",
    ]


def test_depth_and_number_of_files_are_bounded(tmp_path):
    deep = tmp_path
    for _ in range(45):
        deep = deep / "d"
    write(deep, t_yaml=SAM)
    files, notes = found_in(tmp_path)
    assert files == []
    assert [note.partition(": ")[2] for note in notes] == ["folders deeper than 40 levels"]
    write(tmp_path, **{f"t{number}_yaml": SAM for number in range(3)})
    files, notes = found_in(tmp_path, limits=Limits(total_bytes=len(SAM) * 2))
    assert files == ["t0.yaml", "t1.yaml"]
    assert "t2.yaml: more templates than one scan reads; this one was left out" in notes
    for number in range(30):
        (tmp_path / f"{number}.txt").touch()
    _, notes = found_in(tmp_path, limits=Limits(files=10))
    assert notes == [".: more than 10 files; the rest was not looked at"]


def test_data_files_of_a_monorepo_are_no_templates(tmp_path):
    for number in range(2_000):
        (tmp_path / f"{number}.json").write_text('{"Records": [{"a": 1}]}' * 20)
    assert found_in(tmp_path) == ([], [])


def test_an_application_of_several_templates(tmp_path):
    write(
        tmp_path,
        a__template_yaml=SAM,
        b__template_yaml=SAM,
        a__src__app_py="def handler(event, context): ...",
    )
    application = load_application(tmp_path)
    assert [(item.path, item.format) for item in application.templates] == [
        ("a/template.yaml", "sam"),
        ("b/template.yaml", "sam"),
    ]
    assert sorted(application.functions) == ["a/template.yaml#Orders", "b/template.yaml#Orders"]
    code = application.functions["a/template.yaml#Orders"].code
    assert code is not None
    assert (code.file, code.symbol) == ("a/src/app.py", "handler")


def test_one_template_file_as_the_root(tmp_path):
    write(
        tmp_path,
        one_yaml=SAM,
        two_yaml=SAM,
        pod_yaml="kind: Pod",
        app_py="def handler(event, context): ...",
    )
    assert list(load_application(tmp_path / "one.yaml").functions) == ["one.yaml#Orders"]
    assert list(load_application(tmp_path / "app.py").functions) == ["app.py#handler"]
    with pytest.raises(NothingToRead) as caught:
        load_application(tmp_path / "pod.yaml")
    assert (
        str(caught.value)
        == "pod.yaml:1:1: no template that Ringfence knows (help: give another file)"
    )


def test_a_given_parameter_that_no_template_has_is_noted(tmp_path):
    write(tmp_path, one_yaml=SAM)
    options = LoadOptions(parameters={"Stage": "x", "AWS::Region": "eu-west-1"})
    assert [
        (note.what, note.reason)
        for note in load_application(tmp_path, options).skipped
        if "--param" in note.what
    ] == [("--param Stage", "no template has a parameter of that name")]


def test_unknowns_and_notes_reach_the_application_once(tmp_path):
    text = "Parameters: {P: {Type: String}}\nResources: {T: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref P, KmsMasterKeyId: !Ref P}}}"
    write(tmp_path, t_yaml=text, broken_yaml="Resources:\n  A:\n    Type: AWS::SQS::Queue\n  - b")
    application = load_application(tmp_path)
    assert [(u.what, u.reason) for u in application.unknowns] == [
        ("T.KmsMasterKeyId", "parameter P has no default")
    ]
    assert [(s.what, str(s.location)) for s in application.skipped] == [
        ("broken.yaml", "broken.yaml:4:3")
    ]
    given = load_application(tmp_path, LoadOptions(parameters={"P": "x"}))
    assert given.unknowns == []


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "{root}: no template (AWS SAM, CloudFormation, Serverless Framework) and no function code (help: give the folder that holds the application)"),
        ({"t_yaml": "Resources: {A: {Type: AWS::SQS::Queue}"}, "t.yaml:2:1: not valid YAML: did not find expected ',' or '}' while parsing a flow mapping that starts in line 1 (help: mend the file so that its format is valid)"),
    ],
)  # fmt: skip
def test_nothing_to_read(tmp_path, files, message):
    write(tmp_path, **files)
    with pytest.raises(NothingToRead) as caught:
        load_application(tmp_path)
    assert str(caught.value) == message.replace("{root}", str(tmp_path))


def test_a_place_that_does_not_exist(tmp_path):
    with pytest.raises(NothingToRead, match="no such file or folder"):
        load_application(tmp_path / "none")
