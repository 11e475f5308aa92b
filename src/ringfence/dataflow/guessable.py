"""Secrets that others can compute: made with a general generator, or hashed too fast."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from ringfence import late
from ringfence.dataflow import sinks, subjects, trees
from ringfence.dataflow.objects import Closure, External
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine
    from ringfence.model.location import Location

#: The last words of names that hold what nobody may foretell.
_SECRET = late.pattern(
    r"(^|_)(token|sid|pin|password|passwd|passcode|otp|secret|nonce|salt|api_?key|session_?id|session_?key"
    r"|(signing|encryption|hmac|webhook|private|secret|licen[cs]e)_?key"
    r"|(verif(y|ication)|reset|confirm(ation)?|access|invit(e|ation)|activation|login|auth|recovery|cancel(l?ation)?|claim"
    r"|pick_?up|collection|download|share|door|entry|gate|delivery|handover|withdrawal|coupon|discount|join|guest|sign_?(in|up)"
    r"|one_time|magic|sms|mfa|two_factor|check_?in|release|approval|transfer|security"
    r"|backup|gift|voucher|pairing|unlock|redemption|registration|pin)_?code|recovery(_key)?|csrf)$",
    re.IGNORECASE,
)
#: Such names of what tells repeated requests apart.
_NO_SECRET = late.pattern(
    r"(?i)(idempotency|client|request|dedup\w*|continuation|next|page)_?token$"
)
#: What is a code that people type from a message, when it is made of digits at random.
_CODE = late.pattern(r"(^|_)code$", re.IGNORECASE)
_DIGITS = frozenset("0123456789")
_CAMEL = late.pattern(r"(?<=[a-z0-9])(?=[A-Z])")
#: Generators whose outputs can be foretold. ``random.SystemRandom`` is another object.
_PREDICTABLE = late.pattern(
    r"^(random\.(Random\(\)\.)?(choice|choices|randint|random|randrange|sample|getrandbits|uniform|shuffle|randbytes)"
    r"|numpy\.random\.\w+|Math\.random|lodash\.(random|sample|sampleSize|shuffle)|uuid\.(uuid1|v1)"
    r"|nanoid/non-secure\.\w+|chance\(\)\.\w+|shortid\.generate|random-string|randomatic|seedrandom\(\)"
    r"|@faker-js/faker\.faker\.(internet\.password|string\.\w+|number\.\w+)"
    r"|faker\.Faker\(\)\.(password|pystr|random_\w+|bothify|lexify|numerify))$"
)
_DRAWS = frozenset(
    ("choice", "choices", "randint", "random", "randrange", "sample", "getrandbits", "uniform",
     "randbytes", "nanoid", "sampleSize", "generate", "string", "bothify", "password", "pystr")
)  # fmt: skip
_CLOCK = late.pattern(r"^(time\.(time|time_ns)|Date\.now|datetime\.(datetime\.)?(now|utcnow))$")
_HASH = late.pattern(r"(^|\.)(md5|sha1|sha224|sha256|sha512|blake2b|createHash)$")
_KEYED = late.pattern(r"hmac|Hmac|secrets\.|random|uuid|urandom", re.IGNORECASE)
#: Generators of what nobody can foretell, as code names them.
_GENERATOR = late.pattern(
    r"^(secrets\.token_(hex|urlsafe|bytes)|crypto\.random(Bytes|UUID|Int)|randomBytes|randomUUID"
    r"|nanoid|token_(hex|urlsafe)|uuid\.uuid4|uuidv?4)$"
)
#: Expressions looked at below one value; more is nobody's token.
MAX_NODES = 200


class Draw(NamedTuple):
    """What a function of the application draws with a general generator, and where."""

    call: syntax.Call
    path: str
    place: Location
    is_typed: bool


def is_draw(function: syntax.Expression) -> bool:
    """Whether what is called is named as a generator's method."""
    return getattr(function, "name", "") in _DRAWS


