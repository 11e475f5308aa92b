"""Broken, hostile and odd sources: never an exception, the readable rest is kept."""

from __future__ import annotations

import ast
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syntax_dump import dump, lower, nodes

from ringfence.languages import language_of, parse_source
from ringfence.model import syntax
from ringfence.model.syntax import Comment, SyntaxProblem

PYTHON = Path(json.__file__).parent.joinpath("encoder.py").read_text()
SCRIPT = """
import fs from 'fs'; // ringfence: ignore[x] why
const run = async ({ a, ...rest }, [b = 1] = []) => { for (const k of a) await b?.[k](`x${k}`) };
class Q extends P { #v = 1; static async m() { return this.#v ?? super.m(...arguments) } }
export const handler = async (event) => { switch (event.k) { case 'a': throw new Error(/x/.test(event)); } };
"""
PIECES = [
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "'",
    '"',
    "`",
    "\n",
    "    ",
    "#",
    "/*",
    "${",
    "=>",
    "\\",
    "é",
    "\x00",
    "\ud800",
    ":",
    "if x",
    "def f(",
    "class A",
    "...",
    "\r\n",
    ";",
    "f'{",
]


@pytest.mark.parametrize(
    ("file", "language"),
    [
        ("a/b.py", "python"),
        ("b.MJS", "javascript"),
        ("b.cts", "typescript"),
        ("b.tsx", "typescript"),
        ("b.d.ts", ""),
        ("Makefile", ""),
        ("py", ""),
    ],
)
def test_language_of_the_ending(file: str, language: str) -> None:
    assert language_of(file) == language


def test_syntax_error_costs_only_its_part() -> None:
    module = lower("import a\n\ndef f(x):\n    y = x +* = 3\n    return g(x)\n\n\nb(c)\n")
    assert [problem.line for problem in module.problems] == [4]
    kept = dump(module.body)
    assert "Import(module=a, name=a)" in kept
    assert "Return(value=Call(function=g, arguments=[x]))" in kept
    assert "Call(function=b, arguments=[c])" in kept


def test_inside_of_a_broken_script_is_kept() -> None:
    module = lower("foo(a;\nbar(b) }\nbaz(c)\n", "javascript")
    assert module.problems
    calls = {dump(node) for node in nodes(module.body) if isinstance(node, syntax.Call)}
    assert "Call(function=baz, arguments=[c])" in calls


def test_missing_token_is_named() -> None:
    assert lower("if (a) { b(c)\n", "javascript").problems == [SyntaxProblem(1, 14, "expected '}'")]


def test_columns_count_characters() -> None:
    (statement,) = lower("x = 'äö😀' + f(y)\n").body
    assert isinstance(statement, syntax.Assign)
    assert isinstance(statement.value, syntax.Binary)
    call = statement.value.right
    assert (call.line, call.column, call.end_line, call.end_column) == (1, 13, 1, 17)


def test_comments_are_kept_without_their_sign() -> None:
    assert lower("a() # one\n## two\nf(b, # three\n c)\n").comments == [
        Comment(1, 5, "one"),
        Comment(2, 1, "two"),
        Comment(3, 6, "three"),
    ]
    assert lower("a() // one\n/* two */ f(b /* three */)\n", "javascript").comments == [
        Comment(1, 5, "one"),
        Comment(2, 1, "two"),
        Comment(2, 15, "three"),
    ]


def test_comments_of_broken_source_are_kept() -> None:
    assert lower("f((\n# one\n").comments == [Comment(2, 1, "one")]


def test_typed_javascript_is_read_with_the_typed_grammar() -> None:
    module = lower("const f = (a: string): number => g(a);", "javascript")
    assert module.problems == []
    assert module.language == "javascript"
    assert dump(module.body) == (
        "[Assign(target=f, value=FunctionLiteral(parameters=[Parameter(target=a)], "
        "body=[Return(value=Call(function=g, arguments=[a]))], is_arrow), declares=const)]"
    )


def test_source_over_the_limit_is_not_read() -> None:
    module = parse_source("m.py", "x = 1\n" * 10, "python", maximum_characters=20)
    assert module.body == []
    assert module.problems == [SyntaxProblem(1, 1, "longer than 20 characters; not read")]


def test_unknown_language_is_a_problem() -> None:
    assert parse_source("m.rb", "x", "ruby").problems == [
        SyntaxProblem(1, 1, "no front end reads ruby")
    ]


@pytest.mark.parametrize("part", ["(", "[", "not ", "-", "a(", "f'{", "lambda:"])
def test_deep_python_is_cut_off(part: str) -> None:
    closing = {"(": ")", "[": "]", "a(": ")"}.get(part, "")
    module = lower(part * 3000 + "x" + closing * 3000)
    assert module.problems
    assert _depth(module.body) < 600


@pytest.mark.parametrize("part", ["(", "[", "!", "f(", "a=>", "{", "if(x)", "a?b:", "`${", "<a>"])
def test_deep_script_is_cut_off(part: str) -> None:
    closing = {"(": ")", "[": "]", "f(": ")", "{": "}", "<a>": "</a>", "`${": "}`"}.get(part, "")
    module = lower(part * 3000 + "x" + closing * 3000, "javascript")
    assert module.problems or part == "("
    assert _depth(module.body) < 600


