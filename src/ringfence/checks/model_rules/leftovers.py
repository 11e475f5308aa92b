"""Files that stay in /tmp after the request that made them."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.checks.draft import Draft
from ringfence.checks.findings import severity_for
from ringfence.checks.room import Room
from ringfence.model.facts import Use
from ringfence.model.rule import Rule

#: The last word of calls that delete files.
_DELETES = frozenset(
    {"remove", "unlink", "unlinkSync", "rmtree", "rm", "rmSync", "removeSync", "emptyDirSync",
     "rmdir", "rmdirSync", "removedirs", "emptyDir", "rimraf"}
)  # fmt: skip
_SCRATCH = "/tmp/"  # noqa: S108  # the platform's own folder, which we only look for
_MAKES_FOLDERS = frozenset({"makedirs", "mkdir", "mkdirSync", "chmod", "chown", "ensureDir"})


def kept(room: Room, rule: Rule) -> Iterator[Draft]:
    """Functions that write to /tmp, each time to another file, and delete nothing. One file of a
    fixed name is overwritten by the next run and never fills the disk."""
    for function in room.application.functions.values():
        uses = [use for use in room.uses_by_function.get(function.id, ()) if _is_write(use)]
        if any(_call(use) in _DELETES for use in uses):
            continue
        left = [
            use
            for use in uses
            if use.value.startswith(_SCRATCH)
            and "*" in use.value
            and _call(use) not in _MAKES_FOLDERS
        ]
        if not left:
            continue
        first = min(left, key=lambda use: use.location)
        exposure = room.exposure_of(function.id)
        yield Draft(
            rule=rule,
            message=f"{function.logical_id} leaves a file in /tmp behind.",
            location=first.location,
            subject=function.logical_id,
            severity=severity_for(rule, exposure, False),
            confidence="medium",
            function=function.id,
            anchors=(first.location, function.location),
            fold="application",
            subjects=(function.logical_id,),
        )


def _is_write(use: Use) -> bool:
    return use.kind == "file-write"


def _call(use: Use) -> str:
    return use.detail.rpartition(".")[2]


RULES = {"kept": kept}
