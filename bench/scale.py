"""How time and memory of ``ringfence scan`` grow with the input: cold, whole processes.

    python bench/scale.py [--copies 10 30] [--functions 100 300]

Makes its own input in a temporary folder: copies of the bundled example beside each other, as in a
monorepo, and one template with many functions that write to shared tables and queues. CPU time is
that of the process and its children; the last column should stay about the same.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parent / "examples" / "orders"
TIME_LIMIT_S = 600

HEAD = """\
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: orders
"""
FUNCTION = """\
  Queue{n}:
    Type: AWS::SQS::Queue
  Function{n}:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/f{n}
      Handler: app.handler
      Runtime: python3.12
      Policies:
        - DynamoDBCrudPolicy: {{TableName: !Ref Orders}}
        - SQSSendMessagePolicy: {{QueueName: !GetAtt Queue{n}.QueueName}}
      Environment:
        Variables: {{TABLE: !Ref Orders, QUEUE: !Ref Queue{n}}}
      Events:
        Post: {{Type: Api, Properties: {{Path: /orders{n}, Method: post}}}}
        Sent: {{Type: SQS, Properties: {{Queue: !GetAtt Queue{before}.Arn}}}}
"""
CODE = '''\
"""Takes an order and passes it on."""
import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
queue = boto3.client("sqs")


def order_of(event):
    if "Records" in event:
        return json.loads(event["Records"][0]["body"])
    return json.loads(event["body"])


def handler(event, context):
    order = order_of(event)
    if not isinstance(order.get("amount"), int):
        return {"statusCode": 400, "body": "amount"}
    table.put_item(Item={"id": order["id"], "amount": order["amount"], "note": order["note"]})
    queue.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(order))
    return {"statusCode": 200, "body": json.dumps({"id": order["id"]})}
'''


def main() -> int:
    arguments = parse()
    print(f"{'input':<28} {'functions':>9} {'CPU s':>8} {'MiB':>8} {'ms/function':>12}")
    for count in arguments.copies:
        run(f"{count} copies of the example", count, copies)
    for count in arguments.functions:
        run("one template", count, one_template)
    return 0


def run(name: str, count: int, make: Callable[[Path, int], int]) -> None:
    """Make an input, scan it, print a row."""
    with tempfile.TemporaryDirectory(prefix="ringfence-scale-") as folder:
        functions = make(Path(folder), count)
        cpu_s, peak_mib = scan(Path(folder))
    print(
        f"{name:<28} {functions:>9} {cpu_s:>8.2f} {peak_mib:>8.0f} {cpu_s / functions * 1e3:>12.1f}"
    )


def copies(folder: Path, count: int) -> int:
    """Copies of the example in folders of their own; the number of functions."""
    for number in range(count):
        shutil.copytree(EXAMPLE, folder / f"app{number}")
    template = (EXAMPLE / "template.yaml").read_text(encoding="utf-8")
    return count * template.count("Type: AWS::Serverless::Function")


def one_template(folder: Path, count: int) -> int:
    """One template whose functions send to each other in a ring and share a table."""
    parts = [HEAD]
    for number in range(count):
        parts.append(FUNCTION.format(n=number, before=(number - 1) % count))
        code = folder / "src" / f"f{number}"
        code.mkdir(parents=True)
        (code / "app.py").write_text(CODE, encoding="utf-8")
    (folder / "template.yaml").write_text("".join(parts), encoding="utf-8")
    return count


def scan(folder: Path) -> tuple[float, float]:
    """CPU seconds and peak memory in MiB of one scan."""
    words = [
        "scan",
        str(folder),
        "--no-cache",
        "--fail-on",
        "never",
        "--time-limit",
        str(TIME_LIMIT_S),
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "ringfence", *words],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0 or "stopped early" in text or "to the end" in text:
        print(f"  not a whole scan (exit {process.returncode}); see its report", file=sys.stderr)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--copies", type=int, nargs="*", default=[5, 20, 60])
    parser.add_argument("--functions", type=int, nargs="*", default=[50, 150, 500])
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
