"""The factory as pages and API tell it: foundries, and what is in stock with value and age."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import msgspec

from mintage.books.view import View, select
from mintage.desk.company import Company
from mintage.desk.figure import Figure, count, minor, ratio, trace_account, unknown, usd
from mintage.desk.nrv import NrvAnswer, nrv
from mintage.desk.periods import PeriodRow, period_row
from mintage.factory.facts import InventoryWrittenDown
from mintage.journal.standing import standing
from mintage.journal.store import LotState
from mintage.silicon.facts import CommitmentMade, WafersPrepaid, WafersReceived
from mintage.units import Period
from mintage.units.instant import utc_date

INVENTORY = "assets:inventory:"


class StockLine(msgspec.Struct, frozen=True, kw_only=True):
    """Goods of one kind at one place.

    Attributes:
        stage: wafers, chips, finished or materials.
        goods: what, such as "a15-194".
        place: plant or store.
        units: how many; unknown where only money is counted.
        cost: what they cost landed.
        unit_cost: of one.
        oldest: day on which the oldest of them came in; "" for materials.
        age_days: mean age weighted by units; None for materials.
    """

    stage: str
    goods: str
    place: str
    units: Figure
    cost: Figure
    unit_cost: Figure
    oldest: str
    age_days: int | None


class FoundryRow(msgspec.Struct, frozen=True, kw_only=True):
    """A foundry.

    Attributes:
        foundry: its name.
        prepaid: paid ahead of wafers.
        reserve: what of it was written down.
        committed: firm commitments not yet paid or received.
        onerous: losses accrued on commitments.
        paid: paid in the period.
        received: wafers received in the period.
        received_cost: what they cost.
    """

    foundry: str
    prepaid: Figure
    reserve: Figure
    committed: Figure
    onerous: Figure
    paid: Figure
    received: Figure
    received_cost: Figure


class FactoryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The factory in a period, with stocks at its end or today.

    Attributes:
        period: the period.
        on: the day of stocks.
        inventory: carrying amount of all goods, reserves included.
        reserves: write-downs carried, as a negative amount.
        written_down: written down in the period.
        stock: goods by stage and place.
        stages: units and cost by stage.
        foundries: prepaid, committed, received.
        nrv: finished machines against what they will bring.
    """

    period: PeriodRow
    on: str
    inventory: Figure
    reserves: Figure
    written_down: Figure
    stock: tuple[StockLine, ...]
    stages: dict[str, tuple[Figure, Figure]]
    foundries: tuple[FoundryRow, ...]
    nrv: NrvAnswer


def factory(company: Company, period: Period) -> FactoryAnswer:
    """The factory in a period."""
    view = company.view()
    on = min(period.end, max(company.today(), period.start))
    balances, end = view.stock(on), on.isoformat()
    lines = stock_lines(view, on)
    down = sum(data.amount for _, data in standing(view.journal, InventoryWrittenDown, period.start, period.end))
    return FactoryAnswer(
        period=period_row(company, period),
        on=end,
        inventory=usd(
            sum(select(balances, (f"{INVENTORY}*",), "USD").values()), trace_account(f"{INVENTORY}*", "USD", end=end)
        ),
        reserves=usd(
            sum(select(balances, (f"{INVENTORY}reserve:*",), "USD").values()),
            trace_account(f"{INVENTORY}reserve:*", "USD", end=end),
        ),
        written_down=usd(down, trace_account("expenses:cost:write-downs:*", "USD", period.start.isoformat(), end)),
        stock=lines,
        stages=_stages(lines),
        foundries=foundries(view, period, on),
        nrv=nrv(view, period, on),
    )


