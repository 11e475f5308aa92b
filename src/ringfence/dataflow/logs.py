"""What code writes to its log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow import (
    authority,
    exposures,
    guessable,
    responses,
    sensitive,
    sinks,
    structures,
    trees,
    verdicts,
)
from ringfence.dataflow.objects import External, deep_taint
from ringfence.dataflow.texts import AS_SENT, VERBATIM, shown
from ringfence.dataflow.values import Mix, Taint, Value
from ringfence.model import syntax
from ringfence.model.application import OUTSIDE_HTTP_KINDS
from ringfence.model.value import Mapping, string

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine

_METHODS = frozenset(
    [
        "info",
        "debug",
        "warning",
        "warn",
        "error",
        "exception",
        "critical",
        "log",
        "trace",
        "fatal",
        "dir",
        "table",
        "log_struct",
        "log_text",
    ]
)
#: What has such methods and is no logger by its name.
_OWNERS = ("console", "logging", "azure.Context", "azure.Context.log")


#: The logger of a context of Knative, which writes JSON.
_OF_KNATIVE = "knative.Context.log."
_STREAMS = frozenset(
    (
        "print",
        "pprint.pprint",
        "pprint.pp",
        "sys.stdout.write",
        "sys.stderr.write",
        "process.stdout.write",
        "process.stderr.write",
    )
)
#: What libraries that write logs are called.
_LOGGERS = late.pattern(r"logger|cloud\.logging|winston|^pino\b|^bunyan\b|^log4js\b|^lambda-log\b")


def is_log_call(path: str) -> bool:
    """Whether a library call writes to a log."""
    if path in _STREAMS:
        return True
    owner, _, name = path.rpartition(".")
    if name not in _METHODS:
        return False
    lower = owner.lower()
    return owner in _OWNERS or _LOGGERS.search(lower) is not None


def written_by_context(
    machine: Machine, receiver: Value, name: str, arguments: Arguments, node: syntax.Node
) -> bool:
    """``context.log.info(x)`` of a function of Knative, whose context holds the request too."""
    if name not in _METHODS or not any(t.kind == "cloudevents" for t in machine.triggers):
        return False
    if not any(
        atom.source.kind == "event" and atom.path[-1:] == ("log",) for atom in receiver.taint
    ):
        return False
    check(machine, f"{_OF_KNATIVE}{name}", arguments.everything(), node)
    return True


def check(machine: Machine, path: str, values: list[Value], node: syntax.Node) -> None:
    """Report whole events and secrets in logs."""
    escaped = escaped_places(values[0]) if values else set()
    for place, value in enumerate(values):
        if place not in escaped:
            forged(machine, path, value, node)
        made = any(isinstance(obj, External) for obj in value.objects)
        whole = any(atom.source.kind == "event" and not atom.path for atom in deep_taint(value))
        for atom in deep_taint(value):
            # what a library made of it (rows, claims) is not the secret itself
            told = "" if made and atom.derived else told_of(machine, path, atom)
            if told.startswith(_OF_PART) and atom.source.via and whole:
                continue  # the event that holds it is told
            if told and not sensitive.is_masked(atom):
                rule = (
                    "sensitive-data-logged"
                    if told.startswith(_OF_PART) and (atom.path or atom.source.kind == "secret")
                    else "event-logged"
                )
                certainty = certainty_of(atom)
                sinks.issue(machine, rule, node, told, certainty)
        for const in value.consts:
            if isinstance(const, Mix):
                for name in const.variables():
                    if sensitive.is_sensitive_variable(name):
                        sinks.issue(
                            machine,
                            "sensitive-data-logged",
                            node,
                            f"the log receives the variable {name}",
                            "medium",
                        )
    for argument in node.arguments if isinstance(node, syntax.Call) else ():
        name = guessable.shown_secret(machine, argument.value)
        if name:
            told = f"the log receives the {name} that was just made"
            sinks.issue(machine, "sensitive-data-logged", node, told, "medium")
    if holds_environment(node) and not is_silent(machine, path):
        told = "the log receives the whole environment, which holds the credentials of the role"
        sinks.issue(machine, "sensitive-data-logged", node, told)
    sinks.use(machine, "log", values[0] if values else Value(), node, path)


_CONVERSION = late.pattern(r"%(?:\(\w+\))?[-#0 +]*(?:\d+|\*)?(?:\.\d+)?([a-zA-Z%])")


def escaped_places(text: Value) -> set[int]:
    """Which arguments of ``log.info("… %r", x)`` are written as ``repr`` does."""
    known = text.only_text()
    letters = [letter for letter in _CONVERSION.findall(known or "") if letter != "%"]
    return {place for place, letter in enumerate(letters, 1) if letter in "rad"}


def told_of(machine: Machine, path: str, atom: Taint) -> str:
    """What of a value should not be in a log, in words; "" for nothing."""
    source = atom.source
    if source.kind == "secret":
        return f"the log receives {atom.display}" if sensitive.shows_secret(atom.path) else ""
    if source.kind == "response":
        told = exposures.told_of(atom, exposures.RESPONSE) or given_by_server(atom)
        if not told and not atom.derived and authority.is_compared(machine, atom):
            told = f"the stored {field_of(atom)}, which callers have to know"
        return f"the log receives {told}" if told else ""
    if source.kind == "event" and is_whole_request(machine, atom):
        return "the whole body of the request is written to the log"
    if source.kind == "event" and is_headers(machine, atom):
        return "the headers of the request, with the caller's credentials, are written to the log"
    if source.kind != "event":
        return ""
    if source.label == "event" and not atom.path:
        meant = only_logs(machine) or is_silent(machine, path)
        return "" if meant else "the whole event is written to the log"
    if source.label == "event" and atom.path[-1] == "userAttributes" and not atom.derived:
        return f"{_OF_PART} {atom.display}, which tell of the person"
    if atom.derived and structures.PARSED in atom.marks and "!json" not in atom.path:
        return ""  # some field of what a token or another text holds, and not the text itself
    named = sensitive.is_sensitive(".".join(atom.path)) or sensitive.personal(field_of(atom))
    if named and verdicts.judge(machine, atom) is not None:
        return f"the log receives {atom.display}"
    return ""


def given_by_server(atom: Taint) -> str:
    """The token or password that another server answered with, in words; "" for anything else."""
    name = field_of(atom)
    if atom.source.label != exposures.SERVER or (atom.derived and AS_SENT not in atom.marks):
        return ""
    if not sensitive.is_sensitive_variable(name):
        return ""
    return f"the {name} that a server gave"


def field_of(atom: Taint) -> str:
    """The name of the field that an atom was read from, "" for none."""
    return exposures.field_name(atom.path) if atom.path else ""


def certainty_of(atom: Taint) -> str:
    """How sure it is that data does not belong into a log."""
    if atom.source.kind == "secret":
        return "high"
    if atom.source.kind != "event" or sensitive.is_sensitive(".".join(atom.path)):
        return "medium"
    return sensitive.personal(field_of(atom)) or "medium"


def is_headers(machine: Machine, atom: Taint) -> bool:
    """Whether these are all headers of an HTTP request, of which one says who calls."""
    way = (*atom.source.label.split("."), *atom.path)
    asked = any(trigger.kind in responses.HTTP_KINDS for trigger in machine.triggers)
    names = [part for part in way if part not in ("event", "request")]
    as_it_is = not atom.derived or VERBATIM in atom.marks  # and not only their names
    return asked and as_it_is and names in (["headers"], ["multiValueHeaders"])


def is_whole_request(machine: Machine, atom: Taint) -> bool:
    """Whether this is all that a caller sent, where a platform's event is an HTTP request."""
    if any(trigger.kind in _CLOUD_EVENTS for trigger in machine.triggers):
        # a framework hands over a context that holds the event
        way = atom.path[1:] if atom.path[:1] == ("cloudevent",) else atom.path
        if way == ("data",) or (not way and atom.path):
            return True
    if not any(trigger.kind in OUTSIDE_HTTP_KINDS for trigger in machine.triggers):
        return False
    if atom.source.label == "request.body":
        return not atom.path
    path = tuple(part for part in atom.path if part != "!json")
    return path in _WHOLE_BODIES


