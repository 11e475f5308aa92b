"""Code that looks dangerous and is not, and code that looks safe and is not."""

from __future__ import annotations

import pytest
from dataflow_harness import python, script, told

from ringfence.dataflow import patterns

SILENT_PYTHON = {
    "eval of a constant": "def handler(event, c):\n    return eval('1 + 1')\n",
    "eval of text that names tainted variables": (
        "def handler(event, c):\n    return eval(\"Attr('x').eq(event['y'])\")\n"
    ),
    "a date in a shell text": (
        "import os, datetime\ndef handler(event, c):\n    os.system('echo ' + str(datetime.datetime.now()))\n"
    ),
    "shlex.quote": (
        "import os, shlex\ndef handler(event, c):\n    os.system('ls ' + shlex.quote(event['p']))\n"
    ),
    "int": "import os\ndef handler(event, c):\n    os.system('sleep %d' % int(event['n']))\n",
    "int checked before": (
        "import os\ndef handler(event, c):\n    try:\n        int(event['n'])\n    except ValueError:\n"
        "        return\n    os.system('sleep ' + event['n'])\n"
    ),
    "allow list": (
        "import os\nALLOWED = ['a', 'b']\ndef handler(event, c):\n    if event['x'] not in ALLOWED:\n"
        "        raise ValueError('no')\n    os.system('run ' + event['x'])\n"
    ),
    "allow list, read again through a name": (
        "import os\nALLOWED = {'a', 'b'}\ndef handler(event, c):\n    x = event['x']\n    if x in ALLOWED:\n"
        "        os.system('run ' + event['x'])\n"
    ),
    "equality": (
        "import os\ndef handler(event, c):\n    if event['x'] == 'a' or event['x'] == 'b':\n"
        "        os.system(event['x'])\n"
    ),
    "mapping of constants": (
        "import os\nCOMMANDS = {'a': 'ls', 'b': 'df'}\ndef handler(event, c):\n"
        "    os.system(COMMANDS[event['x']])\n"
    ),
    "mapping of constants by get": (
        "import os\nCOMMANDS = {'a': 'ls', 'b': 'df'}\ndef handler(event, c):\n"
        "    os.system(COMMANDS.get(event['x'], 'ls'))\n"
    ),
    "fullmatch": (
        "import os, re\ndef handler(event, c):\n    name = event['name']\n"
        "    if not re.fullmatch(r'[A-Za-z0-9_-]{1,20}', name):\n        return\n    os.system('ls ' + name)\n"
    ),
    "compiled pattern": (
        "import os, re\nNAME = re.compile(r'^[a-z]+$')\ndef handler(event, c):\n    name = event['name']\n"
        "    if NAME.match(name) is None:\n        return\n    os.system('ls ' + name)\n"
    ),
    "walrus match": (
        "import os, re\ndef handler(event, c):\n    if (m := re.match(r'^[0-9]+$', event['n'])):\n"
        "        os.system('sleep ' + event['n'])\n"
    ),
    "isalnum": (
        "import os\ndef handler(event, c):\n    n = event['n']\n    if n.isalnum():\n        os.system('ls ' + n)\n"
    ),
    "character whitelist before eval": (
        "def handler(event, c):\n    e = event['e']\n    if not set(e) <= set('0123456789+-*/(). '):\n"
        "        return\n    return eval(e)\n"
    ),
    "all characters allowed before eval": (
        "def handler(event, c):\n    e = event['e']\n    if all(ch in '0123456789+-*/. ' for ch in e):\n"
        "        return eval(e)\n"
    ),
    "characters removed": (
        "import os, re\ndef handler(event, c):\n    os.system('ls ' + re.sub(r'[^a-zA-Z0-9]', '', event['n']))\n"
    ),
    "basename": (
        "import os\ndef handler(event, c):\n    return open('/tmp/' + os.path.basename(event['n'])).read()\n"
    ),
    "last piece of a path": (
        "def handler(event, c):\n    open('/tmp/' + event['n'].rsplit('/', 1)[-1])\n"
        "    return open('/tmp/' + event['n'].split('/')[-1]).read()\n"
    ),
    "realpath and prefix": (
        "import os\ndef handler(event, c):\n    p = os.path.realpath(os.path.join('/data', event['n']))\n"
        "    if not p.startswith('/data/'):\n        raise ValueError()\n    return open(p).read()\n"
    ),
    "own validator that returns": (
        "import os\nimport check\ndef handler(event, c):\n    x = event['x']\n    if not check.valid(x):\n"
        "        return\n    os.system(x)\n"
    ),
    "own validator that raises": (
        "import os\nimport check\ndef handler(event, c):\n    check.demand(event['x'])\n    os.system(event['x'])\n"
    ),
    "own validator kept in a variable": (
        "import os\nimport check\ndef handler(event, c):\n    x = event['x']\n    ok = check.valid(x)\n"
        "    if ok:\n        os.system(x)\n"
    ),
    "argument list": (
        "import subprocess\ndef handler(event, c):\n    subprocess.run(['ls', event['p']])\n"
    ),
    "bound parameters": (
        "import pymysql\ndef handler(event, c):\n    cur = pymysql.connect().cursor()\n"
        "    cur.execute('select * from t where id = %s', (event['id'],))\n"
    ),
    "validated url": (
        "import requests\ndef handler(event, c):\n    u = event['u']\n"
        "    if u.startswith('https://api.example.com/'):\n        requests.get(u)\n"
    ),
    "reassigned": (
        "import os\ndef handler(event, c):\n    x = event['x']\n    x = 'ls'\n    os.system(x)\n"
    ),
    "early replacement by a default": (
        "import os\ndef handler(event, c):\n    x = event['x']\n    if x not in ('a', 'b'):\n        x = 'a'\n"
        "    os.system(x)\n"
    ),
    "uuid": "import os, uuid\ndef handler(event, c):\n    os.system('touch ' + str(uuid.UUID(event['id'])))\n",
    "isinstance int": (
        "import os\ndef handler(event, c):\n    n = event['n']\n    if isinstance(n, int):\n"
        "        os.system('sleep ' + str(n))\n"
    ),
}
CHECK = (
    "OK = ('a', 'b')\n"
    "def valid(value):\n    if value in OK:\n        return True\n    return False\n"
    "def demand(value):\n    if value not in OK:\n        raise ValueError(value)\n"
)


