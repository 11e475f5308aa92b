import os

import boto3

functions = boto3.client("lambda")


def handler(event, context):
    tenant = event["tenant"]
    if not tenant.isalnum():
        raise ValueError("tenant")
    name = "tenant-" + tenant
    functions.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=os.environ["ROLE"],
        Handler="app.handler",
        Code={"S3Bucket": os.environ["ARTIFACTS"], "S3Key": "tenant/app.zip"},
        Environment={"Variables": {"TENANT": tenant}},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    functions.add_permission(
        FunctionName=name, StatementId="events", Action="lambda:InvokeFunction", Principal="events.amazonaws.com"
    )
    return {"function": name}
