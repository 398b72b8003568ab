"""Judges what the suite said of each module against `expected.json`.

An entry of `expected.json` names a module and a reason, and says at least one of
  - `result` (REVIEW, SKIPPED, …): the module may end so; entries that name another result are alternatives;
  - `conditions` (the suite's class names): these FAILUREs or WARNINGs are known, and all of them must come;
  - `left_out` (true): the module is not run.
`plans` limits an entry to some plans. A module with entries of which none came true is unexpected too, so the list
cannot outlive its reasons.
"""


def entries_for(expected, plan):
    """The entries that hold in a plan."""
    return [entry for entry in expected if plan in entry.get("plans", [plan])]


def left_out(module, entries):
    """Why a module is not run, or None."""
    for entry in entries:
        if entry["module"] == module and entry.get("left_out"):
            return entry["reason"]
    return None


def judge(record, entries):
    """Adds `unexpected` (a list of sentences, empty when all is well) and `reasons` to a record."""
    outcome, problems = record["outcome"], record["problems"]
    mine = [entry for entry in entries if entry["module"] == record["module"] and not entry.get("left_out")]
    seen = {problem["source"] for problem in problems}
    true = [entry for entry in mine if came_true(entry, outcome, seen)]
    known = {condition for entry in true for condition in entry.get("conditions", [])}
    strange = [problem for problem in problems if problem["source"] not in known]

    unexpected = [sentence(problem) for problem in strange]
    named = any("result" in entry for entry in true)
    explained = outcome in ("WARNING", "FAILED") and known and not strange
    if outcome != "PASSED" and not named and not explained:
        unexpected.append(f"ended {outcome}")
    elif mine and not true:
        unexpected.append(f"ended {outcome}, although expected.json says otherwise")
    unexpected += [f"{condition} did not come, although expected.json says so" for condition in sorted(known - seen)]
    record["unexpected"] = list(dict.fromkeys(unexpected))
    record["reasons"] = list(dict.fromkeys(entry["reason"] for entry in true))


def came_true(entry, outcome, seen):
    """Whether the module ended as the entry says. Of its conditions one is enough: the others are asked for apart."""
    conditions = entry.get("conditions")
    return entry.get("result", outcome) == outcome and (not conditions or bool(seen.intersection(conditions)))


def sentence(problem):
    return f"{problem['result']} {problem['source']}: {problem['message']}"


def counts(records):
    found = {}
    for record in records:
        found[record["outcome"]] = found.get(record["outcome"], 0) + 1
    return ", ".join(f"{number} {outcome}" for outcome, number in sorted(found.items()))


def unexpected(records):
    """How many modules did not end as they should."""
    return sum(1 for record in records if record["unexpected"])
