"""Which methods of texts, lists, maps and promises the interpreter knows, by language."""

from __future__ import annotations

from ringfence.dataflow.builtins import (
    Method,
    append,
    catch,
    concat,
    entries,
    extend,
    finally_,
    get,
    insert,
    items,
    json_body,
    keys,
    pop,
    set_item,
    setdefault,
    then,
    update,
    values,
)
from ringfence.dataflow.list_methods import (
    each,
    filled,
    filtered,
    flat_map,
    found,
    part,
    reduce,
    same_list,
    yes_no,
)
from ringfence.dataflow.text_methods import (
    change_case,
    encode,
    format_text,
    join_list,
    join_text,
    match,
    replace,
    same,
    split,
    split_last,
)

_LOWER = change_case(str.lower)

_UPPER = change_case(str.upper)

_STRIP = change_case(lambda text: text)

_PYTHON: dict[str, Method] = {
    "lower": _LOWER, "upper": _UPPER, "casefold": _LOWER, "strip": _STRIP, "lstrip": _STRIP,
    "rstrip": _STRIP, "title": same, "capitalize": same, "decode": same, "encode": same,
    "read": same, "readline": same,
    "format": format_text, "join": join_text, "split": split, "rsplit": split_last,
    "splitlines": split,
    "partition": split, "rpartition": split, "replace": replace, "zfill": same,
    "append": append, "add": append, "appendleft": append, "extend": extend, "insert": insert,
    "get": get, "setdefault": setdefault, "update": update, "pop": pop, "popitem": items,
    "popleft": pop, "extendleft": extend,
    "keys": keys, "values": values, "items": items, "copy": same_list, "json": json_body,
    "match": match, "fullmatch": match, "group": same, "groups": same, "sort": same_list,
    "format_map": format_text, "__getitem__": get, "result": same_list,
}  # fmt: skip

_SCRIPT: dict[str, Method] = {
    "toLowerCase": _LOWER, "toUpperCase": _UPPER, "trim": _STRIP, "trimStart": _STRIP,
    "trimEnd": _STRIP, "toString": encode, "normalize": same, "padStart": same, "padEnd": same,
    "concat": concat, "join": join_list, "split": split, "replace": replace, "replaceAll": replace,
    "substring": part, "substr": part, "slice": part, "splice": part,
    "push": append, "unshift": append, "add": append, "pop": pop, "shift": pop, "at": get,
    "get": get, "set": set_item, "keys": keys, "values": values, "entries": entries,
    "map": each, "forEach": each, "flatMap": flat_map, "filter": filtered, "find": found,
    "findLast": found, "some": yes_no, "every": yes_no, "findIndex": yes_no, "reduce": reduce,
    "reduceRight": reduce, "sort": same_list, "reverse": same_list, "flat": part, "fill": filled,
    "then": then, "catch": catch, "finally": finally_, "json": json_body, "match": match,
    "matchAll": match, "exec": match,
    "promise": lambda machine, receiver, arguments, node: receiver,
    "transformToString": same, "transformToByteArray": same, "text": same,
}  # fmt: skip

METHODS: dict[str, dict[str, Method]] = {"python": _PYTHON, "javascript": _SCRIPT}
