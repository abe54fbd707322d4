"""`mintage export`: the journal and what follows from it as files of other programs."""

from __future__ import annotations

from pathlib import Path

from cyclopts import App

from mintage.cli.options import Options
from mintage.cli.show import print_json, print_table, progress
from mintage.exchange.export import EXPORTS, export, find
from mintage.units import parse_period
from mintage.units.errors import InputError

app = App(name="export", help="Write the journal and what follows from it as files of other programs.")


@app.default
def export_(
    what: str = "",
    form: str = "",
    *,
    out: Path | None = None,
    period: str | None = None,
    options: Options = Options(),
) -> None:
    """Write one thing in one form; without arguments, list what there is.

    beancount and hledger files are whole ledgers that state their balances at the end; facts as JSONL are what
    `mintage facts import` reads back to the very same chain. In CSV, text that a spreadsheet would take for a formula
    begins with an apostrophe. The file appears whole or not at all.

    Example: mintage export journal beancount --out books.beancount
    Example: mintage export postings parquet --period 2025Q2 --out postings.parquet

    Args:
        what: what to write: journal, facts, postings, lots, moves, balances, accounts, commodities, kpis, statements.
        form: beancount, hledger, jsonl, csv or parquet.
        out: the file; by default it is named after what it holds, here.
        period: only accounting dates in this period; of lots, its end. Statements and KPIs need one.
    """
    if not what:
        _list(as_json=options.json)
        return
    if not form:
        forms = ", ".join(known for of, known in EXPORTS if of == what)
        raise InputError("the form is missing.", field="form", remedy=f"One of: {forms}." if forms else "See --help.")
    found, span = find(what, form), parse_period(period) if period else None
    path = out or Path(found.filename)
    with progress("exporting") as step:
        export(options.journal(), what, form, path, step, span.start if span else None, span.end if span else None)
    size = path.stat().st_size
    if options.json:
        print_json({"file": path, "what": what, "form": form, "period": period, "bytes": size})
    else:
        print(f"{what} is in {path} ({size:,} bytes)")


def _list(*, as_json: bool) -> None:
    if as_json:
        print_json(list(EXPORTS.values()))
        return
    forms: dict[str, list[str]] = {}
    meanings = {}
    for item in EXPORTS.values():
        forms.setdefault(item.what, []).append(item.form)
        meanings[item.what] = item.en
    rows = [(what, ", ".join(known), meanings[what]) for what, known in forms.items()]
    print_table("What can be exported", ("what", "forms", "meaning"), rows, left=2)
