"""The applications of a folder, told from names and a look at each file.

A monorepo has thousands of YAML and JSON files; a file is parsed only when its bytes speak of
CloudFormation types (``glance``). What a deployment tool wrote (``cdk.out``, ``.aws-sam``,
``.serverless``, ``packaged.yaml``) repeats templates that are read already, so it is left out with
a note; but a CDK application has no other template, so ``cdk.out`` is read where nothing else
declares anything. :func:`parts_of` divides what was found: the templates of one folder and those
that they nest are one application, and so is code below one manifest that no template stands above.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable
from typing import TypeVar

from ringfence.loaders.clouds.manifests import entries_beside, is_host
from ringfence.loaders.codeonly import (
    code_root,
    manifests_in,
    may_declare,
)
from ringfence.loaders.glance import SERVERLESS_FILES, TEMPLATE_SUFFIXES, Glances
from ringfence.loaders.tree import Tree
from ringfence.model.location import Location, Skipped
from ringfence.model.record import field, record

Key = TypeVar("Key", str, int)

#: Templates of more bytes than this together are looked at from the smallest on.
_MANY_BYTES = 2_000_000


@record()
class Discovery:
    """Candidate files by format; ``files`` is everything that the walk saw."""

    templates: list[str] = field(default_factory=list)
    serverless: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The first file, by which an application is told from others."""
        return min([*self.templates, *self.serverless, *self.files], default="")


def discover(tree: Tree, glances: Glances | None = None) -> Discovery:
    """The templates below the root of a tree, each looked at once and known to be one."""
    glances = glances or Glances(tree)
    walk = tree.walk()
    found = Discovery(files=walk.files, skipped=walk.skipped)
    found.serverless = [file for file in walk.files if posixpath.basename(file) in SERVERLESS_FILES]
    found.templates = candidates(tree, walk.files, glances)
    found.templates = _without_fragments(glances, found)
    found.templates = _without_packaged(glances, found)
    if not found.templates and not found.serverless:
        found.templates = _synthesised(tree, walk.built, glances)
    read = {posixpath.dirname(file) for file in found.templates}
    for folder in walk.built:
        if folder not in read:
            reason = "output of a deployment tool; its sources are read instead"
            found.skipped.append(Skipped(folder, reason, Location(folder, 1), f"scan {folder}"))
    return found


def candidates(tree: Tree, files: list[str], glances: Glances) -> list[str]:
    """The files that are templates. Where they may be more than one scan reads, the smallest come
    first, so that one that somebody blew up does not crowd out the others."""
    named = [file for file in files if file.endswith(TEMPLATE_SUFFIXES)]
    sizes = {file: tree.size(file) for file in named}
    ordered = sorted(named, key=sizes.__getitem__) if sum(sizes.values()) > _MANY_BYTES else named
    kept = {file for file in ordered if glances.template(file).template}
    return [file for file in named if file in kept]


def _without_fragments(glances: Glances, found: Discovery) -> list[str]:
    """Templates without those that a Serverless Framework service reads as its ``resources``: the
    files it names, and files below it that have neither a format version nor a transform."""
    services = {posixpath.dirname(file) for file in found.serverless}
    named = {target for file in found.serverless for target in glances.service(file).included}
    kept: list[str] = []
    for file in found.templates:
        marked = glances.template(file).marked
        below = any(folder in services for folder in folders_above(file))
        if file not in named and (marked or not below):
            kept.append(file)
    return kept


def folders_above(file: str) -> list[str]:
    """The folder of a file and all above it, the root "" last."""
    folders = []
    folder = posixpath.dirname(file)
    while folder:
        folders.append(folder)
        folder = posixpath.dirname(folder)
    return [*folders, ""]


