"""Granted × needed for Azure and Google Cloud, by the function that does it for IAM policies."""

from __future__ import annotations

from collections.abc import Sequence

from ringfence.contract.reconcile import reconcile
from ringfence.model.assignments import (
    AllowPolicy,
    Binding,
    ManagedIdentity,
    RoleAssignment,
    ScopeTree,
    ServiceAccount,
)
from ringfence.model.contract import FunctionContract, FunctionDraft, Permission
from ringfence.model.contract_change import Reconciled
from ringfence.permissions.clouds import azure, google
from ringfence.permissions.clouds.interface import Cloud
from ringfence.permissions.clouds.statements import Granted

GROUP = "/subscriptions/s/resourceGroups/shop"
CONTAINER = (
    f"{GROUP}/providers/Microsoft.Storage/storageAccounts/goods/blobServices/default/containers/in"
)
BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
EMAIL = "fn@shop.iam.gserviceaccount.com"
BUCKET = "//storage.googleapis.com/projects/_/buckets/goods"
TREE = ScopeTree(((BUCKET, "projects/shop"),))


def held(granted: Granted, needs: Sequence[Permission], cloud: Cloud) -> Reconciled:
    contract = FunctionContract("fn", "fn", permissions=list(needs))
    draft = FunctionDraft(contract, list(granted.grants), "identity", granted.gaps)
    (found,) = reconcile([draft], None, cloud)
    return found


def surplus(one: Reconciled) -> dict[tuple[str, str], str]:
    return {(item.action, item.resource): item.reason for item in one.surplus}


def on_azure(role: str, scope: str, *needs: Permission) -> Reconciled:
    assigned = RoleAssignment("me", role, scope, "ServicePrincipal", where="main.bicep:7")
    return held(azure.granted(ManagedIdentity("me"), [assigned]), needs, azure.Azure())


def on_google(role: str, resource: str, *needs: Permission) -> Reconciled:
    bound = Binding(role, (f"serviceAccount:{EMAIL}",), where="main.tf:7")
    granted = google.granted(ServiceAccount(EMAIL), [AllowPolicy(resource, (bound,))], (), (), TREE)
    return held(granted, needs, google.Google(TREE))


def test_azure_what_fits() -> None:
    role = "Azure Service Bus Data Sender"
    need = Permission("Microsoft.ServiceBus/namespaces/messages/send/action", f"{GROUP}/q")
    found = on_azure(role, f"{GROUP}/q", need)
    assert found.missing == []
    assert surplus(found)["data:Microsoft.ServiceBus/*/send/action", f"{GROUP}/q"] == (
        "of all actions that it means only "
        "data:microsoft.servicebus/namespaces/messages/send/action needed "
        "[role assignment Azure Service Bus Data Sender]"
    )


def test_azure_missing_is_what_no_role_gives() -> None:
    needs = [
        Permission(f"{BLOBS}/read", f"{CONTAINER}/blobs/*"),
        Permission(f"{BLOBS}/write", f"{CONTAINER}/blobs/*"),
    ]
    found = on_azure("Storage Blob Data Reader", CONTAINER, *needs)
    assert found.missing == needs[1:]
    assert (f"data:{BLOBS}/read", CONTAINER) not in surplus(found)


def test_azure_surplus_is_named_with_its_line() -> None:
    need = Permission(f"{BLOBS}/read", f"{CONTAINER}/blobs/*")
    found = on_azure("Storage Blob Data Contributor", CONTAINER, need)
    assert surplus(found)[f"data:{BLOBS}/delete", CONTAINER] == (
        "not needed [role assignment Storage Blob Data Contributor]"
    )
    assert {item.where for item in found.surplus} == {"main.bicep:7"}


def test_azure_a_scope_that_is_too_wide() -> None:
    need = Permission(f"{BLOBS}/read", f"{CONTAINER}/blobs/*")
    found = on_azure("Storage Blob Data Reader", GROUP, need)
    assert surplus(found)[f"data:{BLOBS}/read", GROUP] == (
        f"needed only on {CONTAINER}/blobs/* [role assignment Storage Blob Data Reader]"
    )


def test_azure_a_role_that_is_not_known_says_nothing() -> None:
    found = on_azure("Mystery", GROUP, Permission(f"{BLOBS}/read", CONTAINER))
    assert (found.complete, found.missing, found.surplus) == (False, [], [])


def test_google_missing_is_what_no_role_gives() -> None:
    needs = [
        Permission("storage.objects.get", f"{BUCKET}/objects/*"),
        Permission("storage.objects.create", f"{BUCKET}/objects/*"),
    ]
    found = on_google("roles/storage.legacyObjectReader", BUCKET, *needs)
    assert (found.missing, found.surplus, found.granted, found.needed) == (needs[1:], [], 1, 2)


def test_google_surplus_is_named_with_its_line() -> None:
    need = Permission("pubsub.topics.publish", "//pubsub.googleapis.com/projects/shop/topics/t")
    found = on_google("roles/pubsub.subscriber", "projects/shop", need)
    assert surplus(found)["pubsub.subscriptions.consume", "projects/shop"] == (
        "not needed [binding roles/pubsub.subscriber]"
    )
    assert (found.missing, found.surplus[0].where) == ([need], "main.tf:7")


def test_google_a_resource_that_is_too_wide() -> None:
    need = Permission("storage.objects.get", f"{BUCKET}/objects/*")
    found = on_google("roles/storage.legacyObjectReader", "projects/shop", need)
    assert surplus(found) == {
        ("storage.objects.get", "projects/shop"): (
            f"needed only on {BUCKET}/objects/* [binding roles/storage.legacyObjectReader]"
        )
    }


def test_google_a_basic_role() -> None:
    need = Permission("pubsub.topics.publish", "//pubsub.googleapis.com/projects/shop/topics/t")
    found = on_google("roles/editor", "projects/shop", need)
    assert surplus(found) == {
        ("roles/editor", "projects/shop"): (
            "of all permissions of a basic role only pubsub.topics.publish needed "
            "[binding roles/editor]"
        )
    }


def test_google_what_only_projects_have_policies_for() -> None:
    need = Permission(
        "logging.logEntries.create", "//logging.googleapis.com/projects/shop/logs/app"
    )
    found = on_google("roles/logging.logWriter", "projects/shop", need)
    assert ("logging.logEntries.create", "projects/shop") not in surplus(found)
    assert found.missing == []
