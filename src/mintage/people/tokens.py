"""Tokens: what a program shows to the API in somebody's name. Each is narrower than its person, and ends."""

from __future__ import annotations

import secrets
from typing import Any

import msgspec

from mintage.people.roles import EVERYWHERE, Grant
from mintage.people.secret import Secret, digest, new_secret
from mintage.people.sessions import SEEN_US
from mintage.state.db import StateDb
from mintage.units.clock import Clock
from mintage.units.errors import InputError

SCHEMA = """
CREATE TABLE IF NOT EXISTS token (
    id TEXT PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, person TEXT NOT NULL REFERENCES person (name),
    label TEXT NOT NULL, rights TEXT NOT NULL, sites TEXT NOT NULL, made_us INTEGER NOT NULL, made_by TEXT NOT NULL,
    until_us INTEGER NOT NULL, used_us INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS token_person ON token (person);
"""
PREFIX = "mtg_"
"""What every token begins with, so that scanners of source text find one that was left there."""
DAYS_MAX = 366
TOKENS_MAX = 50
"""Tokens of one person."""
_ROW = "id, person, label, rights, sites, made_us, made_by, until_us, used_us"


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A token as it is shown; it does not contain the secret.

    Attributes:
        id: its id.
        person: in whose name it acts.
        label: what it is for.
        rights: the rights that it may use, as far as the person has them.
        sites: the sites that it may see and act on; none for all of the person's.
        made_us: when it was made.
        made_by: by whom.
        until_us: when it ends.
        used_us: last use, to the minute; 0 for never.
    """

    id: str
    person: str
    label: str
    rights: tuple[str, ...]
    sites: tuple[str, ...]
    made_us: int
    made_by: str
    until_us: int
    used_us: int = 0

    def narrowed(self, grants: tuple[Grant, ...]) -> tuple[Grant, ...]:
        """Somebody's roles, at the token's sites alone."""
        if not self.sites:
            return grants
        everywhere = (Grant(grant.role, site) for grant in grants if grant.site == EVERYWHERE for site in self.sites)
        return tuple(sorted({*everywhere, *(grant for grant in grants if grant.site in self.sites)}))


class Tokens:
    """The tokens of all people.

    Args:
        db: the file of tables, in which people are defined already.
        clock: what time it is.
    """

    def __init__(self, db: StateDb, clock: Clock) -> None:
        self._db, self._clock = db, clock
        db.define(SCHEMA)

    def make(self, token: Token) -> Secret:
        """Keep a token's hash; what the program is to show, which is told this once.

        Raises:
            InputError: the person has as many as may be.
        """
        secret = new_secret(PREFIX)
        with self._db.transaction():
            if len(self.of(token.person)) >= TOKENS_MAX:
                raise InputError(
                    f"{token.person} has {TOKENS_MAX} tokens, and no more may be made.", remedy="Revoke one first."
                )
            values = (*msgspec.structs.astuple(token), digest(secret.reveal()))
            row = [" ".join(value) if isinstance(value, tuple) else value for value in values]
            self._db.execute(f"INSERT INTO token ({_ROW}, sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)  # noqa: S608
        return secret

    def find(self, secret: str) -> Token | None:
        """The token that a program shows; None where there is none, or it is over."""
        if not secret.startswith(PREFIX):
            return None
        rows = self._db.rows(f"SELECT {_ROW} FROM token WHERE sha256 = ?", (digest(secret),))  # noqa: S608
        token, now_us = (_token(rows[0]) if rows else None), self._clock.now_us()
        if token is None or now_us >= token.until_us:
            return None
        if now_us - token.used_us >= SEEN_US:
            self._db.execute("UPDATE token SET used_us = ? WHERE id = ?", (now_us, token.id))
        return token

    def of(self, person: str) -> tuple[Token, ...]:
        """Somebody's tokens, the latest first, also those that are over."""
        query = f"SELECT {_ROW} FROM token WHERE person = ? ORDER BY made_us DESC, id"  # noqa: S608
        return tuple(map(_token, self._db.rows(query, (person,))))

    def revoke(self, person: str, id_: str) -> bool:
        """Revoke one of somebody's tokens; False where there is none of that id."""
        return self._db.execute("DELETE FROM token WHERE id = ? AND person = ?", (id_, person)) == 1

    def revoke_all(self, person: str) -> int:
        """Revoke all of somebody's tokens; how many."""
        return self._db.execute("DELETE FROM token WHERE person = ?", (person,))


def new_id() -> str:
    """The id of a new token."""
    return f"t-{secrets.token_hex(6)}"


def _token(row: tuple[Any, ...]) -> Token:
    id_, person, label, rights, sites, made_us, made_by, until_us, used_us = row
    return Token(
        id=id_,
        person=person,
        label=label,
        rights=tuple(rights.split()),
        sites=tuple(sites.split()),
        made_us=made_us,
        made_by=made_by,
        until_us=until_us,
        used_us=used_us,
    )
