"""beancount and hledger take the whole journal, it balances, and each account holds what ours says."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from beancount.core.data import Open, Transaction

from mintage.exchange.beancount import beancount_account, beancount_commodity, beancount_lines
from mintage.exchange.export import export
from mintage.exchange.hledger import hledger_account, hledger_commodity
from mintage.exchange.posted import natural
from mintage.exchange.spelt import spelt
from mintage.journal.chart import default_chart
from mintage.journal.sqlite import SqliteJournal
from mintage.journal.store import Journal
from mintage.units import commodity

HLEDGER = shutil.which("hledger")
needs_hledger = pytest.mark.skipif(HLEDGER is None, reason="hledger is a program of the system; it is not here")
Held = dict[tuple[str, str], Decimal]


def ours(journal: Journal, end: date | None = None) -> Iterator[tuple[str, str, Decimal]]:
    """What the journal itself says of each account, in printed units."""
    for (account, id_), amount in journal.balances(end=end).items():
        yield account, id_, Decimal(amount).scaleb(-commodity(id_).scale)


def loaded(path: Path) -> list[Any]:
    """The entries of a beancount file, which must have no error."""
    entries, errors, _ = loader.load_file(str(path))
    assert errors == []
    return list(entries)


def held_in_beancount(entries: list[Any]) -> Held:
    """What beancount adds up."""
    held: Held = {}
    for entry in entries:
        if isinstance(entry, Transaction):
            for posting in entry.postings:
                assert posting.units is not None
                assert posting.units.number is not None
                slot = (posting.account, posting.units.currency)
                held[slot] = held.get(slot, Decimal(0)) + posting.units.number
    return {slot: amount for slot, amount in held.items() if amount}


def hledger(path: Path, *words: str) -> str:
    """What hledger says of a file; it must have nothing against it."""
    assert HLEDGER is not None
    done = subprocess.run([HLEDGER, "-f", str(path), *words], capture_output=True, text=True, check=False)  # noqa: S603  our own file
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def held_in_hledger(path: Path) -> Held:
    """What hledger adds up."""
    held: Held = {}
    rows = csv.DictReader(io.StringIO(hledger(path, "balance", "--flat", "--no-total", "--layout=bare", "-O", "csv")))
    for row in rows:
        amount = Decimal(row["balance"])
        if amount:
            held[row["account"], row["commodity"]] = amount
    return held


def by_beancount(journal: Journal, end: date | None = None) -> Held:
    return {(beancount_account(a), beancount_commodity(c)): amount for a, c, amount in ours(journal, end)}


def by_hledger(journal: Journal, end: date | None = None) -> Held:
    return {(hledger_account(a), hledger_commodity(c).strip('"')): amount for a, c, amount in ours(journal, end)}


def test_beancount_takes_the_example_and_holds_what_we_hold(example: SqliteJournal, tmp_path: Path) -> None:
    """No error, every assertion holds, every account equals ours to the last unit, and every fact is there."""
    export(example, "journal", "beancount", tmp_path / "out.beancount")
    entries = loaded(tmp_path / "out.beancount")
    assert held_in_beancount(entries) == by_beancount(example)
    facts = [entry.meta for entry in entries if isinstance(entry, Transaction)]
    stored = list(example.facts())
    assert sorted((int(meta["seq"]), meta["key"], meta["hash"]) for meta in facts) == [
        (item.seq, item.fact.key, item.hash.hex()) for item in stored
    ]


@needs_hledger
def test_hledger_takes_the_example_and_holds_what_we_hold(example: SqliteJournal, tmp_path: Path) -> None:
    """Strict checks pass, every assertion holds, and every account equals ours to the last unit."""
    path = tmp_path / "out.journal"
    export(example, "journal", "hledger", path)
    hledger(path, "check", "--strict")
    assert held_in_hledger(path) == by_hledger(example)
    assert len(hledger(path, "codes").split()) == example.head()[0]


@needs_hledger
def test_a_part_begins_with_what_stood_before_it(example: SqliteJournal, tmp_path: Path) -> None:
    """From a day to a day, opening balances and postings come to the balances at the end of the last day."""
    start, end = date(2025, 4, 1), date(2025, 5, 31)
    export(example, "journal", "beancount", tmp_path / "part.beancount", start=start, end=end)
    export(example, "journal", "hledger", tmp_path / "part.journal", start=start, end=end)
    hledger(tmp_path / "part.journal", "check", "--strict")
    assert held_in_beancount(loaded(tmp_path / "part.beancount")) == by_beancount(example, end)
    assert held_in_hledger(tmp_path / "part.journal") == by_hledger(example, end)


def test_beancount_would_see_a_forged_amount(example: SqliteJournal, tmp_path: Path) -> None:
    """The balances at the end are worth something: a cent moved between two accounts is found."""
    text = "".join(beancount_lines(example))
    line = next(line for line in text.splitlines() if line.startswith("  Assets:Cash:") and line.endswith(" USD"))
    amount = line.split()[1]
    forged = text.replace(line, f"{line}\n  Assets:Cash:Forged  0.01 USD\n{line.replace(amount, '-0.01')}", 1)
    begun = next(line for line in text.splitlines() if " open Assets:Cash:" in line)
    forged = forged.replace(begun, f"{begun}\n{begun.split()[0]} open Assets:Cash:Forged", 1)
    (tmp_path / "forged.beancount").write_text(forged, "utf-8")
    _, errors, _ = loader.load_file(str(tmp_path / "forged.beancount"))
    assert any("Balance failed" in error.message for error in errors)


def test_hostile_text_stays_text_in_beancount(hostile: SqliteJournal, tmp_path: Path) -> None:
    """Quotes, line ends, semicolons and control characters forge nothing, and come back as they were written."""
    export(hostile, "journal", "beancount", tmp_path / "out.beancount")
    entries = loaded(tmp_path / "out.beancount")
    assert held_in_beancount(entries) == by_beancount(hostile)
    told = {int(entry.meta["seq"]): entry for entry in entries if isinstance(entry, Transaction)}
    assert len(told) == hostile.head()[0]
    for stored in hostile.facts():
        entry, evidence = told[stored.seq], stored.fact.evidence
        assert (entry.payee, entry.narration) == (stored.fact.kind, stored.fact.key)
        assert entry.meta["actor"] == stored.fact.actor
        if evidence is not None:
            assert entry.meta["note"] == spelt(evidence.note or "", "\n\t")
    assert "\x1b" not in (tmp_path / "out.beancount").read_text("utf-8")


@needs_hledger
def test_hostile_text_stays_text_in_hledger(hostile: SqliteJournal, tmp_path: Path) -> None:
    """Nothing in a text ends a tag, begins a transaction or dates a posting."""
    path = tmp_path / "out.journal"
    export(hostile, "journal", "hledger", path)
    hledger(path, "check", "--strict")
    assert held_in_hledger(path) == by_hledger(hostile)
    assert len(hledger(path, "codes").split()) == hostile.head()[0]
    known = {"seq", "key", "kind", "at", "actor", "grade", "source", "sha256", "row", "txid", "note", "hash"}
    assert set(hledger(path, "tags").split()) - {"type", "unit"} <= known
    keys = {stored.fact.key for stored in hostile.facts()}
    assert {unescaped(line) for line in hledger(path, "tags", "key", "--values").splitlines()} == keys


def unescaped(text: str) -> str:
    """A tag's value as it was before we wrote it."""
    for code, character in (("%2C", ","), ("%3B", ";"), ("%20", " "), ("%0A", "\n"), ("%09", "\t"), ("%25", "%")):
        text = text.replace(code, character)
    return text


