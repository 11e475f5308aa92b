"""The catalogue of techniques, as records: ``rules/permissions/escalations.toml``."""

from __future__ import annotations

import functools
from typing import Any

from ringfence.model.record import record
from ringfence.rules import packed

DATA = "permissions/escalations.toml"


@record(frozen=True)
class Technique:
    """One path; ``needs`` holds for every step the actions of which one is enough.

    ``by``, ``uses``, ``service``, ``passed`` and ``on`` are explained at the top of the data file.
    """

    id: str
    title: str
    result: str
    needs: tuple[tuple[str, ...], ...]
    by: str
    uses: str
    service: str
    on: str
    rank: int
    passed: tuple[str, ...] = ()


@record(frozen=True)
class Kind:
    """A kind of resource: the form of its ARN, the service that trusts are about, and the key of
    a record's list of such resources. ``rare`` kinds count surely only where they are listed."""

    name: str
    arn: str
    service: str = ""
    list: str = ""
    rare: bool = False


@record(frozen=True)
class Catalogue:
    """All techniques, kinds, and what conditions are about.

    ``acts`` maps an action in lower case to its kind; ``chosen`` are condition keys in lower case,
    a trailing ``*`` means any ending. ``tagging`` names the action that tags a thing of a kind.
    """

    techniques: tuple[Technique, ...]
    kinds: dict[str, Kind]
    acts: dict[str, str]
    chosen: tuple[str, ...]
    principals: tuple[str, ...]
    powerful: tuple[str, ...]
    harmless: tuple[str, ...]
    tagging: dict[str, str]


@functools.cache
def catalogue() -> Catalogue:
    """The shipped catalogue."""
    data = packed.read(DATA)
    conditions = data["conditions"]
    acts = {name.lower(): kind for kind, names in data["acts"].items() for name in names}
    return Catalogue(
        tuple(_technique(path) for path in data["path"]),
        {name: Kind(name, **entry) for name, entry in data["kind"].items()},
        acts,
        tuple(key.lower() for key in conditions["chosen"]),
        tuple(conditions["principals"]),
        tuple(conditions["powerful"]),
        tuple(conditions["harmless"]),
        dict(data["tagging"]),
    )


def _technique(path: dict[str, Any]) -> Technique:
    needs = tuple(tuple(one) if isinstance(one, list) else (one,) for one in path["needs"])
    return Technique(
        path["id"],
        path["title"],
        path["result"],
        needs,
        path["by"],
        path.get("uses", ""),
        path.get("service", ""),
        path.get("on", ""),
        path["rank"],
        tuple(path.get("passed", ())),
    )
