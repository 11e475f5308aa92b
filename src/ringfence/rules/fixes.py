"""The table ``[fix]`` of a rule: the exact lines to write, one text for each way of writing.

``sam`` and ``cloudformation`` are what a resource is written as, SAM's shorthand or in full;
``template`` serves both. They begin with the resource's logical id. ``globals`` is for what SAM
makes without a resource of the user's (its text begins with ``Globals:``), ``serverless`` for what
the Serverless Framework makes. ``item`` is an item of a list, such as a policy's statement, which
every format writes alike: it takes the place of the item that the finding points at. ``python``
and ``javascript`` (TypeScript too) are code. ``unproven`` says why the examples' tests cannot put
the lines into a bad example and see the finding go.

A ``{placeholder}`` is filled with a value of the finding. ``# delete this line`` behind a line of a
template says that the line goes.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ringfence import late

#: The texts that a way of writing may take, the most fitting first.
CHOICES = {
    "sam": ("sam", "template", "item"),
    "cloudformation": ("cloudformation", "template", "item"),
    "globals": ("globals", "item"),
    "serverless": ("serverless", "item"),
    "python": ("python",),
    "javascript": ("javascript",),
}
CODE = frozenset({"python", "javascript"})
UNPROVEN = "unproven"
KEYS = frozenset(name for names in CHOICES.values() for name in names) | {UNPROVEN}

#: ``{name}``, but not the ``${name}`` of a template.
PLACEHOLDER = late.pattern(r"(?<!\$)\{([A-Za-z_][\w.\-]*)\}")
#: What code may have filled in; other braces are its own.
CODE_NAMES = frozenset({"function", "source", "sink", "argument"})


def problem_of(texts: object) -> str:
    """What is wrong with a rule's ``[fix]``; "" when nothing is."""
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        return "fix takes texts"
    unknown = sorted(texts.keys() - KEYS)
    if unknown:
        return f"fix has the unknown key {unknown[0]}"
    for key, text in texts.items():
        if not text.strip():
            return f"fix.{key} is empty"
        if key == "item" and not text.strip("\n").startswith("- "):
            return "fix.item is not an item of a list"
        if key not in CODE and key != UNPROVEN and not _is_yaml(text):
            return f"fix.{key} is not YAML"
    return ""


def _is_yaml(text: str) -> bool:
    import yaml

    try:
        return yaml.compose(PLACEHOLDER.sub("x", text)) is not None
    except yaml.YAMLError:
        return False


def replaced(key: str, text: str, value_of: Callable[[re.Match[str]], str]) -> str:
    """The text with ``value_of`` each of its placeholders."""
    if key not in CODE:
        return PLACEHOLDER.sub(value_of, text)
    return PLACEHOLDER.sub(
        lambda match: value_of(match) if match[1] in CODE_NAMES else match[0], text
    )


def in_general(key: str, text: str) -> str:
    """The text as documentation shows it, ``<name>`` for each value of a finding."""
    return replaced(key, text, lambda match: f"<{match[1].rpartition('.')[2]}>")
