"""Presets: what a product needs of its client, and the product's own configuration with placeholders.

Until `signet client create --for` exists, this module does its work: it turns a preset into today's options and
fills in the placeholders. Then only `Block` and `Configuration` stay.
"""

import dataclasses
import pathlib
import re
import secrets
import tomllib
import urllib.parse

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "src/client/preset"
KNOWN_SCOPES = {"openid", "profile", "email", "address", "phone", "offline_access", "organizations", "modules"}
VALUED = {  # our command's options of today, by RFC 7591's names
    "client_name": "--name", "type": "--type", "token_endpoint_auth_method": "--auth-method",
    "id_token_signed_response_alg": "--id-token-alg", "access_token_signed_response_alg": "--access-token-alg",
    "access_token_format": "--access-token-format", "default_resource": "--resource-default",
    "client_uri": "--client-uri",
}
REPEATED = {"redirect_uris": "--redirect-uri", "post_logout_redirect_uris": "--post-logout-redirect-uri",
            "grant_types": "--grant"}


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


def load(preset):
    with (FOLDER / f"{preset}.toml").open("rb") as file:
        return tomllib.load(file)


def addresses(issuer, metadata, url):
    """The values of the placeholders that are known before there is a client."""
    parts = urllib.parse.urlsplit(url)
    names = ("authorization", "token", "userinfo", "end_session", "introspection")
    return {
        "issuer": issuer,
        "issuer_host": urllib.parse.urlsplit(issuer).netloc,
        "discovery": f"{issuer}/.well-known/openid-configuration",
        "jwks_uri": metadata["jwks_uri"],
        **{f"{name}_endpoint": metadata[f"{name}_endpoint"] for name in names},
        "url": url.rstrip("/"),
        "origin": f"{parts.scheme}://{parts.netloc}",
        "host": parts.hostname or "",
    }


def client_values(made, metadata):
    """The values of the placeholders that a new client has."""
    return {
        "client_id": made["client_id"],
        "client_secret": made.get("client_secret") or "",
        "redirect_uri": (metadata.get("redirect_uris") or [""])[0],
        "scope": " ".join(registered_scopes(metadata)),
        "cookie_secret": secrets.token_urlsafe(32),
    }


def fill(value, values):
    """Puts the values in place of the placeholders, in every string of a structure; there must be a value for each."""
    if isinstance(value, dict):
        return {name: fill(item, values) for name, item in value.items()}
    if isinstance(value, list):
        return [fill(item, values) for item in value]
    if not isinstance(value, str):
        return value
    return re.sub(r"%([a-z_]+)%", lambda found: values[found[1]], value)


def registered_scopes(metadata):
    """The scopes that the client gets: those of the preset that today's signet knows."""
    return [scope for scope in metadata.get("scope", "openid").split() if scope in KNOWN_SCOPES]


def options(metadata):
    """Options of today's `client create` that come nearest to the metadata."""
    given = [part for name, option in VALUED.items() if name in metadata for part in (option, metadata[name])]
    given += [part for name, option in REPEATED.items() for value in metadata.get(name, []) for part in (option, value)]
    given += ["--scope", " ".join(registered_scopes(metadata))]
    public = metadata.get("type") in ("spa", "native") or metadata.get("token_endpoint_auth_method") == "none"
    if not public and metadata.get("require_pkce") is not True:
        given.append("--no-require-pkce")  # will be: PKCE or nonce
    if not metadata.get("lean_id_token"):
        given.append("--scope-claims-in-id-token")  # will be the default
    return given
