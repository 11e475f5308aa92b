"""Outgoing connections: how they are protected, and how the function proves who it is.

Tables say how a call of a library connects (``[[connection]]``) and what other calls change about
it (``[[setting]]``). Calls are noted as they are met; what they mean is settled at the end of a
function, when all settings are known.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ringfence.dataflow import environment, selection, sinks, table_conditions
from ringfence.dataflow.endpoints import Address, address_of, is_own_machine, is_private
from ringfence.dataflow.objects import External, Struct
from ringfence.dataflow.state import Collected, Noted
from ringfence.dataflow.values import Mix, Value
from ringfence.model import syntax
from ringfence.model.facts import CodeIssue, Connection
from ringfence.model.severity import CONFIDENCES
from ringfence.rules.connections import Case, ConnectionTable, Place, Setting
from ringfence.rules.entries import Condition
from ringfence.rules.taint import CallTables

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine

#: The rule that a word of a transport or an authentication breaks.
_RULES = {
    "plain": "plaintext-transport",
    "unverified": "tls-verification-disabled",
    "none": "unauthenticated-connection",
}
_NOUNS = {
    "http": "server",
    "database": "database",
    "cache": "cache",
    "broker": "message broker",
    "search": "search engine",
    "mail": "mail server",
    "files": "file server",
    "directory": "directory",
    "shell": "host",
    "rpc": "service",
    "cloud": "cloud's API",
    "socket": "other side",
}
#: The name under which the tables speak of every client of a cloud SDK.
CLOUD_CLIENT = "aws.Client"
EVERY_LIBRARY = "*"
_SURE, _DOUBTFUL = "medium", "low"


def check(
    machine: Machine,
    path: str,
    tables: CallTables,
    receiver: Value | None,
    arguments: Arguments,
    node: syntax.Node,
) -> None:
    """Note what a call's tables say of connections."""
    call = Call(receiver, arguments)
    for table in tables.connections:
        if call.holds(table.when):
            note(machine, table, call, node, table.library or path.partition(".")[0])
            break
    for setting in tables.settings:
        if call.holds(setting.when):
            machine.collected.settings[setting] = None
            if setting.certainty:
                sinks.issue(
                    machine, _RULES[setting.transport], node, setting.text, setting.certainty
                )


def check_cloud_client(
    machine: Machine, library: str, service: str, arguments: Arguments, node: syntax.Node
) -> None:
    """Note a client of a cloud SDK, which is made for one service."""
    tables = machine.catalogue.calls.get(CLOUD_CLIENT)
    call = Call(None, arguments)
    for table in tables.connections if tables is not None else ():
        if call.holds(table.when):
            note(machine, table, call, node, library, f"{service}.amazonaws.com")
            return


class Call:
    """A call's receiver and arguments, asked by the places of a table."""

    __slots__ = ("arguments", "receiver")

    def __init__(self, receiver: Value | None, arguments: Arguments) -> None:
        self.receiver = receiver
        self.arguments = arguments

    def holds(self, conditions: tuple[Condition, ...]) -> bool:
        return table_conditions.conditions_hold(conditions, self.arguments, self.receiver)

    def at(self, place: Place) -> Value | None:
        """What stands at a place; None when the call does not give it."""
        word = place.argument
        value: Value | None
        if word == "self":
            value = self.receiver
        elif isinstance(word, int):
            count = len(self.arguments.positional)
            value = self.arguments.positional[word] if -count <= word < count else None
        else:
            value = self.arguments.keywords.get(word)
        if value is None or not place.field:
            return value
        return selection.at(value, place.field, guess=False)

    def given(self, places: Iterable[Place]) -> list[Value]:
        values = (self.at(place) for place in places)
        return [value for value in values if value is not None and is_given(value)]

    def is_known(self, places: tuple[Place, ...]) -> bool:
        """Whether no option can be given that is not seen."""
        if self.arguments.rest is not None or self.arguments.others is not None:
            return False
        values = (self.at(place) for place in places)
        return all(value is None or is_closed(value) for value in values)

    def case(self, cases: tuple[Case, ...], default: bool) -> Case | None:
        """The first case that holds, of the defaults or of the others."""
        for case in cases:
            if case.is_default is not default or not self.holds(case.when):
                continue
            if not case.given or self.given(case.given):
                return case
        return None


