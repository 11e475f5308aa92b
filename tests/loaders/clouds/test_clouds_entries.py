"""Functions of other clouds by what registers them: their triggers, and who may cause them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringfence.loaders.clouds import entries_in
from ringfence.testing import app, scanned


def entries(folder: Path, files: dict[str, str]) -> dict[str, tuple[str, str, str, str]]:
    """Function → kind, name of its entry, exposure and authentication."""
    application = app(folder, dict(files))
    return {
        application.functions[trigger.function].logical_id: (
            trigger.kind,
            trigger.name,
            str(trigger.sender.exposure),
            trigger.authentication.kind,
        )
        for trigger in application.triggers.values()
    }


AZURE_PYTHON = """\
    import azure.functions as func
    from azure.functions import AuthLevel
    from flask import Flask

    web = Flask(__name__)
    app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
    closed = func.FunctionApp()
    LEVEL = "admin"

    @app.route(route="orders/{id}", methods=["GET", "POST"])
    def orders(req): ...

    @app.function_name(name="Stock")
    @app.route(route="stock", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
    def stock(req, context): ...

    @app.route(auth_level=AuthLevel.ADMIN)
    async def admin(req): ...

    @app.route(auth_level=LEVEL)
    def constant(req): ...

    @closed.route()
    def usual(req): ...

    @app.service_bus_topic_trigger(arg_name="m", topic_name="t", subscription_name="s", connection="c")
    def topic(m): ...

    @app.blob_trigger(arg_name="b", path="up/{name}", connection="c")
    def blob(b): ...

    @app.schedule(schedule="0 0 * * * *", arg_name="t")
    def clock(t): ...

    @app.generic_trigger(arg_name="q", type="queueTrigger", queueName="raw")
    def raw(q): ...

    @web.route("/flask")
    def page(): ...

    def helper(event, context): ...
    """


def test_azure_in_python(tmp_path: Path) -> None:
    assert entries(tmp_path, {"function_app.py": AZURE_PYTHON}) == {
        "orders": ("azure-http", "ANY /api/orders/{id}", "anyone", "none"),
        "Stock": ("azure-http", "GET /api/stock", "authenticated", "api-key"),
        "admin": ("azure-http", "ANY /api/admin", "principal", "api-key"),
        "constant": ("azure-http", "ANY /api/constant", "principal", "api-key"),
        "usual": ("azure-http", "ANY /api/usual", "authenticated", "api-key"),
        "topic": ("azure-servicebus", "topic t", "unknown", "provider"),
        "blob": ("azure-blob", "container up/{name}", "unknown", "provider"),
        "clock": ("azure-timer", "schedule 0 0 * * * *", "none", "provider"),
        "raw": ("azure-queue", "queue raw", "unknown", "provider"),
    }


def test_a_blueprint_does_not_tell_the_level_of_its_application(tmp_path: Path) -> None:
    files = {
        "function_app.py": "import azure.functions as func\nfrom more import bp\n"
        "app = func.FunctionApp()\napp.register_functions(bp)\n",
        "more.py": "import azure.functions as func\nbp = func.Blueprint()\n\n"
        "@bp.route(route='a')\ndef a(req): ...\n",
    }
    assert entries(tmp_path, files) == {"a": ("azure-http", "ANY /api/a", "unknown", "unknown")}


def test_an_application_of_another_file_and_a_whole_framework(tmp_path: Path) -> None:
    files = {
        "function_app.py": "import azure.functions as func\nfrom shared import app\n\n"
        "@app.queue_trigger(arg_name='m', queue_name='q', connection='c')\ndef take(m): ...\n",
        "web.py": "import azure.functions as func\nfrom api import fastapi\n"
        "app = func.AsgiFunctionApp(app=fastapi, http_auth_level=func.AuthLevel.ANONYMOUS)\n",
    }
    assert entries(tmp_path, files) == {
        "take": ("azure-queue", "queue q", "unknown", "provider"),
        "app": ("azure-http", "ANY /{*route}", "anyone", "none"),
    }


AZURE_NODE = """\
    import { app, HttpRequest, InvocationContext } from '@azure/functions';
    import * as df from 'durable-functions';

    const settings = { methods: ['POST'], authLevel: 'function', handler: run };
    export async function run(request: HttpRequest, context: InvocationContext) { return {}; }
    app.http('keyed', settings);
    app.http('open', { route: 'v1/open', methods: ['GET'], handler: run });
    app.http('master', { authLevel: 'admin', handler: run });
    app.http('spread', { ...settings, methods: ['GET'] });
    app.deleteRequest('gone', run);
    app.serviceBusTopic('topic', { topicName: 't', subscriptionName: 's', connection: 'c', handler: run });
    app.cosmosDB('items', { containerName: 'items', databaseName: 'd', connection: 'c', handler: run });
    app.timer('clock', { schedule: '0 * * * * *', handler: run });
    app.unknown('no', { handler: run });
    export const handler = (event, context) => 1;
    """


def test_azure_in_typescript(tmp_path: Path) -> None:
    assert entries(tmp_path, {"src/functions/all.ts": AZURE_NODE}) == {
        "keyed": ("azure-http", "POST /api/keyed", "authenticated", "api-key"),
        "open": ("azure-http", "GET /api/v1/open", "anyone", "none"),
        "master": ("azure-http", "ANY /api/master", "principal", "api-key"),
        "spread": ("azure-http", "GET /api/spread", "unknown", "unknown"),
        "gone": ("azure-http", "DELETE /api/gone", "anyone", "none"),
        "topic": ("azure-servicebus", "topic t", "unknown", "provider"),
        "items": ("azure-cosmosdb", "container items", "unknown", "provider"),
        "clock": ("azure-timer", "schedule 0 * * * * *", "none", "provider"),
    }


def test_the_manifest_of_the_older_azure_model(tmp_path: Path) -> None:
    files = {
        "host.json": "{}",
        "List/function.json": '{"bindings": [{"type": "httpTrigger", "direction": "in", "name": "req",'
        ' "authLevel": "anonymous", "route": "list", "methods": ["get"]}]}',
        "List/index.js": "module.exports = async function (context, req) {};\n",
        "Built/function.json": '{"scriptFile": "../dist/Built/index.js", "bindings": '
        '[{"type": "serviceBusTrigger", "direction": "in", "name": "m", "topicName": "t"}]}',
        "Built/index.ts": "const run = async function (context, m) {};\nexport default run;\n",
        "Py/function.json": '{"scriptFile": "__init__.py", "bindings": '
        '[{"type": "httpTrigger", "direction": "in", "name": "req"}]}',
        "Py/__init__.py": "def main(req): ...\n",
        "Other/function.json": '{"bindings": [{"type": "activityTrigger", "name": "x"}]}',
        "Broken/function.json": '{"bindings": [3, null, {"type": 5}]}',
    }
    application = app(tmp_path, dict(files))
    assert {
        function.logical_id: (function.code.file, function.code.symbol, function.code.parameters)
        for function in application.functions.values()
        if function.code is not None
    } == {
        "List": ("List/index.js", "default", ("azure.Context", "event")),
        "Built": ("Built/index.ts", "default", ("azure.Context", "event.body.!json")),
        "Py": ("Py/__init__.py", "main", ("event",)),
    }
    assert {
        (trigger.name, str(trigger.sender.exposure)) for trigger in application.triggers.values()
    } == {("GET /api/list", "anyone"), ("topic t", "unknown"), ("ANY /api/Py", "authenticated")}


def test_google_and_firebase(tmp_path: Path) -> None:
    files = {
        "main.py": """\
            import functions_framework
            from firebase_functions import https_fn, storage_fn, firestore_fn, scheduler_fn

            @functions_framework.http
            def web(request): ...

            @functions_framework.cloud_event
            def anything(cloud_event): ...

            @functions_framework.cloud_event
            def pubsub(event):
                return event.data["message"]["data"]

            @https_fn.on_request()
            def fire(req): ...

            @https_fn.on_request(invoker="private")
            def private(req): ...

            @storage_fn.on_object_finalized(bucket="up")
            def stored(event): ...

            @firestore_fn.on_document_created(document="orders/{id}")
            def made(event): ...

            @scheduler_fn.on_schedule(schedule="every day 00:00")
            def clock(event): ...
            """,
        "node/index.js": """\
            const functions = require('firebase-functions');
            const { onCall } = require('firebase-functions/v2/https');
            const api = functions.region('eu').https.onRequest((req, res) => {});
            exports.call = onCall((request) => {});
            module.exports.topic = functions.pubsub.topic('t').onPublish((message) => {});
            exports.nightly = functions.pubsub.schedule('every 24 hours').onRun(() => {});
            exports.user = functions.auth.user().onCreate((user) => {});
            exports.api = api;
            """,
    }
    assert entries(tmp_path, files) == {
        "web": ("google-http", "ANY /web", "unknown", "unknown"),
        "anything": ("google-cloudevent", "the events of anything", "unknown", "provider"),
        "pubsub": ("google-pubsub", "the topic of pubsub", "unknown", "provider"),
        "fire": ("google-http", "ANY /fire", "anyone", "none"),
        "private": ("google-http", "ANY /private", "unknown", "unknown"),
        "stored": ("google-storage", "bucket up", "unknown", "provider"),
        "made": ("google-firestore", "documents orders/{id}", "unknown", "provider"),
        "clock": ("schedule", "schedule every day 00:00", "none", "provider"),
        "api": ("google-http", "ANY /api", "anyone", "none"),
        "call": ("google-http", "ANY /call", "anyone", "none"),
        "topic": ("google-pubsub", "topic t", "unknown", "provider"),
        "nightly": ("schedule", "schedule every 24 hours", "none", "provider"),
        "user": ("google-cloudevent", "the events of user", "unknown", "provider"),
    }


def test_chalice(tmp_path: Path) -> None:
    application = app(
        tmp_path,
        {
            "app.py": """\
                from chalice import Chalice, Rate

                app = Chalice(app_name="shop")

                @app.route("/")
                def index(): ...

                @app.route("/orders", methods=["POST"], api_key_required=True)
                def make(): ...

                @app.route("/orders/{id}", authorizer=authorizer)
                def one(id): ...

                @app.on_sqs_message(queue="orders")
                def work(event): ...

                @app.schedule(Rate(1, unit=Rate.HOURS))
                def clock(event): ...
                """
        },
    )
    assert [
        (t.function, t.kind, t.name, str(t.sender.exposure), t.authentication.kind)
        for t in application.triggers.values()
    ] == [
        ("app.py#app", "apigateway-rest", "GET /", "anyone", "none"),
        ("app.py#app", "apigateway-rest", "POST /orders", "authenticated", "api-key"),
        ("app.py#app", "apigateway-rest", "GET /orders/{id}", "authenticated", "custom"),
        ("app.py#work", "sqs", "queue orders", "unknown", "provider"),
        ("app.py#clock", "schedule", "schedule", "none", "provider"),
    ]
    assert list(application.functions) == ["app.py#app", "app.py#work", "app.py#clock"]
    assert application.skipped[0].reason == (
        "there is no template that Ringfence can read; what the 3 functions found in code may do "
        "is not known"
    )


def test_zappa(tmp_path: Path) -> None:
    files = {
        "zappa_settings.json": '{"dev": {"app_function": "shop.app", "events": '
        '[{"function": "tasks.nightly", "expression": "rate(1 day)"}]}, '
        '"prod": {"extends": "dev"}, "none": 3}',
        "shop.py": "from flask import Flask\napp = Flask(__name__)\n",
        "tasks.py": "def nightly(event, context): ...\n",
    }
    assert entries(tmp_path, files) == {
        "app": ("apigateway-rest", "ANY /{proxy+}", "anyone", "none"),
        "nightly": ("schedule", "schedule rate(1 day)", "none", "provider"),
    }


@pytest.mark.parametrize(
    ("files", "functions"),
    [
        ({"stack.yml": "provider: {name: aws}\nfunctions: {a: {handler: ./a}}\n"}, 0),
        ({"stack.yml": "provider: {name: openfaas}\nfunctions: {a: {handler: ../../x}}\n"}, 0),
        ({"stack.yml": "provider: {name: openfaas}\nfunctions: [a]\n"}, 0),
        ({"func.yaml": "runtime: go\n"}, 0),
        ({"func.yaml": "runtime: python\n", "func.py": "def other(x): ...\n"}, 0),
        ({"func.yaml": "- a\n"}, 0),
        ({"requirements.txt": "functions-framework", "main.py": "def helper(a, b, c): ...\n"}, 0),
        ({"requirements.txt": "functions-framework", "main.py": "def web(request): ...\n"}, 1),
        ({"requirements.txt": "flask", "main.py": "def web(request): ...\n"}, 0),
    ],
)
def test_manifests_that_declare_nothing(
    files: dict[str, str], functions: int, tmp_path: Path
) -> None:
    handler = {"app.js": "exports.handler = async (event) => 1;\n"}
    assert len(app(tmp_path, {**handler, **files}).functions) == functions + 1


@pytest.mark.parametrize(
    "text",
    [
        "import azure.functions\napp = app()\n@app.route()\ndef f(r): ...\n",
        "import azure.functions as f\na = b()\nb = a()\n@a.queue_trigger()\ndef f(): ...\n",
        "import azure.functions as f\n@" + "a." * 500 + "route()\ndef f(r): ...\n",
        "# azure.functions\n" + "if x:\n" + " " + "pass\n",
        "import functions_framework\n@functions_framework.http\nclass C: ...\n",
    ],
)
def test_odd_registrations_end(text: str) -> None:
    entries_in("a.py", text, "python")
    entries_in("a.js", f"// @azure/functions\nconst app = app();\napp.http('x', {{}});{text}", "")


def test_a_folder_of_such_functions_says_what_is_not_read(tmp_path: Path) -> None:
    result = scanned(tmp_path, {"function_app.py": AZURE_PYTHON})
    assert [(note.what, note.reason) for note in result.skipped] == [
        (
            "the permissions",
            "what the 9 functions of other clouds than AWS may do is not known: their permissions "
            "and deployment files are not read",
        )
    ]


def test_a_stack_above_folders_with_packages_of_their_own(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "stack.yaml": "provider: {name: openfaas}\nfunctions: {hello: {lang: node20, handler: ./hello}}\n",
        "hello/package.json": "{}",
        "hello/handler.js": "module.exports = async (event, context) => context.succeed(1);\n",
    }
    result = scanned(tmp_path, files)
    assert [(entry.kind, entry.name) for entry in result.entries] == [
        ("openfaas", "ANY /function/hello")
    ]


def test_an_application_of_azure_below_a_template_of_aws(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "template.yaml": "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n"
        "    Type: AWS::Serverless::Function\n"
        "    Properties: {Runtime: python3.13, Handler: app.handler, CodeUri: aws/}\n",
        "aws/app.py": "def handler(event, context): ...\n",
        "aws/helper.py": "def helper_handler(event, context): ...\n",
        "azure/host.json": "{}",
        "azure/function_app.py": "import azure.functions as func\napp = func.FunctionApp()\n\n"
        "@app.route(route='a')\ndef a(req): ...\n",
    }
    result = scanned(tmp_path, files)
    assert set(result.functions) == {"template.yaml#F", "azure/function_app.py#a"}


def test_what_a_durable_client_answers_is_its_own(tmp_path: Path) -> None:
    text = """\
        import azure.functions as func
        import azure.durable_functions as df

        app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)

        @app.route(route="start")
        @app.durable_client_input(client_name="client")
        async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient):
            number = await client.start_new("work", None, req.get_json())
            response = client.create_check_status_response(req, number)
            return func.HttpResponse(headers={"Location": response.headers.get("Location")})
        """
    result = scanned(tmp_path, {"function_app.py": text})
    assert [finding.rule for finding in result.findings] == ["anonymous-entry"]


@pytest.mark.parametrize(
    "handler", ["../outside", "link", "/etc", "a" * 5_000, "a\\0b", "''", "[x]", "{y: 1}", "~"]
)
def test_a_manifest_leads_nowhere_outside_of_the_folder(handler: str, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "handler.py").write_text("def handle(event, context): ...\n")
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(outside, target_is_directory=True)
    files = {
        "app.js": "exports.handler = async (event) => 1;\n",
        "stack.yml": f'provider: {{name: openfaas}}\nfunctions: {{a: {{handler: "{handler}"}}}}\n',
    }
    assert list(app(root, dict(files)).functions) == ["app.js#handler"]


def test_many_routes_and_functions_of_one_file(tmp_path: Path) -> None:
    routes = "".join(f"@app.route('/r{number}')\ndef f{number}(): ...\n" for number in range(1_500))
    functions = "".join(
        f"  f{number}: {{lang: python3, handler: ./h}}\n" for number in range(2_000)
    )
    files = {
        "app.py": f"from chalice import Chalice\napp = Chalice('x')\n{routes}",
        "stack.yml": f"provider: {{name: openfaas}}\nfunctions:\n{functions}",
        "h/handler.py": "def handle(req): ...\n",
    }
    application = app(tmp_path, dict(files))
    assert (len(application.functions), len(application.triggers)) == (2, 1_501)
