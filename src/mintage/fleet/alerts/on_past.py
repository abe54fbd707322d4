"""Conditions that need more than one poll of one machine: its past, the other machines, the site's file."""

from __future__ import annotations

from fnmatch import fnmatchcase

from mintage.fleet.alerts.condition import NUMERIC, RESTING, SECOND_US, MachineCase, OfMachine, Verdict
from mintage.fleet.whitelist import foreign


class Restarts(OfMachine, frozen=True, kw_only=True, tag="restarts"):
    """The machine restarts again and again.

    Attributes:
        more_than: restarts that are still no alert.
        within_s: seconds within which they are counted.
    """

    finds = ("count", "minutes")
    is_timed = True
    more_than: int = 2
    within_s: float = 3600

    def judge(self, case: MachineCase) -> Verdict:
        """Whether it holds."""
        past, start_us = case.world.pasts.get(case.machine.asset), case.world.now_us - round(self.within_s * SECOND_US)
        if past is None:
            return None
        count = sum(at_us >= start_us for at_us in past.restarts)
        if count > self.more_than:
            return {"count": str(count), "minutes": f"{self.within_s / 60:.0f}"}
        # What an alert stands on may lie before the agent's own start: it is not clear before the whole span was seen.
        return None if case.is_raised and past.since_us > start_us else False


class StandsStill(OfMachine, frozen=True, kw_only=True, tag="stands-still"):
    """Readings that must move have not moved, though the machine answers and hashes.

    Attributes:
        fields: readings that must move.
        for_s: seconds within which they must.
    """

    finds = ("field", "minutes")
    fields: tuple[str, ...] = ("uptime_s",)
    for_s: float = 300

    def trouble(self) -> str:
        """What is wrong with its parameters."""
        unknown = [name for name in self.fields if name not in NUMERIC]
        return f"'{unknown[0]}' is no numeric reading" if unknown else ""

    def judge(self, case: MachineCase) -> Verdict:
        """Whether it holds."""
        past = case.world.pasts.get(case.machine.asset)
        if past is None or case.machine.state != "hashing":
            return False if case.machine.state in RESTING else None
        known = {name: past.still[name][1] for name in self.fields if name in past.still}
        if not known:
            return None
        name = min(known, key=lambda field: known[field])
        still_s = (past.at_us - known[name]) / SECOND_US
        return {"field": name, "minutes": f"{still_s / 60:.0f}"} if still_s >= self.for_s else False


class PoolForeign(OfMachine, frozen=True, kw_only=True, tag="pool-foreign"):
    """The machine is set to a pool or a worker that the site's file does not name."""

    finds = ("reason",)

    def judge(self, case: MachineCase) -> Verdict:
        """Whether it holds."""
        snapshot, site = case.machine.snapshot, case.world.site
        if snapshot is None or site is None or not site.pool or snapshot.state in ("offline", "unknown"):
            return None
        pools = [(pool.url, pool.worker) for pool in snapshot.pools if pool.url]
        if not pools:
            url, worker = snapshot.values.get("pool_url"), snapshot.values.get("worker")
            if not url or worker is None:
                return None
            pools = [(str(url), str(worker))]
        reasons = dict.fromkeys(filter(None, (foreign(site, url, worker) for url, worker in pools)))
        return {"reason": "; ".join(reasons)} if reasons else False


class IdentityDouble(OfMachine, frozen=True, kw_only=True, tag="identity-double"):
    """Two machines that both answer claim the same DNA, MAC or serial.

    Attributes:
        patterns: problems, with * as wildcard, by which the agent marks a machine that claims another one's identity.
    """

    finds = ("claim",)
    is_timed = True
    patterns: tuple[str, ...] = ("claims the * of m-*",)

    def judge(self, case: MachineCase) -> Verdict:
        """Whether it holds."""
        snapshot = case.machine.snapshot
        if snapshot is None or snapshot.state in ("offline", "unknown"):
            return None
        marks = [text for text in snapshot.problems if any(fnmatchcase(text, pattern) for pattern in self.patterns)]
        claim = "; ".join(marks) or case.world.twins.get(case.machine.asset, "")
        return {"claim": claim} if claim else False


class NotPolled(OfMachine, frozen=True, kw_only=True, tag="not-polled"):
    """Nobody asked the machine for long: the agent's polling stands still.

    Attributes:
        for_s: seconds without a poll.
    """

    finds = ("minutes",)
    is_timed = True
    for_s: float = 900

    def judge(self, case: MachineCase) -> Verdict:
        """Whether it holds. The time before the agent's start is no fault of its polling."""
        if case.machine.snapshot is None:
            return None
        asked_us, now_us = case.machine.snapshot.at_us, case.world.now_us
        age_s = (now_us - max(asked_us, case.world.started_us)) / SECOND_US
        if age_s > self.for_s:
            return {"minutes": f"{age_s / 60:.0f}"}
        # An alert that stood before the agent's start is not clear before the machine was asked again.
        return None if case.is_raised and asked_us < case.world.started_us else False
