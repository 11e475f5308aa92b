"""What a handler answers: HTML with the sender's text, redirects, error details, CORS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow import (
    answer_places,
    cross_origin,
    exposures,
    guessable,
    sinks,
    structures,
)
from ringfence.dataflow.objects import Struct, deep_taint
from ringfence.dataflow.own_texts import OWN_TEXT
from ringfence.dataflow.scopes import proven_key
from ringfence.dataflow.texts import BY_HAND, shown
from ringfence.dataflow.values import (
    NO_SCRIPT,
    NOTHING,
    ROOTED,
    Mix,
    Taint,
    Value,
    join,
    join_all,
)
from ringfence.model import syntax
from ringfence.model.application import OUTSIDE_HTTP_KINDS
from ringfence.model.record import record

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

HTTP_KINDS = frozenset(
    ("apigateway-rest", "apigateway-http", "apigateway-websocket", "function-url", "alb",
     "cloudfront", *OUTSIDE_HTTP_KINDS)
)  # fmt: skip


_ASKED = HTTP_KINDS | {"appsync"}


def check(machine: Machine, value: Value, node: syntax.Node) -> None:
    """Look at a returned response."""
    if machine.triggers and not any(t.kind in _ASKED and t.answers for t in machine.triggers):
        return
    told = set(answer_places.PARTS)
    if any(trigger.kind == "cloudfront" for trigger in machine.triggers):
        told.add("status")
    if any(trigger.kind in OUTSIDE_HTTP_KINDS for trigger in machine.triggers):
        told.add("headers")
    if answer_places.answers_data(machine):
        for obj in value.objects:
            made = machine.memo.get(("put together", id(obj)))
            with answer_places.placed(machine, node, made[1] if made is not None else None):
                exposures.check(machine, exposures.RESPONSE, Value(objects=(obj,)), node)
        exposures.check(machine, exposures.RESPONSE, Value(value.consts, value.taint), node)
        return
    hand_out(machine, node)
    for obj in value.objects:
        if not isinstance(obj, Struct):
            continue
        if told.intersection(obj.fields) or {"status", "headers"} <= set(obj.fields):
            check_struct(machine, obj, node)
        elif machine.triggers:
            # a map is sent as JSON, and so is the first of ``return {…}, 200``
            whole = obj.fields.get(0, NOTHING) if obj.kind == "list" else Value(objects=(obj,))
            verbose(machine, whole, node)
            exposures.check(machine, exposures.RESPONSE, whole, node)
            headers_beside(machine, obj, node)


def hand_out(machine: Machine, node: syntax.Node) -> None:
    """A code that is to reach somebody by mail goes to whoever asked for it."""
    parts = answer_places.whole_parts(node.value) if isinstance(node, syntax.Return) else []
    name = guessable.handed_out(machine, parts)
    if name:
        told = f"the response holds the {name} that is to be sent to somebody"
        sinks.issue(machine, exposures.RULE, node, told, "medium")


def check_told(machine: Machine, value: Value, node: syntax.Node) -> None:
    """What a route of a framework or a resolver of GraphQL answers, as data."""
    hand_out(machine, node)
    verbose(machine, value, node)
    exposures.check(machine, exposures.RESPONSE, value, node)
    for obj in value.objects:
        if isinstance(obj, Struct):
            headers_beside(machine, obj, node)


def headers_beside(machine: Machine, answer: Struct, node: syntax.Node) -> None:
    """The headers of ``return body, status, headers`` and of ``return body, headers``."""
    if answer.kind != "list" or 0 not in answer.fields:
        return
    response = machine.struct("map")
    response.fields["headers"] = answer.fields.get(2, answer.fields.get(1, NOTHING))
    if header_map(response):
        response.fields["body"] = answer.fields[0]
        check_parts(machine, response, node)


def check_struct(machine: Machine, response: Struct, node: syntax.Node) -> None:
    """Look at one response, where it was put together or else where the handler returns it."""
    made = machine.memo.get(("put together", id(response)))
    if made is None:
        check_parts(machine, response, node)
        return
    machine.places[id(node)] = made[1]
    try:
        check_parts(machine, response, node)
    finally:
        del machine.places[id(node)]


def check_parts(machine: Machine, response: Struct, node: syntax.Node) -> None:
    headers = header_map(response)
    kinds = headers.get("content-type", Header()).value.texts()
    for name in ("body", "jsonBody"):
        body = response.fields.get(name, NOTHING)
        parts = answer_places.given_parts(machine, response, body)
        for part, place in parts:
            with answer_places.placed(machine, node, place):
                exposures.check(machine, exposures.RESPONSE, part, node)
        with answer_places.told_at(machine, node, response, name.lower()):
            verbose(machine, body, node)
            if not parts:
                exposures.check(machine, exposures.RESPONSE, body, node)
            if any("text/html" in kind.lower() for kind in kinds):
                for atom in deep_taint(body):
                    sinks.flow(
                        machine, "cross-site-scripting", "script", atom, "the HTML response",
                        "body", node, value=shown(body), text="becomes part of the HTML response",
                    )  # fmt: skip
            if any("text/html" in kind.lower() for kind in kinds):
                linked(machine, body, node)
    location = headers.get("location", Header())
    with answer_places.told_at(machine, node, location.holder, "location"):
        for atom in deep_taint(location.value):
            lost = sinks.grammar_loss("url", location.value, atom)
            if not lost:
                sinks.flow(
                    machine, "open-redirect", "impersonate", atom, "the Location header",
                    "Location", node, value=shown(location.value),
                    text="decides where the client goes",
                )  # fmt: skip
    planted(machine, headers, node)
    cors(machine, headers, node)


def of_path(machine: Machine, atom: Taint) -> Taint:
    """The same for a header that names a file: line breaks are not what harms there."""
    proofs = atom.cleared | machine.proven.get(proven_key(atom), frozenset())
    if proofs.intersection(("*", "path-traversal")):
        return atom.changed(cleared=(_HEADERS,))
    return without_proof(atom, _HEADERS)


def without_proof(atom: Taint, rule: str) -> Taint:
    """The same data, not cleared of a rule for which the clearing means nothing here."""
    return Taint(
        atom.source, atom.path, atom.trail, atom.derived, atom.cleared - {rule}, atom.marks,
        atom.quality,
    )  # fmt: skip


_HEADERS = "header-injection"
#: What stands before the address of a link or frame in a page.
_LINK = late.pattern(r"(?i)(href|src|action|formaction|data)\s*=\s*[\"']?$")
#: And before a value of an attribute that no quotes confine.
_BARE = late.pattern(r"<[^<>\"']*(?:[\"'][^\"']*[\"'][^<>\"']*)*\s[\w-]+\s*=\s*$")
#: And before one that stands in quotes; the group is the quote.
_QUOTED = late.pattern(r"<[^<>]*\s[\w-]+\s*=\s*([\"'])(?:(?!\1)[^<>])*$")
_SCRIPTS = "cross-site-scripting"


def linked(machine: Machine, page: Value, node: syntax.Node) -> None:
    """The sender's text where escaping it for HTML is not enough: as the address of a link, which
    may begin with ``javascript:``, as an attribute's value without quotes, where a space begins
    the next attribute, and as one in quotes that the code's own escaping leaves in the text."""
    for const in page.consts:
        before = ""
        for part in const.parts if isinstance(const, Mix) else ():
            if isinstance(part, str):
                before += part
                continue
            link = _LINK.search(before) is not None
            bare = _BARE.search(before) is not None
            quoted = _QUOTED.search(before)
            for atom in part.taint if link or bare or quoted else ():
                proofs = atom.cleared | machine.proven.get(proven_key(atom), frozenset())
                safe = frozenset("*") if bare else _SAFE_LINKS
                if not (link or bare) and not is_open(atom, quoted):
                    continue
                if _SCRIPTS in proofs and not proofs.intersection(safe):
                    sinks.flow(
                        machine, _SCRIPTS, "script", without_proof(atom, _SCRIPTS),
                        "the HTML response", "body", node, 1, shown(page),
                        "stands in a link or without quotes, where escaping is not enough",
                    )  # fmt: skip
            before += "x"


