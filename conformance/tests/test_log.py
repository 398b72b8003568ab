"""What is shown of the suite's log."""

import unittest

import log


class LogTest(unittest.TestCase):
    def test_only_what_failed_or_warns(self):
        entries = [{"result": result, "src": result} for result in ("SUCCESS", "FAILURE", "INFO", "WARNING")]
        self.assertEqual(["FAILURE", "WARNING"], [found["source"] for found in log.problems(entries, [])])

    def test_the_fields_that_say_why(self):
        entry = {"result": "FAILURE", "src": "Check", "msg": "wrong", "requirements": ["A", "B"], "_id": 1,
                 "expected": "x", "actual": "y", "page_source": "<html><title>Error\n page</title>"}
        found = log.problem(entry, None, [])
        self.assertEqual("A, B", found["requirements"])
        self.assertEqual(["expected: x", "actual: y", "page: Error page"], found["details"])

    def test_the_answer_before_it_once(self):
        entries = [
            {"http": "response", "response_status_code": "401", "response_body": '{"error":"invalid_client"}'},
            {"result": "FAILURE", "src": "A"},
            {"result": "FAILURE", "src": "B"},
        ]
        details = [found["details"] for found in log.problems(entries, [])]
        self.assertEqual([['last answer: 401 {"error":"invalid_client"}'], []], details)

    def test_no_secret_and_no_token(self):
        token = "eyJ" + "a" * 60 + "." + "b" * 60
        entry = {"result": "WARNING", "msg": f"got {token}", "body": {"password": "tea pot"},
                 "commands": [["text", "id", "password", "tea pot"]]}
        found = log.problem(entry, None, ["tea pot"])
        self.assertEqual("got eyJaaaaa…", found["message"])
        self.assertEqual(["body: {'password': '…'}"], found["details"])

    def test_long_values_are_cut(self):
        self.assertEqual("x y " * 75 + "…", log.shorten("x y " * 100))

    def test_why_a_module_waits(self):
        said = [found["message"] for found in log.why_it_waits([{"upload": "p", "msg": "show it"}], ["https://a"])]
        self.assertEqual(["no browser script fits https://a", "unfilled placeholder: show it"], said)
        self.assertEqual(["no final state in time"], [found["message"] for found in log.why_it_waits([], [])])
