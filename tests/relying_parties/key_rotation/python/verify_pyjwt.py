"""Verifies tokens with PyJWT: `python verify_pyjwt.py ISSUER`. It keeps the key set for 2 s, which is its max-age."""

import json
import sys
import urllib.request

import jwt

from answering import answer

issuer = sys.argv[1]
with urllib.request.urlopen(f"{issuer}/.well-known/openid-configuration") as response:
    metadata = json.load(response)
keys = jwt.PyJWKClient(f"{metadata['jwks_uri']}?verifier=PyJWT", lifespan=2)


def verify(audience, token):
    key = keys.get_signing_key_from_jwt(token)
    jwt.decode(token, key, algorithms=["RS256", "ES256", "EdDSA"], audience=audience, issuer=issuer)


answer(verify)
