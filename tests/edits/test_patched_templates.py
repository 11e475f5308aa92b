"""Templates before and after: ``cases/<format>.toml`` holds the files, ``expected/`` the diff and
the notes of each. ``python tests/edits/test_patched_templates.py`` writes the latter anew, to be read."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ringfence.edits import FunctionPlan, Grant, Patch, Ref, TemplateValue, patch
from ringfence.edits.plans import arn_value
from ringfence.loaders import LoadOptions, load_application
from ringfence.model.application import Application
from ringfence.model.contract import Condition

HERE = Path(__file__).parent
VARIABLE = Condition("StringEquals", "dynamodb:LeadingKeys", ("${aws:userid}", "x"))


@functools.cache
def cases() -> dict[str, dict[str, Any]]:
    found = {}
    for file in sorted((HERE / "cases").glob("*.toml")):
        for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]:
            found[f"{file.stem}/{case['name']}"] = case
    return found


def texts_of(case: dict[str, Any]) -> dict[str, str]:
    texts = {}
    for path, written in case["files"].items():
        text = written
        if "repeat" in case:
            head, body, tail = text.split("@@")
            text = head + "".join(body.replace("{n}", str(n)) for n in range(case["repeat"])) + tail
        if case.get("newline") == "crlf":
            text = text.replace("\n", "\r\n")
        texts[path] = ("\ufeff" if case.get("bom") else "") + text
    return texts


def application_of(texts: dict[str, str], folder: Path) -> Application:
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    if all(path.endswith(".tf") for path in texts):
        return Application(str(folder))
    return load_application(folder, LoadOptions())


def grant_of(case: dict[str, Any], texts: dict[str, str]) -> Grant:
    orders = "aws_dynamodb_table.orders" if "main.tf" in texts else "Orders"
    value = TemplateValue.of(orders, "Arn", after=case.get("suffix", ""))
    if not any("rders" in text for text in texts.values()):
        value = arn_value("arn:aws:dynamodb:*:*:table/orders")
    if "bucket" in case:
        value = TemplateValue.of(case["bucket"], "Arn", after="/*")
    if "literal" in case:
        value = arn_value(case["literal"])
    return Grant(
        ("dynamodb:GetItem", "dynamodb:PutItem"),
        (value,),
        (VARIABLE,) if case.get("condition") else (),
    )


def patched(case: dict[str, Any], folder: Path) -> tuple[Patch, dict[str, str]]:
    texts = texts_of(case)
    application = application_of(texts, folder)
    places = {item.logical_id: item.resource.template for item in application.functions.values()}
    only = case.get("functions") or list(places)
    plans = [
        FunctionPlan(
            name, places.get(name, next(iter(texts))), (grant_of(case, texts),), (),
            case.get("memory"), case.get("timeout"), case.get("concurrency"),
        )
        for name in only
    ]  # fmt: skip
    return patch(texts, plans, application, remove_unused=case.get("remove_unused", False)), texts


def shown(result: Patch) -> str:
    notes = "".join(
        f"{note.kind}: {note.function}: {note.what} ({note.where}) {note.cure}\n"
        for note in result.notes
    )
    return notes + result.diff


@pytest.mark.parametrize("name", cases())
def test_case(name: str, tmp_path: Path) -> None:
    result, texts = patched(cases()[name], tmp_path)
    expected = (HERE / "expected" / f"{name}.diff").read_bytes().decode()
    assert shown(result) == expected
    assert result.reversal.apply(result.apply(texts)) == texts


def test_every_expected_file_has_a_case() -> None:
    files = {
        path.relative_to(HERE / "expected").with_suffix("").as_posix()
        for path in (HERE / "expected").rglob("*.diff")
    }
    assert files == set(cases())
    assert len(files) >= 60


def test_references_of_other_kinds() -> None:
    value = TemplateValue((Ref("AWS::Region", "Ref"), "/", Ref("Orders", "StreamArn")))
    from ringfence.edits.emit import Intrinsic
    from ringfence.edits.values import cloudformation_value, serverless_value

    assert cloudformation_value(value) == Intrinsic("Sub", "${AWS::Region}/${Orders.StreamArn}")
    parts = [Intrinsic("Ref", "AWS::Region"), "/", Intrinsic("GetAtt", ["Orders", "StreamArn"])]
    assert serverless_value(value) == Intrinsic("Join", ["", parts])


def _write_expected() -> None:
    import tempfile

    for name, case in cases().items():
        with tempfile.TemporaryDirectory() as folder:
            result, _ = patched(case, Path(folder))
        target = HERE / "expected" / f"{name}.diff"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(shown(result).encode())


if __name__ == "__main__":
    _write_expected()
