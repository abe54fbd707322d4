"""People who want more than they were given: through tokens, demonstrations, the journal and a flood of sign-ins."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import httpx
import pyotp
import pytest

from mintage.api.access import COOKIE, CSRF_HEADER, PERSONA_COOKIE
from mintage.people.errors import TooMany
from mintage.people.passwords import WAITING_MAX, Effort, Passwords
from mintage.people.secret import csrf_of
from tests.served import PASSWORD, TIMEOUT_S, Served


def program(served: Served, person: httpx.Client, *rights: str) -> httpx.Client:
    """A client with a token of somebody."""
    made = person.post("/api/v1/settings/tokens", json={"label": "x", "rights": rights, "days": 1})
    client = served.anybody()
    client.headers["authorization"] = f"Bearer {made.json()['secret']}"
    return client


def test_a_token_makes_no_link_that_sets_a_password(served: Served) -> None:
    """Or a program that keeps people could become any administrator."""
    admin = served.person("link-admin", ["administrator"])
    token = program(served, admin, "people.write")
    reply = token.post("/settings/people/link-admin", data={"what": "link"})
    assert reply.status_code == 403
    assert "code=" not in reply.text
    assert served.company.people.person("link-admin").invited_until_us == 0
    assert admin.post("/settings/people/link-admin", data={"what": "link"}).status_code == 200


def test_a_demonstration_leaves_no_account_behind(tmp_path: Path, example_db: Path) -> None:
    """Anybody at the machine is its administrator; the same files may serve a real company later."""
    shown = Served(tmp_path, example_db, demo=True)
    try:
        client = shown.anybody()
        page = client.get("/settings/people").text
        client.headers["x-csrf-token"] = page.partition('name="csrf" value="')[2].partition('"')[0]
        grants = [{"role": "administrator", "site": "*"}]
        reply = client.post("/api/v1/settings/people", json={"name": "mallory", "grants": grants})
        assert reply.status_code == 400
        assert "demonstration" in reply.json()["detail"]
        form = {"name": "mallory", "role": "administrator"}
        assert client.post("/settings/people", data=form, headers={"accept": "text/html"}).status_code == 400
        assert shown.company.people.empty()
    finally:
        shown.close()


def test_half_a_sign_in_opens_nothing(served: Served) -> None:
    """Where a code is still to come nobody is known yet, and what a browser held before it is worth nothing."""
    owner, people = served.person("two-factors", ["administrator"]), served.company.people
    caller = people.caller_of_session(owner.cookies[COOKIE])
    assert caller is not None
    offered = people.enrol_totp(caller, PASSWORD)
    codes = people.confirm_totp(caller, pyotp.TOTP(offered.secret.reveal()).now()).codes
    client = served.anybody()
    form = {"name": "two-factors", "password": PASSWORD, "next": "/settings"}
    assert client.post("/sign-in", data=form).headers["location"] == "/second-factor?next=%2Fsettings"
    half = client.cookies[COOKIE]
    client.headers[CSRF_HEADER] = csrf_of(half)
    for path in ("/api/v1/settings", "/api/v1/live", "/metrics"):
        assert client.get(path).status_code == 401, path
    assert client.get("/settings", headers={"accept": "text/html"}).headers["location"].startswith("/sign-in")
    body = {"label": "x", "rights": ["fleet.read"], "days": 1}
    assert client.post("/api/v1/settings/tokens", json=body).status_code == 401
    assert client.post("/second-factor", data={"code": codes[0].reveal()}).status_code == 303
    assert client.cookies[COOKIE] != half
    assert client.get("/api/v1/settings").status_code == 200
    stale = served.anybody()
    stale.cookies.set(COOKIE, half)
    assert stale.get("/api/v1/settings").status_code == 401
    again = served.anybody()
    again.post("/sign-in", data=form)
    assert again.post("/second-factor", data={"code": codes[0].reveal()}).status_code == 401


def test_a_persona_is_nobody_outside_a_demonstration(served: Served) -> None:
    """Whatever a cookie says."""
    nobody, viewer = served.anybody(), served.person("no-persona", ["viewer"])
    nobody.cookies.set(PERSONA_COOKIE, "ada")
    assert nobody.get("/api/v1/settings").status_code == 401
    viewer.cookies.set(PERSONA_COOKIE, "ada")
    assert viewer.get("/api/v1/settings").json()["name"] == "no-persona"
    assert viewer.post("/persona", data={"name": "ada"}).status_code == 404


def test_what_is_exported_is_for_the_server_alone(served: Served) -> None:
    """Others on the machine cannot open the folder in which exports wait to be fetched."""
    who = served.person("exporter", ["controller"])
    made = who.post("/api/v1/exports", json={"what": "kpis", "form": "csv", "period": "2025Q2"})
    assert served.company.jobs.wait(made.json()["id"], TIMEOUT_S).state == "done"
    folder = served.company.settings.state.parent / "exports"
    assert any(folder.iterdir())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_keys_of_one_caller_have_an_end(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest gives way, and those of others stay."""
    monkeypatch.setattr("mintage.api.idempotency.KEYS_MAX", 2)
    one, other = served.person("keys-one", ["viewer"]), served.person("keys-other", ["viewer"])
    for client, keys in ((other, ["a"]), (one, ["a", "b", "c"])):
        for key in keys:
            reply = client.post(
                "/api/v1/fleet/views", json={"name": key, "query": "state=hashing"}, headers={"idempotency-key": key}
            )
            assert reply.is_success
    rows = served.company.state.rows("SELECT caller, key FROM idempotency WHERE caller LIKE 'keys-%' ORDER BY 1, 2")
    assert rows == [("keys-one", "b"), ("keys-one", "c"), ("keys-other", "a")]