#: Events whose data is all that a sender, or who changed something, says.
_CLOUD_EVENTS = frozenset(
    ("google-cloudevent", "google-pubsub", "google-firestore", "google-storage", "cloudevents")
)
#: Where the body of a request stands in those events.
_WHOLE_BODIES = frozenset((name,) for name in ("body", "json", "get_json", "data", "get_data"))
#: How it is said that a log receives some of an event, and not all.
_OF_PART = "the log receives"
_ENVIRONMENTS = ("process.env", "os.environ")


def holds_environment(node: syntax.Node) -> bool:
    """Whether a call's arguments name the environment as a whole, not one variable of it."""
    if not isinstance(node, syntax.Call):
        return False
    inside = list(trees.nodes(node.arguments, into_functions=False))
    parts = {id(one.value) for one in inside if isinstance(one, (syntax.Attribute, syntax.Index))}
    return any(
        isinstance(one, syntax.Attribute)
        and id(one) not in parts
        and trees.dotted(one) in _ENVIRONMENTS
        for one in inside
    )


def only_logs(machine: Machine) -> bool:
    """Whether logging what comes is all that a handler does, so that it is what it is for. The
    requests of strangers have no such handler: somebody waits for an answer."""
    closure = machine.frame.closure
    if closure is None or id(closure.node) not in machine.handler_nodes:
        return False
    if any(trigger.kind in responses.HTTP_KINDS for trigger in machine.triggers):
        return False
    key = ("only logs", id(closure.node))
    if key not in machine.memo:
        calls = (node for node in trees.nodes(closure.node.body) if isinstance(node, syntax.Call))
        machine.memo[key] = all(_changes_nothing(call) for call in calls)
    return bool(machine.memo[key])


