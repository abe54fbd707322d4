"""Pools that are read over HTTP: one adapter for all of them, steered by their forms."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any, Protocol
from urllib.parse import quote

import msgspec

from mintage.mining.drivers.forms import PoolForm, RequestForm
from mintage.mining.drivers.port import MISSING, OPTIONAL, PoolDay, PoolHashrate, PoolPayout
from mintage.mining.drivers.rows import Fields, Reader, fill
from mintage.units.errors import WireError
from mintage.wire.http import Answer

PAGES_MAX = 200
_DECODER = msgspec.json.Decoder(float_hook=Decimal)


class Asking(Protocol):
    """What sends a request: `mintage.wire.http.Web` does."""

    async def request(
        self, method: str, url: str, *, content: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a request and read the whole answer."""
        ...


class ApiAdapter:
    """A pool's HTTP API.

    Args:
        name: name of the adapter.
        form: the pool's form.
        url: base URL.
        token: credential; never part of a message, a URL or a log.
        web: sends the requests.
        pause: waits between two requests where the pool asks for it.
    """

    def __init__(
        self,
        name: str,
        form: PoolForm,
        url: str,
        token: str,
        web: Asking,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.name, self.form = name, form
        self._url, self._token, self._web, self._pause = url.rstrip("/"), token, web, pause
        self._reader = Reader(name, form.source, self._hushed)
        self._asked = False

    async def days(self, account: str, first: date, last: date) -> list[PoolDay]:
        """See `PoolAdapter.days`."""
        digest, found = sha256(), dict[date, Fields]()
        for number, form in enumerate(self.form.days):
            rows = self._reader.by_day(await self._rows(form, account, first, last, digest.update), form)
            if number == 0:
                found = rows
                if self.form.idle_days_zero:
                    found = {day: {"day": day, "net_sats": 0} for day in _span(first, last)} | found
                continue
            for day, fields in found.items():
                fields.update(rows.get(day, {}))
        source = self._url + self.form.days[0].path.partition("?")[0].format_map(_words(account, first, last))
        return [
            self._day(account, fields, source, digest.hexdigest())
            for day, fields in sorted(found.items())
            if first <= day <= last
        ]

    async def payouts(self, account: str, first: date, last: date) -> list[PoolPayout]:
        """See `PoolAdapter.payouts`."""
        paid: dict[str, PoolPayout] = {}
        for fields in await self._rows(self.form.payouts, account, first, last):
            item = PoolPayout(pool=self.name, account=account, **fields)
            # A payout made between two questions moves the last row of a page onto the next one.
            if paid.setdefault(item.txid, item).sats != item.sats:
                wanted = f"the same amount wherever {item.txid} stands"
                raise self._reader.changed(self.form.payouts.rows, wanted, f"{item.sats} satoshis")
        start_us, end_us = (_midnight_s(day) * 1_000_000 for day in (first, last + timedelta(days=1)))
        return sorted((item for item in paid.values() if start_us <= item.at_us < end_us), key=lambda item: item.at_us)

    async def hashrate(self, account: str) -> PoolHashrate | None:
        """See `PoolAdapter.hashrate`."""
        today = datetime.now(UTC).date()
        rows = await self._rows(self.form.hashrate, account, today, today)
        return PoolHashrate(window_s=self.form.hashrate_window_s, **rows[-1]) if rows else None

    def _day(self, account: str, fields: Fields, source: str, digest: str) -> PoolDay:
        form, unsaid = self.form, [name for name in OPTIONAL if fields.get(name) is None]
        silent = {name: form.silent.get(name, f"{form.title} did not state it for this day.") for name in unsaid}
        return PoolDay(pool=self.name, account=account, silent=silent, source=source, sha256=digest, **fields)

    async def _rows(
        self,
        form: RequestForm,
        account: str,
        first: date,
        last: date,
        digest: Callable[[bytes], None] = lambda _: None,
    ) -> list[Fields]:
        rows: list[Fields] = []
        for page in range(1, PAGES_MAX + 1):
            words = _words(account, first, last + timedelta(days=form.reach_days), page)
            body = await self._ask(form, words, digest)
            rows += self._reader.rows(body, form)
            more = self._reader.at(body, form.more, "") if form.more else False
            if more is MISSING:
                raise self._reader.changed(form.more, "whether another page follows", MISSING)
            if not more:
                return rows
        raise self._reader.changed(form.more, f"at most {PAGES_MAX} pages", "more")

    async def _ask(self, form: RequestForm, words: dict[str, str | int], digest: Callable[[bytes], None]) -> Any:
        if self._asked and self.form.gap_s:
            await self._pause(self.form.gap_s)
        self._asked = True
        url = self._url + form.path.format_map({k: quote(str(v), safe="") for k, v in words.items()})
        headers = {"Accept": "application/json"}
        if self.form.auth_header and self._token:
            headers[self.form.auth_header] = self.form.auth_prefix + self._token
        content = b""
        if form.body:
            headers["Content-Type"] = "application/json"
            content = msgspec.json.encode(fill(form.body, words))
        answer = await self._web.request(form.method, url, content=content, headers=headers)
        digest(answer.body)
        return self._decoded(answer)

    def _decoded(self, answer: Answer) -> Any:
        try:
            body = _DECODER.decode(answer.body)
        except (msgspec.MsgspecError, RecursionError) as error:
            if not 200 <= answer.status < 300:
                raise self._refused(answer.status, "") from error
            raise self._reader.changed("the answer", "JSON", answer.body.decode("utf-8", "replace")) from error
        refusal = self.form.refusal
        failed = refusal is not None and isinstance(body, dict) and body.get(refusal.at, refusal.fine) != refusal.fine
        if failed or not 200 <= answer.status < 300:
            said = body.get(refusal.say if refusal else "error", "") if isinstance(body, dict) else ""
            raise self._refused(answer.status, str(said))
        return body

    def _refused(self, status: int, said: str) -> WireError:
        words = f": '{self._hushed(said)[:200]}'" if said else ""
        remedy = "Check the token in the variable that `token_env` names." if status in {401, 403} else None
        return WireError(f"it refused the request ({status}){words}.", peer=self.name, status=status, remedy=remedy)

    def _hushed(self, text: str) -> str:
        """Text of the pool's without our credential, should it repeat it."""
        return text.replace(self._token, "***") if self._token else text


def _words(account: str, first: date, last: date, page: int = 1) -> dict[str, str | int]:
    return {
        "account": account,
        "first": first.isoformat(),
        "last": last.isoformat(),
        "first_s": _midnight_s(first),
        "last_s": _midnight_s(last + timedelta(days=1)),
        "page": page,
    }


def _midnight_s(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _span(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
