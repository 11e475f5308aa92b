"""Secrets that leave the function: in an answer, in a file, in a public object, to others.

A secret is what a secret store gave, a variable of the environment that is named as one, and a
field of a stored record that is named as one (:mod:`.sensitive`). What a library made of it, such
as a signature or a session, is none. A function may make or fetch a token for whoever asks, and
may show people what they sent themselves: neither is a source here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow import selection, sensitive, sinks, table_conditions, texts
from ringfence.dataflow.objects import (
    Closure,
    Environment,
    External,
    Obj,
    Record,
    Struct,
    contents,
    deep_taint,
)
from ringfence.dataflow.values import NOTHING, OF_CALLERS, Hole, Mix, Source, Taint, Value
from ringfence.model import syntax
from ringfence.model.application import Application
from ringfence.model.facts import Step
from ringfence.model.severity import CONFIDENCES
from ringfence.model.value import string
from ringfence.rules.taint import Exposed

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine

RULE = "sensitive-data-exposed"
RESPONSE, PUBLIC_OBJECT, OTHERS = "response", "public-object", "third-party"
#: How an issue says where the data goes.
_PLACES = {
    RESPONSE: "the response holds",
    "temporary-file": "a file in /tmp, which later invocations find, holds",
    PUBLIC_OBJECT: "an object that anyone may read holds",
    OTHERS: "another service receives",
}
#: Answers in which a key or a text of one's own may be meant for whoever asks.
_PURPOSE = frozenset(("kms.Decrypt",))
#: The source of what an HTTP request brought.
SERVER = "the answer of a server"
#: Where records are kept, by the beginning of a source's label.
_STORES = ("dynamodb.", "rds-data.", SERVER)
MAX_VALUES = 300


def check_tables(
    machine: Machine,
    tables: list[Exposed],
    receiver: Value | None,
    arguments: Arguments,
    node: syntax.Node,
) -> None:
    """Look at what a call carries out of the function, as its tables say."""
    for table in tables:
        if not table_conditions.conditions_hold(table.when, arguments, receiver):
            continue
        if "*" in table.argument:  # each by itself: none of them makes the others something else
            named = machine.struct("map")
            named.fields.update(arguments.keywords)
            given = [*arguments.everything(), Value(objects=(named,))]
        else:
            value = selection.selected(table.argument, receiver, arguments)
            given = [] if value is None else [value]
        for value in given:
            check(machine, table.into, value, node, table.certainty)


def check(
    machine: Machine, into: str, value: Value, node: syntax.Node, certainty: str = "high"
) -> None:
    """Report the first secret in a value that goes ``into`` a place."""
    for told, steps, sure in (*secrets_in(value, into), *records_with_secrets(machine, value)):
        place = machine.location(node)
        text = f"{_PLACES[into]} {told}"
        way = (*steps, Step(place, text)) if steps else ()
        least = max(certainty, sure, key=CONFIDENCES.index)
        sinks.issue(machine, RULE, node, text, least, way)
        return


def secrets_in(value: Value, into: str) -> Iterator[tuple[str, tuple[Step, ...], str]]:
    """What is secret inside a value, in words, with its steps, and how sure that is."""
    for one in inside(value):
        made = any(isinstance(obj, External) for obj in one.objects)
        for atom in verbatim(one):
            if made and (atom.derived or atom.source.kind != "secret"):
                continue
            told = told_of(atom, into)
            if told and not sensitive.is_masked(atom):
                is_sure = atom.source.label.startswith("secretsmanager.")
                sure = "low" if atom.source.kind == "event" and into == OTHERS else "medium"
                yield told, steps_of(atom), "high" if is_sure else sure
        for name in named_fields(one):
            yield f"the {name}", (), "medium"
        for obj in one.objects:
            name = read_column(obj) if isinstance(obj, External) else ""
            if name:
                yield f"the stored {name}", (), "medium"
        if into == OTHERS:
            continue  # one's own secrets are how one signs in there
        for const in one.consts:
            for name in const.variables() if isinstance(const, Mix) else ():
                if sensitive.is_secret_variable(name):
                    yield f"the variable {name}", (), "medium"
                elif sensitive.may_be_secret_variable(name):
                    yield f"the variable {name}", (), "low"
        if any(isinstance(obj, Environment) for obj in one.objects):
            yield "the whole environment, with the credentials of the role", (), "high"


#: Fields that no answer and nobody else needs, whatever they were read from.
_NEVER_SHOWN = late.pattern(
    r"^((password|passwd|pwd|pin)_?(hash|digest|salt)|hashed_(password|passwd|pwd)"
    r"|(totp|mfa|otp|two_factor)_?secret|private_key|card_number|cvv|cvc)$"
)


def named_fields(value: Value) -> Iterator[str]:
    """Fields of a map that is put together, whose names say that nobody is to see them. What the
    caller sent, and what is fixed, is none."""
    for obj in value.objects:
        if isinstance(obj, Record):
            yield from obj.names[:1]
        if isinstance(obj, External):
            yield from selected_secrets(obj)
            if ".select()" not in obj.path:
                yield from fields_of_schema(obj)
        if isinstance(obj, Struct) and obj.kind == "map":
            for key, field in obj.fields.items():
                name = sensitive.words_of(str(key)).replace(" ", "_")
                sent = any(map(is_sent, field.taint))
                if _NEVER_SHOWN.match(name) and not field.definite and not sent:
                    yield str(key)


#: Rows as a database library gives them, whole.
_ROWS = late.pattern(
    r"(\.(query|execute|fetchall|fetchone|fetchmany|fetch|fetchrow|all|get)\(\)|\.rows)(\[\])*$|^dbapi\.Cursor(\[\])*$"
    # what builds its statement by a chain of calls
    r"|^(knex\.Client\(\)|drizzle-orm/[\w-]+\.drizzle\(\)|sqlalchemy\.(Session|Connection)|peewee\.Model)"
    r"\..*\(\)(\[\])*$"
)
#: Documents as other databases, and what web services, give them.
_DOCUMENTS = late.pattern(
    r"\.(find_?(One|one|Unique|First|ById|ByPk|Many)?\w*|get|read_item|query_items|to_dict|data"
    r"|toArray|to_list|hgetall|hGetAll|json|text)\(\)(\[\])?$"
    r"|\.(data|content|text|body|resource|resources(\[\])?)$"
)
_SELECT = late.pattern(r"(?is)^\s*select\s+(.{1,2000}?)\sfrom\s")
_WORD = late.pattern(r"\w+")


def selected_secrets(obj: External) -> Iterator[str]:
    """Columns for nobody's eyes that a fixed statement selects, where its rows stand as read."""
    if _ROWS.search(obj.path) is None:
        return
    link: External | None = obj
    while link is not None:
        for given in (*link.arguments[:1], *([link.statement] if link.statement else ())):
            for text in given.texts():
                chosen = _SELECT.match(text)
                for word in _WORD.findall(chosen.group(1)) if chosen else ():
                    if sensitive.is_secret_field(word):
                        yield word
                        return
        link = link.before


