"""Terraform: a role for each function, as a module of its own or as a patch of existing files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ringfence import late
from ringfence.edits.hcl import Block, Body, parse_hcl
from ringfence.edits.lines import Splice, line_end
from ringfence.edits.nodes import EditError
from ringfence.edits.plans import FunctionPlan, Grant
from ringfence.edits.render import spliced
from ringfence.edits.result import Note
from ringfence.edits.statements import managed_policies
from ringfence.edits.values import Ref, TemplateValue

_BAD = late.pattern(r"[^0-9A-Za-z_]+")
_CAMEL = late.pattern(r"(?<=[a-z0-9])(?=[A-Z])")
_PSEUDO = {
    "AWS::Partition": ("aws_partition", "partition"),
    "AWS::Region": ("aws_region", "id"),
    "AWS::AccountId": ("aws_caller_identity", "account_id"),
    "AWS::URLSuffix": ("aws_partition", "dns_suffix"),
}
_LIMITS = (("memory_size", "memory_mib"), ("timeout", "timeout_s"),
           ("reserved_concurrent_executions", "concurrency"))  # fmt: skip
_FUNCTION = "aws_lambda_function"

#: Type of data source → its label.
Sources = dict[str, str]


def terraform_module(plans: Sequence[FunctionPlan]) -> str:
    """A file that declares a role, its policy and its managed policies for every plan.

    References to resources are addresses (``aws_dynamodb_table.orders``); the roles' ARNs are
    outputs.
    """
    sources: Sources = {}
    names: set[str] = set()
    parts: list[str] = []
    for plan in plans:
        label = _unused(_label(plan.logical_id), names)
        parts.append(_role(plan, label, "lambda.amazonaws.com", sources))
        parts.append(_output(label, plan.logical_id))
    return "\n".join((*(_source(kind, label) for kind, label in sources.items()), *parts))


def patch_modules(
    path: str, texts: Mapping[str, str], plans: Sequence[FunctionPlan], remove_unused: bool
) -> tuple[dict[str, str], list[Note]]:
    """The changed ``.tf`` file: each planned ``aws_lambda_function`` names a new role, which stands
    behind it. Functions are found by their label, else by ``function_name``.

    Raises:
        EditError: the file is no HCL, or cannot be changed.
    """
    text = texts[path]
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    module = _Module(text.removeprefix(mark) if mark else text, path, _others(path, texts))
    for plan in plans:
        module.write(plan)
    return {path: mark + module.text()}, module.notes


def _others(path: str, texts: Mapping[str, str]) -> list[Body]:
    """The other files of the same folder, which are the same module."""
    folder = path.rpartition("/")[0]
    found: list[Body] = []
    for name, text in texts.items():
        if name != path and name.endswith(".tf") and name.rpartition("/")[0] == folder:
            try:
                found.append(parse_hcl(text, name))
            except EditError:
                continue
    return found


class _Module:
    def __init__(self, text: str, path: str, others: list[Body]) -> None:
        self.before = text
        self.path = path
        self.body = parse_hcl(text, path)
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.splices: list[Splice] = []
        self.notes: list[Note] = []
        self.wanted: dict[tuple[str, ...], dict[str, str]] = {}
        blocks = [block for body in (self.body, *others) for block in body.blocks]
        self.names = {block.labels[1] for block in blocks if len(block.labels) > 1}
        self.known = {
            block.labels[0]: block.labels[1]
            for block in blocks
            if block.kind == "data" and len(block.labels) > 1
        }
        self.sources: Sources = {}

    def write(self, plan: FunctionPlan) -> None:
        block = self.function(plan.logical_id)
        if block is None:
            what = f"there is no {_FUNCTION} of this name in the file"
            note = Note("refused", plan.logical_id, what, self.path, "give the resource's label")
            self.notes.append(note)
            return
        label = _unused(_label(block.labels[1]), self.names)
        changed = {"role": f"aws_iam_role.{label}.arn"}
        for name, limit in _LIMITS:
            if (value := getattr(plan, limit)) is not None:
                changed[name] = str(value)
        self.wanted[block.labels] = changed
        self.set_all(block, changed)
        service = "lambda.amazonaws.com"
        shown = "\n" + _role(plan, label, service, self.sources, self.known)
        place = line_end(self.before, block.end)
        self.splices.append(Splice(place, place, self.lines("\n" + shown.rstrip("\n"))))
        self._say_count(plan, block)

    def _say_count(self, plan: FunctionPlan, block: Block) -> None:
        if block.body.get("count") or block.body.get("for_each"):
            line = self.before.count("\n", 0, block.start) + 1
            what = "all instances of this resource share the new role"
            self.notes.append(Note("note", plan.logical_id, what, f"{self.path}:{line}"))

    def function(self, name: str) -> Block | None:
        """The function's block, by its label or address, else by ``function_name``."""
        label = name.removeprefix(f"{_FUNCTION}.")
        functions = [
            block
            for block in self.body.blocks
            if block.kind == "resource" and len(block.labels) == 2 and block.labels[0] == _FUNCTION
        ]
        for block in functions:
            if block.labels[1] == label:
                return block
        for block in functions:
            given = block.body.get("function_name")
            if given and self.before[given.value_start : given.value_end] == json.dumps(name):
                return block
        return None

    def set_all(self, block: Block, values: Mapping[str, str]) -> None:
        added: list[str] = []
        for name, value in values.items():
            found = block.body.get(name)
            if found is not None:
                self.splices.append(Splice(found.value_start, found.value_end, value))
            else:
                added.append(f"{name} = {value}")
        if added:
            self.add(block, added)

    def add(self, block: Block, lines: list[str]) -> None:
        attributes = block.body.attributes
        if not attributes or "\n" not in self.before[block.body.start : block.end]:
            where = f"{self.path}:{self.before.count(chr(10), 0, block.start) + 1}"
            raise EditError("the function stands in one line", where, "write it over several")
        last = attributes[-1]
        start = self.before.rfind("\n", 0, last.start) + 1
        indent = self.before[start : last.start]
        if indent.strip():
            indent = "  "
        place = line_end(self.before, last.value_end)
        shown = "".join(f"{self.newline}{indent}{line}" for line in lines)
        self.splices.append(Splice(place, place, shown, 1))

    def lines(self, text: str) -> str:
        return text.replace("\n", self.newline)

    def text(self) -> str:
        end = len(self.before)
        gap = "" if self.before.endswith("\n") else "\n"
        for kind, label in self.sources.items():
            shown = f"{gap}\n{_source(kind, label)}"
            self.splices.append(Splice(end, end, self.lines(shown), -1))
            gap = ""
        try:
            after = spliced(self.before, self.splices)
        except ValueError:
            after = self.before
        self._verify(after)
        return after

    def _verify(self, after: str) -> None:
        """The old blocks must be there as they were, but for what was meant to change."""
        new = parse_hcl(after, self.path)
        if [block.labels for block in self.body.blocks if block.labels in self.wanted] and (
            after == self.before
        ):
            raise self._defeated()
        position = 0
        for block in self.body.blocks:
            place = next(
                (
                    number
                    for number in range(position, len(new.blocks))
                    if (new.blocks[number].kind, new.blocks[number].labels)
                    == (block.kind, block.labels)
                ),
                None,
            )
            if place is None:
                raise self._defeated()
            position = place + 1
            wanted = self.wanted.get(block.labels, {}) if block.kind == "resource" else {}
            old = _plain(self.before, block.body)
            if {**old, **wanted} != _plain(after, new.blocks[place].body):
                raise self._defeated()

    def _defeated(self) -> EditError:
        cure = "make this change by hand; nothing was changed"
        return EditError("cannot be patched: the result would differ elsewhere", self.path, cure)


