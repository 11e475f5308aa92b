"""The one abstract interpreter: syntax trees in, :class:`~ringfence.model.facts.Facts` out.

From each function's handler it follows the code across files and layers with values that carry
constants, taint, objects and fields together. ``analysis`` runs the functions and closes the
channels between them; ``machine`` has the statements, ``expressions``, ``access``, ``targets`` and
``calls`` the rest of the language; ``builtins`` and ``known_calls`` what every program uses;
``libraries`` and ``sinks`` apply the taint tables; ``cloud`` knows the SDKs; ``guards`` what
conditions prove; ``verdicts`` asks the event catalogue who controls a path. Knowledge of
libraries and events is data in ``rules/``. It imports no front end: trees come from the caller.
"""

from __future__ import annotations

from ringfence.dataflow.analysis import analyse

__all__ = ["analyse"]
