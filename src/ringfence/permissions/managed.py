"""The provider's managed policies by name or ARN, from the package's own data, offline."""

from __future__ import annotations

import functools
import zlib
from pathlib import Path

from ringfence.model.location import Location
from ringfence.model.policy import PolicyDocument
from ringfence.model.value import NOWHERE, Value, display
from ringfence.permissions.parse import parse_json_policy
from ringfence.rules.pack import Pack

GROUP_COUNT = 64
_DATA = Path(__file__).parent.parent / "rules" / "permissions" / "managed_policies.pack"
_ARN_MIDDLE = ":iam::aws:policy/"


def managed_policy(
    name_or_arn: str | Value, location: Location | None = None
) -> PolicyDocument | None:
    """The document of an AWS managed policy, its statements standing at ``location``.

    Takes ``AmazonS3FullAccess``, ``service-role/AWSLambdaBasicExecutionRole``, an ARN of any
    partition, and texts such as ``arn:${AWS::Partition}:iam::aws:policy/…``. A value gives the
    location too, unless one is passed. A wrong or missing path before the name is forgiven. None
    when no such policy is known.
    """
    if isinstance(name_or_arn, Value):
        location = location or name_or_arn.location
        name_or_arn = display(name_or_arn)
    name = managed_policy_name(name_or_arn)
    entry = _pack().group(group_of(name)).get(name) if name else None
    if entry is None:
        return None
    at = location or NOWHERE
    return parse_json_policy(entry["document"], at, name, f"managed policy {name}")


def managed_policy_name(name_or_arn: str) -> str:
    """The bare name that a text may mean; "" for an ARN of somebody's own policy."""
    before, middle, after = name_or_arn.partition(_ARN_MIDDLE)
    if not middle:
        if ":" in before or "$" in before:
            return ""
        after = before
    return after.rpartition("/")[2]


def managed_policy_about() -> dict[str, str]:
    """Source, version, date and licence of the data."""
    return _pack().about


def group_of(name: str) -> str:
    """The group of the data file that holds the policy ``name``."""
    return f"{zlib.crc32(name.encode()) % GROUP_COUNT:02x}"


@functools.cache
def _pack() -> Pack:
    return Pack(_DATA)