@pytest.mark.parametrize("role", ["viewer", "treasurer"])
def test_who_did_what_is_in_the_journal_for_auditors_alone(served: Served, role: str) -> None:
    """Whoever may search facts and not see the audit finds none of its facts, by search, by key or by neighbour."""
    reader, auditor = served.person(f"reads-{role}", [role]), served.person(f"audits-{role}", ["controller"])
    auditor.post("/api/v1/settings/tokens", json={"label": "x", "rights": ["fleet.read"], "days": 1})
    seen = auditor.get("/api/v1/journal", params={"kind": "people.acted"}).json()["rows"]
    assert seen
    assert reader.get("/api/v1/journal", params={"kind": "people.acted"}).json()["rows"] == []
    assert all(row["kind"] != "people.acted" for row in reader.get("/api/v1/journal").json()["rows"])
    for path in ("/api/v1/journal/fact", "/journal/fact"):
        assert auditor.get(path, params={"key": seen[0]["key"]}).status_code == 200
        assert reader.get(path, params={"key": seen[0]["key"]}).status_code == 404


def test_a_flood_of_passwords_does_not_keep_every_thread_waiting() -> None:
    """Some wait for their turn; the others are sent away at once, and all is well when it is over."""
    passwords = Passwords(Effort(memory_kib=8, passes=1), at_once=1)
    kept = passwords.kept("a password")
    waiting = threading.Semaphore(0)
    done: list[bool] = []

    def verify() -> None:
        waiting.release()
        done.append(passwords.verify(kept, "a password"))

    threads = [threading.Thread(target=verify) for _ in range(WAITING_MAX)]
    with passwords._working():
        for thread in threads:
            thread.start()
        for _ in threads:
            waiting.acquire()
        refused: list[bool] = []
        while not refused:  # until those that began have taken all the room
            verifier = threading.Thread(target=lambda: refused.append(_refused(passwords, kept)), daemon=True)
            verifier.start()
            verifier.join(1)
        assert all(refused)
    for thread in threads:
        thread.join()
    assert done == [True] * WAITING_MAX
    assert passwords.verify(kept, "a password")


def _refused(passwords: Passwords, kept: str) -> bool:
    try:
        passwords.verify(kept, "another")
    except TooMany:
        return True
    return False
