"""IAM policies in one normal form, wherever they stood in the template."""

from __future__ import annotations

from ringfence.model.location import Location
from ringfence.model.record import record
from ringfence.model.value import NOWHERE, Text


@record(frozen=True)
class Pattern:
    """One action, resource or principal text with ``*`` and ``?`` wildcards.

    ``text`` renders references as ``${Name.Attribute}`` and unknown parts as ``${?}``. ``glob`` is
    what is known of it: references and unknown parts became ``*``. ``parts`` keeps the pieces for
    matching against the application's own resources. ``known`` is False when some part is unknown.
    """

    text: str
    glob: str
    parts: Text | None = None
    known: bool = True
    location: Location = NOWHERE


@record(frozen=True)
class Principal:
    """``kind`` is AWS, Service, Federated, CanonicalUser or ``*`` (everyone)."""

    kind: str
    value: Pattern


@record(frozen=True)
class Condition:
    """One operator-key-values line of a Condition block, operator and key as written."""

    operator: str
    key: str
    values: tuple[Pattern, ...]


@record(frozen=True)
class Statement:
    """One policy statement; exactly one of each positive/negative pair is non-empty.

    ``origin`` says in words where it comes from: "inline policy", "managed policy
    AmazonS3FullAccess", "SAM policy template S3ReadPolicy", "connector", "bucket policy", …
    ``certain`` is False when it stands in a branch of a template condition that is not decided.
    """

    effect: str
    actions: tuple[Pattern, ...] = ()
    not_actions: tuple[Pattern, ...] = ()
    resources: tuple[Pattern, ...] = ()
    not_resources: tuple[Pattern, ...] = ()
    principals: tuple[Principal, ...] = ()
    not_principals: tuple[Principal, ...] = ()
    conditions: tuple[Condition, ...] = ()
    sid: str = ""
    location: Location = NOWHERE
    origin: str = ""
    certain: bool = True


@record(frozen=True)
class PolicyDocument:
    """A parsed policy. ``unknowns`` counts parts that could not be resolved."""

    statements: tuple[Statement, ...] = ()
    location: Location = NOWHERE
    name: str = ""
    unknowns: int = 0
