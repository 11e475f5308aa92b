"""All templates of one scan together: nested stacks, their outputs, and exports between stacks.

A nested stack whose template is a local file is resolved with the values that its parent gives;
``GetAtt Stack.Outputs.X`` is then the child's output. A file that some stack nests is not loaded
again on its own. What lies elsewhere (a bucket, the application repository) is noted as skipped.
"""

from __future__ import annotations

import posixpath

from ringfence.errors import Exhausted, defect_of
from ringfence.loaders.glance import NESTING, nested_in
from ringfence.loaders.intrinsics import Resolver
from ringfence.loaders.intrinsics_values import derived, literal_text
from ringfence.loaders.limits import Budget, TooMuch
from ringfence.loaders.template import Template
from ringfence.loaders.tree import Tree
from ringfence.model.location import Location, Origin
from ringfence.model.record import field, record
from ringfence.model.value import Mapping, Scalar, Text, Unknown, Value


@record(eq=False)
class Stack:
    """A template in one use. ``chain`` are the files from the outermost parent to this one."""

    file: str
    resolver: Resolver
    chain: tuple[str, ...]
    children: dict[str, Stack | None] = field(default_factory=dict)


class Stacks:
    """The stacks of one scan; answers what a template asks of the others."""

    def __init__(self, tree: Tree, parameters: dict[str, str]) -> None:
        self.tree = tree
        self.given: dict[str, Value] = {name: Scalar(text) for name, text in parameters.items()}
        self.budget = Budget(tree.limits)
        self.stacks: dict[str, Stack] = {}
        self.questions = 0
        self.asks: set[str] = set()

    def load(self, files: list[str]) -> list[Template]:
        """The resolved templates of all files and of the stacks nested in them."""
        self.note_undeclared(files)
        documents = {file: self.tree.document(file) for file in files}
        nested = {
            child
            for file, document in documents.items()
            for child in nested_in(self.tree, file, document)
        }
        for file in [*(file for file in files if file not in nested), *files]:
            if not any(stack.file == file for stack in self.stacks.values()):
                stack = self.open(file, file, dict(self.given), ())
                self.open_children(stack)
        templates: list[Template] = []
        try:
            for path, stack in list(self.stacks.items()):
                self.resolve(path, stack, templates)
        except Exhausted as reason:
            left = list(self.stacks)[len(templates)]
            self.tree.skip(f"{left} and the templates after it", str(reason), Location(left, 1))
        return templates

    def resolve(self, path: str, stack: Stack, templates: list[Template]) -> None:
        """Add the resolved template of a stack; a defect of ours costs only this one."""
        try:
            templates.append(stack.resolver.template())
        except Exception as problem:
            self.tree.skip(path, defect_of(problem), Location(path, 1))

    def note_undeclared(self, files: list[str]) -> None:
        """Note values that the caller gives for parameters that no template has."""
        documents = [self.tree.document(file) for file in files]
        for name in self.given:
            sections = (d.get("Parameters") for d in documents if isinstance(d, Mapping))
            if (
                files
                and not name.startswith("AWS::")
                and not any(
                    isinstance(section, Mapping) and name in section for section in sections
                )
            ):
                self.tree.skip(f"--param {name}", "no template has a parameter of that name")

    def open(
        self, file: str, path: str, given: dict[str, Value], chain: tuple[str, ...]
    ) -> Stack | None:
        """A stack for a file; None when there is no template in it, or too many are open."""
        document = self.tree.document(file)
        if not isinstance(document, Mapping) or len(self.stacks) >= self.tree.limits.templates:
            return None
        folder = posixpath.dirname(file)
        try:
            resolver = Resolver(
                document,
                path,
                folder,
                parameters=given,
                read_document=lambda target, place: self.tree.relative(folder, target, place),
                stacks=self,
                limits=self.tree.limits,
                budget=Budget(self.tree.limits, self.budget),
            )
        except (TooMuch, RecursionError) as problem:
            self.tree.skip(path, str(problem), document.location, "split the template")
            return None
        stack = self.stacks[path] = Stack(file, resolver, (*chain, file))
        return stack

    def open_children(self, stack: Stack | None) -> None:
        if stack is None:
            return
        for logical_id, (_, body, _) in stack.resolver.bodies.items():
            if isinstance(body, Mapping) and literal_text(body.get("Type")) in NESTING:
                self.child(stack, logical_id)

    def child(self, stack: Stack, logical_id: str) -> Stack | None:
        """The stack that a resource nests; None when it nests none that can be read."""
        if logical_id not in stack.children:
            stack.children[logical_id] = None  # a stack that needs itself gets no answer
            try:
                found = self.opened(stack, logical_id)
            except (TooMuch, RecursionError) as problem:
                stack.resolver.skip(f"nested stack {logical_id}", str(problem), None)
                found = None
            stack.children[logical_id] = found
            self.open_children(found)
        return stack.children[logical_id]

    def opened(self, stack: Stack, logical_id: str) -> Stack | None:
        resolver = stack.resolver
        _, body, loop = resolver.bodies[logical_id]
        assert isinstance(body, Mapping)
        condition = resolver.condition_of(body, loop)
        if condition and resolver.conditions.holds(condition) is False:
            return None
        outer, resolver.loop = resolver.loop, loop
        try:
            properties = body.get("Properties")
            resolved = resolver.assuming(condition, True, properties) if properties else None
        finally:
            resolver.loop = outer
        kind = literal_text(body.get("Type")) or ""
        if not isinstance(resolved, Mapping):
            return None
        target = resolved.get(NESTING[kind])
        file = self.local_file(stack, logical_id, target) if target is not None else None
        if file is None:
            return None
        given = resolved.get("Parameters")
        values = dict(given.entries) if isinstance(given, Mapping) else {}
        path = file if file not in self.stacks else f"{file}@{logical_id}"
        while path in self.stacks:
            path += "'"
        return self.open(file, path, values, stack.chain)

    def local_file(self, stack: Stack, logical_id: str, target: Value) -> str | None:
        """The file of a nested template; None, with a note, when it cannot be followed."""
        text = literal_text(target)
        what = f"nested stack {logical_id}"
        skip = stack.resolver.skip
        place = target.location
        if text is None or "://" in text:
            skip(what, "its template is not a local file", place, "scan its sources too")
            return None
        file = self.tree.nested(stack.resolver.folder, text)
        if file is None:
            skip(what, "its template lies outside the scanned folder", place)
        elif self.tree.is_excluded(file):
            skip(what, "its template is excluded", place)
        elif file in stack.chain:
            skip(what, "it nests a template that it is nested in", place, "break the circle")
        elif len(stack.chain) >= self.tree.limits.nesting:
            skip(what, f"nested deeper than {self.tree.limits.nesting} stacks", place)
        else:
            return file
        return None

    # --- what templates ask ------------------------------------------------------------------

    def output(
        self, resolver: Resolver, logical_id: str, name: str, place: Location
    ) -> Value | None:
        """The output of a nested stack; None when the resource nests no local template."""
        stack = self.stacks.get(resolver.path)
        body = resolver.bodies.get(logical_id, (None, None, None))[1]
        kind = literal_text(body.get("Type")) if isinstance(body, Mapping) else None
        if stack is None or kind not in NESTING:
            return None
        if self.questions >= self.tree.limits.questions:
            return Unknown("a value that leads through too many templates", place)
        self.questions += 1
        try:
            child = self.child(stack, logical_id)
            found = child.resolver.output(name, place) if child is not None else None
        finally:
            self.questions -= 1
        if child is None:
            return None
        if found is None:
            return Unknown(f"{child.file} has no output {name}", place)
        return found

    def imported(self, resolver: Resolver, name: Value, place: Location) -> Value | None:
        """The value that another template exports. An exact name is taken first; then the only
        export whose known part agrees (``${AWS::StackName}-Queue`` for ``shop-Queue``)."""
        if self.questions >= self.tree.limits.questions:
            return Unknown("a value that leads through too many templates", place)
        self.questions += 1
        try:
            candidates = [
                export
                for stack in list(self.stacks.values())
                if stack.resolver is not resolver
                for export in stack.resolver.exports()
            ]
        finally:
            self.questions -= 1
        known = literal_text(name)
        exact = [e for e in candidates if known is not None and literal_text(e.name) == known]
        found = exact or [export for export in candidates if agree(export.name, name)]
        if not found:
            self.asks.add(f"export:{name_pattern(name)}")
        if len(found) != 1:
            return None
        export = found[0]
        return derived(export.value, place, Origin("output", str(known or name), export.location))


def name_pattern(name: Value) -> str:
    """The known beginning and end of a name, with ``*`` for what is between them."""
    start, end, whole = _ends(name)
    return start if whole else f"{start}*{end}"


def agree(one: Value, other: Value) -> bool:
    """Whether two names that are not both known may be the same: a known beginning or end of three
    characters or more is equal, and nothing that is known differs."""
    (start, end, whole), (other_start, other_end, other_whole) = _ends(one), _ends(other)
    if whole and other_whole:
        return start == other_start
    begins = _common(start, other_start)
    ends = _common(end[::-1], other_end[::-1])
    return begins is not None and ends is not None and max(begins, ends) >= 3


def _ends(name: Value) -> tuple[str, str, bool]:
    """The known beginning and end of a text, and whether it is known as a whole."""
    if isinstance(name, Text):
        first, last = name.parts[0], name.parts[-1]
        return (
            first if isinstance(first, str) else "",
            last if isinstance(last, str) else "",
            False,
        )
    text = literal_text(name)
    return text or "", text or "", text is not None


def _common(one: str, other: str) -> int | None:
    """The length of the shorter beginning when one begins with the other; else None."""
    length = min(len(one), len(other))
    return length if one[:length] == other[:length] else None
