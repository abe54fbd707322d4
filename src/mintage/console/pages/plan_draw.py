"""The fans of a plan as charts, alone or over those of another plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import msgspec

from mintage.books.figures import to_decimal
from mintage.console.charts import Axis, Line, Spec, Value, fan, time_series
from mintage.console.words import Words
from mintage.desk.figure import Figure
from mintage.desk.plan_view import Fan, Futures

LARGE: dict[str, tuple[str, int, int]] = {"USD": ("million USD", 6, 2), "TH/s": ("EH/s", 6, 2), "BTC": ("BTC", 0, 1)}
"""Units as charts and tables of plans tell them: the unit, powers of ten, and digits."""


def large(figure: Figure) -> Figure:
    """A figure in the unit in which plans are told."""
    unit, scale, digits = LARGE.get(figure.unit, (figure.unit, 0, figure.digits))
    value = None if figure.value is None else to_decimal(Fraction(figure.value) / 10**scale, digits)
    return msgspec.structs.replace(figure, value=value, unit=unit, digits=digits)


def charts(words: Words, now: Futures, other: Futures | None) -> list[tuple[Fan, Spec]]:
    """A chart of each measure, over that of another plan where there is one."""
    this, that = words.gettext("This plan"), words.gettext("The other")
    before = {one.id: one for one in other.fans} if other is not None else {}
    found = []
    for one in now.fans:
        spec = _fan(words, now.ends, one)
        old = before.get(one.id)
        if old is not None and other is not None:
            spec = _over(spec, _fan(words, now.ends, old, _places(now, other)), this, that)
        found.append((one, spec))
    return found


def short_of_cash(words: Words, now: Futures, other: Futures | None) -> Spec:
    """How many futures are short of cash at each month's end, in percent."""
    this, that = words.gettext("This plan"), words.gettext("The other")
    lines = [Line(name=this, values=[100 * share for share in now.cash_short], kind="area", tone="accent")]
    if other is not None:
        shares = [100 * other.cash_short[at] if at is not None else None for at in _places(now, other)]
        lines.append(Line(name=that, values=shares, tone="warn"))
    axis = Axis(name=words.gettext("Futures short of cash"), unit="%", digits=1)
    return time_series(words, now.ends, lines, axis, at_name=words.gettext("End of month"))


def _places(now: Futures, other: Futures) -> list[int | None]:
    """Where each month of one plan is in the other; None where it is not."""
    at = {name: place for place, name in enumerate(other.months)}
    return [at.get(name) for name in now.months]


def _fan(words: Words, ends: Sequence[date], one: Fan, places: Sequence[int | None] | None = None) -> Spec:
    unit, scale, digits = LARGE.get(one.unit, (one.unit, 0, one.digits))

    def told(values: Sequence[Decimal]) -> list[Decimal | None]:
        shown = range(len(values)) if places is None else places
        return [values[at].scaleb(-scale) if at is not None else None for at in shown]

    percentiles: dict[str, Sequence[Value]] = {"P10": told(one.p10), "P50": told(one.p50), "P90": told(one.p90)}
    axis = Axis(name=words.either(one.en, one.zh), unit=words.unit(unit), digits=digits, zero=False)
    return fan(words, ends, percentiles, axis, at_name=words.gettext("End of month"))


def _over(now: Spec, then: Spec, this: str, that: str) -> Spec:
    """One fan over another, and both in one table."""
    ours = [msgspec.structs.replace(one, name=f"{this} {one.name}") for one in now.series]
    theirs = [msgspec.structs.replace(one, name=f"{that} {one.name}", tone="warn") for one in then.series]
    rows = tuple((*mine, *old[1:]) for mine, old in zip(now.rows, then.rows, strict=True))
    head = (now.head[0], *(f"{this} {word}" for word in now.head[1:]), *(f"{that} {word}" for word in then.head[1:]))
    return msgspec.structs.replace(now, series=(*theirs, *ours), head=head, rows=rows)
