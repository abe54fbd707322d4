"""A site's power as the journal has it: energy, bills, credits and curtailments, also where no agent is at hand."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from mintage.books.view import View, select
from mintage.desk.energy_answer import PastCurtailment, PowerMonth
from mintage.desk.figure import Figure, ratio, trace_account, trace_fact, unknown, usd
from mintage.fleet.facts_site import Curtailed
from mintage.mining.facts import ProgramCredit
from mintage.units import Period, parse_period

POWER, HOSTING, ENERGY = "expenses:cost:mining:power:", "expenses:cost:mining:hosting:", "memo:energy:"
MONTHS = 12
CURTAILED_MAX = 50


def ledger_sites(view: View) -> set[str]:
    """Sites that used or paid for power, by the journal."""

    def read() -> set[str]:
        stock = view.stock(view.days[1]) if view.days else {}
        return {
            account.removeprefix(head)
            for account, _ in stock
            for head in (POWER, HOSTING, ENERGY)
            if account.startswith(head)
        }

    return view.once(("sites with power",), read)


def power_of(view: View, period: Period, sites: Iterable[str] | None = None) -> PowerMonth:
    """The power of a site, of some or of all together in a period.

    Args:
        view: a reading of the journal.
        period: the period.
        sites: which sites; all where None.
    """
    places = ("*",) if sites is None else tuple(sites)
    gap = view.flow_gap(period)
    energy_wh = _flow(view, period, ENERGY, places, "ENERGY")
    power, hosting = (_flow(view, period, head, places, "USD") for head in (POWER, HOSTING))
    nothing = gap or f"nothing is booked in {period}."
    host = "the host buys the power: it is in hosting." if hosting is not None else nothing
    cost, by = (power, "power") if power is not None else (hosting, "hosting")
    price = unknown(gap or f"energy or its cost is not booked in {period}.", "USD/MWh")
    if cost is not None and energy_wh and not gap:
        price = ratio(Fraction(cost * 10_000, energy_wh), "USD/MWh", 2)
    return PowerMonth(
        period=period.name,
        energy=unknown(nothing, "MWh") if energy_wh is None or gap else mwh(energy_wh, _trace(ENERGY, places, period)),
        power=unknown(host, "USD") if power is None or gap else usd(power, _trace(POWER, places, period), digits=0),
        credits=_credits(view, period, places),
        hosting=unknown(nothing, "USD")
        if hosting is None or gap
        else usd(hosting, _trace(HOSTING, places, period), digits=0),
        usd_mwh=price,
        by="" if price.value is None else "power" if by == "power" else "hosting",
    )


def months_of(view: View, site: str) -> tuple[PowerMonth, ...]:
    """A site's power by month, the latest first, beginning with the last one that is booked."""
    last = _last_month(view, site)
    if last is None:
        return ()
    found = []
    for _ in range(MONTHS):
        if view.flow_gap(last):
            break
        found.append(power_of(view, last, (site,)))
        last = last.before()
    return tuple(found)


def mwh(energy_wh: int, trace: str = "") -> Figure:
    """Energy in MWh."""
    return Figure(value=Decimal(energy_wh).scaleb(-6), unit="MWh", digits=1, trace=trace)


def kilowatts(power_w: float | None, reason: str = "", digits: int = 1, note: str = "") -> Figure:
    """Power in kW; None is unknown, with a reason. A note is told beside what is known."""
    if power_w is None:
        return unknown(reason, "kW")
    value = Decimal(str(round(power_w / 1000, digits + 2))) + 0
    return Figure(value=value, unit="kW", digits=digits, reason=note)


def past(view: View, sites: Iterable[str], here: Iterable[str] = ()) -> tuple[PastCurtailment, ...]:
    """Curtailments of sites that the journal has, the latest first.

    Args:
        view: a reading of the journal.
        sites: which sites.
        here: sites whose state is on this machine, so that a curtailment has a page.
    """
    wanted, at_hand = set(sites), set(here)
    found = [
        (fact.at, fact.key, fact.data)
        for fact in view.facts(Curtailed.kind)
        if isinstance(fact.data, Curtailed) and fact.data.site in wanted
    ]
    found.sort(key=lambda item: (-item[0], item[1]))
    return tuple(_past(key, data, at_hand) for _, key, data in found[:CURTAILED_MAX])


def _past(key: str, data: Curtailed, here: set[str]) -> PastCurtailment:
    return PastCurtailment(
        site=data.site,
        id=data.event,
        mode=data.mode,
        by=data.asked_by,
        reason=data.reason,
        asked_kw=kilowatts(data.asked_w),
        delivered_kw=kilowatts(data.delivered_w),
        energy=Figure(value=Decimal(data.delivered_wh).scaleb(-3), unit="kWh", digits=1, trace=trace_fact(key)),
        counted_by=data.counted_by,
        began=data.began,
        ended=data.ended,
        machines=data.machines,
        not_restored=data.not_restored,
        proof=data.proof,
        trace=trace_fact(key),
        href=f"/energy/{data.site}/curtailments/{data.event}" if data.site in here else "",
    )


def _flow(view: View, period: Period, head: str, places: tuple[str, ...], commodity: str) -> int | None:
    """What was posted in a period; None where nothing was."""
    found = select(view.flow(period.start, period.end), tuple(f"{head}{place}" for place in places), commodity)
    return sum(found.values()) if found else None


def _trace(head: str, places: tuple[str, ...], period: Period) -> str:
    place = places[0] if len(places) == 1 else "*"
    commodity = "ENERGY" if head == ENERGY else "USD"
    return trace_account(f"{head}{place}", commodity, period.start.isoformat(), period.end.isoformat())


def _credits(view: View, period: Period, places: tuple[str, ...]) -> Figure:
    """Program credits; where power is booked and no credit, there is none."""
    gap = view.flow_gap(period)
    if gap:
        return unknown(gap, "USD")
    found = [
        (fact.key, fact.data.amount)
        for fact in view.facts_within(ProgramCredit.kind, period.start, period.end)
        if isinstance(fact.data, ProgramCredit) and (places == ("*",) or fact.data.site in places)
    ]
    trace = trace_fact(found[0][0]) if len(found) == 1 else ""
    return usd(sum(amount for _, amount in found), trace, digits=0)


def _last_month(view: View, site: str) -> Period | None:
    """The last month in which anything of a site's power is booked, looked for from the last posting back."""
    if view.days is None:
        return None
    month = parse_period(view.days[1].strftime("%Y-%m"))
    for _ in range(MONTHS):
        if _any(view, month, site):
            return month
        month = month.before()
    return None


def _any(view: View, month: Period, site: str) -> bool:
    heads = ((POWER, "USD"), (HOSTING, "USD"), (ENERGY, "ENERGY"))
    return any(_flow(view, month, head, (site,), commodity) is not None for head, commodity in heads)
