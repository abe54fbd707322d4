"""What every store of the journal must do; each test runs on all of them."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from mintage.books.facts import Leg, ManualEntry
from mintage.books.trace_lot import trace_lot
from mintage.books.view import View
from mintage.fleet.facts_site import DayWorked, HeatSold
from mintage.house import rulebook
from mintage.journal.chart import default_chart
from mintage.journal.checks import run_checks
from mintage.journal.core import LotPolicySet, PeriodLocked, PeriodReopened, Reversal
from mintage.journal.fact import Fact, FactData, decode_fact, encode_fact
from mintage.journal.ledger import BALANCE_MAX
from mintage.journal.store import GENESIS, Journal
from mintage.silicon.facts import ChipBin, ChipsSorted, WafersReceived
from mintage.units.amount import UNITS_MAX
from mintage.units.errors import (
    DuplicateKey,
    InputError,
    LedgerError,
    LimitError,
    PeriodClosed,
    Shortfall,
    Unbalanced,
    UnknownAccount,
)
from tests.journal.conftest import bought, made, moved, sold

D1, D2, D3 = date(2025, 4, 1), date(2025, 5, 1), date(2025, 7, 1)


def passes(journal: Journal) -> bool:
    """Whether every check of the journal passes."""
    return all(result.passed for result in run_checks(journal, default_chart(), rulebook()))


def test_a_fact_is_stored_once_and_read_back_as_it_was(journal: Journal) -> None:
    """The same fact handed in twice is one fact; what comes back equals what went in."""
    item = bought("b1", D1, 50_000_000, 4_000_000)
    first, second = journal.append([item]), journal.append([item])
    stored = journal.fact("b1")
    assert stored is not None
    assert (first[0].new, second[0].new, stored.fact, journal.head()[0]) == (True, False, item, 1)


def test_a_key_is_refused_for_other_content(journal: Journal) -> None:
    """An idempotency key never hides a different fact."""
    journal.append([bought("b1", D1, 50_000_000, 4_000_000)])
    with pytest.raises(DuplicateKey, match="b1"):
        journal.append([bought("b1", D1, 50_000_000, 4_000_001)])


def test_a_batch_is_all_or_nothing(journal: Journal) -> None:
    """When one fact of a batch is refused, nothing of the batch remains, in rows, balances or lots."""
    journal.append([bought("b1", D1, 100, 1000)])
    before = journal.head(), journal.balances(), journal.lot_states("BTC")
    with pytest.raises(Shortfall) as caught:
        journal.append([bought("b2", D1, 50, 500), sold("s1", D2, 151, 9)])
    assert caught.value.fact == "s1"
    assert (journal.head(), journal.balances(), journal.lot_states("BTC")) == before
    journal.append([sold("s2", D2, 100, 9)])
    assert passes(journal)


def test_the_chain_depends_on_every_fact(journal: Journal) -> None:
    """The head hash starts at zero and changes with each fact."""
    heads = {journal.head()[1]}
    assert heads == {GENESIS}
    for number in range(3):
        journal.append([bought(f"b{number}", D1, 1, 1)])
        heads.add(journal.head()[1])
    assert len(heads) == 4


def test_balances_can_be_asked_for_any_past_date(journal: Journal) -> None:
    """A balance as of a date is the sum of postings dated up to it, whatever order they were written in."""
    journal.append([bought("b2", D2, 7, 70), bought("b1", D1, 5, 50)])
    slot = ("assets:bitcoin:free:cold", "BTC")
    at = [journal.balances(end=day).get(slot, 0) for day in (date(2025, 3, 31), D1, D2)]
    assert at == [0, 5, 12]
    assert journal.balances(start=D2)[slot] == 7


def test_postings_are_found_by_pattern(journal: Journal) -> None:
    """A pattern with * finds the accounts that it should and no others."""
    journal.append([bought("b1", D1, 5, 50), bought("b2", D2, 7, 70, wallet="hot")])
    rows = list(journal.postings("assets:bitcoin:free:*", "BTC", start=D2))
    assert [(row.key, row.account, row.amount) for row in rows] == [("b2", "assets:bitcoin:free:hot", 7)]


def test_lots_travel_with_a_transfer_and_keep_their_age(journal: Journal) -> None:
    """A lot moved to another wallet keeps its id, age and cost; its cost is split to the cent."""
    journal.append([bought("b1", D1, 3, 100), moved("m1", D2, 1, 40, "cold", "hot")])
    states = [
        (state.lot.id, state.account.rpartition(":")[2], state.units, state.cost) for state in journal.lot_states("BTC")
    ]
    assert states == [("b1", "cold", 2, 67), ("b1", "hot", 1, 33)]
    assert passes(journal)


@pytest.mark.parametrize(("method", "cost_taken"), [("fifo", 100), ("lifo", 200), ("hifo", 300), ("average", 200)])
def test_the_policy_in_force_chooses_the_lot(journal: Journal, method: str, cost_taken: int) -> None:
    """FIFO takes the oldest, LIFO the newest, HIFO the dearest, average the mean; by dated policy."""
    lots = [bought("old", D1, 10, 100), bought("dear", D1, 10, 300), bought("new", D1, 10, 200)]
    policy = LotPolicySet(commodity="BTC", method=method, reason="board")  # type: ignore[arg-type]  # parametrised
    journal.append([*lots, made("p", D2, policy), sold("s", D2, 10, 500)])
    moves = [row.move for row in journal.moves("BTC") if row.key == "s" and row.move.units]
    assert [move.cost for move in moves] == [-cost_taken]
    assert sum(state.cost for state in journal.lot_states("BTC")) == 600 - cost_taken
    assert passes(journal)


def test_named_lots_are_taken_in_order(journal: Journal) -> None:
    """Specific identification takes exactly the named lots."""
    journal.append([bought("a", D1, 10, 100), bought("b", D1, 10, 300), bought("c", D1, 10, 200)])
    journal.append([sold("s", D2, 15, 500, lots=("c", "b"))])
    assert [(s.lot.id, s.units) for s in journal.lot_states("BTC")] == [("a", 10), ("b", 5)]
    with pytest.raises(Shortfall, match="not held"):
        journal.append([sold("s2", D2, 1, 5, lots=("c",))])


def test_a_global_pool_serves_every_wallet_and_can_end(journal: Journal) -> None:
    """Under the global scope the oldest lot goes first wherever it lies; per-wallet lots return when it ends."""
    to_global = LotPolicySet(commodity="BTC", method="fifo", scope="global", reason="policy")
    to_wallet = LotPolicySet(commodity="BTC", method="fifo", scope="account", reason="rule change")
    journal.append(
        [
            bought("a", D1, 10, 100, wallet="hot"),
            bought("b", D1, 10, 300, wallet="cold"),
            made("p1", D1, to_global),
            sold("s", D2, 4, 99, wallet="cold"),
            moved("m", D2, 3, 99, "cold", "hot"),
        ]
    )
    assert [(s.lot.id, s.units, s.cost) for s in journal.lot_states("BTC")] == [("a", 6, 60), ("b", 10, 300)]
    with pytest.raises(Shortfall):
        journal.append([sold("s2", D2, 4, 99, wallet="cold")])
    journal.append([made("p2", D2, to_wallet)])
    places = {(s.account.rpartition(":")[2], s.lot.id): s.units for s in journal.lot_states("BTC")}
    assert places == {("cold", "a"): 3, ("hot", "a"): 3, ("hot", "b"): 10}
    assert passes(journal)


def test_a_global_pool_lets_no_wallet_give_what_it_does_not_hold(journal: Journal) -> None:
    """Under the global scope neither a move nor a reversal leaves one wallet with less than nothing."""
    scope = LotPolicySet(commodity="BTC", method="fifo", scope="global", reason="policy")
    journal.append([made("p", D1, scope), bought("a", D1, 10, 100, wallet="hot"), bought("b", D1, 10, 300)])
    with pytest.raises(Shortfall, match="which holds"):
        journal.append([moved("m", D2, 11, 99, "cold", "hot")])
    journal.append([moved("m", D2, 10, 99, "cold", "hot")])
    with pytest.raises(Shortfall, match="have left assets:bitcoin:free:cold since"):
        journal.append([made("r", D2, Reversal(of="b", reason="error"))])
    assert passes(journal)


def test_a_move_within_a_pool_is_not_undone_where_the_pool_has_ended(journal: Journal) -> None:
    """Lots that stayed in a global pool cannot be moved back between wallets that have pools of their own since."""
    to_global = LotPolicySet(commodity="BTC", method="fifo", scope="global", reason="policy")
    to_wallet = LotPolicySet(commodity="BTC", method="fifo", scope="account", reason="rule change")
    journal.append([made("p1", D1, to_global), bought("a", D1, 10, 100), moved("m", D1, 4, 40, "cold", "hot")])
    journal.append([made("p2", D2, to_wallet)])
    with pytest.raises(Shortfall, match="pooled otherwise since"):
        journal.append([made("r", D2, Reversal(of="m", reason="error"))])
    journal.append(
        [made("p3", D2, to_global), made("r", D2, Reversal(of="m", reason="error")), made("p4", D2, to_wallet)]
    )
    assert {(state.account, state.units) for state in journal.lot_states("BTC")} == {("assets:bitcoin:free:cold", 10)}
    assert passes(journal)


def test_a_key_may_hold_slashes(journal: Journal) -> None:
    """Invoice numbers are keys: their lots are found again, and never mistaken for one of several lots of another."""
    journal.append([bought("INV", D1, 10, 100), bought("INV/2025/1", D1, 10, 300)])
    assert trace_lot(View(journal), "INV/2025/1").label == "INV/2025/1"
    journal.append([made("r", D2, Reversal(of="INV/2025/1", reason="error"))])
    assert [(state.lot.id, state.units) for state in journal.lot_states("BTC")] == [("INV", 10)]
    bins = tuple(ChipBin(chip=f"c-{number}", chips=1, weight=1) for number in range(2))
    sorted_ = ChipsSorted(wafer="w", wafer_site="f", wafers=1, site="f", packaging_cost=0, creditor="x", bins=bins)
    received = WafersReceived(foundry="f", wafer="w", site="f", wafers=1, cost=0, payable=100)
    with pytest.raises(DuplicateKey, match="SORT/1"):
        journal.append([bought("SORT/1", D1, 1, 1), made("w", D1, received), made("SORT", D2, sorted_)])


def test_a_closed_period_refuses_facts_until_it_is_reopened(journal: Journal) -> None:
    """Only an explicit, recorded reopening lets facts into a closed period."""
    journal.append([made("lock", date(2025, 7, 2), PeriodLocked(period="2025Q2"))])
    with pytest.raises(PeriodClosed, match="2025Q2"):
        journal.append([bought("late", D2, 1, 1)])
    journal.append([bought("next", D3, 1, 1)])
    assert journal.closed_periods() == ["2025Q2"]
    reopen = PeriodReopened(period="2025Q2", reason="invoice found", approved_by="controller")
    journal.append([made("open", D3, reopen), bought("late", D2, 1, 1)])
    assert journal.closed_periods() == []
    assert passes(journal)
    with pytest.raises(LedgerError, match="not closed"):
        journal.append([made("open2", D3, reopen)])


def test_a_reversal_undoes_postings_and_lots(journal: Journal) -> None:
    """After a reversal balances and lots are as before the fact; it happens once and only while it can."""
    journal.append([bought("a", D1, 10, 100), bought("b", D1, 10, 300)])
    before = journal.balances(), journal.lot_states("BTC")
    undo = made("r", D2, Reversal(of="s", reason="typing error"))
    journal.append([sold("s", D2, 15, 500), undo])
    assert (journal.balances(), journal.lot_states("BTC")) == before
    with pytest.raises(LedgerError, match="reversed already"):
        journal.append([made("r2", D2, Reversal(of="s", reason="again"))])
    with pytest.raises(LedgerError, match="no fact 'x'"):
        journal.append([made("r3", D2, Reversal(of="x", reason="unknown"))])
    journal.append([sold("s4", D2, 1, 500)])
    with pytest.raises(Shortfall, match="left since"):
        journal.append([made("r5", D2, Reversal(of="a", reason="too late"))])
    assert passes(journal)


def test_a_manual_entry_must_balance_on_known_accounts(journal: Journal) -> None:
    """An entry that does not sum to zero, names an unknown account, or moves lots by hand is refused."""

    def entry(key: str, *legs: tuple[str, str]) -> None:
        data = ManualEntry(legs=tuple(Leg(account=a, amount=m) for a, m in legs), purpose="test")
        journal.append([made(key, D1, data)])

    with pytest.raises(Unbalanced, match="USD"):
        entry("e1", ("assets:cash:dbs", "10.00 USD"), ("income:fx", "-9.99 USD"))
    with pytest.raises(UnknownAccount, match="chart"):
        entry("e2", ("assets:csh:dbs", "10.00 USD"), ("income:fx", "-10.00 USD"))
    with pytest.raises(LedgerError, match="lots"):
        entry("e3", ("assets:bitcoin:free:cold", "1 BTC"), ("world:market", "-1 BTC"))
    entry("e4", ("assets:cash:dbs", "10.00 USD"), ("income:fx", "-10.00 USD"))
    assert journal.balances()["income:fx", "USD"] == -1000


def test_lots_of_a_past_day_are_valued_by_the_policy_of_that_day(journal: Journal) -> None:
    """A later change of method does not rewrite what the lots of an earlier day cost."""
    journal.append([bought("a", D1, 10, 100), bought("b", D1, 10, 300)])
    before = [(s.lot.id, s.cost) for s in journal.lot_states("BTC", end=D1)]
    journal.append([made("p", D2, LotPolicySet(commodity="BTC", method="average", reason="board"))])
    assert [(s.lot.id, s.cost) for s in journal.lot_states("BTC", end=D1)] == before == [("a", 100), ("b", 300)]
    assert [s.cost for s in journal.lot_states("BTC", end=D2)] == [200, 200]


def _heat(key: str, cents: int) -> Fact:
    return made(key, D1, HeatSold(site="alder", customer="acme", energy=1, value=cents))


def test_an_amount_too_large_to_store_is_refused_and_the_journal_goes_on(journal: Journal) -> None:
    """A program's fact beyond the limit harms nothing: it is refused by its field, and later facts are taken."""
    for number, cents in enumerate((UNITS_MAX + 1, 2**62, 2**64)):
        with pytest.raises(LimitError, match="field 'value'"):
            journal.append([_heat(f"huge-{number}", cents)])
    journal.append([_heat("largest", UNITS_MAX)])
    assert journal.append([_heat("small", 1)])[0].new
    assert passes(journal)


