"""What people do to machines by hand while a curtailment holds them: their word counts, and is kept.

A machine that somebody wakes is let go and not shed again in that curtailment; one that somebody puts to sleep is not
woken when it ends. Requests are those of `mintage control`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mintage.fleet.control.store import define
from mintage.fleet.curtail import steps
from mintage.fleet.curtail.states import SETTLED, STEERING, Event, Target
from mintage.fleet.curtail.store import Book

_BY_HAND = """
SELECT t.asset, r.kind, r.asked_by, r.id, r.reason FROM action_request r JOIN action_target t ON t.request = r.id
WHERE r.kind IN ('wake', 'sleep') AND r.state IN ('approved', 'finished') AND r.begins_us >= ?
    AND t.state NOT IN ('refused', 'unsupported', 'expired', 'overtaken', 'cancelled')
ORDER BY r.begins_us, r.rowid
"""


def slept_by(book: Book, asset: str, since_us: int) -> str:
    """Who put a machine to sleep by hand since an instant; "" where nobody did, or where it was woken after that."""
    define(book.db)
    last = [row for row in book.db.rows(_BY_HAND, (since_us,)) if row[0] == asset][-1:]
    return next((who for _, kind, who, _, _ in last if kind == "sleep"), "")


def asleep_by_hand(book: Book) -> set[str]:
    """Machines of which the last word of people was that they sleep."""
    define(book.db)
    last = {row[0]: row[1] for row in book.db.rows(_BY_HAND, (0,))}
    return {asset for asset, kind in last.items() if kind == "sleep"}


def heed_people(book: Book, events: Iterable[Event], targets: Mapping[str, Mapping[str, Target]], now_us: int) -> None:
    """Take what people asked of machines since each curtailment began; changes targets."""
    steering = [event for event in events if event.state in STEERING and event.began_us is not None]
    if not steering:
        return
    define(book.db)
    for event in steering:
        last = {row[0]: row[1:] for row in book.db.rows(_BY_HAND, (event.began_us,))}
        for asset, (kind, who, request, reason) in last.items():
            target = targets[event.id].get(asset)
            if target is None or target.state in SETTLED:
                continue
            words = f"{kind} asked by {who} ({request}): {reason}"
            if kind == "sleep" and not target.kept_by:
                target.kept_by = who
                book.note(event.id, now_us, who, f"{asset}: {words}; it will not be woken")
            elif kind == "wake" and target.holds:
                target.left, target.kept_by, target.told = True, "", max(target.told, 1)
                steps.restore(target, now_us)
                target.words = words
                book.note(event.id, now_us, who, f"{asset}: {words}; let go")
