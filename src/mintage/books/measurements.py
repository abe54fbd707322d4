"""What was last measured at each site: operating hash rate and efficiency."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from mintage.books.policy import policy
from mintage.books.view import View, select


def last_by_site(view: View, kind: str, field: str, region: str, day: date) -> dict[str, Fraction] | str:
    """The last measured value of a field at each site, by the end of a day.

    Args:
        view: the books.
        kind: kind of fact that measures, with fields `site` and `region`.
        field: what it measures.
        region: only sites of this region, "" for all.
        day: the day.

    Returns:
        Value by site; or why that is unknown: a site with power on has no measurement, or none that is recent.
    """
    last = {}
    for fact in view.facts(kind):
        place = getattr(fact.data, "region", "")
        if fact.date <= day and region in {"", place}:
            last[getattr(fact.data, "site", "")] = (fact.date, Fraction(getattr(fact.data, field)))
    powered = select(view.stock(day), (f"memo:hashrate:energized:{region or '*'}:*",), "HASHRATE")
    sites = {account.rpartition(":")[2] for account, units in powered.items() if units}
    for site in sorted(sites | set(last)):
        if site not in last:
            return f"no measurement of site {site} by {day}"
        age = (day - last[site][0]).days
        if age > policy().measurement_days_max:
            if site in sites or not sites:
                return f"the last measurement of site {site} is {age} days old"
            del last[site]
    return {site: value for site, (_, value) in last.items()} or f"nothing was measured by {day}"


def weighted_mean(view: View, values: dict[str, Fraction], kind: str, region: str, day: date) -> Fraction | str:
    """Mean of site values, weighted by the sites' last measured hash rate; or why it is unknown."""
    if len(values) == 1:
        return next(iter(values.values()))
    weights = last_by_site(view, kind, "hashrate", region, day)
    if isinstance(weights, str):
        return weights
    missing = sorted(set(values) - set(weights))
    if missing:
        return f"no hash rate of site {missing[0]} was measured to weigh it by"
    whole = sum(weights[site] for site in values)
    if not whole:
        return "the measured hash rate is zero"
    return sum((value * weights[site] for site, value in values.items()), Fraction(0)) / whole
