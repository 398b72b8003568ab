"""express-openid-connect 3 (npm): middleware with its own sign-in, sign-out and session cookie."""

from harness.npm import NpmParty


class Party(NpmParty):
    name = "express-openid-connect"
    quick = True
    preset = "express-openid-connect"
    products = ("express-openid-connect", "express")
    refusal = "authorization response from the server is an error"
