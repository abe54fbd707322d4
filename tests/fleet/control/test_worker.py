"""Carrying actions out: once, in words, with limits, through crashes, and proved by telemetry."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from mintage.fleet.control import service
from mintage.fleet.control.worker import Worker, repeatable, work
from mintage.fleet.drivers.port import Action, Led, PoolSetting, Reboot, Result, SetMode, SetPools, Sleep, Wake
from mintage.fleet.facts_site import ActionTaken
from tests.fleet.plant import POOL, Plant, asset


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    made = Plant(tmp_path)
    yield made
    made.db.close()


def silent(_action: Action) -> Result:
    """A machine that does not answer."""
    return Result("silent", "no answer within 5 s")


def refuses(_action: Action) -> Result:
    """A machine that says no."""
    return Result("refused", "E120 ASC 0 set failed")


def ask(plant: Plant, action: Action, scope: str, expires_s: float = 3600) -> str:
    return service.request(plant.context, who="ann", action=action, scope=scope, reason="test", expires_s=expires_s).id


def words(plant: Plant, request: str) -> dict[str, tuple[str, str]]:
    return {item.asset: (item.state, item.words) for item in service.show(plant.db, request)[1]}


def audit(plant: Plant) -> ActionTaken:
    (fact,) = plant.ledger.facts.values()
    assert isinstance(fact.data, ActionTaken)
    return fact.data


async def rounds(plant: Plant, worker: Worker, seconds: int) -> None:
    """Let time pass, with a round each second."""
    for _ in range(seconds):
        await worker.round()
        await plant.clock.advance(1)


def run(plant: Plant, seconds: int, worker: Worker | None = None) -> None:
    """Let an agent's part work for some seconds."""
    asyncio.run(rounds(plant, worker or Worker(plant.context), seconds))


def test_what_was_asked_is_done_once_on_every_machine_meant_and_audited(plant: Plant) -> None:
    """Each machine is asked once; the result is in its own words; the journal is told once."""
    request = ask(plant, SetMode("eco"), "rack=r0 slot<=12")
    run(plant, 5)
    assert Counter(plant.floor.sent) == Counter((asset(n), SetMode("eco")) for n in range(12))
    assert set(words(plant, request).values()) == {("done", "ASC 0 set info: success")}
    asked, _ = service.show(plant.db, request)
    assert (asked.state, asked.counts) == ("finished", {"done": 12})
    told = audit(plant)
    assert (told.done, told.asked_by, told.reason, told.what, told.approved_by) == (12, "ann", "test", "mode eco", "")
    assert plant.ledger.calls == 1


def test_nothing_is_sent_before_a_second_person_approves(plant: Plant) -> None:
    """A pending request reaches no machine; approved, it reaches all, and the audit names who approved."""
    request = ask(plant, Led(on=True), "all")
    run(plant, 5)
    assert plant.floor.sent == []
    service.approve(plant.context, request, who="bob")
    run(plant, 2)
    assert len(plant.floor.sent) == 100
    assert (audit(plant).done, audit(plant).approved_by) == (100, "bob")


def test_a_request_nobody_approved_in_time_ends_without_a_machine_asked(plant: Plant) -> None:
    """An old wish is not carried out when nobody expects it any more."""
    request = ask(plant, Sleep(), "all", expires_s=10)
    run(plant, 12)
    assert (service.show(plant.db, request)[0].state, plant.floor.sent) == ("expired", [])
    approved = ask(plant, Sleep(), "rack=r0 slot=1", expires_s=10)
    plant.clock.step(11)  # the agent was away meanwhile
    run(plant, 2)
    assert words(plant, approved)[asset(0)] == ("expired", "expired before it was asked")
    assert (plant.floor.sent, audit(plant).not_asked) == ([], 1)


def test_a_refusal_is_an_answer_and_is_not_asked_again(plant: Plant) -> None:
    """A machine that says no is asked once, and its words are kept."""
    plant.floor.answers[asset(1)] = refuses
    request = ask(plant, Led(on=True), "rack=r0 slot<=3")
    run(plant, 120)
    assert plant.floor.times(asset(1)) == 1
    assert words(plant, request)[asset(1)] == ("refused", "E120 ASC 0 set failed")
    assert (audit(plant).done, audit(plant).refused) == (2, 1)


def test_a_silent_machine_is_asked_four_times_at_growing_intervals(plant: Plant) -> None:
    """Retries have a limit and a back-off, and hold up nobody else."""
    times: list[float] = []

    def note(action: Action) -> Result:
        times.append(plant.clock.elapsed_s())
        return silent(action)

    plant.floor.answers[asset(0)] = note
    request = ask(plant, Led(on=True), "rack=r0 slot<=2")
    run(plant, 200)
    assert times == [0, 5, 25, 85]
    assert words(plant, request)[asset(0)] == ("silent", "no answer within 5 s")
    assert plant.floor.times(asset(1)) == 1
    assert (audit(plant).done, audit(plant).silent) == (1, 1)


