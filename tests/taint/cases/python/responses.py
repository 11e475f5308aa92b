# ruff: noqa
# fmt: off
import html

import dominate.util
import flask
from aiohttp import web
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.safestring import mark_safe

app = flask.Flask(__name__)


def pages(event, context):
    HttpResponse("<p>" + event["n"] + "</p>")  # bad: cross-site-scripting
    HttpResponse("<p>" + html.escape(event["n"]) + "</p>")
    mark_safe("<b>" + event["n"] + "</b>")  # bad: cross-site-scripting
    dominate.util.raw("<b>" + event["n"] + "</b>")  # bad: cross-site-scripting
    web.Response(text="<p>" + event["n"] + "</p>", content_type="text/html")  # bad: cross-site-scripting
    web.Response(text=event["n"], content_type="text/plain")


def redirects(event, context):
    HttpResponseRedirect(event["next"])  # bad: open-redirect
    HttpResponseRedirect("/home?from=" + event["next"])
    response = flask.make_response("x")
    response.headers["Location"] = event["next"]  # bad: open-redirect
    response.headers["Location"] = "/home"
    response.set_cookie(event["name"], "1")  # bad: header-injection
    response.set_cookie("seen", "1")


def debugging(event, context):
    app.debug = True  # bad: debug-enabled
    app.debug = False
