"""Signs the test user in once, as a browser would, so that a wrong password is noticed before the first module.

It speaks with signet's own pages: the form at `/login`. TLS is not verified, as the suite does not verify it either.
"""

import html.parser
import http.client
import http.cookiejar
import urllib.error
import urllib.parse
import urllib.request

from suite import any_certificate

TIMEOUT_SECONDS = 20


class Page(html.parser.HTMLParser):
    """What matters of the page: the form with the password field, and the sentence that says what is wrong."""

    def __init__(self, text):
        super().__init__()
        self.action = None
        self.hidden = {}
        self.problem = ""
        self.has_password = False
        self._in_problem = False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag == "form" and self.action is None:
            self.action = found.get("action", "")
        elif tag == "input" and found.get("type") == "hidden" and not self.has_password:
            self.hidden[found.get("name")] = found.get("value") or ""
        elif tag == "input" and found.get("id") == "password":
            self.has_password = True
        elif found.get("id") == "problem":
            self._in_problem = True

    def handle_endtag(self, tag):
        if tag in ("p", "div"):
            self._in_problem = False

    def handle_data(self, data):
        if self._in_problem:
            self.problem += data


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is the answer that is looked for, not something to follow."""

    def redirect_request(self, *_):
        return None


def try_once(issuer, username, password):
    """Why the sign-in did not work, or None if it did."""
    opener = urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=any_certificate()),
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
        NoRedirect,
    )
    login = f"{issuer}/login"
    try:
        status, _, text = fetch(opener, login)
        page = Page(text)
        if status != 200 or not page.has_password:
            return f"{login} is no sign-in page (HTTP {status})"
        form = {**page.hidden, "username": username, "password": password}
        status, location, text = fetch(opener, urllib.parse.urljoin(login, page.action), form, origin(issuer))
    except (OSError, http.client.HTTPException) as error:
        return f"{login} does not answer: {error}"
    if status in (302, 303) and "/login" not in location:
        return None
    problem = " ".join(Page(text).problem.split())
    return f"the sign-in as {username} failed (HTTP {status}): {problem or 'the page says no reason'}"


def origin(issuer):
    parts = urllib.parse.urlsplit(issuer)
    return f"{parts.scheme}://{parts.netloc}"


def fetch(opener, url, form=None, sender=None):
    """Status, `Location` and text of the answer."""
    data = urllib.parse.urlencode(form).encode() if form else None
    headers = {"Origin": sender} if sender else {}
    request = urllib.request.Request(url, data=data, headers=headers)
    try:
        answer = opener.open(request, timeout=TIMEOUT_SECONDS)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.headers.get("Location", ""), answer.read().decode(errors="replace")
