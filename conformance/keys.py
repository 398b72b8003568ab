"""Makes the keys of clients that authenticate with private_key_jwt, as JSON Web Keys. Needs the program `openssl`."""

import base64
import secrets
import subprocess


def make():
    """A new private P-256 key."""
    command = ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-outform", "DER"]
    done = subprocess.run(command, capture_output=True, check=True)
    return from_der(done.stdout, secrets.token_hex(8))


def from_der(der, kid):
    """The key in an ECPrivateKey of RFC 5915: its number comes first, its point (04, x, y) is at the end."""
    if der[:7] != bytes.fromhex("30770201010420") or der[-65] != 4:
        raise ValueError("openssl wrote no private key of the curve P-256")
    return {
        "kty": "EC",
        "crv": "P-256",
        "alg": "ES256",
        "use": "sig",
        "kid": kid,
        "x": encode(der[-64:-32]),
        "y": encode(der[-32:]),
        "d": encode(der[7:39]),
    }


def public(key):
    return {name: value for name, value in key.items() if name != "d"}


def encode(number):
    return base64.urlsafe_b64encode(number).decode().rstrip("=")
