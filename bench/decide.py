"""How long one decision takes: 20 statements made ready once, many requests, one core.

    python bench/decide.py [--rounds 200]

The set mixes wildcards, variables, lists, negations and conditions of every family, over an
identity policy, a boundary and a control policy; its requests are allowed and denied in many ways.
*again* is a decision on requests whose action was asked before, as in a replay; *first* one on an
action that is new to the decider. Both contain making the request. Beside them stands an empty
Python process, so that machines can be compared.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

from ringfence.permissions.decision import Decider, Request

ACCOUNT = "123456789012"
ROLE = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/i-1"
USER = f"arn:aws:iam::{ACCOUNT}:user/team/bob"
TABLE = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/Orders"
CONTEXT = {
    "aws:SourceIp": "203.0.113.17",
    "aws:SecureTransport": True,
    "aws:MultiFactorAuthPresent": "true",
    "aws:CurrentTime": "2026-11-01T10:00:00Z",
    "aws:RequestedRegion": "eu-west-1",
    "aws:PrincipalTag/team": "red",
    "aws:ResourceTag/team": "red",
    "aws:TagKeys": ["team", "cost"],
    "s3:prefix": "bob/2026/",
    "s3:max-keys": 100,
}


def statement(action: object, resource: object, condition: object = None, **more: object) -> dict:
    found = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
    return found | ({"Condition": condition} if condition else {})


IDENTITY = [
    statement(["s3:GetObject*", "s3:PutObject"], "arn:aws:s3:::shop/${aws:username}/*"),
    statement("s3:ListBucket", "arn:aws:s3:::shop",
              {"StringLike": {"s3:prefix": ["${aws:username}/*", "public/*"]},
               "NumericLessThanEquals": {"s3:max-keys": "1000"}}),
    statement(["dynamodb:*Item", "dynamodb:Query"], [TABLE, TABLE + "/index/*"],
              {"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "cost"]}}),
    statement("sqs:*", f"arn:aws:sqs:*:{ACCOUNT}:*-orders",
              {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "203.0.113.0/24"]}}),
    statement("sns:Publish", f"arn:aws:sns:eu-west-1:{ACCOUNT}:t*p?c"),
    statement("lambda:InvokeFunction", f"arn:aws:lambda:*:{ACCOUNT}:function:shop-*-handler*",
              {"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}),
    statement("kms:Decrypt", "*",
              {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}),
    statement("logs:*", "arn:aws:logs:*:*:log-group:/aws/lambda/shop-*:*"),
    statement("ec2:*Instances", "*",
              {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"},
               "Bool": {"aws:MultiFactorAuthPresent": "true"}}),
    statement("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:*:{ACCOUNT}:secret:shop/*"),
    statement("xray:*", "*"),
    statement("iam:Get*", "*", {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/*"}}),
    {"Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*",
     "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}}},
    statement("s3:*", "*", {"Bool": {"aws:SecureTransport": "false"}}, Effect="Deny"),
    statement("*", "arn:aws:s3:::audit*", Effect="Deny"),
    {"Effect": "Deny", "Action": "dynamodb:Delete*", "NotResource": TABLE + "/*"},
]  # fmt: skip
BOUNDARY = [
    {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
    statement("iam:Get*", "*"),
]
CONTROL = [
    statement("*", "*"),
    statement("*", "*", {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"},
                         "BoolIfExists": {"aws:ViaAWSService": "false"}}, Effect="Deny"),
]  # fmt: skip
REQUESTS = [
    ("s3:GetObject", "arn:aws:s3:::shop/bob/photo.jpg", USER),
    ("s3:GetObject", "arn:aws:s3:::shop/ann/photo.jpg", USER),
    ("s3:PutObject", "arn:aws:s3:::audit/x", USER),
    ("s3:ListBucket", "arn:aws:s3:::shop", USER),
    ("dynamodb:GetItem", TABLE, ROLE),
    ("dynamodb:Query", TABLE + "/index/by-day", ROLE),
    ("dynamodb:DeleteItem", TABLE, ROLE),
    ("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:new-orders", ROLE),
    ("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders-old", ROLE),
    ("sns:Publish", f"arn:aws:sns:eu-west-1:{ACCOUNT}:topic", ROLE),
    ("lambda:InvokeFunction", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:shop-a-handler", ROLE),
    ("logs:PutLogEvents", f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/aws/lambda/shop-a:x", ROLE),
    ("ec2:StopInstances", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-1", ROLE),
    ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:a-1:{ACCOUNT}:secret:shop/d", ROLE),
    ("xray:PutTraceSegments", "*", ROLE),
    ("iam:GetRole", f"arn:aws:iam::{ACCOUNT}:role/app", ROLE),
    ("rds:DeleteDBInstance", f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:d", ROLE),
]  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    count = len(IDENTITY) + len(BOUNDARY) + len(CONTROL)
    made = median_us(ready, rounds)
    decider = ready()
    again = [once(decider, *request) for _ in range(rounds) for request in REQUESTS]
    first = [once(ready(), *request) for _ in range(rounds // 10) for request in REQUESTS]
    verdicts = [str(decide(decider, *request).verdict) for request in REQUESTS]
    print(f"{count} statements, {len(REQUESTS)} requests ({verdicts.count('allowed')} allowed)")
    for name, times in (("again", again), ("first", first)):
        ordered = sorted(times)
        print(f"{name}: median {statistics.median(ordered):.1f} µs, "
              f"95 % below {ordered[len(ordered) * 95 // 100]:.1f} µs")  # fmt: skip
    print(f"making the set ready: median {made / 1000:.2f} ms")
    print(f"python -I -c pass: {empty_process_ms():.1f} ms")
    return 0


def ready() -> Decider:
    def policy(statements: list) -> dict:
        return {"Version": "2012-10-17", "Statement": statements}

    return Decider([policy(IDENTITY)], policy(BOUNDARY), scps=[[policy(CONTROL)]])


def decide(decider: Decider, action: str, resource: str, principal: str):
    return decider.decide(Request(action, resource, principal, CONTEXT))


def once(decider: Decider, *request: str) -> float:
    started = time.perf_counter_ns()
    decide(decider, *request)
    return (time.perf_counter_ns() - started) / 1000


def median_us(work, rounds: int) -> float:
    times = []
    for _ in range(max(rounds // 10, 5)):
        started = time.perf_counter_ns()
        work()
        times.append((time.perf_counter_ns() - started) / 1000)
    return statistics.median(times)


def empty_process_ms() -> float:
    times = []
    for _ in range(11):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-I", "-c", "pass"], check=True)
        times.append((time.perf_counter() - started) * 1e3)
    return statistics.median(times)


if __name__ == "__main__":
    sys.exit(main())
