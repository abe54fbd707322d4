"""One Avalon over time: a poll is one `estats`, and now and then one joined command for what changes slowly."""

from __future__ import annotations

import msgspec

from mintage.fleet.drivers.avalon.client import Line, Silence, request
from mintage.fleet.drivers.avalon.controls import Addressee, act
from mintage.fleet.drivers.avalon.history import History
from mintage.fleet.drivers.avalon.identity import identity_of
from mintage.fleet.drivers.avalon.parse import Stats, parse_stats
from mintage.fleet.drivers.avalon.readings import Fresh, Value, read
from mintage.fleet.drivers.avalon.replies import Row, document, pools_of, rows, text, whole
from mintage.fleet.drivers.avalon.tables import COMPOSED_SOURCES, SLOW_FIELDS
from mintage.fleet.drivers.port import Action, Identity, Result
from mintage.fleet.models import model_of
from mintage.fleet.readings import Pool, Snapshot
from mintage.units.clock import Clock
from mintage.units.errors import WireError

ESTATS, LITESTATS = request("estats"), request("litestats")
SLOW_COMMANDS = ("version", "pools", "summary")
SLOW = request("+".join(SLOW_COMMANDS))
VERSION = request("version")
EPOCH_S_MIN = 1_000_000_000
"""Below it a machine's `When` counts from its start, and tells nothing of its clock."""
_NOT_READ = dict.fromkeys(SLOW_FIELDS, "the slow round was not made yet")


class Slow(msgspec.Struct, frozen=True, gc=False):
    """What the last slow round brought.

    Attributes:
        at_us: when it was.
        values: readings by field.
        unknown: why others are absent.
        pools: pools.
    """

    at_us: int | None
    values: dict[str, Value]
    unknown: dict[str, str]
    pools: tuple[Pool, ...]


class AvalonSession:
    """One Avalon.

    Args:
        line: the line to it.
        identity: who it said it is.
        clock: stamps snapshots and tells when the slow round is due.
        slow_every_s: seconds between slow rounds.
    """

    def __init__(self, line: Line, identity: Identity, clock: Clock, slow_every_s: float) -> None:
        self._line, self._clock, self._slow_every_s = line, clock, slow_every_s
        self._identity, self._model = identity, model_of(identity.model)
        self._slow = Slow(None, {}, _NOT_READ, ())
        self._slow_due_s = clock.elapsed_s()
        self._command = ESTATS
        self._history = History(identity.dna)
        self._family = ""
        self._ahead_s = 0.0

    async def poll(self) -> Snapshot:
        """Read the machine; one that does not answer is a snapshot in state offline, with the reason."""
        asked_us = self._clock.now_us()
        try:
            is_slow = self._clock.elapsed_s() >= self._slow_due_s
            stats = await self._telemetry(is_slow=is_slow)
            at_us, elapsed_s = self._clock.now_us(), self._clock.elapsed_s()
        except Silence as error:
            return self._nothing("offline", error.problem)
        except WireError as error:
            return self._nothing("unknown", error.problem)
        if is_slow and await self._slow_round():
            self._slow_due_s = elapsed_s + self._slow_every_s
        self._family = stats.family
        # Against the instant of asking, so that a slow answer makes the lead of an action longer, never shorter.
        self._ahead_s = stats.when - asked_us / 1e6 if stats.when and stats.when > EPOCH_S_MIN else 0.0
        fresh = read(stats, self._model)
        self._history.compare(stats, fresh, elapsed_s)
        return self._joined(fresh, at_us)

    async def identify(self) -> Identity | None:
        """Ask anew who it is; None where it no longer answers as an Avalon."""
        try:
            found = identity_of(document(await self._line.ask(VERSION)))
        except WireError:
            return None
        if found is not None:
            self._identity, self._model = found, model_of(found.model)
            self._history = History(found.dna)
        return found

    async def act(self, action: Action) -> Result:
        """Do something to it. Never raises for what the machine says or fails to say."""
        family = self._family or (self._model.family if self._model else "a")
        return await act(Addressee(self._line, self._identity.model, family, self._clock, self._ahead_s), action)

    async def _telemetry(self, *, is_slow: bool) -> Stats:
        """One telemetry reply; firmware that leaves its summary out of estats has it in litestats."""
        if is_slow:
            self._command = ESTATS
        stats = parse_stats(await self._line.ask(self._command), self._line.address)
        if stats.values.get(b"GHSspd") is None and self._command is ESTATS and stats.family == "home":
            lite = parse_stats(await self._line.ask(LITESTATS), self._line.address)
            self._command = LITESTATS
            return msgspec.structs.replace(lite, values=stats.values | lite.values, command="litestats")
        return stats if self._command is ESTATS else msgspec.structs.replace(stats, command="litestats")

    async def _slow_round(self) -> bool:
        """One joined command, or the single ones where the firmware joins none; whether it came through."""
        found: dict[str, Row] = {}
        try:
            joined = document(await self._line.ask(SLOW))
            for command in SLOW_COMMANDS:
                part = joined.get(command)
                if isinstance(part, list) and part and isinstance(part[0], dict):
                    found[command] = part[0]
                else:
                    found[command] = document(await self._line.ask(request(command)))
        except WireError as error:
            if self._slow.at_us is None:
                self._slow = Slow(None, {}, dict.fromkeys(SLOW_FIELDS, error.problem), ())
            return False
        self._slow = slow_of(found, self._clock.now_us())
        return True

    def _nothing(self, state: str, reason: str) -> Snapshot:
        """A poll that brought no readings. What was read before is not repeated as if it were new."""
        return Snapshot(
            at_us=self._clock.now_us(),
            slow_us=self._slow.at_us,
            values={**self._slow.values, "state": state},
            unknown={"": reason},
            sources=COMPOSED_SOURCES | {"state": "the connection"},
            pools=self._slow.pools,
        )

    def _joined(self, fresh: Fresh, at_us: int) -> Snapshot:
        slow = self._slow
        return Snapshot(
            at_us=at_us,
            slow_us=slow.at_us,
            values=fresh.values | slow.values,
            unknown=fresh.unknown | slow.unknown,
            sources=fresh.sources,
            boards=fresh.boards,
            fans_rpm=fresh.fans_rpm,
            pools=slow.pools,
            problems=tuple(fresh.problems),
            doubts=tuple(fresh.doubts),
        )


def slow_of(found: dict[str, Row], at_us: int) -> Slow:
    """Readings of a slow round.

    Args:
        found: replies by command.
        at_us: when they came.
    """
    values: dict[str, Value] = {}
    unknown: dict[str, str] = {}
    pools = pools_of(found.get("pools", {}))
    summary = next(iter(rows(found.get("summary", {}), "SUMMARY")), {})
    for field, key in (
        ("accepted_diff", "Difficulty Accepted"),
        ("rejected_diff", "Difficulty Rejected"),
        ("stale_diff", "Difficulty Stale"),
    ):
        told = whole(summary.get(key))
        if told is None or told < 0:
            unknown[field] = f"summary has no believable '{key}'"
        else:
            values[field] = told
    version = next(iter(rows(found.get("version", {}), "VERSION")), {})
    texts = {
        "pool_url": pools[0].url if pools else "",
        "worker": pools[0].worker if pools else "",
        "firmware": text(version.get("VERSION")) or text(version.get("LVERSION")),
    }
    for field, told_text in texts.items():
        if told_text:
            values[field] = told_text
        else:
            unknown[field] = f"{COMPOSED_SOURCES[field].partition('.')[0]} does not say it"
    return Slow(at_us, values, unknown, pools)
