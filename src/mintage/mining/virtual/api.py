"""The pool's HTTP API: hash rate, workers, daily statements and payouts of an account, read with a token."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Collection
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mintage.mining.virtual.book import WORKER_ACTIVE_S, Account, PoolBook, Statement, WorkerTally, utc_day
from mintage.units import parse_date
from mintage.units.clock import Clock
from mintage.units.errors import InputError

Answer = Callable[[Request], Awaitable[Response]]


def pool_api(book: PoolBook, clock: Clock, token_hashes: Collection[str] = ()) -> Starlette:
    """The application.

    Args:
        book: the pool's books.
        clock: its time.
        token_hashes: SHA-256 of the tokens that may read, hex; with none anybody may.
    """
    api = _Api(book, clock)
    parts = {"hashrate": api.hashrate, "workers": api.workers, "days": api.days, "payouts": api.payouts}
    routes = [
        Route(f"/api/v1/accounts/{{account}}/{name}", _guarded(answer, token_hashes)) for name, answer in parts.items()
    ]
    return Starlette(routes=routes)


class _Api:
    def __init__(self, book: PoolBook, clock: Clock) -> None:
        self._book, self._clock = book, clock

    def hashrate(self, name: str, request: Request) -> dict[str, Any]:
        """Mean hash rate of the last hour and of the last day."""
        del request
        now_us, account = self._clock.now_us(), self._known(name)
        return {
            "account": name,
            "hashrate_1h_hs": self._book.hashrate_hs(name, now_us),
            "hashrate_24h_hs": self._book.hashrate_hs(name, now_us, 86_400),
            "workers_online": sum(self._online(seen_us, now_us) for seen_us in account.seen.values()),
            "at": now_us // 1_000_000,
        }

    def workers(self, name: str, request: Request) -> dict[str, Any]:
        """Each worker's tally of the day under way."""
        del request
        now_us, account = self._clock.now_us(), self._known(name)
        today = utc_day(now_us)
        tallies = account.work.get(today, {})
        rows = [
            {
                "worker": worker,
                "accepted_difficulty": tallies.get(worker, WorkerTally()).accepted_diff,
                "rejected_difficulty": tallies.get(worker, WorkerTally()).rejected_diff,
                "last_share_at": account.seen[worker] // 1_000_000 if worker in account.seen else None,
                "online": self._online(account.seen.get(worker, 0), now_us),
            }
            for worker in sorted(account.seen.keys() | tallies.keys())
        ]
        return {"account": name, "day": today, "workers": rows}

    def days(self, name: str, request: Request) -> dict[str, Any]:
        """Statements of the days from `first` to `last`."""
        first, last = _span(request)
        rows = [item for day, item in sorted(self._known(name).statements.items()) if first <= day <= last]
        today = utc_day(self._clock.now_us())
        if any(fault.kind == "changed-form" and fault.day <= today for fault in self._book.faults):
            return {"account": name, "statements": [{"date": row.day, "earned": _btc(row.net_sats)} for row in rows]}
        left_out = {fault.day for fault in self._book.faults if fault.kind == "missing-day"}
        return {"account": name, "days": [self._day(row) for row in rows if row.day not in left_out]}

    def payouts(self, name: str, request: Request) -> dict[str, Any]:
        """Payouts of the days from `first` to `last`."""
        first, last = _span(request)
        rows = [
            {"txid": paid.txid, "address": paid.address, "amount_btc": _btc(paid.sats), "at": paid.at_us // 1_000_000}
            for paid in self._known(name).paid
            if first <= utc_day(paid.at_us) <= last
        ]
        return {"account": name, "payouts": rows}

    def _day(self, row: Statement) -> dict[str, Any]:
        terms = self._book.terms
        return {
            "date": row.day,
            "revision": row.revision,
            "accepted_difficulty": row.accepted_diff,
            "rejected_difficulty": row.rejected_diff,
            "network_difficulty": f"{terms.network_difficulty:f}",
            "subsidy_btc": _btc(terms.subsidy_sats),
            "mean_block_fees_btc": f"{terms.mean_fees_sats.scaleb(-8):f}",
            "gross_btc": _btc(row.gross_sats),
            "fee_btc": _btc(row.fee_sats),
            "net_btc": _btc(row.net_sats),
        }

    def _known(self, name: str) -> Account:
        if name not in self._book.accounts:
            raise InputError(f"no account '{name}' works here.", field="account")
        return self._book.accounts[name]

    @staticmethod
    def _online(last_us: int, now_us: int) -> bool:
        return last_us > now_us - WORKER_ACTIVE_S * 1_000_000


def _guarded(answer: Callable[[str, Request], dict[str, Any]], token_hashes: Collection[str]) -> Answer:
    """An endpoint that answers those who may read, and says in JSON what was wrong with a request."""

    async def endpoint(request: Request) -> Response:
        if token_hashes and not _may_read(request, token_hashes):
            return _json({"error": "a token is needed"}, 401)
        try:
            return _json(answer(request.path_params["account"], request))
        except InputError as error:
            return _json({"error": str(error)}, 404 if error.field == "account" else 400)

    return endpoint


def _may_read(request: Request, token_hashes: Collection[str]) -> bool:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    digest = sha256(token.encode()).hexdigest()
    matches = [hmac.compare_digest(digest, known) for known in token_hashes]  # all of them, in constant time
    return scheme.lower() == "bearer" and any(matches)


def _span(request: Request) -> tuple[date, date]:
    first, last = (_bound(request, name) for name in ("first", "last"))
    return first or date.min, last or date.max


def _bound(request: Request, name: str) -> date | None:
    text = request.query_params.get(name)
    return parse_date(text) if text else None


def _btc(sats: int) -> str:
    return f"{Decimal(sats).scaleb(-8):.8f}"


def _json(value: dict[str, Any], status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def token_hash(token: str) -> str:
    """SHA-256 of a token, hex: what `pool_api` is told instead of the token."""
    return sha256(token.encode()).hexdigest()
