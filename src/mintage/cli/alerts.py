"""`mintage alerts`: what is wrong at a site, who takes care of it, and what is not to be told meanwhile."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from cyclopts import App

from mintage.cli.options import actor
from mintage.cli.show import print_json, print_table, styled, verdict
from mintage.cli.site_desk import SiteDesk, open_desk, say_if_unattended, when
from mintage.cli.site_options import SiteOptions
from mintage.fleet.alerts import service
from mintage.fleet.alerts.courier import Courier
from mintage.fleet.alerts.rules import load_rules
from mintage.fleet.alerts.store import Alert
from mintage.fleet.alerts.words import Language
from mintage.fleet.control.roles import may
from mintage.wire.http import Web

app = App(name="alerts", help="What is wrong at a site, and who takes care of it.")
ROWS_MAX = 50
_COLOURS = {"critical": "bold red", "warning": "yellow", "info": "dim"}
_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        **{word: word for word in ("id", "severity", "since (UTC)", "until (UTC)", "taken care of", "what")},
        **{word: word for word in _COLOURS},
        "open": "Alerts of {site}",
        "over": "Alerts of {site}, over within {days} days",
        "by": "by {who}",
        "quiet": "quiet until {until}",
        "colon": ": ",
    },
    "zh": {
        "id": "編號",
        "severity": "嚴重度",
        "since (UTC)": "開始 (UTC)",
        "until (UTC)": "結束 (UTC)",
        "taken care of": "處理狀態",
        "what": "內容",
        "critical": "嚴重",
        "warning": "警告",
        "info": "提示",
        "open": "{site} 的警報",
        "over": "{site} 於 {days} 天內結束的警報",
        "by": "由 {who} 處理",
        "quiet": "靜音至 {until}",
        "colon": "：",
    },
}


@app.command(name="list")
def list_(
    *, history: bool = False, days: float = 7.0, language: Language = "en", options: SiteOptions = SiteOptions()
) -> int:
    """Alerts that stand, the worst first; exit 1 where a critical one stands that nobody has acknowledged.

    Example: mintage alerts list --site examples/site.toml

    Args:
        history: what is over instead.
        days: how many days back the history goes.
        language: en or zh.
    """
    desk, words = _reader(options), _WORDS[language]
    if history:
        since_us = desk.clock.now_us() - round(days * 86_400_000_000)
        found = service.history(desk.db, since_us=since_us)
    else:
        found = service.open_alerts(desk.db)
    if options.json:
        print_json({"site": desk.site.name, "alerts": [_row(alert) for alert in found]})
    else:
        say_if_unattended(options, desk.site, desk.latest.all(desk.site.name))
        rows = [
            (
                alert.id,
                styled(words[alert.severity], _COLOURS[alert.severity]),
                when(alert.opened_us),
                when(alert.closed_us) if history else _care(alert, desk.clock.now_us(), words),
                service.line(alert, language),
            )
            for alert in found
        ]
        heads = ("id", "severity", "since (UTC)", "until (UTC)" if history else "taken care of", "what")
        title = words["over" if history else "open"].format(site=desk.site.name, days=f"{days:g}")
        print_table(title, [words[head] for head in heads], rows, left=len(heads))
    return int(not history and any(alert.severity == "critical" and not alert.acked_by for alert in found))


@app.command
def show(id_: str, *, limit: int = ROWS_MAX, options: SiteOptions = SiteOptions()) -> None:
    """One alert: what to do, which machines were ever part of it, and what was sent.

    Example: mintage alerts show al-5f2c81aa --site examples/site.toml

    Args:
        id_: id of the alert.
        limit: print at most so many machines; JSON has them all.
    """
    desk = _reader(options)
    alert, members, messages = service.show(desk.db, id_)
    if options.json:
        print_json({"alert": _row(alert), "machines": members, "messages": messages})
        return
    rows = [(m.subject.label, m.detail_en, when(m.since_us), when(m.left_us)) for m in members[:limit]]
    notes = [f"{alert.severity}, {alert.state}, rule {alert.rule}. What to do: {alert.remedy_en}", alert.remedy_zh]
    if len(members) > limit:
        notes.append(f"{len(members) - limit} more machines are not printed.")
    heads = ("machine", "what", "since (UTC)", "until (UTC)")
    print_table(service.line(alert), heads, rows, note="\n".join(notes), left=len(heads))
    if messages:
        sent = [(m.kind, m.channel, when(m.made_us), m.state, m.tries, m.words) for m in messages]
        print_table("Messages", ("kind", "channel", "made (UTC)", "state", "tries", "at the last try"), sent, left=6)


@app.command
def ack(id_: str, *, reason: str = "", snooze_min: float = 0.0, options: SiteOptions = SiteOptions()) -> None:
    """Take care of an alert: it is told again only when it is over. With --snooze-min, have quiet for so long instead.

    Example: mintage alerts ack al-5f2c81aa --reason "the electrician is on the way"

    Args:
        id_: id of the alert.
        reason: a word on it.
        snooze_min: minutes of quiet, after which it is told again if it still stands.
    """
    desk = open_desk(options)
    if snooze_min:
        alert = service.snooze(desk, id_, who=actor(), for_s=snooze_min * 60)
    else:
        alert = service.ack(desk, id_, who=actor(), why=reason)
    if options.json:
        print_json(_row(alert))
    else:
        print(f"{alert.id}: {_care(alert, desk.clock.now_us())}")


@app.command
def maintain(
    scope: str = "",
    *,
    reason: str = "",
    begins: datetime | None = None,
    hours: float = 2.0,
    end: str = "",
    options: SiteOptions = SiteOptions(),
) -> None:
    """Announce maintenance: what happens to these machines meanwhile is no alert. Without a scope, list the windows.

    Example: mintage alerts maintain "rack=r1" --hours 4 --reason "new fans" --site examples/site.toml

    Example: mintage alerts maintain --end w-5f2c81aa

    Args:
        scope: machines: "all", or terms such as "rack=r1,r2"; "all" also quiets meters, feeders and parts.
        reason: why.
        begins: first instant, ISO 8601, UTC where it names no offset; now where left out.
        hours: how long.
        end: id of a window to end now.
    """
    desk = open_desk(options)
    if end:
        service.end_maintenance(desk, end, who=actor())
    elif scope:
        start = begins if begins is None or begins.tzinfo else begins.replace(tzinfo=UTC)
        from_us = round(start.timestamp() * 1_000_000) if start else desk.clock.now_us()
        to_us = from_us + round(timedelta(hours=hours).total_seconds() * 1_000_000)
        service.maintain(desk, scope=scope, from_us=from_us, to_us=to_us, who=actor(), why=reason)
    else:
        may(desk.site, actor(), "read")
    found, now_us = service.maintenance(desk.db), desk.clock.now_us()
    if options.json:
        print_json({"site": desk.site.name, "windows": found})
        return
    rows = [
        (w.id, w.scope, when(w.from_us), when(w.to_us), "open" if w.from_us <= now_us < w.to_us else "", w.who, w.why)
        for w in found
    ]
    heads = ("id", "machines", "from (UTC)", "to (UTC)", "", "by", "reason")
    print_table(f"Maintenance at {desk.site.name}", heads, rows, left=len(heads))


@app.command
def rules(*, file: Path | None = None, options: SiteOptions = SiteOptions()) -> None:
    """The rules that the site is judged by: built-in ones, changed and added to by its own file.

    Example: mintage alerts rules --site examples/site.toml

    Args:
        file: check this file of rules instead of the one that the site names.
    """
    site = options.load()
    own = file or (Path(site.alerts.rules) if site.alerts.rules else None)
    found = load_rules(own)
    if options.json:
        print_json({"site": site.name, "file": own, "rules": found.rule, "grouping": found.grouping})
        return
    rows = []
    for rule in found.rule:
        with_ = msgspec.to_builtins(rule.when)
        asks = ", ".join(f"{key}={_plain(value)}" for key, value in with_.items() if value not in (None, [], ()))
        rows.append((rule.id, rule.severity, asks, f"{rule.hold_s:g}", f"{rule.clear_s:g}", rule.scope, rule.title_zh))
    heads = ("rule", "severity", "condition", "hold s", "clear s", "machines", "名稱")
    note = f"built-in rules and {own}" if own else "built-in rules; [alerts] rules in the site's file adds others"
    print_table(f"Alert rules of {site.name}", heads, rows, note=note, left=len(heads))


@app.command(name="test")
def try_out(*, options: SiteOptions = SiteOptions()) -> int:
    """Send a test message to the webhook and the mail server of the site; exit 1 where one does not take it.

    Example: mintage alerts test --site examples/site.toml
    """
    desk = open_desk(options)
    message = service.test_message(desk, who=actor())

    async def send() -> dict[str, str]:
        async with Web() as web:
            return await Courier(desk.db, desk.site.alerts, desk.clock).try_out(web, message)

    found = asyncio.run(send())
    if options.json:
        print_json({"sent": [{"channel": name, "ok": not words, "problem": words} for name, words in found.items()]})
    else:
        rows = [(name, verdict(passed=not words), words) for name, words in found.items()]
        print_table("Test messages", ("channel", "", "problem"), rows, left=3)
    return int(any(found.values()))


def _reader(options: SiteOptions) -> SiteDesk:
    desk = open_desk(options)
    may(desk.site, actor(), "read")
    return desk


def _row(alert: Alert) -> dict[str, Any]:
    """An alert with its sentences; members by their subjects."""
    row: dict[str, Any] = msgspec.to_builtins(alert)
    row["text"] = {"en": service.line(alert), "zh": service.line(alert, "zh")}
    return row


def _care(alert: Alert, now_us: int, words: dict[str, str] = _WORDS["en"]) -> str:
    if alert.acked_by:
        by = words["by"].format(who=alert.acked_by)
        return by + (f"{words['colon']}{alert.acked_why}" if alert.acked_why else "")
    return words["quiet"].format(until=when(alert.snoozed_us)) if alert.snoozed_us > now_us else ""


def _plain(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
