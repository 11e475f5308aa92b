"""Functions of a folder that has no template: whatever looks like a handler.

Nothing says who may call them, so each gets one ``invoke`` trigger with unknown exposure, and a
note says that a template would tell more. Recognised are the conventional handler signatures of
Lambda in Python and JavaScript or TypeScript; test files are left out.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from ringfence import late
from ringfence.loaders.clouds import entries_in
from ringfence.loaders.clouds.entries import Entry, trigger_of
from ringfence.loaders.clouds.manifests import entries_beside
from ringfence.loaders.tree import Tree
from ringfence.model.application import (
    OUTSIDE_KINDS,
    Application,
    Authentication,
    CodeLocation,
    Function,
    Resource,
    Sender,
    Trigger,
)
from ringfence.model.location import Location, Skipped
from ringfence.model.record import replace
from ringfence.model.severity import Exposure
from ringfence.model.value import Mapping

_EVENT = r"_{0,2}(?:event|evt|e|request|req|payload|data|input|records?)_{0,2}"
_CONTEXT = r"_{0,2}(?:context|ctx|c|lambda_context)_{0,2}"
_PYTHON = (
    late.pattern(
        rf"^(?:async[ \t]+)?def[ \t]+(\w{{1,80}})[ \t]*\([ \t\r\n]*{_EVENT}[ \t]*"
        rf"(?::[^()\n]{{0,80}}?)?,[ \t\r\n]*{_CONTEXT}[ \t]*[:=,)\r\n]",
        re.MULTILINE,
    ),
    # An application of a web framework behind an adapter.
    late.pattern(
        r"^(handler|(?:\w{1,60}_|lambda)handler)[ \t]*=[ \t]*(?:mangum\.)?"
        r"(?:Mangum|create_lambda_handler)\(",
        re.MULTILINE,
    ),
    # Two parameters of any name, where the function's name says it.
    late.pattern(
        r"^(?:async[ \t]+)?def[ \t]+(handler|handle|(?:\w{1,60}_|lambda)handler)[ \t]*"
        r"\([ \t\r\n]*\w{1,40}[^()\n,]{0,80},[ \t\r\n]*\w{1,40}\b",
        re.MULTILINE,
    ),
)
_NAMED_HANDLER = r"(\w*[hH]andler|main|lambda)"
_JAVASCRIPT = (
    late.pattern(rf"^[ \t]*(?:module\.)?exports\.{_NAMED_HANDLER}[ \t]*=(?!=)", re.MULTILINE),
    late.pattern(
        rf"^[ \t]*export[ \t]+(?:const|let|var)[ \t]+{_NAMED_HANDLER}\b[^=\n]{{0,200}}=(?!=)",
        re.MULTILINE,
    ),
    late.pattern(
        rf"^[ \t]*export[ \t]+(?:async[ \t]+)?function[ \t]+{_NAMED_HANDLER}[ \t]*\(", re.MULTILINE
    ),
    # Any exported function whose parameters are an event and a context.
    late.pattern(
        rf"^[ \t]*(?:(?:module\.)?exports\.|export[ \t]+const[ \t]+)(\w{{1,80}})[ \t]*=[ \t]*"
        rf"(?:async[ \t]*)?(?:function[ \t]*\w*[ \t]*)?\([ \t]*{_EVENT}[ \t]*,[ \t]*{_CONTEXT}\b",
        re.MULTILINE,
    ),
)
_LANGUAGES = {
    ".py": "python",
    ".js": "javascript", ".cjs": "javascript", ".mjs": "javascript",
    ".ts": "typescript", ".cts": "typescript", ".mts": "typescript",
}  # fmt: skip
_MANIFESTS = (
    "package.json", "requirements.txt", "pyproject.toml", "Pipfile", "setup.py", "host.json",
)  # fmt: skip
_TEST = late.pattern(
    r"(?:^|/)(?:tests?|__tests__|spec|e2e)/|(?:^|/)(?:test_|conftest)|[._](?:test|spec)\."
)


def build_from_code(tree: Tree, files: list[str]) -> Application:
    """The application that the code of a folder suggests; without functions when there is none."""
    application = Application(str(tree.root))
    known = frozenset(files)
    candidates = [file for file in files if may_declare(file)]
    beside = entries_beside(tree, files)
    limit = tree.limits.code_files
    if len(candidates) > limit:
        reason = f"more than {limit} files of code; the rest was not looked at"
        application.skipped.append(Skipped(".", reason, None, "scan a smaller folder"))
    for file in candidates[:limit]:
        if len(application.functions) >= tree.limits.functions:
            reason = f"more than {tree.limits.functions} functions; {file} and what is after it"
            note = Skipped(".", f"{reason} was not looked at", None, "scan a smaller folder")
            application.skipped.append(note)
            break
        text = tree.code(file)
        language = language_of_file(file)
        entries = beside.get(file) or entries_in(file, text, language)
        for entry in entries:
            add_entry(application, known, entry)
        for symbol, line in () if entries else handlers_in(file, text):
            add_function(application, known, file, symbol, line)
    return application


def may_declare(file: str) -> bool:
    """Whether a file is code, other than that of tests."""
    return language_of_file(file) != "" and not _TEST.search(file)


def notes_of(triggers: Iterable[Trigger], files: list[str], *, alone: bool = True) -> list[Skipped]:
    """What is missing for functions that no template declares, by their triggers."""
    kinds: dict[str, set[str]] = {}
    for trigger in triggers:
        kinds.setdefault(trigger.function, set()).add(trigger.kind)
    bare = [name for name, held in kinds.items() if held == {"invoke"}]
    outside = [name for name, held in kinds.items() if held & OUTSIDE_KINDS]
    if outside:  # the timetables of all clouds are of one kind
        outside += [name for name, held in kinds.items() if held == {"schedule"}]
    known = len(kinds) - len(bare) - len(outside)
    notes = [note_of(len(bare), files, alone=alone)] if bare else []
    if known:
        notes.append(note_of(known, files, alone=alone, entered=True))
    return [*notes, outside_note(len(outside))] if outside else notes


def note_of(count: int, files: list[str], *, alone: bool = True, entered: bool = False) -> Skipped:
    """The note that says what is missing for functions that no template declares. ``alone`` tells
    that there is no template for others either, ``entered`` that the code says what starts them."""
    functions = "the function" if count == 1 else f"the {count} functions"
    what, cure = declared_otherwise(files) or (
        "no template that Ringfence can read",
        "scan the folder that holds the template of the application",
    )
    if not alone:
        what = f"{what} beside or above some of the code"
    reason = (
        f"there is {what}; who may call {functions} found in code, and what they may do, "
        "is not known"
    )
    if entered:
        reason = f"there is {what}; what {functions} found in code may do is not known"
    return Skipped("the template", reason, None, cure)


def outside_note(count: int) -> Skipped:
    """The note that says what is missing for functions of other clouds, whose code says what starts
    them."""
    functions = "the function" if count == 1 else f"the {count} functions"
    reason = (
        f"what {functions} of other clouds than AWS may do is not known: their permissions and "
        "deployment files are not read"
    )
    return Skipped("the permissions", reason, None, "")


def language_of_file(file: str) -> str:
    """python, javascript, typescript, or "" for every other file."""
    if file.endswith((".d.ts", ".min.js")):
        return ""
    return _LANGUAGES.get(posixpath.splitext(file)[1], "")


def handlers_in(file: str, text: str) -> Iterator[tuple[str, int]]:
    """The names and lines of everything in a file that looks like a handler."""
    patterns = _PYTHON if language_of_file(file) == "python" else _JAVASCRIPT
    found = {
        match.group(1): match.start(1)
        for pattern in reversed(patterns)
        for match in pattern.finditer(text)
        if match.group(1)
    }
    for symbol, offset in sorted(found.items(), key=lambda item: item[1]):
        yield symbol, text.count("\n", 0, offset) + 1


def add_function(
    application: Application, known: frozenset[str], file: str, symbol: str, line: int
) -> None:
    language = language_of_file(file)
    stem = posixpath.splitext(file)[0]
    place = Location(file, line)
    function = bare_function(f"{file}#{symbol}", f"{posixpath.basename(stem)}.{symbol}", place)
    function = replace(
        function,
        language="python" if language == "python" else "javascript",
        handler=f"{stem}.{symbol}",
        code=CodeLocation(code_root(file, known), file, symbol),
    )
    add_undeclared(application, function, "there is no template")


def add_entry(application: Application, known: frozenset[str], entry: Entry) -> None:
    """Add a function of another cloud with the trigger that its declaration tells."""
    identifier = f"{entry.file}#{entry.symbol}"
    trigger = trigger_of(entry, identifier)
    if trigger.id in application.triggers:  # a further route of the same function
        trigger = replace(trigger, id=f"{trigger.id}:{entry.place.line}")
    application.triggers[trigger.id] = trigger
    if identifier in application.functions:
        return
    stem = posixpath.splitext(entry.file)[0]
    code = CodeLocation(
        code_root(entry.file, known),
        entry.file,
        entry.symbol,
        registered=entry.registered,
        parameters=entry.parameters,
    )
    application.functions[identifier] = replace(
        bare_function(identifier, entry.name, entry.place),
        language="python" if language_of_file(entry.file) == "python" else "javascript",
        handler=f"{stem}.{entry.symbol}",
        code=code,
    )


def bare_function(identifier: str, name: str, place: Location) -> Function:
    """A function of which no template tells how it is set up."""
    return Function(
        id=identifier,
        logical_id=name,
        name=None,
        resource=Resource(identifier, "", "function", Mapping({}, place), place),
        runtime="",
        language="",
        handler="",
        code=None,
        code_problem="",
        role=None,
        environment={},
        memory_mib=None,
        timeout_s=None,
        concurrency=None,
        location=place,
    )


def add_undeclared(application: Application, function: Function, reason: str) -> None:
    """Add a function with its one trigger, whose sender nothing tells for the given reason."""
    place = function.location
    application.functions[function.id] = function
    identifier = f"{function.id}!invoke"
    application.triggers[identifier] = Trigger(
        id=identifier,
        kind="invoke",
        function=function.id,
        name=f"invoke {function.logical_id}",
        sender=Sender(Exposure.UNKNOWN, "whoever may invoke it", reason, place),
        authentication=Authentication("unknown", reason),
        location=place,
    )


def code_root(file: str, known: frozenset[str]) -> str:
    """The nearest folder with a manifest, where imports resolve; else the file's own folder."""
    folder = posixpath.dirname(file)
    while True:
        prefix = f"{folder}/" if folder else ""
        if any(prefix + manifest in known for manifest in _MANIFESTS):
            return folder
        if not folder:
            return posixpath.dirname(file)
        folder = posixpath.dirname(folder)


def manifests_in(folder: str, known: frozenset[str]) -> list[str]:
    """The manifests that stand in a folder."""
    paths = (f"{folder}/{name}" if folder else name for name in _MANIFESTS)
    return [path for path in paths if path in known]


#: Files that tell of another way to declare an application, with what to do about it.
_OTHER_WAYS = (
    (late.pattern(r"(?:^|/)cdk\.json$"), "a CDK application that is not synthesised",
     "run 'cdk synth' and scan again: the templates in cdk.out are read"),
    (late.pattern(r"\.tf(?:\.json)?$"), "Terraform, which Ringfence does not read yet",
     "scan a CloudFormation, SAM or Serverless Framework template of it"),
    (late.pattern(r"(?:^|/)Pulumi\.ya?ml$"), "a Pulumi program, which Ringfence does not read",
     "scan a CloudFormation, SAM or Serverless Framework template of it"),
)  # fmt: skip


def declared_otherwise(files: list[str]) -> tuple[str, str] | None:
    """What else declares an application without templates, and the cure; None when nothing
    does."""
    for pattern, what, cure in _OTHER_WAYS:
        if any(pattern.search(file) for file in files):
            return what, cure
    return None