def is_given(value: Value) -> bool:
    """Whether something other than nothing, false or an empty text may stand there."""
    if value.open or value.taint or value.objects:
        return True
    return any(const not in (None, False, "", 0) for const in value.consts)


def is_closed(value: Value) -> bool:
    """Whether an options object holds only what is seen; a text holds no options."""
    if (value.taint or value.open) and not value.consts:
        return False
    return all(
        obj.rest.is_nothing and obj.base is None if isinstance(obj, Struct) else True
        for obj in value.objects
    )


def note(
    machine: Machine,
    table: ConnectionTable,
    call: Call,
    node: syntax.Node,
    library: str,
    host: str = "",
) -> None:
    """Note one connection, and what is wrong with it as far as the call alone tells."""
    address = address_of(call.given(table.url))
    if address.is_local_file:
        return
    given = [text for value in call.given(table.host) for text in texts_of(value)]
    hosts = [*address.hosts, *given] or ([host] if host else [])
    known = call.is_known(table.options)
    transport = transport_of(table, call, address, known)
    authentication = authentication_of(table, call, address, known)
    connection = Connection(
        machine.function.id, table.kind, library, hosts[0] if hosts else "",
        transport.word, authentication.word, machine.location(node),
    )  # fmt: skip
    issues = tuple(
        CodeIssue(_RULES[case.word], machine.function.id, connection.location,
                  case.text or told(table.kind, case.word), certainty)
        for case in (transport, authentication)
        if (certainty := certainty_of(case, hosts, table.kind))
    )  # fmt: skip
    key = (connection, issues)
    machine.collected.connections.setdefault(key, Noted(connection, issues, not machine.unreached))


def texts_of(value: Value) -> list[str]:
    """The known texts, with ``*`` for unknown parts."""
    return [
        const.text() if isinstance(const, Mix) else const
        for const in value.consts
        if isinstance(const, (str, Mix))
    ] or ["*"]


def told(kind: str, word: str) -> str:
    noun = _NOUNS[kind]
    if word == "plain":
        return (
            "the request goes over plain HTTP"
            if kind == "http"
            else f"the connection to the {noun} is not encrypted"
        )
    if word == "unverified":
        return f"the certificate of the {noun} is not checked"
    return f"the {noun} is used without credentials, so whoever reaches it may do the same"


# --- what the call says ---


class Answer:
    """A word, and the case it comes from. ``explicit`` is False for schemes and defaults."""

    __slots__ = ("certainty", "explicit", "is_default", "text", "word")

    def __init__(self, word: str, case: Case | None = None, certainty: str = "") -> None:
        self.word = word
        self.certainty = case.certainty if case is not None else certainty
        self.text = case.text if case is not None else ""
        self.is_default = case is not None and case.is_default
        self.explicit = case is not None and not case.is_default


def transport_of(table: ConnectionTable, call: Call, address: Address, known: bool) -> Answer:
    schemes = table.schemes or {}
    words = {schemes.get(scheme, "unknown") for scheme in address.schemes}
    word = words.pop() if len(words) == 1 else "unknown"
    if table.kind == "http" and word == "plain":
        return Answer(word, None, _SURE)  # there is no certificate that options could be about
    case = call.case(table.transport, False)
    if case is not None:
        return Answer(case.word, case)
    if word != "unknown":
        return Answer(word, None, _SURE if word == "plain" else "")
    case = call.case(table.transport, True) if known and address.is_known else None
    return Answer(case.word, case) if case is not None else Answer("unknown")


def authentication_of(table: ConnectionTable, call: Call, address: Address, known: bool) -> Answer:
    case = call.case(table.authentication, False)
    if case is not None:
        return Answer(case.word, case)
    if address.credentials:
        return Answer(address.credentials)
    for headers in call.given(table.headers):
        word = of_headers(headers)
        if word != "none":
            return Answer(word)
    alone = address.is_known or table.kind == "cloud"  # a cloud's URL holds no credentials
    case = call.case(table.authentication, True) if known and alone else None
    return Answer(case.word, case) if case is not None else Answer("unknown")


