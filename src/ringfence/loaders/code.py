"""From a handler string and a code folder to the source file and the symbol in it.

How the runtimes read a handler: Python splits at the last dot and takes the rest as a module
(slashes and dots both lead into folders); Node.js splits the last path segment at its first dot
and walks the exports (``index.api.handler``). Templates often name what a build writes
(``dist/app.js``, ``.aws-sam/build/Orders``); when that is not in the tree, the source it was built
from is looked for, and only a single answer counts.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from ringfence.files import read_regular
from ringfence.loaders.trace import FILE, FOLDER, Trace, digest_of
from ringfence.model.application import CodeLocation
from ringfence.model.record import record

JAVASCRIPT = (".js", ".mjs", ".cjs", ".jsx")
TYPESCRIPT = (".ts", ".mts", ".cts", ".tsx")
EXTENSIONS = {"python": (".py",), "javascript": (*TYPESCRIPT, *JAVASCRIPT)}
ARCHIVES = (".zip", ".jar", ".tar", ".gz", ".tgz", ".whl", ".war")

BUILD_FOLDERS = frozenset(
    ("dist", "build", "out", "output", "target", "bundle", "bundled", "compiled", "lib", "bin",
     "release", "package", "packages", "deploy", "artifacts", ".build", ".webpack", ".esbuild",
     "_build", ".dist", "js", "asset")
)  # fmt: skip
SOURCE_FOLDERS = ("src", "lambda", "lambdas", "functions", "source", "app", "lib", "ts")
_NOT_SOURCES = frozenset(
    ("node_modules", ".git", ".venv", "venv", ".aws-sam", "__pycache__", ".serverless", "cdk.out",
     "site-packages", "coverage", ".next")
)  # fmt: skip

MAXIMUM_ENTRIES = 4_000
MAXIMUM_DEPTH = 8
_SYMBOL_READ_BYTES = 400_000
MAXIMUM_TEMPLATE_BYTES = 8_000_000


@record(frozen=True)
class CodeRequest:
    """What a template says about a function's code.

    ``folder`` is where relative paths start (relative to the root), ``path`` the code path as
    written, ``language`` python or javascript, ``entry_points`` the files given to a bundler.
    """

    folder: str
    path: str
    handler: str
    language: str
    entry_points: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()


class CodeFinder:
    """Finds handler files below ``root``; remembers what it looked up, also in ``trace``."""

    def __init__(self, root: Path, trace: Trace | None = None) -> None:
        self.root = root
        self.resolved_root = root.resolve()
        self.trace = trace or Trace()
        self._files: dict[str, bool] = {}
        self._listings: dict[str, list[str]] = {}
        self._lines: dict[str, list[str]] = {}

    # --- what there is --------------------------------------------------------------------------

    def inside(self, folder: str, path: str) -> str | None:
        """``path`` from ``folder``, relative to the root ("" is the root); None if it leaves it."""
        parts: list[str] = []
        if "\0" in path or "://" in path or path.startswith(("/", "~")):
            return None
        for part in PurePosixPath(folder, path.replace("\\", "/")).parts:
            if part == "..":
                if not parts:
                    return None
                parts.pop()
            elif part != ".":
                parts.append(part)
        return "/".join(parts)

    def is_file(self, path: str) -> bool:
        known = self._files.get(path)
        if known is None:
            there = self.trace.look(self.root, path) == FILE
            known = self._files[path] = there and self._holds(path)
        return known

    def is_folder(self, path: str) -> bool:
        return self.trace.look(self.root, path) == FOLDER and self._holds(path)

    def _full(self, path: str) -> Path:
        return self.root / path if path else self.root

    def _holds(self, path: str) -> bool:
        """Whether the path exists and does not lead out of the root through a link."""
        try:
            return self._full(path).resolve(strict=True).is_relative_to(self.resolved_root)
        except (OSError, ValueError, RuntimeError):
            return False

    def text(self, path: str, limit: int = _SYMBOL_READ_BYTES) -> str:
        """The first ``limit`` bytes of a file as text; "" when there is none."""
        if not self.is_file(path):
            return ""
        self.trace.note(self.root, path)
        try:
            return read_regular(self._full(path), limit).decode("utf-8", "replace")
        except OSError:
            return ""

    def lines(self, path: str) -> list[str]:
        """The lines of a template, remembered; [] when it cannot be read."""
        if path not in self._lines:
            self._lines[path] = self.text(path, MAXIMUM_TEMPLATE_BYTES).splitlines()
        return self._lines[path]

    # --- the search -----------------------------------------------------------------------------

    def locate(self, request: CodeRequest) -> tuple[CodeLocation | None, str]:
        """The code of a function, or None and the problem in words."""
        base = self.inside(request.folder, request.path)
        if base is None:
            return None, f"the code path {request.path} leads out of the scanned folder"
        pairs = list(splits(request.handler, request.language))
        if not pairs:
            return None, f"the handler '{request.handler}' names no symbol in a module"
        extensions = EXTENSIONS[request.language]
        archive = base.endswith(ARCHIVES)
        if archive or self.is_file(base):
            base = base.rpartition("/")[0]
        if archive:
            found = self._beside_archive(base, request.path, pairs, extensions)
            if found is None:
                return None, f"the code is an archive ({request.path})"
            return CodeLocation(*found, request.layers), ""
        found = (
            self._directly(base, pairs, extensions)
            or self._entry_point(base, request, pairs)
            or self._before_build(base, pairs, extensions, request)
            or self._searched(base, pairs, extensions, request)
        )
        if found is not None:
            return CodeLocation(*found, request.layers), ""
        if not self.is_folder(base):
            return None, f"the code folder {request.path} does not exist"
        return None, f"no source file for the handler '{request.handler}' in {request.path}"

    def _beside_archive(
        self, folder: str, path: str, pairs: list[tuple[str, str]], extensions: tuple[str, ...]
    ) -> tuple[str, str, str] | None:
        """The source that an archive was packed from: a folder of its name, or the files beside."""
        name = PurePosixPath(path).name.partition(".")[0]
        inner = "/".join(part for part in (folder, name) if part)
        return self._directly(inner, pairs, extensions) or self._directly(folder, pairs, extensions)

    def packed(self, request: CodeRequest) -> CodeLocation | None:
        """The source of an archive that lies elsewhere (``path``, a key of a bucket): the one
        folder below the template's that has its name and holds the handler's file, else the
        template's own folder, else the one folder that holds a handler's file which itself lies in
        a folder."""
        name = PurePosixPath(request.path).name.partition(".")[0]
        pairs = list(splits(request.handler, request.language))
        listing = self._listing(request.folder) if name else []
        folders = {file.rpartition("/")[0] for file in listing}
        named = sorted(folder for folder in folders if folder.rpartition("/")[2] == name)
        found = [self._directly(folder, pairs, EXTENSIONS[request.language]) for folder in named]
        hits = [hit for hit in found if hit is not None]
        if not hits and name:
            hits = self._beside(request.folder, folders, pairs, EXTENSIONS[request.language])
        return CodeLocation(*hits[0], request.layers) if len(hits) == 1 else None

    def _beside(
        self,
        folder: str,
        folders: set[str],
        pairs: list[tuple[str, str]],
        extensions: tuple[str, ...],
    ) -> list[tuple[str, str, str]]:
        here = self._directly(folder, pairs, extensions)
        if here is not None:
            return [here]
        deep = [(stem, symbol) for stem, symbol in pairs if "/" in stem]
        found = (
            self._directly(base, deep, extensions) for base in sorted(self._above_all(folders))
        )
        return [hit for hit in found if hit is not None]

    @staticmethod
    def _above_all(folders: set[str]) -> set[str]:
        """The folders with all that they lie in."""
        found = set(folders)
        for folder in folders:
            while folder := folder.rpartition("/")[0]:
                found.add(folder)
        return found

    def named(self, folder: str, name: str) -> list[str]:
        """The files of a name below a folder, vendored and built ones left out."""
        return [file for file in self._listing(folder) if file.rpartition("/")[2] == name]

    def _above(
        self, base: str, pairs: list[tuple[str, str]], extensions: tuple[str, ...], folder: str
    ) -> tuple[str, str, str] | None:
        """The nearest existing folder above a code folder that is missing, below the template's."""
        while base and not self.is_folder(base):
            base = base.rpartition("/")[0]
        return self._directly(base, pairs, extensions) if base and base != folder else None

    def _directly(
        self, base: str, pairs: Iterable[tuple[str, str]], extensions: tuple[str, ...]
    ) -> tuple[str, str, str] | None:
        for stem, symbol in pairs:
            path = self.inside(base, stem)
            file = self._source(path, extensions) if path else None
            if file is not None:
                return base, file, symbol
        return None

    def _source(self, stem: str, extensions: tuple[str, ...]) -> str | None:
        """The source file of a module path: with an extension, or a folder's index."""
        for extension in extensions:
            if self.is_file(stem + extension):
                return stem + extension
        inner = "/__init__" if extensions == EXTENSIONS["python"] else "/index"
        for extension in extensions:
            if self.is_file(stem + inner + extension):
                return stem + inner + extension
        return None

    def _entry_point(
        self, base: str, request: CodeRequest, pairs: list[tuple[str, str]]
    ) -> tuple[str, str, str] | None:
        """The bundler's entry file whose name is that of the handler's module."""
        files = [path for entry in request.entry_points if (path := self._entry(base, entry))]
        for stem, symbol in pairs:
            name = PurePosixPath(stem).name
            for file in files:
                if PurePosixPath(file).stem == name:
                    return base, file, symbol
        return (base, files[0], pairs[0][1]) if len(files) == 1 else None

    def _entry(self, base: str, entry: str) -> str | None:
        path = self.inside(base, entry)
        if path is None:
            return None
        return path if self.is_file(path) else self._source(path, EXTENSIONS["javascript"])

    def _before_build(
        self,
        base: str,
        pairs: Iterable[tuple[str, str]],
        extensions: tuple[str, ...],
        request: CodeRequest,
    ) -> tuple[str, str, str] | None:
        """The same path with the build's output folder taken out or replaced by a source folder."""
        for stem, symbol in pairs:
            for path in unbuilt(base, stem, request.folder):
                file = self._source(path, extensions)
                if file is not None:
                    return self._import_root(base, file, request.folder), file, symbol
        return None

    def _import_root(self, base: str, file: str, folder: str) -> str:
        """The folder that imports start from: the code folder when it holds the file, else the
        nearest folder above the file that holds a manifest, else the file's own."""
        if self.is_folder(base) and (not base or file.startswith(base + "/")):
            return base
        parent = file.rpartition("/")[0]
        while parent and parent != folder:
            if any(
                self.is_file(f"{parent}/{name}") for name in ("package.json", "requirements.txt")
            ):
                return parent
            parent = parent.rpartition("/")[0]
        return file.rpartition("/")[0]

    def _searched(
        self,
        base: str,
        pairs: list[tuple[str, str]],
        extensions: tuple[str, ...],
        request: CodeRequest,
    ) -> tuple[str, str, str] | None:
        """The one file with the handler's name and symbol below the code folder or, when that is
        missing or a build's output, below the template's folder."""
        if not self.is_folder(base):
            found = self._other_case(base, pairs, extensions, request.folder) or self._above(
                base, pairs, extensions, request.folder
            )
            if found is not None:
                return found
        built = any(part in BUILD_FOLDERS or part == ".aws-sam" for part in base.split("/"))
        for start in (base, request.folder) if built else (base,):
            if not self.is_folder(start):
                continue
            for stem, symbol in pairs:
                file = self._only(self._listing(start), stem, symbol, extensions, base)
                if file is not None:
                    return self._import_root(base, file, request.folder), file, symbol
        return None

    def _other_case(
        self,
        base: str,
        pairs: list[tuple[str, str]],
        extensions: tuple[str, ...],
        folder: str,
    ) -> tuple[str, str, str] | None:
        """The code folder when only the case of its letters differs (macOS does not mind)."""
        lowered = base.lower() + "/"
        for file in self._listing(folder):
            if file.lower().startswith(lowered):
                return self._directly(file[: len(base)], pairs, extensions)
        return None

    def _only(
        self, files: list[str], stem: str, symbol: str, extensions: tuple[str, ...], base: str
    ) -> str | None:
        name = PurePosixPath(stem).name
        named = [
            file
            for file in files
            if file.endswith(extensions)
            and PurePosixPath(file).name.rpartition(".")[0] == name
            and symbol.partition(".")[0] in self.text(file)
        ]
        if len(named) <= 1:
            return named[0] if named else None
        wanted = f"{base}/{stem}".split("/")
        ranked = sorted(named, key=lambda file: -_shared(file, wanted))
        best, second = (_shared(file, wanted) for file in ranked[:2])
        return ranked[0] if best > second else None

    def _listing(self, start: str) -> list[str]:
        if start not in self._listings:
            found = self._listings[start] = list(source_files(self.root, start))
            self.trace.listed[start] = digest_of(found)
        return self._listings[start]


