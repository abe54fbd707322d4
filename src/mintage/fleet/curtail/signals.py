"""Signals from outside: who may say what, said when, said once.

A signal comes over HTTP with the source's own token, or over MQTT sealed with the source's secret. Either way it names
its source, a number that rises with every message, and its instant; an old, repeated or forged one changes nothing.
"""

from __future__ import annotations

import hmac
import os
from hashlib import sha256
from typing import Annotated, Literal

import msgspec

from mintage.fleet.control.reasons import said
from mintage.fleet.control.store import Desk
from mintage.fleet.curtail.asks import Ask, Cap, Fixed, Full, Kw, Shed, check_ask
from mintage.fleet.curtail.course import hold_on
from mintage.fleet.curtail.follower import Standing, foresee, rules_of, standings
from mintage.fleet.curtail.prices import tell
from mintage.fleet.curtail.rules import Rules, Source
from mintage.fleet.curtail.states import Event
from mintage.fleet.curtail.store import Book
from mintage.units.errors import InputError, LimitError
from mintage.units.instant import parse_instant

SIGNAL_BYTES_MAX = 4096


class Signal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a source says.

    Attributes:
        source: who says it.
        seq: a number above that of every message of the source before; milliseconds since 1970 will do.
        at: when it was said, ISO 8601 with its offset.
        say: shed so much until then, restore what was shed, or this is the price.
        kw: shed so many kW.
        full: shed every machine that the source may shed.
        cap_kw: keep the site under so many kW.
        until: when machines come back; "" leaves it to `restore` and to the longest hold.
        price_usd_mwh: price of power from now on.
        hashprice_usd_ph_day: hashprice from now on.
        reason: why; it stands in the proof.
    """

    source: str
    seq: Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)]
    at: str
    say: Literal["shed", "restore", "price"]
    kw: Kw | None = None
    full: bool = False
    cap_kw: Kw | None = None
    until: str = ""
    price_usd_mwh: float | None = None
    hashprice_usd_ph_day: float | None = None
    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""


class Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A signal with its seal.

    Attributes:
        body: the signal as JSON text.
        hmac_sha256: HMAC-SHA-256 of that text under the source's secret, hex.
    """

    body: str
    hmac_sha256: str


class Heeded(msgspec.Struct, frozen=True, kw_only=True):
    """What a signal led to.

    Attributes:
        source: who said it.
        seq: its number.
        did: what was done, in words.
        event: the curtailment that it is about; "" for none.
    """

    source: str
    seq: int
    did: str
    event: str = ""


def seal(body: bytes, secret: str) -> bytes:
    """A sealed signal, as a source sends it over MQTT."""
    told = Sealed(body.decode(), hmac.new(secret.encode(), body, sha256).hexdigest())
    return msgspec.json.encode(told)


def heed_sealed(desk: Desk, raw: bytes) -> Heeded:
    """Take a sealed signal.

    Raises:
        InputError: the seal is not the source's, or as `heed`.
    """
    _fits(raw)
    try:
        sealed = msgspec.json.decode(raw, type=Sealed)
    except msgspec.MsgspecError as error:
        raise InputError(f"this is no sealed signal: {error}.", field="signal") from error
    signal = _read(sealed.body.encode())
    source = _source(rules_of(Book(desk.db)), signal.source)
    secret = os.environ.get(source.secret_env, "") if source.secret_env else ""
    if not secret:
        raise InputError(
            "there is no secret to check its seal by.",
            field=source.name,
            remedy=f"Name secret_env and set {source.secret_env or 'that variable'} where the agent runs.",
        )
    true = hmac.new(secret.encode(), sealed.body.encode(), sha256).hexdigest()
    if not hmac.compare_digest(true.encode(), sealed.hmac_sha256.lower().encode()):
        raise InputError("its seal is not that of the source.", field=source.name, remedy="Compare the secrets.")
    return _heed(desk, signal, source)


def heed(desk: Desk, raw: bytes, *, who: str) -> Heeded:
    """Take a signal of somebody whose token was checked.

    Args:
        desk: the site.
        raw: the signal as JSON.
        who: user that the token is of; a source signals only for itself.

    Raises:
        InputError: it cannot be read, is not of this source, is old or repeated, or says what the source may not say.
    """
    signal = _read(raw)
    source = _source(rules_of(Book(desk.db)), signal.source)
    if not hmac.compare_digest(who.encode(), source.name.encode()):
        raise InputError(f"{who} may not signal for {source.name}.", field="source")
    return _heed(desk, signal, source)


def _read(raw: bytes) -> Signal:
    _fits(raw)
    try:
        return msgspec.json.decode(raw, type=Signal)
    except msgspec.MsgspecError as error:
        raise InputError(f"this is no signal: {error}.", field="signal") from error


