"""Dangerous uses: what tables say of a call, applied to the values that reach it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow import (
    selection,
    structures,
    subjects,
    table_conditions,
    tokens,
    verdicts,
    versions,
)
from ringfence.dataflow.objects import (
    External,
    JsonText,
    Number,
    Struct,
    deep_taint,
)
from ringfence.dataflow.patterns import NO_QUOTES
from ringfence.dataflow.scopes import proven_key
from ringfence.dataflow.texts import shown
from ringfence.dataflow.values import (
    NO_BACKSLASH,
    NO_HOST,
    NO_SCHEME,
    NOTHING,
    OF_NUMBERS,
    ONE_SLASH,
    OWN_KINDS,
    ROOTED,
    Mix,
    Taint,
    Value,
    join_all,
)
from ringfence.dataflow.verdicts import Verdict
from ringfence.model import syntax
from ringfence.model.facts import CodeIssue, Flow, FlowSource, Step, Use
from ringfence.model.location import Location
from ringfence.model.severity import CONFIDENCES, Exposure
from ringfence.rules.taint import CallTables, Sink

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine

_FIXED_HOST = late.pattern(r"(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?//[^/?#]+[/?#]|\x00[^\x00]*[/?#]|/[^/\\]")
#: A fixed host and the beginning of a path or a query: the sender picks one of the API's items.
_FIXED_PATH = late.pattern(
    r"(?:(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?//[^/?#]+|\x00[^\x00/?#]*)(?:/[^/?#\x00]|/?[?#])"
)
NEVER = 9
#: Certainty lost where only the path at a fixed host is the sender's.
OF_FIXED_HOST = 2
_FIXED_START = late.pattern(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#\x00]*$|/{0,2}$|[a-zA-Z]*:?/{0,2}$")


def check(
    machine: Machine,
    path: str,
    tables: CallTables,
    receiver: Value | None,
    arguments: Arguments,
    node: syntax.Node,
) -> None:
    """Apply the sinks, uses and issues of a call's tables."""
    from ringfence.dataflow import kept_files, responses

    for sink in tables.sinks:
        if not table_conditions.conditions_hold(sink.when, arguments, receiver, machine.language):
            continue
        if sink.older and not versions.is_older(machine, *sink.older):
            continue
        value = selection.selected(sink.argument, receiver, arguments)
        if value is None:
            continue
        if structures.PARSED in sink.marks:
            value = structures.uncompared(value)
        for part in selection.parts_of(machine, value, sink):
            report(machine, sink, path, selection.argument_name(sink, arguments), part, node)
            if sink.use:
                use(machine, sink.use, part, node, path)
                kept_files.touched(machine, path, sink.use, part, arguments, node)
            if sink.rule == "cross-site-scripting":
                responses.linked(machine, part, node)
    for used in tables.uses:
        if table_conditions.conditions_hold(used.when, arguments, receiver, machine.language):
            value = selection.selected(used.argument, receiver, arguments)
            for part in selection.fields_of(value, used.field) if value is not None else ():
                use(machine, used.kind, part, node, path)
                kept_files.touched(machine, path, used.kind, part, arguments, node)
    if tables.connections or tables.settings:
        from ringfence.dataflow import connections

        connections.check(machine, path, tables, receiver, arguments, node)
    if tables.exposures:
        from ringfence.dataflow import exposures

        exposures.check_tables(machine, tables.exposures, receiver, arguments, node)
    for table in tables.issues:
        if table_conditions.conditions_hold(table.when, arguments, receiver, machine.language):
            issue(machine, table.rule, node, table.text, table.certainty)


# --- reports ---

#: What is read, in whatever it is found: a path, a file, or the text itself.
_READ_FROM_FILES = ("unsafe-deserialization", "xml-external-entity")
#: Calls that unpack an archive whose names may lead out of the folder.
_UNPACKS = frozenset(
    ("tarfile.open().extractall", "tarfile.open().extract", "tarfile.TarFile().extractall")
)