@pytest.mark.parametrize("name", SILENT_PYTHON)
def test_silent_python(name: str) -> None:
    assert told(python(SILENT_PYTHON[name], check=CHECK)) == []


LOUD_PYTHON = {
    "validator that always agrees": (
        "import os\ndef is_safe(s):\n    # if ';' in s: return False\n    return True\n"
        "def handler(event, c):\n    n = event['n']\n    if not is_safe(n):\n        return\n    os.system(n)\n",
        ["os-command-injection high event.n 9"],
    ),
    "blacklist": (
        "import os\ndef handler(event, c):\n    n = event['n']\n    if ';' in n:\n        return\n    os.system(n)\n",
        ["os-command-injection high event.n 6"],
    ),
    "prefix without normalisation": (
        "def handler(event, c):\n    p = '/data/' + event['n']\n    if p.startswith('/data/'):\n"
        "        return open(p).read()\n",
        ["path-traversal high event.n 4"],
    ),
    "first piece of a path": (
        "def handler(event, c):\n    return open('/tmp/' + event['n'].rsplit('/', 1)[0]).read()\n",
        ["path-traversal high event.n 2"],
    ),
    "loose pattern": (
        "import os, re\ndef handler(event, c):\n    n = event['n']\n    if re.match(r'[a-z]+', n):\n"
        "        os.system(n)\n",
        ["os-command-injection high event.n 5"],
    ),
    "the other branch": (
        "import os\ndef handler(event, c):\n    if event['x'] in ('a', 'b'):\n        return\n    os.system(event['x'])\n",
        ["os-command-injection high event.x 5"],
    ),
    "fixed host, tainted path": (
        "import requests\ndef handler(event, c):\n    requests.get('https://api.example.com/' + event['p'])\n",
        ["server-side-request-forgery low event.p 3"],
    ),
    "host from the event": (
        "import requests\ndef handler(event, c):\n    requests.get(f\"https://{event['h']}/x\")\n",
        ["server-side-request-forgery high event.h 3"],
    ),
    "one of two checked": (
        "import os\ndef handler(event, c):\n    if event['x'] == 'a' or event['y'] == 'b':\n"
        "        os.system(event['x'])\n",
        ["os-command-injection high event.x 4"],
    ),
    "shell text": (
        "import subprocess\ndef handler(event, c):\n    subprocess.run('ls ' + event['p'], shell=True)\n",
        ["os-command-injection high event.p 3"],
    ),
    "query put together": (
        "import pymysql\ndef handler(event, c):\n    cur = pymysql.connect().cursor()\n"
        "    cur.execute('select * from t where id = %s' % event['id'])\n",
        ["sql-injection high event.id 4"],
    ),
    "quote for another purpose": (
        "import shlex\ndef handler(event, c):\n    return eval(shlex.quote(event['e']))\n",
        ["code-injection high event.e 3"],
    ),
}


