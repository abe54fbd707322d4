"""Errors planted at random in a text that ties out: how many does the tie-out find?

Takes the example company's own call with its known errors undone, its books closed from the example's facts, and
plants one error at a time in the English text: a unit, a scale, a sign, a period, a digit of rounding, or two metrics
swapped. Only figures that tie beforehand are spoilt, for of the others nobody can tell. An error counts as found when
some figure is contradicted, ambiguous or at the edge that was not before.

Run: python -m bench.mutations [FILE --period PERIOD --db JOURNAL] [--count N] [--seed N] [--misses]
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bench.measure import Row, report, run_python
from mintage.disclosure.checks.evidence import Outcome
from mintage.disclosure.document import Document, parse_document, read_document
from mintage.disclosure.figures import Figure
from mintage.disclosure.ports import BooksView, MarketView
from mintage.disclosure.report import Checked
from mintage.disclosure.service import check_figures
from mintage.disclosure.sources import JournalBooks, JournalMarket
from mintage.house import open_journal

EXAMPLE = Path(__file__).parents[1] / "examples" / "lodequarry"
COUNT, SEED, FOUND_MIN_PERCENT = 200, 7, 97.0
REACH_BEFORE, REACH_AFTER = 45, 24
BAD: frozenset[Outcome] = frozenset({"contradicts", "ambiguous", "edge"})
UNITS = (
    (r"exa-?hash", "petahash"),
    (r"extra hash", "petahash"),
    (r"peta-?hash", "exahash"),
    (r"tera-?hash", "gigahash"),
    (r"EH/s", "PH/s"),
    (r"PH/s", "TH/s"),
    (r"TH/s", "GH/s"),
    (r"\bcents\b", "dollars"),
    (r"\bkWh\b", "MWh"),
    (r"\bkilowatt", "megawatt"),
    (r"\bBTC\b", "ETH"),
    (r"\$", "RMB "),
)
SCALES = (("million", "billion"), ("million", "thousand"), ("billion", "million"))
SIGNS = (
    (r"\bprofit of\b", "loss of"),
    (r"\bloss of\b", "profit of"),
    (r"\bnet loss\b", "net profit"),
    (r"\boperating loss\b", "operating profit"),
    (r"(?<!makes )(?<!made )(?<!tied )\bup\b", "down"),
    (r"\bdown\b", "up"),
    (r"\bincrease\b", "decrease"),
    (r"\bincreased\b", "decreased"),
    (r"\brose to\b", "fell to"),
    (r"\bgrew\b", "shrank"),
    (r"\bnarrowed\b", "widened"),
    (r"\bmore than (?=the|a )", "less than "),
    (r"\babove the\b", "below the"),
)
PERIODS = (
    ("second quarter", "first quarter"),
    ("first quarter", "second quarter"),
    ("quarter 1", "quarter 2"),
    ("quarter 2", "quarter 1"),
    ("Q1", "Q2"),
    ("Q2", "Q1"),
    ("end of June", "end of March"),
    ("June 30", "March 31"),
    ("March 31", "June 30"),
    ("end of July", "end of April"),
    ("end of May", "end of January"),
    ("on the quarter", "on the year"),
    ("on the year", "on the quarter"),
    ("year-over-year", "quarter-over-quarter"),
    ("quarter-over-quarter", "year-over-year"),
    ("previous quarter", "same quarter of last year"),
)

Mutator = Callable[[str, Figure, list[Figure], random.Random], str | None]


@dataclass(frozen=True)
class Planted:
    """One planted error: its kind, the line, the words before and after, and whether it was found."""

    kind: str
    line: int
    before: str
    after: str
    found: bool


def spoil_unit(text: str, figure: Figure, _: list[Figure], draw: random.Random) -> str | None:
    """Print another unit or currency."""
    fitting = [(old, new) for old, new in UNITS if re.search(old, text[figure.start : figure.end])]
    if not fitting:
        return None
    old, new = draw.choice(fitting)
    return _spliced(text, figure, re.sub(old, new, text[figure.start : figure.end], count=1))


def spoil_scale(text: str, figure: Figure, _: list[Figure], draw: random.Random) -> str | None:
    """Print another scale word, or move the decimal point by one digit."""
    printed = text[figure.start : figure.end]
    fitting = [(old, new) for old, new in SCALES if old in printed]
    if fitting:
        old, new = draw.choice(fitting)
        return _spliced(text, figure, printed.replace(old, new, 1))
    match = re.search(r"\d[\d,]*(?:\.\d+)?", printed)
    if match is None:
        return None
    whole, _dot, rest = match[0].replace(",", "").partition(".")
    moved = f"{int(whole + rest[:1]):,}" + (f".{rest[1:]}" if rest[1:] else "") if rest else f"{int(whole) * 10:,}"
    return _spliced(text, figure, printed.replace(match[0], moved, 1))


def spoil_sign(text: str, figure: Figure, _: list[Figure], draw: random.Random) -> str | None:
    """Turn the direction word beside a figure."""
    first, last = max(0, figure.start - REACH_BEFORE), min(len(text), figure.end + REACH_AFTER)
    stop = max(text.rfind(mark, first, figure.start) for mark in (". ", "; "))
    first = max(first, stop + 1)
    near = text[first:last]
    fitting = [(old, new) for old, new in SIGNS if re.search(old, near)]
    if not fitting:
        return None
    old, new = draw.choice(fitting)
    return text[:first] + re.sub(old, new, near, count=1) + text[last:]


def spoil_period(text: str, figure: Figure, _: list[Figure], draw: random.Random) -> str | None:
    """Name another period right beside a figure."""
    first, last = max(0, figure.start - 2 * REACH_BEFORE), min(len(text), figure.end + REACH_BEFORE)
    sentence = max(text.rfind(". ", first, figure.start) + 1, first)
    near = text[sentence:last].partition(". ")[0]
    fitting = [(old, new) for old, new in PERIODS if old in near]
    if not figure.period_stated or not fitting:
        return None
    old, new = draw.choice(fitting)
    return text[:sentence] + near.replace(old, new, 1) + text[sentence + len(near) :]


def spoil_rounding(text: str, figure: Figure, _: list[Figure], draw: random.Random) -> str | None:
    """Change the last digit that is not zero by one step, outwards where the figure is a bound."""
    printed = text[figure.start : figure.end]
    number = re.search(r"\d[\d,]*(?:\.\d+)?", printed)
    if number is None:
        return None
    places = [place for place, sign in enumerate(number[0]) if sign in "123456789"]
    if not places:
        return None
    step = {"over": 1, "under": -1, "nearly": 1}.get(figure.qualifier or "", draw.choice((-1, 1)))
    place = places[-1]
    digit = int(number[0][place]) + step
    if not 0 < digit < 10:
        digit -= 2 * step
        if figure.qualifier in {"over", "under"}:
            return None
    changed = number[0][:place] + str(digit) + number[0][place + 1 :]
    return _spliced(text, figure, printed.replace(number[0], changed, 1))


def spoil_metric(text: str, figure: Figure, others: list[Figure], draw: random.Random) -> str | None:
    """Swap two figures of the same kind that measure different things."""
    fitting = [
        other for other in others
        if other.kind == figure.kind and other.metric and other.metric != figure.metric
        and other.shown != figure.shown and (other.end <= figure.start or other.start >= figure.end)
    ]  # fmt: skip
    if not fitting:
        return None
    other = draw.choice(fitting)
    one, two = sorted((figure, other), key=lambda each: each.start)
    first, second = text[one.start : one.end], text[two.start : two.end]
    return text[: one.start] + second + text[one.end : two.start] + first + text[two.end :]


def _spliced(text: str, figure: Figure, printed: str) -> str | None:
    return text[: figure.start] + printed + text[figure.end :] if printed != text[figure.start : figure.end] else None


MUTATORS: dict[str, Mutator] = {
    "unit": spoil_unit,
    "scale": spoil_scale,
    "sign": spoil_sign,
    "period": spoil_period,
    "rounding": spoil_rounding,
    "swapped metric": spoil_metric,
}


def run(
    document: Document, period: str, books: BooksView | None, market: MarketView | None, count: int, seed: int
) -> list[Planted]:
    """Plant `count` errors one at a time and say of each whether it was found."""
    draw = random.Random(seed)
    clean = check_figures(document, period, books, market)
    known = _bad(clean)
    eligible = [c.figure for c in clean if c.verdict in {"ties", "edge"} and _spoilable(c.figure)]
    planted: list[Planted] = []
    seen: set[str] = set()
    attempts = 0
    while len(planted) < count and attempts < 60 * count:
        attempts += 1
        kind = draw.choice(list(MUTATORS))
        figure = draw.choice(eligible)
        paragraph = document.paragraphs[figure.paragraph]
        beside = [other for other in eligible if other.paragraph == figure.paragraph and other is not figure]
        spoilt = MUTATORS[kind](paragraph.en, figure, beside, draw)
        if spoilt is None or spoilt in seen:
            continue
        seen.add(spoilt)
        paragraphs = list(document.paragraphs)
        paragraphs[figure.paragraph] = msgspec.structs.replace(paragraph, en=spoilt)
        checked = check_figures(msgspec.structs.replace(document, paragraphs=tuple(paragraphs)), period, books, market)
        found = bool(_bad(checked) - known)
        planted.append(Planted(kind, figure.line, *_changed(paragraph.en, spoilt), found))
    return planted


def _spoilable(figure: Figure) -> bool:
    return figure.role in {"level", "base", "growth", "difference", "share"} and figure.metric is not None


def _bad(figures: tuple[Checked, ...]) -> Counter[tuple[object, ...]]:
    return Counter(
        (c.figure.paragraph, c.figure.metric_shown, c.figure.period, c.figure.unit, c.figure.shown, c.verdict)
        for c in figures
        if c.verdict in BAD
    )


def _changed(before: str, after: str) -> tuple[str, str]:
    """Return the words around the first difference, before and after."""
    start = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    first = max(0, start - 50)
    return before[first : start + 40], after[first : start + 40]


def clean_example() -> Document:
    """Return the example's call with its planted English errors undone."""
    path = EXAMPLE / "call-2025Q2.txt"
    lines = path.read_text(encoding="utf-8").split("\n")
    for error in tomllib.loads((EXAMPLE / "planted-errors.toml").read_text(encoding="utf-8"))["error"]:
        lines[error["line"] - 1] = lines[error["line"] - 1].replace(error["stands"], error["right"])
    return parse_document("\n".join(lines).encode(), path.name)


