"""Agreement with an independent evaluator, `@cloud-copilot/iam-simulate`, on the documented cases.

    npm install @cloud-copilot/iam-simulate        # in a folder of its own; AGPL: never bundled
    python bench/decide_peers.py --peer FOLDER/node_modules [--list]

The peer runs as a process of its own. It has neither unknown values nor some kinds of principals,
and takes one session policy: such cases are counted as *not asked*. Cases that it refuses (it
checks which keys an action has) are counted too. Every disagreement is printed with our reason;
those in ``ARGUED`` are known, and what they rest on is said.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent.parent / "tests" / "permissions" / "semantics"

PEER = """
import fs from 'node:fs'
const { runSimulation, anonymousPrincipal } = await import(process.argv[2])
for (const line of fs.readFileSync(0, 'utf8').split('\\n').filter(Boolean)) {
  const asked = JSON.parse(line)
  if (asked.anonymous) asked.simulation.request.principal = anonymousPrincipal
  let answer
  try {
    const found = await runSimulation(asked.simulation, {})
    answer = found.overallResult ?? 'refused: ' + JSON.stringify(found.errors ?? found)
  } catch (problem) { answer = 'refused: ' + problem.message }
  console.log(JSON.stringify(answer))
}
"""

#: The beginning of a case's name → why we decide otherwise.
ARGUED: dict[str, str] = {
    "control-policies: a service-linked role": "SCPs do not affect service-linked roles (SCPs).",
    "control-policies: a session of a service-linked role": "SCPs do not affect such roles (SCPs).",
    "control-policies: a service": "SCPs affect users and roles of the account only (SCPs).",
    "cross-account: the foreign root user": "The root user needs no policy of its own account.",
    "keys-and-trust: the root user and the default": "The key policy names the root user itself.",
    "logic: the root user needs no policy": "The reference excepts it from the implicit deny.",
    "one-account: the root user by its account": "The same.",
    "limits: session named, session policy": "What names the session is not limited by its policy"
    " (Policies and permissions in IAM: session policies).",
    "limits: federated user named, session policy": "The same.",
    "multivalued: several values 06": "An empty text is a null data set (Single-valued vs."
    " multivalued context keys).",
    "multivalued: several values 21": "IfExists makes the condition true on a missing key.",
    "not-principal:": "Account, role and session are validated one after the other, so each must"
    " be listed (NotPrincipal, key points and example).",
    "conditions: condition 058": "Dates may be epoch seconds (Date condition operators).",
    "conditions: condition 059": "The same.",
    "conditions: condition 094": "It compares the spelling; both are one address (RFC 4291).",
    "conditions: condition 095": "A range of no bits holds every address of its family.",
    "variables: variable in ArnEquals": "It divides the pattern into parts before the variable,"
    " which is a whole ARN, is filled in.",
    "variables: variable in Bool": "Variables count in text and ARN operators only (Variables).",
    "variables: variable in a condition of 2008": "Variables came with 2012-10-17 (Version).",
    "tags: tag 5": "It leaves out this key for S3 while a bucket setting is off.",
    "tags: tags of principal and resource are equal": "The same.",
    "variables: variable in a policy": "Variables came with 2012-10-17 (Version).",
    "variables: variable text in a policy": "The same.",
    "variables: variable with a default without a space": "The grammar of a variable asks for no"
    " space; it reads none as part of the key.",
}

#: It drops context keys that the action does not have; these of our cases stand for any key.
STAND_INS = {
    '"aws:x"': '"aws:PrincipalTag/x"', '"aws:a"': '"aws:PrincipalTag/a"',
    '"aws:b"': '"aws:PrincipalTag/b"', '"aws:y"': '"aws:PrincipalTag/y"',
    "${aws:y": "${aws:PrincipalTag/y", "${aws:a}": "${aws:PrincipalTag/a}",
    "${aws:b}": "${aws:PrincipalTag/b}", '"s3:max-keys"': '"aws:PrincipalTag/n"',
}  # fmt: skip

WORDS = {
    "Allowed": ("allowed", ""),
    "ImplicitlyDenied": ("denied", "implicit"),
    "ExplicitlyDenied": ("denied", "explicit"),
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--peer", type=Path, required=True, help="the node_modules that hold it")
    parser.add_argument("--list", action="store_true", help="also list what was refused")
    arguments = parser.parse_args()
    cases = [json.loads(line) for file in sorted(CASES.glob("*.jsonl")) for line in file.open()]
    asked = [(case, question) for case in cases if (question := simulation(case)) is not None]
    answers = ask(arguments.peer, [question for _, question in asked])
    refused = agreed = kinds = 0
    open_, known = [], []
    for (case, _), answer in zip(asked, answers, strict=True):
        if answer not in WORDS:
            refused += 1
            if arguments.list:
                print("refused:", case["name"], answer[:200])
        elif WORDS[answer][0] == case["decision"]:
            agreed += 1
            kinds += WORDS[answer][1] in ("", case["kind"])
        else:
            why = next((text for name, text in ARGUED.items() if case["name"].startswith(name)), "")
            (known if why else open_).append((case, answer, why))
    print(f"{len(cases)} cases, {len(cases) - len(asked)} not asked, {refused} refused by the peer")
    compared = len(asked) - refused
    print(f"agreement {agreed} of {compared}, {kinds} of these in kind too")
    for case, answer, why in [*known, *open_]:
        print(f"- {case['name']}: we say {case['decision']} ({case['why']}), it {answer}. {why}")
    print(f"{len(open_)} disagreements without an argument")
    return bool(open_)


def ask(folder: Path, questions: list[dict[str, Any]]) -> list[str]:
    module = folder.resolve() / "@cloud-copilot" / "iam-simulate" / "dist" / "esm" / "index.js"
    program = PEER.replace("process.argv[2]", json.dumps(module.as_uri()))
    done = subprocess.run(
        ["node", "--input-type=module", "-e", program],
        input="\n".join(map(json.dumps, questions)), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines()]


def simulation(case: dict[str, Any]) -> dict[str, Any] | None:
    """The case in the peer's shape; None when it cannot be put to it."""
    text = json.dumps(case["request"])
    for ours, theirs in STAND_INS.items():
        text = text.replace(ours, theirs)
    request = json.loads(text)
    principal = request.get("principal")
    if case["decision"] == "depends" or "action" not in request or "resource" not in request:
        return None
    if isinstance(principal, dict):
        if "CanonicalUser" in principal:
            return None
        principal = next(iter(principal.values()))
    context = request.get("context") or {}
    if not principal or None in context.values() or len(request.get("session") or []) > 1:
        return None
    found = {
        "request": {
            "principal": principal,
            "action": request["action"],
            "resource": {
                "resource": request["resource"],
                "accountId": account_of(request, principal),
            },
            "contextVariables": implied(principal) | {k: texts(v) for k, v in context.items()},
        },
        "identityPolicies": named(request.get("identity")),
        "serviceControlPolicies": levels(request.get("scp")),
        "resourceControlPolicies": levels(request.get("rcp")),
    }
    if request.get("resource_policy"):
        found["resourcePolicy"] = request["resource_policy"]
    if request.get("boundary"):
        found["permissionBoundaryPolicies"] = named([request["boundary"]])
    if request.get("session"):
        found["sessionPolicy"] = request["session"][0]
    return {"simulation": found, "anonymous": principal == "*"}


