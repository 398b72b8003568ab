"""Auth.js for Express (npm): its session has what the ID token has; it refreshes nothing, and signs out of itself only."""

from harness.npm import NpmParty


class Party(NpmParty):
    name = "auth.js"
    quick = True
    preset = "auth.js"
    products = ("@auth/express", "@auth/core", "express")
    refusal = "Try signing in with a different account"  # its words for whatever the provider refuses
    no_refresh = "Auth.js keeps no tokens: a program that wants to refresh writes that itself, in the callback `jwt`"
    no_sign_out_at_signet = "Auth.js ends its own session only"

    def begin(self, browser):
        browser.open(self.base + "/auth/signin")
        browser.click("form[action$='/signin/signet'] button")

    def sign_out(self, browser):
        browser.click("#sign-out")
        browser.click("#submitButton")
        browser.wait_for("#sign-in")
