"""What programs pay for curtailing: capacity held ready, energy shed when called, penalties for what was not."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import msgspec

from mintage.fleet.energy.sheet import apportion
from mintage.fleet.energy.terms import Program
from mintage.units.errors import InputError


class Performance(msgspec.Struct, frozen=True, kw_only=True):
    """What a site did under a program in a month.

    Attributes:
        hours: hours of the month for which power was promised.
        availability: share of the promise that was there, 0 to 1; None where unknown.
        shed_wh: energy shed when called, Wh; None where unknown.
        called_wh: energy that was called, Wh.
    """

    hours: Decimal
    availability: Decimal | None
    shed_wh: int | None
    called_wh: int


class Credit(msgspec.Struct, frozen=True, kw_only=True):
    """What a program credits.

    Attributes:
        capacity_cents: for being ready.
        deployment_cents: for energy shed, at most what was called.
        penalty_cents: for energy called and not shed; zero or less.
        cents: all together; None where something is unknown. A sum below zero is no `mining.program-credit`: it is
            billed, as `mining.power-billed`.
        reason: why it is unknown.
    """

    capacity_cents: int | None
    deployment_cents: int | None
    penalty_cents: int | None
    cents: int | None
    reason: str = ""


def credit(program: Program, done: Performance) -> Credit:
    """What a program credits for a month.

    Args:
        program: its terms.
        done: what the site did.

    Raises:
        InputError: hours or energies are negative, or the availability is no share.

    Source: capacity price * MW promised * hours * availability + deployment price * energy shed - penalty * shortfall.
    """
    if done.hours < 0 or done.called_wh < 0 or (done.shed_wh or 0) < 0:
        raise InputError("hours and energies cannot be negative.", field=program.name)
    if done.availability is not None and not 0 <= done.availability <= 1:
        raise InputError(
            f"an availability of {done.availability} cannot be.", field=program.name, remedy="Give 0 to 1."
        )
    if done.availability is None or done.shed_wh is None:
        what = "availability" if done.availability is None else "energy shed"
        return Credit(
            capacity_cents=None,
            deployment_cents=None,
            penalty_cents=None,
            cents=None,
            reason=f"{program.name}: the {what} is unknown.",
        )
    shed_wh = min(done.shed_wh, done.called_wh)
    capacity = Fraction(program.capacity_usd_mw_h * program.committed_mw * done.hours * done.availability) * 100
    deployment = Fraction(program.deployment_usd_mwh) * shed_wh / 10_000
    penalty = -Fraction(program.penalty_usd_mwh) * (done.called_wh - shed_wh) / 10_000
    rows = apportion([capacity, deployment, penalty])
    return Credit(capacity_cents=rows[0], deployment_cents=rows[1], penalty_cents=rows[2], cents=sum(rows))
