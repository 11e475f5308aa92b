"""Run one handler as the platform would: ``invoke.py FILE SYMBOL EVENT RESULT`` (paths of files).

Nothing but this machine is reached: names and addresses of others are refused before they are
looked up. Run as a program of its own, with the standard library and whatever the handler imports.
"""

import importlib.util
import ipaddress
import json
import sys
import traceback
from pathlib import Path
from types import SimpleNamespace


def _watch(event, arguments):
    if event == "socket.getaddrinfo":
        _refuse_outside(arguments[0])
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        _refuse_outside(arguments[1][0])


def _refuse_outside(host):
    text = host.decode() if isinstance(host, bytes) else str(host)
    if text == "localhost":
        return
    try:
        if ipaddress.ip_address(text).is_loopback:
            return
    except ValueError:
        pass
    raise OSError(f"{text} is not this machine")


def _handler(file, symbol):
    sys.path.insert(0, str(file.parent))
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    return getattr(module, symbol)


def main():
    file, symbol, event, result = sys.argv[1:]
    sys.addaudithook(_watch)
    context = SimpleNamespace(
        aws_request_id="8c1a7c9e-2f0b-4d57-9b65-0f1f8a3f2c11", function_name=file,
        invoked_function_arn="", memory_limit_in_mb=256,
        get_remaining_time_in_millis=lambda: 10_000,
    )  # fmt: skip
    try:
        returned = _handler(Path(file), symbol)(json.loads(Path(event).read_text()), context)
        answer = {"returned": returned}
    except Exception:
        answer = {"error": traceback.format_exc()}
    Path(result).write_text(json.dumps(answer, default=str))


main()
