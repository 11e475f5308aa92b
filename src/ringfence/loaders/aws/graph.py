"""The application while it is being built: every resource, and how values lead to them.

A value names a resource by reference, by its literal physical name, by an ARN or by a queue's
URL; :meth:`Graph.find` follows all of these through undecided conditions, aliases, versions
and the outputs of nested stacks.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from ringfence.loaders.aws.kinds import ARN_NAMES, kind_of, name_property
from ringfence.loaders.aws.values import (
    alternatives,
    every,
    objects,
    references,
    rendered,
    text_of,
)
from ringfence.loaders.template import Template, TemplateResource
from ringfence.model.application import (
    Application,
    Function,
    Resource,
    ResourcePolicy,
    TemplateFile,
)
from ringfence.model.location import Location, Skipped, UnknownValue
from ringfence.model.value import Mapping, Reference, Value, string

#: Types whose value stands for a function, and the property that names it.
_STANDS_FOR_FUNCTION = {
    "AWS::Lambda::Alias": "FunctionName",
    "AWS::Lambda::Version": "FunctionName",
    "AWS::Lambda::Url": "TargetFunctionArn",
}
_MAXIMUM_HOPS = 8
#: A name with an unknown part says something only when this much of it is known.
_SHORTEST_KNOWN_PART = 4


class Graph:
    """Indices over the templates' resources, and the application they become."""

    def __init__(self, templates: list[Template], root: Path) -> None:
        self.root = root
        self.templates = {template.path: template for template in templates}
        self.application = Application(
            str(root),
            tuple(TemplateFile(item.path, item.format, item.description) for item in templates),
        )
        self.by_type: dict[str, list[Resource]] = {}
        self.names: dict[str, list[Resource]] = {}
        self.logical: dict[str, list[Resource]] = {}
        self.policies: dict[str, list[ResourcePolicy]] = {}
        self.children: dict[str, list[Resource]] = {}
        for template in templates:
            self.application.skipped.extend(template.skipped)
            self.application.unknowns.extend(template.unknowns)
            for resource in template.resources.values():
                self.add(resource)

    def add(self, declared: TemplateResource) -> None:
        kind = kind_of(declared.type)
        name = declared.properties.get(name_property(declared.type, declared.properties))
        resource = Resource(
            declared.id,
            declared.type,
            kind,
            declared.properties,
            declared.location,
            declared.attributes,
            name,
            declared.generated_from,
            tags_of(declared.properties),
            declared.shorthand,
        )
        self.application.resources[resource.id] = resource
        self.by_type.setdefault(resource.type, []).append(resource)
        self.logical.setdefault(resource.logical_id, []).append(resource)
        for branch in alternatives(name):
            key = _name_key(branch)
            if key:
                self.names.setdefault(key, []).append(resource)

    # --- what there is ------------------------------------------------------------------------

    def of(self, *types: str) -> list[Resource]:
        """The resources of these provider types, in template order."""
        return [resource for name in types for resource in self.by_type.get(name, ())]

    def resource(self, identifier: str) -> Resource | None:
        return self.application.resources.get(identifier)

    def functions(self, value: Value | None) -> list[Function]:
        """The functions that a value names, also by alias, version or integration URI."""
        found = []
        for resource in self.find(value, "function"):
            function = self.application.functions.get(resource.id)
            if function is not None and function not in found:
                found.append(function)
        return found

    def find(self, value: Value | None, *kinds: str) -> list[Resource]:
        """The resources of the given kinds (any, when none is given) that a value names."""
        found: list[Resource] = []
        for branch in alternatives(value):
            for resource in self._named_by(branch, kinds, _MAXIMUM_HOPS):
                if resource not in found:
                    found.append(resource)
        return found

    def _named_by(self, value: Value, kinds: tuple[str, ...], hops: int) -> list[Resource]:
        if hops <= 0:
            return []
        found = []
        for reference in references(value):
            found.extend(self._referenced(reference, kinds, hops))
        if found:
            return found
        if isinstance(value, Mapping):
            return self._written_out(text_of(value, "Fn::Sub"), kinds)
        text = rendered(value)
        return self._literally(text, kinds, value.location.file) or self._written_out(text, kinds)

    def _referenced(
        self, reference: Reference, kinds: tuple[str, ...], hops: int
    ) -> list[Resource]:
        resource = self.application.resources.get(reference.resource)
        if resource is None:
            return []
        if not kinds or resource.kind in kinds:
            return [resource]
        if "function" in kinds and resource.type in _STANDS_FOR_FUNCTION:
            held = resource.properties.get(_STANDS_FOR_FUNCTION[resource.type])
            return self._all_named(held, kinds, hops)
        if resource.type == "AWS::CloudFormation::Stack":
            return self._all_named(self._output(resource, reference.attribute), kinds, hops)
        if resource.type == "AWS::Kinesis::StreamConsumer":
            return self._all_named(resource.properties.get("StreamARN"), kinds, hops)
        return []

    def _all_named(self, value: Value | None, kinds: tuple[str, ...], hops: int) -> list[Resource]:
        return [
            resource
            for branch in alternatives(value)
            for resource in self._named_by(branch, kinds, hops - 1)
        ]

    def _output(self, stack: Resource, attribute: str) -> Value | None:
        """The value that a nested stack in a local file gives out."""
        prefix, _, name = attribute.partition(".")
        parent = self.templates.get(stack.template)
        if prefix != "Outputs" or parent is None:
            return None
        url = text_of(stack.properties, "TemplateURL") or text_of(stack.properties, "Location")
        path = normal_path(parent.folder, url)
        child = self.templates.get(path) if path is not None else None
        return child.outputs.get(name) if child is not None else None

    def _literally(self, text: str, kinds: tuple[str, ...], file: str) -> list[Resource]:
        """Resources of that name, those of the template that writes it before all others."""
        if not text:
            return []
        for name, wanted in _names_in(text):
            found = [
                resource
                for resource in self.names.get(name, ())
                if (not kinds or resource.kind in kinds) and (not wanted or resource.kind in wanted)
            ]
            if found:
                own = [resource for resource in found if resource.location.file == file]
                return own or found
            self.application.asks.add(f"{','.join(wanted or kinds)}:{name.replace('${?}', '*')}")
        return []

    def _written_out(self, text: str, kinds: tuple[str, ...]) -> list[Resource]:
        """Resources by the ``${LogicalId.Arn}`` of a file that the deployment does not resolve."""
        found: list[Resource] = []
        for piece in text.split("${")[1:]:
            name = piece.partition("}")[0].partition(".")[0]
            for resource in self.logical.get(name, ()):
                if not kinds or resource.kind in kinds:
                    found.append(resource)
        return found

    # --- what is noted ------------------------------------------------------------------------

    def skip(self, what: str, reason: str, location: Location | None, cure: str = "") -> None:
        self.application.skipped.append(Skipped(what, reason, location, cure))

    def unknown(self, what: str, reason: str, location: Location | None) -> None:
        self.application.unknowns.append(UnknownValue(what, reason, location))


