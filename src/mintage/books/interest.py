"""Interest accrued on loans whose terms are recorded: simple, by the day, on the principal owed at the day's end."""

from __future__ import annotations

from datetime import date

from mintage.books import accruals
from mintage.books.depreciation import CLOSE_KEY
from mintage.books.policy import policy
from mintage.books.view import DAY, View, select
from mintage.treasury.facts_money import InterestAccrued, LoanAgreed
from mintage.units import Period


def interest_due(view: View, period: Period) -> dict[tuple[Period, str], int]:
    """Interest in cents by month of a period and lender.

    Lenders whose terms are unknown, or whose interest somebody accrued by hand in a month, are left out; so is a loan
    repaid beyond what was owed, which the check `loans` names.
    """
    terms: dict[str, list[tuple[date, LoanAgreed]]] = {}
    for fact in view.facts(LoanAgreed.kind):
        if isinstance(fact.data, LoanAgreed):
            terms.setdefault(fact.data.lender, []).append((fact.date, fact.data))
    return {
        (month, lender): amount
        for month in period.months()
        for lender, agreed in terms.items()
        if not _by_hand(view, lender, month) and (amount := _month(view, lender, agreed, month)) > 0
    }


def _by_hand(view: View, lender: str, month: Period) -> bool:
    return any(
        isinstance(fact.data, InterestAccrued) and fact.data.lender == lender and fact.date in month
        for fact in view.facts(InterestAccrued.kind)
        if not fact.key.startswith(CLOSE_KEY)
    )


def _month(view: View, lender: str, agreed: list[tuple[date, LoanAgreed]], month: Period) -> int:
    """Sum the month by spans of one rate, each rounded to the cent."""
    starts = sorted({month.start, *(day for day, _ in agreed if day in month)})
    ends = [day - DAY for day in starts[1:]] + [month.end]
    total = 0
    for start, end in zip(starts, ends, strict=True):
        in_force = [data for day, data in agreed if day <= start]
        if in_force:
            rate, per = accruals.rate_ratio(in_force[-1].rate_pct, policy().interest_days_in_year)
            total += accruals.interest(_principal_days(view, lender, start, end), rate, per)
    return total


def _principal_days(view: View, lender: str, start: date, end: date) -> int:
    """Principal in cents, summed over the days."""
    pattern = f"liabilities:loan:*:{lender}"
    owed = -sum(select(view.stock(start - DAY), (pattern,), "USD").values()) * ((end - start).days + 1)
    for row in view.journal.postings(account=pattern, commodity="USD", start=start, end=end):
        owed -= row.amount * ((end - row.date).days + 1)
    return owed
