"""mozilla-django-oidc in a Django site: people by `sub`, renewed by prompt=none instead of a refresh token."""

import dataclasses

from harness.base import way
from harness.pip import PipParty
from harness.process import Process, call

FILES = ("settings.py", "signet_login.py", "urls.py")


class Party(PipParty):
    name = "django"
    quick = True
    preset = "django"
    products = ("mozilla-django-oidc", "Django")

    def start(self, configuration):
        """`manage.py runserver`, with each printed block at the end of the file that it names."""
        place = self.prepare()
        for block in configuration.blocks:
            [file] = [file for file in FILES if file in block.where]
            with (place / file).open("a") as program:
                program.write(block.text)
        call([self.program("python"), "manage.py", "migrate", "--verbosity=0"], place)
        command = [self.program("python"), "manage.py", "runserver", "--noreload", f"127.0.0.1:{self.port}"]
        return Process(command, self.log, place).wait_for_port(self.port, 20)

    def check(self, browser, person):
        """Django keeps a first and a last name, no middle one."""
        names = person.name.split()
        super().check(browser, dataclasses.replace(person, name=f"{names[0]} {names[-1]}"))

    def refresh(self, browser):
        before = browser.text("#id-token")
        browser.click("#refresh")
        met = self.pages.go_through()
        browser.wait(lambda: browser.text("#id-token") not in ("", before), "no new ID token")
        return f"another ID token, {way(met)}"
