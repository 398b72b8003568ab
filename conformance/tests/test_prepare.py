"""How signet is called later on, from another folder."""

import argparse
import os
import sys
import unittest

import prepare


class ProgramTest(unittest.TestCase):
    def program(self, signet, config=None):
        return prepare.program(argparse.Namespace(signet=signet, config=config))

    def test_paths_hold_from_everywhere(self):
        relative = os.path.relpath(sys.executable)
        self.assertEqual(
            [sys.executable, "--config", os.path.join(os.getcwd(), "data", "signet.toml")],
            self.program(relative, "data/signet.toml"),
        )

    def test_a_program_that_is_not_there_keeps_its_name(self):
        self.assertEqual(["no-such-program"], self.program("no-such-program"))
