"""Variables: what is known becomes plain values with their origins, the rest is Unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.loaders.documents import parse_document
from ringfence.loaders.serverless.settings import Settings
from ringfence.loaders.serverless.syntax import Variable, pieces_of, split_sources
from ringfence.loaders.serverless.variables import Variables
from ringfence.loaders.tree import Tree
from ringfence.model.value import Mapping, Scalar, Unknown, Value, plain


def resolver(root: Path, text: str, **given: Any) -> Variables:
    document = parse_document(text.encode(), "serverless.yml")
    assert isinstance(document, Mapping)
    return Variables(document, Tree(root), "", Settings(**given))


def resolved(root: Path, text: str, name: str = "value", **given: Any) -> Value:
    variables = resolver(root, text, **given)
    value = variables.document.get(name)
    assert value is not None
    return variables.resolve(value)


def shown(value: Value) -> Any:
    return plain(value, lambda unknown: f"? {unknown.reason}")


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("a ${self:b}-c", ["a ", ("self:b",), "-c"]),
        ("${opt:stage, self:p.stage, 'dev'}", [("opt:stage", "self:p.stage", "'dev'")]),
        ("${file(a.${opt:s}.yml):k.${self:x}}", [("file(a.${opt:s}.yml):k.${self:x}",)]),
        ("arn:${AWS::Region}:${Table.Arn}:${!x}", ["arn:${AWS::Region}:${Table.Arn}:${!x}"]),
        ("${self:a", ["${self:a"]),
        ("${Thing}${env:A}", ["${Thing}", ("env:A",)]),
        ("${strToBool(false)}", [("strToBool(false)",)]),
        ("${ssm(us-east-1):/a/b}", [("ssm(us-east-1):/a/b",)]),
        ("${opt:a, 'b, c'}", [("opt:a", "'b, c'")]),
    ],
)
def test_the_pieces_of_a_text(text: str, pieces: list[Any]) -> None:
    found = [piece.sources if isinstance(piece, Variable) else piece for piece in pieces_of(text)]
    assert found == pieces


@given(st.text(alphabet="${}a:,'() ", max_size=60))
def test_the_pieces_make_up_the_text(text: str) -> None:
    pieces = pieces_of(text)
    assert "".join(piece if isinstance(piece, str) else piece.text for piece in pieces) == text
    for piece in pieces:
        if isinstance(piece, Variable):
            assert split_sources(piece.text[2:-1]) == list(piece.sources)


def test_every_kind_of_variable(tmp_path: Path) -> None:
    (tmp_path / "conf.live.yml").write_text("db: {name: '${self:service}-db', size: 3}\n")
    (tmp_path / "key.txt").write_text("secret text\n")
    text = """\
service: shop
provider: {stage: "${opt:stage, 'dev'}", region: eu-west-1}
params:
  default: {color: blue}
  live: {color: red}
custom:
  list: [a, b]
  object: {x: 1}
value:
  own: ${self:service}-${self:provider.stage}
  item: ${self:custom.list.1}
  object: ${self:custom.object}
  option: ${opt:stage}
  other: ${opt:other}
  fallback: ${opt:other, self:custom.nothing, "it's"}
  number: ${opt:other, 7}
  env: ${env:NAME}
  hidden: ${env:HIDDEN}
  hidden_fallback: ${env:HIDDEN, 'x'}
  file: ${file(conf.${opt:stage}.yml):db}
  text: ${file(./key.txt)}
  missing: ${file(gone.yml):a, 'none'}
  program: ${file(config.js):a}
  outside: ${file(../../etc/passwd)}
  param: ${param:color}
  stage: ${sls:stage}
  instance: ${sls:instanceId}
  account: ${aws:accountId}
  region: ${aws:region}
  ssm: ${ssm:/a/b~true}
  cf: prefix-${cf:stack.Output}
  truth: ${strToBool(${self:custom.flag, 'true'})}
  cloud: !Sub arn:${AWS::Region}:${self:service}:${env:HIDDEN}
  pseudo: arn:#{AWS::AccountId}:x
