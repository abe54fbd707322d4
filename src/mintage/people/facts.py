"""What people do through the console, the API and the command line, for the record of who did what."""

from __future__ import annotations

from typing import Literal

from mintage.journal.fact import FactData, fact

Outcome = Literal["done", "refused"]
Way = Literal["session", "token", "demo", "setup", "command"]


@fact("people.acted")
class Acted(FactData):
    """Somebody changed something, or was refused. It moves nothing and never holds a secret; who is the fact's actor.

    Attributes:
        action: the operation's id, e.g. "fleet.reboot", "books.close" or "people.granted".
        subject: what it was done to, e.g. a machine, a period or a person.
        outcome: "done", or "refused" where it was not allowed.
        via: how the actor was known: a session, a token, a demonstration, the first-run setup, the command line.
        request: id of the request, which log lines share.
        detail: a few words on what was changed.
        site: the site that it was done at, "" where it is the company's.
    """

    action: str
    subject: str
    outcome: Outcome
    via: Way
    request: str
    detail: str = ""
    site: str = ""
