"""Spring Boot: the OAuth2 client starter signs people in, the resource server starter takes their access tokens."""

import re
import shutil

from harness.base import Party as Base
from harness.process import Process, call

MAVEN = ["mvn", "-B", "-ntp", "-q"]


class Party(Base):
    name = "spring"
    preset = "spring"
    refusal = "Invalid credentials"  # Spring's page says so whatever the reason was
    client_options = ("--access-token-lifetime", "1m")  # Spring refreshes tokens that end within a minute

    def versions(self):
        boot = re.search(r"starter-parent</artifactId>\s*<version>(.*?)<", (self.folder / "pom.xml").read_text())[1]
        java = re.search(r'"(.*?)"', call(["sh", "-c", "java -version 2>&1"]))[1]
        return f"Spring Boot {boot}, Java {java}"

    def install(self, cache):
        """Maven keeps artifacts in a cache of its own; one build brings all that the next ones need."""
        done = cache / f"spring-{self.versions().replace(' ', '-')}"
        if not done.exists():
            cache.mkdir(parents=True, exist_ok=True)
            place = cache / "spring-build"
            self.build(place, MAVEN)
            shutil.rmtree(place)
            done.touch()

    def build(self, place, maven, files=()):
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.folder, place, ignore=shutil.ignore_patterns("*.py", "__pycache__", "target"))
        for path, text in files:
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_text(text)
        call([*maven, "package"], place, seconds=1200)
        return place / "target/application.jar"

    def start(self, configuration):
        """Builds the application with the two files as printed, and starts it; its port is the only other setting."""
        jar = self.build(self.scratch / "program", [*MAVEN, "-o"], [
            ("src/main/resources/application.yml", configuration.block("yaml")),
            ("src/main/java/com/example/application/AccessTokens.java", configuration.block("java")),
        ])
        process = Process(["java", "-XX:TieredStopAtLevel=1", "-jar", jar], self.log,
                          environment={"SERVER_PORT": str(self.port), "SERVER_ADDRESS": "127.0.0.1"})
        return process.wait_for_port(self.port, 120)

    def check_session(self, browser, person):
        super().check_session(browser, person)
        with self.asserting("its API takes the access token, and knows `org_id` from it") as seen:
            answer = self.call_api(browser, "#with-access-token")
            assert answer.startswith("200") and person.org_id in answer, answer
            seen("200, the organization's id")
        with self.asserting("its API refuses the ID token") as seen:
            answer = self.call_api(browser, "#with-id-token")
            assert answer.startswith("401") and "invalid_token" in answer, answer
            seen(answer)
        browser.open(self.base + "/")

    def call_api(self, browser, selector):
        """The application calls its own API, as another program would, and shows the answer."""
        browser.open(self.base + "/call")
        browser.wait_for(selector)
        return browser.text(selector)
