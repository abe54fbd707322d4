"""What was told of one machine: the facts in the site's outbox, whether headquarters has them yet or not."""

from __future__ import annotations

from mintage.journal.fact import Fact, decode_fact
from mintage.state.db import StateDb


def facts_about(db: StateDb, asset: str) -> list[Fact]:
    """Facts that name a machine, in the order in which they happened."""
    if not db.rows("SELECT 1 FROM sqlite_master WHERE name = 'outbox_fact'"):
        return []
    rows = db.rows("SELECT body FROM outbox_fact WHERE instr(body, ?)", (f'"asset":"{asset}"'.encode(),))
    return sorted((decode_fact(body) for (body,) in rows), key=lambda fact: (fact.at, fact.key))
