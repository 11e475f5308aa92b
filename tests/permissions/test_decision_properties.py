"""The decider against the slow and obvious evaluator, and against data of any kind."""

from __future__ import annotations

import json
from typing import Any

import reference_decision as reference
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.permissions.conditions import holds
from ringfence.permissions.decision import Decider, Request, validate
from ringfence.permissions.decision.lines import Simulator
from ringfence.permissions.decision.patterns import compile_tokens, tokenise, within_segments
from ringfence.permissions.parse import parse_json_policy

HOME, AWAY = "111111111111", "222222222222"
ACTIONS = ["s3:GetObject", "s3:PutObject", "sqs:SendMessage", "kms:Decrypt"]
ACTION_PATTERNS = [
    *ACTIONS,
    "*",
    "s3:*",
    "S3:getobject",
    "s3:?etObject",
    "*:*",
    "kms:*",
    "s3:*Ob*t",
]
RESOURCES = [
    "arn:aws:s3:::shop/ann/a.txt",
    "arn:aws:s3:::shop/*",
    f"arn:aws:sqs:eu-west-1:{HOME}:orders",
    f"arn:aws:sqs:eu-west-1:{AWAY}:orders",
    f"arn:aws:kms:eu-west-1:{HOME}:key/1",
    "*",
]
RESOURCE_PATTERNS = [
    *RESOURCES,
    "arn:aws:s3:::shop/${aws:username}/*",
    "arn:aws:s3:::shop/${aws:k1, 'ann'}/*",
    "arn:aws:s3:::shop/${*}",
    "arn:aws:s3:::shop/?nn/*.txt",
    f"arn:aws:sqs:*:{HOME}:o*s",
    "arn:aws:*",
    "arn:aws:kms:*:*:key/?",
]
PRINCIPALS = [
    f"arn:aws:iam::{HOME}:user/ann",
    f"arn:aws:iam::{AWAY}:user/ann",
    f"arn:aws:sts::{HOME}:assumed-role/app/i",
]
NAMED = ["*", HOME, f"arn:aws:iam::{HOME}:root", f"arn:aws:iam::{HOME}:role/app", AWAY, *PRINCIPALS]
KEYS = ["aws:k1", "AWS:K2", "aws:username"]
FAMILIES: dict[str, tuple[list[str], list[Any]]] = {
    "String": (
        ["Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike"],
        [
            "ann",
            "Ann",
            "a*",
            "?nn",
            "",
            "${aws:username}",
            "${aws:k2}-x",
            "${aws:k1,'ann'}",
            "${*}",
        ],
    ),
    "Numeric": (
        ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"],
        ["1", 2, "2.0", "-3", "x"],
    ),
    "Date": (
        ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"],
        ["2026-01-01T00:00:00Z", "2026-01-01", "1767225600", "2026-01-01T02:00:00+02:00", "then"],
    ),
    "Bool": ([""], ["true", "false", True]),
    "Arn": (
        ["Equals", "Like", "NotEquals", "NotLike"],
        ["arn:aws:s3:::a", "arn:aws:s3:*:*:*", "arn:aws:s3::a*:b", "*", "arn:aws:s3:::${aws:k1}"],
    ),
    "IpAddress": ([""], ["10.0.0.0/8", "10.1.2.3", "::/0", "2001:db8::/32", "x"]),
    "NotIpAddress": ([""], ["10.0.0.0/8", "2001:db8::/32"]),
}
VALUES = [
    "ann", "Ann", "", "a*", "ann-x", "1", "2", "-3.0", "x", "true", "FALSE", "10.1.2.3",
    "2001:db8::1", "2026-01-01T00:00:00Z", "1767225601", "arn:aws:s3:::a", "arn:aws:s3::a:b:c",
]  # fmt: skip


