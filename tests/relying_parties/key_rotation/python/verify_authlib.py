"""Verifies ID tokens with Authlib's OpenID Connect client: `python verify_authlib.py ISSUER`.

It keeps the key set until it meets a kid that is not in it.
"""

import sys

from authlib.integrations.requests_client import OAuth2Session
from authlib.integrations.base_client import OpenIDMixin
from authlib.integrations.base_client.sync_app import OAuth2Mixin
from authlib.oidc.core import CodeIDToken

from answering import answer


class Client(OAuth2Mixin, OpenIDMixin):
    """Authlib's client as its integrations make it, without a web framework around it."""

    client_cls = OAuth2Session


class Framework:
    """What a client asks of its framework: nothing, since nobody signs in here."""

    def __init__(self, name):
        self.name = name


issuer = sys.argv[1]
clients = {}


def verify(audience, token):
    if audience not in clients:
        clients[audience] = Client(
            Framework(audience), client_id=audience,
            server_metadata_url=f"{issuer}/.well-known/openid-configuration")
    claims = clients[audience].parse_id_token({"id_token": token}, nonce=None, claims_cls=CodeIDToken)
    assert claims["aud"] in (audience, [audience]), "it is for somebody else"


answer(verify)
