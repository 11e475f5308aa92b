"""What an event points at: a function, or the alias that SAM publishes of it."""

from __future__ import annotations

from ringfence.loaders.construct import sub
from ringfence.loaders.sam.context import Expansion, Shorthand
from ringfence.model.location import Location
from ringfence.model.record import record
from ringfence.model.value import Reference, Value


@record(frozen=True)
class Target:
    """``alias`` and ``function`` are logical ids; ``alias`` is "" without ``AutoPublishAlias``.

    ``kind`` is function or state-machine (whose ARN is its ``Ref``).
    """

    source: Shorthand
    alias: str
    function: str
    alias_name: str = ""
    kind: str = "function"

    def arn(self, expansion: Expansion, location: Location) -> Reference:
        """The ARN that rules, subscriptions and integrations name."""
        if self.alias or self.kind == "state-machine":
            return expansion.ref(self.alias or self.function, location)
        return expansion.arn(self.function, location)

    def function_name(self, expansion: Expansion, location: Location) -> Reference:
        """What a permission or an event source mapping names: ``Ref`` in both cases."""
        return expansion.ref(self.alias or self.function, location)

    def integration_uri(
        self, expansion: Expansion, location: Location, streaming: bool = False
    ) -> Value:
        """The ``uri`` of an API Gateway integration with this function."""
        version, path = (
            ("2021-11-15", "response-streaming-invocations")
            if streaming
            else ("2015-03-31", "invocations")
        )
        return sub(
            "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/"
            f"{version}/functions/${{function}}/{path}",
            location,
            function=self.arn(expansion, location),
        )
