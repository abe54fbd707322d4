"""`mintage control` and `mintage alerts` as people and scripts use them."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from mintage.cli.site_desk import open_desk
from mintage.cli.site_options import SiteOptions
from mintage.fleet.agent.lock import only_agent
from mintage.fleet.alerts.engine import Engine
from mintage.fleet.alerts.rules import load_rules
from mintage.fleet.context import Context
from mintage.fleet.control.worker import Worker
from mintage.fleet.latest_store import MemoryLatest
from mintage.units.clock import StepClock
from tests.cli.shell import Shell
from tests.fleet.plant import POOL, Floor, Ledger, a_machine, asset

SITE = f"""
name = "alder"
region = "canada"
ranges = ["10.0.0.0/24"]
approval_above = 10
feeder = [{{ name = "f0", limit_kw = 500 }}]
hall = [{{ name = "h0", feeder = "f0" }}]
rack = [{{ name = "r0", hall = "h0", addresses = ["10.0.0.0/24"] }}]
user = [
  {{ name = "ann", roles = ["operator"] }},
  {{ name = "bob", roles = ["operator", "approver"] }},
  {{ name = "eve", roles = ["viewer"] }},
]
[[pool]]
name = "p"
adapter = "virtual"
url = "http://x"
account = "us"
stratum = ["{POOL}"]
workers = ["us.*"]
[alerts]
rules = "own.toml"
"""

OWN = """
[[rule]]
id = "fan"
enabled = false
[[rule]]
id = "not-polled"  # the readings of these tests are old
enabled = false
"""


class Place(Shell):
    """A shell at a site of thirty machines, whose agent works when it is told to."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(folder / "mintage.db", capsys)
        self._monkeypatch = monkeypatch
        (folder / "alder.toml").write_text(SITE, "utf-8")
        (folder / "own.toml").write_text(OWN, "utf-8")
        monkeypatch.setenv("MINTAGE_SITE", str(folder / "alder.toml"))
        monkeypatch.setenv("MINTAGE_DATA", str(folder / "sites"))
        self.desk = open_desk(SiteOptions(site=str(folder / "alder.toml"), data=folder / "sites"))
        self.desk.latest.put(a_machine(number) for number in range(30))
        self.be("ann")

    def be(self, who: str, login: int = 0) -> None:
        """Act as somebody from now on, from a login of the operating system."""
        self._monkeypatch.setenv("MINTAGE_ACTOR", who)
        self._monkeypatch.setattr(os, "getuid", lambda: login)

    def refused(self, *words: str | Path) -> str:
        """The complaint of a command that must end with 2 and print no result."""
        answer = self.run(*words)
        assert (answer.code, answer.out) == (2, "")
        assert answer.err.startswith("mintage: ")
        return answer.err

    def work(self) -> None:
        """Let the agent do what it is asked."""
        latest, clock = MemoryLatest(), StepClock(self.desk.clock.now_us())
        latest.put(self.desk.latest.all())
        context = Context(
            site=self.desk.site,
            folder=self.db.parent,
            clock=clock,
            db=self.desk.db,
            latest=latest,
            hands=Floor(latest, clock),
            recorder=Ledger(),
        )
        asyncio.run(Worker(context).round())


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Place:
    return Place(tmp_path, capsys, monkeypatch)


def test_an_action_from_preview_to_result(place: Place) -> None:
    """Preview, request, approval by a second person, execution and result, each in JSON with stable keys."""
    seen = place.json("control", "preview", "led", "all", "--to", "on")
    assert (len(seen["changes"]), seen["needs_approval"]) == (30, True)
    asked = place.json("control", "request", "led", "all", "--to", "on", "--reason", "count them")
    assert (asked["state"], asked["counts"], asked["what"]) == ("pending", {"waiting": 30}, "led on")
    place.be("bob")
    assert "the login root" in place.refused("control", "approve", asked["id"])
    place.be("bob", login=1)
    assert place.json("control", "approve", asked["id"])["state"] == "approved"
    place.work()
    shown = place.json("control", "show", asked["id"])
    assert shown["request"]["counts"] == {"done": 30}
    assert shown["results"][0]["words"] == "ASC 0 set info: success"
    listed = place.json("control", "list", "--state", "finished")
    assert [item["id"] for item in listed["requests"]] == [asked["id"]]
    for words in (("list",), ("show", asked["id"]), ("preview", "sleep", "all")):
        answer = place.run("control", *words)
        assert answer.code == 0
        assert answer.out.strip()


def test_what_may_not_be_is_refused_with_exit_code_two(place: Place) -> None:
    """Rights, whitelist, approval and mistakes are told in one sentence; nothing is asked for."""
    assert "role admin or approver" in place.refused("control", "approve", "a-000000000000")
    pool = "stratum+tcp://evil.example:1 us.1"
    assert "not a pool of this site" in place.refused(
        "control", "request", "pools", "all", "--to", pool, "--reason", "x"
    )
    assert "no action" in place.refused("control", "preview", "explode", "all")
    assert "means no machine" in place.refused("control", "preview", "sleep", "rack=r9")
    place.be("eve")
    assert "takes the role" in place.refused("control", "request", "sleep", "all", "--reason", "x")
    assert place.json("control", "list")["requests"] == []
    place.be("bob")
    assert "no action 'a-1'" in place.refused("control", "reject", "a-1", "--reason", "x")


