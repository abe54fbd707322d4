"""The register of a site's machines in its state file, looked up by whatever a machine is known by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

import msgspec

from mintage.fleet.drivers.port import Identity, Target
from mintage.state.db import StateDb

CLAIMS_MAX = 10_000
FORMER_MAX = 50
"""Claims that are kept, and former marks of one kind of one machine: what names itself anew each time fills no disk."""
Mark = Literal["dna", "mac", "serial"]
MARKS: tuple[Mark, ...] = ("dna", "mac", "serial")
"""What identifies a machine, the strongest first."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS asset (
    asset TEXT PRIMARY KEY,
    body BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS former_mark (
    mark TEXT NOT NULL,
    value TEXT NOT NULL,
    asset TEXT NOT NULL REFERENCES asset (asset),
    PRIMARY KEY (mark, value)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS claim (
    asset TEXT NOT NULL,
    claimed TEXT NOT NULL,
    value TEXT NOT NULL,
    address TEXT NOT NULL,
    at_us INTEGER NOT NULL,
    PRIMARY KEY (asset, claimed, value, address)
) WITHOUT ROWID;
"""


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """A machine that was adopted.

    Attributes:
        asset: our id of it: "m-" and twelve hex digits.
        address: IP address at which it was recognised last.
        port: TCP port of its API; None for its driver's own.
        here: False where another machine answers at that address since.
        identity: who it said it is, without what it only claims.
        serial: serial number in the factory's facts, as linked or as it tells; "" where neither.
        contested: what it claims of other machines, in words; "" where nothing.
        adopted_us: instant of its adoption.
    """

    asset: str
    address: str
    port: int | None
    here: bool = True
    identity: Identity
    serial: str = ""
    contested: str = ""
    adopted_us: int

    @property
    def target(self) -> Target:
        """Where it answers."""
        return Target(self.address, self.port)

    def mark(self, mark: Mark) -> str:
        """What identifies it in one way; "" where unknown."""
        return self.serial if mark == "serial" else getattr(self.identity, mark)


class Claim(msgspec.Struct, frozen=True):
    """A machine claimed what identifies another one.

    Attributes:
        asset: the machine that had it first.
        claimed: what was claimed.
        value: its value.
        address: where the claimant answered.
        at_us: when that was seen first.
    """

    asset: str
    claimed: Mark
    value: str
    address: str
    at_us: int


class AssetStore:
    """The register; what this process knows already it does not read again.

    Args:
        db: the state file.
    """

    def __init__(self, db: StateDb) -> None:
        self._db = db
        db.define(_SCHEMA)
        self._version: int | None = None
        self._assets: dict[str, Asset] = {}
        self._by_mark: dict[tuple[Mark, str], str] = {}
        self._by_address: dict[str, str] = {}
        self._former: dict[tuple[str, str], str] = {}

    @contextmanager
    def changing(self) -> Iterator[None]:
        """All changes inside are kept together or not at all."""
        self.refresh()
        try:
            with self._db.transaction():
                yield
        except BaseException:
            self._version = None  # what was changed here did not come about
            raise

    def refresh(self) -> None:
        """Read the register anew where another process has written to the file."""
        version = int(self._db.rows("PRAGMA data_version")[0][0])
        if version == self._version:
            return
        self._assets, self._by_mark, self._by_address = {}, {}, {}
        for (body,) in self._db.rows("SELECT body FROM asset"):
            self._index(msgspec.msgpack.decode(body, type=Asset))
        self._former = {
            (mark, value): asset for mark, value, asset in self._db.rows("SELECT mark, value, asset FROM former_mark")
        }
        self._version = version

    @property
    def by_id(self) -> Mapping[str, Asset]:
        """Every machine by asset id."""
        return self._assets

    def all(self) -> list[Asset]:
        """Every machine, by asset id."""
        return [self._assets[asset] for asset in sorted(self._assets)]

    def get(self, asset: str) -> Asset | None:
        """One machine."""
        return self._assets.get(asset)

    def by_mark(self, mark: Mark, value: str) -> Asset | None:
        """The machine that is identified so; nobody is by an empty value."""
        return self._assets.get(self._by_mark.get((mark, value), "")) if value else None

    def by_address(self, address: str) -> Asset | None:
        """The machine that was recognised at an address last."""
        return self._assets.get(self._by_address.get(address, ""))

    def former(self, mark: Mark, value: str) -> Asset | None:
        """The machine that was identified so before its control board was changed."""
        return self._assets.get(self._former.get((mark, value), "")) if value else None

    def put(self, asset: Asset) -> None:
        """Set one machine. Another one that was at its address is no longer there."""
        displaced = self.by_address(asset.address)
        if asset.here and displaced and displaced.asset != asset.asset:
            self._write(msgspec.structs.replace(displaced, here=False))
        self._write(asset)

    def remember(self, mark: Mark, value: str, asset: str) -> None:
        """Keep what a machine was identified by before."""
        self._db.execute("INSERT OR REPLACE INTO former_mark VALUES (?, ?, ?)", (mark, value, asset))
        self._former[mark, value] = asset
        known = self._db.rows("SELECT value FROM former_mark WHERE mark = ? AND asset = ?", (mark, asset))
        if len(known) > FORMER_MAX:  # no machine had so many control boards: what it said before is worth nothing
            for (other,) in known:
                if other != value:
                    self._db.execute("DELETE FROM former_mark WHERE mark = ? AND value = ?", (mark, other))
                    self._former.pop((mark, other), None)

    def claim(self, claim: Claim) -> bool:
        """Keep a claim; whether it is a new one."""
        row = msgspec.structs.astuple(claim)
        new = self._db.execute("INSERT OR IGNORE INTO claim VALUES (?, ?, ?, ?, ?)", row) > 0
        if new:
            self._db.execute(
                "DELETE FROM claim WHERE at_us < (SELECT at_us FROM claim ORDER BY at_us DESC LIMIT 1 OFFSET ?)",
                (CLAIMS_MAX - 1,),
            )
        return new

    def claims(self) -> list[Claim]:
        """All claims, the latest first."""
        rows = self._db.rows("SELECT asset, claimed, value, address, at_us FROM claim ORDER BY at_us DESC, address")
        return [Claim(*row) for row in rows]

    def _write(self, asset: Asset) -> None:
        body = msgspec.msgpack.encode(asset)
        self._db.execute("INSERT OR REPLACE INTO asset VALUES (?, ?)", (asset.asset, body))
        old = self._assets.get(asset.asset)
        if old is not None:
            for mark in MARKS:
                if self._by_mark.get((mark, old.mark(mark))) == asset.asset:
                    del self._by_mark[mark, old.mark(mark)]
            if self._by_address.get(old.address) == asset.asset:
                del self._by_address[old.address]
        self._index(asset)

    def _index(self, asset: Asset) -> None:
        self._assets[asset.asset] = asset
        for mark in MARKS:
            if asset.mark(mark):
                self._by_mark[mark, asset.mark(mark)] = asset.asset
        if asset.here:
            self._by_address[asset.address] = asset.asset
