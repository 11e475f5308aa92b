# ruff: noqa
# fmt: off
import json
import logging

log = logging.getLogger()


def lines(event, context):
    log.info("signed in: " + event["user"])  # bad: log-injection
    log.info("signed in: %s", event["user"])  # bad: log-injection
    print(f"signed in: {event['user']}")  # bad: log-injection
    log.info(json.dumps({"user": event["user"]}))
    log.info("signed in: %s", repr(event["user"]))
    log.info(f"signed in: {event['user']!r}")
    log.info("signed in: " + event["user"].replace("\n", " ").replace("\r", " "))
    log.info("orders: %d", int(event["count"]))
