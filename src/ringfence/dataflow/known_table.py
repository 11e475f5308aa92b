"""Which library functions the interpreter knows itself, by language and name."""

from __future__ import annotations

from ringfence.dataflow import amounts
from ringfence.dataflow.containers import (
    assign_into,
    default_map,
    entries,
    enumerate_,
    filter_,
    from_entries,
    keys,
    map_,
    next_,
    to_list,
    to_map,
    to_plain,
    to_set,
    values,
    zip_,
)
from ringfence.dataflow.encodings import (
    decode,
    dump_json,
    encode,
    encode_url,
    load_json,
    unquoted,
)
from ringfence.dataflow.known_calls import (
    Handler,
    any_,
    array,
    boolean,
    callbackify,
    clean,
    compile_regex,
    deserialise_item,
    dynamic_import,
    environment_variable,
    format_trace,
    get_attribute,
    hasher,
    import_module,
    isinstance_,
    join_path,
    keep_variable,
    kept_variable,
    largest,
    make_regex,
    new_map,
    new_promise,
    new_url,
    normalised,
    number,
    open_file,
    partial,
    promise_all,
    promise_race,
    reduce_,
    reflect_apply,
    require,
    rounded,
    same,
    serialise_item,
    set_attribute,
    submit,
    substitute,
    text,
    thread,
    timer,
    url_join,
    wraps,
)
from ringfence.dataflow.objects import (
    External,
)
from ringfence.dataflow.powertools import (
    append_context,
    parse_call,
    process_partial_response,
    process_records,
)
from ringfence.dataflow.texts import derive
from ringfence.dataflow.validators import validate_fast, validate_json
from ringfence.dataflow.values import (
    NONE,
    UNKNOWN,
    Value,
)

#: Where the folder for temporary files lies in a function.
_TEMPORARY = "/tmp"  # noqa: S108
_HASHES = (
    "hashlib.sha256", "hashlib.md5", "hashlib.sha1", "hashlib.sha512", "hashlib.new",
    "hashlib.sha384", "hashlib.sha224",
)  # fmt: skip

_PYTHON: dict[str, Handler] = {
    **{name: hasher(name) for name in _HASHES},
    **dict.fromkeys(
        ("float", "complex", "bool", "len", "id", "hash", "ord", "sum", "range",
         "time.time", "datetime.datetime.now", "datetime.datetime.utcnow", "uuid.uuid4",
         "uuid.uuid1",
         "decimal.Decimal", "uuid.UUID", "secrets.token_hex", "secrets.token_urlsafe",
         "hmac.new", "hmac.compare_digest", "os.path.exists", "os.path.isfile", "os.path.isdir",
         "os.path.getsize", "callable", "hasattr", "type", "issubclass",
         "datetime.datetime.strptime",
         "datetime.datetime.fromisoformat", "ipaddress.ip_address", "datetime.date.today",
         "traceback.print_exc", "time.sleep", "random.randint", "random.random", "print"),
        clean,
    ),
    **dict.fromkeys(("abs", "round", "math.floor", "math.ceil"), rounded),
    "int": number,
    "float": number,
    "str": text, "bytes": text, "bytearray": text, "repr": text, "format": text,
    "json.dumps": dump_json, "simplejson.dumps": dump_json, "ujson.dumps": dump_json,
    "orjson.dumps": dump_json,
    "json.loads": load_json, "simplejson.loads": load_json, "ujson.loads": load_json,
    "orjson.loads": load_json,
    "base64.b64encode": encode, "base64.urlsafe_b64encode": encode_url,
    "base64.b64decode": decode, "base64.urlsafe_b64decode": decode,
    "base64.standard_b64decode": decode, "base64.decodebytes": decode,
    "gzip.compress": encode, "gzip.decompress": decode, "zlib.decompress": decode,
    "urllib.parse.quote_plus": text, "urllib.parse.unquote_plus": unquoted,
    "email.header.decode_header": unquoted,
    "urllib.parse.unquote": unquoted, "urllib.unquote_plus": unquoted, "urllib.unquote": unquoted,
    "html.unescape": same, "copy.deepcopy": same, "copy.copy": same, "iter": same,
    "tempfile.gettempdir": lambda machine, arguments, node: Value((_TEMPORARY,)),
    "typing.cast": lambda machine, arguments, node: arguments.get(1) or UNKNOWN,
    "getattr": get_attribute, "setattr": set_attribute,
    "os.getenv": environment_variable, "os.environ.get": environment_variable,
    "list": to_list, "tuple": to_list, "sorted": to_list, "reversed": to_list,
    "web.App.append_context": append_context,
    "dataclasses.asdict": to_plain, "vars": to_plain,
    "set": to_set, "frozenset": to_set, "dict": to_map, "collections.OrderedDict": to_map,
    "collections.defaultdict": default_map,
    "enumerate": enumerate_, "zip": zip_, "map": map_, "filter": filter_, "next": next_,
    "max": amounts.greatest,
    "min": amounts.smallest,
    **dict.fromkeys(
        ("concurrent.futures.ThreadPoolExecutor().map",
         "concurrent.futures.ProcessPoolExecutor().map", "multiprocessing.Pool().map",
         "multiprocessing.Pool().imap", "multiprocessing.pool.ThreadPool().map",
         "multiprocessing.pool.ThreadPool().imap"),
        map_,
    ),
    **dict.fromkeys(
        ("concurrent.futures.ThreadPoolExecutor().submit",
         "concurrent.futures.ProcessPoolExecutor().submit", "asyncio.to_thread"),
        submit,
    ),
    "threading.Thread": thread, "multiprocessing.Process": thread,
    "collections.deque": to_list,
    "concurrent.futures.as_completed": same,
    "functools.partial": partial, "functools.reduce": reduce_, "functools.wraps": wraps,
    "traceback.format_exc": format_trace, "traceback.format_exception": format_trace,
    "traceback.format_tb": format_trace, "sys.exc_info": format_trace,
    "boto3.dynamodb.types.TypeDeserializer().deserialize": deserialise_item,
    "boto3.dynamodb.types.TypeSerializer().serialize": serialise_item,
    "isinstance": isinstance_, "any": any_, "all": any_,
    "os.path.join": join_path, "posixpath.join": join_path,
    "os.path.realpath": normalised, "os.path.abspath": normalised, "os.path.normpath": normalised,
    "urllib.parse.urljoin": url_join,
    "asyncio.run": same, "asyncio.gather": lambda machine, arguments, node: machine.list_of(
        *arguments.positional
    ),
    "open": open_file, "io.open": open_file,
    "importlib.import_module": import_module, "__import__": import_module,
    "re.compile": compile_regex, "re.sub": substitute,
    "collections.namedtuple": clean,
    "jsonschema.validate": validate_json,
    "aws_lambda_powertools.utilities.validation.validate": validate_json,
    "fastjsonschema.validate": validate_fast,
    "aws_lambda_powertools.utilities.parser.parse": parse_call,
    "aws_lambda_powertools.utilities.batch.process_partial_response": process_partial_response,
    "aws_lambda_powertools.utilities.batch.async_process_partial_response":
        process_partial_response,
    "aws_lambda_powertools.utilities.batch.BatchProcessor()": process_records,
    "aws_lambda_powertools.utilities.batch.AsyncBatchProcessor()": process_records,
    "aws_lambda_powertools.utilities.batch.SqsFifoPartialProcessor()": process_records,
}  # fmt: skip

