"""User pools: which function runs at which step of sign-up and sign-in, and who gets there.

Source: Cognito Developer Guide, "Customizing user pool workflows with Lambda triggers".
"""

from __future__ import annotations

from ringfence.loaders.aws.graph import name_of
from ringfence.loaders.aws.triggers.access import sign_up_is_open
from ringfence.loaders.aws.triggers.builder import Triggers
from ringfence.loaders.aws.values import fields, place
from ringfence.model.application import Authentication, Resource, Sender
from ringfence.model.severity import Exposure
from ringfence.model.value import Mapping

#: Steps that run before the user has proved anything.
_BEFORE_SIGN_IN = frozenset(
    (
        "PreAuthentication",
        "DefineAuthChallenge",
        "CreateAuthChallenge",
        "VerifyAuthChallengeResponse",
        "UserMigration",
    )
)
#: Steps of a user's registration, which only administrators start when sign-up is closed.
_SIGN_UP = frozenset(
    ("PreSignUp", "PostConfirmation", "CustomMessage", "CustomEmailSender", "CustomSMSSender")
)


def collect(triggers: Triggers) -> None:
    for pool in triggers.graph.of("AWS::Cognito::UserPool"):
        for step, value, at in fields(pool.properties, "LambdaConfig"):
            held = value.get("LambdaArn") if isinstance(value, Mapping) else value
            name = "PreTokenGeneration" if step == "PreTokenGenerationConfig" else step
            for function in triggers.graph.functions(held):
                sender = _sender(pool, name)
                triggers.add(
                    "cognito",
                    function,
                    f"user pool {name_of(pool)} ({name})",
                    sender,
                    at,
                    authentication=_authentication(sender),
                    source=pool,
                    properties=pool.properties,
                )


def _sender(pool: Resource, step: str) -> Sender:
    name = name_of(pool)
    properties = pool.properties
    if step in _BEFORE_SIGN_IN:
        return Sender(
            Exposure.ANYONE,
            f"anyone who tries to sign in to {name}",
            f"{step} runs before the user is known",
            place(properties, "LambdaConfig"),
        )
    if sign_up_is_open(pool):
        proof = place(properties, "AdminCreateUserConfig", "LambdaConfig")
        reason = f"{name} lets everyone sign up and choose their attributes"
        return Sender(Exposure.ANYONE, f"anyone who signs up to {name}", reason, proof)
    proof = place(properties, "AdminCreateUserConfig")
    if step in _SIGN_UP:
        return Sender(
            Exposure.ACCOUNT, f"administrators of {name}", "only administrators create users", proof
        )
    return Sender(
        Exposure.AUTHENTICATED, f"users of {name}", "only administrators create users", proof
    )


def _authentication(sender: Sender) -> Authentication:
    if sender.exposure is Exposure.ANYONE:
        return Authentication("none", "", sender.proof)
    kind = "cognito" if sender.exposure is Exposure.AUTHENTICATED else "iam"
    return Authentication(kind, "", sender.proof)
