"""The helpers that Ringfence ships for tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringfence.model.application import TRIGGER_KINDS
from ringfence.testing import app, event

TEMPLATE = """\
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Work:
        Type: AWS::Serverless::Function
        Properties: {Runtime: python3.13, Handler: app.handler, CodeUri: src/}
    """


def test_an_application_from_texts(tmp_path: Path) -> None:
    files = {"template.yaml": TEMPLATE, "src/app.py": "def handler(event, context): ...\n"}
    application = app(tmp_path, files)
    assert list(application.functions) == ["template.yaml#Work"]


@pytest.mark.parametrize("kind", TRIGGER_KINDS)
def test_every_trigger_kind_has_a_sample_event(kind: str) -> None:
    sample = event(kind)
    assert sample
    if isinstance(sample, dict):
        sample.clear()
        assert event(kind)
