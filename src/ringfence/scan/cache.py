"""What one scan of a folder leaves for the next: looks at files, and outcomes of applications.

One JSON file for each scanned folder and each way to scan it (options, configuration, rules, day,
version), in a folder of the user that nobody else can write to. An outcome is used again when every
file and place that its scan asked for answers as it did (:mod:`ringfence.loaders.trace`): files by
size, times and inode, else by their content, so that a fresh checkout counts too. Whatever is wrong
with the file makes it as if it were not there. Nothing in it is executed.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import time
from pathlib import Path
from typing import Any

import ringfence
from ringfence.files import read_regular, write_whole
from ringfence.loaders.discovery import Discovery
from ringfence.loaders.glance import Glance, Glances, KnownGlances
from ringfence.loaders.limits import LIMITS
from ringfence.loaders.trace import (
    Signature,
    Trace,
    content_digest,
    digest_of,
    kind_at,
    signature_of,
)
from ringfence.model.codec import CodecError, decode, encode
from ringfence.model.record import record
from ringfence.scan.application import Outcome, Task
from ringfence.scan.memory import RunMemory

SCHEMA = 2
#: The folder for what is kept of functions, one folder in it for each scanned folder.
RUNS = "runs"
#: A larger file is neither written nor read; of all files, the oldest go when there are too many.
MAX_BYTES = 100_000_000
MAX_FILES = 60
MAX_ALL_BYTES = 400_000_000
#: A file that changed so shortly before it was read may change again without a new time.
RACY_NS = 50_000_000
CHANGED: Signature = (0, 0, 0, 0)

_PACKAGE = Path(ringfence.__file__).parent


@record()
class Entry:
    """An outcome of an earlier scan as data, with what it asked of the folder."""

    outcome: Any
    trace: Trace


class Cache:
    """The cache of one folder; an empty one that keeps nothing when made without a file."""

    def __init__(
        self,
        file: Path | None = None,
        root: Path | None = None,
        key: str = "",
        runs: Path | None = None,
    ) -> None:
        self.file = file
        self.root = root or Path()
        self.key = key
        self.runs = runs
        self.glances: KnownGlances = {}
        self.known: dict[str, Any] = {}
        self.used: dict[str, Any] = {}
        self.new: dict[str, Outcome] = {}
        self.started_ns = time.time_ns()
        self.now = Now(self.root)

    @classmethod
    def open(cls, folder: Path, task: Task) -> Cache:
        """The cache of the task's root below ``folder``; one that keeps nothing where the folder
        cannot be made, or belongs to somebody else."""
        if not is_private(folder):
            return cls()
        key, of_code = keys_of(task)
        name = digest_of([str(task.root), key])
        runs = folder / RUNS / digest_of([str(task.root), of_code])
        cache = cls(folder / f"{name}.json", task.root, key, runs)
        cache.load()
        return cache

    @classmethod
    def lent(cls, folder: Path, task: Task, root: Path) -> Cache:
        """The cache of the task's root for a copy of it at ``root``, which adds nothing to it."""
        cache = cls.open(folder, task)
        cache.root, cache.now, cache.glances = root, Now(root), {}
        cache.file = cache.runs = None
        return cache

    def load(self) -> None:
        """Read what the last scan left; nothing when it is not whole or not of this kind."""
        assert self.file is not None
        try:
            data = read_regular(self.file, MAX_BYTES + 1)
            tree = json.loads(data) if len(data) <= MAX_BYTES else {}
            if tree["schema"] != SCHEMA or tree["key"] != self.key:
                return
            glances = decode(tree["glances"], dict[str, Look])
            self.glances = {file: (look.signature, look.glance) for file, look in glances.items()}
            self.known = dict(tree["applications"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            self.glances, self.known = {}, {}

    def find(self, part: Discovery) -> Outcome | None:
        """What an earlier scan gave for these files, where nothing of it has changed."""
        name = name_of(part)
        held = self.known.get(name)
        if held is None:
            return None
        try:
            entry = Entry(held[0], decode(held[1], Trace))
            if not self.now.agrees(entry):
                return None
            outcome: Outcome = decode(entry.outcome, Outcome)
        except (CodecError, TypeError, ValueError, IndexError, KeyError):
            return None
        if len(outcome.marks) != len(outcome.found):
            return None
        self.used[name] = held
        return outcome

    def keep(self, part: Discovery, outcome: Outcome) -> None:
        """Remember an outcome, unless time or memory cut it short."""
        if self.file is not None and outcome.complete:
            self.new[name_of(part)] = outcome

    def memory_of(self, part: Discovery) -> RunMemory | None:
        """What is kept of the functions of an application; None where nothing is kept."""
        if self.runs is None:
            return None
        file = self.runs / f"{name_of(part)}.json"
        return RunMemory(file, self.started_ns - RACY_NS)

    def save(self, glances: Glances) -> None:
        """Write what the next scan may use; that it cannot be written changes nothing."""
        if self.file is None or (not self.new and self.used.keys() == self.known.keys()
                                 and len(glances.taken) == len(self.glances)):  # fmt: skip
            return
        applications = dict(self.used)
        for name, outcome in self.new.items():
            held = self.entry_of(outcome)
            if held is not None:
                applications[name] = held
        looks = {
            file: Look(signature, glance)
            for file, (signature, glance) in glances.taken.items()
            if not self.is_racy(signature)
        }
        data = {
            "schema": SCHEMA,
            "key": self.key,
            "root": str(self.root),
            "glances": encode(looks, dict[str, Look]),
            "applications": applications,
        }
        with contextlib.suppress(OSError, ValueError, RuntimeError):
            text = json.dumps(data, separators=(",", ":"), ensure_ascii=True).encode()
            if len(text) <= MAX_BYTES:
                make_room(self.file, len(text))
                write_whole(self.file, text, lasting=False)
                self.file.chmod(0o600)
            if self.runs is not None:
                forget_others(self.runs, set(applications))

    def entry_of(self, outcome: Outcome) -> list[Any] | None:
        """An outcome as data; None when a file has changed since it was read."""
        digests: dict[str, str] = {}
        read: dict[str, Signature | None] = {}
        for path, signature in outcome.trace.read.items():
            read[path] = signature
            if signature is None:
                continue
            file = f"{self.root}/{path}"
            digest = outcome.trace.digests.get(path) or content_digest(file, LIMITS.document_bytes)
            if digest is None or signature_of(file) != signature:
                return None
            digests[path] = digest
            if self.is_racy(signature):
                read[path] = CHANGED
        trace = Trace(read, outcome.trace.held, outcome.trace.listed, digests)
        outcome.trace = Trace()
        return [encode(outcome, Outcome), encode(trace, Trace)]

    def is_racy(self, signature: Signature) -> bool:
        return max(signature[1], signature[2]) > self.started_ns - RACY_NS


@record(frozen=True)
class Look:
    """A glance with the signature that the file had."""

    signature: Signature
    glance: Glance


class Now:
    """How the folder answers now, each question asked once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.signatures: dict[str, Signature | None] = {}
        self.digests: dict[str, str | None] = {}
        self.kinds: dict[str, str] = {}
        self.listings: dict[str, str] = {}

    def agrees(self, entry: Entry) -> bool:
        """Whether all that an outcome depends on is as it was."""
        trace = entry.trace
        return (
            all(self.is_same(path, then, entry) for path, then in trace.read.items())
            and all(self.kind(path) == kind for path, kind in trace.held.items())
            and all(self.listing(folder) == digest for folder, digest in trace.listed.items())
        )

    def is_same(self, path: str, then: Signature | None, entry: Entry) -> bool:
        if path not in self.signatures:
            self.signatures[path] = signature_of(f"{self.root}/{path}")
        now = self.signatures[path]
        if now == then:
            return True
        if now is None or then is None:
            return False
        if path not in self.digests:
            self.digests[path] = content_digest(f"{self.root}/{path}", LIMITS.document_bytes)
        return self.digests[path] is not None and self.digests[path] == entry.trace.digests.get(
            path
        )

    def kind(self, path: str) -> str:
        if path not in self.kinds:
            self.kinds[path] = kind_at(f"{self.root}/{path}" if path else self.root)
        return self.kinds[path]

    def listing(self, folder: str) -> str:
        if folder not in self.listings:
            from ringfence.loaders.code import source_files

            self.listings[folder] = digest_of(source_files(self.root, folder))
        return self.listings[folder]


def name_of(part: Discovery) -> str:
    """The name of an application in the cache: its files."""
    files = [*part.templates, "", *part.serverless, "", *part.files]
    return digest_of(files)


def user_folder() -> Path | None:
    """Where the caches of this user lie; None when the system does not say."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    try:
        base = Path(named) if named.startswith("/") else Path.home() / ".cache"
    except RuntimeError:
        return None
    return base / "ringfence"


def is_private(folder: Path) -> bool:
    """Make the folder where it is missing; whether it is ours and closed to others."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return False
    if not stat.S_ISDIR(found.st_mode):
        return False
    if not hasattr(os, "geteuid"):
        return True
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def forget_others(folder: Path, names: set[str]) -> None:
    """Remove the runs of applications that are there no more."""
    with contextlib.suppress(OSError):
        for file in folder.iterdir():
            if file.stem not in names:
                file.unlink()


def make_room(keep: Path, size: int) -> None:
    """Remove what was not written for longest, where there would be too much."""
    found = []
    for path in (*keep.parent.glob("*.json"), *(keep.parent / RUNS).glob("*")):
        with contextlib.suppress(OSError):
            parts = list(path.iterdir()) if path.is_dir() else [path]
            bytes_ = sum(part.stat().st_size for part in parts)
            found.append((path.stat().st_mtime_ns, bytes_, path))
    found = [entry for entry in sorted(found, key=lambda e: e[0], reverse=True) if entry[2] != keep]
    left, room = MAX_FILES - 1, MAX_ALL_BYTES - size
    for _, bytes_, path in found:
        left -= 1
        room -= bytes_
        if left < 0 or room < 0:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            with contextlib.suppress(OSError):
                path.unlink()


def keys_of(task: Task) -> tuple[str, str]:
    """Digests of all but the folder's files that decides what a scan finds, and of what of this
    decides what its code does."""
    load, config = task.load, task.config
    common = [
        ringfence.__version__,
        *own_files(_PACKAGE),
        *(content for folder in config.rule_folders for content in rule_files(folder)),
        repr(config),
        repr(sorted((name, os.environ.get(name)) for name in load.env)),
        repr(sorted(load.parameters.items())),
        repr(sorted(load.options.items())),
        repr(load.exclude),
        repr(load.limits),
    ]
    more = [task.today.isoformat(), repr(task.time_limit_s), repr(task.graph),
            repr(sorted(task.only)), task.harvest_key]  # fmt: skip
    return digest_of([*common, *more]), digest_of(common)


def own_files(folder: Path) -> list[str]:
    """Names, sizes and times of our own files: another version answers otherwise."""
    found = []
    stack = [str(folder)]
    while stack:
        with os.scandir(stack.pop()) as entries:
            for entry in entries:
                if entry.is_dir():
                    if entry.name != "__pycache__":
                        stack.append(entry.path)
                else:
                    state = entry.stat()
                    found.append(f"{entry.path} {state.st_size} {state.st_mtime_ns}")
    return sorted(found)


def rule_files(folder: Path) -> list[str]:
    """The names and contents of the project's own rules."""
    found = []
    for file in sorted(folder.rglob("*.toml")):
        found.append(f"{file} {content_digest(file, LIMITS.document_bytes)}")
    return found