@pytest.mark.parametrize(
    "text",
    [
        "x = " + " + ".join(["a"] * 5000),
        "x = " + " and ".join(["a"] * 5000),
        "if a:\n  b\n" + "elif a:\n  c\n" * 5000,
        "x = 'a' " + "'b' " * 5000,
    ],
)
def test_long_chains_stay_shallow_and_whole(text: str) -> None:
    module = lower(text)
    assert module.problems == []
    assert _depth(module.body) < 200
    names = sum(1 for node in nodes(module.body) if isinstance(node, syntax.Name))
    assert names >= 5000 or "'b'" in text


def test_long_else_if_stays_shallow_and_whole() -> None:
    module = lower("if (a) b();" + "else if (a) b();" * 2000, "javascript")
    assert _depth(module.body) < 200
    assert sum(1 for node in nodes(module.body) if isinstance(node, syntax.Call)) == 2001


@pytest.mark.parametrize(
    "text",
    [
        "with " + "(" * 2000 + "a" + ")" * 2000 + ": pass\n",
        "match a:\n  case " + "(" * 2000 + "b" + ")" * 2000 + ": pass\n",
        "x = f'" + "{a:" * 500 + "{a}" + "}" * 500 + "'\n",
        "del " + "(" * 2000 + "a" + ")" * 2000 + "\n",
        "a = " * 3000 + "b\n",
    ],
)
def test_deep_corners_of_python_never_raise(text: str) -> None:
    assert lower(text).language == "python"


def test_runs_of_line_continuations_are_refused_at_once() -> None:
    (problem,) = lower("\\\n" * 100_000).problems
    assert problem.message == "more than 500 line continuations in a row; not read"


@given(st.integers(0, len(PYTHON)), st.integers(0, 400), st.sampled_from(PIECES))
def test_mutated_python_never_raises(start: int, length: int, piece: str) -> None:
    window = PYTHON[max(0, start - 600) : start] + piece + PYTHON[start + length :][:600]
    assert lower(window).file == "m.py"


@given(
    st.integers(0, len(SCRIPT)),
    st.integers(0, 40),
    st.sampled_from(PIECES),
    st.sampled_from(["javascript", "typescript"]),
)
def test_mutated_script_never_raises(start: int, length: int, piece: str, language: str) -> None:
    assert lower(SCRIPT[:start] + piece + SCRIPT[start + length :], language).language == language


@given(
    st.lists(
        st.sampled_from([*PIECES, "a", " ", "1", ",", "=", "for x in", "case", "*"]), max_size=30
    ),
    st.sampled_from(["python", "javascript", "typescript"]),
)
def test_noise_never_raises(parts: list[str], language: str) -> None:
    lower("".join(parts), language)


@pytest.mark.parametrize("file", [json.encoder.__file__, shutil.__file__, ast.__file__])
def test_agrees_with_the_standard_parser(file: str) -> None:
    """Every call, function, class and imported name that CPython's own parser sees."""
    text = Path(file).read_text()
    tree = ast.parse(text)
    found = list(nodes(lower(text).body))
    seen = {id(node): node for node in found}.values()

    def expected(*kinds: type[ast.AST]) -> int:
        return sum(isinstance(node, kinds) for node in ast.walk(tree))

    def got(kind: type[syntax.Node]) -> int:
        return sum(isinstance(node, kind) for node in seen)

    formats = sum(
        (node.conversion != -1) + (node.format_spec is not None)
        for node in ast.walk(tree)
        if isinstance(node, ast.FormattedValue)
    )
    assert got(syntax.Call) == expected(ast.Call) + formats + expected(ast.Assert)
    assert got(syntax.FunctionLiteral) == expected(
        ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda
    )
    assert got(syntax.ClassLiteral) == expected(ast.ClassDef)
    assert got(syntax.Opaque) == 0


def test_a_value_for_several_targets_is_read_from_the_plainest() -> None:
    first, second = lower("table()[key] = name = value\n").body
    assert isinstance(first, syntax.Assign) and isinstance(first.target, syntax.Name)
    assert isinstance(second, syntax.Assign) and isinstance(second.target, syntax.Index)


def _depth(value: object) -> int:
    deepest = 0
    waiting = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        if isinstance(item, (list, tuple)):
            waiting.extend((part, depth) for part in item)
        elif isinstance(item, syntax.Node):
            deepest = max(deepest, depth)
            waiting.extend((getattr(item, name), depth + 1) for name in item.__dataclass_fields__)
    return deepest


ENDLESS = (
    Path(__file__).parents[1] / "robust" / "corpus" / "serverless-js" / "errors-without-end.bin"
)


def test_a_parser_that_goes_round_in_circles_is_stopped() -> None:
    text = ENDLESS.read_bytes().decode("utf-8", "replace")
    module = parse_source("a.tsx", text, "typescript")
    assert [problem.message for problem in module.problems] == [
        "errors that the parser cannot get over; not read"
    ]
    assert parse_source("a.js", text, "javascript").problems
