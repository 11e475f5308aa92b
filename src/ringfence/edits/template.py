"""A template that is being patched: its document, and who mentions whom in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ringfence.edits.document import Document, Path
from ringfence.edits.nodes import Node, data_of
from ringfence.edits.result import Note

_SUB = re.compile(r"\$\{\s*([A-Za-z0-9]+)")
#: The property of an event under a SAM function that names what then depends on the function.
_EVENT_SOURCES = ("Bucket", "RestApiId", "ApiId", "UserPool")


class Template:
    """One file. ``notes`` collects what people should know."""

    def __init__(self, text: str, path: str) -> None:
        self.path = path
        self.document = Document(text, path)
        self.notes: list[Note] = []
        whole = data_of(self.document.root, self.document.tree)
        self.data: dict[str, Any] = whole if isinstance(whole, dict) else {}
        self.names: set[str] = set()
        self.ignored_edges: set[str] = set()
        self.edges: dict[str, set[str]] = {}
        self.replaced_roles: dict[str, str] = {}

    def section(self, name: str) -> dict[str, Any]:
        found = self.data.get(name)
        return found if isinstance(found, dict) else {}

    @property
    def resources(self) -> dict[str, Any]:
        return self.section("Resources")

    def resource(self, logical_id: str) -> dict[str, Any]:
        found = self.resources.get(logical_id)
        return found if isinstance(found, dict) else {}

    def properties(self, logical_id: str) -> dict[str, Any]:
        found = self.resource(logical_id).get("Properties")
        return found if isinstance(found, dict) else {}

    def where(self, path: Path) -> str:
        node = self.document.find(path)
        return f"{self.path}:{self.document.line_of(node)}" if node is not None else self.path

    def note(self, kind: str, function: str, what: str, path: Path = (), cure: str = "") -> None:
        self.notes.append(Note(kind, function, what, self.where(path), cure))

    def unused_name(self, *wishes: str) -> str:
        """The first name that no resource has, also none that this patch adds."""
        numbered = (f"{wishes[0]}{number}" for number in range(2, 10_000))
        for name in (*wishes, *numbered):
            if name not in self.resources and name not in self.names:
                self.names.add(name)
                return name
        return wishes[0]

    def is_own(self, path: Path) -> bool:
        """Whether the property stands there itself, and does not come from a merge (``<<``)."""
        parent = self.document.find(path[:-1])
        return isinstance(parent, Node) and parent.index(str(path[-1])) is not None

    def lose_comments(self, function: str, path: Path) -> None:
        """Say how many comment lines go with a value that is replaced."""
        node = self.document.find(path)
        if node is None or self.document.style.is_json:
            return
        lines = self.document.before[node.begin : node.end].split("\n")[1:]
        count = sum(1 for line in lines if line.lstrip().startswith("#"))
        if count and node.style not in ("|", ">"):
            shown = "1 comment line" if count == 1 else f"{count} comment lines"
            self.note("lost", function, f"{shown} inside {path[-1]} replaced with it", path)

    def mentions(self, logical_id: str) -> set[str]:
        """The resources that mention another one; ``!exports`` where an exported output does."""
        found = {
            name
            for name, resource in self.resources.items()
            if name != logical_id and logical_id in set(mentioned(resource))
        }
        for output in self.section("Outputs").values():
            exports = isinstance(output, dict) and "Export" in output
            if exports and logical_id in set(mentioned(output.get("Value"))):
                found.add("!exports")
        return found

    def depend(self, planned: set[str]) -> None:
        """Note who needs whom to exist first. What the planned functions are granted now does not
        count: it is replaced."""
        for name, resource in self.resources.items():
            if not isinstance(resource, dict):
                continue
            counted = _without_grants(resource) if name in planned else resource
            for source in _event_sources(counted):
                self.edges.setdefault(source, set()).add(name)
            self.edges.setdefault(name, set()).update(mentioned(counted))

    def closes_circle(self, function: str, target: str) -> bool:
        """Whether ``function`` cannot need ``target``, since that needs the function; else it is
        noted that it does."""
        seen, waiting = {target}, [target]
        while waiting:
            if (name := waiting.pop()) == function:
                return True
            new = self.edges.get(name, set()) - seen
            seen |= new
            waiting.extend(new)
        self.edges.setdefault(function, set()).add(target)
        return False


def mentioned(data: Any) -> Iterator[str]:
    """The names that data refers to: Ref, GetAtt, Sub, DependsOn."""
    waiting = [data]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item)
        if not isinstance(item, dict):
            continue
        for key, value in item.items():
            if key == "Ref" and isinstance(value, str):
                yield value
            elif key == "Fn::GetAtt":
                parts = value if isinstance(value, list) and value else str(value).split(".")
                yield str(parts[0])
            elif key == "DependsOn":
                yield from (str(name) for name in (value if isinstance(value, list) else [value]))
            elif key == "Fn::Sub":
                text = value[0] if isinstance(value, list) and value else value
                yield from _SUB.findall(str(text))
            waiting.append(value)


def _without_grants(resource: dict[str, Any]) -> dict[str, Any]:
    properties = resource.get("Properties")
    kept = properties if isinstance(properties, dict) else {}
    kept = {key: item for key, item in kept.items() if key not in ("Role", "Policies")}
    return {**resource, "Properties": kept, "Connectors": None}


def _event_sources(resource: dict[str, Any]) -> Iterator[str]:
    own = resource.get("Properties")
    events = own.get("Events") if isinstance(own, dict) else None
    for event in events.values() if isinstance(events, dict) else ():
        properties = event.get("Properties") if isinstance(event, dict) else None
        given = properties if isinstance(properties, dict) else {}
        for name in _EVENT_SOURCES:
            yield from mentioned(given.get(name))
        if isinstance(event, dict) and event.get("Type") in ("Api", "HttpApi"):
            yield "ServerlessRestApi" if event["Type"] == "Api" else "ServerlessHttpApi"
