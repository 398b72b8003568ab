"""The keys of clients, read from what openssl writes."""

import base64
import unittest

import keys

# The P-256 key of RFC 7515, appendix A.3, as an ECPrivateKey of RFC 5915.
D = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"
X = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
Y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"


def raw(text):
    return base64.urlsafe_b64decode(text + "=")


DER = bytes.fromhex("30770201010420") + raw(D) + bytes.fromhex("a00a06082a8648ce3d030107a14403420004") + raw(X) + raw(Y)


class KeysTest(unittest.TestCase):
    def test_from_der(self):
        key = keys.from_der(DER, "k")
        self.assertEqual((X, Y, D, "k", "ES256"), (key["x"], key["y"], key["d"], key["kid"], key["alg"]))

    def test_the_public_part(self):
        self.assertNotIn("d", keys.public(keys.from_der(DER, "k")))

    def test_another_curve_is_refused(self):
        with self.assertRaises(ValueError):
            keys.from_der(b"\x30\x81\xa4" + DER[3:], "k")
