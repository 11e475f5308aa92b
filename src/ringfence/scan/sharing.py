"""The functions of one large application, interpreted in several processes.

The processes are forked from this one (:mod:`ringfence.scan.workers`), with everything loaded;
what each learnt comes back as data (:mod:`ringfence.dataflow.packing`), with what it saw of the
files. Functions of a process that dies are interpreted here.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ringfence.dataflow.channels import PostOffice
from ringfence.dataflow.packing import judging, pack, unpack
from ringfence.dataflow.runs import Run
from ringfence.model.application import Application, Function
from ringfence.model.codec import CodecError, decode, encode
from ringfence.model.location import Skipped
from ringfence.rules.events import load_events
from ringfence.scan.source import SourceReader
from ringfence.scan.workers import share

#: Functions that a process takes at once.
PIECE = 10


class FunctionSharing:
    """A :class:`~ringfence.dataflow.runs.Sharing` among ``count`` processes."""

    def __init__(
        self, count: int, application: Application, reader: SourceReader, limit_s: float
    ) -> None:
        self.count = count
        self.application = application
        self.reader = reader
        self.limit_s = limit_s

    def runs(
        self,
        functions: Sequence[Function],
        interpret: Callable[[Function], Run],
        post: PostOffice,
    ) -> Iterator[tuple[Function, Run]]:
        pieces = [functions[at : at + PIECE] for at in range(0, len(functions), PIECE)]

        def work(number: int) -> bytes:
            told = [self.told(interpret(function)) for function in pieces[number]]
            return json.dumps(told, separators=(",", ":")).encode()

        judge = judging(self.application, load_events())
        gc.freeze()  # what is there now stays as it is, so that its memory stays shared
        answers = share(self.count, len(pieces), work, self.limit_s)
        try:
            for answer in answers:
                if answer.data is None:
                    continue
                for function, told in zip(pieces[answer.number], json.loads(answer.data),
                                          strict=True):  # fmt: skip
                    try:
                        run = unpack(told[0], post.sources, judge)
                        self.take(told[1])
                    except CodecError:
                        continue
                    yield function, run
        finally:
            answers.close()
            gc.unfreeze()

    def told(self, run: Run) -> list[Any]:
        """A run as data, with what was seen of the files that it asked for."""
        files = []
        for file in run.asked:
            notes = [note for note in self.reader.skipped if note.what == file]
            files.append(
                [
                    file,
                    self.reader.has_parsed(file),
                    encode(notes, list[Skipped]),
                    file in self.reader.marked,
                ]
            )
        return [pack(run), files]

    def take(self, files: list[Any]) -> None:
        for file, parsed, notes, marked in files:
            if file not in self.application.functions:
                self.reader.recall(file, parsed, decode(notes, list[Skipped]), marked)
