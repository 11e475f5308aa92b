"""What a condition sees: one dictionary of plain data per subject.

Every view has ``name`` (what people call it), ``exposure`` (none, principal, account, unknown,
authenticated, anyone: the widest sender that reaches it), ``data`` (the class of the data that it
holds or reaches, "" when not known), ``sensitive`` (whether that class hurts people or money) and
``guessed`` (whether the class stems from a name only). The rest is documented in the module of
each subject: ``resource``, ``function``, ``trigger``, ``policy`` (role, statement,
resource-policy), ``application``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ringfence.checks.room import Room
from ringfence.checks.worlds import Projection
from ringfence.model.location import Location, Origin
from ringfence.model.record import field, record
from ringfence.model.severity import Exposure
from ringfence.model.value import Mapping, Sequence, Value

View = dict[str, Any]


@record()
class Seen:
    """One subject before a rule looks at it.

    ``build`` makes its view for one world. ``properties`` is where a rule's ``at`` is looked up,
    after ``places`` (named places such as ``authentication``). ``resource`` is the id
    of the resource that it is, or that it belongs to.
    """

    name: str
    build: Callable[[Projection], View]
    location: Location
    properties: Mapping | None = None
    places: dict[str, Location] = field(default_factory=dict)
    resource: str = ""
    function: str = ""
    trigger: str = ""
    exposure: Exposure = Exposure.NONE
    anchors: tuple[Location, ...] = ()

    def place(self, at: str) -> tuple[Location, tuple[Origin, ...]]:
        """The line to show for a dotted path, as deep as it exists, and what made it."""
        if at in self.places:
            return self.places[at], ()
        if not at or self.properties is None:
            return self.location, ()
        return _deepest(self.properties, at, self.location)


def _deepest(value: Value, path: str, location: Location) -> tuple[Location, tuple[Origin, ...]]:
    origins: tuple[Origin, ...] = ()
    for step in path.split("."):
        if isinstance(value, Sequence) and value.items:
            value = value.items[0]
        found = value.get(step) if isinstance(value, Mapping) else None
        if found is None or not isinstance(value, Mapping):
            break
        place = value.key_location(step)
        if place.line:
            location = place
        value = found
        origins = value.origins or origins
    return location, origins


def subjects(room: Room, on: str) -> Iterator[Seen]:
    """Every subject of a kind: ``function``, ``trigger``, … or a provider's resource type."""
    if "::" in on:
        from ringfence.checks.views.resource import see_resources

        return see_resources(room, on)
    if on == "function":
        from ringfence.checks.views.function import see_functions

        return see_functions(room)
    if on == "trigger":
        from ringfence.checks.views.trigger import see_triggers

        return see_triggers(room)
    if on in ("role", "statement", "resource-policy"):
        from ringfence.checks.views.policy import see_policies

        return see_policies(room, on)
    if on == "application":
        from ringfence.checks.views.application import see_application

        return see_application(room)
    return iter(())
