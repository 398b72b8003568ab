#!/usr/bin/env python3
"""Runs plans of the OpenID Foundation's conformance suite against an issuer, over the suite's REST interface.

    run.py config basic-static

Issuer, suite, test user and clients stand in `clients.json`, which `prepare.py` writes. A plan is a file in `plans/`.
Every module must end PASSED; whatever else may happen, and why, stands in `expected.json`. Exit code 0: all as
expected; 1: something was not; 2: the run could not be made.
"""

import argparse
import datetime
import functools
import json
import os
import pathlib
import sys
import time

import judge
import log
import plan as plans
import results
import rotation
import sign_in
from suite import Suite, SuiteError

HERE = pathlib.Path(__file__).resolve().parent


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("plans", nargs="+", help="names of files in plans/, without .json")
    parser.add_argument("--clients", default=HERE / "clients.json", type=pathlib.Path, help="what prepare.py wrote")
    parser.add_argument("--suite", help="where the suite answers, if not at its own base URL")
    parser.add_argument("--username", help="another test user than in clients.json")
    parser.add_argument("--password-file", type=pathlib.Path, help="its password (or SIGNET_TEST_PASSWORD)")
    parser.add_argument("--expected", default=HERE / "expected.json", type=pathlib.Path)
    parser.add_argument("--results", default=HERE, type=pathlib.Path, help="folder of RESULTS.md and results/")
    parser.add_argument("--modules", help="only these modules, comma separated; no result is kept")
    parser.add_argument("--timeout", default=240, type=int, help="seconds one module may take")
    parser.add_argument("--verbose", action="store_true", help="let the scripted browser log every page")
    return parser.parse_args()


def read_target(args):
    """The content of `clients.json`, under what was said otherwise. Passwords never come from the command line."""
    if not args.clients.is_file():
        raise plans.PlanError(f"{args.clients} is not there: prepare.py makes it")
    target = json.loads(args.clients.read_text())
    password = os.environ.get("SIGNET_TEST_PASSWORD")
    if args.password_file:
        password = args.password_file.read_text().rstrip("\n")
    said = {"username": args.username, "password": password}
    return {**target, **{key: value for key, value in said.items() if value}}


def check_sign_in(target):
    problem = sign_in.try_once(target["issuer"], target["username"], target["password"])
    if problem:
        raise plans.PlanError(f"{problem}\nNo module was run: nearly all would have failed for this.")


def run_module(suite, plan_id, module, timeout, secrets, rotate=None):
    """One module, from its creation to a record of how it ended. One that waits for a rotation is started after it."""
    started = time.monotonic()
    module_id = suite.create_module(plan_id, module)
    not_rotated = []
    if rotate and suite.wait_until_startable(module_id, timeout):
        try:
            rotate()
            suite.start_module(module_id)
        except rotation.RotationError as error:
            not_rotated = [log.own_problem(str(error))]
            suite.stop(module_id)
    state = suite.wait_until_final(module_id, timeout)
    entries = suite.log(module_id)
    problems = not_rotated + log.problems(entries, secrets)
    if state is None:
        status, result = "TIMEOUT", "UNKNOWN"
        problems += log.why_it_waits(entries, suite.unvisited_urls(module_id))
        suite.stop(module_id)
    else:
        status, result = suite.result(module_id)
    return {
        "id": module_id,
        "module": module["testModule"],
        "variant": module.get("variant") or {},
        "outcome": result if status == "FINISHED" else status,
        "problems": problems,
        "seconds": round(time.monotonic() - started, 1),
    }


def rotation_for(plan, module, target, timeout):
    """What rotates the keys that the module waits for, or None if it waits for none."""
    algorithms = plan.get("rotate_keys", {}).get(module["testModule"])
    return functools.partial(rotation.rotate, target, algorithms, timeout) if algorithms else None


def print_row(record, suite):
    mark = "!!" if record["unexpected"] else "  "
    print(f"{mark} {record['outcome']:<12} {record['seconds']:6.1f} s  {record['module']}")
    if record["unexpected"]:
        print(f"       test {record['id']}: {suite.log_page(record['id'])}")
    details = {judge.sentence(problem): problem for problem in reversed(record["problems"])}
    for text in record["unexpected"]:
        problem = details.get(text, {"requirements": "", "details": []})
        print(f"       {text}" + (f" [{problem['requirements']}]" if problem["requirements"] else ""))
        for detail in problem["details"]:
            print(f"         {detail}")
    sys.stdout.flush()


def run_plan(suite, name, args, target, expected):
    plan = plans.read(name)
    config = plans.config(plan, target)
    if args.verbose:
        config["browser_verbose"] = True
    created = suite.create_plan(plan["plan"], plan["variant"], config)
    entries = judge.entries_for(expected, name)
    only = set(args.modules.split(",")) if args.modules else None
    wanted = plans.choose(plan, created["modules"], only)
    print(f"\n{name}: {plan['plan']}, {len(wanted)} modules", flush=True)
    records, left_out = [], []
    for module in wanted:
        reason = judge.left_out(module["testModule"], entries)
        if reason and not only:
            left_out.append({"module": module["testModule"], "reason": reason})
            print(f"   left out               {module['testModule']}", flush=True)
            continue
        rotate = rotation_for(plan, module, target, args.timeout)
        record = run_module(suite, created["id"], module, args.timeout, plans.secrets(target), rotate)
        judge.judge(record, entries)
        print_row(record, suite)
        records.append(record)
    return {
        "name": name,
        "plan": plan["plan"],
        "variant": plan["variant"],
        "clients": plan.get("clients"),
        "date": datetime.date.today().isoformat(),
        "signet": target["signet"],
        "suite": suite.plan_version(created["id"]),
        "left_out": left_out,
        "records": records,
    }


def keep(run, args):
    """Keeps this plan's results beside the others'."""
    results.store(args.results / "results", run)
    runs = results.load(args.results / "results", plans.names())
    (args.results / "RESULTS.md").write_text(results.markdown(runs))


def main():
    args = arguments()
    unexpected = 0
    try:
        expected = json.loads(args.expected.read_text())
        target = read_target(args)
        for name in args.plans:
            plans.config(plans.read(name), target)
        suite = Suite(args.suite or target["suite"], os.environ.get("CONFORMANCE_TOKEN"))
        suite.check_ready()
        check_sign_in(target)
        for name in args.plans:
            run = run_plan(suite, name, args, target, expected)
            unexpected += judge.unexpected(run["records"])
            print(f"{name}: {judge.counts(run['records'])}; {judge.unexpected(run['records'])} unexpected", flush=True)
            if not args.modules:
                keep(run, args)
    except (SuiteError, plans.PlanError, OSError, ValueError, KeyError) as error:
        print(f"run.py: {error}", file=sys.stderr)
        return 2
    return 1 if unexpected else 0


if __name__ == "__main__":
    sys.exit(main())
