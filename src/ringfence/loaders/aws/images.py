"""Container images and start scripts: what they say about the runtime, the handler and the code.

An image, or a script behind the Lambda Web Adapter, may start a server for an application object
(``uvicorn main:app``): then that object is the handler.
"""

from __future__ import annotations

import json

from ringfence import late
from ringfence.loaders.code import CodeFinder
from ringfence.model.record import record

_DOCKERFILE_BYTES = 100_000
#: A server for ASGI or WSGI, and after options the application that it serves.
_SERVER = late.pattern(r"\b(?:uvicorn|gunicorn|hypercorn|granian|waitress-serve|daphne)\b")
_SERVED = late.pattern(
    r"""(?:^|[\s"',])([A-Za-z_][\w./]*):([A-Za-z_]\w*)(?:\(\))?(?=["'\s,\]]|$)"""
)


@record(frozen=True)
class Image:
    """``copied`` are folders of the build context that the image copies, relative to it."""

    language: str = ""
    runtime: str = ""
    handler: str = ""
    copied: tuple[str, ...] = ()
    problem: str = ""


def image_command(finder: CodeFinder, folder: str, context: str, dockerfile: str) -> Image:
    """Read ``FROM``, ``COPY`` and ``CMD`` of the last stage of a Dockerfile."""
    path = finder.inside(folder, f"{context}/{dockerfile or 'Dockerfile'}")
    text = finder.text(path, _DOCKERFILE_BYTES) if path else ""
    if not text:
        return Image(problem=f"no Dockerfile in the build context {context}")
    language = runtime = handler = entry = ""
    copied: list[str] = []
    for instruction, rest in _instructions(text):
        if instruction == "FROM":
            language, runtime = _base(rest, language, runtime)
        elif instruction in ("COPY", "ADD"):
            copied.extend(_copied(rest))
        elif instruction == "CMD":
            handler = served(rest) or _last_word(rest)
        elif instruction == "ENTRYPOINT":
            entry = rest
    if entry and not handler:
        handler = served(entry) or _last_word(entry)
    return Image(language, runtime, handler, tuple(dict.fromkeys(copied)))


def served(command: str) -> str:
    """The application that a command serves, as a handler (``main.app``); "" for other commands."""
    server = _SERVER.search(command)
    found = _SERVED.search(command, server.end()) if server else None
    return f"{found.group(1)}.{found.group(2)}" if found else ""


def _instructions(text: str) -> list[tuple[str, str]]:
    found = []
    joined = text.replace("\\\r\n", " ").replace("\\\n", " ")
    for line in joined.splitlines():
        word, _, rest = line.strip().partition(" ")
        if word and not word.startswith("#"):
            found.append((word.upper(), rest.strip()))
    return found


def _base(rest: str, language: str, runtime: str) -> tuple[str, str]:
    """The language of a base image; a stage without one keeps what was known before."""
    words = [word for word in rest.split() if not word.startswith("--")]
    image = words[0].lower() if words else ""
    name, _, tag = image.rpartition("/")[2].partition(":")
    version = tag.partition("-")[0]
    if "python" in name:
        return "python", f"python{version}" if version[:1].isdigit() else runtime
    if name.startswith("node"):
        major = version.partition(".")[0]
        return "javascript", f"nodejs{major}.x" if major.isdigit() else runtime
    for word in ("java", "dotnet", "ruby", "go", "rust"):
        if name.startswith(word):
            return word, runtime
    return language, runtime


def _copied(rest: str) -> list[str]:
    """The folders of the build context that a ``COPY`` takes files from."""
    words = rest.replace('"', " ").strip("[] ").replace(",", " ").split()
    if any(word.startswith("--from") for word in words):
        return []
    found = []
    for source in [word for word in words if not word.startswith("--")][:-1]:
        path = source.removeprefix("./").rstrip("/*")
        folder, _, last = path.rpartition("/")
        found.append(folder if "." in last or "*" in last else path)
    return [folder for folder in found if folder not in ("", ".")]


def _last_word(rest: str) -> str:
    if rest.startswith("["):
        try:
            words = json.loads(rest)
        except ValueError:
            return ""
        return str(words[-1]) if words else ""
    return rest.rsplit(maxsplit=1)[-1].strip("\"'") if rest.split() else ""
