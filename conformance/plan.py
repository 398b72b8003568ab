"""Reads a plan's file in `plans/` and makes of it what the suite wants to have.

A plan's file names the suite's plan, its variant, the set of clients in `clients.json` that it runs with, and for each
address that the suite's browser may be sent to, the steps of `browser.json` to take there; `override` replaces the
steps of an address for one module. `like` takes over another plan's file and replaces what is said anew. `modules` are
those to run, in this order, where that is not all that the suite's plan has. `rotate_keys` names modules that wait for
a rotation, each with the algorithms whose keys are replaced.
"""

import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
ALIAS = "signet"


class PlanError(Exception):
    """A plan's file, or what it needs, is not right."""


def read(name, folder=HERE / "plans"):
    """The file's content, with what it takes over from another."""
    path = folder / f"{name}.json"
    if not path.is_file():
        raise PlanError(f"there is no plan {name}; there are {', '.join(names(folder))}")
    own = json.loads(path.read_text())
    if "like" not in own:
        return own
    base = read(own.pop("like"), folder)
    override = {**base.get("override", {}), **own.get("override", {})}
    return {**base, **own, "override": override}


def names(folder=HERE / "plans"):
    return sorted(path.stem for path in folder.glob("*.json"))


def choose(plan, offered, only=None):
    """Which of the modules that the suite offers are run, and in which order; a file may name one twice."""
    if "modules" in plan:
        by_name = {module["testModule"]: module for module in reversed(offered)}
        missing = [name for name in plan["modules"] if name not in by_name]
        if missing:
            raise PlanError(f"{plan['plan']} has no module {missing[0]}")
        offered = [by_name[name] for name in plan["modules"]]
    chosen = [module for module in offered if not only or module["testModule"] in only]
    if not chosen:
        raise PlanError(f"this plan has none of the modules {', '.join(sorted(only or []))}")
    return chosen


def config(plan, target, steps=None):
    """The configuration for the suite. `target` is the content of `clients.json`."""
    steps = json.loads((HERE / "browser.json").read_text()) if steps is None else steps
    browser = plan.get("browser", {})
    made = {
        "alias": ALIAS,
        "description": plan["description"],
        "server": {"discoveryUrl": "{ISSUER}/.well-known/openid-configuration"},
        "options": {"browsercontrol_css_enable": False},
    }
    if browser:
        made["browser"] = script(browser, steps)
        made["override"] = {
            module: {"browser": script({**browser, **other}, steps)}
            for module, other in plan.get("override", {}).items()
        }
    placeholders = {
        "{ISSUER}": target["issuer"],
        "{SUITE}": target["suite"],
        "{USERNAME}": target.get("username", ""),
        "{PASSWORD}": target.get("password", ""),
    }
    return {**fill_in(made, placeholders), **clients(plan, target)}


def script(browser, steps):
    """The suite's form of the steps that each address takes."""
    unknown = [name for names in browser.values() for name in names if name not in steps]
    if unknown:
        raise PlanError(f"browser.json has no step {unknown[0]!r}")
    return [
        {"match": address, "tasks": [{"task": name, **steps[name]} for name in names]}
        for address, names in browser.items()
    ]


def fill_in(value, placeholders):
    if isinstance(value, dict):
        return {fill_in(key, placeholders): fill_in(item, placeholders) for key, item in value.items()}
    if isinstance(value, list):
        return [fill_in(item, placeholders) for item in value]
    if isinstance(value, str):
        for name, text in placeholders.items():
            if name in value and not text:
                raise PlanError(f"this plan needs a value for {name}")
            value = value.replace(name, text)
    return value


def clients(plan, target):
    """The clients that the plan runs with, under the names that the suite has for them."""
    wanted = plan.get("clients")
    if wanted is None:
        return {}
    found = target.get("clients", {}).get(wanted)
    if not found:
        raise PlanError(f"clients.json has no clients of the kind {wanted!r}: make them with prepare.py")
    return found


def secrets(target):
    """What must not be printed."""
    found = [client.get("client_secret") for kind in target.get("clients", {}).values() for client in kind.values()]
    return [secret for secret in [target.get("password"), *found] if secret]