def test_a_number_that_moves_nothing_must_be_storable_too(journal: Journal) -> None:
    """A fact without postings is read back as well: what could not be is never stored."""
    data: FactData = DayWorked(
        site="alder",
        region="canada",
        accepted_diff=1,
        rejected_diff=0,
        expected_diff=1,
        hashrate=2**60,
        machine_energy=1,
        machines=1,
        covered_s=1,
    )
    with pytest.raises(LimitError, match="field 'hashrate'"):
        journal.append([made("worked", D1, data)])
    with pytest.raises(LimitError, match="field 'at'"):
        journal.append([msgspec.structs.replace(_heat("far", 1), at=2**63 - 1)])
    assert journal.head()[0] == 0


def test_balances_grow_to_their_limit_and_no_further(journal: Journal) -> None:
    """Largest amounts add up until a balance reaches its limit; the next is refused, and reading stays exact."""
    most = BALANCE_MAX // UNITS_MAX
    journal.append([_heat(f"heat-{number}", UNITS_MAX) for number in range(most)])
    with pytest.raises(LimitError, match="too large to store"):
        journal.append([_heat("one-more", UNITS_MAX)])
    assert max(journal.balances().values()) == most * UNITS_MAX
    assert journal.append([bought("b1", D1, 1, 1)])[0].new