def is_secret(name: str) -> bool:
    """Whether a variable or function of this name holds or makes something secret."""
    words = _CAMEL.sub("_", name)
    return _SECRET.search(words) is not None and _NO_SECRET.search(words) is None


def is_kept_secret(machine: Machine, name: str, value: syntax.Expression) -> bool:
    """Whether such a value under this name is a secret: by the name, or as a code of digits."""
    if is_secret(name):
        return True
    return _CODE.search(_CAMEL.sub("_", name)) is not None and is_typed(machine, value)


def is_typed(machine: Machine, value: syntax.Expression, around: object = ()) -> bool:
    """Whether an expression draws a code that people type or follow a link with: digits, letters
    without small ones, or more than a short name of something has."""
    return is_of_digits(machine, value) or is_of_letters(machine, value, around)


#: Drawn characters that no short link has, and that a code to type has at least.
_LONG, _SHORT = 12, 6


def is_of_letters(machine: Machine, value: syntax.Expression, around: object = ()) -> bool:
    """How many are drawn is read from the expression, or from the loop ``around`` it."""
    count, alphabets = 0, []
    for node in islice(trees.nodes([*spelled_out(machine, value), around]), MAX_NODES):
        if isinstance(node, syntax.Constant) and type(node.value) is int and node.value <= 64:
            count = max(count, node.value)
        elif isinstance(node, (syntax.Name, syntax.Attribute, syntax.Constant, syntax.Binary)):
            known = subjects.evaluate_quietly(machine, node)
            count = max(count, *(one for one in known.consts if type(one) is int and one <= 64), 0)
            text = known.only_text() or ""
            if len(text) >= 16 and text.isalnum():
                alphabets.append(text)
    small = any(char.islower() for text in alphabets for char in text)
    return bool(alphabets) and count >= (_LONG if small else _SHORT)


def is_of_digits(machine: Machine, value: syntax.Expression) -> bool:
    """Whether an expression draws some digits at random, or a number of four digits or more."""
    for call in calls_in(value):
        function = call.function
        name = function.name if isinstance(function, (syntax.Attribute, syntax.Name)) else ""
        given = [
            machine.evaluate(argument.value)
            for argument in call.arguments
            if isinstance(argument.value, (syntax.Constant, syntax.Name, syntax.Attribute))
        ]
        if name in ("choice", "choices") and given:
            text = given[0].only_text()
            return text is not None and set(text) == _DIGITS
        if name in ("randint", "randrange") and len(given) == 2:
            last = given[1].consts[:1]
            return bool(last) and isinstance(last[0], int) and 999 <= last[0] < 10**10
    return any(
        isinstance(node, syntax.Binary)
        and node.operator == "*"
        and any(is_draw(call.function) for call in calls_in(node))
        and any(
            isinstance(side, syntax.Constant)
            and isinstance(side.value, (int, float))
            and (side.value == 10 or 999 <= side.value < 10**10)
            for side in (node.left, node.right)
        )
        for node in islice(trees.nodes(value), MAX_NODES)
    )


def assigned(machine: Machine, target: syntax.Expression, value: syntax.Expression) -> None:
    """``token = …`` with a general generator on the right."""
    name = getattr(target, "name", "")
    if not isinstance(name, str) or not name:
        return
    if is_kept_secret(machine, name, value):
        check(machine, name, value)
        timed(machine, name, value)
    draw = drawn_elsewhere(machine, value)
    secret = is_secret(name)
    if draw is not None and not secret:
        secret = is_code(name) and of_one_use(machine, draw)
    secret = secret or made_by_name(machine, value)
    if not secret:
        return
    if (draw is not None or is_generated(machine, value)) and "session" not in name.lower():
        machine.memo["made", id(machine.frame.scope), name] = True
        if _BY_MAIL.search(_CAMEL.sub("_", name)) is not None:
            machine.memo["by mail", id(machine.frame.scope), name] = True
    if draw is not None:
        tell(machine, name, draw.call, draw.path, draw.place)


