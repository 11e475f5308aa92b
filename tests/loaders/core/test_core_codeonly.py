"""Without a template, what looks like a handler becomes a function of unknown exposure."""

from __future__ import annotations

import pytest
from core_helpers import write

from ringfence.errors import NothingToRead
from ringfence.loaders import load_application
from ringfence.loaders.codeonly import handlers_in
from ringfence.model.severity import Exposure


@pytest.mark.parametrize(
    ("file", "text", "symbols"),
    [
        ("a.py", "def lambda_handler(event, context):\n", ["lambda_handler"]),
        ("a.py", "async def process(event: dict[str, Any], context: LambdaContext) -> dict:\n", ["process"]),
        ("a.py", "def handler(event, context=None): ...\n", ["handler"]),
        ("a.py", "def main(event, _context):\n", ["main"]),
        ("a.py", "def handler(\n    event,\n    context,\n):\n", ["handler"]),
        ("a.py", "def handler(event: APIGatewayProxyEventV2, _: object): ...\n", ["handler"]),
        ("a.py", "def create_handler(e, c):\n", ["create_handler"]),
        ("a.py", "def create(name, size):\n", []),
        ("a.py", "    def on_click(self, event):\n", []),
        ("a.py", "def add(a, b):\n", []),
        ("a.py", "  def inner(event, context):\n", []),
        ("a.js", "exports.handler = async (event) => {", ["handler"]),
        ("a.js", "module.exports.handler = function (event, context, callback) {", ["handler"]),
        ("a.js", "module.exports.create = async (event, context) => {", ["create"]),
        ("a.js", "exports.lambdaHandler = middy(run)", ["lambdaHandler"]),
        ("a.mjs", "export const handler = async (event) => ({})", ["handler"]),
        ("a.ts", "export const handler: APIGatewayProxyHandler = async (event) => {", ["handler"]),
        ("a.ts", "export async function handler(event: S3Event): Promise<void> {", ["handler"]),
        ("a.ts", "export const add = (a: number) => a", []),
        ("a.js", "if (exports.handler == null) {}", []),
        ("a.js", "// nothing", []),
    ],
)  # fmt: skip
def test_handlers(file, text, symbols):
    assert [symbol for symbol, _ in handlers_in(file, text)] == symbols


def test_functions_of_a_folder_without_a_template(tmp_path):
    write(
        tmp_path,
        service__package_json="{}",
        service__src__orders_js="'use strict';\n\nexports.handler = async (event) => {};\n",
        worker_py="import os\n\n\ndef lambda_handler(event, context):\n    return 1\n",
        tests__test_worker_py="def handler(event, context): ...\n",
        types_d_ts="export const handler = 1;\n",
        node_modules__x__index_js="exports.handler = (event, context) => 1;\n",
    )
    (tmp_path / "types_d.ts").rename(tmp_path / "types.d.ts")
    application = load_application(tmp_path)
    found = {
        key: (
            value.logical_id,
            value.language,
            value.handler,
            str(value.location),
            value.code and value.code.root,
        )
        for key, value in application.functions.items()
    }
    assert found == {
        "worker.py#lambda_handler": (
            "worker.lambda_handler", "python", "worker.lambda_handler", "worker.py:4:1", "",
        ),
        "service/src/orders.js#handler": (
            "orders.handler", "javascript", "service/src/orders.handler", "service/src/orders.js:3:1", "service",
        ),
    }  # fmt: skip
    trigger = application.triggers["worker.py#lambda_handler!invoke"]
    assert (trigger.kind, trigger.sender.exposure, trigger.authentication.kind) == (
        "invoke",
        Exposure.UNKNOWN,
        "unknown",
    )
    note = application.skipped[0]
    assert (note.reason, note.cure) == (
        "there is no template that Ringfence can read; who may call the 2 functions found in code, "
        "and what they may do, is not known",
        "scan the folder that holds the template of the application",
    )


@pytest.mark.parametrize(
    ("file", "words", "cure"),
    [
        ("infra__cdk_json", "a CDK application that is not synthesised", "run 'cdk synth' and scan again: the templates in cdk.out are read"),
        ("main_tf", "Terraform, which Ringfence does not read yet", "scan a CloudFormation, SAM or Serverless Framework template of it"),
        ("Pulumi_yaml", "a Pulumi program, which Ringfence does not read", "scan a CloudFormation, SAM or Serverless Framework template of it"),
    ],
)  # fmt: skip
def test_what_declares_the_application_instead_is_said(tmp_path, file, words, cure):
    write(tmp_path, **{file: "{}"})
    with pytest.raises(NothingToRead) as caught:
        load_application(tmp_path)
    assert (caught.value.what, caught.value.cure) == (f"no template, only {words}", cure)
    write(tmp_path, app_js="exports.handler = async (event) => {}")
    note = load_application(tmp_path).skipped[0]
    assert note.cure == cure
    assert note.reason.startswith(f"there is {words}; who may call the function found in code")
