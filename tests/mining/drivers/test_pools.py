"""Every pool's adapter: the golden answers are read exactly, a changed form is refused whole, a token never leaks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.mining.drivers.api import ApiAdapter
from mintage.mining.drivers.forms import FieldForm, RequestForm, forms
from mintage.mining.drivers.port import OPTIONAL, FormChanged, PoolAdapter, PoolDay, PoolPayout
from mintage.mining.drivers.registry import open_pool, pool_kinds
from mintage.mining.drivers.rows import Reader
from mintage.units.errors import InputError, WireError
from mintage.wire.http import Answer, Web
from tests.mining.drivers.replay import ACCOUNT, FIRST, LAST, POOLS, TOKEN, Replay, replaying

NAMES = sorted(
    {
        name
        for form in forms().values()
        for request in (*form.days, form.payouts, form.hashrate)
        for path in (request.rows, *(field.at for field in request.fields.values()))
        for name in path.split(".")
    }
)
"""Every name on the way to a value of any pool, so that answers made up at random get somewhere."""


async def _at_once(_seconds: float) -> None:
    """Wait no time."""


def _open(pool: str, url: str, web: Web, token: str = TOKEN) -> ApiAdapter:
    return ApiAdapter(pool, forms()[pool], url, token, web, pause=_at_once)


def test_every_form_has_golden_answers() -> None:
    """No pool can be added without answers that its reading is held to."""
    assert sorted(forms()) == POOLS
    assert [kind.name for kind in pool_kinds()] == sorted((*POOLS, "csv"))


@pytest.mark.parametrize("pool", POOLS)
def test_golden_answers_are_read_exactly(pool: str) -> None:
    """Days, payouts and hash rate are those of the manifest, and every field that is not stated has its reason."""

    async def read() -> None:
        async with replaying(pool) as (replay, url), Web() as web:
            adapter: PoolAdapter = _open(pool, url, web)
            days = await adapter.days(ACCOUNT, FIRST, LAST)
            assert [_bare(day) for day in days] == [_plain(day) for day in replay.manifest.day]
            for day in days:
                assert sorted(day.silent) == sorted(name for name in OPTIONAL if getattr(day, name) is None)
                assert all(day.silent.values())
                assert (day.pool, day.account, len(day.sha256)) == (pool, ACCOUNT, 64)
            payouts = await adapter.payouts(ACCOUNT, FIRST, LAST)
            wanted = [msgspec.to_builtins(item) for item in replay.manifest.payout]
            assert [{**msgspec.to_builtins(p), "pool": 0, "account": 0} for p in payouts] == [
                {**item, "pool": 0, "account": 0} for item in wanted
            ]
            assert await adapter.hashrate(ACCOUNT) == replay.manifest.hashrate

    asyncio.run(read())


def _plain(item: msgspec.Struct) -> dict[str, Any]:
    """Fields with their decimals as numbers, so that 200.0 is 200."""
    fields: dict[str, Any] = msgspec.to_builtins(item, builtin_types=(Decimal,))
    return fields


def _bare(day: PoolDay) -> dict[str, Any]:
    left_out = {"pool", "account", "silent", "source", "sha256"}
    return {name: value for name, value in _plain(day).items() if name not in left_out}


@pytest.mark.parametrize("pool", POOLS)
def test_unknown_fields_are_ignored(pool: str) -> None:
    """A pool that adds fields to its answers is read as before."""

    async def read() -> None:
        async with replaying(pool) as (replay, url), Web() as web:
            plain = await _open(pool, url, web).days(ACCOUNT, FIRST, LAST)
            for item in replay.manifest.answer:
                replay.changed[item.file] = json.dumps(_with_more(replay.body(item.file))).encode()
            more = await _open(pool, url, web).days(ACCOUNT, FIRST, LAST)
            assert [_bare(day) for day in more] == [_bare(day) for day in plain]

    asyncio.run(read())


def _with_more(value: Any) -> Any:
    if isinstance(value, dict):
        return {"added_lately": [{"x": None}], **{name: _with_more(item) for name, item in value.items()}}
    return [_with_more(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("pool", POOLS)
def test_a_changed_form_names_pool_and_field_and_nothing_is_read(pool: str) -> None:
    """A needed field that is gone, null, an object or nonsense is refused by name, for every field of every request."""

    async def read() -> None:
        async with replaying(pool) as (replay, url), Web() as web:
            for form, file in _first_files(pool, replay):
                for name, field in form.fields.items():
                    if field.optional:
                        continue
                    for broken in _broken(replay, form, file, field):
                        replay.changed = {file: json.dumps(broken).encode()}
                        with pytest.raises(FormChanged) as error:
                            await _open(pool, url, web).days(ACCOUNT, FIRST, LAST)
                        assert str(error.value).startswith(f"{pool}: field '"), name
                        assert field.at.rpartition(".")[2] in str(error.value) or field.unit_at in str(error.value)
                replay.changed = {file: json.dumps({"something": "else"}).encode()}
                with pytest.raises(FormChanged, match=form.rows.partition(".")[0]):
                    await _open(pool, url, web).days(ACCOUNT, FIRST, LAST)

    asyncio.run(read())


def _first_files(pool: str, replay: Replay) -> Iterator[tuple[RequestForm, str]]:
    """Each request for days, with the file of its first answer."""
    for form in forms()[pool].days:
        path = form.path.partition("?")[0].partition("{")[0]
        yield form, next(item.file for item in replay.manifest.answer if f" {path}" in item.request)


def _broken(replay: Replay, form: RequestForm, file: str, field: FieldForm) -> Iterator[Any]:
    """The answer with one value gone, null, an object, nonsense, or too large a number."""
    for wrong in (None, {"nested": 1}, "n/a"):
        body = replay.body(file)
        _row(body, form, field.at)[field.at.rpartition(".")[2]] = wrong
        yield body
    body = replay.body(file)
    del _row(body, form, field.at)[field.at.rpartition(".")[2]]
    yield body


def _row(body: Any, form: RequestForm, at: str) -> Any:
    for name in form.rows.split("."):
        body = body[name]
    row = body[0]
    for name in at.split(".")[:-1]:
        row = row[name]
    return row


@pytest.mark.parametrize("pool", POOLS)
def test_refusals_and_garbage_are_errors_of_the_wire_without_the_token(pool: str) -> None:
    """Wrong tokens, server errors and answers that are no JSON say so; the token is in none of the messages."""

    async def read() -> None:
        async with replaying(pool) as (replay, url), Web() as web:
            told = []
            if replay.manifest.header:
                with pytest.raises(WireError, match="401"):
                    await _open(pool, url, web, "wrong").days(ACCOUNT, FIRST, LAST)
            deep = b"[" * 200_000 + b"]" * 200_000
            for raw, status in (
                (b"<html>", 200),
                (deep, 200),
                (deep, 503),
                (b"<html>", 503),
                (b'{"error":"busy %b"}' % TOKEN.encode(), 500),
            ):
                replay.status = status
                replay.changed = {item.file: raw for item in replay.manifest.answer}
                with pytest.raises(WireError) as error:
                    await _open(pool, url, web).days(ACCOUNT, FIRST, LAST)
                told.append(str(error.value))
            replay.changed = {item.file: f'"echo {TOKEN}"'.encode() for item in replay.manifest.answer}
            replay.status = 200
            with pytest.raises(WireError) as error:
                await _open(pool, url, web).days(ACCOUNT, FIRST, LAST)
            told.append(str(error.value))
            assert all(text.startswith(f"{pool}: ") and TOKEN not in text for text in told)
            assert all(TOKEN not in asked for asked in replay.seen)

    asyncio.run(read())


def test_a_refusal_in_the_body_is_a_refusal() -> None:
    """A pool that answers 200 and says in its body that it failed is believed."""

    async def read() -> None:
        async with replaying("viabtc") as (replay, url), Web() as web:
            replay.changed["profit1.json"] = b'{"code": 2, "data": null, "message": "unknown api key"}'
            with pytest.raises(WireError, match="unknown api key"):
                await _open("viabtc", url, web).days(ACCOUNT, FIRST, LAST)

    asyncio.run(read())


def test_a_date_before_there_were_pools_is_named_with_its_field() -> None:
    """A day in the year 0 of our zone is a changed form, not a crash."""

    async def read() -> None:
        async with replaying("virtual") as (replay, url), Web() as web:
            body = replay.body("days.json")
            body["days"][0]["date"] = "0001-01-01T00:00:00+23:59"
            replay.changed["days.json"] = json.dumps(body).encode()
            with pytest.raises(FormChanged, match=r"virtual: field 'days\[0\].date' .* between 1970 and 2200"):
                await _open("virtual", url, web).days(ACCOUNT, FIRST, LAST)

    asyncio.run(read())


def test_a_status_that_is_not_known_is_not_guessed() -> None:
    """A payout in a state that the form does not name is refused: it might be paid, or not."""

    async def read() -> None:
        async with replaying("braiins") as (replay, url), Web() as web:
            body = replay.body("payouts.json")
            body["onchain"][0]["status"] = "reversed"
            replay.changed["payouts.json"] = json.dumps(body).encode()
            with pytest.raises(FormChanged, match="one of confirmed, queued, failed"):
                await _open("braiins", url, web).payouts(ACCOUNT, FIRST, LAST)

    asyncio.run(read())


def test_two_rows_of_one_day_are_not_added_where_the_form_has_one() -> None:
    """A day that is stated twice in one answer is refused, not counted twice."""

    async def read() -> None:
        async with replaying("virtual") as (replay, url), Web() as web:
            body = replay.body("days.json")
            body["days"].append(body["days"][0])
            replay.changed["days.json"] = json.dumps(body).encode()
            with pytest.raises(FormChanged, match="one row a day"):
                await _open("virtual", url, web).days(ACCOUNT, FIRST, LAST)

    asyncio.run(read())


def test_a_payout_that_slid_to_the_next_page_is_read_once() -> None:
    """A payout made between two questions moves the rows on; one that is told again with another amount is refused."""
    paid = [{"tx": "a" * 64, "amount": "0.004", "create_time": 1_751_334_000, "address": "bc1qours"}]

    class Paging:
        """Answers both pages with payouts, the second with those given."""

        def __init__(self, second: list[dict[str, Any]]) -> None:
            self.second = second

        async def request(
            self, method: str, url: str, *, content: bytes = b"", headers: Mapping[str, str] | None = None
        ) -> Answer:
            del method, content, headers
            last = "page=2" in url
            said = {"code": 0, "data": self.second if last else paid, "has_next": not last}
            return Answer(200, {}, json.dumps(said).encode())

    async def read(second: list[dict[str, Any]]) -> list[PoolPayout]:
        adapter = ApiAdapter("viabtc", forms()["viabtc"], "http://127.0.0.1", "", Paging(second), pause=_at_once)
        return await adapter.payouts(ACCOUNT, FIRST, LAST)

    assert [item.sats for item in asyncio.run(read(paid))] == [400_000]
    with pytest.raises(FormChanged, match="the same amount wherever aaaa"):
        asyncio.run(read([{**paid[0], "amount": "0.005"}]))


def test_pages_without_end_end() -> None:
    """A pool that always promises another page is refused instead of being asked for ever."""

    async def read() -> None:
        async with replaying("viabtc") as (replay, url), Web() as web:
            replay.changed["profit2.json"] = json.dumps(replay.body("profit1.json")).encode()
            with pytest.raises(WireError):
                await _open("viabtc", url, web).days(ACCOUNT, FIRST, LAST)

    asyncio.run(read())


def test_the_pause_that_a_pool_asks_for_is_kept() -> None:
    """Between two requests to Braiins there are the five seconds that its documentation asks for."""
    paused: list[float] = []

    async def pause(seconds: float) -> None:
        paused.append(seconds)

    async def read() -> None:
        async with replaying("braiins") as (_, url), Web() as web:
            adapter = ApiAdapter("braiins", forms()["braiins"], url, TOKEN, web, pause=pause)
            await adapter.days(ACCOUNT, FIRST, LAST)
            await adapter.payouts(ACCOUNT, FIRST, LAST)

    asyncio.run(read())
    assert paused == [5.0, 5.0]


def test_an_account_cannot_steer_the_request() -> None:
    """Whatever stands in an account's name stays in its place of the URL."""

    async def read() -> None:
        async with replaying("ocean") as (replay, url), Web() as web:
            with pytest.raises(WireError, match="404"):
                await _open("ocean", url, web).days("../x?y=1#z", FIRST, LAST)
            (asked,) = replay.seen
            assert asked in {
                "GET /v1/earnpay/../x%3Fy=1%23z/1751328000/1751587200",
                "GET /v1/earnpay/..%2Fx%3Fy%3D1%23z/1751328000/1751587200",
            }

    asyncio.run(read())


