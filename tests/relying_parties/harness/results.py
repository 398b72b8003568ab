"""`RESULTS.md`: one section a party. A run replaces the sections of the parties that it ran."""

import re

from .base import ABSENT, FAILED, OK

HEAD = """# Real applications, connected

Written by `run`; see [README.md](README.md). Each product was given its preset's configuration, filled in, and nothing else;
`key_rotation` has libraries verify tokens while keys change.
“does not have it” is no pass: the product cannot do it, and the reason stands beside it.

"""


def write(path, parties, signet, chromium, day):
    """Writes the sections of these parties beside those that are there."""
    sections = read(path)
    sections |= {party.name: section(party, signet, chromium, day) for party in parties}
    ordered = [sections[name] for name in sorted(sections)]
    table = ["| party | result | product | day |", "|---|---|---|---|", *map(summary, ordered)]
    path.write_text(HEAD + "\n".join(table) + "\n\n" + "\n".join(ordered))


def read(path):
    """The sections that are there, by the party's name."""
    if not path.exists():
        return {}
    parts = re.split(r"^(?=## )", path.read_text(), flags=re.MULTILINE)[1:]
    return {part.split("\n", 1)[0].removeprefix("## "): part.rstrip() + "\n" for part in parts}


def section(party, signet, chromium, day):
    rows = [f"| {cell(words)} | {result} | {cell(seen)} |" for words, result, seen in party.results]
    head = [f"## {party.name}", "", f"{party.versions()}; {signet}; {chromium}; {day}", "",
            "| assertion | result | seen |", "|---|---|---|"]
    return "\n".join([*head, *rows, ""])


def summary(text):
    """A section's row of the table at the top."""
    name = text.split("\n", 1)[0].removeprefix("## ")
    told = text.split("\n")[2].split("; ")
    found = re.findall(r"^\| .* \| (ok|FAILED|does not have it) \| .*\|$", text, flags=re.MULTILINE)
    counts = [f"{found.count(result)} {result}" for result in (OK, FAILED, ABSENT) if result in found]
    return f"| [{name}](#{name.replace('.', '')}) | {', '.join(counts) or 'did not start'} | {told[0]} | {told[-1]} |"


def cell(text):
    return " ".join(text.replace("|", "\\|").split())
