"""Settings: one's own account, people and roles, sites and feeds."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from mintage.api.access import Asked, form_of, keep_session, needs
from mintage.api.routes.settings import known
from mintage.console.shell import Page, PageRouter, show
from mintage.desk import settings
from mintage.people.done import Done, Recovery
from mintage.people.roles import EVERYWHERE, Grant
from mintage.units.errors import InputError

router = PageRouter("settings")


@router.get("/settings")
def account(asked: Asked = needs("self.write")) -> Page:
    """One's own account."""
    return Page(template="settings/account.html", answer=settings.account(asked.company, asked.caller))


@router.get("/settings/people")
def people(asked: Asked = needs("people.write")) -> Page:
    """Everybody, and an invitation to one more."""
    return Page(template="settings/people.html", answer=settings.people(asked.company))


@router.get("/settings/people/{name}")
def person(name: str, asked: Asked = needs("people.write")) -> Page:
    """One person."""
    return Page(template="settings/person.html", answer=known(asked, name))


@router.get("/settings/system")
def system(asked: Asked = needs("settings.read")) -> Page:
    """The server, its sites, feeds and files."""
    return Page(template="settings/system.html", answer=settings.system(asked.company))


@router.post("/settings/password")
def password(asked: Asked = needs("self.write"), form: FormData = form_of()) -> Response:
    """Change one's own password."""
    _insist_kept(asked)
    done = asked.company.people.change_password(asked.caller, _text(form, "old"), _text(form, "new"))
    return _back(asked, done, "/settings", "password")


@router.post("/settings/factor")
def factor(asked: Asked = needs("self.write"), form: FormData = form_of()) -> Page | Response:
    """Enrol, confirm or remove a second factor, as the button says."""
    company = asked.company
    _insist_kept(asked)
    what, secret = _text(form, "what"), _text(form, "password")
    if what == "offer":
        offered = company.people.enrol_totp(asked.caller, secret)
        company.record_of(offered, asked.id)
        return Page(template="settings/factor.html", more={"offered": offered})
    if what == "confirm":
        return _codes(asked, company.people.confirm_totp(asked.caller, _text(form, "code")))
    if what == "codes":
        return _codes(asked, company.people.new_recovery_codes(asked.caller, secret))
    return _back(asked, company.people.remove_totp(asked.caller, secret), "/settings", "factor")


@router.post("/settings/tokens")
def token(asked: Asked = needs("self.write"), form: FormData = form_of()) -> Page:
    """Make a token, and show its secret this once."""
    _insist_kept(asked)
    days = _text(form, "days") or "90"
    if not days.isdigit():
        raise InputError(f"'{days[:20]}' is not a number of days.", field="days", remedy="Give 1 to 366.")
    made = asked.company.people.new_token(
        asked.caller, _text(form, "label"), _texts(form, "right"), sites=_texts(form, "site"), days=int(days)
    )
    asked.company.record_of(made, asked.id)
    return Page(template="settings/token.html", more={"token": made.token, "secret": made.secret.reveal()})


@router.post("/settings/tokens/revoke")
def revoke(asked: Asked = needs("self.write"), form: FormData = form_of()) -> Response:
    """Make a token worthless."""
    return _back(asked, asked.company.people.revoke_token(asked.caller, _text(form, "id")), "/settings", "token")


@router.post("/settings/sessions/end")
def end_session(asked: Asked = needs("self.write"), form: FormData = form_of()) -> Response:
    """End one of one's sessions, or all others."""
    people_ = asked.company.people
    id_ = _text(form, "id")
    done = people_.end_session(asked.caller, id_) if id_ else people_.end_sessions(asked.caller)
    return _back(asked, done, "/settings", "session")


@router.post("/settings/people")
def invite(asked: Asked = needs("people.write"), form: FormData = form_of()) -> Page:
    """Invite somebody, and show the link this once."""
    grants = [Grant(role, _text(form, "at") or EVERYWHERE) for role in _texts(form, "role")]
    made = asked.company.people.invite(asked.caller, _text(form, "name"), _text(form, "shown"), grants)
    return _invited(asked, made)


@router.post("/settings/people/{name}")
def change_person(name: str, asked: Asked = needs("people.write"), form: FormData = form_of()) -> Page | Response:
    """Change a person's roles, keep him or her out or let in, or make another link, as the button says."""
    keeping = asked.company.people
    known(asked, name)
    what, role, site = _text(form, "what"), _text(form, "role"), _text(form, "at") or EVERYWHERE
    if what == "link":
        return _invited(asked, keeping.invite_again(asked.caller, name))
    acts = {
        "grant": lambda: keeping.grant(asked.caller, name, role, site),
        "revoke": lambda: keeping.revoke(asked.caller, name, role, site),
        "disable": lambda: keeping.disable_person(asked.caller, name),
        "enable": lambda: keeping.enable_person(asked.caller, name),
        "sessions": lambda: keeping.end_sessions(asked.caller, name),
    }
    if what not in acts:
        raise InputError(f"'{what[:20]}' is nothing that can be done to a person.", field="what")
    return _back(asked, acts[what](), f"/settings/people/{quote(name)}", "person")


def _invited(asked: Asked, made: Done) -> Page:
    asked.company.record_of(made, asked.id)
    return Page(template="settings/invited.html", more={"made": made})


def _insist_kept(asked: Asked) -> None:
    """Insist that the caller is somebody of whom things are kept.

    Raises:
        InputError: it is a demonstration, where there are no accounts.
    """
    if asked.caller.via == "demo":
        raise InputError("a demonstration keeps no accounts.", remedy="Run `mintage serve` without --demo.")


def _back(asked: Asked, done: Done, path: str, word: str) -> Response:
    asked.company.record_of(done, asked.id)
    reply = RedirectResponse(f"{path}?{urlencode({'done': word})}", 303)
    keep_session(asked.request, reply, done.cookie)
    return reply


def _codes(asked: Asked, made: Recovery) -> Response:
    """The codes on paper, shown this once; the browser may get another session with them."""
    asked.company.record_of(made, asked.id)
    page = Page(template="settings/codes.html", more={"codes": [code.reveal() for code in made.codes]})
    reply = show(asked.request, page, asked.caller, "settings")
    keep_session(asked.request, reply, made.cookie)
    return reply


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value[:1_000] if isinstance(value, str) else ""


def _texts(form: FormData, name: str) -> list[str]:
    return [value[:100] for value in form.getlist(name) if isinstance(value, str)]
