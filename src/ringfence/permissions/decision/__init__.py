"""Decisions on concrete requests: allowed, denied, or it depends on what is not known.

    from ringfence.permissions.decision import Decider, Request

    decider = Decider(identity=[policy], boundary=None, scps=[[everything]], resource=None)
    decider.decide(Request("s3:GetObject", "arn:aws:s3:::shop/a", principal, context)).verdict

:class:`Decider` takes every kind of policy and is made once for any number of requests;
:func:`validate` says what is wrong with a policy. :mod:`ringfence.permissions.evaluate` asks the
other question, about all requests that a pattern describes.
"""

from __future__ import annotations

from ringfence.permissions.decision.decider import CompiledPolicy, Decider, Decision
from ringfence.permissions.decision.request import Request
from ringfence.permissions.decision.statements import StatementName
from ringfence.permissions.decision.validate import Problem, validate
from ringfence.permissions.evaluate import Verdict

__all__ = [
    "CompiledPolicy", "Decider", "Decision", "Problem", "Request", "StatementName", "Verdict",
    "validate",
]  # fmt: skip
