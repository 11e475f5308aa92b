"""What policies allow: policy values in, documents, answers, powers and audiences out.

``parse`` reads policy documents in every shape people write, ``managed`` holds the provider's
managed policies, ``globs`` matches patterns with wildcards on both sides, ``conditions`` and
``evaluate`` answer allowed / denied / depends. ``arns`` ties policy patterns to the resources of
an application, and on it stand ``powers`` (what a role may do with which data), ``escalate``
(known-dangerous combinations), ``audience`` (who a resource policy admits) and ``views`` (the
JSON-like facts that rules read).
"""
