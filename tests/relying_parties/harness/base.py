"""What a party is: a real product, how it is started, and what its own pages must show.

A folder's `party.py` has a class `Party` that extends this one. Most parties set a few attributes and say how their
pages are used; `check` asks of each the same things. A product of another kind writes a `check` of its own.
"""

import contextlib
import re
import traceback

from .pages import Pages
from .webdriver import WebDriverError

OK, FAILED, ABSENT = "ok", "FAILED", "does not have it"


class Party:
    """One product that relies on signet. A party sets the attributes and overrides methods."""

    name = ""            # its folder, and its name on the command line
    quick = False        # whether it belongs to the run that every change must pass
    hurried = False      # whether it is run for a change: what takes long may be less
    preset = ""          # for `client create --for`
    client_options = ()  # more options of `client create`, such as a short life of access tokens
    beginning = "it starts with what `client create` printed"  # what failed if nothing could be asked of it
    refusal = "access_denied"  # what its page shows when the person does not allow the access
    no_org_id = no_refresh = no_sign_out_at_signet = None  # why the product does not have it

    def __init__(self, folder):
        self.folder = folder     # where its program stands in the repository
        self.results = []        # (words, OK | FAILED | ABSENT, what was seen)
        self.news = News()
        self.provider = self.pages = self.log = self.scratch = self.browser = self.process = None

    # How it is installed, started, and where it is: each party says so.

    def versions(self):
        """The versions of what was installed, such as `openid-client 6.9.0`."""
        raise NotImplementedError

    def url(self, ports):
        """Where it will be reached: 127.0.0.1, so that its cookies are not those of signet at localhost."""
        self.port = ports.take()
        self.base = f"http://127.0.0.1:{self.port}"
        return self.base

    def install(self, cache):
        """Installs it below `cache`, unless it is there."""
        raise NotImplementedError

    def start(self, configuration):
        """Starts it with what `client create` printed, and returns the process."""
        raise NotImplementedError

    def connect(self, ports):
        """Registers a client for it, starts it with what that printed, and goes through its assertions."""
        self.configuration = self.provider.create_client(self.preset, self.url(ports), self.client_options)
        self.process = self.start(self.configuration)
        self.pages = Pages(self.browser, self.provider.issuer)
        self.check(self.browser, self.provider.person())

    def stop(self):
        """Ends what `connect` started."""
        if self.process:
            self.process.stop()

    # How its pages are used. These fit a page with links `#sign-in`, `#refresh` and `#sign-out` that shows claims.

    def begin(self, browser):
        """Begins to sign in, as somebody does who is not signed in."""
        browser.open(self.base + "/")
        browser.click("#sign-in")

    def refused(self, browser):
        """The page's text when the person did not allow the access; `refusal` is in it."""
        return browser.wait_for_text(self.refusal)

    def shown(self, browser):
        """The text in which the product shows who is signed in."""
        browser.wait_for("#sign-out")
        return browser.text()

    def refresh(self, browser):
        """Makes the product refresh, proves that it did, and returns in words what was seen."""
        before = browser.text("#access-token")
        browser.click("#refresh")
        browser.wait(lambda: browser.text("#access-token") not in ("", before), "no new access token")
        return "another access token"

    def sign_out(self, browser):
        browser.click("#sign-out")

    def signed_out(self, browser):
        """Proves that the product's session is over."""
        browser.open(self.base + "/")
        browser.wait_for("#sign-in")

    # What is asked of it.

    def check(self, browser, person):
        self.check_refusals(browser, person)
        self.check_session(browser, person)
        self.check_sign_out(browser, person)

    def check_refusals(self, browser, person):
        with self.asserting("a redirect URI that is not registered: signet's page says so") as seen:
            with self.provider.without_redirect_uris(self.configuration):
                self.begin(browser)
                met = self.pages.go_through()
                assert met == ["refusal"], f"the way led through {met}"
                seen(self.pages.refusal())
                assert "redirect_uri" in self.pages.refusal()
        with self.asserting("“Do not allow” on the consent page: the product says so") as seen:
            self.begin(browser)
            self.pages.go_through(person, allow=False)
            seen(f"“{shorten(self.refused(browser), self.refusal)}”")

    def check_session(self, browser, person):
        with self.asserting("signing in ends at the product", essential=True) as seen:
            self.begin(browser)
            seen(way(self.pages.go_through(person)))
            self.shown(browser)
        with self.asserting("its session has the person's name") as seen:
            assert person.name in self.shown(browser), f"no “{person.name}”"
            seen(person.name)
        with self.asserting("its session has the e-mail address") as seen:
            assert person.email in self.shown(browser), f"no “{person.email}”"
            seen(person.email)
        self.check_unless(self.no_org_id, "its session has `org_id`", self.has_org_id, browser, person)
        self.check_unless(self.no_refresh, "the product refreshes", self.refresh, browser)

    def check_sign_out(self, browser, person):
        with self.asserting("signing out ends the product's session") as seen:
            self.sign_out(browser)
            seen(way(self.pages.go_through(person)))
            self.signed_out(browser)
        self.check_unless(self.no_sign_out_at_signet, "signing out ends signet's session", self.asks_again,
                          browser, person)
        if self.no_sign_out_at_signet:
            with self.asserting("the preset's link to signet's sign-out ends signet's session") as seen:
                self.begin(browser)
                assert self.pages.go_through(person) == [], "signet's session was over before"
                browser.click("#sign-out-at-signet")
                seen(way(self.pages.go_through()))
                self.sign_out(browser)
                seen(self.asks_again(browser, person))

    def has_org_id(self, browser, person):
        assert person.org_id in self.shown(browser), f"no “{person.org_id}”"
        return "the organization that the person joined first"

    def asks_again(self, browser, person):
        self.begin(browser)
        met = self.pages.go_through(person)
        assert "password" in met, f"no password was asked for; the way led through {met}"
        self.shown(browser)
        return "the next sign-in asks for the password"

    # How assertions are written down.

    def check_unless(self, absent, words, function, *arguments):
        """One assertion, unless the product does not have it; the function returns in words what it saw."""
        if absent:
            self.record(words, ABSENT, absent)
            return
        with self.asserting(words) as seen:
            seen(function(*arguments))

    @contextlib.contextmanager
    def asserting(self, words, essential=False):
        """One assertion; the function that it gives takes down what was seen. After an essential one all else is vain."""
        notes = []
        try:
            yield notes.append
        except Exception as error:  # whatever it is, the other assertions are worth knowing
            self.record(words, FAILED, str(error))
            self.explain(error)
            if essential:
                raise NotReached from error
        else:
            self.record(words, OK, "; ".join(notes))

    def record(self, words, result, seen):
        self.results.append((words, result, seen))
        print(f"  {result:6}  {words}" + (f"  ({seen})" if seen else ""), flush=True)

    def explain(self, error):
        """What there is to see when an assertion failed; of the logs what is new since the last one."""
        if not isinstance(error, (AssertionError, WebDriverError)):
            print(indented("".join(traceback.format_exception(error))))
        with contextlib.suppress(Exception):
            address = re.sub(r"\b(code|state|id_token_hint)=[^&]+", r"\1=…", self.browser.url)
            print(indented(f"the page {address}:\n{self.browser.text()[:1500]}"))
        print(indented(f"the product's log:\n{self.news.read(self.log)}"))
        print(indented(f"signet's log:\n{self.news.read(self.provider.log)}"), flush=True)


class News:
    """Logs, read on from where they were read to."""

    def __init__(self):
        self.read_to = {}

    def skip(self, log):
        self.read_to[log] = log.stat().st_size if log.exists() else 0

    def read(self, log, lines=25):
        start = self.read_to.get(log, 0)
        self.skip(log)
        text = log.read_bytes()[start:].decode(errors="replace") if log.exists() else ""
        return "\n".join(re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()[-lines:])


class NotReached(Exception):
    """The rest of a party's assertions could not be tried."""


def way(met):
    """The pages of signet's that a person went through, in words."""
    return f"by signet's pages: {', '.join(met)}" if met else "without a page of signet's"


def shorten(text, around, width=120):
    """The part of the text that is around the words, on one line."""
    line = next(line for line in text.splitlines() if around in line).strip()
    start = max(0, line.index(around) - width // 3)
    return line[start:start + width]


def indented(text):
    return "\n".join(f"          | {line}" for line in text.splitlines())
