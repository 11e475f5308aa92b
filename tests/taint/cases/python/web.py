# ruff: noqa
# fmt: off
import os

from flask import Flask, redirect, request

app = Flask(__name__)


def routed(event, context):
    os.system("ls " + request.args["d"])  # bad: os-command-injection
    redirect(request.args.get("next"))  # bad: open-redirect
    redirect("/home")
    app.run(debug=True)  # bad: debug-enabled


def location(event, context):
    return {"statusCode": 302, "headers": {"Location": event["queryStringParameters"]["next"]}}  # bad: open-redirect


def local_location(event, context):
    return {"statusCode": 302, "headers": {"Location": "/orders/" + event["queryStringParameters"]["id"]}}
