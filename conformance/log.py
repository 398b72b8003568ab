"""Reads the suite's log of a module: what failed in it, and what a module that never ended waits for."""

import re

# What every entry has, what is said elsewhere, and whole pages.
DULL = set("_id testId testOwner testName src msg result time blockId requirements".split())
DULL |= set("stacktrace cause_stacktrace error_class caught_at upload img commands current_dom".split())
# A token, a code or a key: more of it than its beginning helps nobody.
OPAQUE = re.compile(r"[A-Za-z0-9_.~+=-]{40,}")
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
LONGEST = 300


def problems(log, secrets):
    """The entries of the log that failed or warn, without the secrets of user and clients."""
    found, answer = [], None
    for entry in log:
        if entry.get("http") == "response" and "response_status_code" in entry:
            answer = f"{entry['response_status_code']} {entry.get('response_body') or ''}"
        if entry.get("result") in ("FAILURE", "WARNING"):
            found.append(problem(entry, answer, secrets))
            answer = None
    return found


def problem(entry, answer, secrets):
    """One of them. `answer` is what a server said last before it, unless another problem shows it already."""
    details = {key: value for key, value in entry.items() if key not in DULL}
    if "page_source" in details:
        title = TITLE.search(str(details.pop("page_source")))
        details["page"] = title.group(1) if title else "without a title"
    if answer:
        details["last answer"] = answer
    return {
        "source": entry.get("src", ""),
        "result": entry["result"],
        "message": shorten(entry.get("msg", ""), secrets),
        "requirements": ", ".join(entry.get("requirements") or []),
        "details": [f"{key}: {shorten(value, secrets)}" for key, value in details.items()],
    }


def shorten(value, secrets=()):
    text = " ".join(str(value).split())
    for secret in secrets:
        text = text.replace(secret, "…")
    text = OPAQUE.sub(lambda found: found.group()[:8] + "…", text)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def why_it_waits(log, unvisited_urls):
    """What a module that never finished was waiting for, in the form of problems."""
    texts = [f"no browser script fits {url}" for url in unvisited_urls]
    texts += [f"unfilled placeholder: {entry.get('msg', '')}" for entry in log if entry.get("upload")]
    return [own_problem(text) for text in texts or ["no final state in time"]]


def own_problem(text):
    """What went wrong here and not in the suite, in the form of a problem."""
    return {"source": "run.py", "result": "FAILURE", "message": text, "requirements": "", "details": []}
