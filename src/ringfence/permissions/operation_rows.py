"""Whether a row of the operations map counts for a call, judged by the call's arguments.

A row may have these keys, all of which must hold:

- ``given``: one of these arguments is given; ``given_all``: each is; ``absent``: none is.
- ``equals``: {arguments: patterns}; a text of one of the arguments may be what a pattern means,
  small and capital letters alike. Names are parted by ``|``.
- ``contains``, ``lacks``: {argument: parts}; a text has one of the parts, a text has none of them.
- ``unless``: {argument: texts}; the argument is not surely one of the texts.
- ``when_hidden``: what stands inside a structure of which nothing is known counts as given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ringfence.model.facts import CallArgument
from ringfence.model.record import record
from ringfence.permissions import arn_forms
from ringfence.permissions.argument_values import Resolver, names
from ringfence.permissions.globs import overlaps

Row = Mapping[str, Any]


def applies(row: Row, arguments: Mapping[str, CallArgument], resolve: Resolver) -> bool:
    """Whether the arguments can be such that this row counts."""
    call = _Call(arguments, resolve, row.get("when_hidden", False))
    return (
        (not row.get("given") or any(map(call.gives, row["given"])))
        and all(map(call.gives, row.get("given_all", ())))
        and not any(map(call.shows, row.get("absent", ())))
        and all(call.may_equal(*item) for item in row.get("equals", {}).items())
        and all(call.may_contain(*item) for item in row.get("contains", {}).items())
        and all(call.may_lack(*item) for item in row.get("lacks", {}).items())
        and all(call.may_differ(*item) for item in row.get("unless", {}).items())
    )


@record(frozen=True)
class _Call:
    """A call's arguments, and whether hidden ones count as given."""

    arguments: Mapping[str, CallArgument]
    resolve: Resolver
    with_hidden: bool

    def shows(self, name: str) -> bool:
        inside = (name + ".", name + "[]", name + "{}")
        return name in self.arguments or any(each.startswith(inside) for each in self.arguments)

    def gives(self, name: str) -> bool:
        return self.shows(name) or self._hides(name)

    def _hides(self, name: str) -> bool:
        return self.with_hidden and arn_forms.is_hidden(name, self.arguments)

    def _texts(self, name: str) -> tuple[str, ...]:
        found = self.arguments.get(name)
        return arn_forms.texts_of(found) if found is not None else ()

    def may_equal(self, either: str, patterns: Iterable[str]) -> bool:
        all_names = either.split("|")
        said = [
            names(text, self.resolve).strip().lower()
            for name in all_names
            for text in self._texts(name)
        ]
        return any(map(self._hides, all_names)) or any(
            overlaps(pattern.lower(), text) for pattern in patterns for text in said
        )

    def may_contain(self, name: str, parts: Iterable[str]) -> bool:
        return any(part in text for part in parts for text in self._texts(name))

    def may_lack(self, name: str, parts: Iterable[str]) -> bool:
        texts = self._texts(name) or ("",)
        return any(not any(part in text for part in parts) for text in texts)

    def may_differ(self, name: str, values: Iterable[str]) -> bool:
        return any(text not in values for text in self._texts(name) or ("",))
