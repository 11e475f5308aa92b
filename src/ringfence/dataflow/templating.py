"""Templates: whose engine escapes what is put into them, and what the plainest make of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow import texts
from ringfence.dataflow.objects import External, Struct
from ringfence.dataflow.values import NOTHING, Value

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments

#: What escaping for HTML proves.
ESCAPED = frozenset(("cross-site-scripting",))
_RAW = late.pattern(r"\|\s*safe\b|\{%-?\s*autoescape\s+false")
#: Templates that are functions themselves.
CALLED = frozenset(("handlebars.compile()", "hbs.compile()"))
#: ``{{{ x }}}`` and ``{{& x }}`` of Handlebars and Mustache are written as they are.
_UNESCAPED = late.pattern(r"\{\{[{&]")
_UNFILTERED = late.pattern(r"\|\s*n\b")


def escapes(template: External) -> bool:
    """Whether a template of Jinja, Mako or Nunjucks writes its values escaped: its environment says
    so, and the template, as far as it is known, does not take it back."""
    if template.path in CALLED:
        text = template.arguments[0].only_text() if template.arguments else None
        return text is None or _UNESCAPED.search(text) is None
    if template.path in ("nunjucks.configure()", "nunjucks.Environment()"):
        options = [obj for given in template.arguments for obj in given.objects]
        turned_off = (
            obj.fields["autoescape"].truth() is not True
            for obj in options
            if isinstance(obj, Struct) and "autoescape" in obj.fields
        )
        return not any(turned_off)
    if template.path == "mako.template.Template()":
        filters = template.keywords.get("default_filters", NOTHING)
        items = [obj.items() for obj in filters.objects if isinstance(obj, Struct)]
        return any("h" in one.consts for one in items) and not any(
            _UNFILTERED.search(text) for given in template.arguments for text in given.texts()
        )
    environment = template.before
    if environment is None or environment.path != "jinja2.Environment":
        return False
    given = environment.keywords.get("autoescape")
    text = template.arguments[0].only_text() if template.arguments else None
    if given is None or (text is not None and _RAW.search(text) is not None):
        return False
    if given.truth() is True and not given.objects:
        return True
    chosen = [
        obj
        for obj in given.objects
        if isinstance(obj, External) and obj.path.endswith("select_autoescape()")
    ]
    if not chosen:
        return False
    if template.path.endswith("from_string()"):
        default = chosen[0].keywords.get("default_for_string")
        return default is None or default.truth() is not False
    given = chosen[0].arguments[0] if chosen[0].arguments else NOTHING
    given = chosen[0].keywords.get("enabled_extensions", given)
    found = [
        text for obj in given.objects if isinstance(obj, Struct) for text in obj.items().texts()
    ]
    endings = tuple(f".{ending.lstrip('.').lower()}" for ending in found or ("html", "htm", "xml"))
    return text is None or text.lower().endswith(endings)


# --- string.Template ---

#: ``$name`` and ``${name}``; ``$$`` is a sign.
_PLACE = late.pattern(r"\$(?:(\$)|(\w+)|\{(\w+)\})")


def substituted(made: External, arguments: Arguments) -> Value | None:
    """What ``string.Template`` makes of a text that is known."""
    text = made.arguments[0].only_text() if made.arguments else None
    if text is None or arguments.rest is not None or arguments.others is not None:
        return None
    given = dict(arguments.keywords)
    for value in arguments.positional:
        for obj in value.objects:
            if not isinstance(obj, Struct) or obj.known_length() is None:
                return None
            given = {**{str(key): inner for key, inner in obj.fields.items()}, **given}
        if not value.objects:
            return None
    braced = "".join(
        part if place else part.replace("{", "{{").replace("}", "}}")
        for part, place in places_of(text)
    )
    return texts.brace_format(Value((braced,)), [], given, "python")


def places_of(text: str) -> Iterator[tuple[str, bool]]:
    """The pieces of a template, and of each whether it is a place, written ``{name}``."""
    last = 0
    for found in _PLACE.finditer(text):
        yield text[last : found.start()], False
        yield ("$", False) if found[1] else ("{" + (found[2] or found[3]) + "}", True)
        last = found.end()
    yield text[last:], False
