"""The proof of a curtailment as one page for people, in both languages: no script, nothing fetched from elsewhere."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;max-width:68rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
h1{font-size:1.5rem;margin:0 0 .2rem}h2{font-size:1.1rem;margin:2rem 0 .4rem}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .6rem;border-bottom:1px solid #e1e4e8;text-align:left;vertical-align:top}
th{font-weight:600;color:#57606a}td.n,th.n{text-align:right}td:first-child{white-space:nowrap}
dl{display:grid;grid-template-columns:19rem 1fr;gap:.2rem 1rem}
dt{color:#57606a}dd{margin:0}svg{width:100%;height:auto}.wide{overflow-x:auto}
svg text{font-size:18px;fill:#57606a}.axis{fill:none;stroke:#8c959f}.asked{stroke:#cf222e;stroke-width:2}
@media(max-width:40rem){dl{grid-template-columns:1fr}dd{margin-bottom:.5rem}}
@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}th,dt{color:#9198a1}th,td{border-color:#30363d}
svg text{fill:#9198a1}.asked{stroke:#ff7b72}}
@media(max-width:30rem){th,td{padding:.2rem .3rem;font-size:12px}}
"""
_COLOURS = {"meters": "#1f6feb", "machines": "#b7791f", "nameplate": "#8250df"}
_CHART_MINUTES_MAX = 600


def page(document: dict[str, Any]) -> str:
    """The page of a proof document."""
    delivered, baseline = document["delivered"], document["baseline"]["watts"]
    title = f"{_both('Curtailment')} {document['event']}, {document['site']}"
    day = f", {document['asked_at'][:10]}"
    if (document["ended_at"] or "")[:10] not in ("", document["asked_at"][:10]):
        day += f" – {document['ended_at'][:10]}"
    facts = [
        ("Asked", f"{document['asked']} ({_kw(document['asked_w'])} kW)"),
        ("By", document["asked_by"]),
        ("Reason", document["reason"]),
        ("Scope", document["scope"]),
        ("Outcome", f"{document['outcome']}: {document['words']}"),
        ("Asked, began", f"{document['asked_at']}, {document['began_at']}"),
        ("Target reached", document["reached_at"] or "never"),
        ("Restoring, over", f"{document['restoring_at']}, {document['ended_at']}"),
        ("Delivered while held", f"{_kw(delivered['mean_w'])} kW on average"),
        ("Energy not used", f"{_kw(delivered['wh'])} kWh ({delivered['kw_minutes']:,.1f} kW-minutes)"),
        ("Counted by", _counted(delivered)),
        ("Baseline", "; ".join(f"{name} {_kw(watts)} kW" for name, watts in baseline.items())),
    ]
    return "\n".join(
        (
            "<!doctype html><html lang=en><meta charset=utf-8>",
            "<meta name=viewport content='width=device-width,initial-scale=1'>",
            f"<title>{escape(title)}</title><style>{_STYLE}</style>",
            f"<h1>{escape(title)}</h1><p>{_both('Baseline')}: {escape(document['baseline']['what'])}.</p>",
            "<dl>" + "".join(f"<dt>{_both(name)}<dd>{escape(str(text))}" for name, text in facts) + "</dl>",
            f"<h2>{_both('Power shed, minute by minute')}{day}</h2>",
            _chart(document["minutes"], document["asked_w"]),
            _table(
                ("minute (UTC)", "kW shed", "counted by", "kW before", "kW drawn", "note"),
                (_minute(row) for row in document["minutes"]),
                figures=(1, 3, 4),
            ),
            f"<h2>{_both('Machines, in the order of shedding')}{day}</h2>",
            _table(
                ("machine", "W before", "said by", "J/TH", "state", "confirmed", "restored", "told", "woke", "words"),
                (_machine(row) for row in document["machines"]),
                figures=(1, 3, 7, 8),
            ),
            f"<h2>{_both('Log')}{day}</h2>",
            _table(
                ("when (UTC)", "who", "what"), ((_clock(row["at"]), row["who"], row["what"]) for row in document["log"])
            ),
        )
    )


def _counted(delivered: dict[str, Any]) -> str:
    return ", ".join(f"{name} ({number} min)" for name, number in delivered["minutes_by"].items())