def _plain(text: str, body: Body) -> dict[str, Any]:
    """Attributes as text, and blocks with all that stands in them."""
    found: dict[str, Any] = {
        item.name: text[item.value_start : item.value_end] for item in body.attributes
    }
    for number, block in enumerate(body.blocks):
        found[f"{number} {block.kind} {block.labels}"] = _plain(text, block.body)
    return found


def _label(name: str) -> str:
    words = _CAMEL.sub("_", name.rpartition(".")[2])
    return f"{_BAD.sub('_', words).strip('_').lower() or 'function'}_role"


def _unused(label: str, names: set[str]) -> str:
    found, number = label, 2
    while found in names:
        found, number = f"{label}_{number}", number + 1
    names.add(found)
    return found


def _role(
    plan: FunctionPlan, label: str, service: str, sources: Sources,
    known: Mapping[str, str] | None = None,
) -> str:  # fmt: skip
    """The blocks of a role: itself, its inline policy, and its managed policies."""
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    parts = [
        f'resource "aws_iam_role" "{label}" {{\n'
        f'  name_prefix        = "{label[:32].replace("_", "-").rstrip("-")}-"\n'
        f"  assume_role_policy = jsonencode({_hcl(document, '  ')})\n}}\n"
    ]
    grants: tuple[Grant, ...] = (*plan.grants, *plan.platform)
    if grants:
        body = {
            "Version": "2012-10-17",
            "Statement": [_statement(grant, sources, known or {}) for grant in grants],
        }
        parts.append(
            f'resource "aws_iam_role_policy" "{label}" {{\n'
            f"  role   = aws_iam_role.{label}.id\n"
            f"  policy = jsonencode({_hcl(body, '  ')})\n}}\n"
        )
    for number, arn in enumerate(managed_policies(plan)):
        suffix = f"_{number + 1}" if number else ""
        parts.append(
            f'resource "aws_iam_role_policy_attachment" "{label}{suffix}" {{\n'
            f"  role       = aws_iam_role.{label}.name\n"
            f"  policy_arn = {json.dumps(arn)}\n}}\n"
        )
    return "\n".join(parts)


