"""Printing: tables that are read at arm's length, JSON with stable keys, progress on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from unicodedata import category

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console
    from rich.text import Text

WORDS = {"by", "name", "名稱", "lapses when", "meaning", "source, or why it is unknown", "words"}
"""Headings of columns that hold words wherever they stand."""
_STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_ENCODER = msgspec.json.Encoder(decimal_format="string", enc_hook=str, order="deterministic")


def console(*, error: bool = False) -> Console:
    """The terminal; wide enough for a statement where output goes to a file."""
    from rich.console import Console  # noqa: PLC0415  rich loads only when something is printed

    width = None if (sys.stderr if error else sys.stdout).isatty() else 120
    return Console(stderr=error, width=width, highlight=False, soft_wrap=False)


def print_json(value: Any) -> None:
    """One JSON document, indented; exact decimals are strings."""
    plain_value = _without_exponents(msgspec.to_builtins(value, builtin_types=(Decimal,), enc_hook=str))
    sys.stdout.write(msgspec.json.format(_ENCODER.encode(plain_value), indent=2).decode() + "\n")


def _without_exponents(value: Any) -> Any:
    """Decimals as plain digits: five satoshis are "0.00000005", not "5E-8"."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dict):
        return {name: _without_exponents(item) for name, item in value.items()}
    return [_without_exponents(item) for item in value] if isinstance(value, list) else value


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, note: str = "", left: int = 1
) -> None:
    """A table; "none" in its place where there are no rows.

    Args:
        title: what it shows, with period or date.
        columns: headings; all but the first `left` and names are right-aligned, as figures are, and not wrapped.
        rows: cells, plain text or rich text.
        note: a line under it.
        left: how many leading columns hold words.
    """
    from rich.table import Table  # noqa: PLC0415  as above

    table = Table(header_style="dim", box=None, pad_edge=False)
    for number, column in enumerate(columns):
        figures = left <= number < len(columns) and column not in WORDS
        table.add_column(column, justify="right" if figures else "left", overflow="fold", no_wrap=figures)
    for row in rows:
        table.add_row(*[cell if hasattr(cell, "plain") else plain(str(cell)) for cell in row])
    screen = console()
    screen.print(plain(title), style="bold")
    screen.print(table if table.rows else "none")
    if note:
        screen.print(plain(note), style="dim")
    screen.print()


def printable(text: str, keep: str = "\n\t") -> str:
    """Text with its control and direction characters spelt out, so that no file name or key can steer a terminal.

    Args:
        text: what somebody else wrote.
        keep: control characters that may stay.
    """
    if text.isprintable():
        return text
    return "".join(
        character
        if character in keep or category(character) not in _STEERING
        else character.encode("unicode_escape").decode()
        for character in text
    )


def plain(text: str) -> Text:
    """Text as it is: no markup in it is obeyed, nor any control character."""
    from rich.text import Text  # noqa: PLC0415  as above

    return Text(printable(text))


def styled(text: str, style: str) -> Text:
    """Text in a style."""
    from rich.text import Text  # noqa: PLC0415  as above

    return Text(printable(text), style=style)


def verdict(*, passed: bool) -> Text:
    """A word that says pass or fail without relying on colour."""
    return styled("✓ pass", "green") if passed else styled("✗ FAIL", "bold red")


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int | None], None]]:
    """A progress bar on a terminal's standard error; the body calls it with (done, total or None)."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415  as above

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console(error=True), transient=True) as bar:
        task = bar.add_task(what, total=None)

        def step(done: int, total: int | None) -> None:
            bar.update(task, completed=done, total=total)

        yield step
