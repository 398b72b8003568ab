"""The way of one module through the suite."""

import unittest

import rotation
import run

MODULE = {"testModule": "m"}


class FakeSuite:
    """A suite that writes down what it is asked. A module of it waits for its start, or ends by itself."""

    def __init__(self, waits_for_start=True):
        self.waits_for_start = waits_for_start
        self.calls = []
        self.stopped = False

    def create_module(self, plan_id, module):
        return "id"

    def wait_until_startable(self, module_id, seconds):
        self.calls.append("wait for the start")
        return self.waits_for_start

    def start_module(self, module_id):
        self.calls.append("start")

    def wait_until_final(self, module_id, seconds):
        self.calls.append("wait for the end")
        return "FINISHED"

    def stop(self, module_id):
        self.calls.append("stop")
        self.stopped = True

    def log(self, module_id):
        return []

    def result(self, module_id):
        return ("INTERRUPTED", "UNKNOWN") if self.stopped else ("FINISHED", "PASSED")


class RunModuleTest(unittest.TestCase):
    def run_module(self, suite, rotate=None):
        return run.run_module(suite, "plan", MODULE, 5, [], rotate)

    def test_a_module_that_starts_by_itself(self):
        suite = FakeSuite()
        self.assertEqual("PASSED", self.run_module(suite)["outcome"])
        self.assertEqual(["wait for the end"], suite.calls)

    def test_a_module_that_waits_for_a_rotation_is_started_after_it(self):
        suite = FakeSuite()
        record = self.run_module(suite, lambda: suite.calls.append("rotate"))
        self.assertEqual(("PASSED", []), (record["outcome"], record["problems"]))
        self.assertEqual(["wait for the start", "rotate", "start", "wait for the end"], suite.calls)

    def test_keys_are_left_alone_when_the_module_ended_before(self):
        suite = FakeSuite(waits_for_start=False)
        self.run_module(suite, lambda: suite.calls.append("rotate"))
        self.assertEqual(["wait for the start", "wait for the end"], suite.calls)

    def test_a_rotation_that_did_not_come_is_said(self):
        def refuse():
            raise rotation.RotationError("too early")

        suite = FakeSuite()
        record = self.run_module(suite, refuse)
        self.assertEqual("INTERRUPTED", record["outcome"])
        self.assertEqual([("FAILURE", "too early")], [(p["result"], p["message"]) for p in record["problems"]])
        self.assertNotIn("start", suite.calls)

    def test_what_rotates_is_said_for_each_module(self):
        plan = {"rotate_keys": {"m": ["RS256"]}}
        target = {"command": ["signet"]}
        self.assertEqual((target, ["RS256"], 5), run.rotation_for(plan, MODULE, target, 5).args)
        self.assertIsNone(run.rotation_for(plan, {"testModule": "other"}, target, 5))
        self.assertIsNone(run.rotation_for({}, MODULE, target, 5))
