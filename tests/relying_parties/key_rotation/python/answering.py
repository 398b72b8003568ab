"""How both programs are asked: a line of standard input is an audience and a token, the answer `ok` or why not."""

import sys


def answer(verify):
    """Answers line by line; `verify` raises for a token that it refuses."""
    for line in sys.stdin:
        audience, token = line.split()
        try:
            verify(audience, token)
            print("ok", flush=True)
        except Exception as error:  # whatever the library raises is a refusal
            print(f"refused {type(error).__name__}: {' '.join(str(error).split())}", flush=True)
