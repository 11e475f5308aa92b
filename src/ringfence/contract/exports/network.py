"""What a function connects to, as rules of networks: security groups and Kubernetes.

Neither knows names of hosts, so a rule gives the port and says in words which hosts it is for;
addresses become rules for that address, and the two services with a gateway endpoint (S3, DynamoDB)
rules for their prefix list. Sources: Amazon VPC User Guide, "Gateway endpoints" and "AWS-managed
prefix lists"; Kubernetes documentation, "Network Policies" and "Pod Security Standards".
"""

from __future__ import annotations

import ipaddress
import re
from collections import defaultdict
from collections.abc import Container, Iterable
from typing import Any

from ringfence.model.contract import FunctionContract, Host

ANYWHERE = "0.0.0.0/0"
ANYWHERE_V6 = "::/0"
DNS_PORT = 53
_GATEWAYS = {"s3": "S3", "dynamodb": "DynamoDB"}
_CLOUD = ".amazonaws.com"
#: A longer description is refused by security groups.
MAX_DESCRIPTION = 255
_NOT_DESCRIBED = re.compile(r"[^A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]")
_NOT_NAMED = re.compile(r"[^a-z0-9-]+")
DEFAULT_MEMORY_MIB = 128


def egress_rules(contract: FunctionContract) -> list[dict[str, Any]]:
    """Security-group rules for what goes out: CloudFormation's ``SecurityGroupEgress`` entries.

    A rule to the function itself alone stands where nothing goes out, since a group without rules
    lets everything out.
    """
    rules: dict[tuple[str, int], list[str]] = defaultdict(list)
    for host in contract.hosts:
        for target in _targets(host):
            rules[target, host.port].append(host.host)
    found = [_egress(target, port, names) for (target, port), names in sorted(rules.items())]
    nothing = {"IpProtocol": "-1", "CidrIp": "127.0.0.1/32", "Description": "nothing goes out"}
    return found or [nothing]


def _targets(host: Host) -> tuple[str, ...]:
    service = _service(host.host)
    if service in _GATEWAYS:
        return (service,)
    address = _address(host.host)
    return (address,) if address else (ANYWHERE, ANYWHERE_V6)


def _service(host: str) -> str:
    if not host.endswith(_CLOUD):
        return ""
    return next((name for name in _GATEWAYS if name in host.split(".")), "")


def _address(host: str) -> str:
    try:
        return str(ipaddress.ip_network(host))
    except ValueError:
        return ""


def _egress(target: str, port: int, names: Iterable[str]) -> dict[str, Any]:
    rule: dict[str, Any] = {"IpProtocol": "tcp" if port else "-1"}
    if port:
        rule |= {"FromPort": port, "ToPort": port}
    if target in _GATEWAYS:
        rule["DestinationPrefixListId"] = {"Ref": f"{_GATEWAYS[target]}PrefixList"}
    else:
        rule["CidrIpv6" if ":" in target else "CidrIp"] = target
    rule["Description"] = _description(names)
    return rule


def _description(names: Iterable[str]) -> str:
    text = ", ".join(dict.fromkeys(names))
    return _NOT_DESCRIBED.sub("?", text)[:MAX_DESCRIPTION]


def security_groups(contracts: Iterable[FunctionContract]) -> dict[str, Any]:
    """A CloudFormation template with one security group for each function."""
    resources: dict[str, Any] = {}
    parameters: dict[str, Any] = {"Vpc": {"Type": "AWS::EC2::VPC::Id"}}
    for contract in contracts:
        rules = egress_rules(contract)
        for rule in rules:
            if "DestinationPrefixListId" in rule:
                name = rule["DestinationPrefixListId"]["Ref"]
                parameters[name] = {
                    "Type": "String",
                    "Description": f"the managed prefix list of {name.removesuffix('PrefixList')}",
                }
        stem = re.sub("[^A-Za-z0-9]", "", contract.key)
        resources[_unused(f"{stem}Egress", resources)] = {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {
                "GroupDescription": _description([f"what {contract.key} connects to"]),
                "VpcId": {"Ref": "Vpc"},
                "SecurityGroupEgress": rules,
            },
        }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": dict(sorted(parameters.items())),
        "Resources": resources,
    }


