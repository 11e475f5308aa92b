"""The places where a scan meets bytes that a stranger wrote, one record for each."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ringfence.model.record import replace
from robust.fuzzing import trees
from robust.fuzzing.invariants import OPTIONS, attempt, examine, rendered

ROOT = Path(__file__).parents[3]
CASES = ROOT / "tests" / "dataflow" / "unseen"
LARGEST_SEED = 12_000

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Store: {Type: AWS::S3::Bucket}
  Handle:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: RUNTIME
      Handler: app.handler
      CodeUri: src/
      FunctionUrlConfig: {AuthType: NONE}
      Policies: [{S3ReadPolicy: {BucketName: !Ref Store}}]
"""
PYTHON_TEMPLATE = TEMPLATE.replace("RUNTIME", "python3.13").encode()
NODE_TEMPLATE = TEMPLATE.replace("RUNTIME", "nodejs22.x").encode()
PYTHON = b"import os\n\ndef handler(event, context):\n    os.system(event['body'])\n"
NODE = (b"const {execSync} = require('child_process')\n"
        b"exports.handler = async (event) => execSync(event.body)\n")  # fmt: skip
OWN_RULES = b'[rules]\nfolders = ["rules"]\n'
GOOD = {"template.yaml": PYTHON_TEMPLATE, "src/app.py": PYTHON}


@dataclass(frozen=True)
class Surface:
    """``check(bytes, folder)`` raises where an invariant does not hold; the folder is empty and
    its own. ``seeds()`` gives right input."""

    name: str
    check: Callable[[bytes, Path], None]
    seeds: Callable[[], list[bytes]]


def write(folder: Path, files: dict[str, bytes]) -> Path:
    """The files below a fresh folder ``app`` in the folder."""
    app = folder / "app"
    for old in folder.iterdir():
        shutil.rmtree(old) if old.is_dir() and not old.is_symlink() else old.unlink()
    for name, content in files.items():
        path = app / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return app


def in_file(name: str, beside: dict[str, bytes]) -> Callable[[bytes, Path], None]:
    """The bytes are one file of an application."""
    return lambda data, folder: examine(write(folder, {**beside, name: data}), data)


@cache
def files(*patterns: str) -> list[bytes]:
    """The seeds that lie in the repository under some patterns."""
    found = [path for pattern in patterns for path in sorted(ROOT.glob(pattern)) if path.is_file()]
    return [path.read_bytes() for path in found if path.stat().st_size <= LARGEST_SEED]


@cache
def sources(ending: str) -> list[bytes]:
    """Code of the examples, and of the labelled cases of the interpreter."""
    found = list(files(f"examples/**/*{ending}", f"tests/corpus/**/*{ending}"))
    for case in sorted(CASES.glob("*.case"))[::3]:
        for part in case.read_text().split("\n---- ")[1:]:
            name, _, text = part.partition("\n")
            if name.strip().endswith(ending):
                found.append(text.encode())
    return found


def template_seeds() -> list[bytes]:
    return files("examples/**/template.y*ml", "tests/corpus/**/template.y*ml",
                 "tests/loaders/**/template*.y*ml")  # fmt: skip


def json_seeds() -> list[bytes]:
    """The YAML templates as JSON, short tags as their long forms."""
    import yaml

    class Loader(yaml.CSafeLoader):
        pass

    def long_form(loader: yaml.CSafeLoader, suffix: str, node: yaml.Node) -> object:
        key = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
        if isinstance(node, yaml.ScalarNode):
            return {key: loader.construct_scalar(node)}
        if isinstance(node, yaml.SequenceNode):
            return {key: loader.construct_sequence(node, deep=True)}
        assert isinstance(node, yaml.MappingNode)
        return {key: loader.construct_mapping(node, deep=True)}

    Loader.add_multi_constructor("!", long_form)
    trees_ = [yaml.load(text, Loader) for text in template_seeds()]
    return [
        *files("tests/corpus/**/*.json"),
        *(json.dumps(t, default=str).encode() for t in trees_),
    ]


def policy_seeds() -> list[bytes]:
    statements = [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "NotAction": ["iam:*", "s3:Get*"], "NotResource": "arn:aws:s3:::a/*"},
        {"Effect": "Allow", "Principal": {"AWS": ["*", "123456789012"]}, "Action": "sts:AssumeRole",
         "Condition": {"ForAnyValue:StringLike": {"aws:SourceArn": ["arn:*:x:?"]}}},
        {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": {"Fn::Sub": "arn:aws:dynamodb:"
         "${AWS::Region}:*:table/${Store}"}, "Condition": {"IpAddress": {"aws:SourceIp": "10/8"}}},
    ]  # fmt: skip
    return [json.dumps({"Version": "2012-10-17", "Statement": s}).encode() for s in
            (statements[0], statements, statements[1:3])]  # fmt: skip


def policy(data: bytes, folder: Path) -> None:
    """The bytes are a policy document, of a role and of a bucket."""
    role = (
        b'{"Resources": {"Store": {"Type": "AWS::S3::Bucket"}, "P": {"Type": '
        b'"AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "Store"}, "PolicyDocument": '
    )
    rest = b'}}, "R": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"PolicyName": "a", '\
           b'"PolicyDocument": '  # fmt: skip
    last = b'}]}}, "F": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "python3.13", '\
           b'"Handler": "app.handler", "Role": {"Fn::GetAtt": ["R", "Arn"]}, "Code": "src"}}}}'  # fmt: skip
    examine(write(folder, {"a.json": role + data + rest + data + last, "src/app.py": PYTHON}), data)