def is_open(atom: Taint, quoted: re.Match[str] | None) -> bool:
    """Whether the code's own escaping leaves the quote that ends an attribute in a text."""
    return quoted is not None and BY_HAND in atom.marks and quoted[1] not in atom.marks


#: Proofs by which an address in a page runs nothing.
_SAFE_LINKS = frozenset(
    ("*", "open-redirect", "server-side-request-forgery", ROOTED, NO_SCRIPT, "url-encoded")
)


def check_page(machine: Machine, value: Value, node: syntax.Node) -> None:
    """A text that a web framework sends as HTML; a map or list it sends as JSON."""
    verbose(machine, value, node)
    for obj in value.objects:  # return page, 200, {"Content-Type": "text/html"}
        if isinstance(obj, Struct) and obj.kind == "list" and 0 in obj.fields:
            check_page(machine, obj.fields[0], node)
    linked(machine, value, node)
    if not value.taint or value.objects:
        return
    tagged = any(
        isinstance(part, str) and "<" in part
        for const in value.consts
        if isinstance(const, Mix)
        for part in const.parts
    )
    for atom in value.taint:
        if tagged or not structures.is_structure(machine, atom):
            sinks.flow(
                machine, "cross-site-scripting", "script", atom, "the HTML response", "body", node,
                0 if tagged else 1, shown(value), "becomes part of the HTML response",
            )  # fmt: skip


