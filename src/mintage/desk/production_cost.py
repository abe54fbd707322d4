"""What one bitcoin cost to mine, row by row, with comparatives; each site's cash cost; what joint sites shared."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from urllib.parse import urlencode

import msgspec

from mintage.books.figures import to_decimal
from mintage.books.kpis import exact, kpi
from mintage.books.view import View
from mintage.desk.company import Company
from mintage.desk.figure import Figure, btc, of_kpi, trace_account, trace_fact, trace_kpi, unknown, usd
from mintage.desk.production import earned_days, following, within_time
from mintage.mining.cost import ALL_IN_ROWS, CASH_ROWS, CostRow, cost_by_site, cost_per_bitcoin, mined_by_site
from mintage.mining.facts import JointContractSet, JointSettled
from mintage.people.caller import Caller
from mintage.people.roles import EVERYWHERE
from mintage.units import Period

_AMOUNTS = {
    "power": "mining.cost.power",
    "hosting": "mining.cost.hosting",
    "site": "mining.cost.site",
    "cash": "mining.cash_cost",
    "depreciation": "mining.cost.depreciation",
}
_PER_BTC = {
    "power": "mining.power_per_btc",
    "hosting": "mining.hosting_per_btc",
    "site": "mining.site_per_btc",
    "cash": "mining.cash_cost_per_btc",
    "depreciation": "mining.depreciation_per_btc",
    "overhead": "mining.overhead_per_btc",
    "all-in": "mining.all_in_cost_per_btc",
}
"""Row of the cost of a bitcoin to its KPIs."""
_ACCOUNTS = {
    "power": "expenses:cost:mining:power:",
    "hosting": "expenses:cost:mining:hosting:",
    "site": "expenses:cost:mining:site:",
}


_OWN = "the company's figures are not for who may see some sites alone."


class CostLine(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the cost of a bitcoin.

    Attributes:
        id: power, hosting, site, cash, depreciation, overhead or all-in.
        amount: USD of the period.
        per_btc: USD per bitcoin mined.
        before: the same in the period before.
        year_before: the same a year before.
    """

    id: str
    amount: Figure
    per_btc: Figure
    before: Figure
    year_before: Figure


class SiteCost(msgspec.Struct, frozen=True, kw_only=True):
    """A site's cash cost.

    Attributes:
        site: the site.
        mined: BTC that pools credited it.
        amounts: USD by row: power, hosting, site, cash.
        per_btc: USD per bitcoin by row.
    """

    site: str
    mined: Figure
    amounts: dict[str, Figure]
    per_btc: dict[str, Figure]


class JointShare(msgspec.Struct, frozen=True, kw_only=True):
    """What a joint site shared with its host in a period.

    Attributes:
        site: the site.
        host: the partner.
        form: form of the contract in force at the end: even, recover-then-even or revenue-share; "" where none is.
        share: the company's share by the contract, per cent.
        net: what was shared.
        company: the company's part.
        partner: the host's part, which is a cost of hosting.
        recovered: part of the company's share that counts towards its capital.
        trace: the contract's fact.
    """

    site: str
    host: str
    form: str
    share: Figure
    net: Figure
    company: Figure
    partner: Figure
    recovered: Figure
    trace: str


class ProductionCost(msgspec.Struct, frozen=True, kw_only=True):
    """The cost of mining in a period.

    Attributes:
        period: the period.
        before: the period before it.
        year_before: the same a year before.
        after: the period after it; "" where that has not begun.
        mined: BTC that pools credited.
        revenue: USD of mining revenue per bitcoin.
        lines: the company's rows; none for whoever may see some sites alone.
        sites: the cash rows of each site.
        joint: shares of joint sites.
        to_date: where nothing is booked after the period's end: that it may not be complete.
    """

    period: str
    before: str
    year_before: str
    after: str
    mined: Figure
    revenue: Figure
    lines: tuple[CostLine, ...]
    sites: tuple[SiteCost, ...]
    joint: tuple[JointShare, ...]
    to_date: str


