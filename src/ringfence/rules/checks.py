"""Loads the rules of ``rules/checks/*.toml`` and of people's own folders.

One rule is one file; its name is the rule's id. The loader refuses a file with an unknown key, a
wrong type, another id, or without examples. The head of a file (up to the first example) is all a
scan needs, so examples are parsed only on demand; the heads of shipped rules come from the pack.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ringfence import late
from ringfence.errors import RuleError
from ringfence.files import read_regular
from ringfence.model.record import field_names, replace
from ringfence.model.rule import FAMILIES, Example, Rule
from ringfence.model.severity import CONFIDENCES, Effect, Severity
from ringfence.rules import fixes, packed

SHIPPED = Path(__file__).parent / "checks"

MAX_FILE_BYTES = 64_000
MAX_EXTRA_FILES = 500

#: What an example may be written in; serverless is a ``serverless.yml``.
LANGUAGES = ("yaml", "serverless", "python", "javascript")

KINDS = ("configuration", "flow", "code", "model")
_SUBJECTS = frozenset(
    {"function", "trigger", "role", "statement", "resource-policy", "api", "application"}
)
_ID = late.pattern(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_FIRST_EXAMPLE = late.pattern(r"^\[\[(?:bad|good)\]\]", re.MULTILINE)
_LISTS = ("references", "owasp_serverless", "csa", "cwe", "attack", "cis")
_PROSE = ("title", "message", "why", "remedy")
_WORDS = {
    "kind": KINDS,
    "family": FAMILIES,
    "confidence": CONFIDENCES,
    "tier": ("core", "should", "off"),
    "audience": ("developer", "operator", "auditor"),
    "severity": tuple(str(level) for level in Severity),
    "effect": tuple(effect.value for effect in Effect),
}
_REQUIRED = ("id", "title", "family", "why", "remedy", "message", "references")
_KEYS = frozenset(field_names(Rule)) - {"examples", "source"}


def load_rules(extra_folders: Iterable[Path] = (), examples: bool = False) -> list[Rule]:
    """All rules sorted by id: the shipped ones and those of ``extra_folders`` (data only).

    ``examples`` also parses each rule's examples, which a scan does not need.

    Raises:
        RuleError: a file is malformed, or two files have the same id.
    """
    shipped = [(SHIPPED / name, data) for name, data in packed.files(SHIPPED)]
    extra = [file for folder in extra_folders for file in _read_folder(folder)]
    rules = [_build(_shipped_head(file), file) for file in shipped]
    for file in extra:
        rule = _build(parse_head(*file), file)
        rules.append(replace(rule, examples=_examples(file)))
    if examples:
        texts = {str(file[0]): file for file in shipped}
        rules = [
            rule if rule.examples else replace(rule, examples=_examples(texts[rule.source]))
            for rule in rules
        ]
    return _unique(rules)


def load_rule(rule_id: str, extra_folders: Iterable[Path] = ()) -> Rule:
    """One rule with its examples.

    Raises:
        RuleError: there is no such rule; the nearest id is named.
    """
    rules = {rule.id: rule for rule in load_rules(extra_folders)}
    rule = rules.get(rule_id)
    if rule is None:
        near = get_close_matches(rule_id, rules, 1)
        cure = f"did you mean {near[0]}?" if near else "`ringfence rules` lists them all"
        raise RuleError(f"there is no rule {rule_id}", cure=cure)
    if rule.examples:
        return rule
    path = Path(rule.source)
    return replace(rule, examples=_examples((path, path.read_bytes())))


_File = tuple[Path, bytes]


def _read_folder(folder: Path) -> list[_File]:
    if not folder.is_dir():
        raise RuleError("there is no such rule folder", str(folder), "mend rules.folders")
    names = sorted(path for path in folder.iterdir() if path.suffix == ".toml")
    if len(names) > MAX_EXTRA_FILES:
        raise RuleError(f"more than {MAX_EXTRA_FILES} rule files", str(folder), "split the folder")
    return [(path, _read(path)) for path in names]


def _read(path: Path) -> bytes:
    try:
        data = read_regular(path, MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise RuleError(f"larger than {MAX_FILE_BYTES // 1000} kB", str(path), "shorten it")
    except OSError as problem:
        raise RuleError(f"cannot be read: {problem}", str(path), "check the path") from None
    return data


def _text(file: _File) -> str:
    path, data = file
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise RuleError(f"cannot be read: {problem}", str(path), "save it as UTF-8 text") from None


def _shipped_head(file: _File) -> dict[str, Any]:
    path, data = file
    return packed.content(f"{SHIPPED.name}/{path.name}", data) or parse_head(path, data)


def _parse(text: str, path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as problem:  # a number of 5,000 digits; deep nesting
        reason = "nested too deeply" if isinstance(problem, RecursionError) else problem
        raise RuleError(f"not valid TOML: {reason}", str(path), "mend the file") from None


def parse_head(path: Path, data: bytes) -> dict[str, Any]:
    """The head of a rule's file, in order and with its texts on one line for each paragraph.

    Raises:
        RuleError: the file is malformed.
    """
    text = _text((path, data))
    first = _FIRST_EXAMPLE.search(text)
    head = _parse(text[: first.start()] if first else text, path)
    _validate(head, path)
    if first is None:
        raise RuleError(
            "has no examples", str(path), "add [[bad]] and [[good]]: they are its tests"
        )
    head.update((key, prose(head[key])) for key in _PROSE if key in head)
    if "fix" in head:
        head["fix"] = {key: text.strip("\n") for key, text in head["fix"].items()}
    return head


def _fail(what: str, path: Path, cure: str) -> RuleError:
    return RuleError(what, str(path), cure)


def _validate(head: dict[str, Any], path: Path) -> None:
    for key in head:
        if key not in _KEYS:
            near = get_close_matches(key, _KEYS, 1)
            raise _fail(
                f"unknown key {key}", path, f"did you mean {near[0]}?" if near else "remove it"
            )
    for key in _REQUIRED:
        if not head.get(key):
            raise _fail(f"{key} is missing", path, f"add {key} = …")
    if head["id"] != path.stem or not _ID.fullmatch(head["id"]):
        raise _fail(f"id {head['id']!r} is not the file's name", path, "use kebab-case for both")
    for key, words in _WORDS.items():
        if key in head and head[key] not in words:
            raise _fail(f"{key} = {head[key]!r}", path, f"one of {', '.join(words)}")
    _validate_types(head, path)
    _validate_kind(head, path)


def _validate_types(head: dict[str, Any], path: Path) -> None:
    for key, value in head.items():
        if key == "options":
            good = isinstance(value, dict)
        elif key == "fix":
            good = not (problem := fixes.problem_of(value))
            if problem:
                raise _fail(problem, path, "see docs/rules.md for the keys of [fix]")
        elif key == "cwe":
            good = isinstance(value, list) and all(type(item) is int for item in value)
        elif key in _LISTS:
            good = isinstance(value, list) and all(isinstance(item, str) for item in value)
        else:
            good = isinstance(value, str)
        if not good:
            raise _fail(f"{key} has the wrong type", path, "see docs/rules.md for every key")


def _validate_kind(head: dict[str, Any], path: Path) -> None:
    kind = head.get("kind", "configuration")
    if kind == "configuration":
        for name in subjects_of(head.get("on", "")) or ("",):
            if name not in _SUBJECTS and "::" not in name:
                raise _fail(f"on = {name!r} is no subject", path, "a provider type, or function, …")
    if kind in ("configuration", "model") and not head.get("when"):
        raise _fail("when is missing", path, "a condition (or the function of a model rule)")
    if "severity" not in head and "effect" not in head and kind != "flow":
        raise _fail("neither severity nor effect", path, "add one of them")


def subjects_of(on: str) -> tuple[str, ...]:
    """The subjects of a rule's ``on``: one, or several with commas between."""
    return tuple(name.strip() for name in on.split(",") if name.strip())


