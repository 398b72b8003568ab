"""Libraries that verify tokens while keys change: jose, PyJWT, Authlib, go-oidc and openidconnect, in real time.

Three servers share a database behind one address. A person's tokens of each algorithm are refreshed all the time, and
each library verifies every one of them, when it is new and until it ends, while `signet keys rotate --wait` replaces
the keys as early as the server allows. The key set may be kept for 2 s; a key is published 17 s before it signs, the
least that configuration takes. Then the keys that sign are revoked.
"""

import random
import re
import threading
import time
import tomllib

from harness.base import Party as Base, indented
from harness.grants import Callback, Grant, RefusedError
from harness.npm import NpmParty
from harness.pages import Pages
from harness.pip import PipParty
from harness.process import call
from harness.replicas import Replicas
from harness.revocation import Revocation
from harness.verifier import Verifier

ALGORITHMS = ("RS256", "ES256", "EdDSA")
ROTATIONS, REVOCATIONS = 5, 3  # of each algorithm
HURRIED_ROTATIONS, HURRIED_REVOCATIONS = 2, 1
ENVIRONMENT = {
    "SIGNET_TOKENS__JWKS_MAX_AGE_SECONDS": "2",
    "SIGNET_TOKENS__ACCESS_TOKEN_SECONDS": "10",  # what lives no more leaves the key set within the run
    "SIGNET_TOKENS__ID_TOKEN_SECONDS": "10",
    "SIGNET_KEYS__PUBLISHED_SECONDS": "0",
    "SIGNET_KEYS__STALE_WHILE_REVALIDATE_SECONDS": "0",
    "SIGNET_KEYS__SKEW_SECONDS": "15",
}
PAUSE_SECONDS = 0.05  # between two refreshes of one grant
LEFT_SECONDS = 3      # a token that lives so long still must be verified, however busy the machine is
FROZEN = "jose, frozen"


