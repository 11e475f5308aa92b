"""What the tables tell of connections: transport and authentication of single calls."""

from __future__ import annotations

from pathlib import Path

import pytest
from taint_harness import run

from ringfence.model.facts import Connection

PYTHON = [
    ("import requests", "requests.get('https://a.example.com')", "requests a.example.com tls none"),
    ("import requests", "requests.get('http://a.example.com')", "requests a.example.com plain none"),
    ("import requests", "requests.get('https://a.example.com', verify=False)", "requests a.example.com unverified none"),
    ("import requests", "requests.get(event['url'])", "requests  unknown unknown"),
    ("import requests", "requests.get('https://a.example.com', auth=('u', event['p']))", "requests a.example.com tls password"),
    ("import requests", "requests.get('https://a.example.com', cert=('c.pem', 'k.pem'))", "requests a.example.com tls client-certificate"),
    ("import requests", "requests.get('https://a.example.com', headers={'Authorization': 'Bearer ' + event['t']})", "requests a.example.com tls token"),
    ("import requests", "requests.get('https://a.example.com', headers={'Authorization': 'Basic ' + event['t']})", "requests a.example.com tls password"),
    ("import requests", "requests.get('https://a.example.com', headers={'X-Api-Key': event['t']})", "requests a.example.com tls token"),
    ("import requests", "requests.get('https://a.example.com', headers=event['h'])", "requests a.example.com tls unknown"),
    ("import requests", "requests.get('https://a.example.com?api_key=' + event['k'])", "requests a.example.com tls token"),
    ("import requests\nfrom requests_aws4auth import AWS4Auth", "requests.get('https://a.example.com', auth=AWS4Auth('i', 'k', 'r', 's'))", "requests a.example.com tls signed"),
    ("import requests\ns = requests.Session()\ns.verify = False", "s.get('https://a.example.com')", "http session a.example.com unverified unknown"),
    ("import httpx\nc = httpx.Client(auth=('u', 'p'))", "c.get('https://a.example.com')", "http session a.example.com tls password"),
    ("import urllib.request", "urllib.request.urlopen(urllib.request.Request('https://a.example.com', headers={'Authorization': event['t']}))", "urllib a.example.com tls token"),
    ("import http.client", "http.client.HTTPConnection('a.example.com')", "http.client a.example.com plain unknown"),
    ("import http.client, ssl", "http.client.HTTPSConnection('a.example.com', context=ssl._create_unverified_context())", "http.client a.example.com unverified unknown"),
    ("import smtplib", "s = smtplib.SMTP('m.example.com', 587); s.starttls(); s.login('u', event['p'])", "smtplib m.example.com unverified password"),
    ("import sqlite3, sqlalchemy", "sqlalchemy.create_engine('sqlite:///x.db')", ""),
    ("import boto3", "boto3.client('sqs')", "boto3 sqs.amazonaws.com tls signed"),
]  # fmt: skip

JAVASCRIPT = [
    ("const axios = require('axios')", "axios.get('https://a.example.com', { auth: { username: 'u', password: event.p } })", "axios a.example.com tls password"),
    ("const axios = require('axios')", "axios({ url: 'https://a.example.com', headers: { authorization: event.t } })", "axios a.example.com tls token"),
    ("const axios = require('axios'); const c = axios.create({ baseURL: 'https://a.example.com', headers: { 'x-api-key': process.env.K } })", "c.get('/items')", "axios a.example.com tls token"),
    ("", "fetch('https://a.example.com')", "fetch a.example.com tls none"),
    ("", "fetch('https://a.example.com', event.options)", "fetch a.example.com tls unknown"),
    ("const https = require('https')", "https.get('https://a.example.com', { rejectUnauthorized: false })", "https a.example.com unverified none"),
    ("const https = require('https'); const agent = new https.Agent({ rejectUnauthorized: false })", "https.get('https://a.example.com', { agent })", "https a.example.com unverified none"),
    ("const { SQS } = require('@aws-sdk/client-sqs')", "new SQS({})", "@aws-sdk/client-sqs sqs.amazonaws.com tls signed"),
    ("process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'", "fetch('https://a.example.com')", "fetch a.example.com unverified none"),
    ("const mysql = require('mysql2')", "mysql.createConnection('mysql://u:' + event.p + '@d.example.com/orders')", "mysql d.example.com plain password"),
]  # fmt: skip


def shown(found: list[Connection]) -> str:
    return "; ".join(f"{c.library} {c.host} {c.transport} {c.authentication}" for c in found)


@pytest.mark.parametrize(("before", "line", "expected"), PYTHON)
def test_python(tmp_path: Path, before: str, line: str, expected: str) -> None:
    file = tmp_path / "m.py"
    file.write_text(f"{before}\ndef h(event, context):\n    {line}\n")
    assert shown(run(file, "python").connections) == expected


@pytest.mark.parametrize(("before", "line", "expected"), JAVASCRIPT)
def test_javascript(tmp_path: Path, before: str, line: str, expected: str) -> None:
    file = tmp_path / "m.js"
    file.write_text(f"{before};\nexports.h = async (event) => {{ {line}; }};\n")
    assert shown(run(file, "javascript").connections) == expected


def test_a_default_is_doubtful_where_the_host_is_not_known(tmp_path: Path) -> None:
    file = tmp_path / "m.py"
    file.write_text(
        "import os, pymysql\n"
        "def h(event, context):\n"
        "    pymysql.connect(host=os.environ['HOST'], password=os.environ['P'])\n"
        "    pymysql.connect(host='db.example.com', password=os.environ['P'])\n"
    )
    issues = [(issue.location.line, issue.certainty) for issue in run(file, "python").issues]
    assert issues == [(3, "low"), (4, "medium")]