def test_a_stored_fact_beyond_the_limit_or_too_deep_is_an_error_of_input() -> None:
    """Bytes from elsewhere are refused by their reader, however large or deep."""
    body = encode_fact(_heat("h", UNITS_MAX))
    for bad in (body.replace(str(UNITS_MAX).encode(), b"%d" % 2**62), body.replace(b'{"site', b"[" * 200_000)):
        with pytest.raises(InputError, match="not a stored fact"):
            decode_fact(bad)


def test_the_journal_as_it_stood_earlier_shows_nothing_newer(journal: Journal) -> None:
    """After later facts, every question to the journal as of a fact has the answer that it had right after it."""
    journal.append([bought("b1", D1, 100, 1000), bought("b2", D2, 50, 600)])
    before = everything(journal)
    early = journal.as_of(2)
    journal.append([lifo(), sold("s1", D2, 120, 2000), bought("b3", date(2025, 1, 1), 5, 5)])
    journal.append([made("r1", D3, Reversal(of="b3", reason="never happened"))])
    journal.append([made("lock", D3, PeriodLocked(period="2025-04"))])
    assert everything(early) == before
    assert everything(journal) != before
    assert everything(journal.as_of(journal.head()[0])) == everything(journal)
    assert early.as_of(1).days() == (D1, D1)


