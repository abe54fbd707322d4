"""Charts: what is drawn is as long as its value, hangs where it should, stays within its frame."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.report.bars import Bar, Step, stacked, waterfall
from mintage.report.html import Html, el
from mintage.report.lines import Series, daily
from mintage.report.svg import FRAMES, Frame, block, fit, text_width, ticks
from tests.report.markup import Node, read

NAMES = st.text(alphabet=st.sampled_from("ab mW(公允價值)"), min_size=1, max_size=60)
VALUES = st.floats(min_value=-500, max_value=500, allow_nan=False)


def charts(markup: Html) -> list[tuple[Frame, Node]]:
    tree = read(markup)
    return [(frame, tree.find("svg", class_=frame.name)[0]) for frame in FRAMES]


def rects(chart: Node) -> list[tuple[float, float]]:
    """Left and right end of each bar."""
    found = [(float(node.attributes["x"]), float(node.attributes["width"])) for node in chart.find("rect")]
    return [(x, x + width) for x, width in found]


@given(st.lists(st.tuples(NAMES, VALUES), min_size=1, max_size=8))
def test_a_waterfall_hangs_together_within_its_frame(parts: list[tuple[str, float]]) -> None:
    """Each change begins where the last one ended, the last total ends where the changes led; no text leaves."""
    total = sum(value for _, value in parts)
    steps = [Step(name=name, value=value, total=False, shown=f"{value:+,.1f}") for name, value in parts]
    steps.append(Step(name="all", value=total, total=True, shown=f"{total:,.1f}"))
    for frame, chart in charts(waterfall("title", steps)):
        spans = rects(chart)
        for (left, right), (start, end) in pairwise(spans):
            assert min(abs(a - b) for a in (left, right) for b in (start, end)) <= 1.2
        assert all(-0.1 <= left <= right <= frame.width + 1.1 for left, right in spans)
        for node in chart.find("text"):
            x, width = float(node.attributes["x"]), text_width(node.text)
            left = x - width if node.attributes.get("text-anchor") == "end" else x
            if " " in node.text or node.text[:1] in "+-0123456789":
                assert -0.1 <= left <= left + width <= frame.width + 0.1, node.text


@given(st.lists(st.lists(st.floats(min_value=0.5, max_value=900), min_size=2, max_size=2), min_size=1, max_size=4))
def test_stacked_parts_are_as_long_as_their_values(values: list[list[float]]) -> None:
    """Lengths of all parts are to each other as the values; a legend names each part."""
    bars = [Bar(name="Q", parts=tuple(row), whole=sum(row), shown="x") for row in values]
    for _, chart in charts(stacked("title", ("a", "b"), bars, "rest")):
        lengths = [right - left for left, right in rects(chart)]
        flat = [value for row in values for value in row]
        scale = max(lengths) / max(flat)
        assert lengths == pytest.approx([value * scale for value in flat], abs=1.2)


def test_a_part_that_is_unknown_is_an_open_rest_and_an_unknown_whole_no_bar() -> None:
    """The rest up to the whole is outlined, not filled; where the whole is unknown the word stands alone."""
    bars = [
        Bar(name="one", parts=(30.0, None), whole=40.0, shown="40"),
        Bar(name="two", parts=(None, None), whole=None, shown="unknown"),
    ]
    markup = stacked("title", ("a", "b"), bars, "not divided")
    assert "not divided" in read(markup).find("p", class_="legend")[0].text
    for _, chart in charts(markup):
        filled, rest = chart.find("rect")
        assert (filled.attributes["class"], rest.attributes["class"]) == ("edge fill0", "edge undivided")
        assert float(filled.attributes["width"]) == pytest.approx(3 * float(rest.attributes["width"]), abs=0.5)
        assert chart.find("text", class_="unknown")[0].text == "unknown"


def test_fills_differ_without_colour() -> None:
    """Every fill has marks of its own, drawn within its sides."""
    drawn = set()
    for fill in range(5):
        marks = read(block(100, 50, 60, 26, fill)).find("path")
        drawn.add(marks[0].attributes["class"] + re.sub(r"[^a-zA-Z]", "", marks[0].attributes["d"]) if marks else "")
        for x, y in re.findall(r"[ML](\S+?) ([\d.]+)", marks[0].attributes["d"] if marks else ""):
            assert 100 <= float(x) <= 160
            assert 50 <= float(y) <= 76
    assert len(drawn) == 5


def test_a_line_is_broken_at_a_gap_and_a_lone_day_is_a_dot() -> None:
    """Days 1 and 2, a gap, day 4 alone: two runs, the second a line of no length."""
    days = [date(2025, 4, 1) + timedelta(days=offset) for offset in range(5)]
    series = [Series(name="BTC", values=(1.0, 2.0, None, 3.0, None), digits=1)]
    for _, chart in charts(daily("title", days, {days[0]: "April"}, series)):
        runs = [node.attributes["d"] for node in chart.find("path", class_="line0")]
        assert [run.count("L") for run in runs] == [1, 1]
        first, last = runs[1][1:].split("L")
        assert first == last
        assert {node.text for node in chart.find("text", class_="peak")} == {"1.0", "3.0"}


def test_a_line_without_any_day_draws_no_line() -> None:
    """Where nothing is known the panel stands empty."""
    days = [date(2025, 4, 1)]
    series = [Series(name="BTC", values=(None,), digits=1)]
    for _, chart in charts(daily("title", days, {}, series)):
        assert not chart.find("path", class_="line0")


@given(st.integers(-(10**12), 10**12), st.integers(0, 10**12))
def test_ticks_cover_the_range_in_even_steps(low_milli: int, span_milli: int) -> None:
    """The first tick is not above the lowest value, the last not below the highest, and there are few."""
    low, span = low_milli / 1000, span_milli / 1000
    found = ticks(low, low + span)
    assert found[0] <= low + 1e-6 * abs(low)
    assert found[-1] >= low + span - 1e-6 * abs(low + span)
    assert 2 <= len(found) <= 8


@given(NAMES, st.floats(min_value=60, max_value=400))
def test_broken_lines_lose_no_letter(words: str, width: float) -> None:
    """Lines put together again are the text but for spaces; each fits, or is one word that cannot be broken."""
    lines = fit(words, width)
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")
    assert all(text_width(line) <= width or " " not in line.strip() for line in lines)


@given(st.text(), st.text())
def test_markup_escapes_text_wherever_it_stands(words: str, value: str) -> None:
    """Text and attributes come back as they were given."""
    clean = [part.replace("\r", "").replace("\0", "") for part in (words, value)]
    node = read(el("p", clean[0], title=clean[1])).find("p")[0]
    assert [node.text, node.attributes["title"]] == clean
