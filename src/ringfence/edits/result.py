"""What the room gives: texts before and after, as a patch that can be shown, and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher

from ringfence.edits.nodes import EditError
from ringfence.model.record import record


@record(frozen=True)
class Note:
    """Something to know about a patch. ``kind`` is ``refused`` (nothing was changed for this
    function), ``unused`` (nothing needs it any more), ``remains`` (it still grants something),
    ``lost`` (comments went with what was replaced) or ``note``. ``where`` is ``file:line``.
    ``cure`` says what to do, or is ""."""

    kind: str
    function: str
    what: str
    where: str = ""
    cure: str = ""


@record(frozen=True)
class Change:
    """One file: its whole text before and after."""

    path: str
    before: str
    after: str


@record(frozen=True)
class Patch:
    """Changes of files that belong together, and notes about them. Files that stay as they are
    do not occur."""

    changes: tuple[Change, ...]
    notes: tuple[Note, ...] = ()

    @property
    def files(self) -> dict[str, str]:
        """Path → new text."""
        return {change.path: change.after for change in self.changes}

    @property
    def reversal(self) -> Patch:
        """The patch that restores every character."""
        return Patch(tuple(Change(item.path, item.after, item.before) for item in self.changes))

    @property
    def diff(self) -> str:
        """A unified diff as ``git apply`` and ``patch -p1`` take it."""
        return "".join(unified(item.path, item.before, item.after) for item in self.changes)

    def apply(self, texts: Mapping[str, str]) -> dict[str, str]:
        """The texts with the patch applied.

        Raises:
            EditError: a file is not what it was when the patch was made.
        """
        for change in self.changes:
            if texts.get(change.path) != change.before:
                cure = "make the patch again from the file as it is now"
                raise EditError("the file has changed since", change.path, cure)
        return {**texts, **self.files}


def unified(path: str, before: str, after: str, context: int = 3) -> str:
    """The unified diff of one file. Only line feeds end a line, as for Git."""
    old, new = _lines(before), _lines(after)
    parts = [f"--- a/{path}\n+++ b/{path}\n"]
    matcher = SequenceMatcher(None, old, new)
    for group in matcher.get_grouped_opcodes(context):
        start, end = group[0], group[-1]
        parts.append(f"@@ -{_span(start[1], end[2])} +{_span(start[3], end[4])} @@\n")
        for kind, old_from, old_to, new_from, new_to in group:
            if kind == "equal":
                parts += (_marked(" ", line) for line in old[old_from:old_to])
                continue
            parts += (_marked("-", line) for line in old[old_from:old_to])
            parts += (_marked("+", line) for line in new[new_from:new_to])
    return "".join(parts) if len(parts) > 1 else ""


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    last = lines.pop()
    return [*(line + "\n" for line in lines), *([last] if last else [])]


def _span(start: int, end: int) -> str:
    length = end - start
    return f"{start + 1 if length else start},{length}"


def _marked(sign: str, line: str) -> str:
    return sign + line if line.endswith("\n") else f"{sign}{line}\n\\ No newline at end of file\n"


def decode_exact(data: bytes, file: str) -> tuple[str, str]:
    """The text of a file and its encoding, such that encoding the text gives the same bytes.

    Raises:
        EditError: there is no such encoding among UTF-8, UTF-16 with its mark, and Latin-1.
    """
    for encoding in ("utf-8", "latin-1") if b"\x00" not in data else ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding.startswith("utf-16") and not text.startswith("\ufeff"):
            continue
        return text, encoding
    raise EditError("not a text file", file, "save the file as UTF-8")
