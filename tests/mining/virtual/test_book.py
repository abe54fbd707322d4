"""The virtual pool's books: every unit of work is paid for once, to the satoshi."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.mining.production import fpps_credit, fpps_expected_sats
from mintage.mining.virtual.book import PaidOut, PoolBook, Terms, midnight_us
from mintage.mining.virtual.faults import PoolFault, load_pool_faults
from mintage.units.errors import InputError

DAY = date(2025, 7, 1)
START_US = midnight_us(DAY)
HOUR_US = 3600 * 1_000_000
TERMS = Terms(network_difficulty=Decimal(116958512019762), mean_fees_sats=Decimal(2_000_000), fee_pct=Decimal("0.5"))
WORK = 4_000_000_000_000
"""A day of about 200 PH/s."""
works = st.integers(0, 10**15)
fees = st.decimals(0, 100, places=3)


@given(works, fees)
def test_gross_less_fee_is_net_and_each_is_the_nearest_satoshi(accepted: int, fee_pct: Decimal) -> None:
    """Gross and net are the exact expectation to within half a satoshi, and the fee closes the gap between them."""
    credit = fpps_credit(accepted, TERMS.network_difficulty, Decimal(314_500_000), fee_pct)
    exact = Fraction(accepted) * 314_500_000 / Fraction(TERMS.network_difficulty)
    assert abs(credit.gross_sats - exact) <= Fraction(1, 2)
    assert abs(credit.net_sats - exact * (1 - Fraction(fee_pct) / 100)) <= Fraction(1, 2)
    assert credit.gross_sats == credit.net_sats + credit.fee_sats
    assert credit.fee_sats >= 0


@given(st.lists(works, min_size=1, max_size=30))
def test_credits_of_parts_sum_to_the_credit_of_the_whole(parts: list[int]) -> None:
    """Splitting a day's work changes its credit by at most half a satoshi a part, and one for the whole."""
    each = sum(fpps_credit(part, TERMS.network_difficulty, Decimal(312_500_000)).gross_sats for part in parts)
    whole = fpps_credit(sum(parts), TERMS.network_difficulty, Decimal(312_500_000)).gross_sats
    assert 2 * abs(each - whole) <= len(parts) + 1


def test_work_and_hash_rate_owe_the_same() -> None:
    """A day at a hash rate owes what the shares of that hash rate owe."""
    accepted = 10**12 * 200 * 86_400 // 2**32
    by_rate = fpps_expected_sats(
        Decimal(200), TERMS.network_difficulty, 312_500_000, Decimal(2_000_000), pool_fee_pct=Decimal("0.5")
    )
    reward = Decimal(314_500_000)
    assert abs(fpps_credit(accepted, TERMS.network_difficulty, reward, Decimal("0.5")).net_sats - by_rate) <= 1


@pytest.mark.parametrize(
    ("accepted", "difficulty", "fee"), [(-1, 1, 0), (1, 0, 0), (1, -5, 0), (1, 1, -1), (1, 1, 101)]
)
def test_impossible_terms_are_refused(accepted: int, difficulty: int, fee: int) -> None:
    """Negative work, no difficulty and a fee outside 0 to 100 per cent are refused, not computed with."""
    with pytest.raises(InputError):
        fpps_credit(accepted, Decimal(difficulty), Decimal(1), Decimal(fee))


@given(st.lists(st.tuples(st.sampled_from(["a.1", "a.2", "b.1"]), works, works, st.integers(0, 71)), max_size=40))
def test_every_share_is_stated_once_whatever_its_order(shares: list[tuple[str, int, int, int]]) -> None:
    """Work handed in in any order of time is in exactly one statement, and balances are the sum of what was stated."""
    book = PoolBook(TERMS, START_US)
    for worker, accepted, rejected, hour in shares:
        book.credit_work(worker, accepted, rejected, START_US + hour * HOUR_US)
    stated = book.state_days(START_US + 72 * HOUR_US)
    assert sum(row.accepted_diff for row in stated) == sum(share[1] for share in shares)
    assert sum(row.rejected_diff for row in stated) == sum(share[2] for share in shares)
    for name, account in book.accounts.items():
        assert account.owed_sats == sum(row.net_sats for row in stated if row.account == name)
    assert book.state_days(START_US + 72 * HOUR_US) == []


