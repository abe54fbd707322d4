"""No secret is ever where it can be read."""

from __future__ import annotations

import logging
import pickle
import stat
import threading
from pathlib import Path

import msgspec
import pytest

from mintage.journal.fact import encode_fact
from mintage.people.caller import Caller
from mintage.people.done import Done, record_of
from mintage.people.errors import SignInRefused
from mintage.people.key import KEY_BYTES, load_key
from mintage.people.passwords import Passwords
from mintage.people.roles import Grant
from mintage.people.secret import Secret, digest, new_secret, same
from mintage.people.service import People
from mintage.people.totp import secret_of
from mintage.state.db import StateDb
from mintage.units.clock import StepClock
from mintage.units.errors import StoreError
from tests.people.conftest import CHEAP
from tests.people.persons import HOME, OTHER_PHRASE, PHRASE, caller, cookie_of, shown_code

TYPED_AS_NAME = "my secret typed as a name"


class Told:
    """Every secret of a long day, and everything that was said about it."""

    def __init__(self, people: People, clock: StepClock) -> None:
        self.secrets: list[str] = [PHRASE, OTHER_PHRASE, TYPED_AS_NAME]
        self.done: list[Done] = []
        self.callers: list[Caller] = []
        self._live(people, clock)

    def note(self, done: Done, *secrets: Secret) -> None:
        self.done.append(done)
        self.secrets += [secret.reveal() for secret in (*secrets, *((done.cookie,) if done.cookie else ()))]

    def _live(self, people: People, clock: StepClock) -> None:
        code = people.setup_code()
        signed_in = people.setup(code.reveal(), "ada", "Ada", PHRASE, HOME)
        self.note(signed_in, code)
        ada = caller(people, signed_in)
        invited = people.invite(ada, "bob", "Bob", [Grant("viewer")])
        self.note(invited, invited.code)
        self.note(people.accept(invited.code.reveal(), PHRASE))
        link = people.invite_again(ada, "bob")
        self.note(link, link.code)
        offered = people.enrol_totp(ada, PHRASE)
        self.note(offered, offered.secret, offered.uri, offered.svg)
        confirmed = people.confirm_totp(ada, shown_code(offered.secret, clock))
        self.note(confirmed, *confirmed.codes)
        token = people.new_token(ada, "report", ["books.read"])
        self.note(token, token.secret)
        clock.step(60)
        half = people.sign_in("ada", PHRASE, HOME)
        self.note(half)
        app_code = shown_code(offered.secret, clock)
        full = people.second_factor(cookie_of(half), app_code, HOME)
        self.note(full)
        again = caller(people, full)
        self.callers += [ada, again]
        self.secrets += [one.csrf for one in self.callers]
        self.note(people.change_password(again, PHRASE, OTHER_PHRASE))
        for name, word in ((TYPED_AS_NAME, "x"), ("ada", PHRASE)):
            with pytest.raises(SignInRefused):
                people.sign_in(name, word, HOME)


@pytest.fixture
def told(people: People, clock: StepClock, caplog: pytest.LogCaptureFixture) -> Told:
    caplog.set_level(logging.DEBUG)
    return Told(people, clock)


def test_the_file_of_tables_holds_no_secret(told: Told, db: StateDb) -> None:
    """Neither the file nor what SQLite keeps beside it contains a password, cookie, code, token or shared secret."""
    assert db.path is not None
    raw = b"".join(path.read_bytes() for path in db.path.parent.glob(f"{db.path.name}*"))
    assert b"ada" in raw
    assert len(told.secrets) > 25
    for secret in told.secrets:
        for form in (secret, secret.replace("-", ""), secret.lower()):
            assert form.encode() not in raw


def test_the_key_beside_it_is_not_in_it(told: Told, people: People, db: StateDb) -> None:
    """Who has the file alone cannot make the codes of a second factor: the key is elsewhere, and its owner's alone."""
    assert db.path is not None
    path = db.path.with_suffix(".key")
    key, raw = path.read_bytes(), db.path.read_bytes() + db.path.with_name(db.path.name + "-wal").read_bytes()
    assert len(key) == KEY_BYTES
    assert key not in raw
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not stat.S_IMODE(db.path.stat().st_mode) & 0o007
    draw = db.rows("SELECT factor FROM person WHERE name = 'ada'")[0][0]
    assert secret_of(key, "ada", draw).reveal() in told.secrets
    assert people.person("ada").second_factor


def test_nothing_that_is_printed_logged_or_recorded_holds_a_secret(
    told: Told, people: People, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """What use cases return can be printed, logged and made a fact without giving anything away."""
    facts = [encode_fact(record_of(done, request="r", at_us=1_780_000_000_000_000)) for done in told.done]
    kept = people._store.kept("ada")
    printed = repr((told.done, told.callers, kept, people.people(), people.tokens("ada"), people.sessions("ada")))
    seen = [printed, "".join(map(str, told.done)), caplog.text, *capsys.readouterr(), *(raw.decode() for raw in facts)]
    assert len(facts) > 8
    for secret in (*told.secrets, kept.password, kept.factor):
        assert not [text for text in seen if secret in text]


def test_a_secret_cannot_be_encoded_or_copied_by_mistake() -> None:
    """Only `reveal` gives it out; comparing and hashing it work."""
    secret = new_secret()
    assert secret.reveal() not in f"{secret} {secret!r} {[secret]}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        msgspec.json.encode(secret)
    assert secret == Secret(secret.reveal())
    assert secret != secret.reveal()
    assert len({secret, Secret(secret.reveal()), new_secret()}) == 2
    assert same(secret.reveal(), secret.reveal())
    assert not same(secret.reveal(), digest(secret.reveal()))


def test_with_another_key_the_second_factor_asks_for_paper(
    told: Told, db: StateDb, clock: StepClock, tmp_path: Path
) -> None:
    """A file that was restored without its key opens nothing by itself; codes on paper still serve."""
    assert db.path is not None
    db.path.with_suffix(".key").unlink()
    people = People(db, clock, passwords=Passwords(CHEAP))
    clock.step(600)
    half = cookie_of(people.sign_in("ada", OTHER_PHRASE, HOME))
    uri = next(secret for secret in told.secrets if secret.startswith("otpauth"))
    secret = Secret(uri.partition("secret=")[2].partition("&")[0])
    with pytest.raises(SignInRefused):
        people.second_factor(half, shown_code(secret, clock), HOME)
    paper = [secret for secret in told.secrets if len(secret) == 19 and secret.count("-") == 3][1:]
    assert not people.second_factor(half, paper[0], HOME).pending
    assert (tmp_path / "console.key").exists()


def test_one_key_is_made_however_many_ask(tmp_path: Path) -> None:
    """Threads that start at once read the same key; nothing else is left in the folder."""
    start, found = threading.Barrier(8), set[bytes]()

    def run() -> None:
        start.wait()
        found.add(load_key(tmp_path / "console.key"))

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["console.key"]


def test_a_file_that_is_no_key_is_said(tmp_path: Path) -> None:
    """Nobody signs in against half a key."""
    (tmp_path / "console.key").write_bytes(b"short")
    with pytest.raises(StoreError, match="no key"):
        load_key(tmp_path / "console.key")
    with pytest.raises(StoreError, match="cannot be read or made"):
        load_key(tmp_path / "none" / "console.key")
    assert load_key(None) != load_key(None)
