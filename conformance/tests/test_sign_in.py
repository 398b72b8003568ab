"""What is read of signet's page for signing in, from the page's own template."""

import pathlib
import re
import unittest

from sign_in import Page, origin

TEMPLATE = pathlib.Path(__file__).resolve().parents[2] / "src" / "web" / "templates" / "login.html"


def page():
    """The template with a text in the place of each value, and both branches of each condition."""
    text = TEMPLATE.read_text()
    text = text.replace("{{ problem }}", "That is <b>not</b> right.").replace("{{ action }}", "/login")
    text = text.replace("{{ request }}", "lr_1")
    return Page(re.sub(r"\{[%{].*?[%}]\}", "", text))


class PageTest(unittest.TestCase):
    def test_the_form(self):
        self.assertEqual(("/login", {"request": "lr_1"}, True), (page().action, page().hidden, page().has_password))

    def test_the_problem(self):
        self.assertEqual("That is not right.", page().problem)

    def test_another_page(self):
        other = Page('<h1 id="title">Authorization error</h1>')
        self.assertEqual((False, ""), (other.has_password, other.problem))

    def test_origin(self):
        self.assertEqual("https://op.test:9443", origin("https://op.test:9443/tenant"))
