"""Parties whose product comes from npm: installed by their lock file, run by Node.js."""

import hashlib
import json
import shutil

from .base import Party
from .process import Process, call

PASTE = "// ---- what `client create` printed ----\n"


class NpmParty(Party):
    """`package.json`, `package-lock.json` and the program stand in the party's folder."""

    products = ()       # the packages whose versions are told
    program = "app.js"  # the file with a place for the configuration

    def install(self, cache):
        lock = (self.folder / "package-lock.json").read_bytes()
        self.installed = cache / f"{self.name}-{hashlib.sha256(lock).hexdigest()[:16]}"
        done = self.installed / "done"
        if done.exists():
            return
        shutil.rmtree(self.installed, ignore_errors=True)
        self.installed.mkdir(parents=True)
        for file in ("package.json", "package-lock.json"):
            shutil.copy(self.folder / file, self.installed)
        call(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], self.installed)
        done.touch()

    def versions(self):
        packages = json.loads((self.folder / "package-lock.json").read_text())["packages"]
        told = [f"{product} {packages[f'node_modules/{product}']['version']}" for product in self.products]
        return ", ".join([*told, f"Node.js {call(['node', '--version']).strip().lstrip('v')}"])

    def prepare(self, configuration):
        """Puts the program beside what was installed, and pastes what `client create` printed where it belongs.

        Returns the folder. A block in JavaScript stands in place of the line that says `PASTE`.
        """
        place = self.scratch / "program"
        shutil.copytree(self.folder, place, ignore=shutil.ignore_patterns("*.py", "package-lock.json", "__pycache__"))
        (place / "node_modules").symlink_to(self.installed / "node_modules")
        program = place / self.program
        text = program.read_text()
        assert text.count(PASTE) == 1, f"{program.name} has no place for the configuration"
        program.write_text(text.replace(PASTE, configuration.block("js")))
        return place

    def start(self, configuration):
        """`node app.js`, with the block of variables as the file `.env`."""
        place = self.prepare(configuration)
        (place / ".env").write_text(configuration.block("env"))
        process = Process(["node", "--env-file=.env", "app.js"], self.log, place, {"PORT": str(self.port)})
        return process.wait_for_port(self.port, 20)
