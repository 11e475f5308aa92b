# ruff: noqa
# fmt: off
import re

SLOW = re.compile(r"^(\w+\s?)*$")
QUICK = re.compile(r"^\w+(\s\w+)*$")


def functions(event, context):
    re.match(r"^(\w+\s?)*$", event["name"])  # bad: slow-regex-on-input
    re.sub(r"(a+)+b", "", event["name"])  # bad: slow-regex-on-input
    re.fullmatch(r"([a-z]+)+", event["name"])  # bad: slow-regex-on-input
    re.match(r"^\w+(\s\w+)*$", event["name"])
    re.match(r"([a-z]+)+", event["name"])
    re.fullmatch(r"[a-z]+", event["name"])
    re.sub(r"a+b", "", event["name"])
    re.match(r"^(\w+\s?)*$", "a fixed text")


def compiled(event, context):
    SLOW.match(event["name"])  # bad: slow-regex-on-input
    SLOW.sub("", event["name"])  # bad: slow-regex-on-input
    re.compile(r"(?:[a-z]+)+").fullmatch(event["name"])  # bad: slow-regex-on-input
    QUICK.match(event["name"])
    QUICK.fullmatch(event["name"])
    QUICK.sub("", event["name"])
    SLOW.match(str(int(event["name"])))
