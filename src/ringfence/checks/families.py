"""Families of rules, and which of them a scan is asked for."""

from __future__ import annotations

#: What each family belongs to, for ``--only``, where the words differ.
PARTS = {
    "code": "injection",
    "identity": "access",
    "network": "configuration",
    "logging": "configuration",
    "availability": "configuration",
    "encryption": "configuration",
    "state": "configuration",
    "runtime": "configuration",
    "data": "configuration",
}


def is_wanted(family: str, only: frozenset[str]) -> bool:
    """Whether ``--only`` asks for this family, by its own name or by that of its part."""
    return not only or family in only or PARTS.get(family) in only
