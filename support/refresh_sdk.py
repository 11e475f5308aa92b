"""Regenerate src/ringfence/rules/sdk.pack from botocore and boto3.

Usage: python support/refresh_sdk.py    (needs botocore and boto3, Apache-2.0, in the environment)

One group per service, named as boto3's client: ``{"operations": [name, …], "waiters": {waiter:
operation}, "resources": {kind: resource}}``; what a resource holds stands in
:mod:`ringfence.rules.sdk`. The group ``names`` maps other names of services to boto3's.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import boto3
import botocore
from botocore import xform_name
from botocore.loaders import Loader

from ringfence.rules.pack import write_pack

OUTPUT = Path(__file__).parent.parent / "src/ringfence/rules/sdk.pack"
_TOP = re.compile(r"\w+$")
_WORD = re.compile(r"[^a-z0-9]")

Data = dict[str, Any]


def main() -> None:
    loader = Loader()
    loader.search_paths.append(str(Path(boto3.__file__).parent / "data"))
    groups: dict[str, object] = {}
    ranked: list[tuple[int, str, str]] = []
    for service in loader.list_available_services("service-2"):
        model = loader.load_service_model(service, "service-2")
        groups[service] = _service(loader, service, model)
        ranked += [
            (place, name, service) for place, name in enumerate(_names(service, model["metadata"]))
        ]
    groups["names"] = {name: service for _, name, service in sorted(ranked, reverse=True)}
    about = {
        "what": "operations, waiters and resource objects of the AWS SDKs",
        "source": "botocore and boto3 (PyPI)",
        "version": f"botocore {botocore.__version__}, boto3 {boto3.__version__}",
        "licence": "Apache-2.0",
        "count": str(sum(len(g["operations"]) for k, g in groups.items() if k != "names")),  # type: ignore[index]
    }
    write_pack(OUTPUT, about, groups)
    print(about, OUTPUT.stat().st_size)


def _names(service: str, metadata: Data) -> list[str]:
    """The service's names in lower case without signs: of boto3, of the model and its packages."""
    found = [service, metadata.get("serviceId", ""), metadata.get("serviceAbbreviation", "")]
    short = re.sub(r"^(Amazon|AWS)\s+", "", found[2])
    return [name for one in (*found, short) if (name := _WORD.sub("", one.lower()))]


def _service(loader: Loader, service: str, model: Data) -> Data:
    group: Data = {"operations": sorted(model["operations"])}
    if service in loader.list_available_services("waiters-2"):
        waiters = loader.load_service_model(service, "waiters-2")["waiters"]
        group["waiters"] = {name: one["operation"] for name, one in waiters.items()}
    if service in loader.list_available_services("resources-1"):
        resources = loader.load_service_model(service, "resources-1")
        group["resources"] = _resources(resources, model, group.get("waiters", {}))
    return group


def _resources(data: Data, model: Data, waiters: Data) -> Data:
    kinds = data["resources"]
    canonical = {kind: _canonical(one) for kind, one in kinds.items()}
    every = {
        name: {"resource": {"type": name, "identifiers": [
            {"target": one["name"], "source": "input"} for one in kind.get("identifiers", ())
        ]}}
        for name, kind in kinds.items()
    }  # fmt: skip
    top = {**data["service"], "has": {**every, **data["service"].get("has", {})}}
    found = {"": _resource("", top, canonical, model, waiters)}
    for kind, one in kinds.items():
        found[kind] = _resource(kind, one, canonical, model, waiters)
    return found


def _canonical(resource: Data) -> dict[str, str]:
    """The API parameter that each identifier fills most often."""
    counts: dict[str, Counter[str]] = {}
    requests = [one["request"] for one in resource.get("actions", {}).values()]
    requests += [one["request"] for one in resource.get("hasMany", {}).values()]
    requests += [resource["load"]["request"]] if "load" in resource else []
    for request in requests:
        for parameter in request.get("params", ()):
            target = parameter["target"].removesuffix("[0]")
            if parameter["source"] == "identifier" and _TOP.match(target):
                name = target if target == parameter["target"] else target.removesuffix("s")
                counts.setdefault(parameter["name"], Counter())[name] += 1
    return {
        one["name"]: counts[one["name"]].most_common(1)[0][0]
        if one["name"] in counts
        else one["name"]
        for one in resource.get("identifiers", ())
    }


def _resource(kind: str, data: Data, canonical: Data, model: Data, waiters: Data) -> Data:
    own = canonical.get(kind, {})
    found: Data = {"identifiers": []}
    for one in data.get("identifiers", ()):
        names = [xform_name(one["name"])]
        if "memberName" in one:
            names.append(xform_name(one["memberName"]))
        found["identifiers"].append([own[one["name"]], names])
    if "load" in data:
        found["load"] = _request(data["load"]["request"], own)
    found["actions"] = {
        xform_name(name): _making(one, own, canonical)
        for name, one in data.get("actions", {}).items()
    }
    found["batch"] = {
        xform_name(name): _request(one["request"], own)
        for name, one in data.get("batchActions", {}).items()
    }
    found["waiters"] = {
        "wait_until_" + xform_name(name): [
            waiters[one["waiterName"]], _params(one.get("params", ()), own)
        ]
        for name, one in data.get("waiters", {}).items()
    }  # fmt: skip
    found["collections"] = {
        xform_name(name): _making(one, own, canonical)
        for name, one in data.get("hasMany", {}).items()
    }
    for name, one in data.get("has", {}).items():
        of_data = any(i["source"] == "data" for i in one["resource"].get("identifiers", ()))
        place = found.setdefault("references" if of_data else "parts", {})
        place[xform_name(name) if of_data else name] = _made(one["resource"], own, canonical)
    shape = model["shapes"].get(data.get("shape", ""), {})
    found["attributes"] = sorted(xform_name(name) for name in shape.get("members", ()))
    return {name: value for name, value in found.items() if value or name == "identifiers"}


def _making(action: Data, own: Data, canonical: Data) -> list[Any]:
    return [*_request(action["request"], own), *_made(action.get("resource"), own, canonical)]


def _request(request: Data, own: Data) -> list[Any]:
    return [request["operation"], _params(request.get("params", ()), own)]


def _params(params: Any, own: Data) -> Data:
    """API parameter → the identity's parameter that fills it, "" where it is filled otherwise."""
    found: Data = {}
    for one in params:
        target = one["target"].partition("[")[0].partition(".")[0]
        filled = own.get(one.get("name", ""), "") if one["source"] == "identifier" else ""
        if filled or target not in found:
            found[target] = filled
    return found


def _made(resource: Data | None, own: Data, canonical: Data) -> list[Any]:
    """The kind that comes out, and what fills its identity: ``=Parameter`` of this object's
    identity, ``@Parameter`` of the request, "?" what the caller gives, "" not known; and whether
    it is a list of them."""
    if resource is None or resource["type"] not in canonical:
        return []
    theirs = canonical[resource["type"]]
    filled: Data = {}
    for one in resource.get("identifiers", ()):
        source, target = one["source"], theirs.get(one["target"], one["target"])
        if source == "identifier":
            filled[target] = "=" + own.get(one["name"], one["name"])
        elif source == "requestParameter":
            filled[target] = "@" + one["path"].partition("[")[0]
        else:
            filled[target] = "?" if source == "input" else ""
    paths = [str(one.get("path", "")) for one in resource.get("identifiers", ())]
    several = any("[]" in path for path in paths)
    return [resource["type"], filled, several]


if __name__ == "__main__":
    main()
