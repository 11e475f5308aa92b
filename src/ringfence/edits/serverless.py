"""Services of the Serverless Framework: one role for all functions becomes one for each.

The framework has no roles per function. With the plugin serverless-iam-roles-per-function, where a
service lists it, the statements go under the function; otherwise a role goes into ``resources`` and
the function names it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ringfence.edits.document import Path
from ringfence.edits.nodes import EditError, data_of
from ringfence.edits.plans import FunctionPlan, Grant
from ringfence.edits.result import Note
from ringfence.edits.roles import separate_policy
from ringfence.edits.statements import (
    beyond_sam,
    document,
    managed_policies,
    statements,
    trust,
)
from ringfence.edits.template import Template
from ringfence.edits.values import intrinsics, serverless_value

PLUGIN = "serverless-iam-roles-per-function"
_FILE = re.compile(r"\$\{file\(([^()${}]+)\)(?::([\w.-]+))?\}\Z")
_LIMITS = (("memorySize", "memory_mib"), ("timeout", "timeout_s"),
           ("reservedConcurrency", "concurrency"))  # fmt: skip


def patch_service(
    path: str, texts: Mapping[str, str], plans: Sequence[FunctionPlan], remove_unused: bool
) -> tuple[dict[str, str], list[Note]]:
    """The changed files of a service (it may keep functions and resources in files of their own).

    Raises:
        EditError: a function is not written out where it stands.
    """
    service = _Service(path, texts)
    for plan in plans:
        service.write(plan)
    service.say_left_over({plan.logical_id for plan in plans}, remove_unused)
    files = {name: template.document.text() for name, template in service.files.items()}
    return files, [note for template in service.files.values() for note in template.notes]


class _Service:
    def __init__(self, path: str, texts: Mapping[str, str]) -> None:
        self.texts = texts
        self.folder = posixpath.dirname(path)
        self.files: dict[str, Template] = {}
        self.main = self.file(path)
        self.resource_path: tuple[Template, Path] | None = None
        plugins = self.main.data.get("plugins")
        if isinstance(plugins, dict):
            plugins = plugins.get("modules")
        self.has_plugin = isinstance(plugins, list) and PLUGIN in plugins
        self.functions: dict[str, tuple[Template, Path]] = {}
        self._find(self.main, ("functions",), self.main.data.get("functions"), 0)

    def file(self, path: str) -> Template:
        if path not in self.files:
            self.files[path] = Template(self.texts[path], path)
        return self.files[path]

    def included(self, value: Any) -> tuple[Template, Path] | None:
        """The place in another file that ``${file(…):…}`` stands for, where its text is given."""
        match = _FILE.match(value) if isinstance(value, str) else None
        if match is None:
            return None
        path = posixpath.normpath(posixpath.join(self.folder, match.group(1).strip()))
        if path not in self.texts or not path.endswith((".yml", ".yaml", ".json")):
            return None
        return self.file(path), tuple((match.group(2) or "").split(".")) if match.group(2) else ()

    def _find(self, template: Template, path: Path, data: Any, depth: int) -> None:
        """Note where each function is written."""
        from ringfence.loaders.serverless.naming import function_id

        place = self.included(data)
        if place is not None and depth < 3:
            node = place[0].document.find(place[1])
            inner = data_of(node, place[0].document.tree)
            self._find(place[0], place[1], inner, depth + 1)
        elif isinstance(data, list) and depth < 3:
            for number, item in enumerate(data):
                self._find(template, (*path, number), item, depth + 1)
        elif isinstance(data, dict):
            for key, value in data.items():
                own = self.included(value) or (template, (*path, key))
                self.functions[function_id(key)] = own

    def write(self, plan: FunctionPlan) -> None:
        found = self.functions.get(plan.logical_id)
        provider = self.main.section("provider").get("name", "aws")
        if provider != "aws":
            what = f"the provider {provider} knows no roles of AWS"
            self.main.note("refused", plan.logical_id, what, ("provider",))
            return
        if found is None:
            what = "the function does not stand in the service file under this name"
            cure = "write the function out, instead of making it by a variable"
            self.main.note("refused", plan.logical_id, what, cure=cure)
            return
        template, path = found
        data = data_of(template.document.find(path), template.document.tree)
        settings = data if isinstance(data, dict) else {}
        if self.has_plugin:
            self._statements(plan, template, path, settings)
        else:
            self._role(plan, template, path, settings)
        for key, limit in _LIMITS:
            if (value := getattr(plan, limit)) is not None:
                template.document.set((*path, key), value)

    def _statements(
        self, plan: FunctionPlan, template: Template, path: Path, settings: dict[str, Any]
    ) -> None:
        """For the plugin, which adds what logs, networks and event sources need by itself."""
        template.lose_comments(plan.logical_id, (*path, "iamRoleStatements"))
        written = statements((*plan.grants, *beyond_sam(plan, False)), serverless_value)
        template.document.set((*path, "iamRoleStatements"), written, after="role")
        template.document.remove((*path, "role"))
        custom = self.main.section("custom").get(PLUGIN)
        inherits = isinstance(custom, dict) and custom.get("defaultInherit") == "true"
        if inherits or "iamRoleStatementsInherit" in settings:
            template.document.set((*path, "iamRoleStatementsInherit"), False)

    def _role(
        self, plan: FunctionPlan, template: Template, path: Path, settings: dict[str, Any]
    ) -> None:
        target, section = self._resources()
        prefix = plan.logical_id.removesuffix("LambdaFunction")
        name = target.unused_name(f"{prefix}Role", f"{prefix}ExecutionRole")
        held, apart = _parted((*plan.grants, *plan.platform), _notifying_buckets(settings))
        target.document.set((*section, name), self._role_resource(plan, held, settings))
        if apart:
            policy = separate_policy(plan, apart, name, written=serverless_value)
            target.document.set((*section, target.unused_name(f"{prefix}Policy")), policy)
        template.document.set((*path, "role"), name)

    def _role_resource(
        self, plan: FunctionPlan, grants: list[Grant], settings: dict[str, Any]
    ) -> dict[str, Any]:
        properties: dict[str, Any] = {"AssumeRolePolicyDocument": trust("lambda.amazonaws.com")}
        if (boundary := self._boundary()) is not None:
            properties["PermissionsBoundary"] = boundary
        managed = managed_policies(plan)
        if (settings.get("vpc") or self.main.section("provider").get("vpc")) and not any(
            "ec2:CreateNetworkInterface" in grant.actions for grant in plan.platform
        ):
            managed = [name.replace("Basic", "VPCAccess") for name in managed]
        if managed:
            properties["ManagedPolicyArns"] = managed
        if grants:
            body = document(grants, serverless_value)
            policy = {"PolicyName": f"{plan.logical_id}Policy", "PolicyDocument": body}
            properties["Policies"] = [policy]
        return {"Type": "AWS::IAM::Role", "Properties": properties}

    def _boundary(self) -> Any:
        provider = self.main.section("provider")
        iam = provider.get("iam")
        role = iam.get("role") if isinstance(iam, dict) else None
        found = role.get("permissionsBoundary") if isinstance(role, dict) else None
        return intrinsics(found or provider.get("rolePermissionsBoundary"))

    def _resources(self) -> tuple[Template, Path]:
        """Where resources of the user's own go: the section, or the file, that holds some."""
        if self.resource_path is None:
            self.resource_path = self._resource_section()
            target, section = self.resource_path
            target.names.update(target.section("Resources"))
            found = data_of(target.document.find(section), target.document.tree)
            target.names.update(found if isinstance(found, dict) else ())
        return self.resource_path

    def _resource_section(self) -> tuple[Template, Path]:
        data = self.main.data.get("resources")
        if data is None or isinstance(data, dict):
            inner = data.get("Resources") if isinstance(data, dict) else None
            place = self.included(inner)
            if place is not None:
                return place
            if inner is None or isinstance(inner, dict):
                return self.main, ("resources", "Resources")
            raise EditError("its resources come from a variable", self.main.path,
                            "write them out, or list them as a file")  # fmt: skip
        place = self.included(data)
        if place is not None:
            return place[0], (*place[1], "Resources")
        if isinstance(data, list):
            for number, item in enumerate(data):
                if isinstance(item, dict) and isinstance(item.get("Resources"), dict):
                    return self.main, ("resources", number, "Resources")
            for item in data:
                place = self.included(item)
                if place is not None and "Resources" in place[0].data and not place[1]:
                    return place[0], ("Resources",)
        raise EditError("its resources come from a variable", self.main.path,
                        "write a section 'resources' with 'Resources' in it")  # fmt: skip

    def say_left_over(self, planned: set[str], remove_unused: bool) -> None:
        """The statements for all functions, which nothing may need any more."""
        if set(self.functions) - planned:
            return
        provider = self.main.section("provider")
        iam = provider.get("iam")
        role = iam.get("role") if isinstance(iam, dict) else None
        places: list[Path] = []
        if isinstance(role, dict) and "statements" in role:
            places.append(("provider", "iam", "role", "statements"))
        if "iamRoleStatements" in provider:
            places.append(("provider", "iamRoleStatements"))
        for place in places:
            if remove_unused and self.main.document.remove(place):
                self.main.note("note", "", f"{'.'.join(map(str, place))} is removed", place)
            else:
                what = f"no function uses {'.'.join(map(str, place))} any more"
                self.main.note("unused", "", what, place, "remove it")


def _notifying_buckets(settings: dict[str, Any]) -> set[str]:
    """The logical ids of buckets that the framework makes for the function's events: they need the
    function to exist first."""
    from ringfence.loaders.serverless.naming import alphanumeric

    found: set[str] = set()
    events = settings.get("events")
    for event in events if isinstance(events, list) else ():
        bucket = event.get("s3") if isinstance(event, dict) else None
        name = bucket.get("bucket") if isinstance(bucket, dict) else bucket
        if isinstance(name, str):
            found.add(f"S3Bucket{alphanumeric(name)}")
    return found


def _parted(grants: Sequence[Grant], buckets: set[str]) -> tuple[list[Grant], list[Grant]]:
    """The grants that a role can hold, and those that would close a circle there."""
    apart = [
        grant
        for grant in grants
        if any(ref.name in buckets for value in grant.resources for ref in value.references())
    ]
    return [grant for grant in grants if grant not in apart], apart
