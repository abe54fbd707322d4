"""Which machine is which: marks that change, machines that move, machines that lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mintage.fleet.asset_store import Asset
from mintage.fleet.drivers.port import Identity, Target
from mintage.fleet.facts_site import DuplicateClaimed, MachineAdopted, MachineChanged
from mintage.fleet.identity import Found, Register
from mintage.fleet.sites import Site
from mintage.state.db import StateDb
from mintage.units.clock import StepClock
from mintage.units.errors import InputError, StoreError
from tests.fleet.agent.site import NOON_US, Facts, small_site


def machine(address: str, dna: str = "", mac: str = "", **more: Any) -> Found:
    known = {"driver": "avalon", "make": "Canaan", "model": "15-194", "name": "Avalon A15-194"} | more
    return Found(Target(address), Identity(dna=dna, mac=mac, **known))


class House:
    """A register with what it told."""

    def __init__(self, site: Site, path: Path | None = None) -> None:
        self.clock, self.facts, self.db = StepClock(NOON_US), Facts(), StateDb(path)
        self.register = Register(self.db, site, self.clock, self.facts)

    def see(self, *found: Found) -> list[Asset]:
        """One round, a second after the last one."""
        self.clock.step(1)
        return self.register.recognise(found)

    def told(self) -> list[Any]:
        """Data of the facts told so far."""
        return [fact.data for fact in self.facts.all.values()]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return small_site(tmp_path_factory.mktemp("site"))


@pytest.fixture
def house(site: Site) -> House:
    return House(site)


def test_a_machine_is_adopted_once_and_keeps_its_id(house: House) -> None:
    """Seen again as it was, a machine is the same one, and nothing more is told."""
    (first,) = house.see(machine("10.1.0.5", "d1", "a1"))
    (again,) = house.see(machine("10.1.0.5", "d1", "a1"))
    assert again == first
    assert first.asset.startswith("m-")
    assert len(first.asset) == 14
    (adopted,) = house.told()
    assert isinstance(adopted, MachineAdopted)
    assert (adopted.asset, adopted.rack, adopted.dna) == (first.asset, "r1", "d1")


def test_two_sites_give_one_machine_one_id(site: Site) -> None:
    """An id follows from the DNA, so that a machine moved to another site keeps its record."""
    here, there = House(site), House(msgspec.structs.replace(site, name="birch"))
    assert here.see(machine("10.1.0.5", "d1"))[0].asset == there.see(machine("10.9.0.5", "d1"))[0].asset


def test_a_moved_machine_is_recognised_with_address_and_rack_told(house: House) -> None:
    """A changed IP changes neither DNA nor MAC: same machine, and the move is a fact."""
    (first,) = house.see(machine("10.1.0.5", "d1", "a1"))
    (moved,) = house.see(machine("10.1.0.12", "d1", "a1"))
    assert (moved.asset, moved.address) == (first.asset, "10.1.0.12")
    changes = {(c.what, c.before, c.after, c.known_by) for c in house.told() if isinstance(c, MachineChanged)}
    assert changes == {("address", "10.1.0.5", "10.1.0.12", "dna"), ("rack", "r1", "r2", "dna")}


def test_two_machines_that_swap_addresses_stay_themselves(house: House) -> None:
    """After a swap each is where the other was, and both ids hold."""
    one, two = house.see(machine("10.1.0.5", "d1", "a1"), machine("10.1.0.6", "d2", "a2"))
    new_one, new_two = house.see(machine("10.1.0.6", "d1", "a1"), machine("10.1.0.5", "d2", "a2"))
    assert (new_one.asset, new_two.asset) == (one.asset, two.asset)
    assert all(asset.here for asset in house.register.all())


def test_a_new_control_board_in_the_same_place_is_the_same_machine(house: House) -> None:
    """DNA and MAC change with the control board; model and address tell that it is the same machine."""
    (first,) = house.see(machine("10.1.0.5", "d1", "a1"))
    (repaired,) = house.see(machine("10.1.0.5", "d9", "a9"))
    assert (repaired.asset, repaired.identity.dna) == (first.asset, "d9")
    changes = {(c.what, c.known_by) for c in house.told() if isinstance(c, MachineChanged)}
    assert changes == {("dna", "address"), ("mac", "address")}


def test_the_old_control_board_elsewhere_is_another_machine_and_told(house: House) -> None:
    """A board taken out and used in another machine does not pull the record with it."""
    (first,) = house.see(machine("10.1.0.5", "d1", "a1"))
    house.see(machine("10.1.0.5", "d9", "a9"))
    kept, other = house.see(machine("10.1.0.5", "d9", "a9"), machine("10.1.0.7", "d1", "a1"))
    assert kept.asset == first.asset
    assert other.asset != first.asset
    assert "claims the dna of" in other.contested
    assert {c.claimed for c in house.told() if isinstance(c, DuplicateClaimed)} == {"dna", "mac"}


def test_another_model_in_the_same_place_is_another_machine(house: House) -> None:
    """A slot with a new machine does not inherit the old one's record, and the old one is no longer there."""
    (old,) = house.see(machine("10.1.0.5", "d1", "a1"))
    (new,) = house.see(machine("10.1.0.5", "d2", "a2", model="16-282"))
    assert new.asset != old.asset
    assert [asset.here for asset in (house.register.get(old.asset), house.register.get(new.asset))] == [False, True]


