"""The chain's picture: figures in four digits as each language tells them, ribbons in proportion, a line with gaps."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from mintage.console.pages.chain_draw import RIBBON_PX, RIBBON_PX_MIN, hashprice_line, picture, short
from mintage.console.words import words_of
from mintage.desk.chain_answer import Chain, Flow, PlanState, Stage
from mintage.desk.figure import Figure, unknown
from mintage.desk.market_answer import HashpricePoint, Market

DAY = date(2025, 8, 13)


@pytest.mark.parametrize(
    ("value", "unit", "en", "zh"),
    [
        ("123082300.00", "USD", "123 M USD", "1.23億 美元"),
        ("842000.00", "USD", "842 k USD", "84.2萬 美元"),
        ("-6380000.00", "USD", "−6.38 M USD", "−638萬 美元"),
        ("5.18", "USD", "5 USD", "5 美元"),
        ("0", "USD", "0 USD", "0 美元"),
        ("26746", "machines", "26,746 machines", "26,746 台"),
        ("12389920", "chips", "12.4 M chips", "1,239萬 顆"),
        ("6900000", "TH/s", "6.90 EH/s", "6.90 EH/s"),
        ("90", "TH/s", "90.0 TH/s", "90.0 TH/s"),
        ("104774040", "kWh", "105 GWh", "105 GWh"),
        ("1536.1", "BTC", "1,536.1 BTC", "1,536.1 BTC"),
        ("0.00004200", "BTC", "0.00004200 BTC", "0.00004200 BTC"),
        ("62329.39", "USD/BTC", "62,329 USD/BTC", "62,329 美元/BTC"),
    ],
)
def test_large_figures_are_told_in_four_digits(value: str, unit: str, en: str, zh: str) -> None:
    """English counts in thousands, Chinese in ten thousands; hash rate and energy change their unit instead."""
    figure = Figure(value=Decimal(value), unit=unit, digits=2 if unit == "USD" else 0)
    for language, expected in (("en", en), ("zh-Hant", zh)):
        told = short(words_of("zh-Hant" if language == "zh-Hant" else "en"), figure)
        assert f"{told.number}{told.scale} {told.unit}" == expected


def a_flow(id_: str, now: Figure, before: Figure) -> Flow:
    """A flow from mining to the treasury."""
    return Flow(id=id_, source="mined", target="treasury", en=id_, zh=id_, now=now, before=before)


def a_stage(id_: str, branch: str, state: str) -> Stage:
    """A stage without lines."""
    return Stage(id=id_, en=id_, zh=id_, icon="box", branch=branch, href="/", state=state)  # type: ignore[arg-type]  # words of the test


def a_chain(*flows: Flow, stages: tuple[Stage, ...] = ()) -> Chain:
    """A chain with these flows."""
    none = unknown("nothing is known")
    market = Market(hashprice=none, mark=Figure(value=Decimal(55)), price=none, difficulty=none, network=none)
    return Chain(
        on=DAY, today=DAY, period="2025Q3", before="2025Q2", booked=DAY, head=1, stages=stages, flows=flows, stuck=(),
        market=market, plan=PlanState(),
    )  # fmt: skip


def test_ribbons_are_as_wide_as_what_flows() -> None:
    """The largest flow of either quarter has the full width, half as much half of it; nothing and unknown have none."""
    most, half, least = (Figure(value=Decimal(value), unit="USD") for value in (1_000_000, 500_000, 1))
    drawn = picture(a_chain(a_flow("a", half, most), a_flow("b", least, unknown("it is not known"))))
    assert (drawn.ribbons["a"].before_px, drawn.ribbons["a"].now_px) == (RIBBON_PX, RIBBON_PX / 2)
    assert (drawn.ribbons["b"].now_px, drawn.ribbons["b"].before_px) == (RIBBON_PX_MIN, 0)


def test_stages_that_are_not_used_are_folded_away() -> None:
    """Only what a company does is drawn; what it may not show keeps its place."""
    stages = (a_stage("wafers", "trunk", "unused"), a_stage("sites", "mine", "used"), a_stage("cash", "keep", "closed"))
    drawn = picture(a_chain(stages=stages))
    assert ([item.id for item in drawn.mine], drawn.trunk, drawn.parts) == (["sites"], (), False)
    assert [item.id for item in drawn.keep] == ["cash"]
    assert [item.id for item in drawn.folded] == ["wafers"]


def test_a_day_without_hashprice_is_a_gap() -> None:
    """The line breaks where a day is unknown, and is not drawn at all from a single point."""
    points = [HashpricePoint(DAY, value) for value in ("50", "60", None, "58", "59")]
    drawn = hashprice_line(points, Decimal(55))
    assert drawn is not None
    assert drawn["line"].count("M") == 2
    assert (drawn["low"], drawn["high"]) == (50, 60)
    assert hashprice_line(points[:1], Decimal(55)) is None
