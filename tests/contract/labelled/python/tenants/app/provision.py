import logging
import re

import boto3

from naming import parameter_for, table_for

log = logging.getLogger()
log.setLevel(logging.INFO)
dynamodb = boto3.client("dynamodb")
ssm = boto3.client("ssm")
VALID = re.compile(r"^[a-z][a-z0-9]{2,20}$")


def create_table(name):
    try:
        dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        )
    except dynamodb.exceptions.ResourceInUseException:
        log.info("%s exists", name)
        return False
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 3, "MaxAttempts": 30})
    dynamodb.update_time_to_live(
        TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
    )
    return True


def handler(event, context):
    tenant = event["tenant"]
    if not VALID.match(tenant):
        raise ValueError(f"bad tenant name {tenant!r}")
    created = create_table(table_for(tenant))
    ssm.put_parameter(
        Name=parameter_for(tenant, "plan"), Value=event.get("plan", "free"), Type="String", Overwrite=True
    )
    return {"tenant": tenant, "created": created}