def test_a_request_names_itself_and_when_it_expires(place: Place) -> None:
    """What is printed can be copied: the next command with the real id; the table says what it is of."""
    said = place.run("control", "request", "led", "slot<3", "--to", "on", "--reason", "x", "--expires-min", "5").out
    asked = place.json("control", "list")["requests"][0]
    assert f"See mintage control show {asked['id']}." in said
    assert "Action asked of 2 machines of alder" in said
    assert "by the site's clock" in said
    assert asked["expires_us"] - asked["asked_us"] == 300_000_000


def test_tables_say_that_no_agent_runs_and_json_does_not(place: Place) -> None:
    """What is shown without an agent may be old: one line on standard error, none beside JSON or with an agent."""
    for words in (("alerts", "list"), ("control", "list"), ("curtail", "list")):
        said = place.run(*words).err
        assert "no agent runs for alder: this is what it knew at 2025-11-22 12:00 UTC" in said
        assert said.count("\n") == 1
        place.json(*words)
    with only_agent(place.db.parent / "sites" / "alder", "alder"):
        assert place.run("alerts", "list").err == ""


def test_a_request_is_rejected_or_cancelled_by_its_id(place: Place) -> None:
    """Both leave a request that is over, with who and why."""
    asked = place.json("control", "request", "sleep", "all", "--reason", "x")["id"]
    place.be("bob")
    assert place.json("control", "reject", asked, "--reason", "not today")["state"] == "rejected"
    small = place.json("control", "request", "sleep", "slot<3", "--reason", "x")["id"]
    assert place.json("control", "cancel", small, "--reason", "oh")["counts"] == {"cancelled": 2}


def test_alerts_are_listed_taken_and_quieted(place: Place) -> None:
    """An unacknowledged critical alert makes `alerts list` exit with 1; taken by somebody, it exits with 0."""
    desk = place.desk
    rules = load_rules(Path(desk.site.alerts.rules))
    engine = Engine(desk.db, "alder", rules, desk.site.alerts, site=desk.site, poll_s=10)
    now_us = desk.clock.now_us()
    for second in range(0, 100, 10):
        machines = [a_machine(number, state="offline" if number < 3 else "hashing") for number in range(30)]
        engine.round(now_us + second * 1_000_000, machines)
    answer = place.run("alerts", "list")
    assert answer.code == 1
    assert "Offline" in answer.out
    found = [item["id"] for item in json.loads(place.run("alerts", "list", "--json").out)["alerts"]]
    assert len(found) == 3
    for id_ in found:
        place.json("alerts", "ack", id_, "--reason", "on it")
    listed = place.json("alerts", "list")["alerts"]
    assert [item["acked_by"] for item in listed] == ["ann"] * 3
    assert listed[0]["text"]["zh"].startswith("離線")
    said = place.run("alerts", "list", "--language", "zh").out
    assert all(word in said for word in ("alder 的警報", "嚴重度", "處理狀態", "嚴重", "由 ann 處理：on it"))
    assert "critical" not in said
    shown = place.json("alerts", "show", found[0])
    assert shown["machines"][0]["subject"]["key"] in {asset(number) for number in range(3)}
    for words in (("list", "--language", "zh"), ("list", "--history"), ("show", found[0]), ("rules",)):
        assert place.run("alerts", *words).code == 0
    assert "does not stand" not in place.run("alerts", "ack", found[0], "--snooze-min", "30").err
    assert "no alert 'al-1'" in place.refused("alerts", "ack", "al-1")


def test_maintenance_is_announced_listed_and_ended(place: Place) -> None:
    """A window has scope, time, person and reason; ending it is as easy."""
    window = place.json("alerts", "maintain", "rack=r0", "--reason", "new fans", "--hours", "4")["windows"][0]
    assert (window["scope"], window["who"], window["why"]) == ("rack=r0", "ann", "new fans")
    assert window["to_us"] - window["from_us"] == 4 * 3_600_000_000
    assert "fans" in place.run("alerts", "maintain").out
    place.run("alerts", "maintain", "--end", window["id"])
    assert "no window" in place.refused("alerts", "maintain", "--end", window["id"])
    assert "no reason" in place.refused("alerts", "maintain", "all")
    assert "no field" in place.refused("alerts", "maintain", "shelf=1", "--reason", "x")


def test_rules_are_listed_with_the_sites_own_changes_and_bad_ones_are_told(place: Place) -> None:
    """The file named in the site's file is found beside it; a mistake names file, rule and field."""
    rules = {rule["id"] for rule in place.json("alerts", "rules")["rules"]}
    assert "hot" in rules
    assert "fan" not in rules
    bad = place.db.parent / "bad.toml"
    bad.write_text('[[rule]]\nid = "hot"\nseverity = "awful"\n', "utf-8")
    told = place.refused("alerts", "rules", "--file", bad)
    assert "bad.toml" in told
    assert "rule hot" in told


def test_a_test_message_needs_somewhere_to_go(place: Place) -> None:
    """A site whose alerts go nowhere says so."""
    assert "go nowhere" in place.refused("alerts", "test")
