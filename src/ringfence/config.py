"""``ringfence.toml``: what a project decides about its scans. Data only, never code.

A scanned tree's own file is part of what an attacker may have written, so it cannot name places
outside the tree, and what it silences is counted in every report.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ringfence.errors import UsageError
from ringfence.files import read_regular
from ringfence.model.location import Location
from ringfence.model.record import field, record
from ringfence.model.severity import CONFIDENCES, Severity

FILE_NAME = "ringfence.toml"
MAX_BYTES = 256_000

DATA_CLASSES = (
    "public", "internal", "confidential", "sensitive", "personal", "financial", "health",
    "credentials",
)  # fmt: skip

_TOP = ("schema", "fail_on", "confidence", "exclude", "rules", "severity", "data", "suppress")
_RULES = ("enable", "disable", "folders")
_SUPPRESS = ("rule", "path", "subject", "action", "resource", "reason", "until")


@record(frozen=True)
class Suppression:
    """One ``[[suppress]]`` entry. ``path``, ``subject``, ``action`` and ``resource`` are globs,
    "" for any. ``until`` is the last day on which it holds. ``location`` is the entry's line."""

    rule: str
    reason: str
    location: Location
    path: str = ""
    subject: str = ""
    action: str = ""
    resource: str = ""
    until: date | None = None


