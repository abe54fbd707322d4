"""Standing rules of a site, as data: what is shed without anybody asking, when, and who may signal.

The file is TOML; `examples/curtail.toml` is a whole one. Who administers the site hands it to the agent with
`mintage curtail rules FILE`; what is in force, and who put it there, is kept in the site's state.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec.structs import replace

from mintage.fleet.curtail.asks import Ask, Full, Manner, Shed, check_ask
from mintage.fleet.sites import Slug
from mintage.units.errors import InputError
from mintage.units.toml import read_toml

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
RULES_MAX = 100


class Window(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hours of some days.

    Attributes:
        days: days on which it begins.
        start: first minute, 14:00:00 (a TOML time, without quotes).
        end: minute after the last; one that is not after the start lies on the next day.
        zone: time zone of both, as the tz database names it.
    """

    days: tuple[Day, ...] = DAYS
    start: time
    end: time
    zone: str = "UTC"


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that is shed without anybody asking.

    Attributes:
        name: its name.
        shed: how much.
        reason: why; it stands in the proof.
        scope: which machines.
        when: windows in which it holds; none means always, as far as there is anything to shed.
        manner: how machines are shed and come back, where this rule differs from the site.
    """

    name: Slug
    shed: Shed
    reason: str
    scope: str = "all"
    when: tuple[Window, ...] = ()
    manner: Manner | None = None


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody outside who may signal: a grid operator, an aggregator, a price feed.

    Attributes:
        name: its name; over HTTP the user of the same name signals for it.
        may: what it may say.
        secret_env: environment variable with the secret that signs its messages over MQTT; "" where it only uses HTTP.
        kw_max: most that it may ask to be shed.
        scope: machines that it may shed.
        age_max_s: older messages, and those so far ahead, are refused.
        manner: how machines are shed and come back, where it differs from the site.
    """

    name: Slug
    may: tuple[Literal["shed", "restore", "price"], ...] = ("shed", "restore")
    secret_env: str = ""
    kw_max: Annotated[int, msgspec.Meta(gt=0)]
    scope: str = "all"
    age_max_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 120.0
    manner: Manner | None = None


class Mqtt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A broker whose topic carries signals.

    Attributes:
        host: where it is.
        port: its TCP port.
        topic: topic to listen to.
        user_env: environment variable with the user's name; "" for none.
        password_env: environment variable with the password; "" for none.
        tls: whether the connection is encrypted.
        trust: PEM file of the certificate authority; the system's where "".
    """

    host: str
    port: Annotated[int, msgspec.Meta(gt=0, lt=65536)] = 8883
    topic: str
    user_env: str = ""
    password_env: str = ""
    tls: bool = True
    trust: str = ""


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rules of a site.

    Attributes:
        manner: how machines are shed and come back, whoever asks.
        rule: what is shed without anybody asking.
        source: who may signal.
        mqtt: where signals come from beside HTTP.
    """

    manner: Manner = Manner()
    rule: tuple[Rule, ...] = ()
    source: tuple[Source, ...] = ()
    mqtt: Mqtt | None = None

    @property
    def names(self) -> list[str]:
        """Names of all rules and sources."""
        return [rule.name for rule in self.rule] + [source.name for source in self.source]


def load_rules(path: Path) -> Rules:
    """Read a file of rules; MQTT's `trust` is an absolute path from then on, a relative one lies beside the file.

    Raises:
        InputError: it is not there, is not TOML, or says what cannot be.
    """
    rules = read_toml(path, Rules, "curtailment rules", "examples/curtail.toml", check_rules)
    mqtt = rules.mqtt
    if mqtt and mqtt.trust:
        rules = replace(rules, mqtt=replace(mqtt, trust=str(path.parent.absolute() / mqtt.trust)))
    return rules


def check_rules(rules: Rules) -> None:
    """Names are used once, scopes and zones can be read, and rules ask for what can be meant.

    Raises:
        InputError: otherwise.
    """
    names = rules.names
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise InputError("this name is used twice.", field=twice, remedy="Give each rule and source its own.")
    if len(names) > RULES_MAX:
        raise InputError(f"these are more than {RULES_MAX} rules and sources.")
    for rule in rules.rule:
        check_ask(ask_of(rules, rule, until_us=None), 0)
        for window in rule.when:
            _zone(window.zone, rule.name)
    _check_mqtt(rules)
    for source in rules.source:
        manner = source.manner or rules.manner
        check_ask(Ask(shed=Full(), reason="-", scope=source.scope, manner=manner), 0)


def _check_mqtt(rules: Rules) -> None:
    mqtt = rules.mqtt
    if mqtt is None:
        return
    if not any(source.secret_env for source in rules.source):
        raise InputError("no source has a secret that its messages over MQTT are sealed with.", field="source")
    if mqtt.password_env and not mqtt.tls and mqtt.host not in ("127.0.0.1", "::1", "localhost"):
        raise InputError("without TLS the password would cross the network in the clear.", field="mqtt.tls")


def ask_of(rules: Rules, rule: Rule, until_us: int | None) -> Ask:
    """What a rule asks for."""
    return Ask(
        shed=rule.shed,
        reason=rule.reason,
        scope=rule.scope,
        trigger="schedule" if rule.when else "rule",
        rule=rule.name,
        until_us=until_us,
        manner=rule.manner or rules.manner,
    )


def window_end_us(windows: tuple[Window, ...], now_us: int) -> int | None:
    """When the window that an instant lies in ends; None where it lies in none."""
    now = datetime.fromtimestamp(now_us / 1e6, UTC)
    ends = [end for window in windows for start, end in _spans(window, now) if start <= now < end]
    return round(max(ends).timestamp() * 1e6) if ends else None


def _spans(window: Window, now: datetime) -> list[tuple[datetime, datetime]]:
    """Where a window lies around an instant: the one that began yesterday, and today's."""
    zone = _zone(window.zone, "when")
    today = now.astimezone(zone).date()
    spans = []
    for day in (today - timedelta(days=1), today):
        if DAYS[day.weekday()] in window.days:
            last = day if window.end > window.start else day + timedelta(days=1)
            spans.append(
                (
                    datetime.combine(day, window.start, zone).astimezone(UTC),
                    datetime.combine(last, window.end, zone).astimezone(UTC),
                )
            )
    return spans


def _zone(name: str, field: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        remedy = 'Write one of the tz database, such as "America/Chicago".'
        raise InputError(f"'{name}' is no time zone.", field=field, remedy=remedy) from error
