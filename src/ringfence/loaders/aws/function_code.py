"""Where a function's code lies: in the template, in a folder, in an image, beside an archive."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence import late
from ringfence.loaders.aws.graph import Graph
from ringfence.loaders.aws.images import image_command, served
from ringfence.loaders.aws.values import every, first, items, rendered, text_of
from ringfence.loaders.code import EXTENSIONS, CodeFinder, CodeRequest
from ringfence.model.application import CodeLocation, Resource
from ringfence.model.location import Location
from ringfence.model.record import field, record
from ringfence.model.value import Mapping, Scalar, Text, Value, string

#: The rest of a line where a YAML block scalar begins, with a tag or key of an intrinsic before it.
_BLOCK_SCALAR = late.pattern(r"(?:Fn::\w+:\s*)?(?:[!&]\S+\s+)*[|>][-+0-9]*\s*(?:#.*)?$")

#: Wrappers from layers take the handler's place and read the real one from the environment.
#: Source: the vendors' documents on instrumenting Lambda functions.
WRAPPED_HANDLERS = ("DD_LAMBDA_HANDLER", "NEW_RELIC_LAMBDA_HANDLER", "LUMIGO_ORIGINAL_HANDLER",
                    "ORIGINAL_HANDLER")  # fmt: skip


@record()
class CodeSearch:
    """The search for one function's code. What its properties do not tell (``language``,
    ``runtime``, ``handler`` of an image) is filled in on the way; ``only_image`` says that the
    template has no other image."""

    graph: Graph
    finder: CodeFinder
    resource: Resource
    only_image: bool = False
    runtime: str = ""
    handler: str = ""
    language: str = ""
    package: str = "zip"
    problem: str = ""
    environment: dict[str, Value] = field(default_factory=dict)

    def find(self) -> CodeLocation | None:
        """The code; None leaves the reason in ``problem``."""
        if self.package == "image":
            return self._image()
        if self.language == "custom":
            return self._custom()
        if self.language and self.language not in EXTENSIONS:
            self.problem = f"language not analysed: {self.language}"
            return None
        inline = self._inline()
        if inline is not None:
            return inline
        if not self.handler:
            self.problem = self.problem or "no handler is given"
            return None
        if self.handler.endswith(".sh"):
            return self._started()
        if self.language:
            return self._zip(self.language)
        return self._zip_of_any_language()

    def _custom(self) -> CodeLocation | None:
        """Code for a runtime that the function brings along, where a file that is read has the
        handler: LLRT and others run what the managed runtimes run."""
        code = self._zip_of_any_language()
        if code is None:
            self.problem = f"language not analysed: custom ({self.runtime})"
        return code

    def _started(self) -> CodeLocation | None:
        """The application that a start script serves behind the Lambda Web Adapter."""
        script, code = self.handler, None
        for path in self._paths():
            file = self.finder.inside(self.template_folder, f"{path}/{script}")
            self.handler = served(self.finder.text(file)) if file else ""
            code = self._zip("python") if self.handler else None
            if code is not None:
                break
        self.handler = script
        self.problem = f"the handler {script} is a script that starts a server"
        return code

    def _zip_of_any_language(self) -> CodeLocation | None:
        """Where the runtime is not known, the file that the handler names tells the language."""
        problem = self.problem
        for language in EXTENSIONS:
            code = self._zip(language)
            if code is not None:
                self.language = language
                return code
        self.problem = problem or (
            f"runtime '{self.runtime}' is not known" if self.runtime else "no runtime is given"
        )
        return None

    def _inline(self) -> CodeLocation | None:
        value = first(self.resource.properties, "Code.ZipFile")
        if not isinstance(value, (Scalar, Text)):
            return None
        text = _inline_text(value)
        symbol = self.handler.partition(".")[2] or "handler"
        at = self._first_line(value.location)
        return CodeLocation(
            self.template_folder, value.location.file, symbol, self._layers(), text, at
        )

    def _first_line(self, at: Location) -> Location:
        """Where inline text starts: a block scalar's on the line after its ``|``."""
        lines = self.finder.lines(at.file)
        written = lines[at.line - 1][at.column - 1 :] if at.line <= len(lines) else ""
        if not _BLOCK_SCALAR.match(written):
            return at
        for number in range(at.line, min(at.end_line, len(lines))):
            text = lines[number]
            if text.strip():
                column = len(text) - len(text.lstrip()) + 1
                return Location(at.file, at.line + 1, column, at.end_line, at.end_column)
        return at

    def _zip(self, language: str) -> CodeLocation | None:
        for path in self._paths():
            for handler in self._handlers():
                request = CodeRequest(
                    self.template_folder,
                    path,
                    handler,
                    language,
                    tuple(self._entry_points()),
                    self._layers(),
                )
                code, problem = self.finder.locate(request)
                if code is not None:
                    return code
                self.problem = self.problem or problem
        return self._packed(language)

    def _packed(self, language: str) -> CodeLocation | None:
        """The source beside the template of an archive in a bucket."""
        for code in every(self.resource.properties, "Code.S3Key"):
            request = CodeRequest(
                self.template_folder, string(code) or "", self.handler, language, (), self._layers()
            )
            if (found := self.finder.packed(request)) is not None:
                return found
        return None

    def _paths(self) -> Iterator[str]:
        """The local code paths, the asset a build tool names first."""
        asset = text_of(self.resource.attributes.get("Metadata"), "aws:asset:path")
        metadata = first(self.resource.attributes.get("Metadata"))
        if not asset and isinstance(metadata, Mapping):
            asset = text_of(metadata.get("aws:asset:path"))
        if asset:
            yield asset
        found = False
        for code in every(self.resource.properties, "Code"):
            text = string(code) if not isinstance(code, Mapping) else None
            if text is not None and not text.startswith(("s3://", "https://")):
                found = True
                yield text or "."
            elif isinstance(code, Mapping):
                key = text_of(code, "S3Key")
                bucket = rendered(first(code, "S3Bucket"))
                self.problem = self.problem or f"the code is in S3 ({bucket}/{key or '${?}'})"
            else:
                shown = rendered(code) or "an object"
                self.problem = self.problem or f"the code path is not local: {shown}"
        if not found and not asset and first(self.resource.properties, "Code") is None:
            yield "."

    def _handlers(self) -> Iterator[str]:
        served_application = text_of(self._metadata(), "ServedApplication")
        if served_application:
            yield served_application
        for name in WRAPPED_HANDLERS:
            original = string(self.environment.get(name))
            if original:
                yield original
        yield self.handler

    def _entry_points(self) -> Iterator[str]:
        metadata = self.resource.attributes.get("Metadata")
        for value in items(metadata, "BuildProperties.EntryPoints"):
            text = string(value)
            if text:
                yield text

    def _image(self) -> CodeLocation | None:
        metadata = self._metadata()
        context = text_of(metadata, "DockerContext") or self._only_context()
        command = string(next(items(self.resource.properties, "ImageConfig.Command"), None)) or ""
        if not context:
            self.problem = "the code is a container image without a local build context"
            return None
        built = image_command(
            self.finder, self.template_folder, context, text_of(metadata, "Dockerfile")
        )
        handler = command or built.handler
        self.language = self.language or built.language
        self.runtime = self.runtime or built.runtime
        self.handler = self.handler or handler
        if self.language not in EXTENSIONS:
            self.problem = built.problem or f"language not analysed: {self.language or 'container'}"
            return None
        for path in (context, *(f"{context}/{copied}" for copied in built.copied)):
            request = CodeRequest(self.template_folder, path, handler, self.language)
            code, problem = self.finder.locate(request)
            if code is not None:
                return code
            self.problem = self.problem or problem
        return None

    def _metadata(self) -> Value | None:
        return first(self.resource.attributes.get("Metadata"))

    def _only_context(self) -> str:
        """The folder of the one Dockerfile below the template's, when the template has but one
        image, so that it is the image of this function."""
        files = self.finder.named(self.template_folder, "Dockerfile") if self.only_image else []
        if len(files) != 1:
            return ""
        folder = files[0].rpartition("/")[0]
        return folder.removeprefix(self.template_folder).lstrip("/") or "."

    # --- layers -------------------------------------------------------------------------------

    def _layers(self) -> tuple[str, ...]:
        """The local folders that the function's layers put on its import path."""
        found: list[str] = []
        for value in items(self.resource.properties, "Layers"):
            for layer in self.graph.find(value, "layer"):
                for path in layer_folders(self.graph, self.finder, layer):
                    if path not in found:
                        found.append(path)
        return tuple(found)

    @property
    def template_folder(self) -> str:
        template = self.graph.templates.get(self.resource.template)
        return template.folder if template is not None else ""


def layer_folders(graph: Graph, finder: CodeFinder, layer: Resource) -> list[str]:
    """The folders of a layer with local content that stand on the import path.

    Source: "Packaging your layer content" (``python/``, ``nodejs/node_modules/``); a layer that
    the SAM command line builds keeps its sources at the content's top.
    """
    template = graph.templates.get(layer.template)
    folder = template.folder if template is not None else ""
    found = []
    for content in every(layer.properties, "Content"):
        path = string(content) if not isinstance(content, Mapping) else None
        base = finder.inside(folder, path) if path else None
        if base is None:
            continue
        for inner in ("python", "nodejs/node_modules", "nodejs", ""):
            candidate = "/".join(part for part in (base, inner) if part)
            if finder.is_folder(candidate):
                found.append(candidate)
    return found


def _inline_text(value: Scalar | Text) -> str:
    """Inline code; references stand as plain words that keep the line's shape."""
    if isinstance(value, Scalar):
        return str(value.value)
    return "".join(
        part if isinstance(part, str) else rendered(part).strip("<>") for part in value.parts
    )
