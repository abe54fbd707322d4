"""What fleet pages are told: ledger beside machines, nothing that the reader may not see, and no made-up zero."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from mintage.desk.ask import Ask
from mintage.desk.fleet import overview, site_card
from mintage.desk.halls import site_plan
from mintage.desk.here import Missing, site_desk
from mintage.desk.machines import machines, machines_csv
from mintage.desk.saved import drop_view, save_view, views
from mintage.desk.scoped import Some, scoped
from mintage.fleet.control.preview import preview
from mintage.fleet.drivers.port import Reboot
from mintage.fleet.scope import parse_scope, select
from mintage.market.network import difficulty, hashprice_usd_ph_day, subsidy_sats, target_from_bits
from mintage.people.caller import Forbidden
from mintage.units.errors import InputError
from tests.desk.yard import ADA, LEAD, OP, SALES, TODAY, VIEWER, Yard
from tests.fleet.plant import a_machine, asset


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    """A site of 60 machines: one is silent, one asleep, one does not tell its power, four are struck."""
    yard = Yard(tmp_path_factory.mktemp("yard"))
    yard.strike(0, 4, 5, 6)
    yard.put([a_machine(1, state="asleep", hashrate_ths=0.0, power_in_w=60), a_machine(3, chip_max_c=99)])
    silent, untold = a_machine(0), a_machine(2)
    assert silent.snapshot is not None
    assert untold.snapshot is not None
    gone = msgspec.structs.replace(silent.snapshot, values={"state": "offline"}, unknown={"": "no answer in 3 s"})
    kept = {name: value for name, value in untold.snapshot.values.items() if name != "power_in_w"}
    yard.put(
        [
            msgspec.structs.replace(silent, snapshot=gone, seen_us=None),
            msgspec.structs.replace(untold, snapshot=msgspec.structs.replace(untold.snapshot, values=kept)),
        ]
    )
    yield yard
    yard.close()


def test_a_site_has_the_ledgers_figures_beside_its_machines(yard: Yard) -> None:
    """Booked ones are dated and lead to postings; live ones say over how many machines they are."""
    card = site_card(yard.company, VIEWER, "alder")
    assert (card.title, card.latitude, card.known) == ("Alder Creek", Decimal("44.31"), "local")
    assert (card.energized.value, card.operating.value, card.window) == (Decimal(10_000), Decimal(9_500), "2026-01-04")
    assert "memo%3Ahashrate%3Aenergized" in card.energized.trace
    assert card.machines == 60
    assert card.states == {"hashing": 58, "asleep": 1, "offline": 1}
    rates = [a_machine(n).snapshot.number("hashrate_ths") for n in range(2, 60)]  # type: ignore[union-attr]  # polled
    assert card.live.value == Decimal(round(sum(rate or 0 for rate in rates)))
    assert card.live.reason == "of 59 of 60 machines"
    assert card.power.reason == "of 58 of 60 machines"
    assert (card.struck, card.hottest.value) == (4, Decimal(99))


def test_a_site_that_only_facts_tell_of_is_shown_with_what_is_known(yard: Yard) -> None:
    """It stands on the map, and what nobody tells is unknown with a reason."""
    answer = overview(yard.company, VIEWER)
    birch = next(card for card in answer.sites if card.name == "birch")
    assert (birch.title, birch.longitude, birch.known, birch.machines) == ("Birch", Decimal("-114.5"), "journal", 0)
    assert (birch.live.value, birch.live.reason) == (None, "only facts tell of this site")
    assert birch.profit.value is birch.energized.value is birch.operating.value is None
    assert birch.energized.reason
    assert answer.live.value == next(card for card in answer.sites if card.name == "alder").live.value
    assert answer.on == TODAY


def test_profit_is_what_the_market_and_the_tariff_say(yard: Yard) -> None:
    """Hashprice of the last price and the difficulty in force, less power with the site's overhead."""
    reward = Decimal(subsidy_sats(900_144)).scaleb(-8)
    hashprice = hashprice_usd_ph_day(difficulty(target_from_bits("17021fff")), reward, Decimal(100_000))
    row = machines(yard.company, VIEWER, Ask(q=asset(10))).rows[0]
    rate, power = row["hashrate_ths"], row["power_in_w"]
    expected = Decimal(str(rate)) * hashprice / 1000 - Decimal(str(power)) * 24 * Decimal("1.05") * 50 / 10**6
    assert Decimal(str(row["profit_usd_day"])) == expected.quantize(Decimal("0.01"))