def test_work_of_a_stated_day_counts_in_the_next_one() -> None:
    """What arrives after its day was stated is neither lost nor slipped into a statement that is out."""
    book = PoolBook(TERMS, START_US)
    book.credit_work("a.1", WORK, 0, START_US)
    (first,) = book.state_days(START_US + 24 * HOUR_US)
    book.credit_work("a.1", WORK, 0, START_US + 23 * HOUR_US)
    (second,) = book.state_days(START_US + 48 * HOUR_US)
    assert (first.day, first.accepted_diff) == (DAY, WORK)
    assert (second.day, second.accepted_diff) == (DAY + timedelta(days=1), WORK)


def test_work_after_midnight_is_not_in_the_day_that_is_being_stated() -> None:
    """Work done between the end of a day and its statement belongs to the new day."""
    book = PoolBook(TERMS, START_US)
    book.credit_work("a.1", WORK, 0, START_US + 12 * HOUR_US)
    book.credit_work("a.1", 7, 0, START_US + 24 * HOUR_US)
    (first,) = book.state_days(START_US + 24 * HOUR_US + 300)
    assert first.accepted_diff == WORK


def test_hash_rate_is_that_of_the_work() -> None:
    """An hour of shares at 200 TH/s shows as 200 TH/s."""
    book = PoolBook(TERMS, START_US)
    for minute in range(60):
        book.credit_work("a.1", 200 * 10**12 * 60 // 2**32, 0, START_US + minute * 60 * 1_000_000)
    assert abs(book.hashrate_hs("a", START_US + HOUR_US) - 200 * 10**12) < 2 * 10**9


def test_a_payout_leaves_the_rest_of_the_balance() -> None:
    """Only balances above the threshold are due, and a payout takes exactly itself out."""
    book = PoolBook(TERMS, START_US)
    book.credit_work("a.1", WORK, 0, START_US)
    book.credit_work("b.1", 5, 0, START_US)
    book.state_days(START_US + 24 * HOUR_US)
    ((name, sats),) = book.due()
    assert (name, sats) == ("a", book.accounts["a"].statements[DAY].net_sats)
    book.pay(PaidOut(account="a", address="x", sats=sats - 5, txid="t", at_us=START_US))
    assert book.accounts["a"].owed_sats == 5


def test_a_late_correction_is_a_second_statement_and_moves_the_balance_by_the_difference() -> None:
    """A corrected day is stated anew with the next revision; the balance follows it once."""
    fault = PoolFault(kind="late-correction", day=DAY, change_pct=Decimal(-2), after_days=1)
    book = PoolBook(TERMS, START_US, [fault])
    book.credit_work("a.1", WORK, 0, START_US)
    (first,) = book.state_days(START_US + 24 * HOUR_US)
    idle, second = book.state_days(START_US + 48 * HOUR_US)
    assert (idle.day, idle.net_sats) == (DAY + timedelta(days=1), 0)
    assert (second.day, second.revision, second.accepted_diff) == (DAY, 2, WORK * 98 // 100)
    assert book.accounts["a"].owed_sats == second.net_sats < first.net_sats
    assert len(book.state_days(START_US + 96 * HOUR_US)) == 2


def test_a_wrong_fee_is_kept_for_its_day_only() -> None:
    """The fault changes the fee of its own day, not the work counted nor any other day."""
    book = PoolBook(TERMS, START_US, [PoolFault(kind="wrong-fee", day=DAY, fee_pct=Decimal(3))])
    book.credit_work("a.1", WORK, 0, START_US)
    book.credit_work("a.1", WORK, 0, START_US + 24 * HOUR_US)
    wrong, right = book.state_days(START_US + 48 * HOUR_US)
    assert wrong.gross_sats == right.gross_sats
    assert abs(wrong.fee_sats - 6 * right.fee_sats) <= 6


@pytest.mark.parametrize("worker", ["", ".rig"])
def test_work_of_nobody_is_refused(worker: str) -> None:
    """Work needs an account to be paid to."""
    with pytest.raises(InputError):
        PoolBook(TERMS, START_US).credit_work(worker, 1, 0, START_US)


def test_a_plan_of_faults_is_read_and_a_wrong_one_named(tmp_path: Path) -> None:
    """The pool takes its own tables of a shared plan; an unknown kind names the file."""
    plan = tmp_path / "plan.toml"
    plan.write_text('[[machine]]\nkind = "x"\n[[pool]]\nkind = "missing-day"\nday = 2025-07-03\n', "utf-8")
    assert load_pool_faults(plan) == (PoolFault(kind="missing-day", day=date(2025, 7, 3)),)
    plan.write_text('[[pool]]\nkind = "nonsense"\nday = 2025-07-03\n', "utf-8")
    with pytest.raises(InputError, match=r"plan\.toml"):
        load_pool_faults(plan)
    with pytest.raises(InputError, match="no such faults file"):
        load_pool_faults(tmp_path / "none.toml")