def implied(principal: str) -> dict[str, str]:
    """The keys that ours works out by itself."""
    found = re.fullmatch(r"arn:aws:(iam|sts)::(\d+):([a-z-]+)(?:/(.*))?", principal)
    if principal == "*":
        return {"aws:PrincipalAccount": "anonymous", "aws:PrincipalType": "Anonymous"}
    if not found:
        return {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": principal}
    kind, rest = found[3], found[4] or ""
    types = {"user": "User", "role": "AssumedRole", "assumed-role": "AssumedRole",
             "federated-user": "FederatedUser", "root": "Account"}  # fmt: skip
    keys = {"aws:PrincipalAccount": found[2], "aws:PrincipalArn": principal}
    keys["aws:PrincipalIsAWSService"] = "false"
    keys["aws:PrincipalType"] = types.get(kind, "")
    if kind == "assumed-role":
        keys["aws:PrincipalArn"] = f"arn:aws:iam::{found[2]}:role/{rest.partition('/')[0]}"
    if kind == "federated-user":
        keys["aws:userid"] = f"{found[2]}:{rest}"
    if kind == "user":
        keys["aws:username"] = rest.rpartition("/")[2]
    return keys


def account_of(request: dict[str, Any], principal: str) -> str:
    given = request.get("resource_account") or (request.get("context") or {}).get(
        "aws:ResourceAccount"
    )
    parts = request["resource"].split(":")
    own = principal.split(":")[4] if principal.count(":") >= 5 else "123456789012"
    return given or (parts[4] if len(parts) > 5 and parts[4] else own)


def texts(value: Any) -> Any:
    if isinstance(value, list):
        return [texts(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def named(policies: list[Any] | None) -> list[dict[str, Any]]:
    return [{"name": f"p{n}", "policy": policy} for n, policy in enumerate(policies or [])]


def levels(held: list[list[Any]] | None) -> list[dict[str, Any]]:
    return [
        {"orgIdentifier": f"o{n}", "policies": named(level)} for n, level in enumerate(held or [])
    ]


if __name__ == "__main__":
    sys.exit(main())
