"""What can happen at a site: machines adopted and moved, actions, curtailments, days worked, heat delivered."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec

from mintage.journal.fact import Count, EnergyWh, FactData, HashrateGhs, Name, Usd, fact

Latitude = Annotated[str, msgspec.Meta(pattern=r"^-?(90(\.0+)?|[0-8]?[0-9](\.[0-9]+)?)$", extra={"unit": "degrees"})]
Longitude = Annotated[
    str, msgspec.Meta(pattern=r"^-?(180(\.0+)?|(1[0-7]|[0-9])?[0-9](\.[0-9]+)?)$", extra={"unit": "degrees"})
]
"""Decimal degrees as they are written, and nothing that is nowhere on Earth."""
Counted = Literal["meters", "machines", "nameplate"]
"""Who counted power or energy, best first."""


@fact("fleet.site-located")
class SiteLocated(FactData):
    """Where a site is, for maps, and what it is called. A later fact replaces an earlier one. It moves nothing.

    Attributes:
        site: site.
        region: its region, as operating figures are told.
        latitude: degrees north of the equator, negative south of it.
        longitude: degrees east of Greenwich, negative west of it.
        title: name as shown, "" for the name itself.
    """

    site: Name
    region: Name
    latitude: Latitude
    longitude: Longitude
    title: str = ""


@fact("fleet.machine-adopted")
class MachineAdopted(FactData):
    """A machine was found at a site and given an asset id, which outlives its address and boards. It moves nothing.

    Attributes:
        asset: our id of it.
        site: site at which it was found.
        make: maker.
        model: model with its bin, as the machine names it.
        address: IP address.
        serial: serial number as in the factory's facts, "" where not known.
        dna: identity of its control board, "" where it tells none.
        mac: network address, "" where it tells none.
        rack: its rack, "" where unknown.
    """

    asset: Name
    site: Name
    make: str
    model: str
    address: str
    serial: str = ""
    dna: str = ""
    mac: str = ""
    rack: str = ""


@fact("fleet.machine-changed")
class MachineChanged(FactData):
    """Something by which a machine is known changed, and it was recognised nevertheless. It moves nothing.

    Attributes:
        asset: our id of it.
        site: site at which it is now.
        what: address, mac, dna, serial, firmware, boards, rack or site.
        before: what it was.
        after: what it is.
        known_by: what it was recognised by.
    """

    asset: Name
    site: Name
    what: Literal["address", "mac", "dna", "serial", "firmware", "boards", "rack", "site"]
    before: str
    after: str
    known_by: str


@fact("fleet.duplicate-claimed")
class DuplicateClaimed(FactData):
    """A machine claims what identifies another one. Neither is taken for the other. It moves nothing.

    Attributes:
        asset: the machine that had it first.
        site: site at which the claim was made.
        claimed: dna, mac or serial.
        claim: what was claimed.
        address: where the claimant answers.
    """

    asset: Name
    site: Name
    claimed: Literal["dna", "mac", "serial"]
    claim: str
    address: str


@fact("fleet.action-taken")
class ActionTaken(FactData):
    """Somebody made machines do something. It moves nothing.

    Attributes:
        action: id of the action.
        site: site.
        what: the action with its settings, in words.
        scope: which machines, as asked.
        reason: why.
        asked_by: who asked.
        done: machines that did it.
        refused: machines that said no or cannot.
        silent: machines that did not answer.
        approved_by: who approved, "" where nobody had to.
        unconfirmed: machines that said yes, which their telemetry did not bear out.
        not_asked: machines that were never asked: the request expired, was cancelled or overtaken by a later one.
    """

    action: str
    site: Name
    what: str
    scope: str
    reason: str
    asked_by: str
    done: Count
    refused: Count
    silent: Count
    approved_by: str = ""
    unconfirmed: Count = 0
    not_asked: Count = 0


@fact("fleet.curtailed")
class Curtailed(FactData):
    """A curtailment ended: what was asked, what was delivered, and who counted it. It moves nothing.

    Attributes:
        event: id of the curtailment.
        site: site.
        mode: what started it: fixed, full, cap, breakeven, thermal, schedule or signal.
        asked_by: who or what asked.
        reason: why.
        asked_w: power that was to be shed, W.
        delivered_w: mean power shed while it was held, W.
        delivered_wh: energy not used.
        counted_by: who counted it.
        began: first instant, ISO 8601.
        reached: instant at which the target was reached, ISO 8601; "" where it never was.
        ended: last instant, ISO 8601.
        machines: machines that took part.
        not_restored: machines that did not come back by themselves.
        proof: SHA-256 of the proof document.
    """

    event: str
    site: Name
    mode: str
    asked_by: str
    reason: str
    asked_w: Count
    delivered_w: Count
    delivered_wh: EnergyWh
    counted_by: Counted
    began: str
    reached: str
    ended: str
    machines: Count
    not_restored: Count
    proof: str


@fact("fleet.day-worked")
class DayWorked(FactData):
    """What the machines of a site did on one UTC day. A later fact for the same day replaces it. It moves nothing.

    Attributes:
        site: site.
        region: its region.
        accepted_diff: difficulty of shares that pools accepted, as the machines counted.
        rejected_diff: difficulty of shares that pools rejected or that came too late.
        expected_diff: difficulty that the machines' average hash rate implies (WU).
        hashrate: average hash rate over the day.
        machine_energy: energy that the machines say they used.
        machines: machines that hashed at any time of the day.
        covered_s: seconds of the day for which there are samples.
        metered_energy: energy that the site's meters counted; None where there is no meter.
        machine_s: seconds of the day for which a machine told its hash rate, summed over all machines that hashed; all
            of `machines` x 86,400 where none had a gap. None where it was not counted.
        day: the UTC day, where it is not the fact's own date: headquarters heard of it when that period was closed.
    """

    site: Name
    region: Name
    accepted_diff: Count
    rejected_diff: Count
    expected_diff: Count
    hashrate: HashrateGhs
    machine_energy: EnergyWh
    machines: Count
    covered_s: Count
    metered_energy: EnergyWh | None = None
    machine_s: Count | None = None
    day: date | None = None


@fact("fleet.heat-sold")
class HeatSold(FactData):
    """Heat of machines was delivered to a customer.

    Attributes:
        site: site that delivered.
        customer: who owes for it.
        energy: heat delivered.
        value: what it is worth under the contract.
    """

    site: Name
    customer: Name
    energy: EnergyWh
    value: Usd
