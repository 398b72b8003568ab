"""mod_auth_openidc in front of Apache's pages, as Debian packages it; a page prints the claims that it passes on."""

import os
import pathlib
import shutil

from harness.base import Party as Base
from harness.process import Process, ProcessError, call

APACHE = pathlib.Path("/usr/sbin/apache2")
MODULES = pathlib.Path("/usr/lib/apache2/modules")
PACKAGES = ("apache2-bin", "libapache2-mod-auth-openidc")


class Party(Base):
    name = "mod_auth_openidc"
    quick = True
    preset = "mod_auth_openidc"

    def install(self, cache):
        """Debian's packages, without its service; whoever may not install them is told to have it done."""
        if APACHE.exists() and (MODULES / "mod_auth_openidc.so").exists():
            return
        command = ["apt-get", "install", "--yes", "--no-install-recommends", *PACKAGES]
        if os.geteuid() != 0:
            raise ProcessError(f"Apache or mod_auth_openidc is missing: {' '.join(command)}")
        call(["apt-get", "update"])
        call(command, environment={"DEBIAN_FRONTEND": "noninteractive"})

    def versions(self):
        told = call(["dpkg-query", "--show", "--showformat", "${Package} ${Version}, ", *PACKAGES])
        return told.strip(", ")

    def start(self, configuration):
        """Apache in the foreground, with the printed block as a file that its configuration includes."""
        place = self.scratch / "program"
        shutil.copytree(self.folder, place, ignore=shutil.ignore_patterns("party.py", "__pycache__"))
        (place / "signet.conf").write_text(configuration.block("apache"))
        environment = {"PLACE": str(place), "PORT": str(self.port), "MODULES": str(MODULES)}
        process = Process([APACHE, "-f", place / "httpd.conf", "-DFOREGROUND"], self.log, place, environment)
        return process.wait_for_port(self.port, 20)

    def shown(self, browser):
        """The start page, which everybody may open; so that it shows the way in again only after the sign-out."""
        browser.open(self.base + "/")
        return super().shown(browser)
