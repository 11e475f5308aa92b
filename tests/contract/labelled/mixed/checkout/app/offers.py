import os

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.feature_flags import AppConfigStore, FeatureFlags

logger = Logger()
store = AppConfigStore(environment=os.environ["ENVIRONMENT"], application="checkout", name="features", max_age=120)
flags = FeatureFlags(store=store)
DEFAULT = [{"code": "SHIP5", "percent": 5}]


def ten_percent(lines):
    return {"code": "TEN", "percent": 10, "base": sum(l["price"] for l in lines)}


def handler(event, context):
    who = {"tier": event.get("tier", "standard"), "country": event.get("country", "DE")}
    offers = list(DEFAULT)
    if flags.evaluate(name="ten_percent", context=who, default=False):
        offers.append(ten_percent(event["lines"]))
    enabled = flags.get_enabled_features(context=who)
    logger.info("offers", extra={"enabled": enabled, "offers": len(offers)})
    return {"offers": offers}
