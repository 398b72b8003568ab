"""signet's own pages, as a person goes through them: sign-in, consent, sign-out, refusal."""

import time

LEAVING_SECONDS = 5  # how long a page may stay after a click, before it counts as the page that the click led to

from .webdriver import WebDriverError

# What is on the page now: whose it is, whether it is complete and not yet clicked on, and which of ours it is.
LOOK = """
const has = selector => document.querySelector(selector) !== null;
return {origin: location.origin, complete: document.readyState === 'complete', clicked: window.clicked === true,
  page: has('#password') ? 'password' : has('#allow') ? 'consent' : has('#confirm') ? 'sign-out'
      : has('#request-id') ? 'refusal' : document.title.startsWith('Signed out') ? 'signed out' : 'other'};
"""


class Pages:
    """The pages of one issuer, in one browser."""

    def __init__(self, browser, issuer):
        self.browser = browser
        self.issuer = issuer

    def go_through(self, person=None, allow=True, seconds=15):
        """Answers page after page until the browser is elsewhere, or at a page of ours that asks nothing.

        Returns which pages there were: `password`, `consent`, `sign-out`, and at the end perhaps `refusal` or
        `signed out`.
        """
        met = []
        clicked = time.monotonic()
        end = clicked + seconds
        while time.monotonic() < end:
            seen = self.look()
            page = seen["page"]
            leaving = seen["clicked"] and time.monotonic() < clicked + LEAVING_SECONDS
            if not seen["complete"] or leaving:
                pass
            elif seen["origin"] != self.issuer and seen["origin"].startswith("http"):
                return met
            elif seen["origin"] == self.issuer and page != "other":
                if page in met:
                    raise AssertionError(f"signet shows its page “{page}” a second time")
                met.append(page)
                if page in ("refusal", "signed out"):
                    return met
                self.answer(page, person, allow)
                clicked = time.monotonic()
            time.sleep(0.05)
        raise AssertionError(f"after {seconds} s the browser is still at {self.browser.url} (before: {met})")

    def look(self):
        try:
            return self.browser.script(LOOK)
        except WebDriverError:  # between two pages
            return {"origin": "", "complete": False, "clicked": False, "page": "other"}

    def answer(self, page, person, allow):
        browser = self.browser
        if page == "password":
            assert person is not None, "signet asks for a password where nobody was to sign in"
            browser.write("#username", person.user_name)
            browser.write("#password", person.password)
        button = {"password": "#submit", "consent": "#allow" if allow else "#deny", "sign-out": "#confirm"}[page]
        browser.click(button)
        browser.wait(lambda: not self.look()["clicked"], f"{button} leads nowhere")

    def refusal(self):
        """What the page of a refused request says: its heading, the error's code, and the reason."""
        words = "return ['#title', '#code', '#description'].map(name => document.querySelector(name)?.textContent)"
        return ", ".join(text.strip() for text in self.browser.script(words) if text)