#: Headers by which the server before the function sends a file instead.
_SERVING = ("x-accel-redirect", "x-sendfile", "x-lighttpd-send-file", "x-reproxy-url")
#: Headers by which a sender's text changes what the browser does with the answer.
_TELLING = ("set-cookie", "content-type", "content-security-policy", "refresh", "link",
            *_SERVING)  # fmt: skip
#: Those that decide under which name and kind a file is saved.
_NAMING = ("content-disposition",)


def planted(machine: Machine, headers: dict[str, Header], node: syntax.Node) -> None:
    """The sender's text in a header that steers the browser."""
    for name in (*_TELLING, *_NAMING):
        header = headers.get(name, Header())
        lost = 2 if name in _NAMING else 1
        with answer_places.told_at(machine, node, header.holder, name):
            for atom in deep_taint(header.value):
                meant = of_path(machine, atom) if name in _SERVING else atom
                sinks.flow(
                    machine, "header-injection", "script", meant, f"the {name.title()} header",
                    name, node, lost, shown(header.value),
                    f"becomes part of the {name.title()} header",
                )  # fmt: skip


@record(frozen=True)
class Header:
    """The values of a header, and the map in which it stands."""

    value: Value = NOTHING
    holder: Struct | None = None


def header_map(response: Struct) -> dict[str, Header]:
    """Headers by their names in lower case; a value is a text, a list of them, or the list of
    ``{"key": …, "value": …}`` that CloudFront takes."""
    found: dict[str, Header] = {}
    cookies = response.fields.get("cookies", NOTHING)
    if not cookies.is_nothing:  # of an HTTP API or a function URL: a list of the headers' texts
        found["set-cookie"] = Header(join(cookies, header_values_of(cookies)), response)
    for name in ("headers", "multiValueHeaders"):
        for obj in response.fields.get(name, NOTHING).objects:
            if isinstance(obj, Struct):
                for key, value in obj.fields.items():
                    lower = str(key).lower()
                    values = join(found.get(lower, Header()).value, value)
                    values = join(values, header_values_of(value))
                    found[lower] = Header(values, obj)
    return found


def header_values_of(value: Value) -> Value:
    """What stands in the lists that a value is."""
    return join_all(header_values(obj.items()) for obj in value.objects if isinstance(obj, Struct))


def header_values(items: Value) -> Value:
    """What stands under ``value`` in each entry of a list, or the entries themselves."""
    pairs = [
        one.fields["value"]
        for one in items.objects
        if isinstance(one, Struct) and "value" in one.fields
    ]
    return join_all(pairs) if pairs else items


def verbose(machine: Machine, body: Value, node: syntax.Node) -> None:
    """A stack trace, or the text of an exception, goes to the client."""
    errors = [atom for atom in deep_taint(body) if atom.source.kind == "error"]
    traced = any("traceback" in atom.marks for atom in errors)
    if not traced and all(OWN_TEXT in atom.marks for atom in errors):
        return
    issue_text = (
        "the response holds the stack trace"
        if traced
        else "the response holds the text of the exception"
    )
    # In JavaScript, what is answered as a whole may be a response that the code itself threw.
    text = machine.language == "python" or any(
        structures.TEXT in atom.marks and OWN_TEXT not in atom.marks for atom in errors
    )
    certainty = "high" if traced else "medium" if text else "low"
    sinks.issue(machine, "verbose-error-response", node, issue_text, certainty)


def cors(machine: Machine, headers: dict[str, Header], node: syntax.Node) -> None:
    origin = headers.get("access-control-allow-origin", Header())
    credentials = headers.get("access-control-allow-credentials", Header()).value
    if not cross_origin.is_allowed(credentials):
        return
    with answer_places.told_at(machine, node, origin.holder, "access-control-allow-origin"):
        if cross_origin.is_callers(machine, origin.value):
            sinks.issue(machine, cross_origin.RULE, node, cross_origin.REPEATED)
