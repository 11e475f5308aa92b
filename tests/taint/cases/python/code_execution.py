# ruff: noqa
# fmt: off
import ast
import code as interactive
import importlib
import operator
import runpy


def evaluated(event, context):
    eval(event["e"])  # bad: code-injection
    exec("x = " + event["e"])  # bad: code-injection
    compile(event["e"], "f", "exec")  # bad: code-injection
    interactive.InteractiveInterpreter().runsource(event["e"])  # bad: code-injection
    eval("1 + 2")
    ast.literal_eval(event["e"])


def imported(event, context):
    importlib.import_module(event["m"])  # bad: code-injection
    __import__(event["m"])  # bad: code-injection
    runpy.run_path(event["m"])  # bad: unsafe-reflection
    importlib.import_module("handlers.orders")


def characters(event, context):
    text = event["e"]
    if all(c in "0123456789+-*/ ()." for c in text):
        return eval(text)


def allowed_import(event, context):
    if event["m"] in {"a", "b"}:
        importlib.import_module(event["m"])


def attributes(event, context):
    operator.attrgetter(event["path"])(context)  # bad: unsafe-reflection
    operator.methodcaller(event["method"])(context)  # bad: unsafe-reflection
    operator.attrgetter("function_name")(context)
    operator.itemgetter(event["key"])({"a": 1, "b": 2})
