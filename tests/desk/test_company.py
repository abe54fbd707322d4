"""The company at its desk: remote sites, live changes, an audit that stays, and an empty beginning."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mintage.desk.company import Company, Settings
from mintage.fleet.latest_store import SqliteLatest
from mintage.fleet.sites import SITE_POINTER
from mintage.people.caller import Caller
from mintage.people.facts import Acted
from mintage.people.roles import Grant
from mintage.state.db import StateDb
from tests.fleet.agent.test_latest import machine
from tests.fleet.telemetry.telling import MONDAY_S, opened, sample


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """A company that begins, with a headquarters' folder to which one site has uploaded."""
    store = opened(tmp_path / "hq" / "telemetry")
    store.put("birch", 1, [sample("m-00000000000a", MONDAY_S, state="hashing", hashrate_ths=180.0)])
    found = Company(
        Settings(
            db=tmp_path / "company.db",
            data=tmp_path / "sites",
            state=tmp_path / "console.db",
            headquarters=tmp_path / "hq",
        )
    )
    yield found
    found.close()


def a_site(data: Path) -> SqliteLatest:
    """A site whose agent keeps one machine."""
    folder = data / "alder"
    folder.mkdir(parents=True)
    path = folder / "site.toml"
    path.write_text('name = "alder"\nregion = "americas"\nranges = ["10.1.0.0/24"]\n', "utf-8")
    (folder / SITE_POINTER).write_text(f"{path}\n", "utf-8")
    latest = SqliteLatest(StateDb(folder / "agent.db"))
    latest.put([machine(1)])
    return latest


def test_a_company_begins_with_a_journal_that_can_be_read(company: Company) -> None:
    """Before the first fact every page has something to read."""
    assert company.journal.head()[0] == 0
    assert company.view().began is None


def test_remote_sites_stand_on_the_board_beside_local_ones(company: Company) -> None:
    """What was uploaded is shown as of its newest sample; what is here is read here."""
    a_site(company.settings.data)
    sites = company.board.view.sites
    assert {name: state.kind for name, state in sites.items()} == {"alder": "local", "birch": "remote"}


def test_who_watches_a_machine_is_told_what_it_says_now(company: Company) -> None:
    """From the site's state file to a viewer, in one look."""
    latest = a_site(company.settings.data)
    key = "machine:alder/m-000000000001:state"
    company.hub.look()
    woken: list[bool] = []
    watch = company.hub.watch([key], lambda: woken.append(True))
    latest.put([machine(1, state="sleeping")])
    company.hub.look()
    assert woken
    assert watch.take() == {key: "sleeping"}
    assert watch.take() == {}
    company.hub.leave(watch)
    assert company.hub.watching == 0


def test_what_somebody_did_is_a_fact(company: Company) -> None:
    """With who, what and to what, in the journal."""
    caller = Caller(name="ann", grants=(Grant("controller"),))
    company.record(caller, "books.close", "2025Q2", request="r-1", detail="asked")
    facts = [stored.fact for stored in company.journal.facts(Acted.kind)]
    assert [(fact.actor, fact.data.action, fact.data.subject) for fact in facts if isinstance(fact.data, Acted)] == [
        ("ann", "books.close", "2025Q2")
    ]
