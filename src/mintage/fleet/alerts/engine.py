"""From what rules find to alerts: held, gathered, grouped, told, repeated, cleared, and kept.

What an alert is and what is to be sent of it are written in one transaction: after a crash nothing is lost, and nothing
is told again that was told. Conditions that were still being held when the agent stopped are held anew.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

import msgspec

from mintage.fleet.alerts import store
from mintage.fleet.alerts.grouping import Census, Group, PlaceKind, census, group
from mintage.fleet.alerts.judge import Judge, Standing
from mintage.fleet.alerts.rules import Rule, Rules
from mintage.fleet.alerts.store import Alert, Member
from mintage.fleet.alerts.subjects import Gauge
from mintage.fleet.alerts.words import MessageKind, body, detail
from mintage.fleet.latest import Machine
from mintage.fleet.scope import parse_scope
from mintage.fleet.sites import AlertSettings, Site
from mintage.state.db import StateDb

GONE_S = 1800.0
"""A machine that is not there any more leaves its alerts after so long."""
_SECOND_US = 1_000_000
_RANK: dict[PlaceKind, int] = {"one": 0, "several": 1, "rack": 2, "feeder": 3, "site": 4}
"""A machine moves only to an alert that says more than the one it is in."""


class Engine:
    """Judges one site, or at headquarters all agents.

    Args:
        db: state file.
        name: what messages call the site.
        rules: the rules.
        settings: where alerts go.
        site: the site; None at headquarters.
        poll_s: seconds between polls of one machine.
    """

    def __init__(
        self, db: StateDb, name: str, rules: Rules, settings: AlertSettings, *, site: Site | None, poll_s: float
    ) -> None:
        self._db, self._name, self._rules = db, name, rules.by_id()
        self._grouping = rules.grouping
        self._gather_us = round((rules.grouping.gather_s or 1.5 * poll_s) * _SECOND_US)
        self._channels = [
            channel for channel, is_on in (("webhook", settings.webhook), ("mail", settings.smtp)) if is_on
        ]
        self._judge = Judge(rules, site)
        store.define(db)
        self._alerts: dict[str, Alert] = {}
        self._load()

    def round(
        self,
        now_us: int,
        machines: Sequence[Machine],
        gauges: Sequence[Gauge] = (),
        kept: Container[str] | None = None,
    ) -> None:
        """Judge everything once, and keep what follows.

        Args:
            now_us: the instant.
            machines: machines as they were polled last.
            gauges: what else there is.
            kept: machines that somebody keeps asleep; None where that is not known.

        Raises:
            StoreError: the state cannot be written; make a new engine, which begins where the file stands.
        """
        self._judge.look(now_us, machines, gauges, kept)
        quiet = self._quiet(now_us, machines)
        with self._db.transaction():
            self._heed_people()
            self._leave(now_us)
            among = None
            for rule in self._rules.values():
                ripe = self._ripe(rule, now_us, quiet)
                if ripe:
                    among = among or census(machines)
                    self._open(rule, ripe, among, now_us)
            self._repeat(now_us, quiet)

    def _load(self) -> None:
        """Begin where the file stands; alerts of rules that are gone end."""
        for found in store.alerts(self._db, ("open",), limit=100_000):
            table = self._judge.standing.get(found.rule)
            if table is None:
                store.update(self._db, found.id, state="closed", closed_us=found.opened_us)
                continue
            self._alerts[found.id] = found
            for member in found.members:
                table[member.subject.key] = Standing(
                    subject=member.subject, since_us=member.since_us, holds=False, alert=found.id
                )

    def _heed_people(self) -> None:
        """Read what people said of alerts since."""
        rows = self._db.rows("SELECT id, acked_by, snoozed_us FROM alert WHERE state = 'open'")
        for id_, acked_by, snoozed_us in rows:
            known = self._alerts.get(id_)
            if known and (known.acked_by, known.snoozed_us) != (acked_by, snoozed_us):
                self._alerts[id_] = msgspec.structs.replace(known, acked_by=acked_by, snoozed_us=snoozed_us)

    def _quiet(self, now_us: int, machines: Sequence[Machine]) -> set[str] | None:
        """Subjects under maintenance; None where all are."""
        scopes = [parse_scope(window.scope) for window in store.windows(self._db, now_us)]
        if any(not scope.terms for scope in scopes):
            return None
        return {machine.asset for machine in machines for scope in scopes if scope.holds(machine)}

    def _ripe(self, rule: Rule, now_us: int, quiet: set[str] | None) -> list[Standing]:
        """What has held long enough, when it and what began with it have been gathered."""
        if quiet is None:
            return []
        ripe = []
        for key, held in self._judge.standing[rule.id].items():
            if held.alert or now_us - held.since_us < rule.hold_s * _SECOND_US or key in quiet:
                continue
            if held.holds and not self._explained(rule, key):
                held.ripe_us = held.ripe_us if held.ripe_us is not None else now_us
                ripe.append(held)
        oldest_us = min((held.ripe_us for held in ripe if held.ripe_us is not None), default=now_us)
        return ripe if now_us - oldest_us >= self._gather_us else []

    def _explained(self, rule: Rule, key: str) -> bool:
        tables = (self._judge.standing.get(other, {}) for other in rule.unless)
        return any(key in table and (table[key].holds or table[key].alert) for table in tables)

    def _open(self, rule: Rule, ripe: Iterable[Standing], among: Census, now_us: int) -> None:
        """Make alerts of what is ripe, together with what began a short while ago."""
        table = self._judge.standing[rule.id]
        together_us = now_us - round(self._grouping.together_s * _SECOND_US)
        recent = {
            id_: found
            for id_, found in self._alerts.items()
            if found.rule == rule.id and found.opened_us > together_us and not found.acked_by
        }
        struck = [*ripe, *(held for held in table.values() if held.alert in recent)]
        for part in group((held.subject for held in struck), among, self._grouping):
            new = [table[subject.key] for subject in part.members if self._moves(table[subject.key], part)]
            if new:
                self._join(rule, part, new, recent, now_us)

    def _moves(self, held: Standing, part: Group) -> bool:
        """Whether a subject becomes part of an alert like this."""
        return not held.alert or _RANK[self._alerts[held.alert].kind] < _RANK[part.kind]

    def _join(self, rule: Rule, part: Group, new: list[Standing], recent: dict[str, Alert], now_us: int) -> None:
        still = (self._alerts[id_] for id_ in recent if id_ in self._alerts)
        into = next((found for found in still if (found.kind, found.place) == (part.kind, part.place)), None)
        is_new = into is None
        if into is None:
            into = Alert(
                id=store.new_id("al"),
                rule=rule.id,
                severity=rule.severity,
                kind=part.kind,
                place=part.place,
                title_en=rule.text("title", "en"),
                title_zh=rule.text("title", "zh"),
                remedy_en=rule.text("remedy", "en"),
                remedy_zh=rule.text("remedy", "zh"),
                opened_us=now_us,
            )
            store.add(self._db, into)
            recent[into.id] = into
        left = {held.alert for held in new if held.alert}
        for held in new:
            if held.alert:
                self._drop(held, now_us)
            held.alert = into.id
        members = tuple(self._member(rule, held) for held in new)
        store.save_members(self._db, into.id, members)
        into = self._alerts[into.id] = msgspec.structs.replace(into, members=(*into.members, *members))
        for id_ in left:
            self._end_if_empty(id_, now_us, joined=into.id)
        if is_new:
            self._tell(into, "opened", now_us)
        elif len(into.members) >= max(2 * into.told_count, into.told_count + self._grouping.least):
            self._tell(into, "grown", now_us)

    @staticmethod
    def _member(rule: Rule, held: Standing) -> Member:
        return Member(
            subject=held.subject,
            detail_en=detail(rule, held.findings, "en"),
            detail_zh=detail(rule, held.findings, "zh"),
            since_us=held.since_us,
        )

    def _leave(self, now_us: int) -> None:
        """Let go what has been clear, or not there, for long enough."""
        ended = set()
        for rule in self._rules.values():
            table = self._judge.standing[rule.id]
            for key, held in list(table.items()):
                is_clear = held.clear_us is not None and now_us - held.clear_us >= rule.clear_s * _SECOND_US
                is_gone = held.gone_us is not None and now_us - held.gone_us >= GONE_S * _SECOND_US
                if held.alert and (is_clear or is_gone):
                    self._drop(held, now_us)
                    ended.add(held.alert)
                    del table[key]
        for id_ in sorted(ended):
            self._end_if_empty(id_, now_us)

    def _drop(self, held: Standing, now_us: int) -> None:
        found, key = self._alerts[held.alert], held.subject.key
        self._db.execute("UPDATE alert_member SET left_us = ? WHERE alert = ? AND subject = ?", (now_us, found.id, key))
        members = tuple(member for member in found.members if member.subject.key != key)
        kept = members or found.members  # the last ones are still named when the end is told
        self._alerts[found.id] = msgspec.structs.replace(found, members=kept)
        if not members:
            self._alerts[found.id] = msgspec.structs.replace(self._alerts[found.id], state="closed")

    def _end_if_empty(self, id_: str, now_us: int, *, joined: str = "") -> None:
        found = self._alerts[id_]
        if found.state == "open":
            return
        state = "joined" if joined else "closed"
        if not joined and found.told_us:
            self._tell(found, "cleared", now_us)
        store.update(self._db, id_, state=state, closed_us=now_us, joined=joined)
        del self._alerts[id_]

    def _repeat(self, now_us: int, quiet: set[str] | None) -> None:
        """Tell again what nobody has acknowledged, and what somebody wanted to hear of later."""
        for found in list(self._alerts.values()):
            repeat_us = round(self._rules[found.rule].repeat_s * _SECOND_US)
            is_due = bool(repeat_us) and now_us >= found.told_us + repeat_us
            if found.snoozed_us:
                is_due = now_us >= found.snoozed_us
            is_quiet = quiet is None or all(member.subject.key in quiet for member in found.members)
            if is_due and not found.acked_by and not is_quiet:
                self._tell(found, "reminder", now_us)

    def _tell(self, alert: Alert, kind: MessageKind, now_us: int) -> None:
        """Put a message into the queue of each channel, unless somebody asked for quiet."""
        if alert.snoozed_us > now_us and kind != "cleared":
            return
        count = len(alert.members)
        store.update(self._db, alert.id, told_us=now_us, told_count=count, snoozed_us=0)
        self._alerts[alert.id] = msgspec.structs.replace(alert, told_us=now_us, told_count=count, snoozed_us=0)
        for channel in self._channels:
            id_ = store.new_id("msg")
            text = msgspec.json.encode(body(alert, site=self._name, kind=kind, id_=id_, at_us=now_us)).decode()
            store.queue(self._db, id_=id_, alert=alert.id, kind=kind, channel=channel, body=text, now_us=now_us)
