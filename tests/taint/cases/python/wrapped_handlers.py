# ruff: noqa
# fmt: off
import os

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent, event_source
from aws_xray_sdk.core import xray_recorder
from chalice import Chalice
from fastapi import FastAPI
from flask import Flask, request
from mangum import Mangum

logger = Logger()
tracer = Tracer()
metrics = Metrics()
resolver = APIGatewayRestResolver()
chalice_app = Chalice(app_name="a")
flask_app = Flask(__name__)
api = FastAPI()


@logger.inject_lambda_context(log_event=False)
@tracer.capture_lambda_handler
@metrics.log_metrics(capture_cold_start_metric=True)
def powertools(event, context):
    os.system("ls " + event["d"])  # bad: os-command-injection


@event_source(data_class=APIGatewayProxyEvent)
def data_class(event, context):
    os.system("ls " + event.get_query_string_value("d"))  # bad: os-command-injection
    os.system("ls " + event.json_body["d"])  # bad: os-command-injection


@xray_recorder.capture("work")
def recorded(event, context):
    os.system("ls " + event["d"])  # bad: os-command-injection


@resolver.get("/orders/<order>")
def _order(order):
    os.system("ls " + order)  # bad: os-command-injection
    os.system("ls " + resolver.current_event.query_string_parameters["d"])  # bad: os-command-injection


def resolved(event, context):
    return resolver.resolve(event, context)


@chalice_app.route("/a/{name}")
def _route(name):
    os.system("ls " + name)  # bad: os-command-injection
    os.system("ls " + chalice_app.current_request.query_params["d"])  # bad: os-command-injection


@flask_app.route("/a/<name>")
def _page(name):
    os.system("ls " + name)  # bad: os-command-injection
    os.system("ls " + request.args.get("d"))  # bad: os-command-injection
    os.system("ls " + request.json["d"])  # bad: os-command-injection
    return "ok"


@api.get("/a/{name}")
async def _endpoint(name: str, limit: int = 10):
    os.system("ls " + name)  # bad: os-command-injection


asgi = Mangum(api)
