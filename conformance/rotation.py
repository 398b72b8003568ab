"""Lets signet rotate its keys while a module of the suite waits for that, with `signet keys rotate --wait`.

A server takes over a change of keys within ten seconds, and the suite compares what is published before and after, so
the key set is asked until it has a new key for each algorithm. Replaced keys are the suite's to look for.
"""

import json
import subprocess
import time
import urllib.request

from suite import any_certificate

PUBLISHED_WITHIN_SECONDS = 30
TIMEOUT_SECONDS = 20


class RotationError(Exception):
    """The keys were not rotated."""


def rotate(target, algorithms, seconds, key_ids=None, pause=time.sleep):
    """The ids of the keys that are published from now on. `target` is the content of `clients.json`."""
    if not target.get("command"):
        raise RotationError("clients.json does not say how signet is called: run prepare.py again")
    key_ids = key_ids or (lambda: published(target["issuer"]))
    before = key_ids()
    call(target["command"], algorithms, seconds)
    for _ in range(PUBLISHED_WITHIN_SECONDS):
        new = key_ids() - before
        if len(new) >= len(algorithms):
            return new
        pause(1)
    raise RotationError(
        f"{PUBLISHED_WITHIN_SECONDS} s after the rotation the key set has {len(new)} new keys, not {len(algorithms)}: "
        "is this the server's own database?"
    )


def call(command, algorithms, seconds):
    named = [word for algorithm in algorithms for word in ("--alg", algorithm)]
    words = [*command, "keys", "rotate", *named, "--wait", "--timeout", f"{seconds}s"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=seconds + TIMEOUT_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RotationError(f"signet keys rotate: {error}") from error
    if done.returncode:
        raise RotationError(f"signet keys rotate: {' '.join((done.stderr or done.stdout).split())}")


def published(issuer):
    """The ids of all keys that the issuer publishes. TLS is not verified, as the suite does not verify it either."""
    try:
        discovery = fetch(f"{issuer}/.well-known/openid-configuration")
        return {key["kid"] for key in fetch(discovery["jwks_uri"])["keys"]}
    except (OSError, ValueError, KeyError) as error:
        raise RotationError(f"the key set of {issuer} cannot be read: {error}") from error


def fetch(url):
    with urllib.request.urlopen(url, context=any_certificate(), timeout=TIMEOUT_SECONDS) as answer:
        return json.load(answer)
