"""Changes of contracts in words, and as each report shows them."""

from __future__ import annotations

import json
import random
import tomllib
from pathlib import Path
from typing import Any

import contract_samples as samples
import jsonschema
import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from ringfence.contract.diff import diff, widens
from ringfence.contract.phrases import listed
from ringfence.contract.words import doing_of
from ringfence.model.contract import Contract, Evidence, FunctionContract, Host, Permission
from ringfence.model.record import replace
from ringfence.report.lock_changes import (
    changes_json,
    changes_markdown,
    changes_text,
    differences_json,
)
from ringfence.rules import packed

HERE = Path(__file__).parent
CASES = tomllib.loads((HERE / "changes.toml").read_text(encoding="utf-8"))["case"]
SCHEMA = HERE.parents[1] / "docs" / "schemas" / "lock-diff.schema.json"
FEWER = settings(max_examples=25)


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def both(case: dict[str, Any]) -> tuple[Contract, Contract]:
    old, new = samples.function("x", case["old"]), samples.function("x", case["new"])
    return samples.contract(old), samples.contract(new)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_change_is_told(case: dict[str, Any]) -> None:
    changes = diff(*both(case))
    assert [f"{one.direction} {one.gravity}: {one.text}" for one in changes] == case["told"]


def test_there_are_as_many_sentences_as_are_promised() -> None:
    assert sum(len(case["told"]) for case in CASES) >= 60


def test_every_change_satisfies_the_schema(validator: jsonschema.Draft202012Validator) -> None:
    for case in CASES:
        validator.validate(json.loads(changes_json(diff(*both(case)))))


def test_no_difference_satisfies_the_schema(validator: jsonschema.Draft202012Validator) -> None:
    validator.validate(json.loads(differences_json([])))


def pull_request() -> tuple[Contract, Contract]:
    """A function that can do more, one that can do less, one that is new, one that is gone."""
    objects = ["arn:aws:s3:::shop-originals-*/*", "originals", "/*"]
    old = samples.contract(
        samples.function("resize", ["timeout_s | 10"]),
        samples.function("report", ["permission | dynamodb:GetItem | *:table/x | Orders"]),
        samples.function("old", ["permission | s3:GetObject | arn:aws:s3:::b/*"]),
        samples.function("webhook"),
    )
    resize = samples.function(
        "resize", ["timeout_s | 60", f"permission | s3:PutObject | {' | '.join(objects)}"]
    )
    resize.permissions[0] = replace(
        resize.permissions[0], unknown=("Key of put_object, src/app.py:3",)
    )
    new = samples.contract(
        resize,
        samples.function("report"),
        samples.function("webhook", ["host | * | | the caller"]),
        samples.function("orders", ["trigger | apigateway-rest | POST /orders | anyone | none"]),
    )
    return old, new


def test_a_pull_request_on_a_terminal() -> None:
    assert changes_text(diff(*pull_request())) == (HERE / "pull_request.txt").read_text("utf-8")


def test_a_pull_request_as_a_review_comment() -> None:
    shown = changes_markdown(diff(*pull_request()), prefix="services/shop")
    assert shown == (HERE / "pull_request.md").read_text("utf-8")


def test_no_change_says_so() -> None:
    assert changes_text([]) == "No contract changed.\n"
    assert changes_markdown([]) == "### Ringfence: no contract changed\n"


def test_pure_narrowing_says_so() -> None:
    old, _ = pull_request()
    changes = diff(samples.contract(old.functions["report"]), Contract())
    assert not widens(changes)
    assert changes_text(changes).startswith("Functions can do less than before, and nothing more")
    assert "and nothing more" in changes_markdown(changes)


def test_other_changes_widen_nothing() -> None:
    old, new = samples.function("x", ["runtime | a"]), samples.function("x", ["runtime | b"])
    changes = diff(samples.contract(old), samples.contract(new))
    assert not widens(changes)
    assert changes_text(changes).startswith("No function can do more than before (1 changed).")


def test_widenings_come_first_and_the_gravest_on_top() -> None:
    changes = diff(*pull_request())
    ranks = [("widened", "changed", "narrowed").index(one.direction) for one in changes]
    assert ranks == sorted(ranks)
    wider = [one.gravity for one in changes if one.direction == "widened"]
    assert wider == sorted(wider, reverse=True)


@FEWER
@given(samples.contracts)
def test_a_contract_does_not_differ_from_itself(contract: Contract) -> None:
    assert diff(contract, contract) == []


