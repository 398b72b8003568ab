"""Keeps the last run of each plan in `results/`, and writes all of them into `RESULTS.md`.

A plan's run replaces its own file only, so the other plans' results stay, each with its date and signet's version.
"""

import json

from judge import counts, unexpected

REVIEW = 'REVIEW is the suite\'s word for "a person has to look at the stored page"; it is never PASSED by itself.'
KEPT = ("module", "variant", "outcome", "seconds", "unexpected", "reasons")


def store(folder, run):
    """Replaces what is kept of the plan; one line for each module, so that differences can be read."""
    records = [json.dumps({key: record[key] for key in KEPT}, ensure_ascii=False) for record in run["records"]]
    head = json.dumps({key: value for key, value in run.items() if key != "records"}, indent=1, ensure_ascii=False)
    text = head.removesuffix("\n}") + ',\n "records": [\n  ' + ",\n  ".join(records) + "\n ]\n}\n"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{run['name']}.json").write_text(text)


def load(folder, names):
    """What is kept of these plans: a list of (name, run), with None for a plan that never ran."""
    files = [(name, folder / f"{name}.json") for name in names]
    return [(name, json.loads(path.read_text()) if path.is_file() else None) for name, path in files]


def markdown(runs):
    lines = [
        "# Results against the OpenID Foundation conformance suite",
        "",
        "Written by `run.py`, not by hand: the last full run of each plan.",
        REVIEW,
        "",
        "| plan | date | signet | suite | modules | results | left out | unexpected | wall time |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [overview(name, run) for name, run in runs]
    for name, run in runs:
        if run:
            lines += ["", *section(run)]
    return "\n".join(lines) + "\n"


def overview(name, run):
    if not run:
        return f"| {name} | not run yet | | | | | | | |"
    records = run["records"]
    cells = [
        name,
        run["date"],
        run["signet"],
        run["suite"],
        len(records),
        counts(records),
        len(run["left_out"]),
        unexpected(records),
        f"{sum(record['seconds'] for record in records):.0f} s",
    ]
    return "| " + " | ".join(cell(text) for text in cells) + " |"


def section(run):
    """One plan, module after module."""
    variant = ", ".join(f"{key}={value}" for key, value in run["variant"].items())
    clients = f"; clients: {run['clients']}" if run.get("clients") else ""
    lines = [
        f"## {run['name']}",
        "",
        f"`{run['plan']}`" + (f" ({variant})" if variant else "") + clients,
        "",
        "| module | result | wall time | explanation |",
        "|---|---|---|---|",
    ]
    for record in run["records"]:
        texts = [f"**unexpected:** {text}" for text in record["unexpected"]] + record["reasons"]
        module = record["module"] + distinguishing(record, run["records"])
        lines.append(f"| {module} | {record['outcome']} | {record['seconds']:.1f} s | {cell('; '.join(texts))} |")
    lines += [f"| {entry['module']} | left out | | {cell(entry['reason'])} |" for entry in run["left_out"]]
    return lines


def distinguishing(record, records):
    """The part of the variant that tells two runs of one module apart, as plans repeat modules."""
    twins = [other["variant"] for other in records if other["module"] == record["module"]]
    keys = [key for key in sorted(record["variant"]) if len({twin.get(key) for twin in twins}) > 1]
    return "".join(f" [{record['variant'][key]}]" for key in keys)


def cell(text):
    return " ".join(str(text).split()).replace("|", "\\|")
