"""Compare our map of operations with the public one of iann0036/iam-dataset.

    python bench/operations_map.py MAP.json [--markdown FILE]

MAP.json is ``map.json`` of that project (MIT; the newest of its versions that is small enough for
most copies is that of 2023-01-01). For the 40 services that serverless applications use most, the
sets of actions of each operation are compared, conditions aside. A difference is argued by the
``why`` of the row that makes it, by the rules of the generator, or by an entry of
``operations_arguments.toml`` beside this file. Exit code 1 when more than 0.5 % have no argument.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from ringfence.permissions import actions, operations

HERE = Path(__file__).resolve().parent
RULES = HERE.parent / "src/ringfence/rules/permissions/operations/_rules.toml"
#: The map names services as an older SDK did.
NAMES = {
    "cognito-idp": "cognitoidentityserviceprovider",
    "events": "eventbridge",
    "logs": "cloudwatchlogs",
    "rds-data": "rdsdataservice",
}
LIMIT = 0.005
NO_ACTION = "The public map's action does not exist in the Service Authorization Reference."


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("map", type=Path)
    parser.add_argument("--markdown", type=Path, help="write the differences there")
    options = parser.parse_args()
    comparison = Comparison(public_map(options.map))
    for service in comparison.services:
        comparison.add(service)
    comparison.show()
    if options.markdown:
        options.markdown.write_text(comparison.markdown(), encoding="utf-8")
    return int(len(comparison.unargued) > LIMIT * comparison.compared)


def public_map(path: Path) -> dict[tuple[str, str], set[str]]:
    """(service, operation), both in lower case → actions; of a method without one, none."""
    data = json.loads(path.read_text(encoding="utf-8"))
    found = {key: {row["action"] for row in rows if ":" in row["action"]}
             for key, rows in data["sdk_method_iam_mappings"].items()}  # fmt: skip
    found |= {key: set() for key in data["sdk_permissionless_actions"]}
    return {_key(name): value for name, value in found.items()}


def _key(name: str) -> tuple[str, str]:
    service, _, operation = name.lower().partition(".")
    return service, operation


class Comparison:
    """Agreement and differences, by argument."""

    def __init__(self, public: dict[tuple[str, str], set[str]]) -> None:
        self.public = public
        self.words: dict[str, str] = tomllib.loads(RULES.read_text(encoding="utf-8"))["why"]
        text = (HERE / "operations_arguments.toml").read_text(encoding="utf-8")
        self.services: list[str] = tomllib.loads(text)["services"]
        self.arguments: list[dict[str, Any]] = tomllib.loads(text)["argument"]
        self.agree: Counter[str] = Counter()
        self.differ: Counter[str] = Counter()
        self.ours_only: Counter[str] = Counter()
        self.argued: dict[str, list[tuple[str, set[str], set[str]]]] = defaultdict(list)
        self.unargued: list[tuple[str, set[str], set[str]]] = []

    @property
    def compared(self) -> int:
        return self.agree.total() + self.differ.total()

    def add(self, service: str) -> None:
        old = NAMES.get(service, service.replace("-", ""))
        for operation in operations.operations_of(service):
            theirs = self.public.get((old, operation.lower()))
            if theirs is None:
                self.ours_only[service] += 1
                continue
            rows = operations.rows_of(service, operation)
            ours = {row["action"] for row in rows}
            if ours == theirs:
                self.agree[service] += 1
            else:
                self.differ[service] += 1
                self._argue(service, operation, rows, ours, theirs)

    def _argue(
        self,
        service: str,
        operation: str,
        rows: list[dict[str, Any]],
        ours: set[str],
        theirs: set[str],
    ) -> None:
        name = f"{service}.{operation}"
        more, fewer = ours - theirs, theirs - ours
        whys = {row["action"]: row.get("why", "") for row in rows}
        reasons = {self._words(whys[action]) for action in more}
        for action in sorted(fewer):
            reasons.add(self._for_fewer(name, action, rows, whys))
        if "" in reasons:
            self.unargued.append((name, more, fewer))
        for reason in reasons - {""}:
            self.argued[reason].append((name, more, fewer))

    def _words(self, why: str) -> str:
        return self.words.get(why, why)

    def _for_fewer(
        self, name: str, action: str, rows: list[dict[str, Any]], whys: dict[str, str]
    ) -> str:
        if not actions.action_exists(action):
            return NO_ACTION
        for each in self.arguments:
            if name in each["operations"] and action in each["actions"]:
                return str(each["why"])
        if not rows:
            return self.words["unsigned"]
        reviewed = [why for why in whys.values() if why and why not in self.words]
        return reviewed[0] if reviewed else ""

    def show(self) -> None:
        for service in self.services:
            agree, differ = self.agree[service], self.differ[service]
            more = self.ours_only[service]
            print(f"{service:24} agree {agree:4}  differ {differ:4}  ours only {more:4}")
        print(f"compared {self.compared}, agree {self.agree.total()}"
              f" ({100 * self.agree.total() / self.compared:.1f} %), differ {self.differ.total()},"
              f" unargued {len(self.unargued)}"
              f" ({100 * len(self.unargued) / self.compared:.2f} %)")  # fmt: skip
        for reason, found in sorted(self.argued.items(), key=lambda item: -len(item[1])):
            print(f"{len(found):4}  {reason}")
        for name, more, fewer in self.unargued:
            print(f"UNARGUED {name}: {_difference(more, fewer)}")

    def markdown(self) -> str:
        lines = [
            "# Operations and actions: where we differ from the public map",
            "",
            "Generated by `python bench/operations_map.py MAP.json --markdown docs/operations.md`;",
            "do not edit. The public map is `map.json` of iann0036/iam-dataset (MIT), 2023-01-01.",
            "`+` stands before actions that only our map has, `-` before those that only the",
            "public one has. Actions on a customer's key are kept apart: they are needed",
            "only where the template names such a key.",
            "",
            f"{self.compared} operations of {len(self.services)} services are in both."
            f" {self.agree.total()} agree, {self.differ.total()} differ,"
            f" {len(self.unargued)} of them without an argument.",
        ]
        for reason, found in sorted(self.argued.items(), key=lambda item: (-len(item[1]), item[0])):
            lines += ["", f"## {len(found)}: {reason}", ""]
            lines += [f"- `{name}`: {_difference(more, fewer)}" for name, more, fewer in found]
        if self.unargued:
            lines += ["", "## Without an argument", ""]
            lines += [f"- `{name}`: {_difference(*rest)}" for name, *rest in self.unargued]
        return "\n".join(lines) + "\n"


def _difference(more: set[str], fewer: set[str]) -> str:
    return ", ".join(
        [*(f"+{each}" for each in sorted(more)), *(f"-{each}" for each in sorted(fewer))]
    )


if __name__ == "__main__":
    sys.exit(main())