def one_or_more(items: list[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from(items) | st.lists(st.sampled_from(items), min_size=1, max_size=3)


@st.composite
def operators(draw: st.DrawFn) -> tuple[str, Any]:
    if draw(st.integers(0, 9)) == 0:
        return "Null", draw(st.sampled_from(["true", "false", True, False]))
    family = draw(st.sampled_from(sorted(FAMILIES)))
    names, values = FAMILIES[family]
    qualifier = draw(st.sampled_from(["", "", "ForAllValues:", "ForAnyValue:"]))
    suffix = draw(st.sampled_from(["", "", "IfExists"]))
    return qualifier + family + draw(st.sampled_from(names)) + suffix, draw(one_or_more(values))


@st.composite
def statements(draw: st.DrawFn, named: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Allow", "Allow", "Deny"]))}
    action = draw(st.sampled_from(["Action", "Action", "Action", "NotAction"]))
    resource = draw(st.sampled_from(["Resource", "Resource", "Resource", "NotResource"]))
    found[action] = draw(one_or_more(ACTION_PATTERNS))
    found[resource] = draw(one_or_more(RESOURCE_PATTERNS))
    if named:
        found["Principal"] = draw(st.just("*") | one_or_more(NAMED).map(lambda who: {"AWS": who}))
    if draw(st.booleans()):
        blocks = draw(st.lists(operators(), min_size=1, max_size=2))
        found["Condition"] = {name: {draw(st.sampled_from(KEYS)): value} for name, value in blocks}
    return found


def policies(named: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    held = st.lists(statements(named), max_size=3)
    version = st.sampled_from(["2012-10-17", "2012-10-17", "2008-10-17"])
    return st.builds(lambda v, s: {"Version": v, "Statement": s}, version, held)


CASES = st.fixed_dictionaries(
    {
        "identity": st.lists(policies(), max_size=2),
        "session": st.lists(policies(), max_size=1),
        "scp": st.lists(st.lists(policies(), max_size=2), max_size=1),
        "boundary": st.none() | st.none() | policies(),
        "resource_policy": st.none() | policies(named=True),
        "principal": st.sampled_from(PRINCIPALS),
        "action": st.sampled_from(ACTIONS),
        "resource": st.sampled_from(RESOURCES),
    }
)
CONTEXTS = st.dictionaries(
    st.sampled_from(["aws:k1", "aws:K2"]),
    st.sampled_from(VALUES) | st.lists(st.sampled_from(VALUES), max_size=2),
)


def made(case: dict[str, Any]) -> Decider:
    return Decider(
        case["identity"], case["boundary"], case["session"], case["scp"], case["resource_policy"]
    )


def request(case: dict[str, Any], context: dict[str, Any]) -> Request:
    return Request(case["action"], case["resource"], case["principal"], context)


def expected(case: dict[str, Any], context: dict[str, Any]) -> str:
    lists = {key.lower(): reference.any_list(value) for key, value in context.items()}
    return reference.decide(case, lists)


@settings(max_examples=400, deadline=None)
@given(CASES, CONTEXTS)
def test_agrees_with_the_reference(case: dict[str, Any], context: dict[str, Any]) -> None:
    found = made(case).decide(request(case, context))
    assert f"{found.verdict} {found.kind}" == expected(case, context)


@settings(max_examples=150, deadline=None)
@given(CASES, CONTEXTS, st.sampled_from(["aws:k1", "aws:K2"]))
def test_a_sure_answer_holds_whatever_is_not_known(
    case: dict[str, Any], context: dict[str, Any], key: str
) -> None:
    found = made(case).decide(request(case, context | {key: None}))
    ways: list[dict[str, Any]] = [context | {key: value} for value in [*VALUES, [], ["1", "ann"]]]
    answers = {expected(case, way).partition(" ")[0] for way in ways}
    if found.verdict == "depends":
        assert found.unknown == (key,)
    else:
        assert answers == {str(found.verdict)}


@settings(max_examples=100, deadline=None)
@given(CASES, st.lists(CONTEXTS, min_size=2, max_size=4))
def test_a_decider_remembers_nothing_of_requests(
    case: dict[str, Any], contexts: list[dict[str, Any]]
) -> None:
    kept = made(case)
    for context in contexts:
        assert kept.decide(request(case, context)) == made(case).decide(request(case, context))


@settings(max_examples=300, deadline=None)
@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_patterns_match_as_letter_by_letter(pattern: str, text: str) -> None:
    compiled = compile_tokens(tokenise(pattern, variables=False))
    assert compiled(text) == reference.matches(pattern, text)


def by_segments(pattern: str, text: str, colons: int = 0) -> bool:
    """Letter by letter, with the rule of segments: within the first five, a star stays."""
    if not pattern:
        return not text
    head, rest = pattern[0], pattern[1:]
    confined = colons < 5
    if head == "*":
        confined = confined and rest != "" and rest[0] not in ":*"
        if by_segments(rest, text, colons):
            return True
        fits = text != "" and not (confined and text[0] == ":")
        return fits and by_segments(pattern, text[1:], colons)
    if not text:
        return False
    fits = text[0] == head or (head == "?" and not (confined and text[0] == ":"))
    return fits and by_segments(rest, text[1:], colons + (head == ":"))


@settings(max_examples=300, deadline=None)
@given(st.text("a:*?", max_size=10), st.text("a:", max_size=10))
def test_stars_of_segments(pattern: str, text: str) -> None:
    while "**" in pattern:
        pattern = pattern.replace("**", "*")
    compiled = compile_tokens(within_segments(tokenise(pattern, variables=False)))
    assert compiled(text) == by_segments(pattern, text)


def test_hostile_patterns_take_little_time() -> None:
    compiled = compile_tokens(tokenise("*a" * 200 + "b", variables=False))
    assert not compiled("a" * 5_000)
    segments = compile_tokens(within_segments(tokenise("*a" * 60 + "b:", variables=False)))
    assert not segments("a" * 1_000)


# --- data of any kind --------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = [
    "id", "identity", "resource_policy", "boundary", "session", "scp", "rcp", "principal", "action",
    "resource", "context", "Version", "Statement", "Effect", "Action", "NotAction", "Resource",
    "NotResource", "Principal", "NotPrincipal", "Condition", "Sid", "AWS", "Service", "Null", "Bool",
    "StringLike", "ForAllValues:ArnLike", "DateLessThanIfExists", "aws:x",
]  # fmt: skip
WORDS = [
    "Allow",
    "Deny",
    "*",
    "s3:*",
    "s3:GetObject",
    "arn:aws:s3:::a",
    "2012-10-17",
    "${aws:x}",
    "true",
    *PRINCIPALS,
]
NEARLY = st.recursive(
    st.sampled_from(WORDS) | st.none() | st.booleans() | st.integers(-5, 5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)
    ),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES[:11]), NEARLY | JSON, max_size=6) | JSON | NEARLY)
