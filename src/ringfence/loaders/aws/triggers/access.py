"""What an HTTP endpoint demands, and who can meet that: shared by all kinds of API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ringfence.loaders.aws.audience import admitted
from ringfence.loaders.aws.graph import Graph, name_of
from ringfence.loaders.aws.guests import Guests
from ringfence.loaders.aws.policies import documents_on
from ringfence.loaders.aws.values import first, items, place, surely, text_of
from ringfence.model.application import Authentication, Resource, Sender
from ringfence.model.location import Location
from ringfence.model.record import record, replace
from ringfence.model.severity import Exposure
from ringfence.model.value import EMPTY, Mapping, Value, display, integer


@record(frozen=True)
class Access:
    """An authentication and the sender that it leaves."""

    authentication: Authentication
    sender: Sender


def widest(found: Iterable[tuple[Access, str]]) -> Access:
    """The access that lets the most people in, of those that a condition decides between."""
    pairs = list(found)
    held, condition = max(pairs, key=lambda pair: pair[0].sender.exposure)
    if condition and any(other.sender.exposure != held.sender.exposure for other, _ in pairs):
        reason = f"{held.sender.reason}, depending on the condition {condition}"
        return replace(held, sender=replace(held.sender, reason=reason))
    return held


def open_to_anyone(proof: Location, reason: str) -> Access:
    return Access(
        Authentication("none", "", proof), Sender(Exposure.ANYONE, "anyone", reason, proof)
    )


def api_key(proof: Location) -> Access:
    return Access(
        Authentication("api-key", "", proof),
        Sender(
            Exposure.AUTHENTICATED, "anyone with an API key", "only an API key is asked for", proof
        ),
    )


def with_api_key(access: Access) -> Access:
    """The same access when an API key is asked for as well."""
    detail = "; ".join(word for word in (access.authentication.detail, "and an API key") if word)
    return replace(access, authentication=replace(access.authentication, detail=detail))


def signed(proof: Location, action: str) -> Access:
    """AWS_IAM: principals whose policies allow the call."""
    who = f"principals of this account with {action}"
    return Access(
        Authentication("iam", "AWS_IAM", proof),
        Sender(Exposure.ACCOUNT, who, "requests are signed with AWS credentials", proof),
    )


def pool(graph: Graph, pools: Iterable[Value], proof: Location, scopes: list[str]) -> Access:
    """A Cognito user pool's tokens; says whether everyone may sign up."""
    found = [resource for value in pools for resource in graph.find(value, "user-pool")]
    names = ", ".join(dict.fromkeys(name_of(resource) for resource in found)) or "a user pool"
    detail = names + (f", scopes {' '.join(scopes)}" if scopes else "")
    return Access(Authentication("cognito", detail, proof), signed_in(found, names, proof))


def signed_in(pools: list[Resource], names: str, proof: Location) -> Sender:
    """The users of a pool; the reason says whether everyone may become one."""
    if any(sign_up_is_open(resource) for resource in pools):
        who, reason = f"anyone who signs up to {names}", f"{names} lets everyone sign up"
    elif pools:
        who, reason = f"users of {names}", f"{names} lets only administrators create users"
    else:
        who, reason = f"users of {names}", "a signed-in user is asked for"
    return Sender(Exposure.AUTHENTICATED, who, reason, proof)


def sign_up_is_open(user_pool: Resource) -> bool:
    """Self sign-up is on unless only administrators may create users (Cognito's default)."""
    return not surely(user_pool.properties, "AdminCreateUserConfig.AllowAdminCreateUserOnly")


def token(issuer: str, proof: Location, scopes: list[str]) -> Access:
    """A JSON web token of an issuer that the endpoint itself verifies."""
    who = f"users of {issuer}" if issuer else "holders of a valid token"
    detail = (issuer or "a token") + (f", scopes {' '.join(scopes)}" if scopes else "")
    return Access(
        Authentication("jwt", detail, proof),
        Sender(Exposure.AUTHENTICATED, who, "a valid token is asked for", proof),
    )


def with_guests(guests: Guests, held: Access, api: Resource, action: str) -> Access:
    """A signed call's access when an identity pool gives people a role that may make it."""
    if held.authentication.kind != "iam":
        return held
    found = [held.sender, *guests.who_may(action, api)]
    return replace(held, sender=max(found, key=lambda sender: sender.exposure))


def custom(name: str, proof: Location, settings: Mapping = EMPTY) -> Access:
    """An authorizer function decides; ``settings`` are those of the authorizer."""
    detail = ", ".join([name, *_settings(settings)])
    return Access(
        Authentication("custom", detail, proof),
        Sender(
            Exposure.AUTHENTICATED,
            f"whoever the authorizer {name} lets in",
            "the application's own authorizer decides",
            proof,
        ),
    )


