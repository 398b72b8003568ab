"""A headless Chromium, driven over the W3C WebDriver protocol by chromedriver."""

import json
import re
import shutil
import tempfile
import time
import urllib.error
import urllib.request

from .process import Process, ProcessError, call

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver §12.1
ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", "--no-proxy-server", "--lang=en",
]
MOMENTARY = ("no such element", "stale element reference", "element not interactable",
             "element click intercepted", "javascript error", "no such execution context")


class WebDriverError(Exception):
    """The browser could not do what it was told. `code` is one of the protocol's error codes."""

    def __init__(self, code, message):
        super().__init__(f"{code}: {message.splitlines()[0] if message else ''}")
        self.code = code


def program(*names):
    """The first of the programs that is installed."""
    for name in names:
        if found := shutil.which(name):
            return found
    raise ProcessError(f"{names[0]} is not installed (Debian: apt install chromium chromium-driver)")


class Driver:
    """chromedriver, and the Chromium that it starts."""

    def __init__(self, scratch):
        self.chromium = program("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
        profiles = tempfile.mkdtemp(prefix="browser-", dir=scratch)
        self.process = Process([program("chromedriver"), "--port=0"], scratch / "chromedriver.log",
                               environment={"TMPDIR": profiles})
        self.process.wait_for_text("started successfully on port", 20)
        port = re.search(r"successfully on port (\d+)", self.process.log.read_text())[1]
        self.url = f"http://127.0.0.1:{port}"

    def version(self):
        return re.search(r"Chrom\w* [\d.]+", call([self.chromium, "--version"]))[0]

    def stop(self):
        self.process.stop()


class Browser:
    """One browser with cookies of its own. Elements are named by CSS selectors."""

    def __init__(self, driver):
        self.root = driver.url
        options = {"args": ARGUMENTS, "binary": driver.chromium}
        wanted = {"browserName": "chrome", "acceptInsecureCerts": True, "goog:chromeOptions": options,
                  "goog:loggingPrefs": {"browser": "ALL"}}
        self.path = ""
        answer = self.tell("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.path = f"/session/{answer['sessionId']}"

    def tell(self, method, path, body=None):
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = urllib.request.Request(self.root + self.path + path, data=data, method=method,
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as error:
            said = json.load(error)["value"]
            raise WebDriverError(said["error"], said["message"]) from error

    def close(self):
        self.tell("DELETE", "")

    def open(self, url):
        self.tell("POST", "/url", {"url": url})

    def script(self, code, *arguments):
        return self.tell("POST", "/execute/sync", {"script": code, "args": list(arguments)})

    @property
    def url(self):
        return self.tell("GET", "/url")

    @property
    def origin(self):
        return "/".join(self.url.split("/")[:3])

    @property
    def title(self):
        return self.tell("GET", "/title")

    def text(self, selector="body"):
        """The visible text of an element."""
        return self.script("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def has(self, selector):
        return self.script("return document.querySelector(arguments[0]) !== null", selector)

    def find(self, selector):
        return self.tell("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        """Clicks an element as soon as it is there.

        The page is marked before: the next page may be long in coming, and whoever waits for it looks for the mark.
        """
        def do():
            element = self.find(selector)
            self.script("window.clicked = true")
            self.tell("POST", f"/element/{element}/click")
            return True
        self.wait(do, f"no {selector} to click")

    def write(self, selector, text):
        """Puts `text` into a field in place of what it holds."""
        def put():
            element = self.find(selector)
            self.tell("POST", f"/element/{element}/clear")
            self.tell("POST", f"/element/{element}/value", {"text": text})
            return True
        self.wait(put, f"no {selector} to write into")

    def wait(self, condition, complaint, seconds=10):
        """Until the condition gives something true, which is returned."""
        end = time.monotonic() + seconds
        while True:
            try:
                if found := condition():
                    return found
            except WebDriverError as error:
                if error.code not in MOMENTARY:
                    raise
            if time.monotonic() > end:
                raise AssertionError(f"{complaint} after {seconds} s")
            time.sleep(0.05)

    def wait_for(self, selector, seconds=10):
        self.wait(lambda: self.has(selector), f"no {selector} on the page", seconds)

    def wait_for_text(self, text, selector="body", seconds=10):
        """Until the text is on the page; returns all of the element's text."""
        self.wait(lambda: text in self.text(selector), f"no “{text}” on the page", seconds)
        return self.text(selector)

    def console(self):
        """What the page's scripts said."""
        return [entry["message"] for entry in self.tell("POST", "/se/log", {"type": "browser"})]
