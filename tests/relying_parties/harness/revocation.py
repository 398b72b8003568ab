"""How long a revoked key goes on at the last of several servers."""

import json
import threading
import time
import urllib.parse

from .grants import Token, ask, post

MOST_SECONDS = 10
PAUSE_SECONDS = 0.02


class Revocation:
    """Revokes the keys that sign, and asks each server itself until it is done with them."""

    def __init__(self, replicas, grants):
        self.replicas = replicas
        self.services = {grant.algorithm: self.service(grant.algorithm) for grant in grants}

    def service(self, algorithm):
        """A client whose tokens are signed with this algorithm, and nothing else happens for them."""
        made = self.replicas.answer(
            "client", "create", "--id", f"service-{algorithm.lower()}", "--name", "Service", "--type", "service",
            "--auth-method", "client_secret_post", "--access-token-alg", algorithm)
        return {"client_id": made["client_id"], "client_secret": made["client_secret"]}

    def try_it(self, grant, times):
        """Revokes the key that signs this grant's tokens so often; says how long the servers took."""
        took = [self.once(grant) for _ in range(times)]
        *told, polling = self.replicas.replica_ports
        at_once = [each[port] for each in took for port in told]
        polled = [each[polling] for each in took]
        return (f"{span(at_once)} after the command was given, {span(polled)} where changes are polled for; "
                "the refresh token lives on")

    def once(self, grant):
        """How many seconds each server took, by its port."""
        keys = self.replicas.answer("keys", "list")["keys"]
        signing = next(key["kid"] for key in keys if (key["alg"], key["state"]) == (grant.algorithm, "active"))
        # A new client, and a change of keys, are known to every server only after a moment.
        for port in self.replicas.replica_ports:
            until(lambda port=port: self.signs_with(port, grant.algorithm) == signing, MOST_SECONDS,
                  "a server does not sign with the active key")
        _, token = grant.refresh()
        assert token.kid == signing, "another key signs than the active one"
        for port in self.replicas.replica_ports:
            assert self.accepts(port, token), "a token was refused before its key was revoked"
        took, began = {}, time.monotonic()
        watches = [threading.Thread(target=self.watch, args=(port, grant.algorithm, token, began, took))
                   for port in self.replicas.replica_ports]
        for watch in watches:
            watch.start()
        self.replicas.command("keys", "revoke", token.kid)
        for watch in watches:
            watch.join()
        assert len(took) == len(watches), f"only {len(took)} of {len(watches)} servers are done after {MOST_SECONDS} s"
        _, successor = grant.refresh()
        assert successor.kid != token.kid, "the grant's tokens are signed with the revoked key"
        return took

    def path(self, endpoint):
        return urllib.parse.urlsplit(self.replicas.metadata[endpoint]).path

    def watch(self, port, algorithm, token, began, took):
        """Until this server neither publishes the key nor accepts it, and signs with another."""
        while time.monotonic() - began < MOST_SECONDS:
            published = token.kid in ask(port, "GET", self.path("jwks_uri"))[1]
            if published or self.accepts(port, token):
                pass
            elif self.signs_with(port, algorithm) not in (token.kid, None):
                took[port] = time.monotonic() - began
                return
            time.sleep(PAUSE_SECONDS)

    def accepts(self, port, token):
        """Whether userinfo answers to the token."""
        status, _ = ask(port, "GET", self.path("userinfo_endpoint"), headers={"Authorization": f"Bearer {token.value}"})
        assert status in (200, 401), f"userinfo answers {status}"
        return status == 200

    def signs_with(self, port, algorithm):
        """The kid of a token that is made now; none if there is none."""
        form = {"grant_type": "client_credentials", **self.services[algorithm]}
        status, answer = post(port, self.path("token_endpoint"), form)
        return Token.read(json.loads(answer)["access_token"], "access token").kid if status == 200 else None


def until(condition, seconds, complaint):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, complaint
        time.sleep(PAUSE_SECONDS)


def span(seconds):
    """The least and the most of several times, in words."""
    least, most = f"{min(seconds):.2f}", f"{max(seconds):.2f}"
    return f"{most} s" if least == most else f"{least} to {most} s"