def source_files(root: Path, start: str) -> Iterator[str]:
    """The files below a folder that may be sources, in a fixed order, as paths below the root."""
    count = 0
    stack = [(start, 0)]
    while stack:
        folder, depth = stack.pop()
        try:
            entries = sorted(os.scandir(root / folder), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            count += 1
            if count > MAXIMUM_ENTRIES:
                return
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_symlink():
                continue
            if entry.is_dir():
                if entry.name not in _NOT_SOURCES and depth < MAXIMUM_DEPTH:
                    stack.append((path, depth + 1))
            elif entry.is_file():
                yield path


def splits(handler: str, language: str) -> Iterator[tuple[str, str]]:
    """Every (module path, symbol) that a handler may mean, the runtime's own reading first."""
    handler = handler.strip().removeprefix("./")
    folder, _, last = handler.rpartition("/")
    if "." not in last:
        return
    prefix = folder + "/" if folder else ""
    if language == "python":
        module, _, symbol = last.rpartition(".")
        yield prefix + module.replace(".", "/"), symbol
        if "." in module:
            yield prefix + module, symbol
        return
    parts = last.split(".")
    for index in range(1, len(parts)):
        yield prefix + ".".join(parts[:index]), ".".join(parts[index:])


def unbuilt(base: str, stem: str, folder: str) -> Iterator[str]:
    """Where the source of a built module may lie, the likeliest first."""
    parts = [part for part in f"{base}/{stem}".split("/") if part and part != "."]
    if ".aws-sam" in parts:
        parts = parts[: parts.index(".aws-sam")] + parts[parts.index(".aws-sam") + 3 :]
        yield "/".join(parts)
    fixed = len([part for part in folder.split("/") if part])
    for index in range(fixed, len(parts) - 1):
        if parts[index] in BUILD_FOLDERS:
            before, after = parts[:index], parts[index + 1 :]
            for source in SOURCE_FOLDERS:
                yield "/".join([*before, source, *after])
            yield "/".join([*before, *after])
    for source in SOURCE_FOLDERS:
        yield "/".join([part for part in (base, source, stem) if part])


def _shared(file: str, wanted: list[str]) -> int:
    return len(set(file.split("/")[:-1]) & set(wanted))