def report(
    machine: Machine, sink: Sink, path: str, argument: str, value: Value, node: syntax.Node
) -> None:
    """A flow for every untrusted path that reaches the value and can serve the rule."""
    lost = CONFIDENCES.index(sink.certainty)
    untrusted = deep_taint(value)
    opens_file = sink.rule in _READ_FROM_FILES or path in _UNPACKS
    if opens_file and not untrusted and not value.definite:
        # a file whose name was made here, into which an object of a bucket was written
        untrusted = machine.memo.get(("downloaded",), ())
        lost = max(lost, 1)
    if sink.rule == OF_NUMBERS:
        untrusted += tuple(
            atom
            for obj in value.objects
            if isinstance(obj, Number) and not obj.bounded
            for atom in obj.taint
        )
    untrusted = tuple(out_of_place(sink.grammar, value, atom, sink.rule) for atom in untrusted)
    for atom in untrusted:
        if sink.rule == OF_NUMBERS and is_packed_by_platform(machine, atom):
            continue
        if sink.marks and not carries(machine, sink.marks, atom):
            continue
        if sink.grammar == "sql" and is_held_by_quotes(machine, value, atom):
            continue
        if sink.rule == "regex-injection" and is_compiled(value):
            continue
        if sink.rule == OF_NUMBERS and ("bounded", proven_key(atom)) in machine.memo:
            continue
        if sink.grammar == "path" and is_stream(value, atom):
            continue
        loss = grammar_loss(sink.grammar, value, atom)
        if structures.PARSED in sink.marks and is_doubtful_structure(machine, value, atom):
            loss += 1
        if sink.rule == "open-redirect" and loss:
            continue
        confined = sink.grammar == "url" and loss >= OF_FIXED_HOST
        flow(
            machine,
            sink.rule,
            "weaken" if confined else sink.effect,
            atom,
            path,
            argument,
            node,
            lost + loss,
            shown(value),
        )


def out_of_place(grammar: str, value: Value, atom: Taint, rule: str) -> Taint:
    """Data that was made safe for another place than where it stands, as it was before: quoted
    inside quotes of the code's own, escaped for quotes that are not there, or for a name and not
    for a filter."""
    mark = {"shell": "shell-quoted", "sql": "sql-escaped", "filter": "dn-escaped"}.get(grammar)
    if mark is None or mark not in atom.marks or "*" in atom.cleared:
        return atom
    if grammar != "filter":
        prefixes = [p for const in value.consts if (p := prefix_before(const, atom)) is not None]
        inside = [bool(prefix.count('"') % 2 or prefix.count("'") % 2) for prefix in prefixes]
        if not inside or (any(inside) is (grammar == "sql")):
            return atom
    return Taint(atom.source, atom.path, atom.trail, atom.derived, atom.cleared - {rule},
                 atom.marks, atom.quality)  # fmt: skip


def is_compiled(value: Value) -> bool:
    """Whether a pattern is compiled already, and was told where that is done."""
    return any(
        isinstance(obj, External) and obj.path in ("RegExp()", "re.compile()")
        for obj in value.objects
    )


def is_held_by_quotes(machine: Machine, value: Value, atom: Taint) -> bool:
    """Whether a text without quotes stands inside quotes of the code's own."""
    if NO_QUOTES not in atom.cleared | machine.proven.get(proven_key(atom), frozenset()):
        return False
    prefixes = [p for const in value.consts if (p := prefix_before(const, atom)) is not None]
    return bool(prefixes) and all(prefix.count("'") % 2 for prefix in prefixes)


def is_packed_by_platform(machine: Machine, atom: Taint) -> bool:
    """Whether the platform itself compressed what stands at a path of the event, and so knows its
    size; the numbers inside are the sender's."""
    if "!json" in atom.path:
        return False
    found = (machine.events.control(trigger.kind, atom.path)[1] for trigger in machine.triggers)
    return any(field is not None and field.encoding == "gzip" for field in found)


#: What turns a text into a number.
_TO_NUMBER = frozenset(("Number", "parseInt", "parseFloat", "int", "float"))