def test_nobody_sees_sites_that_he_or_she_may_not_see(yard: Yard) -> None:
    """Not in the overview, the tables, the exports or the plans."""
    assert [card.name for card in overview(yard.company, OP).sites] == ["alder"]
    nothing = overview(yard.company, SALES)
    assert (nothing.sites, nothing.machines, nothing.worst) == ([], 0, [])
    assert machines(yard.company, SALES, Ask()).total == 0
    assert len(b"".join(machines_csv(yard.company, SALES, Ask())).splitlines()) == 1
    for ask in (lambda: site_card(yard.company, OP, "birch"), lambda: site_plan(yard.company, SALES, "alder")):
        with pytest.raises(Forbidden):
            ask()


def test_what_is_not_there_is_missing(yard: Yard) -> None:
    """A site that nobody knows, and one at which nothing can be done from here."""
    with pytest.raises(Missing, match="no site 'cedar'"):
        site_card(yard.company, ADA, "cedar")
    with pytest.raises(Missing, match="from here"):
        site_desk(yard.company, "birch")


def test_the_worst_alerts_come_first_with_their_site(yard: Yard) -> None:
    """In words of both languages."""
    answer = overview(yard.company, VIEWER)
    assert answer.alerts == 1
    (worst,) = answer.worst
    assert (worst.site, len(worst.alert.members)) == ("alder", 4)
    assert "rack r0" in worst.headline_en
    assert "機櫃 r0" in worst.headline_zh


def test_the_plan_has_a_legend_of_every_class_and_of_what_is_unknown(yard: Yard) -> None:
    """Its counts are the machines and slots that are drawn."""
    drawn = site_plan(yard.company, VIEWER, "alder", "hash")
    assert [hall.name for hall in drawn.halls] == ["h0", "h1"]
    counts = {row.index: row.count for row in drawn.legend}
    assert (sum(count for index, count in counts.items() if index >= -1), counts[-1]) == (60, 1)
    assert counts[-2] == 40
    assert (drawn.legend[0].low, drawn.legend[0].high) == (None, 1.0)
    assert [choice.id for choice in drawn.choices if choice.chosen] == ["hash"]
    with pytest.raises(InputError, match="no metric"):
        site_plan(yard.company, VIEWER, "alder", "colour")


def test_a_table_is_asked_in_the_words_of_its_query(yard: Yard) -> None:
    """Conditions, search and order; cells that are unknown come with the machine's reason."""
    hot = machines(yard.company, VIEWER, Ask(where=("chip_max_c>=99",), sort="-chip_max_c"))
    assert [row["asset"] for row in hot.rows] == [asset(3)]
    untold = machines(yard.company, VIEWER, Ask(where=("power_in_w=unknown",), state=("offline",)))
    assert [(row["asset"], row["power_in_w"], row["reason"]) for row in untold.rows] == [
        (asset(0), None, "no answer in 3 s")
    ]
    assert hot.facets["state"] == {"hashing": 1}
    assert machines(yard.company, VIEWER, Ask(struck=True)).total == 4
    for where in ("chip_max_c", "chip_max_c>=hot", "colour>=1", "chip_max_c>=nan"):
        with pytest.raises(InputError):
            machines(yard.company, VIEWER, Ask(where=(where,)))


@pytest.mark.parametrize(
    "ask",
    [
        Ask(),
        Ask(rack=("r0",), state=("hashing",)),
        Ask(where=("chip_max_c>=99",)),
        Ask(q="10.0.1."),
        Ask(struck=True),
        Ask(where=("efficiency_j_th>=18.9",)),
    ],
)
def test_the_scope_of_a_table_means_the_same_machines(yard: Yard, ask: Ask) -> None:
    """What somebody filtered is what an action would reach."""
    answer = machines(yard.company, VIEWER, msgspec.structs.replace(ask, limit=1000))
    desk = site_desk(yard.company, "alder").as_(LEAD)
    meant = preview(desk, who="lead", action=Reboot(), scope=answer.scope["alder"])
    assert {change.asset for change in meant.changes} == {str(row["asset"]) for row in answer.rows}