def test_a_clock_set_back_does_not_keep_a_machine_waiting(plant: Plant) -> None:
    """A retry that would be due a day later because of the clock is made at once."""
    plant.floor.answers[asset(0)] = silent
    ask(plant, Led(on=True), "rack=r0 slot=1")
    worker = Worker(plant.context)
    run(plant, 2, worker)
    plant.clock.step(-86_400)
    run(plant, 2, worker)
    assert plant.floor.times(asset(0)) == 2


def test_a_machine_that_answers_at_last_is_done(plant: Plant) -> None:
    """Silence that ends is no failure."""
    plant.floor.answers[asset(0)] = silent
    request = ask(plant, Led(on=True), "rack=r0 slot=1")
    run(plant, 7)
    del plant.floor.answers[asset(0)]
    run(plant, 30)
    assert words(plant, request)[asset(0)][0] == "done"


def test_a_reboot_is_never_sent_twice(plant: Plant) -> None:
    """A silent reboot may have been heard: telemetry tells, and where it cannot, nobody guesses."""
    plant.floor.answers |= {asset(0): silent, asset(1): silent}
    request = ask(plant, Reboot(), "rack=r0 slot<=2")
    worker = Worker(plant.context)
    run(plant, 100, worker)
    plant.floor.poll([0], uptime_s=60)
    plant.floor.poll([1], uptime_s=86_500)
    run(plant, 1000, worker)
    assert (plant.floor.times(asset(0)), plant.floor.times(asset(1))) == (1, 1)
    said = words(plant, request)
    assert said[asset(0)][0] == "done"
    assert said[asset(0)][1].endswith("telemetry: up for 60 s")
    assert said[asset(1)][0] == "silent"
    assert repeatable()["reboot"] is False


def test_sleep_and_wake_are_done_when_telemetry_says_so_and_not_before(plant: Plant) -> None:
    """A machine that says yes and goes on hashing is unconfirmed, not done."""
    request = ask(plant, Sleep(), "rack=r0 slot<=3")
    worker = Worker(plant.context)
    run(plant, 10, worker)
    assert {state for state, _ in words(plant, request).values()} == {"accepted"}
    plant.floor.poll([0, 1], state="asleep")
    plant.floor.poll([2], state="hashing")
    run(plant, 2, worker)
    said = words(plant, request)
    assert [said[asset(n)][0] for n in range(3)] == ["done", "done", "accepted"]
    run(plant, 400, worker)
    assert words(plant, request)[asset(2)] == ("unconfirmed", "ASC 0 set info: success; telemetry: hashing")
    assert (audit(plant).done, audit(plant).unconfirmed) == (2, 1)


def test_readings_from_before_an_action_prove_nothing(plant: Plant) -> None:
    """A machine seen asleep before it was told to sleep again, and hashing just after a wake, are not yet confirmed."""
    plant.floor.poll([0], state="asleep")
    sleeping = ask(plant, Sleep(), "rack=r0 slot=1")
    waking = ask(plant, Wake(), "rack=r0 slot=2")
    worker = Worker(plant.context)
    run(plant, 3, worker)
    plant.floor.poll([1], state="hashing")  # a soft sleep sent before could still begin
    run(plant, 2, worker)
    assert (words(plant, sleeping)[asset(0)][0], words(plant, waking)[asset(1)][0]) == ("accepted", "accepted")
    run(plant, 10, worker)
    plant.floor.poll([0], state="asleep")
    plant.floor.poll([1], state="hashing")
    run(plant, 2, worker)
    assert (words(plant, sleeping)[asset(0)][0], words(plant, waking)[asset(1)][0]) == ("done", "done")


def test_a_later_request_replaces_an_earlier_one_not_through_yet(plant: Plant) -> None:
    """A machine told to sleep while it was silent, then to wake, is not put to sleep by a late retry."""
    plant.floor.answers[asset(0)] = silent
    sleeping = ask(plant, Sleep(), "rack=r0 slot<=2")
    worker = Worker(plant.context)
    run(plant, 3, worker)
    waking = ask(plant, Wake(), "rack=r0 slot<=2")
    del plant.floor.answers[asset(0)]
    run(plant, 200, worker)
    assert [action for name, action in plant.floor.sent if name == asset(0)] == [Sleep(), Wake()]
    said = words(plant, sleeping)
    assert (said[asset(0)][0], said[asset(1)][0]) == ("overtaken", "unconfirmed")
    plant.floor.poll([0, 1], state="hashing")
    run(plant, 3, worker)
    assert {state for state, _ in words(plant, waking).values()} == {"done"}


