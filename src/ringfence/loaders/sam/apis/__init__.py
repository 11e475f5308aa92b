"""``AWS::Serverless::Api`` and ``HttpApi``, written out or implied by events.

Every route of every function is gathered first; then each API becomes one resource whose ``Body``
is an OpenAPI document, with stage, permissions, domain and usage plan.
"""
