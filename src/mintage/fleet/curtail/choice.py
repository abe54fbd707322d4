"""The choice of machines: cheapest hash first, never more than needed beyond one machine, within every limit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from mintage.fleet.curtail.asks import Ask, Breakeven, Cap, Fixed, Full, Thermal
from mintage.fleet.curtail.candidates import Candidate, Cut
from mintage.fleet.curtail.states import ASLEEP, Target
from mintage.units.errors import InputError


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted of one machine.

    Attributes:
        candidate: the machine.
        want: asleep or a lower mode.
        shed_w: power that this saves.
        lost_ths: hash rate that this gives up.
    """

    candidate: Candidate
    want: str
    shed_w: float
    lost_ths: float


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a curtailment would do now.

    Attributes:
        choices: machines to be shed, in the order in which that is done.
        wanted_w: power to be shed; what was found where no figure was asked for.
        words: what keeps the plan from reaching it, or what it goes by; "" where nothing is to be said.
        left_out: machines in scope that are not shed, with the reason.
    """

    choices: tuple[Choice, ...]
    wanted_w: float
    words: str = ""
    left_out: tuple[Candidate, ...] = ()

    @property
    def shed_w(self) -> float:
        """Power that the chosen machines save, without what another curtailment saves already."""
        return sum(item.shed_w for item in self.choices if not item.candidate.held_by)


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What a choice goes by beside the machines.

    Attributes:
        hashprice_usd_ph_day: what hash rate earns; None where nobody told.
        price_usd_mwh: what power costs; None where nobody told.
        prices_by: who told both.
        pue: site power over machine power.
        power_w: power of the site or feeder that a cap is of; None where nobody measures it.
        own: what this curtailment sheds already, by machine.
    """

    hashprice_usd_ph_day: float | None = None
    price_usd_mwh: float | None = None
    prices_by: str = ""
    pue: float = 1.0
    power_w: float | None = None
    own: Mapping[str, Target] = {}


def earned_usd_mwh(cut_lost_ths: float, shed_w: float, hashprice_usd_ph_day: float, pue: float) -> float:
    """What hash rate earns per energy that its machine and its share of cooling use, USD/MWh.

    Args:
        cut_lost_ths: hash rate, TH/s.
        shed_w: power of it at the machine, W.
        hashprice_usd_ph_day: USD/PH/day.
        pue: site power over machine power.

    Source: hashprice / (0.024 x J/TH x PUE).
    """
    if shed_w <= 0:
        return float("inf")
    return hashprice_usd_ph_day / 0.024 * cut_lost_ths / (shed_w * pue)


def choose(ask: Ask, machines: Sequence[Candidate], situation: Situation) -> Plan:
    """What an ask wants of which machines now; machines that it sheds already and still wants shed are in it.

    Raises:
        InputError: a price or a power that the choice needs is unknown.
    """
    free = [item for item in machines if not item.blocked]
    left_out = tuple(item for item in machines if item.blocked)
    match ask.shed:
        case Fixed(kw):
            plan = _fixed(free, kw * 1000.0, situation)
        case Full():
            choices = _whole(free)
            plan = Plan(choices=choices, wanted_w=sum(item.shed_w for item in choices if not item.candidate.held_by))
        case Cap():
            plan = _cap(ask.shed, free, situation)
        case Breakeven():
            plan = _breakeven(ask.shed, free, situation)
        case Thermal():
            choices = _whole([item for item in free if _too_hot(ask.shed, item, situation)])
            plan = Plan(choices=choices, wanted_w=sum(item.shed_w for item in choices if not item.candidate.held_by))
    return msgspec.structs.replace(plan, left_out=left_out)


def worst_first(machines: Iterable[Candidate]) -> list[tuple[Candidate, Cut]]:
    """Every cut of every machine in merit order: most energy per hash first, machines that heat last."""
    cuts = [(item, number, cut) for item in machines for number, cut in enumerate(item.cuts)]
    cuts.sort(key=lambda row: (row[0].heat, -row[2].joules_per_th, row[0].asset, row[1]))
    return [(item, cut) for item, _, cut in cuts]


def gather(cuts: Iterable[tuple[Candidate, Cut]]) -> tuple[Choice, ...]:
    """One choice per machine from its cuts, in the order in which machines are first cut."""
    found: dict[str, Choice] = {}
    for item, cut in cuts:
        before = found.get(item.asset)
        found[item.asset] = Choice(
            candidate=item,
            want=cut.want,
            shed_w=cut.shed_w + (before.shed_w if before else 0.0),
            lost_ths=cut.lost_ths + (before.lost_ths if before else 0.0),
        )
    return tuple(found.values())


def _whole(machines: Sequence[Candidate]) -> tuple[Choice, ...]:
    """Every machine asleep, worst first; also one whose power nobody knows."""
    choices = {item.candidate.asset: item for item in gather(worst_first(machines))}
    rest = [item for item in machines if item.asset not in choices]
    asleep = [Choice(candidate=item, want=ASLEEP, shed_w=0.0, lost_ths=item.hashrate_ths) for item in rest]
    return (*choices.values(), *asleep)


def _fixed(free: Sequence[Candidate], asked_w: float, situation: Situation) -> Plan:
    """What is shed already stays; what is missing is taken in merit order."""
    kept = _kept(free, situation)
    need_w = asked_w - sum(item.shed_w for item in kept)
    own = {item.candidate.asset for item in kept}
    # A machine that another curtailment holds has nothing left to give.
    taken, _ = _take([item for item in free if item.asset not in own and not item.held_by], need_w)
    short_w = asked_w - sum(item.shed_w for item in (*kept, *taken))
    words = f"{short_w / 1000:,.1f} kW short: no other machine may be shed" if short_w > 0.5 else ""
    return Plan(choices=(*kept, *taken), wanted_w=asked_w, words=words)


