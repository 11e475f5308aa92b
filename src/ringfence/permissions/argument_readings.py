"""The odd spellings that operations take for what they touch: URLs, aliases, paths, statements.

A *reading* turns one text of an argument into a :class:`Value`. Which reading an argument needs is
data (``rules/permissions/operations``); the readings are the formats that the provider's API
references name for these parameters.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

from ringfence.model.contract import Condition
from ringfence.permissions.argument_values import (
    ANYTHING,
    PSEUDO,
    TOKEN,
    Resolver,
    Value,
    names,
    of_resource,
    plain,
)

_QUEUE_HOST = re.compile(r"(?:sqs|queue)\.([a-z]{2}[a-z-]*-\d)\.")
_SUFFIX = re.compile(r"-(?:[A-Za-z0-9]{6}|\?{6})$")
_ACCOUNT = re.compile(r"\d{12}")
_TABLE = re.compile(
    r"""\b(?:from|into|update)\s+("[^"]+"|'[^']+'|[^\s"'.;(]+)(?:\.("[^"]+"|[^\s"'.;(]+))?""",
    re.IGNORECASE,
)
#: Groups of regions before a model's id ("Supported Regions and models for inference profiles").
_PROFILE = re.compile(r"(?:us-gov|us|eu|apac|jp|au|ca|global)\.[a-z]")


def read(text: str, reading: str, form: str, resolve: Resolver) -> Value:
    """The value that a text has for a place in an ARN form."""
    found = READINGS[reading](text, form, resolve) if text else ANYTHING
    partly = reading not in SEARCHING and ("*" in text or "⟦$" in text)
    unknown = found.unknown or (partly and "*" in found.text)
    return Value(
        re.sub(r"\*+", "*", found.text), found.whole, unknown, found.foreign, found.conditions
    )


def queue_url(text: str, form: str, resolve: Resolver) -> Value:
    """``https://sqs.REGION.amazonaws.com/ACCOUNT/NAME``, or only a name."""
    if "/" not in text:
        return plain(text, form, resolve)
    head, _, last = text.rpartition("/")
    whole = TOKEN.fullmatch(last)
    if whole and not whole[1].startswith("$"):
        return of_resource(whole[1], form, resolve)
    name = names(last, resolve) or "*"
    account = head.rpartition("/")[2]
    if not _ACCOUNT.fullmatch(account):
        return Value(name)
    region = _QUEUE_HOST.search(text)
    return Value(
        f"arn:${{Partition}}:sqs:{region[1] if region else '${Region}'}:{account}:{name}",
        whole=True,
    )


def function(text: str, form: str, resolve: Resolver) -> Value:
    """A function's name, ``ACCOUNT:function:NAME``, or an ARN; each may end in ``:QUALIFIER``."""
    if text.startswith("arn:") or TOKEN.fullmatch(text):
        return plain(text, form, resolve)
    account, found, name = text.partition(":function:")
    if found and _ACCOUNT.fullmatch(account):
        arn = f"arn:${{Partition}}:lambda:${{Region}}:{account}:function:"
        return Value(arn + names(name, resolve), whole=True)
    return Value(names(name if found else text, resolve))


def secret(text: str, form: str, resolve: Resolver) -> Value:
    """A secret's name, its ARN, or its ARN without the six characters that end it."""
    found = plain(text, form, resolve)
    if (_SUFFIX.search(found.text) and found.whole) or found.text.endswith("*"):
        return found
    return Value(found.text + "-??????", found.whole)


def path(text: str, form: str, resolve: Resolver) -> Value:
    """A name that may begin with a slash, which its ARN has only once, and end in ``:VERSION``."""
    if text.startswith("arn:") or TOKEN.fullmatch(text):
        return plain(text, form, resolve)
    return Value(names(text, resolve).strip("/").partition(":")[0] or "*")


def under(text: str, form: str, resolve: Resolver) -> Value:
    """Everything below a path; the root is everything."""
    found = path(text, form, resolve)
    name = found.text.rstrip("/*") if not found.whole else found.text
    return Value(f"{name}/*" if name else "*", found.whole)


def key(text: str, form: str, resolve: Resolver) -> Value:
    """A key's id, its ARN, or an alias: any key, while the request names that alias.

    Source: "Use aliases to control access to KMS keys" (KMS Developer Guide).
    """
    token = TOKEN.fullmatch(text)
    own = token and not token[1].startswith("$") and token[1] not in PSEUDO
    alias = resolve.arn(token[1]) if token and own else names(text, resolve)
    if alias.startswith("arn:") and ":alias/" in alias:
        head, _, alias = alias.partition(":alias/")
        return Value(f"{head}:key/*", True, conditions=_by_alias("alias/" + alias))
    if alias.startswith("alias/"):
        return Value("*", conditions=_by_alias(alias))
    return plain(text, form, resolve)


