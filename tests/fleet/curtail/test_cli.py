"""`mintage curtail` as people and scripts use it: on the state that an agent left, without touching a machine."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mintage.cli.main import main
from mintage.fleet.latest_store import SqliteLatest
from mintage.fleet.sites import load_site
from mintage.state.db import StateDb
from mintage.units.clock import ScaledClock, write_clock
from tests.fleet.curtail.ground import NOON_US
from tests.fleet.curtail.test_choice import machine

SITE = """name = "alder"
region = "canada"
ranges = ["127.0.0.0/26"]
approval_above = 2
[[feeder]]
name = "main"
limit_kw = 500
[[hall]]
name = "hall-1"
feeder = "main"
[[user]]
name = "ann"
roles = ["operator"]
[[user]]
name = "lead"
roles = ["approver", "admin"]
"""
EXAMPLES = Path(__file__).parents[3] / "examples"


class Said(NamedTuple):
    code: int
    out: str
    err: str


class Desk:
    """Commands on one site, of which an agent knew four machines at noon; its clock hardly moves."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._capsys, self._monkeypatch = folder, capsys, monkeypatch
        path = folder / "site.toml"
        path.write_text(SITE)
        write_clock(ScaledClock.starting(NOON_US, 0.001), folder / "clock.json")
        for name, value in (
            ("MINTAGE_SITE", path),
            ("MINTAGE_DATA", folder / "sites"),
            ("MINTAGE_CLOCK", folder / "clock.json"),
            ("MINTAGE_DB", folder / "mintage.db"),
        ):
            monkeypatch.setenv(name, str(value))
        self.site = load_site(path)
        self.db = StateDb(folder / "sites" / "alder" / "agent.db")
        machines = [machine(n, power_w=3000 + n, efficiency=20 + n) for n in range(4)]
        SqliteLatest(self.db).put(machines)

    def run(self, *words: str, actor: str = "ann", login: int = 0) -> Said:
        """Run `mintage curtail ...` as somebody, from a login of the operating system."""
        self._monkeypatch.setenv("MINTAGE_ACTOR", actor)
        self._monkeypatch.setattr(os, "getuid", lambda: login)
        with pytest.raises(SystemExit) as stop:
            main(["curtail", *words])
        assert isinstance(stop.value.code, int)
        return Said(stop.value.code, *self._capsys.readouterr())

    def json(self, *words: str, actor: str = "ann", login: int = 0) -> Any:
        said = self.run(*words, "--json", actor=actor, login=login)
        assert (said.code, said.err) == (0, ""), said.err
        return json.loads(said.out)


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path, capsys, monkeypatch)


def test_preview_tells_order_worth_and_manner(desk: Desk) -> None:
    """Worst first, with what each earns and costs, and everything that nobody said; nothing is kept."""
    found = desk.json("preview", "--kw", "5", "--hashprice", "38.2", "--price", "120")
    assert [row["asset"][-1] for row in found["machines"]] == ["3", "2"]
    assert found["machines"][0]["earns_usd_mwh"] == pytest.approx(38.2 / 0.024 / 23 / 1.05, rel=0.03)
    assert found["machines"][0]["costs_usd_mwh"] == 120
    assert found["manner"]["restore"] == {"machines": 0, "kw": 0, "every_s": 10.0}
    said = desk.run("preview", "--kw", "5")
    assert said.code == 0
    assert "mintage curtail price --hashprice" in said.out
    assert "comes back: all at once" in said.out
    assert "after 240 min at the latest" in said.out
    assert desk.json("list")["events"] == []


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--reason", "x"), "nothing is asked for"),
        (("--reason", "x", "--kw", "5", "--full"), "--kw and --full"),
        (("--reason", " ", "--kw", "5"), "no reason is given"),
        (("--reason", "x", "--kw", "0"), "Expected `int` >= 1"),
        (("--reason", "x", "--kw", "5", "--scope", "rock=r1"), "no field of a machine"),
        (("--reason", "x", "--kw", "5", "--until", "2020-01-01T00:00:00Z"), "ends before it begins"),
        (("--reason", "x", "--kw", "5", "--until", "tomorrow"), "not an instant"),
        (("--reason", "x", "--kw", "5", "--for-min", "99999"), "Expected"),
        (("--reason", "x", "--breakeven"), "nobody told the hashprice"),
        (("--reason", "x", "--cap-kw", "5", "--feeder", "mian"), "no feeder 'mian'"),
    ],
)
def test_bad_asks_are_named_and_keep_nothing(desk: Desk, words: tuple[str, ...], problem: str) -> None:
    """Exit code 2, one sentence with the remedy, and no curtailment."""
    said = desk.run("start", *words)
    assert said.code == 2
    assert problem in said.err
    assert desk.json("list")["events"] == []


def test_from_start_to_cancel(desk: Desk) -> None:
    """Small asks go ahead, large ones wait for a second person; what runs can be shown, ended and is not proven yet."""
    small = desk.json("start", "--kw", "3", "--reason", "test", "--for-min", "30")
    assert small["state"] == "pending"
    assert small["ask"]["manner"]["hold_max_s"] == 1800
    large = desk.json("start", "--full", "--reason", "storm")
    assert large["state"] == "preview"
    assert desk.run("approve", large["id"]).code == 2
    assert "the login root" in desk.run("approve", large["id"], actor="lead").err
    assert desk.json("approve", large["id"], actor="lead", login=1)["state"] == "pending"
    assert desk.run("start", "--kw", "3", "--reason", "x", actor="eve").code == 2
    shown = desk.json("show", small["id"])
    assert shown["event"]["id"] == small["id"]
    assert desk.run("proof", small["id"], "--check").code == 1
    assert desk.json("proof", small["id"])["sha256"] is None
    assert desk.run("show", "c-none").code == 2
    assert "not over yet" in desk.run("proof", small["id"]).out
    assert ", so far" in desk.run("proof", small["id"]).out
    assert "None" not in desk.run("proof", small["id"]).out
    desk.json("cancel", small["id"], "--reason", "not needed")
    assert [item["id"] for item in desk.json("list")["events"]] == [large["id"], small["id"]]
    for words in (("list",), ("show", large["id"]), ("proof", large["id"])):
        assert large["id"] in desk.run(*words).out


def test_rules_and_prices(desk: Desk) -> None:
    """Only an admin puts rules in force; prices that somebody tells are told back with who told them."""
    path = str(EXAMPLES / "curtail.toml")
    refused = desk.run("rules", path)
    assert refused.code == 2
    assert "administer" in refused.err
    found = desk.json("rules", path, actor="lead")
    assert next(rule["name"] for rule in found["rules"]["rule"]) == "evening-peak"
    assert "evening-peak" in desk.run("rules").out
    assert desk.json("price")["price_usd_mwh"] is None
    told = desk.json("price", "--power", "140", "--hashprice", "38.2")
    assert (told["price_usd_mwh"], told["hashprice_usd_ph_day"], told["by"]) == (140, 38.2, "ann")
    assert desk.run("price", "--hashprice", "-1").code == 2
    assert desk.run("resume", "nothing").code == 2
    assert len(desk.json("preview", "--breakeven")["machines"]) == 4


def test_release_names_what_is_held(desk: Desk) -> None:
    """A machine that nothing holds cannot be released, and that is said."""
    said = desk.run("release", "m-000000000000", "--reason", "heat")
    assert said.code == 2
    assert "none of these machines is held" in said.err
