"""Whether a function's source lies in the tree, judged without Ringfence's search: any file below
the template's folder, or below the code path, that has the handler's name and says its symbol."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from declared import LEFT_OUT, Declared

ENDINGS = {
    "python": (".py",),
    "nodejs": (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"),
}

#: Handlers that a plugin or the Lambda Web Adapter puts before an application of any name.
STAND_INS = ("wsgi_handler.handler", "wsgi.handler", "run.sh", ".dockerfile")

#: A key that a package step gives an archive: nothing tells which source it was made of.
PACKED = re.compile(r"\b[0-9a-f]{32}\b")


class Sources:
    """The files below folders of one root, listed once each."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._listed: dict[Path, list[Path]] = {}

    def kind_of(self, function: Declared) -> str:
        """In which way the code is given: inline, image, bucket, archive, language, or files."""
        if function.inline:
            return "inline"
        if function.image:
            return "image"
        word = function.runtime.rstrip("0123456789.x")
        if function.runtime and word not in ("python", "nodejs"):
            return "other language" if word not in ("provided", "provided.al") else "custom runtime"
        code = function.code
        if isinstance(code, dict) and ("S3Bucket" in code or "Bucket" in code or "S3Key" in code):
            return "bucket"
        if isinstance(code, str) and code.startswith(("s3://", "https://")):
            return "bucket"
        if isinstance(code, str) and code.endswith((".zip", ".jar")):
            return "archive"
        return "files"

    def candidates(self, folder: str, function: Declared) -> list[str]:
        """Files that may be the handler's, relative to the root."""
        module, symbol = split(function.handler)
        image = function.image and not function.handler
        any_file = image or function.handler.endswith(STAND_INS)
        if (not function.handler and not any_file) or PACKED.search(str(function.code)):
            return []
        word = function.runtime.rstrip("0123456789.x")
        known = None if any_file and not image else ENDINGS.get(word)
        endings = known or (*ENDINGS["python"], *ENDINGS["nodejs"])
        names = {module.rpartition("/")[2], module.replace(".", "/").rpartition("/")[2]}
        names |= {name.partition(".")[0] for name in names}
        found = []
        for start in self._starts(folder, function.code):
            for file in self._files(start):
                fits = file.suffix in endings and (
                    not module
                    or any_file
                    or file.name.removesuffix(file.suffix) in names
                    or (file.stem in ("index", "__init__") and file.parent.name in names)
                )
                if fits and (any_file or says(file, symbol) or file.stem == function.handler):
                    found.append(file.relative_to(self.root).as_posix())
            if found:
                break
        return found

    def _starts(self, folder: str, code: Any) -> list[Path]:
        base = (self.root / folder).resolve()
        starts = []
        if isinstance(code, str) and "://" not in code:
            given = (base / code).resolve()
            starts.append(given.parent if given.is_file() else given)
        starts.append(base)
        return [start for start in starts if start.is_dir() and start.is_relative_to(self.root)]

    def _files(self, start: Path) -> list[Path]:
        if start not in self._listed:
            found = self._listed[start] = []
            for folder, folders, files in os.walk(start):
                folders[:] = sorted(name for name in folders if name not in LEFT_OUT)
                found += [Path(folder, name) for name in sorted(files)]
        return self._listed[start]


def split(handler: str) -> tuple[str, str]:
    module, _, symbol = handler.rpartition(".")
    return module, symbol


def says(file: Path, symbol: str) -> bool:
    """Whether a file says a symbol as a word of its own, or exports what it does not name."""
    text = file.read_text(errors="replace")
    if re.search(rf"\b{re.escape(symbol)}\b", text):
        return True
    return "export *" in text or "module.exports = require" in text
