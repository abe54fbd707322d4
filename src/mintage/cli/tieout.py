"""`mintage tieout`: check every figure of a text before somebody else does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from mintage.cli.options import Options
from mintage.cli.show import console, plain, print_json, print_table, styled
from mintage.disclosure.page import write_page
from mintage.disclosure.report import Report, report_json, summary, summary_rows
from mintage.disclosure.service import tie_out_file
from mintage.disclosure.sources import JournalBooks, JournalMarket
from mintage.house import rulebook

NEEDS_A_READER = {"contradicts", "ambiguous", "edge"}
app = App(name="tieout", help="Check every figure of a call, release or update.")
MARKS = {
    "ties": ("✓ ties", "green"),
    "edge": ("≈ edge", "cyan"),
    "contradicts": ("✗ contradicts", "bold red"),
    "ambiguous": ("? ambiguous", "yellow"),
    "unchecked": ("· unchecked", "dim"),
}


@app.default
def tieout(
    file: Path,
    *,
    period: str,
    html: Path | None = None,
    every: Annotated[bool, Parameter(name="--all", negative=())] = False,
    options: Options = Options(),
) -> int:
    """Find every figure of a text and check it against the books, the text itself and the market.

    Without a journal only the text itself is checked. Exit code 1 when a figure contradicts.

    Example: mintage tieout examples/lodequarry/call-2025Q2.txt --period 2025Q2 --html var/tieout.html

    Args:
        file: the text, UTF-8; English alone or with Chinese paragraphs under each.
        period: the period that it reports on.
        html: also write a page with the text, its figures underlined by verdict.
        every: print all figures, not only those that need a reader.
    """
    books, market = None, None
    if options.db.exists():
        rulebook()
        journal = options.journal()
        books, market = JournalBooks(journal), JournalMarket(journal)
    report = tie_out_file(file, period, books, market)
    if html is not None:
        html.parent.mkdir(parents=True, exist_ok=True)
        write_page(report, html)
    if options.json:
        print_json(report_json(report))
    else:
        show(report, every=every)
        if books is None:
            print(f"No journal at {options.db}: nothing was checked against books or market.")
        if html is not None:
            print(f"Page: {html}")
    return 1 if report.count("contradicts") else 0


def show(report: Report, *, every: bool) -> None:
    """Print the verdicts, what needs a reader, and what the translation lost."""
    from rich.padding import Padding  # noqa: PLC0415  rich loads only when something is printed

    counts = summary(report)
    rows = [(styled(*MARKS[verdict]), counts[verdict]) for verdict in MARKS]
    print_table(f"Tie-out of {counts['file']}, {counts['period']}: {counts['figures']} figures", ("", ""), rows)
    screen = console()
    for line, who, what, metric, verdict, why in summary_rows(report):
        if not every and verdict not in NEEDS_A_READER:
            continue
        head = styled(f"{MARKS[verdict][0]:<14}", MARKS[verdict][1])
        screen.print(head, plain(f"line {line:>4}  {who}: {what}"), styled(metric, "dim"))
        screen.print(Padding(plain(why), (0, 0, 0, 15)))
    screen.print()
    if report.language:
        notes = [(n.line, n.kind, n.source, n.target, n.suggest or "") for n in report.language]
        print_table("Translation", ("line", "kind", "English", "Chinese", "suggested"), notes, left=5)
