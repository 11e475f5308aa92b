"""Which applications of a folder belong together: one names what another offers.

A queue, topic or function that one service writes by its name and another declares is one channel,
and an exported value is known once its exporter is read. Only names that are written out count:
equal names, or equal known parts of some length where the rest stays open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ringfence import late
from ringfence.dataflow.directory import known_length
from ringfence.scan.application import Outcome

#: Names that many unrelated applications use.
COMMON = frozenset(("default", "*", "handler", "index", "main", "test"))
SHORTEST, LONGEST = 4, 300
_NAME = late.pattern(r"[\w.\-/:+=@#*]+")
#: Of a name with open parts, this much must be known.
SHORTEST_KNOWN = 8
#: A name that more applications offer tells nothing.
MOST_OFFERS = 3


def links_between(outcomes: Sequence[Outcome]) -> list[tuple[int, int]]:
    """Pairs of indices of applications of which the first names what the second offers."""
    offers: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for index, outcome in enumerate(outcomes):
        for offer in outcome.offers:
            kind, _, name = offer.partition(":")
            if is_telling(name):
                offers[name][kind].append(index)
    links = []
    for index, outcome in enumerate(outcomes):
        for ask in outcome.asks:
            kinds, _, name = ask.partition(":")
            if name not in offers:
                continue
            by_kind = offers[name]
            wanted = kinds.split(",") if kinds else [kind for kind in by_kind if kind != "export"]
            found = {other for kind in wanted for other in by_kind.get(kind, ()) if other != index}
            links += [(index, other) for other in nearest(index, found, outcomes)]
    return links


def is_telling(name: str) -> bool:
    """Whether equal names of this form hardly mean different things."""
    if not SHORTEST <= len(name) <= LONGEST or name.lower() in COMMON:
        return False
    if _NAME.fullmatch(name) is None:  # a placeholder, such as <your-bucket>
        return False
    return "*" not in name or known_length(name) >= SHORTEST_KNOWN


def nearest(index: int, found: set[int], outcomes: Sequence[Outcome]) -> list[int]:
    """Of several applications those whose folder is nearest; none where that leaves many."""
    home = label_of(outcomes[index]).split("/")[:-1]
    ranked: dict[int, list[int]] = defaultdict(list)
    for other in sorted(found):
        there = label_of(outcomes[other]).split("/")[:-1]
        common = 0
        for mine, theirs in zip(home, there, strict=False):
            if mine != theirs:
                break
            common += 1
        ranked[common].append(other)
    best = ranked[max(ranked)] if ranked else []
    return best if len(best) <= MOST_OFFERS else []


def label_of(outcome: Outcome) -> str:
    """The first file of an application."""
    return min([*outcome.templates, *outcome.code], default="")
