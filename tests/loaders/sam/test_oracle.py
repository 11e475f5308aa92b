"""Our expansion against the official transform, over templates written for it.

Set ``RINGFENCE_PUBLIC_APPS`` to folders (separated by ``:``) to compare their templates too.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ringfence.loaders.template import TemplateResource

from . import oracle
from .templates import all_templates

pytest.importorskip("samtranslator")
pytestmark = pytest.mark.filterwarnings("ignore")

TEMPLATES = all_templates()


def _public() -> Iterator[Path]:
    for folder in filter(None, os.environ.get("RINGFENCE_PUBLIC_APPS", "").split(":")):
        for path in sorted(Path(folder).rglob("template.y*ml")):
            text = path.read_text(errors="replace")
            if "AWS::Serverless" in text and "ApplicationId:" not in text:  # else it asks a service
                yield path


def _facts(resource: TemplateResource) -> dict[str, Any]:
    if resource.type == "AWS::IAM::Role":
        return oracle.role(resource)
    if resource.type in ("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"):
        return oracle.security(resource)
    if resource.type == "AWS::Lambda::Permission":
        return oracle.data(resource.properties)
    if resource.type == "AWS::Lambda::CapacityProvider":
        return {k: v for k, v in oracle.data(resource.properties).items() if k != "Tags"}
    if resource.type == "AWS::Lambda::EventSourceMapping":
        return oracle.data(resource.properties)
    return {}


def _compare(text: str) -> None:
    from samtranslator.public.exceptions import InvalidDocumentException

    try:
        expected = oracle.official(text)
    except (InvalidDocumentException, yaml.YAMLError, AttributeError, KeyError) as problem:
        pytest.skip(f"the official transform refuses it: {problem}")
    got = oracle.ours(text)
    skipped = {"AWS::Serverless::Application", "AWS::CloudFormation::Stack"}
    assert {pair for pair in oracle.resource_set(got) if pair[1] not in skipped} == {
        pair for pair in oracle.resource_set(expected) if pair[1] not in skipped
    }
    theirs = {oracle.name(item.logical_id): item for item in expected.resources.values()}
    for resource in got.resources.values():
        other = theirs.get(oracle.name(resource.logical_id))
        if other is not None:
            assert _facts(resource) == _facts(other), resource.id


@pytest.mark.parametrize("name", TEMPLATES)
def test_same_as_the_official_transform(name: str) -> None:
    _compare(TEMPLATES[name])


@pytest.mark.parametrize("path", list(_public()), ids=str)
def test_same_on_public_applications(path: Path) -> None:
    _compare(path.read_text(encoding="utf-8", errors="replace"))
