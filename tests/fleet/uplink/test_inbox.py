"""Facts at headquarters: what a site may tell is booked, one by one; what it may not is refused and said."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from mintage.fleet.facts_site import DayWorked, HeatSold
from mintage.fleet.uplink.envelope import Envelope, Receipt
from mintage.journal.core import PeriodLocked
from mintage.journal.fact import Evidence, Fact, FactData, encode_fact
from mintage.units import day_end_instant
from tests.fleet.telemetry.telling import MONDAY_S
from tests.fleet.uplink.place import HeadquartersOfTest, action

DAY_US = 86_400 * 10**6


@pytest.fixture
def hq(tmp_path: Path) -> Iterator[HeadquartersOfTest]:
    """Headquarters on 2026-01-05."""
    opened = HeadquartersOfTest(tmp_path)
    yield opened
    opened.close()


def sent(hq: HeadquartersOfTest, seq: int, *facts: Fact | bytes) -> Receipt:
    """What becomes of a parcel of alder's."""
    body = b"\n".join(item if isinstance(item, bytes) else encode_fact(item) for item in facts)
    parcel = Envelope(site="alder", seq=seq, kind="facts", sha256=sha256(body).hexdigest(), body=body)
    return asyncio.run(hq.inbox.take("alder", "a1", [parcel]))[0]


def worked(**change: Any) -> Fact:
    """A day's work of alder."""
    data = DayWorked(
        site="alder",
        region="canada",
        accepted_diff=1,
        rejected_diff=0,
        expected_diff=1,
        hashrate=1,
        machine_energy=1,
        machines=1,
        covered_s=1,
    )
    return replace(action("alder", 1), **{"key": "fleet.day-worked/alder/2026-01-05", "data": data, **change})


def close(hq: HeadquartersOfTest, month: str, last: date) -> None:
    """Close a month's books."""
    lock = PeriodLocked(period=month)
    hq.journal.append([Fact(key=f"lock/{month}", at=day_end_instant(last), date=last, actor="cfo", data=lock)])


HEAT: FactData = HeatSold(site="alder", customer="acme", energy=1, value=10**13)
OTHER_SITE = action("birch", 1)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"data": HEAT}, "may not tell facts of kind 'fleet.heat-sold'"),
        ({"data": OTHER_SITE.data}, "tells of another site"),
        ({"key": "fleet.action/birch/1"}, "begins with fleet/alder/"),
        ({"key": "mining/earned/alder/2026-01-06"}, "begins with fleet/alder/"),
        ({"key": "fleet/alder/"}, "begins with fleet/alder/"),
        ({"key": "fleet/alder/\x1b]0;x\x07"}, "begins with fleet/alder/"),
        ({"key": "fleet/alder/" + "k" * 1_000_000}, "begins with fleet/alder/"),
        ({"actor": "treasurer"}, "its actor"),
        ({"actor": "agent"}, "its actor"),
        ({"actor": "agent.birch"}, "its actor"),
        ({"actor": "site/alder/\u202eann"}, "its actor"),
        ({"date": date(9999, 12, 31)}, "no date that can be"),
        ({"date": date(2026, 1, 8)}, "no date that can be"),
        ({"date": date(1, 1, 1)}, "no date that can be"),
        ({"at": 2**63 - 1}, "at no time that can be"),
        ({"at": -(10**17)}, "at no time that can be"),
        ({"evidence": Evidence(source="x\n")}, "not plain text in one line"),
        ({"data": replace(action("alder", 1).data, reason="\u202ex")}, "not plain text in one line"),
        ({"data": replace(worked().data, region="x" * 3000)}, "longer than 2000"),
    ],
)
def test_what_a_site_may_not_say_is_refused_with_the_reason(
    hq: HeadquartersOfTest, change: dict[str, Any], why: str
) -> None:
    """Kinds that book, other sites' keys, others' names, days that cannot be, and text that harms whoever reads it."""
    receipt = sent(hq, 1, worked(**change))
    assert not receipt.taken
    assert why in receipt.problem
    assert receipt.problem.isprintable()
    assert len(receipt.problem) < 1000
    assert hq.keys() == []
    assert hq.inbox.refused("alder") == 1


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"key": "fleet/alder/adopted/m-1"},
        {"actor": "site/alder/ann lee"},
        {"data": replace(action("alder", 1).data, reason="電網\u3000限電")},
        {"date": date(2025, 12, 1), "at": MONDAY_S * 10**6 - 35 * DAY_US},
        {"date": date(2026, 1, 6), "at": MONDAY_S * 10**6 + DAY_US},
    ],
)
def test_what_a_site_may_say_is_booked(hq: HeadquartersOfTest, change: dict[str, Any]) -> None:
    """The agent, a user who acted there, a day some weeks ago, and a clock that is a little ahead."""
    fact = worked(**change)
    assert sent(hq, 1, fact) == Receipt(1, taken=True)
    assert hq.keys() == [fact.key]


