"""What the columns of a table show: periods and changes, the currency and the scale of its amounts."""

import re

import msgspec

from mintage.disclosure import periods
from mintage.disclosure.document import Document
from mintage.disclosure.linking import comparison_base
from mintage.disclosure.quantities import find_quantities
from mintage.disclosure.when import When, find_periods
from mintage.disclosure.words import words

_IN_SCALE = re.compile(r"\bin (?:US\$ |USD |US dollars? |\$ )?(?P<scale>thousand|million|billion)s?\b", re.IGNORECASE)
_NOTE = re.compile(r"notes?", re.IGNORECASE)
_NOTE_MARK = re.compile(r"\d{1,2}(?:\([a-z]\))?|\([a-z0-9]\)|[a-z]", re.IGNORECASE)
_CURRENCY_CELL = re.compile(r"(?:US\$|USD|\$)(?: ?\([^)]*\))?")
_SPAN = re.compile(r"\b(?P<months>three|six|twelve) months ended (?P<day>[A-Z][a-z]+ \d{1,2})\b", re.IGNORECASE)
_ABOVE_MAX = 12


class Column(msgspec.Struct, frozen=True):
    """What a column shows: values of `period`, or the change against it (`compared`: "mom", "qoq" or "yoy")."""

    period: str
    compared: str | None = None


def scale_above(document: Document, index: int) -> tuple[str, str]:
    """Return scale word and currency sign of a line such as "(in thousands of US dollars)" above a table."""
    for paragraph in reversed(document.paragraphs[max(0, index - _ABOVE_MAX) : index]):
        match = _IN_SCALE.search(paragraph.en)
        if match is not None and len(paragraph.en) < 160:
            return match["scale"], "$" if re.search(r"dollars?|US\$|USD|\$", paragraph.en) else ""
    return "", ""


def dates_above(document: Document, index: int, columns: list[Column]) -> list[Column]:
    """Return columns that are headed by a year alone with the date or span of that year that stands above them."""
    years = [column.period for column in columns if periods.kind(column.period) == "year"]
    if len(years) != len(columns) or not years:
        return columns
    for paragraph in reversed(document.paragraphs[max(0, index - _ABOVE_MAX) : index]):
        span = _SPAN.search(paragraph.en)
        if span is not None:
            return [_spanned(span, column) for column in columns]
        dates = [when.period for when in find_periods(paragraph.en, years[0]) if periods.kind(when.period) == "date"]
        dated = [[date for date in dates if date.startswith(year)] for year in years]
        if all(len(found) == 1 for found in dated):
            return [Column(found[0]) for found in dated]
    return columns


def _spanned(span: re.Match[str], column: Column) -> Column:
    """Return the column of the quarter, half or year that "three months ended June 30" makes of a year."""
    length = {"three": "quarter", "six": "half"}.get(span["months"].lower(), "year")
    ended = next((when.period for when in find_periods(f"{span['day']}, {column.period}", column.period)), None)
    if ended is None or periods.kind(ended) != "date" or length == "year":
        return column
    quarter = periods.quarter_of(periods.end(ended))
    if length == "quarter":
        return Column(quarter)
    return Column(f"{column.period}H1") if quarter.endswith("Q2") else column


def currency_of(texts: list[str]) -> str:
    """Return "$" where a row of cells only says that the columns are in dollars."""
    return "$" if texts and all(_CURRENCY_CELL.fullmatch(text) for text in texts) else ""


def without_note(texts: list[str], columns: int) -> int:
    """Return how many cells at the front of a row lead to notes: 1 where it has one cell more than columns."""
    return int(len(texts) == columns + 1 and columns > 0 and _NOTE_MARK.fullmatch(texts[0]) is not None)


def read_header(cells: list[str], reporting: str) -> list[Column]:
    """Return the columns that a row of periods and comparisons names, or nothing."""
    columns: list[Column] = []
    named = cells if column_of(cells[0], reporting, columns) else cells[1:]
    for cell in named:
        if _NOTE.fullmatch(cell):
            continue
        column = column_of(cell, reporting, columns)
        if column is None:
            return []
        columns.append(column)
    return columns if any(column.compared is None for column in columns) else []


def column_of(text: str, reporting: str, before: list[Column]) -> Column | None:
    """Return the period or the comparison that one heading names, or None; `before` are the columns left of it."""
    for compared, pattern in _comparisons().items():
        if pattern.search(text):
            current = next((column.period for column in before if column.compared is None), reporting)
            return Column(current, compared)
    whens: list[When] = find_periods(text, reporting)
    covered = sum(when.end - when.start for when in whens)
    if (
        len(whens) == 1
        and covered >= len(text.strip()) - 24
        and not find_quantities(text, [(w.start, w.end) for w in whens])
    ):
        return Column(whens[0].period)
    return None


def _comparisons() -> dict[str, re.Pattern[str]]:
    longer = {"mom": r"month\s*/\s*month", "qoq": r"quarter\s*/\s*quarter", "yoy": r"year\s*/\s*year"}
    return {
        name: re.compile(f"{pattern.pattern}|{longer[name]}", re.IGNORECASE)
        for name, pattern in words().compared.items()
    }


def assumed_columns(values: list[str], reporting: str) -> list[Column]:
    """Return the columns that a row without headings most likely has: this period, the last, a year ago, changes."""
    plain = [cell for cell in values if not cell.rstrip(")").endswith("%")]
    periods_of = [reporting, comparison_base(reporting, None), comparison_base(reporting, "yoy")]
    changes = [Column(reporting, "mom" if "-" in reporting else "qoq"), Column(reporting, "yoy")]
    columns = [Column(period) for period in periods_of[: len(plain)]]
    return columns + changes[: max(0, len(values) - len(columns))]
