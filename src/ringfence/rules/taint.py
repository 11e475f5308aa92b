r"""Taint tables: what library calls mean to the interpreter. One TOML file per library.

Files lie in ``taint/<language>/<library>.toml`` (``python``, ``javascript``; TypeScript reads the
JavaScript tables) and ``taint/common/*.toml`` (cloud calls, for every language). Every top-level
table is optional. ``load_taint(language)`` merges all files into one :class:`TaintCatalogue`.

**Names of calls.** A call is named by the dotted path from the module, whatever the import looked
like: ``os.system``, ``child_process.exec``, ``fs.promises.readFile``; builtins by their bare name
(``eval``, ``open``; ``Function``, ``JSON.parse``). ``node:`` prefixes are dropped. A module that is
itself called is its own name (``axios``). What a call yields is named with ``()``:
``sqlite3.connect().cursor().execute`` (also for ``new X()``: ``X()``). A ``[[type]]`` gives such
results a short name: ``dbapi.Cursor.execute``. ``*.name`` matches a method of any receiver whose
type is not known. Cloud calls are named ``aws.<service>.<Operation>`` as the provider's API model
spells them, in both languages. Methods of texts, lists and maps are understood by the interpreter
itself; as guards, sanitisers and sinks they may be named ``str.isdigit`` (Python) or
``String.<method>`` (JavaScript), those of regular expressions ``re.Pattern.<method>`` and
``RegExp().<method>``. An assignment to a library's attribute is a call with one argument
named with ``=``: ``flask.Flask().debug=``, also when it is written as a key (``message["To"] =``).
The constructor that a class of the application has from a library's is ``Base.__init__``.

**Arguments.** ``argument`` is a list of the ways to name one parameter: positions (from 0, ``-1``
is the last) and keyword names: ``[0, "args"]``. ``"self"`` is the receiver, ``"*"`` every
argument, ``"**"`` what a map spread into keywords (``f(**body)``) may hold besides known ones. For
cloud calls it holds API parameter names. ``field`` is a list of dotted keys inside it that count
(``["url", "baseURL"]``); empty means the whole value and everything in it. In a dotted key ``[]``
is any item of a list or map, and ``[role=system]`` any item whose ``role`` may be the text
``system``; ``(whole)`` holds only what comes with a whole map of the sender's. A JSON text of a
known structure counts as that structure.

    [aliases]                      # module name as imported = the name used in tables
    "fs/promises" = "fs.promises"

    [[type]]
    name = "dbapi.Cursor"          # calls of it are then named dbapi.Cursor.<method>
    from = ["sqlite3.connect().cursor", "dbapi.Connection.cursor"]   # calls that yield it
    read = ["flask.request"]       # attributes that are it
    base = ["other.Type"]          # methods not found here are looked up there

    [[sink]]
    call = ["os.system", "os.popen"]
    argument = [0, "command"]
    field = []
    part = "whole"                 # whole | text (only when it is not a list) | first (the first
                                   # item of a list: the program) | rest (the items after it) |
                                   # keys (of a map) | mixed (texts in which the sender's
                                   # words stand among at least three of the code's own)
    rule = "os-command-injection"  # a flow rule's id
    effect = "execute"             # a word of model.severity.Effect
    certainty = "high"             # high | medium | low
    grammar = "shell"              # how position matters: "" | shell | sql | url | path | html |
                                   # code | program; url: text after a fixed host is low, deeper
                                   # none; program: behind a space of the code's own none
    marks = []                     # only taint that carries all these marks
    use = "process"                # also record a Use of this kind: process host file-read
                                   # file-write dynamic-code log
    older = ["js-yaml", "4"]       # only where package.json asks for less than this version
    when = [{ argument = ["shell"], equals = true }]

``when`` is a list of conditions that must all hold. A condition looks at ``argument`` (and
``field``, one dotted key) and has one test: ``equals``, ``not_equals`` (not known to equal, or
absent), ``absent`` (true | false), ``one_of`` (a list), ``matches`` (a regular expression searched
in the known text), ``type`` (text | list | map | function | untrusted | number: one made of
untrusted text), ``contains`` (a known list holds this item, or one of these), ``backtracks`` (a
known regular expression that takes exponential time on some text; ``"whole"`` where the call
itself anchors its end), ``below`` (a known number less than this), ``named`` (a regular expression
found in a name of the argument's expression, or in a field of the event that it comes from). A test
on an unknown value does not hold, save ``not_equals``. A library's object counts as its name
(``equals = "yaml.Loader"``), and ``field`` of one is the keyword that it was made with;
``field = "(text)"`` is the value itself as far as it is no list or map.

    [[source]]                     # where data enters, besides the event itself
    call = ["requests.get"]        # the result of a call ...
    read = ["flask.request.args"]  # ... or an attribute read
    kind = "response"              # event (the sender's) | response (another service's data)
                                   # | claims (of a token whose signature was checked)
    path = "request.args"          # how the report names it
    sender = "the caller of the HTTP API"
    certainty = "low"              # how sure it is that a stranger writes it; default: high for
                                   # an event, low for a response

    [[sanitiser]]
    call = ["shlex.quote"]
    argument = ["*"]               # which arguments pass to the result, cleared; default all
    clears = ["os-command-injection"]   # or ["*"]; "structure": no map or list any more
    adds = ["shell-quoted"]        # marks that the result gains. These say where it is safe:
                                   # shell-quoted outside of quotes, sql-escaped inside of them,
                                   # dn-escaped in names and not in a sink of grammar filter
    when = []

    [[guard]]                      # a test: where it yields true, the argument is safe
    call = ["ipaddress.ip_address", "validator.isUUID"]
    argument = [0]
    clears = ["*"]
    raises = false                 # true: it raises when the argument is bad

    [[propagator]]                 # only where the default is wrong; by default the result of
    call = ["base64.b64decode"]    # a call carries the taint of its receiver and all arguments
    argument = ["*"]               # what flows ([] stops everything)
    to = "return"                  # return | self | a position as text ("0"): fills that argument
    parse = ""                     # json: tainted text becomes a tainted structure
    adds = []                      # marks that the result gains
    requires = []                  # only when the taint carries these marks
    clears = []
    certainty = "high"             # how sure it is that what flows still serves an attack

    [[wrapper]]                    # the result behaves as the function given
    call = ["@middy/core", "util.promisify"]
    argument = [0]
    field = []                     # keys of a map that may hold it instead; any of several runs

    [[callback]]                   # which function argument is called, and what it receives:
    call = ["express().get"]       # "return" the call's result, "argument" what flows in, the
    argument = [-1]                # name of a type, or "". Without a table, a function that is
                                   # given to an unknown call gets the call's result
    parameters = ["express.Request", "express.Response"]
    field = []                     # keys of a map that may hold it instead
    errors = false                 # true: with a parameter more, it is given an error first

    [[registration]]               # a call that gives a library the handler of a function
    call = ["@azure/functions.app.http"]
    name = [0]                     # the argument with the function's name
    argument = [1]                 # the handler, ...
    field = ["handler"]            # ... or a map that holds it under one of these keys

    [[answer]]                     # a call whose argument is what the handler answers
    call = ["azure.Context.res="]
    argument = [0]                 # the whole answer, or in its place:
    body = [0, "body"]             # its parts
    headers = ["headers"]
    type = ["mimetype"]            # the type of the content, where no header says it

    [[issue]]                      # a CodeIssue: wrong without any flow
    call = ["jwt.decode"]
    rule = "token-signature-not-verified"
    text = "the token's signature is not checked"
    certainty = "high"
    when = [{ argument = ["options"], field = "verify_signature", equals = false }]

    [[use]]                        # something touched: host process file-read file-write log ...
    call = ["requests.get"]
    kind = "host"
    argument = [0, "url"]

    [[connection]]                 # the call connects, or asks over a connection: a Connection.
    call = ["redis.createClient"]  # Of several tables of a call the first whose when holds counts
    kind = "cache"                 # a word of model.facts.CONNECTION_KINDS
    library = "redis"              # default: what the call's name begins with
    when = []
    url = ["0.url"]                # places of the URL: it tells scheme, host and user information
    host = ["0.socket.host"]       # places of the host, where it is given by itself
    options = ["0"]                # places whose options must be known for a default to count
    headers = []                   # places of HTTP headers, which may hold credentials
    schemes = { redis = "plain", rediss = "tls" }
    transport = [                  # the first case that holds, else what the scheme tells
      { is = "unverified", certainty = "high", given = ["0.socket.checkServerIdentity"] },
      { is = "tls", given = ["0.socket.tls"] },
      { is = "plain", certainty = "medium" },
    ]
    authentication = [             # likewise, else the URL's user information and the headers
      { is = "password", given = ["0.password"] },
      { is = "none", certainty = "medium" },
    ]

    [[setting]]                    # changes all connections of a library in the function, whether
    call = ["smtplib.SMTP().starttls"]  # it is called before or after they are made. "*" is every
    library = "smtplib"            # library: then a transport changes only where it was tls, an
    transport = "tls"              # authentication only where it was unknown
    authentication = ""
    certainty = ""
    text = ""
    when = []

    [[exposure]]                   # carries data out of the function: secrets in it are a finding
    call = ["express.Response.json"]
    argument = [0]
    into = "response"              # response | temporary-file | public-object | third-party
    certainty = "high"
    when = []

    [[store]]                      # what one function writes there, another one may read
    name = "firestore"
    holder = '^firestore\.Query$'  # patterns of paths: what names a store in a chain of calls, ...
    named = "text"                 # ... by its first text | its last-text | the first-part of a
                                   # text | the pattern's group in the path | a key's beginning
    write = [{ call = '^firestore\.Document\.set$', argument = 0 }]   # calls, and what they store
    records = '\.to_dict\(\)$'     # objects that are a record of it, ...
    lists = '\.toArray\(\)$'      # ... a list of records, ...
    contents = '\.download\(\)$'  # ... texts and bytes, where what is stored has no fields, ...
    fields = '\.get\(\)\.get\(\)$' # ... or the field of a record that the last argument names

A **place** is a position, a keyword or ``self`` (the receiver), perhaps with a dotted field:
``"0"``, ``"url"``, ``"0.tls.ca"``, ``"self.verify"``. A field of a library's object is a keyword or
an option that it was made with, or an attribute that was set. A place is *given* if something
other than nothing, false or an empty text may stand there. A **case** without ``when`` and
``given`` is the library's default; it counts only where the options and the URL are known.
``certainty`` in a case makes a finding of it: ``plain`` of ``plaintext-transport``, ``unverified``
of ``tls-verification-disabled``, ``none`` of ``unauthenticated-connection``. There is never one
about the own machine, ``plain`` and ``none`` are none about private hosts, and a default is of low
certainty where the host is not known. Cloud SDK clients are named ``aws.Client``. The environment
that the template gives the function counts as assignments: ``process.env.NAME=``,
``os.environ.NAME=``.

Errors are :class:`~ringfence.errors.RuleError` with the file and the table's number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from ringfence.errors import RuleError
from ringfence.model.record import field, field_names, record
from ringfence.model.severity import CONFIDENCES
from ringfence.rules import packed
from ringfence.rules.connections import (
    CONNECTION_RULES,
    ConnectionTable,
    Setting,
    read_connection,
    read_setting,
)
from ringfence.rules.entries import Entry, Selector, condition_of
from ringfence.rules.stores import Store, read_store

FOLDER = Path(__file__).parent / "taint"

DESTINATIONS = ("response", "temporary-file", "public-object", "third-party")
PARTS = ("whole", "text", "first", "rest", "keys", "mixed")
GRAMMARS = ("", "shell", "sql", "filter", "url", "path", "html", "code", "program")


@record(frozen=True)
class Sink(Entry):
    rule: str = ""
    effect: str = ""
    certainty: str = "high"
    grammar: str = ""
    part: str = "whole"
    field: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    use: str = ""
    older: tuple[str, ...] = ()


@record(frozen=True)
class SourceTable(Entry):
    read: tuple[str, ...] = ()
    kind: str = "response"
    path: str = ""
    sender: str = ""
    certainty: str = ""


@record(frozen=True)
class Sanitiser(Entry):
    clears: tuple[str, ...] = ("*",)
    adds: tuple[str, ...] = ()


@record(frozen=True)
class Guard(Entry):
    clears: tuple[str, ...] = ("*",)
    raises: bool = False


@record(frozen=True)
class Propagator(Entry):
    to: str = "return"
    parse: str = ""
    adds: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    clears: tuple[str, ...] = ()
    certainty: str = "high"


@record(frozen=True)
class Wrapper(Entry):
    field: tuple[str, ...] = ()


@record(frozen=True)
class Callback(Entry):
    parameters: tuple[str, ...] = ()
    field: tuple[str, ...] = ()
    errors: bool = False


@record(frozen=True)
class Registration(Entry):
    name: Selector = (0,)
    field: tuple[str, ...] = ()


@record(frozen=True)
class Answer(Entry):
    body: Selector = ()
    headers: Selector = ()
    type: Selector = ()


@record(frozen=True)
class IssueTable(Entry):
    rule: str = ""
    text: str = ""
    certainty: str = "high"


@record(frozen=True)
class UseTable(Entry):
    kind: str = ""
    field: tuple[str, ...] = ()


@record(frozen=True)
class Exposed(Entry):
    into: str = ""
    certainty: str = "high"


@record()
class CallTables:
    """Everything known of one call name."""

    sinks: list[Sink] = field(default_factory=list)
    sources: list[SourceTable] = field(default_factory=list)
    sanitisers: list[Sanitiser] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    propagators: list[Propagator] = field(default_factory=list)
    wrappers: list[Wrapper] = field(default_factory=list)
    callbacks: list[Callback] = field(default_factory=list)
    registrations: list[Registration] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    issues: list[IssueTable] = field(default_factory=list)
    uses: list[UseTable] = field(default_factory=list)
    connections: list[ConnectionTable] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    exposures: list[Exposed] = field(default_factory=list)


@record()
class TaintCatalogue:
    """All tables of one language, indexed by call name.

    ``calls`` maps a call's name to its tables; ``types`` a call, ``type_reads`` an attribute, to
    the name of the type it yields; ``bases`` a type to where its methods are looked up next;
    ``reads`` an attribute to its source. ``methods`` holds the ``*.name`` entries by method name.
    """

    language: str
    calls: dict[str, CallTables] = field(default_factory=dict)
    methods: dict[str, CallTables] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    type_reads: dict[str, str] = field(default_factory=dict)
    bases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    reads: dict[str, SourceTable] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    stores: tuple[Store, ...] = ()
    _packages: frozenset[str] | None = None

    def packages(self) -> frozenset[str]:
        """The packages of which some call is known. Ask once all tables are there."""
        if self._packages is None:
            self._packages = frozenset(
                name.partition(".")[0].partition("(")[0] for name in self.calls
            )
        return self._packages

    def tables(self, name: str) -> CallTables | None:
        """The tables of a call, looked up through the base types of its receiver."""
        found = self.calls.get(name)
        if found is not None or not self.bases:
            return found
        owner, _, method = name.rpartition(".")
        for base in self.bases.get(owner, ()):
            found = self.tables(f"{base}.{method}")
            if found is not None:
                return found
        return None


_TABLES: dict[str, tuple[type[Entry], str]] = {
    "sink": (Sink, "sinks"),
    "source": (SourceTable, "sources"),
    "sanitiser": (Sanitiser, "sanitisers"),
    "guard": (Guard, "guards"),
    "propagator": (Propagator, "propagators"),
    "wrapper": (Wrapper, "wrappers"),
    "callback": (Callback, "callbacks"),
    "registration": (Registration, "registrations"),
    "answer": (Answer, "answers"),
    "issue": (IssueTable, "issues"),
    "use": (UseTable, "uses"),
    "connection": (ConnectionTable, "connections"),
    "setting": (Setting, "settings"),
    "exposure": (Exposed, "exposures"),
}
#: Tables that are read by functions of their own.
_READERS: dict[type[Entry], Callable[[dict[str, Any], str], Entry]] = {
    ConnectionTable: read_connection,
    Setting: read_setting,
}
_WORDS = {
    "part": PARTS,
    "grammar": GRAMMARS,
    "certainty": CONFIDENCES,
    "parse": ("", "json"),
    "into": DESTINATIONS,
}
_NEEDS = {
    Sink: ("rule", "effect"),
    IssueTable: ("rule", "text"),
    UseTable: ("kind",),
    Exposed: ("into",),
}
_EXTRA_KEYS = ("note", "source")
_DEFAULT_ARGUMENT: dict[type[Entry], Selector] = {
    Wrapper: (0,),
    Guard: (0,),
    Callback: (-1,),
    Registration: (-1,),
    Answer: (0,),
}

E = TypeVar("E", bound=Entry)


@cache
def load_taint(language: str, folders: tuple[Path, ...] = ()) -> TaintCatalogue:
    """The catalogue of a language from the shipped tables and further ``folders``.

    Raises:
        RuleError: a table is malformed.
    """
    language = "javascript" if language == "typescript" else language
    catalogue = TaintCatalogue(language)
    for folder in (FOLDER, *folders):
        for shelf in ("common", language):
            for name, data in packed.files(folder / shelf):
                _read_file(data, f"{shelf}/{name}", catalogue)
    return catalogue


def _read_file(data: bytes, where: str, catalogue: TaintCatalogue) -> None:
    document = packed.content(f"{FOLDER.name}/{where}", data)
    if document is None:
        read_tables(data.decode("utf-8"), where, catalogue)
    else:
        add_tables(document, where, catalogue)


def read_tables(text: str, where: str, catalogue: TaintCatalogue) -> None:
    """Add the tables of one file's ``text`` to the catalogue."""
    import tomllib

    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise RuleError(f"not TOML: {problem}", where) from problem
    add_tables(document, where, catalogue)


