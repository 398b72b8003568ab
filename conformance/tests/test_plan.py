"""The plans' files, what is made of them, and that they fit signet's own pages."""

import json
import pathlib
import tempfile
import unittest

import plan

TEMPLATES = plan.HERE.parent / "src" / "web" / "templates"
TARGET = {
    "issuer": "https://op.test",
    "suite": "https://suite.test",
    "username": "connie",
    "password": "secret-word",
    "clients": {
        kind: {"client": {"client_id": kind, "client_secret": f"cs-{kind}"}}
        for kind in ("lean", "default", "backchannel", "private_key_jwt")
    },
}


class PlanFilesTest(unittest.TestCase):
    def test_every_plan_can_be_made(self):
        for name in plan.names():
            made = json.dumps(plan.config(plan.read(name), TARGET))
            self.assertNotRegex(made, r"\{[A-Z]+\}", name)

    def test_every_step_is_used(self):
        steps = json.loads((plan.HERE / "browser.json").read_text())
        plans = [plan.read(name) for name in plan.names()]
        browsers = [each.get("browser", {}) for each in plans]
        browsers += [browser for each in plans for browser in each.get("override", {}).values()]
        used = {step for browser in browsers for names in browser.values() for step in names}
        self.assertEqual(set(steps), used)

    def test_the_elements_are_on_signets_pages(self):
        pages = "".join(page.read_text() for page in TEMPLATES.glob("*.html"))
        steps = json.loads((plan.HERE / "browser.json").read_text())
        commands = [command for step in steps.values() for command in step.get("commands", [])]
        wanted = {command[2] for command in commands if command[1] == "id"} - {"submission_complete"}
        self.assertTrue(wanted)
        for name in wanted:
            self.assertIn(f'id="{name}"', pages)

    def test_every_exception_has_a_reason_and_a_plan(self):
        for entry in json.loads((plan.HERE / "expected.json").read_text()):
            self.assertTrue(entry["module"] and entry["reason"])
            self.assertLessEqual(set(entry), {"module", "reason", "result", "conditions", "left_out", "plans"})
            self.assertTrue({"result", "conditions", "left_out"} & set(entry), entry["module"])
            self.assertLessEqual(set(entry.get("plans", [])), set(plan.names()))


class ReadTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, **content):
        (self.folder / f"{name}.json").write_text(json.dumps(content))

    def test_like_takes_over_what_is_not_said_anew(self):
        self.write("base", plan="a", variant={"x": "1"}, override={"m": {"u": ["s"]}, "n": {"u": ["s"]}})
        self.write("other", like="base", plan="b", override={"m": {"u": ["t"]}})
        self.assertEqual(
            {"plan": "b", "variant": {"x": "1"}, "override": {"m": {"u": ["t"]}, "n": {"u": ["s"]}}},
            plan.read("other", self.folder),
        )

    def test_a_plan_that_is_not_there(self):
        self.write("base", plan="a")
        with self.assertRaisesRegex(plan.PlanError, "no plan bas; there are base"):
            plan.read("bas", self.folder)


class ChooseTest(unittest.TestCase):
    offered = [{"testModule": name} for name in ("one", "two", "three")]

    def names(self, said, only=None):
        return [module["testModule"] for module in plan.choose(said, self.offered, only)]

    def test_all_that_the_suite_offers(self):
        self.assertEqual(["one", "two", "three"], self.names({}))

    def test_those_that_the_file_names_in_its_order(self):
        self.assertEqual(["three", "one", "three"], self.names({"modules": ["three", "one", "three"]}))

    def test_some_of_them(self):
        self.assertEqual(["two"], self.names({}, {"two", "other"}))
        with self.assertRaisesRegex(plan.PlanError, "none of the modules two"):
            self.names({"modules": ["one"]}, {"two"})

    def test_a_module_that_the_suites_plan_has_not(self):
        with self.assertRaisesRegex(plan.PlanError, "suite-plan has no module four"):
            self.names({"plan": "suite-plan", "modules": ["one", "four"]})

    def test_every_module_that_waits_for_a_rotation_is_run(self):
        for name in plan.names():
            said = plan.read(name)
            self.assertLessEqual(set(said.get("rotate_keys", {})), set(said.get("modules", [])), name)


class ConfigTest(unittest.TestCase):
    steps = {"look": {"match": "{SUITE}/*"}, "type": {"commands": [["text", "id", "password", "{PASSWORD}"]]}}

    def config(self, target=TARGET, **said):
        made = {"description": "d", "browser": {"{ISSUER}/a": ["look"], "{ISSUER}/b": ["type"]}, **said}
        return plan.config(made, target, self.steps)

    def test_an_override_replaces_the_steps_of_its_address_only(self):
        made = self.config(override={"m": {"{ISSUER}/b": ["look"]}})
        look = {"task": "look", "match": "https://suite.test/*"}
        scripts = made["override"]["m"]["browser"]
        self.assertEqual(
            [{"match": "https://op.test/a", "tasks": [look]}, {"match": "https://op.test/b", "tasks": [look]}], scripts
        )
        typed = made["browser"][1]["tasks"][0]["commands"][0]
        self.assertEqual(["text", "id", "password", "secret-word"], typed)

    def test_what_is_missing_is_named(self):
        with self.assertRaisesRegex(plan.PlanError, "needs a value for {PASSWORD}"):
            self.config({**TARGET, "password": ""})
        with self.assertRaisesRegex(plan.PlanError, "no step 'jump'"):
            self.config(browser={"{ISSUER}/a": ["jump"]})
        with self.assertRaisesRegex(plan.PlanError, "no clients of the kind 'mtls'"):
            self.config(clients="mtls")

    def test_secrets(self):
        self.assertEqual({"secret-word", "cs-lean", "cs-default", "cs-backchannel", "cs-private_key_jwt"}, set(plan.secrets(TARGET)))