def made_by_name(machine: Machine, value: syntax.Expression) -> bool:
    """Whether a function of the application made it whose name tells of a secret."""
    value = value.value if isinstance(value, syntax.Await) else value
    if not isinstance(value, syntax.Call):
        return False
    held = subjects.evaluate_quietly(machine, value.function).objects
    return any(isinstance(obj, Closure) and is_secret(obj.label or obj.node.name) for obj in held)


def is_generated(machine: Machine, value: syntax.Expression) -> bool:
    """Whether an expression is what a generator of secrets gives, also through an own function."""
    if not isinstance(value, (syntax.Call, syntax.Await)):
        return False
    inner = value.value if isinstance(value, syntax.Await) else value
    if not isinstance(inner, syntax.Call):
        return False
    if any(_GENERATOR.match(trees.dotted(call.function)) for call in calls_in(inner)):
        return True
    held = subjects.evaluate_quietly(machine, inner.function).objects
    return any(isinstance(o, Closure) and ("generates", id(o.node)) in machine.memo for o in held)


def shown_secret(machine: Machine, node: syntax.Expression) -> str:
    """The name of a secret that the running function made and that stands in a text as it is."""
    waiting: list[syntax.Expression] = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, syntax.Name):
            if ("made", id(machine.frame.scope), one.name) in machine.memo:
                return one.name
        elif isinstance(one, syntax.Template):
            waiting += one.parts
        elif isinstance(one, syntax.Binary):
            waiting += (one.left, one.right)
        elif isinstance(one, syntax.MapLiteral):
            waiting += (entry.value for entry in one.entries)
        elif isinstance(one, syntax.Call) and trees.dotted(one.function) in _WRITTEN_OUT:
            waiting += (argument.value for argument in one.arguments)
    return ""


#: Calls that write what they are given as text.
_WRITTEN_OUT = ("JSON.stringify", "json.dumps", "str", "String", "util.inspect")


#: Secrets that prove something, unlike numbers that only must not come twice.
_OF_PROOF = late.pattern(r"(?i)(token|otp|passw|passcode|secret|session_?id|api_?key|code)$")
#: Calls that only write a number in another way.
_WRITES = late.pattern(
    r"^(str|int|hex|round|String|Number|\w*\.?toString|format|toFixed|timestamp|isoformat|getTime"
    r"|floor|Math\.floor|Buffer\.from|btoa|encode|decode|(base64\.)?(urlsafe_)?b64encode)$"
)


def timed(machine: Machine, name: str, value: syntax.Expression) -> None:
    """``token = md5(time.time())``: who knows the second knows nearly all of it."""
    names = {
        trees.dotted(call.function) or getattr(call.function, "name", ""): call
        for call in calls_in(value)
    }
    clock = next((call for path, call in names.items() if _CLOCK.search(path)), None)
    if (
        clock is not None
        and _OF_PROOF.search(_CAMEL.sub("_", name))
        and all(_CLOCK.search(path) or _WRITES.search(path) for path in names)
    ):
        path = trees.dotted(clock.function)
        tell(machine, name, clock, path, machine.location(clock))
        return
    hashed = any(_HASH.search(path) for path in names)
    if clock is not None and hashed and not any(_KEYED.search(path) for path in names):
        path = trees.dotted(clock.function)
        tell(machine, name, clock, path, machine.location(clock))


#: Names of what is sent to somebody, so that who has it shows that it reached them.
_BY_MAIL = late.pattern(
    r"(?i)(^|_)((verif(y|ication)|reset|confirm(ation)?|activation|recovery|magic|one_?time|unlock)"
    r"_?(password_?)?(code|token|link|pin)|otp|passcode|pin_?code)$"
)


def put(machine: Machine, name: str, value: syntax.Expression) -> None:
    """``{"token": …}``."""
    if not is_secret(name):
        return
    if isinstance(value, syntax.Name):
        if _BY_MAIL.search(_CAMEL.sub("_", name)) is not None:
            machine.memo["by mail", id(machine.frame.scope), value.name] = True
        value = machine.frame.scope.conditions.get(value.name, value)
    draw = drawn_elsewhere(machine, value)
    if draw is not None:
        tell(machine, name, draw.call, draw.path, draw.place)
    if any(is_draw(call.function) for call in calls_in(spelled_out(machine, value))):
        check(machine, name, value)


