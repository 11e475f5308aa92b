"""Log sources: files that a cloud or a recorder wrote, as observations.

``cloudtrail`` reads the provider's trail (``splitting`` finds the records in files of any size),
``observing`` turns a call of a cloud operation into the actions that it used, and ``assign`` finds
the contract that each observation belongs to.
"""