@pytest.mark.parametrize(
    "scope",
    [
        "all",
        "rack=r1",
        "rack=r1,R0 state=hashing",
        "state!=hashing",
        "rack!=r0",
        f"asset={asset(3)},{asset(4)},m-nobody",
        "asset=m-00000000000*",
        "address=10.0.1.0/28",
        "address!=10.0.1.0/28",
        "chip_max_c>=99",
        "power_in_w<100",
        "hashrate_ths=190",
        "inlet_c>30",
        "model=15-* slot<=5",
        "serial=none",
        "worker=us.7",
        "feeder=f0 chip_max_c<90",
    ],
)
def test_a_scope_reaches_the_same_machines_through_the_board(yard: Yard, scope: str) -> None:
    """Whom the board lets a service read is whom the scope means, and of whom it cannot be told."""
    desk = site_desk(yard.company, "alder")
    fewer = scoped(yard.company, desk, scope)
    whole, narrow = (select(parse_scope(scope), latest.all("alder")) for latest in (yard.agent, fewer.latest))
    assert narrow == whole
    if scope in ("rack=r1", "chip_max_c>=99", f"asset={asset(3)},{asset(4)},m-nobody"):
        assert isinstance(fewer.latest, Some), "not all are read for it"
    with pytest.raises(InputError):
        scoped(yard.company, desk, "colour=red")


def test_an_export_has_every_row_of_the_filter_and_no_formula(yard: Yard) -> None:
    """As CSV that a spreadsheet does not execute; unknown is empty."""
    odd = a_machine(59, worker="=cmd|'/c calc'!A1")
    yard.put([odd])
    raw = b"".join(machines_csv(yard.company, VIEWER, Ask(rack=("r1",), sort="-slot"))).decode()
    rows = list(csv.DictReader(io.StringIO(raw)))
    assert [row["asset"] for row in rows] == [asset(n) for n in range(59, 49, -1)]
    assert rows[0]["worker"] == "'=cmd|'/c calc'!A1"
    assert rows[0]["error_pct"] == ""


def test_views_are_kept_for_their_person(yard: Yard) -> None:
    """Saved, replaced and removed by name; nobody else has them."""
    save_view(yard.company, VIEWER, "machines", "Hot ones", "?where=chip_max_c%3E%3D90&cursor=abc&sort=-chip_max_c")
    (kept,) = views(yard.company, VIEWER, "machines")
    assert kept.query == "where=chip_max_c%3E%3D90&sort=-chip_max_c"
    save_view(yard.company, VIEWER, "machines", "Hot ones", "state=hashing")
    assert [view.query for view in machines(yard.company, VIEWER, Ask()).views] == ["state=hashing"]
    assert views(yard.company, OP, "machines") == []
    drop_view(yard.company, OP, "machines", "Hot ones")
    assert len(views(yard.company, VIEWER, "machines")) == 1
    drop_view(yard.company, VIEWER, "machines", "Hot ones")
    assert views(yard.company, VIEWER, "machines") == []
    for name, query in (("", ""), ("x" * 61, ""), ("a\nb", ""), ("ok", "x" * 3000)):
        with pytest.raises(InputError):
            save_view(yard.company, VIEWER, "machines", name, query)


def test_a_site_whose_files_are_gone_does_not_take_the_page_with_it(tmp_path: Path) -> None:
    """The others are shown, and it says why it is not."""
    yard = Yard(tmp_path, 3)
    (tmp_path / "sites" / "cedar").mkdir()
    (tmp_path / "sites" / "cedar" / "site.path").write_text("/nowhere/cedar.toml\n")
    answer = overview(yard.company, VIEWER)
    assert {card.name for card in answer.sites} == {"alder", "birch"}
    assert "cedar" in yard.company.sites.problems()
    yard.close()