def check_bound(machine: Machine, test: syntax.Expression, node: syntax.Node) -> None:
    """``while (i < n)`` with a number of the sender's that nothing bounds."""
    if isinstance(test, syntax.Logical) and test.operator == "and":
        return  # another condition ends the loop, too
    if not isinstance(test, syntax.Compare) or test.operator not in ("<", "<=", ">", ">="):
        return
    bound = test.right if test.operator in ("<", "<=") else test.left
    if isinstance(bound, syntax.Call) and getattr(bound.function, "name", "") in _TO_NUMBER:
        value = machine.evaluate(bound)
    else:
        value = subjects.evaluate_quietly(machine, bound)
    atoms = [a for a in value.taint if ("bounded", proven_key(a)) not in machine.memo]
    for obj in value.objects:
        if isinstance(obj, Number) and not obj.bounded:
            atoms += obj.taint
    for atom in atoms:
        flow(machine, OF_NUMBERS, "weaken", atom, "the loop", "count", node, 1, shown(value))


def is_doubtful_structure(machine: Machine, value: Value, atom: Taint) -> bool:
    """Whether data that may be a map need not become one where it stands.

    What a library made of it, such as a document that it looked up, seldom is; and programs of the
    account send a text where a text belongs, unless the whole filter is what they send.
    """
    if atom.derived:
        return True
    if atom in value.taint or not machine.triggers:
        return False
    return all(trigger.sender.exposure <= Exposure.ACCOUNT for trigger in machine.triggers)


#: Objects that hold data in memory: what is opened there has no path.
_STREAM = late.pattern(r"(^|\.)(BytesIO|StringIO|BufferedReader|TextIOWrapper|GzipFile)\b")


def is_stream(value: Value, atom: Taint) -> bool:
    """Whether what is opened is the data itself, where a name or an open file may stand."""
    body = atom.source.kind == "response" and atom.path[-1:] == ("Body",)
    return (body and not atom.derived) or any(
        isinstance(obj, External) and _STREAM.search(obj.path) for obj in value.objects
    )


def carries(machine: Machine, marks: tuple[str, ...], atom: Taint) -> bool:
    """Whether data bears all these marks; ``json`` asks whether it may be a structure."""
    return all(
        structures.is_structure(machine, atom) if mark == structures.PARSED else mark in atom.marks
        for mark in marks
    )


#: Rules that a check of the text's form says nothing about.
_NOT_OF_FORM = frozenset((OF_NUMBERS, "authorization-by-caller"))


def is_cleared(rule: str, cleared: frozenset[str]) -> bool:
    return rule in cleared or ("*" in cleared and rule not in _NOT_OF_FORM)


def is_known(machine: Machine, rule: str, atom: Taint) -> bool:
    """Whether data was made harmless for a rule, or is compared with what it may be."""
    proven = machine.proven.get(proven_key(atom), frozenset())
    return is_cleared(rule, atom.cleared) or is_cleared(rule, proven)


def doubt_of_local(proofs: frozenset[str]) -> int | None:
    """Certainty lost where an address was shown to be one of this site; None for all of it. Without
    a look for backslashes, ``/\\host`` still leads away."""
    rooted = ROOTED in proofs
    if rooted and ONE_SLASH in proofs:
        return None if NO_BACKSLASH in proofs else 2
    near = NO_HOST in proofs and (rooted or NO_SCHEME in proofs)
    return 2 if near else 0


#: Rules that need signs which an URL writes as percent and number.
_OF_SIGNS = frozenset(("cross-site-scripting", "header-injection", "log-injection"))


def is_quoted_key(atom: Taint) -> bool:
    """Whether data is an object's key as S3 tells it, URL-encoded, and nobody has decoded it."""
    return atom.path[-3:] == ("s3", "object", "key") and "unquoted" not in atom.marks


