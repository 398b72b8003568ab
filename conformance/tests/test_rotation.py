"""How signet is asked to rotate its keys, and what is waited for."""

import pathlib
import sys
import tempfile
import unittest

import rotation


def program(script):
    """A program in the place of signet."""
    return [sys.executable, "-c", script]


class RotationTest(unittest.TestCase):
    def setUp(self):
        self.pauses = []
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.said = pathlib.Path(folder.name) / "said"
        self.signet = program(f"import sys; open({str(self.said)!r}, 'w').write(' '.join(sys.argv[1:]))")

    def rotate(self, *published, command=None, algorithms=("RS256",)):
        """A rotation during which the key set is read as `published` says, the last one for ever."""
        readings = list(published)
        target = {"command": command or self.signet}
        key_ids = lambda: readings.pop(0) if len(readings) > 1 else readings[0]
        return rotation.rotate(target, list(algorithms), 7, key_ids, self.pauses.append)

    def test_signet_is_asked_for_the_algorithms_and_waited_for(self):
        new = self.rotate({"a", "b"}, {"a", "b", "c", "d"}, algorithms=("RS256", "ES256"))
        self.assertEqual({"c", "d"}, new)
        said = self.said.read_text()
        self.assertEqual("keys rotate --alg RS256 --alg ES256 --wait --timeout 7s", said)

    def test_the_key_set_is_asked_until_each_algorithm_has_a_new_key(self):
        new = self.rotate({"a"}, {"a"}, {"a", "b"}, {"a", "b", "c"}, algorithms=("RS256", "ES256"))
        self.assertEqual(({"b", "c"}, [1, 1]), (new, self.pauses))

    def test_a_key_set_that_stays_as_it_was(self):
        with self.assertRaisesRegex(rotation.RotationError, "has 0 new keys, not 1"):
            self.rotate({"a"})
        self.assertEqual(rotation.PUBLISHED_WITHIN_SECONDS, len(self.pauses))

    def test_what_signet_says_when_it_does_not_rotate(self):
        refuses = program("import sys; sys.exit('the next key signs\\n at 12:00')")
        with self.assertRaisesRegex(rotation.RotationError, "signet keys rotate: the next key signs at 12:00"):
            self.rotate({"a"}, command=refuses)
        with self.assertRaisesRegex(rotation.RotationError, "signet keys rotate: .*no-such-program"):
            self.rotate({"a"}, command=["/no-such-program"])

    def test_clients_from_before(self):
        with self.assertRaisesRegex(rotation.RotationError, "run prepare.py again"):
            rotation.rotate({}, ["RS256"], 7)