def _output(label: str, name: str) -> str:
    return (
        f'output "{label}_arn" {{\n  description = "The role of the function {_escaped(name)}."\n'
        f"  value       = aws_iam_role.{label}.arn\n}}\n"
    )


def _source(kind: str, label: str) -> str:
    return f'data "{kind}" "{label}" {{}}\n'


def _statement(grant: Grant, sources: Sources, known: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"Sid": grant.sid} if grant.sid else {}
    resources: list[str] = [_expression(value, sources, known) for value in grant.resources]
    found |= {"Effect": "Allow", "Action": list(grant.actions), "Resource": resources or ["*"]}
    for condition in grant.conditions:
        operator = found.setdefault("Condition", {}).setdefault(condition.operator, {})
        operator[condition.key] = list(condition.values)
    return found


class _Expression(str):
    """Text that is an expression already."""

    __slots__ = ()


def _expression(value: TemplateValue, sources: Sources, known: Mapping[str, str]) -> _Expression:
    parts = [
        part if isinstance(part, str) else _address(part, sources, known) for part in value.parts
    ]
    if len(value.parts) == 1 and isinstance(value.parts[0], Ref):
        return _Expression(parts[0])
    shown = "".join(
        "${" + part + "}" if isinstance(raw, Ref) else _escaped(part)
        for raw, part in zip(value.parts, parts, strict=True)
    )
    return _Expression(f'"{shown}"')


def _address(ref: Ref, sources: Sources, known: Mapping[str, str]) -> str:
    if ref.name in _PSEUDO:
        kind, attribute = _PSEUDO[ref.name]
        label = known.get(kind) or sources.setdefault(kind, "current")
        return f"data.{kind}.{label}.{attribute}"
    attribute = {"Arn": "arn", "Ref": "id"}.get(ref.attribute, ref.attribute)
    return f"{ref.name}.{attribute}"


def _escaped(text: str) -> str:
    """Text inside of quotes, with no template in it."""
    shown = json.dumps(text, ensure_ascii=False)[1:-1]
    return shown.replace("${", "$${").replace("%{", "%%{")


def _hcl(value: Any, indent: str) -> str:
    """Data as an expression over several lines."""
    if isinstance(value, _Expression):
        return str(value)
    if isinstance(value, dict):
        names = {key: key if key.isidentifier() else f'"{_escaped(key)}"' for key in value}
        width = max(map(len, names.values()), default=0)
        lines = _aligned(value, names, width, indent + "  ")
        return "{\n" + "".join(lines) + indent + "}"
    if isinstance(value, list):
        if len(value) == 1 and isinstance(value[0], str):
            return f"[{_hcl(value[0], indent)}]"
        lines = [f"{indent}  {_hcl(item, indent + '  ')},\n" for item in value]
        return "[\n" + "".join(lines) + indent + "]"
    return f'"{_escaped(value)}"' if isinstance(value, str) else json.dumps(value)


def _aligned(value: dict[str, Any], names: dict[str, str], width: int, pad: str) -> Iterable[str]:
    """Entries with their equals signs in one column, as ``terraform fmt`` has them."""
    return [f"{pad}{names[key]:<{width}} = {_hcl(item, pad)}\n" for key, item in value.items()]