def test_names_stay_apart(hostile: SqliteJournal) -> None:
    """No two accounts and no two commodities share a name in beancount, and beancount 2's limit is kept."""
    slots = {(row.account, row.commodity) for row in hostile.postings()}
    accounts, commodities = {account for account, _ in slots}, {id_ for _, id_ in slots}
    assert len({beancount_account(account) for account in accounts}) == len(accounts)
    names = {beancount_commodity(id_) for id_ in commodities}
    assert len(names) == len(commodities) > 5
    assert max(map(len, names)) <= 24


def test_the_chart_has_no_account_below_an_account_and_none_where_others_are_put() -> None:
    """So a beancount assertion, which counts sub-accounts in, is about one account; and Equity:World is the world."""
    patterns = [tuple(entry.pattern.split(":")) for entry in default_chart().entries]

    def below(inner: tuple[str, ...], outer: tuple[str, ...]) -> bool:
        pairs = zip(inner, outer, strict=False)
        return len(inner) > len(outer) and all(a == b or "{" in a + b for a, b in pairs)

    assert [(a, b) for a in patterns for b in patterns if below(a, b)] == []
    assert not any(parts[:1] == ("equity",) and parts[1] in {"world", "memo"} for parts in patterns)


def test_an_empty_journal_is_an_empty_ledger(tmp_path: Path, empty: SqliteJournal) -> None:
    """Nothing was booked: beancount reads a file without entries."""
    export(empty, "journal", "beancount", tmp_path / "none.beancount")
    assert loaded(tmp_path / "none.beancount") == []


def test_accounts_open_on_their_first_day(small: SqliteJournal, tmp_path: Path) -> None:
    """Each account is open from the day of its first posting on, under its own name as metadata."""
    export(small, "journal", "beancount", tmp_path / "out.beancount")
    opened = {
        entry.meta["account"]: entry.date for entry in loaded(tmp_path / "out.beancount") if isinstance(entry, Open)
    }
    first: dict[str, date] = {}
    for row in small.postings():
        first[row.account] = min(row.date, first.get(row.account, row.date))
    assert opened == first


@pytest.mark.parametrize(
    ("units", "scale", "text"),
    [(0, 2, "0.00"), (-1, 2, "-0.01"), (123456, 2, "1234.56"), (-5, 0, "-5"), (1, 8, "0.00000001"), (-100, 2, "-1.00")],
)
def test_amounts_are_exact(units: int, scale: int, text: str) -> None:
    """Minor units are written with all their decimals."""
    assert natural(units, scale) == text
