#!/usr/bin/env python3
"""Runs plans of the OpenID Foundation's conformance suite against an issuer, over the suite's REST interface.

    run.py --issuer https://id.example.test --username alice --password-file pw --clients clients.json basic-static

A plan is a file in `plans/`. Every module must end PASSED; whatever else may happen, and why, stands
in `expected.json`. Exit code 0: all as expected; 1: something was not; 2: the run could not be made.
"""

import argparse
import json
import os
import pathlib
import sys
import time

import report
from suite import Suite, SuiteError

HERE = pathlib.Path(__file__).resolve().parent
CLIENT_KEYS = ("client", "client_secret_post", "client2")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("plans", nargs="+", help="names of files in plans/, without .json")
    parser.add_argument("--suite", default="https://localhost:8443", help="where the suite answers")
    parser.add_argument("--issuer", required=True, help="the issuer under test, exactly as in its discovery document")
    parser.add_argument("--username", default="", help="the test user's name (or SIGNET_TEST_USERNAME)")
    parser.add_argument("--password-file", help="file with the test user's password (or SIGNET_TEST_PASSWORD)")
    parser.add_argument("--clients", help="JSON file: {\"client\": {\"client_id\", \"client_secret\"}, …}")
    parser.add_argument("--expected", default=HERE / "expected.json", type=pathlib.Path)
    parser.add_argument("--out", default=HERE / "RESULTS.md", type=pathlib.Path, help="results, as Markdown")
    parser.add_argument("--modules", help="only these modules, comma separated; no result file is written")
    parser.add_argument("--timeout", default=240, type=int, help="seconds one module may take")
    parser.add_argument("--verbose", action="store_true", help="let the scripted browser log every page")
    return parser.parse_args()


def secrets(args):
    """What replaces the placeholders of a plan file. Passwords never come from the command line."""
    password = os.environ.get("SIGNET_TEST_PASSWORD", "")
    if args.password_file:
        password = pathlib.Path(args.password_file).read_text().rstrip("\n")
    return {
        "{ISSUER}": args.issuer.rstrip("/"),
        "{USERNAME}": args.username or os.environ.get("SIGNET_TEST_USERNAME", ""),
        "{PASSWORD}": password,
    }


def substitute(value, placeholders):
    if isinstance(value, dict):
        return {key: substitute(item, placeholders) for key, item in value.items()}
    if isinstance(value, list):
        return [substitute(item, placeholders) for item in value]
    if isinstance(value, str):
        for name, text in placeholders.items():
            if name in value and not text:
                raise SuiteError(f"this plan needs a value for {name}")
            value = value.replace(name, text)
    return value


def add_clients(config, args):
    """Lays the registered clients over the plan's; a secret may come from CONFORMANCE_SECRET_<KEY> instead."""
    given = json.loads(pathlib.Path(args.clients).read_text()) if args.clients else {}
    for key in CLIENT_KEYS:
        if key not in config:
            continue
        known = {name: given.get(key, {}).get(name) for name in ("client_id", "client_secret")}
        config[key].update({name: text for name, text in known.items() if text})
        variable = f"CONFORMANCE_SECRET_{key.upper()}"
        config[key].setdefault("client_secret", os.environ.get(variable))
        if not config[key]["client_secret"]:
            raise SuiteError(f"no secret for {key}: give --clients or set {variable}")


def load_plan(name, args):
    plan = json.loads((HERE / "plans" / f"{name}.json").read_text())
    plan["config"] = substitute(plan["config"], secrets(args))
    add_clients(plan["config"], args)
    if args.verbose:
        plan["config"]["browser_verbose"] = True
    return plan


def why_it_waits(suite, module_id, log):
    """What a module that never finished was waiting for."""
    urls = [f"no browser script fits {url}" for url in suite.unvisited_urls(module_id)]
    pictures = [f"unfilled placeholder: {entry.get('msg', '')}" for entry in log if entry.get("upload")]
    return urls + pictures or ["no final state in time"]


def run_module(suite, plan_id, module, timeout):
    """One module, from its creation to a record of how it ended."""
    started = time.monotonic()
    module_id = suite.create_module(plan_id, module)
    state = suite.wait_until_final(module_id, timeout)
    log = suite.log(module_id)
    problems = [
        {"source": entry.get("src", ""), "result": entry["result"], "message": entry.get("msg", "")}
        for entry in log
        if entry.get("result") in ("FAILURE", "WARNING")
    ]
    if state is None:
        status, result = "TIMEOUT", "UNKNOWN"
        problems += [
            {"source": "run.py", "result": "FAILURE", "message": text}
            for text in why_it_waits(suite, module_id, log)
        ]
        suite.stop(module_id)
    else:
        status, result = suite.result(module_id)
    return {
        "module": module["testModule"],
        "variant": module.get("variant") or {},
        "outcome": result if status == "FINISHED" else status,
        "problems": problems,
        "seconds": time.monotonic() - started,
    }


def run_plan(suite, name, args, expected):
    plan = load_plan(name, args)
    created = suite.create_plan(plan["plan"], plan["variant"], plan["config"])
    only = set(args.modules.split(",")) if args.modules else None
    modules = [module for module in created["modules"] if not only or module["testModule"] in only]
    if not modules:
        raise SuiteError(f"{name} has none of the modules {args.modules}")
    print(f"\n{name}: {plan['plan']}, {len(modules)} modules", flush=True)
    records = []
    for module in modules:
        record = run_module(suite, created["id"], module, args.timeout)
        report.judge(record, expected)
        report.print_row(record)
        records.append(record)
    version = suite.plan_version(created["id"])
    return {"name": name, "plan": plan["plan"], "variant": plan["variant"], "version": version, "records": records}


def main():
    args = arguments()
    try:
        expected = json.loads(args.expected.read_text())
        suite = Suite(args.suite, os.environ.get("CONFORMANCE_TOKEN"))
        suite.check_ready()
        for name in args.plans:
            load_plan(name, args)
        runs = [run_plan(suite, name, args, expected) for name in args.plans]
    except (SuiteError, OSError, ValueError) as error:
        print(f"run.py: {error}", file=sys.stderr)
        return 2
    if not args.modules:
        args.out.write_text(report.markdown(runs, args.issuer))
        print(f"\nwritten: {args.out}")
    return report.summary(runs)


if __name__ == "__main__":
    sys.exit(main())
