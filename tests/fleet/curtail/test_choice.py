"""Laws of the choice of machines, on drawn fleets."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mintage.fleet.curtail.asks import Ask, Breakeven, Cap, Fixed, Full, Manner, Shed, Thermal
from mintage.fleet.curtail.candidates import Candidate, Grounds, candidates
from mintage.fleet.curtail.choice import Plan, Situation, choose, earned_usd_mwh
from mintage.fleet.curtail.states import ASLEEP, Target, mode_of
from mintage.fleet.drivers.port import Identity
from mintage.fleet.latest import Machine, Place
from mintage.fleet.models import model_of
from mintage.fleet.readings import Snapshot
from mintage.units.errors import InputError
from tests.fleet.curtail.ground import NOON_US, a_site

SITE = a_site()
POWERS = st.integers(500, 8000)
MODELS = st.sampled_from(("15-194", "1246-83", "Q", "16-282"))


@st.composite
def fleets(draw: st.DrawFn) -> list[Machine]:
    """Machines that hash, each with its own power and efficiency; a few heat, sleep, are stale or tell no power."""
    return [
        machine(
            number,
            power_w=draw(POWERS),
            efficiency=draw(st.floats(12, 90)),
            model=draw(MODELS),
            rack=draw(st.sampled_from(("r1", "r2", "heat"))),
            state=draw(st.sampled_from(("hashing", "hashing", "hashing", "asleep", "offline"))),
            age_s=draw(st.sampled_from((1, 1, 1, 9999))),
        )
        for number in range(draw(st.integers(0, 12)))
    ]


def machine(
    number: int,
    power_w: int = 3000,
    efficiency: float = 20.0,
    model: str = "15-194",
    rack: str = "r1",
    state: str = "hashing",
    age_s: float = 1.0,
    **values: float | str,
) -> Machine:
    """One machine as the latest state has it."""
    known = model_of(model)
    assert known is not None
    read: dict[str, float | int | str] = {
        "state": state,
        "power_in_w": power_w,
        "hashrate_ths": power_w / efficiency,
        "mode": known.nominal_mode,
        **values,
    }
    return Machine(
        asset=f"m-{number:012x}",
        site="alder",
        identity=Identity(driver="avalon", make="Canaan", model=model, name=model, nameplate_w=power_w),
        place=Place(address=f"10.0.0.{number + 1}", rack=rack, feeder="main"),
        snapshot=Snapshot(at_us=NOON_US - round(age_s * 1e6), values=read),
    )


def planned(shed: Shed, machines: list[Machine], situation: Situation | None = None, **manner: object) -> Plan:
    """The plan of an ask."""
    ask = Ask(shed=shed, reason="test", manner=Manner(**manner))  # type: ignore[arg-type]  # given by each test
    own = situation.own if situation else {}
    found = candidates(machines, ask, Grounds(now_us=NOON_US, site=SITE, own=own))
    return choose(ask, found, situation or Situation(pue=1.0))


def may_be_shed(item: Machine) -> bool:
    assert item.snapshot is not None
    fresh = item.snapshot.at_us > NOON_US - 120_000_000
    return item.state == "hashing" and fresh and item.place.rack != "r2"


@settings(max_examples=150, deadline=None)
@given(fleets(), st.integers(1, 40))
def test_fixed_sheds_enough_and_no_more_than_one_machine_beyond(machines: list[Machine], kw: int) -> None:
    """The sum reaches what was asked, without its last machine it does not; short only when nobody is left."""
    plan = planned(Fixed(kw), machines, exclude="rack=r2")
    free = [item for item in machines if may_be_shed(item)]
    chosen = {choice.candidate.asset for choice in plan.choices}
    assert chosen <= {item.asset for item in free}, "nobody is shed who may not be"
    if plan.words:
        assert len(chosen) == len(free)
        assert plan.shed_w < kw * 1000
    else:
        assert plan.shed_w >= kw * 1000 - 0.5
        assert plan.shed_w - plan.choices[-1].shed_w < kw * 1000


@settings(max_examples=150, deadline=None)
@given(fleets(), st.integers(1, 40))
def test_worst_first_and_those_that_heat_last(machines: list[Machine], kw: int) -> None:
    """Whoever stays is no worse than anybody shed; a machine that heats goes only when no other is left."""
    plan = planned(Fixed(kw), machines, heat="rack=heat")
    ask = Ask(shed=Fixed(kw), reason="test", manner=Manner(heat="rack=heat"))
    free = [item for item in candidates(machines, ask, Grounds(now_us=NOON_US, site=SITE)) if not item.blocked]
    chosen = {choice.candidate.asset for choice in plan.choices}
    stay = [item for item in free if item.asset not in chosen]
    shed = [item for item in free if item.asset in chosen]

    def worth(item: Candidate) -> tuple[bool, float]:
        return (item.heat, -item.cuts[0].joules_per_th)

    if stay and shed:
        assert max(map(worth, shed)) <= min(map(worth, stay))


@settings(max_examples=150, deadline=None)
@given(fleets(), st.floats(20, 60), st.floats(10, 300), st.booleans())
def test_breakeven_keeps_exactly_what_earns_more_than_it_costs(
    machines: list[Machine],
    hashprice: float,
    price: float,
    lower_modes: bool,  # noqa: FBT001  drawn
) -> None:
    """No plan of one mode for each machine earns more per hour; found by trying every mode of every machine."""
    shed = Breakeven(hashprice_usd_ph_day=hashprice, price_usd_mwh=price, band_pct=0)
    plan = planned(shed, machines, lower_modes=lower_modes)
    wants = {choice.candidate.asset: choice for choice in plan.choices}
    ask = Ask(shed=shed, reason="test", manner=Manner(lower_modes=lower_modes))
    for item in candidates(machines, ask, Grounds(now_us=NOON_US, site=SITE)):
        if item.blocked:
            continue
        model = model_of(item.machine.identity.model)
        assert model is not None
        now = model.modes[item.mode]
        ways = {ASLEEP: (float(model.standby_w), 0.0), "": (item.power_w, item.hashrate_ths)}
        if lower_modes:
            for name, mode in model.modes.items():
                power_w = item.power_w * mode.power_w / now.power_w
                if mode.power_w < now.power_w and power_w > model.standby_w:
                    ways[name] = (power_w, item.hashrate_ths * mode.hashrate_ths / now.hashrate_ths)
        earns = {way: ths * hashprice / 24e3 - watts / 1e6 * price for way, (watts, ths) in ways.items()}
        choice = wants.get(item.asset)
        chosen = "" if choice is None else mode_of(choice.want) or choice.want
        assert earns[chosen] == pytest.approx(max(earns.values()), abs=1e-9)


def test_breakeven_oracle() -> None:
    """At 38.2 USD/PH/day a 17.5 J/TH machine breaks even at USD 91/MWh and a 12.8 J/TH one at USD 124/MWh."""
    assert earned_usd_mwh(1.0, 17.5, 38.2, 1.0) == pytest.approx(91, abs=0.5)
    assert earned_usd_mwh(1.0, 12.8, 38.2, 1.0) == pytest.approx(124, abs=0.5)


@pytest.mark.parametrize(
    ("price", "held", "sheds"), [(92, False, False), (95, False, True), (90, True, True), (88, True, False)]
)
def test_hysteresis(price: float, held: bool, sheds: bool) -> None:  # noqa: FBT001  a table of cases
    """With a band of 3 %, a machine that breaks even at 91 is shed above 93.8 and comes back below 88.3."""
    watts = 600_000  # so much that its standby does not matter
    machines = [machine(0, efficiency=17.5, power_w=watts)]
    own = {"m-000000000000": a_target(watts, 17.5)} if held else {}
    shed = Breakeven(hashprice_usd_ph_day=38.2, price_usd_mwh=price)
    plan = planned(shed, machines, Situation(own=own))
    assert bool(plan.choices) == sheds


def test_unknown_prices_shed_nothing() -> None:
    """Without a price or a hashprice nothing is guessed: the ask is refused by name."""
    with pytest.raises(InputError, match="hashprice"):
        planned(Breakeven(price_usd_mwh=100), [machine(0)])
    with pytest.raises(InputError, match="price of power"):
        planned(Breakeven(hashprice_usd_ph_day=40), [machine(0)])


@settings(max_examples=100, deadline=None)
@given(st.lists(POWERS, min_size=1, max_size=12), st.integers(1, 60), st.floats(1.0, 1.3))
def test_cap_sheds_down_to_the_limit_and_brings_back_only_what_fits(powers: list[int], kw: int, pue: float) -> None:
    """What is left after shedding lies under the cap; from there, only machines that fit under the band come back."""
    machines = [machine(number, power_w=watts) for number, watts in enumerate(powers)]
    site_w = sum(powers) * pue
    plan = planned(Cap(kw), machines, Situation(power_w=site_w, pue=pue))
    left_w = site_w - plan.shed_w * pue
    assert left_w <= kw * 1000 + 0.5 or len(plan.choices) == len([w for w in powers if w > 60])
    if site_w <= kw * 1000:
        assert not plan.choices
    own = {
        choice.candidate.asset: a_target(
            choice.candidate.power_w, 20.0, asset=choice.candidate.asset, shed_w=choice.shed_w
        )
        for choice in plan.choices
    }
    asleep = [
        machine(n, power_w=watts, state="asleep" if f"m-{n:012x}" in own else "hashing")
        for n, watts in enumerate(powers)
    ]
    again = planned(Cap(kw), asleep, Situation(power_w=left_w, pue=pue, own=own))
    staying = {choice.candidate.asset for choice in again.choices}
    back_w = sum(own[asset].shed_w for asset in own if asset not in staying)
    assert left_w + back_w * pue <= max(kw * 1000 * 0.98, left_w) + 0.5


def test_full_takes_every_machine_that_answers() -> None:
    """Also one that does not hash and one that tells no power; not one that slept before, nor one that is gone."""
    silent = machine(5)
    assert silent.snapshot is not None
    values = {name: value for name, value in silent.snapshot.values.items() if name != "power_in_w"}
    machines = [
        machine(0),
        machine(1, state="idle"),
        machine(2, state="asleep"),
        machine(3, state="offline"),
        machine(4, age_s=9999),
        msgspec.structs.replace(silent, snapshot=msgspec.structs.replace(silent.snapshot, values=values)),
    ]
    plan = planned(Full(), machines)
    assert sorted(choice.candidate.asset for choice in plan.choices) == [machines[n].asset for n in (0, 1, 5)]
    reasons = {item.asset: item.blocked for item in plan.left_out}
    assert "sleeps already" in reasons[machines[2].asset]
    assert "does not answer" in reasons[machines[3].asset]
    assert "9,999 s old" in reasons[machines[4].asset]


def test_thermal_sheds_the_hot_and_waits_until_it_is_cool() -> None:
    """Above the limit a machine is shed; once shed it stays so until what enters is below the limit by the band."""
    hot, warm, cool = machine(0, inlet_c=41), machine(1, inlet_c=38), machine(2, inlet_c=35)
    limits = Thermal(inlet_c=40, band_c=3)
    assert [c.candidate.asset for c in planned(limits, [hot, warm, cool]).choices] == [hot.asset]
    own = {item.asset: a_target(3000, 20.0, asset=item.asset) for item in (warm, cool)}
    plan = planned(limits, [hot, warm, cool], Situation(own=own))
    assert {c.candidate.asset for c in plan.choices} == {hot.asset, warm.asset}


def test_a_machine_just_woken_is_left_to_run() -> None:
    """Within its minimum run time a machine is not shed again, and the plan says why."""
    ask = Ask(shed=Full(), reason="test", manner=Manner(run_min_s=1800))
    turns = {"m-000000000000": (0, NOON_US - 600_000_000), "m-000000000001": (0, NOON_US - 3600_000_000)}
    grounds = Grounds(now_us=NOON_US, site=SITE, turns=turns)
    found = candidates([machine(0), machine(1)], ask, grounds)
    assert [bool(item.blocked) for item in found] == [True, False]


def a_target(power_w: float, efficiency: float, asset: str = "m-000000000000", shed_w: float | None = None) -> Target:
    """A machine that a curtailment sheds already."""
    return Target(
        event="c-1",
        asset=asset,
        rank=0,
        want=ASLEEP,
        was_mode="",
        shed_w=power_w - 60 if shed_w is None else shed_w,
        baseline_w=power_w,
        baseline_by="machine",
        efficiency_j_th=efficiency,
        state="confirmed",
    )
