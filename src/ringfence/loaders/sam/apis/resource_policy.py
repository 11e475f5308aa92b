"""``Auth.ResourcePolicy`` of a REST API: account, address and network lists as one policy."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import items_of, make, sub
from ringfence.loaders.sam.apis.body import Body, method_text, starred
from ringfence.model.location import Location
from ringfence.model.value import Mapping, Value, string

POLICY = "x-amazon-apigateway-policy"


class PolicyDraft:
    """The statements of an API's resource policy, each once."""

    def __init__(self) -> None:
        self._statements: list[Value] = []
        self._seen: set[str] = set()
        self._place: Location | None = None

    def add_lists(self, given: Mapping, body: Body, path: str, stage: Value | str) -> None:
        """The statements that ``given`` makes for one path."""
        resources = [
            sub("execute-api:/${stage}/${rest}", given.location, stage=stage, rest=rest)
            for rest in (method_text(name) + starred(path) for name in body.methods_of(path))
        ]
        for name, effect in (("AwsAccountWhitelist", "Allow"), ("AwsAccountBlacklist", "Deny")):
            accounts = list(items_of(given.get(name)))
            if accounts:
                statement = _statement(effect, resources, {"AWS": accounts})
                self._add(statement, given.key_location(name))
        for name, operator in (
            ("IpRangeWhitelist", "NotIpAddress"),
            ("IpRangeBlacklist", "IpAddress"),
        ):
            ranges = list(items_of(given.get(name)))
            if ranges:
                condition = {operator: {"aws:SourceIp": ranges}}
                self._allow_but(resources, condition, given.key_location(name))
        for suffix, operator in (("Blacklist", "StringEquals"), ("Whitelist", "StringNotEquals")):
            networks = _networks(given, suffix)
            if networks:
                place = next(
                    (
                        given.key_location(name)
                        for name in given.entries
                        if name.endswith(suffix) and "Vpc" in name
                    ),
                    given.location,
                )
                self._allow_but(resources, {operator: networks}, place)

    def add_statements(self, given: Value | None) -> None:
        """``CustomStatements``, as written."""
        for statement in items_of(given):
            self._add(statement, statement.location)

    def _allow_but(
        self, resources: list[Value], condition: dict[str, Any], place: Location
    ) -> None:
        self._add(_statement("Allow", resources, "*"), place)
        denied = _statement("Deny", resources, "*")
        denied["Condition"] = condition
        self._add(denied, place)

    def _add(self, statement: dict[str, Any] | Value, place: Location) -> None:
        made = make(statement, place)
        if repr(made) not in self._seen:
            self._seen.add(repr(made))
            self._statements.append(made)
            self._place = self._place or place

    def write(self, body: Body) -> None:
        """Puts the policy into the document, if there is one."""
        if self._statements and self._place is not None:
            policy = {"Version": "2012-10-17", "Statement": list(self._statements)}
            body.extras[POLICY] = make(policy, self._place)


def _statement(effect: str, resources: list[Value], principal: Any) -> dict[str, Any]:
    return {
        "Effect": effect,
        "Action": "execute-api:Invoke",
        "Resource": list(resources),
        "Principal": principal,
    }


def _networks(given: Mapping, suffix: str) -> dict[str, list[Value]]:
    networks: dict[str, list[Value]] = {}
    for item in items_of(given.get(f"SourceVpc{suffix}")):
        endpoint = (string(item) or "").startswith("vpce-")
        networks.setdefault("aws:SourceVpce" if endpoint else "aws:SourceVpc", []).append(item)
    for name, key in (("IntrinsicVpc", "aws:SourceVpc"), ("IntrinsicVpce", "aws:SourceVpce")):
        for item in items_of(given.get(name + suffix)):
            networks.setdefault(key, []).append(item)
    return networks
