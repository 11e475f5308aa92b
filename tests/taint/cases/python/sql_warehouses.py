# ruff: noqa
# fmt: off
import os

import clickhouse_driver
import dataset
import pandas as pd
import psycopg2
import psycopg2.extras
import records
from google.cloud import bigquery
from pyspark.sql import SparkSession


def warehouses(event, context):
    client = bigquery.Client()
    client.query("SELECT * FROM t WHERE n = '" + event["n"] + "'")  # bad: sql-injection
    client.query("SELECT * FROM t WHERE n = @n", job_config=bigquery.QueryJobConfig(query_parameters=[bigquery.ScalarQueryParameter("n", "STRING", event["n"])]))
    spark = SparkSession.builder.getOrCreate()
    spark.sql(f"SELECT * FROM {event['t']}")  # bad: sql-injection
    spark.sql("SELECT * FROM t WHERE n = :n", args={"n": event["n"]})
    clickhouse_driver.Client("h").execute("SELECT " + event["n"])  # bad: sql-injection
    clickhouse_driver.Client("h").execute("SELECT %(n)s", {"n": event["n"]})
    records.Database(os.environ["URL"]).query("SELECT " + event["n"])  # bad: sql-injection
    records.Database(os.environ["URL"]).query("SELECT :n", n=event["n"])
    dataset.connect(os.environ["URL"]).query("SELECT " + event["n"])  # bad: sql-injection
    dataset.connect(os.environ["URL"]).query("SELECT :n", n=event["n"])


def frames(event, context):
    pd.read_sql(sql="SELECT " + event["n"], con=os.environ["URL"])  # bad: sql-injection
    pd.read_sql(sql="SELECT 1", con=os.environ["URL"])


def batches(event, context):
    with psycopg2.connect(os.environ["DSN"]) as conn:
        with conn.cursor() as cur:
            psycopg2.extras.execute_values(cur, "INSERT INTO " + event["t"] + " VALUES %s", [[1]])  # bad: sql-injection
            psycopg2.extras.execute_values(cur, "INSERT INTO t VALUES %s", [[event["n"]]])
