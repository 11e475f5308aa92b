"""Client cache and cross account sessions."""
import functools

import boto3
from botocore.config import Config

_config = Config(retries={"max_attempts": 6, "mode": "adaptive"})


@functools.lru_cache(maxsize=None)
def client(name, region=None):
    return boto3.client(name, region_name=region, config=_config)


def session_for(account, role):
    granted = client("sts").assume_role(
        RoleArn="arn:aws:iam::%s:role/%s" % (account, role), RoleSessionName="ops"
    )["Credentials"]
    return boto3.session.Session(
        granted["AccessKeyId"], granted["SecretAccessKey"], granted["SessionToken"]
    )