def _without_packaged(glances: Glances, found: Discovery) -> list[str]:
    """Templates without those that a package step made of another: the same logical ids, in the
    same folder or one above, with code in a bucket where the other has a local path."""
    identities: dict[str, list[str]] = {}
    for file in found.templates:
        identities.setdefault(glances.template(file).names, []).append(file)
    dropped: set[str] = set()
    for files in identities.values():
        if len(files) < 2:
            continue
        sources = [file for file in files if not glances.template(file).remote]
        known = set(sources)
        by_folder: dict[str, str] = {}
        for source in sources:
            by_folder.setdefault(posixpath.dirname(source), source)
        for file in files:
            if file in known:
                continue
            near = [by_folder[folder] for folder in folders_above(file) if folder in by_folder]
            if near:
                dropped.add(file)
                reason = f"packaged form of {near[0]}, which is read instead"
                found.skipped.append(Skipped(file, reason, Location(file, 1)))
    return [file for file in found.templates if file not in dropped]


def _synthesised(tree: Tree, built: list[str], glances: Glances) -> list[str]:
    """The templates in ``cdk.out`` folders."""
    found: list[str] = []
    for folder in built:
        if posixpath.basename(folder) == "cdk.out":
            files = tree.walk(folder, into_built=True).files
            found += [
                file
                for file in files
                if file.endswith(".template.json") and glances.template(file).template
            ]
    return found


def parts_of(found: Discovery, glances: Glances) -> list[Discovery]:
    """What was found, divided into applications that know nothing of each other."""
    parts: dict[str, Discovery] = {}
    for file in found.templates:
        parts.setdefault(posixpath.dirname(file), Discovery()).templates.append(file)
    for file in found.serverless:
        parts.setdefault(posixpath.dirname(file), Discovery()).serverless.append(file)
    homes = {file: posixpath.dirname(file) for file in found.templates}
    nests = [
        (homes[file], homes[child])
        for file in found.templates
        for child in glances.template(file).included
        if child in homes
    ]
    return [together(parts[key] for key in keys) for keys in grouped(sorted(parts), nests)]


def grouped(keys: Iterable[Key], links: Iterable[tuple[Key, Key]]) -> list[list[Key]]:
    """Keys in their order, those that links connect in one list."""
    leader = {key: key for key in keys}

    def lead(key: Key) -> Key:
        while leader[key] != key:
            leader[key] = key = leader[leader[key]]
        return key

    order = {key: index for index, key in enumerate(leader)}
    for one, other in links:
        first, second = sorted((lead(one), lead(other)), key=order.__getitem__)
        leader[second] = first
    groups: dict[Key, list[Key]] = {}
    for key in order:
        groups.setdefault(lead(key), []).append(key)
    return list(groups.values())


def together(parts: Iterable[Discovery]) -> Discovery:
    """Several applications as one."""
    whole = Discovery()
    for part in parts:
        whole.templates += part.templates
        whole.serverless += part.serverless
        whole.files += part.files
    return whole


def bare_parts(
    found: Discovery, tree: Tree, glances: Glances, covered: Collection[str]
) -> list[Discovery]:
    """The code with handlers that no template stands above, by the folder where imports start.

    ``covered`` are the handler files of applications with templates: the code around one belongs
    to it, though its template may stand elsewhere.
    """
    known = frozenset(found.files)
    declared = {posixpath.dirname(file) for file in (*found.templates, *found.serverless)}
    beside = entries_beside(tree, found.files)
    code = [file for file in found.files if may_declare(file)]
    if declared:
        # What says itself which cloud it is for belongs to no template of AWS above it.
        hosts = {posixpath.dirname(file) for file in found.files if is_host(file)} - declared
        code = [
            file
            for file in code
            if declared.isdisjoint(above := folders_above(file))
            or not hosts.isdisjoint(above)
            or file in beside
        ]
    limit = tree.limits.code_files
    if len(code) > limit:
        reason = f"more than {limit} files of code; the rest was not looked at"
        found.skipped.append(Skipped(".", reason, None, "scan a smaller folder"))
    taken = {folder for file in covered for folder in folders_above(file)}
    parts: dict[str, Discovery] = {}
    for file in code[:limit]:
        root = code_root(file, known)
        if root not in taken and (file in beside or glances.code(file).handlers):
            part = parts.setdefault(root, Discovery(files=manifests_in(root, known)))
            part.files.append(file)
            manifests = {entry.manifest for entry in beside.get(file, ())}
            part.files += sorted(manifests.difference(part.files))
    return [parts[root] for root in sorted(parts)]
