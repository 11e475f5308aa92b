"""What the templates of a folder declare, read without any of Ringfence's own loaders.

A template is a YAML or JSON file whose ``Resources`` hold some ``Type: X::Y::Z``, or that has a
format version or a transform of SAM; and a service file of the Serverless Framework, told by its
name. Vendored packages and what deployment tools write are not looked at.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

LEFT_OUT = frozenset(
    ("node_modules", ".git", ".aws-sam", "cdk.out", ".serverless", "site-packages", ".venv", "venv",
     "__pycache__")
)  # fmt: skip
SUFFIXES = (".yml", ".yaml", ".json", ".template", ".cfn", ".cform")
SERVICE = re.compile(r"serverless\.(yml|yaml|json|ts|js|mjs|cjs)$")
TYPE = re.compile(r"[A-Za-z0-9]+::[A-Za-z0-9]+(::[A-Za-z0-9]+)*$")
LOOKS = re.compile(rb"^\s*[\"']?(Resources|AWSTemplateFormatVersion)[\"']?\s*:", re.MULTILINE)
FUNCTIONS = ("AWS::Serverless::Function", "AWS::Lambda::Function")


@dataclass
class Declared:
    """One function of a template. ``code`` is the code property as written, ``events`` the number
    of event sources that the function itself lists."""

    key: str
    runtime: str = ""
    handler: str = ""
    code: Any = None
    inline: bool = False
    image: bool = False
    metadata: Any = None
    events: int = 0


@dataclass
class Found:
    """One template. ``problem`` says why this reader could not read it; ``provider`` is that of a
    service, "" where it is not written out."""

    path: str
    service: bool = False
    problem: str = ""
    provider: str = ""
    resources: dict[str, str] = field(default_factory=dict)
    conditional: set[str] = field(default_factory=set)
    functions: list[Declared] = field(default_factory=list)


class Reader(yaml.CSafeLoader):
    """Takes any tag: ``!Ref X`` becomes ``{"!Ref": "X"}``."""


def _tagged(loader: yaml.CSafeLoader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return {f"!{suffix}": node.value}
    if isinstance(node, yaml.SequenceNode):
        return {f"!{suffix}": loader.construct_sequence(node, deep=True)}
    return {f"!{suffix}": loader.construct_mapping(node, deep=True)}


Reader.add_multi_constructor("!", _tagged)
Reader.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: node.value)
Reader.add_constructor("tag:yaml.org,2002:value", lambda loader, node: node.value)


def templates_in(root: Path) -> Iterator[Found]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT)
        for name in sorted(files):
            path = Path(folder, name)
            relative = path.relative_to(root).as_posix()
            if path.is_symlink():
                continue
            if SERVICE.match(name):
                yield _service(path, relative)
            elif name.endswith(SUFFIXES):
                found = _template(path, relative)
                if found is not None:
                    yield found


def _document(path: Path) -> Any:
    text = path.read_bytes().decode("utf-8-sig", "replace")
    if path.suffix == ".json":
        try:
            return json.loads(text)
        except ValueError:
            pass
    return yaml.load(text, Reader)


def _template(path: Path, relative: str) -> Found | None:
    data = path.read_bytes()
    if not LOOKS.search(data):
        return None
    try:
        document = _document(path)
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        marked = b"AWSTemplateFormatVersion" in data or b"AWS::Serverless-2016-10-31" in data
        return Found(relative, problem=_short(problem)) if marked else None
    if not isinstance(document, dict):
        return None
    resources = document.get("Resources")
    resources = resources if isinstance(resources, dict) else {}
    types = {
        str(key): body["Type"]
        for key, body in resources.items()
        if isinstance(body, dict) and isinstance(body.get("Type"), str) and TYPE.match(body["Type"])
    }
    marked = "AWSTemplateFormatVersion" in document or "Serverless-2016" in str(
        document.get("Transform")
    )
    if not types and not (marked and resources):
        return None
    shared = _section(_section(document.get("Globals")).get("Function"))
    functions = [
        _function(key, resources[key], shared if kind == FUNCTIONS[0] else {})
        for key, kind in types.items()
        if kind in FUNCTIONS
    ]
    conditional = {key for key in types if "Condition" in resources[key]}
    return Found(relative, resources=types, conditional=conditional, functions=functions)


def _function(key: str, body: dict[str, Any], shared: dict[str, Any]) -> Declared:
    given = {**shared, **_section(body.get("Properties"))}
    code = given.get("CodeUri", given.get("Code"))
    return Declared(
        key,
        _text(given.get("Runtime")),
        _text(given.get("Handler")) or _command(given),
        code,
        inline="InlineCode" in given or (isinstance(code, dict) and "ZipFile" in code),
        image=_text(given.get("PackageType")) == "Image" or "ImageUri" in given,
        metadata=body.get("Metadata"),
        events=len(given.get("Events") or ()),
    )


def _command(given: dict[str, Any]) -> str:
    """The handler of an image, where the template names it."""
    command = _section(given.get("ImageConfig")).get("Command")
    return _text(command[-1]) if isinstance(command, list) and command else ""


def _service(path: Path, relative: str) -> Found:
    if path.suffix not in (".yml", ".yaml", ".json"):
        text = path.read_text(errors="replace")
        handlers = re.findall(r"\bhandler:\s*[\"'`]([^\"'`]+)", text)
        functions = [Declared("", "", handler) for handler in handlers]
        return Found(relative, service=True, provider="aws", functions=functions)
    try:
        document = _document(path)
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        return Found(relative, service=True, problem=_short(problem))
    if not isinstance(document, dict):
        return Found(relative, service=True, problem="not an object")
    provider = document.get("provider")
    shared = _section(provider)
    name = _text(shared.get("name") if isinstance(provider, dict) else provider)
    listed = document.get("functions")
    maps = listed if isinstance(listed, list) else [listed]
    functions = [
        Declared(
            str(key),
            _text(body.get("runtime", shared.get("runtime", "" if "image" in body else "nodejs"))),
            _text(body.get("handler", body.get("script"))),
            image="image" in body,
            events=len(body.get("events") or ()),
        )
        for functions in maps
        if isinstance(functions, dict)
        for key, body in functions.items()
        if isinstance(body, dict)
    ]
    resources = _section(_section(document.get("resources")).get("Resources"))
    types = {
        str(key): body["Type"]
        for key, body in resources.items()
        if isinstance(body, dict) and isinstance(body.get("Type"), str)
    }
    return Found(relative, True, provider=name, resources=types, functions=functions)


def _section(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _short(problem: Exception) -> str:
    return " ".join(str(problem).split())[:160]
