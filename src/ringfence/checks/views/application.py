"""The view of the whole application.

``functions``, ``triggers``, ``open_entries`` (how many entries anyone may cause), ``types`` (the
resource types it declares), ``has_trail``, ``has_alarm``, ``formats`` (of its templates).
"""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.checks.room import Room
from ringfence.checks.views import Seen, View
from ringfence.checks.worlds import Projection
from ringfence.model.location import Location
from ringfence.model.severity import Exposure


def see_application(room: Room) -> Iterator[Seen]:
    """The application as its one subject; nothing without a template."""
    application = room.application
    if not application.templates:
        return

    def build(project: Projection) -> View:
        return view_application(room)

    widest = max(
        (trigger.sender.exposure for trigger in application.triggers.values()),
        default=Exposure.NONE,
    )
    first = Location(application.templates[0].path, 1)
    yield Seen("the application", build, first, exposure=widest)


def view_application(room: Room) -> View:
    """The view of the application."""
    application = room.application
    exposures = [trigger.sender.exposure for trigger in application.triggers.values()]
    return {
        "name": "the application",
        "functions": len(application.functions),
        "triggers": len(exposures),
        "open_entries": sum(exposure is Exposure.ANYONE for exposure in exposures),
        "types": sorted(room.by_type),
        "has_trail": bool(room.by_type.get("AWS::CloudTrail::Trail")),
        "has_alarm": any("Alarm" in name for name in room.by_type),
        "formats": sorted({template.format for template in application.templates}),
        "exposure": str(max(exposures, default=Exposure.NONE)),
        "data": "", "sensitive": False, "guessed": False,
    }  # fmt: skip
