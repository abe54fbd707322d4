"""Parsers against anything: they end, at once, with readings that can be believed or with reasons."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mintage.fleet.drivers.avalon.controls import meaning_of
from mintage.fleet.drivers.avalon.history import History
from mintage.fleet.drivers.avalon.identity import identity_of
from mintage.fleet.drivers.avalon.laws import doubts_of
from mintage.fleet.drivers.avalon.parse import parse_stats
from mintage.fleet.drivers.avalon.readings import read
from mintage.fleet.drivers.avalon.replies import document, pools_of, status_of
from mintage.fleet.drivers.avalon.session import slow_of
from mintage.fleet.drivers.contract import check_snapshot
from mintage.fleet.models import model_of, models
from mintage.fleet.readings import Snapshot
from mintage.units.errors import WireError
from tests.fleet.drivers.samples import telemetry

MODELS = [None, *models().values()]
SAMPLES = telemetry()
WORDS = [
    b"-273",
    b"NaN",
    b"inf",
    b"-inf",
    b"1e999",
    b"",
    b"9" * 400,
    b"\xff\xfe",
    b"\0",
    b"1 2 3",
    b"[",
    b"]",
    b'"',
    b"0x",
]
SIZE = 256 * 1024


def believed(reply: bytes, model_number: int) -> None:
    """Read a reply as a session does; whatever it was, the snapshot must keep the contract."""
    try:
        stats = parse_stats(reply, "10.0.0.1")
    except WireError:
        return
    fresh = read(stats, MODELS[model_number % len(MODELS)])
    history = History("0201aabbccddeeff")
    history.compare(stats, fresh, 0.0)
    history.compare(stats, fresh, 100.0)
    slow = slow_of({}, 0)
    snapshot = Snapshot(
        at_us=0,
        values=fresh.values | slow.values,
        unknown=fresh.unknown | slow.unknown,
        sources=fresh.sources,
        boards=fresh.boards,
        fans_rpm=fresh.fans_rpm,
        problems=tuple(fresh.problems),
        doubts=tuple(fresh.doubts),
    )
    check_snapshot(snapshot)
    for board in snapshot.boards:
        assert len(board.chips_c) <= SIZE
        assert all(isinstance(volt, float) for volt in board.chips_v)
        assert board.hashrate_ths is None or 0 <= board.hashrate_ths <= 2000
    assert all(text.isprintable() for text in (*snapshot.problems, *snapshot.doubts, *snapshot.unknown.values()))


@settings(deadline=None)
@given(st.binary(max_size=2000), st.integers(0, 100))
@example(b"", 0)
@example(b'{"MM ID0":"', 0)
@example(b'{"STATS":[{"MM ID0":"SYSTEMSTATU[Work: In Work] GHSspd[1] MGHS[1]"}]}', 1)
def test_no_bytes_break_the_parser(reply: bytes, model_number: int) -> None:
    """Any bytes are refused in words or read into a snapshot that keeps the contract."""
    believed(reply, model_number)
    believed(b'{"STATS":[{"MM ID0":"' + reply + b'"}]}', model_number)
    believed(b'{"STATS":[{"HBinfo":"' + reply + b'","MM ID0:Summary":"\'STATS\':{' + reply + b'}"}]}', model_number)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_change_to_a_real_reply_breaks_the_parser(data: st.DataObject) -> None:
    """Telemetry with values exchanged, bytes changed, cut off or doubled keeps the contract."""
    reply = bytearray(data.draw(st.sampled_from(SAMPLES)))
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.integers(0, len(reply) - 1))
        match data.draw(st.sampled_from(["byte", "value", "cut", "double"])):
            case "byte":
                reply[place] = data.draw(st.integers(0, 255))
            case "value":
                opened = reply.find(b"[", place)
                closed = reply.find(b"]", opened)
                reply[opened + 1 : closed] = data.draw(st.sampled_from(WORDS))
            case "cut":
                del reply[place : place + data.draw(st.integers(1, 400))]
            case _:
                reply[place:place] = reply[place : place + 200]
        if len(reply) < 2:
            break
    believed(bytes(reply), data.draw(st.integers(0, 100)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["STATUS", "VERSION", "POOLS", "SUMMARY", "Code", "Msg", "When", "MODEL", "PROD", "MAC", "URL", "User"]
            )
            | st.sampled_from(["Difficulty Accepted", "Priority", "Stratum Active", "version", "pools", "summary"]),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_small_replies_of_any_shape_are_survived(shape: object) -> None:
    """Version, pools, counters and status of any JSON shape yield what they hold, or nothing."""
    reply = msgspec.json.encode(shape)
    found = document(reply)
    identity = identity_of(found)
    assert identity is None or identity.driver == "avalon"
    for pool in pools_of(found):
        assert pool.accepted_diff is None or isinstance(pool.accepted_diff, int)
    slow = slow_of({"pools": found, "summary": found, "version": found}, 0)
    assert all(value >= 0 for value in slow.values.values() if isinstance(value, int))
    outcome, words = meaning_of(status_of(reply))
    assert outcome in ("done", "refused", "silent")
    assert words
    assert words.isprintable()


@settings(deadline=None)
@given(st.binary(max_size=500))
def test_no_bytes_break_the_small_parsers(reply: bytes) -> None:
    """Any bytes are a document, if only an empty one."""
    assert isinstance(document(reply), dict)
    assert status_of(reply) is not None


NAMES = st.text("ABPSTVabgs_019", min_size=1, max_size=10).map(str.encode)
TEXTS = st.text("0123456789 .-:%xWork,", max_size=30).map(str.encode)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(NAMES, TEXTS, min_size=1, max_size=30), st.integers(0, 10**12 - 1))
def test_every_pair_that_a_machine_writes_is_read_back(pairs: dict[bytes, bytes], when: int) -> None:
    """Written as an A-series or as a home machine writes them, all pairs come back as they were."""
    body = b" ".join(b"%s[%s]" % pair for pair in pairs.items())
    status = b'"STATUS":[{"STATUS":"S","When":%d,"Code":70}]' % when
    found = parse_stats(b'{%s,"STATS":[{"STATS":0,"ID":"AVA100","MM ID0":"%s"}],"id":1}' % (status, body))
    assert (found.family, found.values, found.when) == ("a", pairs, when)
    home = b'{"STATS":[{"MM ID0:Summary":"\'STATS\':{%s}"}],%s,"id":1}' % (body, status)
    found = parse_stats(home)
    assert (found.family, found.values, found.when) == ("home", pairs, when)


def _brackets(size: int) -> bytes:
    return b'{"MM ID0":"' + b"a[" * (size // 2) + b'"}'


def _letters(size: int) -> bytes:
    return b'{"MM ID0":"' + b"a" * size + b'"}'


def _pairs(size: int) -> bytes:
    return b'{"MM ID0":"' + b"a[1]" * (size // 4) + b'"}'


def _boards(size: int) -> bytes:
    return b'{"MM ID0:Summary":"","HBinfo":"' + b"'HB0':{a[1]" * (size // 11) + b'"}'


def _spaces(size: int) -> bytes:
    return b'{"MM ID0"' + b" " * size + b"}"


def _deep(size: int) -> bytes:
    return b'{"STATUS":' + b"[" * size


def _glued(size: int) -> bytes:
    return b'{"STATUS":[{}' + b"}{" * (size // 2)


def _digits(size: int) -> bytes:
    return b'{"MM ID0":"PS[' + b"9" * size + b"] Elapsed[" + b"9" * 5000 + b']","When":' + b"9" * 5000 + b"}"


@pytest.mark.parametrize("make", [_brackets, _letters, _pairs, _boards, _spaces, _deep, _glued, _digits])
def test_the_worst_reply_takes_no_longer_than_its_length(make: Callable[[int], bytes]) -> None:
    """A reply of the longest length that is taken costs a fraction of a second, whatever is in it."""
    reply = make(SIZE)
    start = time.process_time()
    believed(reply, 1)
    document(reply)
    status_of(reply)
    assert time.process_time() - start < 1.0


def test_a_doubt_tells_both_figures() -> None:
    """A machine that claims more than its chips can is doubted in words with what it said and what would be true."""
    (sample,) = [reply for reply in SAMPLES if b"15-194" in reply]
    honest = parse_stats(sample)
    assert doubts_of(honest, model_of("15-194")) == []
    boasting = msgspec.structs.replace(honest, values=honest.values | {b"GHSspd": b"400000.00"})
    doubts = doubts_of(boasting, model_of("15-194"))
    assert any("400,000" in doubt and "GHSmm" in doubt for doubt in doubts)
    thrifty = msgspec.structs.replace(honest, values=honest.values | {b"PS": b"0 1209 1189 287 3412 1188 1500"})
    doubts = doubts_of(thrifty, model_of("15-194"))
    assert any("efficiency" in doubt for doubt in doubts)
