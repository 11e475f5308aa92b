"""The contract of every function between times: kept in a file, compared, told, and accepted.

``ringfence.lock`` holds what each function needs, with the line behind every item, and what people
decided. This room reads and writes the file (``lockfile``), carries decisions over to a newly
worked out contract (``merge``), says where file, code and template differ (``check``), and tells
in words what changed between two contracts (``diff``, ``words``). Clock and paths are arguments;
nothing here reads a template or code.
"""
