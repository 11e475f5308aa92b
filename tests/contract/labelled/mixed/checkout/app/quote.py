import os

from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.parameters import DynamoDBProvider

ENV = os.environ["ENVIRONMENT"]
limits = DynamoDBProvider(table_name=os.environ["LIMITS"], value_attr="limit")


def rates():
    return parameters.get_parameters(f"/checkout/{ENV}/rates", max_age=300)


def handler(event, context):
    url = parameters.get_parameter(f"/checkout/{ENV}/carrier-url")
    token = parameters.get_secret(f"checkout/{ENV}/carrier", transform="json")["token"]
    table = {name: float(value) for name, value in rates().items()}
    limit = limits.get(event["customer"])
    weight = sum(float(i["kg"]) * i["qty"] for i in event["items"])
    price = max(weight * table.get(event["country"], table["default"]), 4.9)
    if limit and price > float(limit):
        return {"refused": True, "limit": float(limit)}
    return {"carrier": url, "price": round(price, 2), "signature": token[-4:]}
