"""Settings for all tests: generated input is the same in every run, and nothing is timed."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "ringfence",
    deadline=None,
    derandomize="RINGFENCE_ROUNDS" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ringfence")
