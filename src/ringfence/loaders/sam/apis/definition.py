"""The definition that an API starts from: inline, in a local file, elsewhere, or none."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import is_set, mapping_of
from ringfence.loaders.sam.apis.body import Body
from ringfence.loaders.sam.apis.routes import s3_location
from ringfence.loaders.sam.context import Expansion, Shorthand
from ringfence.model.location import Location
from ringfence.model.record import record
from ringfence.model.value import Mapping, Reference, Unknown, Value, display, string


@record(frozen=True)
class Definition:
    """A document that routes and security can be added to."""

    body: Body


@record(frozen=True)
class Elsewhere:
    """A document in a bucket."""

    uri: Value


def read_definition(source: Shorthand, expansion: Expansion) -> Definition | Elsewhere | Unknown:
    """``DefinitionBody``, ``DefinitionUri``, or an empty document to fill."""
    inline, uri = source.get("DefinitionBody"), source.get("DefinitionUri")
    place = source.location
    if is_set(inline):
        document = mapping_of(inline)
        if document.entries:
            return Definition(Body(document, {}, source.place("DefinitionBody")))
        reason = inline.reason if isinstance(inline, Unknown) else "the definition is no object"
        return Unknown(reason, source.place("DefinitionBody"))
    if is_set(uri):
        assert uri is not None
        return _from_uri(source, uri, expansion)
    return Definition(Body(None, skeleton(source, place), place))


def _from_uri(
    source: Shorthand, uri: Value, expansion: Expansion
) -> Definition | Elsewhere | Unknown:
    text = string(uri)
    place = source.place("DefinitionUri")
    if text is None or text.startswith("s3://"):
        return Elsewhere(s3_location(uri, place))
    document = expansion.read_document(text) if expansion.read_document is not None else None
    if isinstance(document, Mapping):
        return Definition(Body(document, {}, place))
    expansion.skip(
        f"definition of {source.logical_id}",
        f"the file {text} could not be read",
        place,
        "check that the path is relative to the template and inside the scanned folder",
    )
    return Unknown(f"the definition file {text} could not be read", place)


def skeleton(source: Shorthand, place: Location) -> dict[str, Any]:
    """The document that SAM starts from when there is no definition."""
    if source.type == "AWS::Serverless::HttpApi":
        title: Any = Reference("AWS::StackName", "Ref", place)
        return {"openapi": "3.0.1", "info": {"version": "1.0", "title": title}, "paths": {}}
    info = {"version": "1.0", "title": Reference("AWS::StackName", "Ref", place)}
    version = source.get("OpenApiVersion")
    if display(version).startswith("3"):
        return {"openapi": version, "info": info, "paths": {}}
    return {"swagger": "2.0", "info": info, "paths": {}}
