"""What the interpreter learnt about the code, one record per fact, all in one run."""

from __future__ import annotations

from ringfence.model.application import Channel
from ringfence.model.location import Location, Skipped
from ringfence.model.record import field, record


@record(frozen=True)
class Step:
    """One line of a flow. ``text`` says what happens there in a few words."""

    location: Location
    text: str


@record(frozen=True)
class FlowSource:
    """Where untrusted data enters: a path of an event, or a response of a service.

    ``kind`` is ``event`` or ``response``. ``path`` is like ``event.Records[].s3.object.key``.
    ``triggers`` are the ids of the triggers whose sender controls this path, first the widest.
    ``via`` lists the channels that carried it from another function, outermost first.
    ``sender`` says who controls it in words, from the event catalogue or the channel.
    """

    kind: str
    path: str
    location: Location
    triggers: tuple[str, ...] = ()
    via: tuple[Channel, ...] = ()
    sender: str = ""


@record(frozen=True)
class Flow:
    """Untrusted data reaches a dangerous use in ``function``; ``rule`` is a flow rule's id.

    ``sink`` names what is called (``os.system``); ``argument`` the parameter reached.
    ``certainty`` is high, medium or low. ``value`` shows what is known of the argument, with
    ``{…}`` where untrusted text stands. ``effect`` comes from the sink's table.
    """

    rule: str
    function: str
    source: FlowSource
    sink: str
    argument: str
    location: Location
    steps: tuple[Step, ...]
    certainty: str
    effect: str
    value: str = ""


@record(frozen=True)
class CallArgument:
    """What is known of a cloud call's argument: every possible text, with ``*`` for unknown
    parts, and the ids of resources that it names. ``tainted`` tells of sender-controlled text.

    ``patterns`` are the same texts with what each unknown part is: ``⟦id⟧`` for the name or ARN of
    a resource of the application, ``⟦$NAME⟧`` for an environment variable that no template sets,
    ``⟦@bucket⟧`` for the bucket that the event is about, ``⟦@source⟧`` for what delivers it, ``*``
    for everything else.
    """

    texts: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    tainted: bool = False
    variables: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


@record(frozen=True)
class CloudCall:
    """A call of a cloud API: ``service`` and ``operation`` as the provider's model names them
    (``s3``, ``GetObject``; ``dynamodb``, ``PutItem``). Argument names likewise (``Bucket``); what
    stands inside a structure is named by its path (``TransactItems[].Put.TableName``), the keys of
    a map by ``RequestItems{}``.

    ``complete`` is False where more arguments may be given than are known (``**options``).
    ``own_credentials`` is False for calls that the function's role does not answer for: made with
    other credentials, or unsigned.
    """

    function: str
    service: str
    operation: str
    arguments: dict[str, CallArgument]
    location: Location
    own_credentials: bool = True
    complete: bool = True


@record(frozen=True)
class Use:
    """Something the code touches. ``kind`` is host, process, file-read, file-write, environment,
    import, secret-read, log, state (kept between invocations), dynamic-code. ``value`` is the
    known text with ``*`` for unknown parts; ``detail`` a word more (the API used)."""

    kind: str
    function: str
    value: str
    location: Location
    detail: str = ""
    tainted: bool = False


@record(frozen=True)
class CodeIssue:
    """Something wrong in code that needs no flow of untrusted data (``rule`` names it): TLS
    verification off, a token decoded without its signature checked, a stack trace returned."""

    rule: str
    function: str
    location: Location
    text: str
    certainty: str = "high"
    steps: tuple[Step, ...] = ()


#: What a connection leads to.
CONNECTION_KINDS = ("http", "database", "cache", "broker", "search", "mail", "files", "directory",
                    "shell", "rpc", "cloud", "socket")  # fmt: skip
TRANSPORTS = ("tls", "unverified", "plain", "unknown")
AUTHENTICATIONS = ("signed", "token", "client-certificate", "password", "none", "unknown")


@record(frozen=True)
class Connection:
    """An outgoing connection of the code, or a request over one.

    ``kind`` is a word of :data:`CONNECTION_KINDS`, ``library`` the client's package. ``host`` is
    the known text with ``*`` for unknown parts, "" where nothing is known. ``transport`` is ``tls``
    (encrypted, and the other side's certificate or key is checked), ``unverified`` (encrypted, but
    not checked, or only where the other side offers it), ``plain`` or ``unknown``.
    ``authentication`` is how the function proves who it is: ``signed`` requests, a ``token``, a
    ``client-certificate``, a ``password``, ``none`` or ``unknown``.
    """

    function: str
    kind: str
    library: str
    host: str
    transport: str
    authentication: str
    location: Location


@record(frozen=True)
class EventRead:
    """A path of the function's event that its code reads: ``Records``, ``[]``, ``body``, ``!json``
    (what a text holds), ``sku``. ``required`` tells that the code fails where it is missing;
    ``whole`` that it is handed on as it is, whatever is read below it."""

    function: str
    path: tuple[str, ...]
    location: Location
    required: bool = False
    whole: bool = False


#: What a test of an event's path says of what passes it. ``minimum`` and ``maximum`` are sizes of
#: texts and lists, and of numbers the number itself (``>0`` where the bound is excluded).
EVENT_TESTS = ("type", "allowed", "pattern", "minimum", "maximum", "required", "handled", "acted")


@record(frozen=True)
class EventTest:
    """What the code checks of a path of its event.

    ``kind`` is a word of :data:`EVENT_TESTS`, ``values`` what passes. ``handled`` names the only
    values for which the function does anything, every other being refused; ``acted`` the same
    where the others are passed over in silence. A value that ends in ``*`` is a beginning.
    """

    function: str
    path: tuple[str, ...]
    kind: str
    values: tuple[str, ...]
    location: Location


@record()
class Facts:
    """All facts of an application's code, sorted, without repeats."""

    flows: list[Flow] = field(default_factory=list)
    calls: list[CloudCall] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    issues: list[CodeIssue] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    event_reads: list[EventRead] = field(default_factory=list)
    event_tests: list[EventTest] = field(default_factory=list)
    channels: list[Channel] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    files: dict[str, list[str]] = field(default_factory=dict)
    opaque: dict[str, int] = field(default_factory=dict)
