"""Write ``rules/protocols.pack``: how each service's operations look as HTTP requests.

    pip install botocore
    python support/refresh_protocols.py [OUT]

The models of the botocore package (Apache-2.0) say for every operation its method, path and where
each input member travels. Kept is what decoding a request needs and nothing else: an operation of a
JSON or CBOR protocol is known by its name alone, since its body names its members itself. The
layout is described in ``ringfence.rules.protocols``, which reads it.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ringfence.rules.pack import write_pack

OUT = Path(__file__).parent.parent / "src" / "ringfence" / "rules" / "protocols.pack"
TYPES = {
    "string": "s", "character": "s", "boolean": "b", "integer": "i", "long": "i", "short": "i",
    "byte": "i", "bigInteger": "i", "float": "f", "double": "f", "bigDecimal": "f",
    "timestamp": "t", "blob": "x",
}  # fmt: skip
#: The place of a member outside the body, as one letter.
PLACES = {"uri": "u", "querystring": "q", "header": "h", "headers": "H"}
NAMED_BODY = ("query", "ec2", "rest-xml")


class Trees:
    """The shapes of one service as nodes: a letter for a scalar, a list for the rest."""

    def __init__(self, model: dict[str, Any], protocol: str) -> None:
        self.shapes = model["shapes"]
        self.protocol = protocol
        self.kept: dict[str, Any] = {}
        self._plain: dict[str, bool] = {}

    def node(self, reference: dict[str, Any]) -> Any:
        """The node of a member: structures by name (``=Name``), lists and maps written out."""
        shape = self.shapes[reference["shape"]]
        kind = shape["type"]
        if kind == "structure":
            self.keep(reference["shape"])
            return "=" + reference["shape"]
        flat = int(reference.get("flattened", shape.get("flattened", False)))
        if kind == "list":
            item = shape["member"]
            return ["L", item.get("locationName", ""), flat, self.node(item)]
        if kind == "map":
            key, value = shape["key"], shape["value"]
            return ["M", key.get("locationName", "key"), value.get("locationName", "value"), flat,
                    self.node(value)]  # fmt: skip
        return TYPES.get(kind, "s")

    def keep(self, name: str, without: frozenset[str] = frozenset()) -> None:
        """Keep the structure of that name, without members that travel elsewhere."""
        if name in self.kept:
            return
        members: dict[str, Any] = {}
        self.kept[name] = ["S", members]
        for member, reference in self.shapes[name].get("members", {}).items():
            if member not in without:
                wire = self.wire(member, reference)
                node = self.node(reference)
                members[member] = node if wire == member else [wire, node]

    def wire(self, member: str, reference: dict[str, Any]) -> str:
        """The name that a member has in a request."""
        name = reference.get("locationName")
        if self.protocol != "ec2":
            return str(name or member)
        if "queryName" in reference:
            return str(reference["queryName"])
        name = name or member
        return str(name[0].upper() + name[1:])

    def plain(self, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Whether a JSON body of that shape has only names that are the members' own."""
        if name not in self._plain:
            if name in seen:
                return True
            self._plain[name] = self._has_own_names(self.shapes[name], seen | {name})
        return self._plain[name]

    def _has_own_names(self, shape: dict[str, Any], seen: frozenset[str]) -> bool:
        references = shape.get("members", {})
        inner = [*references.values(), *(shape[key] for key in ("member", "value") if key in shape)]
        return all(
            reference.get("locationName", member) == member
            for member, reference in references.items()
        ) and all(self.plain(reference["shape"], seen) for reference in inner)


def main() -> None:
    import botocore
    import botocore.loaders

    loader = botocore.loaders.Loader()
    models = {
        name: loader.load_service_model(name, "service-2")
        for name in loader.list_available_services("service-2")
    }
    groups: dict[str, object] = {name: service(model) for name, model in models.items()}
    groups["index"] = index(models)
    about = {
        "source": "botocore (PyPI)",
        "version": botocore.__version__,
        "date": datetime.now(UTC).date().isoformat(),
        "licence": "Apache-2.0",
    }
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else OUT
    write_pack(out, about, groups)
    count = sum(len(model["operations"]) for model in models.values())
    print(f"{out}: {len(models)} services, {count} operations, {out.stat().st_size:,} bytes")


