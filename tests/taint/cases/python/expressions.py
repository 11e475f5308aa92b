# ruff: noqa
# fmt: off
import runpy

import asteval
import numexpr
import pandas as pd
import simpleeval
import sympy


def languages(event, context):
    simpleeval.simple_eval(event["formula"])  # bad: code-injection
    simpleeval.SimpleEval().eval(event["formula"])  # bad: code-injection
    asteval.Interpreter()(event["formula"])  # bad: code-injection
    sympy.sympify(event["formula"])  # bad: code-injection
    numexpr.evaluate(event["formula"])  # bad: code-injection
    pd.read_csv("/opt/data.csv").query(event["formula"])  # bad: code-injection
    simpleeval.simple_eval("a + b", names={"a": event["a"], "b": 2})
    asteval.Interpreter()("a + b")
    sympy.sympify("x + 1")
    pd.read_csv("/opt/data.csv").query("a > 1")


def modules(event, context):
    runpy.run_path("/opt/report.py")
    runpy.run_path(event["script"])  # bad: unsafe-reflection