def tags_of(properties: Mapping) -> dict[str, str]:
    """Known tags of a resource, from a list of Key/Value objects or a plain object."""
    tags: dict[str, str] = {}
    for held in ("Tags", "HostedZoneTags", "UserPoolTags", "FileSystemTags"):
        for branch in every(properties, held):
            if isinstance(branch, Mapping):
                for key, value in branch.entries.items():
                    tags[key] = string(value) or ""
            else:
                for item in objects(branch):
                    key = text_of(item, "Key")
                    if key:
                        tags[key] = text_of(item, "Value")
    return tags


def name_of(resource: Resource) -> str:
    """What people call a resource: its literal physical name, else its logical id."""
    known = string(resource.name)
    return known if known and "${" not in known else resource.logical_id


def normal_path(folder: str, path: str) -> str | None:
    """``path`` relative to ``folder`` as a path relative to the root; None when it leaves it or
    is no local path. The root itself is ""."""
    if "://" in path or "\\" in path or "\0" in path or path.startswith(("/", "~")):
        return None
    parts: list[str] = []
    for part in PurePosixPath(folder, path).parts:
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def arn_service(text: str) -> str:
    """The service of an ARN in rendered form (see :func:`rendered`); "" when it is none."""
    parts = text.split(":", 3)
    return parts[2] if len(parts) > 3 and parts[0] == "arn" else ""


def _name_key(value: Value) -> str:
    key = rendered(value)
    known = key.replace("${?}", "")
    if key != known and len(known.strip("-_./")) < _SHORTEST_KNOWN_PART:
        return ""
    return key


def _names_in(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """The physical names that a text may write, each with the kinds it may be (any: ())."""
    if text.startswith("arn:") or text.startswith("${?}:"):
        parts = text.split(":", 5)
        if len(parts) < 6:
            return []
        if parts[2] == "apigateway":
            # arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<arn>/invocations
            _, found, inner = text.partition("/functions/")
            return _names_in(inner.partition("/invocations")[0]) if found else []
        return _names_in_arn(parts[2], parts[5])
    if text.startswith(("https://sqs.", "http://sqs.", "https://queue.")):
        return [(text.rstrip("/").rpartition("/")[2], ("queue",))]
    if ":function:" in text:
        return [(text.partition(":function:")[2].partition(":")[0], ("function",))]
    return [(text, ()), (text.partition(":")[0], ("function",))]


def _names_in_arn(service: str, rest: str) -> list[tuple[str, tuple[str, ...]]]:
    prefixes, kinds = ARN_NAMES.get(service, ((), ()))
    for prefix in prefixes:
        if not rest.startswith(prefix):
            continue
        name = rest[len(prefix) :]
        if service == "iam":
            return [(name.rpartition("/")[2], kinds)]
        if service in ("secretsmanager", "ssm", "logs", "ecr"):
            return [(name.removesuffix(":*"), kinds), (name.removesuffix("-??????"), kinds)]
        if service == "events" and prefix == "rule/":
            return [(name.rpartition("/")[2], ("rule",))]
        return [(name.partition("/")[0].partition(":")[0], kinds)]
    return []


__all__ = ["Graph", "arn_service", "kind_of", "name_of", "normal_path", "tags_of"]
