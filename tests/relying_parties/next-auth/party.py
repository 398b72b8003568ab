"""next-auth 4 (npm) in a Next.js application, as `next dev` runs it; it refreshes nothing, and signs out of itself only."""

import shutil

from harness.npm import NpmParty
from harness.process import Process


class Party(NpmParty):
    name = "next-auth"
    preset = "next-auth"
    products = ("next-auth", "next", "react")
    program = "pages/api/auth/[...nextauth].js"
    refusal = "Try signing in with a different account"
    no_refresh = "next-auth keeps no tokens: a program that wants to refresh writes that itself, in the callback `jwt`"
    no_sign_out_at_signet = "next-auth ends its own session only"

    def start(self, configuration):
        place = self.prepare(configuration)
        # Next.js compiles only what lies below its own folder, so the modules cannot be a link.
        (place / "node_modules").unlink()
        shutil.copytree(self.installed / "node_modules", place / "node_modules", symlinks=True)
        (place / ".env.local").write_text(configuration.block("env"))
        command = ["node", "node_modules/next/dist/bin/next", "dev", "--hostname", "127.0.0.1", "--port", self.port]
        process = Process(command, self.log, place, {"NEXT_TELEMETRY_DISABLED": "1"})
        return process.wait_for_port(self.port, 60)

    def sign_out(self, browser):
        browser.click("#sign-out")
        browser.wait_for("#sign-in")
