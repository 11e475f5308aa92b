"""No service file breaks the loader: a part of a good one is replaced by junk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringfence.loaders import LoadOptions
from ringfence.loaders.documents import parse_document
from ringfence.loaders.serverless import load_service
from ringfence.loaders.tree import Tree
from ringfence.model.value import plain

_SERVICE = plain(
    parse_document(
        (Path(__file__).parent / "everything" / "serverless.yml").read_bytes(), "serverless.yml"
    )
)
_JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from(
        [
            "",
            "x",
            "${self:custom}",
            "${env:A}",
            "${opt:a, 'b'}",
            "${self:functions}",
            "arn:aws:",
            "*",
        ]
    ),
    st.sampled_from(
        [{}, [], [[]], {"": ""}, {"Ref": None}, {"Fn::GetAtt": []}, [None], {"a": [1]}]
    ),
)


def _places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    found = []
    for key, inner in keys:
        found.append((*path, key))
        found.extend(_places(inner, (*path, key)))
    return found


_PLACES = _places(_SERVICE)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(_PLACES), _JUNK), min_size=1, max_size=3))
def test_junk_anywhere(tmp_path: Path, changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    service = json.loads(json.dumps(_SERVICE))
    for path, junk in changes:
        node = service
        for key in path[:-1]:
            try:
                node = node[key]
            except (KeyError, IndexError, TypeError):
                node = None
                break
        key = path[-1]
        fits = isinstance(node, dict) or (
            isinstance(node, list) and isinstance(key, int) and key < len(node)
        )
        if fits:
            node[key] = json.loads(json.dumps(junk))
    (tmp_path / "serverless.json").write_text(json.dumps(service))
    tree = Tree(tmp_path)
    template = load_service(tree, "serverless.json", LoadOptions())
    assert template is not None or tree.skipped
