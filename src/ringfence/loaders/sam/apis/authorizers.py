"""The authorizers of an API as security schemes, and what each method then demands."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import is_set, items_of, make, make_mapping, mapping_of, sub
from ringfence.loaders.sam.apis.body import Body, scheme_names, security_of
from ringfence.model.location import Location
from ringfence.model.record import record
from ringfence.model.value import Mapping, Scalar, Unknown, Value, boolean, string

AUTHORIZER = "x-amazon-apigateway-authorizer"
AUTHTYPE = "x-amazon-apigateway-authtype"
IAM = "AWS_IAM"
NONE = "NONE"
_KEY = "api_key"
_NO_KEY = "api_key_false"


@record(frozen=True)
class ApiAuth:
    """The ``Auth`` section of one API; ``http`` tells of HTTP APIs."""

    section: Mapping
    http: bool

    @property
    def authorizers(self) -> Mapping:
        return mapping_of(self.section.get("Authorizers"))

    @property
    def default(self) -> Value | None:
        value = self.section.get("DefaultAuthorizer")
        return value if is_set(value) else None

    def scopes(self, name: str) -> Value | None:
        scopes = mapping_of(self.authorizers.get(name)).get("AuthorizationScopes")
        return scopes if is_set(scopes) else None

    def schemes(self) -> dict[str, Value]:
        """One security scheme for each authorizer."""
        found: dict[str, Value] = {}
        authorizers = self.authorizers
        for name, value in authorizers.entries.items():
            place = authorizers.key_location(name)
            given = mapping_of(value)
            found[name] = _http_scheme(given, place) if self.http else _rest_scheme(given, place)
        if string(self.default) == IAM or boolean(self.section.get("EnableIamAuthorizer")):
            found[IAM] = iam_scheme(self.section.key_location("DefaultAuthorizer"))
        return found


def iam_scheme(place: Location) -> Value:
    return make(
        {"type": "apiKey", "name": "Authorization", "in": "header", AUTHTYPE: "awsSigv4"}, place
    )


def key_scheme(place: Location) -> Value:
    return make({"type": "apiKey", "name": "x-api-key", "in": "header"}, place)


def _uri(function: Value | None, place: Location) -> Value:
    return sub(
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        "${function}/invocations",
        place,
        function=function or Unknown("the authorizer names no function", place),
    )


def _rest_scheme(given: Mapping, place: Location) -> Value:
    """Cognito (``UserPoolArn``) or Lambda (``FunctionArn``; token unless ``REQUEST``)."""
    identity = mapping_of(given.get("Identity"))
    pool = given.get("UserPoolArn")
    header = identity.get("Header") or "Authorization"
    validation = identity.get("ValidationExpression")
    scheme: dict[str, Any] = {"type": "apiKey", "name": header, "in": "header"}
    if is_set(pool):
        scheme[AUTHTYPE] = "cognito_user_pools"
        scheme[AUTHORIZER] = {
            "type": "cognito_user_pools",
            "providerARNs": list(items_of(pool)),
            "identityValidationExpression": validation,
        }
        return make(scheme, place)
    request = string(given.get("FunctionPayloadType")) == "REQUEST"
    role = given.get("FunctionInvokeRole")
    if request:
        scheme["name"] = "Unused"
    scheme[AUTHTYPE] = "custom"
    scheme[AUTHORIZER] = {
        "type": "request" if request else "token",
        "authorizerUri": _uri(given.get("FunctionArn"), place),
        "authorizerResultTtlInSeconds": identity.get("ReauthorizeEvery"),
        "authorizerCredentials": None if string(role) == NONE else role,
        "identitySource": _identity_source(identity, place, http=False) if request else None,
        "identityValidationExpression": None if request else validation,
    }
    return make(scheme, place)


def _http_scheme(given: Mapping, place: Location) -> Value:
    """JWT (``JwtConfiguration``) or Lambda (``FunctionArn``)."""
    jwt = mapping_of(given.get("JwtConfiguration"))
    if jwt.entries:
        lowered = {key.lower(): item for key, item in jwt.entries.items()}
        keys = {key.lower(): item for key, item in jwt.keys.items()}
        configuration = Mapping(lowered, jwt.location, jwt.origins, keys)
        authorizer = {
            "jwtConfiguration": configuration,
            "identitySource": given.get("IdentitySource"),
            "type": "jwt",
        }
        return make({"type": "oauth2", AUTHORIZER: authorizer}, place)
    identity = mapping_of(given.get("Identity"))
    role = given.get("FunctionInvokeRole")
    lambda_authorizer = {
        "type": "request",
        "authorizerUri": _uri(given.get("FunctionArn"), place),
        "authorizerCredentials": None if string(role) == NONE else role,
        "authorizerResultTtlInSeconds": identity.get("ReauthorizeEvery"),
        "identitySource": _identity_source(identity, place, http=True),
        "authorizerPayloadFormatVersion": given.get("AuthorizerPayloadFormatVersion"),
        "enableSimpleResponses": given.get("EnableSimpleResponses"),
    }
    scheme = {"type": "apiKey", "name": "Unused", "in": "header", AUTHORIZER: lambda_authorizer}
    return make(scheme, place)


_REST_SOURCES = (
    ("Headers", "method.request.header."),
    ("QueryStrings", "method.request.querystring."),
    ("StageVariables", "stageVariables."),
    ("Context", "context."),
)
_HTTP_SOURCES = (
    ("Headers", "$request.header."),
    ("QueryStrings", "$request.querystring."),
    ("StageVariables", "$stageVariables."),
    ("Context", "$context."),
)


def _identity_source(identity: Mapping, place: Location, http: bool) -> Any:
    found = [
        prefix + (string(item) or "*")
        for name, prefix in (_HTTP_SOURCES if http else _REST_SOURCES)
        for item in items_of(identity.get(name))
    ]
    if not found:
        return None
    return found if http else Scalar(", ".join(found), place)


def entry(name: str, scopes: Value | None, place: Location) -> Mapping:
    """One ``security`` entry."""
    return make_mapping({name: scopes if scopes is not None else []}, place)


def apply_to_method(body: Body, definition: Mapping, auth: Mapping, api: ApiAuth) -> None:
    """Writes an event's own ``Auth`` on its method."""
    authorizer, key = auth.get("Authorizer"), auth.get("ApiKeyRequired")
    entries = security_of(definition)
    place = auth.location
    if is_set(authorizer):
        assert authorizer is not None
        place = auth.key_location("Authorizer")
        name = string(authorizer)
        if name is None:
            entries.append(Unknown("the event's authorizer is not known", place))
        else:
            scopes = auth.get("AuthorizationScopes") or api.scopes(name)
            entries.append(entry(name, None if name in (NONE, IAM) else scopes, place))
            if name == IAM:
                body.schemes.setdefault(IAM, iam_scheme(place))
    if is_set(key):
        place = auth.key_location("ApiKeyRequired")
        needed = boolean(key) is not False
        entries.append(entry(_KEY if needed else _NO_KEY, None, place))
        if needed:
            body.schemes.setdefault(_KEY, key_scheme(place))
    if entries:
        body.secure(definition, entries, place)


