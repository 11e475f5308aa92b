"""The lock file: what it looks like, and that nothing is lost, added or moved by writing it."""

from __future__ import annotations

import errno
import json
import os
import random
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import contract_samples as samples
import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.contract import lockfile
from ringfence.contract.lockfile import lock_text, parsed, read_lock, write_lock
from ringfence.contract.order import settled
from ringfence.contract.quick import quick_tree
from ringfence.errors import UsageError
from ringfence.model.contract import Contract, Evidence, FunctionContract, Item, Permission
from ringfence.model.record import field_names, replace

HERE = Path(__file__).parent
SCHEMA = HERE.parents[1] / "docs" / "schemas" / "lock.schema.json"
SHOP = (HERE / "shop.lock").read_text(encoding="utf-8")


#: A contract is large; 25 say what a hundred do.
FEWER = settings(max_examples=25)


def read(text: str) -> Contract:
    return parsed(text.encode())


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def plain(text: str) -> Any:
    """The content of a file as JSON would hold it: days as texts."""
    tree = tomllib.loads(text)
    return json.loads(json.dumps(tree, default=date.isoformat))


def test_the_whole_file() -> None:
    assert lock_text(samples.shop()) == SHOP


def test_the_file_of_an_application_without_functions() -> None:
    assert lock_text(Contract()).splitlines()[-1] == "schema = 1"
    assert read(lock_text(Contract())) == Contract()


def test_one_permission_more_adds_its_line_and_its_evidence_only() -> None:
    more = samples.shop()
    table = more.functions["Orders"].permissions[0]
    evidence = (Evidence("code", "src/orders.py:50", "dynamodb.Query"),)
    added = replace(table, action="dynamodb:Query", evidence=evidence)
    more.functions["Orders"].permissions.append(added)
    before, after = SHOP.splitlines(), lock_text(more).splitlines()
    assert [line for line in after if line not in before] == [
        '  "dynamodb:Query",',
        '  {action = "dynamodb:Query", code = "src/orders.py:50", text = "dynamodb.Query"},',
    ]
    assert len(after) == len(before) + 2


def test_code_that_moves_changes_lines_of_evidence_only() -> None:
    moved = lock_text(samples.shop()).replace("orders.py:7", "orders.py:8")
    changed = [(a, b) for a, b in zip(SHOP.splitlines(), moved.splitlines(), strict=True) if a != b]
    assert len(changed) == 1
    assert "code = " in changed[0][1]


@FEWER
@given(samples.contracts)
def test_what_is_written_is_read_again(contract: Contract) -> None:
    assert read(lock_text(contract)) == settled(contract)


@FEWER
@given(samples.contracts)
def test_writing_again_changes_nothing(contract: Contract) -> None:
    text = lock_text(contract)
    assert lock_text(read(text)) == text


@FEWER
@given(samples.contracts, st.randoms(use_true_random=False))
def test_any_order_gives_the_same_bytes(contract: Contract, order: random.Random) -> None:
    assert lock_text(shuffled(contract, order)) == lock_text(contract)


def shuffled(contract: Contract, order: random.Random) -> Contract:
    """Everything in another order, and some of it twice."""
    names = order.sample(sorted(contract.functions), len(contract.functions))
    return Contract(functions={n: mixed(contract.functions[n], order) for n in names})


def mixed(function: FunctionContract, order: random.Random) -> FunctionContract:
    changes: dict[str, Any] = {}
    for name in field_names(FunctionContract):
        value = getattr(function, name)
        if isinstance(value, list):
            entries = [turned(entry, order) for entry in value]
            changes[name] = order.sample(entries + entries[:1], len(entries + entries[:1]))
    return replace(function, **changes)


def turned(entry: Any, order: random.Random) -> Any:
    if not hasattr(entry, "evidence"):
        return entry
    return replace(entry, evidence=tuple(order.sample(entry.evidence, len(entry.evidence))))


@FEWER
@given(samples.contracts)
def test_every_file_satisfies_the_schema(
    validator: jsonschema.Draft202012Validator, contract: Contract
) -> None:
    validator.validate(plain(lock_text(contract)))


