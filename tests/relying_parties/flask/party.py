"""Authlib in a Flask application: name and address come from the ID token; it refreshes when a call needs it."""

from harness.pip import PipParty
from harness.process import Process


class Party(PipParty):
    name = "flask"
    quick = True
    preset = "flask"
    products = ("Authlib", "Flask")
    client_options = ("--access-token-lifetime", "50s")  # Authlib refreshes in the last minute

    def start(self, configuration):
        """`flask run`, which reads `.env`; both printed blocks are files as they are."""
        place = self.prepare()
        (place / ".env").write_text(configuration.block("env"))
        (place / "app.py").write_text(configuration.block("python"))
        command = [self.program("flask"), "--app", "program", "run", "--port", self.port]
        return Process(command, self.log, place).wait_for_port(self.port, 20)
