"""Front ends: source text in, the language-neutral tree of ``model/syntax.py`` out.

``language_of(file)`` names the language of a file, ``parse_source(file, text, language)`` lowers
its text. Grammars are tree-sitter's; a syntax error costs only the part it stands in and becomes a
problem of the module. One module per language, imported when the first file of it is read.
"""

from __future__ import annotations

from ringfence.model.syntax import Module, SyntaxProblem

_LANGUAGES = {
    "py": "python",
    "js": "javascript",
    "mjs": "javascript",
    "cjs": "javascript",
    "jsx": "javascript",
    "ts": "typescript",
    "mts": "typescript",
    "cts": "typescript",
    "tsx": "typescript",
}

#: Longer sources are not read (bundles with everything inlined); in characters.
MAXIMUM_CHARACTERS = 1_000_000


def language_of(file: str) -> str:
    """python, javascript or typescript by the file's ending; "" for any other file."""
    if file.endswith((".d.ts", ".d.mts", ".d.cts")):
        return ""
    return _LANGUAGES.get(file.rpartition(".")[2].lower(), "") if "." in file else ""


def parse_source(
    file: str,
    text: str,
    language: str,
    maximum_characters: int = MAXIMUM_CHARACTERS,
    start: tuple[int, int] = (1, 1),
) -> Module:
    """The syntax tree of a source text; never raises for what stands in the text.

    ``file`` is the path kept in the module (a ``.tsx`` ending selects that grammar). What cannot
    be read is in ``problems``; an unknown language or a text over the limit gives an empty module.
    ``start`` is the line and column of the text in the file, for code inside a template.
    """
    if len(text) > maximum_characters:
        return _empty(file, language, f"longer than {maximum_characters:,} characters; not read")
    if text.startswith("\ufeff"):
        text = text[1:]
    if language not in ("python", "javascript", "typescript"):
        return _empty(file, language, f"no front end reads {language or 'this language'}")
    from ringfence.languages.lowering import Stuck

    try:
        return _lower(file, text, language, start)
    except RecursionError:
        return _empty(file, language, "nested too deeply; not read")
    except Stuck:
        return _empty(file, language, "errors that the parser cannot get over; not read")


def _lower(file: str, text: str, language: str, start: tuple[int, int]) -> Module:
    if language == "python":
        from ringfence.languages.python import lower_python

        return lower_python(file, text, start)
    from ringfence.languages.javascript import lower_script

    return lower_script(file, text, language, start)


def _empty(file: str, language: str, message: str) -> Module:
    return Module(file, language, [], problems=[SyntaxProblem(1, 1, message)])