def read_column(obj: External) -> str:
    """The name of a column or field for nobody's eyes that is read of a database's row."""
    rows, _, name = obj.path.rpartition(".")
    is_secret = sensitive.is_secret_field(name) and is_stored(External(rows))
    return name if is_secret else ""


def is_stored(obj: External) -> bool:
    """Whether these are rows or documents of a database, or what a web service gave."""
    return _ROWS.search(obj.path) is not None or _DOCUMENTS.search(obj.path) is not None


_MODELS = late.pattern(r"^mongoose\.(model\(\)|Model)\.(find\w*|create)\(\)")


def fields_of_schema(obj: External) -> Iterator[str]:
    """Fields for nobody's eyes of the schema whose documents a Mongoose model gives whole."""
    if _MODELS.match(obj.path) is None or not _WHOLE.search(obj.path):
        return
    link: External | None = obj
    while link is not None:
        for given in link.arguments if link.path.lower() == "mongoose.model" else ():
            for schema in given.objects:
                shape = schema.arguments[:1] if isinstance(schema, External) else ()
                for fields in (one for value in shape for one in value.objects):
                    for name, kind in fields.fields.items() if isinstance(fields, Struct) else ():
                        options = [one for one in kind.objects if isinstance(one, Struct)]
                        hidden = any("select" in one.fields for one in options)
                        if sensitive.is_secret_field(str(name)) and not hidden:
                            yield str(name)
        link = link.before


