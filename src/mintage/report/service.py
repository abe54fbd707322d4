"""Write the report of a period as one file."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from mintage.books.view import View
from mintage.report.page import page
from mintage.report.words import Words
from mintage.units import Period
from mintage.units.errors import InputError


def write_report(view: View, period: Period, path: Path, lang: str = "en") -> None:
    """Write the report of a period in one language: one HTML file without script and without outside resources.

    A file holds one language, so that a reader, a screen reader and a printer meet no word twice; write a second one
    for the other. The same ledger gives the same bytes. The file appears whole or not at all.

    Args:
        view: the books.
        period: year, quarter, month or day.
        path: where to write; folders on the way are made.
        lang: "en" or "zh-Hant".

    Raises:
        InputError: there is no such language, or the file cannot be written.
        CheckFailed: the balance sheet does not foot.
    """
    text = page(view, period, Words(lang))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=path.parent, suffix=".tmp", encoding="utf-8", delete=False) as draft:
            draft.write(text)
        try:
            os.chmod(draft.name, 0o644)
            os.replace(draft.name, path)
        except OSError:
            os.unlink(draft.name)
            raise
    except OSError as error:
        raise InputError(
            f"cannot be written: {error.strerror}.",
            file=str(path),
            remedy="Name a file in a folder that you may write.",
        ) from error
