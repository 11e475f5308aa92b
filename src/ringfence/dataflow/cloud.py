"""Cloud SDKs: boto3, the AWS SDK for JavaScript v2 and v3, and their document clients.

A client remembers its service, a resource object what it stands for, a v3 command its
operation; so every call becomes a :class:`~ringfence.model.facts.CloudCall`. What libraries call
in the code's name stands in tables (:mod:`.cloud_libraries`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import cloud_libraries, cloud_python, cloud_resources, cloud_script
from ringfence.dataflow.texts import derive
from ringfence.dataflow.values import Value

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine
    from ringfence.dataflow.objects import CloudObject, External
    from ringfence.model import syntax


def library_member(machine: Machine, path: str) -> Value | None:
    """A member of an SDK that is no plain library name; None otherwise."""
    if machine.language == "python":
        return cloud_python.member(path)
    return cloud_script.member(path)


def call_library(
    machine: Machine,
    path: str,
    arguments: Arguments,
    node: syntax.Node,
    made: External | None = None,
) -> Value | None:
    """Constructors of clients, resources, commands; None when the path is not of an SDK."""
    cloud_libraries.called(machine, path, arguments, node, made)
    if machine.language == "python":
        return cloud_python.call_library(machine, path, arguments, node)
    return cloud_script.call_library(machine, path, arguments, node)


def attribute(machine: Machine, obj: CloudObject, name: str, node: syntax.Node) -> Value:
    """``client.put_item``, ``table.name``."""
    if obj.flavour == "boto3":
        return cloud_python.attribute(machine, obj, name, node)
    return cloud_script.attribute(machine, obj, name, node)


def call_object(
    machine: Machine, obj: CloudObject, arguments: Arguments, node: syntax.Node
) -> Value:
    return derive(*arguments.everything())


def call_method(
    machine: Machine, obj: CloudObject, name: str, arguments: Arguments, node: syntax.Node
) -> Value:
    """A method of a client, resource, or resource object."""
    if obj.flavour == "boto3":
        return cloud_python.call_method(machine, obj, name, arguments, node)
    return cloud_script.call_method(machine, obj, name, arguments, node)


def elements(machine: Machine, obj: CloudObject, node: syntax.Node) -> Value:
    """What a loop over a collection sees."""
    return cloud_resources.elements(machine, obj, node)