@FEWER
@given(samples.contracts)
def test_the_file_shows_every_letter(contract: Contract) -> None:
    """Nothing in it moves a cursor, hides, or turns the order of letters round."""
    assert all(letter == "\n" or letter.isprintable() for letter in lock_text(contract))


@pytest.mark.parametrize(
    "break_it",
    [
        lambda tree: tree.update(schema=2),
        lambda tree: tree.update(more=1),
        lambda tree: tree["functions"]["Orders"].update(more=1),
        lambda tree: tree["functions"]["Orders"]["permissions"][0].update(actions=["s3:*"]),
        lambda tree: tree["functions"]["Orders"]["permissions"][0].pop("resource"),
        lambda tree: tree["functions"]["Orders"]["accepted"][0].pop("reason"),
        lambda tree: tree["functions"]["Orders"]["accepted"][0].update(kind="host"),
        lambda tree: tree["functions"]["Orders"]["hosts"][0].update(port=70_000),
        lambda tree: tree["functions"]["Orders"]["triggers"][0].update(sender="everyone"),
        lambda tree: tree["functions"]["Orders"]["triggers"][0]["evidence"][0].update(code="x"),
        lambda tree: tree["functions"]["Orders"]["limits"].update(memory_mib="256"),
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(
    validator: jsonschema.Draft202012Validator, break_it: Any
) -> None:
    tree = plain(SHOP)
    break_it(tree)
    assert not validator.is_valid(tree)


@FEWER
@given(samples.contracts)
def test_the_quick_reader_reads_every_file_as_the_general_parser_does(contract: Contract) -> None:
    text = lock_text(contract)
    tree = quick_tree(text)
    assert tree is None or tree == tomllib.loads(text)


def test_the_quick_reader_reads_a_plain_file() -> None:
    assert quick_tree(SHOP) == tomllib.loads(SHOP)


_PIECES = st.sampled_from(
    ['"', "\\", "]", "[[", "{", "}", ",", "\n", "=", " ", "a", "1", "'", "#", "\r", "\t", "limits"]
)


@given(st.data())
def test_the_quick_reader_accepts_no_more_than_the_general_parser(data: st.DataObject) -> None:
    text = SHOP
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(at, min(len(text), at + 30)))
        text = text[:at] + data.draw(_PIECES) * data.draw(st.integers(0, 2)) + text[end:]
    agrees(text)


@given(st.data())
def test_the_quick_reader_sees_lines_that_stand_twice_or_elsewhere(data: st.DataObject) -> None:
    lines = SHOP.split("\n")
    for _ in range(data.draw(st.integers(1, 3))):
        line = data.draw(st.sampled_from(lines))
        lines.insert(data.draw(st.integers(0, len(lines) - 1)), line)
    agrees("\n".join(lines))


def agrees(text: str) -> None:
    tree = quick_tree(text)
    if tree is not None:
        assert tomllib.loads(text) == tree


@pytest.mark.parametrize(
    "text",
    [
        'schema = 1\n[functions.a]\nlimits = "x"\nlimits.timeout_s = 1\n',
        "schema = 1\n[functions.a]\ngaps = [\n]\n[[functions.a.gaps]]\n",
        "schema = 1\n[functions.a]\n[functions.a]\n",
        "schema = 1\n[[functions.a.hosts]]\n",
        'schema = 1\nfunctions = "x"\n[functions.a]\n',
        "schema = 1\n[functions.a]\nuntil = 2027-02-30\n",
        'schema = 1\n[functions.a]\nname = "\\ud800"\n',
        "schema = 1\n[functions.a]\ngaps = [\n",
        "limits.timeout_s = 1\n",
        'schema = 1\n[functions.a]\nx = [\n  {a = "b"}, {c = "d"},\n]\n',
    ],
)
def test_the_quick_reader_leaves_mistakes_to_the_general_parser(text: str) -> None:
    assert quick_tree(text) is None


def test_a_file_with_line_ends_and_mark_of_windows_is_read() -> None:
    text = "\ufeff" + SHOP.replace("\n", "\r\n")
    assert read(text) == settled(samples.shop())


def test_days_may_be_written_as_texts() -> None:
    assert read(SHOP.replace("2027-01-31", '"2027-01-31"')) == settled(samples.shop())


def test_a_file_ordered_by_hand_is_read_and_written_in_order(tmp_path: Path) -> None:
    lines = SHOP.splitlines()
    one, other = lines.index('  "dynamodb:GetItem",'), lines.index('  "dynamodb:PutItem",')
    lines[one], lines[other] = lines[other], lines[one]
    assert lock_text(read("\n".join(lines))) == SHOP


def test_a_file_is_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "ringfence.lock"
    assert write_lock(path, samples.shop())
    assert path.read_text(encoding="utf-8") == SHOP
    assert read_lock(path) == settled(samples.shop())


def test_a_file_with_the_same_content_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ringfence.lock"
    write_lock(path, samples.shop())
    os.utime(path, (1, 1))
    assert not write_lock(path, samples.shop())
    assert path.stat().st_mtime == 1


def problem_of(call: Any) -> tuple[str, str, str]:
    with pytest.raises(UsageError) as caught:
        call()
    return caught.value.what, caught.value.where, caught.value.cure


def test_no_file_says_how_to_get_one(tmp_path: Path) -> None:
    path = tmp_path / "ringfence.lock"
    assert problem_of(lambda: read_lock(path, "ringfence.lock")) == (
        "there is no lock file", "ringfence.lock", "write one with `ringfence lock`",
    )  # fmt: skip


def test_a_folder_or_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    what, where, _ = problem_of(lambda: read_lock(tmp_path / "pipe", "pipe"))
    assert (what, where) == ("cannot be read: not a regular file", "pipe")
    assert problem_of(lambda: read_lock(tmp_path))[0].startswith("cannot be read: ")


def test_a_path_that_cannot_be_is_told() -> None:
    assert problem_of(lambda: read_lock(Path("a\0b")))[0] == "cannot be read: embedded null byte"


def test_a_huge_file_is_refused_on_both_ways(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lockfile, "MAX_BYTES", 1_000_000)
    path = tmp_path / "ringfence.lock"
    path.write_bytes(b"#" * 1_000_001)
    assert problem_of(lambda: read_lock(path))[0] == "larger than 1 MB"
    large = samples.contract(FunctionContract("a", "a", name="x" * 1_000_000))
    assert (
        problem_of(lambda: write_lock(path, large))[0] == "the contract would be larger than 1 MB"
    )


def test_bytes_that_are_not_utf_8_are_told_with_their_line() -> None:
    assert problem_of(lambda: parsed(b"schema = 1\n# \xff\n")) == (
        "not UTF-8", "ringfence.lock:2", "save it as UTF-8 text",
    )  # fmt: skip


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ringfence.lock"
    path.write_text("old")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    assert problem_of(lambda: write_lock(path, samples.shop(), "ringfence.lock")) == (
        "cannot be written: No space left on device",
        "ringfence.lock",
        "check the path, its rights and the room on the disk",
    )
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["ringfence.lock"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    path = tmp_path / "none" / "ringfence.lock"
    what, _, _ = problem_of(lambda: write_lock(path, samples.shop()))
    assert what == "cannot be written: No such file or directory"


def test_a_circle_of_links_is_told(tmp_path: Path) -> None:
    path = tmp_path / "ringfence.lock"
    path.symlink_to(path)
    assert problem_of(lambda: write_lock(path, Contract()))[0].startswith("cannot be written: ")


def test_what_stands_twice_is_joined_with_the_evidence_of_both() -> None:
    one = Permission("s3:GetObject", "arn:aws:s3:::b/*", evidence=(Evidence("code", "a.py:2"),))
    two = replace(one, unknown=("Key",), evidence=(Evidence("code", "a.py:10"),))
    joined = settled(samples.contract(FunctionContract("f", "f", permissions=[two, one])))
    assert joined.functions["f"].permissions == [
        replace(one, unknown=("Key",), evidence=(one.evidence[0], two.evidence[0]))
    ]


def test_the_argument_of_settled_stays_as_it_is() -> None:
    items = [Item("b"), Item("a")]
    function = FunctionContract("f", "f", environment=items)
    settled(samples.contract(function))
    assert function.environment == [Item("b"), Item("a")]
