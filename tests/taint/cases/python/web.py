# ruff: noqa
# fmt: off
import os

from flask import Flask, make_response, redirect, request

app = Flask(__name__)


def routed(event, context):
    os.system("ls " + request.args["d"])  # bad: os-command-injection
    redirect(request.args.get("next"))  # bad: open-redirect
    redirect("/home")
    page = make_response("<h1>" + request.args["d"] + "</h1>")  # bad: cross-site-scripting
    page.headers["Set-Cookie"] = "lang=" + request.args["lang"]  # bad: header-injection
    page.headers["Set-Cookie"] = "lang=de"
    page.headers["X-Lang"] = request.args["lang"]
    make_response("<h1>none</h1>")
    app.run(debug=True)  # bad: debug-enabled


def location(event, context):
    return {"statusCode": 302, "headers": {"Location": event["queryStringParameters"]["next"]}}  # bad: open-redirect


def local_location(event, context):
    return {"statusCode": 302, "headers": {"Location": "/orders/" + event["queryStringParameters"]["id"]}}
