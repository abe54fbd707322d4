"""Settings: one's own account and tokens, people and roles, the server."""

from __future__ import annotations

from typing import Annotated

import msgspec

from mintage.api.access import Asked, needs
from mintage.api.problems import NotFound
from mintage.api.reply import ApiRouter, ToldOnce, body_of
from mintage.desk import settings
from mintage.desk.settings import Account, PeopleList, PersonDetail, System
from mintage.people.done import Done
from mintage.people.roles import EVERYWHERE, Grant
from mintage.people.tokens import Token
from mintage.units.errors import InputError

router = ApiRouter(tags=["settings"])


class TokenBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token to be made.

    Attributes:
        label: what it is for.
        rights: the rights that it may use.
        sites: the sites that it is for; none for all.
        days: how long it is worth something.
    """

    label: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    rights: Annotated[list[str], msgspec.Meta(max_length=100)]
    sites: Annotated[list[str], msgspec.Meta(max_length=100)] = []
    days: Annotated[int, msgspec.Meta(ge=1, le=366)] = 90


class TokenMade(ToldOnce, frozen=True, kw_only=True):
    """A token that was made.

    Attributes:
        token: as it is listed.
        secret: what the program sends; told this once.
    """

    token: Token
    secret: str


class InviteBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody to be invited.

    Attributes:
        name: login.
        shown: name as shown.
        grants: roles from the beginning.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    shown: Annotated[str, msgspec.Meta(max_length=120)] = ""
    grants: Annotated[list[Grant], msgspec.Meta(max_length=50)] = []


class Invitation(ToldOnce, frozen=True, kw_only=True):
    """An invitation.

    Attributes:
        name: who is invited.
        href: address at which he or she sets a password; told this once.
        until_us: when it ends, microseconds since 1970 UTC.
    """

    name: str
    href: str
    until_us: int


class GrantBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A role to be given or taken.

    Attributes:
        role: which.
        site: at which site; "*" for all.
        remove: take it away instead of giving it.
    """

    role: Annotated[str, msgspec.Meta(max_length=40)]
    site: Annotated[str, msgspec.Meta(max_length=64)] = EVERYWHERE
    remove: bool = False


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What was changed.

    Attributes:
        action: the operation's id.
        subject: to whom or what.
        detail: a few words.
    """

    action: str
    subject: str
    detail: str


@router.get("/settings")
def my_account(asked: Asked = needs("self.write")) -> Account:
    """One's own account: rights, sessions, tokens."""
    return settings.account(asked.company, asked.caller)


@router.post("/settings/tokens", status_code=201)
def make_token(asked: Asked = needs("self.write"), told: TokenBody = body_of(TokenBody)) -> TokenMade:
    """Make a token for a program; its secret is told this once."""
    made = asked.company.people.new_token(asked.caller, told.label, told.rights, sites=told.sites, days=told.days)
    asked.company.record_of(made, asked.id)
    return TokenMade(token=made.token, secret=made.secret.reveal())


@router.post("/settings/tokens/{id}/revoke")
def revoke_token(id: str, asked: Asked = needs("self.write")) -> Changed:
    """Make one of one's own tokens worthless."""
    return changed(asked, asked.company.people.revoke_token(asked.caller, id))


@router.get("/settings/people")
def people(asked: Asked = needs("people.write")) -> PeopleList:
    """Everybody who works with the console, with roles."""
    return settings.people(asked.company)


@router.get("/settings/people/{name}")
def person(name: str, asked: Asked = needs("people.write")) -> PersonDetail:
    """One person, with sessions and tokens."""
    return known(asked, name)


@router.post("/settings/people", status_code=201)
def invite(asked: Asked = needs("people.write"), told: InviteBody = body_of(InviteBody)) -> Invitation:
    """Add somebody, who sets a password through a link that serves once."""
    made = asked.company.people.invite(asked.caller, told.name, told.shown, told.grants)
    asked.company.record_of(made, asked.id)
    return Invitation(name=made.subject, href=f"/invited?code={made.code.reveal()}", until_us=made.until_us)


@router.post("/settings/people/{name}/roles")
def change_role(name: str, asked: Asked = needs("people.write"), told: GrantBody = body_of(GrantBody)) -> Changed:
    """Give somebody a role, or take it away."""
    known(asked, name)
    act = asked.company.people.revoke if told.remove else asked.company.people.grant
    return changed(asked, act(asked.caller, name, told.role, told.site))


@router.post("/settings/people/{name}/disable")
def disable_person(name: str, asked: Asked = needs("people.write")) -> Changed:
    """Keep somebody out: sessions end, tokens are worth nothing."""
    known(asked, name)
    return changed(asked, asked.company.people.disable_person(asked.caller, name))


@router.post("/settings/people/{name}/enable")
def enable_person(name: str, asked: Asked = needs("people.write")) -> Changed:
    """Let somebody in again."""
    known(asked, name)
    return changed(asked, asked.company.people.enable_person(asked.caller, name))


@router.get("/settings/system")
def system(asked: Asked = needs("settings.read")) -> System:
    """The server: version, sites, feeds and files."""
    return settings.system(asked.company)


def known(asked: Asked, name: str) -> PersonDetail:
    """One person.

    Raises:
        NotFound: nobody has that name.
    """
    try:
        return settings.person(asked.company, name)
    except InputError as error:
        raise NotFound(error.problem, field="name") from error


def changed(asked: Asked, done: Done) -> Changed:
    """What was changed, on the record."""
    asked.company.record_of(done, asked.id)
    return Changed(action=done.action, subject=done.subject, detail=done.detail)
