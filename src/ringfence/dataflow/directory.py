"""Which resource of the application a text or value names."""

from __future__ import annotations

import re

from ringfence.dataflow.values import Mix, Value
from ringfence.model.application import Application
from ringfence.model.value import Choice, Reference, Scalar, Text
from ringfence.model.value import Value as TemplateValue

#: API parameters that name a resource → the kind of resource.
NAMING = {
    "TableName": "table", "Bucket": "bucket", "QueueUrl": "queue", "QueueName": "queue",
    "TopicArn": "topic", "TargetArn": "topic", "FunctionName": "function",
    "stateMachineArn": "state-machine", "StreamName": "stream", "StreamARN": "stream",
    "EventBusName": "bus", "SecretId": "secret", "DeliveryStreamName": "delivery-stream",
    "UserPoolId": "user-pool", "KeyId": "key", "CopySource": "bucket",
}  # fmt: skip
MINIMUM_KNOWN = 4


class Directory:
    """Names of resources as patterns, by kind."""

    def __init__(self, application: Application) -> None:
        self.names: dict[str, list[tuple[str, str]]] = {}
        for resource in application.resources.values():
            if resource.kind and resource.name is not None:
                for name in name_texts(resource.name):
                    self.names.setdefault(resource.kind, []).append((name, resource.id))
        for function in application.functions.values():
            if function.name is not None:
                for name in name_texts(function.name):
                    entry = (name, function.id)
                    if entry not in self.names.setdefault("function", []):
                        self.names["function"].append(entry)
        #: Names that were looked for without success, as kind and name.
        self.asks: set[str] = set()
        self.cache: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self.near_cache: dict[tuple[str, str, str], tuple[str, ...]] = {}

    def of_text(self, text: str, kind: str, near: str = "") -> tuple[str, ...]:
        """The resources that a text with ``*`` for unknown parts may name.

        ``near`` is the id of the function that names them. One account cannot have a name twice,
        so of several templates with the same name that nearest to the function is meant.
        """
        home = near.rpartition("#")[0]
        key = (kind, text, home)
        if key not in self.near_cache:
            self.near_cache[key] = nearest(self._matching(text, kind), home)
        if not self.near_cache[key]:
            self.asks.add(f"{kind}:{last_part(text)}")
        return self.near_cache[key]

    def _matching(self, text: str, kind: str) -> list[tuple[str, str]]:
        key = (kind, text)
        if key not in self.cache:
            entries = self.names.get(kind, ())
            self.cache[key] = [entry for entry in entries if same_name(text, entry[0])]
        return self.cache[key]

    def of_value(self, value: Value, kind: str, near: str = "") -> list[str]:
        """The ids of what a value names; a text that names nothing known stands for itself."""
        found: list[str] = []
        for const in value.consts:
            if isinstance(const, Mix):
                resources = const.resources()
                found += resources or self.of_text(const.text(), kind, near)
                if not resources and not found and const.variables() and len(const.parts) == 1:
                    found.append("variable:" + const.variables()[0])
            elif isinstance(const, str) and const:
                found += self.of_text(const, kind, near) or (f"name:{last_part(const)}",)
        return list(dict.fromkeys(found))


def nearest(entries: list[tuple[str, str]], home: str) -> tuple[str, ...]:
    """Of the (name, id) entries with one name, those whose template is nearest to ``home``."""
    best: dict[str, tuple[int, list[str]]] = {}
    for name, identity in entries:
        near = nearness(identity.rpartition("#")[0], home)
        kept = best.get(name)
        if kept is None or near > kept[0]:
            best[name] = (near, [identity])
        elif near == kept[0]:
            kept[1].append(identity)
    return tuple(dict.fromkeys(identity for _, kept in best.values() for identity in kept))


def nearness(template: str, home: str) -> int:
    """How many leading folders two templates share; one more than all for the same template."""
    if template == home:
        return len(home) + 1
    count = 0
    for mine, theirs in zip(template.split("/")[:-1], home.split("/")[:-1], strict=False):
        if mine != theirs:
            break
        count += 1
    return count


def name_texts(value: TemplateValue) -> list[str]:
    """A name with ``*`` for each part that is not known."""
    if isinstance(value, Scalar):
        return [str(value.value)] if value.value else []
    if isinstance(value, Text):
        return ["".join(part if isinstance(part, str) else "*" for part in value.parts)]
    if isinstance(value, Choice):
        return [text for branch in value.branches() for text in name_texts(branch)]
    return ["*"] if not isinstance(value, Reference) else []


def last_part(text: str) -> str:
    """The name in an ARN or queue URL."""
    if text.startswith("arn:"):
        return text.rpartition(":")[2].rpartition("/")[2]
    return text.rpartition("/")[2] if text.startswith("https://") else text


def same_name(text: str, name: str) -> bool:
    text = last_part(text)
    if text == name:
        return True
    if "*" not in text and "*" not in name:
        return False
    if min(known_length(text), known_length(name)) < MINIMUM_KNOWN:
        return False
    return matches(text, name) or matches(name, text)


def known_length(text: str) -> int:
    return len(text.replace("*", ""))


def matches(pattern: str, text: str) -> bool:
    if "*" not in pattern:
        return False
    parts = [re.escape(part) for part in re.split(r"\*+", pattern)]
    return re.fullmatch("[^/]*".join(parts), text) is not None
