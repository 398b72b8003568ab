"""coreos/go-oidc with golang.org/x/oauth2 in a small web application: PKCE, nonce and sign-out by the program."""

import re
import shutil

from harness.base import Party as Base
from harness.process import Process, call


class Party(Base):
    name = "go-oidc"
    quick = True
    preset = "go-oidc"

    def versions(self):
        modules = dict(re.findall(r"^\t(\S+) v(\S+)", (self.folder / "go.mod").read_text(), re.MULTILINE))
        compiler = call(["go", "env", "GOVERSION"], self.folder).strip().removeprefix("go")
        told = [f"{path.removeprefix('github.com/')} {modules[path]}"
                for path in ("github.com/coreos/go-oidc/v3", "golang.org/x/oauth2")]
        return ", ".join([*told, f"Go {compiler}"])

    def install(self, cache):
        """Go keeps modules in a cache of its own, checked against go.sum."""
        call(["go", "mod", "download"], self.folder)

    def start(self, configuration):
        """Builds the program with the file that was printed, and runs it with the variables that were printed."""
        place = self.scratch / "program"
        shutil.copytree(self.folder, place, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        (place / "provider.go").write_text(configuration.block("go"))
        call(["go", "build", "-mod=readonly", "-o", "application", "."], place, seconds=300)
        environment = {**configuration.environment(), "PORT": str(self.port)}
        return Process([place / "application"], self.log, place, environment).wait_for_port(self.port, 20)
