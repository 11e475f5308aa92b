"""How condition operators read and compare values, whoever asks.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators": numbers, dates of the W3C
profile of ISO 8601 or epoch seconds, truth values, addresses and ranges of IPv4 and IPv6.
"""

from __future__ import annotations

import functools
import ipaddress
from datetime import UTC, datetime, timedelta, timezone

from ringfence import late

_NUMBER = late.pattern(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
#: The W3C profile of ISO 8601: a year, a month, a day, or a day with a time.
_DATE = late.pattern(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?"
    r"([Zz]|[+-]\d\d:?\d\d)?)?)?)?"
)


def split_operator(name: str) -> tuple[str, str, bool]:
    """``ForAllValues:StringLikeIfExists`` as ("forallvalues", "stringlike", True)."""
    qualifier, colon, rest = name.lower().partition(":")
    if not colon:
        qualifier, rest = "", qualifier
    if_exists = rest.endswith("ifexists")
    return qualifier, rest.removesuffix("ifexists"), if_exists


def number(text: str) -> int | float | None:
    """A decimal number; None for any other text."""
    if len(text) > 400 or not text.isascii() or not _NUMBER.fullmatch(text):
        return None
    try:
        return int(text)
    except ValueError:
        found = float(text)
        return found if abs(found) != float("inf") else None


def moment(text: str) -> int | float | None:
    """Seconds since 1970: an ISO 8601 date or time, or such a number; None for any other text.

    Four digits alone are a year. A time without a zone is taken as UTC.
    """
    if not text.isascii() or len(text) > 64:
        return None
    found = _DATE.fullmatch(text)
    if found is None:
        return number(text)
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        when = datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0),
            int(second or 0), int((fraction or "0")[:6].ljust(6, "0")), _zone(zone),
        )  # fmt: skip
        return (when - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone:
    if not text or text in "Zz":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))


def truth(text: str) -> bool | None:
    """``true`` or ``false`` in any case; None for any other text."""
    return {"true": True, "false": False}.get(text.lower())


@functools.lru_cache(maxsize=4096)
def address(text: str) -> tuple[int, int] | None:
    """An address as (version, number); None for any other text."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return found.version, int(found)


def network(text: str) -> tuple[int, int, int] | None:
    """An address or a range as (version, number, mask); None for any other text."""
    try:
        found = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    return found.version, int(found.network_address), int(found.netmask)
