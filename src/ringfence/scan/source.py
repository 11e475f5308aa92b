"""Source files of the scanned folder, read and parsed once each, under limits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from ringfence.checks.stale import MARK
from ringfence.files import read_regular
from ringfence.languages import language_of, parse_source
from ringfence.loaders.trace import Trace
from ringfence.model.application import Function
from ringfence.model.location import Location, Skipped
from ringfence.model.syntax import Module

#: Larger files are named as skipped. Generated bundles are larger; people's own files are not.
SOURCE_LIMIT_BYTES = 2_000_000
#: Longer JSON files hold data that no decision of the code hangs on.
DATA_LIMIT_CHARACTERS = 50_000


class SourceReader:
    """Reads and parses files of the scanned root once each, under limits.

    Called with a file, or with the id of a function whose code stands in its template, it gives
    the parsed module, or None when there is none. ``skipped`` says what could not be read;
    ``parsed`` are the files whose syntax was read, ``marked`` those in which something looks like a
    suppressing comment; ``trace`` remembers all that were looked for.
    """

    def __init__(
        self, root: Path, functions: Mapping[str, Function], trace: Trace | None = None
    ) -> None:
        self.root = root.resolve()
        self.functions = functions
        self.trace = trace or Trace()
        self.parsed: dict[str, Module | None] = {}
        self.marked: set[str] = set()
        self.skipped: list[Skipped] = []
        self.recalled: dict[str, bool] = {}
        self._texts: dict[str, str | None] = {}

    def __call__(self, file: str) -> Module | None:
        if file in self.functions:
            return self._inline(self.functions[file])
        if file not in self.parsed:
            language = language_of(file)
            text = self.text(file) if language else None
            if file.endswith(".json"):
                language, text = "javascript", self._data(file)
            if text is None:
                return None
            self.parsed[file] = self._parse(file, text, language)
        return self.parsed[file]

    def has_parsed(self, file: str) -> bool:
        return file in self.parsed or self.recalled.get(file, False)

    def known(self) -> list[str]:
        """The files whose syntax was read, now or by the scan that is recalled."""
        recalled = [file for file, parsed in self.recalled.items() if parsed]
        return list(dict.fromkeys([*self.parsed, *recalled]))

    def recall(self, file: str, parsed: bool, notes: list[Skipped], marked: bool) -> None:
        """Take over what an earlier scan saw of a file that is as it was then."""
        if file in self.recalled or file in self._texts:
            return
        self.recalled[file] = parsed
        if marked:
            self.marked.add(file)
        self.trace.note(self.root, file)
        self.skipped += [note for note in notes if note not in self.skipped]

    def text(self, file: str) -> str | None:
        """The text of a file inside the root; None when there is no such file to read."""
        if file not in self._texts:
            text = self._texts[file] = self._read(file)
            if text is not None and MARK in text:
                self.marked.add(file)
        return self._texts[file]

    def _data(self, file: str) -> str | None:
        """A JSON file as the module that a script gets which requires it."""
        text = self.text(file)
        if text is None or len(text) > DATA_LIMIT_CHARACTERS:
            return None
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            return None
        return f"module.exports = {text}"

    def _inline(self, function: Function) -> Module | None:
        code = function.code
        if code is None or code.inline is None:
            return None
        place = code.inline_location
        start = (max(place.line, 1), max(place.column, 1))
        return self._parse(code.file, code.inline, function.language, start)

    def _parse(
        self, file: str, text: str, language: str, start: tuple[int, int] = (1, 1)
    ) -> Module:
        module = parse_source(file, text, language, start=start)
        for problem in module.problems[:1]:
            self._skip(file, f"syntax: {problem.message}; the rest was read", problem.line)
        return module

    def _read(self, file: str) -> str | None:
        path = self.root / file
        self.trace.note(self.root, file)
        try:
            if not path.is_file() or not path.resolve().is_relative_to(self.root):
                return None
            if path.stat().st_size > SOURCE_LIMIT_BYTES:
                self._skip(file, f"larger than {SOURCE_LIMIT_BYTES // 1_000_000} MB")
                return None
            data = read_regular(path, SOURCE_LIMIT_BYTES)
        except (OSError, ValueError) as problem:
            self._skip(file, f"cannot be read: {getattr(problem, 'strerror', problem)}")
            return None
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as problem:
            line = data.count(b"\n", 0, problem.start) + 1
            self._skip(file, "not UTF-8; read as Latin-1", line)
            return data.decode("latin-1")

    def _skip(self, file: str, reason: str, line: int = 1) -> None:
        note = Skipped(file, reason, Location(file, line))
        if note not in self.skipped:
            self.skipped.append(note)
