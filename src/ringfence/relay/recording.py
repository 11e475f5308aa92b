"""What the relay does with a request: decode, tell whose it is, decide, write down.

Whose a request is, its access key says: SDKs sign with whatever id they are given, so
``AWS_ACCESS_KEY_ID=resize`` names the function ``resize`` in every language and for every service,
and functions may run side by side. Keys that the cloud itself gave out (``ASIA…``, after
AssumeRole) are not the function's own: such calls are written down as nobody's and not decided,
since the function's policy does not answer for them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from ringfence import late
from ringfence.logs.observing import Place, Requirements, Used, observation, used_by
from ringfence.model.event import Observation
from ringfence.model.record import field, record
from ringfence.relay.deciding import Context, Decide
from ringfence.relay.decode import Call, Head, decode
from ringfence.relay.denials import Answer, denied
from ringfence.relay.request import Request

ORIGIN = "relay"
DEFAULT_ACCOUNT = "123456789012"
DEFAULT_REGION = "us-east-1"
_GIVEN_KEY = late.pattern(r"^(?:ASIA|LSIA)[A-Z0-9]{12,}$")
_OWN_KEY = late.pattern(r"^(?:AKIA|LKIA)[A-Z0-9]{12,}$")

Write = Callable[..., None]


@record(frozen=True)
class Recorded:
    """What became of a request: the call (None where no model knows it), whose it was, what was
    written down, and the refusal if it is one."""

    call: Call | None
    function: str = ""
    observations: tuple[Observation, ...] = ()
    refusal: Answer | None = None


@record()
class Counts:
    """Requests so far: all, those that no model knows, those refused."""

    requests: int = 0
    unknown: int = 0
    refused: int = 0
    #: The first of the unknown ones, in words.
    examples: list[str] = field(default_factory=list)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Recorder:
    """Records requests of any number of threads.

    ``write`` takes observations (:meth:`ringfence.model.event.ObservationWriter.write`);
    ``function`` names whoever signs with a key that is no temporary one, in place of the key;
    ``account`` stands in ARNs; ``watch`` is told of everything that was recorded.
    """

    def __init__(
        self,
        requirements: Requirements,
        write: Write,
        *,
        decide: Decide | None = None,
        function: str = "",
        account: str = DEFAULT_ACCOUNT,
        watch: Callable[[Recorded], None] | None = None,
        now: Callable[[], str] = _now,
    ) -> None:
        self._requirements = requirements
        self._write = write
        self._decide = decide
        self._function = function
        self._account = account
        self._watch = watch
        self._now = now
        self._lock = threading.Lock()
        self.counts = Counts()

    def record(self, request: Request, head: Head | None) -> Recorded:
        """Decode, decide and write down one request."""
        call = decode(request, head)
        recorded = Recorded(None) if call is None else self._recorded(call)
        with self._lock:
            self._count(request, recorded)
            if recorded.observations:
                self._write(*recorded.observations)
        if self._watch is not None:
            self._watch(recorded)
        return recorded

    def _count(self, request: Request, recorded: Recorded) -> None:
        self.counts.requests += 1
        self.counts.refused += recorded.refusal is not None
        if recorded.call is None:
            self.counts.unknown += 1
            if len(self.counts.examples) < 5:
                self.counts.examples.append(f"{request.method} {request.path[:80]}")

    def _recorded(self, call: Call) -> Recorded:
        function, own = self._whose(call.signature.key)
        place = Place(call.signature.region or DEFAULT_REGION, self._account)
        used = used_by(
            self._requirements, call.service, call.operation, call.parameters, place, call.complete
        )
        decisions = [self._decision(function, item, place, own) for item in used]
        time = self._now()
        observations = tuple(
            observation(item, time, function, decision, ORIGIN)
            for item, decision in zip(used, decisions, strict=True)
        )
        refusal = self._refusal(call, function, used, decisions)
        return Recorded(call, function, observations, refusal)

    def _whose(self, key: str) -> tuple[str, bool]:
        """The function that a key stands for, and whether its role answers for the call."""
        if not key or _GIVEN_KEY.match(key):
            return "", False
        if self._function:
            return self._function, True
        return ("", True) if _OWN_KEY.match(key) else (key[:256], True)

    def _decision(self, function: str, item: Used, place: Place, own: bool) -> str:
        if self._decide is None or not own:
            return ""
        return self._decide(function, item.action, item.resource, _context(item, place))

    def _refusal(
        self, call: Call, function: str, used: tuple[Used, ...], decisions: list[str]
    ) -> Answer | None:
        """The refusal of the first action that is not surely allowed."""
        for item, decision in zip(used, decisions, strict=True):
            if decision not in ("", "allowed"):
                return denied(call, function, item.action, item.resource)
        return None


def _context(item: Used, place: Place) -> Context:
    """What is known of a request for conditions."""
    known: dict[str, tuple[str, ...]] = {
        "aws:RequestedRegion": (place.region,),
        "aws:PrincipalAccount": (place.account,),
    }
    for condition in getattr(item.requirement, "conditions", ()):
        known[condition.key] = tuple(condition.values)
    return known