@FEWER
@given(samples.contracts, samples.contracts)
def test_no_widening_one_way_without_a_trace_the_other_way(old: Contract, new: Contract) -> None:
    """What came is what went, seen from the other side: nothing is told in one direction only."""
    forth, back = diff(old, new), diff(new, old)
    assert bool(forth) == bool(back)


@FEWER
@given(samples.contracts, samples.contracts)
def test_any_change_is_shown_safely(old: Contract, new: Contract) -> None:
    changes = diff(old, new)
    assert all(
        letter == "\n" or letter.isprintable() for letter in changes_text(changes, unicode=False)
    )
    shown = changes_markdown(changes)
    assert len(shown) <= 65_536
    assert json.loads(changes_json(changes))["changes"] is not None


@FEWER
@given(samples.contracts)
def test_no_name_formats_links_or_runs_in_a_comment(contract: Contract) -> None:
    """Of a function with any contract, the comment holds our own markup and code, no more."""
    tokens = MarkdownIt("commonmark").parse(changes_markdown(diff(Contract(), contract)))
    kinds = {child.type for token in tokens for child in token.children or ()}
    assert kinds <= {"text", "code_inline", "strong_open", "strong_close", "softbreak"}
    blocks = "".join(token.content for token in tokens if token.type == "html_block")
    for ours in ("<details><summary>", "</summary>", "</details>"):
        blocks = blocks.replace(ours, "")
    assert "<" not in blocks


def test_thousands_of_patterns_are_compared_as_far_as_there_is_time() -> None:
    def many(letter: str) -> Contract:
        lines = [f"permission | s3:GetObject | arn:aws:s3:::{letter}{n}*x*/*" for n in range(1_500)]
        return samples.contract(samples.function("x", lines))

    assert len(diff(many("a"), many("b"))) == 3_000


def test_a_hostile_name_stays_a_name() -> None:
    name = "a` ![x](http://e) <img> @team #1 |\n# head"
    new = samples.contract(FunctionContract(name, name, hosts=[Host(name)]))
    shown = changes_markdown(diff(Contract(), new))
    assert "\n# head" not in shown
    assert "``a` ![x](http://e) <img> @team #1 |" in shown


def test_a_comment_holds_what_a_hosting_service_takes() -> None:
    lines = [f"host | {'h' * 150}{number}.example" for number in range(2_000)]
    changes = diff(Contract(), samples.contract(samples.function("x", lines)))
    shown = changes_markdown(changes)
    assert len(shown) <= 65_536
    assert "more left out" in shown


def test_the_order_of_changes_does_not_depend_on_the_order_of_the_contract() -> None:
    old, new = pull_request()
    names = random.Random(1).sample(sorted(new.functions), len(new.functions))
    turned = Contract(functions={name: new.functions[name] for name in names})
    assert diff(old, turned) == diff(old, new)


def test_evidence_is_not_a_change() -> None:
    one = Permission("s3:GetObject", "arn:aws:s3:::b/*", evidence=(Evidence("code", "a.py:1"),))
    moved = replace(one, unknown=("Key, a.py:2",), evidence=(Evidence("code", "a.py:2"),))
    old = samples.contract(FunctionContract("x", "x", permissions=[one]))
    assert diff(old, samples.contract(FunctionContract("x", "x", permissions=[moved]))) == []


def test_evidence_and_unknown_parts_come_with_a_change() -> None:
    change = next(one for one in diff(*pull_request()) if one.kind == "permission")
    assert change.evidence == samples.LINE
    assert change.unknown == ("Key of put_object, src/app.py:3",)


def test_a_list_of_many_names_counts_the_rest() -> None:
    parts = listed([f"n{number}" for number in range(7)])
    assert "".join(text for text, _ in parts) == "n0, n1, n2, n3, n4 and 2 more"


def test_every_word_belongs_to_an_action_that_exists() -> None:
    """A misspelt action or verb in the table of words would silently be told as "use"."""
    from ringfence.permissions.actions import action_exists

    words = packed.read("permissions/words.toml")
    for action, (kind, verb) in words["actions"].items():
        assert action_exists(action), action
        assert verb in words["kinds"][kind], action
        assert doing_of(action).said[0] == words["kinds"][kind][verb][0]
    assert all(action_exists(action) for action in words["light"]["actions"])
    assert set(words["services"].values()) <= set(words["kinds"])


def test_every_power_has_words() -> None:
    powers = packed.read("permissions/powers.toml")
    words = packed.read("permissions/words.toml")["kinds"]
    verbs = ("read", "write", "delete", "invoke", "administer")
    missing = [
        (kind, verb)
        for kind, table in powers.items()
        for verb in verbs
        if verb in table and verb not in words.get(kind, {})
    ]
    assert missing == []
