#!/usr/bin/env python3
"""Makes the test user and the clients that the plans need, with signet's command line, and writes `clients.json`.

    prepare.py --config data/signet.toml --issuer https://op.test:9443 --suite https://suite.example.test:8443

It may be run again: it makes another user and other clients, and replaces the file.
"""

import argparse
import json
import os
import pathlib
import secrets
import shutil
import subprocess
import sys

import keys
from plan import ALIAS

HERE = pathlib.Path(__file__).resolve().parent
SCOPES = ("openid", "profile", "email", "address", "phone", "offline_access")

# A value for every standard claim of OpenID Connect Core §5.1, except those that signet makes itself.
PERSON = {
    "name": "Connie A. Tester",
    "given-name": "Connie",
    "family-name": "Tester",
    "middle-name": "A.",
    "nickname": "Con",
    "profile": "https://people.example.test/connie",
    "picture": "https://people.example.test/connie.png",
    "website": "https://connie.example.test/",
    "gender": "female",
    "birthdate": "1990-01-31",
    "zoneinfo": "Europe/Berlin",
    "locale": "en-GB",
    "phone-number": "+4930123456",
    "address-formatted": "1 Test Street\n10115 Berlin\nGermany",
    "address-street": "1 Test Street",
    "address-locality": "Berlin",
    "address-region": "Berlin",
    "address-postal-code": "10115",
    "address-country": "Germany",
}

# What each kind of client is made with, beside its name, its addresses, its grants and its scopes.
LEAN = ("--no-require-pkce", "--lean-id-token")
DEFAULT = ()
PRIVATE_KEY_JWT = (*LEAN, "--auth-method", "private_key_jwt", "--token-endpoint-as-audience", "--jwks-file", "-")
KINDS = {
    "lean": {
        "client": (*LEAN, "--auth-method", "client_secret_basic"),
        "client_secret_post": (*LEAN, "--auth-method", "client_secret_post"),
        "client2": (*LEAN, "--auth-method", "client_secret_basic"),
    },
    "default": {"client": DEFAULT, "client_secret_post": DEFAULT, "client2": DEFAULT},
    "backchannel": {"client": (*LEAN, "--auth-method", "client_secret_basic", "--backchannel-logout-session-required")},
    "private_key_jwt": {"client": PRIVATE_KEY_JWT, "client2": PRIVATE_KEY_JWT},
}


class Refused(Exception):
    """signet refused a command."""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--issuer", required=True, help="the issuer under test, exactly as in its discovery document")
    parser.add_argument("--suite", required=True, help="the suite's own base URL, where its redirect URIs are")
    parser.add_argument("--signet", default="signet", help="signet's program")
    parser.add_argument("--config", help="signet's configuration file")
    parser.add_argument("--kind", action="append", choices=KINDS, help="which clients; repeat [default: lean, default]")
    parser.add_argument("--out", default=HERE / "clients.json", type=pathlib.Path)
    return parser.parse_args()


def program(args):
    """How signet is called, from wherever."""
    found = shutil.which(args.signet)
    config = ["--config", os.path.abspath(args.config)] if args.config else []
    return [os.path.abspath(found) if found else args.signet, *config]


def signet(args, *words, text=None):
    """What signet answers to a command, as JSON."""
    done = subprocess.run([*program(args), "--json", *words], input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{' '.join(words[:2])}: {(done.stderr or done.stdout).strip()}")
    return json.loads(done.stdout)


def version(args):
    done = subprocess.run([args.signet, "--version"], capture_output=True, text=True, check=True)
    return done.stdout.strip().removeprefix("signet ")


def make_user(args):
    """A person with a value for every claim. The names end in a random part, so that the command can be repeated."""
    name = f"connie-{secrets.token_hex(4)}"
    password = secrets.token_urlsafe(18)
    claims = [word for option, value in PERSON.items() for word in (f"--{option}", value)]
    who = ["--email", f"{name}@example.test", "--verified", "--user-name", name, "--phone-verified"]
    signet(args, "user", "create", *who, *claims, "--password-file", "-", text=password)
    return {"username": name, "password": password}


def make_client(args, kind, role, options):
    """A client; one that authenticates with a key gets a new one."""
    callbacks = f"{args.suite.rstrip('/')}/test/a/{ALIAS}"
    words = ["client", "create", "--name", f"Conformance suite: {kind}, {role}", *options]
    words += ["--redirect-uri", f"{callbacks}/callback"]
    words += ["--post-logout-redirect-uri", f"{callbacks}/post_logout_redirect"]
    # Only where a plan waits for it: a module that does not would fail at the request.
    if kind == "backchannel":
        words += ["--backchannel-logout-uri", f"{callbacks}/backchannel_logout"]
    words += ["--grant", "authorization_code", "--grant", "refresh_token"]
    words += [word for scope in SCOPES for word in ("--scope", scope)]
    if "private_key_jwt" not in options:
        made = signet(args, *words)
        return {"client_id": made["client_id"], "client_secret": made["client_secret"]}
    key = keys.make()
    made = signet(args, *words, text=json.dumps({"keys": [keys.public(key)]}))
    return {"client_id": made["client_id"], "jwks": {"keys": [key]}}


def write(path, content):
    """Only for whoever runs this: it holds secrets."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(descriptor, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file, indent=1)


def main():
    args = arguments()
    try:
        made = {
            "issuer": args.issuer.rstrip("/"),
            "suite": args.suite.rstrip("/"),
            "signet": version(args),
            "command": program(args),
            **make_user(args),
            "clients": {
                kind: {role: make_client(args, kind, role, options) for role, options in KINDS[kind].items()}
                for kind in args.kind or ("lean", "default")
            },
        }
        write(args.out, made)
    except (Refused, OSError, subprocess.CalledProcessError) as error:
        print(f"prepare.py: {error}", file=sys.stderr)
        return 2
    print(f"user:    {made['username']}, with a value for every standard claim")
    for kind, clients in made["clients"].items():
        print(f"clients: {kind}: {', '.join(client['client_id'] for client in clients.values())}")
    print(f"written: {args.out} (it holds the secrets)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