def _by_alias(alias: str) -> tuple[Condition, ...]:
    operator = "StringLike" if "*" in alias else "StringEquals"
    return (Condition(operator, "kms:RequestAlias", (alias,)),)


def copy_source(text: str, form: str, resolve: Resolver) -> Value:
    """``BUCKET/KEY``, percent-encoded, or an access point's ARN with the object."""
    text = unquote(text.partition("?versionId=")[0]).lstrip("/")
    if text.startswith("arn:"):
        return Value(names(text, resolve), whole=True)
    bucket, slash, inside = text.partition("/")
    if not slash:
        return Value("*/*", unknown=True) if bucket in ("", "*") else _inside(bucket, "*", resolve)
    return _inside(bucket, inside, resolve)


def _inside(bucket: str, inside: str, resolve: Resolver) -> Value:
    form = "arn:${Partition}:s3:::{Bucket}"
    head = plain(bucket, form, resolve)
    return Value(f"{head.text}/{names(inside, resolve)}", head.whole)


def s3_uri(text: str, form: str, resolve: Resolver) -> Value:
    """``s3://BUCKET/KEY``, and the same by HTTPS, as ``BUCKET/KEY``."""
    bare = re.sub(r"^(s3|https?)://(s3[.a-z0-9-]*\.amazonaws\.com/)?", "", text)
    bucket, slash, inside = bare.partition("/")
    return _inside(bucket or "*", inside if slash else "*", resolve)


def s3_under(text: str, form: str, resolve: Resolver) -> Value:
    """Everything below ``s3://BUCKET/PREFIX``."""
    found = s3_uri(text, form, resolve)
    return Value(found.text.rstrip("*") + "*", found.whole)


def s3_bucket(text: str, form: str, resolve: Resolver) -> Value:
    """The bucket of ``s3://BUCKET/KEY``."""
    found = s3_uri(text, "", resolve)
    if found.whole and "accesspoint/" not in found.text:
        head, _, rest = found.text.partition(":::")
        return Value(f"{head}:::{rest.partition('/')[0]}", whole=True)
    return Value(found.text.partition("/")[0])


def prefix(text: str, form: str, resolve: Resolver) -> Value:
    """A beginning of names."""
    return Value(names(text, resolve) + "*")


def last(text: str, form: str, resolve: Resolver) -> Value:
    """What follows the last slash or colon of an id, URL or ARN."""
    return Value(re.split(r"[:/]", names(text, resolve))[-1] or "*")


def execution(text: str, form: str, resolve: Resolver) -> Value:
    """An execution's ARN; that of a state machine means all its executions."""
    found = plain(text, "arn:${Partition}:states:${Region}:${Account}:stateMachine:{M}", resolve)
    if found.whole:
        return Value(found.text.replace(":stateMachine:", ":execution:") + ":*", whole=True)
    return plain(text, form, resolve) if text.startswith("arn:") else Value(found.text + ":*")


def address(text: str, form: str, resolve: Resolver) -> Value:
    """A mail address, also as ``Name <address>``."""
    shown = re.search(r"<([^<>]+)>", text)
    return plain(shown[1].strip() if shown else text, form, resolve)


def model(text: str, form: str, resolve: Resolver) -> Value:
    """A foundation model's id, an inference profile's (it begins with a group of regions), or the
    ARN of any kind of model."""
    named = names(text, resolve)
    if named.startswith("arn:"):
        return Value(named, whole=True)
    if _PROFILE.match(named):
        arn = "arn:${Partition}:bedrock:${Region}:${Account}:inference-profile/"
        return Value(arn + named, whole=True)
    return plain(text, form, resolve)


def profiled(text: str, form: str, resolve: Resolver) -> Value:
    """The foundation model behind an inference profile's id, in whichever region it runs."""
    named = names(text, resolve)
    if not _PROFILE.match(named):
        return Value(named, foreign=True)
    arn = "arn:${Partition}:bedrock:*::foundation-model/"
    return Value(arn + named.partition(".")[2], whole=True)


def log_group(text: str, form: str, resolve: Resolver) -> Value:
    """A log group's name or ARN, which may end in ``:*``."""
    found = plain(text, form, resolve)
    return Value(found.text.removesuffix(":*"), found.whole)


def table(text: str, form: str, resolve: Resolver) -> Value:
    """A table's name or ARN; the ARN of its stream or index is cut to the table's own."""
    found = plain(text, form, resolve)
    if not found.whole:
        return found
    return Value(re.sub(r"(:table/[^/]+)/.*", r"\1", found.text), whole=True)


