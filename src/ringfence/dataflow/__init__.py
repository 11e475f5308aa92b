"""The one abstract interpreter: syntax trees in, :class:`~ringfence.model.facts.Facts` out.

From each function's handler it follows the code across files and layers with values that carry
constants, taint, objects and fields together. ``analysis`` runs the functions and closes the
channels between them (``channels``, ``carriers``); ``machine`` and ``control`` have the
statements, ``expressions``, ``definitions``, ``access``, ``targets``, ``calls`` and ``callbacks``
the rest of the language. What every program uses is in ``builtins``, ``text_methods``,
``list_methods`` (listed in ``method_table``) and ``known_calls``, ``encodings``, ``containers``
(listed in ``known_table``). ``libraries``, ``selection``, ``table_conditions`` and ``sinks``
apply the taint tables, ``chosen_names`` tells what they cannot; ``cloud`` knows the SDKs;
``guards``, ``subjects``, ``answers``, ``addresses`` and ``structures`` what conditions prove;
``schemas``, ``models`` and ``validators`` what declared shapes let through; ``verdicts`` asks the
event catalogue who controls a path.
``authority`` and ``claims`` find decisions about access by fields that the caller sets, ``choices``
and ``refusals`` what hangs on them; ``responses``, ``cross_origin``, ``exposures`` and ``logs``
what leaves a function and must not; ``subscriptions`` follows topics and rules to their queues;
``owned_records`` finds records whose owner the caller names; ``middlewares`` runs what stands
before a handler, ``bindings`` is what Azure hands over beside the event, ``local_files`` what an
invocation writes and reads again.
Knowledge of libraries and events is data in ``rules/``. It imports no front end: trees come from
the caller.
"""

from __future__ import annotations

from ringfence.dataflow.analysis import analyse

__all__ = ["analyse"]
