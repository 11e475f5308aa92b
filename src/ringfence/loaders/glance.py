"""What one look at a file tells of it: a template, and of which kind; code with handlers.

A glance is small and depends on nothing but the file's content, so it can be kept from one scan to
the next, and the tree divided into applications without parsing every template again.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping as MappingType

from ringfence.loaders.intrinsics_values import literal_text
from ringfence.loaders.trace import Signature, digest_of, signature_of
from ringfence.loaders.tree import Tree
from ringfence.model.location import Skipped
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
#: Either says that a file is a template, whatever its resources look like.
_MARKS = (b"AWSTemplateFormatVersion", b"AWS::Serverless-2016-10-31")
#: The key Resources, as any format writes it, and a resource type. Both begin with known text, for
#: which the regular expression engine searches fast.
_RESOURCES = re.compile(rb"""Resources["']?\s*:""")
_TYPE = re.compile(rb"""Type["']?\s*:[^\n,}]{0,40}\b(?:AWS|Alexa)::""")
_BEFORE_KEY = frozenset(b" \t\n\r\"'{,\xbf\xfe\xff")  # the last three end a byte order mark
_INCLUDED = re.compile(rb"file\(\s*([^)$:,\s]{1,300})\s*\)")
#: The types that nest a template, with the property that says where it lies.
NESTING = {
    "AWS::CloudFormation::Stack": "TemplateURL",
    "AWS::Serverless::Application": "Location",
}
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


@record(frozen=True)
class Handler:
    """A function of a source file that looks like a handler."""

    symbol: str
    line: int


@record(frozen=True)
class Glance:
    """``marked`` says that a template has a format version or a transform, ``names`` is a digest of
    its logical ids, ``remote`` tells of code in a bucket. ``included`` are the files that a service
    reads, or the templates that one nests, relative to the root. ``notes`` tell what could not be
    read, and why a file that looks like a template is none."""

    template: bool = False
    marked: bool = False
    names: str = ""
    remote: bool = False
    included: tuple[str, ...] = ()
    handlers: tuple[Handler, ...] = ()
    notes: tuple[Skipped, ...] = ()


NOTHING = Glance()

#: Glances of an earlier scan, with the signatures that the files had then.
KnownGlances = MappingType[str, tuple[Signature, Glance]]


@record()
class Glances:
    """Looks at files of a tree once each. ``known`` are the glances of an earlier scan, with the
    signatures of the files at that time; ``taken`` those of this one."""

    tree: Tree
    known: KnownGlances = field(default_factory=dict)
    taken: dict[str, tuple[Signature, Glance]] = field(default_factory=dict)

    def template(self, file: str) -> Glance:
        """Of a file whose name may be that of a template."""
        name = posixpath.basename(file)
        if not name.endswith(TEMPLATE_SUFFIXES) or name in _NEVER or name in SERVERLESS_FILES:
            return NOTHING
        return self._remembered(file) or self._keep(file, _template(self.tree, file))

    def service(self, file: str) -> Glance:
        """Of a file of the Serverless Framework."""
        return self._remembered(file) or self._keep(file, _service(self.tree, file))

    def code(self, file: str) -> Glance:
        """Of a source file."""
        return self._remembered(file) or self._keep(file, _code(self.tree, file))

    def _remembered(self, file: str) -> Glance | None:
        if file in self.taken:
            return self.taken[file][1]
        known = self.known.get(file)
        if known is None or known[0] != signature_of(f"{self.tree.root}/{file}"):
            return None
        self.taken[file] = known
        return known[1]

    def _keep(self, file: str, glance: Glance) -> Glance:
        signature = self.tree.trace.read.get(file)
        if signature is not None:
            self.taken[file] = (signature, glance)
        return glance


def _template(tree: Tree, file: str) -> Glance:
    noted = len(tree.skipped)
    data = tree.head(file, TEMPLATE_SUFFIXES)
    if data is not None and data.startswith(_WIDE_MARKS):
        data = data.replace(b"\0", b"")
    if data is None or not _speaks_of_resources(data):
        return Glance(notes=tuple(tree.skipped[noted:])) if len(tree.skipped) > noted else NOTHING
    document = tree.document(file)
    if not isinstance(document, Mapping) or not is_template(document):
        return Glance(notes=tuple(tree.skipped[noted:]))
    return Glance(
        template=True,
        marked="AWSTemplateFormatVersion" in document or "Transform" in document,
        names=_names(document),
        remote=_has_remote_code(document),
        included=tuple(nested_in(tree, file, document)),
        notes=tuple(tree.skipped[noted:]),
    )


def _service(tree: Tree, file: str) -> Glance:
    folder = posixpath.dirname(file)
    names = _INCLUDED.findall(tree.head(file) or b"")
    paths = (tree.inside(folder, name.decode("utf-8", "replace")) for name in names[:500])
    return Glance(included=tuple(path for path in paths if path is not None))


def _code(tree: Tree, file: str) -> Glance:
    from ringfence.loaders.clouds import entries_in
    from ringfence.loaders.codeonly import handlers_in, language_of_file

    text = tree.code(file)
    entries = entries_in(file, text, language_of_file(file))
    found = [Handler(entry.symbol, entry.place.line) for entry in entries]
    found = found or [Handler(symbol, line) for symbol, line in handlers_in(file, text)]
    return Glance(handlers=tuple(found)) if found else NOTHING


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


def nested_in(tree: Tree, file: str, document: Value | None) -> list[str]:
    """The local files that a template nests with a literal path."""
    resources = document.get("Resources") if isinstance(document, Mapping) else None
    bodies = resources.entries.values() if isinstance(resources, Mapping) else ()
    found: list[str] = []
    for body in bodies:
        kind = literal_text(body.get("Type")) if isinstance(body, Mapping) else None
        if isinstance(body, Mapping) and kind in NESTING:
            target = literal_text(body.at(f"Properties.{NESTING[kind]}"))
            path = tree.nested(posixpath.dirname(file), target) if target else None
            if path is not None and path != file:
                found.append(path)
    return found


def _names(document: Mapping) -> str:
    resources = document.get("Resources")
    return digest_of(sorted(resources.entries)) if isinstance(resources, Mapping) else ""


def _has_remote_code(document: Value) -> bool:
    """Whether some text of the document is a ``s3://`` address, or a Code object names a key."""
    stack: list[Value] = [document]
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