_SET = late.pattern(r"([\w#.]+)\s*=\s*(?:if_not_exists\([^)]*,\s*)?(:\w+)")


def updated(machine: Machine, node: syntax.Node) -> None:
    """``SET resetToken = :t`` with ``{":t": …}``: the attribute's name is the value's."""
    given: dict[str, syntax.Expression] = {}
    for argument in node.arguments if isinstance(node, syntax.Call) else ():
        if argument.name:
            given[argument.name] = argument.value
        for one in trees.nodes(argument.value):
            if isinstance(one, syntax.MapLiteral):
                given |= entries_of(one)
    statement = given.get("UpdateExpression")
    names, values = given.get("ExpressionAttributeNames"), given.get("ExpressionAttributeValues")
    if not isinstance(statement, syntax.Constant) or not isinstance(values, syntax.MapLiteral):
        return
    by_name = entries_of(names) if isinstance(names, syntax.MapLiteral) else {}
    by_place = entries_of(values)
    for name, place in _SET.findall(str(statement.value)):
        meant = by_name.get(name)
        value = by_place.get(place)
        if isinstance(value, syntax.MapLiteral) and len(value.entries) == 1:
            value = value.entries[0].value  # with its type, as the service takes it
        if value is not None:
            put(machine, str(meant.value) if isinstance(meant, syntax.Constant) else name, value)


def entries_of(node: syntax.MapLiteral) -> dict[str, syntax.Expression]:
    """The entries of a literal with constant keys."""
    return {
        str(entry.key.value): entry.value
        for entry in node.entries
        if isinstance(entry.key, syntax.Constant)
    }


def handed_out(machine: Machine, parts: Iterable[syntax.Expression]) -> str:
    """The variable among these parts of an answer whose value was stored as a code that is sent to
    somebody, to see whether it reaches them; "" for none."""
    for one in parts:
        name = one.name if isinstance(one, syntax.Name) else ""
        if ("by mail", id(machine.frame.scope), name) in machine.memo:
            return name
    return ""


def drawn_elsewhere(machine: Machine, value: syntax.Expression) -> Draw | None:
    """What the own function draws whose answer a value is, as it is."""
    while isinstance(value, syntax.Await):
        value = value.value
    if not isinstance(value, syntax.Call):
        return None
    for obj in subjects.evaluate_quietly(machine, value.function).objects:
        found = machine.memo.get(("draws", id(obj.node))) if isinstance(obj, Closure) else None
        if isinstance(found, Draw):
            return found
    return None


def is_code(name: str) -> bool:
    return _CODE.search(_CAMEL.sub("_", name)) is not None


def of_one_use(machine: Machine, draw: Draw) -> bool:
    """Whether a code is one that people type or follow, or what a user pool asks for."""
    return draw.is_typed or any(trigger.kind == "cognito" for trigger in machine.triggers)


def grown(machine: Machine, target: syntax.Expression, value: syntax.Expression) -> None:
    """``code += …`` in ``def make_token():``, or on a variable that tells it itself."""
    closure = machine.frame.closure
    names = [getattr(target, "name", ""), (closure.label or "") if closure is not None else ""]
    for name in names:
        if not isinstance(name, str) or not name:
            continue
        around = closure.node.body if closure is not None else ()
        if is_kept_secret(machine, name, value) or (
            is_code(name) and is_typed(machine, value, around)
        ):
            check(machine, name, value)
            return


def makes_random(module: syntax.Module) -> bool:
    """Whether a file calls anything that is named as a generator, of secrets or not."""
    return any(
        isinstance(node, syntax.Call)
        and (is_draw(node.function) or _GENERATOR.match(trees.dotted(node.function)) is not None)
        for node in trees.nodes(module.body)
    )


