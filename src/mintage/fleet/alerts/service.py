"""What people say to alerts and ask of them: acknowledge, snooze, maintenance, what stands, what was."""

from __future__ import annotations

from typing import Any

import msgspec

from mintage.fleet.alerts import store
from mintage.fleet.alerts.store import Alert, Member, Window
from mintage.fleet.alerts.words import headline, test_body
from mintage.fleet.control.reasons import remark, said
from mintage.fleet.control.roles import may
from mintage.fleet.control.store import Desk
from mintage.fleet.scope import parse_scope
from mintage.state.db import StateDb
from mintage.units.errors import InputError

SNOOZE_S_MAX = 30 * 86_400
WINDOW_S_MAX = 90 * 86_400
_SECOND_US = 1_000_000


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message of an alert.

    Attributes:
        id: its id.
        kind: opened, grown, reminder or cleared.
        channel: webhook or mail.
        made_us: when it was made.
        tries: how often it was tried.
        state: queued, sent or given up.
        words: why it was not taken at the last try, "" where it was.
    """

    id: str
    kind: str
    channel: str
    made_us: int
    tries: int
    state: str
    words: str


def open_alerts(db: StateDb) -> list[Alert]:
    """Alerts that stand, the worst and newest first."""
    store.define(db)
    order = {"critical": 0, "warning": 1, "info": 2}
    return sorted(store.alerts(db, ("open",)), key=lambda found: order[found.severity])


def history(db: StateDb, *, since_us: int = 0, limit: int = 200) -> list[Alert]:
    """Alerts that are over since an instant, the newest first."""
    store.define(db)
    return store.alerts(db, ("closed", "joined"), since_us=since_us, limit=limit)


def about(db: StateDb, subject: str, *, limit: int = 100) -> list[Alert]:
    """Alerts of which a machine or gauge is or was part, the newest first."""
    store.define(db)
    return store.alerts_of(db, subject, limit)


def show(db: StateDb, id_: str) -> tuple[Alert, list[Member], list[Message]]:
    """One alert, everybody who was ever part of it, and what was sent of it.

    Raises:
        InputError: there is none with that id.
    """
    store.define(db)
    found = store.alert(db, id_)
    rows = db.rows(
        "SELECT id, kind, channel, made_us, tries, state, words FROM alert_message WHERE alert = ? ORDER BY number",
        (id_,),
    )
    messages = [Message(**dict(zip(Message.__struct_fields__, row, strict=True))) for row in rows]
    return found, store.all_members(db, id_), messages


def ack(desk: Desk, id_: str, *, who: str, why: str = "") -> Alert:
    """Say that somebody takes care of it: it is not told again until it is clear.

    Raises:
        InputError: no right, or it does not stand.
    """
    may(desk.site, who, "act")
    return _said(desk, id_, acked_by=who, acked_us=desk.clock.now_us(), acked_why=remark(why))


def snooze(desk: Desk, id_: str, *, who: str, for_s: float) -> Alert:
    """Have quiet for a while: if it stands then, it is told again.

    Raises:
        InputError: no right, too long, or it does not stand.
    """
    may(desk.site, who, "act")
    if not 0 < for_s <= SNOOZE_S_MAX:
        raise InputError(f"{for_s:g} s is not between 1 s and {SNOOZE_S_MAX // 86_400} days.", field="for")
    return _said(desk, id_, snoozed_us=desk.clock.now_us() + round(for_s * _SECOND_US))


def maintain(desk: Desk, *, scope: str, from_us: int, to_us: int, who: str, why: str) -> Window:
    """Announce maintenance: what happens to these machines meanwhile is no alert.

    Raises:
        InputError: no right, no reason, a scope that cannot be read, or a time that cannot be.
    """
    may(desk.site, who, "act")
    parse_scope(scope)
    now_us = desk.clock.now_us()
    if to_us <= max(from_us, now_us):
        raise InputError("the window ends before it begins, or has ended.", field="to")
    if to_us - from_us > WINDOW_S_MAX * _SECOND_US:
        remedy = "For longer, take the machines out of the rules' scope."
        raise InputError(f"a window is at most {WINDOW_S_MAX // 86_400} days.", field="to", remedy=remedy)
    store.define(desk.db)
    made = Window(id=store.new_id("w"), scope=scope, from_us=from_us, to_us=to_us, who=who, why=said(why))
    desk.db.execute(
        "INSERT INTO alert_window (id, scope, from_us, to_us, who, why) VALUES (?, ?, ?, ?, ?, ?)",
        msgspec.structs.astuple(made),
    )
    return made


def end_maintenance(desk: Desk, id_: str, *, who: str) -> None:
    """End a window now; what still holds then is an alert.

    Raises:
        InputError: no right, or no such window.
    """
    may(desk.site, who, "act")
    store.define(desk.db)
    now_us = desk.clock.now_us()
    if not desk.db.execute("UPDATE alert_window SET to_us = ? WHERE id = ? AND to_us > ?", (now_us, id_, now_us)):
        raise InputError(f"there is no window '{id_}' to end.", field="id", remedy="See `mintage alerts maintain`.")


def maintenance(db: StateDb) -> list[Window]:
    """All windows, the newest first."""
    store.define(db)
    return store.windows(db)


def test_message(desk: Desk, *, who: str) -> dict[str, Any]:
    """A message that only shows that messages arrive (`Courier.try_out` sends it).

    Raises:
        InputError: no right, or alerts go nowhere.
    """
    may(desk.site, who, "act")
    if not desk.site.alerts.webhook and not desk.site.alerts.smtp:
        raise InputError("alerts of this site go nowhere.", remedy="Set webhook or smtp under [alerts] in its file.")
    return test_body(desk.site.name, who, id_=store.new_id("msg"), at_us=desk.clock.now_us())


def line(alert: Alert, language: str = "en") -> str:
    """An alert in one line."""
    return headline(alert, "zh" if language == "zh" else "en")


def _said(desk: Desk, id_: str, **values: str | int | None) -> Alert:
    store.define(desk.db)
    if not store.update(desk.db, id_, **values):
        found = store.alert(desk.db, id_)
        raise InputError(f"{id_} does not stand any more: it is {found.state}.", field="id")
    return store.alert(desk.db, id_)
