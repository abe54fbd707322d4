"""`mintage report`: the report of a period as one HTML file."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Literal

from cyclopts import App

from mintage.cli.options import Options
from mintage.cli.show import print_json
from mintage.report.service import write_report
from mintage.units import parse_period

app = App(name="report", help="Write one self-contained HTML report of a period.")


@app.default
def report(period: str, *, out: Path, lang: Literal["en", "zh-Hant"] = "en", options: Options = Options()) -> None:
    """Write headline figures, statements, rollforward, bridge, KPIs and charts into one HTML file.

    The file needs no network, no script and no other file; it holds one language.

    Example: mintage report 2025Q2 --out report.html
    Example: mintage report 2025Q2 --out report-zh.html --lang zh-Hant

    Args:
        period: a year, quarter, month or day.
        out: the file to write; one that is there is replaced.
        lang: its language.
    """
    write_report(options.view(), parse_period(period), out, lang)
    raw = out.read_bytes()
    if options.json:
        print_json({"file": out, "period": period, "lang": lang, "bytes": len(raw), "sha256": sha256(raw).hexdigest()})
    else:
        print(f"{period} is in {out} ({len(raw) // 1024} KiB)")
