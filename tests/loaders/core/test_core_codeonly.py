"""Without a template, what looks like a handler becomes a function of unknown exposure."""

from __future__ import annotations

import pytest
from core_helpers import write

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
    assert application.skipped[0].reason == (
        "there is none that Ringfence can read, so who may call the 2 functions found in code, "
        "and what they may do, is not known"
    )
