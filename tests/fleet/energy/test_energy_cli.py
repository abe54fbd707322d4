"""`mintage energy` and `mintage virtual meter` as a person or a script calls them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from mintage.cli.main import run
from mintage.fleet.energy.meters import MeterReader
from mintage.fleet.energy.readings import SCHEMA
from mintage.fleet.sites import load_site
from mintage.fleet.virtual.meter import VirtualMeter
from mintage.state.db import StateDb
from mintage.units import parse_instant
from mintage.units.clock import StepClock
from tests.fleet.energy.test_tariff import EXAMPLE
from tests.loopback import block

SITE = """
name = "alder"
region = "americas"
ranges = ["127.0.10.0/26"]
tariff = "tariff.toml"
[[feeder]]
name = "main"
limit_kw = 250
[[meter]]
name = "supply"
address = "{}:5020"
profile = "virtual"
"""
ADDRESS = f"{block('energy', 1)}.1"


class Place:
    """A site's folder, and a way to call commands on it.

    Args:
        folder: where the site is.
        capsys: takes what commands print.
    """

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        (folder / "alder.toml").write_text(SITE.format(ADDRESS), "utf-8")
        (folder / "tariff.toml").write_bytes(EXAMPLE.read_bytes())

    def call(self, *words: str, site: bool = True) -> tuple[int, str, str]:
        """Exit code, standard output and standard error of a command."""
        where = ("--site", str(self.folder / "alder.toml"), "--data", str(self.folder / "var")) if site else ()
        with pytest.raises(SystemExit) as end:
            run(["energy", *words, *where])
        out, err = self._capsys.readouterr()
        code = end.value.code
        return (code if isinstance(code, int) else 0), out, err

    def keep(self, state: Path) -> None:
        """Put a site's state file where its agent would have it."""
        (self.folder / "var/alder").mkdir(parents=True)
        copyfile(state, self.folder / "var/alder/agent.db")

    def told(self, *words: str, site: bool = True) -> tuple[int, Any]:
        """Exit code and JSON of a command."""
        code, out, _ = self.call(*words, "--json", site=site)
        return code, json.loads(out)


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Place:
    """A site called alder with the example's tariff."""
    return Place(tmp_path, capsys)


@pytest.fixture(scope="module")
def metered_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state of a site whose meter was read every quarter of an hour through one UTC day and a little more."""
    folder = tmp_path_factory.mktemp("day")
    (folder / "alder.toml").write_text(SITE.format(ADDRESS), "utf-8")
    site = load_site(folder / "alder.toml")
    db = StateDb(folder / "agent.db")
    db.define(SCHEMA)
    clock = StepClock(parse_instant("2025-07-01T23:45:00Z"))

    async def work() -> None:
        async with VirtualMeter(f"{ADDRESS}:5020", clock, lambda: 120_000.0):
            reader = MeterReader(site, site.meter[0])
            for _ in range(99):
                sample, trouble = await reader.read(clock)
                reader.keep(db, sample, trouble)
                await clock.advance(900)
            reader.close()

    asyncio.run(work())
    db.close()
    return folder / "agent.db"


def test_a_day_by_the_hour_and_its_cost(place: Place, metered_day: Path) -> None:
    """A UTC day at 120 kW: 24 hours of 120 kWh, rows that sum to the cost, and demand left to the month's bill."""
    place.keep(metered_day)
    code, day = place.told("cost", "2025-07-02")
    assert code == 0
    assert [hour["wh"] for hour in day["hours"]] == [120_000] * 24
    assert sum(round(float(row["usd"]) * 100) for row in day["rows"]) == round(float(day["usd"]) * 100)
    assert day["left_out"] == ["demand"]
    code, out, _ = place.call("cost", "2025-07-02")
    assert code == 0
    assert "left to the month's bill: demand" in out


def test_a_month_that_is_not_metered_is_unknown_and_says_why(place: Place, metered_day: Path) -> None:
    """With one day of readings the month's bill is unknown: exit 1, and the reason names the meter."""
    place.keep(metered_day)
    code, bill = place.told("cost", "2025-07")
    assert (code, bill["usd"]) == (1, None)
    assert "meter supply has no reading before the instant" in bill["reason"]


def test_meters_as_the_agent_kept_them_and_as_they_answer(place: Place, metered_day: Path) -> None:
    """The last kept reading is told with its instant; a meter that is gone is told by `--read` with exit 1."""
    place.keep(metered_day)
    code, kept = place.told("meters")
    assert code == 0
    assert kept["meters"][0]["power_w"] == 120_000
    assert kept["meters"][0]["quality"] == "as it should be"
    code, now = place.told("meters", "--read")
    assert code == 1
    assert "refused" in now["meters"][0]["quality"]
    assert place.call("meters", "--read")[0] == 1


