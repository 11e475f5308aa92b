"""The relay: what a locally running function asks of its cloud, recorded and, if wanted, decided.

People point ``AWS_ENDPOINT_URL`` at it, in any language. ``request`` is an HTTP request,
``decode`` says which operation it is and with which parameters (``routes``, ``bodies``, ``query``,
``markup`` and ``cbor`` read its parts), ``deciding`` decides it, ``denials`` phrases a refusal as
the service would, ``server`` listens, ``upstream`` forwards, ``recording`` ties them together.
"""
