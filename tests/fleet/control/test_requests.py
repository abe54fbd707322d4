"""Asking for actions: rights, previews, approval, and what must never be accepted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mintage.fleet.control import service
from mintage.fleet.control.actions import NAMES, decode_action, encode_action, in_words, parse_action
from mintage.fleet.drivers.port import Fan, PoolSetting, SetMode, SetPools, SetPower, Sleep, Wake
from mintage.units.clock import ScaledClock
from mintage.units.errors import InputError
from tests.fleet.plant import NOON_US, POOL, Plant, a_site, asset


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    made = Plant(tmp_path)
    yield made
    made.db.close()


def test_preview_tells_machine_by_machine_what_would_change_and_asks_for_nothing(plant: Plant) -> None:
    """A preview names each machine with its present and its future state, and leaves no request behind."""
    plant.floor.poll([3], mode="eco")
    plant.floor.poll([4], state="offline")
    found = service.preview(plant.context, who="ann", action=SetMode("eco"), scope="rack=r0 slot<=6")
    assert [(c.asset, c.now, c.then, c.note) for c in found.changes[2:5]] == [
        (asset(2), "normal", "eco", ""),
        (asset(3), "eco", "eco", "already so"),
        (asset(4), "normal", "eco", "does not answer: will be tried a few times"),
    ]
    assert (len(found.changes), found.needs_approval, found.power_w) == (6, False, 6 * 3600)
    assert service.requests(plant.db) == []


def test_a_small_action_needs_nobody_else_and_a_large_one_waits(plant: Plant) -> None:
    """At the limit nobody approves; one machine above it, the request waits."""
    small = service.request(plant.context, who="ann", action=Sleep(), scope="rack=r0 slot<=20", reason="test")
    assert (small.state, small.machines, small.needs_approval) == ("approved", 20, False)
    large = service.request(plant.context, who="bob", action=Sleep(), scope="rack=r1 slot<=21", reason="test")
    assert (large.state, large.machines, large.needs_approval) == ("pending", 21, True)


def test_a_large_action_cannot_be_cut_into_small_ones(plant: Plant) -> None:
    """Small requests of one person for the same action add up for ten minutes; the same machines count once."""
    for _ in range(2):
        first = service.request(plant.context, who="ann", action=Sleep(), scope="rack=r0 slot<=15", reason="test")
        assert first.state == "approved"
    second = service.request(plant.context, who="ann", action=Sleep(), scope="rack=r1 slot<=15", reason="test")
    assert second.state == "pending"
    other = service.request(plant.context, who="bob", action=Sleep(), scope="rack=r1 slot<=15", reason="test")
    assert other.state == "approved", "somebody else's requests are weighed for themselves"
    plant.clock.step(601)
    later = service.request(plant.context, who="ann", action=Sleep(), scope="rack=r1 slot<=15", reason="test")
    assert later.state == "approved"


def test_nobody_approves_his_or_her_own_request(plant: Plant) -> None:
    """An approver who asks needs another approver; so does an administrator."""
    for who in ("bob", "root"):
        asked = service.request(plant.context, who=who, action=Sleep(), scope="all", reason="test")
        with pytest.raises(InputError, match="own request"):
            service.approve(plant.context, asked.id, who=who)
        other = "root" if who == "bob" else "bob"
        assert service.approve(plant.context, asked.id, who=other, reason="agreed").decided_by == other


def test_two_persons_are_needed_where_the_site_names_no_user(tmp_path: Path) -> None:
    """A site without users trusts whoever is there, but a second name must still approve."""
    plant = Plant(tmp_path, site=a_site(users=()))
    asked = service.request(plant.context, who="me", action=Wake(), scope="all", reason="test")
    with pytest.raises(InputError, match="own request"):
        service.approve(plant.context, asked.id, who="me")
    assert service.approve(plant.context, asked.id, who="you").state == "approved"
    plant.db.close()


@pytest.mark.parametrize(("who", "right"), [("eve", "act"), ("mallory", "act"), ("", "named")])
def test_who_may_not_act_is_told_which_role_it_takes(plant: Plant, who: str, right: str) -> None:
    """Viewers, strangers and the nameless change nothing; the error says what is missing."""
    with pytest.raises(InputError, match=right):
        service.request(plant.context, who=who, action=Sleep(), scope="all", reason="test")
    assert service.requests(plant.db) == []


@pytest.mark.parametrize("who", ["ann", "eve", "mallory"])
def test_only_approvers_approve_and_reject(plant: Plant, who: str) -> None:
    """Without the role a request stays pending."""
    asked = service.request(plant.context, who="bob", action=Sleep(), scope="all", reason="test")
    with pytest.raises(InputError, match="role admin or approver"):
        service.approve(plant.context, asked.id, who=who)
    with pytest.raises(InputError, match="role admin or approver"):
        service.reject(plant.context, asked.id, who=who, reason="no")
    assert service.show(plant.db, asked.id)[0].state == "pending"


def test_a_decision_is_final_and_an_expired_request_cannot_be_approved(plant: Plant) -> None:
    """What was rejected or has expired is never approved afterwards."""
    asked = service.request(plant.context, who="ann", action=Sleep(), scope="all", reason="test")
    assert service.reject(plant.context, asked.id, who="bob", reason="not now").state == "rejected"
    with pytest.raises(InputError, match="waits for nobody: it is rejected"):
        service.approve(plant.context, asked.id, who="bob")
    assert {item.state for item in service.show(plant.db, asked.id)[1]} == {"cancelled"}
    late = service.request(plant.context, who="ann", action=Sleep(), scope="all", reason="test", expires_s=60)
    plant.clock.step(61)
    with pytest.raises(InputError, match="expired"):
        service.approve(plant.context, late.id, who="bob")


def test_what_is_asked_expires_by_the_sites_clock(plant: Plant) -> None:
    """Ten minutes are ten minutes of the site, however fast its clock runs; an hour is for the people who approve."""
    fast = replace(plant.context, clock=ScaledClock.starting(NOON_US, 600.0))
    for seconds, lasts_s in ((600.0, 600.0), (None, 3600.0 * 600.0)):
        asked = service.request(fast, who="ann", action=Sleep(), scope="all", reason="test", expires_s=seconds)
        assert (asked.expires_us - asked.asked_us) / 1e6 == lasts_s


@pytest.mark.parametrize(
    ("scope", "problem"),
    [
        ("", "no machines are named"),
        ("rack", "no term"),
        ("colour=red", "no field"),
        ("rack=", "nothing to compare"),
        ("rack<r2", "is a text"),
        ("chip_max_c>hot", "no number"),
        ("chip_max_c>1,2", "more than one number"),
        ("rack='r1", "not closed"),
        ("address=10.0.0.9-10.0.0.1", "ends before"),
        ("rack=r77", "means no machine"),
        ("inlet_c>10", "it cannot be told"),
    ],
)
def test_a_scope_that_cannot_be_is_refused_in_words(plant: Plant, scope: str, problem: str) -> None:
    """No scope is understood as something else, least of all as every machine."""
    with pytest.raises(InputError, match=problem):
        service.request(plant.context, who="ann", action=Sleep(), scope=scope, reason="test")


def test_scopes_mean_what_they_say(plant: Plant) -> None:
    """Terms join, values are alternatives, texts know wildcards, and the unknown is left out and named."""
    plant.floor.poll([1], chip_max_c=97, state="idle")
    plant.floor.poll([2], inlet_c=31)

    def count(scope: str) -> int:
        try:
            return len(service.preview(plant.context, who="ann", action=Sleep(), scope=scope).changes)
        except InputError:
            return 0

    assert count("all") == 100
    assert count("rack=r0,r1 slot<=3") == 6
    assert count("rack!=r0") == 50
    assert count("model=15-*") == count('model="avalon a15*"') == 100
    assert count("chip_max_c>=97") == count("state=IDLE") == 1
    assert count("state!=idle,offline") == 99
    assert count("address=10.0.0.0/29") == 6
    assert count("address=10.0.1.1-10.0.1.4") == 4
    found = service.preview(plant.context, who="ann", action=Sleep(), scope="inlet_c>30")
    assert ([c.asset for c in found.changes], len(found.left_out)) == ([asset(2)], 99)


@pytest.mark.parametrize("pool", [("stratum+tcp://evil.example:3333", "us.1"), (POOL, "thief.1")])
def test_pools_outside_the_whitelist_take_an_administrators_explicit_word(plant: Plant, pool: tuple[str, str]) -> None:
    """A foreign pool and a foreign worker at our own pool are refused, also to an admin who does not say so."""
    action = SetPools((PoolSetting(*pool),))
    for who, allow, problem in (("ann", False, "not a"), ("root", False, "not a"), ("bob", True, "admin")):
        with pytest.raises(InputError, match=problem):
            service.request(
                plant.context, who=who, action=action, scope="rack=r0 slot=1", reason="test", foreign_pools=allow
            )
    asked = service.request(
        plant.context, who="root", action=action, scope="rack=r0 slot=1", reason="test", foreign_pools=True
    )
    assert asked.state == "approved"
    ours = SetPools((PoolSetting("pool.example:3333", "us.{rack}x{slot}"),))
    service.request(plant.context, who="ann", action=ours, scope="rack=r0 slot=1", reason="test")


@pytest.mark.parametrize(
    ("name", "to", "problem"),
    [
        ("explode", (), "no action"),
        ("sleep", ("now",), "no value"),
        ("mode", (), "one value"),
        ("mode", ("eco", "super"), "one value"),
        ("mode", ("a\nb",), "printable"),
        ("power", ("much",), "not watts"),
        ("power", ("99999",), "not between"),
        ("fan", ("101",), "cannot run"),
        ("led", ("bright",), "neither"),
        ("pools", ("stratum+tcp://a:1",), "no pool"),
        ("pools", ("stratum+tcp://a:1|reboot us.1",), "characters"),
        ("pools", ("stratum+tcp://a:1 us.1,x",), "characters"),
    ],
)
def test_settings_that_no_machine_takes_are_refused(name: str, to: tuple[str, ...], problem: str) -> None:
    """Each mistake is told with its field; nothing that would change the command on the wire passes."""
    with pytest.raises(InputError, match=problem):
        parse_action(name, to)


def test_actions_read_back_as_they_were_written() -> None:
    """Every action survives its JSON, and people can write each of them."""
    written = {
        "mode": ("eco",),
        "power": ("3,200 W",),
        "pools": (f"{POOL} us.1", f"{POOL} us.2 x"),
        "led": ("on",),
        "fan": ("60%",),
    }
    for name in NAMES:
        action = parse_action(name, written.get(name, ()))
        assert decode_action(encode_action(action)) == action
        assert in_words(action).startswith(name)
    assert parse_action("fan", ("auto",)) == Fan(None)
    assert parse_action("power", ("3200",)) == SetPower(3200)
    with pytest.raises(InputError, match="no action"):
        decode_action(b'{"type": "fan", "duty_pct": "fast"}')


def test_a_request_without_a_reason_is_refused(plant: Plant) -> None:
    """The audit always says why."""
    with pytest.raises(InputError, match="no reason"):
        service.request(plant.context, who="ann", action=Sleep(), scope="all", reason="  ")


@pytest.mark.parametrize("reason", ["x" * 501, "a\nb", "\u001b]0;x\u0007", "\u202eback"])
def test_a_reason_is_one_short_line_of_plain_text(plant: Plant, reason: str) -> None:
    """What would change a terminal or a page, or fill it, is refused wherever a reason is given."""
    with pytest.raises(InputError, match="reason"):
        service.request(plant.context, who="ann", action=Sleep(), scope="all", reason=reason)
    asked = service.request(plant.context, who="ann", action=Sleep(), scope="all", reason="電價上漲, see ticket 7")
    for decide in (service.approve, service.reject):
        with pytest.raises(InputError, match="reason"):
            decide(plant.context, asked.id, who="bob", reason=reason)


@pytest.mark.parametrize("who", ["Ann", " ann", "ann\u200b", "\uff41nn"])
def test_another_spelling_or_the_same_login_is_no_second_person(tmp_path: Path, who: str) -> None:
    """Names that read the same are one person's, also when requests are added up; so is one login under two names."""
    plant = Plant(tmp_path, site=a_site(users=()))
    service.request(plant.context, who="ann", action=Sleep(), scope="rack=r0 slot<=15", reason="x")
    asked = service.request(plant.context, who=who, action=Sleep(), scope="rack=r1 slot<=15", reason="x", login="op")
    assert asked.state == "pending"
    with pytest.raises(InputError, match="his or her own"):
        service.approve(plant.context, asked.id, who="ann")
    with pytest.raises(InputError, match="login op"):
        service.approve(plant.context, asked.id, who="bob", login="op")
    assert service.approve(plant.context, asked.id, who="bob", login="lead").state == "approved"
    plant.db.close()


def test_a_pools_password_is_neither_kept_nor_shown(plant: Plant) -> None:
    """A request with one is refused without repeating it; one that an older version kept is not shown."""
    secret = SetPools((PoolSetting(POOL, "us.1", "hunter2"),))
    with pytest.raises(InputError, match="no password other than x") as refused:
        service.request(plant.context, who="ann", action=secret, scope="rack=r0 slot=1", reason="x")
    assert "hunter2" not in str(refused.value)
    plain = SetPools((PoolSetting(POOL, "us.1"),))
    asked = service.request(plant.context, who="ann", action=plain, scope="rack=r0 slot=1", reason="x")
    assert asked.action == plain
    plant.db.execute("UPDATE action_request SET action = ?", (encode_action(secret),))
    assert "hunter2" not in str(service.requests(plant.db))
    assert "hunter2" not in str(service.show(plant.db, asked.id))
