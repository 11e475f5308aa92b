"""Small applications for the interpreter's tests, with tables of their own."""

from __future__ import annotations

from dataclasses import dataclass, field

from ringfence.dataflow import analyse
from ringfence.languages import language_of, parse_source
from ringfence.model.application import (
    Application,
    Authentication,
    CodeLocation,
    Function,
    Resource,
    Sender,
    Trigger,
)
from ringfence.model.facts import Facts
from ringfence.model.severity import Exposure
from ringfence.model.syntax import Module
from ringfence.model.value import EMPTY, NOWHERE, Mapping, Scalar, Value
from ringfence.rules.events import load_events
from ringfence.rules.taint import TaintCatalogue, read_tables

PYTHON = """
[[sink]]
call = ["os.system"]
argument = [0]
rule = "os-command-injection"
effect = "execute"
grammar = "shell"
use = "process"
[[sink]]
call = ["subprocess.run"]
argument = [0, "args"]
part = "text"
rule = "os-command-injection"
effect = "execute"
when = [{ argument = ["shell"], equals = true }]
[[sink]]
call = ["subprocess.run"]
argument = [0, "args"]
part = "first"
rule = "os-command-injection"
effect = "execute"
[[sink]]
call = ["eval", "exec"]
argument = [0]
rule = "code-injection"
effect = "execute"
grammar = "code"
[[sink]]
call = ["open"]
argument = [0]
rule = "path-traversal"
effect = "read-file"
grammar = "path"
[[sink]]
call = ["requests.get"]
argument = [0, "url"]
rule = "server-side-request-forgery"
effect = "forge-request"
grammar = "url"
use = "host"
[[source]]
call = ["requests.get"]
kind = "response"
[[type]]
name = "dbapi.Cursor"
from = ["pymysql.connect().cursor"]
[[sink]]
call = ["dbapi.Cursor.execute"]
argument = [0]
rule = "sql-injection"
effect = "alter-query"
grammar = "sql"
[[sanitiser]]
call = ["shlex.quote"]
clears = ["os-command-injection"]
[[sanitiser]]
call = ["os.path.basename"]
clears = ["path-traversal"]
[[issue]]
call = ["jwt.decode"]
rule = "token-signature-not-verified"
text = "the token's signature is not checked"
when = [{ argument = ["options"], field = "verify_signature", equals = false }]
"""

JAVASCRIPT = """
[[sink]]
call = ["child_process.exec", "child_process.execSync"]
argument = [0]
rule = "os-command-injection"
effect = "execute"
grammar = "shell"
use = "process"
[[wrapper]]
call = ["util.promisify"]
argument = [0]
[[sink]]
call = ["eval", "Function"]
argument = ["*"]
rule = "code-injection"
effect = "execute"
[[sink]]
call = ["fs.readFileSync", "fs.promises.readFile", "fs.readFile"]
argument = [0]
rule = "path-traversal"
effect = "read-file"
grammar = "path"
[[sink]]
call = ["axios", "axios.get", "fetch"]
argument = [0]
rule = "server-side-request-forgery"
effect = "forge-request"
grammar = "url"
use = "host"
[[sink]]
call = ["axios"]
argument = [0]
field = ["url", "baseURL"]
rule = "server-side-request-forgery"
effect = "forge-request"
[[sink]]
call = ["node-serialize.unserialize"]
argument = [0]
rule = "unsafe-deserialization"
effect = "execute"
[[type]]
name = "pg.Client"
from = ["pg.Client", "pg.Pool"]
[[sink]]
call = ["pg.Client.query"]
argument = [0]
rule = "sql-injection"
effect = "alter-query"
[[sanitiser]]
call = ["path.basename"]
clears = ["path-traversal"]
[[callback]]
call = ["express().get"]
argument = [-1]
parameters = ["express.Request", "express.Response"]
[[source]]
read = ["express.Request.query"]
kind = "event"
path = "request.query"
sender = "the caller of the API"
[[wrapper]]
call = ["@middy/core"]
argument = [0]
"""


def catalogue(language: str) -> TaintCatalogue:
    made = TaintCatalogue("python" if language == "python" else "javascript")
    read_tables(PYTHON if language == "python" else JAVASCRIPT, language, made)
    return made


@dataclass
class App:
    """Files, functions and resources of a test's application."""

    files: dict[str, str] = field(default_factory=dict)
    application: Application = field(default_factory=lambda: Application("."))

    def function(
        self,
        name: str,
        handler: str,
        *triggers: str,
        env: dict[str, Value] | None = None,
        layers: tuple[str, ...] = (),
        root: str = "",
        exposure: Exposure = Exposure.ANYONE,
        source: str = "",
    ) -> App:
        file, _, symbol = handler.rpartition(":")
        language = "python" if file.endswith(".py") else "javascript"
        identity = f"t#{name}"
        resource = Resource(identity, "AWS::Lambda::Function", "function", EMPTY, NOWHERE)
        self.application.functions[identity] = Function(
            identity, name, Scalar(name), resource, "", language, handler,
            CodeLocation(root, file, symbol, layers), "", None, env or {}, None, None, None, NOWHERE,
        )  # fmt: skip
        for kind in triggers:
            key = f"{identity}!{kind}"
            self.application.triggers[key] = Trigger(
                key, kind, identity, kind, Sender(exposure, "anyone", ""),
                Authentication("none"), NOWHERE, source=f"t#{source}" if source else "",
            )  # fmt: skip
        return self

    def resource(self, name: str, kind: str, **properties: Value) -> App:
        identity = f"t#{name}"
        self.application.resources[identity] = Resource(
            identity, kind, kind, Mapping(dict(properties)), NOWHERE, name=Scalar(name.lower())
        )
        return self

    def read(self, file: str) -> Module | None:
        text = self.files.get(file)
        return parse_source(file, text, language_of(file)) if text is not None else None

    def facts(self) -> Facts:
        return analyse(self.application, self.read, catalogue, load_events())


def python(code: str, *triggers: str, **more: str) -> Facts:
    """The facts of one Python handler ``handler(event, context)``."""
    files = {
        "app.py": code,
        **{name.replace("__", "/") + ".py": text for name, text in more.items()},
    }
    return App(files).function("F", "app.py:handler", *(triggers or ("invoke",))).facts()


def script(code: str, *triggers: str, **more: str) -> Facts:
    """The facts of one JavaScript handler ``exports.handler``."""
    files = {
        "app.js": code,
        **{name.replace("__", "/") + ".js": text for name, text in more.items()},
    }
    return App(files).function("F", "app.js:handler", *(triggers or ("invoke",))).facts()


def told(facts: Facts) -> list[str]:
    """Flows as ``rule certainty path line``, and what was skipped."""
    found = [
        f"{flow.rule} {flow.certainty} {flow.source.path} {flow.location.line}"
        for flow in facts.flows
    ]
    return found + [f"skipped: {entry.reason}" for entry in facts.skipped]