def prose(text: str) -> str:
    """A text without the line breaks of its file; blank lines still part paragraphs."""
    return "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))


def _build(head: dict[str, Any], file: _File) -> Rule:
    values: dict[str, Any] = {
        key: tuple(value) if key in _LISTS else value for key, value in head.items()
    }
    values.setdefault("kind", "configuration")
    if "severity" in values:
        values["severity"] = Severity.parse(values["severity"])
    if "effect" in values:
        values["effect"] = Effect(values["effect"])
    return Rule(**values, source=str(file[0]))


def _examples(file: _File) -> tuple[Example, ...]:
    path, _ = file
    tree = _parse(_text(file), path)
    found = [
        _example(entry, name == "bad", path)
        for name in ("bad", "good")
        for entry in tree.get(name, ())
    ]
    if {example.bad for example in found} != {True, False}:
        raise _fail("needs at least one bad and one good example", path, "they are its tests")
    return tuple(found)


def _example(entry: Any, bad: bool, path: Path) -> Example:
    known = {"text", "language", "note", "trigger"}
    if not isinstance(entry, dict) or not known >= entry.keys() or "text" not in entry:
        raise _fail("an example takes text, language, note, trigger", path, "mend the example")
    if not all(isinstance(value, str) for value in entry.values()):
        raise _fail("an example's values are texts", path, "mend the example")
    language = entry.get("language", "yaml")
    if language not in LANGUAGES:
        cure = f"one of {', '.join(LANGUAGES)}"
        raise _fail(f"an example's language is {language!r}", path, cure)
    return Example(
        text=entry["text"],
        language=language,
        bad=bad,
        note=entry.get("note", ""),
        trigger=entry.get("trigger", ""),
    )


def _unique(rules: list[Rule]) -> list[Rule]:
    seen: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in seen:
            cure = f"rename it; {Path(seen[rule.id].source).name} is there already"
            raise RuleError(f"two rules with the id {rule.id}", rule.source, cure)
        seen[rule.id] = rule
    return [seen[name] for name in sorted(seen)]
