"""What `signet client create --for` prints for a product: the client, and the blocks to paste."""

import dataclasses
import pathlib
import tomllib

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "src/client/preset"


@dataclasses.dataclass
class Block:
    """Something to paste: where it belongs, in which language, and its text."""

    where: str
    language: str
    text: str

    def environment(self):
        """The variables that the block sets, one `NAME=value` a line."""
        lines = [line.strip().removeprefix("export ") for line in self.text.splitlines()]
        pairs = [line.split("=", 1) for line in lines if "=" in line and not line.startswith("#")]
        return {name.strip(): value.strip().strip("'\"") for name, value in pairs}


@dataclasses.dataclass
class Configuration:
    """What whoever connects an application is given: a client, and the blocks."""

    client_id: str
    client_secret: str | None
    redirect_uris: list[str]
    blocks: list[Block]

    def block(self, language):
        """The text of the only block in this language."""
        texts = [block.text for block in self.blocks if block.language == language]
        assert len(texts) == 1, f"{len(texts)} blocks are in {language}"
        return texts[0].lstrip("\n")

    def environment(self):
        """The variables of every block that sets some (its language is `env`)."""
        given = [block.environment() for block in self.blocks if block.language == "env"]
        return {name: value for variables in given for name, value in variables.items()}


def has_address(preset):
    """Whether the product is somewhere, so that `--url` has to say where."""
    with (FOLDER / f"{preset}.toml").open("rb") as file:
        return "url" in tomllib.load(file)