def test_prices_of_a_day_beside_the_break_even(place: Place) -> None:
    """24 hours on the tariff's wall clock; hours dearer than the break-even price stop, and the drawing says so."""
    code, told = place.told("price", "2025-07-02", "--breakeven", "91")
    assert code == 0
    assert [row["pays"] for row in told["hours"]].count(False) == 2
    assert told["hours"][16]["hour"] == "2025-07-02T16:00:00-04:00"
    _, drawn, _ = place.call("price", "2025-07-02", "--breakeven", "91")
    assert drawn.count("stop") == 2
    _, autumn = place.told("price", "2025-11-02")
    assert len(autumn["hours"]) == 25
    _, gap, _ = place.call("price", "2024-07-02")
    assert "no version of tariff alder-power-large-load covers 2024-07-02" in gap


def test_break_even_prices_rise_with_heat(place: Place) -> None:
    """The best model first; heat raises the price up to which a model runs; an unknown model is named."""
    code, told = place.told("breakeven", "15-194", "--hashprice", "50", "--heat", "20", "--at", "130", site=False)
    assert code == 0
    row = told["rows"][0]
    assert float(row["breakeven_with_heat_usd_mwh"]) == pytest.approx(float(row["breakeven_usd_mwh"]) + 20)
    assert row["pays"] is True
    code, _, err = place.call("breakeven", "S99", "--hashprice", "50", site=False)
    assert (code, "no model is called 'S99'" in err) == (2, True)


def test_heat_of_a_day_is_told_and_booked_once(place: Place) -> None:
    """A cold day sells heat and books it; asking again books nothing twice; without weather it is unknown: exit 1."""
    words = ("heat", "2025-01-15", "--outdoor", "-4", "--electric-kwh", "2400", "--record")
    journal = ("--db", str(place.folder / "m.db"))
    for _ in range(2):
        code, told = place.told(*words, *journal)
        assert (code, told["sold_wh"], told["usd"]) == (0, 1_920_000, "39.71")
    code, told = place.told("heat", "2025-01-15")
    assert (code, told["usd"]) == (1, None)
    assert "outdoor temperature is unknown" in told["reason"]


def test_a_programs_credit_is_told_in_its_parts(place: Place) -> None:
    """Capacity of July's 744 hours, energy shed, a penalty for the rest; unknown availability ends with 1."""
    words = ("program", "demand-response", "--month", "2025-07", "--shed-mwh", "1.1", "--called-mwh", "1.2")
    code, told = place.told(*words, "--availability", "0.5")
    assert code == 0
    assert told["usd"] == {"capacity": "316.20", "deployment": "275.00", "penalty": "-40.00", "all": "551.20"}
    assert place.call(*words)[0] == 1
    assert place.call(*words, "--availability", "97")[0] == 2
    assert place.call("program", "nothing", "--month", "2025-07")[0] == 2


def test_a_tariff_with_a_gap_fails_its_check_and_a_broken_one_is_refused(place: Place) -> None:
    """The example passes; days without a version end with 1; an overlap ends with 2 and names the file."""
    assert place.call("tariff", "check", str(EXAMPLE), site=False)[0] == 0
    gap = place.folder / "gap.toml"
    gap.write_bytes(EXAMPLE.read_bytes().replace(b"until = 2026-01-01", b"until = 2025-12-01"))
    code, told = place.told("tariff", "check", str(gap), site=False)
    assert (code, told["gaps"]) == (1, ["no version covers 2025-12-01 to 2025-12-31"])
    gap.write_bytes(EXAMPLE.read_bytes().replace(b"until = 2026-01-01", b""))
    code, _, err = place.call("tariff", "check", str(gap), site=False)
    assert (code, "gap.toml" in err, "overlap" in err) == (2, True, True)


def test_profiles_are_listed_with_source_and_grade(place: Place) -> None:
    """Every profile in JSON has registers with grades; one profile by name tells its source; a slip is named."""
    _, told = place.told("profiles", site=False)
    assert {"virtual", "carlo-gavazzi-em24"} <= {row["name"] for row in told}
    _, out, _ = place.call("profiles", "siemens-pac", site=False)
    assert "A5E02316180B" in out.replace("\n", "")
    assert place.call("profiles", "nope", site=False)[0] == 2


def test_a_virtual_meter_starts_and_a_fault_that_cannot_be_is_refused(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    """`mintage virtual meter` serves for the time asked; a fault of no kind is an input error."""
    assert place.folder.exists()
    with pytest.raises(SystemExit) as end:
        run(["virtual", "meter", "--address", f"{ADDRESS}:5021", "--for", "0.1", "--json"])
    assert end.value.code == 0
    assert json.loads(capsys.readouterr().out)["energy_wh"] == 1_000_000
    with pytest.raises(SystemExit) as end:
        run(["virtual", "meter", "--fault", "explodes@3"])
    assert end.value.code == 2
    assert "kinds are silence" in capsys.readouterr().err