def task_definition(text: str, form: str, resolve: Resolver) -> Value:
    """``FAMILY`` (its newest revision), ``FAMILY:REVISION`` or an ARN."""
    found = plain(text, form, resolve)
    if ":" in found.text.rpartition("/")[2]:
        return found
    return Value(found.text.removesuffix(":*") + ":*", found.whole)


def anything(text: str, form: str, resolve: Resolver) -> Value:
    """An ARN's part that the argument does not say: an id that the provider makes."""
    found = plain(text, form, resolve)
    return found if found.whole else Value("*")


def partiql(verb: str) -> Callable[[str, str, Resolver], Value]:
    """A reading for statements of one verb: the table, or ``TABLE/index/INDEX``, that they name."""

    def reading(text: str, form: str, resolve: Resolver) -> Value:
        found = _TABLE.search(text)
        named = plain(found[1].strip("\"'"), form, resolve) if found else Value("*")
        name = named.text
        if found and found[2]:
            name += "/index/" + names(found[2].strip('"'), resolve)
        said = found[0] if found else "*"
        begun = text.strip().lower()
        foreign = not begun.startswith((verb, "*", "⟦"))
        return Value(name, named.whole, "*" in said or "⟦$" in said, foreign)

    return reading


def stream_arn(text: str, form: str, resolve: Resolver) -> Value:
    """A stream's ARN, or the table's of which any stream is meant."""
    found = plain(text, form, resolve)
    if "/stream/" in found.text:
        return found
    return Value(found.text + "/stream/*", found.whole)


def iterator(text: str, form: str, resolve: Resolver) -> Value:
    """A shard iterator, ``ARN-OF-THE-STREAM|VERSION|DATA``; any stream where it is not known."""
    arn, bar, _ = text.partition("|")
    if bar and ":table/" in arn and "/stream/" in arn:
        return plain(arn, form, resolve)
    return Value("*/stream/*", unknown=True)


def subscription(text: str, form: str, resolve: Resolver) -> Value:
    """A subscription's ARN is its topic's, with one part more."""
    if text.startswith("arn:"):
        return Value(":".join(names(text, resolve).split(":")[:6]), whole=True)
    return plain(text, form, resolve)


def endpoint(text: str, form: str, resolve: Resolver) -> Value:
    """The ARN of a topic, or of an endpoint of a platform application."""
    named = names(text, resolve)
    if named.startswith("arn:"):
        return Value(named, whole=True)
    return plain(text, "arn:${Partition}:sns:${Region}:${Account}:{TopicArn}", resolve)


def alias(text: str, form: str, resolve: Resolver) -> Value:
    """``alias/NAME`` or its ARN."""
    return plain(text.removeprefix("alias/"), form, resolve)


def document(text: str, form: str, resolve: Resolver) -> Value:
    """A document's name: the provider's own belong to no account."""
    if text.startswith("AWS-"):
        return Value("arn:${Partition}:ssm:${Region}::document/" + names(text, resolve), whole=True)
    return plain(text, form, resolve)


def domain(text: str, form: str, resolve: Resolver) -> Value:
    """The domain of a mail address, which is its sender's identity in most accounts."""
    found = address(text, form, resolve)
    return Value(found.text.rpartition("@")[2] or "*", found.whole)


def cluster(text: str, form: str, resolve: Resolver) -> Value:
    """A cluster's name, or the name in its ARN where the form is of what runs in it."""
    found = plain(text, "arn:-", resolve)
    return plain(text, form, resolve) if ":cluster/" in form else last(found.text, form, resolve)


def definition(text: str, form: str, resolve: Resolver) -> Value:
    """A job definition's ``NAME``, ``NAME:REVISION`` or ARN."""
    return plain(text, form, resolve)


#: Readings that look for a part of a text, and say themselves whether that part is known.
SEARCHING = ("partiql-select", "partiql-insert", "partiql-update", "partiql-delete")
READINGS: dict[str, Callable[[str, str, Resolver], Value]] = {
    "plain": plain,
    "queue-url": queue_url,
    "function": function,
    "secret": secret,
    "path": path,
    "under": under,
    "key": key,
    "copy-source": copy_source,
    "s3-uri": s3_uri,
    "s3-under": s3_under,
    "s3-bucket": s3_bucket,
    "prefix": prefix,
    "last": last,
    "execution": execution,
    "address": address,
    "model": model,
    "profiled": profiled,
    "log-group": log_group,
    "table": table,
    "task-definition": task_definition,
    "partiql-select": partiql("select"),
    "partiql-insert": partiql("insert"),
    "partiql-update": partiql("update"),
    "partiql-delete": partiql("delete"),
    "stream-arn": stream_arn,
    "iterator": iterator,
    "subscription": subscription,
    "endpoint": endpoint,
    "alias": alias,
    "document": document,
    "domain": domain,
    "cluster": cluster,
    "definition": definition,
    "workgroup": anything,
}