def production_cost(company: Company, caller: Caller, *, period: str = "") -> ProductionCost:
    """The cost of one bitcoin in a period.

    Args:
        company: the company.
        caller: who asks; the company's rows take the right to all sites, others see their own sites alone.
        period: year, quarter, month or day; the last quarter that is over and has production where "".

    Raises:
        Forbidden: the caller may see no site.
        InputError: the period is none.
    """
    caller.insist("production.read")
    view, whole = company.view(), caller.may("production.read", EVERYWHERE)
    span = within_time(company.period(period)) if period else _last(company, view)
    before, year, after = span.before(), span.year_before(), following(span)
    return ProductionCost(
        period=span.name,
        before=before.name,
        year_before=year.name,
        after=after.name if after.start <= company.today() else "",
        mined=of_kpi(kpi(view, "bitcoin.mined", span)) if whole else unknown(_OWN, "BTC"),
        revenue=of_kpi(kpi(view, "mining.revenue_per_btc", span)) if whole else unknown(_OWN, "USD/BTC"),
        lines=_lines(view, span, before, year) if whole else (),
        sites=tuple(row for row in _sites(view, span) if caller.may("production.read", row.site)),
        joint=tuple(row for row in _joint(view, span) if caller.may("production.read", row.site)),
        to_date=view.to_date(span.end),
    )


def _last(company: Company, view: View) -> Period:
    """The last quarter that is over and has production, else the current one."""
    over = [day for _, day in earned_days(view) if day < company.period().start]
    if not over:
        return company.period()
    last = max(over)
    return company.period(f"{last.year}Q{(last.month + 2) // 3}")


def _lines(view: View, span: Period, before: Period, year: Period) -> tuple[CostLine, ...]:
    tables = {period.name: _rows(view, period) for period in (span, before, year)}
    return tuple(
        CostLine(
            id=id_,
            amount=_amount(view, id_, span, tables[span.name]),
            per_btc=_per_btc(view, id_, span, tables[span.name]),
            before=_per_btc(view, id_, before, tables[before.name]),
            year_before=_per_btc(view, id_, year, tables[year.name]),
        )
        for id_ in _PER_BTC
    )


def _rows(view: View, period: Period) -> dict[str, CostRow]:
    return {row.id: row for row in cost_per_bitcoin(view.journal, period)}


def _unsaid(id_: str, rows: dict[str, CostRow]) -> str:
    """Why a row is unknown by the rooms' rule: what is not booked is not nothing."""
    parts = {"cash": CASH_ROWS, "all-in": tuple(name for name in ALL_IN_ROWS if name != "overhead")}.get(id_, (id_,))
    missing = [name for name in parts if name != "overhead" and rows[name].amount is None]
    if not missing:
        return ""
    return rows[id_].reason if parts == (id_,) else f"not known: {', '.join(missing)}."


def _per_btc(view: View, id_: str, period: Period, rows: dict[str, CostRow]) -> Figure:
    gap = view.flow_gap(period)
    found = of_kpi(kpi(view, _PER_BTC[id_], period))
    unsaid = "" if gap else _unsaid(id_, rows)
    return unknown(unsaid, found.unit) if unsaid else found


def _amount(view: View, id_: str, period: Period, rows: dict[str, CostRow]) -> Figure:
    """USD of a row; overhead is the part that its KPI gives each bitcoin."""
    unsaid = "" if view.flow_gap(period) else _unsaid(id_, rows)
    if unsaid:
        return unknown(unsaid, "USD")
    if id_ in _AMOUNTS:
        found = kpi(view, _AMOUNTS[id_], period)
        return Figure(
            value=None if found.value is None else found.value,
            unit=found.unit,
            digits=0,
            reason=found.reason,
            trace=trace_kpi(found.id, str(period)),
        )
    each, mined = exact(view, _PER_BTC[id_], period), exact(view, "bitcoin.mined", period)
    if each.value is None or mined.value is None:
        return unknown(each.reason or mined.reason, "USD")
    value = to_decimal(each.value * mined.value, 0)
    return Figure(value=value, unit="USD", trace=trace_kpi(_PER_BTC[id_], str(period)))