"""
    value = resolved(
        tmp_path,
        text,
        options={"stage": "live"},
        env=frozenset({"NAME"}),
        environment={"NAME": "n", "HIDDEN": "never"},
    )
    assert shown(value) == {
        "own": "shop-live",
        "item": "b",
        "object": {"x": 1},
        "option": "live",
        "other": "? the option other is not given",
        "fallback": "it's",
        "number": 7,
        "env": "n",
        "hidden": "? the environment variable HIDDEN is not read",
        "hidden_fallback": "x",
        "file": {"name": "shop-db", "size": 3},
        "text": "secret text",
        "missing": "none",
        "program": "? the program config.js computes it",
        "outside": "? the file ../../etc/passwd lies outside the scanned folder",
        "param": "red",
        "stage": "live",
        "instance": "? ${sls:instanceId}: a fact of the deployment",
        "account": "${AWS::AccountId}",
        "region": "eu-west-1",
        "ssm": "? ${ssm:/a/b~true}: a parameter of the account",
        "cf": "prefix-${?}",
        "truth": True,
        "cloud": [
            "arn:${AWS::Region}:shop:${RingfenceVariable0}",
            {"RingfenceVariable0": "? the environment variable HIDDEN is not read"},
        ],
        "pseudo": {"Fn::Sub": "arn:${AWS::AccountId}:x"},
    }


def test_a_value_keeps_the_place_that_uses_it_and_names_the_one_that_made_it(
    tmp_path: Path,
) -> None:
    value = resolved(tmp_path, "custom:\n  size: 512\nvalue: ${self:custom.size}\n")
    assert isinstance(value, Scalar)
    assert (value.value, value.location.line) == (512, 3)
    (origin,) = value.origins
    assert (origin.role, origin.name, origin.location.line) == ("variable", "self:custom.size", 2)


@pytest.mark.parametrize(
    "text",
    [
        "value: ${self:value}",
        "value: ${self:a}\na: ${self:b}\nb: ${self:a}",
        "value: {x: '${self:value.x}'}",
        "value: ${self:a.b}\na: ${self:value}",
        "value: ${self:}",
        "value: ${file(serverless.yml)}",
        "provider: {stage: '${self:provider.stage}'}\nvalue: ${sls:stage}",
    ],
)
def test_cycles_end(tmp_path: Path, text: str) -> None:
    (tmp_path / "serverless.yml").write_text(text)
    assert "?" in str(shown(resolved(tmp_path, text))) or shown(resolved(tmp_path, text)) == "dev"


def test_growth_ends(tmp_path: Path) -> None:
    """Texts and objects that double at every step stay small."""
    lines = ["a0: " + "x" * 100, "o0: {k: 1}"]
    for number in range(1, 60):
        lines.append(f"a{number}: ${{self:a{number - 1}}}${{self:a{number - 1}}}")
        lines.append(f"o{number}: ['${{self:o{number - 1}}}', '${{self:o{number - 1}}}']")
    variables = resolver(tmp_path, "\n".join(lines))
    for name in ("a59", "o59"):
        value = variables.document.get(name)
        assert value is not None
        found = variables.resolve(value)
        seen, stack = 0, [found]
        while stack and seen < 2_000_000:
            seen += 1
            node = stack.pop()
            stack.extend(getattr(node, "items", []) or [])
        assert seen < 2_000_000


def test_long_texts_of_signs_end() -> None:
    for text in ("${" * 50_000, "${" * 50_000 + "}" * 50_000, "${a:" * 30_000 + "}" * 30_000):
        assert "".join(map(str, pieces_of(text)))[:2] == "${"


_PART = st.sampled_from(
    ["${", "}", "self:", "opt:", "file(", ")", "custom.a", "value", ",", "'", "env:A", "x", ":"]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(_PART, max_size=12), st.lists(_PART, max_size=12))
def test_no_text_breaks_the_resolver(tmp_path_factory: Any, one: list[str], two: list[str]) -> None:
    document = Mapping(
        {"custom": Mapping({"a": Scalar("".join(one))}), "value": Scalar("".join(two))}
    )
    variables = Variables(document, Tree(Path("/nonexistent-folder")), "", Settings())
    value = document.get("value")
    assert value is not None
    assert variables.resolve(value) is not None


def test_unknown_in_a_text_stays_unknown(tmp_path: Path) -> None:
    value = resolved(tmp_path, "value: a-${env:X}-b")
    assert str(value) == "a-${?}-b"
    assert not isinstance(value, Unknown)
