"""Settings: one's own account, people and their roles, sites and feeds, and the server itself."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import msgspec

from mintage import __version__
from mintage.desk.company import Company
from mintage.fleet.board.page import Filters, facets
from mintage.market.service import last_price, price_sources
from mintage.people.caller import Caller
from mintage.people.roles import Right, Role, role_book
from mintage.people.sessions import Session
from mintage.people.store import Person
from mintage.people.tokens import Token


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One's own account.

    Attributes:
        name: login.
        shown: name as shown.
        via: how one came in: session, token or demo.
        person: what is kept of the person; None in a demonstration.
        rights: the rights that one has anywhere, with what they allow.
        sessions: one's sessions.
        session: id of the one that asks.
        tokens: one's tokens.
        roles: what each role is.
    """

    name: str
    shown: str
    via: str
    person: Person | None
    rights: dict[str, Right]
    sessions: tuple[Session, ...]
    session: str
    tokens: tuple[Token, ...]
    roles: dict[str, Role]


class PeopleList(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody who works with the console.

    Attributes:
        people: by name.
        roles: what each role is.
        rights: what each right allows.
        sites: sites that a role can be given for.
    """

    people: tuple[Person, ...]
    roles: dict[str, Role]
    rights: dict[str, Right]
    sites: list[str]


class PersonDetail(msgspec.Struct, frozen=True, kw_only=True):
    """One person, as who keeps people sees it.

    Attributes:
        person: what is kept.
        sessions: where he or she is signed in.
        tokens: the tokens.
        roles: what each role is.
        sites: sites that a role can be given for.
    """

    person: Person
    sessions: tuple[Session, ...]
    tokens: tuple[Token, ...]
    roles: dict[str, Role]
    sites: list[str]


class SiteSetting(msgspec.Struct, frozen=True, kw_only=True):
    """A site that the server works with.

    Attributes:
        name: its name.
        region: its region.
        cooling: how it is cooled.
        attended: whether its agent runs.
        machines: machines on the board.
        users: who may act according to the site's own file, with roles.
        pools: its accounts at pools: name, adapter, and the variable that holds the token.
        meters: its meters.
        headquarters: where it uploads to; "" where this machine is headquarters.
        problem: why it cannot be worked with, "" where it can.
    """

    name: str
    region: str = ""
    cooling: str = ""
    attended: bool = False
    machines: int = 0
    users: dict[str, list[str]] = {}
    pools: list[dict[str, str]] = []
    meters: list[str] = []
    headquarters: str = ""
    problem: str = ""


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """Where prices come from.

    Attributes:
        name: the source.
        kind: bitcoin or power.
        last: when it told something last, ISO date; "" for never.
    """

    name: str
    kind: Literal["bitcoin", "power"]
    last: str = ""


class FileSetting(msgspec.Struct, frozen=True, kw_only=True):
    """A file or folder that the server keeps.

    Attributes:
        what: what it is.
        path: its name, without the way to it.
        size_bytes: its size; None where it is not there.
    """

    what: str
    path: str
    size_bytes: int | None


class System(msgspec.Struct, frozen=True, kw_only=True):
    """The server itself.

    Attributes:
        version: of Mintage.
        python: of Python.
        demo: whether it is a demonstration.
        facts: facts in the journal.
        head: hash of the last one, hex.
        viewers: who watches live state now.
        sites: the sites.
        feeds: where prices come from.
        files: what it keeps.
    """

    version: str
    python: str
    demo: bool
    facts: int
    head: str
    viewers: int
    sites: list[SiteSetting]
    feeds: list[Feed]
    files: list[FileSetting]


def account(company: Company, caller: Caller) -> Account:
    """One's own account."""
    kept = caller.via != "demo"
    return Account(
        name=caller.name,
        shown=caller.shown or caller.name,
        via=caller.via,
        person=company.people.person(caller.name) if kept else None,
        rights={name: right for name, right in role_book().right.items() if caller.may(name)},
        sessions=company.people.sessions(caller.name) if kept else (),
        session=caller.session,
        tokens=company.people.tokens(caller.name) if kept else (),
        roles=role_book().role,
    )


def people(company: Company) -> PeopleList:
    """Everybody."""
    book = role_book()
    return PeopleList(people=company.people.people(), roles=book.role, rights=book.right, sites=_sites(company))


def person(company: Company, name: str) -> PersonDetail:
    """One person.

    Raises:
        InputError: nobody has that name.
    """
    found = company.people.person(name)
    return PersonDetail(
        person=found,
        sessions=company.people.sessions(name),
        tokens=company.people.tokens(name),
        roles=role_book().role,
        sites=_sites(company),
    )


def system(company: Company) -> System:
    """The server, its sites and its files."""
    facts, head = company.journal.head()
    return System(
        version=__version__,
        python=sys.version.partition(" ")[0],
        demo=company.demo is not None,
        facts=facts,
        head=head.hex() if facts else "",
        viewers=company.hub.watching,
        sites=_site_settings(company),
        feeds=_feeds(company),
        files=[
            _file("journal", company.settings.db),
            _file("console", company.settings.state),
            *(_file(f"site {name}", desk.folder) for name, desk in company.sites.all().items()),
        ],
    )


def _sites(company: Company) -> list[str]:
    return sorted(company.sites.all())


def _site_settings(company: Company) -> list[SiteSetting]:
    counts = facets(company.board.view, Filters(), ["site"])["site"]
    found = [
        SiteSetting(
            name=name,
            region=desk.site.region,
            cooling=desk.site.cooling,
            attended=desk.attended,
            machines=counts.get(name, 0),
            users={user.name: list(user.roles) for user in desk.site.user},
            pools=[{"name": p.name, "adapter": p.adapter, "token_env": p.token_env} for p in desk.site.pool],
            meters=[meter.name for meter in desk.site.meter],
            headquarters=desk.site.headquarters.url if desk.site.headquarters else "",
        )
        for name, desk in sorted(company.sites.all().items())
    ]
    return [*found, *(SiteSetting(name=name, problem=text) for name, text in company.sites.problems().items())]


def _feeds(company: Company) -> list[Feed]:
    last = last_price(company.journal)
    found = []
    for name in price_sources(company.journal):
        day = last.day.isoformat() if last is not None and last.source == name else ""
        found.append(Feed(name=name, kind="bitcoin", last=day))
    return found


def _file(what: str, path: Path) -> FileSetting:
    size: int | None = None
    if path.is_dir():
        size = sum(item.stat().st_size for item in path.rglob("*") if item.is_file())
    elif path.exists():
        size = path.stat().st_size
    return FileSetting(what=what, path=path.name, size_bytes=size)
