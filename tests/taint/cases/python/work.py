# ruff: noqa
# fmt: off
import asyncio
import bz2
import concurrent.futures
import hashlib
import io
import itertools
import json
import math
import time
import zipfile

from PIL import Image


def waits(event, context):
    time.sleep(float(event["wait"]))  # bad: denial-of-service-loop
    time.sleep(min(float(event["wait"]), 5.0))
    time.sleep(max(1, int(event["wait"])))  # bad: denial-of-service-loop
    time.sleep(0.5)
    time.sleep(min(max(1, int(event["wait"])), 5))
    time.sleep(int(event["wait"]) * 60)  # bad: denial-of-service-loop
    time.sleep(math.ceil(float(event["wait"])))  # bad: denial-of-service-loop


def loops(event, context):
    count = int(event["count"])
    for _ in range(count):  # bad: denial-of-service-loop
        pass
    for _ in range(1, count + 1):  # bad: denial-of-service-loop
        pass
    place = 0
    while place < count:  # bad: denial-of-service-loop
        place += 1
    items = [int(x) for x in event["items"]]
    for place in range(len(items)):
        print(place)


def bounded(event, context):
    count = int(event["count"])
    if count > 100:
        return {"statusCode": 400}
    for _ in range(count):
        pass
    return "x" * count


def bounded_json(event, context):
    body = json.loads(event["body"])
    if not 0 < body["count"] <= 100:
        raise ValueError("count")
    for _ in range(body["count"]):
        pass
    for _ in range(min(body["pages"], 10)):
        pass
    return [0] * body["count"]


def memory(event, context):
    count = int(event["count"])
    row = [0] * count  # bad: denial-of-service-loop
    text = "x" * count  # bad: denial-of-service-loop
    zeros = bytes(count)  # bad: denial-of-service-loop
    bytes(event["body"], "utf-8")
    bytes(16)
    price = 3 * count
    return [0] * 10


def elements(event, context):
    body = json.loads(event["body"])
    row = [0] * body["count"]  # bad: denial-of-service-loop
    itertools.repeat(1, body["count"])  # bad: denial-of-service-loop
    itertools.repeat(1, 10)


def workers(event, context):
    concurrent.futures.ThreadPoolExecutor(max_workers=int(event["n"]))  # bad: denial-of-service-loop
    concurrent.futures.ThreadPoolExecutor(max_workers=min(int(event["n"]), 8))
    concurrent.futures.ThreadPoolExecutor()


def bombs(event, context):
    zipfile.ZipFile(io.BytesIO(event["body"])).read("a.txt")  # bad: denial-of-service-loop
    bz2.decompress(event["body"])  # bad: denial-of-service-loop
    zipfile.ZipFile("/opt/a.zip").read("a.txt")
    bz2.decompress(b"BZh9")


def sizes(event, context):
    count = event["count"]
    hashlib.pbkdf2_hmac("sha256", b"a", b"b", int(event["rounds"]))  # bad: denial-of-service-loop
    hashlib.pbkdf2_hmac("sha256", b"a", b"b", 600_000)
    Image.new("RGB", (int(event["width"]), 10))  # bad: denial-of-service-loop
    Image.new("RGB", (10, 10))
    itertools.product("ab", repeat=int(count))  # bad: denial-of-service-loop
    itertools.product("ab", repeat=2)
