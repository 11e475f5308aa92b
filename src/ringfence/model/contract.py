"""The contract of a function: what it takes, what it needs, and who vouches for each line of it.

A contract is worked out anew from template and code; the file ``ringfence.lock`` holds it between
times, together with what people decided. Every item carries its evidence, so that a reader of a
diff sees why it is there.
"""

from __future__ import annotations

from ringfence.model.record import field, record

#: The version of the file's shape; a file with a higher one is refused.
SCHEMA = 1

#: Who vouches for an item: the code's line, the platform that serves the function's own
#: configuration, the template, a recorded call, or a person.
EVIDENCE_KINDS = ("code", "platform", "template", "observed", "accepted")


@record(frozen=True, order=True)
class Evidence:
    """Why an item is in the contract. ``where`` is ``file:line``, or the name of a recording;
    ``text`` says what happens there in a few words (``dynamodb.PutItem``)."""

    kind: str
    where: str
    text: str = ""


@record(frozen=True)
class Condition:
    """A condition that a permission is limited by, in the words of IAM."""

    operator: str
    key: str
    values: tuple[str, ...]


@record(frozen=True)
class Permission:
    """An action on one ARN, or on a pattern of such.

    ``resource`` is a pattern of real ARNs, ``*`` in each part that is not known and ``*`` alone
    only for actions that no resource limits. ``of`` is the id of the application's resource whose
    ARN it is, or within which it lies; ``inside`` is then what follows that ARN (``/*``,
    ``/index/by-day``).
    ``unknown`` says what could not be known, each with argument and line; empty when the ARN is as
    narrow as the code allows.
    """

    action: str
    resource: str
    of: str = ""
    inside: str = ""
    conditions: tuple[Condition, ...] = ()
    unknown: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@record(frozen=True)
class Host:
    """A host that the code connects to. ``host`` is a name, an address, or a pattern with ``*``;
    ``port`` is 0 where it is not known. ``chosen_by`` names who picks the host where that is not
    the code: "the caller", or ""."""

    host: str
    port: int = 0
    chosen_by: str = ""
    evidence: tuple[Evidence, ...] = ()


@record(frozen=True)
class Item:
    """A process that is started, a file that is read or written, an environment variable, a secret.
    ``value`` has ``*`` for unknown parts; ``chosen_by`` as in :class:`Host`."""

    value: str
    chosen_by: str = ""
    evidence: tuple[Evidence, ...] = ()


@record(frozen=True)
class EventPath:
    """A path of the event that the code reads, with what the code checks of it.

    ``type`` is string, number, boolean, list, map or "" (not checked); ``allowed`` are the only
    values that pass, ``pattern`` a regular expression that does; sizes are in characters or
    elements. ``required`` where the code refuses, or fails, without it.
    """

    path: str
    type: str = ""
    allowed: tuple[str, ...] = ()
    pattern: str = ""
    minimum: str = ""
    maximum: str = ""
    required: bool = False
    evidence: tuple[Evidence, ...] = ()


@record(frozen=True)
class TriggerContract:
    """One way in: ``kind`` is a trigger kind, ``name`` what people call it (``POST /orders``),
    ``sender`` who may cause it (an exposure word), ``authentication`` what it demands."""

    kind: str
    name: str
    sender: str
    authentication: str
    event: tuple[EventPath, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@record(frozen=True)
class Limits:
    """The function's limits; None where the template leaves the platform's default."""

    memory_mib: int | None = None
    timeout_s: int | None = None
    concurrency: int | None = None
    ephemeral_mib: int | None = None


@record(frozen=True)
class Accepted:
    """A person's decision to let an item stand that nothing else vouches for.

    ``kind`` names the list that it belongs to (``permission``, ``host``, ``process``,
    ``file-read``, ``file-write``, ``environment``, ``secret``, ``trigger``); ``until`` is an ISO
    date.
    """

    kind: str
    value: str
    resource: str
    reason: str
    until: str


@record()
class FunctionContract:
    """The contract of one function.

    ``id`` is the function's id in the application; ``key`` its name in the file: the template's
    logical id, with the template's path before it where two functions share one. ``name`` is the
    physical name or a pattern of it, ``role`` likewise. ``gaps`` says what was not seen: code that
    could not be read, a language without a front end.
    """

    id: str
    key: str
    name: str = ""
    role: str = ""
    runtime: str = ""
    handler: str = ""
    permissions: list[Permission] = field(default_factory=list)
    platform: list[Permission] = field(default_factory=list)
    hosts: list[Host] = field(default_factory=list)
    processes: list[Item] = field(default_factory=list)
    file_reads: list[Item] = field(default_factory=list)
    file_writes: list[Item] = field(default_factory=list)
    environment: list[Item] = field(default_factory=list)
    secrets: list[Item] = field(default_factory=list)
    triggers: list[TriggerContract] = field(default_factory=list)
    limits: Limits = Limits()
    accepted: list[Accepted] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)


@record(frozen=True)
class Grant:
    """One statement of what the template lets a function's role do, or keeps it from doing.

    ``resources`` and ``not_resources`` are patterns of real ARNs; ``of`` are the ids of the
    application's resources that they mean. ``origin`` says where it comes from ("inline policy",
    "managed policy X", "SAM policy template Y"), ``where`` the template's ``file:line``. ``limit``
    is True for statements of the permissions boundary. ``certain`` is False inside an undecided
    condition of the template.
    """

    effect: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    conditions: tuple[Condition, ...]
    origin: str
    where: str
    limit: bool = False
    certain: bool = True


#: What a narrowed trigger is narrowed by.
NARROWED_BY = ("method", "route", "event-name", "s3-events", "detail-type", "source", "sender")


@record(frozen=True)
class NarrowTrigger:
    """A trigger that causes more events than the code does anything with.

    ``name`` is the trigger's, ``template`` and ``line`` where it is declared. ``by`` is a word of
    :data:`NARROWED_BY`; ``declared`` are the values that it lets through (``ANY``, ``*``),
    ``handled`` those that the code acts on, with ``where`` as ``file:line``. ``kept`` is what the
    template should let through instead; nothing where no branch handles the trigger at all.
    """

    trigger: str
    kind: str
    name: str
    template: str
    line: int
    by: str
    declared: tuple[str, ...]
    handled: tuple[str, ...]
    kept: tuple[str, ...]
    where: str

    @property
    def reason(self) -> str:
        """Why it is named, in words."""
        return "too wide" if self.kept else "no branch handles it"


@record()
class FunctionDraft:
    """A contract as template and code have it today, and what the template grants beside it.

    ``role_id`` is the role's id in the application, "" for none; functions with the same one share
    it. ``role_gaps`` says what of the role could not be read. ``reach`` are words for what the role
    may do with which data, the gravest first, ``escalations`` for the known ways in which it gives
    more than it has. ``narrow`` are triggers that cause more than the code
    acts on.
    """

    contract: FunctionContract
    grants: list[Grant] = field(default_factory=list)
    role_id: str = ""
    role_gaps: tuple[str, ...] = ()
    reach: list[str] = field(default_factory=list)
    escalations: list[str] = field(default_factory=list)
    narrow: list[NarrowTrigger] = field(default_factory=list)


@record()
class Contract:
    """The contracts of an application's functions, by key."""

    schema: int = SCHEMA
    functions: dict[str, FunctionContract] = field(default_factory=dict)
