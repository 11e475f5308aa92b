"""A rule: what is wrong, why it matters, what to change. Read from ``rules/checks/<id>.toml``."""

from __future__ import annotations

from ringfence.model.record import field, record
from ringfence.model.severity import Effect, Severity

FAMILIES = (
    "injection", "access", "permissions", "configuration", "secrets", "dependencies", "logging",
    "availability", "encryption", "state", "runtime", "data", "network", "identity", "code",
)  # fmt: skip


@record(frozen=True)
class Example:
    """A bad or a good example of a rule; its own test. ``language`` is yaml,
    serverless (a ``serverless.yml``), python, javascript.

    ``trigger`` is the trigger kind of the one function that a code example becomes.
    """

    text: str
    language: str
    bad: bool
    note: str = ""
    trigger: str = ""


@record(frozen=True)
class Rule:
    """One weakness.

    ``kind`` is ``configuration`` (``when`` is a CEL condition over one subject), ``flow`` (named by
    taint tables), ``code`` (named by issue tables) or ``model`` (computed by a named function over
    the whole model). ``on`` is the subject: a provider type, or function, trigger, role,
    statement, resource-policy, application. ``at`` is the dotted property whose line is shown.
    ``tier`` is core (shown), should (grouped, one finding per application) or off.
    ``severity`` None means: decided from exposure and ``effect``. ``fix`` holds the lines to write,
    by way of writing, with placeholders (:mod:`ringfence.rules.fixes`).
    """

    id: str
    title: str
    kind: str
    family: str
    why: str
    remedy: str
    on: str = ""
    when: str = ""
    at: str = ""
    message: str = ""
    severity: Severity | None = None
    effect: Effect | None = None
    confidence: str = "high"
    audience: str = "developer"
    tier: str = "core"
    references: tuple[str, ...] = ()
    owasp_serverless: tuple[str, ...] = ()
    csa: tuple[str, ...] = ()
    cwe: tuple[int, ...] = ()
    attack: tuple[str, ...] = ()
    cis: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    options: dict[str, object] = field(default_factory=dict)
    fix: dict[str, str] = field(default_factory=dict)
    source: str = ""
