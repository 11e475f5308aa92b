"""The version of the rules that ship with Ringfence; every report prints it."""

#: Year, month, and a count within the month. Raised whenever a rule's outcome can change.
RULES_VERSION = "2026.11.1"
