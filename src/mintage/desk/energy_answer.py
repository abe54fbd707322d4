"""What the pages of energy and their JSON twins tell."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from mintage.desk.figure import Figure
from mintage.fleet.curtail.states import EventState

LoadBy = Literal["meters", "machines", ""]


class PricePart(msgspec.Struct, frozen=True, kw_only=True):
    """One part of what a MWh costs now.

    Attributes:
        name: row of the tariff that it is from.
        usd_mwh: what it adds.
    """

    name: str
    usd_mwh: Figure


class Worths(msgspec.Struct, frozen=True, kw_only=True):
    """What power costs and hash rate earns now.

    Attributes:
        power: what one more MWh costs.
        power_by: who says so: "tariff NAME", or whoever told the site; "" where nobody does.
        parts: what the tariff's price is made of.
        hashprice: what hash rate earns.
        hashprice_by: "journal", or whoever told the site; "" where nobody does.
        basis: what the journal's hashprice rests on.
    """

    power: Figure
    power_by: str
    parts: tuple[PricePart, ...]
    hashprice: Figure
    hashprice_by: str
    basis: str


class BreakevenRow(msgspec.Struct, frozen=True, kw_only=True):
    """The power price up to which a model pays in one work mode.

    Attributes:
        model: the model as machines name it.
        mode: its work mode.
        machines: machines of the model that are known here.
        efficiency: its nameplate efficiency.
        breakeven: the price up to which it pays.
        with_heat: the same where its heat is sold too.
        margin: the same less what power costs now.
        pays: whether it pays now; None where the price is unknown.
    """

    model: str
    mode: str
    machines: int
    efficiency: Figure
    breakeven: Figure
    with_heat: Figure
    margin: Figure
    pays: bool | None


class MeterRow(msgspec.Struct, frozen=True, kw_only=True):
    """A meter as it was read last.

    Attributes:
        name: its name.
        measures: site, feeder or heat.
        feeder: feeder that it measures.
        power: power that it shows.
        energy: its counter.
        at_us: when it was read; None where it never was.
        quality: what the reading is worth.
        good: whether it is as it should be.
    """

    name: str
    measures: str
    feeder: str
    power: Figure
    energy: Figure
    at_us: int | None
    quality: str
    good: bool


class FeederRow(msgspec.Struct, frozen=True, kw_only=True):
    """A feeder against its limit.

    Attributes:
        name: its name.
        power: power that it carries.
        by: who says so.
        limit: what it may carry.
        share: power over limit, 0 to 1; None where unknown.
        machines: machines behind it.
    """

    name: str
    power: Figure
    by: LoadBy
    limit: Figure
    share: float | None
    machines: int


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What a site draws now.

    Attributes:
        power: by the meters of its supply, else by machines and PUE.
        by: who says so.
        metered: by the meters of its supply.
        machines: sum of what machines say.
        silent: machines that do not say what they draw.
        count: machines that are known.
        overhead: metered less machines.
        overhead_share: the same over the machines.
        expected_share: the overhead that the site's PUE says.
        feeders: each feeder against its limit.
        meters: each meter.
    """

    power: Figure
    by: LoadBy
    metered: Figure
    machines: Figure
    silent: int
    count: int
    overhead: Figure
    overhead_share: Figure
    expected_share: Figure
    feeders: tuple[FeederRow, ...]
    meters: tuple[MeterRow, ...]


class HourRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a MWh costs in one hour.

    Attributes:
        start_us: first instant.
        clock: the hour on the tariff's wall clock, "16:00".
        usd_mwh: the highest price within.
        parts: what it is made of.
    """

    start_us: int
    clock: str
    usd_mwh: Figure
    parts: tuple[PricePart, ...]


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """A curtailment in a list.

    Attributes:
        site: the site.
        id: its id.
        state: where it stands.
        mode: what started it, or how much is shed.
        asked: what was asked, in words.
        asked_kw: power to be shed.
        by: who asked.
        approved_by: who approved it.
        reason: why it was asked.
        words: why it stands where it stands.
        created_us: when it was asked.
        began_us: when shedding began.
        ends_us: when machines come back at the latest.
        ended_us: when it was over.
        may_approve: whether the reader may approve it.
        href: its page.
    """

    site: str
    id: str
    state: EventState
    mode: str
    asked: str
    asked_kw: Figure
    by: str
    approved_by: str
    reason: str
    words: str
    created_us: int
    began_us: int | None
    ends_us: int | None
    ended_us: int | None
    may_approve: bool
    href: str


class RuleRow(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that sheds without anybody asking, or a source that may signal.

    Attributes:
        name: its name.
        kind: rule or source.
        sheds: what it sheds, in words.
        scope: which machines.
        windows: when it holds, "mon,tue 14:00-18:00 UTC"; none where always.
        may: what a source may say.
        kw_max: most that a source may ask.
        reason: why.
        paused_by: who stopped it; "" where it is in force.
        problem: why it cannot be followed; "" where it can.
    """

    name: str
    kind: Literal["rule", "source"]
    sheds: str
    scope: str
    windows: tuple[str, ...]
    may: tuple[str, ...]
    kw_max: Figure | None
    reason: str
    paused_by: str
    problem: str


