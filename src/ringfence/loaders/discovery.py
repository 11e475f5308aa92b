"""Which files of a folder are templates, told from names and a look at the bytes, not by parsing.

A monorepo has thousands of YAML and JSON files; a file is parsed only when its bytes speak of
CloudFormation types. What a deployment tool wrote (``cdk.out``, ``.aws-sam``, ``.serverless``,
``packaged.yaml``) repeats templates that are read already, so it is left out with a note; but a
CDK application has no other template, so ``cdk.out`` is read where nothing else declares anything.
"""

from __future__ import annotations

import posixpath
import re

from ringfence.loaders.intrinsics_values import literal_text
from ringfence.loaders.tree import Tree
from ringfence.model.location import Location, Skipped
from ringfence.model.record import field, record
from ringfence.model.value import Mapping, Sequence, Value

TEMPLATE_SUFFIXES = (".yml", ".yaml", ".json", ".template", ".cfn", ".cform")
SERVERLESS_FILES = frozenset(
    f"serverless{suffix}" for suffix in (".yml", ".yaml", ".json", ".ts", ".js", ".mjs", ".cjs")
)
_NEVER = frozenset((
    "package.json", "package-lock.json", "npm-shrinkwrap.json", "composer.json", "composer.lock",
    "pnpm-lock.yaml", "tsconfig.json", "manifest.json", "cdk.json", "tree.json",
))  # fmt: skip
#: The key Resources, as any format writes it, and a resource type. Both begin with known text, for
#: which the regular expression engine searches fast.
#: Either says that a file is a template, whatever its resources look like.
_MARKS = (b"AWSTemplateFormatVersion", b"AWS::Serverless-2016-10-31")
_RESOURCES = re.compile(rb"""Resources["']?\s*:""")
_TYPE = re.compile(rb"""Type["']?\s*:[^\n,}]{0,40}\b(?:AWS|Alexa)::""")
_BEFORE_KEY = frozenset(b" \t\n\r\"'{,\xbf\xfe\xff")  # the last three end a byte order mark
_INCLUDED = re.compile(rb"file\(\s*([^)$:,\s]{1,300})\s*\)")
_MANY_BYTES = 2_000_000
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


@record()
class Discovery:
    """Candidate files by format; ``files`` is everything that the walk saw."""

    templates: list[str] = field(default_factory=list)
    serverless: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def discover(tree: Tree) -> Discovery:
    """The templates below the root of a tree, each parsed once and known to be one."""
    walk = tree.walk()
    found = Discovery(files=walk.files, skipped=walk.skipped)
    found.serverless = [file for file in walk.files if posixpath.basename(file) in SERVERLESS_FILES]
    found.templates = candidates(tree, walk.files)
    found.templates = _without_fragments(tree, found)
    found.templates = _without_packaged(tree, found)
    if not found.templates and not found.serverless:
        found.templates = _synthesised(tree, walk.built)
    read = {posixpath.dirname(file) for file in found.templates}
    for folder in walk.built:
        if folder not in read:
            reason = "output of a deployment tool; its sources are read instead"
            found.skipped.append(Skipped(folder, reason, Location(folder, 1), f"scan {folder}"))
    return found


def candidates(tree: Tree, files: list[str]) -> list[str]:
    """The files that are templates. Where they may be more than one scan reads, the smallest come
    first, so that one that somebody blew up does not crowd out the others."""
    named = [file for file in files if file.endswith(TEMPLATE_SUFFIXES)]
    sizes = {file: tree.size(file) for file in named}
    ordered = sorted(named, key=sizes.__getitem__) if sum(sizes.values()) > _MANY_BYTES else named
    kept = {file for file in ordered if is_candidate(tree, file)}
    return [file for file in named if file in kept]


def is_candidate(tree: Tree, file: str) -> bool:
    """Whether the name and the bytes of a file look like a CloudFormation template, and the
    parsed document, or the failure to parse it, does not speak against it."""
    name = posixpath.basename(file)
    if not name.endswith(TEMPLATE_SUFFIXES) or name in _NEVER or name in SERVERLESS_FILES:
        return False
    data = tree.head(file, TEMPLATE_SUFFIXES)
    if data is None:
        return False
    if data.startswith(_WIDE_MARKS):
        data = data.replace(b"\0", b"")
    if not _speaks_of_resources(data):
        return False
    document = tree.document(file)
    return document is not None and is_template(document)


def _speaks_of_resources(data: bytes) -> bool:
    if not any(mark in data for mark in _MARKS) and _TYPE.search(data) is None:
        return False
    for match in _RESOURCES.finditer(data):
        if match.start() == 0 or data[match.start() - 1] in _BEFORE_KEY:
            return True
    return False