#: The end of a chain that gives documents as they are stored.
_WHOLE = late.pattern(
    r"\.(find(One|ById)?|findOneAndUpdate|findByIdAndUpdate|lean|exec|toObject|toJSON)\(\)(\[\])?$"
)


def is_asked(obj: External) -> bool:
    """Whether these are rows or documents that a database was asked for with the caller's data, or
    what stands in one."""
    column_of = External(obj.path.rpartition(".")[0])
    return (is_stored(obj) or is_stored(column_of)) and was_given_event(obj)


_REFERENCES = late.pattern(r"\.(document|doc|collection|child|ref)\(\)$|^firestore\.")


def is_reference(obj: External) -> bool:
    """Whether this points to a document of a database, which a ``get`` then reads."""
    return _REFERENCES.search(obj.path) is not None


def was_given_event(obj: External) -> bool:
    """Whether a library made this object, or one that it came from, with data of the event."""
    link: External | None = obj
    while link is not None:
        given = [*link.arguments, *link.keywords.values()]
        if any(atom.source.kind in OF_CALLERS for one in given for atom in deep_taint(one)):
            return True
        link = link.before
    return False


def a_field(value: Value) -> Value:
    """What stands under some key of a record: one of its fields, and no longer the whole."""
    if not any(isinstance(obj, Record) for obj in value.objects):
        return value
    objects = tuple(obj for obj in value.objects if not isinstance(obj, Record))
    return Value(value.consts, value.taint, objects, True)


def row_of(obj: External) -> Value:
    """What a map holds that is made of a row of which secrets were selected."""
    names = tuple(selected_secrets(obj))
    return Value(objects=(Record(names),)) if names else NOTHING


def is_sent(atom: Taint) -> bool:
    """Whether data is what a caller sent, and not a stored item whose change is told."""
    stored = {"NewImage", "OldImage"} & set(atom.path)
    return atom.source.kind == "event" and not atom.derived and not stored


def remember(machine: Machine, value: Value, name: str) -> None:
    """The code reads a field of a stored record: if it is secret, so is the record as a whole."""
    if not sensitive.is_secret_field(name):
        return
    known = machine.memo.setdefault(("records with secrets",), {})
    for atom in value.taint:
        if atom.source.kind == "response" and atom.source.label.startswith(_STORES):
            known[id(atom.source), atom.path] = name


_PROJECTED = late.pattern(r"[#\w]+")


def projected(parameters: Mapping[str, Value]) -> str:
    """The field for nobody's eyes that a reading call asks for by name, "" for none."""
    names = parameters.get("ExpressionAttributeNames", NOTHING)
    for text in parameters.get("ProjectionExpression", NOTHING).texts():
        for word in _PROJECTED.findall(text):
            meant = selection.at(names, word, guess=False) if word.startswith("#") else None
            name = (meant.only_text() or "") if meant is not None else word
            if sensitive.is_secret_field(name):
                return name
    return ""


def remember_rows(machine: Machine, source: Source, hidden: str) -> None:
    """What such a call answers is a record with that field, wherever it is shown whole."""
    known = machine.memo.setdefault(("records with secrets",), {})
    for path in (("Item",), ("Items",), ("Items", "[]")) if hidden else ():
        known[id(source), path] = hidden