def _take(free: Sequence[Candidate], need_w: float) -> tuple[tuple[Choice, ...], float]:
    """Cuts in merit order until the need is met; what was taken, W."""
    taken: list[tuple[Candidate, Cut]] = []
    sum_w = 0.0
    for item, cut in worst_first(free):
        if sum_w >= need_w:
            break
        taken.append((item, cut))
        sum_w += cut.shed_w
    return gather(taken), sum_w


def _kept(free: Sequence[Candidate], situation: Situation) -> tuple[Choice, ...]:
    """Machines that this curtailment sheds already, with what it wants of them."""
    return tuple(
        Choice(candidate=item, want=target.want, shed_w=target.shed_w, lost_ths=item.hashrate_ths)
        for item in free
        if (target := situation.own.get(item.asset)) and target.holds
    )


def _cap(cap: Cap, free: Sequence[Candidate], situation: Situation) -> Plan:
    """Shed what is above the limit; bring back, best machine first, what fits under it with the band to spare."""
    if situation.power_w is None:
        where = f"feeder {cap.feeder}" if cap.feeder else "the site"
        raise InputError(f"nobody measures the power of {where}.", remedy="Look at its meters and machines.")
    kept = _kept(free, situation)
    limit_w = cap.kw * 1000.0
    # What was told and is not in the readings yet counts as done, or it would be shed twice.
    coming_w = sum(t.shed_w for t in situation.own.values() if t.holds and t.state in ("planned", "sent"))
    going_w = sum(t.baseline_w for t in situation.own.values() if not t.holds and t.state == "restoring")
    power_w = situation.power_w - (coming_w - going_w) * situation.pue
    if power_w > limit_w:
        own = set(situation.own)
        fresh = [item for item in free if item.asset not in own and not item.held_by and _on(cap.feeder, item)]
        taken, sum_w = _take(fresh, (power_w - limit_w) / situation.pue)
        short_w = power_w - limit_w - sum_w * situation.pue
        words = f"{short_w / 1000:,.1f} kW above the cap: no other machine may be shed" if short_w > 0.5 else ""
        wanted_w = power_w - limit_w + sum(item.shed_w for item in kept)
        return Plan(choices=(*kept, *taken), wanted_w=wanted_w, words=words)
    room_w = limit_w * (1 - cap.band_pct / 100) - power_w
    staying = list(kept)
    for item in sorted(kept, key=lambda choice: choice.candidate.efficiency_j_th or float("inf")):
        if item.shed_w * situation.pue <= room_w:
            room_w -= item.shed_w * situation.pue
            staying.remove(item)
    return Plan(choices=tuple(staying), wanted_w=sum(item.shed_w for item in staying))


def _on(feeder: str, item: Candidate) -> bool:
    return not feeder or item.machine.place.feeder == feeder


def _breakeven(shed: Breakeven, free: Sequence[Candidate], situation: Situation) -> Plan:
    """Every cut whose hash earns less than its power costs; the band keeps machines from going on and off."""
    hashprice = shed.hashprice_usd_ph_day or situation.hashprice_usd_ph_day
    price = shed.price_usd_mwh if shed.price_usd_mwh is not None else situation.price_usd_mwh
    if hashprice is None or price is None:
        what = "hashprice" if hashprice is None else "price of power"
        remedy = "Name it, or let a source tell it (`mintage curtail price`)."
        raise InputError(f"nobody told the {what}.", field=what.split(maxsplit=1)[0], remedy=remedy)
    taken = []
    for item, cut in worst_first(free):
        own = situation.own.get(item.asset)
        held = own is not None and own.holds
        band = 1 - shed.band_pct / 100 if held else 1 + shed.band_pct / 100
        if price > earned_usd_mwh(cut.lost_ths, cut.shed_w, hashprice, situation.pue) * band:
            taken.append((item, cut))
    choices = gather(taken)
    told = situation.prices_by if shed.price_usd_mwh is None or shed.hashprice_usd_ph_day is None else "as asked"
    words = f"{hashprice:g} USD/PH/day, {price:g} USD/MWh, PUE {situation.pue:g} ({told})"
    wanted_w = sum(item.shed_w for item in choices if not item.candidate.held_by)
    return Plan(choices=choices, wanted_w=wanted_w, words=words)


def _too_hot(limits: Thermal, item: Candidate, situation: Situation) -> bool:
    """Whether a machine is above a limit or, where it is shed for that already, not yet cool again.

    The chips of a sleeping machine are cold at once and say nothing; what enters it does. Where that is not told,
    the machine's rest alone decides.
    """
    snapshot, own = item.machine.snapshot, situation.own.get(item.asset)
    if snapshot is None:
        return False
    inlet_c, chip_c = snapshot.number("inlet_c"), snapshot.number("chip_max_c")
    if own is not None and own.holds:
        return limits.inlet_c is not None and inlet_c is not None and inlet_c > limits.inlet_c - limits.band_c
    over_inlet = limits.inlet_c is not None and inlet_c is not None and inlet_c > limits.inlet_c
    return over_inlet or (limits.chip_c is not None and chip_c is not None and chip_c > limits.chip_c)
