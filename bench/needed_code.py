"""One function of an application, laid out as a peer would be shown it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringfence.loaders import load_application
from ringfence.model.application import Application, Function
from ringfence.permissions.physical import PhysicalNames

PYTHON, SCRIPT = (".py",), (".js", ".ts", ".mjs", ".cjs", ".mts", ".cts", ".jsx", ".tsx")
#: Resources that a generator can find by name.
NAMED = {"AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::SNS::Topic", "AWS::Kinesis::Stream",
         "AWS::KMS::Alias"}  # fmt: skip
IMPORT = re.compile(
    r"^[ \t]*import[ \t]+(.+)|^[ \t]*from[ \t]+([.\w]+)[ \t]+import[ \t]*(.+)", re.M
)
REQUIRE = re.compile(r"""(?:from|import|require)\s*\(?\s*["'](\.{1,2}/[^"']*)["']""")


@dataclass(frozen=True)
class Code:
    """``folder`` holds a copy of ``files``; ``handler`` is relative to it, as for the runtime.

    ``template`` is plain CloudFormation made for this function: its handler, its environment, and
    the application's resources that have a name, all values resolved.
    """

    key: str
    language: str
    folder: Path
    files: tuple[Path, ...]
    handler: str
    template: Path

    @property
    def text(self) -> str:
        return "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in self.files)


def functions_of(application: Path, scratch: Path, extent: str) -> dict[str, Code | None]:
    """Key of a function → its code; None where there is none to be shown.

    ``extent`` says how much is shown: ``handler`` (its file alone), ``reached`` (the files that it
    imports, too) or ``folder`` (every source file of its package and layers).
    """
    found: dict[str, Code | None] = {}
    loaded = load_application(application)
    for function in loaded.functions.values():
        key = function.logical_id
        code = laid_out(application, function, scratch / key, extent)
        if code is not None:
            text = json.dumps(template_of(loaded, function, code), indent=1)
            code.template.write_text(text, encoding="utf-8")
        short = key.removesuffix("LambdaFunction")  # the Serverless Framework's own names
        found[key] = found[short[:1].lower() + short[1:]] = code
    return found


def laid_out(application: Path, function: Function, folder: Path, extent: str) -> Code | None:
    code = function.code
    if code is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    template = folder.with_name(f"{folder.name}.template.json")
    if code.inline is not None:
        file = folder / ("index.py" if function.language == "python" else "index.js")
        file.write_text(code.inline, encoding="utf-8")
        handler = f"index.{code.symbol}"
        return Code(function.logical_id, function.language, folder, (file,), handler, template)
    roots = [application / code.root, *(application / layer for layer in code.layers)]
    roots = [root for each in roots for root in (each / "python", each / "nodejs", each)]
    roots = [root for root in dict.fromkeys(roots) if root.is_dir()]
    start = application / code.file
    chosen = {"handler": lambda: [start], "folder": lambda: [start, *sources(roots, start)]}
    files = chosen.get(extent, lambda: list(reached(start, roots)))()
    copies = tuple(dict.fromkeys(copy(file, roots, folder) for file in files))
    name = copies[0].relative_to(folder).with_suffix("").as_posix()
    handler = f"{name}.{code.symbol}"
    return Code(function.logical_id, function.language, folder, copies, handler, template)


def template_of(application: Application, function: Function, code: Code) -> dict[str, Any]:
    names = PhysicalNames(application)
    variables = {key: names.text(value) for key, value in function.environment.items()}
    properties: dict[str, Any] = {
        "FunctionName": code.key,
        "Runtime": "python" if code.language == "python" else "nodejs",
        "Handler": code.handler,
        "Environment": {"Variables": variables},
    }
    resources = {"Function": {"Type": "AWS::Lambda::Function", "Properties": properties}}
    for resource in application.resources.values():
        name, kind = names.name(resource.id), resource.type.rpartition("::")[2]
        if name and "*" not in name and resource.type in NAMED:
            own = {"Type": resource.type, "Properties": {f"{kind}Name": name}}
            resources[re.sub(r"\W", "", resource.logical_id)] = own
    return {"Resources": resources}


def sources(roots: list[Path], start: Path) -> Iterator[Path]:
    suffixes = PYTHON if start.suffix in PYTHON else SCRIPT
    for root in roots:
        for file in sorted(root.rglob("*")):
            if file.suffix in suffixes and "node_modules" not in file.parts:
                yield file


def copy(file: Path, roots: list[Path], folder: Path) -> Path:
    root = next((root for root in roots if file.is_relative_to(root)), file.parent)
    target = folder / file.relative_to(root)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)
    return target


def reached(start: Path, roots: list[Path]) -> Iterator[Path]:
    """The file and what it imports of the package and its layers, each once."""
    waiting, seen = [start], {start}
    while waiting:
        file = waiting.pop()
        yield file
        text = file.read_text(encoding="utf-8", errors="replace")
        follow = python_imports if file.suffix in PYTHON else script_imports
        for other in follow(file, text, roots):
            if other not in seen:
                seen.add(other)
                waiting.append(other)


def python_imports(file: Path, text: str, roots: list[Path]) -> Iterator[Path]:
    for plain, package, names in IMPORT.findall(text):
        modules = [part.split()[0] for part in plain.split(",") if part.split()]
        if package:
            listed = re.findall(r"\w+", names.split("#")[0]) or re.findall(r"\w+", text)
            modules = [package, *(f"{package.rstrip('.')}.{name}" for name in listed)]
            if not package.strip("."):
                modules = [package + name for name in listed]
        for module in modules:
            dots = len(module) - len(module.lstrip("."))
            bases = [file.parents[dots - 1]] if dots else roots
            yield from python_files(bases, module.lstrip("."))


def python_files(bases: list[Path], module: str) -> Iterator[Path]:
    parts = [part for part in module.split(".") if part]
    for base in bases:
        for length in range(1, len(parts) + 1):
            path = base.joinpath(*parts[:length])
            for file in (path / "__init__.py", path.with_suffix(".py")):
                if file.is_file():
                    yield file


def script_imports(file: Path, text: str, roots: list[Path]) -> Iterator[Path]:
    for name in REQUIRE.findall(text):
        path = (file.parent / name).resolve()
        stem = path.with_suffix("") if path.suffix in SCRIPT else path
        options = [path, *(Path(f"{stem}{suffix}") for suffix in SCRIPT)]
        options += [path / f"index{suffix}" for suffix in SCRIPT]
        yield from (option for option in options[:1] if option.is_file())
        if not path.is_file():
            yield from [option for option in options if option.is_file()][:1]