def _settings(settings: Mapping) -> Iterator[str]:
    """What an authorizer reads and how long its answer is kept, where that is written."""
    for key in ("IdentitySource", "identitySource"):
        sources = [text_of(value) for value in items(settings, key)]
        if any(sources):
            yield "reads " + " ".join(source for source in sources if source)
    for key in ("AuthorizerResultTtlInSeconds", "authorizerResultTtlInSeconds"):
        seconds = integer(first(settings, key))
        if seconds is not None:
            yield f"cached {seconds} s" if seconds else "not cached"


def unknown(reason: str, proof: Location) -> Access:
    return Access(
        Authentication("unknown", reason, proof),
        Sender(Exposure.UNKNOWN, "not known", reason, proof),
    )


def issuer_access(graph: Graph, issuer: Value | None, proof: Location, scopes: list[str]) -> Access:
    """A token issuer: one of the application's user pools, or somebody else's."""
    pools = graph.find(issuer, "user-pool") if issuer is not None else []
    if pools:
        return replace_kind(pool(graph, [issuer] if issuer else [], proof, scopes), "jwt")
    return token(display(issuer), proof, scopes)


def replace_kind(access: Access, kind: str) -> Access:
    return replace(access, authentication=replace(access.authentication, kind=kind))


# --- what the whole API asks for, before any method --------------------------------------------


def gate(graph: Graph, api: Resource) -> Sender | None:
    """Who can reach a REST API at all, when that is not everyone: private endpoints, its policy,
    client certificates."""
    found = [
        sender
        for sender in (_private(api), _by_policy(graph, api), certificate(graph, api))
        if sender is not None
    ]
    return min(found, key=lambda sender: sender.exposure) if found else None


def _private(api: Resource) -> Sender | None:
    types = {text_of(value) for value in items(api.properties, "EndpointConfiguration.Types")}
    single = first(api.properties, "EndpointConfiguration")
    if types == {"PRIVATE"} or (single is not None and text_of(single) == "PRIVATE"):
        at = place(api.properties, "EndpointConfiguration")
        return Sender(Exposure.ACCOUNT, "hosts in the VPC", "the API's endpoint is private", at)
    return None


def _by_policy(graph: Graph, api: Resource) -> Sender | None:
    documents = [document for document in documents_on(graph, api.id) if document.statements]
    if not documents:
        return None
    found = admitted(documents, "execute-api:Invoke")
    if not found:
        return None
    widest = found[0].sender
    return widest if widest.exposure < Exposure.ANYONE else None


def certificate(graph: Graph, api: Resource) -> Sender | None:
    """Clients with a certificate, when the API is reached only through a domain that asks."""
    closed = surely(api.properties, "DisableExecuteApiEndpoint")
    if not closed:
        return None
    for mapping in graph.of("AWS::ApiGateway::BasePathMapping", "AWS::ApiGatewayV2::ApiMapping"):
        named = mapping.properties.get("RestApiId") or mapping.properties.get("ApiId")
        if api not in graph.find(named, "api"):
            continue
        for domain in _domains(graph, mapping):
            if first(domain.properties, "MutualTlsAuthentication") is not None:
                at = place(domain.properties, "MutualTlsAuthentication")
                return Sender(
                    Exposure.AUTHENTICATED,
                    "clients with a certificate",
                    "the domain asks for a client certificate",
                    at,
                )
    return None


def _domains(graph: Graph, mapping: Resource) -> list[Resource]:
    """The domain of a mapping, also where both take its name from one parameter."""
    named = mapping.properties.get("DomainName")
    found = graph.find(named, "domain")
    parameters = _parameters(named)
    if found or not parameters:
        return found
    domains = graph.of("AWS::ApiGateway::DomainName", "AWS::ApiGatewayV2::DomainName")
    return [one for one in domains if parameters & _parameters(one.properties.get("DomainName"))]


def _parameters(value: Value | None) -> set[str]:
    """The template parameters that a value is made from."""
    origins = value.origins if value is not None else ()
    return {origin.name for origin in origins if origin.role == "parameter"}


def narrowed(access: Access, limit: Sender | None) -> Access:
    """The access when only those of ``limit`` reach the endpoint at all."""
    if limit is None or limit.exposure > access.sender.exposure:
        return access
    authentication = access.authentication
    if limit.who.startswith("clients with a certificate") and authentication.kind == "none":
        authentication = Authentication("mutual-tls", limit.reason, limit.proof)
    if limit.exposure == access.sender.exposure and authentication.kind != "none":
        return access
    return Access(authentication, limit)
