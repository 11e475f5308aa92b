"""The taint tables as data: known rule ids and effects, named documentation, no empty entries."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from taint_harness import run

from ringfence.dataflow.structures import NOT_A_STRUCTURE
from ringfence.model.severity import Effect
from ringfence.rules.taint import FOLDER

FLOW_RULES = frozenset(
    [
        "os-command-injection",
        "code-injection",
        "sql-injection",
        "nosql-injection",
        "server-side-request-forgery",
        "unsafe-deserialization",
        "path-traversal",
        "cross-site-scripting",
        "template-injection",
        "xml-external-entity",
        "open-redirect",
        "header-injection",
        "log-injection",
        "ldap-injection",
        "xpath-injection",
        "prototype-pollution",
        "unsafe-reflection",
        "prompt-injection",
        "regex-injection",
        "slow-regex-on-input",
        "mail-injection",
        "unverified-token",
        "cloud-resource-injection",
        "mass-assignment",
        "denial-of-service-loop",
    ]
)
ISSUE_RULES = frozenset(
    [
        "token-signature-not-verified",
        "tls-verification-disabled",
        "verbose-error-response",
        "sensitive-data-logged",
        "shared-state-leak",
        "event-logged",
        "temporary-file-kept",
        "weak-hash-for-password",
        "weak-random-for-secret",
        "permissive-cors-response",
        "debug-enabled",
        "hard-coded-secret",
        "public-object-acl",
        "plaintext-transport",
        "unauthenticated-connection",
        "sensitive-data-exposed",
    ]
)
FILES = sorted(FOLDER.glob("*/*.toml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_table_file_is_sound(file: Path) -> None:
    document = tomllib.loads(file.read_text(encoding="utf-8"))
    assert document["library"]
    assert all(url.startswith(("https://", "http://")) for url in document["references"])
    for sink in document.get("sink", ()):
        assert sink["rule"] in FLOW_RULES
        assert sink["effect"] in set(Effect)
    for issue in document.get("issue", ()):
        assert issue["rule"] in ISSUE_RULES
    for shelf in ("sanitiser", "guard", "propagator"):
        for table in document.get(shelf, ()):
            assert set(table.get("clears", ())) <= FLOW_RULES | {"*", NOT_A_STRUCTURE}
    for shelf in (
        "sink",
        "issue",
        "sanitiser",
        "guard",
        "propagator",
        "wrapper",
        "callback",
        "use",
        "connection",
        "setting",
        "exposure",
    ):
        for table in document.get(shelf, ()):
            assert table["call"]
            assert len(table["call"]) == len(set(table["call"]))


@pytest.mark.parametrize(
    ("language", "line", "rule", "certainty"),
    [
        ("python", "import requests\n    requests.get('https://a.example.com/' + event['id'])", "server-side-request-forgery", "low"),
        ("python", "import requests\n    requests.get('https://' + event['host'] + '/items')", "server-side-request-forgery", "high"),
        ("python", "import subprocess\n    subprocess.run(event['command'])", "os-command-injection", "medium"),
        ("python", "import yaml\n    yaml.full_load(event['body'])", "unsafe-deserialization", "medium"),
        ("python", "    open('/data/report-' + event['id'] + '.csv')", "path-traversal", "medium"),
        ("python", "import openai\n    eval(openai.OpenAI().chat.completions.create(messages=[]).choices[0].message.content)", "code-injection", "low"),
        ("python", "import openai\n    openai.OpenAI().responses.create(instructions='Help ' + event['n'])", "prompt-injection", "high"),
        ("python", "import openai\n    openai.OpenAI().responses.create(input='Translate this text please: ' + event['n'])", "prompt-injection", "medium"),
        ("javascript", "await fetch('https://a.example.com/' + event.id)", "server-side-request-forgery", "low"),
        ("javascript", "await fetch(`https://${event.host}/items`)", "server-side-request-forgery", "high"),
        ("javascript", "new RegExp(event.pattern)", "regex-injection", "medium"),
        ("javascript", "const y = require('js-yaml'); y.load(event.body, { schema: y.DEFAULT_FULL_SCHEMA })", "unsafe-deserialization", "high"),
        ("javascript", "require('fs').readFileSync('/data/report-' + event.id)", "path-traversal", "medium"),
    ],
)  # fmt: skip
def test_certainty_follows_the_use(
    tmp_path: Path, language: str, line: str, rule: str, certainty: str
) -> None:
    python = language == "python"
    file = tmp_path / ("m.py" if python else "m.js")
    body = (
        f"def h(event, context):\n    {line.strip()}\n"
        if python
        else f"exports.h = async (event) => {{ {line} }}\n"
    )
    file.write_text(body)
    assert [(flow.rule, flow.certainty) for flow in run(file, language).flows] == [
        (rule, certainty)
    ]


def test_an_answer_is_as_sure_as_the_prompt_that_it_follows(tmp_path: Path) -> None:
    file = tmp_path / "m.py"
    file.write_text(
        "import openai\n\ndef h(event, context):\n"
        "    prompt = {'role': 'user', 'content': event['q']}\n"
        "    answer = openai.OpenAI().chat.completions.create(messages=[prompt])\n"
        "    eval(answer.choices[0].message.content)\n"
    )
    assert sorted((flow.source.path, flow.certainty) for flow in run(file, "python").flows) == [
        ("event.q", "medium"),
        ("the model's answer", "low"),
    ]
