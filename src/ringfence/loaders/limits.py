"""How much of a scanned tree is read before Ringfence stops: the tree may be hostile."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds of one load.

    CloudFormation allows 1 MB and 500 resources a template; the bounds are wider, since what a
    framework or a macro takes as its input can be longer.

    ``nodes`` counts values after aliases are followed. ``depth`` bounds nesting of one document,
    ``nesting`` of stacks in stacks, ``questions`` how many templates one value may lead through,
    ``loop_items`` what the loops of one template make.
    """

    document_bytes: int = 8_000_000
    nodes: int = 400_000
    depth: int = 80
    notes: int = 50
    files: int = 200_000
    folder_depth: int = 40
    templates: int = 2_000
    nesting: int = 12
    questions: int = 20
    loop_items: int = 3_000
    resources: int = 10_000
    combinations: int = 16
    text_length: int = 1_000_000
    resolved_nodes: int = 2_000_000
    code_bytes: int = 1_000_000
    code_files: int = 20_000


LIMITS = Limits()
