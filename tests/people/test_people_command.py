"""`mintage people`: for whoever can write the files."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mintage.cli.people import app
from mintage.house import open_journal
from mintage.people.facts import Acted
from mintage.people.service import People
from mintage.state.db import StateDb
from mintage.units.clock import SystemClock
from mintage.units.errors import InputError
from tests.people.persons import PHRASE

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command line on files of its own, run by root; `typed` is its standard input."""
    monkeypatch.setenv("MINTAGE_ACTOR", "root")

    def run_(*words: str, typed: str = "") -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        place = ("--state", str(tmp_path / "console.db"), "--db", str(tmp_path / "books.db"))
        app([*words, *place], exit_on_error=False, print_error=False, result_action="return_value")
        return capsys.readouterr().out

    return run_


def told(run: Run, *words: str) -> Any:
    return json.loads(run(*words, "--json"))


def test_somebody_is_added_and_signs_in(run: Run, tmp_path: Path) -> None:
    """The password comes from standard input, and is printed nowhere; roles and sites are as given."""
    out = run(
        "add", "ada", "--shown", "Ada", "--role", "administrator", "--role", "operator@alder", typed=f"{PHRASE}\n"
    )
    assert PHRASE not in out
    (ada,) = told(run, "list")
    assert (ada["name"], ada["shown"], ada["state"], ada["made_by"]) == ("ada", "Ada", "active", "root")
    assert ada["grants"] == [{"role": "administrator", "site": "*"}, {"role": "operator", "site": "alder"}]
    with closing(StateDb(tmp_path / "console.db")) as db:
        assert not People(db, SystemClock()).sign_in("ada", PHRASE).pending
    assert "administrator, operator at alder" in run("list")


def test_an_invitation_is_printed_once_and_serves(run: Run, tmp_path: Path) -> None:
    """The code alone is on standard output, so that it can be sent on; another one replaces it."""
    first = run("invite", "bob", "--role", "viewer").strip()
    second = told(run, "invite", "bob", "--again")["code"]
    with closing(StateDb(tmp_path / "console.db")) as db:
        people = People(db, SystemClock())
        assert people.accept(second, PHRASE).subject == "bob"
    assert first != second
    with pytest.raises(InputError, match="keeps name and roles"):
        run("invite", "bob", "--again", "--role", "sales")


def test_roles_tokens_and_sessions_are_kept(run: Run, tmp_path: Path) -> None:
    """Each command does what its name says, and lists what is there."""
    run("add", "ada", "--role", "administrator", typed=PHRASE)
    run("add", "bob", typed=PHRASE)
    run("grant", "bob", "operator", "--at", "alder")
    secret = run("token", "bob", "night report", "--right", "fleet.read", "--at", "alder", "--days", "3").strip()
    (token,) = told(run, "token", "bob")
    assert (token["label"], token["rights"], token["sites"]) == ("night report", ["fleet.read"], ["alder"])
    assert "night report" in run("token", "bob")
    with closing(StateDb(tmp_path / "console.db")) as db:
        people = People(db, SystemClock())
        found = people.caller_of_token(f"Bearer {secret}")
        assert found is not None
        assert found.may("fleet.read", "alder")
        people.sign_in("bob", PHRASE)
        people.sign_in("bob", PHRASE)
        one = told(run, "sessions", "bob")[0]["id"]
        assert one in run("sessions", "bob")
        run("sessions", "bob", "--end", one)
        assert "1 sessions" in run("sessions", "bob", "--end-all")
        assert people.sessions("bob") == ()
        run("token", "bob", "--revoke", token["id"])
        assert people.caller_of_token(f"Bearer {secret}") is None
        run("revoke", "bob", "operator", "--at", "alder")
        run("remove-factor", "bob")
        run("disable", "bob")
        assert people.person("bob").state == "disabled"
        run("enable", "bob")
        assert people.person("bob").state == "active"
    with pytest.raises(InputError, match="last administrator"):
        run("disable", "ada")


def test_every_change_leaves_a_fact_and_no_fact_a_secret(run: Run, tmp_path: Path) -> None:
    """Who it was, through the command line, and what; reading leaves none."""
    run("add", "ada", "--role", "administrator", typed=PHRASE)
    code = run("invite", "bob").strip()
    secret = run("token", "ada", "x", "--right", "books.read").strip()
    for word in ("list", "sessions", "token"):
        run(word, *(() if word == "list" else ("ada",)))
    with closing(open_journal(tmp_path / "books.db")) as journal:
        facts = [stored.fact for stored in journal.facts()]
    assert all(fact.actor == "root" for fact in facts)
    acts = [(fact.data.action, fact.data.subject, fact.data.via) for fact in facts if isinstance(fact.data, Acted)]
    assert acts == [
        ("people.added", "ada", "command"),
        ("people.invited", "bob", "command"),
        ("people.token-made", "ada", "command"),
    ]
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("books.db*"))
    assert not [text for text in (PHRASE, code, secret) if text.encode() in raw]


def test_the_code_of_the_first_run_is_printed(run: Run, tmp_path: Path) -> None:
    """It makes the first administrator; afterwards there is none."""
    code = run("setup-code").strip()
    with closing(StateDb(tmp_path / "console.db")) as db:
        assert People(db, SystemClock()).setup(code, "ada", "Ada", PHRASE).subject == "ada"
    with pytest.raises(InputError, match="there already"):
        run("setup-code")


def test_reading_makes_no_file(run: Run, tmp_path: Path) -> None:
    """Who looks in the wrong folder is told so, and leaves nothing there."""
    with pytest.raises(InputError, match="nobody is there yet"):
        run("list")
    assert list(tmp_path.iterdir()) == []
