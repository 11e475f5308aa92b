"""Custom domains of REST and HTTP APIs, with their mappings and DNS records."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import is_set, items_of, make, mapping_of
from ringfence.loaders.sam.context import Expansion, Shorthand
from ringfence.model.value import Mapping, Reference, Value, literal, string


def add_rest_domain(source: Shorthand, stage: str, expansion: Expansion) -> None:
    """``Domain`` of a REST API."""
    domain = mapping_of(source.get("Domain"))
    if "DomainName" not in domain:
        return
    place = source.place("Domain")
    kind = domain.get("EndpointConfiguration")
    edge = string(kind) == "EDGE"
    certificate = "CertificateArn" if edge else "RegionalCertificateArn"
    made = expansion.add(
        "ApiGatewayDomainName",
        "AWS::ApiGateway::DomainName",
        {
            "DomainName": domain.get("DomainName"),
            certificate: domain.get("CertificateArn"),
            "EndpointConfiguration": {"Types": [kind if is_set(kind) else "REGIONAL"]},
            "SecurityPolicy": domain.get("SecurityPolicy"),
            "MutualTlsAuthentication": _mutual_tls(domain),
            "OwnershipVerificationCertificateArn": domain.get(
                "OwnershipVerificationCertificateArn"
            ),
        },
        source,
        place,
    )
    for number, base_path in enumerate(_base_paths(domain)):
        expansion.add(
            f"{source.logical_id}BasePathMapping{number or ''}",
            "AWS::ApiGateway::BasePathMapping",
            {
                "DomainName": expansion.ref(made.logical_id, place),
                "RestApiId": expansion.ref(source.logical_id, place),
                "Stage": expansion.ref(stage, place),
                "BasePath": base_path,
            },
            source,
            place,
        )
    attribute = "DistributionDomainName" if edge else "RegionalDomainName"
    _add_records(source, domain, Reference(made.id, attribute, place), expansion)


def add_http_domain(source: Shorthand, stage: str, expansion: Expansion) -> None:
    """``Domain`` of an HTTP API."""
    domain = mapping_of(source.get("Domain"))
    if "DomainName" not in domain:
        return
    place = source.place("Domain")
    configuration = {
        "CertificateArn": domain.get("CertificateArn"),
        "EndpointType": domain.get("EndpointConfiguration") or "REGIONAL",
        "SecurityPolicy": domain.get("SecurityPolicy"),
        "OwnershipVerificationCertificateArn": domain.get("OwnershipVerificationCertificateArn"),
    }
    made = expansion.add(
        "ApiGatewayDomainNameV2",
        "AWS::ApiGatewayV2::DomainName",
        {
            "DomainName": domain.get("DomainName"),
            "DomainNameConfigurations": [configuration],
            "MutualTlsAuthentication": _mutual_tls(domain),
        },
        source,
        place,
    )
    for number, base_path in enumerate(_base_paths(domain)):
        expansion.add(
            f"{source.logical_id}ApiMapping{number or ''}",
            "AWS::ApiGatewayV2::ApiMapping",
            {
                "DomainName": expansion.ref(made.logical_id, place),
                "ApiId": expansion.ref(source.logical_id, place),
                "Stage": expansion.ref(stage, place),
                "ApiMappingKey": base_path,
            },
            source,
            place,
        )
    name = Reference(made.id, "RegionalDomainName", place)
    _add_records(source, domain, name, expansion)


def _base_paths(domain: Mapping) -> list[Value | None]:
    """The base paths; one mapping without a path when none is given."""
    given = [item for item in items_of(domain.get("BasePath")) if literal(item) != "/"]
    return list(given) if given else [None]


def _mutual_tls(domain: Mapping) -> dict[str, Value] | None:
    """``MutualTlsAuthentication`` (SAM writes its members with a small or a large letter)."""
    given = mapping_of(domain.get("MutualTlsAuthentication"))
    if not given.entries:
        return None
    return {key[:1].upper() + key[1:]: item for key, item in given.entries.items()}


def _add_records(source: Shorthand, domain: Mapping, target: Value, expansion: Expansion) -> None:
    """The DNS records of ``Route53``."""
    zone = mapping_of(domain.get("Route53"))
    if not zone.entries:
        return
    place = zone.location
    records: list[dict[str, Any]] = [
        {
            "Name": domain.get("DomainName"),
            "Type": kind,
            "AliasTarget": {"DNSName": zone.get("DistributionDomainName") or target},
        }
        for kind in (("A", "AAAA") if is_set(zone.get("IpV6")) else ("A",))
    ]
    expansion.add(
        "RecordSetGroup",
        "AWS::Route53::RecordSetGroup",
        {
            "HostedZoneId": zone.get("HostedZoneId"),
            "HostedZoneName": zone.get("HostedZoneName"),
            "RecordSets": make(records, place),
        },
        source,
        place,
    )
