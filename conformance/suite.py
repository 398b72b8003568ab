"""A small client for the REST interface of the OpenID Foundation's conformance suite.

Knows how to talk to the suite and nothing about what a result means; `run.py` judges.
The suite presents a self-signed certificate, so TLS is not verified: run it on loopback only.
"""

import json
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request

FINAL_STATES = "FINISHED,INTERRUPTED"
WAITS_FOR_START = "CONFIGURED"
LONG_POLL_SECONDS = 20


class SuiteError(Exception):
    """The suite refused a call or did not answer."""


def any_certificate():
    """A TLS context that verifies nothing."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Suite:
    def __init__(self, base_url, token=None):
        self.base_url = base_url.rstrip("/")
        self.token = token
        self.tls = any_certificate()

    def call(self, method, path, query=None, body=None):
        url = f"{self.base_url}/api/{path}"
        if query:
            url += "?" + urllib.parse.urlencode(query)
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, context=self.tls, timeout=LONG_POLL_SECONDS + 40) as response:
                text = response.read()
        except urllib.error.HTTPError as error:
            detail = error.read().decode(errors="replace")[:300]
            raise SuiteError(f"{method} {path}: HTTP {error.code} {detail}") from error
        except OSError as error:
            raise SuiteError(f"{method} {path}: no answer from {self.base_url}: {error}") from error
        return json.loads(text) if text else None

    def check_ready(self):
        self.call("GET", "plan", {"length": 1})

    def create_plan(self, name, variant, config):
        return self.call("POST", "plan", {"planName": name, "variant": json.dumps(variant)}, config)

    def plan_version(self, plan_id):
        return self.call("GET", f"plan/{plan_id}").get("version", "unknown")

    def create_module(self, plan_id, module):
        query = {"test": module["testModule"], "plan": plan_id, "variant": json.dumps(module.get("variant") or {})}
        return self.call("POST", "runner", query)["id"]

    def start_module(self, module_id):
        """Starts a module that does not start by itself."""
        self.call("POST", f"runner/{module_id}")

    def wait_until_final(self, module_id, seconds):
        """The final state, or None once `seconds` have passed.

        A module that waits for a picture (a placeholder) is finished by the suite itself when its
        scripted browser has filled it, so there is nothing to do here but to wait.
        """
        return self.wait_until(FINAL_STATES, module_id, seconds)

    def wait_until_startable(self, module_id, seconds):
        """Whether the module waits for its start now; not when it ended before, or `seconds` have passed."""
        return self.wait_until(f"{WAITS_FOR_START},{FINAL_STATES}", module_id, seconds) == WAITS_FOR_START

    def wait_until(self, states, module_id, seconds):
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            budget = int(min(left, LONG_POLL_SECONDS) * 1000) or 1
            query = {"states": states, "timeoutMs": budget}
            state = self.call("GET", f"runner/{module_id}/wait-state", query).get("state")
            if state:
                return state
        return None

    def result(self, module_id):
        info = self.call("GET", f"info/{module_id}")
        return info.get("status") or "UNKNOWN", info.get("result") or "UNKNOWN"

    def log(self, module_id):
        return self.call("GET", f"log/{module_id}")

    def log_page(self, module_id):
        """Where a person reads the log."""
        return f"{self.base_url}/log-detail.html?log={module_id}"

    def unvisited_urls(self, module_id):
        return self.call("GET", f"runner/browser/{module_id}").get("urls", [])

    def stop(self, module_id):
        self.call("DELETE", f"runner/{module_id}")
