"""Write docs/rules/: a page for each rule that ships, from the rule's own file, and an index.

Usage: python support/rule_pages.py [--check]

``--check`` changes nothing, names the pages that are out of date or have no rule, and exits 1 when
there are any; a test does the same.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
from ringfence.model.rule import Example, Rule
from ringfence.model.severity import Exposure, severity_of
from ringfence.report.explain import COMMENT, LANGUAGES, TIERS, WRITTEN_AS
from ringfence.rules.checks import load_rules
from ringfence.rules.fixes import CODE, in_general

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "rules"
INDEX = "README.md"
HEAD = ("| rule | severity | what is wrong |", "| --- | --- | --- |")

#: What would be markup in a rule's prose. An underscore within a word is none.
MARKUP = re.compile(r"[\\`*<>\[\]|]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|^(?:[#+-]|\d+\.)(?= )")
FENCES = {"serverless": "yaml"}
EXPOSURES = {
    Exposure.ANYONE: "anyone",
    Exposure.AUTHENTICATED: "a user who is signed in",
    Exposure.ACCOUNT: "the own account",
    Exposure.PRINCIPAL: "a named role or service",
}
CWE = "https://cwe.mitre.org/data/definitions/{}.html"
ATTACK = "https://attack.mitre.org/techniques/{}/"


def pages() -> dict[str, str]:
    """The text of every page by its file name."""
    rules = load_rules(examples=True)
    return {INDEX: index(rules)} | {f"{rule.id}.md": page(rule) for rule in rules}


def index(rules: Iterable[Rule]) -> str:
    """All rules by family, each with a link to its page."""
    families: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        families[rule.family].append(rule)
    lines = [
        "# The rules",
        "",
        f"{sum(map(len, families.values()))} rules in {len(families)} families. `ringfence explain"
        " RULE` prints the same in a terminal; [rules.md](../rules.md) tells how to write one.",
    ]
    for family, members in sorted(families.items()):
        lines += [
            "",
            f"## {family}",
            "",
            "| rule | severity | what is wrong |",
            "| --- | --- | --- |",
        ]
        lines += map(row, members)
    return "\n".join(lines) + "\n"


def row(rule: Rule) -> str:
    """A rule's line of the index."""
    severity = "varies" if rule.severity is None else str(rule.severity)
    tier = "" if rule.tier == "core" else f" ({rule.tier})"
    return f"| [{rule.id}]({rule.id}.md) | {severity}{tier} | {prose(rule.title)} |"


def page(rule: Rule) -> str:
    """A rule's page: what is wrong, who can use it and how, what to change, how to silence it."""
    examples = sorted(rule.examples, key=lambda example: not example.bad)
    parts: Iterator[str] = chain(
        [f"# {prose(rule.title)}", facts(rule)],
        ["## What is wrong", prose(rule.why), f"A finding says: {code(rule.message)}"],
        ["## What to change", prose(rule.remedy), *chain.from_iterable(lines_to_write(rule))],
        ["## Examples", *chain.from_iterable(map(example_parts, examples))],
        ["## How to silence it", *silence(rule)],
        mappings(rule),
        ["## Read more", "\n".join(f"- <{reference}>" for reference in rule.references)],
    )
    return "\n\n".join(parts) + "\n"


def facts(rule: Rule) -> str:
    """What reports and configurations know the rule by."""
    return "\n".join(
        (
            f"- id: `{rule.id}`",
            f"- family: [{rule.family}]({INDEX}#{rule.family})",
            f"- severity: {severity(rule)}",
            f"- confidence: {rule.confidence}",
            f"- for the {rule.audience}",
            f"- {TIERS[rule.tier]}",
        )
    )


def severity(rule: Rule) -> str:
    """One word, or one for each of those who can send the event."""
    if rule.severity is not None:
        return str(rule.severity)
    if rule.effect is None:
        return "by who can send the event, and by what it allows"
    levels = {who: severity_of(exposure, rule.effect) for exposure, who in EXPOSURES.items()}
    listed = ", ".join(f"{level} for {who}" for who, level in levels.items())
    return f"by who can send the event: {listed}; a step more where it reaches sensitive data"


def lines_to_write(rule: Rule) -> Iterator[tuple[str, str]]:
    """The rule's fix for each way of writing, ``<name>`` for what depends on the finding."""
    for key, text in rule.fix.items():
        if key in WRITTEN_AS:
            language = key if key in CODE else "yaml"
            yield f"The lines to write{WRITTEN_AS[key]}:", fenced(in_general(key, text), language)


def example_parts(example: Example) -> Iterator[str]:
    """A heading, what there is to say, and the example."""
    language = LANGUAGES.get(example.language, "")
    where = f" ({language})" if language else ""
    note = f": {prose(example.note)}" if example.note else ""
    yield f"**{'Bad' if example.bad else 'Good'}**{where}{note}"
    yield fenced(example.text, FENCES.get(example.language, example.language))


def silence(rule: Rule) -> Iterator[str]:
    """The comment and the configuration entry, ready to copy."""
    sign = COMMENT.get(rule.examples[0].language, "#")
    yield "A comment at the end of the line, or alone on the line above:"
    yield fenced(f"{sign} ringfence: ignore[{rule.id}] reason until 2027-01-31", "text")
    yield "Or in `ringfence.toml`, with a reason:"
    entry = f'[[suppress]]\nrule = "{rule.id}"\npath = "legacy/**"\nreason = "..."'
    yield fenced(entry, "toml")


def mappings(rule: Rule) -> Iterator[str]:
    """What others call it; nothing when nobody does."""
    known = (
        ("CWE", [f"[CWE-{number}]({CWE.format(number)})" for number in rule.cwe]),
        ("OWASP Serverless Top 10", rule.owasp_serverless),
        ("CSA, risks for serverless applications", rule.csa),
        ("ATT&CK", [f"[{key}]({ATTACK.format(key.replace('.', '/'))})" for key in rule.attack]),
        ("CIS AWS Foundations Benchmark 3.0", rule.cis),
    )
    lines = [f"- {name}: {', '.join(keys)}" for name, keys in known if keys]
    if lines:
        yield "## Also known as"
        yield "\n".join(lines)


def prose(text: str) -> str:
    """A rule's text with nothing in it that Markdown would take for markup."""
    return MARKUP.sub(r"\\\g<0>", text)


def code(text: str) -> str:
    """Text in a code span; ours has no backtick."""
    return f"`{text}`"


def fenced(text: str, language: str) -> str:
    """A block of code; ours has no fence in it."""
    return f"```{language}\n{text.strip(chr(10))}\n```"


def stale(new: dict[str, str], folder: Path) -> list[str]:
    """The names of the pages that differ, are missing, or have no rule."""
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*")}
    return sorted(name for name in {*new, *there} if new.get(name) != there.get(name))


def write(new: dict[str, str], folder: Path) -> None:
    """Write what has changed, and remove what has no rule."""
    folder.mkdir(exist_ok=True)
    for name in stale(new, folder):
        if name in new:
            (folder / name).write_text(new[name], encoding="utf-8")
        else:
            (folder / name).unlink()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    new = pages()
    if parser.parse_args().check:
        names = stale(new, FOLDER)
        sys.stdout.write("".join(f"docs/rules/{name} is out of date\n" for name in names))
        return int(bool(names))
    write(new, FOLDER)
    return 0


if __name__ == "__main__":
    sys.exit(main())
