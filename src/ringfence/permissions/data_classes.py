"""What kind of data a resource holds: said by tags, or guessed from its name."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Any

from ringfence import late
from ringfence.model.application import Resource
from ringfence.model.record import record
from ringfence.model.value import Mapping, Scalar, Sequence, Text, string
from ringfence.rules import packed

_DATA = "permissions/data_classes.toml"
_WORDS = late.pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
#: Products whose names contain a word that tells of data.
_PRODUCT = late.pattern(r"(?i)document-?db")

#: Words beside which a token is a unit, of a model or a currency, and no credential.
_COUNTED = frozenset(
    {"aggregate", "aggregation", "amount", "balance", "count", "counts", "distribution", "ledger",
     "limit", "price", "quota", "reward", "rewards", "send", "supply", "transfer", "transfers",
     "usage"}
)  # fmt: skip

#: Kinds that hold data worth a class. A queue or a stream holds it in passing.
DATA_KINDS = (
    "table", "bucket", "queue", "topic", "stream", "secret", "parameter", "user-pool", "database",
    "cache", "file-system", "search-domain", "delivery-stream",
)  # fmt: skip


@record(frozen=True)
class DataClass:
    """``name`` is credentials, health, financial, personal, confidential or one of the user's own;
    ``words`` how a story says it. ``guessed`` when only the name tells."""

    name: str
    words: str
    rank: int
    guessed: bool


NO_CLASS = DataClass("", "", 0, False)


def data_class_of(resource: Resource) -> DataClass:
    """The class of the data in a resource; :data:`NO_CLASS` when nothing tells.

    Secrets hold credentials and user pools personal data by their nature.
    """
    if resource.kind == "secret":
        return _named("credentials", False)
    tagged = _from_tags(resource.tags or _tags(resource))
    if tagged is not None:
        return tagged
    if resource.kind == "user-pool":
        return _named("personal", False)
    if resource.kind not in DATA_KINDS:
        return NO_CLASS
    return _from_words([resource.logical_id, *_name_texts(resource)])


def worst_class(classes: Iterable[DataClass]) -> DataClass:
    """The gravest class; a stated one before a guessed one of the same rank."""
    return max(classes, key=lambda one: (one.rank, not one.guessed), default=NO_CLASS)


def class_named(name: str, guessed: bool = False) -> DataClass:
    """The class of that name, also one of the user's own; :data:`NO_CLASS` for ""."""
    return _named(name, guessed) if name else NO_CLASS


def class_words(name: str) -> str:
    """How a story says the class: ``personal`` → "personal data"."""
    return _named(name, False).words if name else ""


def _from_tags(tags: dict[str, str]) -> DataClass | None:
    table = _table()
    for key, value in tags.items():
        if re.sub(r"[^a-z]", "", key.lower()) not in table["tag_keys"]:
            continue
        plain = re.sub(r"[^a-z]", "", value.lower())
        if plain in table["harmless"]:
            return NO_CLASS
        for entry in table["class"]:
            if plain in entry["tags"] or plain == entry["name"]:
                return _named(entry["name"], False)
        return DataClass(value, f"data tagged {value}", 2, False)
    return None


def _from_words(texts: Iterable[str]) -> DataClass:
    plain = (_PRODUCT.sub(" ", text) for text in texts)
    words = [word.lower() for text in plain for word in _WORDS.findall(text)]
    if not _COUNTED.isdisjoint(words):
        words = [word for word in words if word not in ("token", "tokens")]
    names = {
        word: entry["name"] for entry in reversed(_table()["class"]) for word in entry["names"]
    }
    return worst_class(_named(names[word], True) for word in words if word in names)


def _name_texts(resource: Resource) -> list[str]:
    if isinstance(resource.name, Text):
        return [part for part in resource.name.parts if isinstance(part, str)]
    name = string(resource.name)
    return [name] if name else []


def _tags(resource: Resource) -> dict[str, str]:
    value = resource.properties.get("Tags")
    found: dict[str, str] = {}
    if isinstance(value, Sequence):
        for item in value.items:
            if isinstance(item, Mapping) and (key := string(item.get("Key"))):
                found[key] = string(item.get("Value")) or ""
    elif isinstance(value, Mapping):
        found = {k: str(v.value) for k, v in value.entries.items() if isinstance(v, Scalar)}
    return found


@functools.cache
def _named(name: str, guessed: bool) -> DataClass:
    for entry in _table()["class"]:
        if entry["name"] == name:
            return DataClass(name, entry["words_in_story"], entry["rank"], guessed)
    return DataClass(name, f"{name} data", 2, guessed)


@functools.cache
def _table() -> dict[str, Any]:
    return packed.read(_DATA)
