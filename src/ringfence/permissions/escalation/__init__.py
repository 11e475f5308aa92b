"""Who can gain more than was given, decided on concrete policies of one account.

In goes one record (a principal, its policies, and what else is in the account), out comes a
:class:`Result`: the techniques of the catalogue that hold, each with its target. ``catalogue``
reads the data, ``account`` the records, ``access`` answers whether the principal may do something
(the seam to an evaluator of requests), ``trust`` whether a role lets itself be taken, ``strength``
whether it is worth taking, ``search`` whether the steps can be taken on one target, on names that
``example_texts`` finds. ``ground``, ``roles``, ``grants``, ``own`` and ``gains`` hold a method
for each way of gaining, ``analysis`` asks every technique.

Certain and conditional. A technique is reported in ``via``, and ``escalates`` is true, when every
action it needs is allowed whatever the values are that nobody here knows. Conditions on what the
attacker chooses (request tags, a session name, an external id, the principal of a permission) are
met if any choice meets them that serves him. Conditions on what he does not choose (second
factor, source address, network, tags of principals that are not given) are not known: what hangs
on them stands in ``possible``, ``conditional`` is true, and ``escalates`` stays false. The same
holds for what the record leaves open: a role without a trust policy or of unknown strength.

Closed and open lists. A list that the record holds (``roles``, ``functions``, ``users``, …) is
taken as complete, an absent one as unknown: then a permission on everything of that kind counts,
and the target is the pattern. Users stand in few records, so other users count as worth taking
unless they are listed and weak.

A grant to oneself under a permissions boundary that stays, and that does not itself allow
everything but some exceptions, is no escalation. A role that is not ``admin`` and whose policies
are not given is not stronger; one without either is of unknown strength.
"""

from ringfence.permissions.escalation.account import RecordError, account_of
from ringfence.permissions.escalation.analysis import Found, Result, analyse

__all__ = ["Found", "RecordError", "Result", "account_of", "analyse"]