def _fits(raw: bytes) -> None:
    if len(raw) > SIGNAL_BYTES_MAX:
        raise LimitError(f"a signal has at most {SIGNAL_BYTES_MAX} bytes, not {len(raw)}.", field="signal")


def _source(rules: Rules, name: str) -> Source:
    source = next((item for item in rules.source if item.name == name), None)
    if source is None:
        raise InputError("nobody of that name may signal here.", field="source", remedy="See `mintage curtail rules`.")
    return source


def _heed(desk: Desk, signal: Signal, source: Source) -> Heeded:
    """Check instant and number, then do what is said; both are kept together or not at all."""
    book, now_us = Book(desk.db), desk.clock.now_us()
    age_s = (now_us - parse_instant(signal.at)) / 1e6
    if abs(age_s) > source.age_max_s:
        raise InputError(
            f"it was said {abs(age_s):,.0f} s {'ago' if age_s > 0 else 'from now'}.",
            field="at",
            remedy="Compare the clocks.",
        )
    if signal.say not in source.may:
        raise InputError(f"{source.name} may not say {signal.say}.", field="say")
    with desk.db.transaction():
        if not book.newer(source.name, signal.seq, now_us):
            raise InputError(f"number {signal.seq} was said before.", field="seq", remedy="Numbers must rise.")
        if signal.say == "price":
            return _price(book, signal, source, now_us)
        if standings(book).get(source.name, Standing()).paused_by:
            raise InputError(
                "it rests, because somebody ended its curtailment.",
                field=source.name,
                remedy=f"Say: mintage curtail resume {source.name}",
            )
        event = book.of_rule(source.name)
        if signal.say == "shed":
            return _shed(desk, book, signal, source, event)
        if event is None:
            return Heeded(source=source.name, seq=signal.seq, did="nothing: nothing is shed for it")
        book.command(event.id, "restore", f"source {source.name}", said(signal.reason or "told to"), now_us)
        return Heeded(source=source.name, seq=signal.seq, did="restores", event=event.id)


def _price(book: Book, signal: Signal, source: Source, now_us: int) -> Heeded:
    told = []
    if signal.price_usd_mwh is not None:
        tell(book, "price_usd_mwh", signal.price_usd_mwh, f"source {source.name}", now_us)
        told.append(f"{signal.price_usd_mwh:g} USD/MWh")
    if signal.hashprice_usd_ph_day is not None:
        tell(book, "hashprice_usd_ph_day", signal.hashprice_usd_ph_day, f"source {source.name}", now_us)
        told.append(f"{signal.hashprice_usd_ph_day:g} USD/PH/day")
    if not told:
        raise InputError("it tells no price.", field="price_usd_mwh")
    return Heeded(source=source.name, seq=signal.seq, did=f"goes by {' and '.join(told)}")


def _shed(desk: Desk, book: Book, signal: Signal, source: Source, event: Event | None) -> Heeded:
    """Begin a curtailment, or ask more, less or longer of the one that is open."""
    now_us = desk.clock.now_us()
    ask = Ask(
        shed=_amount(signal, source),
        reason=signal.reason or f"signal of {source.name}",
        scope=source.scope,
        trigger="signal",
        rule=source.name,
        until_us=parse_instant(signal.until) if signal.until else None,
        kw_max=source.kw_max,
        manner=source.manner or rules_of(book).manner,
    )
    check_ask(ask, now_us)
    plan_w = foresee(desk, book, ask, now_us, event.id if event else "").shed_w
    if not isinstance(ask.shed, Fixed) and plan_w > source.kw_max * 1000:
        raise InputError(
            f"that is {plan_w / 1000:,.0f} kW, and {source.name} may ask for {source.kw_max:,}.",
            field="full" if isinstance(ask.shed, Full) else "cap_kw",
        )
    if event is None:
        event = book.add(ask, f"source {source.name}", now_us)
        return Heeded(source=source.name, seq=signal.seq, did="sheds", event=event.id)
    if event.state == "restoring":
        raise InputError(f"{event.id} is restoring; say it again when that is over.", field="say")
    event.ask = ask
    if event.began_us is not None:
        hold_on(event, now_us)
        event.replan_us = now_us
    book.save(event)
    book.note(event.id, now_us, f"source {source.name}", f"said again: {ask.reason}")
    return Heeded(source=source.name, seq=signal.seq, did="goes on", event=event.id)


def _amount(signal: Signal, source: Source) -> Shed:
    said = [signal.kw is not None, signal.full, signal.cap_kw is not None]
    if sum(said) != 1:
        raise InputError("it must say one of kw, full and cap_kw.", field="say")
    if signal.kw is not None and signal.kw > source.kw_max:
        raise InputError(f"{source.name} may ask for at most {source.kw_max:,} kW.", field="kw")
    if signal.kw is not None:
        return Fixed(signal.kw)
    return Full() if signal.cap_kw is None else Cap(signal.cap_kw)