def test_actions_of_different_lines_do_not_replace_each_other(plant: Plant) -> None:
    """An LED lit while a mode is being set changes nothing about the mode, and one machine gets one thing at a time."""
    ask(plant, SetMode("eco"), "rack=r0 slot=1")
    ask(plant, Led(on=True), "rack=r0 slot=1")
    run(plant, 3)
    assert plant.floor.sent == [(asset(0), SetMode("eco")), (asset(0), Led(on=True))]


def test_a_cancelled_request_stops_and_tells_who_stopped_it(plant: Plant) -> None:
    """What was not asked is not asked any more; what was done stays done."""
    plant.floor.answers[asset(0)] = silent
    request = ask(plant, Led(on=True), "rack=r0 slot<=2")
    worker = Worker(plant.context)
    run(plant, 2, worker)
    service.cancel(plant.context, request, who="bob", reason="wrong rack")
    run(plant, 100, worker)
    said = words(plant, request)
    assert said[asset(0)][1].startswith("cancelled by bob: wrong rack; at the last try: no answer")
    assert (said[asset(1)][0], plant.floor.times(asset(0))) == ("done", 1)
    assert (audit(plant).done, audit(plant).silent) == (1, 1)


def test_each_machine_gets_its_own_worker_name(plant: Plant) -> None:
    """Workers named after machines stay apart at the pool."""
    ask(plant, SetPools((PoolSetting(POOL, "us.{rack}-{slot}-{host}"),)), "rack=r0 slot<=2")
    run(plant, 2)
    workers = [action.pools[0].worker for _, action in plant.floor.sent if isinstance(action, SetPools)]
    assert workers == ["us.r0-1-10x0x0x1", "us.r0-2-10x0x0x2"]


def test_no_more_machines_are_asked_at_once_than_allowed(plant: Plant) -> None:
    """A large request is spread, and all of it is done in one round."""
    request = ask(plant, Led(on=True), "all")
    service.approve(plant.context, request, who="bob")
    worker = Worker(plant.context)
    worker._at_once = 8
    run(plant, 1, worker)
    assert (len(plant.floor.sent), plant.floor.most_at_once) == (100, 8)


@pytest.mark.parametrize("action", [Sleep(), Reboot()])
def test_a_crash_while_machines_are_asked_loses_and_doubles_nothing(tmp_path: Path, action: Action) -> None:
    """Killed amid a request, the next agent finishes it; only what may be repeated is sent again."""
    first = Plant(tmp_path, 20)
    request = service.request(first.context, who="ann", action=action, scope="rack=r0", reason="test").id

    async def die() -> None:
        worker = Worker(first.context)
        worker._at_once = 4
        first.floor.hangs_after = 6
        task = asyncio.create_task(worker.round())
        for _ in range(50):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(die())
    first.db.close()
    sent = Counter(name for name, _ in first.floor.sent)
    assert 6 < len(sent) < 20
    again = Plant(tmp_path, 20, clock=first.clock)
    worker = Worker(again.context)
    worker.recover()
    run(again, 3, worker)
    again.clock.step(20)
    again.floor.poll(range(20), state="asleep", uptime_s=3)
    run(again, 3, worker)
    assert {state for state, _ in words(again, request).values()} == {"done"}
    both = sent + Counter(name for name, _ in again.floor.sent)
    assert set(both) == {asset(n) for n in range(20)}
    if isinstance(action, Reboot):
        assert max(both.values()) == 1
    assert audit(again).done == 20
    again.db.close()


def test_a_crash_between_the_end_and_the_audit_tells_the_journal_the_same_fact(plant: Plant) -> None:
    """The fact is the same, to the byte, however often it is told."""
    ask(plant, Led(on=True), "rack=r0 slot=1")
    run(plant, 2)
    plant.db.execute("UPDATE action_request SET recorded = 0")
    plant.clock.step(3600)
    run(plant, 2)
    assert (plant.ledger.calls, len(plant.ledger.facts)) == (2, 1)


def test_the_part_runs_until_it_is_cancelled_and_takes_up_requests_by_itself(plant: Plant) -> None:
    """Within a second of asking, a machine is asked."""

    async def live() -> None:
        task = asyncio.create_task(work(plant.context))
        await plant.clock.advance(2)
        ask(plant, Led(on=True), "rack=r0 slot=1")
        for _ in range(100):
            await plant.clock.advance(1)
            await asyncio.sleep(0.01)
            if plant.floor.sent:
                break
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(live())
    assert plant.floor.sent == [(asset(0), Led(on=True))]
