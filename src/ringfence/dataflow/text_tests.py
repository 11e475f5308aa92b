"""Tests of one text that prove something of it: patterns, prefixes, parts of addresses, digests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow import addresses, patterns, subjects, texts, trees
from ringfence.dataflow.objects import Closure, External
from ringfence.dataflow.values import (
    NO_BACKSLASH,
    NO_HOST,
    NO_SCHEME,
    NO_SCRIPT,
    ONE_SLASH,
    ROOTED,
    Mix,
)
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

_URL_PREFIX = late.pattern(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]+[/?#]")


def without_sign(machine: Machine, sign: syntax.Expression, text: syntax.Expression) -> None:
    """``"\\\\" in target`` came out false."""
    known = subjects.evaluate_quietly(machine, sign).only_text()
    if known == "\\":
        subjects.clear_subject(machine, text, frozenset((NO_BACKSLASH,)))
    elif known == "//":
        subjects.clear_subject(machine, text, frozenset((ONE_SLASH, NO_SCHEME)))


def without_part(machine: Machine, test: syntax.Attribute) -> None:
    """``urlsplit(url).netloc`` is empty, or its scheme is."""
    conditions = machine.frame.scope.remembered
    url = addresses.url_behind(test, conditions)
    proof = NO_HOST
    if url is None and test.name in ("scheme", "protocol"):
        url, proof = addresses.parsed_text(test.value, conditions), NO_SCHEME
    if url is not None:
        subjects.clear_subject(machine, url, frozenset((proof,)))


def common_path_test(machine: Machine, call: syntax.Call) -> None:
    """``os.path.commonpath([root, path]) == root``, of a path that was normalised before."""
    name = call.function.name if isinstance(call.function, syntax.Attribute) else ""
    if name != "commonpath" or not call.arguments:
        return
    paths = call.arguments[0].value
    for item in paths.items if isinstance(paths, syntax.ListLiteral) else ():
        taint = subjects.evaluate_quietly(machine, item).taint if item is not None else ()
        if item is not None and taint and all("normalised" in atom.marks for atom in taint):
            subjects.clear_subject(machine, item, frozenset(("path-traversal",)))


def outside_test(machine: Machine, node: syntax.Expression, prefix: syntax.Expression) -> None:
    """``path.relative(root, p).startsWith('..')`` came out false, of a normalised path."""
    if isinstance(node, syntax.Name):
        node = machine.frame.scope.conditions.get(node.name, node)
    name = getattr(node.function, "name", "") if isinstance(node, syntax.Call) else ""
    if not isinstance(node, syntax.Call) or len(node.arguments) != 2:
        return
    dots = subjects.evaluate_quietly(machine, prefix).only_text()
    if name not in ("relative", "relpath") or dots is None or not dots.startswith(".."):
        return
    path = node.arguments[1 if name == "relative" else 0].value
    taint = subjects.evaluate_quietly(machine, path).taint
    if taint and all("normalised" in atom.marks for atom in taint):
        subjects.clear_subject(machine, path, frozenset(("path-traversal",)))


def regex_test(
    machine: Machine, name: str, receiver: syntax.Expression, arguments: list[syntax.Expression]
) -> None:
    """``re.fullmatch(p, x)``, ``pattern.match(x)``, ``/p/.test(x)``, ``x.match(/p/)``."""
    value = subjects.evaluate_quietly(machine, receiver)
    subject: syntax.Expression
    module = any(isinstance(obj, External) and obj.path == "re" for obj in value.objects)
    if module and len(arguments) > 1:
        pattern = texts.pattern_of(subjects.evaluate_quietly(machine, arguments[0]))
        subject = arguments[1]
    elif not arguments:
        return
    elif texts.pattern_of(value) is not None and not value.consts:
        pattern = texts.pattern_of(value)
        subject = arguments[0]
    else:
        pattern = texts.pattern_of(subjects.evaluate_quietly(machine, arguments[0]))
        subject = receiver
    if pattern is None:
        return
    text = pattern[0]
    if _WEB_PATTERN.match(text):
        subjects.clear_subject(machine, subject, frozenset((NO_SCRIPT,)))
    if name == "match" and machine.language == "python" and not text.startswith("^"):
        text = "^" + text
    alphabet = patterns.alphabet_of(text, pattern[1], name == "fullmatch")
    if alphabet is not None:
        rules = patterns.rules_cleared(alphabet)
        if patterns.is_local_path(text, alphabet):
            rules |= {"open-redirect"}
        subjects.clear_subject(machine, subject, rules)
        return
    if re.match(r"\^?https?:(\\?/){2}[\w.\\-]+(\\?/|\$)", text) and text.startswith("^"):
        subjects.clear_subject(
            machine, subject, frozenset(("server-side-request-forgery", "open-redirect"))
        )


#: How addresses begin that a browser opens without running anything.
_WEB = late.pattern(r"(?i)(https?:|mailto:|tel:|/)")
_WEB_PATTERN = late.pattern(r"(?i)\^\(?(\?:)?(https?\??:|https?\\?:|\\?/)")


#: Beginnings of names of resources that every account has, up to where the account stands.
_ANYBODYS = late.pattern(r"arn:[\w-]*(:[\w-]*){0,2}:?$|https?://[^/]*/?$")


def prefix_test(machine: Machine, subject: syntax.Expression, prefix: syntax.Expression) -> None:
    """A prefix confines a normalised path, and a URL when it spans scheme and host."""
    value = subjects.evaluate_quietly(machine, prefix)
    taint = subjects.evaluate_quietly(machine, subject).taint
    rules: set[str] = set()
    known = [c.text("x") if isinstance(c, Mix) else c for c in value.consts]
    if taint and all("normalised" in atom.marks for atom in taint) and not value.taint:
        rules.add("path-traversal")
    if known and all(isinstance(text, str) and _URL_PREFIX.match(text) for text in known):
        rules |= {"server-side-request-forgery", "open-redirect"}
    if known and not value.taint and not any(_ANYBODYS.match(str(text)) for text in known):
        rules.add("cloud-resource-injection")
    if known and all(isinstance(text, str) and _WEB.match(text) for text in known):
        rules.add(NO_SCRIPT)
    if known and all(isinstance(text, str) and text.startswith("/") for text in known):
        rules.add(ROOTED)
        whole = addresses.text_behind_path(subject, machine.frame.scope.remembered)
        if whole is not None:
            subjects.clear_subject(machine, whole, frozenset((ROOTED,)))
    if rules:
        subjects.clear_subject(machine, subject, frozenset(rules))


def inside_test(machine: Machine, path: syntax.Expression) -> None:
    """``Path(x).resolve().is_relative_to(folder)``: of a path in which ``..`` still stands, it says
    nothing."""
    resolved = False
    found = [path]
    for _ in range(addresses.MAX_LINKS):
        if isinstance(path, syntax.Name):
            behind = machine.frame.scope.conditions.get(path.name)
            if behind is None:
                break
            path = behind
            continue
        if not isinstance(path, syntax.Call):
            break
        name = getattr(path.function, "name", "")
        if name == "resolve" and not path.arguments:
            assert isinstance(path.function, syntax.Attribute)
            path = path.function.value
        elif name in ("Path", "PurePath", "str", "realpath", "abspath") and path.arguments:
            path = path.arguments[0].value
        else:
            is_joined = name in ("join", "normalize") and machine.language != "python"
            resolved = resolved or is_joined
            break
        resolved = resolved or name in ("resolve", "realpath", "abspath")
        found.append(path)
    taint = subjects.evaluate_quietly(machine, found[0]).taint
    if resolved or (taint and all("normalised" in atom.marks for atom in taint)):
        for node in found:
            subjects.clear_subject(machine, node, _PATHS)


_PATHS = frozenset(("path-traversal",))


def folder_test(machine: Machine, subject: syntax.Expression) -> None:
    """``os.path.dirname(path) == FOLDER``, ``Path(path).parent == FOLDER``: what is left of the
    path is one name, unless ``..`` still stands in it."""
    if isinstance(subject, syntax.Name):
        subject = machine.frame.scope.conditions.get(subject.name, subject)
    if isinstance(subject, syntax.Call) and getattr(subject.function, "name", "") == "dirname":
        if subject.arguments:
            inside_test(machine, subject.arguments[0].value)
    elif isinstance(subject, syntax.Attribute) and subject.name == "parent":
        inside_test(machine, subject.value)


def suffix_test(machine: Machine, subject: syntax.Expression, suffix: syntax.Expression) -> None:
    """A host that ends in a known domain, dot first."""
    url = addresses.url_behind(subject, machine.frame.scope.remembered)
    value = subjects.evaluate_quietly(machine, suffix)
    if url is not None and not value.taint and all(t.startswith(".") for t in value.texts()):
        subjects.clear_subject(machine, url, addresses.RULES)


def signed_test(machine: Machine, call: syntax.Call) -> None:
    """``compare_digest(hmac.new(key, data), sent)`` is true: who has the key made the data."""
    if getattr(call.function, "name", "") not in ("compare_digest", "timingSafeEqual"):
        return
    for argument in call.arguments:
        side = argument.value
        if isinstance(side, syntax.Name):
            side = machine.frame.scope.conditions.get(side.name, side)
        if not (isinstance(side, syntax.Call) and makes_digest(machine, side)):
            continue
        for node in trees.nodes(side, into_functions=False):
            if isinstance(node, syntax.Name):
                subjects.clear_subject(machine, node, subjects.ALL)
        for other in call.arguments:
            if other is not argument:  # it is the digest itself
                subjects.clear_subject(machine, other.value, subjects.ALL)


def makes_digest(machine: Machine, call: syntax.Call, depth: int = 2) -> bool:
    """Whether a call answers a digest made with a key, itself or through an own function."""
    for node in trees.nodes(call, into_functions=False):
        if not isinstance(node, syntax.Call):
            continue
        if trees.dotted(node.function).endswith(("hmac.new", "hmac.digest", "createHmac")):
            return True
        held = subjects.evaluate_quietly(machine, node.function).objects if depth else ()
        for obj in held:
            if isinstance(obj, Closure):
                inner = (n for n in trees.nodes(obj.node.body) if isinstance(n, syntax.Call))
                if any(makes_digest(machine, one, 0) for one in inner):
                    return True
    return False