def _unused(name: str, taken: Container[str], before: str = "") -> str:
    """The name, or the same with the first number at its end that makes it new; at most 63 letters
    as a DNS label has."""
    number, found = 1, name
    while found in taken:
        number += 1
        end = f"{before}{number}"
        found = f"{name[: 63 - len(end)] if before else name}{end}"
    return found


# --- Kubernetes -----------------------------------------------------------------------------------


def manifests(contracts: Iterable[FunctionContract]) -> list[dict[str, Any]]:
    """For each function a service account, a network policy, and a patch for its workload; no two
    functions share a name."""
    found: dict[str, list[dict[str, Any]]] = {}
    for contract in contracts:
        name = _unused(_name(contract.key), found, "-")
        found[name] = _manifests(name, contract)
    return [document for documents in found.values() for document in documents]


def _manifests(name: str, contract: FunctionContract) -> list[dict[str, Any]]:
    return [_account(name), _network_policy(name, contract), _workload(name, contract)]


def _name(key: str) -> str:
    """A DNS label of at most 63 letters (RFC 1123)."""
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", key).lower()
    return _NOT_NAMED.sub("-", text).strip("-")[:63].rstrip("-") or "function"


def _labels(name: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": name}


def _account(name: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": name, "labels": _labels(name)},
        "automountServiceAccountToken": False,
    }


def _network_policy(name: str, contract: FunctionContract) -> dict[str, Any]:
    dns = {"ports": [{"protocol": protocol, "port": DNS_PORT} for protocol in ("UDP", "TCP")]}
    rules: dict[tuple[str, int], list[str]] = defaultdict(list)
    for host in contract.hosts:
        rules[_address(host.host), host.port].append(host.host)
    egress = [_to(address, port) for address, port in sorted(rules)]
    hosts = sorted({host.host for host in contract.hosts})
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {
            "name": name,
            "labels": _labels(name),
            "annotations": {"ringfence/hosts": ", ".join(hosts)},
        },
        "spec": {
            "podSelector": {"matchLabels": _labels(name)},
            "policyTypes": ["Egress"],
            "egress": [dns, *egress] if egress else [],
        },
    }


def _to(address: str, port: int) -> dict[str, Any]:
    blocks = [address] if address else [ANYWHERE, ANYWHERE_V6]
    rule: dict[str, Any] = {"to": [{"ipBlock": {"cidr": block}} for block in blocks]}
    if port:
        rule["ports"] = [{"protocol": "TCP", "port": port}]
    return rule


def _workload(name: str, contract: FunctionContract) -> dict[str, Any]:
    """A patch for a Knative service: nothing but the hardening of its pods."""
    memory = f"{contract.limits.memory_mib or DEFAULT_MEMORY_MIB}Mi"
    container: dict[str, Any] = {
        "name": "function",
        "resources": {"requests": {"memory": memory}, "limits": {"memory": memory}},
        "securityContext": {
            "runAsNonRoot": True,
            "readOnlyRootFilesystem": True,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }
    pod: dict[str, Any] = {
        "serviceAccountName": name,
        "automountServiceAccountToken": False,
        "containers": [container],
    }
    if any(item.value.startswith("/tmp") for item in contract.file_writes):  # noqa: S108 - theirs
        container["volumeMounts"] = [{"name": "scratch", "mountPath": "/tmp"}]  # noqa: S108
        size = f"{contract.limits.ephemeral_mib or 512}Mi"
        pod["volumes"] = [{"name": "scratch", "emptyDir": {"sizeLimit": size}}]
    if contract.limits.timeout_s:
        pod["timeoutSeconds"] = contract.limits.timeout_s
    metadata: dict[str, Any] = {"labels": _labels(name)}
    if contract.limits.concurrency:
        scale = str(contract.limits.concurrency)
        metadata["annotations"] = {"autoscaling.knative.dev/max-scale": scale}
    return {
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"template": {"metadata": metadata, "spec": pod}},
    }