def add_tables(document: dict[str, Any], where: str, catalogue: TaintCatalogue) -> None:
    """The same from the parsed file."""
    for name, content in document.items():
        if name == "aliases":
            catalogue.aliases.update(content)
        elif name == "type":
            for number, table in enumerate(content, 1):
                _add_type(catalogue, table, f"{where}, [[type]] {number}")
        elif name == "store":
            for number, table in enumerate(content, 1):
                store = read_store(table, f"{where}, [[store]] {number}")
                catalogue.stores = (*catalogue.stores, store)
        elif name in _TABLES:
            for number, table in enumerate(content, 1):
                _add_entry(catalogue, name, table, f"{where}, [[{name}]] {number}")
        elif name not in ("library", "note", "references"):
            raise RuleError(f"unknown table {name!r}", where, f"use one of {', '.join(_TABLES)}")


def _add_type(catalogue: TaintCatalogue, table: dict[str, Any], where: str) -> None:
    unknown = set(table) - {"name", "from", "read", "base", "note"}
    if unknown or "name" not in table:
        raise RuleError(f"a type has name, from, read, base; not {sorted(unknown)}", where)
    name = table["name"]
    for call in table.get("from", ()):
        catalogue.types[call] = name
    for read in table.get("read", ()):
        catalogue.type_reads[read] = name
    if "base" in table:
        catalogue.bases[name] = tuple(table["base"])


