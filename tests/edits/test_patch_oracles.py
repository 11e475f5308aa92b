"""What others say of patched templates: SAM's own translator, cfn-lint, Git, and an HCL grammar.
Where one is not installed its test is left out."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from test_patched_templates import application_of, cases, patched, texts_of

SAM = [name for name in cases() if name.startswith("sam/") and "very-long" not in name]
CLOUD = [name for name in cases() if name.startswith(("cloudformation/", "json/"))]


def template_text(name: str, folder: Path) -> tuple[str, str]:
    result, texts = patched(cases()[name], folder)
    files = [*result.files, *texts]
    return files[0], result.apply(texts)[files[0]]


def translated(text: str, folder: Path) -> dict[str, Any]:
    from cfnlint.decode import cfn_yaml
    from samtranslator.translator.transform import transform

    path = folder / "patched.yaml"
    path.write_bytes(text.removeprefix("\ufeff").split("\n---")[0].encode())
    document = cfn_yaml.load(str(path))
    for resource in document["Resources"].values():
        if (
            resource["Type"] == "AWS::Serverless::Function"
            and "InlineCode" not in resource["Properties"]
        ):
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    return transform(document, {}, _Managed())


class _Managed:
    def load(self) -> dict[str, str]:
        return {}


@pytest.mark.parametrize(
    "name", [n for n in SAM if n not in ("sam/globals-role", "sam/nested-stack")]
)
def test_sam_makes_one_role_with_the_statements(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("samtranslator")
    pytest.importorskip("cfnlint")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    result, _ = patched(cases()[name], tmp_path)
    if any(note.kind == "refused" for note in result.notes):
        return
    resources = translated(template_text(name, tmp_path)[1], tmp_path)["Resources"]
    roles = [key for key, value in resources.items() if value["Type"] == "AWS::IAM::Role"]
    assert "HelloRole" in roles
    assert resources["Hello"]["Properties"]["Role"] == {"Fn::GetAtt": ["HelloRole", "Arn"]}
    policies = str(resources["HelloRole"]["Properties"].get("Policies", "")) + str(
        resources.get("HelloPolicy", "")
    )
    assert "dynamodb:GetItem" in policies
    assert "FullAccess" not in str(resources["HelloRole"])


@pytest.mark.parametrize("name", CLOUD)
def test_cfn_lint_finds_no_new_error(name: str, tmp_path: Path) -> None:
    pytest.importorskip("cfnlint")
    from cfnlint.api import lint_all

    case = cases()[name]
    before = next(iter(texts_of(case).values()))
    path, after = template_text(name, tmp_path)
    del path

    def errors(text: str) -> set[str]:
        return {
            f"{match.rule.id} {match.message}"
            for match in lint_all(text)
            if match.rule.id.startswith("E")
        }

    assert errors(after) <= errors(before)


@pytest.mark.parametrize("name", [n for n in cases() if "very-long" not in n][::4])
def test_git_applies_the_diff_and_its_reversal(name: str, tmp_path: Path) -> None:
    result, texts = patched(cases()[name], tmp_path)
    if not result.changes:
        return
    for patch in (result, result.reversal):
        subprocess.run(
            ["git", "apply", "--whitespace=nowarn", "-"],
            cwd=tmp_path, input=patch.diff.encode(), check=True, capture_output=True,
        )  # fmt: skip
        for path, text in patch.files.items():
            assert (tmp_path / path).read_bytes() == text.encode()
    assert application_of(texts, tmp_path)


@pytest.mark.parametrize("name", [n for n in cases() if n.startswith("terraform/")])
def test_an_hcl_grammar_reads_the_result(name: str, tmp_path: Path) -> None:
    grammar = pytest.importorskip("tree_sitter_hcl")
    import tree_sitter

    parser = tree_sitter.Parser(tree_sitter.Language(grammar.language()))
    _, text = template_text(name, tmp_path)
    assert not parser.parse(text.encode()).root_node.has_error