@record(frozen=True)
class Config:
    """The project's decisions. ``file`` is "" when there is no configuration file.

    ``data`` holds (glob of a logical id or name, data class) in the order of the file.
    ``severities`` replaces the severity of all findings of a rule.
    """

    file: str = ""
    fail_on: Severity = Severity.HIGH
    confidence: str = "medium"
    exclude: tuple[str, ...] = ()
    enable: frozenset[str] = frozenset()
    disable: frozenset[str] = frozenset()
    rule_folders: tuple[Path, ...] = ()
    severities: dict[str, Severity] = field(default_factory=dict)
    data: tuple[tuple[str, str], ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    places: dict[str, Location] = field(default_factory=dict)


def load_config(root: Path, explicit: Path | None = None) -> Config:
    """The configuration of a root: ``explicit``, else its ``ringfence.toml``, else the defaults.

    Raises:
        UsageError: the file cannot be read, or holds an unknown key or a wrong value; the error
            names the file, the line and the nearest key.
    """
    path = explicit or root / FILE_NAME
    if explicit is None and not path.is_file():
        return Config()
    text = _read(path, root if explicit is None else None)
    shown = FILE_NAME if explicit is None else path.as_posix()
    import tomllib

    try:
        tree = tomllib.loads(text)
    except (ValueError, RecursionError) as problem:  # a number of 5,000 digits; deep nesting
        reason = "nested too deeply" if isinstance(problem, RecursionError) else problem
        raise UsageError(f"not valid TOML: {reason}", shown, "mend the file") from None
    return _Reader(shown, text, path.parent, root if explicit is None else None).config(tree)


def _read(path: Path, root: Path | None) -> str:
    try:
        if root is not None and not path.resolve().is_relative_to(root.resolve()):
            raise UsageError("leads outside the scanned folder", path.name, "copy the file there")
        if root is None:
            with path.open("rb") as file:  # the user names it, and may name a pipe
                data = file.read(MAX_BYTES + 1)
        else:
            data = read_regular(path, MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise UsageError(f"larger than {MAX_BYTES // 1000} kB", path.name, "shorten it")
        return data.decode("utf-8")
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise UsageError(f"cannot be read: {reason}", str(path), "check the path") from None
    except UnicodeDecodeError:
        raise UsageError("not UTF-8", path.name, "save it as UTF-8 text") from None


class _Reader:
    """Turns a parsed file into a Config; keeps the text to say on which line a mistake stands."""

    def __init__(self, shown: str, text: str, folder: Path, inside: Path | None) -> None:
        self.shown = shown
        self.lines = text.splitlines()
        self.folder = folder
        self.inside = inside

    def config(self, tree: dict[str, Any]) -> Config:
        self.known(tree, _TOP, "")
        if tree.get("schema", 1) != 1:
            raise self.wrong("schema", "schema must be 1", "this Ringfence reads schema 1")
        rules = self.table(tree, "rules")
        self.known(rules, _RULES, "rules.")
        return Config(
            file=self.shown,
            fail_on=self.severity(tree.get("fail_on", "high"), "fail_on"),
            confidence=self.confidence(tree.get("confidence", "medium")),
            exclude=self.texts(tree, "exclude"),
            enable=frozenset(self.texts(rules, "enable")),
            disable=frozenset(self.texts(rules, "disable")),
            rule_folders=tuple(self.rule_folder(name) for name in self.texts(rules, "folders")),
            severities={
                rule: self.severity(word, rule)
                for rule, word in self.table(tree, "severity").items()
            },
            data=tuple(self.data(name, word) for name, word in self.table(tree, "data").items()),
            suppressions=self.suppressions(tree.get("suppress", [])),
            places=self.places(tree, rules),
        )

    def line_of(self, key: str, skip: int = 0) -> int:
        """The line of the n-th place where a key or a quoted word stands; 1 when not found."""
        pattern = re.compile(rf"(?<![\w-])[\"']?{re.escape(key)}[\"']?(?![\w-])")
        for number, line in enumerate(self.lines, 1):
            if pattern.search(line.partition(" #")[0]):
                if skip == 0:
                    return number
                skip -= 1
        return 1

    def wrong(self, key: str, what: str, cure: str) -> UsageError:
        return UsageError(what, f"{self.shown}:{self.line_of(key)}", cure)

    def known(self, table: dict[str, Any], keys: tuple[str, ...], prefix: str) -> None:
        for key in table:
            if key not in keys:
                near = get_close_matches(key, keys, 1, 0.5)
                cure = f"did you mean {near[0]}?" if near else f"known here: {', '.join(keys)}"
                raise self.wrong(key, f"unknown key {prefix}{key}", cure)

    def table(self, tree: dict[str, Any], key: str) -> dict[str, Any]:
        value = tree.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, f"{key} must be a table", f"write [{key}]")
        return value

    def texts(self, tree: dict[str, Any], key: str) -> tuple[str, ...]:
        value = tree.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(key, f"{key} must be a list of texts", f'write {key} = ["…"]')
        return tuple(value)

    def severity(self, word: Any, key: str) -> Severity:
        try:
            return Severity.parse(word)
        except (KeyError, AttributeError):
            words = ", ".join(str(level) for level in Severity)
            raise self.wrong(key, f"{word!r} is no severity", f"one of {words}") from None

    def confidence(self, word: Any) -> str:
        if word not in CONFIDENCES:
            cure = f"one of {', '.join(CONFIDENCES)}"
            raise self.wrong("confidence", f"{word!r} is no confidence", cure)
        return str(word)

    def data(self, name: str, word: Any) -> tuple[str, str]:
        if word not in DATA_CLASSES:
            cure = f"one of {', '.join(DATA_CLASSES)}"
            raise self.wrong(name, f"{word!r} is no data class", cure)
        return name, str(word)

    def rule_folder(self, name: str) -> Path:
        path = self.folder / name
        if self.inside is not None and not path.resolve().is_relative_to(self.inside.resolve()):
            cure = "name it with --config from outside, or move the rules into the folder"
            raise self.wrong(name, f"rules.folders: {name} leads outside the scanned folder", cure)
        if not path.is_dir():
            raise self.wrong(name, f"rules.folders: there is no folder {name}", "check the path")
        return path

    def suppressions(self, entries: Any) -> tuple[Suppression, ...]:
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise self.wrong("suppress", "suppress must be a list of tables", "write [[suppress]]")
        starts = [n for n, line in enumerate(self.lines, 1) if line.strip() == "[[suppress]]"]
        starts += [1] * len(entries)
        return tuple(
            self.suppression(entry, start) for entry, start in zip(entries, starts, strict=False)
        )

    def suppression(self, entry: dict[str, Any], line: int) -> Suppression:
        place = f"{self.shown}:{line}"
        for key, value in entry.items():
            if key not in _SUPPRESS:
                near = get_close_matches(key, _SUPPRESS, 1, 0.5)
                cure = f"did you mean {near[0]}?" if near else f"known: {', '.join(_SUPPRESS)}"
                raise UsageError(f"unknown key suppress.{key}", place, cure)
            if key != "until" and not isinstance(value, str):
                raise UsageError(f"suppress.{key} must be a text", place, f'write {key} = "…"')
        if not entry.get("rule"):
            raise UsageError("suppress.rule is missing", place, "name the rule it silences")
        return Suppression(
            rule=entry["rule"],
            reason=entry.get("reason", "").strip(),
            location=Location(self.shown, line),
            until=self.day(entry.get("until"), place),
            **{
                key: entry[key] for key in ("path", "subject", "action", "resource") if key in entry
            },
        )

    def day(self, value: Any, place: str) -> date | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            cure = "write a day such as 2027-01-31"
            raise UsageError(f"suppress.until: {value!r} is no day", place, cure) from None

    def places(self, tree: dict[str, Any], rules: dict[str, Any]) -> dict[str, Location]:
        """Where each rule id is named, so that an unknown one can be shown in place."""
        named = {*self.texts(rules, "enable"), *self.texts(rules, "disable")}
        named |= set(self.table(tree, "severity"))
        return {rule: Location(self.shown, self.line_of(rule)) for rule in sorted(named)}
