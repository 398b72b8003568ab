"""pgAdmin in server mode: the account is named by the ID token's `preferred_username`; sign-out ends our session too."""

import dataclasses
import secrets

from harness.pip import PipParty
from harness.process import Process


class Party(PipParty):
    name = "pgadmin"
    preset = "pgadmin"
    products = ("pgadmin4",)
    no_org_id = "pgAdmin keeps a user name and an address, and shows no other claim"
    no_refresh = "pgAdmin never uses the access token again; its own session lasts a day"

    def start(self, configuration):
        """`pgadmin4`, with the printed block as its config_local.py; the first administrator is never used."""
        place = self.prepare()
        (place / "config_local.py").write_text(configuration.block("python"))
        environment = {
            "PORT": str(self.port),
            "PYTHONPATH": str(place),
            "CONFIG_DISTRO_FILE_PATH": str(place / "config_distro.py"),
            "PGADMIN_SETUP_EMAIL": "root@example.com",
            "PGADMIN_SETUP_PASSWORD": secrets.token_hex(),
        }
        return Process([self.program("pgadmin4")], self.log, place, environment).wait_for_port(self.port, 180)

    def check(self, browser, person):
        """pgAdmin has no place for a name other than the account's."""
        super().check(browser, dataclasses.replace(person, name=f"'name': '{person.user_name}'"))

    def begin(self, browser):
        browser.open(self.base + "/")
        browser.click("button[name=oauth2_button]")

    def shown(self, browser):
        """What pgAdmin tells its own pages of who is signed in."""
        browser.open(self.base + "/user_management/current_user.js")
        return browser.wait_for_text("current_auth_source")

    def sign_out(self, browser):
        """The address that pgAdmin's menu has for it."""
        browser.open(self.base + "/browser/js/utils.js")
        assert "/oauth2/logout?next=/browser/" in browser.text()
        browser.open(self.base + "/oauth2/logout?next=/browser/")

    def signed_out(self, browser):
        browser.open(self.base + "/")
        browser.wait_for("button[name=oauth2_button]")