_KEY_HEADERS = ("x-api-key", "api-key", "apikey", "x-auth-token", "x-access-token", "cookie")
_SCHEMES = {"basic": "password", "digest": "password", "aws4-hmac-sha256": "signed"}


def of_headers(headers: Value) -> str:
    """How HTTP headers prove who asks; ``unknown`` where there may be more of them."""
    for obj in headers.objects:
        if not isinstance(obj, Struct):
            continue
        for key, value in obj.fields.items():
            name = str(key).lower()
            if name == "authorization":
                starts = [text.partition(" ")[0].lower() for text in texts_of(value)]
                return _SCHEMES.get(starts[0], "token")
            if name.startswith("x-amz-security-token"):
                return "signed"
            if name in _KEY_HEADERS or name.endswith(("-token", "-api-key", "-key")):
                return "token"
    return "none" if is_closed(headers) and headers.objects else "unknown"


def certainty_of(answer: Answer, hosts: list[str], kind: str) -> str:
    """How sure it is that something is wrong; "" for nothing."""
    if not answer.certainty or answer.word not in _RULES or any(map(is_own_machine, hosts)):
        return ""
    if answer.word == "unverified" and answer.explicit:
        return answer.certainty
    if any(map(is_private, hosts)):
        return ""
    if answer.explicit:
        return answer.certainty
    if not hosts:
        return ""
    if answer.word == "none" or not any("*" in host for host in hosts):
        return answer.certainty
    return _DOUBTFUL if answer.is_default and kind != "http" else ""


# --- what the whole function says ---


def settle(machine: Machine) -> None:
    """Apply the settings of the function and its environment to what was noted."""
    settings = [*machine.collected.settings, *of_environment(machine)]
    for noted in machine.collected.connections.values():
        for setting in settings:
            apply(setting, noted)


def apply(setting: Setting, noted: Noted) -> None:
    from dataclasses import replace

    old = noted.connection
    everywhere = setting.library == EVERY_LIBRARY
    if not everywhere and setting.library != old.library:
        return
    transport, authentication = old.transport, old.authentication
    is_plain_http = old.kind == "http" and transport == "plain"
    if setting.transport and not is_plain_http and (not everywhere or transport == "tls"):
        transport = setting.transport
    if setting.authentication and (
        authentication == "unknown" and old.kind in ("http", "search")
        if everywhere
        else authentication in ("unknown", "none")
    ):
        authentication = setting.authentication
    noted.connection = replace(old, transport=transport, authentication=authentication)
    right = {_RULES.get(transport), _RULES.get(authentication)}
    noted.issues = tuple(issue for issue in noted.issues if issue.rule in right)


def of_environment(machine: Machine) -> list[Setting]:
    """What the variables of the function's environment set."""
    from ringfence.dataflow.call_arguments import Arguments

    owner = "os.environ" if machine.language == "python" else "process.env"
    found: list[Setting] = []
    for name, value in machine.function.environment.items():
        tables = machine.catalogue.calls.get(f"{owner}.{name}=")
        if tables is not None and tables.settings:
            call = Call(None, Arguments([environment.translate(value, name)]))
            found += [setting for setting in tables.settings if call.holds(setting.when)]
    return found


def facts_of(collected: Collected) -> list[Connection]:
    """The connections of code that is reached, without repeats."""
    return list(
        {noted.connection: None for noted in collected.connections.values() if noted.reached}
    )


def issues_of(collected: Collected) -> list[CodeIssue]:
    """All issues of a function, with those of its connections; the surest of one rule and place."""
    issues = dict(collected.issues)
    for noted in collected.connections.values():
        for issue in noted.issues:
            known = issues.setdefault((issue.rule, issue.location), issue)
            if CONFIDENCES.index(issue.certainty) < CONFIDENCES.index(known.certainty):
                issues[issue.rule, issue.location] = issue
    return list(issues.values())


def set_attribute(obj: External, name: str, value: Value) -> None:
    """Remember ``library_object.name = value``, so that tables may ask for it as for a keyword."""
    obj.keywords = {**obj.keywords, name: value}
