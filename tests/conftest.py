"""Settings for all tests: generated input is the same in every run, and nothing is timed."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

from hypothesis import HealthCheck, settings

settings.register_profile(
    "ringfence",
    deadline=None,
    derandomize="RINGFENCE_ROUNDS" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ringfence")

# Scans leave nothing in the home of whoever runs the tests, and find nothing of earlier runs there.
os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="ringfence-tests-")
atexit.register(shutil.rmtree, os.environ["XDG_CACHE_HOME"], ignore_errors=True)
