"""What the facts of people do to the ledger: nothing."""

from __future__ import annotations

from mintage.journal.rules import Effects, Rulebook
from mintage.people import facts as f

RULES = Rulebook()


@RULES.rule
def acted(_fact: f.Acted) -> Effects:
    """A record moves nothing; what was done posts by facts of its own."""
    return ()