def index(models: dict[str, Any]) -> dict[str, dict[str, list[str]]]:
    """Signing name, endpoint prefix and target prefix → services."""
    found: dict[str, dict[str, list[str]]] = {"signing": {}, "endpoint": {}, "target": {}}
    for name, model in sorted(models.items()):
        about = model["metadata"]
        keys = {
            "signing": about.get("signingName", about["endpointPrefix"]),
            "endpoint": about["endpointPrefix"],
            "target": about.get("targetPrefix", ""),
        }
        for kind, key in keys.items():
            if key:
                found[kind].setdefault(key, []).append(name)
    return found


def service(model: dict[str, Any]) -> dict[str, Any]:
    about = model["metadata"]
    protocol = main_protocol(about)
    trees = Trees(model, protocol)
    made: dict[str, Any] = {
        "protocols": about.get("protocols", [about["protocol"]]),
        "signing": about.get("signingName", about["endpointPrefix"]),
        "endpoint": about["endpointPrefix"],
        "target": about.get("targetPrefix", ""),
        "version": about["apiVersion"],
        "unsigned": unsigned(model),
        "operations": {
            name: operation(trees, protocol, item) for name, item in model["operations"].items()
        },
    }
    if "awsQueryCompatible" in about:
        made["queryCompatible"] = 1
    if protocol == "query" and "xmlNamespace" in about:
        made["namespace"] = about["xmlNamespace"]
    made["shapes"] = trees.kept
    return made


def main_protocol(about: dict[str, Any]) -> str:
    """The one of a service's protocols that needs most to be decoded."""
    spoken = [about["protocol"], *about.get("protocols", [])]
    wanted = ("query", "ec2", "rest-xml", "rest-json")
    return next((protocol for protocol in wanted if protocol in spoken), spoken[0])


def unsigned(model: dict[str, Any]) -> list[str]:
    """The operations that take no credentials and so need no permission."""
    return sorted(
        name
        for name, item in model["operations"].items()
        if item.get("authtype") == "none" or item.get("auth") == ["smithy.api#noAuth"]
    )


def operation(trees: Trees, protocol: str, item: dict[str, Any]) -> Any:
    shape = item.get("input", {}).get("shape", "")
    if protocol in ("query", "ec2"):
        if shape:
            trees.keep(shape)
        return shape
    if not protocol.startswith("rest-"):
        return 0
    return rest(trees, protocol, item, shape)


def rest(trees: Trees, protocol: str, item: dict[str, Any], name: str) -> dict[str, Any]:
    made: dict[str, Any] = {"m": item["http"]["method"], "u": item["http"]["requestUri"]}
    if item.get("deprecated"):
        made["d"] = 1
    shape = trees.shapes[name] if name else {}
    located = located_members(trees, shape)
    if located:
        made["l"] = located
    needed = [m for m in shape.get("required", []) if m in located and located[m][0] in "qh"]
    if needed:
        made["r"] = needed
    payload = shape.get("payload")
    if payload:
        made["p"] = [payload, payload_node(trees, protocol, shape["members"][payload])]
    elif name and set(shape.get("members", {})) - set(located):
        made["b"] = body_node(trees, protocol, name, frozenset(located))
    return made


def located_members(trees: Trees, shape: dict[str, Any]) -> dict[str, list[str]]:
    """Member → [place, name there, type] of what travels outside the body."""
    return {
        member: [
            PLACES[reference["location"]],
            reference.get("locationName", member),
            place_type(trees.shapes, trees.shapes[reference["shape"]]),
        ]
        for member, reference in shape.get("members", {}).items()
        if reference.get("location") in PLACES
    }


def place_type(shapes: dict[str, Any], shape: dict[str, Any]) -> str:
    """A scalar's letter; ``L`` and ``M`` with the letter of what a list or map holds."""
    if shape["type"] == "list":
        return "L" + place_type(shapes, shapes[shape["member"]["shape"]])
    if shape["type"] == "map":
        return "M" + place_type(shapes, shapes[shape["value"]["shape"]])
    return TYPES.get(shape["type"], "s")


def payload_node(trees: Trees, protocol: str, reference: dict[str, Any]) -> Any:
    kind = trees.shapes[reference["shape"]]["type"]
    if kind in TYPES:
        return TYPES[kind]
    if protocol in NAMED_BODY or not trees.plain(reference["shape"]):
        return trees.node(reference)
    return 0


def body_node(trees: Trees, protocol: str, name: str, without: frozenset[str]) -> Any:
    if protocol not in NAMED_BODY and trees.plain(name):
        return 0
    trees.keep(name, without)
    return "=" + name


if __name__ == "__main__":
    main()
