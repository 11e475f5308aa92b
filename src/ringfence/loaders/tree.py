"""The scanned folder: what may be read of it, and how. Nothing outside its root is ever read."""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Iterator
from fnmatch import fnmatch
from operator import attrgetter
from pathlib import Path

from ringfence.files import read_regular
from ringfence.loaders.code import source_files
from ringfence.loaders.documents import DocumentError, parse_document
from ringfence.loaders.limits import LIMITS, Limits
from ringfence.loaders.trace import FILE, Signature, Trace, digest_of
from ringfence.model.location import Location, Skipped
from ringfence.model.record import field, record
from ringfence.model.value import Value

_BY_NAME = attrgetter("name")

#: Folders that hold other people's code, caches, or version control data.
SKIPPED_FOLDERS = frozenset((
    "node_modules", "bower_components", "site-packages", "__pycache__", "__pypackages__",
    ".git", ".hg", ".svn", ".venv", "venv", ".virtualenv", ".tox", ".nox", ".eggs",
    ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".cache", ".gradle", ".m2",
    ".terraform", ".idea", ".vscode", ".next", ".nuxt", ".yarn", ".pnpm-store", ".parcel-cache",
))  # fmt: skip

#: Folders that a deployment tool writes: copies of templates and code that are scanned already.
BUILT_FOLDERS = frozenset((".aws-sam", ".serverless", "cdk.out", ".serverless_nextjs", ".sst"))


@record()
class Walk:
    """What a walk found: files by path relative to the root, and folders of built output."""

    files: list[str] = field(default_factory=list)
    built: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