def test_one_bad_fact_does_not_take_the_others_with_it(hq: HeadquartersOfTest) -> None:
    """The good ones of a parcel are booked; the receipt says which was refused, and headquarters counts it."""
    garbage = b'{"kind":' + b"[" * 100_000
    receipt = sent(hq, 1, action("alder", 1), worked(actor="cfo"), garbage, action("alder", 2))
    assert hq.keys() == ["fleet.action/alder/1", "fleet.action/alder/2"]
    assert not receipt.taken
    assert "2 of 4 facts are refused" in receipt.problem
    assert "fleet.day-worked/alder/2026-01-05" in receipt.problem
    assert hq.inbox.refused("alder") == 1


def test_another_content_under_a_key_is_refused_alone(hq: HeadquartersOfTest) -> None:
    """What stands in the journal stands; what came with the forgery is booked."""
    sent(hq, 1, action("alder", 1))
    receipt = sent(hq, 2, action("alder", 1, "sleep"), action("alder", 2))
    assert hq.keys() == ["fleet.action/alder/1", "fleet.action/alder/2"]
    assert "1 of 2 facts are refused: fact 'fleet.action/alder/1'" in receipt.problem


def test_late_fact_of_a_closed_month_is_dated_on_its_arrival(hq: HeadquartersOfTest) -> None:
    """It says its own day; coming again, even under another number, it changes nothing."""
    close(hq, "2025-12", date(2025, 12, 31))
    day = date(2025, 12, 30)
    late = worked(key="fleet.day-worked/alder/2025-12-30/2", date=day, at=MONDAY_S * 10**6 - 5 * DAY_US)
    for seq in (1, 2):
        assert sent(hq, seq, late, action("alder", 1)) == Receipt(seq, taken=True)
    stored = hq.journal.fact(late.key)
    assert stored is not None
    assert isinstance(stored.fact.data, DayWorked)
    assert (stored.fact.date, stored.fact.data.day, stored.fact.at) == (date(2026, 1, 5), day, late.at)
    assert "2025-12-30" in (stored.fact.evidence.note or "" if stored.fact.evidence else "")
    assert hq.keys()[1:] == [late.key, "fleet.action/alder/1"]
    forged = replace(late, data=replace(late.data, machines=9))
    assert "another content" in sent(hq, 3, forged).problem


def test_fact_is_refused_where_even_its_arrival_is_closed(hq: HeadquartersOfTest) -> None:
    """Nothing is booked into a closed period, and the reason says so."""
    close(hq, "2025-12", date(2025, 12, 31))
    close(hq, "2026-01", date(2026, 1, 31))
    late = worked(date=date(2025, 12, 30), at=MONDAY_S * 10**6 - 5 * DAY_US)
    assert "closed" in sent(hq, 1, late).problem
    assert hq.journal.fact(late.key) is None


def test_sent_again_after_a_crash_before_it_was_noted(hq: HeadquartersOfTest) -> None:
    """A fact that was dated on its arrival is known again on a later day."""
    close(hq, "2025-12", date(2025, 12, 31))
    late = worked(date=date(2025, 12, 30), at=MONDAY_S * 10**6 - 5 * DAY_US)
    sent(hq, 1, late)
    hq.db.execute("DELETE FROM received")
    asyncio.run(hq.clock.advance(timedelta(days=1).total_seconds()))
    assert sent(hq, 1, late).taken
    assert hq.keys().count(late.key) == 1