def lifo() -> Fact:
    """The policy for bitcoin becomes LIFO."""
    return made("policy", D2, LotPolicySet(commodity="BTC", method="lifo", reason="test"))


def everything(journal: Journal) -> list[object]:
    """The answer to each question that a journal takes."""
    asked: list[object] = [
        journal.head(),
        list(journal.facts()),
        list(journal.facts("treasury.bitcoin-bought")),
        list(journal.raw()),
    ]
    asked += [journal.balances(), journal.balances(D2, D3), list(journal.postings()), list(journal.moves("BTC"))]
    asked += [journal.lot_states("BTC"), journal.closed_periods(), journal.lot_policies(), journal.days()]
    for key in ("b1", "s1", "b3", "none"):
        asked += [journal.fact(key), journal.entry(key), journal.kind_of(key), journal.reversed_by(key)]
        asked += [journal.lots_of(key), journal.moves_of(key)]
    return asked


def test_what_is_newer_than_a_number_is_answered_alone(journal: Journal) -> None:
    """Facts, postings and lot moves above a number are the last of all of them, whatever else is asked."""
    journal.append([bought("b1", D1, 100, 1000), bought("b2", D2, 50, 600), sold("s1", D2, 120, 2000)])
    assert [item.fact.key for item in journal.facts(after=1)] == ["b2", "s1"]
    assert [item.fact.key for item in journal.facts("treasury.bitcoin-bought", after=1)] == ["b2"]
    assert [item.fact.key for item in journal.facts(end=D1, after=1)] == []
    rows, moves = list(journal.postings()), list(journal.moves("*"))
    assert list(journal.postings(after=2)) == [row for row in rows if row.seq > 2]
    assert list(journal.moves("*", after=2)) == [row for row in moves if row.seq > 2]
    assert list(journal.postings("assets:cash:*", "USD", D2, D2, after=1)) == [
        row for row in rows if row.seq > 1 and row.account.startswith("assets:cash:") and row.commodity == "USD"
    ]


def test_the_days_of_the_journal_are_those_of_its_postings(journal: Journal) -> None:
    """First and last accounting date of any posting; a fact that posts nothing has no day."""
    assert journal.days() is None
    journal.append([lifo()])
    assert journal.days() is None
    journal.append([bought("b1", D2, 100, 1000), bought("b2", D1, 50, 600)])
    assert journal.days() == (D1, D2)
