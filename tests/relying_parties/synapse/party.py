"""Synapse, a Matrix homeserver. This file is the Matrix client that signs in and asks for the account's profile.

Element, the usual client, comes from no registry; this one does with Element's block what Element does.
"""

import json
import urllib.error
import urllib.parse
import urllib.request

from harness.pip import PipParty
from harness.process import Process, call

PAGE = "/_matrix/static/"  # where this client has itself sent back to


class Party(PipParty):
    name = "synapse"
    preset = "synapse"
    products = ("matrix-synapse",)
    no_org_id = "Matrix shows a person's name and addresses, no other claim"
    no_refresh = "Synapse throws the provider's tokens away after the sign-in; its own sessions do not depend on them"

    def start(self, configuration):
        """A new homeserver, with the printed block as a file beside its generated configuration."""
        place = self.prepare()
        generated = place / "homeserver.yaml"
        call([self.program("python"), "-m", "synapse.app.homeserver", "--server-name", "localhost", "--report-stats",
              "no", "--generate-config", "--config-path", generated], place)
        listener = {"port": self.port, "type": "http", "bind_addresses": ["127.0.0.1"],
                    "resources": [{"names": ["client"]}]}
        (place / "listener.yaml").write_text(json.dumps({"listeners": [listener], "trusted_key_servers": []}))
        (place / "signet.yaml").write_text(configuration.block("yaml"))
        files = [part for file in (generated, "listener.yaml", "signet.yaml") for part in ("--config-path", file)]
        command = [self.program("python"), "-m", "synapse.app.homeserver", *files]
        return Process(command, self.log, place).wait_for_port(self.port, 60)

    def begin(self, browser):
        back = urllib.parse.urlencode({"redirectUrl": self.base + PAGE})
        browser.open(f"{self.base}/_matrix/client/v3/login/sso/redirect?{back}")
        self.session = None

    def shown(self, browser):
        """The account's profile and addresses, as the API tells them to whoever is signed in."""
        if self.session is None:
            browser.click("a.primary-button")  # Synapse asks whether this client is the one that was meant
            browser.wait(lambda: "loginToken=" in browser.url, "no token to sign in with")
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(browser.url).query)
            self.session = self.ask("login", {"type": "m.login.token", "token": query["loginToken"][0]})
        profile = self.ask(f"profile/{urllib.parse.quote(self.session['user_id'])}")
        return json.dumps({**self.ask("account/whoami"), **profile, **self.ask("account/3pid")}, indent=2)

    def sign_out(self, browser):
        """As Element signs out: of Synapse by its API, then on to the address in its configuration."""
        self.ask("logout", {})
        browser.open(json.loads(self.configuration.block("json"))["logout_redirect_url"])

    def signed_out(self, browser):
        try:
            self.ask("account/whoami")
        except urllib.error.HTTPError as refusal:
            assert json.load(refusal)["errcode"] == "M_UNKNOWN_TOKEN"
        else:
            raise AssertionError("the access token is still good")

    def ask(self, path, body=None):
        """One request to the Matrix client-server API, as this client's session."""
        headers = {"Authorization": f"Bearer {self.session['access_token']}"} if self.session else {}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.base}/_matrix/client/v3/{path}", data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)
