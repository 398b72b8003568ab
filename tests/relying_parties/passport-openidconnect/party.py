"""passport-openidconnect (npm): no PKCE, so a nonce; the secret by post; no refresh, and no sign-out at the provider."""

from harness.npm import NpmParty


class Party(NpmParty):
    name = "passport-openidconnect"
    quick = True
    preset = "passport"
    products = ("passport-openidconnect", "passport", "express")
    refusal = "the person did not allow the access"  # it shows our error_description, without the error's code
    no_refresh = "the strategy hands the refresh token to the program, and uses it for nothing"
    no_sign_out_at_signet = "Passport ends its own session only"
