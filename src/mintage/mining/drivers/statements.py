"""Pools that are read from CSV statements in a folder, such as those that their web pages offer.

A file with a column `net_btc` holds days, one with a column `txid` payouts. A day in a file that sorts later corrects
the same day in an earlier one.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

from mintage.mining.drivers.port import OPTIONAL, PoolDay, PoolHashrate, PoolPayout
from mintage.mining.drivers.values import KINDS, Unreadable
from mintage.units.errors import InputError, LimitError

FILE_BYTES_MAX = 16 * 2**20
_DAYS = {
    "date": ("day", "day"),
    "net_btc": ("net_sats", "btc"),
    "gross_btc": ("gross_sats", "btc"),
    "fee_btc": ("fee_sats", "btc"),
    "accepted_difficulty": ("accepted_diff", "count"),
    "rejected_difficulty": ("rejected_diff", "count"),
    "hashrate_ths": ("hashrate_ths", "number"),
    "network_difficulty": ("network_difficulty", "number"),
    "subsidy_btc": ("subsidy_sats", "btc"),
    "mean_block_fees_btc": ("mean_fees_sats", "btc-exact"),
}
"""Column to field and kind of value; the first two are needed."""
_PAYOUTS = {
    "txid": ("txid", "txid"),
    "amount_btc": ("sats", "btc"),
    "at": ("at_us", "instant"),
    "address": ("address", "text"),
}
_NEEDED = {"net_btc": ("date", "net_btc"), "txid": ("txid", "amount_btc", "at")}
"""The column that tells what a file holds, and the columns that it must have."""
Row = tuple[dict[str, Any], str, str]
"""Fields, the file's name and its digest."""


class CsvAdapter:
    """Statements in a folder.

    Args:
        folder: where the files are.
        name: name of the adapter.
    """

    def __init__(self, folder: Path, name: str = "csv") -> None:
        self.name, self._folder = name, folder

    async def days(self, account: str, first: date, last: date) -> list[PoolDay]:
        """See `PoolAdapter.days`."""
        found: dict[date, PoolDay] = {}
        for fields, source, digest in self._rows("net_btc", _DAYS):
            before = found.get(fields["day"])
            if before and before.source == source:
                raise InputError(f"{fields['day']} is stated twice.", file=source, remedy="Leave one row.")
            silent = {name: "the statement does not say." for name in OPTIONAL if name not in fields}
            found[fields["day"]] = PoolDay(
                pool=self.name,
                account=account,
                silent=silent,
                source=source,
                sha256=digest,
                revision=before.revision + 1 if before else 1,
                **fields,
            )
        return [found[day] for day in sorted(found) if first <= day <= last]

    async def payouts(self, account: str, first: date, last: date) -> list[PoolPayout]:
        """See `PoolAdapter.payouts`."""
        found: dict[str, PoolPayout] = {}
        for fields, source, _ in self._rows("txid", _PAYOUTS):
            item = PoolPayout(pool=self.name, account=account, **fields)
            if found.setdefault(item.txid, item).sats != item.sats:
                raise InputError(
                    f"the payout {item.txid} is stated twice with two amounts.",
                    file=source,
                    field="amount_btc",
                    remedy="Leave the right one.",
                )
        within = (item for item in found.values() if first <= _day(item.at_us) <= last)
        return sorted(within, key=lambda item: item.at_us)

    async def hashrate(self, account: str) -> PoolHashrate | None:
        """Statements do not tell the hash rate of now."""
        del account
        return None

    def _rows(self, mark: str, columns: dict[str, tuple[str, str]]) -> Iterator[Row]:
        if not self._folder.is_dir():
            raise InputError("no folder of statements is there.", file=str(self._folder), remedy="Name a folder.")
        for path in sorted(self._folder.glob("*.csv")):
            raw = _read(path)
            digest = sha256(raw).hexdigest()
            try:
                reader = csv.DictReader(StringIO(raw.decode("utf-8-sig")), strict=True)
                header = reader.fieldnames or ()
                if mark not in header:
                    continue
                if missing := set(_NEEDED[mark]).difference(header):
                    raise InputError(f"the column {min(missing)} is missing.", file=str(path), line=1)
                for row in reader:
                    yield _fields(row, columns, _NEEDED[mark], str(path), reader.line_num), str(path), digest
            except (UnicodeDecodeError, csv.Error) as error:
                raise InputError(f"this is no CSV in UTF-8: {error}.", file=str(path)) from error


def _read(path: Path) -> bytes:
    raw = path.read_bytes()
    if len(raw) > FILE_BYTES_MAX:
        raise LimitError(f"the statement is larger than {FILE_BYTES_MAX:,} bytes.", file=str(path))
    return raw


def _fields(
    row: dict[str, str], columns: dict[str, tuple[str, str]], needed: tuple[str, ...], file: str, line: int
) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for column, (name, kind) in columns.items():
        text = row.get(column) or ""
        if not text and column not in needed:
            continue
        try:
            fields[name] = KINDS[kind](text)
        except Unreadable as error:
            raise InputError(f"'{text}' should be {error}.", file=file, line=line, field=column) from error
    return fields


def _day(at_us: int) -> date:
    return datetime.fromtimestamp(at_us // 1_000_000, UTC).date()
