"""oauth2-proxy before an application that shows what the proxy tells it: nothing but its configuration file."""

import json
import sys
import time

from harness.base import Party as Base
from harness.process import Process, call

VERSION = "7.15.6"
TOKEN = "#X-Forwarded-Access-Token"


class Party(Base):
    name = "oauth2-proxy"
    preset = "oauth2-proxy"
    refusal = "The upstream identity provider returned an error: access_denied"
    no_org_id = "it keeps user name, e-mail address and groups; other claims only by its alpha configuration"

    def versions(self):
        return f"oauth2-proxy {VERSION}"

    def install(self, cache):
        """`go install` at its version; go.sum is the module's own, checked against the checksum database."""
        self.program = cache / f"oauth2-proxy-{VERSION}" / "oauth2-proxy"
        if not self.program.exists():
            module = f"github.com/oauth2-proxy/oauth2-proxy/v7@v{VERSION}"
            call(["go", "install", module], None, {"GOBIN": str(self.program.parent)}, seconds=1800)

    def url(self, ports):
        self.upstream = ports.take()
        return super().url(ports)

    def start(self, configuration):
        """The configuration file as printed; by options where it listens, what it protects, and what tests need."""
        file = self.scratch / "oauth2-proxy.cfg"
        file.write_text(configuration.block("toml"))
        link = self.scratch / "sign-out.html"
        link.write_text(configuration.block("html"))
        page = [sys.executable, self.folder / "upstream.py", self.upstream, link]
        self.application = Process(page, self.scratch / "upstream.log").wait_for_port(self.upstream)
        options = [f"--http-address=127.0.0.1:{self.port}", f"--upstream=http://127.0.0.1:{self.upstream}/",
                   "--pass-access-token", "--cookie-refresh=1s"]
        if self.has_groups():
            options.append("--allowed-group=acme")
        proxy = Process([self.program, f"--config={file}", *options], self.log)
        return proxy.wait_for_port(self.port, 20)

    def has_groups(self):
        return "groups" in self.provider.metadata.get("scopes_supported", [])

    # Its pages: a button to sign in; behind it the application, which shows the headers that the proxy sent it.

    def begin(self, browser):
        browser.open(self.base + "/")
        browser.click("button[type=submit]")

    def refused(self, browser):
        """Its error page folds the reason."""
        browser.wait_for_text("403")
        return browser.wait(lambda: browser.script(
            "const reason = document.querySelector('#more-info'); return reason && reason.textContent"), "no reason")

    def shown(self, browser):
        browser.wait_for("#sign-out a")
        return browser.text()

    def refresh(self, browser):
        """The first request after the refresh period makes the proxy refresh."""
        before = browser.text(TOKEN)
        time.sleep(2.1)  # its clock counts whole seconds
        browser.open(self.base + "/")
        browser.wait_for(TOKEN)
        assert browser.text(TOKEN) not in ("", before), "the application is given the old access token"
        assert "Unable to refresh session" not in self.log.read_text()
        return "the application is given another access token"

    def sign_out(self, browser):
        browser.click("#sign-out a")

    def signed_out(self, browser):
        browser.wait_for("button[type=submit]")
        browser.open(self.base + "/oauth2/userinfo")
        assert "Unauthorized" in browser.text(), browser.text()

    # What is asked of it.

    def check(self, browser, person):
        try:
            super().check(browser, person)
        finally:
            self.application.stop()

    def check_session(self, browser, person):
        with self.asserting("signing in ends at the application behind it") as seen:
            self.begin(browser)
            met = self.pages.go_through(person)
            self.shown(browser)
            seen(", ".join(met))
        self.record("its session has the person's name", "does not have it",
                    "it keeps the user name; other claims only by its alpha configuration")
        with self.asserting("its session has the user name and the e-mail address") as seen:
            told = self.user_info(browser)
            assert told["email"] == person.email and told["preferredUsername"] == person.user_name, told
            seen(f"{told['preferredUsername']}, {told['email']}")
        self.record("its session has `org_id`", "does not have it", self.no_org_id)
        self.check_groups(browser)
        with self.asserting("the product refreshes") as seen:
            browser.open(self.base + "/")
            seen(self.refresh(browser))

    def check_groups(self, browser):
        words = "`allowed_groups` lets in those of an organization, and nobody else"
        if not self.has_groups():
            self.record(words, "FAILED", "signet has no scope `groups`")
            return
        with self.asserting(words) as seen:
            groups = self.user_info(browser)["groups"]
            assert "acme" in groups and "globex" not in groups, groups
            inside, outside = (self.status(browser, group) for group in ("acme", "globex"))
            assert (inside, outside) == (202, 403), (inside, outside)
            seen(f"groups: {', '.join(groups)}")

    def user_info(self, browser):
        """What is in its session, as its own endpoint says it."""
        browser.open(self.base + "/oauth2/userinfo")
        return json.loads(browser.text())

    def status(self, browser, group):
        """What it answers to nginx and the like when they ask for members of one group."""
        return browser.script(
            "const asked = new XMLHttpRequest(); asked.open('GET', arguments[0], false); asked.send();"
            "return asked.status", f"{self.base}/oauth2/auth?allowed_groups={group}")
