"""What is kept of runs, and how they stand beside each other in RESULTS.md."""

import pathlib
import tempfile
import unittest

import results


def run(name, outcome="PASSED", **said):
    record = {
        "id": "abc",
        "module": "m",
        "variant": {},
        "outcome": outcome,
        "problems": [],
        "seconds": 1.25,
        "unexpected": [],
        "reasons": [],
    }
    made = {
        "name": name,
        "plan": "suite-plan",
        "variant": {},
        "clients": None,
        "date": "2026-01-02",
        "signet": "1.2.3",
        "suite": "5.2.4",
        "left_out": [],
        "records": [record],
    }
    return {**made, **said}


class ResultsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name) / "results"

    def text(self, *names):
        return results.markdown(results.load(self.folder, names))

    def test_a_run_replaces_its_own_results_only(self):
        results.store(self.folder, run("one"))
        results.store(self.folder, run("two", "FAILED", date="2026-01-03", signet="1.2.4"))
        results.store(self.folder, run("one", "REVIEW", date="2026-01-04"))
        lines = self.text("one", "two").splitlines()
        self.assertIn("| one | 2026-01-04 | 1.2.3 | 5.2.4 | 1 | 1 REVIEW | 0 | 0 | 1 s |", lines)
        self.assertIn("| two | 2026-01-03 | 1.2.4 | 5.2.4 | 1 | 1 FAILED | 0 | 0 | 1 s |", lines)

    def test_a_plan_that_never_ran_is_said_to_be_so(self):
        results.store(self.folder, run("one"))
        text = self.text("one", "two")
        self.assertIn("| two | not run yet |", text)
        self.assertNotIn("## two", text)

    def test_what_was_left_out_stands_there_with_its_reason(self):
        results.store(self.folder, run("one", left_out=[{"module": "slow", "reason": "takes a | day"}]))
        self.assertIn("| slow | left out | | takes a \\| day |", self.text("one"))

    def test_what_is_unexpected_is_marked_and_counted(self):
        made = run("one", "FAILED")
        made["records"][0]["unexpected"] = ["ended FAILED"]
        results.store(self.folder, made)
        text = self.text("one")
        self.assertIn("| m | FAILED | 1.2 s | **unexpected:** ended FAILED |", text)
        self.assertIn("| 1 FAILED | 0 | 1 |", text)

    def test_a_module_that_ran_twice_says_its_variant(self):
        made = run("one")
        first = made["records"][0]
        made["records"] = [{**first, "variant": {"response_type": kind, "x": "y"}} for kind in ("code", "id_token")]
        results.store(self.folder, made)
        text = self.text("one")
        self.assertIn("| m [code] |", text)
        self.assertIn("| m [id_token] |", text)
