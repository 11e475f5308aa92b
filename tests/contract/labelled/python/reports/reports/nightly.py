import csv
import datetime as dt
import io
import os

import boto3

from reports.db import Database

SQL = """
select region, product, sum(amount)
from sales where day = cast(:day as date)
group by region, product order by 1, 2
"""


def build(rows):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["region", "product", "amount"])
    count = 0
    for row in rows:
        writer.writerow(row)
        count += 1
    return out.getvalue().encode(), count


def main(event, context):
    day = event.get("day") or (dt.date.today() - dt.timedelta(days=1)).isoformat()
    data, count = build(Database("sales").rows(SQL, day=day))
    bucket = boto3.resource("s3").Bucket(os.environ["REPORTS_BUCKET"])
    bucket.put_object(Key=f"daily/{day}.csv", Body=data, ContentType="text/csv")
    boto3.client("cloudwatch").put_metric_data(
        Namespace="Reports",
        MetricData=[{"MetricName": "Rows", "Value": count, "Unit": "Count"}],
    )
    return {"day": day, "rows": count}
