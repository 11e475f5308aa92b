"""Contracts for tests: short lines to write them by, one whole sample, and any contract at all."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from ringfence.contract.order import ITEM_LISTS, LIST_OF_KIND
from ringfence.model.contract import (
    EVIDENCE_KINDS,
    Accepted,
    Condition,
    Contract,
    EventPath,
    Evidence,
    FunctionContract,
    Host,
    Item,
    Limits,
    Permission,
    TriggerContract,
)
from ringfence.model.record import replace
from ringfence.model.severity import Exposure

LINE = (Evidence("code", "src/app.py:3", ""),)


def contract(*functions: FunctionContract) -> Contract:
    return Contract(functions={function.key: function for function in functions})


def function(key: str, lines: Iterable[str] = ()) -> FunctionContract:
    """A function from lines such as ``permission | s3:GetObject | arn:aws:s3:::b/*``."""
    made = FunctionContract(key, key)
    for line in lines:
        kind, *fields = (part.strip() for part in line.split("|"))
        _add(made, kind, fields)
    return made


def _add(made: FunctionContract, kind: str, fields: list[str]) -> None:
    if kind in ("permission", "platform"):
        place = made.permissions if kind == "permission" else made.platform
        place.append(_permission(*fields))
    elif kind == "host":
        host, port, chosen = (*fields, "", "")[:3]
        made.hosts.append(Host(host, int(port or 0), chosen, LINE))
    elif kind in LIST_OF_KIND and kind != "trigger":
        getattr(made, LIST_OF_KIND[kind]).append(Item(*fields, evidence=LINE))
    elif kind == "trigger":
        paths = tuple(_path(text) for text in fields[4:])
        made.triggers.append(TriggerContract(*fields[:4], paths, LINE))
    elif kind in ("memory_mib", "timeout_s", "concurrency", "ephemeral_mib"):
        made.limits = replace(made.limits, **{kind: int(fields[0])})
    elif kind == "accepted":
        made.accepted.append(Accepted(*fields))
    elif kind == "gap":
        made.gaps.append(fields[0])
    else:
        setattr(made, kind, fields[0])


def _permission(
    action: str, resource: str, of: str = "", inside: str = "", key: str = "", unknown: str = ""
) -> Permission:
    conditions = (Condition("StringEquals", key, ("a",)),) if key else ()
    return Permission(action, resource, of, inside, conditions, (unknown,) if unknown else (), LINE)


def _path(text: str) -> EventPath:
    """``body.id type=string allowed=a,b required=yes``"""
    path, *facts = text.split(" ")
    found = dict(fact.split("=", 1) for fact in facts)
    return EventPath(
        path,
        found.get("type", ""),
        tuple(found["allowed"].split(",")) if "allowed" in found else (),
        found.get("pattern", ""),
        found.get("minimum", ""),
        found.get("maximum", ""),
        "required" in found,
        LINE,
    )


def shop() -> Contract:
    """Two functions with everything that a contract can hold."""
    table = "arn:aws:dynamodb:*:*:table/shop-*-Orders-*"
    at = [Evidence("code", f"src/orders.py:{line}", "dynamodb.PutItem") for line in (7, 12, 103)]
    orders = FunctionContract(
        "Orders",
        "Orders",
        name="shop-*-Orders-*",
        role="shop-*-OrdersRole-*",
        runtime="python3.12",
        handler="src/orders.handler",
        permissions=[
            Permission("dynamodb:PutItem", table, "Orders", evidence=(at[2], at[0])),
            Permission("dynamodb:GetItem", table, "Orders", evidence=(at[1],)),
            Permission(
                "s3:PutObject",
                "arn:aws:s3:::shop-*-receipts-*/*",
                "Receipts",
                "/*",
                (Condition("StringEquals", "s3:x-amz-acl", ("private",)),),
                ("Key of put_object, src/orders.py:20",),
                (Evidence("observed", "checkout.ndjson", "s3.PutObject"),),
            ),
        ],
        platform=[
            Permission(
                "xray:PutTraceSegments",
                "*",
                evidence=(Evidence("platform", "template.yaml:14", "Tracing: Active"),),
            )
        ],
        hosts=[
            Host("api.stripe.com", 443, evidence=(Evidence("code", "src/pay.py:9", ""),)),
            Host("*", 0, "the caller", (Evidence("code", "src/hooks.py:31", "requests.post"),)),
        ],
        processes=[Item("ffmpeg", evidence=(Evidence("code", "src/film.py:5", ""),))],
        file_reads=[Item("/opt/schema.json")],
        file_writes=[Item("/tmp/*", "the caller")],
        environment=[Item("TABLE", evidence=(Evidence("code", "src/orders.py:3", ""),))],
        secrets=[Item("stripe-key")],
        triggers=[
            TriggerContract(
                "apigateway-rest",
                "POST /orders",
                "anyone",
                "none",
                (
                    EventPath(
                        "body.id",
                        "string",
                        pattern="^\\d+$",
                        required=True,
                        evidence=(Evidence("code", "src/orders.py:5", ""),),
                    ),
                    EventPath("body.kind", "string", ("gift", "sale")),
                ),
                (Evidence("template", "template.yaml:31", ""),),
            )
        ],
        limits=Limits(256, 10),
        accepted=[
            Accepted(
                "permission", "s3:GetObject", "arn:aws:s3:::shop-*", "old clients", "2027-01-31"
            )
        ],
        gaps=["src/old.rb: no front end for ruby"],
    )
    return contract(orders, FunctionContract("Empty", "services/a b.yaml:Empty"))