def test_any_json_gets_an_answer(data: Any) -> None:
    line = json.dumps(data).encode()
    for answer in Simulator().decide([line]):
        assert ("error" in answer) != ("decision" in answer)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=40))
def test_any_bytes_get_an_answer(line: bytes) -> None:
    for answer in Simulator().decide([line]):
        assert "error" in answer


@settings(max_examples=300, deadline=None)
@given(NEARLY, st.sampled_from(["identity", "resource", "scp", "rcp"]))
def test_any_policy_is_validated(data: Any, kind: str) -> None:
    problems = validate(data, kind)
    if not any(problem.is_error for problem in problems):
        name = "resource_policy" if kind == "resource" else "boundary"
        (answer,) = Simulator().decide(
            [json.dumps({name: data, "action": "s3:GetObject"}).encode()]
        )
        assert "decision" in answer or kind in ("scp", "rcp")


@settings(max_examples=400, deadline=None)
@given(operators(), st.none() | st.lists(st.sampled_from(VALUES), min_size=1, max_size=2), CONTEXTS)
def test_both_evaluators_read_conditions_alike(
    block: tuple[str, Any], values: list[str] | None, context: dict[str, Any]
) -> None:
    operator, wanted = block
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    statement["Condition"] = {operator: {"aws:x": wanted}}
    document = parse_json_policy({"Version": "2012-10-17", "Statement": statement})
    known = {key.lower(): tuple(reference.any_list(value)) for key, value in context.items()}
    known = {"aws:k1": (), "aws:k2": (), "aws:username": ("ann",)} | known
    known["aws:x"] = tuple(values or ())
    found = Decider([document]).decide(Request("s3:GetObject", "*", PRINCIPALS[0], known))
    (one,) = document.statements
    assert holds(one.conditions, known) == (found.verdict == "allowed")
