"""What is stuck in the chain: the rules of `stuck.toml` asked of the books, the worst answer first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial

from msgspec.structs import replace

from mintage.books.measurements import last_by_site
from mintage.books.view import DAY, View
from mintage.desk.chain_answer import Stuck
from mintage.desk.chain_lines import fitting
from mintage.desk.chain_table import Rule, RuleKind, rules, scale_of
from mintage.desk.figure import Figure, count, ratio, trace_account, usd
from mintage.mining.facts import Earned
from mintage.treasury.facts_money import LoanAgreed
from mintage.treasury.service import loan_status
from mintage.units import Period, day_end_instant, parse_period
from mintage.units.errors import InputError

ROWS_MAX = 3
"""Rows of one rule that are shown; how many more there are is told by the last of them."""
WINDOWS_DAYS = (45, 200, 800)
"""How far back the beginning of a balance is looked for, in steps; then in all of the journal."""
CREDITED_DAYS = 45
"""A site that no pool credited for so long is taken to mine no more."""
PERIODS = 12
"""Months looked at for whether they are closed."""


def stuck(view: View, on: date, price: Decimal | None) -> tuple[Stuck, ...]:
    """What the books say is stuck at the end of a day.

    Args:
        view: the books.
        on: the day.
        price: USD per bitcoin, to value collateral; None where it is unknown.
    """
    if view.days is None:
        return ()
    found = [row for rule in rules() for row in _of_rule(view, rule, on, price)]
    return ranked(found)


def ranked(found: Iterable[Stuck]) -> tuple[Stuck, ...]:
    """The worst first."""
    return tuple(sorted(found, key=lambda row: (row.tone != "bad", -row.score, row.rule, row.who)))


def shortened(found: Iterable[Stuck]) -> Iterator[Stuck]:
    """The worst rows of one rule, the last of which tells how many more there are."""
    rows = ranked(found)
    for at, row in enumerate(rows[:ROWS_MAX]):
        more = len(rows) - ROWS_MAX if at == ROWS_MAX - 1 else 0
        yield row if more <= 0 else replace(row, more=more)


def _of_rule(view: View, rule: Rule, on: date, price: Decimal | None) -> Iterator[Stuck]:
    if rule.kind == "loan":
        return shortened(_loans(view, rule, on, price))
    find = FINDERS.get(rule.kind)  # None: machines and people tell of it, see `chain_now`
    return shortened(find(view, rule, on)) if find else iter(())


def make(  # noqa: PLR0913  each is a field of the row
    rule: Rule,
    measure: Figure,
    *,
    who: str = "",
    amount: Figure | None = None,
    since: date | None = None,
    at_least: bool = False,
    score: int | None = None,
    tone_bad: bool | None = None,
    href: str = "",
) -> Stuck:
    """A row of a rule."""
    value = measure.value or Decimal(0)
    bad = value >= rule.bad if tone_bad is None else tone_bad
    told = score if score is not None else int(100 * value / max(rule.bad, 1))
    return Stuck(
        rule=rule.id,
        stage=rule.stage,
        tone="bad" if bad else "warn",
        en=rule.en,
        zh=rule.zh,
        remedy_en=rule.remedy["en"],
        remedy_zh=rule.remedy["zh"],
        who=who,
        amount=amount,
        measure=measure,
        limit=count(rule.bad, measure.unit),
        since=since,
        at_least=at_least,
        href=href or rule.href,
        score=told,
    )


# --- balances and lots by age -------------------------------------------------------------------------------


def _aged(view: View, rule: Rule, on: date) -> Iterator[Stuck]:
    for account, id_, balance in fitting(view.stock(on), rule.account, rule.commodity):
        if balance < rule.least:
            continue
        since = view.once(("since", account, id_, on), partial(since_when, view, account, id_, balance, on))
        days = (on - since).days
        if days < rule.warn:
            continue
        trace = trace_account(account, id_, end=on.isoformat())
        amount = Figure(value=Decimal(balance).scaleb(-_scale(id_)), unit=id_, digits=_scale(id_), trace=trace)
        yield make(
            rule,
            count(days, "days"),
            who=account.rpartition(":")[2],
            amount=amount,
            since=since,
            at_least=view.opened is not None and since <= view.opened,
        )


def since_when(view: View, account: str, id_: str, balance: int, on: date) -> date:
    """The day on which the oldest part of a balance came to an account, if what came first left first."""
    for days in (*WINDOWS_DAYS, None):
        start = None if days is None else on - timedelta(days=days)
        left = balance
        for row in reversed(list(view.journal.postings(account=account, commodity=id_, start=start, end=on))):
            if row.amount > 0:
                left -= row.amount
                if left <= 0:
                    return row.date
    return view.began or on


def _scale(id_: str) -> int:
    return scale_of("TH/s" if id_ == "HASHRATE" else id_)


def _lots(view: View, rule: Rule, on: date) -> Iterator[Stuck]:
    """The oldest lots by place and kind of goods: their units and what they cost."""
    end_us = day_end_instant(on)
    by_goods: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
    for state in view.journal.lot_states(rule.commodity, on):
        days = (end_us - state.lot.acquired_at) // 86_400_000_000
        if days >= rule.warn and _begins(state.account, rule.account) and state.units:
            goods = by_goods.setdefault((state.account, state.lot.commodity), [])
            goods.append((days, state.units, state.cost))
    for (account, id_), found in by_goods.items():
        cost = sum(item[2] for item in found)
        if cost < rule.least:
            continue
        days = max(item[0] for item in found)
        trace = trace_account(account, id_, end=on.isoformat())
        yield make(
            rule,
            count(days, "days"),
            who=f"{id_.partition('.')[2]} · {account.rpartition(':')[2]}",
            amount=usd(cost, trace),
            since=on - timedelta(days=days),
        )


def _begins(account: str, pattern: str) -> bool:
    return account.startswith(pattern.partition("*")[0])


# --- hash rate that does not arrive -------------------------------------------------------------------------


def _gaps(view: View, rule: Rule, on: date) -> Iterator[Stuck]:
    """By site: installed and not energized, or energized and not operating, with the power that is missing."""
    held = view.stock(on)
    energized = _by_site(held, "energized")
    if rule.id == "not-energized":
        whole, part = _by_site(held, "installed"), {site: Fraction(value) for site, value in energized.items()}
    else:
        measured = last_by_site(view, "fleet.hashrate-measured", "hashrate", "", on)
        if isinstance(measured, str):
            return
        whole, part = energized, measured
    for site, ghs in whole.items():
        if site not in part and rule.id != "not-energized":
            continue
        gap = Fraction(ghs) - part.get(site, Fraction(0))
        percent = gap / ghs * 100 if ghs > 0 else Fraction(0)
        if percent >= rule.warn:
            trace = trace_account(f"memo:hashrate:*:{site}", "HASHRATE", end=on.isoformat())
            missing = ratio(gap / 1000, "TH/s", 0, trace)
            yield make(rule, ratio(percent, "%", 1), who=site, amount=missing, href=f"/fleet/{site}")


def _by_site(held: dict[tuple[str, str], int], state: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for account, _, ghs in fitting(held, f"memo:hashrate:{state}:*", "HASHRATE"):
        site = account.rpartition(":")[2]
        found[site] = found.get(site, 0) + ghs
    return found


# --- loans, periods, pools ----------------------------------------------------------------------------------


def _loans(view: View, rule: Rule, on: date, price: Decimal | None) -> Iterator[Stuck]:
    lenders = {
        fact.data.lender
        for fact in view.facts(LoanAgreed.kind)
        if isinstance(fact.data, LoanAgreed) and fact.date <= on
    }
    for lender in sorted(lenders):
        try:
            status = loan_status(view.journal, lender, price if price is not None else Decimal(1), on)
        except InputError:
            continue  # a debt without a price is told by the treasury's page
        if status.debt <= 0:
            continue
        debt = usd(status.debt, trace_account(f"liabilities:loan:*:{lender}", "USD", end=on.isoformat()))
        if rule.id == "loan-due":
            days = (status.terms.due - on).days
            if days <= rule.warn:
                score = 100 * rule.bad // max(days, 1)
                yield make(rule, count(days, "days"), who=lender, amount=debt, score=score, tone_bad=days <= rule.bad)
        elif price is not None and status.ltv is not None:
            percent = status.ltv * 100 / Fraction(status.terms.margin_call_ltv_pct) * 100
            if percent >= rule.warn:
                yield make(rule, ratio(percent, "%", 1), who=lender, amount=debt)


def _periods(view: View, rule: Rule, on: date) -> Iterator[Stuck]:
    """Months that ended and are not closed, nor is their quarter or year; the oldest tells for all."""
    if view.began is None:
        return
    closed = [parse_period(name) for name in view.journal.closed_periods()]
    month, open_months = parse_period(on.strftime("%Y-%m")), list[Period]()
    for _ in range(PERIODS):
        month = month.before()
        if month.end <= (view.opened or view.began) or month.end < view.began:
            break
        if not any(month.start >= period.start and month.end <= period.end for period in closed):
            open_months.append(month)
    if open_months:
        oldest = open_months[-1]
        days = (on - oldest.end).days
        if days >= rule.warn:
            amount = count(len(open_months), "months")
            yield make(rule, count(days, "days"), who=oldest.name, amount=amount, since=oldest.end + DAY, href="/books")


def _uncredited(view: View, rule: Rule, on: date) -> Iterator[Stuck]:
    """By site: days since a pool credited it last, of sites that one credited of late and that have power on."""
    last: dict[str, date] = {}
    for fact in view.facts_within(Earned.kind, on - CREDITED_DAYS * DAY, on):
        if isinstance(fact.data, Earned):
            last[fact.data.site] = max(fact.date, last.get(fact.data.site, fact.date))
    powered = _by_site(view.stock(on), "energized")
    for site, day in last.items():
        days = (on - day).days
        if days >= rule.warn and (powered.get(site, 0) > 0 or site not in _ever(view, on)):
            yield make(rule, count(days, "days"), who=site, since=day, href=f"/production/{site}")


def _ever(view: View, on: date) -> set[str]:
    """Sites whose hash rate the books count."""
    return {account.rpartition(":")[2] for account, _, _ in fitting(view.stock(on), "memo:hashrate:*", "HASHRATE")}


def silence(view: View, today: date) -> Iterator[Stuck]:
    """Days since anything was booked."""
    if view.days is None:
        return
    days = (today - view.days[1]).days
    for rule in rules():
        if rule.kind == "silent" and days >= rule.warn:
            yield make(rule, count(days, "days"), since=view.days[1])


FINDERS: dict[RuleKind, Callable[[View, Rule, date], Iterator[Stuck]]] = {
    "aged": _aged,
    "lots": _lots,
    "gap": _gaps,
    "period": _periods,
    "uncredited": _uncredited,
}
"""What answers for the rules of a kind from the books alone."""
