"""How each service's operations look as HTTP requests, from the package's own data.

``protocols.pack`` is written by ``support/refresh_protocols.py`` from the provider's models. A
group holds one service; ``operations`` maps a name to

* ``0`` for an operation of a JSON or CBOR protocol: its body names its members itself;
* the name of its input structure for the query protocols, "" when it takes no input;
* for REST: ``m`` method, ``u`` path pattern with literal query, ``l`` members outside the body as
  ``[place, name, type]``, ``r`` those of the query and headers that must be there, ``p`` the member
  that is the whole body with its node, ``b`` the node of the body, ``d`` when deprecated.

A node is a letter for a scalar (s text, b boolean, i integer, f float, t time, x bytes), ``=Name``
for a structure of ``shapes``, ``["L", item name, flat, node]`` for a list, ``["M", key name, value
name, flat, node]`` for a map, 0 for JSON whose names are the members' own. A structure maps member
to node, or to ``[name in the request, node]`` where the names differ.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ringfence.model.record import record
from ringfence.rules.pack import Pack

_DATA = Path(__file__).parent / "protocols.pack"
_INDEX = "index"

#: A node of an input's shape, as described above.
Node = Any


@record(frozen=True, eq=False)
class Service:
    """One service. ``name`` is the SDK's name of it (``s3``, ``stepfunctions``); ``signing`` the
    name in a signature, which is nearly always the prefix of its IAM actions; ``endpoint`` the
    first part of its host name; ``target`` what stands before the operation in ``X-Amz-Target``.
    ``unsigned`` are operations that take no credentials."""

    name: str
    protocols: tuple[str, ...]
    signing: str
    endpoint: str
    target: str
    version: str
    unsigned: frozenset[str]
    query_compatible: bool
    namespace: str
    operations: dict[str, Any]
    shapes: dict[str, Any]

    @property
    def rest(self) -> bool:
        """Whether method and path tell the operation."""
        return any(protocol.startswith("rest-") for protocol in self.protocols)

    @property
    def query(self) -> bool:
        """Whether ``Action=`` may tell the operation."""
        return any(protocol in ("query", "ec2") for protocol in self.protocols)


def services() -> list[str]:
    """The SDK names of all services."""
    return [name for name in _pack().names() if name != _INDEX]


@cache
def service(name: str) -> Service | None:
    """The service of that SDK name."""
    if name == _INDEX or name not in _pack():
        return None
    group = _pack().group(name)
    return Service(
        name=name,
        protocols=tuple(group["protocols"]),
        signing=group["signing"],
        endpoint=group["endpoint"],
        target=group["target"],
        version=group["version"],
        unsigned=frozenset(group["unsigned"]),
        query_compatible="queryCompatible" in group,
        namespace=group.get("namespace", ""),
        operations=group["operations"],
        shapes=group["shapes"],
    )


def services_by(kind: str, key: str) -> tuple[Service, ...]:
    """The services whose ``kind`` (signing, endpoint, target) is ``key``; the one that is called
    like the key comes first, so that of look-alikes (rds, neptune, docdb) the usual one wins."""
    names: list[str] = _pack().group(_INDEX)[kind].get(key, [])
    found = (service(name) for name in sorted(names, key=lambda name: (name != key, name)))
    return tuple(item for item in found if item is not None)


def about() -> dict[str, str]:
    """Source, version, date and licence of the data."""
    return _pack().about


@cache
def _pack() -> Pack:
    return Pack(_DATA)
