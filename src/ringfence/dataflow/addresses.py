"""Tests of a URL's host: ``urlparse(url).hostname in HOSTS`` proves the URL itself."""

from __future__ import annotations

from collections.abc import Callable

from ringfence.model import syntax

#: What such a test proves about the URL.
RULES = frozenset(("server-side-request-forgery", "open-redirect"))
_PARSERS = frozenset(("urlparse", "urlsplit", "URL", "parse", "parse_url", "httpx.URL"))
_SCHEMES = ("scheme", "protocol")
_HOSTS = frozenset(("hostname", "host", "netloc", "origin", "authority"))
MAX_LINKS = 6

Conditions = dict[str, syntax.Expression]
#: What a variable was set to, None where that is not known.
Remembered = Callable[[str], syntax.Expression | None]


def is_host_read(node: syntax.Expression) -> bool:
    """``parts.hostname``, so that a variable for it is remembered."""
    return isinstance(node, syntax.Attribute) and node.name in _HOSTS


def url_behind(node: syntax.Expression, conditions: Remembered) -> syntax.Expression | None:
    """The expression of the URL whose host ``node`` is; ``conditions`` gives what a variable was
    set to."""
    for _ in range(MAX_LINKS):
        if isinstance(node, syntax.Name):
            behind = conditions(node.name)
            if behind is None:
                return None
            node = behind
        elif isinstance(node, syntax.Call) and isinstance(node.function, syntax.Attribute):
            node = node.function.value  # hostname.lower(), netloc.split(":")
        elif isinstance(node, syntax.Index):
            node = node.value
        elif isinstance(node, syntax.Logical) and node.operator in ("or", "??"):
            node = node.operands[0]  # parts.hostname or ""
        else:
            break
    if not is_host_read(node):
        return None
    assert isinstance(node, syntax.Attribute)
    return parsed_text(node.value, conditions)


def text_behind_path(node: syntax.Expression, conditions: Remembered) -> syntax.Expression | None:
    """The expression of the URL whose path ``node`` is: ``urlsplit(url).path``."""
    if isinstance(node, syntax.Attribute) and node.name in ("path", "pathname"):
        return parsed_text(node.value, conditions)
    return None


def text_behind_scheme(node: syntax.Expression, conditions: Remembered) -> syntax.Expression | None:
    """The expression of the URL whose scheme ``node`` is: ``new URL(url).protocol``."""
    if isinstance(node, syntax.Name):
        node = conditions(node.name) or node
    if isinstance(node, syntax.Attribute) and node.name in _SCHEMES:
        return parsed_text(node.value, conditions)
    return None


def parsed_text(node: syntax.Expression, conditions: Remembered) -> syntax.Expression | None:
    """What a call of a URL parser takes, also through a variable for its result."""
    if isinstance(node, syntax.Name):
        node = conditions(node.name) or node
    if isinstance(node, syntax.Conditional):
        node = node.then if isinstance(node.then, syntax.Call) else node.otherwise
    if not isinstance(node, syntax.Call) or not node.arguments:
        return None
    name = getattr(node.function, "name", "")
    return node.arguments[0].value if name in _PARSERS else None


def remember_parts(target: syntax.MapLiteral, value: syntax.Expression, found: Conditions) -> None:
    """``const { hostname } = new URL(url)``."""
    for entry in target.entries:
        key = entry.key
        if isinstance(key, syntax.Constant) and isinstance(entry.value, syntax.Name):
            node = syntax.Attribute(
                entry.line, entry.column, entry.end_line, entry.end_column, value, str(key.value)
            )
            if is_host_read(node) or node.name in _SCHEMES:
                found[entry.value.name] = node
