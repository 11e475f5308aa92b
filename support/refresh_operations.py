"""Regenerate src/ringfence/rules/permissions/operations.pack from botocore and our exceptions.

Usage: python support/refresh_operations.py    (needs botocore, Apache-2.0, and an actions.pack)

One group per service of the SDK: ``{"prefix": …, "operations": {name: [row, …]}, "key": {name:
[action]}, "unmapped": [name]}``. A row is ``{"action", "on": [ARN form], "reason", "given",
"absent", "equals", "unless", "passed", "optional", "why"}``. An operation without rows needs no
permission. ``rules/permissions/operations/<service>.toml`` says where a service departs from the
rules below; ``_rules.toml`` gives the words for the rules themselves.

1. The prefix is the signing name, the action is the operation's name.
2. Operations that are not signed need nothing.
3. An argument stands in an ARN's place when their names agree.
4. A parameter that is a role is passed; tags at creation are tagging.
"""

from __future__ import annotations

import hashlib
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

from ringfence.permissions import actions
from ringfence.rules.pack import write_pack

sys.path.insert(0, str(Path(__file__).parent))
import operation_shapes as shapes

RULES = Path(__file__).parent.parent / "src/ringfence/rules/permissions"
OUTPUT = RULES / "operations.pack"
FOLDER = RULES / "operations"
ROLE_FORM = "arn:${Partition}:iam::${Account}:role/{%s}"
PLACE_PARTS = {"Partition", "Region", "Account"}
CREATES = re.compile(
    r"^(Allocate|Copy|Create|Import|Publish|Put|Register|Request|Restore|Run|Start)"
)
TAGGING = ("TagResource", "AddTagsToResource", "CreateTags", "TagQueue", "AddTags")
TEXT_KEYS = ("equals", "contains", "lacks", "unless")
ROW_KEYS = (
    *("given", "given_all", "absent", "equals", "contains", "lacks", "unless", "when_hidden"),
    *("passed", "optional", "reason"),
)


def main() -> None:
    import botocore
    import botocore.session

    groups = build(botocore.session.get_session())
    counted = [group["operations"] for group in groups.values()]
    about = {
        "what": "operations of the SDK, the actions that they need and on which resources",
        "source": "botocore (PyPI) and reviewed exceptions in rules/permissions/operations",
        "version": botocore.__version__,
        "actions": actions.about()["version"],
        "exceptions": checksum(),
        "licence": "Apache-2.0",
        "date": actions.about()["date"],
        "count": str(sum(len(operations) for operations in counted)),
        "services": str(len(groups)),
        "unmapped": str(sum(len(group["unmapped"]) for group in groups.values())),
    }
    write_pack(OUTPUT, about, groups)
    print(about, OUTPUT.stat().st_size)


def checksum() -> str:
    """A checksum of all exceptions, for the test that the pack is up to date."""
    total = hashlib.sha256()
    for path in sorted(FOLDER.glob("*.toml")):
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:16]


def build(session: Any) -> dict[str, dict[str, Any]]:
    groups, wrong = {}, []
    for name in session.get_available_services():
        service = Service(name, session.get_service_model(name), exceptions(name))
        groups[name] = service.group()
        wrong += service.wrong
    if wrong:
        raise SystemExit("\n".join(wrong))
    return groups


def exceptions(service: str) -> dict[str, Any]:
    path = FOLDER / f"{service}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


#: A placeholder for an argument, and what stands for the place of deployment.
_ARGUMENT = re.compile(r"(?<!\$)\{([^}]*)\}")


def _own(form: str) -> str:
    """The form without partition, region and account."""
    return form.split(":", 5)[-1]