def rule(data: bytes, folder: Path) -> None:
    """The bytes are a rule of the project's own."""
    own = {"ringfence.toml": OWN_RULES, "rules/own-rule.toml": data}
    examine(write(folder, {**GOOD, **own}), data)


def condition(data: bytes, folder: Path) -> None:
    """The bytes are the condition of a rule."""
    (text,) = files("src/ringfence/rules/checks/runtime-ended.toml")
    text = text.replace(b'id = "runtime-ended"', b'id = "own-rule"')
    told = json.dumps(data.decode("utf-8", "replace")).replace("\x7f", "")
    rule(text.replace(b'when = "ended"', f"when = {told}".encode()), folder)


def rule_seeds() -> list[bytes]:
    return files("src/ringfence/rules/checks/*.toml")[::8]


def condition_seeds() -> list[bytes]:
    import tomllib

    found = [tomllib.loads(text.decode()).get("when") for text in
             files("src/ringfence/rules/checks/*.toml")]  # fmt: skip
    return [text.encode() for text in found if isinstance(text, str)]


def baseline(data: bytes, folder: Path) -> None:
    """The bytes are a baseline."""
    app = write(folder, GOOD)
    (folder / "baseline.json").write_bytes(data)
    result = attempt(app, replace(OPTIONS, baseline=folder / "baseline.json"))
    if result is not None:
        rendered(result)


def kept(data: bytes, folder: Path) -> None:
    """The bytes are what an earlier scan left: pieces of it exchanged, or anything at all."""
    app = write(folder, GOOD)
    options = replace(OPTIONS, cache=folder / "cache")
    attempt(app, options)
    (file,) = (folder / "cache").glob("*.json")
    whole = file.read_bytes()
    tree = json.loads(whole)
    file.write_bytes(trees.spoilt(tree, data) if data[:1] != b"{" else data)
    result = attempt(app, options)
    assert result is not None
    rendered(result)


def tree(data: bytes, folder: Path) -> None:
    """The bytes say which files, folders and links there are."""
    write(folder, {})
    trees.build(data, folder / "app", [PYTHON_TEMPLATE, PYTHON, NODE, b"", OWN_RULES])
    examine(folder / "app", data)


def comments(data: bytes, folder: Path) -> None:
    """The bytes stand after ``#`` above what is found, in a template and in code."""
    line = data.replace(b"\n", b" ")
    template = PYTHON_TEMPLATE.replace(b"  Handle:", b"  # " + line + b"\n  Handle:")
    code = PYTHON.replace(b"    os", b"    # " + line + b"\n    os")
    examine(write(folder, {"template.yaml": template, "src/app.py": code}), data)


def comment_seeds() -> list[bytes]:
    return [b"ringfence: ignore[os-command-injection] known until 2027-01-31",
            b"ringfence: ignore[*] all", b"ringfence: ignore[wide-powers: s3:Get*, a: b] x"]  # fmt: skip


CONFIG = b"""\
schema = 1
fail_on = "medium"
exclude = ["a/**"]
[rules]
disable = ["runtime-ended"]
[severity]
os-command-injection = "low"
[data]
"Store*" = "personal"
[[suppress]]
rule = "os-*"
path = "src/*"
subject = "Handle"
reason = "known"
until = 2027-01-31
"""
SCRIPT = b"""\
const custom = { stage: process.env.STAGE || 'dev' }
module.exports = { service: 'a', provider: { name: 'aws', runtime: 'nodejs22.x' }, custom,
  functions: { a: { handler: 'handler.handler', events: [{ httpApi: '*' }, { http: 'GET /x' }] } } }
"""
TYPED = b"""\
import type { AWS } from '@serverless/typescript'
import hello from '@functions/hello'
const functions = { hello: { handler: `${'handler'}.handler`, events: [{ http: { method: 'get' } }] } }
const service: AWS = { service: 'a', provider: { name: 'aws', runtime: 'nodejs22.x' }, functions }
module.exports = service
"""
BASELINE = b'{"schema": 1, "findings": {"a": {"rule": "b", "subject": "c", "file": "d"}}}'
SPOILS = [bytes([n, 1, 2, 3, 4, 5, 6, 7, 8]) for n in range(0, 120, 7)]

SURFACES = {
    surface.name: surface
    for surface in (
        Surface("yaml", in_file("template.yaml", {"src/app.py": PYTHON}), template_seeds),
        Surface("json", in_file("template.json", {"src/app.py": PYTHON}), json_seeds),
        Surface("serverless", in_file("serverless.yml", {"handler.js": NODE}), lambda: files(
            "tests/corpus/**/serverless.yml", "tests/loaders/serverless/**/*.yml")),
        Surface("serverless-js", in_file("serverless.js", {"handler.js": NODE}), lambda: [SCRIPT]),
        Surface("serverless-ts", in_file("serverless.ts", {"handler.js": NODE}), lambda: [TYPED]),
        Surface("python", in_file("src/app.py", {"template.yaml": PYTHON_TEMPLATE}),
                lambda: sources(".py")),
        Surface("javascript", in_file("src/app.js", {"template.yaml": NODE_TEMPLATE}),
                lambda: sources(".js")),
        Surface("typescript", in_file("src/app.ts", {"template.yaml": NODE_TEMPLATE}),
                lambda: sources(".ts") or sources(".js")),
        Surface("config", in_file("ringfence.toml", GOOD), lambda: [CONFIG]),
        Surface("rule", rule, rule_seeds),
        Surface("condition", condition, condition_seeds),
        Surface("baseline", baseline, lambda: [BASELINE]),
        Surface("comment", comments, comment_seeds),
        Surface("policy", policy, policy_seeds),
        Surface("cache", kept, lambda: SPOILS),
        Surface("tree", tree, lambda: SPOILS),
    )
}  # fmt: skip
