"""How much of a scanned tree is read before Ringfence stops: the tree may be hostile."""

from __future__ import annotations

from ringfence.model.record import record


@record(frozen=True)
class Limits:
    """Upper bounds of one load.

    CloudFormation allows 1 MB and 500 resources a template; the bounds are wider, since what a
    framework or a macro takes as its input can be longer.

    ``total_bytes`` and ``total_marks`` (line ends, colons and commas, which are close to the number
    of values) bound all documents of a scan. ``nodes`` counts the values of one after aliases are
    followed. ``depth`` bounds nesting of one document, ``nesting`` of stacks in stacks,
    ``questions`` how many templates one value may lead through, ``loop_items`` what the loops of
    one template make. ``resolved_nodes`` and ``resolved_text`` (characters) are what is worked out
    for one template, the ``all_resolved`` ones for those of a scan together.
    """

    document_bytes: int = 8_000_000
    total_bytes: int = 120_000_000
    nodes: int = 250_000
    total_marks: int = 800_000
    depth: int = 80
    notes: int = 50
    files: int = 200_000
    folder_depth: int = 40
    templates: int = 2_000
    nesting: int = 12
    questions: int = 20
    loop_items: int = 3_000
    resources: int = 10_000
    resolved_nodes: int = 700_000
    resolved_text: int = 10_000_000
    all_resolved_nodes: int = 2_000_000
    all_resolved_text: int = 30_000_000
    functions: int = 5_000
    code_bytes: int = 1_000_000
    code_files: int = 20_000


LIMITS = Limits()

#: Longer whole numbers stay text: 18 digits fit into 64 bits, and no property takes more.
MAX_INTEGER_CHARACTERS = 18


class TooMuch(Exception):
    """Resolving goes beyond the limits; ends the template, with a note, but not the scan."""


class Budget:
    """What may still be spent on resolving one template; ``whole`` is that of the scan, so that one
    hostile template cannot use up what the others need."""

    __slots__ = ("nodes", "text", "whole")

    def __init__(self, limits: Limits = LIMITS, whole: Budget | None = None) -> None:
        self.whole = whole
        self.nodes = limits.resolved_nodes if whole else limits.all_resolved_nodes
        self.text = limits.resolved_text if whole else limits.all_resolved_text

    def node(self) -> None:
        """Count one step of work; raises TooMuch."""
        self.nodes -= 1
        if self.nodes < 0:
            raise TooMuch("too many values to resolve")
        if self.whole is not None:
            self.whole.node()

    def characters(self, number: int) -> None:
        """Count text that was made; raises TooMuch."""
        self.text -= number
        if self.text < 0:
            raise TooMuch("too much text to put together")
        if self.whole is not None:
            self.whole.characters(number)
