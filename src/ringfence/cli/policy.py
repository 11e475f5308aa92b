"""``ringfence policy``: questions about IAM policies, each a sub-verb of its own.

A sub-verb is one function that adds its parser and one that runs it, named in ``SUB_VERBS``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Parsers = argparse._SubParsersAction

EPILOG = """\
examples:
  ringfence policy simulate requests.jsonl
  ringfence policy escalate principals.jsonl
"""

SIMULATE_EPILOG = """\
each line of FILE is an object:
  id                 anything; the answer carries it
  identity           policies of the user or role       session    policies of the session
  resource_policy    of the resource, or a role's trust boundary   permissions boundary
  scp, rcp           control policies: a list per level, each of which must allow; none for a
                     management account
  principal          who asks: an ARN, an account, a service, {"Federated": "..."}, "*"
  action, resource   one action and one ARN, taken as they stand
  resource_account   the resource's account where its ARN has none (else the principal's)
  context            keys and values

what is not known:
  a key that context lacks is missing from the request; one that is null is not known, nor is a
  list with a null in it. principal, action and resource that are left out or null are not known.
  A role's ARN as principal leaves the session's name open. A decision that hangs on any of these
  is "depends" and names them in unknown. aws:PrincipalArn, aws:PrincipalAccount,
  aws:PrincipalType, aws:PrincipalIsAWSService, aws:PrincipalServiceName, aws:username and
  aws:userid follow from the principal where it tells them; what context says counts more.

each answer is a line on standard output:
  {"id", "decision": allowed|denied|depends, "kind": explicit|implicit, "statements", "unknown"}
  statements decided it; a "depends" is explicit when a deny may apply, else implicit.
  lacks names the kinds of policies that do not allow; notes say what a policy does not do though
  it seems to. A line that cannot be decided gives {"id", "line", "error", "place", "help"}.

exit codes:
  0 every line decided    2 some line was not, or nothing could be read

examples:
  ringfence policy simulate requests.jsonl
  ringfence policy simulate - < requests.jsonl | jq 'select(.decision != "allowed")'
"""


def add_parser(verbs: Parsers[argparse.ArgumentParser]) -> None:
    """Add the verb and its sub-verbs."""
    parser = verbs.add_parser(
        "policy",
        help="decide requests by IAM policies",
        usage="ringfence policy COMMAND ...",
        description="Answers questions about IAM policies, without an account.",
        epilog=EPILOG,
    )
    parser.set_defaults(run=_no_command(parser))
    sub_verbs = parser.add_subparsers(
        title="commands", prog="ringfence policy", metavar="COMMAND", required=False
    )
    for add in SUB_VERBS:
        add(sub_verbs)


def _no_command(parser: argparse.ArgumentParser) -> Callable[[argparse.Namespace], int]:
    def run(_: argparse.Namespace) -> int:
        from ringfence.cli import EXIT_USAGE

        parser.print_help()
        return EXIT_USAGE

    return run


def _add_simulate(verbs: Parsers[argparse.ArgumentParser]) -> None:
    parser = verbs.add_parser(
        "simulate",
        help="decide one request a line: allowed, denied, or it depends on what",
        usage="ringfence policy simulate FILE",
        description="Decides requests by all policies that bear on them, one a line.",
        epilog=SIMULATE_EPILOG,
    )
    parser.set_defaults(run=simulate)
    parser.add_argument("file", metavar="FILE", help="a JSON Lines file; - is standard input")


def _add_escalate(verbs: Parsers[argparse.ArgumentParser]) -> None:
    from ringfence.cli import policy_escalate

    parser = verbs.add_parser(
        "escalate",
        help="find the ways in which a principal can gain more than it was given",
        usage="ringfence policy escalate FILE",
        description="Finds the known ways to more permissions that a principal has, one a line.",
        epilog=policy_escalate.EPILOG,
    )
    policy_escalate.add_arguments(parser)
    parser.set_defaults(run=policy_escalate.run)


#: What adds each sub-verb's parser.
SUB_VERBS = (_add_simulate, _add_escalate)


def simulate(arguments: argparse.Namespace) -> int:
    """Decide every line; those that cannot be decided are told at the end."""
    from ringfence.permissions.decision.lines import Simulator

    with lines_of(arguments.file) as lines:
        return print_answers(Simulator().decide(lines), "decided", arguments.file)


@contextmanager
def lines_of(name: str) -> Iterator[Iterable[bytes]]:
    """The lines of a file; ``-`` is standard input."""
    import sys

    if name == "-":
        yield sys.stdin.buffer
        return
    with Path(name).open("rb") as stream:
        yield stream


def print_answers(answers: Iterable[dict[str, Any]], done: str, name: str) -> int:
    """Print each answer as a line of JSON; the code says whether all were ``done``.

    Raises:
        UsageError: there was no line at all, or some have an ``error``.
    """
    import json

    from ringfence.cli import EXIT_OK
    from ringfence.cli.output import print_text
    from ringfence.errors import UsageError

    total = wrong = 0
    for answer in answers:
        total += 1
        wrong += "error" in answer
        print_text(json.dumps(answer) + "\n")
    where = "standard input" if name == "-" else name
    if not total:
        raise UsageError("there is no line to read", where, "write one JSON object a line")
    if wrong:
        lines = (
            f"{wrong} of {total} lines could not be {done}"
            if total > 1
            else f"it could not be {done}"
        )
        raise UsageError(lines, where, "their answers say what is wrong, and where")
    return EXIT_OK
