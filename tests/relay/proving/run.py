"""The proof: a stack in a fake cloud, its functions run, each call decided, each action removed."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from fake_cloud import fake_cloud

from proving.cases import Cases, Filling, Invocation, at, event_of, read_cases
from proving.contents import create_resources
from proving.judge import Asked, Document, Judge, actions_of, without
from proving.platform import AFTER, BEFORE, Make, Turn
from proving.policies import Export, differences, exported, patched_copy, removals
from proving.processes import invoke
from proving.stack import Stack
from ringfence.model.record import field, record
from ringfence.permissions.decision import Decider
from ringfence.permissions.physical import Place
from ringfence.relay.needs import requirements
from ringfence.relay.recording import Recorder
from ringfence.relay.server import Relay
from ringfence.relay.upstream import parse_upstream

#: A key of an account's owner: nobody's function.
OWNER = "AKIAOWNEROWNEROWNER0"


@record()
class Removal:
    """What happened without one action: what the evaluator denied of the recorded requests, and of
    a run of the function."""

    function: str
    action: str
    calls: int
    denied: list[Asked]
    live: list[Asked]


@record()
class Proof:
    """``asked`` are the requests of the first run, with all policies in force; ``problems`` is
    everything that is not as it should be, in words; ``notes`` what a reader should know."""

    export: Export
    judge: Judge
    asked: list[Asked] = field(default_factory=list)
    removed: list[Removal] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    invocations: dict[str, int] = field(default_factory=dict)

    def of(self, function: str) -> list[Asked]:
        return [one for one in self.asked if one.function == function]


@record(frozen=True)
class Scene:
    """A running stack: its relay's address, its cases, and who decides."""

    stack: Stack
    export: Export
    cases: Cases
    filling: Filling
    judge: Judge
    relay: Relay
    cloud: str

    def owner(self, service: str) -> Any:
        return _client(service, self.cloud, self.stack.place.region, OWNER)

    def signing(self, function: str) -> Any:
        """SDK clients that sign as a function, through the relay."""
        region = self.stack.place.region
        return lambda service: _client(service, self.relay.url, region, function)


@cache
def _client(service: str, url: str, region: str, key: str) -> Any:
    from botocore.config import Config

    return _sdk().client(
        service, endpoint_url=url, region_name=region, aws_access_key_id=key,
        aws_secret_access_key="none", config=Config(retries={"total_max_attempts": 1}),
    )  # fmt: skip


@cache
def _sdk() -> Any:
    import boto3

    return boto3.session.Session()


@contextmanager
def scene(folder: Path, export: Export, place: Place, cases: Path | None) -> Iterator[Scene]:
    """The stack of a (patched) folder, filled and ready."""
    stack = Stack(folder, place)
    judge = Judge(place.account, place.stack)
    recorder = Recorder(requirements, lambda *items: None, decide=judge, account=place.account)
    with (
        fake_cloud() as cloud,
        _serving(_Web(("127.0.0.1", 0), _Page)) as web,
        _serving(Relay(recorder, parse_upstream(cloud.url))) as relay,
    ):
        stack.endpoint = relay.url
        filling = Filling(stack, f"http://127.0.0.1:{web.server_address[1]}")
        made = Scene(stack, export, read_cases(cases, stack), filling, judge, relay, cloud.url)
        create_resources(stack, made.owner)
        for seed in made.cases.seeds:
            getattr(made.owner(seed.service), seed.call)(**filling(dict(seed.arguments)))
        yield made
        _client.cache_clear()


@contextmanager
def _serving(server: Any) -> Iterator[Any]:
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Web(ThreadingHTTPServer):
    daemon_threads = True


class _Page(BaseHTTPRequestHandler):
    """The web, as far as functions reach it: a short text at every address."""

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"paid")


# --- one turn of a function


def turn(
    scene: Scene, name: str, policies: dict[str, Document], *, code: bool = True
) -> tuple[list[Asked], list[str]]:
    """What is asked, and what fails, when a function is called under these policies; without
    ``code`` the platform's part alone."""
    scene.judge.decide_by(policies)
    errors: list[str] = []
    for invocation in scene.cases.of(scene.stack.functions[name], scene.stack):
        event = event_of(invocation, scene.filling)
        one = Turn(name, scene.signing(name), scene.owner, _body(event))
        _platform(scene, one, BEFORE, errors)
        if code:
            _with_records(event, one)
            _call(scene, invocation, event, errors)
        _platform(scene, one, AFTER, errors)
    return list(scene.judge.asked), errors