@pytest.mark.parametrize("name", LOUD_PYTHON)
def test_loud_python(name: str) -> None:
    code, expected = LOUD_PYTHON[name]
    assert told(python(code)) == expected


SILENT_SCRIPT = {
    "constant": "exports.handler = async () => eval('1 + 1');",
    "tagged sql": (
        "const sql = require('postgres')();\nexports.handler = async (event) => "
        "sql`select * from t where id = ${event.id}`;"
    ),
    "allow list": (
        "const cp = require('child_process');\nconst OK = ['a', 'b'];\nexports.handler = async (event) => {\n"
        "  if (!OK.includes(event.x)) { return; }\n  cp.execSync('run ' + event.x);\n};"
    ),
    "set": (
        "const cp = require('child_process');\nconst OK = new Set(['a', 'b']);\nexports.handler = async (event) => {\n"
        "  const { x } = event;\n  if (OK.has(x)) cp.execSync(`run ${x}`);\n};"
    ),
    "indexOf": (
        "const cp = require('child_process');\nconst OK = ['a', 'b'];\nexports.handler = async (event) => {\n"
        "  if (OK.indexOf(event.x) === -1) throw new Error('no');\n  cp.execSync(`run ${event.x}`);\n};"
    ),
    "switch": (
        "const cp = require('child_process');\nexports.handler = async (event) => {\n  switch (event.x) {\n"
        "    case 'a': case 'b': cp.execSync(`run ${event.x}`); break;\n    default: return;\n  }\n};"
    ),
    "regex": (
        "const cp = require('child_process');\nexports.handler = async (event) => {\n"
        "  if (!/^[a-z0-9]+$/i.test(event.x)) return;\n  cp.execSync(`run ${event.x}`);\n};"
    ),
    "regex before eval": (
        "exports.handler = async (event) => {\n  const e = event.e;\n"
        "  if (!/^[0-9+\\-*\\/(). ]+$/.test(e)) throw new Error('bad');\n  return eval(e);\n};"
    ),
    "removed": (
        "const cp = require('child_process');\nexports.handler = async (event) => {\n"
        "  cp.execSync('ls ' + event.x.replace(/[^a-z]/g, ''));\n};"
    ),
    "parseInt": (
        "const cp = require('child_process');\nexports.handler = async (event) => {\n"
        "  cp.execSync(`sleep ${parseInt(event.n, 10)}`);\n};"
    ),
    "typeof": (
        "const cp = require('child_process');\nexports.handler = async (event) => {\n"
        "  if (typeof event.n !== 'number') return;\n  cp.execSync(`sleep ${event.n}`);\n};"
    ),
    "resolved path": (
        "const fs = require('fs'), path = require('path');\nexports.handler = async (event) => {\n"
        "  const p = path.resolve('/data', event.n);\n  if (!p.startsWith('/data/')) throw new Error('no');\n"
        "  return fs.readFileSync(p);\n};"
    ),
    "basename": (
        "const fs = require('fs');\nconst { basename } = require('path');\nexports.handler = async (event) => "
        "fs.readFileSync('/tmp/' + basename(event.n));"
    ),
    "last piece of a path": (
        "const fs = require('fs');\nexports.handler = async (event) => "
        "fs.readFileSync(`/tmp/${event.n.split('/').pop()}`);"
    ),
    "handlers by name": (
        "const actions = { list: () => 1, get: () => 2 };\nexports.handler = async (event) => actions[event.a]();"
    ),
    "own validator": (
        "const cp = require('child_process');\nconst valid = (x) => ['a', 'b'].includes(x);\n"
        "exports.handler = async (event) => {\n  if (!valid(event.x)) return;\n  cp.execSync(event.x);\n};"
    ),
    "bound parameters": (
        "const { Client } = require('pg');\nconst db = new Client();\nexports.handler = async (event) => "
        "db.query('select * from t where id = $1', [event.id]);"
    ),
}


