"""Tables of monthly updates: rows of a label and one figure per period, with columns of changes."""

import re

import msgspec

from mintage.disclosure.building import make_figure, period_figure
from mintage.disclosure.columns import (
    Column,
    assumed_columns,
    currency_of,
    dates_above,
    read_header,
    scale_above,
    without_note,
)
from mintage.disclosure.context import Context
from mintage.disclosure.dating import Dated
from mintage.disclosure.document import Document, is_table_row
from mintage.disclosure.figures import Figure
from mintage.disclosure.linking import comparison_base
from mintage.disclosure.metrics import find_measures, measures_by_id
from mintage.disclosure.quantities import blank, find_quantities
from mintage.disclosure.quantity import Quantity
from mintage.disclosure.roles import RoleReading
from mintage.disclosure.subjects import Subject, subject_of
from mintage.disclosure.when import find_periods

_CELL = re.compile(r"(?:(?!\||\t| {2,}).)+")
_RULE = re.compile(r"[\s|:+=_–—-]+")
_LABEL_UNIT = re.compile(r"\((?P<unit>[^()\d]{1,24})\)")
_SCALE = re.compile(r"\b(?:in )?(?P<scale>thousand|million|billion)s?\b", re.IGNORECASE)
_TAIL = re.compile(r"^(?P<head>.+?)\s*(?:[-–—:]|\()\s*(?P<place>[A-Z][A-Za-z. ]+?)\)?\s*$")
_NOTE_MARKS = re.compile(r"(?<=[A-Za-z)]) ?(?:\d\d?(?:, ?\d\d?)*|\(\d\))$")
_HEADINGS_MAX = 2
_HEADING = re.compile(r"[^\d.]{1,60}")
_TOTAL = re.compile(r"(?:sub)?total|company[- ]wide|all sites|combined", re.IGNORECASE)


class _Cell(msgspec.Struct, frozen=True):
    start: int
    text: str


class _State(msgspec.Struct):
    number: int
    columns: list[Column] = []
    heading: str = ""
    scale: str = ""
    currency: str = ""
    rows: list[tuple[str, list[Figure]]] = []


def read_tables(document: Document, reporting: str) -> dict[int, list[Figure]]:
    """Return the figures of the paragraphs that are table rows, by index of the paragraph.

    Two or more rows in sequence make a table. Its first row of periods heads the columns; without one the
    values are of the reporting period, the one before and the same a year before, in this order.
    """
    result: dict[int, list[Figure]] = {}
    rows = [index for index, paragraph in enumerate(document.paragraphs) if is_table_row(paragraph.en)]
    state = _State(0)
    for position, index in enumerate(rows):
        if position == 0 or not _goes_on(document, rows[position - 1], index):
            _tell_apart(state.rows)
            scale, currency = scale_above(document, index)
            state = _State(state.number + 1, scale=scale, currency=currency)
            alone = position + 1 == len(rows) or rows[position + 1] != index + 1
            if alone and len(_cells(document.paragraphs[index].en)) < 3:
                continue
        known = state.columns
        figures = _row(document.paragraphs[index].en, reporting, state)
        if state.columns is not known:
            state.columns = dates_above(document, index, state.columns)
        for number, figure in enumerate(figures, start=1):
            paragraph = document.paragraphs[index]
            partner = figures[int(figure.partner)] if figure.partner else None
            figure.id = f"L{paragraph.line}.{number}"
            figure.partner = f"L{paragraph.line}.{figures.index(partner) + 1}" if partner else None
            figure.paragraph, figure.line, figure.speaker = index, paragraph.line, paragraph.speaker
            figure.quote, figure.table = paragraph.en[:120].strip(), state.number
        result[index] = figures
    _tell_apart(state.rows)
    return result


def _goes_on(document: Document, before: int, index: int) -> bool:
    """Say whether a table continues from one row to another: side by side, or with only headings between."""
    between = [paragraph.en for paragraph in document.paragraphs[before + 1 : index]]
    return len(between) <= _HEADINGS_MAX and all(_HEADING.fullmatch(text) for text in between)


def _tell_apart(rows: list[tuple[str, list[Figure]]]) -> None:
    """Make parts of the rows that name the same metric with further words ("Bitcoin mined North Site")."""
    named: dict[str, list[tuple[str, list[Figure]]]] = {}
    for label, figures in rows:
        if figures and figures[0].metric and figures[0].scope is None:
            named.setdefault(figures[0].metric, []).append((label, figures))
    for metric, same in named.items():
        if len({label for label, _ in same}) == 1:
            continue
        for label, figures in same:
            place = _slug(" ".join(_further_words(label)))
            for figure in figures:
                if place and figure.metric == metric:
                    figure.scope, figure.metric = place, f"{metric}.{place}"


def _further_words(label: str) -> list[str]:
    """Return the words of a label that name no measure, without brackets; none for a total."""
    bare = re.sub(r"\(.*?\)", "", label)
    if _TOTAL.search(bare):
        return []
    hidden = [(mention.start, mention.end) for mention in find_measures(bare)]
    return re.findall(r"[A-Za-z][\w'’]*", blank(bare, hidden).replace("\x1f", " "))


