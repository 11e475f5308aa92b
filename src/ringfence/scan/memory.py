"""Runs of the functions of one application, kept from one scan to the next.

After an edit the application is scanned again, but only those functions are interpreted whose own
input has changed: their files, their declaration, or what other functions send them. One JSON file
for each application of some size, beside the outcomes of :mod:`ringfence.scan.cache` and under the
same rules: whatever is wrong with it makes it as if it were not there.
"""

from __future__ import annotations

import contextlib
import json
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ringfence.dataflow.channels import PostOffice
from ringfence.dataflow.exposures import public_buckets
from ringfence.dataflow.packing import Judging, digest_of, judging, pack, unpack
from ringfence.dataflow.runs import Run
from ringfence.files import read_regular, write_whole
from ringfence.loaders.trace import Signature, Trace, content_digest, signature_of
from ringfence.model.application import Application, Function
from ringfence.model.codec import CodecError, decode, encode
from ringfence.model.location import Skipped
from ringfence.model.record import record
from ringfence.rules.events import load_events
from ringfence.scan.source import SOURCE_LIMIT_BYTES, SourceReader

SCHEMA = 3
#: Applications of fewer functions are interpreted as fast as their runs are read.
FEWEST = 4
MAX_BYTES = 60_000_000
#: A signature that no file has: only the content counts.
CHANGED: Signature = (0, 0, 0, 0)


@record()
class Known:
    """What an earlier scan saw of a file: ``digest`` is None where there was none to read."""

    signature: Signature | None
    digest: str | None
    parsed: bool
    marked: bool
    notes: list[Skipped]