def _add_entry(catalogue: TaintCatalogue, kind: str, table: dict[str, Any], where: str) -> None:
    entry_class, shelf = _TABLES[kind]
    reader = _READERS.get(entry_class)
    entry = reader(table, where) if reader else _entry(entry_class, table, where)
    for name in entry.call:
        index = catalogue.methods if name.startswith("*.") else catalogue.calls
        tables = index.setdefault(name.removeprefix("*."), CallTables())
        getattr(tables, shelf).append(entry)
    if isinstance(entry, SourceTable):
        for read in entry.read:
            catalogue.reads[read] = entry
    if not entry.call and not getattr(entry, "read", ()):
        raise RuleError("names no call", where, 'add call = ["module.function"]')


def _entry(entry_class: type[E], table: dict[str, Any], where: str) -> E:
    known = field_names(entry_class)
    values: dict[str, Any] = {}
    for key, content in table.items():
        if key in _EXTRA_KEYS:
            continue
        if key not in known:
            raise RuleError(f"unknown key {key!r}", where, f"use one of {', '.join(sorted(known))}")
        if key == "when":
            values[key] = tuple(condition_of(one, where) for one in content)
        else:
            values[key] = tuple(content) if isinstance(content, list) else content
        if key in _WORDS and content not in _WORDS[key]:
            raise RuleError(f"{key} = {content!r}", where, f"use one of {', '.join(_WORDS[key])}")
        if key in (
            "call",
            "read",
            "argument",
            "field",
            "marks",
            "clears",
            "name",
            "body",
            "headers",
            "type",
            "older",
        ) and not isinstance(content, list):
            raise RuleError(f"{key} must be a list", where)
    for key in _NEEDS.get(entry_class, ()):
        if not values.get(key):
            raise RuleError(f"{key} is missing", where)
    values.setdefault("argument", _DEFAULT_ARGUMENT.get(entry_class, ("*",)))
    return entry_class(**values)


def rules_named(catalogues: Iterable[TaintCatalogue]) -> set[str]:
    """Every rule id that a sink or an issue names, for comparison with the rule files."""
    names: set[str] = set()
    for catalogue in catalogues:
        for tables in [*catalogue.calls.values(), *catalogue.methods.values()]:
            names.update(sink.rule for sink in tables.sinks)
            names.update(issue.rule for issue in tables.issues)
            names.update(["sensitive-data-exposed"] if tables.exposures else ())
            names.update(CONNECTION_RULES if tables.connections else ())
    return names