class Tree:
    """Reads files below ``root``. Documents are parsed once; those of ``survey``, which read the
    same folder before, are taken from there. ``trace`` remembers what was read."""

    def __init__(
        self,
        root: Path,
        exclude: tuple[str, ...] = (),
        limits: Limits = LIMITS,
        survey: Tree | None = None,
    ) -> None:
        self.root = root.resolve()
        self.exclude = exclude
        self.limits = limits
        self.trace = Trace()
        self.skipped: list[Skipped] = []
        self._noted: set[Skipped] = set()
        self._lowered: dict[str, dict[str, list[str]]] = {}
        self.documents: dict[str, Value | None] = survey.documents if survey is not None else {}
        self.surveyed: dict[str, Signature | None] = survey.trace.read if survey is not None else {}
        self.parsed_bytes = 0
        self.parsed_marks = 0

    def skip(self, what: str, reason: str, place: Location | None = None, cure: str = "") -> None:
        note = Skipped(what, reason, place, cure)
        if note not in self._noted:
            self._noted.add(note)
            self.skipped.append(note)

    def is_excluded(self, path: str) -> bool:
        """Whether a path, or a folder above it, matches an exclusion of the user."""
        name = posixpath.basename(path)
        return any(
            fnmatch(path, pattern) or fnmatch(name, pattern) or fnmatch(path, pattern + "/*")
            for pattern in (raw.removeprefix("./").rstrip("/") for raw in self.exclude)
        )

    def inside(self, folder: str, target: str) -> str | None:
        """The path of ``target`` as seen from ``folder``, relative to the root; None when it leads
        out of the root (also by a symbolic link) or is no path."""
        if not target or "\0" in target or len(target) > 4_000:
            return None
        joined = posixpath.normpath(posixpath.join(folder, target.replace("\\", "/")))
        if joined.startswith(("../", "/")) or joined == "..":
            return None
        try:
            real = (self.root / joined).resolve()
        except (OSError, RuntimeError, ValueError):
            return None
        return joined if real.is_relative_to(self.root) else None

    def nested(self, folder: str, target: str) -> str | None:
        """Like :meth:`inside`, for a template that a build writes before it is read: a path that
        leads up may be meant from a folder of output below ``folder``, or one below that."""
        path = self.inside(folder, target)
        if (path is None or not self.is_file(path)) and target.startswith(".."):
            for output in ("build", "build/stack"):
                built = self.inside(posixpath.join(folder, output), target)
                if built is not None and self.is_file(built):
                    return built
        return path

    def read(self, path: str, place: Location | None = None) -> bytes | None:
        """The bytes of a file inside the root; None, with a note, when it cannot be read."""
        where = place or Location(path, 1)
        safe = self.inside("", path)
        if safe is None:
            self.skip(path, "it lies outside the scanned folder", where, "scan the folder above")
            return None
        self.trace.note(self.root, safe)
        try:
            found = (self.root / safe).stat()
            if not stat.S_ISREG(found.st_mode):
                self.skip(path, "not a regular file", where)
                return None
            if found.st_size > self.limits.document_bytes:
                limit = self.limits.document_bytes // 1_000_000
                self.skip(path, f"larger than {limit} MB", where, "exclude this file")
                return None
            return read_regular(self.root / safe, self.limits.document_bytes)
        except OSError as problem:
            self.skip(path, f"cannot be read: {problem.strerror}", where)
        return None

    def is_file(self, path: str) -> bool:
        """Whether a file stands at a path inside the root."""
        return self.trace.look(self.root, path) == FILE

    def size(self, path: str) -> int:
        """The size of a walked file in bytes; 0 when it cannot be had."""
        try:
            return os.stat(f"{self.root}/{path}").st_size  # noqa: PTH116 - called for each file
        except OSError:
            return 0

    def head(self, path: str, named: tuple[str, ...] = ()) -> bytes | None:
        """The bytes of a walked file for a first look, of a large one the beginning; None when it
        cannot be read, with a note where the path ends with one of ``named``."""
        self.trace.note(self.root, path)
        try:
            return read_regular(f"{self.root}/{path}", self.limits.document_bytes)
        except OSError as problem:
            if path.endswith(named):
                self.skip(path, f"cannot be read: {problem.strerror}", Location(path, 1))
            return None

    def code(self, path: str) -> str:
        """The text of a source file, replaced where it is not UTF-8; "" when too large to be
        written by hand."""
        try:
            if (self.root / path).stat().st_size > self.limits.code_bytes:
                return ""
        except OSError:
            return ""
        return (self.head(path) or b"").decode("utf-8-sig", "replace")

    def document(self, path: str, place: Location | None = None) -> Value | None:
        """The parsed file; None, with a note, when it cannot be read. ``place`` is where the file
        is asked for."""
        if path in self.documents:
            if path in self.surveyed:  # what was parsed then may have changed since
                self.trace.read.setdefault(path, self.surveyed[path])
            self.trace.note(self.root, path)
        else:
            self.documents[path] = None
            data = self.read(path, place)
            if data is not None and self.is_affordable(data, path):
                try:
                    self.documents[path] = parse_document(data, path, self.limits, self.skipped)
                except DocumentError as problem:
                    self.skipped.append(problem.skipped())
        return self.documents[path]

    def is_affordable(self, data: bytes, path: str) -> bool:
        """Count a document; whether all read until now stay within the limits of a scan. One that
        is too much is noted, and smaller ones may still be read."""
        marks = data.count(b"\n") + data.count(b":") + data.count(b",")
        limits = self.limits
        if (
            self.parsed_bytes + len(data) > limits.total_bytes
            or self.parsed_marks + marks > limits.total_marks
        ):
            reason = "more templates than one scan reads; this one was left out"
            self.skip(path, reason, Location(path, 1), "exclude some, or scan a smaller folder")
            return False
        self.parsed_bytes += len(data)
        self.parsed_marks += marks
        return True

    def relative(self, folder: str, target: str, place: Location) -> Value | None:
        """The document at a path as seen from ``folder``."""
        path = self.inside(folder, target)
        if path is None:
            reason = "it lies outside the scanned folder"
            self.skip(target[:200], reason, place, "scan the folder above")
            return None
        if not self.is_file(path):
            path = self.other_case(folder, path) or path
        return self.document(path, place)

    def other_case(self, folder: str, path: str) -> str | None:
        """The one file below a folder whose path differs from that of a missing one only in the
        case of letters, which the file systems of Windows and macOS do not mind."""
        known = self._lowered.get(folder)
        if known is None:
            known = self._lowered[folder] = {}
            files = list(source_files(self.root, folder))
            self.trace.listed[folder] = digest_of(files)
            for file in files:
                known.setdefault(file.lower(), []).append(file)
        found = known.get(path.lower(), [])
        return found[0] if len(found) == 1 else None

    def walk(self, start: str = "", *, into_built: bool = False) -> Walk:
        """All files below ``start`` in sorted order, without skipped and excluded folders."""
        walk = Walk()
        stack = [start]
        while stack:
            folder = stack.pop()
            folders: list[str] = []
            for entry, path in self.entries_of(folder, walk, whole=folder == start):
                if self.exclude and self.is_excluded(path):
                    continue
                if entry.is_symlink():
                    self.note_link(path, walk)
                elif entry.is_file():
                    walk.files.append(path)
                elif not entry.is_dir():
                    continue
                elif entry.name in BUILT_FOLDERS and not into_built:
                    walk.built.append(path)
                elif self.is_wanted(entry, path, walk):
                    folders.append(path)
            if len(walk.files) > self.limits.files:
                reason = f"more than {self.limits.files} files; the rest was not looked at"
                walk.skipped.append(Skipped(folder or ".", reason, None, "scan a smaller folder"))
                break
            stack.extend(reversed(folders))
        return walk

    def entries_of(
        self, folder: str, walk: Walk, *, whole: bool
    ) -> Iterator[tuple[os.DirEntry[str], str]]:
        """What lies in a folder; nothing of a virtual environment, unless ``whole``."""
        try:
            with os.scandir(f"{self.root}/{folder}") as found:
                entries = sorted(found, key=_BY_NAME)
        except OSError as problem:
            reason = f"cannot be read: {problem.strerror}"
            walk.skipped.append(Skipped(folder or ".", reason, Location(folder or ".", 1)))
            return
        if not whole and any(entry.name == "pyvenv.cfg" for entry in entries):
            return
        for entry in entries:
            name = entry.name
            if not name.isascii():  # bytes that are no text cannot be shown or written out
                name = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            if name == entry.name:
                yield entry, f"{folder}/{name}" if folder else name
            else:
                place = Location(f"{folder}/{name}" if folder else name, 1)
                walk.skipped.append(Skipped(place.file, "its name is not valid UTF-8", place))

    def note_link(self, path: str, walk: Walk) -> None:
        """Links are not followed: what lies inside the root is walked anyway, under its own name.
        One that leaves the root is noted."""
        try:
            target = (self.root / path).resolve()
        except (OSError, RuntimeError):  # a circle
            return
        if not target.is_relative_to(self.root):
            reason = "a symbolic link that leaves the scanned folder"
            walk.skipped.append(Skipped(path, reason, Location(path, 1)))

    def is_wanted(self, entry: os.DirEntry[str], path: str, walk: Walk) -> bool:
        if entry.name in SKIPPED_FOLDERS:
            return False
        if path.count("/") >= self.limits.folder_depth:
            reason = f"folders deeper than {self.limits.folder_depth} levels"
            walk.skipped.append(Skipped(path, reason, Location(path, 1)))
            return False
        return True