def test_a_claimant_of_anothers_dna_is_contained_and_visible(house: House) -> None:
    """A lie gives the liar an id of its own; the owner's record does not change, however often it is repeated."""
    (owner,) = house.see(machine("10.1.0.5", "d1", "a1"))
    for _ in range(3):
        liar, same = house.see(machine("10.1.0.4", "d1", "b2"), machine("10.1.0.5", "d1", "a1"))
        assert same == owner
        assert liar.asset != owner.asset
        assert liar.identity.dna == ""
        assert liar.contested == f"claims the dna of {owner.asset}"
    (claim,) = [c for c in house.told() if isinstance(c, DuplicateClaimed)]
    assert (claim.asset, claim.claimed, claim.claim, claim.address) == (owner.asset, "dna", "d1", "10.1.0.4")
    assert [c.address for c in house.register.claims()] == ["10.1.0.4"]


def test_a_claimant_gains_nothing_while_the_owner_is_silent(house: House) -> None:
    """The MAC that contradicts the DNA keeps a liar out even when nobody answers for the owner."""
    (owner,) = house.see(machine("10.1.0.5", "d1", "a1"))
    (liar,) = house.see(machine("10.1.0.4", "d1", "b2"))
    assert liar.asset != owner.asset
    assert house.register.get(owner.asset) == owner


def test_a_perfect_copy_is_kept_apart_while_both_answer(house: House) -> None:
    """Two that answer at once with the same DNA and MAC are two machines; who was there first is the owner."""
    (owner,) = house.see(machine("10.1.0.5", "d1", "a1"))
    copy, same = house.see(machine("10.1.0.4", "d1", "a1"), machine("10.1.0.5", "d1", "a1"))
    assert same.asset == owner.asset
    assert copy.asset != owner.asset
    (ask,) = house.register.disputed([machine("10.1.0.4", "d1", "a1")])
    assert ask.asset == owner.asset


def test_a_known_machine_that_begins_to_lie_stays_itself_and_is_told(house: House) -> None:
    """A machine flashed with another's DNA is still known by its MAC."""
    one, two = house.see(machine("10.1.0.5", "d1", "a1"), machine("10.1.0.6", "d2", "a2"))
    again = house.see(machine("10.1.0.5", "d1", "a1"), machine("10.1.0.6", "d1", "a2"))
    assert [asset.asset for asset in again] == [one.asset, two.asset]
    assert again[1].contested == f"claims the dna of {one.asset}"
    honest = house.see(machine("10.1.0.6", "d2", "a2"))
    assert honest[0].contested == ""


def test_a_serial_number_outlives_board_and_address(house: House) -> None:
    """A machine that tells its serial number is recognised by it when all else is new."""
    (first,) = house.see(machine("10.1.0.5", "d1", "a1", serial="A15K000100"))
    (again,) = house.see(machine("10.1.0.9", "d7", "a7", serial="A15K000100"))
    assert (again.asset, again.serial) == (first.asset, "A15K000100")


def test_a_linked_serial_number_belongs_to_one_machine(house: House) -> None:
    """Linking is a fact; a second machine cannot have the same serial number."""
    one, two = house.see(machine("10.1.0.5", "d1"), machine("10.1.0.6", "d2"))
    assert house.register.link(one.asset, "A15K000100").serial == "A15K000100"
    with pytest.raises(InputError, match="is linked to"):
        house.register.link(two.asset, "A15K000100")
    with pytest.raises(InputError, match="no machine"):
        house.register.link("m-000000000000", "A15K000101")
    (change,) = [c for c in house.told() if isinstance(c, MachineChanged)]
    assert (change.what, change.after) == ("serial", "A15K000100")


def test_another_process_is_noticed(site: Site, tmp_path: Path) -> None:
    """What a command links, the running agent knows without being told."""
    agent, command = House(site, tmp_path / "agent.db"), House(site, tmp_path / "agent.db")
    (asset,) = agent.see(machine("10.1.0.5", "d1"))
    command.register.link(asset.asset, "A15K000100")
    assert agent.register.get(asset.asset).serial == "A15K000100"
    assert agent.see(machine("10.1.0.9", "d1"))[0].serial == "A15K000100"


def test_nothing_is_adopted_when_its_fact_cannot_be_kept(house: House) -> None:
    """Register and facts are kept together: after a failure the machine is adopted anew, with its fact."""

    class Full:
        def record(self, facts: object) -> None:  # noqa: ARG002  the port's own name
            raise StoreError("disk full")

    broken = Register(house.db, small_site_of(house), house.clock, Full())
    with pytest.raises(StoreError):
        broken.recognise([machine("10.1.0.5", "d1")])
    assert broken.all() == []
    assert len(house.see(machine("10.1.0.5", "d1"))) == 1
    assert house.facts.kinds() == ["fleet.machine-adopted"]


def small_site_of(house: House) -> Site:
    return house.register._site


@settings(max_examples=150, deadline=None)
@given(
    rounds=st.lists(
        st.dictionaries(
            st.integers(1, 6),
            st.tuples(st.sampled_from(["", "d1", "d2", "d3"]), st.sampled_from(["", "a1", "a2", "a3"])),
            min_size=1,
        ),
        max_size=6,
    )
)
def test_machines_that_answer_together_are_never_merged(rounds: list[dict[int, tuple[str, str]]], site: Site) -> None:
    """Whatever is claimed: one id for each that answers, no mark or address of two, and a new reader agrees."""
    house = House(site)
    for round_ in rounds:
        found = [machine(f"10.1.0.{number}", *marks) for number, marks in round_.items()]
        assets = house.see(*found)
        assert len({asset.asset for asset in assets}) == len(found)
        assert [asset.address for asset in assets] == [item.address for item in found]
        known = house.register.all()
        for mark in ("dna", "mac"):
            held = [getattr(asset.identity, mark) for asset in known if getattr(asset.identity, mark)]
            assert len(held) == len(set(held))
        here = [asset.address for asset in known if asset.here]
        assert len(here) == len(set(here))
    anew = Register(house.db, site, house.clock, house.facts)
    assert anew.all() == house.register.all()
