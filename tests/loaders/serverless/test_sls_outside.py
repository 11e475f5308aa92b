"""Services for other clouds: the code of their functions is read, and the report says what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringfence.model.application import Application
from ringfence.model.severity import Exposure
from ringfence.model.value import plain
from ringfence.testing import app, scanned


def located(application: Application) -> dict[str, str]:
    """Function → its file, symbol and language, or why there is no code."""
    return {
        function.logical_id: f"{function.code.file} {function.code.symbol} {function.language}"
        if function.code
        else function.code_problem
        for function in application.functions.values()
    }


def test_functions_of_another_cloud_have_code_and_an_unknown_sender(tmp_path: Path) -> None:
    application = app(
        tmp_path,
        {
            "serverless.yml": """\
                service: shop
                provider: {name: openwhisk, runtime: 'python:3', environment: {TABLE: orders}}
                functions:
                  list: {handler: api/orders.list_all, environment: {LIMIT: 5}}
                  plain: {handler: simple}
                  chain: {sequence: [list, plain]}
                  gone: {handler: gone.main}
                  native: {handler: native.main, runtime: swift}
                """,
            "api/orders.py": "def list_all(params):\n    return params\n",
            "simple.py": "def main(params):\n    return params\n",
        },
    )
    assert [(item.path, item.format) for item in application.templates] == [
        ("serverless.yml", "serverless")
    ]
    assert located(application) == {
        "list": "api/orders.py list_all python",
        "plain": "simple.py main python",
        "chain": "it is a sequence of other functions",
        "gone": "no source file for the handler 'gone.main' in .",
        "native": "language not analysed: swift",
    }
    function = application.functions["serverless.yml#list"]
    assert {key: plain(value) for key, value in function.environment.items()} == {
        "TABLE": "orders",
        "LIMIT": 5,
    }
    assert function.location.line == 4
    assert {trigger.sender.exposure for trigger in application.triggers.values()} == {
        Exposure.UNKNOWN
    }
    assert application.resources == {}
    note = application.skipped[0]
    assert (note.what, note.reason, note.location and note.location.line) == (
        "serverless.yml",
        "the provider openwhisk is not AWS: the code of its functions is read, but not who may call "
        "them and what they may do",
        2,
    )


@pytest.mark.parametrize(
    ("provider", "runtime", "handler", "file", "symbol"),
    [
        ("google", "nodejs18", "http", "index.js", "http"),
        ("google", "python39", "endpoint", "main.py", "endpoint"),
        ("google", "nodejs18", "hello", "function.js", "hello"),
        ("azure", "", "src/handlers/hello.sayHello", "src/handlers/hello.ts", "sayHello"),
        ("huawei", "Node.js14.18", "index.handler", "src/index.js", "handler"),
        ("tencent", "Nodejs8.9", "index.main_handler", "index.js", "main_handler"),
        ("twilio", "", "forward-call", "forward-call.js", "handler"),
        ("kubeless", "python3.6", "handler.hello", "handler.py", "hello"),
    ],
)
def test_each_provider_writes_handlers_in_its_own_way(
    tmp_path: Path, provider: str, runtime: str, handler: str, file: str, symbol: str
) -> None:
    application = app(
        tmp_path,
        {
            "serverless.yml": f"service: s\nprovider: {{name: {provider}, runtime: '{runtime}'}}\n"
            f"functions: {{f: {{handler: {handler}}}}}\n",
            file: f"def {symbol}(a): pass\n" if file.endswith("py") else f"exports.{symbol} = 1;\n",
        },
    )
    language = {"py": "python", "js": "javascript", "ts": "typescript"}[file.rpartition(".")[2]]
    assert located(application) == {"f": f"{file} {symbol} {language}"}


def test_a_manifest_names_the_main_module(tmp_path: Path) -> None:
    application = app(
        tmp_path,
        {
            "serverless.yml": "service: s\nprovider: {name: google, runtime: nodejs18}\n"
            "functions: {f: {handler: hello}}\n",
            "package.json": '{"main": "./src/App.ts"}',
            "src/App.ts": "export const hello = (request, response) => response.end();\n",
            "index.js": "exports.other = 1;\n",
        },
    )
    assert located(application) == {"f": "src/App.ts hello typescript"}


def test_what_has_no_handler_says_so(tmp_path: Path) -> None:
    application = app(
        tmp_path,
        {
            "serverless.yml": """\
                service: s
                provider: {name: cloudflare}
                functions:
                  worker: {script: worker}
                  image: {handler: service.dockerfile, context: ./code}
                  empty: {memory: 5}
                """
        },
    )
    assert located(application) == {
        "worker": "it is a script that listens for events, without a handler",
        "image": "the handler service.dockerfile names no code that Ringfence reads",
        "empty": "no handler is given",
    }


def test_code_for_another_cloud_is_analysed_and_rules_for_aws_leave_it_alone(
    tmp_path: Path,
) -> None:
    result = scanned(
        tmp_path,
        {
            "serverless.yml": """\
                service: s
                provider: {name: openwhisk, runtime: 'python:3'}
                functions: {run: {handler: run.main}}
                """,
            "run.py": "import os\ndef main(params):\n    os.system('ls ' + params['folder'])\n",
        },
    )
    assert [(item.rule, item.location.file, item.location.line) for item in result.findings] == [
        ("os-command-injection", "run.py", 3)
    ]
