"""openid-client 6 (npm) in an Express application: certified, PKCE by itself, refresh and sign-out by a call."""

from harness.npm import NpmParty


class Party(NpmParty):
    name = "openid-client"
    quick = True
    preset = "openid-client"
    products = ("openid-client", "express")
