import json
import logging
import os

import boto3
from members.profiles import ProfileStore

log = logging.getLogger()
log.setLevel(logging.INFO)


class Users:
    def __init__(self, client, pool):
        self.client = client
        self.pool = pool

    def list(self, **_):
        paginator = self.client.get_paginator("list_users")
        users = []
        for page in paginator.paginate(UserPoolId=self.pool, PaginationConfig={"MaxItems": 500}):
            users += [{"name": u["Username"], "status": u["UserStatus"]} for u in page["Users"]]
        return users

    def disable(self, name, **_):
        self.client.admin_disable_user(UserPoolId=self.pool, Username=name)
        self.client.admin_user_global_sign_out(UserPoolId=self.pool, Username=name)
        return {"disabled": name}

    def delete(self, name, **_):
        found = self.client.admin_get_user(UserPoolId=self.pool, Username=name)
        sub = next(a["Value"] for a in found["UserAttributes"] if a["Name"] == "sub")
        self.client.admin_delete_user(UserPoolId=self.pool, Username=name)
        ProfileStore().remove(sub)
        return {"deleted": name}


users = Users(boto3.client("cognito-idp"), os.environ["POOL_ID"])
VERBS = {"GET": "list", "POST": "disable", "DELETE": "delete"}


def handler(event, context):
    verb = event["requestContext"]["http"]["method"]
    if verb not in VERBS:
        return {"statusCode": 405}
    name = (event.get("pathParameters") or {}).get("proxy")
    try:
        result = getattr(users, VERBS[verb])(name=name)
    except users.client.exceptions.UserNotFoundException:
        return {"statusCode": 404}
    return {"statusCode": 200, "body": json.dumps(result)}
