"""A template's document → :class:`~ringfence.loaders.template.Template` with resolved values.

Loops, includes, conditions, parameters and intrinsic functions are worked out. What is known
becomes plain values with their origins; what only a deployment knows stays a ``Reference``, a
``Text`` with references in it, a ``Choice`` of both branches, or an ``Unknown`` with its reason.
Nothing here reads files itself: ``read_document``, nested stacks and imports are given as calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from ringfence.loaders import loops
from ringfence.loaders.conditions import Conditions
from ringfence.loaders.includes import TRANSFORM, spliced
from ringfence.loaders.intrinsics_functions import BUILDERS, FUNCTIONS, bare
from ringfence.loaders.intrinsics_values import derived, literal_text, size_of
from ringfence.loaders.limits import LIMITS, Budget, Limits, TooMuch
from ringfence.loaders.parameters import Parameters
from ringfence.loaders.template import Export, Template, TemplateResource
from ringfence.model.location import Location, Origin, Skipped, UnknownValue
from ringfence.model.value import (
    EMPTY,
    Choice,
    Mapping,
    Reference,
    Scalar,
    Sequence,
    Text,
    Unknown,
    Value,
)

MAXIMUM_DEPTH = 90
MAXIMUM_UNKNOWNS = 500

#: Reads a local file that a template names, relative to the template's folder.
ReadDocument = Callable[[str, Location], Value | None]

_KNOWN_MACROS = ("AWS::Serverless-", "AWS::LanguageExtensions", "AWS::Include", "AWS::CodeDeploy",
                 "AWS::SecretsManager-", "AWS::ServiceCatalog")  # fmt: skip


class Stacks(Protocol):
    """What a template may ask of the other templates of the scan."""

    def output(
        self, resolver: Resolver, logical_id: str, name: str, place: Location
    ) -> Value | None:
        """The output of a nested stack; None when the resource is no local nested stack."""

    def imported(self, resolver: Resolver, name: Value, place: Location) -> Value | None:
        """The value that another template exports under a name; None when none does."""


def resolve(
    document: Mapping,
    path: str,
    folder: str,
    *,
    parameters: dict[str, Value] | None = None,
    read_document: ReadDocument | None = None,
    stacks: Stacks | None = None,
    limits: Limits = LIMITS,
) -> Template:
    """The template of a document. ``path`` is what ids begin with; ``parameters`` are the values
    that the caller gives."""
    return Resolver(
        document,
        path,
        folder,
        parameters=parameters,
        read_document=read_document,
        stacks=stacks,
        limits=limits,
    ).template()


class Resolver:
    """Resolves one template. ``loop`` holds the identifiers of the loops around the current node,
    ``trial`` the parameter values that a condition is being tried with."""

    def __init__(
        self,
        document: Mapping,
        path: str,
        folder: str,
        *,
        parameters: dict[str, Value] | None = None,
        read_document: ReadDocument | None = None,
        stacks: Stacks | None = None,
        limits: Limits = LIMITS,
        budget: Budget | None = None,
    ) -> None:
        self.path = path
        self.folder = folder
        self.limits = limits
        self.budget = budget or Budget(limits, Budget(limits))
        self.read = read_document
        self.stacks = stacks
        self.given = parameters or {}
        self.loop: dict[str, Value] = {}
        self.trial: dict[str, Value] = {}
        self.loop_items = self.includes = self.depth = 0
        self.skipped: list[Skipped] = []
        self.parameters = Parameters(EMPTY, self.given)
        self.document = document
        self.document = spliced(self, document) if TRANSFORM in document else document
        self.parameters = Parameters(self.section("Parameters"), self.given)
        self.mappings = self.section("Mappings")
        self.conditions = Conditions(self, {})
        self.condition_places: dict[str, Location] = {}
        for name, place, value in self.unrolled("Conditions"):
            # A loop's condition is settled here, while its identifiers are known.
            self.conditions.definitions[name] = _bound(value, self.loop)
            self.condition_places[name] = place
        self.bodies = {
            name: (place, value, self.loop) for name, place, value in self.unrolled("Resources")
        }
        self.exports_found: list[Export] | None = None

    # --- sections ---------------------------------------------------------------------------

    def section(self, name: str) -> Mapping:
        found = self.document.get(name)
        if not isinstance(found, Mapping):
            return EMPTY
        return spliced(self, found) if TRANSFORM in found else found

    def unrolled(self, name: str) -> Iterator[tuple[str, Location, Value]]:
        """The raw entries of a section, with loops and includes put in."""
        return loops.entries(self, self.section(name))

    def template(self) -> Template:
        """The resolved template. What goes beyond the limits is skipped, with a note."""
        template = Template(
            self.path,
            self.folder,
            self.format(),
            literal_text(self.document.get("Description")) or "",
            skipped=self.skipped,
        )
        template.read_document = self.read
        template.parameters = self.parameters.declared
        try:
            self.note_macros()
            template.global_sections = self.mapping_of(self.section("Globals"))
            template.metadata = self.mapping_of(self.section("Metadata"))
            for logical_id in self.bodies:
                self.add_resource(template, logical_id)
            self.add_outputs(template)
        except RecursionError:  # the limits should not let it come to this
            self.skip(self.path, "its values lead too deep", self.document.location)
        except TooMuch as problem:
            place = self.document.location
            self.skip(self.path, str(problem), place, "split the template")
        template.unknowns = list(unknowns_of(template))
        return template

    def format(self) -> str:
        bodies = self.section("Resources").entries.values()
        types = (literal_text(body.get("Type")) for body in bodies if isinstance(body, Mapping))
        if any(name.startswith("AWS::Serverless-") for name in self.transforms()):
            return "sam"
        is_sam = any((name or "").startswith("AWS::Serverless::") for name in types)
        return "sam" if is_sam else "cloudformation"

    def transforms(self) -> list[str]:
        value = self.document.get("Transform")
        items = value.items if isinstance(value, Sequence) else [value]
        names = [item.get("Name") if isinstance(item, Mapping) else item for item in items]
        return [name for item in names if (name := literal_text(item))]

    def note_macros(self) -> None:
        value = self.document.get("Transform")
        for name in self.transforms():
            if not name.startswith(_KNOWN_MACROS):
                place = value.location if value is not None else None
                self.skip(f"macro {name}", "what it changes is not seen", place)

    # --- resources and outputs --------------------------------------------------------------

    def identifier(self, logical_id: str) -> str:
        return f"{self.path}#{logical_id}"

    def add_resource(self, template: Template, logical_id: str) -> None:
        place, body, loop = self.bodies[logical_id]
        if isinstance(body, Mapping) and TRANSFORM in body:
            body = spliced(self, body)
        kind = literal_text(body.get("Type")) if isinstance(body, Mapping) else None
        if not isinstance(body, Mapping) or kind is None:
            if not logical_id.startswith("Fn::"):
                self.skip(f"resource {logical_id}", "it has no Type", place, "give it a Type")
            return
        if len(template.resources) >= self.limits.resources:
            raise TooMuch(f"more than {self.limits.resources} resources")
        condition = self.condition_of(body, loop)
        holds = self.conditions.holds(condition) if condition else True
        if holds is False:
            return
        self.loop = loop
        if holds is None:
            self.conditions.assumed[condition] = True
        try:
            resource = self.resource(logical_id, kind, body, place)
            resource.condition = condition if holds is None else ""
            template.resources[resource.id] = resource
        finally:
            self.loop = {}
            self.conditions.assumed.pop(condition, None)

    def condition_of(self, body: Mapping, loop: dict[str, Value]) -> str:
        """The name of the condition on a resource or output, or ""."""
        raw = body.get("Condition")
        if raw is None:
            return ""
        outer, self.loop = self.loop, loop
        try:
            return literal_text(self.resolve(raw)) or ""
        finally:
            self.loop = outer

    def resource(
        self, logical_id: str, kind: str, body: Mapping, place: Location
    ) -> TemplateResource:
        rest = {
            key: value
            for key, value in body.entries.items()
            if key not in ("Type", "Properties", "Condition")
        }
        attributes = Mapping(rest, body.location, body.origins, body.keys)
        properties = body.get("Properties")
        end = body.location
        span = Location(place.file, place.line, place.column, end.end_line, end.end_column)
        return TemplateResource(
            self.identifier(logical_id),
            kind,
            self.mapping_of(properties) if properties is not None else Mapping({}, body.location),
            span if end.file == place.file else place,
            self.mapping_of(attributes) if rest else EMPTY,
        )

    def mapping_of(self, raw: Value) -> Mapping:
        """A resolved object; an empty one, with a note, where it is not known."""
        value = self.resolve(raw)
        if isinstance(value, Mapping):
            return value
        if not (isinstance(value, Scalar) and value.value is None) and value is not None:
            reason = value.reason if isinstance(value, Unknown) else "it is not an object"
            self.skip("properties", reason, raw.location)
        return Mapping({}, raw.location)

    def add_outputs(self, template: Template) -> None:
        for name, _, body in self.unrolled("Outputs"):
            if not isinstance(body, Mapping):
                continue
            condition = self.condition_of(body, self.loop)
            if condition and self.conditions.holds(condition) is False:
                continue
            raw = body.get("Value")
            value = self.assuming(condition, True, raw) if raw is not None else None
            if value is not None:
                template.outputs[name] = value
        template.exports = self.exports()

    def exports(self) -> list[Export]:
        """The exported outputs. While they are being worked out, there are none."""
        if self.exports_found is None:
            self.exports_found = []
            self.exports_found = [*self.found_exports()]
        return self.exports_found

    def found_exports(self) -> Iterator[Export]:
        for _, place, body in self.unrolled("Outputs"):
            export = body.get("Export") if isinstance(body, Mapping) else None
            raw_name = export.get("Name") if isinstance(export, Mapping) else None
            raw_value = body.get("Value") if isinstance(body, Mapping) else None
            if raw_name is None or raw_value is None:
                continue
            name, value = self.resolve(raw_name), self.resolve(raw_value)
            if name is not None and value is not None:
                yield Export(name, value, place)

    def output(self, name: str, place: Location) -> Value | None:
        """One output, for the parent of a nested stack; None when there is no such output."""
        for key, where, body in self.unrolled("Outputs"):
            raw = body.get("Value") if key == name and isinstance(body, Mapping) else None
            if raw is not None:
                value = self.resolve(raw)
                if isinstance(value, Mapping) or value is None:
                    return Unknown(f"output {name} is not a text", place)
                return derived(value, place, Origin("output", name, where))
        return None

    # --- values -----------------------------------------------------------------------------

    def resolve(self, node: Value) -> Value | None:
        """The value of a raw node; None for ``AWS::NoValue``. Unchanged nodes are kept as is."""
        if isinstance(node, Scalar):
            if node.tag:
                return self.call(node.tag, bare(node), node)
            if self.loop and isinstance(node.value, str) and "{" in node.value:
                text = loops.replaced(node.value, self.loop)
                self.budget.characters(len(text))
                return node if text == node.value else Scalar(text, node.location, node.origins)
            return node
        if not isinstance(node, (Mapping, Sequence)):
            return node
        if self.depth >= MAXIMUM_DEPTH:
            return Unknown(f"nested deeper than {MAXIMUM_DEPTH} levels", node.location)
        self.budget.node()
        self.depth += 1
        try:
            if node.tag:
                return self.call(node.tag, bare(node), node)
            return self.items(node) if isinstance(node, Sequence) else self.object(node)
        finally:
            self.depth -= 1

    def items(self, node: Sequence) -> Sequence:
        changed = False
        items: list[Value] = []
        for item in node.items:
            value = self.resolve(item)
            changed = changed or value is not item
            if value is not None:
                items.append(value)
        return Sequence(items, node.location, node.origins) if changed else node

    def object(self, node: Mapping) -> Value | None:
        entries = node.entries
        if len(entries) == 1:
            ((key, argument),) = entries.items()
            if key == "Ref":
                if isinstance(argument, (Scalar, Mapping)):
                    return self.call("Ref", argument, node)
            elif key.startswith("Fn::") and not key.startswith(loops.LOOP):
                return self.call(key[4:], argument, node)
        if TRANSFORM in entries:
            node = spliced(self, node)
            entries = node.entries
        if self.loop or any(key.startswith(loops.LOOP) for key in entries):
            return self.unrolled_object(node)
        changed = False
        resolved: dict[str, Value] = {}
        for key, item in entries.items():
            value = self.resolve(item)
            changed = changed or value is not item
            if value is not None:
                resolved[key] = value
        if not changed:
            return node
        return Mapping(resolved, node.location, node.origins, node.keys)

    def unrolled_object(self, node: Mapping) -> Mapping:
        resolved: dict[str, Value] = {}
        keys: dict[str, Location] = {}
        for key, place, item in loops.entries(self, node):
            value = self.resolve(item)
            if value is not None:
                resolved[key] = value
                keys[key] = place
        return Mapping(resolved, node.location, node.origins, keys)

    def call(self, name: str, argument: Value, node: Value) -> Value | None:
        """Call an intrinsic function by its name without ``Fn::``."""
        handler = FUNCTIONS.get(name)
        if handler is None:
            return Unknown(f"the function {name} is not known", node.location)
        self.budget.node()
        value = handler(self, argument, node.location)
        if name in BUILDERS:
            self.budget.characters(size_of(value))
        if value is not None and node.origins:
            value = derived(value, value.location, *node.origins)
        return value

    def assuming(self, condition: str, side: bool, raw: Value) -> Value | None:
        """The value of a node where a condition is settled (when it is not already)."""
        assumed = self.conditions.assumed
        if not condition or condition in assumed:
            return self.resolve(raw)
        assumed[condition] = side
        try:
            return self.resolve(raw)
        finally:
            del assumed[condition]

    # --- names ------------------------------------------------------------------------------

    def named(self, name: str, place: Location) -> Value | None:
        """What ``Ref`` of a name gives. ``Function.Version`` and the like, which SAM knows, are
        references to that attribute of the resource."""
        if name in self.loop:
            return derived(self.loop[name], place, Origin("loop", name, self.loop[name].location))
        if name in self.parameters:
            return self.parameters.value(name, place, self.trial)
        if name.startswith("AWS::"):
            if name == "AWS::NoValue":
                return None
            given = self.given.get(name)
            return derived(given, place) if given is not None else Reference(name, "Ref", place)
        logical_id, dot, attribute = name.partition(".")
        if dot and logical_id in self.bodies:
            return Reference(self.identifier(logical_id), attribute, place)
        return Reference(self.identifier(name), "Ref", place)

    def attribute(self, logical_id: str, attribute: str, place: Location) -> Value:
        """What ``Fn::GetAtt`` gives."""
        if attribute.startswith("Outputs.") and self.stacks is not None:
            found = self.stacks.output(self, logical_id, attribute[8:], place)
            if found is not None:
                return found
        return Reference(self.identifier(logical_id), attribute, place)

    def type_of(self, logical_id: str) -> str:
        """The type of a resource of this template; "" when there is none."""
        body = self.bodies[logical_id][1] if logical_id in self.bodies else None
        return (literal_text(body.get("Type")) or "") if isinstance(body, Mapping) else ""

    def mapping(self, name: str) -> Mapping | None:
        found = self.mappings.get(name)
        return found if isinstance(found, Mapping) else None

    def imported(self, name: Value | None, place: Location) -> Value | None:
        found = self.stacks.imported(self, name, place) if name and self.stacks else None
        if found is not None:
            return found
        return Unknown(f"the export {_shown(name)} of a stack that is not here", place)

    def condition_location(self, name: str) -> Location | None:
        return self.condition_places.get(name)

    def names_in_text(self, text: str) -> list[str]:
        """The names between ``${`` and ``}``."""
        return [piece.partition("}")[0].strip() for piece in text.split("${")[1:]]

    def read_document(self, target: str, place: Location) -> Value | None:
        return self.read(target, place) if self.read is not None else None

    def skip(self, what: str, reason: str, place: Location | None, cure: str = "") -> None:
        if len(self.skipped) < self.limits.notes:
            note = Skipped(what, reason, place, cure)
            if note not in self.skipped:
                self.skipped.append(note)


def _shown(value: Value | None) -> str:
    if isinstance(value, (Text, Reference)):
        return str(value)
    return literal_text(value) or "of an unknown name"


def _bound(value: Value, loop: dict[str, Value]) -> Value:
    """A raw condition with the identifiers of its loops put in."""
    if not loop:
        return value
    if isinstance(value, Scalar):
        if value.tag == "Ref" and value.value in loop:
            return loop[str(value.value)]
        text = value.value
        bound = loops.replaced(text, loop) if isinstance(text, str) else text
        return Scalar(bound, value.location, value.origins, value.tag)
    if isinstance(value, Sequence):
        items = [_bound(item, loop) for item in value.items]
        return Sequence(items, value.location, value.origins, value.tag)
    if isinstance(value, Mapping):
        name = literal_text(value.get("Ref"))
        if name in loop and len(value.entries) == 1:
            return loop[name or ""]
        entries = {key: _bound(item, loop) for key, item in value.entries.items()}
        return Mapping(entries, value.location, value.origins, value.keys, value.tag)
    return value


def unknowns_of(template: Template) -> Iterator[UnknownValue]:
    """Each unknown of the resources once per reason, with the first place that has it."""
    seen: set[str] = set()
    for resource in template.resources.values():
        stack: list[tuple[str, Value]] = [(resource.logical_id, resource.properties)]
        while stack and len(seen) < MAXIMUM_UNKNOWNS:
            path, value = stack.pop()
            if isinstance(value, Mapping):
                stack.extend((f"{path}.{key}", item) for key, item in value.entries.items())
            elif isinstance(value, Sequence):
                stack.extend((path, item) for item in value.items)
            elif isinstance(value, Choice):
                stack.extend((path, branch) for branch in value.branches())
            elif isinstance(value, Text):
                stack.extend((path, part) for part in value.parts if isinstance(part, Unknown))
            elif isinstance(value, Unknown) and value.reason not in seen:
                seen.add(value.reason)
                yield UnknownValue(path, value.reason, value.location)
