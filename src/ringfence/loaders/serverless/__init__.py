"""The Serverless Framework: a service file becomes the CloudFormation that the framework deploys.

Order: read the file (YAML, JSON, or an object written out in JavaScript or TypeScript), resolve
its variables, compile functions, roles and events to resources under the framework's own logical
ids, lay the user's ``resources`` over them, and resolve intrinsic functions as in any template.
Every resource stands at the line of the service file that asks for it.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ringfence.loaders.construct import mapping_of
from ringfence.model.location import Location, UnknownValue
from ringfence.model.value import Mapping, Scalar, Unknown, Value, string

if TYPE_CHECKING:
    from ringfence.loaders import LoadOptions
    from ringfence.loaders.serverless.builder import Builder
    from ringfence.loaders.serverless.resources import Sections
    from ringfence.loaders.template import Template
    from ringfence.loaders.tree import Tree

_SCRIPTS = (".ts", ".js", ".mjs", ".cjs")


def load_service(tree: Tree, file: str, options: LoadOptions) -> Template | None:
    """The template of a service file; None, with a note in ``tree.skipped``, when there is none.

    ``options.options`` are the framework's command line options, ``options.env`` the environment
    variables that may be read.
    """
    document = _document(tree, file)
    if document is None:
        return None
    if "functions" not in document and "resources" not in document and "provider" not in document:
        reason = "it declares no provider, functions or resources"
        tree.skip(file, reason, Location(file, 1), "exclude this file")
        return None
    return _compile(tree, document, file, options)


def _document(tree: Tree, file: str) -> Mapping | None:
    if file.endswith(_SCRIPTS):
        return _script(tree, file)
    document = tree.document(file)
    if isinstance(document, Mapping):
        return document
    if document is not None:
        tree.skip(file, "it is not a service", Location(file, 1), "exclude this file")
    return None


def _exports(tree: Tree, file: str) -> Mapping | None:
    """What a program that a variable names exports, as far as it is written out; None for a file
    that is not there."""
    from ringfence.loaders.serverless.imports import module_loader, parse
    from ringfence.loaders.serverless.script import exported_values

    module = parse(tree, file) if tree.is_file(file) else None
    return exported_values(module, module_loader(tree, file)) if module is not None else None


def _script(tree: Tree, file: str) -> Mapping | None:
    from ringfence.languages import parse_source
    from ringfence.loaders.serverless.imports import module_loader
    from ringfence.loaders.serverless.script import exported_object

    text = tree.code(file)
    language = "typescript" if file.endswith(".ts") else "javascript"
    found = exported_object(parse_source(file, text, language), module_loader(tree, file))
    if found is None:
        reason = "a program makes the service; only an object that is written out can be read"
        tree.skip(file, reason, Location(file, 1), "scan the compiled template (.serverless/)")
    return found


def _compile(tree: Tree, document: Mapping, file: str, options: LoadOptions) -> Template | None:
    from ringfence.loaders.intrinsics import resolve
    from ringfence.loaders.serverless.builder import Builder
    from ringfence.loaders.serverless.events import compile_events, finish
    from ringfence.loaders.serverless.functions import compile_functions
    from ringfence.loaders.serverless.resources import read_resources_once
    from ringfence.loaders.serverless.roles import compile_roles, plan_roles
    from ringfence.loaders.serverless.service import read_service
    from ringfence.loaders.serverless.settings import Settings
    from ringfence.loaders.serverless.variables import Variables

    folder = posixpath.dirname(file)
    settings = Settings(options.options, options.env, options.parameters)
    variables = Variables(document, tree, folder, settings, lambda path: _exports(tree, path))
    service = read_service(document, file, variables)
    name = string(service.provider.get("name")) or "aws"
    if name != "aws":
        from ringfence.loaders.serverless.outside import service_outside

        return service_outside(tree, service, name, folder)
    builder = Builder(service)
    plan_roles(builder)
    compile_functions(builder)
    compile_events(builder)
    if "stepFunctions" in document:
        from ringfence.loaders.serverless.step_functions import compile_state_machines

        compile_state_machines(builder)
    finish(builder)
    compile_roles(builder)
    _add_layers(builder)
    sections = read_resources_once(service)
    template = resolve(
        _assembled(builder, sections, document),
        file,
        folder,
        read_document=lambda target, place: tree.relative(folder, target, place),
        limits=tree.limits,
    )
    template.format = "serverless"
    template.description = _description(service.name)
    template.skipped.extend(builder.skipped)
    template.unknowns.extend(_unknown_settings(service.provider))
    for logical_id in builder.resources:
        made = template.resources.get(f"{file}#{logical_id}")
        if made is not None:
            owner = builder.owners.get(logical_id)
            made.generated_from = f"{file}#{owner}" if owner else ""
            made.shorthand = "serverless"
    return template


def _description(name: str) -> str:
    return f"service {name}" if name else ""


def _unknown_settings(provider: Mapping) -> list[UnknownValue]:
    return [
        UnknownValue(f"provider.{name}", value.reason, value.location)
        for name, value in provider.entries.items()
        if isinstance(value, Unknown)
    ]


def _add_layers(builder: Builder) -> None:
    """``layers`` of the service: folders that become layer versions."""
    from ringfence.loaders.serverless.naming import upper_first

    layers = mapping_of(builder.service.section("layers"))
    for name, value in layers.entries.items():
        given = mapping_of(value)
        if not given.entries:
            continue
        word = upper_first(name.replace("-", "Dash").replace("_", "Underscore"))
        builder.add(
            f"{word}LambdaLayer",
            "AWS::Lambda::LayerVersion",
            {
                "Content": given.get("path") or ".",
                "LayerName": given.get("name") or name,
                "Description": given.get("description"),
                "CompatibleRuntimes": given.get("compatibleRuntimes"),
                "LicenseInfo": given.get("licenseInfo"),
            },
            layers.key_location(name),
        )


def _assembled(builder: Builder, sections: Sections, document: Mapping) -> Mapping:
    """One CloudFormation document of compiled and written resources."""
    from ringfence.loaders.serverless.resources import merge

    resources = dict(builder.resources)
    places = dict(builder.places)
    for key, value in sections.found.get("Resources", {}).items():
        resources[key] = merge(resources[key], value) if key in resources else value
        places.setdefault(key, sections.places["Resources"][key])
    for key, value in sections.extensions.entries.items():
        if key in resources:
            resources[key] = merge(resources[key], value)
    place = document.location
    entries: dict[str, Value] = {"Resources": Mapping(resources, place, (), places)}
    for name, found in sections.found.items():
        if name != "Resources" and found:
            entries[name] = Mapping(found, place, (), sections.places[name])
    if sections.transform is not None:
        entries["Transform"] = sections.transform
    entries["Description"] = Scalar("", place)
    return Mapping(entries, place)
