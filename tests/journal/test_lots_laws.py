"""Laws of lots on random books, against a slow independent model that shares no code with the product."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.house import memory_journal
from mintage.journal.core import LotPolicySet
from mintage.journal.fact import Fact
from mintage.journal.lots import METHODS, Method
from mintage.journal.memory import MemoryJournal
from mintage.units.errors import Shortfall
from tests.journal.conftest import bought, made, moved, sold

START = date(2025, 1, 1)
WALLETS = ("cold", "hot")
Step = tuple[str, int, int, str]


class SlowBook:
    """One list of [age, units, cost, opening cost per unit] a wallet; every choice is a full search."""

    def __init__(self, method: Method) -> None:
        self.method = method
        self.wallets: dict[str, list[list[int]]] = {name: [] for name in WALLETS}
        self.opened: dict[int, tuple[int, int]] = {}

    def get(self, age: int, units: int, cost: int, wallet: str) -> None:
        self.opened[age] = (units, cost)
        self.wallets[wallet].append([age, units, cost])

    def rank(self, row: list[int]) -> tuple[int, ...]:
        units, cost = self.opened[row[0]]
        if self.method == "lifo":
            return (-row[0],)
        if self.method == "hifo":
            return (-(cost * 2**64 // units), row[0])
        return (row[0],)

    def give(self, want: int, wallet: str) -> list[tuple[int, int, int]] | None:
        rows = self.wallets[wallet]
        if want > sum(row[1] for row in rows):
            return None
        taken = []
        while want:
            row = min(rows, key=self.rank)
            units = min(want, row[1])
            if self.method == "average":
                total_units, total_cost = sum(r[1] for r in rows), sum(r[2] for r in rows)
                cost = half_up(total_cost * units, total_units)
            else:
                cost = half_up(row[2] * units, row[1])
            row[1], row[2] = row[1] - units, row[2] - cost
            if row[1] == 0:
                rows.remove(row)
                if row[2]:
                    min(rows, key=self.rank)[2] += row[2]
            taken.append((row[0], units, cost))
            want -= units
        return taken

    def move(self, want: int, source: str, target: str) -> bool:
        taken = self.give(want, source)
        for age, units, cost in taken or []:
            same = [row for row in self.wallets[target] if row[0] == age]
            if same:
                same[0][1], same[0][2] = same[0][1] + units, same[0][2] + cost
            else:
                self.wallets[target].append([age, units, cost])
        return taken is not None


def half_up(numerator: int, denominator: int) -> int:
    """Round a non-negative fraction half up, by comparing remainders."""
    whole, rest = divmod(numerator, denominator)
    return whole + (1 if 2 * rest >= denominator else 0)


def fact_of(number: int, step: Step) -> Fact:
    kind, units, cost, wallet = step
    day, key = START + timedelta(days=number), f"f{number}"
    if kind == "buy":
        return bought(key, day, units, cost, wallet)
    if kind == "sell":
        return sold(key, day, units, cost, wallet)
    return moved(key, day, units, cost, wallet, WALLETS[1 - WALLETS.index(wallet)])


def run(method: Method, steps: list[Step]) -> tuple[MemoryJournal, SlowBook]:
    """Play the steps on both books; both must refuse the same ones."""
    journal, slow = memory_journal(), SlowBook(method)
    journal.append([made("policy", START, LotPolicySet(commodity="BTC", method=method, reason="test"))])
    for number, step in enumerate(steps, 1):
        kind, units, cost, wallet = step
        if kind == "buy":
            slow.get(number, units, cost, wallet)
            possible = True
        elif kind == "sell":
            possible = slow.give(units, wallet) is not None
        else:
            possible = slow.move(units, wallet, WALLETS[1 - WALLETS.index(wallet)])
        if possible:
            journal.append([fact_of(number, step)])
        else:
            with pytest.raises(Shortfall):
                journal.append([fact_of(number, step)])
    return journal, slow


def pooled(journal: MemoryJournal) -> dict[str, tuple[int, int]]:
    """Units and cost by wallet."""
    sums = dict.fromkeys(WALLETS, (0, 0))
    for state in journal.lot_states("BTC"):
        wallet = state.account.rpartition(":")[2]
        units, cost = sums[wallet]
        sums[wallet] = (units + state.units, cost + state.cost)
    return sums


def by_lot(journal: MemoryJournal) -> dict[tuple[str, str], tuple[int, int]]:
    return {(s.account.rpartition(":")[2], s.lot.id): (s.units, s.cost) for s in journal.lot_states("BTC")}


def random_steps(draw: random.Random, count: int) -> list[Step]:
    kinds = draw.choices(("buy", "sell", "move"), weights=(5, 3, 2), k=count)
    return [(kind, draw.randint(1, 400), draw.randint(1, 90_000), draw.choice(WALLETS)) for kind in kinds]


def test_a_slow_model_agrees_to_the_cent_on_1000_random_books() -> None:
    """Every lot of every wallet has the same units and cents as in a model written without the product's code."""
    for seed in range(1000):
        draw = random.Random(seed)
        method = METHODS[seed % len(METHODS)]
        journal, slow = run(method, random_steps(draw, 25))
        expected = {w: (sum(r[1] for r in rows), sum(r[2] for r in rows)) for w, rows in slow.wallets.items()}
        assert pooled(journal) == expected, f"seed {seed}, {method}"
        if method != "average":
            lots = {(w, f"f{r[0]}"): (r[1], r[2]) for w, rows in slow.wallets.items() for r in rows}
            assert by_lot(journal) == lots, f"seed {seed}, {method}"


steps_of = st.lists(
    st.tuples(
        st.sampled_from(("buy", "sell", "move")),
        st.integers(1, 10**10),
        st.integers(1, 10**12),
        st.sampled_from(WALLETS),
    ),
    max_size=30,
)


@given(method=st.sampled_from(METHODS), steps=steps_of)
def test_units_and_cost_are_conserved(method: str, steps: list[Step]) -> None:
    """What was bought is held or was given up, in units and in cost, whatever the method; nothing goes below zero."""
    journal, _ = run(cast("Method", method), steps)
    moves = [row.move for row in journal.moves("BTC")]
    opened = [move for move in moves if move.kind == "bought"]
    gone = [move for move in moves if move.kind == "sold"]
    states = journal.lot_states("BTC")
    assert sum(s.units for s in states) == sum(m.units for m in opened) + sum(m.units for m in gone)
    assert sum(s.cost for s in states) == sum(m.cost for m in opened) + sum(m.cost for m in gone)
    assert all(s.units > 0 for s in states)
    held = {slot: amount for slot, amount in journal.balances().items() if slot[1] == "BTC"}
    assert sum(held.values()) == 0
    assert all(amount >= 0 for (account, _), amount in held.items() if account.startswith("assets:"))


@given(steps=steps_of, switches=st.lists(st.sampled_from([(m, s) for m in METHODS for s in ("account", "global")])))
def test_a_change_of_policy_changes_no_total(steps: list[Step], switches: list[tuple[Method, str]]) -> None:
    """Switching method and scope back and forth moves no unit and no cent into or out of the lots."""
    journal, _ = run("fifo", steps)
    before = sum(s.units for s in journal.lot_states("BTC")), sum(s.cost for s in journal.lot_states("BTC"))
    for number, (method, scope) in enumerate(switches):
        data = LotPolicySet(commodity="BTC", method=method, scope=scope, reason="test")  # type: ignore[arg-type]  # drawn
        journal.append([made(f"p{number}", START, data)])
        states = journal.lot_states("BTC")
        assert (sum(s.units for s in states), sum(s.cost for s in states)) == before
