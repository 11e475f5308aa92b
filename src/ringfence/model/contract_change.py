"""What differs between two contracts, or between a contract, the code and the template."""

from __future__ import annotations

from ringfence.model.contract import Evidence, Permission
from ringfence.model.record import field, record
from ringfence.model.severity import Severity

#: A piece of a sentence, and whether it is a name (code) and not our own words.
Part = tuple[str, bool]

#: What a change does to what a function may do or may be sent, the gravest first.
DIRECTIONS = ("widened", "changed", "narrowed")


@record(frozen=True)
class Surplus:
    """What the template grants and the contract does not need. ``function`` is the key in the lock
    file, ``action`` may be a pattern as the policy has it, ``where`` is ``file:line`` of the grant,
    ``reason`` says in words why it is too much, and in brackets which policy grants it."""

    function: str
    action: str
    resource: str
    where: str
    reason: str = ""

    @property
    def parts(self) -> tuple[str, str]:
        """The reason, and the policy that grants it ("" where it is not known)."""
        words, _, origin = self.reason.rpartition(" [")
        return (words, origin.removesuffix("]")) if words else (self.reason, "")


@record()
class Reconciled:
    """One function. ``granted`` and ``needed`` count actions; ``shares`` are the keys of other
    functions with the same role; ``complete`` is False where some of the role is not known."""

    function: str
    granted: int
    needed: int
    surplus: list[Surplus] = field(default_factory=list)
    missing: list[Permission] = field(default_factory=list)
    shares: list[str] = field(default_factory=list)
    reach: list[str] = field(default_factory=list)
    complete: bool = True


@record(frozen=True)
class Difference:
    """Why the lock file is not what it should be.

    ``kind`` is ``missing`` (needed, not locked), ``stale`` (locked, not needed any more),
    ``changed``, ``surplus`` (granted, not needed), ``accepted`` (a surplus that stands by
    decision), ``expired`` or ``unused`` (decisions). ``item`` is the item in one line, ``where``
    the evidence, "" where there is none. ``fails`` says whether the build should.
    """

    kind: str
    function: str
    item: str
    where: str
    text: str
    fails: bool

    @property
    def line(self) -> str:
        """All of it in one line: function, item, what is wrong, place."""
        place = f" ({self.where})" if self.where else ""
        return f"{self.function}: {self.item} {self.text}{place}"


@record(frozen=True)
class Change:
    """One sentence about what changed between two contracts.

    ``kind`` is that of an accepted entry (``permission``, ``host``, …), or ``platform``,
    ``event``, ``limit``, ``setting``, ``function``, ``accepted``, ``gap``. ``items`` are the values
    it is about (actions, hosts, variables), ``resource`` the ARN pattern of permissions.
    ``unknown`` says what could not be known, ``evidence`` which lines need it.
    """

    direction: str
    gravity: Severity
    function: str
    kind: str
    parts: tuple[Part, ...]
    items: tuple[str, ...] = ()
    resource: str = ""
    unknown: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def text(self) -> str:
        """The sentence, names in backticks."""
        return "".join(f"`{text}`" if is_name else text for text, is_name in self.parts)
