"""How long loading the rules and compiling 200 conditions takes: CPU time in fresh processes.

    python bench/rules.py [--rules 200] [--runs 10]

Shipped conditions are repeated, each with a different literal, until there are ``--rules`` of them.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys

PROGRAM = """
import sys, time
started = time.process_time()
from ringfence.rules.checks import load_rules
ready = time.process_time()
rules = load_rules()
loaded = time.process_time()
from ringfence.checks.expressions import compile_condition
texts = [rule.when for rule in rules if rule.kind == "configuration"]
imported = time.process_time()
for number in range(int(sys.argv[1])):
    text = f"({texts[number % len(texts)]}) && {number} >= 0"
    compile_condition(text, "bench")
done = time.process_time()
print(len(rules), ready - started, loaded - ready, imported - loaded, done - imported)
"""
STEPS = ("import the loader", "load the rules", "import the expressions", "compile")


def main() -> int:
    arguments = parse()
    rows = [once(arguments.rules) for _ in range(arguments.runs)]
    times = [statistics.median(row[step + 1] for row in rows) * 1e3 for step in range(len(STEPS))]
    print(f"{rows[0][0]:.0f} rules, {arguments.rules} conditions, medians of {arguments.runs} runs")
    for name, time_ms in zip(STEPS, times, strict=True):
        print(f"{name:<28} {time_ms:>7.1f} ms")
    print(f"{'together':<28} {sum(times):>7.1f} ms")
    return 0


def once(count: int) -> list[float]:
    """The number of rules, then the seconds of each step."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(count)], check=True, capture_output=True, text=True
    )
    return [float(word) for word in done.stdout.split()]


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rules", type=int, default=200)
    parser.add_argument("--runs", type=int, default=10)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