def _platform(scene: Scene, one: Turn, calls: Mapping[str, Make], errors: list[str]) -> None:
    from botocore.exceptions import ClientError

    needed = sorted(scene.export.platform(one.name))
    for action, make in calls.items():
        for resource in (on for what, on in needed if what == action):
            try:
                make(one, resource)
            except ClientError as problem:
                errors.append(f"{one.name}: {action}: {problem}")


def _body(event: Any) -> str:
    records = event.get("Records") if isinstance(event, dict) else None
    return str(records[0].get("body", "{}")) if records else "{}"


def _with_records(event: Any, one: Turn) -> None:
    """What the platform received is what the function gets."""
    if one.records:
        event["Records"] = one.records


def _call(scene: Scene, invocation: Invocation, event: Any, errors: list[str]) -> None:
    function = scene.stack.functions[invocation.function]
    outcome = invoke(scene.stack, function, scene.relay.url, event)
    for path in invocation.temporary:
        Path(scene.filling(path)).unlink(missing_ok=True)
    if outcome.error:
        errors.append(f"{invocation.function}: {outcome.error}")
    elif invocation.uploads:
        _upload(scene, invocation, outcome.returned)


def _upload(scene: Scene, invocation: Invocation, returned: Any) -> None:
    """Put a file where a signed form says; the form's signer needs the permission for it."""
    from botocore.exceptions import ClientError

    form = at(returned, invocation.uploads)
    fields = (json.loads(form) if isinstance(form, str) else form)["fields"]
    storage = scene.signing(invocation.function)("s3")
    try:
        storage.put_object(Bucket=fields["bucket"], Key=fields["key"], Body=b"a file")
    except ClientError:
        return  # the decision is recorded


# --- all of them


def prove(
    source: Path, place: Place, cases: Path | None, runnable: set[str] | None = None,
    form: str = "sam", packages: Path | None = None,
) -> Proof:  # fmt: skip
    """Patch a copy of the application, run it, and take away one action after the other.

    ``runnable`` are the functions to call (default: all); ``packages`` is a ``node_modules``.
    """
    with tempfile.TemporaryDirectory(prefix="ringfence-proof-") as temporary:
        folder = patched_copy(source, Path(temporary, source.name), place, form)
        if packages is not None:
            Path(folder, "node_modules").symlink_to(packages.resolve())
        export = exported(folder, place)
        with scene(folder, export, place, cases) as made:
            proof = Proof(export, made.judge)
            chosen = [key for key in export.whole if runnable is None or key in runnable]
            proof.problems += differences(made.stack, export)
            _first_run(made, proof, chosen)
            _take_away(made, proof, chosen)
            unknown = made.relay.recorder.counts
            proof.problems += [f"not understood: {one}" for one in unknown.examples]
    return proof


def _first_run(made: Scene, proof: Proof, chosen: list[str]) -> None:
    for key in chosen:
        asked, errors = turn(made, key, proof.export.whole)
        proof.asked += asked
        proof.notes += errors
        proof.invocations[key] = len(made.cases.of(made.stack.functions[key], made.stack))
    for one in proof.asked:
        if one.decision != "allowed":
            proof.problems.append(f"{one.function}: {one.decision}: {one.action} on {one.resource}")
        if one.simple != one.decision:
            what = f"{one.action} on {one.resource}"
            proof.problems.append(f"{one.function}: the relay's own deciding: {one.simple}: {what}")


def _take_away(made: Scene, proof: Proof, chosen: list[str]) -> None:
    for key, action in removals(proof.export.whole):
        if key not in chosen:
            continue
        policies = proof.export.whole | {key: without(proof.export.whole[key], action)}
        own = action in actions_of(proof.export.own[key])
        live, _ = turn(made, key, policies, code=own)
        removal = _removal(proof, key, action, policies[key], live)
        proof.removed.append(removal)
        proof.problems += _faults(removal)


def _removal(proof: Proof, key: str, action: str, document: Document, live: list[Asked]) -> Removal:
    decider = Decider(identity=[document])
    recorded = proof.of(key)
    denied = [
        one for one in recorded
        if decider.decide(proof.judge.request(one)).verdict.value != "allowed"
    ]  # fmt: skip
    calls = sum(one.action == action for one in recorded)
    return Removal(key, action, calls, denied, [one for one in live if one.decision != "allowed"])


def _faults(removal: Removal) -> Iterator[str]:
    what = f"{removal.function} without {removal.action}"
    if not removal.calls:
        yield f"{removal.function}: {removal.action} is granted, and no call needed it"
        return
    others = {one.action for one in (*removal.denied, *removal.live)} - {removal.action}
    if others:
        yield f"{what}: denied as well: {', '.join(sorted(others))}"
    if len(removal.denied) < removal.calls:
        yield f"{what}: {removal.calls - len(removal.denied)} recorded calls are allowed"
    if not removal.live:
        yield f"{what}: a run is not denied"
