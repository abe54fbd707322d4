"""Pages of the board against a slow model that looks at one machine after the other."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from mintage.fleet.board.columns import columns
from mintage.fleet.board.page import Filters, Range, Row, every, facets, page, totals
from mintage.fleet.board.view import View, natural
from mintage.units.errors import InputError
from tests.fleet.board.herd import MODELS, NOON_US, Herd, drawn

SORTS = ("asset", "site", "rack", "model", "address", "serial", "state", "hashrate_ths", "power_in_w", "slot")


@pytest.fixture(scope="module")
def herd(tmp_path_factory: pytest.TempPathFactory) -> Herd:
    """Two sites of 150 machines."""
    draw = random.Random(11)
    herd = Herd(tmp_path_factory.mktemp("herd"))
    herd.put([drawn(draw, number, ("alder", "birch")[number % 2]) for number in range(300)])
    herd.board.refresh()
    return herd


@pytest.fixture(scope="module")
def view(herd: Herd) -> View:
    return herd.board.view


def drawn_filters(draw: random.Random) -> Filters:
    """Some filters, mostly few at a time."""
    some = draw.random
    return Filters(
        site=("alder",) if some() < 0.2 else (),
        rack=tuple(draw.sample([f"r{n}" for n in range(12)], 4)) if some() < 0.4 else (),
        model=tuple(draw.sample(MODELS, 2)) if some() < 0.4 else (),
        state=("hashing", "asleep") if some() < 0.4 else (),
        text=draw.choice(["1", "us.2", "LQ00", "10.0.3.", "nobody"]) if some() < 0.4 else "",
        ranges=(Range("chip_max_c", 70, None), Range("hashrate_ths", None, 190.0)) if some() < 0.3 else (),
        unknown=("power_in_w",) if some() < 0.1 else (),
    )


def meant(row: Row, filters: Filters) -> bool:
    """Whether the slow model takes a machine in."""
    words = all(
        not getattr(filters, name) or (row[name] or "") in getattr(filters, name)
        for name in ("site", "hall", "rack", "model", "state")
    )
    text = "\t".join(str(row[name] or "") for name in ("asset", "address", "serial", "worker")).lower()
    numbers = all(
        isinstance(told := row[item.field], int | float)
        and (item.low is None or told >= item.low)
        and (item.high is None or told <= item.high)
        for item in filters.ranges
    )
    return words and filters.text.lower() in text and numbers and all(row[name] is None for name in filters.unknown)


def compared(row: Row, sort: str) -> Any:
    """By what the slow model sorts."""
    value = row[sort]
    if sort == "address":
        return tuple(map(int, str(value).split(".")))
    return natural(str(value)) if columns()[sort].kind == "word" else value


@pytest.mark.parametrize("seed", range(40))
def test_pages_agree_with_a_slow_model(view: View, seed: int) -> None:
    """Any filter, any column, either way: page after page the same machines in the same order, unknown ones last."""
    draw = random.Random(seed)
    filters, sort, descending = drawn_filters(draw), draw.choice(SORTS), draw.random() < 0.5
    rows = [row for row in every(view, Filters()) if meant(row, filters)]
    rows.sort(key=lambda row: (str(row["asset"]), str(row["site"])))
    known = [row for row in rows if row[sort] is not None]
    known.sort(key=lambda row: compared(row, sort), reverse=descending)  # equal ones stay in the order of their assets
    expected = [row["key"] for row in [*known, *(row for row in rows if row[sort] is None)]]
    found: list[object] = []
    backwards: list[str | None] = []
    cursor = ""
    while True:
        one = page(view, filters, sort, descending=descending, limit=17, cursor=cursor, names=("asset",))
        assert one.total == len(expected)
        assert one.first == (len(found) + 1 if one.rows else 0)
        backwards.append(one.previous)
        found += [row["key"] for row in one.rows]
        if one.next is None:
            break
        cursor = one.next
    assert found == expected
    assert backwards[0] is None
    assert backwards[1:2] in ([], [""])


def test_previous_leads_back_over_the_same_pages(view: View) -> None:
    """Forwards to the end, then backwards to the beginning."""
    cursors, cursor = [], ""
    while True:
        one = page(view, Filters(), "hashrate_ths", limit=40, cursor=cursor)
        cursors.append((one.first, [row["key"] for row in one.rows]))
        if one.next is None:
            break
        cursor = one.next
    back = []
    while True:
        back.append((one.first, [row["key"] for row in one.rows]))
        if one.previous is None:
            break
        one = page(view, Filters(), "hashrate_ths", limit=40, cursor=one.previous)
    assert back == cursors[::-1]


def test_a_page_goes_on_where_it_ended_although_machines_came_and_went(tmp_path: Path) -> None:
    """Whoever was there all along is seen once, whatever else happened between two pages."""
    draw, herd = random.Random(12), Herd(tmp_path, ("alder",))
    herd.put([drawn(draw, number) for number in range(100)])
    stay = {f"alder/{machine.asset}" for machine in herd.agents["alder"].all() if machine.serial}
    seen: Counter[object] = Counter()
    cursor, number = "", 100
    while True:
        one = page(herd.board.refresh(), Filters(), "asset", limit=9, cursor=cursor)
        seen.update(row["key"] for row in one.rows)
        if one.next is None:
            break
        cursor = one.next
        number += 3
        herd.put([drawn(draw, n, at_us=NOON_US + n) for n in range(number, number + 3)])
        for machine in [item for item in herd.agents["alder"].all() if not item.serial][:2]:
            herd.agents["alder"].forget(machine.asset)
    assert stay <= seen.keys()
    assert set(seen.values()) == {1}


@pytest.mark.parametrize("seed", range(10))
def test_counts_and_sums_agree_with_a_slow_model(view: View, seed: int) -> None:
    """A facet counts what its choice would show, the other filters as they are; sums are over those that told."""
    draw = random.Random(seed)
    filters = drawn_filters(draw)
    rows = list(every(view, Filters()))
    for name, counted in facets(view, filters).items():
        for word, number in counted.items():
            chosen = Filters(**{**{f: getattr(filters, f) for f in filters.__struct_fields__}, name: (word,)})
            assert number == sum(meant(row, chosen) for row in rows)
    mine = [row for row in rows if meant(row, filters)]
    told = totals(view, filters)
    rates = [row["hashrate_ths"] for row in mine if isinstance(row["hashrate_ths"], float)]
    assert told.machines == len(mine)
    assert told.states == Counter(row["state"] for row in mine)
    assert (told.hashrate_known, round(told.hashrate_ths, 3)) == (len(rates), round(sum(rates), 3))


def test_sites_that_may_not_be_seen_are_nowhere(view: View) -> None:
    """Not in rows, counts or sums, also where they are asked for by name."""
    within = frozenset({"birch"})
    assert page(view, Filters(site=("alder",), within=within)).rows == []
    assert set(facets(view, Filters(within=within))["site"]) == {"birch"}
    assert totals(view, Filters(within=within)).machines == 150
    assert totals(view, Filters(within=frozenset())).machines == 0


@pytest.mark.parametrize("cursor", ["x", "bm9wZQ", "WzEsMl0", "WyJ0ZXh0IiwiYSJd", "\N{SNOWMAN}", "=" * 9])
def test_a_cursor_that_is_none_is_refused(view: View, cursor: str) -> None:
    """Whatever somebody writes there is an error that says so."""
    with pytest.raises(InputError, match="cursor"):
        page(view, Filters(), "hashrate_ths", cursor=cursor)


@pytest.mark.parametrize("ask", [{"sort": "nothing"}, {"filters": Filters(ranges=(Range("model", 1, 2),))}])
def test_columns_that_are_none_are_refused(view: View, ask: dict[str, object]) -> None:
    """With the known ones."""
    filters, sort = ask.get("filters", Filters()), str(ask.get("sort", "asset"))
    assert isinstance(filters, Filters)
    with pytest.raises(InputError):
        page(view, filters, sort)


def test_texts_of_machines_are_no_patterns(tmp_path: Path) -> None:
    """A worker's name with line breaks, tabs or anything else is found where it is, and nowhere else."""
    draw, herd = random.Random(13), Herd(tmp_path, ("alder",))
    machines = [drawn(draw, number) for number in range(20)]
    odd = machines[7]
    assert odd.snapshot is not None
    odd.snapshot.values["worker"] = "a\nb\tc.*[<script>"
    herd.put(machines)
    view = herd.board.refresh()
    for text in ("c.*[<SCRIPT>", "a\nb"):
        assert [row["asset"] for row in page(view, Filters(text=text)).rows] == [odd.asset]
    assert page(view, Filters(text=".*")).total == 1
