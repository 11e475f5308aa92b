"""YAML and JSON become value trees with exact places; what is malformed says where."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ringfence.loaders.documents import DocumentError, parse_document
from ringfence.loaders.limits import Limits
from ringfence.model.location import Location, Skipped
from ringfence.model.value import Mapping, Scalar, Sequence, Value, plain


def parse(text: str | bytes, file: str = "t.yaml", limits: Limits | None = None) -> Value:
    data = text.encode() if isinstance(text, str) else text
    return parse_document(data, file, limits or Limits())


def error(text: str | bytes, limits: Limits | None = None) -> str:
    with pytest.raises(DocumentError) as caught:
        parse(text, limits=limits)
    return str(caught.value)


def notes(text: str | bytes) -> list[Skipped]:
    found: list[Skipped] = []
    parse_document(text.encode() if isinstance(text, str) else text, "t.yaml", notes=found)
    return found


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1", 1), ("-7", -7), ("+3", 3), ("0", 0), ("1_000", 1000), ("0x1F", 31),
        ("1.5", 1.5), (".5", 0.5), ("-1.5e+3", -1500.0), ("3.10", 3.1),
        ("true", True), ("Yes", True), ("ON", True), ("off", False), ("n", "n"),
        ("~", None), ("null", None), ("", None),
        ("2012-10-17", "2012-10-17"), ("2010-09-09T10:00:00Z", "2010-09-09T10:00:00Z"),
        ("012345678901", "012345678901"), ("123456789012", 123456789012),
        ("12:30:45", "12:30:45"), (".", "."), ("+", "+"), (".inf", ".inf"), ("1e999", "1e999"),
        ("1.0e999", "1.0e999"), ("'1'", "1"), ('"true"', "true"), ("!!str 12", "12"), ("!!int '12'", 12),
        ("nodejs20.x", "nodejs20.x"), ("10.0.0.0/16", "10.0.0.0/16"), ("é", "é"),
    ],
)  # fmt: skip
def test_scalars_are_typed_as_cloudformation_types_them(written, value):
    found = plain(parse(f"a: {written}\n"))["a"]
    assert (found, type(found)) == (value, type(value))


def test_every_node_and_key_has_its_exact_place():
    tree = parse(
        "Resources:\n  Bucket: # the bucket\n    Name: !Sub '${A}-b'\n\nOther: [1,  two]\n"
    )
    assert isinstance(tree, Mapping)
    bucket = tree.at("Resources.Bucket")
    assert isinstance(bucket, Mapping)
    name = bucket.get("Name")
    assert isinstance(name, Scalar)
    assert (name.value, name.tag) == ("${A}-b", "Sub")
    assert name.location == Location("t.yaml", 3, 11, 3, 24)
    assert bucket.key_location("Name") == Location("t.yaml", 3, 5, 3, 9)
    assert bucket.location == Location("t.yaml", 3, 5, 3, 24)
    other = tree.get("Other")
    assert isinstance(other, Sequence)
    assert other.location == Location("t.yaml", 5, 8, 5, 17)
    assert other.items[1].location == Location("t.yaml", 5, 13, 5, 16)


def test_columns_count_characters():
    tree = parse("a: 'é😀' \nb: {😀: x}\n")
    assert isinstance(tree, Mapping)
    assert tree.entries["a"].location == Location("t.yaml", 1, 4, 1, 8)
    inner = tree.entries["b"]
    assert isinstance(inner, Mapping)
    assert inner.entries["😀"].location == Location("t.yaml", 2, 8, 2, 9)


def test_json_keeps_places_with_escapes_tabs_and_line_breaks():
    text = '{\r\n\t"a\\u00e9":\t[1.5, -2e3,\n "x\\ud83d\\ude00\\/"]\n , "b"\n : {"c": null}\n}'
    tree = parse(text, "t.json")
    assert plain(tree) == {"aé": [1.5, -2000.0, "x😀/"], "b": {"c": None}}
    assert isinstance(tree, Mapping)
    assert tree.key_location("aé") == Location("t.json", 2, 2, 2, 11)
    listed = tree.entries["aé"]
    assert isinstance(listed, Sequence)
    assert listed.items[2].location == Location("t.json", 3, 2, 3, 19)
    assert tree.key_location("b") == Location("t.json", 4, 4, 4, 7)
    assert tree.location == Location("t.json", 1, 1, 6, 2)


def test_short_form_tags_stay_on_every_kind_of_node():
    tree = parse(
        "a: !Ref B\nb: !If [C, 1, 2]\nc: !Transform {Name: x}\nd: !GetAtt\n  - A\n  - Arn\n"
    )
    assert isinstance(tree, Mapping)
    tags = {key: node.tag for key, node in tree.entries.items()}  # type: ignore[attr-defined]
    assert tags == {"a": "Ref", "b": "If", "c": "Transform", "d": "GetAtt"}


def test_keys_stay_text_as_written():
    assert plain(parse("on: 1\n200: 2\n1.10: 3\n~: 4\n'q': 5\n")) == {
        "on": 1, "200": 2, "1.10": 3, "~": 4, "q": 5,
    }  # fmt: skip


def test_anchors_aliases_and_merge_keys():
    text = (
        "base: &base {a: 1, b: 2}\nmore: &more {b: 3, c: 4}\n"
        "one: {<<: *base, a: 9}\ntwo:\n  <<: [*base, *more]\n  d: 5\nsame: *base\n"
    )
    found = plain(parse(text))
    assert found["one"] == {"a": 9, "b": 2}
    assert found["two"] == {"d": 5, "a": 1, "b": 2, "c": 4}
    assert found["same"] == {"a": 1, "b": 2}


def test_a_key_written_twice_keeps_the_last_value_and_is_noted():
    expected = "key 'a'", "written twice; the last one counts"
    for text, place in (
        ("a: 1\nb: 2\na: 3\n", Location("t.yaml", 3, 1, 3, 2)),
        ('{"a": 1, "b": 2,\n "a": 3}', Location("t.yaml", 2, 2, 2, 5)),
    ):
        assert plain(parse(text)) == {"a": 3, "b": 2}
        (note,) = notes(text)
        assert (note.what, note.reason, note.location) == (*expected, place)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\n\t- b", "t.yaml:2:1: not valid YAML: found a tab character that violates indentation "
         "while scanning a plain scalar that starts in line 1 (help: indent with spaces, not tabs)"),
        ("a:\n\t- b", "t.yaml:2:1: not valid YAML: found character that cannot start any token "
         "(help: indent with spaces, not tabs, and put text that starts with @, ` or % in quotes)"),
        ("a: b: c", "t.yaml:1:5: not valid YAML: mapping values are not allowed in this context "
         "(help: look for a missing line break, a wrong indentation, or a ': ' inside a text that "
         "needs quotes)"),
        ("a: *x", "t.yaml:1:4: alias '*x' has no anchor before it (help: define '&x' earlier, or "
         "put a text that starts with * in quotes)"),
        ("a: &x [1, *x]", "t.yaml:1:11: alias '*x' contains itself (help: take the alias out of its "
         "own anchor)"),
        ("a: 1\nb: \x01", "t.yaml:2:4: not valid YAML: the control character U+0001 is not allowed "
         "(help: remove it)"),
        ('{"a" 1}', "t.yaml:1:6: not valid JSON: a ':' is expected after the key (help: mend the file "
         "so that its format is valid)"),
        ('{"a": [1,\n 2', "t.yaml:2:3: not valid JSON: a ',' or the end of the list or object is "
         "expected (help: mend the file so that its format is valid)"),
        ('{"a": "\\q"}', "t.yaml:1:7: not valid JSON: invalid \\escape (help: mend the file so that its "
         "format is valid)"),
        (b"a: \xff\x00\x01", "t.yaml:1:4: not a text file (help: exclude this file)"),
        (b"\xff\xfea", "t.yaml:1:1: not valid UTF-16 (help: save the file as UTF-8)"),
    ],
)  # fmt: skip
def test_malformed_files_say_what_where_and_how_to_mend(text, message):
    assert error(text) == message


def test_encodings_line_ends_and_empty_files():
    for data in (
        "\ufeffa: é\r\nb: 1\r\n".encode(),
        "\ufeffa: é\nb: 1\n".encode("utf-16-le"),
        "a: é\nb: 1\n".encode("utf-16"),
        "\ufeffa: é\nb: 1\n".encode("utf-32-be"),
        "a: é\rb: 1\r".encode(),
    ):
        assert plain(parse(data)) == {"a": "é", "b": 1}
    for empty in (b"", b"# only a comment\n", b"---\n", b"\n---\n...\n"):
        assert plain(parse(empty)) is None


def test_latin_1_is_read_and_noted():
    assert plain(parse("a: Müller".encode("latin-1"))) == {"a": "Müller"}
    (note,) = notes("x: 1\na: Müller".encode("latin-1"))
    assert note.reason == "not UTF-8; read as Latin-1"
    assert note.location == Location("t.yaml", 2, 5)


def test_only_the_first_document_is_read():
    assert plain(parse("---\n---\na: 1\n---\nb: 2\n")) == {"a": 1}
    assert [note.reason for note in notes("a: 1\n---\nb: 2\n")] == [
        "only the first document is read"
    ]


def test_bombs_are_refused():
    laughs = "x0: &x0 [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
        f"x{n}: &x{n} [{','.join([f'*x{n - 1}'] * 10)}]\n" for n in range(1, 12)
    )
    assert "more than 250000 values once aliases are followed" in error(laughs)
    merges = "x0: &x0 {a: 1}\n" + "".join(
        f"x{n}: &x{n} {{<<: *x{n - 1}, k{n}: [*x{n - 1}, *x{n - 1}]}}\n" for n in range(1, 40)
    )
    assert "more than" in error(merges)
    chain = "x0: &x0 [1]\n" + "".join(f"x{n}: &x{n} [*x{n - 1}]\n" for n in range(1, 300))
    assert "nested deeper than 80 levels" in error(chain)
    for deep in ("[" * 100_000, '{"a":' * 100_000, "- " * 5_000, "{a: " * 50_000, "? " * 3_000):
        assert "nested deeper than 80 levels" in error(deep)
    small = Limits(document_bytes=2_000_000)
    assert "too large to read (3 MB; at most 2 MB)" in error(b"x" * 3_000_000, small)
    assert "more than 5 values" in error("[1,2,3,4,5,6]", Limits(nodes=5))


_TEXT = st.text(
    st.characters(
        blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufeff\ufffe\uffff\u2028\u2029"
    ),
    max_size=12,
)
_DATA = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(_DATA, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_json_round_trip(data, ascii_only, indent):
    text = json.dumps(data, ensure_ascii=ascii_only, indent=indent)
    wrapped = f"[{text}]"  # a bare scalar is not told from YAML
    assert plain(parse(wrapped, "t.json")) == [data]


@given(_DATA, st.booleans())
def test_yaml_round_trip(data, flow):
    text = yaml.safe_dump(data, allow_unicode=True, default_flow_style=flow)
    assert plain(parse(text)) == data


@given(st.binary(max_size=60))
def test_any_bytes_give_a_value_or_a_document_error(data):
    try:
        found = parse(data)
    except DocumentError as problem:
        assert problem.location.line >= 1
    else:
        assert isinstance(found, Value)


@given(st.text(alphabet="{}[]:,&*!<- \n\t\"'|>#%a1\\", max_size=40))
def test_any_syntax_gives_a_value_or_a_document_error(text):
    try:
        parse(text)
    except DocumentError as problem:
        assert problem.cure
