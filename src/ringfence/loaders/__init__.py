"""A folder → :class:`~ringfence.model.application.Application`: every template that lies in it.

Order: find the templates (``discovery``), read them (``documents``), resolve them
(``intrinsics``, ``nested``; ``serverless`` for the Serverless Framework), expand what SAM shortens
(``sam``), and map the resources to the model (``aws``). Where there is no template, functions are
taken from code that looks like a handler (``codeonly``). What cannot be read is in
``Application.skipped``.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as MappingType
from pathlib import Path
from typing import TYPE_CHECKING

from ringfence.errors import Exhausted, NothingToRead, defect_of
from ringfence.loaders.limits import LIMITS, Limits
from ringfence.model.application import Application
from ringfence.model.location import Location, Skipped
from ringfence.model.record import field, record

if TYPE_CHECKING:
    from ringfence.loaders.discovery import Discovery
    from ringfence.loaders.glance import Glances, KnownGlances
    from ringfence.loaders.nested import Stacks
    from ringfence.loaders.template import Template
    from ringfence.loaders.tree import Tree
    from ringfence.model.value import Value


@record(frozen=True)
class LoadOptions:
    """What decides how templates are read.

    ``env`` are the names of environment variables that templates may read; ``parameters`` the
    template parameters (``--param``); ``options`` the ``${opt:}`` of the Serverless Framework;
    ``exclude`` globs of paths relative to the root.
    """

    env: frozenset[str] = frozenset()
    parameters: MappingType[str, str] = field(default_factory=dict)
    options: MappingType[str, str] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    limits: Limits = LIMITS


def load_application(root: Path, options: LoadOptions | None = None) -> Application:
    """All that is declared in a folder as one application, or one template file (then its folder
    is the root). A scan divides a folder into several: ``discovery.parts_of``.

    Raises:
        NothingToRead: there is neither a template nor function code.
    """
    options = options or LoadOptions()
    tree, found, _ = find(root, options)
    application = load(tree, found, options)
    if not application.templates and not application.functions:
        raise nothing(root, application.skipped, found)
    if not application.templates:
        from ringfence.loaders.codeonly import notes_of

        triggers = application.triggers.values()
        application.skipped[:0] = notes_of(triggers, found.files)
    return application


def find(
    root: Path, options: LoadOptions, known: KnownGlances | None = None
) -> tuple[Tree, Discovery, Glances]:
    """The folder, the candidate files in it, and the looks that told them. ``known`` are looks of
    an earlier scan.

    Raises:
        NothingToRead: there is no such folder or file.
    """
    from ringfence.loaders.discovery import discover
    from ringfence.loaders.glance import Glances
    from ringfence.loaders.tree import Tree

    if not root.exists():
        raise NothingToRead("no such file or folder", str(root), "give the path of an application")
    folder = root if root.is_dir() else root.parent
    tree = Tree(folder, options.exclude, options.limits)
    glances = Glances(tree, known or {})
    found = discover(tree, glances) if root.is_dir() else single(tree, root.name)
    return tree, found, glances


def load(tree: Tree, found: Discovery, options: LoadOptions) -> Application:
    """The application that the candidate files declare."""
    from ringfence.loaders.nested import Stacks, name_pattern

    stacks = Stacks(tree, dict(options.parameters))
    templates = load_templates(tree, stacks, found, options)
    application = build(templates, tree, found)
    application.asks |= stacks.asks
    application.exports += [name_pattern(e.name) for item in templates for e in item.exports]
    collect(application, tree, found, templates)
    return application


def single(tree: Tree, name: str) -> Discovery:
    """One file, given by the user: the only template, or a file of code."""
    from ringfence.loaders.codeonly import language_of_file
    from ringfence.loaders.discovery import Discovery
    from ringfence.loaders.glance import is_template

    if name.startswith("serverless.") and not name.endswith(".template"):
        return Discovery(serverless=[name], files=[name])
    if language_of_file(name):
        return Discovery(files=[name])
    document = tree.document(name)
    if document is None or is_template(document):
        return Discovery(templates=[name] if document is not None else [], files=[name])
    tree.skip(name, "no template that Ringfence knows", Location(name, 1), "give another file")
    return Discovery(files=[name])


def load_templates(
    tree: Tree, stacks: Stacks, found: Discovery, options: LoadOptions
) -> list[Template]:
    """All templates, resolved, with their shorthands expanded."""
    templates = stacks.load(found.templates)
    templates.extend(services(tree, found.serverless, options))
    for template in templates:
        if template.format == "sam":
            expand(tree, template)
    return templates


def expand(tree: Tree, template: Template) -> None:
    """Write the shorthands of a SAM template out; what fails of one template stays in it."""
    from ringfence.loaders.sam import expand as expand_sam

    place = Location(template.path, 1)
    try:
        expand_sam(template, reader_of(template))
    except Exhausted as reason:
        tree.skip(template.path, f"not read to the end: {reason}", place)
    except Exception as problem:
        tree.skip(template.path, defect_of(problem), place)


def services(tree: Tree, files: list[str], options: LoadOptions) -> list[Template]:
    """The services of the Serverless Framework."""
    if not files:
        return []
    from ringfence.loaders.serverless import load_service

    found = []
    for file in files:
        place = Location(file, 1)
        try:
            found.append(load_service(tree, file, options))
        except Exhausted as reason:
            tree.skip(file, f"not read to the end: {reason}", place)
        except Exception as problem:
            tree.skip(file, defect_of(problem), place)
    return [service for service in found if service is not None]


def reader_of(template: Template) -> Callable[[str], Value | None]:
    """Reads a file that a template names, and notes at the template when it cannot."""
    place = Location(template.path, 1)

    def read(target: str) -> Value | None:
        return template.read_document(target, place) if template.read_document else None

    return read


def build(templates: list[Template], tree: Tree, found: Discovery) -> Application:
    """The graph; functions from code where no template declares anything."""
    if templates:
        from ringfence.loaders.aws import build as build_aws

        application = build_aws(templates, tree.root, tree.trace)
        if any(template.outside for template in templates):
            from ringfence.loaders.outside import add_outside

            add_outside(application, templates, tree)
        return application
    from ringfence.loaders.codeonly import build_from_code

    return build_from_code(tree, found.files)


def collect(
    application: Application, tree: Tree, found: Discovery, templates: list[Template]
) -> None:
    """Add what was skipped or unknown on the way, each once."""
    notes = [*found.skipped, *tree.skipped]
    unknowns = []
    for template in templates:
        notes.extend(template.skipped)
        unknowns.extend(template.unknowns)
    application.skipped[:] = dict.fromkeys([*application.skipped, *notes])
    application.unknowns[:] = dict.fromkeys([*application.unknowns, *unknowns])


def nothing(root: Path, skipped: list[Skipped], found: Discovery) -> NothingToRead:
    """The error for a place without anything to scan: why, as far as that can be told."""
    from ringfence.loaders.codeonly import declared_otherwise

    if skipped:
        first = skipped[0]
        where = str(first.location) if first.location is not None else first.what
        return NothingToRead(first.reason, where, first.cure)
    other = declared_otherwise(found.files)
    if other is not None:
        return NothingToRead(f"no template, only {other[0]}", str(root), other[1])
    return NothingToRead(
        "no template (AWS SAM, CloudFormation, Serverless Framework) and no function code",
        str(root),
        "give the folder that holds the application",
    )