@pytest.mark.parametrize("name", SILENT_SCRIPT)
def test_silent_script(name: str) -> None:
    assert told(script(SILENT_SCRIPT[name])) == []


LOUD_SCRIPT = {
    "template string": (
        "const cp = require('child_process');\nexports.handler = async (event) => {\n"
        "  return cp.execSync(`curl ${event.queryStringParameters.u} | cat`).toString();\n};",
        ["os-command-injection high event.queryStringParameters.u 3"],
    ),
    "promisified and destructured": (
        "import { exec } from 'child_process';\nimport { promisify } from 'util';\nconst run = promisify(exec);\n"
        "export const handler = async ({ body }) => { const { cmd } = JSON.parse(body); await run(cmd); };",
        ["os-command-injection high event.body.cmd 4"],
    ),
    "then": (
        "const fs = require('fs').promises;\nexports.handler = (event) => Promise.resolve(event.f)\n"
        "  .then((f) => fs.readFile('/tmp/' + f));",
        ["path-traversal high event.f 3"],
    ),
    "forEach": (
        "const cp = require('child_process');\nexports.handler = async (event) => {\n"
        "  event.Records.forEach((r) => { cp.exec('ls ' + r.s3.object.key); });\n};",
        ["os-command-injection high event.Records[].s3.object.key 3"],
    ),
    "class": (
        "const cp = require('child_process');\nclass Runner {\n  constructor(c) { this.c = c; }\n"
        "  go() { cp.execSync(this.c); }\n}\nexports.handler = async (e) => new Runner(e.c).go();",
        ["os-command-injection high event.c 4"],
    ),
    "callback and this": (
        "const cp = require('child_process');\nmodule.exports.handler = function (event, context, callback) {\n"
        "  const self = { run: function (x) { cp.execSync(x); callback(null, x); } };\n  self.run(event.c);\n};",
        ["os-command-injection high event.c 3"],
    ),
    "middy": (
        "const middy = require('@middy/core');\nconst cp = require('child_process');\n"
        "const base = async (event) => cp.execSync(event.c);\n"
        "exports.handler = middy(base).use({ before() {} });",
        ["os-command-injection high event.c 3"],
    ),
    "express": (
        "const express = require('express'); const cp = require('child_process');\nconst app = express();\n"
        "app.get('/', (req, res) => { cp.execSync(req.query.c); });\nexports.handler = require('serverless-http')(app);",
        ["os-command-injection high request.query.c 3"],
    ),
    "options object": (
        "const axios = require('axios');\nexports.handler = async (event) => axios({ method: 'GET', url: event.u });",
        ["server-side-request-forgery high event.u 2"],
    ),
    "new Function": (
        "exports.handler = async (event) => { const f = new Function('x', event.code); return f(1); };",
        ["code-injection high event.code 1"],
    ),
}


@pytest.mark.parametrize("name", LOUD_SCRIPT)
def test_loud_script(name: str) -> None:
    code, expected = LOUD_SCRIPT[name]
    assert told(script(code)) == expected


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (r"a\((b(c)(?:d)[)]e)(?<n>f)(?=g)", [r"b(c)(?:d)[)]e", "c", "f"]),
        ("none", []),
        ("(never closed", ["."]),
        (r"(?<=a)(?<!b)(\))", [r"\)"]),
    ],
)
def test_the_groups_of_a_pattern(pattern: str, found: list[str]) -> None:
    assert patterns.groups(pattern) == found
