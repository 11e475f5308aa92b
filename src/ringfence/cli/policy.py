"""``ringfence policy``: questions about concrete policies, one record a line."""

from __future__ import annotations

import argparse


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb and its questions."""
    from ringfence.cli import policy_escalate

    parser = verbs.add_parser(
        "policy",
        help="ask about concrete policies",
        usage="ringfence policy QUESTION FILE",
        description="Decides records of policies, one JSON object a line.",
    )
    questions = parser.add_subparsers(
        title="questions", prog="ringfence policy", metavar="QUESTION", dest="question",
        required=True,
    )  # fmt: skip
    escalate = questions.add_parser(
        "escalate",
        help="who can gain more than was given",
        usage="ringfence policy escalate FILE",
        description="Finds the known ways to more permissions that a principal has.",
        epilog=policy_escalate.EPILOG,
    )
    policy_escalate.add_arguments(escalate)
    escalate.set_defaults(run=policy_escalate.run)
