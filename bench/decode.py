"""How many operations the relay decodes right: botocore writes each request, the relay reads it.

    python bench/decode.py [--all] [--show N] [SERVICE ...]

An operation counts as right when service, operation and every parameter (times and bytes aside,
whose spelling differs between protocols) come back. ``--all`` takes every service, not the 40 usual
ones.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "relay"))

from model_requests import SERVICES, Sample, decoded_leaves, protocols, samples

from ringfence.relay.decode import decode
from ringfence.rules.protocols import service


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("services", nargs="*")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--show", type=int, default=20)
    options = parser.parse_args()
    names = options.services or SERVICES
    if options.all:
        import botocore.loaders

        names = botocore.loaders.Loader().list_available_services("service-2")
    right = named = alike = total = 0
    spent = 0.0
    for name in names:
        for protocol in protocols(name):
            for sample in samples(name, protocol):
                started = time.perf_counter()
                problem = check(sample)
                spent += time.perf_counter() - started
                total += 1
                alike += problem == "look-alike"
                right += not problem
                named += not problem or problem.startswith("parameters")
                if problem and problem != "look-alike" and total - right - alike <= options.show:
                    print(f"{name} {protocol} {sample.operation}: {problem}"[:600])
    print(
        f"{total} requests of {len(names)} services: operation right {named}, and parameters"
        f" {right} ({100 * right / total:.2f} %), look-alikes {alike},"
        f" {1e6 * spent / total:.0f} us each"
    )


def check(sample: Sample) -> str:
    """What was decoded wrong; "" when all is right."""
    call = decode(sample.request)
    if call is None:
        return "not known"
    if (call.service, call.operation) != (sample.service, sample.operation):
        if look_alike(sample, call.service, call.operation):
            return "look-alike"
        return f"taken for {call.service} {call.operation}"
    missing = sample.leaves - set(decoded_leaves(call.parameters))
    found = dict(decoded_leaves(call.parameters))
    told = [(path, text, found.get(path)) for path, text in sorted(missing)]
    return f"parameters {told[:3]} {call.problem}" if missing else ""


def look_alike(sample: Sample, service_name: str, operation: str) -> bool:
    """Whether two operations have one method and pattern, so that no request tells them apart."""
    asked, got = service(sample.service), service(service_name)
    if asked is None or got is None:
        return False
    one, two = asked.operations[sample.operation], got.operations[operation]
    if isinstance(one, dict) and isinstance(two, dict):
        return (one["m"], one["u"]) == (two["m"], two["u"])
    return (
        asked.signing == got.signing and asked.version == got.version and not isinstance(two, dict)
    )


if __name__ == "__main__":
    main()
