import json
import os

import boto3

cognito = boto3.client("cognito-idp")
CLIENT_ID = os.environ["CLIENT_ID"]


def sign_up(body):
    cognito.sign_up(
        ClientId=CLIENT_ID,
        Username=body["email"],
        Password=body["password"],
        UserAttributes=[{"Name": "email", "Value": body["email"]}],
    )
    return {"ok": True}


def login(body):
    reply = cognito.initiate_auth(
        ClientId=CLIENT_ID,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": body["email"], "PASSWORD": body["password"]},
    )
    tokens = reply["AuthenticationResult"]
    me = cognito.get_user(AccessToken=tokens["AccessToken"])
    return {"token": tokens["IdToken"], "user": me["Username"]}


ROUTES = {"/signup": sign_up, "/login": login}


def handler(event, context):
    action = ROUTES.get(event["rawPath"])
    if action is None:
        return {"statusCode": 404}
    try:
        result = action(json.loads(event["body"]))
    except (KeyError, ValueError):
        return {"statusCode": 400}
    except cognito.exceptions.UsernameExistsException:
        return {"statusCode": 409}
    except cognito.exceptions.NotAuthorizedException:
        return {"statusCode": 401}
    return {"statusCode": 200, "body": json.dumps(result)}
