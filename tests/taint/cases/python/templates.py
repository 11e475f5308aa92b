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
    return {  # bad: cross-site-scripting
        "statusCode": 200,
        "headers": {"Content-Type": "text/html"},
        "body": "<h1>" + event["queryStringParameters"]["n"] + "</h1>",
    }


def escaped(event, context):
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "text/html"},
        "body": "<h1>" + html.escape(event["queryStringParameters"]["n"]) + "</h1>",
    }
