# ruff: noqa
# fmt: off
import os
import sqlite3

import asyncpg
import pandas as pd
import psycopg2
import psycopg2.extras
import pymysql
from psycopg2 import sql

pool = pymysql.connect(host="h", user="u", password=os.environ["PASSWORD"])


def lite(event, context):
    conn = sqlite3.connect("/tmp/a.db")
    cur = conn.cursor()
    cur.execute("SELECT * FROM t WHERE n = '" + event["n"] + "'")  # bad: sql-injection
    cur.execute(f"SELECT * FROM t WHERE n = '{event['n']}'")  # bad: sql-injection
    cur.executescript("DELETE FROM t WHERE n = '%s'" % event["n"])  # bad: sql-injection
    conn.execute("SELECT * FROM t ORDER BY {}".format(event["n"]))  # bad: sql-injection
    cur.execute("SELECT * FROM t WHERE n = ?", (event["n"],))
    conn.execute("SELECT 1")


def my(event, context):
    with pool.cursor() as cursor:
        cursor.execute("SELECT * FROM t WHERE n = '%s'" % event["n"])  # bad: sql-injection
        cursor.execute("SELECT * FROM t WHERE n = %s", (event["n"],))
        cursor.execute("SELECT * FROM t WHERE n = " + str(int(event["n"])))


def pg(event, context):
    with psycopg2.connect(os.environ["DSN"]) as conn:
        with conn.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cur:
            cur.execute("UPDATE t SET a = '" + event["a"] + "'")  # bad: sql-injection
            cur.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(event["t"])))
            cur.execute(sql.SQL("SELECT * FROM " + event["t"]))  # bad: sql-injection
            text = cur.mogrify("SELECT %s", (event["t"],))
            cur.execute(text)


def elsewhere(event, context):
    database = get_database()
    database.cursor().execute("SELECT a FROM t WHERE b = '" + event["b"] + "'")  # bad: sql-injection
    database.cursor().execute("SELECT a FROM t WHERE b = %s", [event["b"]])


def get_database():
    import corporate_database
    return corporate_database.open_it()


def rows(event, context):
    conn = sqlite3.connect("/tmp/a.db")
    row = conn.execute("SELECT a FROM t WHERE n = ?", (event["n"],)).fetchone()
    conn.execute("SELECT b FROM u WHERE a = '" + row[0] + "'")


def frames(event, context):
    pd.read_sql("SELECT * FROM t WHERE n = '" + event["n"] + "'", pool)  # bad: sql-injection
    pd.read_sql("SELECT * FROM t WHERE n = %(n)s", pool, params={"n": event["n"]})


async def async_pg(event, context):
    conn = await asyncpg.connect("postgres://h/d")
    await conn.fetch("SELECT * FROM t WHERE n = '" + event["n"] + "'")  # bad: sql-injection
    await conn.fetchrow("SELECT * FROM t WHERE n = $1", event["n"])


def passwords(event, context):
    pymysql.connect(host="h", user="u", password="correct horse")  # bad: hard-coded-secret
    pymysql.connect(host="db.example.com", user="u", password=os.environ["P"], ssl_disabled=True)  # bad: plaintext-transport


def escaped(event, context):
    connection = pymysql.connect(host="h", user="u", password=os.environ["P"], ssl={"ca": "/opt/ca.pem"})
    cursor = connection.cursor()
    name = connection.escape_string(event["name"])
    cursor.execute("SELECT * FROM t WHERE name = '" + name + "'")
    cursor.execute("SELECT * FROM t ORDER BY " + name)  # bad: sql-injection
