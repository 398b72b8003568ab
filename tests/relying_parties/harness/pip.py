"""Parties whose product comes from PyPI: a virtual environment each, with the versions of requirements.txt."""

import hashlib
import platform
import re
import shutil
import sys

from .base import Party
from .process import call


class PipParty(Party):
    """`requirements.txt`, with the exact version of every package, and the program stand in the party's folder."""

    products = ()  # the packages whose versions are told

    def install(self, cache):
        lock = (self.folder / "requirements.txt").read_bytes() + sys.version.encode()
        self.installed = cache / f"{self.name}-{hashlib.sha256(lock).hexdigest()[:16]}"
        done = self.installed / "done"
        if done.exists():
            return
        shutil.rmtree(self.installed, ignore_errors=True)
        call([sys.executable, "-m", "venv", self.installed])
        requirements = self.folder / "requirements.txt"
        call([self.program("python"), "-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check",
              "--requirement", requirements], seconds=1200)
        done.touch()

    def program(self, name):
        """A program of the virtual environment."""
        return self.installed / "bin" / name

    def versions(self):
        found = dict(re.findall(r"^(\S+)==(\S+)$", (self.folder / "requirements.txt").read_text(), re.MULTILINE))
        told = [f"{product} {found[product]}" for product in self.products]
        return ", ".join([*told, f"Python {platform.python_version()}"])

    def prepare(self):
        """A copy of the program, for what `client create` printed to stand beside it; returns that folder."""
        place = self.scratch / "program"
        shutil.copytree(self.folder, place,
                        ignore=shutil.ignore_patterns("party.py", "requirements.txt", "__pycache__"))
        return place
