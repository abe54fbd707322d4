"""The page of all parts, with figures that are made up: what the tests of looks and of accessibility draw."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from mintage.console.charts import Axis, Line, Mark, bars, fan, time_series, waterfall
from mintage.console.drawings import Cell, Shade, Zone, hall, heat, shade_of, sparkline
from mintage.console.shell import environment
from mintage.console.words import Language, Words, words_of
from mintage.console.world_map import Place, world
from mintage.desk.demo import Demo
from mintage.desk.figure import count, measured, unknown, usd
from mintage.desk.jobs import Job, JobState
from mintage.people.caller import Caller
from mintage.people.roles import Grant

NOW_US = 1_764_500_000_000_000
_MINUTE_US = 60_000_000
_STATES = ("mining", "curtailed", "hot", "offline", "stale", "proposed", "closed", "ties", "contradicts", "unknown")


def style_page(language: Language, theme: str = "") -> str:
    """The page of all parts as HTML."""
    words = words_of(language)
    caller = Caller(name="ada", shown="Ada", grants=(Grant("administrator"),), via="demo", csrf="token")
    context = {
        "words": words,
        "caller": caller,
        "menu": _menu(),
        "page": {"path": "/style", "query": "sort=-hashrate&q=a", "json_href": "/api/v1/style", "id": "fleet"},
        "demo": Demo(),
        "company_name": "Lodequarry",
        "csrf": "token",
        "flash": "saved",
        "theme": theme,
        "live_href": "/api/v1/live?key=fleet",
        "request_id": "r-0123456789abcdef",
        "now_us": NOW_US,
        "answer": _answer(words),
    }
    return environment().get_template("style.html").render(context, **words.functions())


def _menu() -> list[dict[str, Any]]:
    from mintage.console.shell import menu

    return [
        {
            "id": row.id,
            "href": row.href,
            "label": row.label,
            "icon": row.icon,
            "section": row.section,
            "current": row.id == "fleet",
            "count": 2 if row.id == "approvals" else 0,
        }
        for row in menu()
    ]


def _answer(words: Words) -> dict[str, Any]:
    days = [date(2026, 6, 1) + timedelta(days=at) for at in range(120)]
    price = [Decimal(str(round(52 + 9 * math.sin(at / 17) + at % 7, 2))) for at in range(120)]
    months = [date(2026, month, 28) for month in range(1, 13)]
    mid = [Decimal(100 + 6 * at) for at in range(12)]
    return {
        "site": "Ridgeline",
        "ranges": [{"href": "/a", "label": word, "current": word == "7 d"} for word in ("24 h", "7 d", "30 d")],
        "tabs": [
            {"href": "/style", "label": "Machines", "current": True, "count": 10_000},
            {"href": "/b", "label": "Racks", "current": False},
            {"href": "/c", "label": "Maintenance", "current": False, "count": 2},
        ],
        "stats": _stats(),
        "problem": "the ledger begins on 2024-12-31.",
        "hashprice": time_series(
            words,
            days,
            [
                Line(name="Hashprice", values=price, kind="area"),
                Line(name="Breakeven", values=[44] * 60 + [None] * 10 + [48] * 50),
            ],
            Axis(name="Hashprice", unit="USD/PH/day", digits=2, zero=False),
            marks=[Mark(name="bull/bear", value=55.0)],
            at_name="Day",
        ),
        "fan": fan(
            words,
            months,
            {"P10": [one * Decimal("0.8") for one in mid], "P50": mid, "P90": [one * Decimal("1.35") for one in mid]},
            Axis(name="Revenue", unit="million USD", digits=1),
            at_name="Month",
        ),
        "bridge": waterfall(
            words,
            [
                ("Net loss", Decimal(-12), True),
                ("Depreciation", Decimal(31), False),
                ("Tax", Decimal(-4), False),
                ("EBITDA", Decimal(15), True),
            ],
            Axis(name="USD", unit="million USD", digits=1),
            names_name="Row",
        ),
        "bars": bars(
            words,
            ["Ridgeline", "Fjord", "Basin"],
            [
                Line(name="Miners", values=[8, 3, 2], kind="bar", stack="a"),
                Line(name="Cooling", values=[1, 1, None], kind="bar", stack="a"),
            ],
            Axis(name="Power", unit="MW", digits=1),
            names_name="Site",
        ),
        "heat": heat(
            words,
            ["00", "06", "12", "18"],
            ["R1", "R2", "R3"],
            [[61, 63, None, 70], [60, 66, 72, 81], [58, 62, 68, 74]],
            [55, 60, 65, 70, 75, 80],
            down_name="Rack",
        ),
        "rows": _rows(),
        "total": measured(5221.4, "TH/s", 1),
        "hall": _hall(),
        "alerts": [
            {
                "title": "Ridgeline: 14 machines in rack R7 are hot",
                "text": "Fan of tank 3 stands still since 14:02.",
                "state": "firing",
                "at_us": NOW_US - 9 * _MINUTE_US,
                "href": "/x",
            },
            {"title": "Pool credits 2.1 % less than work", "state": "acknowledged", "at_us": NOW_US - 700 * _MINUTE_US},
        ],
        "pairs": [
            ("Principal", usd(25_000_000_00, digits=0)),
            ("Rate", measured(7.5, "%", 2)),
            ("Margin call", unknown("no price")),
            ("Lender", "Northlight <b>"),
        ],
        "zones": [Zone(0.65, "good"), Zone(0.8, "warn"), Zone(1, "bad")],
        "jobs": [_job("running"), _job("failed")],
        "states": _STATES,
        "change": measured(-3.2, "%", 1),
        "life": [
            {
                "at_us": NOW_US - 9_000 * _MINUTE_US,
                "title": "Built in Penang",
                "text": "Landed cost 2,311.04 USD",
                "tone": "info",
            },
            {"at_us": NOW_US - 800 * _MINUTE_US, "title": "Energized", "tone": "good", "href": "/x"},
            {"at_us": NOW_US - 90 * _MINUTE_US, "title": "Board 2 lost", "tone": "bad"},
        ],
        "places": world(
            [
                Place(latitude=31.5, longitude=-100.4, label="Ridgeline", href="/x", tone="good"),
                Place(latitude=66.2, longitude=14.1, label="Fjord", href="/y", tone="warn"),
                Place(latitude=5.4, longitude=100.3, label="Penang", tone="info"),
            ]
        ),
        "flow": [
            {
                "name": name,
                "icon": symbol,
                "tone": tone,
                "pairs": [("Stock", count(stock, unit)), ("This quarter", count(stock * 2, unit))],
            }
            for name, symbol, tone, stock, unit in (
                ("Wafers", "disc-3", "", 64, "wafers"),
                ("Machines", "server", "is-warn", 1210, "machines"),
                ("Orders", "shopping-cart", "", 1, "orders"),
                ("Bitcoin", "bitcoin", "is-bad", 1777, "BTC"),
            )
        ],
    }


def _stats() -> list[dict[str, Any]]:
    line = sparkline([3, 4, 4, None, 6, 5, 7, 8], "last week")
    return [
        {"label": "Operating", "figure": measured(14.82, "EH/s", 2), "more": line, "key": "fleet/hashrate"},
        {"label": "Machines", "figure": count(9_871, "machines", "/fleet"), "more": "", "key": ""},
        {"label": "Owned bitcoin", "figure": measured(1777.893, "BTC", 3), "more": "", "key": ""},
        {"label": "Net loss", "figure": usd(-12_345_678_00, "/books", digits=0), "more": "", "key": ""},
        {
            "label": "Cost of a bitcoin",
            "figure": unknown("the ledger begins on 2024-12-31", "USD/BTC"),
            "more": "",
            "key": "",
        },
    ]


def _rows() -> list[dict[str, Any]]:
    return [
        {
            "asset": f"lq-{at:05}",
            "state": _STATES[at % 5],
            "tone": "bad" if at % 5 == 2 else "",
            "hashrate": unknown("no answer since 14:02") if at % 5 == 3 else measured(103.2 + at, "TH/s", 1),
            "efficiency": measured(17.25, "J/TH", 2),
            "share": None if at % 5 == 3 else Decimal(at % 10) / 10,
            "seen_us": NOW_US - at * 7 * 1_000_000,
        }
        for at in range(14)
    ]


def _hall() -> Any:
    limits = [55, 60, 65, 70, 75, 80]
    cells = [
        Cell(
            x=at % 60 + at % 60 // 20,
            y=at // 60,
            shade=shade_of(None if at % 97 == 3 else 52 + (at * 7919) % 35, limits),
            label=f"lq-{at:05}: {52 + (at * 7919) % 35} °C",
            href=f"/fleet/s1/{at}",
        )
        for at in range(900)
    ]
    legend = [Shade(shade_of(at, limits), f"{at}+ °C") for at in (50, *limits)]
    return hall(cells, [*legend, Shade("s-unknown", "–")])


def _job(state: JobState) -> Job:
    return Job(
        id=f"j-{state}",
        kind="plan",
        subject="Plan of 2,000 paths",
        asked_by="ada",
        asked_us=NOW_US,
        state=state,
        done=12,
        total=40,
        note="path 600",
        problem="the ledger begins on 2024-12-31." if state == "failed" else "",
        remedy="Start later." if state == "failed" else "",
        ended_us=None,
    )
