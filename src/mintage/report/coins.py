"""The bitcoin rollforward with its restrictions, as tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from mintage.books.restricted import Restricted
from mintage.books.rollforward import Rollforward, RollRow
from mintage.report.html import Html, el, join
from mintage.report.notes import Notes
from mintage.report.tables import THOUSANDS_FROM, datum, row, table
from mintage.report.words import Words, accounting

CONTROL = {
    "assets:bitcoin:pledged:": "restricted.pledged",
    "assets:bitcoin-receivable:lent:": "restricted.lent",
    "assets:bitcoin-receivable:allowance:": "restricted.lent",
}
BTC_DIGITS = 2
Show = Callable[[int], Html]


def coins(sats: int) -> Html:
    """Satoshis as BTC, exact on a closer look."""
    value = Decimal(sats).scaleb(-8)
    return datum(accounting(value, BTC_DIGITS), value, "BTC")


def money(scale: int) -> Show:
    """Cents as USD or thousands of USD."""

    def show(cents: int) -> Html:
        value = Decimal(cents).scaleb(-2)
        return datum(accounting(value.scaleb(-scale), 0), value, "USD")

    return show


def rollforward_tables(words: Words, roll: Rollforward) -> Html:
    """What is owned, in units, cost and fair value; then where all bitcoin is; then the restrictions."""
    large = any(abs(value) >= THOUSANDS_FROM for item in roll.rows for value in item.fair_value.values())
    show = money(3 if large else 0)
    unit = words("usd_thousand" if large else "usd_plain")
    owned = [
        row(words.name(item), (coins(item.units["owned"]), show(item.cost["owned"]), show(item.fair_value["owned"])))
        if item.section != "remeasurement"
        else row(words.name(item), ("", "", show(item.fair_value["owned"])))
        for item in roll.rows
        if _moves(item, ("owned",))
    ]
    heads = [words("item"), *(words(f"roll.{name}") for name in ("units", "cost.head", "fair_value.head"))]
    gains = {"gains": roll.realised_gains, "losses": roll.realised_losses, "all": roll.realised_cumulative}
    realised = words(
        "roll.realised", **{name: f"{accounting(Decimal(c).scaleb(-2), 0)} USD" for name, c in gains.items()}
    )
    more = [_by_place(words, roll, name, show, unit) for name in ("cost", "fair_value")]
    return join(
        [
            table(words("roll"), heads, owned, remark=f"{unit}"),
            el("ul", el("li", realised), el("li", words("zero_rows")), class_="notes"),
            _by_place(words, roll, "units", coins, ""),
            el("ul", el("li", words("deposits_note")), class_="notes") if "deposits" in _places(roll) else Html(""),
            el("details", el("summary", words("roll.more")), *more),
            restricted_table(words, roll.restricted, show, unit),
        ]
    )


def _moves(item: RollRow, columns: Sequence[str]) -> bool:
    """Whether a row says anything in these columns; start and end always do."""
    amounts = (amounts[name] for amounts in (item.units, item.cost, item.fair_value) for name in columns)
    return item.section in {"opening", "closing"} or any(amounts)


def _places(roll: Rollforward) -> list[str]:
    """Columns with anything in them; without customers' deposits the total is what is owned."""
    deposits = any(item.units["deposits"] or item.fair_value["deposits"] for item in roll.rows)
    return [name for name in roll.columns if deposits or name not in {"deposits", "total"}]


def _by_place(words: Words, roll: Rollforward, measure: str, show: Show, unit: str) -> Html:
    """One measure of a rollforward ("units", "cost", "fair_value"), with a column for each place."""
    places, rows = _places(roll), []
    for item in roll.rows:
        amounts: dict[str, int] = getattr(item, measure)
        if item.section in {"opening", "closing"} or any(amounts[name] for name in places):
            rows.append(row(words.name(item), [show(amounts[name]) for name in places]))
    heads = [words("item"), *(words(f"column.{name}") for name in places)]
    return table(words(f"roll.by.{measure}"), heads, rows, remark=unit)


def restricted_table(words: Words, restricted: Sequence[Restricted], show: Show, unit: str) -> Html:
    """Bitcoin that lenders and borrowers hold, with what is owed to them and when it ends."""
    title = words("restricted")
    if not restricted:
        return join([el("h3", title), el("p", words("none"))])
    notes = Notes(words, "restricted")
    keys = ("roll.units", "roll.cost.head", "roll.fair_value.head", "restricted.loan", "restricted.due")
    heads = [words("restricted.holder"), *(words(key) for key in keys)]
    rows = [_restricted_row(words, notes, item, show) for item in restricted]
    return join([table(title, heads, rows, remark=unit), notes.html()])


def _restricted_row(words: Words, notes: Notes, item: Restricted, show: Show) -> Html:
    control = next((word for start, word in CONTROL.items() if item.account.startswith(start)), "restricted.reusable")
    told = words("restricted.until", state=words(control), release=item.release) if item.release else words(control)
    name = join([item.holder, " ", el("small", told)])
    cost = show(item.cost) if item.cost is not None else notes.unknown("a global lot policy knows no cost by holder")
    return row(
        name,
        (
            coins(item.sats),
            cost,
            show(item.fair_value),
            show(item.loan),
            item.due or notes.unknown("no terms are recorded"),
        ),
    )