def flow(
    machine: Machine,
    rule: str,
    effect: str,
    atom: Taint,
    sink: str,
    argument: str,
    node: syntax.Node,
    lost: int = 0,
    value: str = "",
    text: str = "",
    place: Location | None = None,
) -> None:
    """Record one flow, unless the data is cleared, proven safe, or not the sender's. It stands at
    ``place``, by default where ``node`` does."""
    if atom.source.kind in OWN_KINDS or is_known(machine, rule, atom):
        return
    if rule in _OF_SIGNS and is_quoted_key(atom):
        return
    verdict = verdicts.judge(machine, atom)
    if verdict is None:
        return
    lost += max(atom.quality, verdict.lost)
    if rule == "open-redirect":
        proven = machine.proven.get(proven_key(atom), frozenset())
        local = doubt_of_local(atom.cleared | proven)
        if local is None:
            return
        lost += local
    if rule == "mail-injection" and is_registered(atom, argument):
        lost = max(lost, 2)
    if machine.unreached or (lost < 2 and is_vouched_for(machine, rule, atom, verdict)):
        lost = max(lost, 2)
    if is_foreign(machine):
        lost += 1
    if lost > 3:
        return
    place = place or machine.location(node)
    steps = steps_of(atom, verdict.sender, place, text or f"becomes the {argument} of {sink}")
    source = FlowSource(
        atom.source.kind,
        atom.display,
        steps[0].location,
        verdict.triggers,
        atom.source.via,
        verdict.sender,
    )
    certainty = CONFIDENCES[min(lost, 2)]
    key = (rule, place, source.path, tuple(c.trigger for c in source.via))
    old = machine.collected.flows.get(key)
    if old is not None and rank(old) <= (CONFIDENCES.index(certainty), len(steps)):
        return
    machine.collected.flows[key] = Flow(
        rule, machine.function.id, source, sink, argument, place, steps, certainty, effect, value
    )


_RECIPIENT = late.pattern(r"(?i)destination|recipient|to_?address|^to$")


def is_registered(atom: Taint, argument: str) -> bool:
    """Whether a mail goes to an address that was stored before: that of an account, mostly."""
    stored = any(channel.kind == "table" for channel in atom.source.via)
    return stored and _RECIPIENT.search(argument) is not None


def is_vouched_for(machine: Machine, rule: str, atom: Taint, verdict: Verdict) -> bool:
    """Whether a field of an event is known to come from functions of the application that let
    nothing harmful through, and only insiders of the account could send another."""
    if atom.source.via or atom.source.kind != "event" or machine.arrived.is_nothing:
        return False
    if rule == OF_NUMBERS:
        return False  # numbers are not followed between functions
    senders = [one.sender for one in machine.triggers if one.id in verdict.triggers]
    if not senders or any(sender.exposure > Exposure.ACCOUNT for sender in senders):
        return False
    sent = part_at(machine.arrived, atom.path)
    if sent.is_nothing:
        return False
    return all(is_cleared(rule, one.cleared) for one in deep_taint(sent))


def part_at(value: Value, path: tuple[str, ...]) -> Value:
    """What stands at a path of data inside a value of known structure; nothing where none does."""
    for part in path:
        found: list[Value] = []
        for obj in value.objects:
            if part == "!json" and isinstance(obj, JsonText):
                found.append(obj.inner)
            elif isinstance(obj, Struct) and (part == "[]" or part.isdigit()):
                found.append(obj.items())
            elif isinstance(obj, Struct):
                found.append(obj.fields.get(part, obj.rest))
        value = join_all(found)
    return value


_FOREIGN = late.pattern(r"(^|/)(site-packages|node_modules|vendor|vendored|third_party)/")


def is_foreign(machine: Machine) -> bool:
    """Whether the running file is a copy of somebody else's library."""
    file = machine.frame.module.file
    code = machine.function.code
    if _FOREIGN.search(file) is not None:
        return True
    return code is not None and any(file.startswith(layer + "/") for layer in code.layers)


def rank(found: Flow) -> tuple[int, int]:
    return CONFIDENCES.index(found.certainty), len(found.steps)


def steps_of(atom: Taint, sender: str, place: Location, end: str) -> tuple[Step, ...]:
    steps = list(atom.trail.steps())
    if steps and not steps[0].text:
        who = sender or "the sender"
        verb = "comes from" if atom.source.kind == "event" else "holds what was stored by"
        steps[0] = Step(steps[0].location, f"{atom.display} {verb} {who}")
    return (*steps, Step(place, end))