def _minute(row: dict[str, Any]) -> Sequence[str]:
    shed = "gap" if row["delivered_w"] is None else _kw(row["delivered_w"])
    return (
        _clock(row["at"]),
        shed,
        row["counted_by"] or "nobody",
        _kw(row["baseline_w"]),
        _kw(row["power_w"]),
        row["note"],
    )


def _machine(row: dict[str, Any]) -> Sequence[str]:
    efficiency = "" if row["efficiency_j_th"] is None else f"{row['efficiency_j_th']:.1f}"
    return (
        row["asset"],
        f"{row['before_w']:,}",
        row["before_by"],
        efficiency,
        row["state"],
        _clock(row["confirmed_at"]),
        _clock(row["restored_at"]),
        str(row["told"]),
        str(row["drifts"]),
        row["words"],
    )


def _chart(minutes: Sequence[dict[str, Any]], asked_w: int) -> str:
    """Bars of power shed with a line at what was asked; gaps stay empty."""
    shown = minutes[:_CHART_MINUTES_MAX]
    top = max((row["delivered_w"] or 0 for row in shown), default=0)
    top = max(top, asked_w, 1) * 1.1
    width, height = 1000, 180
    step = width / max(len(shown), 1)
    bars = "".join(
        f"<rect x={number * step:.2f} y={height - max(row['delivered_w'], 0) / top * height:.2f} width={step * 0.9:.2f}"
        f" height={max(row['delivered_w'], 0) / top * height:.2f} fill={_COLOURS.get(row['counted_by'], '#888')} />"
        for number, row in enumerate(shown)
        if row["delivered_w"] is not None
    )
    line = height - asked_w / top * height
    by = sorted({row["counted_by"] for row in shown if row["counted_by"]})
    legend = ", ".join(f"<b style='color:{_COLOURS[name]}'>{_both(name)}</b>" for name in by)
    return (
        f"<svg viewBox='-80 -12 {width + 100} {height + 45}' role=img aria-label='Power shed by minute'>{bars}"
        f"<line class=asked x1=0 x2={width} y1={line:.2f} y2={line:.2f} stroke-dasharray=6 />"
        f"{_axes(shown, top, width, height)}</svg>"
        f"<p>Dashed line: {_kw(asked_w)} kW asked. Counted by: {legend or 'nobody'}.</p>"
    )


def _axes(shown: Sequence[dict[str, Any]], top_w: float, width: int, height: int) -> str:
    """Figures of the chart: kW beside it, time of day below it."""
    drawn = f"<path class=axis d='M0 0V{height}H{width}' />"
    for part in (0.0, 0.5, 1.0):
        y = height * (1 - part) + 6
        drawn += f"<text x=-8 y={y:.0f} text-anchor=end>{_kw(top_w * part)}{' kW' if part == 1 else ''}</text>"
    every = max(1, -(-len(shown) // 6))
    for number in range(0, len(shown), every):
        x = number * width / len(shown)
        drawn += f"<text x={x:.0f} y={height + 24}>{shown[number]['at'][11:16]}</text>"
    return drawn


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], figures: Sequence[int] = ()) -> str:
    def cells(tag: str, values: Sequence[str]) -> str:
        return "".join(
            f"<{tag}{' class=n' if number in figures else ''}>{escape(str(value))}"
            for number, value in enumerate(values)
        )

    heads = [_both(head) for head in heads]
    body = "".join(f"<tr>{cells('td', row)}" for row in rows)
    return f"<div class=wide><table><thead><tr>{cells('th', heads)}<tbody>{body}</table></div>"


def _both(english: str) -> str:
    """A word of the page in English and Traditional Chinese."""
    return f"{english} · {_chinese()[english]}"


@cache
def _chinese() -> dict[str, str]:
    return tomllib.loads(files("mintage.fleet.curtail").joinpath("proof_words.toml").read_text("utf-8"))


def _clock(stamp: str | None) -> str:
    """The time of day of an instant in UTC; its date stands in the caption."""
    return stamp[11:19] if stamp else ""


def _kw(watts: float | None) -> str:
    return "unknown" if watts is None else f"{round(watts / 1000, 1) + 0.0:,.1f}"  # no minus before a zero
