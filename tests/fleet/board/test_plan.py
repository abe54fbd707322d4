"""Plans: every slot of every rack once, no two on each other, each machine where it stands and in its class."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import msgspec
import numpy as np
import pytest

from mintage.fleet.board.board import Board
from mintage.fleet.board.local import LocalSource
from mintage.fleet.board.metrics import EMPTY, UNKNOWN, metric, metrics
from mintage.fleet.board.plan import HallPlan, Plan, RackPlan, plan
from mintage.fleet.board.view import View
from mintage.fleet.latest import Machine
from mintage.fleet.latest_store import SqliteLatest
from mintage.fleet.places import slots
from mintage.state.db import StateDb
from mintage.units.errors import InputError
from tests.fleet.plant import a_machine, a_site, asset

SITE = a_site()


def board_of(folder: Path, machines: list[Machine]) -> View:
    """The state of a board that has heard of some machines."""
    db = StateDb(folder / "agent.db")
    SqliteLatest(db).put(machines)
    return Board([LocalSource("alder", db)]).refresh()


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    """Two racks of 50 and one of 20, of which some machines are odd."""
    machines = [a_machine(number) for number in range(120)]
    machines[3] = a_machine(3, hashrate_ths=0.0, state="fault")
    machines[4] = a_machine(4, chip_max_c=101)
    del machines[5].snapshot.values["hashrate_ths"]  # type: ignore[union-attr]  # it was polled
    return board_of(tmp_path_factory.mktemp("site"), machines)


def racks(drawn: Plan) -> dict[str, RackPlan]:
    """Racks by name."""
    return {rack.name: rack for hall in drawn.halls for rack in hall.racks}


def test_every_slot_is_drawn_once_and_machines_stand_in_theirs(view: View) -> None:
    """A rack has as many cells as addresses, those without a machine are empty ones."""
    drawn = racks(plan(view, "alder", metric("hash"), SITE))
    assert set(drawn) == {rack.name for rack in SITE.rack}
    for rack in SITE.rack:
        assert len(drawn[rack.name].assets) == len(drawn[rack.name].classes) == slots(rack)
    placed = {name: (rack.name, slot) for rack in drawn.values() for slot, name in enumerate(rack.assets) if name}
    assert placed == {asset(n): (f"r{n // 50}", n % 50) for n in range(120)}


@pytest.mark.parametrize("name", [*metrics()])
def test_classes_are_those_of_the_readings(view: View, name: str) -> None:
    """Counts add up to the machines; unknown and empty are apart, and nobody falls between two classes."""
    chosen = metric(name)
    drawn = plan(view, "alder", chosen, SITE)
    classes = Counter(value for rack in racks(drawn).values() for value in rack.classes)
    assert [classes[index] for index in range(len(chosen.words_en))] == drawn.counts
    assert (classes[UNKNOWN], classes[EMPTY]) == (drawn.unknown, drawn.empty)
    assert sum(drawn.counts) + drawn.unknown == 120
    assert len(chosen.words_en) == len(chosen.words_zh) == len(chosen.keys or (*chosen.bounds, 0))
    assert list(chosen.bounds) == sorted(chosen.bounds)


def test_odd_machines_are_seen(view: View) -> None:
    """A stopped one is in the lowest class, one that is too hot in the highest, a silent reading in none."""
    rows = {name: view.rows[f"alder/{asset(n)}"] for name, n in (("stopped", 3), ("hot", 4), ("untold", 5))}
    drawn = racks(plan(view, "alder", metric("hash"), SITE))["r0"]
    classes = dict(zip(drawn.assets, drawn.classes, strict=True))
    assert classes[asset(3)] == 0
    assert classes[asset(5)] == UNKNOWN
    hot = racks(plan(view, "alder", metric("temperature"), SITE))["r0"]
    assert dict(zip(hot.assets, hot.classes, strict=True))[asset(4)] == 5
    states = metric("state").classes(view, np.array(list(rows.values())))
    assert states.tolist() == [4, 0, 0]


def overlapping(hall: HallPlan) -> list[tuple[str, str]]:
    """Racks that are drawn on each other."""
    return [
        (one.name, other.name)
        for number, one in enumerate(hall.racks)
        for other in hall.racks[number + 1 :]
        if one.x < other.x + other.w
        and other.x < one.x + one.w
        and one.y < other.y + other.h
        and other.y < one.y + one.h
    ]


def test_racks_lie_within_their_hall_and_not_on_each_other(tmp_path: Path) -> None:
    """Also where nobody described the halls: machines stand rack by rack in the order of their addresses."""
    draw = random.Random(7)
    machines = [a_machine(number, per_rack=draw.randrange(20, 60)) for number in range(0, 900, 2)]
    drawn = plan(board_of(tmp_path, machines), "alder", metric("state"))
    assert len(drawn.halls) > 1
    assert sum(drawn.counts) == len(machines)
    for hall in drawn.halls:
        assert overlapping(hall) == []
        for rack in hall.racks:
            assert rack.x >= 0
            assert rack.y >= 1, "there is room for its name"
            assert rack.x + rack.w <= hall.width
            assert rack.y + rack.h <= hall.height
            assert -(-len(rack.assets) // rack.columns) <= rack.h


def test_a_machine_that_stands_nowhere_is_drawn_all_the_same(tmp_path: Path) -> None:
    """In a place of its own, since nobody described its rack."""
    lost = msgspec.structs.replace(
        a_machine(7), place=msgspec.structs.replace(a_machine(7).place, hall="", rack="", slot=0)
    )
    drawn = plan(board_of(tmp_path, [a_machine(1), lost]), "alder", metric("hash"), SITE)
    assert asset(7) in drawn.halls[-1].racks[0].assets
    assert sum(drawn.counts) == 2


def test_a_site_without_machines_is_all_empty(view: View) -> None:
    """Its racks are drawn, and nothing is in a class."""
    drawn = plan(view, "birch", metric("profit"), msgspec.structs.replace(SITE, name="birch"))
    assert (sum(drawn.counts), drawn.unknown, drawn.empty) == (0, 0, sum(map(slots, SITE.rack)))
    with pytest.raises(InputError, match="no metric"):
        metric("colour")


def test_a_large_site_is_drawn_hall_by_hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All halls are named with their slots; one is drawn, the one that is asked for."""
    view = board_of(tmp_path, [a_machine(number) for number in range(120)])
    monkeypatch.setattr("mintage.fleet.board.plan.SLOTS_MAX", 500)
    for asked, drawn in ((None, "h0"), ("h1", "h1")):
        told = plan(view, "alder", metric("hash"), SITE, asked)
        assert [hall.name for hall in told.halls] == [drawn]
        assert told.names == [(f"h{n}", 254) for n in range(4)]
        assert sum(told.counts) == 50
    assert plan(view, "alder", metric("hash"), SITE, "nowhere").halls == []
