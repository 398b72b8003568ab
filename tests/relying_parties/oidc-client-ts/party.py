"""oidc-client-ts 3 (npm) in a browser: a public client that keeps its tokens in the page, served by a plain file server."""

import sys

from harness.npm import NpmParty
from harness.process import Process


class Party(NpmParty):
    name = "oidc-client-ts"
    quick = True
    preset = "oidc-client-ts"
    products = ("oidc-client-ts",)

    def start(self, configuration):
        command = [sys.executable, "-m", "http.server", self.port, "--bind", "127.0.0.1"]
        return Process(command, self.log, self.prepare(configuration)).wait_for_port(self.port, 20)