def is_template(document: Value) -> bool:
    """Whether a document has resources with provider types."""
    resources = document.get("Resources") if isinstance(document, Mapping) else None
    if not isinstance(resources, Mapping):
        return False
    return any(
        key.startswith("Fn::")
        or (isinstance(body, Mapping) and "::" in (literal_text(body.get("Type")) or ""))
        for key, body in resources.entries.items()
    )


def _without_fragments(tree: Tree, found: Discovery) -> list[str]:
    """Templates without those that a Serverless Framework service reads as its ``resources``: the
    files it names, and files below it that have neither a format version nor a transform."""
    services = {posixpath.dirname(file) for file in found.serverless}
    named = {target for file in found.serverless for target in _named_files(tree, file)}
    kept: list[str] = []
    for file in found.templates:
        document = tree.document(file)
        assert isinstance(document, Mapping)
        marked = "AWSTemplateFormatVersion" in document or "Transform" in document
        below = any(folder in services for folder in _folders_above(file))
        if file not in named and (marked or not below):
            kept.append(file)
    return kept


def _named_files(tree: Tree, service: str) -> list[str]:
    """The files that a service includes with ``${file(…)}``, as far as the path is literal."""
    folder = posixpath.dirname(service)
    names = _INCLUDED.findall(tree.head(service) or b"")
    paths = (tree.inside(folder, name.decode("utf-8", "replace")) for name in names[:500])
    return [path for path in paths if path is not None]


def _folders_above(file: str) -> list[str]:
    folders = []
    folder = posixpath.dirname(file)
    while folder:
        folders.append(folder)
        folder = posixpath.dirname(folder)
    return [*folders, ""]


def _without_packaged(tree: Tree, found: Discovery) -> list[str]:
    """Templates without those that a package step made of another: the same logical ids, in the
    same folder or one above, with code in a bucket where the other has a local path."""
    identities: dict[frozenset[str], list[str]] = {}
    for file in found.templates:
        identities.setdefault(_logical_ids(tree, file), []).append(file)
    dropped: set[str] = set()
    for files in identities.values():
        if len(files) < 2:
            continue
        sources = [file for file in files if not _has_remote_code(tree.document(file))]
        known = set(sources)
        by_folder: dict[str, str] = {}
        for source in sources:
            by_folder.setdefault(posixpath.dirname(source), source)
        for file in files:
            if file in known:
                continue
            near = [by_folder[folder] for folder in _folders_above(file) if folder in by_folder]
            if near:
                dropped.add(file)
                reason = f"packaged form of {near[0]}, which is read instead"
                found.skipped.append(Skipped(file, reason, Location(file, 1)))
    return [file for file in found.templates if file not in dropped]


def _logical_ids(tree: Tree, file: str) -> frozenset[str]:
    document = tree.document(file)
    resources = document.get("Resources") if isinstance(document, Mapping) else None
    return frozenset(resources.entries) if isinstance(resources, Mapping) else frozenset()


def _has_remote_code(document: Value | None) -> bool:
    """Whether some text of the document is a ``s3://`` address, or a Code object names a key."""
    stack: list[Value] = [document] if document is not None else []
    while stack:
        node = stack.pop()
        if isinstance(node, Mapping):
            if "S3Key" in node or ("Bucket" in node and "Key" in node):
                return True
            stack.extend(node.entries.values())
        elif isinstance(node, Sequence):
            stack.extend(node.items)
        elif (literal_text(node) or "").startswith("s3://"):
            return True
    return False


def _synthesised(tree: Tree, built: list[str]) -> list[str]:
    """The templates in ``cdk.out`` folders."""
    found: list[str] = []
    for folder in built:
        if posixpath.basename(folder) == "cdk.out":
            files = tree.walk(folder, into_built=True).files
            found += [
                file
                for file in files
                if file.endswith(".template.json") and is_candidate(tree, file)
            ]
    return found


#: Files that tell of another way to declare an application, with what to do about it.
_OTHER_WAYS = (
    (re.compile(r"(?:^|/)cdk\.json$"), "a CDK application that is not synthesised",
     "run 'cdk synth' and scan again: the templates in cdk.out are read"),
    (re.compile(r"\.tf(?:\.json)?$"), "Terraform, which Ringfence does not read yet",
     "scan a CloudFormation, SAM or Serverless Framework template of it"),
    (re.compile(r"(?:^|/)Pulumi\.ya?ml$"), "a Pulumi program, which Ringfence does not read",
     "scan a CloudFormation, SAM or Serverless Framework template of it"),
)  # fmt: skip


def declared_otherwise(files: list[str]) -> tuple[str, str] | None:
    """What else declares an application without templates, and the cure; None when nothing
    does."""
    for pattern, what, cure in _OTHER_WAYS:
        if any(pattern.search(file) for file in files):
            return what, cure
    return None
