"""Removes orders older than the retention period, every night."""
import logging
from datetime import datetime, timedelta, timezone

from shared import repository

log = logging.getLogger(__name__)
log.setLevel(logging.INFO)
RETENTION = timedelta(days=365 * 7)


def _chunks(seq, size):
    chunk = []
    for item in seq:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def run(event, context):
    cutoff = datetime.now(timezone.utc) - RETENTION
    removed = 0
    for chunk in _chunks((o["orderId"] for o in repository.older_than(cutoff)), 250):
        repository.purge(chunk)
        removed += len(chunk)
        if context.get_remaining_time_in_millis() < 20_000:
            log.warning("stopping early, the next run continues")
            break
    log.info("removed %d orders", removed)
    return {"removed": removed}
