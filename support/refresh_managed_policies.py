"""Regenerate src/ringfence/rules/permissions/managed_policies.pack from moto's packaged copy.

Usage: python support/refresh_managed_policies.py    (needs moto, Apache-2.0, in the environment)

moto ships the managed policies of AWS as ``iam list-policies``/``get-policy-version`` gave them.
Each keeps its statements, path and date of the last change; everything else is dropped.
"""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import json
from collections import defaultdict
from pathlib import Path

from ringfence.permissions.managed import group_of
from ringfence.rules.pack import write_pack

OUTPUT = Path(__file__).parent.parent / "src/ringfence/rules/permissions/managed_policies.pack"


def main() -> None:
    spec = importlib.util.find_spec("moto")
    assert spec is not None and spec.origin is not None, "install moto first"
    source = Path(spec.origin).parent / "iam" / "aws_managed_policies.py"
    policies = json.loads(_only_string(source))
    groups: dict[str, dict[str, object]] = defaultdict(dict)
    for name, policy in policies.items():
        groups[group_of(name)][name] = {
            "path": policy.get("Path", "/"),
            "updated": (policy.get("UpdateDate") or policy.get("CreateDate") or "")[:10],
            "document": {"Statement": policy["Document"]["Statement"]},
        }
    newest = max(item["updated"] for group in groups.values() for item in group.values())
    about = {
        "what": "AWS managed policies",
        "source": "moto (PyPI), moto/iam/aws_managed_policies.py",
        "version": importlib.metadata.version("moto"),
        "licence": "Apache-2.0",
        "date": newest,
        "count": str(len(policies)),
    }
    write_pack(OUTPUT, about, groups)
    print(about, OUTPUT.stat().st_size)


def _only_string(source: Path) -> str:
    """The one long string constant of the module, without executing it."""
    for node in ast.parse(source.read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            return str(node.value.value)
    raise SystemExit("no data found")


if __name__ == "__main__":
    main()