def stock_lines(view: View, on: date) -> tuple[StockLine, ...]:
    """Goods by stage, kind and place at the end of a day."""
    lots: dict[tuple[str, str, str], list[LotState]] = {}
    for state in view.journal.lot_states("*.*", on):
        if state.account.startswith(INVENTORY):
            stage, _, place = state.account.removeprefix(INVENTORY).partition(":")
            lots.setdefault((stage, state.lot.commodity, place), []).append(state)
    lines = [_lots_line(slot, states, on) for slot, states in sorted(lots.items())]
    for account, amount in sorted(select(view.stock(on), (f"{INVENTORY}materials:*",), "USD").items()):
        lines.append(
            StockLine(
                stage="materials",
                goods="materials",
                place=account.rpartition(":")[2],
                units=unknown("only their cost is counted"),
                cost=usd(amount, trace_account(account, "USD", end=on.isoformat())),
                unit_cost=unknown("only their cost is counted", "USD"),
                oldest="",
                age_days=None,
            )
        )
    return tuple(lines)


def _lots_line(slot: tuple[str, str, str], states: list[LotState], on: date) -> StockLine:
    stage, id_, place = slot
    units, cost = sum(state.units for state in states), sum(state.cost for state in states)
    days = [((on - utc_date(state.lot.acquired_at)).days, state.units) for state in states]
    account, end = f"{INVENTORY}{stage}:{place}", on.isoformat()
    return StockLine(
        stage=stage,
        goods=id_.partition(".")[2],
        place=place,
        units=minor(units, id_, trace_account(account, id_, end=end)),
        cost=usd(cost, trace_account(account, "USD", end=end)),
        unit_cost=ratio(Fraction(cost, 100 * units), "USD", 2) if units else unknown("nothing is there", "USD"),
        oldest=utc_date(min(state.lot.acquired_at for state in states)).isoformat(),
        age_days=sum(age * held for age, held in days) // units if units else None,
    )


def _stages(lines: tuple[StockLine, ...]) -> dict[str, tuple[Figure, Figure]]:
    found: dict[str, tuple[Figure, Figure]] = {}
    for stage in ("wafers", "chips", "materials", "finished"):
        mine = [line for line in lines if line.stage == stage]
        cost = usd(int(sum((line.cost.value or Decimal(0)) for line in mine) * 100))
        units = unknown("only their cost is counted")
        if stage != "materials":
            units = count(int(sum((line.units.value or Decimal(0)) for line in mine)))
        found[stage] = units, cost
    return found


def foundries(view: View, period: Period, on: date) -> tuple[FoundryRow, ...]:
    """What is prepaid to, committed to and received from each foundry."""
    balances, end = view.stock(on), on.isoformat()
    paid, wafers, cost, names = dict[str, int](), dict[str, int](), dict[str, int](), set[str]()
    for _, prepaid in standing(view.journal, WafersPrepaid, period.start, period.end):
        paid[prepaid.foundry] = paid.get(prepaid.foundry, 0) + prepaid.amount
    for _, came in standing(view.journal, WafersReceived, period.start, period.end):
        wafers[came.foundry] = wafers.get(came.foundry, 0) + came.wafers
        cost[came.foundry] = cost.get(came.foundry, 0) + came.cost + came.payable
    stems = ("assets:prepaid:wafers", "assets:prepaid:wafers-reserve", "memo:commitments", "liabilities:commitments")
    for account, _ in balances:
        stem, _, name = account.rpartition(":")
        if stem in stems:
            names.add(name)
    names |= {data.foundry for _, data in standing(view.journal, CommitmentMade, end=on)} | set(paid) | set(wafers)

    def stands(stem: str, name: str, sign: int = 1) -> Figure:
        amount = sign * balances.get((f"{stem}:{name}", "USD"), 0)
        return usd(amount, trace_account(f"{stem}:{name}", "USD", end=end))

    return tuple(
        FoundryRow(
            foundry=name,
            prepaid=stands(stems[0], name),
            reserve=stands(stems[1], name),
            committed=stands(stems[2], name),
            onerous=stands(stems[3], name, -1),
            paid=usd(paid.get(name, 0)),
            received=count(wafers.get(name, 0), "wafers"),
            received_cost=usd(cost.get(name, 0)),
        )
        for name in sorted(names)
    )
