"""What counts as expected, and what does not."""

import unittest

import judge


def record(outcome, *conditions, module="m"):
    problems = [{"source": name, "result": "WARNING", "message": "odd"} for name in conditions]
    return {"module": module, "outcome": outcome, "problems": problems}


def judged(made, *entries):
    judge.judge(made, list(entries))
    return made


def entry(**said):
    return {"module": "m", "reason": "because", **said}


class JudgeTest(unittest.TestCase):
    def test_passed_needs_no_entry(self):
        made = judged(record("PASSED"))
        self.assertEqual(([], []), (made["unexpected"], made["reasons"]))

    def test_every_other_end_needs_one(self):
        for outcome in ("REVIEW", "SKIPPED", "WARNING", "FAILED", "INTERRUPTED", "TIMEOUT"):
            self.assertEqual([f"ended {outcome}"], judged(record(outcome))["unexpected"])

    def test_a_warning_inside_a_module_that_passed_counts(self):
        self.assertEqual(["WARNING Odd: odd"], judged(record("PASSED", "Odd"))["unexpected"])

    def test_a_named_result_explains_itself_alone(self):
        explained = judged(record("REVIEW"), entry(result="REVIEW"))
        self.assertEqual(([], ["because"]), (explained["unexpected"], explained["reasons"]))
        other = judged(record("FAILED"), entry(result="REVIEW"))
        self.assertEqual(["ended FAILED"], other["unexpected"])
        odd = judged(record("REVIEW", "Odd"), entry(result="REVIEW"))
        self.assertEqual(["WARNING Odd: odd"], odd["unexpected"])

    def test_results_are_alternatives(self):
        entries = entry(result="REVIEW", reason="seen"), entry(result="SKIPPED", reason="not offered")
        made = judged(record("SKIPPED"), *entries)
        self.assertEqual(([], ["not offered"]), (made["unexpected"], made["reasons"]))

    def test_known_conditions_explain_a_warning(self):
        made = judged(record("WARNING", "Odd", "Odd"), entry(conditions=["Odd"]))
        self.assertEqual(([], ["because"]), (made["unexpected"], made["reasons"]))

    def test_known_conditions_do_not_explain_an_interruption(self):
        made = judged(record("INTERRUPTED", "Odd"), entry(conditions=["Odd"]))
        self.assertEqual(["ended INTERRUPTED"], made["unexpected"])
        made = judged(record("INTERRUPTED", "Odd"), entry(conditions=["Odd"], result="INTERRUPTED"))
        self.assertEqual([], made["unexpected"])

    def test_a_condition_too_many_and_one_that_did_not_come(self):
        made = judged(record("WARNING", "Odd", "New"), entry(conditions=["Odd", "Old"]))
        self.assertEqual(
            ["WARNING New: odd", "ended WARNING", "Old did not come, although expected.json says so"],
            made["unexpected"],
        )

    def test_an_entry_that_no_longer_comes_true(self):
        for outdated in (entry(result="REVIEW"), entry(conditions=["Odd"])):
            made = judged(record("PASSED"), outdated)
            self.assertEqual(["ended PASSED, although expected.json says otherwise"], made["unexpected"])

    def test_entries_of_other_modules_and_plans_do_not_count(self):
        entries = [entry(result="REVIEW", module="other"), entry(result="REVIEW", plans=["q"])]
        made = judged(record("REVIEW"), *judge.entries_for(entries, "p"))
        self.assertEqual(["ended REVIEW"], made["unexpected"])
        made = judged(record("REVIEW"), *judge.entries_for(entries, "q"))
        self.assertEqual([], made["unexpected"])

    def test_left_out(self):
        entries = [entry(left_out=True)]
        self.assertEqual("because", judge.left_out("m", entries))
        self.assertIsNone(judge.left_out("other", entries))
        self.assertEqual([], judged(record("PASSED"), *entries)["unexpected"])
