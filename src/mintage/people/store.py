"""People and their roles in the console's file of tables."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Literal

import msgspec

from mintage.people.roles import EVERYWHERE, Grant
from mintage.people.secret import digest
from mintage.state.db import StateDb
from mintage.units.errors import InputError

SCHEMA = """
CREATE TABLE IF NOT EXISTS person (
    name TEXT PRIMARY KEY, shown TEXT NOT NULL, password TEXT NOT NULL DEFAULT '',
    password_us INTEGER NOT NULL DEFAULT 0, made_us INTEGER NOT NULL, made_by TEXT NOT NULL,
    seen_us INTEGER NOT NULL DEFAULT 0, disabled_us INTEGER NOT NULL DEFAULT 0, invite TEXT UNIQUE,
    invite_until_us INTEGER NOT NULL DEFAULT 0, factor TEXT NOT NULL DEFAULT '',
    factor_offered TEXT NOT NULL DEFAULT '', factor_step INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE IF NOT EXISTS person_grant (
    person TEXT NOT NULL REFERENCES person (name), role TEXT NOT NULL, site TEXT NOT NULL, made_us INTEGER NOT NULL,
    made_by TEXT NOT NULL, PRIMARY KEY (person, role, site)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS recovery_code (
    sha256 TEXT PRIMARY KEY, person TEXT NOT NULL REFERENCES person (name)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS setup_code (one INTEGER PRIMARY KEY CHECK (one = 1), sha256 TEXT NOT NULL) STRICT;
"""
PEOPLE_MAX = 10_000
SLUG = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")
"""How people and sites are named, as in facts."""
ADMINISTRATOR = "administrator"
State = Literal["active", "invited", "disabled"]
_PERSON = """
SELECT name, shown, made_us, made_by, seen_us, password_us, disabled_us, invite_until_us, factor != '',
    (SELECT count(*) FROM recovery_code WHERE person = name) FROM person
"""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who works with the console or the API.

    Attributes:
        name: the login, which is the actor of facts.
        shown: the name as shown.
        state: "active", "invited" (no password yet) or "disabled".
        grants: roles.
        second_factor: whether signing in takes one.
        recovery_codes: how many codes on paper remain.
        made_us: when he or she was added.
        made_by: by whom.
        seen_us: last sign-in; 0 for never.
        password_us: when the password was set; 0 for never.
        invited_until_us: when the invitation ends; 0 where there is none.
    """

    name: str
    shown: str
    state: State
    grants: tuple[Grant, ...]
    second_factor: bool
    recovery_codes: int
    made_us: int
    made_by: str
    seen_us: int
    password_us: int
    invited_until_us: int


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of somebody's credentials; never shown.

    Attributes:
        name: whose.
        shown: the name as shown.
        password: hash of the password, "" where there is none or nobody is there.
        disabled: whether he or she may not sign in.
        factor: what was drawn when the second factor was enrolled; "" where there is none.
        offered: what was drawn for the enrolment that waits for its first code.
        step: newest time step whose code was used.
    """

    name: str
    shown: str = ""
    password: str = ""
    disabled: bool = False
    factor: str = ""
    offered: str = ""
    step: int = 0

    def __repr__(self) -> str:
        return f"Kept(name={self.name!r}, ...)"


class PeopleStore:
    """Reads and writes people. Whoever calls has checked what may be done.

    Args:
        db: the file of tables.
    """

    def __init__(self, db: StateDb) -> None:
        self._db = db
        db.define(SCHEMA)
        if db.path is not None:
            _keep_from_others(db.path)

    def empty(self) -> bool:
        """Whether nobody was ever added."""
        return not self._db.rows("SELECT 1 FROM person LIMIT 1")

    def all(self) -> tuple[Person, ...]:
        """Everybody, by name."""
        grants: dict[str, list[Grant]] = {}
        for name, role, site in self._db.rows("SELECT person, role, site FROM person_grant ORDER BY role, site"):
            grants.setdefault(name, []).append(Grant(role, site))
        rows = self._db.rows(f"{_PERSON} ORDER BY name")
        return tuple(_person(row, tuple(grants.get(row[0], ()))) for row in rows)

    def find(self, name: str) -> Person | None:
        """One person; None where nobody has that name."""
        rows = self._db.rows(f"{_PERSON} WHERE name = ?", (name,)) if SLUG.fullmatch(name) else []
        return _person(rows[0], self.grants(name)) if rows else None

    def kept(self, name: str) -> Kept:
        """Somebody's credentials; empty ones where nobody has that name."""
        query = "SELECT shown, password, disabled_us > 0, factor, factor_offered, factor_step FROM person"
        rows = self._db.rows(f"{query} WHERE name = ?", (name,)) if SLUG.fullmatch(name) else []
        for shown, password, disabled, factor, offered, step in rows:
            return Kept(
                name=name,
                shown=shown,
                password=password,
                disabled=bool(disabled),
                factor=factor,
                offered=offered,
                step=step,
            )
        return Kept(name=name)

    def add(self, name: str, shown: str, *, now_us: int, by: str) -> None:
        """Add somebody who cannot sign in yet.

        Raises:
            InputError: the name is taken, or there are as many people as may be.
        """
        if self._db.rows("SELECT count(*) FROM person")[0][0] >= PEOPLE_MAX:
            raise InputError(f"there are {PEOPLE_MAX} people, and no more may be added.")
        insert = "INSERT INTO person (name, shown, made_us, made_by) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
        if not self._db.execute(insert, (name, shown, now_us, by)):
            raise InputError(f"the name {name} is taken.", field="name", remedy="Take another one.")

    def set(self, name: str, **values: str | int | None) -> None:
        """Write columns of one person; the names of columns come from the code alone."""
        columns = ", ".join(f"{column} = ?" for column in values)
        self._db.execute(f"UPDATE person SET {columns} WHERE name = ?", (*values.values(), name))  # noqa: S608

    def use_step(self, name: str, step: int) -> bool:
        """Use up a time step of the second factor; False where it, or a newer one, was used meanwhile."""
        update = "UPDATE person SET factor_step = ? WHERE name = ? AND factor_step < ?"
        return self._db.execute(update, (step, name, step)) == 1

    def use_recovery(self, name: str, code: str) -> bool:
        """Use up a code on paper; False where it is none, or was used."""
        gone = "DELETE FROM recovery_code WHERE sha256 = ? AND person = ?"
        return self._db.execute(gone, (digest(code), name)) == 1

    def set_recovery(self, name: str, codes: tuple[str, ...]) -> None:
        """Keep hashes of new codes on paper in place of the former ones."""
        with self._db.transaction():
            self._db.execute("DELETE FROM recovery_code WHERE person = ?", (name,))
            self._db.many("INSERT INTO recovery_code VALUES (?, ?)", [(digest(code), name) for code in codes])

    def invite(self, name: str, code: str, until_us: int) -> None:
        """Keep the hash of an invitation in place of a former one."""
        self.set(name, invite=digest(code), invite_until_us=until_us)

    def invited(self, code: str, now_us: int) -> str | None:
        """Whose invitation a code is, if it holds."""
        query = "SELECT name FROM person WHERE invite = ? AND invite_until_us > ? AND disabled_us = 0"
        rows = self._db.rows(query, (digest(code), now_us))
        return str(rows[0][0]) if rows else None

    def grants(self, name: str) -> tuple[Grant, ...]:
        """Somebody's roles."""
        query = "SELECT role, site FROM person_grant WHERE person = ? ORDER BY role, site"
        return tuple(Grant(role, site) for role, site in self._db.rows(query, (name,)))

    def grant(self, name: str, grant: Grant, *, now_us: int, by: str) -> bool:
        """Give a role; False where it was there."""
        insert = "INSERT INTO person_grant VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
        return self._db.execute(insert, (name, grant.role, grant.site, now_us, by)) == 1

    def revoke(self, name: str, grant: Grant) -> bool:
        """Take a role away; False where it was not there."""
        gone = "DELETE FROM person_grant WHERE person = ? AND role = ? AND site = ?"
        return self._db.execute(gone, (name, grant.role, grant.site)) == 1

    def administrators(self) -> frozenset[str]:
        """Those who can sign in and are administrators everywhere."""
        query = """
            SELECT name FROM person JOIN person_grant ON person = name
            WHERE role = ? AND site = ? AND disabled_us = 0 AND password != ''
        """
        return frozenset(row[0] for row in self._db.rows(query, (ADMINISTRATOR, EVERYWHERE)))

    def set_setup_code(self, code: str) -> None:
        """Keep the hash of the first run's code in place of a former one."""
        self._db.execute("INSERT OR REPLACE INTO setup_code VALUES (1, ?)", (digest(code),))

    def use_setup_code(self, code: str) -> bool:
        """Use up the first run's code; False where it is another one."""
        return self._db.execute("DELETE FROM setup_code WHERE sha256 = ?", (digest(code),)) == 1


def _person(row: tuple[object, ...], grants: tuple[Grant, ...]) -> Person:
    name, shown, made_us, made_by, seen_us, password_us, disabled_us, invited_us, factor, codes = row
    state: State = "disabled" if disabled_us else "active" if password_us else "invited"
    return msgspec.convert(
        {
            "name": name,
            "shown": shown,
            "state": state,
            "grants": [{"role": grant.role, "site": grant.site} for grant in grants],
            "second_factor": bool(factor),
            "recovery_codes": codes,
            "made_us": made_us,
            "made_by": made_by,
            "seen_us": seen_us,
            "password_us": password_us,
            "invited_until_us": invited_us,
        },
        type=Person,
    )


def _keep_from_others(path: Path) -> None:
    """Take the file away from those who are neither its owner nor of its group: it holds hashes of passwords."""
    for file in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        with suppress(OSError):  # not there yet, or another's, who keeps it as he or she likes
            file.chmod(file.stat().st_mode & ~0o007)
