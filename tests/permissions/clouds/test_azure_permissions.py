"""What a managed identity may do: the documented semantics, one case each, and their laws."""

from __future__ import annotations

from typing import Any

import pytest
from cloud_cases import azure_granted, cases

from ringfence.permissions.clouds.azure_roles import about, built_in_roles, plane_of

CASES = cases("azure.toml")


def test_there_are_enough() -> None:
    assert len(CASES) >= 90
    assert len({case["name"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_documented(case: dict[str, Any]) -> None:
    granted = azure_granted(case)
    answer = granted.answer(*case["ask"])
    assert (answer.verdict, list(granted.gaps)) == (case["verdict"], case.get("gaps", [])), case[
        "why"
    ]
    assert answer.verdict == "denied" or answer.statement is not None


def test_the_built_in_roles_have_names_and_ids_of_their_own() -> None:
    roles = built_in_roles()
    assert len({role.id for role in roles}) == len({role.name for role in roles}) == len(roles)
    assert {role.name for role in roles if role.wide} >= {"Owner", "Contributor"}
    assert set(about()) == {"source", "date"}


@pytest.mark.parametrize(
    ("action", "plane"),
    [
        ("Microsoft.Storage/storageAccounts/blobServices/containers/blobs/READ", "data:"),
        ("Microsoft.Storage/storageAccounts/blobServices/containers/read", "control:"),
        ("data:Microsoft.KeyVault/vaults/secrets/read", "data:"),
        ("Microsoft.KeyVault/vaults/secrets/read", "control:"),
        ("Microsoft.DocumentDB/databaseAccounts/readMetadata", "cosmos:"),
        ("Microsoft.DocumentDB/databaseAccounts/read", "control:"),
        ("*", "control:"),
    ],
)
def test_the_plane_of_an_action(action: str, plane: str) -> None:
    assert plane_of(action) == plane
