"""Patches of people's own templates that keep their comments and their formatting.

In: texts of templates, and a :class:`FunctionPlan` per function (made of its contract by
:func:`plan_of`). Out: a :class:`Patch`: new texts, a unified diff, its exact reversal, and notes.
Nothing but the touched lines changes. After every change the text is parsed again and compared with
the tree that was meant; where they differ an :class:`EditError` is raised and nothing is changed.

``primitives`` holds the single changes that other rooms can use: ``set_property``,
``remove_property``, ``insert_item``, ``append_resource``. The room reads and writes no files.
"""

from __future__ import annotations

from ringfence.edits.nodes import EditError
from ringfence.edits.patching import patch
from ringfence.edits.plans import FunctionPlan, Grant, grants_of, plan_of, template_value
from ringfence.edits.primitives import (
    append_resource,
    insert_item,
    remove_property,
    set_property,
)
from ringfence.edits.result import Change, Note, Patch, decode_exact
from ringfence.edits.values import Ref, TemplateValue

__all__ = [
    "Change",
    "EditError",
    "FunctionPlan",
    "Grant",
    "Note",
    "Patch",
    "Ref",
    "TemplateValue",
    "append_resource",
    "decode_exact",
    "grants_of",
    "insert_item",
    "patch",
    "plan_of",
    "remove_property",
    "set_property",
    "template_value",
]
