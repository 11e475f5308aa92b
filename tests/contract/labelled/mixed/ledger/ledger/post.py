import json

from ledger.unit import UnitOfWork, parameter

SQL = "insert into entry (account, amount, ref) values (:account, :amount, :ref)"


def entries(body):
    amount = int(body["amount"])
    for account, sign in ((body["debit"], -1), (body["credit"], 1)):
        yield [parameter("account", account), parameter("amount", sign * amount), parameter("ref", body["ref"])]


def handler(event, context):
    with UnitOfWork() as work:
        for record in event["Records"]:
            work.execute(SQL, list(entries(json.loads(record["body"]))))