class PowerMonth(msgspec.Struct, frozen=True, kw_only=True):
    """A site's power of a month or another period as the journal has it.

    Attributes:
        period: the period.
        energy: energy billed or metered.
        power: cost of power, less program credits.
        credits: program credits.
        hosting: cost of hosting.
        usd_mwh: cost of power, or of hosting where the host buys the power, over energy.
        by: what that price is of: power or hosting; "" where unknown.
    """

    period: str
    energy: Figure
    power: Figure
    credits: Figure
    hosting: Figure
    usd_mwh: Figure
    by: Literal["power", "hosting", ""]


class SiteRow(msgspec.Struct, frozen=True, kw_only=True):
    """A site in the list.

    Attributes:
        site: the site.
        here: whether its agent keeps its state on this machine.
        attended: whether its agent runs.
        power: what one more MWh costs now.
        highest: breakeven of the best model at the site.
        lowest: breakeven of the worst.
        load: what it draws now.
        load_by: who says so.
        limit: what its feeders may carry together.
        share: load over limit, 0 to 1; None where unknown.
        shed: what open curtailments are to shed now.
        waits: curtailments that wait for a second person.
        month: its power in the asked period, by the journal.
        href: its page.
    """

    site: str
    here: bool
    attended: bool
    power: Figure
    highest: Figure
    lowest: Figure
    load: Figure
    load_by: LoadBy
    limit: Figure
    share: float | None
    shed: Figure
    waits: int
    month: PowerMonth
    href: str


class Energy(msgspec.Struct, frozen=True, kw_only=True):
    """All sites' power.

    Attributes:
        now_us: the company's time.
        hashprice: what hash rate earns.
        basis: what that rests on.
        period: the period of the ledger's columns.
        before: the period before it.
        after: the period after it; "" where that has not begun.
        sites: the sites that the reader may see.
        total: all of them in the period, by the journal.
        open: curtailments that go on or wait.
        breakevens: every model at PUE 1, for whoever has no site.
    """

    now_us: int
    hashprice: Figure
    basis: str
    period: str
    before: str
    after: str
    sites: tuple[SiteRow, ...]
    total: PowerMonth
    open: tuple[EventRow, ...]
    breakevens: tuple[BreakevenRow, ...]


class SiteNow(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a site whose agent keeps its state on this machine.

    Attributes:
        region: its region.
        attended: whether its agent runs.
        now_us: its time.
        pue: its PUE.
        worths: what power costs and hash rate earns now.
        breakevens: models at the site, the one that pays longest first.
        unknown_models: models that are in no table.
        load: what it draws now.
        day: local day of the hours.
        before: the day before.
        after: the day after.
        zone: zone of the tariff's wall clock; "" without a tariff.
        hours: what a MWh costs in each hour of the day.
        no_hours: why there are none.
        open: curtailments that go on or wait.
        rules: rules and sources.
        may_act: whether the reader may curtail.
    """

    region: str
    attended: bool
    now_us: int
    pue: Figure
    worths: Worths
    breakevens: tuple[BreakevenRow, ...]
    unknown_models: tuple[str, ...]
    load: Load
    day: date
    before: date
    after: date
    zone: str
    hours: tuple[HourRow, ...]
    no_hours: str
    open: tuple[EventRow, ...]
    rules: tuple[RuleRow, ...]
    may_act: bool


class PastCurtailment(msgspec.Struct, frozen=True, kw_only=True):
    """A curtailment that is over, as the journal has it.

    Attributes:
        site: the site.
        id: its id.
        mode: what started it, or how much was shed.
        by: who asked.
        reason: why.
        asked_kw: power that was to be shed.
        delivered_kw: mean power shed while it was held.
        energy: energy not used.
        counted_by: who counted.
        began: first instant, ISO 8601.
        ended: last instant, ISO 8601.
        machines: machines that took part.
        not_restored: machines that did not come back by themselves.
        proof: SHA-256 of the proof.
        trace: the fact.
        href: its page; "" where its site's state is not here.
    """

    site: str
    id: str
    mode: str
    by: str
    reason: str
    asked_kw: Figure
    delivered_kw: Figure
    energy: Figure
    counted_by: str
    began: str
    ended: str
    machines: int
    not_restored: int
    proof: str
    trace: str
    href: str


class SiteEnergy(msgspec.Struct, frozen=True, kw_only=True):
    """A site's power.

    Attributes:
        site: the site.
        now: what is known now; None where its agent keeps no state on this machine.
        why_not: why nothing is known now.
        months: its power by month, the latest first, by the journal.
        curtailed: curtailments in the journal, the latest first.
    """

    site: str
    now: SiteNow | None
    why_not: str
    months: tuple[PowerMonth, ...]
    curtailed: tuple[PastCurtailment, ...]
