"""Answers that let any site read them with the user's cookies, and those that do not."""

from __future__ import annotations

from pathlib import Path

import pytest
from unseen_harness import CODE, read_case, scanned, write

EXPRESS = """\
const express = require('express');
const app = express();
{}
app.get('/', (req, res) => res.json({{ a: 1 }}));
module.exports.handler = require('serverless-http')(app);
"""
FLASK = """\
from flask import Flask, jsonify, request
import serverless_wsgi
app = Flask(__name__)
{}
@app.get("/")
def home():
    return jsonify({{"a": 1}})
def handler(event, context):
    return serverless_wsgi.handle_request(app, event, context)
"""
BY_HAND = """\
app.use((req, res, next) => {{
  const origin = req.get('origin');
  if ({test}) {{
    res.setHeader('Access-Control-Allow-Origin', {value});
    res.setHeader('Access-Control-Allow-Credentials', '{allowed}');
  }}
  next();
}});"""
AFTER = """\
@app.after_request
def told(response):
    response.headers["Access-Control-Allow-Origin"] = {}
    response.headers["Access-Control-Allow-Credentials"] = "true"
    return response"""
WITH_CORS = "app.use(require('cors')({{ origin: {}, credentials: {} }}));"

CASES = {
    "a header set by hand": (
        EXPRESS.format(BY_HAND.format(test="origin", value="origin", allowed="true")),
        True,
    ),
    "only listed origins": (
        EXPRESS.format(
            BY_HAND.format(test="['https://a.b'].includes(origin)", value="origin", allowed="true")
        ),
        False,
    ),
    "without credentials": (
        EXPRESS.format(BY_HAND.format(test="origin", value="origin", allowed="false")),
        False,
    ),
    "any, which browsers refuse": (
        EXPRESS.format(BY_HAND.format(test="origin", value="'*'", allowed="true")),
        False,
    ),
    "the library repeats it": (EXPRESS.format(WITH_CORS.format("true", "true")), True),
    "a function that allows all": (
        EXPRESS.format(WITH_CORS.format("(origin, done) => done(null, true)", "true")),
        True,
    ),
    "a function that looks": (
        EXPRESS.format(
            WITH_CORS.format("(origin, done) => done(null, origin === 'https://a.b')", "true")
        ),
        False,
    ),
    "a fixed origin": (EXPRESS.format(WITH_CORS.format("'https://a.b'", "true")), False),
    "the library without credentials": (EXPRESS.format(WITH_CORS.format("true", "false")), False),
    "after each Flask response": (
        FLASK.format(AFTER.format('request.headers.get("Origin")')),
        True,
    ),
    "a fixed origin after each": (FLASK.format(AFTER.format('"https://a.b"')), False),
    "Flask-CORS for any": (
        FLASK.format("import flask_cors\nflask_cors.CORS(app, supports_credentials=True)"),
        True,
    ),
    "Flask-CORS for one": (
        FLASK.format(
            "import flask_cors\n"
            'flask_cors.CORS(app, origins=["https://a.b"], supports_credentials=True)'
        ),
        False,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_who_may_read_with_credentials(name: str, tmp_path: Path) -> None:
    code, permissive = CASES[name]
    file = "app.js" if code.startswith("const") else "app.py"
    text = tmp_path / "one.case"
    text.write_text(f"trigger: apigateway-http\n---- {file}\n{code}")
    write(read_case(text), tmp_path / "app")
    found = [
        one.rule for one in scanned(tmp_path / "app").findings if one.location.file.endswith(CODE)
    ]
    assert ("permissive-cors-response" in found) is permissive