def returned(machine: Machine, value: syntax.Expression) -> None:
    """The same in ``def make_token(): return …``. What a function of another name draws is kept in
    mind for the variable that receives it."""
    closure = machine.frame.closure
    name = (closure.label or "") if closure is not None else ""
    if isinstance(value, syntax.Name):
        value = machine.frame.scope.conditions.get(value.name, value)
    if name and is_kept_secret(machine, name, value):
        check(machine, f"what {name} returns", value)
    if closure is None:
        return
    own = trees.ask(machine.frame.module.module, makes_random)
    if not own and ("made somewhere",) not in machine.memo:
        return
    passed_on = drawn_elsewhere(machine, value)
    if is_generated(machine, value):
        machine.memo["generates", id(closure.node)] = True
        machine.memo["made somewhere",] = True
    elif passed_on is not None:
        machine.memo["draws", id(closure.node)] = passed_on
    elif any(is_draw(call.function) for call in calls_in(spelled_out(machine, value))):
        machine.memo["made somewhere",] = True
        found = drawn(machine, value)
        if found is not None:
            machine.memo["draws", id(closure.node)] = Draw(
                *found, machine.location(found[0]), is_typed(machine, value)
            )


def check(machine: Machine, name: str, value: syntax.Expression) -> None:
    found = drawn(machine, value)
    if found is not None:
        tell(machine, name, *found, machine.location(found[0]))


def tell(machine: Machine, name: str, call: syntax.Call, path: str, place: Location) -> None:
    text = f"{name} is made with {path}, whose outputs can be foretold"
    sinks.issue(machine, "weak-random-for-secret", call, text, "medium", place=place)


def drawn(machine: Machine, value: syntax.Expression) -> tuple[syntax.Call, str] | None:
    """The first call of a general generator inside an expression, and the generator's name."""
    for call in calls_in(spelled_out(machine, value)):
        for obj in machine.evaluate(call.function).objects:
            path = obj.path.removeprefix("global.") if isinstance(obj, External) else ""
            if path and _PREDICTABLE.match(path):
                return call, path
    return None


def spelled_out(machine: Machine, value: syntax.Expression) -> list[object]:
    """An expression, what the variables in it were set to in the same function, and the functions
    of the same file that it calls or hands on."""
    conditions = machine.frame.scope.conditions
    names = dict.fromkeys(
        node.name for node in islice(trees.nodes(value), MAX_NODES) if isinstance(node, syntax.Name)
    )
    found: list[object] = [value, *(conditions[name] for name in names if name in conditions)]
    module = machine.frame.module.module
    helpers = trees.ask(module, drawing_functions) if names else {}
    return found + [helpers[name] for name in names if name in helpers and name not in conditions]


def drawing_functions(module: syntax.Module) -> dict[str, object]:
    """The bodies of a file's own functions, by name, that call what is named as a generator."""
    found: dict[str, object] = {}
    for node in module.body:
        name, made = "", None
        if isinstance(node, syntax.Define) and isinstance(node.value, syntax.FunctionLiteral):
            name, made = node.name, node.value
        elif isinstance(node, syntax.Assign) and isinstance(node.value, syntax.FunctionLiteral):
            name, made = getattr(node.target, "name", ""), node.value
        if made is not None and any(is_draw(call.function) for call in calls_in(made.body)):
            found[name] = made.body
    return found


def calls_in(node: object) -> Iterator[syntax.Call]:
    """The calls inside an expression, itself and the functions that it is given included."""
    inside = islice(trees.nodes(node), MAX_NODES)
    return (inner for inner in inside if isinstance(inner, syntax.Call))


def names_in(node: object) -> list[str]:
    """The names of variables, attributes and keys inside an expression."""
    found = []
    for inner in islice(trees.nodes(node, into_functions=False), MAX_NODES):
        if isinstance(inner, (syntax.Name, syntax.Attribute)):
            found.append(inner.name)
        elif isinstance(inner, syntax.Index) and isinstance(inner.key, syntax.Constant):
            found.append(str(inner.key.value))
    return found
