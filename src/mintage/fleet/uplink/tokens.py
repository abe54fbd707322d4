"""Tokens of sites: headquarters keeps their hashes only, in a TOML file."""

from __future__ import annotations

import hmac
import re
import secrets
from hashlib import sha256
from pathlib import Path

import msgspec

from mintage.fleet.sites import Slug
from mintage.fleet.uplink.envelope import Digest
from mintage.units.errors import InputError, StoreError


class SiteToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A site that may upload.

    Attributes:
        name: the site.
        token_sha256: SHA-256 of its token, hex.
    """

    name: Slug
    token_sha256: Digest


class SiteTokens(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All sites that may upload.

    Attributes:
        site: sites.
    """

    site: tuple[SiteToken, ...] = ()

    def site_of(self, token: str) -> str | None:
        """The site that a token belongs to; takes as long whether it belongs to one or not."""
        offered = digest_of(token)
        found = None
        for item in self.site:
            if hmac.compare_digest(item.token_sha256, offered):
                found = item.name
        return found


def digest_of(token: str) -> str:
    """What is kept of a token. It has 256 random bits, so that its plain hash cannot be guessed back."""
    return sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def load_tokens(path: Path) -> SiteTokens:
    """Read the file of sites.

    Raises:
        InputError: it is not there or reads wrongly, or a site is in it twice.
    """
    try:
        tokens = msgspec.toml.decode(path.read_bytes(), type=SiteTokens)
    except FileNotFoundError as error:
        remedy = "Make it with `mintage headquarters token SITE`."
        raise InputError("no file of sites is there.", file=str(path), remedy=remedy) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"this is no file of sites: {error}.", file=str(path)) from error
    names = [item.name for item in tokens.site]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise InputError(f"site '{twice}' is in it twice.", file=str(path), remedy="Keep one.")
    return tokens


def new_token(path: Path, site: str) -> str:
    """Give a site a token, in place of its former one; the token itself is kept nowhere.

    Raises:
        InputError: the site's name or the file reads wrongly.
        StoreError: the file cannot be written.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", site):
        raise InputError(f"'{site}' is no name of a site.", field="site", remedy="Use small letters, digits, . and -.")
    known = load_tokens(path).site if path.exists() else ()
    token = secrets.token_urlsafe(32)
    kept = [item for item in known if item.name != site] + [SiteToken(site, digest_of(token))]
    # A name of a site and a hash hold no character that TOML would have to quote.
    text = "\n".join(f'[[site]]\nname = "{item.name}"\ntoken_sha256 = "{item.token_sha256}"\n' for item in kept)
    temporary = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, encoding="ascii")
        temporary.chmod(0o600)
        temporary.replace(path)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror}.") from error
    return token
