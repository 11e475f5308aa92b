"""The domain: what an application is, what its code does, what is wrong with it.

Standard library only; everything else in Ringfence imports from here, and nothing here imports
from the rest. ``location`` and ``value`` describe places and template values, ``application``
the graph, ``policy`` IAM statements, ``syntax`` the language-neutral tree, ``facts`` what the
interpreter learnt, ``rule`` and ``finding`` what checks read and yield, ``severity`` the one
place that ranks.
"""
