"""Price corrections from the ERP, written as PartiQL by the finance team."""
import os

import boto3

db = boto3.client("dynamodb")
TABLE = os.environ["TABLE"]


def current(pk):
    rows = db.execute_statement(
        Statement=f'SELECT version, amount FROM "{TABLE}" WHERE pk = ? AND sk = ?',
        Parameters=[{"S": pk}, {"S": "META"}],
    )["Items"]
    return rows[0] if rows else None


def correct(pk, amount, version):
    db.execute_statement(
        Statement=f'UPDATE "{TABLE}" SET amount = ? SET version = ? WHERE pk = ? AND sk = ?',
        Parameters=[{"N": str(amount)}, {"N": str(version + 1)}, {"S": pk}, {"S": "META"}],
    )


def main(event, context):
    changed = []
    for line in event["detail"]["lines"]:
        pk = f"ORDER#{line['order']}"
        row = current(pk)
        if row is None:
            print("unknown order", line["order"])
            continue
        if row["amount"]["N"] != str(line["amount"]):
            correct(pk, line["amount"], int(row["version"]["N"]))
            changed.append(line["order"])
    return changed