#: Calls that only turn one value into another or go through a list.
_PLAIN_CALLS = frozenset(
    ("len", "str", "int", "range", "enumerate", "dumps", "loads", "parse", "stringify", "decode",
     "encode", "b64decode", "from", "toString", "get", "items", "keys", "values", "entries",
     "forEach", "map", "join", "format", "split", "atob")
)  # fmt: skip


def _changes_nothing(call: syntax.Call) -> bool:
    """A call of a log, or one that reaches nothing outside of the function."""
    name = trees.dotted(call.function)
    last = call.function.name if isinstance(call.function, syntax.Attribute) else name
    return is_log_call(name) or last in _PLAIN_CALLS


#: Names of settings that tell how much is logged.
_LEVEL = late.pattern(r"(?i)log_?level|^level$")


def is_silent(machine: Machine, path: str) -> bool:
    """Whether a call logs below the level that is written: for debugging, and no level is set to
    that. What a browser-like console shows is always written."""
    owner, _, method = path.rpartition(".")
    if method not in ("debug", "trace") or owner in ("", "console"):
        return False
    for name, value in machine.function.environment.items():
        if _LEVEL.search(name) and (string(value) or "debug").lower() in ("debug", "trace"):
            return False
    loaded = [module.module for module in machine.modules.values() if module is not None]
    return not any(trees.ask(module, _sets_debug_level) for module in loaded)


def _sets_debug_level(module: syntax.Module) -> bool:
    """Whether a file names the level of debugging, other than in a call that logs at it."""
    for node in trees.nodes(module.body):
        if isinstance(node, syntax.Attribute) and node.name == "DEBUG":
            return True
        if isinstance(node, syntax.Constant) and node.value in ("debug", "DEBUG", "trace"):
            return True
    return False


def forged(machine: Machine, path: str, value: Value, node: syntax.Node) -> None:
    """The sender's text, line breaks and all; a list, a map or JSON text is written escaped."""
    is_built = any(not isinstance(obj, External) for obj in value.objects)
    if not value.taint or is_built or is_escaped(machine, path):
        return
    for atom in value.taint:
        told = atom.source.kind == "response" and atom.source.triggers  # an object of a notice
        if told or (atom.source.kind == "event" and (atom.path or atom.source.label != "event")):
            sinks.flow(
                machine, "log-injection", "weaken", atom, path, "message", node, 1,
                shown(value), f"is written by {path}",
            )  # fmt: skip


def _prints_text(module: syntax.Module) -> bool:
    """Whether a file names a format of winston that is no JSON."""
    return any(
        isinstance(node, (syntax.Attribute, syntax.Name))
        and node.name in ("printf", "simple", "cli")
        for node in trees.nodes(module.body)
    )


def is_escaped(machine: Machine, path: str) -> bool:
    """Whether the platform or the logger writes what it is given as JSON."""
    if "winston" in path.lower():
        loaded = [module.module for module in machine.modules.values() if module is not None]
        return not any(trees.ask(module, _prints_text) for module in loaded)
    if path.startswith(_OF_KNATIVE):
        return True
    properties = machine.function.resource.properties
    settings = properties.get("LoggingConfig")
    written = string(settings.get("LogFormat")) if isinstance(settings, Mapping) else ""
    return written == "JSON" and path.startswith(("logging.", "console."))
