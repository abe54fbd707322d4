"""Telemetry of an Avalon (estats, litestats, stats) as pairs of name and text, taken from the bytes in one pass.

A reply is JSON around one string of `Name[value]` pairs:
{"STATS":[{"MM ID0":"Ver[..] DNA[..] .. PS[0 1215 1333 ..] ..",..}],..} on A-series,
{"STATS":[{"HBinfo":"'HB0':{PVT_T0[..] ..}","MM ID0:Summary":"'STATS':{Ver[..] ..}"}],..} on home and hydro machines.
"""

from __future__ import annotations

import math
import re
from typing import Literal

import msgspec

from mintage.fleet.drivers.avalon.replies import status_of
from mintage.units.errors import WireError

Family = Literal["a", "home"]

_MODULE = re.compile(rb'"MM ID0(:Summary)?"\s*+:\s*+"')
_BOARDS = re.compile(rb'"HBinfo"\s*+:\s*+"')
_WHEN = re.compile(rb'"When"\s*+:\s*+(\d{1,12})\b')
BOARDS_MAX = 16
_SECOND = b'"MM ID1'


class Stats(msgspec.Struct, frozen=True, gc=False):
    """What a machine said of itself.

    Attributes:
        family: which of the two formats it speaks.
        values: text of each pair by name; empty where the machine left its summary out.
        when: its own time: seconds since 1970, or on A-series since it started; None where it does not say.
        modules: whether there are more machines behind the same controller, of which only the first is read.
        command: command that it answers.
    """

    family: Family
    values: dict[bytes, bytes]
    when: int | None
    modules: bool
    command: str = "estats"

    def numbers(self, name: bytes) -> list[float]:
        """The numbers of a pair, NaN where a word is none; empty where there is no such pair."""
        return [number(word) for word in self.values.get(name, b"").split()]


def number(word: bytes) -> float:
    """A number, a trailing % allowed; NaN where it is none."""
    try:
        return float(word)
    except ValueError:
        pass
    try:
        return float(word.removesuffix(b"%"))
    except ValueError:
        return math.nan


def parse_stats(reply: bytes, peer: str = "") -> Stats:
    """Read a reply to estats, litestats or stats.

    Args:
        reply: what the machine sent.
        peer: its address, for the error.

    Raises:
        WireError: it is a refusal, is cut off, or is no telemetry of an Avalon.
    """
    found = _MODULE.search(reply)
    if found is None:
        words = status_of(reply).words
        problem = f'it refuses to tell its telemetry: "{words}".' if words else "its reply holds no telemetry."
        raise WireError(problem, peer=peer)
    if not reply.rstrip().endswith(b"}"):
        raise WireError(f"its telemetry is cut off after {len(reply):,} bytes.", peer=peer)
    values = _pairs(reply, found.end())
    boards = _BOARDS.search(reply) if found[1] else None
    if boards:
        values |= _boards_pairs(reply, boards.end())
    when = _WHEN.search(reply, max(reply.find(b'"When"'), 0))
    modules = _SECOND in reply
    return Stats("home" if found[1] else "a", values, int(when[1]) if when else None, modules)


def _pairs(reply: bytes, start: int) -> dict[bytes, bytes]:
    """Pairs of the string that starts there; each byte is looked at once, whatever the string holds."""
    start = reply.find(b"{", start, start + len(b"'STATS':{")) + 1 or start
    pairs = {}
    for part in reply[start : reply.find(b'"', start)].split(b"]"):
        name, bracket, value = part.partition(b"[")
        if bracket:
            pairs[name.strip()] = value
    return pairs


def _boards_pairs(reply: bytes, start: int) -> dict[bytes, bytes]:
    """Pairs of each board by its own number, whether the names in it say PVT_T0 on every board or PVT_T1 on 'HB1'."""
    pairs: dict[bytes, bytes] = {}
    for number, board in enumerate(reply[start : reply.find(b'"', start)].split(b"'HB")[1 : BOARDS_MAX + 1]):
        own = b"%d" % number
        for part in board.split(b"]"):
            name, bracket, value = part.partition(b"[")
            if bracket:
                stem = name[name.rfind(b"{") + 1 :].strip().rstrip(b"0123456789")
                pairs[stem + own] = value
    return pairs
