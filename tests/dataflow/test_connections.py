"""Outgoing connections: what the whole function, and its environment in the template, say of them."""

from __future__ import annotations

import pytest
from dataflow_harness import App

from ringfence.dataflow import analyse
from ringfence.errors import RuleError
from ringfence.model.facts import Facts
from ringfence.model.value import Scalar, Value
from ringfence.rules.events import load_events
from ringfence.rules.taint import TaintCatalogue, load_taint, read_tables


def facts(file: str, code: str, environment: dict[str, Value] | None = None) -> Facts:
    """The facts of one handler, with the tables that ship."""
    app = App({file: code}).function("F", f"{file}:handler", "schedule", env=environment)
    return analyse(app.application, app.read, load_taint, load_events())


def protections(found: Facts) -> list[tuple[str, str]]:
    return [(one.transport, one.authentication) for one in found.connections]


FETCH = "exports.handler = async () => { await fetch('https://api.example.com'); };\n"


def test_the_environment_of_the_template_switches_checks_off() -> None:
    off: dict[str, Value] = {"NODE_TLS_REJECT_UNAUTHORIZED": Scalar("0")}
    assert protections(facts("app.js", FETCH)) == [("tls", "none")]
    assert protections(facts("app.js", FETCH, off)) == [("unverified", "none")]


def test_a_setting_counts_before_and_after_the_connection() -> None:
    code = (
        "import smtplib, ssl\n"
        "def handler(event, context):\n"
        "    server = smtplib.SMTP('mail.example.com')\n"
        "    server.starttls(context=ssl.create_default_context())\n"
        "    server.login('app', event['p'])\n"
    )
    found = facts("app.py", code)
    assert protections(found) == [("tls", "password")]
    assert found.issues == []


def test_what_nothing_calls_is_no_connection() -> None:
    code = (
        "import redis\n"
        "def unused():\n"
        "    redis.Redis(host='cache.example.com')\n"
        "def handler(event, context):\n"
        "    pass\n"
    )
    assert facts("app.py", code).connections == []


def test_the_host_comes_from_the_environment_of_the_template() -> None:
    code = (
        "import os, redis\n"
        "def handler(event, context):\n"
        "    redis.Redis(host=os.environ['CACHE'], ssl=True, password=os.environ['P'])\n"
    )
    found = facts("app.py", code, {"CACHE": Scalar("cache.example.com")})
    assert [one.host for one in found.connections] == ["cache.example.com"]


def test_options_that_cannot_be_seen_leave_the_default_open() -> None:
    code = (
        "const { Pool } = require('pg');\n"
        "exports.handler = async (event) => {\n"
        "  new Pool({ host: 'db.example.com', ...event.options });\n"
        "};\n"
    )
    found = facts("app.js", code)
    assert protections(found) == [("unknown", "unknown")]
    assert found.issues == []


def test_a_malformed_table_is_refused() -> None:
    for text in (
        '[[connection]]\ncall = ["a"]\n',
        '[[connection]]\ncall = ["a"]\nkind = "pigeon"\n',
        '[[connection]]\ncall = ["a"]\nkind = "http"\ntransport = [{ is = "signed" }]\n',
        '[[connection]]\ncall = ["a"]\nkind = "http"\nurl = [0]\n',
        '[[connection]]\ncall = ["a"]\nkind = "http"\nargument = [0]\n',
        '[[setting]]\ncall = ["a"]\n',
        '[[setting]]\ncall = ["a"]\nlibrary = "a"\ntransport = "tin"\n',
    ):
        with pytest.raises(RuleError):
            read_tables(text, "x.toml", TaintCatalogue("python"))
