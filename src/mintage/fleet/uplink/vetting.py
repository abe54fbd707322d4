"""What headquarters believes of a fact that a site tells: a site may be broken into, and what it told is kept for good.

A site tells kinds of facts that move nothing, about itself, under keys and actors that name it, at instants that can
be, in text that terminals and files can show.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any

from msgspec.structs import asdict, replace

from mintage.fleet.facts_site import ActionTaken, Curtailed, DayWorked, DuplicateClaimed, MachineAdopted, MachineChanged
from mintage.journal.fact import Evidence, Fact, decode_fact, same_content
from mintage.units.errors import InputError
from mintage.units.instant import utc_date

SITE_KINDS = frozenset(
    item.kind for item in (ActionTaken, Curtailed, DayWorked, DuplicateClaimed, MachineAdopted, MachineChanged)
)
"""Kinds of facts that a site may tell: none of them books anything."""
WORD_CHARACTERS_MAX = 200
"""Longest key and actor, as in files of facts."""
TEXT_CHARACTERS_MAX = 2_000
PAST_DAYS, FUTURE_DAYS = 1_830, 2
"""A fact may be dated so far before and after headquarters' own day."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Characters that nobody sees: they move the cursor, turn the direction of text or break a line."""
_DAY_US = 86_400 * 1_000_000


def vetted(line: bytes, site: str, now_us: int) -> Fact:
    """A fact that a site told, as it may be booked.

    Its key is "fleet/SITE/..." or "fleet.WHAT/SITE/...". Its actor is "agent.SITE", or "site/SITE/USER" for somebody
    who acted there: a name alone would be that of somebody at headquarters.

    Args:
        line: its canonical bytes.
        site: the site that was authenticated.
        now_us: headquarters' time.

    Raises:
        InputError: it is no fact, or one that a site may not tell.
    """
    fact = decode_fact(line)
    key = fact.key if _plain(fact.key, WORD_CHARACTERS_MAX) else f"{fact.key[:20]!a}..."

    def refuse(problem: str, field: str | None = None) -> InputError:
        return InputError(problem, fact=key, field=field)

    if fact.kind not in SITE_KINDS:
        raise refuse(f"a site may not tell facts of kind '{fact.kind}'.")
    if getattr(fact.data, "site", None) != site:
        raise refuse(f"site '{site}' tells of another site.", "site")
    if key != fact.key or not re.match(rf"fleet(\.[a-z-]+)?/{re.escape(site)}/.", key):
        raise refuse(f"the key of a fact of this site begins with fleet/{site}/, in short and printable text.", "key")
    theirs = fact.actor == f"agent.{site}" or fact.actor.startswith(f"site/{site}/")
    if not (theirs and _plain(fact.actor, WORD_CHARACTERS_MAX)):
        raise refuse(
            f"its actor is neither agent.{site} nor one of site/{site}/, in short and printable text.", "actor"
        )
    if not -PAST_DAYS * _DAY_US <= fact.at - now_us <= FUTURE_DAYS * _DAY_US:
        raise refuse("it happened at no time that can be.", "at")
    if not -PAST_DAYS <= (fact.date - utc_date(now_us)).days <= FUTURE_DAYS:
        raise refuse(f"{fact.date} is no date that can be.", "date")
    said = {**asdict(fact.data), **(asdict(fact.evidence) if fact.evidence else {})}
    wrong = next((name for name, value in said.items() if not _seen(value)), None)
    if wrong is not None:
        raise refuse(f"it is longer than {TEXT_CHARACTERS_MAX} characters, or not plain text in one line.", wrong)
    return fact


def dated_on_arrival(fact: Fact, today: date) -> Fact:
    """The same fact, booked on the day on which it came: the period of its own day is closed.

    It moves nothing, so that no closed figure changes. When it happened stays in `at`; a day's work says its day.
    """
    data = replace(fact.data, day=fact.date) if isinstance(fact.data, DayWorked) else fact.data
    evidence = fact.evidence or Evidence(source=fact.actor)
    note = f"of {fact.date}; it came when that period was closed"
    return replace(fact, date=today, data=data, evidence=replace(evidence, note=note))


def same_told(stored: Fact, told: Fact) -> bool:
    """Whether a fact in the journal is one that a site told, under its own date or under that of its arrival."""
    return same_content(stored, told) or same_content(stored, dated_on_arrival(told, stored.date))


def _seen(value: Any) -> bool:
    if not isinstance(value, str):
        return True
    return len(value) <= TEXT_CHARACTERS_MAX and _UNSEEN.isdisjoint(map(unicodedata.category, value))


def _plain(text: str, characters_max: int) -> bool:
    return len(text) <= characters_max and text.isprintable()
