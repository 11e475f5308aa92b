"""Which characters a regular expression lets through: is it a strict check?

Only the alphabet counts: a pattern that must match the whole text and whose atoms allow no
character that a rule's attack needs is a sanitiser for that rule.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ringfence import late

#: Characters without which an attack of the rule is not possible; any one of them keeps the taint.
DANGEROUS = {
    "os-command-injection": set(";&|`$<>\n\r(){}\"'\\ *?~!#"),
    "code-injection": set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_'\"`["),
    "sql-injection": set("'\"`;\\ /*()\n\t#="),
    "path-traversal": set("/\\"),
    "server-side-request-forgery": set("/:@.\\"),
    "cross-site-scripting": set("<>\"'&"),
    "template-injection": set("{}<>%$#"),
    "header-injection": set("\r\n"),
    "log-injection": set("\r\n"),
    "ldap-injection": set("()*\\&|=,"),
    "xpath-injection": set("'\"[]()=/"),
    "regex-injection": set("(+*{[\\"),
    "open-redirect": set("/:\\"),
    "nosql-injection": set("${}'\"[]:"),
    "xml-external-entity": set("<&"),
    "unsafe-deserialization": set("{}\"'\x80(:\n"),
}
_CLASSES = {
    "d": set("0123456789"),
    "w": set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"),
    "s": set(" \t\n\r\f\v"),
}
_ALL = {chr(code) for code in range(128)}
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "0": "\0"}


#: Stands among the cleared rules of a text that ends no quoted text around it.
NO_QUOTES = "no-quotes"
_QUOTES = frozenset("'\"`\\")
#: With so few letters, such as the ``x`` and ``y`` of a formula, no name that does harm is spelt.
FEW_LETTERS = 3


def rules_cleared(alphabet: frozenset[str]) -> frozenset[str]:
    """The rules that a text over this alphabet cannot serve; all of them for a plain word."""
    if alphabet <= _CLASSES["w"] | {"-"}:
        return frozenset("*")
    found = {rule for rule, chars in DANGEROUS.items() if not chars & alphabet}
    if not _QUOTES & alphabet:
        found.add(NO_QUOTES)
    used = DANGEROUS["code-injection"] & alphabet
    if len(used) <= FEW_LETTERS and not used & set("'\"`["):
        found.add("code-injection")
    return frozenset(found)


#: Texts over such an alphabet that a browser takes for another site.
_ELSEWHERE = ("//a", "//a/a", "///a", "//")


@lru_cache(maxsize=512)
def is_local_path(pattern: str, alphabet: frozenset[str]) -> bool:
    """Whether all that a pattern matches as a whole are paths of the site itself."""
    if alphabet & set(":\\\t\r\n") or len(pattern) > 200:
        return False
    try:
        found = re.compile(pattern.removeprefix("^").removesuffix("$"))
    except (re.error, OverflowError, RecursionError):
        return False
    return not any(found.fullmatch(text) for text in _ELSEWHERE)


@lru_cache(maxsize=512)
def alphabet_of(pattern: str, flags: str = "", whole: bool = False) -> frozenset[str] | None:
    """Every ASCII character that a full match may hold; None when the pattern is not anchored.

    ``whole`` says that the call itself anchors (``re.fullmatch``).
    """
    if "x" in flags or len(pattern) > 2000:
        return None
    body = pattern
    if not whole:
        if not body.startswith(("^", r"\A")) or "m" in flags:
            return None
        if not (body.endswith(("$", r"\Z", r"\z")) and not body.endswith(r"\$")):
            return None
        if _top_level_bar(body):
            return None
    return frozenset(_scan(body))


def groups(pattern: str) -> list[str]:
    """The capturing groups of a pattern, in order, each as the pattern inside of it."""
    found: dict[int, str] = {}
    opened: list[tuple[int, int]] = []
    count = place = 0
    while place < len(pattern):
        char = pattern[place]
        if char == "\\":
            place += 2
            continue
        if char == "[":
            place, _ = _char_class(pattern, place + 1)
            continue
        if char == "(":
            named = pattern.startswith("(?<", place) and pattern[place + 3 : place + 4] not in "=!"
            captures = named or pattern[place + 1 : place + 2] != "?"
            count += captures
            start = pattern.find(">", place) + 1 if named else place + 1
            opened.append((count if captures else 0, start))
        elif char == ")" and opened:
            number, start = opened.pop()
            if number:
                found[number] = pattern[start:place]
        place += 1
    return [found.get(number, ".") for number in range(1, count + 1)]


def _top_level_bar(pattern: str) -> bool:
    depth = 0
    escaped = in_class = False
    for char in pattern:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif in_class:
            in_class = char != "]"
        elif char == "[":
            in_class = True
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
        elif char == "|" and depth == 0:
            return True
    return False


_CODE = late.pattern(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))")


def spelt_out(pattern: str) -> str:
    """A pattern with the characters that it names by their codes."""

    def character(found: re.Match[str]) -> str:
        sign = chr(int(found.group(1) or found.group(2), 16))
        return "\\" + sign if sign in "\\]^-[(){}.*+?|$/" else sign

    return _CODE.sub(character, pattern)


def _scan(pattern: str) -> set[str]:
    pattern = spelt_out(pattern)
    found: set[str] = set()
    place = 0
    while place < len(pattern):
        char = pattern[place]
        if char == "\\" and place + 1 < len(pattern):
            found |= _escape(pattern[place + 1])
            place += 2
            continue
        if char == "[":
            place, allowed = _char_class(pattern, place + 1)
            found |= allowed
            continue
        if char == "{":
            end = pattern.find("}", place)
            if end > 0 and pattern[place + 1 : end].replace(",", "").isdigit():
                place = end + 1
                continue
        if pattern.startswith("(?", place):
            if (
                pattern.startswith(("(?P<", "(?<"), place)
                and pattern[place + 3 : place + 4] not in "=!"
            ):
                place = pattern.find(">", place) + 1 or len(pattern)
            else:
                place += 3
            continue
        if char == ".":
            found |= _ALL - {"\n"}
        elif char not in "^$*+?()|":
            found.add(char)
        place += 1
    return found


def _escape(letter: str) -> set[str]:
    if letter in _CLASSES:
        return _CLASSES[letter]
    if letter.lower() in _CLASSES:
        return _ALL - _CLASSES[letter.lower()]
    if letter in "AZzbB":
        return set()
    if letter in "xupP":
        return set(_ALL)
    return {_ESCAPES.get(letter, letter)}


def _char_class(pattern: str, place: int) -> tuple[int, set[str]]:
    """The characters of ``[...]`` whose inside begins at ``place``, and where it ends."""
    negated = pattern.startswith("^", place)
    place += negated
    allowed: set[str] = set()
    first = True
    while place < len(pattern) and (first or pattern[place] != "]"):
        first = False
        char = pattern[place]
        if char == "\\" and place + 1 < len(pattern):
            letter = pattern[place + 1]
            members = _escape(letter) if letter != "b" else {"\b"}
            place += 2
        else:
            members = {char}
            place += 1
        if (
            len(members) == 1
            and pattern.startswith("-", place)
            and place + 1 < len(pattern)
            and pattern[place + 1] != "]"
        ):
            low = next(iter(members))
            high = pattern[place + 1]
            place += 2
            if high == "\\" and place < len(pattern):
                high = pattern[place]
                place += 1
            members = {chr(code) for code in range(ord(low), min(ord(high), 127) + 1)}
        allowed |= members
    return place + 1, (_ALL - allowed if negated else allowed)


def removed_by(pattern: str) -> frozenset[str] | None:
    """The characters left after every match of a single character class is removed or replaced:
    ``[^a-z]`` leaves a to z. None for any other shape of pattern."""
    pattern = spelt_out(pattern)
    if not pattern.startswith("["):
        return None
    end, members = _char_class(pattern, 1)
    if pattern[end:] not in ("", "+", "*"):
        return None
    return frozenset(_ALL - members)


#: Characters that an escaping function must replace, so that a text cannot serve the rule.
_ESCAPED = {
    "cross-site-scripting": frozenset("<"),
    "regex-injection": frozenset(".*+(["),
    "ldap-injection": frozenset("()*"),
    "log-injection": frozenset("\r\n"),
    "header-injection": frozenset("\r\n"),
    "mail-injection": frozenset("\r\n"),
}


def escaped_rules(replaced: frozenset[str], replacement: str | None) -> frozenset[str]:
    """The rules cleared when each of these characters gives way to a text, or to what a function
    makes of it (None)."""
    found = {rule for rule, needed in _ESCAPED.items() if needed <= replaced}
    if replacement is not None:
        if "<" in replacement:
            found.discard("cross-site-scripting")
        if not replacement.startswith("\\"):
            found.discard("regex-injection")
            if replaced & frozenset(replacement):
                found.discard("ldap-injection")
    return frozenset(found)


def single_characters(pattern: str) -> frozenset[str]:
    """What a pattern for one character matches: ``[&<>]``, ``<``, ``(&|<|>)``; else nothing."""
    if pattern.startswith("(") and pattern.endswith(")"):
        pattern = pattern[1:-1].removeprefix("?:")
    if pattern.startswith("["):
        end, members = _char_class(pattern, 1)
        return frozenset(members) if pattern[end:] in ("", "+") else frozenset()
    found: set[str] = set()
    for part in pattern.split("|"):
        char = part.removeprefix("\\")
        if len(char) != 1 or (part == char and char in ".^$*+?()"):
            return frozenset()
        found.add(char)
    return frozenset(found)
