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


from aws_lambda_powertools import Logger

logger = Logger()


@logger.inject_lambda_context(log_event=True)  # bad: event-logged
def logged_by_decorator(event, context):
    return {}


@logger.inject_lambda_context
def not_logged_by_decorator(event, context):
    return {}


def escaped(event, context):
    import logging

    from ask_sdk_core.utils import get_slot_value

    word = get_slot_value(event, "word")
    logging.info("asked for %s", word)  # perhaps: log-injection
    logging.info("asked for %s", word.encode("unicode_escape").decode("ascii"))
