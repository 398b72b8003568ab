"""signet itself: `signet dev` with ports and a folder of its own, its clients and its people."""

import contextlib
import dataclasses
import http.client
import json
import os
import pathlib
import time
import urllib.parse
import urllib.request

from . import presets
from .process import Process, ProcessError, call

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]


@dataclasses.dataclass
class Person:
    """One of the demo people: how they sign in, and what a product should get to know of them."""

    user_name: str
    password: str
    name: str
    email: str
    org_id: str


def find_binary(given):
    """The binary to try: the one that was named, or the newest one that was built here."""
    if given:
        return pathlib.Path(given).resolve()
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
    built = [path for path in (target / "release/signet", target / "debug/signet") if path.exists()]
    if not built:
        raise ProcessError("no signet is built: `cargo build --release`, or name one with --signet")
    return max(built, key=lambda path: path.stat().st_mtime)


def commit():
    """The repository's commit, and whether there is more than that."""
    head = call(["git", "rev-parse", "--short=12", "HEAD"], REPOSITORY).strip()
    changed = call(["git", "status", "--porcelain", "--untracked-files=no", "--", "src"], REPOSITORY).strip()
    return head + (" with changes" if changed else "")


class Provider:
    """A running `signet dev`."""

    def __init__(self, binary, scratch, ports):
        self.binary = binary
        self.data = scratch / "signet"
        self.log = scratch / "signet.log"
        port = ports.take()
        self.issuer = f"http://localhost:{port}"
        self.process = Process(
            [binary, "dev", "--data-dir", self.data, "--keys-dir", scratch / "signet-keys", "--port", port,
             "--demo-port", ports.take(), "--internal-port", ports.take(), "--log", "info,signet=debug"],
            self.log, folder=scratch)
        self.process.wait_for_text("Ctrl-C stops everything")
        self.metadata = self.discover()

    def discover(self):
        with urllib.request.urlopen(f"{self.issuer}/.well-known/openid-configuration", timeout=10) as answer:
            return json.load(answer)

    def stop(self):
        self.process.stop()

    def version(self):
        return call([self.binary, "--version"]).strip()

    def command(self, *arguments, environment=None):
        """Another command of the same signet; returns what it printed."""
        command = [self.binary, "--config", self.data / "signet.toml", *arguments]
        return call(command, environment=environment, seconds=120)

    def answer(self, *arguments):
        """As `command`, in JSON."""
        return json.loads(self.command(*arguments, "--json") or "null")

    def person(self, user_name="ada"):
        kept = dict(line.split(" ", 1) for line in (self.data / "dev-passwords").read_text().splitlines())
        account = self.answer("user", "show", user_name)
        teams = {org["id"] for org in self.answer("org", "list")["organizations"] if org["type"] == "team"}
        # A token that is for no particular organization is for the one that they joined first.
        joined = [
            place["organization_id"]
            for place in account["memberships"]
            if place["organization_id"] in teams
        ]
        claims = account["claims"]
        return Person(user_name, kept[user_name], claims["name"], claims["email"], joined[0])

    def create_client(self, preset, url, options=()):
        """Registers a client for a product with the one command that everybody types, and gives what it prints."""
        address = ["--url", url] if presets.has_address(preset) else []
        made = self.answer("client", "create", "--for", preset, *address, *options)
        return presets.Configuration(
            client_id=made["client_id"],
            client_secret=made.get("client_secret"),
            redirect_uris=made["redirect_uris"],
            blocks=[presets.Block(**block) for block in made["product"]["configuration"]],
        )

    @contextlib.contextmanager
    def without_redirect_uris(self, configuration):
        """The misconfiguration that everybody meets first: the application's address is not registered."""
        there, elsewhere = configuration.redirect_uris, "https://elsewhere.example.test/callback"

        def change(add, remove, known):
            removed = [part for uri in remove for part in ("--remove-redirect-uri", uri)]
            added = [part for uri in add for part in ("--add-redirect-uri", uri)]
            self.command("client", "edit", configuration.client_id, *added, *removed)
            end = time.monotonic() + 10
            while self.knows(configuration.client_id, there[0]) != known:
                assert time.monotonic() < end, "the server does not learn of the edited client"
                time.sleep(0.1)

        change([elsewhere], there, False)
        try:
            yield
        finally:
            change(there, [elsewhere], True)

    def knows(self, client_id, redirect_uri):
        """Whether a request with this redirect URI leads on, and not to a page that refuses it."""
        query = urllib.parse.urlencode({
            "client_id": client_id, "redirect_uri": redirect_uri, "response_type": "code", "scope": "openid"})
        address = urllib.parse.urlsplit(self.metadata["authorization_endpoint"])
        connection = http.client.HTTPConnection(address.netloc, timeout=10)
        try:
            connection.request("GET", f"{address.path}?{query}")
            return connection.getresponse().status == 303
        finally:
            connection.close()