class RunMemory:
    """A :class:`~ringfence.dataflow.runs.Memory` in a file. ``racy_ns`` is the time from which on a
    change may go unnoticed."""

    def __init__(self, file: Path, racy_ns: int) -> None:
        self.file = file
        self.racy_ns = racy_ns
        self.key = ""
        self.origin = ""
        self.files: dict[str, Known] = {}
        self.known: dict[str, list[Any]] = {}
        self.kept: dict[str, list[list[Any]]] = {}
        self.same: dict[str, bool] = {}
        self.reader: SourceReader | None = None
        self.judge: Judging | None = None
        self.is_new = False

    def attach(self, application: Application, reader: SourceReader) -> bool:
        """Begin with an application; whether it is worth while."""
        if len(application.functions) < FEWEST:
            return False
        self.reader = reader
        self.judge = judging(application, load_events())
        self.origin = self.origin_of(reader.trace)
        try:
            data = read_regular(self.file, MAX_BYTES + 1)
            tree = json.loads(data) if len(data) <= MAX_BYTES else {}
            if tree["schema"] == SCHEMA:
                same = bool(self.origin) and tree["origin"] == self.origin
                self.key = str(tree["key"]) if same else declarations(application)
                if tree["key"] == self.key:
                    self.files = decode(tree["files"], dict[str, Known])
                    self.known = dict(tree["runs"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            self.files, self.known = {}, {}
        self.key = self.key or declarations(application)
        return True

    def origin_of(self, trace: Trace) -> str:
        """A digest of what the application was loaded from, by the files' signatures: while it
        stands, the declarations do. "" where a change may go unnoticed."""
        signatures = [one for one in trace.read.values() if one is not None]
        if any(max(one[1], one[2]) > self.racy_ns for one in signatures):
            return ""
        return blake2b(
            repr((trace.read, trace.held, trace.listed)).encode("utf-8", "surrogateescape"),
            digest_size=16,
        ).hexdigest()

    # --- the interface of the interpreter ---

    def recall(self, function: Function, post: PostOffice) -> Run | None:
        assert self.judge is not None
        for entry in self.known.get(function.id, ()):
            try:
                inbox, stores, asked, data = entry
                if (
                    inbox == digest_of(post.inboxes.get(function.id, []))
                    and all(digest_of(post.stores.get(n, [])) == d for n, d in stores.items())
                    and all(self.is_same(file) for file in asked)
                ):
                    run = unpack(data, post.sources, self.judge)
                    break
            except (CodecError, TypeError, ValueError, AttributeError):
                return None
        else:
            return None
        self.kept.setdefault(function.id, []).append(entry)
        for file in asked:
            self.replay(file)
        return run

    def keep(self, function: Function, post: PostOffice, run: Run) -> None:
        if run.reason or function.code is None or function.code.inline is not None:
            return
        inbox = digest_of(post.inboxes.get(function.id, []))
        stores = {name: digest_of(post.stores.get(name, [])) for name in run.looks.stores}
        self.kept.setdefault(function.id, []).append([inbox, stores, run.asked, pack(run)])
        self.is_new = True

    # --- files ---

    def is_same(self, file: str) -> bool:
        """Whether a file is as the earlier scan saw it."""
        if file not in self.same:
            self.same[file] = self.compare(file)
        return self.same[file]

    def compare(self, file: str) -> bool:
        assert self.reader is not None
        known = self.files.get(file)
        if known is None:
            return False
        path = f"{self.reader.root}/{file}"
        now = signature_of(path)
        if now == known.signature:
            return True
        if now is None or known.digest is None:
            return False
        return content_digest(path, SOURCE_LIMIT_BYTES) == known.digest

    def replay(self, file: str) -> None:
        """Tell the reader of a file what it would have seen."""
        assert self.reader is not None
        known = self.files[file]
        self.reader.recall(file, known.parsed, known.notes, known.marked)
        trace = self.reader.trace
        if known.digest is not None and trace.read.get(file) == known.signature:
            trace.digests[file] = known.digest

    # --- the next scan ---

    def save(self) -> None:
        """Write what the next scan may use; that it cannot be written changes nothing."""
        if self.reader is None or not self.is_new:
            return
        asked = {file for entries in self.kept.values() for entry in entries for file in entry[2]}
        files = {file: self.seen(file) for file in sorted(asked)}
        gone = {file for file, known in files.items() if known is None}
        runs = {
            function: [entry for entry in entries if not gone.intersection(entry[2])]
            for function, entries in self.kept.items()
        }
        data = {
            "schema": SCHEMA,
            "key": self.key,
            "origin": self.origin,
            "files": encode({f: k for f, k in files.items() if k is not None}, dict[str, Known]),
            "runs": runs,
        }
        with contextlib.suppress(OSError, ValueError, RuntimeError):
            text = json.dumps(data, separators=(",", ":"), ensure_ascii=True).encode()
            if len(text) <= MAX_BYTES:
                self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                write_whole(self.file, text, lasting=False)
                self.file.chmod(0o600)

    def seen(self, file: str) -> Known | None:
        """What this scan saw of a file; None when it has changed since."""
        assert self.reader is not None
        if self.same.get(file):
            return self.files[file]
        path = f"{self.reader.root}/{file}"
        signature = self.reader.trace.read.get(file)
        if signature_of(path) != signature:
            return None
        digest = content_digest(path, SOURCE_LIMIT_BYTES) if signature is not None else None
        if signature is not None and max(signature[1], signature[2]) > self.racy_ns:
            signature = CHANGED
        notes = [note for note in self.reader.skipped if note.what == file]
        marked = file in self.reader.marked
        return Known(signature, digest, self.reader.has_parsed(file), marked, notes)


def declarations(application: Application) -> str:
    """A digest of all that the interpreter reads of an application beside its code."""
    digest = blake2b(digest_size=16)
    for resource in application.resources.values():
        pattern = resource.properties.get("EventPattern") if resource.kind == "rule" else None
        digest.update(repr((resource.id, resource.kind, resource.name, pattern)).encode())
    digest.update(repr(application.workflows).encode("utf-8", "surrogateescape"))
    digest.update(repr(sorted(public_buckets(application))).encode())
    digest.update(repr(application.functions).encode("utf-8", "surrogateescape"))
    digest.update(repr(application.triggers).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
