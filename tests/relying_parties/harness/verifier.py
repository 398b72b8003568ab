"""A library that verifies tokens: a program that is given tokens by its standard input and answers line by line."""

import queue
import subprocess
import threading
import time


class Verifier:
    """A running program. It ends when this one does, since its standard input ends then."""

    def __init__(self, name, command, log, kinds=("ID token", "access token"), folder=None):
        self.name = name
        self.kinds = kinds
        self.accepted = 0
        self.kids = set()    # of what was accepted
        self.refused = []    # (token, reason, when) of what was valid
        self.late = 0        # refused, but the token had come to its end before the answer came
        self.given = 0
        self.waiting = queue.SimpleQueue()
        self.unanswered = queue.SimpleQueue()
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=folder)
        for work in (self.write, self.read):
            threading.Thread(target=work, daemon=True).start()

    def verify(self, token):
        if token.kind in self.kinds:
            self.given += 1
            self.waiting.put(token)

    def write(self):
        try:
            while token := self.waiting.get():
                self.unanswered.put(token)
                self.process.stdin.write(f"{token.audience} {token.value}\n")
                self.process.stdin.flush()
            self.process.stdin.close()
        except OSError:
            pass  # it has ended; that answers are missing is seen at the end

    def read(self):
        for answer in self.process.stdout:
            token = self.unanswered.get()
            if answer == "ok\n":
                self.accepted += 1
                self.kids.add(token.kid)
            elif token.lives():
                self.refused.append((token, answer.strip(), time.time()))
            else:
                self.late += 1

    def answered(self):
        return self.accepted + len(self.refused) + self.late

    def finish(self, seconds=10):
        """Waits for the answers that are still to come, and ends the program."""
        self.waiting.put(None)
        try:
            self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
        end = time.monotonic() + 5
        while self.answered() < self.given and time.monotonic() < end:
            time.sleep(0.05)
        assert self.answered() == self.given, (
            f"{self.name} answered {self.answered()} of {self.given} and ended with {self.process.returncode}")
