"""A Git repository, asked without letting it do anything.

The configuration, attributes and hooks of a scanned repository belong to whoever wrote it, and many
of them name programs that Git would start. So only commands that read objects are used (never
``checkout``, ``archive``, ``diff`` or ``status``, which run filters), every setting that starts a
program is overruled, nothing is fetched, and the caller's ``GIT_*`` variables are left out, since
inside a hook they name another repository or index.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from ringfence.errors import UsageError
from ringfence.model.record import record

#: Longer than any command here takes on a large repository; a file system that hangs takes longer.
TIMEOUT_S = 300.0
_CHUNK = 1 << 20

_SETTINGS = (
    "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.untrackedCache=false",
    "core.pager=cat", "core.sshCommand=false", "core.askPass=false", "core.quotePath=false",
    "credential.helper=", "protocol.allow=never", "safe.bareRepository=explicit",
    "submodule.recurse=false", "maintenance.auto=false", "gc.auto=0",
)  # fmt: skip
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
WHOLE_HISTORY = (
    "fetch the whole history: `git fetch --unshallow`, or in a pipeline `fetch-depth: 0`"
    " (GitHub) or `GIT_DEPTH: 0` (GitLab)"
)


@record(frozen=True)
class Entry:
    """A file of a commit: octal mode, object id, and path relative to the scanned folder."""

    mode: str
    oid: str
    path: str


class Repository:
    """The repository that holds a folder. ``prefix`` is the folder's path from its root, as bytes
    without a slash at the end."""

    def __init__(self, program: str, folder: Path) -> None:
        self.program = program
        self.folder = folder
        self.prefix = b""

    @classmethod
    def around(cls, folder: Path) -> Repository:
        """The repository around a folder.

        Raises:
            UsageError: there is none, it cannot be used, or Git is not installed.
        """
        program = shutil.which("git")
        if program is None:
            raise UsageError("git is not installed", "--since", "install Git, or use --baseline")
        found = cls(str(Path(program).absolute()), folder.resolve())
        inside = found.ask("rev-parse", "--is-inside-work-tree")
        if inside.returncode != 0 or inside.stdout.strip() != b"true":
            raise found.unusable(inside.stderr)
        found.prefix = found.ask("rev-parse", "--show-prefix").stdout[:-1].rstrip(b"/")
        return found

    def unusable(self, complaint: bytes) -> UsageError:
        """Why there is no repository to ask, in one line."""
        if b"dubious ownership" in complaint:
            return UsageError(
                "the repository belongs to another user, so git refuses to read it",
                str(self.folder),
                "`git config --global --add safe.directory` with the repository's path allows it",
            )
        return UsageError(
            "--since needs a git repository, and there is none here",
            str(self.folder),
            "use --baseline where there is no repository",
        )

    def start_of(self, revision: str) -> str:
        """The id of the commit at which HEAD and a revision parted.

        Raises:
            UsageError: there is no such revision, or no common commit in what was fetched.
        """
        commit = self.commit(revision)
        head = self.commit("HEAD")
        found = self.ask("merge-base", commit, head)
        start = found.stdout.decode("ascii", "replace").strip()
        if found.returncode == 0 and start:
            return start
        cure = WHOLE_HISTORY if self.is_shallow() else "name a revision that this branch began at"
        raise UsageError(f"{revision} and HEAD have no common commit here", "--since", cure)

    def commit(self, revision: str) -> str:
        """The id of the commit that a revision names."""
        if not revision or revision.startswith("-") or not revision.isprintable():
            raise UsageError(
                f"{revision!r} is no revision", "--since", "name a branch, tag or commit"
            )
        found = self.resolved(revision)
        if found:
            return found
        if revision != "HEAD" and self.resolved(f"refs/remotes/origin/{revision}"):
            cure = f"did you mean origin/{revision}?"
        elif self.is_shallow():
            cure = WHOLE_HISTORY
        else:
            cure = "fetch it, or name a branch, tag or commit that `git log` knows"
        raise UsageError(f"there is no revision {revision}", "--since", cure)

    def resolved(self, revision: str) -> str:
        found = self.ask("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        return found.stdout.decode("ascii", "replace").strip() if found.returncode == 0 else ""

    def is_shallow(self) -> bool:
        return self.ask("rev-parse", "--is-shallow-repository").stdout.strip() == b"true"

    def entries(self, commit: str) -> list[Entry]:
        """The files of a commit below the scanned folder; [] when the folder was not there."""
        tree = commit.encode() + b":" + self.prefix
        found = self.ask("ls-tree", "-r", "-z", "--full-tree", tree)
        if found.returncode != 0:
            if self.ask("rev-parse", "--verify", "--quiet", tree).returncode != 0:
                return []
            raise self.incomplete(commit)
        entries = []
        for line in found.stdout.split(b"\0"):
            head, _, name = line.partition(b"\t")
            words = head.split()
            if len(words) == 3:
                entries.append(Entry(words[0].decode(), words[2].decode(), os.fsdecode(name)))
        return entries

    def untracked(self) -> list[str]:
        """Files below the folder that Git neither tracks nor ignores."""
        found = self.ask("ls-files", "--others", "--exclude-standard", "-z", "--", ".")
        return [os.fsdecode(name) for name in found.stdout.split(b"\0") if name]

    def ignored(self, files: Iterable[str]) -> set[str]:
        """Those of some files that Git ignores."""
        # "./" keeps a name that starts with a colon from being taken for a pattern.
        names = b"".join(b"./" + os.fsencode(file) + b"\0" for file in files)
        found = self.ask("check-ignore", "-z", "--stdin", given=names)
        return {os.fsdecode(name).removeprefix("./") for name in found.stdout.split(b"\0") if name}

    def blobs(self, oids: list[str], limit: int) -> Iterator[tuple[int, bytes | None]]:
        """The size and content of each object in order; no content for those above ``limit``."""
        with tempfile.TemporaryFile() as asked:
            asked.write("".join(f"{oid}\n" for oid in oids).encode())
            asked.seek(0)
            with subprocess.Popen(  # noqa: S603 - a program found on PATH, no shell
                self.words("cat-file", "--batch"), stdin=asked, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, env=environment(), cwd=self.folder,
            ) as process:  # fmt: skip
                guard = threading.Timer(TIMEOUT_S, process.kill)
                guard.start()
                try:
                    assert process.stdout is not None
                    for _ in oids:
                        yield self._blob(process.stdout, limit)
                finally:
                    guard.cancel()
                    process.kill()

    def _blob(self, stream: IO[bytes], limit: int) -> tuple[int, bytes | None]:
        words = stream.readline().split()
        if len(words) != 3 or words[1] != b"blob":
            raise self.incomplete("a commit")
        size = int(words[2])
        if size <= limit:
            data = stream.read(size)
            stream.read(1)
            return size, data
        left = size + 1
        while left > 0:
            left -= len(stream.read(min(left, _CHUNK))) or left
        return size, None

    def incomplete(self, commit: str) -> UsageError:
        return UsageError(
            f"the repository lacks files of {commit}",
            "--since",
            "clone it without --filter, or fetch what is missing: `git fetch --refetch`",
        )

    def ask(self, *words: str | bytes, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run one command of Git and wait for its end, for a bounded time."""
        try:
            return subprocess.run(  # noqa: S603 - a program found on PATH, no shell
                self.words(*words), input=given, capture_output=True, env=environment(),
                cwd=self.folder, check=False, timeout=TIMEOUT_S,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            what = f"git {os.fsdecode(words[0])} takes longer than {TIMEOUT_S:g} s"
            raise UsageError(what, str(self.folder), "use --baseline") from None

    def words(self, *words: str | bytes) -> list[str | bytes]:
        settings = [word for setting in _SETTINGS for word in ("-c", setting)]
        return [self.program, "--no-pager", *settings, *words]


def environment() -> dict[str, str]:
    """The caller's environment without what would direct Git elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, **_ENVIRONMENT}
