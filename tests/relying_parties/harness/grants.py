"""What a person granted a client, kept by refreshing, and the tokens that come of it."""

import base64
import dataclasses
import hashlib
import http.client
import http.server
import json
import secrets
import threading
import time
import urllib.parse


@dataclasses.dataclass(frozen=True)
class Token:
    """A JWT, and what is known of it without checking it."""

    value: str
    kind: str      # "ID token" or "access token"
    audience: str
    kid: str
    expires_at: float

    @classmethod
    def read(cls, value, kind):
        header, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in value.split(".")[:2])
        audience = claims["aud"] if isinstance(claims["aud"], str) else claims["aud"][0]
        return cls(value, kind, audience, header["kid"], claims["exp"])

    def lives(self, seconds=0):
        """Whether it will be valid for so long."""
        return time.time() + seconds < self.expires_at


class RefusedError(Exception):
    """The server did not give what was asked for."""


class Callback:
    """Where codes are sent: a page that says nothing. It ends with the program."""

    def __init__(self, port):
        class Page(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.url = f"http://127.0.0.1:{port}/callback"
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Page)
        threading.Thread(target=server.serve_forever, daemon=True).start()


class Grant:
    """A public client of the person's own, whose tokens are all signed with one algorithm."""

    def __init__(self, provider, algorithm, callback):
        self.provider = provider
        self.algorithm = algorithm
        self.callback = callback
        self.client_id = f"tokens-{algorithm.lower()}"
        self.refresh_token = None
        provider.command(
            "client", "create", "--id", self.client_id, "--name", algorithm, "--type", "native", "--first-party",
            "--grant", "authorization_code", "--grant", "refresh_token", "--redirect-uri", callback,
            "--id-token-alg", algorithm, "--access-token-alg", algorithm)

    def begin(self, browser, pages, person):
        """Signs the person in, and takes the first tokens."""
        verifier = secrets.token_urlsafe(32)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        query = {"client_id": self.client_id, "redirect_uri": self.callback, "response_type": "code", "scope": "openid",
                 "code_challenge": challenge, "code_challenge_method": "S256"}
        browser.open(f"{self.provider.metadata['authorization_endpoint']}?{urllib.parse.urlencode(query)}")
        pages.go_through(person)
        code = urllib.parse.parse_qs(urllib.parse.urlsplit(browser.url).query)["code"][0]
        return self.take(grant_type="authorization_code", code=code, redirect_uri=self.callback, code_verifier=verifier)

    def refresh(self):
        """An ID token and an access token."""
        return self.take(grant_type="refresh_token", refresh_token=self.refresh_token)

    def take(self, **parameters):
        entrance = urllib.parse.urlsplit(self.provider.metadata["token_endpoint"])
        status, answer = post(entrance.port, entrance.path, {"client_id": self.client_id, **parameters})
        if status != 200:
            raise RefusedError(f"{status} {answer}")
        given = json.loads(answer)
        self.refresh_token = given["refresh_token"]
        return [Token.read(given["id_token"], "ID token"), Token.read(given["access_token"], "access token")]


def post(port, path, parameters, headers=None):
    """Status and body of what a form is answered with."""
    given = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
    return ask(port, "POST", path, urllib.parse.urlencode(parameters), given)


def ask(port, method, path, body=None, headers=None):
    """Status and body of one request over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()
