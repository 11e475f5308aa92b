# ruff: noqa
# fmt: off
import base64
import json
import os

import jwt
from jose import jwt as jose_jwt


def library(event, context):
    token = event["headers"]["Authorization"]
    jwt.decode(token, options={"verify_signature": False})  # bad: unverified-token
    jwt.decode(token, "key", verify=False)  # bad: unverified-token, hard-coded-secret
    jose_jwt.get_unverified_claims(token)  # bad: unverified-token


def keys(event, context):
    token = event["headers"]["Authorization"]
    jwt.decode(token, os.environ["KEY"], algorithms=["HS256", "none"])  # bad: token-signature-not-verified
    jwt.decode(token, "not a secret", algorithms=["HS256"])  # bad: hard-coded-secret


def issuer_first(event, context):
    token = event["headers"]["Authorization"]
    issuer = jose_jwt.get_unverified_claims(token)["iss"]
    return jose_jwt.decode(token, os.environ[issuer[:4]], algorithms=["RS256"])["sub"]


def verified(event, context):
    token = event["headers"]["Authorization"]
    claims = jwt.decode(token, os.environ["KEY"], algorithms=["HS256"])
    os.system("echo " + claims["sub"])


def by_hand(event, context):
    token = event["headers"]["Authorization"]
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))  # bad: unverified-token
    return claims["sub"]


def by_hand_in_steps(event, context):
    parts = event["headers"]["authorization"].split(".")
    decoded = base64.b64decode(parts[1])
    return json.loads(decoded.decode("utf-8"))  # bad: unverified-token


def body(event, context):
    return json.loads(base64.b64decode(event["body"]))


def chosen_algorithms(event, context):
    import itsdangerous

    jwt.decode(event["t"], os.environ["KEY"], algorithms=[jwt.get_unverified_header(event["t"])["alg"]])  # bad: token-signature-not-verified
    jwt.decode(event["t"], os.environ["KEY"], algorithms=["RS256"])
    jwt.decode(event["t"], os.environ["KEY"], algorithms=["RS256"], options={"verify_exp": False})  # bad: token-signature-not-verified
    jwt.decode(event["t"], os.environ["KEY"], algorithms=["RS256"], options={"verify_exp": True})
    itsdangerous.URLSafeSerializer(os.environ["KEY"]).loads_unsafe(event["u"])  # bad: unverified-token
    itsdangerous.URLSafeSerializer(os.environ["KEY"]).loads(event["t"])
    itsdangerous.URLSafeSerializer(os.environ["KEY"]).loads_unsafe("a.b")