def grammar_loss(grammar: str, value: Value, atom: Taint) -> int:
    """How much less sure a flow is for the place where the text stands."""
    if grammar not in ("url", "path", "program"):
        return 0
    prefixes = [p for const in value.consts if (p := prefix_before(const, atom)) is not None]
    if not prefixes:
        return 0
    if grammar == "program":  # no program bears a name with the code's own spaces in it
        return NEVER if all(" " in prefix for prefix in prefixes) else 0
    if grammar == "url":
        if ROOTED in atom.cleared:
            prefixes = [prefix + "/" for prefix in prefixes]
        if all(_FIXED_PATH.match(prefix) for prefix in prefixes):
            return NEVER
        return OF_FIXED_HOST if all(_FIXED_HOST.match(prefix) for prefix in prefixes) else 0
    return 1 if all(prefix and prefix[-1] not in "/\\" for prefix in prefixes) else 0


def prefix_before(const: object, atom: Taint) -> str | None:
    """What stands before the taint in a partly known text, unknown parts as NUL."""
    if not isinstance(const, Mix):
        return None
    prefix = ""
    for part in const.parts:
        if isinstance(part, str):
            prefix += part
        elif any(same_origin(one, atom) and "*" not in one.cleared for one in part.taint):
            return prefix
        else:
            prefix += "\0"
    return None


def same_origin(one: Taint, other: Taint) -> bool:
    return one.source is other.source and one.path == other.path


def issue(
    machine: Machine,
    rule: str,
    node: syntax.Node,
    text: str,
    certainty: str = "high",
    steps: tuple[Step, ...] = (),
    place: Location | None = None,
) -> None:
    place = place or machine.location(node)
    machine.collected.issues.setdefault(
        (rule, place), CodeIssue(rule, machine.function.id, place, text, certainty, steps)
    )


def use(machine: Machine, kind: str, value: Value, node: syntax.Node, detail: str) -> None:
    """Note what is touched, by every known text."""
    if kind == "token-verified":
        if not tokens.is_ignored(machine, node):
            machine.collected.verified.update(atom.display for atom in deep_taint(value))
        return
    place = machine.location(node)
    taint = any(atom.source.kind not in OWN_KINDS for atom in deep_taint(value))
    known: list[str] = []
    for const in value.consts:
        if isinstance(const, Mix):
            known.append(const.text())
        elif isinstance(const, str):
            known.append(const)
    for obj in value.objects:
        if selection.is_list(obj) and kind == "process":
            assert isinstance(obj, Struct)
            known += obj.fields.get(0, NOTHING).texts()
        elif isinstance(obj, External) and obj.arguments:
            known += obj.arguments[0].texts()
    for text in known or ["*"]:
        word = host_of(text) if kind == "host" else text[:300]
        machine.collected.uses.setdefault(
            (kind, word, place), Use(kind, machine.function.id, word, place, detail, taint)
        )


def host_of(text: str) -> str:
    """``https://api.example.com:8443/x`` → ``api.example.com:8443``."""
    if "://" in text:
        text = text.partition("://")[2]
    for end in "/?#":
        text = text.partition(end)[0]
    return text.rpartition("@")[2] or "*"


def attribute_set(
    machine: Machine, obj: External, name: str, value: Value, node: syntax.Node
) -> None:
    """``library.attribute = value``: tables name it ``library.attribute=``, with one argument."""
    from ringfence.dataflow import connections, libraries, stores
    from ringfence.dataflow.call_arguments import Arguments

    connections.set_attribute(obj, name, value)
    path = f"{obj.path}.{name}="
    stores.written(machine, path, obj, Arguments([value]), node)
    tables = machine.catalogue.tables(path)
    if tables is None and obj.path.endswith(".headers"):
        tables = machine.catalogue.methods.get(f"{name}=")
    if tables is not None:
        check(machine, path, tables, Value(objects=(obj,)), Arguments([value]), node)
        libraries.check_answers(machine, tables, Arguments([value]), node)
