"""The day at a site: gathered, reconciled, and closed into the journal."""

from __future__ import annotations

from datetime import date
from itertools import chain

import msgspec

from mintage.daily.close import Closer
from mintage.daily.energy import energy_doubt
from mintage.daily.gather import gather
from mintage.daily.ports import Sources
from mintage.fleet.sites import Site
from mintage.journal.store import Journal
from mintage.mining.reconcile import Reconciliation, Tolerances, reconcile
from mintage.units.errors import LedgerError, LimitError


class DayReport(msgspec.Struct, frozen=True, kw_only=True):
    """A day, reconciled.

    Attributes:
        reconciliation: its steps.
        recorded: keys of the facts that closing it added.
        pending: keys of the facts that closing it would add, where nothing was to be recorded.
        missing: what could not be recorded, and why; the day is closed where nothing is missing.
    """

    reconciliation: Reconciliation
    recorded: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def closed(self) -> bool:
        """Whether everything that the day is worth is in the journal."""
        return not self.missing and not self.pending


async def run_day(
    journal: Journal,
    site: Site,
    day: date,
    sources: Sources,
    *,
    actor: str,
    now_us: int,
    record: bool = True,
    tolerances: Tolerances | None = None,
) -> DayReport:
    """Reconcile a site's UTC day, and record what follows from it; doing so again adds nothing.

    Args:
        journal: the books.
        site: the site.
        day: day in UTC.
        sources: pools, chain and power.
        actor: who is named in the facts.
        now_us: the time, microseconds since 1970 UTC.
        record: whether to record; else the report says what would be.
        tolerances: largest differences that pass.
    """
    found = await gather(journal, site, day, sources)
    allowed = tolerances or Tolerances()
    told = reconcile(found.inputs, allowed)
    doubt = energy_doubt(site, found, told, allowed)
    closer = Closer(journal, site, found, actor, now_us, doubt)
    closing = closer.day()
    missing = list(closing.missing)
    done: list[str] = []
    for item in chain(closing.facts, closer.undone(), closer.payouts(booking=record)):
        if isinstance(item, str):
            missing.append(item)
            continue
        try:
            if record:
                journal.append([item])
            done.append(item.key)
        except (LedgerError, LimitError) as error:
            missing.append(str(error))
    return DayReport(
        reconciliation=told,
        recorded=tuple(done) if record else (),
        pending=() if record else tuple(done),
        missing=tuple(missing),
    )
