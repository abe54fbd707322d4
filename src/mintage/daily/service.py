"""The day at a site: gathered, reconciled, and closed into the journal."""

from __future__ import annotations

from datetime import date

import msgspec

from mintage.daily.close import Closer
from mintage.daily.gather import gather
from mintage.daily.ports import Sources
from mintage.fleet.sites import Site
from mintage.journal.fact import Fact
from mintage.journal.store import Journal
from mintage.mining.reconcile import Reconciliation, Tolerances, reconcile


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

    Raises:
        LedgerError: the journal refuses a fact, as where today's period is closed.
    """
    found = await gather(journal, site, day, sources)
    told = reconcile(found.inputs, tolerances)
    closer = Closer(journal, site, found, actor, now_us)
    closing = closer.day()
    if record:
        receipts = journal.append(closing.facts)
        recorded = [receipt.key for receipt in receipts if receipt.new]
    missing, pending = list(closing.missing), [] if record else [fact.key for fact in closing.facts]
    for item in closer.payouts():
        if isinstance(item, Fact):
            if record:
                journal.append([item])
                recorded.append(item.key)
            else:
                pending.append(item.key)
        elif record:
            missing.append(item)
    return DayReport(
        reconciliation=told,
        recorded=tuple(recorded) if record else (),
        pending=tuple(pending),
        missing=tuple(missing),
    )