_SCRIPT: dict[str, Handler] = {
    "@aws-lambda-powertools/batch.processPartialResponse": process_partial_response,
    "@aws-lambda-powertools/batch.processPartialResponseSync": process_partial_response,
    **dict.fromkeys(
        ("isNaN", "isFinite", "Number()", "Date.now", "Number.isInteger", "Number.isNaN",
         "Math.random", "BigInt",
         "crypto.randomUUID", "crypto.randomBytes", "uuid.v4", "uuid.v1", "uuid", "Array.isArray",
         "Object.is", "fs.existsSync", "process.cwd", "process.hrtime", "Buffer.byteLength",
         "Object.hasOwn", "performance.now", "console.time", "console.timeEnd"),
        clean,
    ),
    **dict.fromkeys(
        ("Number", "parseInt", "parseFloat", "Number.parseInt", "Number.parseFloat"), number
    ),
    **dict.fromkeys(("Math.floor", "Math.round", "Math.ceil", "Math.abs"), rounded),
    "Math.max": largest, "Math.min": amounts.smallest,
    "Boolean": boolean,
    "String": text,
    "JSON.stringify": dump_json, "JSON.parse": load_json,
    "Buffer.from": lambda machine, arguments, node: (
        decode(machine, arguments, node)
        if (arguments.get(1) or NONE).only_text() in ("base64", "base64url", "hex")
        else text(machine, arguments, node)
    ),
    **dict.fromkeys(
        ("zlib.gunzipSync", "zlib.unzipSync", "zlib.inflateSync", "zlib.inflateRawSync",
         "zlib.brotliDecompressSync", "pako.ungzip", "pako.inflate", "fflate.gunzipSync"),
        decode,
    ),
    "atob": decode, "btoa": encode, "structuredClone": same, "Object.freeze": same,
    "Object.create": lambda machine, arguments, node: Value(objects=(machine.struct("map"),)),
    "os.tmpdir": lambda machine, arguments, node: Value((_TEMPORARY,)),
    "Object.keys": keys, "Object.values": values, "Object.entries": entries,
    "Object.getOwnPropertyNames": keys, "Reflect.ownKeys": keys,
    "Object.assign": assign_into, "Object.fromEntries": from_entries,
    "hono.Context.set": keep_variable, "hono.Context.get": kept_variable,
    "Reflect.get": get_attribute, "Reflect.apply": reflect_apply,
    "Array.from": to_list, "Array.of": array, "Array": array, "Set": to_set, "WeakSet": to_set,
    "Map": new_map, "WeakMap": new_map, "Object": same,
    "Promise.all": promise_all, "Promise.allSettled": promise_all, "Promise.race": promise_race,
    "Promise.any": promise_race, "Promise.resolve": same, "Promise": new_promise,
    "require": require, "import": dynamic_import,
    "decodeURIComponent": unquoted, "decodeURI": unquoted, "unescape": unquoted, "encodeURI": same,
    "path.join": join_path, "path.posix.join": join_path, "path.resolve": normalised,
    "path.normalize": normalised,
    "RegExp": make_regex, "URL": new_url, "url.URL": new_url,
    "setTimeout": timer, "setInterval": timer, "setImmediate": timer, "process.nextTick": timer,
    "util.promisify": callbackify, "process.on": clean,
    "Error": lambda machine, arguments, node: Value(
        (), derive(*arguments.everything()).taint, (External("Error()"),)
    ),
}  # fmt: skip

HANDLERS: dict[str, dict[str, Handler]] = {"python": _PYTHON, "javascript": _SCRIPT}
