"""A relay before a fake cloud, clients that speak to it, and what it recorded."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cache
from http.client import HTTPConnection
from typing import Any

from ringfence.logs.observing import Place, Requirements
from ringfence.model.event import Observation
from ringfence.model.facts import CallArgument
from ringfence.model.record import field, record
from ringfence.relay.deciding import Decide
from ringfence.relay.recording import Recorded, Recorder
from ringfence.relay.server import Relay
from ringfence.relay.upstream import parse_upstream

NOW = "2026-11-30T12:00:00.000Z"
REGION = "eu-west-1"

#: Operations whose needs the tests look at: (action, ARN with the parameters that it is made of).
NEEDS = {
    "s3.GetObject": [("s3:GetObject", "arn:aws:s3:::{Bucket}/{Key}")],
    "s3.HeadObject": [("s3:GetObject", "arn:aws:s3:::{Bucket}/{Key}")],
    "s3.PutObject": [("s3:PutObject", "arn:aws:s3:::{Bucket}/{Key}")],
    "s3.CopyObject": [
        ("s3:GetObject", "arn:aws:s3:::{CopySource}"),
        ("s3:PutObject", "arn:aws:s3:::{Bucket}/{Key}"),
    ],
    "s3.ListObjectsV2": [("s3:ListBucket", "arn:aws:s3:::{Bucket}")],
    "s3.DeleteObjects": [("s3:DeleteObject", "arn:aws:s3:::{Bucket}/{Delete.Objects[].Key}")],
    "dynamodb.PutItem": [
        ("dynamodb:PutItem", "arn:aws:dynamodb:{region}:{account}:table/{TableName}")
    ],
}


@record(frozen=True)
class Need:
    action: str
    resources: tuple[str, ...]
    optional: bool = False
    conditions: tuple[Any, ...] = ()


def needs(
    service: str,
    operation: str,
    arguments: Mapping[str, CallArgument],
    place: Place,
    complete: bool,
) -> Sequence[Need] | None:
    """What the table above says; None for every other operation."""
    table = NEEDS.get(f"{service}.{operation}")
    if table is None:
        return None
    return [Need(action, _filled(form, arguments, place)) for action, form in table]


def _filled(form: str, arguments: Mapping[str, CallArgument], place: Place) -> tuple[str, ...]:
    forms = [form.replace("{region}", place.region).replace("{account}", place.account)]
    for path, argument in arguments.items():
        if f"{{{path}}}" in form:
            forms = [one.replace(f"{{{path}}}", text) for one in forms for text in argument.texts]
    return tuple(forms)


@cache
def _sdk() -> Any:
    """One session for all clients, so that each service's model is read once."""
    import boto3

    return boto3.session.Session()


@record()
class Session:
    """A running relay. ``calls`` are (service, operation, parameters) in their order."""

    url: str
    relay: Relay
    recorded: list[Recorded] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    clients: list[Any] = field(default_factory=list)

    @property
    def calls(self) -> list[tuple[str, str, dict[str, Any]]]:
        return [
            (item.call.service, item.call.operation, item.call.parameters)
            for item in self.recorded
            if item.call is not None
        ]

    def client(self, service: str, function: str = "resize", **settings: Any) -> Any:
        """A boto3 client of a function that speaks to the relay."""
        from botocore.config import Config

        made = _sdk().client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=function,
            aws_secret_access_key="secret",
            config=Config(retries={"total_max_attempts": 1}, **settings),
        )
        self.clients.append(made)
        return made

    def send(
        self, method: str, target: str, headers: dict[str, str], body: Any = None
    ) -> tuple[int, bytes]:
        """Status and body of the answer to a request that no SDK wrote."""
        connection = HTTPConnection("127.0.0.1", self.relay.server_address[1], timeout=20)
        with closing(connection):
            connection.request(method, target, headers=headers, body=body)
            with connection.getresponse() as answer:
                return answer.status, answer.read()


@contextmanager
def relay(
    upstream: str | None = None,
    decide: Decide | None = None,
    function: str = "",
    needs: Requirements = needs,
) -> Iterator[Session]:
    """A relay, with the needs of the table above if no others are given."""
    recorded: list[Recorded] = []
    observations: list[Observation] = []
    recorder = Recorder(
        needs,
        lambda *items: observations.extend(items),
        decide=decide,
        function=function,
        watch=recorded.append,
        now=lambda: NOW,
    )
    to = parse_upstream(upstream) if upstream else None
    with Relay(recorder, to) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            session = Session(server.url, server, recorded, observations)
            yield session
            for client in session.clients:
                client.close()
        finally:
            server.shutdown()
            thread.join()


def signed(service: str, key: str = "resize") -> str:
    """The header that names signer and service; nobody checks the signature."""
    scope = f"{key}/20261130/{REGION}/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