def of_declared_type(machine: Machine, names: tuple[str, ...], value: Value) -> Value:
    """What a function answers whose declared type has fields that are for nobody's eyes. What the
    caller sent, and what the code puts together itself, is no stored record."""
    if (
        any(map(is_sent, value.taint))
        or value.definite
        or any(isinstance(obj, (Struct, Closure)) for obj in value.objects)
    ):
        return value
    key = ("record", machine.frame.module.file, names)
    hidden = machine.memo.get(key)
    if hidden is None:
        fields = [field for shape in shapes_of(machine, names) for field in shape]
        hidden = tuple(field for field in fields if sensitive.is_secret_field(field))
        machine.memo[key] = hidden
    if not hidden:
        return value
    return Value(value.consts, value.taint, (*value.objects, Record(hidden)), True)


def shapes_of(machine: Machine, names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The properties of declared types, from the files that run and those that only declare."""
    from ringfence.dataflow import imports

    modules = [one.module for one in machine.modules.values() if one is not None]
    for source in machine.frame.module.module.types_from:
        file = imports.find_script(machine, source)
        module = machine.read_module(file) if file is not None else None
        if file is not None and module is not None:
            machine.collected.files[file] = None
            modules.append(module)
    for module in modules:
        for name in names:
            if name in module.shapes:
                yield module.shapes[name]


def of_annotation(machine: Machine, annotation: syntax.Expression, value: Value) -> Value:
    """The same for a variable or parameter of a declared type."""
    name = getattr(annotation, "name", "")
    return of_declared_type(machine, (name,), value) if name else value


def as_record(value: Value) -> Value:
    """An item that was read from a store as it lies there: its fields for nobody's eyes are told
    where it is shown whole."""
    hidden = tuple(
        str(key)
        for obj in value.objects
        if isinstance(obj, Struct)
        for key in obj.fields
        if sensitive.is_secret_field(str(key))
    )
    if not hidden:
        return value
    return Value(value.consts, value.taint, (*value.objects, Record(hidden)), value.open)


def without(value: Value, names: set[str]) -> Value:
    """The rest of a record after some of its fields were taken."""
    objects = tuple(
        Record(tuple(name for name in obj.names if name not in names))
        if isinstance(obj, Record)
        else obj
        for obj in value.objects
    )
    return Value(value.consts, value.taint, objects, value.open)


def take_out(machine: Machine, value: Value) -> None:
    """The code removes a field of a record: it thinks of what it shows."""
    for obj in value.objects:
        if isinstance(obj, Record):
            obj.names = ()
    cleaned = machine.memo.setdefault(("cleaned records",), set())
    cleaned.update((id(atom.source), atom.path) for atom in value.taint)


def records_with_secrets(
    machine: Machine, value: Value
) -> Iterator[tuple[str, tuple[Step, ...], str]]:
    """Whole records in a value, of which the code itself reads a secret field elsewhere."""
    known = machine.memo.get(("records with secrets",), {})
    cleaned = machine.memo.get(("cleaned records",), ())
    for one in inside(value) if known else ():
        for atom in one.taint:
            place = (id(atom.source), atom.path)
            name = known.get(place)
            if name is not None and not atom.derived and place not in cleaned:
                yield f"the stored {name}, with the whole record", steps_of(atom), "medium"


def told_of(atom: Taint, into: str) -> str:
    """What of an atom is secret, in words; "" for nothing."""
    source = atom.source
    if source.kind == "event" and {"NewImage", "OldImage"} & set(atom.path):
        name = field_name(atom.path)
        return f"the stored {name}" if sensitive.is_secret_field(name) else ""
    if source.kind == "secret":
        is_meant = into == OTHERS or source.label in _PURPOSE or is_public_name(atom.path)
        return "" if is_meant or not sensitive.shows_secret(atom.path) else atom.display
    if source.kind == "event" and into == OTHERS and atom.path and not atom.derived:
        name = field_name(atom.path)
        return f"the caller's {name}" if sensitive.personal(name) == "medium" else ""
    if source.kind != "response" or not atom.path or not source.label.startswith(_STORES):
        return ""
    name = field_name(atom.path)
    return f"the stored {name}" if sensitive.is_secret_field(name) else ""


def field_name(path: tuple[str, ...]) -> str:
    """The last name of a path, without the type's letter of a table's wire form."""
    wired = len(path) > 1 and path[-1] in ("S", "N", "B")
    return path[-2] if wired else path[-1]


def is_public_name(path: tuple[str, ...]) -> bool:
    """Whether a part of a secret is named as one that its users are told."""
    words = sensitive.words_of(path[-1]) if path else ""
    return "public" in words or "publishable" in words or words.endswith(("_id", "_url", "_name"))


def verbatim(value: Value) -> list[Taint]:
    """The taint that stands in a value as it is, or as a piece of a text."""
    found = [atom for atom in value.taint if not atom.derived]
    for const in value.consts:
        if isinstance(const, Mix):
            holes = (part for part in const.parts if isinstance(part, Hole))
            inside_text = [atom for hole in holes for atom in hole.taint]
            found += [atom for atom in inside_text if texts.VERBATIM in atom.marks]
    return found


def inside(value: Value) -> Iterator[Value]:
    """A value and all values in it."""
    waiting, seen = [value], 0
    known: set[int] = set()
    while waiting and seen < MAX_VALUES:
        current = waiting.pop(0)
        seen += 1
        yield current
        for obj in current.objects:
            if id(obj) not in known:
                known.add(id(obj))
                waiting += inner(obj)


def inner(obj: Obj) -> list[Value]:
    """What an object holds for certain, without what a map is copied from as a whole."""
    if isinstance(obj, Struct):
        held = obj.base.objects if obj.base is not None else ()
        whole = [Value(objects=(one,)) for one in held if isinstance(one, Environment)]
        return [*obj.fields.values(), without(obj.rest, {str(key) for key in obj.fields}), *whole]
    return contents(obj)


def steps_of(atom: Taint) -> tuple[Step, ...]:
    steps = list(atom.trail.steps())
    if steps and not steps[0].text:
        steps[0] = Step(steps[0].location, f"{atom.display} is read")
    return tuple(steps)


# --- buckets that everybody reads ---


def public_buckets(application: Application) -> frozenset[str]:
    """The ids of buckets whose objects the template lets anyone read."""
    found = {
        resource.id
        for resource in application.resources.values()
        if resource.kind == "bucket"
        and (string(resource.properties.get("AccessControl")) or "").startswith("PublicRead")
    }
    for policy in application.resource_policies:
        if policy.kind == "bucket" and any(
            statement.effect == "Allow"
            and not statement.conditions
            and any(principal.kind == "*" for principal in statement.principals)
            and any(action.glob.lower() in _READING for action in statement.actions)
            for statement in policy.document.statements
        ):
            found.add(policy.resource)
    return frozenset(found)


_READING = frozenset(("*", "s3:*", "s3:get*", "s3:getobject", "s3:getobject*"))


def check_object(
    machine: Machine, operation: str, parameters: dict[str, Value], node: syntax.Node
) -> None:
    """The body of an object that is written so that, or where, anyone may read it."""
    body = parameters.get("Body")
    if body is None or operation != "PutObject":
        return
    acl = parameters.get("ACL")
    is_public = acl is not None and any(text.startswith("public-read") for text in acl.texts())
    named = parameters.get("Bucket")
    if not is_public and named is not None and machine.directory is not None:
        buckets = machine.directory.of_value(named, "bucket", machine.function.id)
        is_public = not public_of(machine).isdisjoint(buckets)
    if is_public:
        check(machine, PUBLIC_OBJECT, body, node)


def public_of(machine: Machine) -> frozenset[str]:
    key = ("public buckets",)
    found = machine.memo.get(key)
    if found is None:
        found = machine.memo[key] = public_buckets(machine.application)
    assert isinstance(found, frozenset)
    return found
