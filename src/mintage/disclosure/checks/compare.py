"""How a figure stands to an expected value, told in its own unit."""

from decimal import Decimal
from fractions import Fraction

from mintage.disclosure.checks.evidence import Finding, Kind, Known, Outcome
from mintage.disclosure.figures import Figure, format_number
from mintage.disclosure.interval import Interval


def outcome_of(figure: Figure, expected: Known) -> Outcome:
    """Compare a figure's interval with an expected one, in base units.

    "ties": the likeliest value prints as the figure. "edge": it does not, but some value within both
    precisions does. "ambiguous": true as a bound ("over 5%"), yet far from it. "contradicts": no value does.
    """
    core, loose = figure.core, figure.loose
    if figure.qualifier in {"over", "under"}:
        return _bound_outcome(figure, expected)
    if not expected.interval.meets(loose):
        return "contradicts"
    if figure.qualifier == "truncated":
        return "ambiguous"
    if core.low < expected.point < core.high or (core.low == core.high == expected.point):
        return "ties"
    if figure.qualifier in {"nearly", "range", "vague"} and core.holds(expected.point):
        return "ties"
    return "edge"


def _bound_outcome(figure: Figure, expected: Known) -> Outcome:
    upwards = (figure.qualifier == "over") == (figure.factor > 0)
    limit = figure.core.low if upwards else figure.core.high
    beyond = figure.core.high if upwards else figure.core.low
    sign = 1 if upwards else -1
    best = expected.interval.high if upwards else expected.interval.low
    if sign * (best - limit) < 0:
        return "contradicts"
    if sign * (expected.point - limit) < 0:
        return "edge"
    nearest = expected.interval.low if upwards else expected.interval.high
    return "ambiguous" if sign * (nearest - beyond) > 0 else "ties"


def finding(
    figure: Figure,
    kind: Kind,
    ref: str,
    expected: Known,
    what: str,
    *,
    others: tuple[str, ...] = (),
    soft: bool = False,
) -> Finding:
    """Return the finding of a comparison; `what` tells in words what the figure was compared with."""
    outcome = outcome_of(figure, expected)
    if soft and outcome == "contradicts":
        outcome = "ambiguous"
    note = _sentence(figure, expected, what, outcome)
    return Finding(figure.id, kind, ref, shown_value(figure, expected, spoken=False), outcome, note, others)


def shown_value(figure: Figure, expected: Known, *, spoken: bool = True) -> str:
    """Write an expected value in the figure's unit, as a range where it is not known to the figure's precision.

    `spoken` sets thousands apart and says millions; without it the number is plain digits.
    """
    write = plain if spoken else _digits
    low, high = sorted((figure.in_unit(expected.interval.low), figure.in_unit(expected.interval.high)))
    unit = unit_shown(figure)
    if high - low <= Fraction(figure.step) / 10 or expected.source.startswith("books "):
        return f"{write(figure.in_unit(expected.point), figure)}{unit}"
    return f"{write(low, figure)} to {write(high, figure)}{unit}"


def unit_shown(figure: Figure) -> str:
    """Write the unit as it follows a number: "%" joins it, all others stand apart."""
    return figure.unit if figure.unit in {"", "%"} else f" {figure.unit}"


def _places(figure: Figure) -> int:
    """Return how many decimals show two digits more than the figure does (fewer than none: tens, hundreds)."""
    return 2 - figure.step.normalize().adjusted()


def _digits(value: Fraction, figure: Figure) -> str:
    return format_number(value, min(6, max(0, _places(figure))))


def plain(value: Fraction, figure: Figure) -> str:
    """Write a number as people read it, with two digits more than the figure shows."""
    for size, word in ((10**9, " billion"), (10**6, " million")):
        if abs(value) >= size:
            decimals = max(0, min(3, _places(figure) + len(str(size)) - 1))
            return f"{format_number(value / size, decimals)}{word}"
    text = _digits(value, figure)
    whole, dot, rest = text.partition(".")
    return f"{Decimal(whole):,f}{dot}{rest}" if abs(value) >= 1000 else text


def _sentence(figure: Figure, expected: Known, what: str, outcome: Outcome) -> str:
    what = what[0].upper() + what[1:]
    value = shown_value(figure, expected)
    if outcome == "ties":
        return f"{what}: {value}."
    if outcome == "edge":
        point = plain(figure.in_unit(expected.point), figure)
        return f"{what}: {value}, likeliest {point}; it ties only through rounding."
    if outcome == "ambiguous" and figure.qualifier in {"over", "under"}:
        return f"{what}: {value}; true as a bound, yet far from '{figure.text.strip()}'."
    if outcome == "ambiguous":
        return f"{what}: {value}; it fits one reading only."
    gap = _gap(figure, expected.interval)
    return f"{what}: {value}, so '{figure.text.strip()}' is off by at least {gap}."


def _gap(figure: Figure, expected: Interval) -> str:
    distance = abs(figure.in_unit(figure.loose.gap(expected)))
    unit = unit_shown(figure)
    return (
        f"{plain(distance, figure)}{unit}"
        if distance
        else f"a step of rounding{' in ' + figure.unit if figure.unit else ''}"
    )
