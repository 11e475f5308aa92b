import html
import os

import boto3

database = boto3.client("rds-data")
ORDERS = {"name": "name", "price": "price_cents"}


def rows(sql, **values):
    found = database.execute_statement(
        resourceArn=os.environ["CLUSTER"],
        secretArn=os.environ["LOGIN"],
        database="shop",
        sql=sql,
        parameters=[{"name": name, "value": {"stringValue": value}} for name, value in values.items()],
    )
    return found["records"]


def page(title, lines):
    content = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "text/html; charset=utf-8"},
        "body": f"<h1>{html.escape(title)}</h1><ul>{content}</ul>",
    }


def handler(event, context):
    article = (event.get("pathParameters") or {}).get("article")
    if article is not None:
        found = rows("SELECT name, text FROM articles WHERE id = :id", id=article)
        return page(article, [row[1]["stringValue"] for row in found])
    query = event.get("queryStringParameters") or {}
    word, order = query.get("word", ""), ORDERS.get(query.get("order", "name"), "name")
    found = rows(f"SELECT name FROM articles WHERE name ILIKE :word ORDER BY {order} LIMIT 50", word=f"%{word}%")
    return page(f"Articles with {word}", [row[0]["stringValue"] for row in found])
