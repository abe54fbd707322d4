"""Periods and dates as texts write them, resolved against the period that the text reports on."""

import functools
import re
from collections.abc import Callable

import msgspec

from mintage.disclosure import periods
from mintage.disclosure.lexicon import read_table
from mintage.units.errors import InputError

NOW = "now"
"""The period of a figure that is said of "today" in a text that does not date itself."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_RELATIVE = frozenset({"year-ago", "same", "shift", "previous", "now"})


class When(msgspec.Struct, frozen=True):
    """A period written at `[start, end)` of a text.

    `period` is its id (or `NOW`), `part` "early", "mid", "late", "start" or "end" of it, `explicit` whether it
    is written with a name or a number ("June", "Q2") rather than relatively ("the previous quarter").
    """

    start: int
    end: int
    period: str
    part: str | None
    explicit: bool


class _Reading(msgspec.Struct, frozen=True):
    pattern: re.Pattern[str]
    way: str
    kind: str
    steps: int


def find_periods(text: str, reporting: str) -> list[When]:
    """Find every period in `text`, in order and without overlaps; the earlier reading of the table wins."""
    return list(_found(text, reporting))


@functools.lru_cache(maxsize=1024)
def _found(text: str, reporting: str) -> tuple[When, ...]:
    found: list[When] = []
    for reading in _readings():
        for match in reading.pattern.finditer(text):
            if any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            period = _resolve(reading, match, reporting)
            if period is not None:
                part = _part(match.groupdict().get("part"))
                found.append(When(match.start(), match.end(), period, part, reading.way not in _RELATIVE))
    return tuple(sorted(found, key=lambda when: when.start))


@functools.cache
def _readings() -> tuple[_Reading, ...]:
    raw = read_table("periods.toml")
    fragments: dict[str, str] = raw["fragments"]
    result = []
    for entry in raw["reading"]:
        pattern = entry["pattern"]
        while "{YEAR}" in pattern or any(f"{{{name}}}" in pattern for name in fragments):
            for name, fragment in fragments.items():
                pattern = pattern.replace(f"{{{name}}}", fragment)
        flags = 0 if entry.get("cased") else re.IGNORECASE
        result.append(_Reading(re.compile(pattern, flags), entry["as"], entry.get("kind", ""), entry.get("steps", 0)))
    return tuple(result)


def _resolve(reading: _Reading, match: re.Match[str], reporting: str) -> str | None:
    if reading.way in _WRITTEN:
        return _WRITTEN[reading.way](match, reporting)
    if reading.way == "now":
        return NOW
    if reading.way == "same":
        return reporting
    if reading.way == "previous":
        return periods.shift(reporting, -1)
    if reading.way == "year-ago":
        return periods.year_ago(reporting)
    return periods.shift(_as_kind(reporting, reading.kind), reading.steps)


def _part(words: str | None) -> str | None:
    if words is None:
        return None
    last = words.lower().removeprefix("the ").removesuffix(" of")
    return {"beginning": "start", "middle": "mid"}.get(last, last)


def _year(match: re.Match[str]) -> int | None:
    text = match.groupdict().get("year") or match.groupdict().get("year2")
    if not text:
        return None
    return int(text) if len(text) == 4 else 2000 + int(text)


def _number(match: re.Match[str]) -> int:
    groups = match.groupdict()
    return int(groups.get("number") or _ORDINALS[(groups.get("ordinal") or "").lower()])


def _quarter(match: re.Match[str], reporting: str) -> str | None:
    number, year = _number(match), _year(match)
    if year is not None:
        return f"{year}Q{number}"
    base = periods.quarter_of(periods.end(reporting))
    return _nearest(base, lambda period: period.endswith(f"Q{number}"), -2, 1)


def _half(match: re.Match[str], reporting: str) -> str | None:
    return f"{_year(match) or periods.end(reporting).year}H{_number(match)}"


def _month(match: re.Match[str], reporting: str) -> str | None:
    groups = match.groupdict()
    written = groups.get("month_number")
    number = int(written) if written else 1 + _MONTHS.index(groups["month"][:3].lower())
    year = _year(match)
    if year is not None:
        return f"{year}-{number:02d}"
    base = periods.month_of(periods.end(reporting))
    return _nearest(base, lambda period: period.endswith(f"-{number:02d}"), -8, 3)


def _date(match: re.Match[str], reporting: str) -> str | None:
    period = f"{_month(match, reporting)}-{int(match['day']):02d}"
    try:
        periods.end(period)
    except InputError:
        return None
    return period


def _calendar_year(match: re.Match[str], _reporting: str) -> str | None:
    return str(_year(match))


def _like(match: re.Match[str], reporting: str) -> str | None:
    """Return the reporting period moved to the written year ("the same period of 2021")."""
    return f"{_year(match)}{reporting[4:]}"


_WRITTEN: dict[str, Callable[[re.Match[str], str], str | None]] = {
    "date": _date,
    "quarter": _quarter,
    "half": _half,
    "month": _month,
    "year": _calendar_year,
    "like": _like,
}


def _nearest(base: str, wanted: Callable[[str], bool], first: int, last: int) -> str | None:
    """Return the period within `first`..`last` steps of `base` that is wanted, the nearest first."""
    for step in sorted(range(first, last + 1), key=lambda n: (abs(n), n > 0)):
        candidate = periods.shift(base, step)
        if wanted(candidate):
            return candidate
    return None


def _as_kind(reporting: str, kind: str) -> str:
    """Return the period of a kind that ends with, or holds the end of, the reporting period."""
    if periods.kind(reporting) == kind:
        return reporting
    last = periods.end(reporting)
    if kind == "year":
        return str(last.year)
    return periods.quarter_of(last) if kind == "quarter" else periods.month_of(last)
