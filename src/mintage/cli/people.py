"""`mintage people`: who may use the console and the API, for whoever can write the company's files."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from getpass import getpass
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from mintage.cli.options import Options, actor
from mintage.cli.show import print_json, print_table
from mintage.cli.site_desk import when
from mintage.people.caller import Caller
from mintage.people.done import Done, record_of
from mintage.people.roles import EVERYWHERE, Grant, told
from mintage.people.service import People
from mintage.people.store import ADMINISTRATOR, Person
from mintage.state.db import StateDb
from mintage.units.clock import SystemClock
from mintage.units.errors import InputError

app = App(name="people", help="Who may use the console and the API.")


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class PeopleOptions(Options):
    """Shared options of the commands about people.

    Attributes:
        state: the console's own file: people, sessions, tokens, saved views, jobs.
    """

    state: Annotated[Path, Parameter(env_var="MINTAGE_STATE")] = Path("var/console.db")

    @contextmanager
    def people(self, *, make: bool = False) -> Iterator[People]:
        """The people of the console.

        Args:
            make: whether the file is made where it is not there.

        Raises:
            InputError: the file is not there.
        """
        if not make and not self.state.exists():
            raise InputError(
                f"{self.state}: nobody is there yet.",
                field="--state",
                remedy="Run `mintage people add NAME --role administrator`, or start the console.",
            )
        with closing(StateDb(self.state)) as db:
            yield People(db, SystemClock())

    def tell(self, done: Done) -> None:
        """Record what was changed in the journal."""
        with closing(self.journal()) as journal:
            at_us = SystemClock().now_us()
            journal.append([record_of(done, request=f"cli-{secrets.token_hex(8)}", at_us=at_us)])

    def say(self, done: Done) -> None:
        """Record what was changed, and print it."""
        self.tell(done)
        if self.json:
            print_json({"action": done.action, "subject": done.subject, "detail": done.detail})
        else:
            print(f"{done.action.partition('.')[2].replace('-', ' ')}: {done.subject}", done.detail, sep="  ")


@app.command(name="list")
def list_(*, options: PeopleOptions = PeopleOptions()) -> None:
    """Everybody with roles, second factor and last sign-in.

    Example: mintage people list
    """
    with options.people() as people:
        found = people.people()
    if options.json:
        print_json(found)
        return
    rows = [(p.name, p.shown, p.state, told(p.grants), _factor(p), when(p.seen_us or None) or "never") for p in found]
    print_table("People", ("login", "name", "", "roles", "second factor", "last sign-in (UTC)"), rows, left=6)


@app.command
def add(
    name: str,
    *,
    shown: str = "",
    role: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    options: PeopleOptions = PeopleOptions(),
) -> None:
    """Add somebody with a password, which is asked for, or read as a line of standard input.

    Example: mintage people add ada --shown "Ada Lovelace" --role administrator

    Example: mintage people add bob --role viewer --role operator@alder

    Args:
        name: login, e.g. ada.lovelace.
        shown: name as shown; the login where left out.
        role: role, or ROLE@SITE; may be repeated.
    """
    with options.people(make=True) as people:
        options.say(people.add_person(_by(), name, shown, _password(name), _grants(role)))


@app.command
def invite(
    name: str,
    *,
    shown: str = "",
    role: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    again: Annotated[bool, Parameter(negative=())] = False,
    options: PeopleOptions = PeopleOptions(),
) -> None:
    """Add somebody who sets the password; the code for it is printed once, and holds for 72 hours.

    Example: mintage people invite bob --shown "Bob" --role operator@alder

    Example: mintage people invite bob --again

    Args:
        name: login.
        shown: name as shown; the login where left out.
        role: role, or ROLE@SITE; may be repeated.
        again: another code for somebody who is there: the former one is over, or the password is forgotten.
    """
    if again and (role or shown):
        raise InputError("whoever is there keeps name and roles.", field="--again", remedy="Leave --role and --shown.")
    with options.people(make=not again) as people:
        done = people.invite_again(_by(), name) if again else people.invite(_by(), name, shown, _grants(role))
    options.tell(done)
    if options.json:
        print_json({"subject": name, "code": done.code.reveal(), "until": when(done.until_us)})
    else:
        print(done.code.reveal())


@app.command
def grant(name: str, role: str, *, at: str = EVERYWHERE, options: PeopleOptions = PeopleOptions()) -> None:
    """Give a role; the person signs in again.

    Example: mintage people grant bob operator --at alder

    Args:
        name: login.
        role: role.
        at: site, for roles that are given by site; all sites where left out.
    """
    with options.people() as people:
        options.say(people.grant(_by(), name, role, at))


@app.command
def revoke(name: str, role: str, *, at: str = EVERYWHERE, options: PeopleOptions = PeopleOptions()) -> None:
    """Take a role away; the person signs in again. The last administrator stays one.

    Example: mintage people revoke bob operator --at alder

    Args:
        name: login.
        role: role.
        at: site, for roles that were given by site.
    """
    with options.people() as people:
        options.say(people.revoke(_by(), name, role, at))


@app.command
def disable(name: str, *, options: PeopleOptions = PeopleOptions()) -> None:
    """Keep somebody out: sessions end, tokens are worth nothing. The last administrator cannot be kept out.

    Example: mintage people disable bob

    Args:
        name: login.
    """
    with options.people() as people:
        options.say(people.disable_person(_by(), name))


@app.command
def enable(name: str, *, options: PeopleOptions = PeopleOptions()) -> None:
    """Let somebody in again, also after too many wrong passwords.

    Example: mintage people enable bob

    Args:
        name: login.
    """
    with options.people() as people:
        options.say(people.enable_person(_by(), name))


@app.command(name="remove-factor")
def remove_factor(name: str, *, options: PeopleOptions = PeopleOptions()) -> None:
    """Remove the second factor of somebody who has lost the phone and the codes on paper.

    Example: mintage people remove-factor bob

    Args:
        name: login.
    """
    with options.people() as people:
        options.say(people.remove_totp(_by(), "", name))


@app.command
def token(
    name: str,
    label: str = "",
    *,
    right: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    at: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    days: int = 90,
    revoke: str = "",
    options: PeopleOptions = PeopleOptions(),
) -> None:
    """Make a token, which is printed once; revoke one; or list somebody's tokens.

    Example: mintage people token bob "night report" --right fleet.read --at alder --days 30

    Example: mintage people token bob

    Example: mintage people token bob --revoke t-5f2c81aa90d1

    Args:
        name: login of the person in whose name it acts.
        label: what it is for; without one the tokens are listed.
        right: right that it may use, e.g. fleet.read; may be repeated.
        at: site that it is for, all where left out; may be repeated.
        days: how long it is worth something.
        revoke: id of a token to make worthless.
    """
    with options.people() as people:
        if revoke:
            options.say(people.revoke_token(_by(), revoke, name))
            return
        if label:
            done = people.new_token(_by(), label, right, sites=at, days=days, name=name)
            options.tell(done)
            secret = done.secret.reveal()
            print_json({"token": done.token, "secret": secret}) if options.json else print(secret)
            return
        people.person(name)
        found = people.tokens(name)
    if options.json:
        print_json(found)
        return
    rows = [
        (t.id, t.label, ", ".join(t.rights), ", ".join(t.sites) or "all", when(t.until_us), when(t.used_us or None))
        for t in found
    ]
    heads = ("id", "for", "rights", "sites", "until (UTC)", "last used (UTC)")
    print_table(f"Tokens of {name}", heads, rows, left=len(heads))


@app.command
def sessions(
    name: str,
    *,
    end: str = "",
    end_all: Annotated[bool, Parameter(negative=())] = False,
    options: PeopleOptions = PeopleOptions(),
) -> None:
    """Where somebody is signed in; or end that.

    Example: mintage people sessions bob --end-all

    Args:
        name: login.
        end: id of a session to end.
        end_all: end all of them.
    """
    with options.people() as people:
        if end or end_all:
            options.say(people.end_sessions(_by(), name) if end_all else people.end_session(_by(), end, name))
            return
        people.person(name)
        found = people.sessions(name)
    if options.json:
        print_json(found)
        return
    rows = [(s.id, when(s.made_us), when(s.seen_us), when(s.until_us), s.address, s.agent) for s in found]
    heads = ("id", "since (UTC)", "last visit (UTC)", "until (UTC)", "address", "browser")
    print_table(f"Sessions of {name}", heads, rows, left=len(heads))


@app.command(name="setup-code")
def setup_code(*, options: PeopleOptions = PeopleOptions()) -> None:
    """A new code for the first run of the console, which makes the first administrator; the one before it is over.

    Example: mintage people setup-code
    """
    with options.people(make=True) as people:
        code = people.setup_code().reveal()
    print_json({"code": code}) if options.json else print(code)


def _by() -> Caller:
    """Whoever can write the files may do everything; who it was is recorded."""
    return Caller(name=actor(), grants=(Grant(ADMINISTRATOR),), via="command")


def _grants(roles: Iterable[str]) -> tuple[Grant, ...]:
    parts = (role.partition("@") for role in roles)
    return tuple(Grant(role, site if at else EVERYWHERE) for role, at, site in parts)


def _password(name: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass(f"Password of {name}: ")
    if getpass("Again: ") != password:
        raise InputError("the two are not the same.", field="password", remedy="Type it again.")
    return password


def _factor(person: Person) -> str:
    return f"app, {person.recovery_codes} codes on paper" if person.second_factor else "none"