class Party(Base):
    name = "key_rotation"
    quick = True
    beginning = "three servers and the libraries start"

    def __init__(self, folder):
        super().__init__(folder)
        self.npm, self.pip = NpmParty(folder / "jose"), PipParty(folder / "python")
        self.npm.name, self.npm.products = "key_rotation-jose", ("jose",)
        self.pip.name, self.pip.products = "key_rotation-python", ("Authlib", "PyJWT")
        self.verifiers = []
        self.replicas = None

    @property
    def rotations(self):
        return HURRIED_ROTATIONS if self.hurried else ROTATIONS

    @property
    def revocations(self):
        return HURRIED_REVOCATIONS if self.hurried else REVOCATIONS

    def versions(self):
        modules = dict(re.findall(r"(\S+) v(\S+)", (self.folder / "go-oidc/go.mod").read_text()))
        crates = tomllib.loads((self.folder / "openidconnect/Cargo.lock").read_text())["package"]
        crate = next(package["version"] for package in crates if package["name"] == "openidconnect")
        return ", ".join([
            self.npm.versions(), self.pip.versions(),
            f"coreos/go-oidc/v3 {modules['github.com/coreos/go-oidc/v3']}", f"openidconnect {crate}"])

    def install(self, cache):
        self.npm.install(cache)
        self.pip.install(cache)
        self.go_oidc = cache / "key_rotation-go-oidc"
        call(["go", "build", "-mod=readonly", "-o", self.go_oidc, "."], self.folder / "go-oidc", seconds=300)
        target = cache / "key_rotation-openidconnect"
        call(["cargo", "build", "--quiet", "--locked"], self.folder / "openidconnect",
             {"CARGO_TARGET_DIR": str(target)}, seconds=1200)
        self.openidconnect = target / "debug/relying-party-key-rotation"

    def connect(self, ports):
        self.replicas = Replicas(self.provider.binary, self.scratch, ports, ENVIRONMENT)
        self.provider = self.replicas
        person, pages = self.replicas.person(), Pages(self.browser, self.replicas.issuer)
        callback = Callback(ports.take()).url
        self.grants = [Grant(self.replicas, algorithm, callback) for algorithm in ALGORITHMS]
        for grant in self.grants:
            grant.begin(self.browser, pages, person)
        self.start_verifiers()
        self.check(self.browser, person)

    def start_verifiers(self):
        """Each library as its documentation starts it; where it lets one say how long it keeps the set, 2 s."""
        issuer, node = self.replicas.issuer, self.folder / "jose/verify.js"
        program = self.scratch / "jose"
        program.mkdir()
        (program / "verify.js").write_text(node.read_text())
        (program / "package.json").write_text((self.folder / "jose/package.json").read_text())
        (program / "node_modules").symlink_to(self.npm.installed / "node_modules")
        python, both, id_tokens = self.pip.program("python"), ("ID token", "access token"), ("ID token",)
        for name, command, kinds in (
            ("jose, kept for max-age", ["node", program / "verify.js", issuer, "max-age"], both),
            (FROZEN, ["node", program / "verify.js", issuer, "frozen"], both),
            ("PyJWT, kept for max-age", [python, "verify_pyjwt.py", issuer], both),
            ("Authlib", [python, "verify_authlib.py", issuer], id_tokens),
            ("go-oidc", [self.go_oidc, issuer], both),
            ("openidconnect, kept for max-age", [self.openidconnect, issuer], id_tokens),
        ):
            self.verifiers.append(Verifier(name, command, self.log, kinds, self.folder / "python"))

    def stop(self):
        for verifier in self.verifiers:
            verifier.process.kill()
        if self.replicas:
            self.replicas.stop()

    def check(self, browser, person):
        self.check_rotations()
        for verifier in self.verifiers:
            if verifier.name == FROZEN:
                self.check_frozen(verifier)
            else:
                self.check_verifier(verifier)
        self.check_log("`signet keys verify` proves the log of the rotations")
        revocation = Revocation(self.replicas, self.grants)
        for grant in self.grants:
            with self.asserting(f"a revoked key of {grant.algorithm} is gone from every server within 10 s") as seen:
                seen(revocation.try_it(grant, self.revocations))
        self.check_log("`signet keys verify` proves the log of the revocations", len(self.grants) * self.revocations)

    def check_rotations(self):
        stop, failures = threading.Event(), []
        streams = [threading.Thread(target=self.stream, args=(grant, stop, failures)) for grant in self.grants]
        for stream in streams:
            stream.start()
        try:
            words = f"{self.rotations} rotations of every algorithm, each as early as it may be"
            with self.asserting(words, essential=True) as seen:
                seen(self.rotate())
        finally:
            time.sleep(1)  # tokens of the last keys too
            stop.set()
            for stream in streams:
                stream.join()
        with self.asserting("no refresh fails meanwhile") as seen:
            assert not failures, f"{len(failures)} did: {failures[0]}"
            seen(f"{sum(verifier.given for verifier in self.verifiers[:1]):,} tokens were to be verified")

    def rotate(self):
        lengths = []
        for _ in range(self.rotations):
            began = time.monotonic()
            self.replicas.command("keys", "rotate", "--wait", "--timeout", "1m")
            lengths.append(f"{time.monotonic() - began:.0f} s")
        keys = self.replicas.answer("keys", "list")["keys"]
        states = [key["state"] for key in keys]
        assert states.count("active") == states.count("next") == len(ALGORITHMS), f"the keys are {states}"
        assert len(keys) == (self.rotations + 2) * len(ALGORITHMS), f"there are {len(keys)} keys"
        self.signed = {key["kid"] for key in keys if key["activated_at"]}
        return f"{', '.join(lengths)}; {states.count('retired')} keys have left the key set meanwhile"

    def stream(self, grant, stop, failures):
        """Tokens of one algorithm: each is verified when it is new, and with it one that still lives."""
        living = []
        while not stop.is_set():
            try:
                tokens = grant.refresh()
            except (RefusedError, OSError) as error:
                failures.append(str(error))
                return
            living = [token for token in living if token.lives(LEFT_SECONDS)]
            for token in [*tokens, *random.sample(living, min(2, len(living)))]:
                for verifier in self.verifiers:
                    verifier.verify(token)
            living += tokens
            stop.wait(PAUSE_SECONDS)

    def check_verifier(self, verifier):
        with self.asserting(f"{verifier.name}: no valid token is refused") as seen:
            verifier.finish()
            if verifier.refused:
                token, reason, when = verifier.refused[0]
                left = token.expires_at - when
                raise AssertionError(
                    f"{len(verifier.refused)} of {verifier.given}: {reason} ({left:.1f} s before its end)")
            assert verifier.accepted, "it accepted none"
            missing = self.signed - verifier.kids
            assert not missing, f"it saw no token of {missing}"
            ended = f", {verifier.late} had ended before it came to them" if verifier.late else ""
            kinds = " and ".join(f"{kind}s" for kind in verifier.kinds)
            seen(f"{verifier.accepted:,} {kinds} of {len(verifier.kids)} keys{ended}")

    def check_frozen(self, verifier):
        """A verifier that never fetches the set again: what would be seen if a key signed that is not known yet."""
        words = "jose with a key set that is never fetched again refuses: the others could have failed"
        with self.asserting(words) as seen:
            verifier.finish()
            kids = {token.kid for token, _, _ in verifier.refused}
            assert kids == self.signed - verifier.kids and len(kids) == (self.rotations - 1) * len(ALGORITHMS), (
                f"it refuses tokens of {len(kids)} keys")
            seen(f"{len(verifier.refused):,} tokens of {len(kids)} keys")

    def check_log(self, words, emergencies=0):
        with self.asserting(words) as seen:
            proof = self.replicas.answer("keys", "verify")
            assert proof["sound"] and not proof["findings"] and not proof["unvouched"], proof
            assert len(proof["emergencies"]) == emergencies, proof
            seen(f"{proof['entries']} entries" + (f", {emergencies} of them emergencies" if emergencies else ""))

    def explain(self, error):
        super().explain(error)
        for log in sorted(self.scratch.glob("replica-*.log")):
            print(indented(f"{log.name}:\n{self.news.read(log)}"))
