"""Processes that end with this one, however that comes to its end, each with a log of its own."""

import os
import signal
import socket
import subprocess
import time

# The program runs in a group of its own. The kernel closes the leash's standard input when the harness is gone;
# then, and when the program itself ends, whatever is left of the group ends: asked first, made to after five seconds.
LEASH = """
exec 3<&0
setsid "$@" </dev/null & child=$!
cat <&3 >/dev/null & reader=$!
wait -n
kill -TERM -- "-$child" 2>/dev/null
for _ in {1..50}; do kill -0 -- "-$child" 2>/dev/null || break; sleep 0.1; done
kill -KILL -- "-$child" 2>/dev/null
kill "$reader" 2>/dev/null
"""


class ProcessError(Exception):
    """A program did not do what it was started for."""


class Process:
    """A running program. Everything it prints goes to `log`."""

    def __init__(self, command, log, folder=None, environment=None):
        self.command = [str(part) for part in command]
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self.leash = subprocess.Popen(
                ["bash", "-c", LEASH, "leash", *self.command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd=folder,
                env={**os.environ, **(environment or {})},
            )

    def wait_for_port(self, port, seconds=60, host="127.0.0.1"):
        """Until somebody answers at `port`."""
        return self.wait_until(lambda: answers(port, host), f"nothing answers at port {port}", seconds)

    def wait_for_text(self, text, seconds=60):
        """Until the log has `text`."""
        return self.wait_until(lambda: text in self.log.read_text(errors="replace"), f"the log has no “{text}”", seconds)

    def wait_until(self, condition, complaint, seconds):
        end = time.monotonic() + seconds
        while not condition():
            if self.leash.poll() is not None:
                raise ProcessError(f"{self.command[0]} ended early:\n{self.log_tail()}")
            if time.monotonic() > end:
                raise ProcessError(f"{complaint} after {seconds} s:\n{self.log_tail()}")
            time.sleep(0.05)
        return self

    def log_tail(self, lines=30):
        """The end of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self):
        self.leash.stdin.close()
        try:
            self.leash.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.leash.kill()


def answers(port, host="127.0.0.1"):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def call(command, folder=None, environment=None, seconds=600, give=None):
    """Runs a program to its end and returns what it printed; raises with all of that if it failed."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        input=give,
        stdin=subprocess.DEVNULL if give is None else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=seconds,
    )
    if done.returncode != 0:
        raise ProcessError(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Ports:
    """Hands out ports that nobody listens at, upwards from the first."""

    def __init__(self, first):
        self.following = first

    def take(self):
        while answers(self.following):
            self.following += 1
        self.following += 1
        return self.following - 1


def end_on_signals():
    """Makes the usual signals end this program the usual way, so that `finally` is heard."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: exit(130))
