"""Web frameworks and helpers in front of functions of AWS, through a whole scan."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked_code import checked

from ringfence.testing import scanned

URL = "FunctionUrlConfig: {AuthType: NONE}"
QUEUE = "Events: {E: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn}}}"
BUCKET = "Events: {E: {Type: S3, Properties: {Bucket: !Ref B, Events: 's3:ObjectCreated:*'}}}"


def template(runtime: str, events: str, handler: str = "app.handler") -> str:
    return f"""\
Transform: AWS::Serverless-2016-10-31
Resources:
  Q: {{Type: AWS::SQS::Queue}}
  B: {{Type: AWS::S3::Bucket}}
  F:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: {runtime}
      Handler: {handler}
      CodeUri: .
      {events}
"""


PYTHON: dict[str, tuple[str, str]] = {
    "FastAPI behind Mangum": (
        URL,
        """\
        import os
        from typing import Annotated
        from fastapi import BackgroundTasks, Depends, FastAPI, Header, Query, Request
        from mangum import Mangum
        from pydantic import BaseModel

        app = FastAPI()

        class Item(BaseModel):
            name: str
            count: int

        def wanted(q: str):
            return q

        def session():
            return object()

        @app.post("/a/{name}")
        def a(name: str, number: int, q: str, item: Item, request: Request, tasks: BackgroundTasks):
            os.system("a " + name)  # bad: os-command-injection
            os.system("a " + str(number))
            os.system("a " + q)  # bad: os-command-injection
            os.system("a " + item.name)  # bad: os-command-injection
            os.system("a " + str(item.count))
            os.system("a " + request.query_params["y"])  # bad: os-command-injection
            os.system("a " + str(tasks))

        @app.get("/b")
        def b(v: str = Depends(wanted), h: str = Header(), z: Annotated[str, Query()] = "", s=Depends(session)):
            os.system("b " + v)  # bad: os-command-injection
            os.system("b " + h)  # bad: os-command-injection
            os.system("b " + z)  # bad: os-command-injection
            os.system("b " + str(s))

        handler = Mangum(app, lifespan="off")
        """,
    ),
    "Starlette behind Mangum": (
        URL,
        """\
        import os
        from mangum import Mangum
        from starlette.applications import Starlette
        from starlette.routing import Route

        async def home(request):
            os.system("a " + request.path_params["y"])  # bad: os-command-injection
            data = await request.json()
            os.system("a " + data["y"])  # bad: os-command-injection

        app = Starlette(routes=[Route("/{y}", home, methods=["POST"])])
        handler = Mangum(app)
        """,
    ),
    "Flask views and rules": (
        URL,
        """\
        import os
        import serverless_wsgi
        from flask import Flask, request
        from flask.views import MethodView

        app = Flask(__name__)

        class Orders(MethodView):
            def get(self, name):
                os.system("a " + name)  # bad: os-command-injection
                os.system("a " + request.args["q"])  # bad: os-command-injection
                return "done"

        def plain(name):
            os.system("a " + name)  # bad: os-command-injection
            return "done"

        app.add_url_rule("/v/<name>", view_func=Orders.as_view("orders"))
        app.add_url_rule("/p/<name>", "plain", plain)

        def handler(event, context):
            return serverless_wsgi.handle_request(app, event, context)
        """,
    ),
    "routes and responses of Powertools": (
        URL,
        """\
        import os
        from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver, Response

        app = LambdaFunctionUrlResolver()

        @app.get("/a/<name>")
        def a(name):
            os.system("a " + name)  # bad: os-command-injection
            os.system("a " + app.current_event.query_string_parameters["q"])  # bad: os-command-injection
            body = "<b>" + app.current_event.headers["x"] + "</b>"
            return Response(status_code=200, content_type="text/html", body=body)  # bad: cross-site-scripting

        @app.get("/b")
        def b():
            return Response(200, "application/json", app.current_event.body)

        def handler(event, context):
            return app.resolve(event, context)
        """,
    ),
    "resolvers of AppSync": (
        URL,
        """\
        import os
        from aws_lambda_powertools.event_handler import AppSyncResolver

        app = AppSyncResolver()

        @app.resolver(type_name="Query", field_name="order")
        def order(name: str):
            os.system("a " + name)  # bad: os-command-injection
            os.system("a " + app.current_event.arguments["z"])  # bad: os-command-injection

        def handler(event, context):
            return app.resolve(event, context)
        """,
    ),
    "tools of a Bedrock agent": (
        URL,
        """\
        import os
        from aws_lambda_powertools.event_handler import BedrockAgentResolver

        app = BedrockAgentResolver()

        @app.get("/order", description="finds an order")
        def order(name: str) -> str:
            os.system("a " + name)  # bad: os-command-injection
            return ""

        def handler(event, context):
            return app.resolve(event, context)
        """,
    ),
    "a partial batch": (
        QUEUE,
        """\
        import os
        from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

        processor = BatchProcessor(event_type=EventType.SQS)

        def one(record):
            os.system("a " + record.json_body["x"])  # bad: os-command-injection
            os.system("a " + record.message_id)

        def handler(event, context):
            return process_partial_response(event=event, record_handler=one, processor=processor, context=context)
        """,
    ),
    "a batch by decorator and by hand": (
        QUEUE,
        """\
        import os
        from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, batch_processor

        processor = BatchProcessor(event_type=EventType.SQS)

        def one(record):
            os.system("a " + record.body)  # bad: os-command-injection
            os.system("a " + record.message_id)

        def other(record):
            os.system("b " + record.body)  # bad: os-command-injection
            os.system("b " + record.message_id)

        @batch_processor(record_handler=one, processor=processor)
        def handler(event, context):
            with processor(records=event["Records"], handler=other):
                processor.process()
            return processor.response()
        """,
    ),
    "a data class that is made of the event": (
        BUCKET,
        """\
        import os
        from aws_lambda_powertools.utilities.data_classes import S3Event

        def handler(event, context):
            made = S3Event(event)
            for record in made.records:
                os.system("a " + record.s3.get_object.key)  # bad: os-command-injection
                os.system("a " + record.s3.bucket.name)
            os.system("a " + made.object_key)  # bad: os-command-injection
            os.system("a " + made.bucket_name)
        """,
    ),
    "models with and without an envelope": (
        QUEUE,
        """\
        import os
        from aws_lambda_powertools.utilities.parser import BaseModel, parse
        from aws_lambda_powertools.utilities.parser.envelopes import SqsEnvelope
        from aws_lambda_powertools.utilities.parser.models import SqsModel

        class Order(BaseModel):
            name: str
            count: int

        def handler(event, context):
            for order in parse(event=event, model=Order, envelope=SqsEnvelope):
                os.system("a " + order.name)  # bad: os-command-injection
                os.system("a " + str(order.count))
            for record in parse(event=event, model=SqsModel).Records:
                os.system("a " + record.body)  # bad: os-command-injection
                os.system("a " + record.messageId)
        """,
    ),
}


@pytest.mark.parametrize("case", PYTHON)
def test_python(case: str, tmp_path: Path) -> None:
    events, code = PYTHON[case]
    checked(tmp_path, {"template.yaml": template("python3.13", events), "app.py": code})


ROUTES = """\
    const express = require('express');
    const { execSync, execFileSync } = require('child_process');
    const app = express();
    app.use(express.json());
    const router = express.Router();
    router.post('/b', (req, res) => {
      execSync('b ' + req.body.x); // bad: os-command-injection
      execFileSync('b', ['--', req.body.x]);
      res.json({});
    });
    app.use('/r', router);
    const check = (req, res, next) => {
      execSync('m ' + req.query.m); // bad: os-command-injection
      next();
    };
    app.get('/m', check, [check], (req, res) => { res.json({}); });
    app.use((error, req, res, next) => {
      execSync('e ' + req.query.y); // bad: os-command-injection
      res.status(500).json({});
    });
    app.route('/c')
      .get((req, res) => { execSync('c ' + req.query.x); }) // bad: os-command-injection
      .post((req, res) => { execSync('d ' + req.body.x); }); // bad: os-command-injection
    """
ADAPTERS = {
    "serverless-http": "const adapt = require('serverless-http');\nexports.handler = adapt(app);",
    "aws-serverless-express": "const adapt = require('aws-serverless-express');\n"
    "const server = adapt.createServer(app);\n"
    "exports.handler = (event, context) => adapt.proxy(server, event, context);",
    "@vendia/serverless-express": "const adapt = require('@vendia/serverless-express');\n"
    "exports.handler = adapt({ app });",
    "@codegenie/serverless-express": "const adapt = require('@codegenie/serverless-express');\n"
    "exports.handler = adapt({ app });",
}


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_express(adapter: str, tmp_path: Path) -> None:
    code = "\n".join(line.strip() for line in ROUTES.splitlines())
    files = {
        "template.yaml": template("nodejs24.x", URL),
        "app.js": f"{code}\n{ADAPTERS[adapter]}\n",
    }
    checked(tmp_path, files)


SCRIPT: dict[str, dict[str, str]] = {
    "Fastify": {
        "app.js": """\
            const { execSync, execFileSync } = require('child_process');
            const adapt = require('@fastify/aws-lambda');
            const app = require('fastify')();
            app.get('/a', async (request, reply) => {
              execSync('a ' + request.query.x); // bad: os-command-injection
              execFileSync('a', ['--', request.query.x]);
            });
            app.route({ method: 'POST', url: '/b', handler: async (request) => {
              execSync('b ' + request.body.x); // bad: os-command-injection
            } });
            app.register(require('./routes'));
            exports.handler = adapt(app);
            """,
        "routes.js": """\
            const { execSync } = require('child_process');
            module.exports = async function (fastify, options) {
              fastify.post('/c', async (request, reply) => {
                execSync('c ' + request.body.x); // bad: os-command-injection
              });
            };
            """,
    },
    "Koa": {
        "app.js": """\
            const { execSync } = require('child_process');
            const Koa = require('koa');
            const Router = require('@koa/router');
            const serverless = require('serverless-http');
            const app = new Koa();
            const router = new Router();
            router.get('/a/:id', async (ctx) => {
              execSync('a ' + ctx.params.id); // bad: os-command-injection
              const { x } = ctx.query;
              execSync('b ' + x); // bad: os-command-injection
              ctx.body = { x };
            });
            router.post('/b', async (ctx) => {
              execSync('c ' + ctx.request.body.x); // bad: os-command-injection
              execSync('d ' + ctx.get('x-name')); // bad: os-command-injection
              execSync('e ' + ctx.state.user);
              ctx.body = '<b>' + ctx.query.x + '</b>'; // bad: cross-site-scripting
            });
            app.use(router.routes());
            exports.handler = serverless(app);
            """
    },
    "Hono": {
        "app.ts": """\
            import { Hono } from 'hono';
            import { handle } from 'hono/aws-lambda';
            import { execSync } from 'child_process';
            const app = new Hono();
            app.get('/a/:id', (c) => {
              execSync('a ' + c.req.param('id')); // bad: os-command-injection
              return c.html('<b>' + c.req.query('x') + '</b>'); // bad: cross-site-scripting
            });
            app.post('/b', async (c) => {
              const body = await c.req.json();
              execSync('b ' + body.x); // bad: os-command-injection
              execSync('b ' + c.env.TOOL);
              return c.json({ x: body.x });
            });
            export const handler = handle(app);
            """
    },
    "lambda-api": {
        "app.js": """\
            const { execSync } = require('child_process');
            const api = require('lambda-api')();
            api.get('/a/:id', async (req, res) => {
              execSync('a ' + req.params.id); // bad: os-command-injection
              return res.html('<b>' + req.query.x + '</b>'); // bad: cross-site-scripting
            });
            api.register((inner, options) => {
              inner.get('/c', (req, res) => {
                execSync('c ' + req.query.x); // bad: os-command-injection
                res.json({ x: req.query.x });
              });
            }, { prefix: '/v1' });
            exports.handler = async (event, context) => api.run(event, context);
            """
    },
    "a batch": {
        "app.ts": """\
            import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
            import { execSync } from 'child_process';
            const processor = new BatchProcessor(EventType.SQS);
            const one = async (record) => {
              execSync('a ' + JSON.parse(record.body).x); // bad: os-command-injection
              execSync('a ' + record.messageId);
            };
            export const handler = async (event, context) =>
              processPartialResponse(event, one, processor, { context });
            """
    },
}


@pytest.mark.parametrize("case", SCRIPT)
def test_script(case: str, tmp_path: Path) -> None:
    events = QUEUE if case == "a batch" else URL
    checked(tmp_path, {"template.yaml": template("nodejs24.x", events), **SCRIPT[case]})


def test_nest(tmp_path: Path) -> None:
    files = {
        "template.yaml": template("nodejs24.x", URL, "src/lambda.handler"),
        "src/lambda.ts": """\
            import { NestFactory } from '@nestjs/core';
            import serverlessExpress from '@codegenie/serverless-express';
            import { AppModule } from './app.module';
            let server;
            async function bootstrap() {
              const app = await NestFactory.create(AppModule);
              await app.init();
              return serverlessExpress({ app: app.getHttpAdapter().getInstance() });
            }
            export const handler = async (event, context, callback) => {
              server = server ?? (await bootstrap());
              return server(event, context, callback);
            };
            """,
        "src/app.module.ts": """\
            import { Module } from '@nestjs/common';
            import { OrdersController } from './orders.controller';
            import { OrdersService } from './orders.service';
            @Module({ controllers: [OrdersController], providers: [OrdersService] })
            export class AppModule {}
            """,
        "src/orders.controller.ts": """\
            import { Body, Controller, Get, Headers, Param, ParseIntPipe, Post, Query, Req, Res } from '@nestjs/common';
            import { OrdersService } from './orders.service';
            @Controller('orders')
            export class OrdersController {
              constructor(private readonly service: OrdersService) {}
              @Get(':id')
              one(@Param('id') id: string, @Query() query) {
                eval(query.q); // bad: code-injection
                return this.service.find(id);
              }
              @Get('safe/:number')
              safe(@Param('number', ParseIntPipe) number: number) {
                return this.service.count(number);
              }
              @Post()
              make(@Body() body: any, @Headers('x-name') name: string, @Req() request) {
                eval(body.expression); // bad: code-injection
                eval(name); // bad: code-injection
                eval(request.query.z); // bad: code-injection
              }
              @Post('page')
              page(@Body('text') text: string, @Res() response) {
                response.send('<b>' + text + '</b>'); // bad: cross-site-scripting
              }
              helper(text) {
                eval(text);
              }
            }
            """,
        "src/orders.service.ts": """\
            import { Injectable } from '@nestjs/common';
            import { execSync } from 'child_process';
            @Injectable()
            export class OrdersService {
              find(id) { return execSync('find ' + id); } // bad: os-command-injection
              count(number) { return execSync('count ' + number); }
            }
            """,
    }
    checked(tmp_path, files)


def test_chalice_runs_each_handler_in_its_own_function(tmp_path: Path) -> None:
    files = {
        "app.py": """\
            import os
            from chalice import Chalice, Response

            app = Chalice(app_name="shop")

            @app.route("/a/{name}", methods=["POST"])
            def a(name):
                os.system("a " + name)  # bad: os-command-injection
                os.system("b " + app.current_request.json_body["x"])  # bad: os-command-injection
                return Response(body="<b>" + name + "</b>", headers={"Content-Type": "text/html"})  # bad: cross-site-scripting

            @app.on_s3_event(bucket="up")
            def stored(event):
                os.system("c " + event.key)  # bad: os-command-injection
                os.system("c " + event.bucket)

            @app.on_sqs_message(queue="orders")
            def work(event):
                for record in event:
                    os.system("d " + record.body)  # bad: os-command-injection
                    os.system("d " + record.receipt_handle)

            @app.on_sns_message(topic="news")
            def news(event):
                os.system("e " + event.message)  # bad: os-command-injection
            """
    }
    result = checked(tmp_path, files)
    assert {f.location.line: f.function.rpartition("#")[2] for f in result.findings if f.family == "injection"} == {
        8: "app", 9: "app", 10: "app", 14: "stored", 20: "work", 25: "news",
    }  # fmt: skip


def test_zappa_names_the_application(tmp_path: Path) -> None:
    files = {
        "zappa_settings.json": '{"dev": {"app_function": "shop.app"}}',
        "shop.py": """\
            import os
            from flask import Flask, request

            app = Flask(__name__)

            @app.route("/a/<name>")
            def a(name):
                os.system("a " + name)  # bad: os-command-injection
                os.system("b " + str(int(request.args["count"])))
                return "done"
            """,
    }
    checked(tmp_path, files)


def test_mangum_without_a_template(tmp_path: Path) -> None:
    code = "from mangum import Mangum\nfrom api import app\nhandler = Mangum(app)\n"
    result = scanned(tmp_path, {"app.py": code, "api.py": "app = 1\n"})
    assert list(result.functions) == ["app.py#handler"]
