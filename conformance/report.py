"""Judges what the suite said of each module against `expected.json`, and writes it down.

An entry of `expected.json` names a module and a reason, and either
  - a `result` that is not PASSED (REVIEW, SKIPPED, …): the module may end so, or
  - a `condition` (the suite's class name): that one FAILURE or WARNING is known.
A module with entries of which none came true is unexpected too, so the list cannot outlive its reasons.
"""


def judge(record, expected):
    """Adds `unexpected` (a list of sentences, empty when all is well) and `reasons` to a record."""
    entries = [entry for entry in expected if entry["module"] == record["module"]]
    by_result = [entry for entry in entries if entry.get("result") == record["outcome"]]
    conditions = {entry["condition"]: entry for entry in entries if "condition" in entry}
    known = [conditions[p["source"]] for p in record["problems"] if p["source"] in conditions]
    strange = [p for p in record["problems"] if p["source"] not in conditions]

    unexpected = [f"{p['result']} {p['source']}: {p['message']}" for p in strange]
    explained_by_conditions = record["outcome"] in ("WARNING", "FAILED") and known and not strange
    if record["outcome"] != "PASSED" and not by_result and not explained_by_conditions:
        unexpected.append(f"ended {record['outcome']}")
    elif entries and not by_result and not known:
        unexpected.append("ended PASSED, although expected.json says otherwise")
    record["unexpected"] = list(dict.fromkeys(unexpected))
    record["reasons"] = list(dict.fromkeys(entry["reason"] for entry in by_result + known))


def print_row(record):
    mark = "!!" if record["unexpected"] else "  "
    print(f"{mark} {record['outcome']:<12} {record['seconds']:6.1f} s  {record['module']}", flush=True)
    for text in record["unexpected"]:
        print(f"       {text[:300]}", flush=True)


def counts(records):
    found = {}
    for record in records:
        found[record["outcome"]] = found.get(record["outcome"], 0) + 1
    return ", ".join(f"{number} {outcome}" for outcome, number in sorted(found.items()))


def summary(runs):
    """Prints the totals; the exit code."""
    print()
    unexpected = 0
    for run in runs:
        wrong = sum(1 for record in run["records"] if record["unexpected"])
        unexpected += wrong
        seconds = sum(record["seconds"] for record in run["records"])
        print(f"{run['name']}: {counts(run['records'])}; {wrong} unexpected; {seconds:.0f} s")
    return 1 if unexpected else 0


def distinguishing(record, records):
    """The part of the variant that tells two runs of one module apart, as plans repeat modules."""
    twins = [other["variant"] for other in records if other["module"] == record["module"]]
    keys = [key for key in sorted(record["variant"]) if len({twin.get(key) for twin in twins}) > 1]
    return "".join(f" [{record['variant'][key]}]" for key in keys)


def cell(text):
    return " ".join(str(text).split()).replace("|", "\\|")


def markdown(runs, issuer):
    lines = [
        "# Results against the OpenID Foundation conformance suite",
        "",
        f"Written by `run.py`, not by hand. Issuer `{issuer}`; suite version {runs[0]['version']}.",
        "REVIEW is the suite's word for \"a person has to look at the stored page\"; it is never PASSED by itself.",
        "",
        "| plan | modules | results | unexpected | wall time |",
        "|---|---|---|---|---|",
    ]
    for run in runs:
        wrong = sum(1 for record in run["records"] if record["unexpected"])
        seconds = sum(record["seconds"] for record in run["records"])
        lines.append(f"| {run['name']} | {len(run['records'])} | {counts(run['records'])} | {wrong} | {seconds:.0f} s |")
    for run in runs:
        variant = ", ".join(f"{key}={value}" for key, value in run["variant"].items())
        lines += ["", f"## {run['name']}", "", f"`{run['plan']}`" + (f" ({variant})" if variant else ""), ""]
        lines += ["| plan | module | result | wall time | explanation |", "|---|---|---|---|---|"]
        for record in run["records"]:
            texts = [f"**unexpected:** {text}" for text in record["unexpected"]] + record["reasons"]
            module = record["module"] + distinguishing(record, run["records"])
            time = f"{record['seconds']:.1f} s"
            explanation = cell("; ".join(texts))
            lines.append(f"| {run['name']} | {module} | {record['outcome']} | {time} | {explanation} |")
    return "\n".join(lines) + "\n"
