"""``ringfence lock record``: run the relay that writes down what local functions call."""

from __future__ import annotations

import argparse
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ringfence.relay.deciding import Decide
    from ringfence.relay.recording import Counts
    from ringfence.relay.server import Relay

EPILOG = """\
examples:
  ringfence lock record --upstream http://127.0.0.1:5000 --out calls.ndjson
  AWS_ENDPOINT_URL=http://127.0.0.1:4510 AWS_ACCESS_KEY_ID=resize AWS_SECRET_ACCESS_KEY=x \\
    python -m app.resize
                                 the id of the access key names the function
  ringfence lock record --upstream http://127.0.0.1:5000 --enforce policies.json
                                 refuse what the policies do not allow
"""
DEFAULT_PORT = 4510


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-verb and its options."""
    parser = verbs.add_parser(
        "lock record",
        usage="ringfence lock record [options]",
        description="Relays the cloud calls of functions that run on this machine, and writes down"
        "\nwhat they call, one observation a line.",
        epilog=EPILOG,
    )
    parser.set_defaults(run=run)
    add_arguments(parser)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the verb."""
    parser.add_argument(
        "--out", metavar="FILE", type=Path, default=Path("observations.ndjson"),
        help="append observations to this file (default: observations.ndjson)",
    )  # fmt: skip
    parser.add_argument(
        "--upstream", metavar="URL",
        help="the fake cloud that calls are forwarded to; without it they are recorded and then"
        " answered with an error",
    )  # fmt: skip
    parser.add_argument(
        "--port", metavar="PORT", type=_port, default=DEFAULT_PORT,
        help=f"listen on this port of 127.0.0.1, 0 for any (default: {DEFAULT_PORT})",
    )  # fmt: skip
    parser.add_argument(
        "--function", metavar="NAME", default="",
        help="all calls are this function's (default: the id of the access key names it)",
    )  # fmt: skip
    parser.add_argument(
        "--account", metavar="ID", default="123456789012", type=_account,
        help="the account in resource names (default: 123456789012, as moto has it)",
    )  # fmt: skip
    parser.add_argument(
        "--enforce", metavar="FILE", type=Path,
        help="refuse calls that this policy does not allow: one document, or an object of function"
        " and document",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Relay until interrupted."""
    from ringfence.cli import EXIT_OK
    from ringfence.model.event import ObservationWriter
    from ringfence.relay.needs import requirements
    from ringfence.relay.recording import Recorder
    from ringfence.relay.server import Relay
    from ringfence.relay.upstream import parse_upstream

    upstream = parse_upstream(arguments.upstream, explicit=True) if arguments.upstream else None
    decide = _decide(arguments.enforce)
    with ObservationWriter(arguments.out) as writer:
        recorder = Recorder(
            requirements,
            writer.write,
            decide=decide,
            function=arguments.function,
            account=arguments.account,
        )
        with Relay(recorder, upstream, arguments.port) as relay:
            _say(f"recording to {arguments.out}; AWS_ENDPOINT_URL={relay.url}")
            _serve(relay)
        _say(summary(recorder.counts))
    return EXIT_OK


def _decide(path: Path | None) -> Decide | None:
    if path is None:
        return None
    from ringfence.relay.deciding import decide_by, read_policies

    return decide_by(read_policies(path))


def _serve(relay: Relay) -> None:
    """Serve until SIGINT or SIGTERM."""
    stop = threading.Event()
    thread = threading.Thread(target=relay.serve_forever, daemon=True)
    thread.start()
    before = signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
    try:
        stop.wait()
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)
        relay.shutdown()
        thread.join()


def summary(counts: Counts) -> str:
    """How many requests there were, and which were not understood, in a line."""
    text = f"{counts.requests} requests, {counts.refused} refused"
    if counts.unknown:
        shown = "; ".join(counts.examples)
        text += f", {counts.unknown} not understood and not recorded ({shown})"
    return text


def _say(line: str) -> None:
    import sys

    from ringfence.report.text import escape

    print(escape(line), file=sys.stderr, flush=True)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text[:6]) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def _account(text: str) -> str:
    if not (text.isascii() and text.isdigit() and len(text) == 12):
        raise argparse.ArgumentTypeError(f"{text!r} is not an account of 12 digits")
    return text