def test_an_unknown_adapter_is_named_with_the_known_ones() -> None:
    """A slip in the site's file says what there is."""
    with pytest.raises(InputError, match="braiins, csv, f2pool, luxor, ocean, viabtc, virtual"):
        open_pool("brains", "http://127.0.0.1", "", Web())


def test_work_follows_from_the_hash_rate_where_shares_are_not_stated() -> None:
    """100 TH/s over a day are 100e12 * 86400 / 2**32 shares of difficulty 1; without either it is unknown."""
    day = PoolDay(pool="p", account="a", day=date(2025, 7, 1), net_sats=1, hashrate_ths=Decimal(100))
    assert day.work() == (round(100e12 * 86_400 / 2**32), "from its mean hash rate")
    silent = PoolDay(pool="p", account="a", day=date(2025, 7, 1), net_sats=1, silent={"accepted_diff": "not said."})
    assert silent.work() == (None, "not said.")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from(POOLS), JSON)
def test_any_json_is_read_or_refused_by_its_form(pool: str, body: Any) -> None:
    """No answer of any shape makes anything but rows, or an error that names the pool."""
    for form in (*forms()[pool].days, forms()[pool].payouts, forms()[pool].hashrate):
        told = _read(pool, form, body)
        if isinstance(told, str):
            assert told.startswith(f"{pool}: field '")
        else:
            assert all(row.keys() == form.fields.keys() for row in told)


def _read(pool: str, form: RequestForm, body: Any) -> list[dict[str, Any]] | str:
    """Rows, or what the refusal says."""
    try:
        return Reader(pool, "", str).rows(body, form)
    except FormChanged as error:
        return str(error)