_plain = st.text("abcXYZ019-_./*:", max_size=12)
_hostile = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\"'\\\n\r\t\0\x7f\x1b\u202e\u2028\ufeff\U000e0001\ud800#[]{}=,"),
    ),
    max_size=24,
)
_odd = st.sampled_from(["__proto__", "<<<<<<< HEAD", '"""', "'''", "schema = 2", "]", "a" * 5_000])
texts = st.one_of(_plain, _hostile, _odd)
some = texts.filter(bool)
_evidence = st.builds(Evidence, st.sampled_from(EVIDENCE_KINDS), texts, texts)
_several = st.lists(_evidence, max_size=3).map(tuple)
_words = st.lists(texts, max_size=3).map(tuple)
_filled = st.lists(some, max_size=2).map(tuple)
_actions = st.sampled_from(
    ["s3:GetObject", "s3:PutObject", "dynamodb:Query", "new-service:DoIt", "sqs:SendMessage"]
)
_conditions = st.lists(st.builds(Condition, some, some, _words), max_size=2).map(tuple)
_permissions = st.builds(
    Permission,
    _actions,
    st.one_of(some, st.just("arn:aws:s3:::b/*")),
    texts,
    texts,
    _conditions,
    _filled,
    _several,
)
_numbers = st.none() | st.integers(0, 2**31 - 1)
_paths = st.builds(
    EventPath,
    some,
    st.sampled_from(["", "string", "number", "boolean", "list", "map"]),
    _words,
    texts,
    texts,
    texts,
    st.booleans(),
    _several,
)
_triggers = st.builds(
    TriggerContract,
    some,
    texts,
    st.sampled_from([str(exposure) for exposure in Exposure]),
    texts,
    st.lists(_paths, max_size=3).map(tuple),
    _several,
)
_reasons = some.map(str.strip).filter(bool)
_days = st.dates().map(lambda day: day.isoformat())
_accepted = st.one_of(
    st.builds(Accepted, st.just("permission"), st.just("s3:Get*"), some, _reasons, _days),
    st.builds(
        Accepted,
        st.sampled_from([kind for kind in LIST_OF_KIND if kind != "permission"]),
        some,
        st.just(""),
        _reasons,
        _days,
    ),
)
_items = st.lists(st.builds(Item, some, texts, _several), max_size=2)
functions = st.builds(
    FunctionContract,
    id=texts,
    key=texts,
    name=texts,
    role=texts,
    runtime=texts,
    handler=texts,
    permissions=st.lists(_permissions, max_size=4),
    platform=st.lists(_permissions, max_size=2),
    hosts=st.lists(st.builds(Host, some, st.integers(0, 65_535), texts, _several), max_size=2),
    triggers=st.lists(_triggers, max_size=2),
    limits=st.builds(Limits, _numbers, _numbers, _numbers, _numbers),
    accepted=st.lists(_accepted, max_size=2),
    gaps=st.lists(texts, max_size=2),
    **dict.fromkeys(ITEM_LISTS, _items),
)
contracts = st.dictionaries(texts, functions, max_size=2).map(
    lambda found: Contract(functions={k: replace(f, id=k, key=k) for k, f in found.items()})
)
