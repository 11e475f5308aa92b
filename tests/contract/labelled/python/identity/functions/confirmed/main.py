import boto3
from members.profiles import ProfileStore

idp = boto3.client("cognito-idp")
store = ProfileStore()
DEFAULT_GROUP = "members"


def handler(event, context):
    if event["triggerSource"] != "PostConfirmation_ConfirmSignUp":
        return event
    attributes = event["request"]["userAttributes"]
    store.create(attributes["sub"], attributes["email"])
    idp.admin_add_user_to_group(
        UserPoolId=event["userPoolId"], Username=event["userName"], GroupName=DEFAULT_GROUP
    )
    return event
