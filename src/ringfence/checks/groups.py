"""Names that belong together, by way of others if need be."""

from __future__ import annotations


class Groups:
    """Which names stand for the same thing; a name alone stands for itself."""

    def __init__(self) -> None:
        self._next: dict[str, str] = {}

    def lead(self, name: str) -> str:
        """The first, in order, of the names that belong together with this one."""
        while (above := self._next.get(name, name)) != name:
            self._next[name] = self._next.get(above, above)
            name = above
        return name

    def join(self, one: str, other: str) -> None:
        """Both names, and all that belongs to either, belong together from now on."""
        first, last = sorted((self.lead(one), self.lead(other)))
        self._next[last] = first