class Service:
    """One service of the SDK, on its way into the pack."""

    def __init__(self, name: str, model: Any, own: dict[str, Any]) -> None:
        self.name, self.model, self.own = name, model, own
        self.wrong: list[str] = []
        self.prefix = own.get("prefix") or shapes.prefix_of(name, model)
        place = "arn:${Partition}:" + self.prefix + ":${Region}:${Account}:"
        self.place = own.get("arn", place)
        self.slots = {
            slot: [spec] if isinstance(spec, str) else spec
            for slot, spec in own.get("slots", {}).items()
        }
        self.renamed = {
            operation: (action, group["why"])
            for group in own.get("rename", ())
            for operation, action in group["actions"].items()
        }

    def group(self) -> dict[str, Any]:
        operations, unmapped = {}, []
        for name in self.model.operation_names:
            rows = self.rows(self.model.operation_model(name))
            if rows is None:
                unmapped.append(name)
            else:
                operations[name] = rows
        self.check(operations)
        return {
            "prefix": self.prefix,
            "operations": operations,
            "key": self.own.get("key", {}),
            "unmapped": sorted(unmapped),
        }

    def check(self, operations: dict[str, Any]) -> None:
        """Exceptions name operations that exist."""
        named = [op for group in self.own.get("group", ()) for op in group["operations"]]
        known = set(self.model.operation_names)
        wrong = [op for op in (*named, *self.renamed, *self.own.get("key", ())) if op not in known]
        self.need(not wrong, wrong)

    def need(self, condition: object, *what: object) -> None:
        """Note an exception that does not fit the SDK's model or the reference of actions."""
        if not condition:
            self.wrong.append(f"{self.name}.toml: {' '.join(map(str, what))}")

    def rows(self, operation: Any) -> list[dict[str, Any]] | None:
        if shapes.is_unsigned(operation):
            return []
        found = self.default_rows(operation)
        for group in self.own.get("group", ()):
            if operation.name in group["operations"]:
                extra = [self.row(row, operation, group["why"]) for row in group.get("row", ())]
                found = [*(found or []), *extra] if group.get("keep") else extra
        if found is None:
            return None
        return [*found, *self.passed_rows(operation, found), *self.tag_rows(operation, found)]

    def default_rows(self, operation: Any) -> list[dict[str, Any]] | None:
        if self.prefix == "apigateway":
            return [self.path_row(operation)]
        action, why = self.renamed.get(operation.name, ("", ""))
        action = self.known(action or operation.name)
        if not action:
            action = self.known(re.sub(r"(V\d+|\d{4,})$", "", operation.name))
        if not action:
            self.need(not why, operation.name)
            return None
        row = {"action": action, "on": self.forms(action, operation)}
        if not self.own:
            return self.optional_rows(row, operation)
        for head, inside in self.own.get("inside", {}).items():
            if "Tag" not in action:
                end = re.compile(head + r"(\{[^}]*\}|[^:{]*)$")
                row["on"] = [form + inside if end.search(form) else form for form in row["on"]]
        return [{**row, "why": why} if why else row]

    def optional_rows(self, row: dict[str, Any], operation: Any) -> list[dict[str, Any]]:
        """Without reviewed rows: an ARN that is an argument is the resource, and where only
        arguments that need not be given name one, there is none without them."""
        arn = shapes.arn_argument(operation) or shapes.name_argument(operation)
        row["on"] = [
            form[:-1] + arn
            if arn and form.endswith(("/*", ":*")) and "{" not in _own(form)
            else form
            for form in row["on"]
        ]
        named = [_ARGUMENT.findall(_own(form)) for form in row["on"]]
        if not all(named) or any("!" in name for names in named for name in names):
            return [row]
        names = sorted({re.split("[:=]", name)[0] for found in named for name in found})
        if not all(shapes.spellings(name, operation) for name in names):
            return [row]
        bare = {"action": row["action"], "on": [], "absent": names, "why": "optional"}
        return [bare, {**row, "given": names, "why": "optional"}]

    def known(self, name: str) -> str:
        """The action in the reference's spelling; "" when there is none."""
        name = name if ":" in name else f"{self.prefix}:{name}"
        found = actions.expand(name) if actions.service_exists(name.partition(":")[0]) else ()
        return found[0] if len(found) == 1 else ""

    def path_row(self, operation: Any) -> dict[str, Any]:
        """API Gateway: the verb is the action, the path the resource."""
        path = shapes.request_path(operation)
        if path.startswith("/tags/"):
            path = "/tags/*"
        arn = "arn:${Partition}:apigateway:${Region}::" + path
        return {
            "action": f"apigateway:{operation.http['method']}",
            "on": [self.form(arn, operation)],
            "why": "verb",
        }

    def row(self, row: dict[str, Any], operation: Any, why: str) -> dict[str, Any]:
        action = self.known(row["action"])
        self.need(action, operation.name, row["action"])
        on = row.get("on")
        if on is None:
            forms = self.forms(action, operation)
        else:
            forms = [self.form(self.full(each), operation) for each in on]
        extra = {key: row[key] for key in ROW_KEYS if key in row}
        for name in (n for key in ("given", "given_all", "absent") for n in extra.get(key, ())):
            self.need(shapes.spellings(name, operation), operation.name, name)
        for names in (n for key in TEXT_KEYS for n in extra.get(key, ())):
            known = any(shapes.spellings(name, operation) for name in names.split("|"))
            self.need(known, operation.name, names)
        return {"action": action, "on": forms, **extra, "why": why}

    def full(self, form: str) -> str:
        if form.startswith("@"):
            return "arn:${Partition}:" + form[1:]
        return form if form.startswith("arn:") else self.place + form

    def form(self, form: str, operation: Any) -> str:
        """The form with the arguments that this operation has, and ``!`` at required ones."""
        required = shapes.required_of(operation)

        def place(match: re.Match[str]) -> str:
            text, equals, default = match[1].rstrip("!").partition("=")
            text, colon, reading = text.partition(":")
            found = [each for name in text.split("|") for each in shapes.spellings(name, operation)]
            self.need(found or equals, operation.name, match[0])
            if not found:
                return default
            mark = "!" if any(each in required for each in found) else ""
            return "{" + "|".join(found) + colon + reading + equals + default + mark + "}"

        return re.sub(r"(?<!\$)\{([^{}]+)\}", place, form)

    def forms(self, action: str, operation: Any) -> list[str]:
        """The ARN forms of the action's resource types, with arguments in their places."""
        service = action.partition(":")[0]
        known = actions.arn_forms(service)
        types = [each for each in actions.resource_types_of(action) if each in known]
        own = [each for each in types if known[each].split(":")[2] == service]
        filled = [self.filled(known[each], operation) for each in (own or types)]
        best = max((score for score, _ in filled), default=0)
        found = [form for score, form in filled if score == best]
        if self.name == "ec2" and best:
            found = [form for _, form in filled]
        return sorted(dict.fromkeys(found), key=lambda each: (each.count("{"), each))

    def filled(self, form: str, operation: Any) -> tuple[int, str]:
        """How well an ARN form is filled by the arguments (2 wholly, 1 partly, 0 not), and it."""
        slots = [each for each in re.findall(r"\$\{(\w+)\}", form) if each not in PLACE_PARTS]
        got = {slot: self.place_for(slot, len(slots) == 1, operation) for slot in slots}
        for slot, place in got.items():
            form = form.replace("${" + slot + "}", place or "*")
        count = sum(bool(place) for place in got.values())
        score = 0 if not count else 2 if count == len(slots) else 1
        return score, self.form(form, operation)

    def place_for(self, slot: str, alone: bool, operation: Any) -> str:
        if slot in self.slots:
            for spec in self.slots[slot]:
                if spec == "" or not spec.startswith("{"):
                    return spec  # a fixed text; "" for a place that no argument fills
                names = re.split(r"[:=!}]", spec[1:])[0].split("|")
                if any(shapes.spellings(name, operation) for name in names):
                    return spec
            return ""
        name = guess(slot, alone, operation)
        return "{" + name + "}" if name else ""

    def passed_rows(self, operation: Any, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """iam:PassRole for each parameter that is a role."""
        if operation.name in self.own.get("not_passed", ()) or self.prefix in ("iam", "sts"):
            return []
        if any(row["action"] == "iam:PassRole" for row in found):
            return []
        rows = []
        for path in shapes.roles_in(operation):
            row: dict[str, Any] = {
                "action": "iam:PassRole",
                "on": [self.form(ROLE_FORM.replace("%s", path), operation)],
                "reason": "passes the role",
                "why": "passed",
            }
            if path not in shapes.required_of(operation):
                row["given"] = [path]
            if "passes_to" in self.own:
                row["passed"] = [self.own["passes_to"]]
            rows.append(row)
        return rows

    def tag_rows(self, operation: Any, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The tagging action where tags are given at creation."""
        if self.own.get("tags_apart") is False or not CREATES.match(operation.name):
            return []
        name = next(
            (n for n in ("Tags", "tags", "TagSpecifications") if n in shapes.members_of(operation)),
            "",
        )
        action = next((a for a in map(self.known, TAGGING) if a), "")
        if not name or not action or any(row["action"] == action for row in found):
            return []
        types = [
            actions.arn_forms(self.prefix).get(t, "") for t in actions.resource_types_of(action)
        ]
        heads = tuple(
            form.partition("${")[2].split("${Account}:")[-1].split("$")[0] for form in types
        )
        fits = [
            form
            for row in found[:1]
            for form in row["on"]
            if form.split("${Account}:")[-1].startswith(heads)
        ]
        on = (fits or self.forms(action, operation)) if types else []
        return [{"action": action, "on": on, "given": [name], "reason": "tags it", "why": "tags"}]


def guess(slot: str, alone: bool, operation: Any) -> str:
    """The parameter whose name agrees with a place's name; "" when there is none."""
    members = {name.lower(): name for name in shapes.members_of(operation)}
    low = slot.lower()
    stem = re.sub(r"(name|id|identifier|arn|resourceid)$", "", low) or low
    names = [low, *(stem + end for end in ("arn", "id", "identifier", "name", ""))]
    names += [name + "s" for name in names]
    if low.endswith("id") and operation.name.startswith("Create"):
        names = [name for name in names if not name.endswith("name")]
    if alone:
        names += ["resourcearn", "arn", "resourceid", "identifier", "resourceidentifier"]
        names += ["name"] if low.endswith("name") else ["id"]
    found = (members[name] for name in names if name in members)
    return next((name for name in found if is_text(name, operation)), "")


def is_text(name: str, operation: Any) -> bool:
    shape = shapes.members_of(operation)[name]
    if shape.type_name == "list":
        shape = shape.member
    return bool(shape.type_name == "string")


if __name__ == "__main__":
    main()
