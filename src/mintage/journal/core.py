"""Facts about the journal itself: reversals, lot policies, and the closing and reopening of periods."""

from __future__ import annotations

from mintage.journal.fact import FactData, fact
from mintage.journal.lots import Method, Scope


@fact("journal.reversed")
class Reversal(FactData):
    """A fact was wrong: its postings and lots are undone by their opposites. The corrected fact follows on its own.

    Attributes:
        of: key of the fact that is reversed.
        reason: why, in words an auditor accepts.
    """

    of: str
    reason: str


@fact("journal.lot-policy-set")
class LotPolicySet(FactData):
    """From here on, lots of a commodity are chosen by another method.

    Attributes:
        commodity: the commodity, or a family such as "MACHINE.*".
        method: fifo, lifo, hifo or average.
        reason: the decision behind it.
        scope: "account": per wallet, warehouse or site; "global": across all accounts of one chart entry.
    """

    commodity: str
    method: Method
    reason: str
    scope: Scope = "account"


@fact("journal.period-locked")
class PeriodLocked(FactData):
    """A period is closed: no fact may carry an accounting date in it any more.

    Attributes:
        period: its name, such as 2025Q2.
        manifest: hex SHA-256 of the stamped manifest of the close.
    """

    period: str
    manifest: str = ""


@fact("journal.period-reopened")
class PeriodReopened(FactData):
    """A closed period is opened again, on the record.

    Attributes:
        period: its name.
        reason: why, in words an auditor accepts.
        approved_by: who decided it.
    """

    period: str
    reason: str
    approved_by: str
