"""The applications of a folder, each scanned once, those that belong together as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ringfence.loaders.discovery import Discovery, bare_parts, grouped, parts_of, together
from ringfence.loaders.glance import Glances
from ringfence.loaders.tree import Tree
from ringfence.scan.application import Outcome, Task, scan_application
from ringfence.scan.cache import Cache
from ringfence.scan.links import links_between

Progress = Callable[[str, int, int], None]

#: Applications of more functions together than this are not joined by names.
MOST_JOINED = 1_000


def run_all(
    task: Task, found: Discovery, tree: Tree, glances: Glances, cache: Cache, report: Progress
) -> list[Outcome]:
    """The outcomes of all applications of a folder, in the order of their files."""
    runner = Runner(task, tree, cache, report)
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

    def __init__(self, task: Task, tree: Tree, cache: Cache, report: Progress) -> None:
        self.task = task
        self.tree = tree
        self.cache = cache
        self.report = report

    def run(self, parts: Sequence[Discovery]) -> list[Outcome]:
        """The outcome of each part."""
        outcomes = [self.cache.find(part) for part in parts]
        done = sum(outcome is not None for outcome in outcomes)
        for index, part in enumerate(parts):
            if outcomes[index] is None:
                progress = self.report if len(parts) == 1 else None
                self.report("applications", done, len(parts) if len(parts) > 1 else 0)
                outcome = scan_application(self.task, part, self.tree.documents, progress)
                self.cache.keep(part, outcome)
                outcomes[index] = outcome
                done += 1
        return [outcome for outcome in outcomes if outcome is not None]

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
