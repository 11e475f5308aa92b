"""What a rule says about one subject, before it becomes a Finding: the seam inside this room."""

from __future__ import annotations

from typing import Any

from ringfence.model.facts import Step
from ringfence.model.location import Location, Origin
from ringfence.model.record import field, record
from ringfence.model.rule import Rule
from ringfence.model.severity import Exposure, Severity


@record()
class Draft:
    """``subject`` is a logical id. ``anchors`` are further lines at which a comment silences it.

    ``items`` are the actions or resources that it is about, each of which can be silenced alone;
    ``{items}`` in ``message`` stands for those that remain. ``fold`` groups drafts of one rule
    into one finding ("" for none). ``severity`` None means the rule's own. ``resource`` is the id
    of the resource that it is about and ``view`` what was seen of it: they fill the rule's fix.
    """

    rule: Rule
    message: str
    location: Location
    subject: str = ""
    severity: Severity | None = None
    confidence: str = ""
    function: str = ""
    trigger: str = ""
    source: str = ""
    sink: str = ""
    exposure: Exposure | None = None
    steps: tuple[Step, ...] = ()
    origins: tuple[Origin, ...] = ()
    anchors: tuple[Location, ...] = ()
    items: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    fold: str = ""
    weight: int = 0
    subjects: tuple[str, ...] = ()
    resource: str = ""
    view: dict[str, Any] = field(default_factory=dict)
