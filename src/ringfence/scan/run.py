"""The applications of a folder, each scanned once, those that belong together as one."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ringfence import errors
from ringfence.errors import RingfenceError
from ringfence.loaders.discovery import Discovery, bare_parts, grouped, parts_of, together
from ringfence.loaders.glance import Glances
from ringfence.loaders.tree import Tree
from ringfence.model.codec import decode, encode
from ringfence.model.location import Location, Skipped
from ringfence.scan.application import SMALLER, Outcome, Task, scan_application
from ringfence.scan.cache import Cache
from ringfence.scan.links import links_between
from ringfence.scan.workers import Answer, can_share, processors, share

Progress = Callable[[str, int, int], None]

#: Applications of more functions together than this are not joined by names.
MOST_JOINED = 1_000
#: Fewer applications than this are not worth processes of their own.
FEWEST_SHARED = 6
#: The processor time for all applications together, in times that of one.
WHOLE_SHARE = 40.0


def run_all(
    task: Task,
    found: Discovery,
    tree: Tree,
    glances: Glances,
    cache: Cache,
    report: Progress,
    jobs: int = 0,
) -> list[Outcome]:
    """The outcomes of all applications of a folder, in the order of their files. ``jobs`` is how
    many processes share the work; 0 for as many as there are processors."""
    runner = Runner(task, tree, cache, report, jobs)
    if not found.files or found.files == [found.label]:  # one file, given by the user
        return runner.run([found])
    parts = parts_of(found, glances)
    outcomes = runner.run(parts)
    outcomes = runner.run_joined(parts, outcomes)
    covered = {file for outcome in outcomes for file in outcome.code}
    bare = bare_parts(found, tree, glances, covered)
    return [*outcomes, *runner.run(bare)]


class Runner:
    """Scans parts of one folder, or takes what the cache has of them."""

    def __init__(
        self, task: Task, tree: Tree, cache: Cache, report: Progress, jobs: int = 0
    ) -> None:
        self.task = task
        self.tree = tree
        self.cache = cache
        self.report = report
        self.jobs = jobs or (processors() if can_share() else 1)
        self.left_s = task.time_limit_s * WHOLE_SHARE

    def run(self, parts: Sequence[Discovery]) -> list[Outcome]:
        """The outcome of each part."""
        outcomes = {index: self.cache.find(part) for index, part in enumerate(parts)}
        missing = [index for index, outcome in outcomes.items() if outcome is None]
        done = len(parts) - len(missing)
        for index, outcome in self.fresh(parts, missing):
            outcomes[index] = outcome
            self.cache.keep(parts[index], outcome)
            done += 1
            self.report("applications", done, len(parts) if len(parts) > 1 else 0)
        late = [index for index in missing if outcomes[index] is None]
        for index in late:
            first = index == late[0]
            outcomes[index] = (
                too_late(parts[index], len(late)) if first else Outcome(complete=False)
            )
        return [outcome for outcome in outcomes.values() if outcome is not None]

    def fresh(
        self, parts: Sequence[Discovery], missing: list[int]
    ) -> Iterator[tuple[int, Outcome]]:
        """The outcomes of the parts that must be scanned, in any order, until time is up."""
        if min(self.jobs, len(missing)) > 1 and len(missing) >= FEWEST_SHARED:
            yield from self.shared(parts, missing)
            return
        for index in missing:
            if self.left_s <= 0:
                return
            before_s = time.process_time()
            progress = self.report if len(parts) == 1 else None
            memory = self.cache.memory_of(parts[index])
            yield (
                index,
                scan_application(self.task, parts[index], self.tree, progress, memory, self.jobs),
            )
            self.forget(parts[index])
            self.left_s -= time.process_time() - before_s

    def shared(
        self, parts: Sequence[Discovery], missing: list[int]
    ) -> Iterator[tuple[int, Outcome]]:
        """The same in several processes."""

        def work(place: int) -> bytes:
            part = parts[missing[place]]
            try:
                memory = self.cache.memory_of(part)
                outcome = scan_application(self.task, part, self.tree, None, memory)
            except RingfenceError as problem:
                told: list[Any] = [type(problem).__name__, problem.what, problem.where,
                                   problem.cure]  # fmt: skip
            else:
                told = encode(outcome, Outcome)
            self.forget(part)
            return json.dumps(told, separators=(",", ":")).encode()

        gc.freeze()  # what is there now stays as it is, so that its memory stays shared
        answers = share(self.jobs, len(missing), work, self.task.time_limit_s)
        try:
            for answer in answers:
                index = missing[answer.number]
                yield index, self.outcome_of(parts[index], answer)
                self.left_s -= answer.cpu_s
                if self.left_s <= 0:
                    return
        finally:
            answers.close()
            gc.unfreeze()

    def outcome_of(self, part: Discovery, answer: Answer) -> Outcome:
        """What a process sent, or a note that it sent nothing."""
        if answer.data is None:
            place = Location(part.label, 1)
            note = Skipped(part.label, answer.reason, place, SMALLER)
            return Outcome(skipped=[note], complete=False)
        told = json.loads(answer.data)
        if isinstance(told[0], str):
            raise getattr(errors, told[0])(*told[1:])
        outcome: Outcome = decode(told, Outcome)
        return outcome

    def forget(self, part: Discovery) -> None:
        """Let go of the parsed files of a part that is done."""
        for file in (*part.templates, *part.serverless):
            self.tree.documents.pop(file, None)

    def run_joined(self, parts: Sequence[Discovery], outcomes: Sequence[Outcome]) -> list[Outcome]:
        """The outcomes, with one in place of those that name what another offers."""
        links = links_between(outcomes)
        result = []
        for group in grouped(range(len(parts)), links):
            size = sum(len(outcomes[index].functions) for index in group)
            if len(group) > 1 and size <= MOST_JOINED:
                result += self.run([together(parts[index] for index in group)])
            else:
                result += [outcomes[index] for index in group]
        return result


def too_late(part: Discovery, count: int) -> Outcome:
    """A note in place of applications that the time does not reach for."""
    more = f" and {count - 1} more applications" if count > 1 else ""
    reason = "not analysed: the time of the whole scan is used up"
    place = Location(part.label, 1)
    return Outcome(skipped=[Skipped(f"{part.label}{more}", reason, place, SMALLER)], complete=False)