def _cells(text: str) -> list[_Cell]:
    cells = [_Cell(match.start(), match[0]) for match in _CELL.finditer(text)]
    trimmed = [_Cell(cell.start + len(cell.text) - len(cell.text.lstrip()), cell.text.strip()) for cell in cells]
    return [cell for cell in trimmed if cell.text]


def _row(text: str, reporting: str, state: _State) -> list[Figure]:
    if _RULE.fullmatch(text):
        return []
    cells = _cells(text)
    texts = [cell.text for cell in cells]
    header = read_header(texts, reporting)
    if header:
        state.columns = header
        return [period_figure(when, text) for when in find_periods(text, reporting) if when.explicit]
    if len(cells) == 1:
        state.heading = cells[0].text if find_measures(cells[0].text) else ""
        return []
    if currency_of(texts):
        state.currency = currency_of(texts)
        return []
    label, values = _NOTE_MARKS.sub("", cells[0].text).strip(), cells[1:]
    values = values[without_note(texts[1:], len(state.columns)) :]
    columns = state.columns or assumed_columns([cell.text for cell in values], reporting)
    figures = _values(text, label, values[: len(columns)], columns, state)
    state.rows.append((label, figures))
    return figures


def _values(text: str, label: str, values: list[_Cell], columns: list[Column], state: _State) -> list[Figure]:
    name, place = _label(label, state)
    figures: list[Figure] = []
    current: Figure | None = None
    for cell, column in zip(values, columns, strict=False):
        quantity, context = _quantity(name, cell, column, state)
        if quantity is None:
            continue
        subject = subject_of(context, quantity)
        if column.compared is not None and current is not None and current.metric:
            figure = make_figure(context, quantity, RoleReading("growth"), None, Dated(column.period, stated=True))
            figure.metric, figure.measure, figure.nature = current.metric, current.measure, current.nature
            figure.compared, figure.partner = column.compared, str(figures.index(current))
            figure.base_period, figure.base_stated = comparison_base(column.period, column.compared), True
        elif column.compared is not None:
            continue
        else:
            figure = _level(context, quantity, subject, column, place)
            current = current or figure
        figure.start, figure.end, figure.text = (
            cell.start,
            cell.start + len(cell.text),
            text[cell.start :][: len(cell.text)],
        )
        figures.append(figure)
    return figures


def _level(context: Context, quantity: Quantity, subject: Subject | None, column: Column, place: str | None) -> Figure:
    figure = make_figure(context, quantity, RoleReading("level"), subject, Dated(column.period, stated=True))
    figure.period = column.period
    if place and figure.metric:
        figure.scope, figure.metric = place, f"{figure.metric}.{place}"
    return figure


def _label(label: str, state: _State) -> tuple[str, str | None]:
    """Return the words that name a row's measure, and the site to which the row is limited."""
    if not find_measures(label) and state.heading:
        site = re.sub(r"\(.*?\)", "", label).strip(" -–—:")
        return state.heading, None if _TOTAL.match(site) else _slug(site)
    state.heading = ""
    tail = _TAIL.match(re.sub(r"\(\d\)|\([^()]*/[^()]*\)", "", label).strip())
    if tail and not find_measures(tail["place"]) and find_measures(tail["head"]) and len(tail["place"].split()) <= 3:
        unit_like = re.fullmatch(r"(?:[EPTZ]H(?:/s)?|BTC|MW|USD|US)", tail["place"])
        if not unit_like:
            return tail["head"], None if _TOTAL.match(tail["place"]) else _slug(tail["place"])
    return label, None


def _slug(site: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", site.lower()).strip("-")


def _quantity(name: str, cell: _Cell, column: Column, state: _State) -> tuple[Quantity | None, Context]:
    """Read a cell as if the row's unit and the table's scale were written in it."""
    value = cell.text
    unit = _LABEL_UNIT.search(name)
    if column.compared is not None and "%" not in value and re.search(r"\d", value):
        value = f"{value}%"
    elif column.compared is None:
        value = _completed(value, unit["unit"] if unit else "", state, in_money=_is_money(name))
    written = f"{name}: {value}"
    offset = len(name) + 2
    quantities = [q for q in find_quantities(written, [(0, offset - 1)]) if q.start >= offset]
    context = Context.of(written, written, [(0, len(written))], quantities)
    return (quantities[0] if quantities else None), context


def _is_money(label: str) -> bool:
    return any("money" in measures_by_id()[mention.id].kinds for mention in find_measures(label))


def _completed(value: str, unit: str, state: _State, *, in_money: bool) -> str:
    """Add to a bare cell the unit that stands in the row's label, and the scale and currency of label or table."""
    bare = re.fullmatch(r"[-–(]?[$€£¥]?\s?[\d,.]+\)?", value.strip()) is not None
    money = re.search(r"[$€£¥]|USD|RMB", value) is not None
    symbol = re.search(r"[$€£¥]", unit)
    if symbol and "/" in unit and not money:
        return f"{symbol[0]}{value}{unit[unit.index('/') :]}"
    sign = symbol[0] if symbol else state.currency if in_money else ""
    if bare and sign and not money:
        value = f"({sign}{value[1:]}" if value.startswith("(") else f"{sign}{value}"
        money = True
    scale = _SCALE.search(unit)
    word = scale["scale"] if scale else state.scale if money else ""
    if bare and word and money:
        return f"{value} {word}"
    return f"{value} {unit}" if bare and unit and not money and not scale else value
