"""API definitions in OpenAPI or Swagger with ``x-amazon-apigateway-*``: operations, who may call
each, and what stands behind it.

Source: API Gateway Developer Guide, "OpenAPI extensions for API Gateway".
"""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.loaders.aws.graph import Graph
from ringfence.loaders.aws.triggers import access
from ringfence.loaders.aws.triggers.access import Access
from ringfence.loaders.aws.values import every, fields, first, items, text_of, variants
from ringfence.model.location import Location
from ringfence.model.record import record
from ringfence.model.value import Mapping, Scalar, Value

METHODS = frozenset(("get", "put", "post", "delete", "options", "head", "patch", "trace"))
ANY = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"
AUTHORIZER = "x-amazon-apigateway-authorizer"


@record(frozen=True)
class Operation:
    method: str
    path: str
    integration: Mapping
    access: Access
    location: Location
    definition: Mapping


class Definition:
    """One API body. ``invoke_action`` is the IAM action of a signed call."""

    def __init__(self, graph: Graph, body: Mapping) -> None:
        self.graph = graph
        self.body = body

    def operations(self) -> Iterator[Operation]:
        """Every operation with an integration, in all branches."""
        for path, item, _ in fields(self.body, "paths"):
            for key, operation, location in fields(item):
                if not isinstance(operation, Mapping):
                    continue
                method = "ANY" if key == ANY else key.upper()
                if key != ANY and key.lower() not in METHODS:
                    continue
                for integration in self._integrations(operation):
                    held = self.access_of(operation, location)
                    yield Operation(method, path, integration, held, location, operation)

    def _integrations(self, operation: Mapping) -> Iterator[Mapping]:
        for value in every(operation, INTEGRATION):
            if isinstance(value, Mapping):
                target = text_of(value, "$ref").removeprefix("#/")
                if target:
                    referred = first(self.body, target.replace("/", "."))
                    if isinstance(referred, Mapping):
                        yield referred
                else:
                    yield value

    # --- who may call -------------------------------------------------------------------------

    def access_of(self, operation: Mapping, location: Location) -> Access:
        """The operation's own security, else the definition's, else open; the widest branch."""
        return access.widest(
            (self._access_of(variant, location), condition)
            for variant, condition in variants(operation, "security", "x-amazon-apigateway-auth")
        )

    def _access_of(self, operation: Mapping, location: Location) -> Access:
        direct = text_of(operation, "x-amazon-apigateway-auth.type").upper()
        if direct == "AWS_IAM":
            return access.signed(
                operation.key_location("x-amazon-apigateway-auth"), "execute-api:Invoke"
            )
        for holder in (operation, self.body):
            if "security" in holder:
                proof = holder.key_location("security")
                return self._required(holder.get("security"), proof)
        return access.open_to_anyone(location, "no authorizer is declared for it")

    def _required(self, security: Value | None, proof: Location) -> Access:
        names: list[tuple[str, list[str]]] = []
        for requirement in items(security):
            for name, wanted, _ in fields(requirement):
                names.append((name, [text_of(scope) for scope in items(wanted)]))
        keyed = False
        found: Access | None = None
        for name, scopes in names:
            if name.upper() == "NONE":
                continue
            scheme = self._scheme(name)
            held = self._scheme_access(name, scheme, scopes, proof)
            if held.authentication.kind == "api-key":
                keyed = True
            elif found is None or held.sender.exposure > found.sender.exposure:
                found = held
        if found is None:
            if keyed:
                return access.api_key(proof)
            return access.open_to_anyone(proof, "its security is switched off")
        return access.with_api_key(found) if keyed else found

    def _scheme(self, name: str) -> Mapping | None:
        for path in ("securityDefinitions", "components.securitySchemes"):
            for holder in every(self.body, path):
                if isinstance(holder, Mapping):
                    found = first(holder.get(name))
                    if isinstance(found, Mapping):
                        return found
        return None

    def _scheme_access(
        self, name: str, scheme: Mapping | None, scopes: list[str], proof: Location
    ) -> Access:
        if scheme is None:
            return access.unknown(f"the security scheme {name} is not defined", proof)
        kind = text_of(scheme, "x-amazon-apigateway-authtype").lower()
        authorizer = first(scheme, AUTHORIZER)
        if kind == "awssigv4":
            return access.signed(proof, "execute-api:Invoke")
        if isinstance(authorizer, Mapping):
            authorizer = _with_header(authorizer, scheme)
            return self._authorizer_access(name, authorizer, kind, scopes, proof)
        if text_of(scheme, "type") == "apiKey" and text_of(scheme, "name").lower() == "x-api-key":
            return access.api_key(proof)
        reason = f"no authorizer stands behind the security scheme {name}, so nothing is checked"
        return access.open_to_anyone(proof, reason)

    def _authorizer_access(
        self, name: str, authorizer: Mapping, kind: str, scopes: list[str], proof: Location
    ) -> Access:
        word = text_of(authorizer, "type").lower()
        if word == "cognito_user_pools" or kind == "cognito_user_pools":
            return access.pool(self.graph, items(authorizer, "providerARNs"), proof, scopes)
        if word == "jwt":
            issuer = first(authorizer, "jwtConfiguration.issuer")
            return access.issuer_access(self.graph, issuer, proof, scopes)
        functions = self.graph.functions(authorizer.get("authorizerUri"))
        return access.custom(functions[0].logical_id if functions else name, proof, authorizer)

    def authorizers(self) -> Iterator[tuple[str, Mapping, Location]]:
        """The definition's authorizers with the place of each."""
        for path in ("securityDefinitions", "components.securitySchemes"):
            for name, scheme, location in fields(self.body, path):
                for authorizer in every(scheme, AUTHORIZER):
                    if isinstance(authorizer, Mapping):
                        yield name, authorizer, location


def _with_header(authorizer: Mapping, scheme: Mapping) -> Mapping:
    """A token authorizer's header stands in the security scheme, not in the authorizer."""
    header = text_of(scheme, "name")
    if "identitySource" in authorizer or text_of(scheme, "in") != "header" or header == "Unused":
        return authorizer
    source = Scalar(f"method.request.header.{header}", scheme.location)
    return Mapping({**authorizer.entries, "identitySource": source}, authorizer.location)
