"""Which regular expressions take exponential time on some text.

A backtracking matcher tries every way in which a text can be read. Where one part of a pattern can
be repeated and reads some word in two ways (``(a+)+``, ``(a|ab?)*``), a text of n such words has
2**n readings, and if what follows does not match, all are tried. The ways are the paths through
the automaton of the pattern's characters (Glushkov 1961); a part that can be repeated reads a word
in two ways where two different paths lead from a character back to it over the same word (Weber
and Seidl 1991, "On the degree of ambiguity of finite automata", criterion EDA). The paths of two
readings are walked at once, in the product of the automaton with itself.

Only what is certain is told: patterns with references to groups, atomic groups or conditions, and
those with more than :data:`MAX_PLACES` characters, count as harmless, and so does a repetition
after which nothing can fail. Python's parser joins alternatives of one character each, so
``(\\w|\\d)*`` counts as harmless, too. Polynomial time is not looked for.
"""

from __future__ import annotations

import re
import warnings
from collections import defaultdict
from functools import lru_cache

#: Python's own parser of patterns: a private module, whose tree has been the same since 3.11.
from re import _constants as words  # type: ignore[attr-defined]  # not in the type stubs
from re import _parser as parser  # type: ignore[attr-defined]  # not in the type stubs
from typing import Any, NamedTuple

from ringfence import late

MAX_PLACES = 120
MAX_PATTERN = 600
#: Each character stands for itself, code 128 for all others that are letters, 129 for the rest.
LETTER, OTHER = 128, 129
_EVERYTHING = (1 << 130) - 1
_DIGITS = sum(1 << code for code in range(48, 58))
_WORDS = (
    _DIGITS
    | sum(1 << code for code in range(65, 91))
    | sum(1 << code for code in range(97, 123))
    | 1 << 95
    | 1 << LETTER
)
_SPACES = sum(1 << code for code in (9, 10, 11, 12, 13, 32))
_NAMED_GROUP = late.pattern(r"\(\?<(?![=!])")
_SCRIPT_ONLY = late.pattern(r"\\[kpPuc]|\[\^?\]")
#: Letters and digits of all languages, for which those of ASCII stand.
_PROPERTY = late.pattern(
    r"\\p\{(?:General_Category=|gc=)?(L[ulmto]?|Letter|Alphabetic|N[dlo]?|Number)\}"
)


class _Part(NamedTuple):
    """A part of the automaton: the places where its words begin and end, each as often as there
    are ways, and in how many ways it may be empty. Two ways are as good as more."""

    first: tuple[int, ...]
    last: tuple[int, ...]
    empty: int


_NOTHING = _Part((), (), 1)


class _TooMuch(Exception):
    """The pattern is larger, or says more, than is understood."""


@lru_cache(maxsize=512)
def is_exponential(pattern: str, language: str = "python", whole: bool = False) -> bool:
    """Whether a text exists on which a search takes exponential time.

    ``whole`` says that the call itself anchors the end (``re.fullmatch``).
    """
    if len(pattern) > MAX_PATTERN or "\n" in pattern or not re.search(r"[*+}]", pattern):
        return False
    if language != "python":
        pattern = spelt_out(pattern)
        if _SCRIPT_ONLY.search(pattern):
            return False
        pattern = _NAMED_GROUP.sub("(?P<", pattern)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = parser.parse(pattern)
        automaton = _Automaton(tree.state.flags)
        automaton.close(automaton.sequence(tree), whole)
    except (re.error, _TooMuch, RecursionError, OverflowError):
        return False
    return automaton.is_ambiguous()


def spelt_out(pattern: str) -> str:
    """``\\p{L}`` as a class of letters, inside of a class and outside."""
    found, last = "", 0
    for property_ in _PROPERTY.finditer(pattern):
        before = pattern[: property_.start()]
        inside = before.count("[") - before.count("\\[") > before.count("]") - before.count("\\]")
        signs = "0-9" if property_[1].startswith("N") else "A-Za-z"
        found += pattern[last : property_.start()] + (signs if inside else f"[{signs}]")
        last = property_.end()
    return found + pattern[last:]


