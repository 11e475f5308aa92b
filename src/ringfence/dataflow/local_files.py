"""Files that an invocation writes and reads again: what is downloaded into ``/tmp``, unpacked
there, and opened. A file is known by its name as the code has it, whatever that is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow import selection
from ringfence.dataflow.objects import External, deep_taint
from ringfence.dataflow.texts import derived
from ringfence.dataflow.values import NOTHING, Mix, Taint, Value, join, tainted
from ringfence.dataflow.wrappers import along

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine
    from ringfence.model import syntax

#: Last names of the calls that follow, to leave all others at once.
_NAMES = frozenset(
    ("writeFile", "writeFileSync", "appendFile", "appendFileSync", "outputFile", "outputFileSync",
     "readFile", "readFileSync", "createReadStream", "copyFile", "copyFileSync", "rename",
     "renameSync", "replace", "copy", "copy2", "copyfile", "move", "pipeline", "pipe", "open",
     "read", "readline", "readlines", "getvalue", "write", "writelines", "dump", "copyfileobj",
     "write_text", "write_bytes", "read_text", "read_bytes", "download_to_filename",
     "download_to_file", "downloadToFile", "download", "extractall", "extractAllTo",
     "unpack_archive", "readinto")
)  # fmt: skip
_WRITES = late.pattern(r"^fs(\.promises)?\.(writeFile|appendFile|outputFile)(Sync)?$")
_READS = late.pattern(
    r"^fs(\.promises)?\.(readFile(Sync)?|createReadStream)$|(^|\.)(read_text|read_bytes)$"
    r"|^((io|codecs|gzip|bz2|lzma|aiofiles|builtins)\.)?open$|^pathlib\.Path\.open$"
)
_MOVES = late.pattern(
    r"^fs(\.promises)?\.(copyFile|rename)(Sync)?$|^shutil\.(copy2?|copyfile|move)$"
    r"|^os\.(rename|replace)$"
)
_PIPES = late.pattern(r"(^|\.)pipeline$")
_DOWNLOADS = late.pattern(r"\.(download_to_filename|downloadToFile|download_to_file|readinto)$")
_UNPACKS = late.pattern(r"\.(extractall|extractAllTo|unpack_archive)$")
#: Objects that a file or buffer is behind, and methods that give what is in it.
_HANDLES = late.pattern(
    r"^(((io|codecs|gzip|bz2|lzma|aiofiles|builtins)\.)?open|pathlib\.Path\.open|io\.BytesIO|io\.StringIO"
    r"|tempfile\.\w+|fs\.create(Read|Write)Stream)\(\)$"
)
#: Those that are filled after they are made, and the calls that parse what is in them.
_FILLED = late.pattern(r"^(io\.BytesIO|tempfile\.\w+)\(\)$")
_PARSES = frozenset(
    ("load", "safe_load", "full_load", "unsafe_load", "load_all", "reader", "DictReader", "parse",
     "ZipFile", "read_csv", "read_excel", "read_pickle", "read_json", "TextIOWrapper", "GzipFile",
     "Unpickler")
)  # fmt: skip
#: Names of files that were found in a folder.
_LISTED = late.pattern(r"\.(r?glob|iterdir)\(\)\[\]")
#: Names of which nothing is known.
_UNKNOWN = ("", "*")
_GIVES = frozenset(("read", "readline", "readlines", "getvalue"))
_TAKES = frozenset(("write", "writelines"))


def called(
    machine: Machine,
    path: str,
    receiver: Value | None,
    made: External | None,
    arguments: Arguments,
    result: Value,
    node: syntax.Node,
) -> Value:
    """Keep what a call writes into a file; the result with what the file that it reads holds."""
    name = path.rpartition(".")[2]
    if name not in _NAMES:
        return result
    first, second = arguments.get(0), arguments.get(1)
    if made is not None and _HANDLES.search(made.path) is not None:
        if name in _GIVES:
            return held(machine, Value(objects=(made,))) or result
        if name in _TAKES:
            keep(machine, Value(objects=(made,)), first)
            return result
    if name in ("write_text", "write_bytes"):
        keep(machine, receiver, first)
    elif _WRITES.search(path):
        keep(machine, first, second)
    elif _MOVES.search(path):
        keep(machine, second, held(machine, first))
    elif path in ("json.dump", "shutil.copyfileobj"):
        keep(machine, second, first)
    elif _PIPES.search(path) and len(arguments.positional) > 1:
        streams = arguments.positional
        keep(machine, streams[-1], streams[0])
    elif name == "download":
        keep(machine, selection.at(first, "destination", guess=False) if first else None, result)
    elif _DOWNLOADS.search(path):
        keep(machine, first, result)
    elif _UNPACKS.search(path):
        unpacked(machine, receiver, made, arguments)
    elif _READS.search(path):
        inside = held(machine, receiver if name.startswith("read_") else first)
        if inside is None:
            return result
        if name in ("open", "createReadStream"):  # an object through which it is read
            return join(result, tainted(deep_taint(inside)))
        return inside
    return result


def opened(machine: Machine, path: str, arguments: Arguments) -> Arguments:
    """The arguments of a call that reads from an open file or buffer, with what is in it."""
    if path.rpartition(".")[2] not in _PARSES or not arguments.positional:
        return arguments
    first, *others = arguments.positional
    if not any(isinstance(obj, External) and _FILLED.search(obj.path) for obj in first.objects):
        return arguments
    inside = held(machine, first)
    if inside is None:
        return arguments
    from ringfence.dataflow.call_arguments import Arguments

    given = [join(first, inside), *others]
    return Arguments(given, arguments.keywords, arguments.rest, arguments.others)


def piped(machine: Machine, receiver: Value, arguments: Arguments) -> None:
    """``stream.pipe(fs.createWriteStream(name))``."""
    for value in arguments.positional[:1]:
        if any(isinstance(obj, External) and _HANDLES.search(obj.path) for obj in value.objects):
            keep(machine, value, receiver)


def downloaded(machine: Machine, file: Value, answer: Value, node: syntax.Node) -> None:
    """An object of a bucket was written into a file, or into an open one."""
    place = machine.location(node)
    body = tainted(along(atom, ("Body",), place) for atom in answer.taint)
    keep(machine, file, join(body, selection.at(answer, "Body", guess=False) or NOTHING))


def unpacked(
    machine: Machine, receiver: Value | None, made: External | None, arguments: Arguments
) -> None:
    """What an archive leaves in a folder: files that are listed there, or named below it."""
    given = arguments.positional
    sources = list(made.arguments) if made is not None else given[:1]
    folder = (arguments.get(0, "path") if made is not None else arguments.get(1)) or NOTHING
    taint: tuple[Taint, ...] = deep_taint(receiver) if receiver is not None else ()
    for value in sources:
        taint += deep_taint(value) + deep_taint(held(machine, value) or NOTHING)
    if taint:
        key = ("unpacked", folder.only_text() or "")
        before = machine.memo.get(key, NOTHING)
        machine.memo[key] = join(before, tainted(derived(taint)))
        folders = machine.memo.get(("folders",), ())
        machine.memo["folders",] = tuple(dict.fromkeys((*folders, key[1])))


def keep(machine: Machine, file: Value | None, content: Value | None) -> None:
    """Keep what is written into a file."""
    if file is None or content is None:
        return
    if not content.taint and not deep_taint(content):
        return
    key = ("file", name_of(file))
    if key[1] not in _UNKNOWN:
        machine.memo[key] = join(machine.memo.get(key, NOTHING), content)


def held(machine: Machine, file: Value | None) -> Value | None:
    """What is known to be in a file, None for nothing."""
    if file is None:
        return None
    name = name_of(file)
    found = machine.memo.get(("file", name))
    listed = name.endswith("*") or _LISTED.search(name) is not None
    for folder in machine.memo.get(("folders",), ()) if found is None else ():
        if name.startswith(f"{folder.rstrip('/')}/") if folder else listed:
            found = machine.memo["unpacked", folder]
    return found if isinstance(found, Value) else None


def name_of(file: Value, depth: int = 3) -> str:
    """The name of a file, or of what stands for it, as far as it is known."""
    text = file.only_text()
    if text is not None:
        return text
    parts = [const.text() if isinstance(const, Mix) else repr(const) for const in file.consts]
    for obj in file.objects:
        if not isinstance(obj, External):
            continue
        if _HANDLES.search(obj.path) and obj.arguments and depth and "tempfile" not in obj.path:
            return name_of(obj.arguments[0], depth - 1)
        if obj.path.startswith(("tempfile.", "io.")):
            parts.append(f"{obj.path.removesuffix('.name')} {id(obj) if 'io.' in obj.path else ''}")
            continue
        inner = [name_of(value, depth - 1) for value in obj.arguments] if depth else []
        if obj.path == "pathlib.Path" and inner:
            parts.append("/".join(inner))
        else:
            parts.append(f"{obj.path}({', '.join(inner)})")
    if len(parts) == 1 and not file.taint:
        return parts[0]
    return "|".join([*parts, *sorted(str(atom.key) for atom in file.taint)])
