"""Several `signet serve` on one database, behind one address."""

import base64
import json
import pathlib
import secrets
import subprocess
import sys

from .process import Process, ProcessError
from .provider import Person, Provider

BALANCER = pathlib.Path(__file__).with_name("balancer.py")

CONFIGURATION = """issuer = {issuer}

[database]
url = {url}
owner_url = {owner_url}

[sealing]
kek_files = [{kek}]

[listen]
max_connections_per_address = 0

[limits]
logins_per_minute_per_address = 0
authorizations_per_minute_per_address = 0
token_requests_per_minute_per_address = 0
"""


class Replicas(Provider):
    """The servers, and what a `Provider` can do. The last one hears of changes only by its poll, as behind a pooler.

    `environment` holds more variables of their configuration; every command has them too.
    """

    def __init__(self, binary, scratch, ports, environment, count=3):
        self.binary = binary
        self.data = scratch / "signet"
        self.data.mkdir()
        self.environment = environment
        self.processes = []
        self.cluster = None
        self.log = scratch / "balancer.log"
        entrance, *self.replica_ports = [ports.take() for _ in range(count + 1)]
        self.issuer = f"http://localhost:{entrance}"
        try:
            self.prepare(scratch)
            for port in self.replica_ports:
                alone = port == self.replica_ports[-1] and count > 1
                self.processes.append(self.serve(port, ports, scratch / f"replica-{port}.log", polls=alone))
            balancing = [sys.executable, BALANCER, entrance, *self.replica_ports]
            self.processes.append(Process(balancing, self.log).wait_for_port(entrance))
            self.metadata = self.discover()
        except BaseException:
            self.stop()
            raise

    def prepare(self, scratch):
        """The database, a key-encryption key, and what the configuration says of both."""
        with (scratch / "database.log").open("ab") as log:
            # It ends with its standard input, so also when this program is gone.
            self.cluster = subprocess.Popen(
                [self.binary, "database", "prepare", "--data-dir", scratch / "cluster"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        owner_url = self.cluster.stdout.readline().strip()
        if not owner_url:
            raise ProcessError(f"no database:\n{(scratch / 'database.log').read_text()}")
        kek = self.data / "kek"
        kek.touch(mode=0o600)
        kek.write_text(f"replicas-1:{base64.b64encode(secrets.token_bytes(32)).decode()}\n")
        (self.data / "signet.toml").write_text(CONFIGURATION.format(
            issuer=json.dumps(self.issuer), owner_url=json.dumps(owner_url), kek=json.dumps(str(kek)),
            url=json.dumps(owner_url.replace("//signet_owner@", "//signet_app@"))))

    def serve(self, port, ports, log, polls):
        variables = {
            **self.environment,
            "SIGNET_LISTEN__PUBLIC": f"127.0.0.1:{port}",
            "SIGNET_LISTEN__INTERNAL": f"127.0.0.1:{ports.take()}",
            "SIGNET_DATABASE__POOLER": "true" if polls else "false",
        }
        command = [self.binary, "--config", self.data / "signet.toml", "serve"]
        return Process(command, log, environment=variables).wait_for_port(port)

    def command(self, *arguments):
        return super().command(*arguments, environment=self.environment)

    def person(self, user_name="ada"):
        """A new person."""
        made = self.answer("user", "create", "--email", f"{user_name}@example.test", "--verified",
                           "--user-name", user_name, "--name", "Ada Example")
        return Person(user_name, made["password"], "Ada Example", f"{user_name}@example.test", "")

    def stop(self):
        for process in reversed(self.processes):
            process.stop()
        if self.cluster:
            self.cluster.stdin.close()
            self.cluster.wait(timeout=20)
