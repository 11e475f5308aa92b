"""What a scan yields: findings, and the attack paths that join them."""

from __future__ import annotations

from ringfence.model.application import Trigger
from ringfence.model.facts import Connection, Step
from ringfence.model.graph import Graph
from ringfence.model.location import Location, Origin, Skipped, UnknownValue
from ringfence.model.record import field, record
from ringfence.model.rule import Rule
from ringfence.model.severity import Exposure, Severity


@record(frozen=True)
class Finding:
    """One weakness at one place. ``function`` and ``trigger`` are ids, or "".

    ``message`` says in one sentence what is wrong here, in the words of this application.
    ``subject`` is the logical id of what it is about. ``locations`` are further places (Globals,
    parameters). ``count`` is above 1 for a finding that stands for several subjects
    (``subjects``); ``fix`` then is for the first. ``fix`` holds the exact lines to write, or "".
    ``fingerprint`` is stable under unrelated edits.
    """

    rule: str
    title: str
    family: str
    severity: Severity
    confidence: str
    audience: str
    message: str
    location: Location
    remedy: str
    fingerprint: str = ""
    cwe: tuple[int, ...] = ()
    function: str = ""
    trigger: str = ""
    subject: str = ""
    source: str = ""
    sink: str = ""
    exposure: Exposure | None = None
    steps: tuple[Step, ...] = ()
    origins: tuple[Origin, ...] = ()
    subjects: tuple[str, ...] = ()
    count: int = 1
    fix: str = ""


@record(frozen=True)
class Power:
    """Something the function's role allows, as an attack path tells it.

    ``verb`` is read, write, delete, invoke, escalate or administer; ``target`` what in words;
    ``resource`` the id, or "" for a wildcard; ``data_class`` of what lies there, or "";
    ``guessed`` tells that the class was only guessed from names. ``conditional`` powers hold under
    a condition that is not known here.
    """

    verb: str
    target: str
    resource: str = ""
    data_class: str = ""
    actions: tuple[str, ...] = ()
    location: Location | None = None
    guessed: bool = False
    conditional: bool = False


@record(frozen=True)
class AttackPath:
    """One story: who causes what, what it becomes, what it can then take, and how to break it.

    ``lines`` are four or five sentences in order, each with a place. ``findings`` are
    fingerprints. ``score`` orders paths (higher is worse); ``fix`` is the single change.
    """

    id: str
    title: str
    severity: Severity
    confidence: str
    trigger: str
    function: str
    lines: tuple[Step, ...]
    powers: tuple[Power, ...]
    fix: str
    fix_location: Location | None
    findings: tuple[str, ...]
    score: float


@record(frozen=True)
class Suppressed:
    """A finding that someone silenced, with the place and the reason."""

    finding: Finding
    reason: str
    location: Location | None
    until: str = ""
    how: str = "comment"


@record(frozen=True)
class Comparison:
    """What a result was compared with: the revision as given, the id of the commit that it stands
    for, how many findings were there before and are left out, how many are there no longer."""

    revision: str
    commit: str
    known: int
    fixed: int


@record()
class ScanResult:
    """The whole result of a scan, ready for any report. ``sources`` maps a file to its lines for
    excerpts; ``functions`` (id to logical id) and ``rules_version`` are for the summary; ``rules``
    (id to rule) holds the rules that ran, for help texts. ``graph`` is empty unless asked for.
    ``gone`` names entries of the baseline that nothing stands for any more. ``doubtful`` counts
    findings that are left out because they are less sure than what was asked for.
    ``since`` is set where only what a change introduces is left."""

    findings: list[Finding] = field(default_factory=list)
    paths: list[AttackPath] = field(default_factory=list)
    entries: list[Trigger] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    unknowns: list[UnknownValue] = field(default_factory=list)
    suppressed: list[Suppressed] = field(default_factory=list)
    baselined: int = 0
    doubtful: int = 0
    templates: list[str] = field(default_factory=list)
    functions: dict[str, str] = field(default_factory=dict)
    sources: dict[str, list[str]] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    files_read: int = 0
    rules_version: str = ""
    root: str = ""
    duration_s: float = 0.0
    graph: Graph = field(default_factory=Graph)
    since: Comparison | None = None
    gone: list[str] = field(default_factory=list)
