# ruff: noqa
# fmt: off
import html

import jinja2
from jinja2 import Environment, FileSystemLoader, Template
from mako.template import Template as Mako


def injected(event, context):
    Template("Hello " + event["n"]).render()  # bad: template-injection
    jinja2.Template(event["t"])  # bad: template-injection
    Environment().from_string(event["t"])  # bad: template-injection
    Mako(event["t"])  # bad: template-injection


def values(event, context):
    Template("Hello {{ n }}").render(n=event["n"])
    env = Environment(loader=FileSystemLoader("templates"), autoescape=True)
    env.get_template("a.html").render(n=event["n"])


def response(event, context):
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "text/html"},
        "body": "<h1>" + event["queryStringParameters"]["n"] + "</h1>",  # bad: cross-site-scripting
    }


def escaped(event, context):
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "text/html"},
        "body": "<h1>" + html.escape(event["queryStringParameters"]["n"]) + "</h1>",
    }


def more_engines(event, context):
    import string

    import chevron
    from django.template import engines
    from fastapi.responses import HTMLResponse
    from jinja2.sandbox import SandboxedEnvironment

    engines["django"].from_string(event["t"])  # bad: template-injection
    SandboxedEnvironment().from_string(event["t"])  # bad: template-injection
    SandboxedEnvironment().from_string("Hello {{ name }}").render(name=event["n"])
    chevron.render(event["t"], {"a": 1})  # bad: template-injection
    chevron.render("Hello {{name}}", {"name": event["n"]})
    event["t"].format(user=context)  # bad: template-injection
    "Hello {}".format(event["n"])
    string.Template(event["t"]).substitute(name="x")
    string.Template("Hello $name").substitute(name=event["n"])
    HTMLResponse("<p>" + event["n"] + "</p>")  # bad: cross-site-scripting
    HTMLResponse("<p>" + html_escape(event["n"]) + "</p>")


def by_name(event, context):
    Environment(loader=jinja2.DictLoader({"page": event["t"]}))  # bad: template-injection
    Environment(loader=jinja2.DictLoader({"page": "<p>{{ n }}</p>"})).get_template("page").render(n=event["n"])


def without_quotes(event, context):
    from xml.sax import saxutils

    from fastapi.responses import HTMLResponse

    HTMLResponse("<p>" + html.escape(event["n"], quote=False) + "</p>")
    HTMLResponse("<p>" + saxutils.escape(event["n"]) + "</p>")


def html_escape(text):
    import html
    return html.escape(text)