def closed_example(folder: Path) -> Path:
    """Import the example's facts into a new journal and close its quarters."""
    journal = folder / "example.db"
    command = ("-m", "mintage.cli.main")
    for step in (
        ("facts", "import", str(EXAMPLE / "facts")),
        ("books", "close", "2025Q1"),
        ("books", "close", "2025Q2"),
    ):
        run_python(*command, *step, env={"MINTAGE_DB": str(journal)})
    return journal


def main() -> int:
    """Run the benchmark and print a table per kind; exit 1 where too few are found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", help="a text that ties out (default: the example's call)")
    parser.add_argument("--period", default="2025Q2")
    parser.add_argument("--db", type=Path, help="the journal with the books (default: the example's)")
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--misses", action="store_true", help="print the errors that were not found")
    options = parser.parse_args()
    document = read_document(options.file) if options.file else clean_example()
    with tempfile.TemporaryDirectory() as folder:
        journal = open_journal(options.db or closed_example(Path(folder)))
        planted = run(
            document, options.period, JournalBooks(journal), JournalMarket(journal), options.count, options.seed
        )
    by_kind = {kind: [one for one in planted if one.kind == kind] for kind in MUTATORS}
    rows = [_row(kind, ones) for kind, ones in by_kind.items() if ones]
    total = 100 * sum(one.found for one in planted) / len(planted)
    rows.append(
        Row(
            what=f"all {len(planted)} planted errors found",
            value=total,
            unit="%",
            limit=FOUND_MIN_PERCENT,
            at_least=True,
        )
    )
    misses = [one for one in planted if not one.found]
    if options.misses:
        for one in misses:
            print(f"missed {one.kind}, line {one.line}:\n  - {one.before}\n  + {one.after}")
    return report("Errors planted in a text that ties out", rows, f"seed {options.seed}; {len(misses)} missed")


def _row(kind: str, planted: list[Planted]) -> Row:
    share = 100 * sum(one.found for one in planted) / len(planted)
    return Row(what=f"{kind} ({len(planted)} planted)", value=share, unit="%")


if __name__ == "__main__":
    sys.exit(main())