def _sites(view: View, span: Period) -> tuple[SiteCost, ...]:
    mined = mined_by_site(view.journal, span)
    found = []
    for site, rows in cost_by_site(view.journal, span).items():
        sats = mined.get(site, 0)
        found.append(
            SiteCost(
                site=site,
                mined=btc(sats, f"/production/{site}?period={span}")
                if sats
                else unknown("no bitcoin was mined.", "BTC"),
                amounts={row.id: _site_amount(row, site, span) for row in rows},
                per_btc={row.id: _site_per_btc(row, site, span) for row in rows},
            )
        )
    return tuple(found)


def _site_trace(row: CostRow, site: str, span: Period) -> str:
    account = f"{_ACCOUNTS[row.id]}{site}" if row.id in _ACCOUNTS else f"expenses:cost:mining:*:{site}"
    return trace_account(account, "USD", span.start.isoformat(), span.end.isoformat())


def _site_amount(row: CostRow, site: str, span: Period) -> Figure:
    if row.amount is None:
        return unknown(row.reason, "USD")
    return usd(row.amount, _site_trace(row, site, span), digits=0)


def _site_per_btc(row: CostRow, site: str, span: Period) -> Figure:
    if row.per_btc is None:
        return unknown(row.reason, "USD/BTC")
    return Figure(value=row.per_btc, unit="USD/BTC", trace=_site_trace(row, site, span))


def _joint(view: View, span: Period) -> tuple[JointShare, ...]:
    settled: dict[tuple[str, str], list[tuple[str, JointSettled]]] = defaultdict(list)
    for fact in view.facts_within(JointSettled.kind, span.start, span.end):
        if isinstance(fact.data, JointSettled):
            settled[fact.data.site, fact.data.host].append((fact.key, fact.data))
    contracts: dict[tuple[str, str], tuple[str, JointContractSet]] = {}
    for fact in view.facts(JointContractSet.kind):
        if isinstance(fact.data, JointContractSet) and fact.date <= span.end:
            contracts[fact.data.site, fact.data.host] = fact.key, fact.data
    return tuple(
        _share(place, settled.get(place, []), contracts.get(place), span)
        for place in sorted(contracts.keys() | settled.keys())
    )


def _share(
    place: tuple[str, str],
    settled: list[tuple[str, JointSettled]],
    contract: tuple[str, JointContractSet] | None,
    span: Period,
) -> JointShare:
    site, host = place
    nothing = f"nothing was settled in {span}."
    days = {"start": span.start.isoformat(), "end": span.end.isoformat()}
    several = f"/journal?{urlencode({'kind': JointSettled.kind, 'q': site, **days})}"
    way = trace_fact(settled[0][0]) if len(settled) == 1 else several

    def summed(field: str) -> Figure:
        if not settled:
            return unknown(nothing, "USD")
        return usd(sum(getattr(item, field) for _, item in settled), way, digits=0)

    share = contract[1].share_pct if contract else None
    return JointShare(
        site=site,
        host=host,
        form=contract[1].form if contract else "",
        share=Figure(value=share, unit="%", digits=_digits(share)) if contract else unknown("no contract is set.", "%"),
        net=summed("net_revenue"),
        company=summed("company_share"),
        partner=summed("host_share"),
        recovered=summed("recovered"),
        trace=trace_fact(contract[0]) if contract else "",
    )


def _digits(value: Decimal | None) -> int:
    exponent = value.normalize().as_tuple().exponent if value is not None else 0
    return max(0, -exponent) if isinstance(exponent, int) else 0
