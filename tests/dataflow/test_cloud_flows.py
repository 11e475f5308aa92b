"""Functions of other clouds through a whole scan: what their senders control, and what they do not."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked_code import checked

from ringfence.model.application import OUTSIDE_KINDS
from ringfence.report import FORMATS, REPORTERS, ReportSettings

AZURE_PYTHON = """\
    import json
    import logging
    import os
    import subprocess
    import azure.functions as func

    app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

    """
AZURE_NODE = """\
    const { app } = require('@azure/functions');
    const { execSync, execFileSync } = require('child_process');

    """

#: Kind → a function that does harm and one that does not, and the file that holds them.
CASES: dict[str, tuple[str, str]] = {
    "azure-http python": (
        "function_app.py",
        AZURE_PYTHON
        + """\
    @app.route(route="run/{tool}", methods=["POST"])
    def run(req: func.HttpRequest) -> func.HttpResponse:
        os.system("ls " + req.params.get("name"))  # bad: os-command-injection
        os.system("ls " + req.route_params["tool"])  # bad: os-command-injection
        body = req.get_json()
        eval(body["expression"])  # bad: code-injection
        os.system(req.get_body().decode())  # bad: os-command-injection
        os.system("x " + req.method)
        return func.HttpResponse("<b>" + req.form["x"] + "</b>", mimetype="text/html")  # bad: cross-site-scripting

    @app.route(route="safe")
    def safe(req: func.HttpRequest) -> func.HttpResponse:
        subprocess.run(["ls", "--", str(int(req.params.get("count")))], check=True)
        return func.HttpResponse(req.params.get("name"))

    @app.route(route="moved")
    def moved(req: func.HttpRequest) -> func.HttpResponse:
        return func.HttpResponse(status_code=302, headers={"Location": req.params["to"]})  # bad: open-redirect
    """,
    ),
    "azure-http node": (
        "src/functions/run.js",
        AZURE_NODE
        + """\
    app.http('run', {
      methods: ['POST'],
      handler: async (request, context) => {
        execSync('ls ' + request.query.get('name')); // bad: os-command-injection
        execSync('ls ' + request.params.tool); // bad: os-command-injection
        const body = await request.json();
        eval(body.expression); // bad: code-injection
        execSync(`ls ${await request.text()}`); // bad: os-command-injection
        execSync('x ' + request.method);
        return { body: `<b>${request.headers.get('x')}</b>`, headers: { 'Content-Type': 'text/html' } }; // bad: cross-site-scripting
      },
    });
    app.get('safe', async (request) => {
      execFileSync('ls', ['--', String(Number(request.query.get('count')))]);
      return { jsonBody: { name: request.query.get('name') } };
    });
    """,
    ),
    "azure-queue python": (
        "function_app.py",
        AZURE_PYTHON
        + """\
    @app.queue_trigger(arg_name="msg", queue_name="orders", connection="S")
    @app.queue_output(arg_name="out", queue_name="done", connection="S")
    def ship(out: func.Out[str], msg: func.QueueMessage) -> None:
        order = json.loads(msg.get_body().decode("utf-8"))
        os.system("ship " + order["id"])  # bad: os-command-injection
        os.system("ship " + msg.get_json()["id"])  # bad: os-command-injection
        os.system("ship " + msg.id)
        os.system("ship " + msg.pop_receipt)

    @app.queue_trigger(arg_name="text", queue_name="plain", connection="S")
    def plain(text: str) -> None:
        os.system("ship " + text)  # bad: os-command-injection
    """,
    ),
    "azure-queue node": (
        "index.js",
        AZURE_NODE
        + """\
    async function ship(message, context) {
      execSync('ship ' + message.id); // bad: os-command-injection
      execFileSync('ship', ['--', message.id]);
    }
    app.storageQueue('ship', { queueName: 'orders', connection: 'S', handler: ship });
    """,
    ),
    "azure-servicebus python": (
        "function_app.py",
        AZURE_PYTHON
        + """\
    @app.service_bus_topic_trigger(arg_name="msg", topic_name="t", subscription_name="s", connection="S")
    def ship(msg: func.ServiceBusMessage) -> None:
        os.system("ship " + msg.get_body().decode())  # bad: os-command-injection
        os.system("ship " + msg.user_properties["x"])  # bad: os-command-injection
        os.system("ship " + str(msg.delivery_count) + msg.lock_token)
    """,
    ),
    "azure-servicebus node": (
        "index.js",
        AZURE_NODE
        + """\
    app.serviceBusQueue('ship', { queueName: 'q', connection: 'S', handler: async (message) => {
      execSync('ship ' + message); // bad: os-command-injection
      execFileSync('ship', ['--', message]);
    } });
    """,
    ),
    "azure-blob python": (
        "function_app.py",
        AZURE_PYTHON
        + """\
    @app.blob_trigger(arg_name="blob", path="uploads/{name}", connection="S")
    def convert(blob: func.InputStream) -> None:
        os.system("convert " + blob.name)  # bad: os-command-injection
        eval(blob.read())  # bad: code-injection
        subprocess.run(["convert", "--", blob.name], check=True)
    """,
    ),
    "azure-blob node": (
        "index.js",
        AZURE_NODE
        + """\
    app.storageBlob('convert', { path: 'uploads/{name}', connection: 'S', handler: (blob, context) => {
      eval(blob.toString()); // bad: code-injection
      execSync('convert ' + context.triggerMetadata.name); // bad: os-command-injection
      execFileSync('convert', ['--', context.triggerMetadata.name]);
    } });
    """,
    ),
    "azure-eventhub python": (
        "function_app.py",
        AZURE_PYTHON
        + """\
    @app.event_hub_message_trigger(arg_name="events", event_hub_name="hub", connection="C")
    def many(events: list[func.EventHubEvent]) -> None:
        for event in events:
            os.system("x " + event.get_body().decode())  # bad: os-command-injection
            os.system("x " + str(event.sequence_number) + event.iothub_metadata["device"])

    @app.event_hub_message_trigger(arg_name="event", event_hub_name="hub", connection="C")
    def one(event: func.EventHubEvent) -> None:
        os.system("x " + event.partition_key)  # bad: os-command-injection
    """,
    ),
    "azure-eventhub node": (
        "index.js",
        AZURE_NODE
        + """\
    app.eventHub('many', { eventHubName: 'hub', cardinality: 'many', handler: (messages) => {
      messages.forEach((message) => {
        execSync('x ' + message.name); // bad: os-command-injection
        execFileSync('x', ['--', message.name]);
      });
    } });
    """,
    ),
    "azure-eventgrid python": (
        "function_app.py",
        AZURE_PYTHON
        + """\
    @app.event_grid_trigger(arg_name="event")
    def take(event: func.EventGridEvent) -> None:
        data = event.get_json()
        os.system("x " + data["url"])  # bad: os-command-injection
        os.system("x " + event.subject)  # bad: os-command-injection
        os.system("x " + event.id + event.topic)
    """,
    ),
    "azure-eventgrid node": (
        "index.js",
        AZURE_NODE
        + """\
    app.eventGrid('take', { handler: (event, context) => {
      execSync('x ' + event.data.url); // bad: os-command-injection
      execSync('x ' + event.id);
    } });
    """,
    ),
    "azure-cosmosdb python": (
        "function_app.py",
        AZURE_PYTHON
        + """\
    @app.cosmos_db_trigger(arg_name="documents", container_name="items", database_name="d", connection="C")
    def changed(documents: func.DocumentList) -> None:
        for document in documents:
            os.system("x " + document["name"])  # bad: os-command-injection
            os.system("x " + document.to_dict()["name"])  # bad: os-command-injection
            os.system("x " + document["_etag"])
    """,
    ),
    "azure-cosmosdb node": (
        "index.js",
        AZURE_NODE
        + """\
    app.cosmosDB('changed', { containerName: 'items', databaseName: 'd', connection: 'C', handler: (documents) => {
      for (const document of documents) {
        execSync('x ' + document.name); // bad: os-command-injection
        execSync('x ' + document._ts);
      }
    } });
    """,
    ),
    "azure-timer python": (
        "function_app.py",
        AZURE_PYTHON
        + """\
    @app.timer_trigger(schedule="0 */5 * * * *", arg_name="timer")
    def clock(timer: func.TimerRequest) -> None:
        os.system("x " + str(timer.past_due))
    """,
    ),
    "azure-timer node": (
        "index.js",
        AZURE_NODE
        + """\
    app.timer('clock', { schedule: '0 */5 * * * *', handler: (timer) => {
      execSync('x ' + timer.schedule);
    } });
    """,
    ),
    "google-http python": (
        "main.py",
        """\
    import os
    import functions_framework
    from markupsafe import escape

    @functions_framework.http
    def run(request):
        os.system("ls " + request.args["name"])  # bad: os-command-injection
        data = request.get_json(silent=True)
        eval(data["expression"])  # bad: code-injection
        return "<b>" + request.args["name"] + "</b>"  # bad: cross-site-scripting

    @functions_framework.http
    def safe(request):
        return str(escape(request.args.get("name", "")))
    """,
    ),
    "google-http node": (
        "index.js",
        """\
    const functions = require('@google-cloud/functions-framework');
    const { execSync, execFileSync } = require('child_process');

    functions.http('run', (req, res) => {
      execSync('ls ' + req.body.name); // bad: os-command-injection
      res.send(`<b>${req.query.name}</b>`); // bad: cross-site-scripting
    });
    functions.http('safe', (req, res) => {
      execFileSync('ls', ['--', req.query.name]);
      res.json({ name: req.query.name });
    });
    """,
    ),
    "google-pubsub python": (
        "main.py",
        """\
    import base64
    import json
    import os
    import functions_framework

    @functions_framework.cloud_event
    def take(cloud_event):
        text = base64.b64decode(cloud_event.data["message"]["data"]).decode()
        os.system("x " + text)  # bad: os-command-injection
        eval(json.loads(text)["expression"])  # bad: code-injection
        os.system("x " + cloud_event.data["message"]["attributes"]["name"])  # bad: os-command-injection
        os.system("x " + cloud_event.data["message"]["messageId"] + cloud_event["id"])
    """,
    ),
    "google-pubsub node": (
        "index.ts",
        """\
    import * as functions from 'firebase-functions';
    import { onMessagePublished } from 'firebase-functions/v2/pubsub';
    import { execSync, execFileSync } from 'child_process';

    export const take = onMessagePublished('orders', (event) => {
      execSync('x ' + event.data.message.json.name); // bad: os-command-injection
      execFileSync('x', ['--', event.data.message.json.name]);
    });
    export const older = functions.pubsub.topic('orders').onPublish((message, context) => {
      execSync('x ' + Buffer.from(message.data, 'base64').toString()); // bad: os-command-injection
    });
    """,
    ),
    "google-storage python": (
        "main.py",
        """\
    import os
    import functions_framework

    @functions_framework.cloud_event
    def take(cloud_event):
        data = cloud_event.data
        os.system("x " + data["name"])  # bad: os-command-injection
        os.system("x " + data["bucket"])

    @functions_framework.background_event
    def older(data, context):
        os.system("x " + data["name"])  # bad: os-command-injection
        os.system("x " + data["bucket"])
    """,
    ),
    "google-storage node": (
        "index.js",
        """\
    const { onObjectFinalized } = require('firebase-functions/v2/storage');
    const functions = require('firebase-functions/v1');
    const { execSync } = require('child_process');

    exports.take = onObjectFinalized({ bucket: 'up' }, (event) => {
      execSync('x ' + event.data.name); // bad: os-command-injection
      execSync('x ' + event.data.bucket);
    });
    exports.older = functions.storage.object().onFinalize((object) => {
      execSync('x ' + object.name); // bad: os-command-injection
      execSync('x ' + object.bucket);
    });
    """,
    ),
    "google-firestore node": (
        "index.js",
        """\
    const { onDocumentCreated } = require('firebase-functions/v2/firestore');
    const functions = require('firebase-functions');
    const { execSync } = require('child_process');

    exports.take = onDocumentCreated('orders/{id}', (event) => {
      execSync('x ' + event.data.data().name); // bad: os-command-injection
      execSync('x ' + event.params.id); // bad: os-command-injection
      execSync('x ' + event.time);
    });
    exports.older = functions.region('eu').firestore.document('orders/{id}').onUpdate((change, context) => {
      execSync('x ' + change.after.data().name); // bad: os-command-injection
    });
    """,
    ),
    "google-cloudevent node": (
        "index.js",
        """\
    const functions = require('@google-cloud/functions-framework');
    const { execSync } = require('child_process');

    functions.cloudEvent('take', (event) => {
      execSync('x ' + event.data.protoPayload.resourceName); // bad: os-command-injection
      execSync('x ' + event.id);
    });
    """,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_sender_controls_is_followed(case: str, tmp_path: Path) -> None:
    file, text = CASES[case]
    result = checked(tmp_path, {file: text})
    assert {entry.kind for entry in result.entries} == {case.partition(" ")[0]}


MANIFESTS: dict[str, dict[str, str]] = {
    "azure-http": {
        "Run/function.json": '{"bindings": [{"type": "httpTrigger", "direction": "in", "name": "req", '
        '"authLevel": "anonymous"}, {"type": "http", "direction": "out", "name": "res"}]}',
        "Run/index.js": """\
            const { execSync } = require('child_process');
            module.exports = async function (context, req) {
              execSync('ls ' + req.query.name); // bad: os-command-injection
              eval(req.body.expression); // bad: code-injection
              context.log('done');
              context.res = { headers: { 'Content-Type': 'text/html' }, body: req.query.x }; // bad: cross-site-scripting
            };
            """,
        "Safe/function.json": '{"bindings": [{"type": "httpTrigger", "direction": "in", "name": "req"}]}',
        "Safe/index.js": """\
            const { execFileSync } = require('child_process');
            module.exports = async function (context, req) {
              execFileSync('ls', ['--', req.query.name]);
              context.res = { body: req.query.x };
            };
            """,
    },
    "azure-queue": {
        "Take/function.json": '{"scriptFile": "take.py", "entryPoint": "take", "bindings": ['
        '{"type": "queue", "direction": "out", "name": "out", "queueName": "b"}, '
        '{"type": "queueTrigger", "direction": "in", "name": "msg", "queueName": "a"}]}',
        "Take/take.py": """\
            import os
            import azure.functions as func

            def take(msg: func.QueueMessage, out: func.Out[str]) -> None:
                os.system("x " + msg.get_json()["name"])  # bad: os-command-injection
                os.system("x " + msg.id)
            """,
    },
    "openfaas": {
        "stack.yml": """\
            provider: {name: openfaas, gateway: http://127.0.0.1:8080}
            functions:
              http: {lang: python3-http, handler: ./http, image: http}
              classic: {lang: python3, handler: ./classic, image: classic}
              node: {lang: node20, handler: ./node, image: node}
            """,
        "http/handler.py": """\
            import json
            import os

            def handle(event, context):
                os.system("ls " + event.query["name"])  # bad: os-command-injection
                eval(json.loads(event.body)["expression"])  # bad: code-injection
                os.system("ls " + event.method)
                page = "<b>" + event.query["x"] + "</b>"
                return {"statusCode": 200, "body": page, "headers": {"Content-Type": "text/html"}}  # bad: cross-site-scripting
            """,
        "classic/handler.py": """\
            import os
            import subprocess

            def handle(req):
                os.system("ls " + req)  # bad: os-command-injection
                subprocess.run(["ls", "--", req], check=True)
                return req
            """,
        "node/handler.js": """\
            const { execSync } = require('child_process');
            module.exports = async (event, context) => {
              execSync('ls ' + event.body.name); // bad: os-command-injection
              execSync('ls ' + event.method);
              return context.status(200).succeed(event.body);
            };
            """,
    },
    "cloudevents": {
        "js/func.yaml": "specVersion: 0.36.0\nname: js\nruntime: node\n",
        "js/index.js": """\
            const { execSync } = require('child_process');
            const handle = async (context, body) => {
              execSync('ls ' + context.query.name); // bad: os-command-injection
              execSync('ls ' + body.name); // bad: os-command-injection
              execSync('ls ' + context.method);
              return { body: 'done' };
            };
            module.exports = { handle };
            """,
        "ce/func.yaml": "specVersion: 0.36.0\nname: ce\nruntime: node\ninvoke: cloudevent\n",
        "ce/index.js": """\
            const { execSync } = require('child_process');
            exports.handle = async (context, event) => {
              execSync('ls ' + event.data.name); // bad: os-command-injection
            };
            """,
        "py/func.yaml": "specVersion: 0.36.0\nname: py\nruntime: python\n",
        "py/func.py": """\
            import os

            def main(context):
                os.system("ls " + context.cloud_event.data["name"])  # bad: os-command-injection
                os.system("ls " + context.request.args["name"])  # bad: os-command-injection
                return "done", 200
            """,
    },
    "google-http": {
        "package.json": '{"main": "index.js", "dependencies": {"@google-cloud/functions-framework": "3"}}',
        "index.js": """\
            const { execSync, execFileSync } = require('child_process');
            exports.run = (req, res) => {
              execSync('ls ' + req.query.name); // bad: os-command-injection
              execFileSync('ls', ['--', req.query.name]);
              res.status(200).json({});
            };
            """,
    },
    "google-pubsub": {
        "requirements.txt": "functions-framework==3.*\n",
        "main.py": """\
            import base64
            import os

            def take(event, context):
                os.system("x " + base64.b64decode(event["data"]).decode())  # bad: os-command-injection
                os.system("x " + event["attributes"]["name"])  # bad: os-command-injection
                os.system("x " + context.event_id)
            """,
    },
}


@pytest.mark.parametrize("kind", MANIFESTS)
def test_manifests_beside_the_code_tell_the_trigger(kind: str, tmp_path: Path) -> None:
    result = checked(tmp_path, MANIFESTS[kind])
    assert {entry.kind for entry in result.entries} == {kind}


def test_every_kind_has_a_case() -> None:
    assert {case.partition(" ")[0] for case in CASES} | set(MANIFESTS) == OUTSIDE_KINDS


@pytest.mark.parametrize("name", FORMATS)
def test_no_report_of_another_cloud_speaks_of_lambda(name: str, tmp_path: Path) -> None:
    file, text = CASES["azure-queue python"]
    result = checked(tmp_path, {file: text})
    assert "Lambda" not in REPORTERS[name].render(result, ReportSettings())


def test_a_flow_is_told_in_words_of_its_trigger(tmp_path: Path) -> None:
    file, text = CASES["azure-queue node"]
    (finding,) = [f for f in checked(tmp_path, {file: text}).findings if f.family == "injection"]
    assert finding.message == (
        "Field id of the message from queue orders reaches child_process.execSync."
    )


SERVICES = {
    "azure": (
        """\
        service: s
        provider: {name: azure, runtime: nodejs18}
        functions:
          run:
            handler: app.run
            events:
              - http: true
                methods: [GET]
                authLevel: anonymous
          take:
            handler: app.take
            events: [{queue: orders, name: item}]
        """,
        """\
        const { execSync } = require('child_process');
        module.exports.run = async (context, req) => {
          execSync('ls ' + req.query.name); // bad: os-command-injection
          execSync('ls ' + req.method);
        };
        module.exports.take = async (context, item) => {
          execSync('ls ' + item.name); // bad: os-command-injection
        };
        """,
        ["GET /api/run", "queue orders"],
    ),
    "google": (
        """\
        service: s
        provider: {name: google, runtime: nodejs18}
        functions:
          run: {handler: run, events: [{http: path}]}
          take:
            handler: take
            events: [{event: {eventType: providers/cloud.pubsub/eventTypes/topic.publish, resource: projects/p/topics/t}}]
        """,
        """\
        const { execSync } = require('child_process');
        exports.run = (request, response) => {
          execSync('ls ' + request.query.name); // bad: os-command-injection
          response.status(200).json({});
        };
        exports.take = (event, callback) => {
          execSync('ls ' + Buffer.from(event.data, 'base64').toString()); // bad: os-command-injection
          execSync('ls ' + event.id);
        };
        """,
        ["ANY /path", "topic t"],
    ),
}


@pytest.mark.parametrize("provider", SERVICES)
def test_services_of_other_providers_have_their_events(provider: str, tmp_path: Path) -> None:
    template, code, names = SERVICES[provider]
    file = "app.js" if provider == "azure" else "index.js"
    result = checked(tmp_path, {"serverless.yml": template, file: code})
    assert [entry.name for entry in result.entries] == names