def apply_default_authorizer(body: Body, api: ApiAuth, preflight: bool) -> None:
    """Gives the default authorizer to every method that chose none."""
    default = api.default
    if default is None:
        return
    place = api.section.key_location("DefaultAuthorizer")
    own = {IAM, *api.authorizers.entries}
    for _, method, definition in body.definitions():
        if method == "options" and not preflight:
            continue
        present = security_of(definition)
        if api.http and present:
            continue
        chosen = [item for item in present if own.intersection(scheme_names(item))]
        others = [item for item in present if item not in chosen]
        opened = next((item for item in others if NONE in scheme_names(item)), None)
        if opened is not None:
            rest = [item for item in others if item is not opened]
            if rest:
                body.secure(definition, rest, opened.location)
        elif not chosen and not any(isinstance(item, Unknown) for item in present):
            body.secure(definition, [*others, _default_entry(api, default, place)], place)


def _default_entry(api: ApiAuth, default: Value, place: Location) -> Value:
    name = string(default)
    if name is None:
        return Unknown("the API's default authorizer is not known", place)
    return entry(name, api.scopes(name), place)


def apply_default_key(body: Body, api: ApiAuth, preflight: bool) -> None:
    """Demands an API key of every method that did not opt out."""
    place = api.section.key_location("ApiKeyRequired")
    body.schemes.setdefault(_KEY, key_scheme(place))
    for _, method, definition in body.definitions():
        present = security_of(definition)
        keys = [item for item in present if {_KEY, _NO_KEY}.intersection(scheme_names(item))]
        others = [item for item in present if item not in keys]
        opted_out = any(_NO_KEY in scheme_names(item) for item in keys)
        if opted_out or (method == "options" and not preflight):
            body.secure(definition, others, place)
        else:
            body.secure(definition, [*others, entry(_KEY, None, place)], place)


def drop_markers(body: Body) -> None:
    """Takes the markers of opted-out keys off where no default removed them."""
    for _, _, definition in body.definitions():
        present = security_of(definition)
        kept = [item for item in present if _NO_KEY not in scheme_names(item)]
        if len(kept) != len(present):
            body.secure(definition, kept, definition.location)
