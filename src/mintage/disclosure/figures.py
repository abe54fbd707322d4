"""A figure: one number of a text with all that was understood about it."""

from decimal import Decimal
from fractions import Fraction
from typing import Literal

import msgspec

from mintage.disclosure.interval import Interval
from mintage.disclosure.metrics import catalogue

Role = Literal["level", "base", "growth", "difference", "share", "bound", "period", "other"]


class Figure(msgspec.Struct):
    """One figure of a text.

    Attributes:
        id: "L24.3": the third figure of the paragraph that starts on line 24.
        paragraph: index of its paragraph in the document; `start`, `end` are offsets in that English text.
        line: the file's line on which it stands, counted from 1.
        quote: the figure with the words around it.
        text: the figure as printed.
        shown: the value as written in reports: a number in `unit`, or a period's id.
        value: the number in `unit`; None for a period.
        low, high: what the print can stand for, in `unit`; infinite where the words open it.
        core: the bounded interval in base units, with the sign that the metric has in the books.
        loose: the wider one that an "approximately" may still mean, likewise.
        factor: base units per `unit`, negative where the words call a positive number a loss.
        step: the value of one step of the last printed digit, in `unit`.
        metric: id of what is measured ("revenue.mining"); None where nothing was recognised.
        segment: the part of the business that the words name, "total" for the whole.
        scope: the region or site it is limited to, already part of `metric`.
        role: what the figure does: a level, the earlier level it is compared with, growth, a share...
        period: the period it belongs to; "now" where the text only says "today".
        base_period: for growth and differences the period it is measured from.
        base_stated: the words name that period or comparison.
        partner: for growth and differences the id of the figure whose change it states.
        whole: for a share the metric of the whole.
        confidence: how surely the metric is meant, up to 1.
        in_words: it is written in words.
        table: number of the table in which it stands, if it does.
        compared: "yoy", "qoq" or "mom" where the words name the comparison.
        part: "early", "mid", "late", "start" or "end" of the period, where the words say so.
        conditional: the figure stands in an "if": a rule or an assumption, not a report.
    """

    id: str
    paragraph: int
    line: int
    start: int
    end: int
    speaker: str
    quote: str
    text: str
    shown: str
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    core: Interval
    loose: Interval
    unit: str
    kind: str
    factor: Fraction = Fraction(1)
    step: Decimal = Decimal(1)
    qualifier: str | None = None
    note: str = ""
    metric: str | None = None
    measure: str | None = None
    nature: str = "flow"
    segment: str | None = None
    scope: str | None = None
    role: Role = "other"
    period: str | None = None
    period_stated: bool = False
    base_period: str | None = None
    base_stated: bool = False
    partner: str | None = None
    whole: str | None = None
    sentence: int = 0
    truncated: bool = False
    conditional: bool = False
    confidence: float = 1.0
    in_words: bool = False
    table: int | None = None
    part: str | None = None
    compared: str | None = None

    @property
    def foreign(self) -> bool:
        """Whether it is an amount in another currency than the one that the books are kept in."""
        return " " in self.kind

    @property
    def metric_shown(self) -> str | None:
        """The metric's id with what the figure says of it: "revenue.mining.yoy"."""
        if self.metric is None or self.role in {"level", "base", "other"}:
            return self.metric
        named = catalogue().shares.get((self.metric, self.whole or ""))
        if named is not None:
            return named
        return f"{self.metric}.{self._suffix()}"

    def _suffix(self) -> str:
        if self.role != "growth":
            return "change" if self.role == "difference" else self.role
        base, period = self.base_period, self.period
        if base is None or period is None:
            return "growth"
        year_apart = base[:4] != period[:4] and base[4:] == period[4:]
        if year_apart:
            return "yoy"
        return {6: "qoq", 7: "mom"}.get(len(period), "growth")

    def in_unit(self, base_value: Fraction) -> Fraction:
        """Return a value of the metric in base units as this figure would print it."""
        return base_value / self.factor


def format_number(value: Decimal | Fraction, places: int = 6) -> str:
    """Write a number without exponent or needless zeros; a fraction to `places` decimals."""
    if isinstance(value, Fraction):
        value = (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal(1).scaleb(-places))
    if not value.is_finite():
        return str(value)
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
