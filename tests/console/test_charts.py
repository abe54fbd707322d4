"""Charts carry the same values to the eye and to the table, and nothing in them can leave its script element."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.console.charts import Axis, Line, Mark, bars, dots, fan, script_json, time_series, waterfall
from mintage.console.drawings import Cell, Zone, bullet, hall, heat, shade_of, share, sparkline
from mintage.console.words import words_of
from mintage.console.world_map import Place, world

EN = words_of("en")
DAYS = [date(2026, 6, 1), date(2026, 6, 2), date(2026, 6, 3)]
USD = Axis(name="Revenue", unit="million USD", digits=1)


def test_an_unknown_value_is_a_gap_in_the_drawing_and_a_dash_in_the_table() -> None:
    """It is never drawn or printed as zero."""
    spec = time_series(EN, DAYS, [Line(name="a", values=[Decimal("1.25"), None, 0])], USD)
    assert spec.drawing()["series"][0]["values"] == [1.25, None, 0.0]
    assert spec.rows == (("Jun 1, 2026", "1.3"), ("Jun 2, 2026", "–"), ("Jun 3, 2026", "0.0"))
    assert spec.head == ("", "a (million USD)")


def test_the_table_prints_exactly_what_a_float_could_not_hold() -> None:
    """Rows come from the exact values, not from those that are drawn."""
    spec = bars(
        EN, ["x"], [Line(name="a", values=[Decimal("90071992547409.93")], kind="bar")], Axis(unit="USD", digits=2)
    )
    assert spec.rows[0][1] == "90,071,992,547,409.93"


def test_two_axes_print_each_series_with_the_digits_and_the_unit_of_its_own() -> None:
    """The right axis is told apart in the table too."""
    axes = (USD, Axis(name="Hash rate", unit="EH/s", digits=2))
    spec = time_series(EN, DAYS[:1], [Line(name="a", values=[1]), Line(name="b", values=[2], axis=1)], axes)
    assert spec.head == ("", "a (million USD)", "b (EH/s)")
    assert spec.rows == (("Jun 1, 2026", "1.0", "2.00"),)


def test_instants_are_told_with_their_clock_and_zone() -> None:
    """A chart of hours says so to the script, and its rows name UTC."""
    spec = time_series(EN, [1_764_500_000_000_000], [Line(name="a", values=[1])], USD, marks=[Mark(name="m", value=55)])
    assert spec.x.clock
    assert spec.rows[0][0] == "Nov 30, 2025 10:53 UTC"
    assert spec.drawing()["marks"] == ({"name": "m", "value": 55},)


def test_a_fan_orders_its_percentiles_and_draws_each_pair_as_one_band() -> None:
    """P10 and P90 belong together, whatever the order in which they come."""
    values = {"P90": [3, 6], "P50": [2, 4], "P10": [1, 2]}
    spec = fan(EN, DAYS[:2], values, USD, actual=Line(name="Books", values=[Decimal(2), None]))
    assert spec.head == ("", "P10 (million USD)", "P50 (million USD)", "P90 (million USD)", "Books (million USD)")
    band, median, actual = spec.series
    assert (band.low, band.high, median.values, actual.values) == ([1.0, 2.0], [3.0, 6.0], [2.0, 4.0], [2.0, None])


amounts = st.lists(st.tuples(st.integers(-1000, 1000), st.booleans()), min_size=1, max_size=12)


@given(amounts)
def test_every_step_of_a_waterfall_hangs_between_the_levels_before_and_after(steps: list[tuple[int, bool]]) -> None:
    """What is drawn above and below zero adds up to each step, and hangs where the last one ended."""
    spec = waterfall(EN, [(str(at), amount, is_level) for at, (amount, is_level) in enumerate(steps)], USD)
    under, up, down = (series.values for series in spec.series)
    level = 0.0
    for at, (amount, is_level) in enumerate(steps):
        before = 0.0 if is_level else level
        level = before + amount
        low, high = min(before, level), max(before, level)
        drawn_low = under[at] if under[at] > 0 else under[at] + down[at]
        drawn_high = under[at] + up[at] if under[at] >= 0 else under[at]
        assert (drawn_low, drawn_high) == (low, high)
        assert up[at] >= 0 >= down[at]


@given(st.text())
def test_no_text_ends_the_script_element_that_carries_it(name: str) -> None:
    """Names come from machines, pools and customers; the browser reads back what they were."""
    spec = dots(EN, {name: [(1, 2, name)]}, Axis(unit="J/TH"), Axis(unit="TH/s"))
    told = str(script_json(spec))
    assert not re.search("[<>&\u2028\u2029]", told)
    assert json.loads(told)["series"][0]["name"] == name.encode("utf-8", "replace").decode()


@given(st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), max_size=40))
def test_a_sparkline_begins_a_new_line_after_each_gap(values: list[float | None]) -> None:
    """There are as many lines as runs of known values."""
    told = "".join("x" if value is None else "1" for value in values)
    drawn = sparkline(values, "a", area=False)
    assert drawn.count("M") == len(re.findall("1+", told))
    assert "nan" not in drawn


def test_a_drawing_escapes_its_label_and_uses_no_style_attribute() -> None:
    """The content security policy forbids such attributes; a label may be anything."""
    for drawn in (
        sparkline([1, 2], '"><b>'),
        bullet(0.5, '"><b>', most=1, target=0.7, zones=[Zone(0.6, "good"), Zone(1, "bad")], tone="warn"),
        share(0.5, '"><b>'),
    ):
        assert "<b>" not in drawn
        assert "style=" not in drawn


def test_a_bullet_draws_no_bar_for_what_is_unknown_and_stays_within_its_scale() -> None:
    """An LTV of 3 is at the end of the scale, not beyond the page."""
    assert 'class="value' not in bullet(None, "a", most=1)
    assert 'class="value" x="0" y="5" width="100"' in bullet(3, "a", most=1)


@pytest.mark.parametrize(
    ("value", "shade"), [(None, "s-unknown"), (0, "s1"), (55, "s2"), (64.9, "s2"), (80, "s7"), (200, "s7")]
)
def test_a_value_has_the_colour_of_the_bounds_between_which_it_lies(value: float | None, shade: str) -> None:
    """A bound belongs to the colour above it; the unknown has a look of its own."""
    assert shade_of(value, [55, 65, 70, 74, 77, 80]) == shade


def test_a_hall_is_one_path_per_colour_however_many_machines_it_has() -> None:
    """Ten thousand machines are a handful of elements."""
    cells = [Cell(x=at % 100, y=at // 100, shade=f"s{at % 7 + 1}", label=str(at)) for at in range(10_000)]
    drawn = hall(cells, [])
    assert len(drawn.paths) == 7
    assert sum(path.count("M") for _, path in drawn.paths) == len(drawn.cells) == 10_000
    assert (drawn.width, drawn.height) == (100, 100)


@given(st.lists(st.tuples(st.floats(-55, 85), st.floats(-180, 180)), max_size=8))
def test_a_map_shows_every_place_and_never_leaves_the_world(at: list[tuple[float, float]]) -> None:
    """Its view is within the drawing, and each spot is within the view."""
    drawn = world([Place(latitude=lat, longitude=lon, label="x") for lat, lon in at])
    left, top, width, height = map(float, drawn.view.split())
    assert left >= 0
    assert left + width <= 360.01
    assert top >= 0
    assert top + height <= 150.01
    for spot in drawn.spots:
        assert left - 0.01 <= spot.x <= left + width + 0.01
        assert top - 0.01 <= spot.y <= top + height + 0.01


def test_names_of_places_near_each_other_do_not_lie_upon_each_other() -> None:
    """Sites of one continent stand close together, and each can still be read."""
    near = (
        (44.9, -93.3, "North Lake"),
        (45.5, -122.7, "Alder Creek"),
        (41.2, -77.2, "Stillwater"),
        (31.9, -102.1, "Dry Fork"),
        (32.8, -101.4, "Caprock"),
        (4.6, 101.1, "Kinta"),
        (8.9, 38.7, "Awash Vale"),
    )
    drawn = world([Place(latitude=lat, longitude=lon, label=label) for lat, lon, label in near])
    assert {spot.place.label for spot in drawn.spots} == {label for _, _, label in near}
    boxes = []
    for spot in drawn.spots:
        wide = 0.55 * len(spot.place.label) * drawn.text
        start = spot.x - 0.6 * drawn.text - wide if spot.left else spot.x + 0.6 * drawn.text
        boxes.append((start, start + wide, spot.y + spot.down * drawn.text))
    for at, (first, last, line) in enumerate(boxes):
        for begin, end, other in boxes[at + 1 :]:
            assert last <= begin or first >= end or abs(line - other) > 0.9 * drawn.text


def test_heat_tells_each_value_in_words_and_in_a_colour() -> None:
    """The colour is never alone."""
    table = heat(EN, ["00", "06"], ["r1"], [[Decimal("61.5"), None]], [60], digits=1, down_name="Rack")
    assert table.head == ("Rack", "00", "06")
    assert table.rows == (("r1", (("61.5", "s7"), ("–", "s-unknown"))),)