class _Automaton:
    """The characters of a pattern as places 0, 1, 2 …, and which may follow which.

    ``sets`` holds for each place its characters as a set of bits. ``follows`` counts in how many
    ways one place leads to another: ``(a+)+`` leads from its one place to itself in two ways.
    """

    def __init__(self, flags: int) -> None:
        self.flags = flags
        self.sets: list[int] = []
        self.follows: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self.ends: set[int] = set()

    def close(self, part: _Part, whole: bool) -> None:
        """``ends`` are the places after which the match is found, whatever comes."""
        if whole:
            part = self._joined(part, self._place(0))
        self.ends = set(part.last)

    # --- from the tree ---

    def sequence(self, items: Any) -> _Part:
        part = _NOTHING
        for operator, operand in items:
            part = self._joined(part, self._part(operator, operand))
        return part

    def _part(self, operator: Any, operand: Any) -> _Part:
        if operator is words.SUBPATTERN:
            return self.sequence(operand[3])
        if operator is words.BRANCH:
            return self._either([self.sequence(branch) for branch in operand[1]])
        if operator in (words.MAX_REPEAT, words.MIN_REPEAT):
            return self._repeated(*operand)
        if operator is words.AT:
            return self._anchor(operand)
        if operator in (words.ASSERT, words.ASSERT_NOT):
            return self._place(0) if operand[0] == 1 else _NOTHING
        return self._place(self._characters(operator, operand))

    def _characters(self, operator: Any, operand: Any) -> int:
        if operator is words.LITERAL:
            return _bits(operand) if not self._ignores_case else _both_cases(operand)
        if operator is words.NOT_LITERAL:
            return _EVERYTHING & ~_bits(operand) if operand < 128 else _EVERYTHING
        if operator is words.ANY:
            return _EVERYTHING if self.flags & re.DOTALL else _EVERYTHING & ~(1 << 10)
        if operator is words.IN:
            return self._class(operand)
        raise _TooMuch

    @property
    def _ignores_case(self) -> bool:
        return bool(self.flags & re.IGNORECASE)

    def _class(self, items: Any) -> int:
        negated = items[0][0] is words.NEGATE
        found = 0
        for operator, operand in items[negated:]:
            if operator is words.RANGE:
                low, high = operand
                for code in range(low, min(high, 127) + 1):
                    found |= _both_cases(code) if self._ignores_case else _bits(code)
                found |= _bits(high) if high > 127 else 0
            elif operator is words.CATEGORY:
                found |= _category(operand)
            else:
                found |= self._characters(operator, operand)
        return _EVERYTHING & ~found if negated else found

    def _anchor(self, kind: Any) -> _Part:
        """An end of the text is a place that no character fits, so it can fail."""
        end = kind in (words.AT_END, words.AT_END_STRING)
        return self._place(0) if end else _NOTHING

    def _place(self, characters: int) -> _Part:
        place = len(self.sets)
        if place >= MAX_PLACES:
            raise _TooMuch
        self.sets.append(characters)
        return _Part((place,), (place,), 0)

    def _joined(self, left: _Part, right: _Part) -> _Part:
        self._link(left.last, right.first)
        first = _at_most_twice(left.first + right.first * left.empty)
        last = _at_most_twice(right.last + left.last * right.empty)
        return _Part(first, last, min(left.empty * right.empty, 2))

    def _either(self, parts: list[_Part]) -> _Part:
        return _Part(
            tuple(place for part in parts for place in part.first),
            tuple(place for part in parts for place in part.last),
            min(sum(part.empty for part in parts), 2),
        )

    def _repeated(self, low: int, high: Any, body: Any) -> _Part:
        if high is words.MAXREPEAT:
            part = self.sequence(body)
            self._link(part.last, part.first)
            return part._replace(empty=int(bool(part.empty) or low == 0))
        part = _NOTHING
        for number in range(high):
            copy = self.sequence(body)
            part = self._joined(part, copy if number < low else copy._replace(empty=1))
        return part

    def _link(self, before: tuple[int, ...], after: tuple[int, ...]) -> None:
        for place in before:
            for following in after:
                self.follows[place][following] += 1

    # --- two readings at once ---

    def is_ambiguous(self) -> bool:
        """Whether a repetition that can fail afterwards reads one word in two ways."""
        for start in range(len(self.sets)):
            if start in self.ends or not self.sets[start] or not self._returns(start):
                continue
            if self._reads_twice(start):
                return True
        return False

    def _returns(self, start: int) -> bool:
        seen: set[int] = set()
        waiting = [start]
        while waiting:
            for following in self.follows[waiting.pop()]:
                if following == start:
                    return True
                if following not in seen and self.sets[following]:
                    seen.add(following)
                    waiting.append(following)
        return False

    def _reads_twice(self, start: int) -> bool:
        """Whether two paths over one word lead from ``start`` back to it.

        The state is a pair of places and whether the paths have parted; a pair that can be reached
        parted, and from which ``start`` can be reached by both, is the proof.
        """
        begin = (start, start, False)
        seen = {begin}
        waiting = [begin]
        while waiting:
            one, other, parted = waiting.pop()
            for a, ways in self.follows[one].items():
                for b in self.follows[other]:
                    if not self.sets[a] & self.sets[b]:
                        continue
                    twice = parted or a != b or (one == other and ways > 1)
                    if twice and a == b == start:
                        return True
                    state = (a, b, twice)
                    if state not in seen:
                        seen.add(state)
                        waiting.append(state)
        return False


def _at_most_twice(places: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(place for number, place in enumerate(places) if places[:number].count(place) < 2)


def _bits(code: int) -> int:
    if code < 128:
        return 1 << code
    return 1 << LETTER if chr(code).isalnum() else 1 << OTHER


def _both_cases(code: int) -> int:
    return _bits(ord(chr(code).lower()[0])) | _bits(ord(chr(code).upper()[0]))


def _category(kind: Any) -> int:
    known = {
        words.CATEGORY_DIGIT: _DIGITS,
        words.CATEGORY_WORD: _WORDS,
        words.CATEGORY_SPACE: _SPACES,
        words.CATEGORY_NOT_DIGIT: _EVERYTHING & ~_DIGITS,
        words.CATEGORY_NOT_WORD: _EVERYTHING & ~_WORDS,
        words.CATEGORY_NOT_SPACE: _EVERYTHING & ~_SPACES,
    }
    if kind not in known:
        raise _TooMuch
    return known[kind]
