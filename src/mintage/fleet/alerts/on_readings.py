"""Conditions on what a machine said in its last poll."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Literal

from mintage.fleet.alerts.condition import NUMERIC, RESTING, Findings, MachineCase, OfMachine, Verdict
from mintage.fleet.latest import Machine


class StateIs(OfMachine, frozen=True, kw_only=True, tag="state"):
    """The machine is in one of these states.

    Attributes:
        states: hashing, starting, idle, asleep, fault, offline or unknown.
    """

    finds = ("state", "reason")
    states: tuple[Literal["hashing", "starting", "idle", "asleep", "fault", "offline", "unknown"], ...]

    def judge(self, case: MachineCase) -> Verdict:
        """Whether it holds."""
        if case.machine.snapshot is None:
            return None
        reason = case.machine.snapshot.unknown.get("", "") or "; ".join(case.machine.snapshot.problems)
        return {"state": case.machine.state, "reason": reason} if case.machine.state in self.states else False


class AsleepUnheld(OfMachine, frozen=True, kw_only=True, tag="asleep-unheld"):
    """The machine sleeps, and neither a curtailment nor anybody's request keeps it asleep."""

    is_timed = True

    def judge(self, case: MachineCase) -> Verdict:
        """Whether it holds. A machine that does not answer may sleep still, or not."""
        if case.machine.state in ("offline", "unknown"):
            return None
        if case.machine.state != "asleep":
            return False
        if case.world.kept is None:
            return None
        return False if case.machine.asset in case.world.kept else {}


class _Reading(OfMachine, frozen=True, kw_only=True):
    """A condition on one numeric reading, asked only in some states.

    Attributes:
        field: the reading.
        limit: where it begins to hold.
        clear_at: where it ends to hold; the limit where left out.
        states: states in which the reading means anything.
    """

    finds = ("value", "limit")
    field: str
    limit: float
    clear_at: float | None = None
    states: tuple[str, ...] = ("hashing",)

    def trouble(self) -> str:
        """What is wrong with its parameters."""
        return "" if self.field in NUMERIC else f"'{self.field}' is no numeric reading"

    def _value(self, machine: Machine) -> float | None:
        snapshot = machine.snapshot
        return snapshot.number(self.field) if snapshot and snapshot.state in self.states else None

    def _silence(self, machine: Machine) -> Verdict:
        return False if machine.state in RESTING else None

    def _edge(self, *, is_raised: bool) -> float:
        return self.clear_at if is_raised and self.clear_at is not None else self.limit

    def _found(self, value: float) -> Findings:
        return {"value": f"{value:g}", "limit": f"{self.limit:g}"}


class Above(_Reading, frozen=True, kw_only=True, tag="above"):
    """A reading is above a limit."""

    def trouble(self) -> str:
        """What is wrong with its parameters."""
        late = self.clear_at is not None and self.clear_at > self.limit
        return "clear_at must not be above limit" if late else _Reading.trouble(self)

    def judge(self, case: MachineCase) -> Verdict:
        """Whether it holds."""
        value = self._value(case.machine)
        if value is None:
            return self._silence(case.machine)
        return self._found(value) if value > self._edge(is_raised=case.is_raised) else False


class Below(_Reading, frozen=True, kw_only=True, tag="below"):
    """A reading is below a limit."""

    def trouble(self) -> str:
        """What is wrong with its parameters."""
        early = self.clear_at is not None and self.clear_at < self.limit
        return "clear_at must not be below limit" if early else _Reading.trouble(self)

    def judge(self, case: MachineCase) -> Verdict:
        """Whether it holds."""
        value = self._value(case.machine)
        if value is None:
            return self._silence(case.machine)
        return self._found(value) if value < self._edge(is_raised=case.is_raised) else False


class BelowShare(OfMachine, frozen=True, kw_only=True, tag="below-share"):
    """The hash rate is below a share of what it should be.

    Attributes:
        of: "expected": what clock and chips imply, or the nameplate where the machine does not tell; "nameplate".
        limit: share at which it begins to hold.
        clear_at: share at which it ends to hold.
    """

    finds = ("value", "should", "share")
    of: Literal["expected", "nameplate"] = "expected"
    limit: float = 0.85
    clear_at: float = 0.9

    def trouble(self) -> str:
        """What is wrong with its parameters."""
        return "" if 0 < self.limit <= self.clear_at <= 1 else "0 < limit <= clear_at <= 1 must hold"

    def judge(self, case: MachineCase) -> Verdict:
        """Whether it holds."""
        snapshot = case.machine.snapshot
        if snapshot is None or snapshot.state != "hashing":
            return False if case.machine.state in RESTING else None
        value, should = snapshot.number("hashrate_ths"), case.machine.identity.nameplate_ths
        if self.of == "expected":
            should = snapshot.number("hashrate_expected_ths") or should
        if value is None or not should:
            return None
        share = value / should
        if share >= (self.clear_at if case.is_raised else self.limit):
            return False
        return {"value": f"{value:.1f}", "should": f"{should:.1f}", "share": f"{share:.0%}"}


class BoardDead(OfMachine, frozen=True, kw_only=True, tag="board-dead"):
    """A hash board does not hash while the machine does."""

    finds = ("boards", "reason")

    def judge(self, case: MachineCase) -> Verdict:
        """Whether it holds."""
        snapshot = case.machine.snapshot
        if snapshot is None or snapshot.state != "hashing" or not snapshot.boards:
            return False if case.machine.state in RESTING else None
        dead = [board for board in snapshot.boards if board.problem or board.hashrate_ths == 0]
        if not dead:
            return None if any(board.hashrate_ths is None for board in snapshot.boards) else False
        reasons = dict.fromkeys(board.problem for board in dead if board.problem)
        return {"boards": ", ".join(str(board.number) for board in dead), "reason": "; ".join(reasons)}


class BitsSet(OfMachine, frozen=True, kw_only=True, tag="bits"):
    """The machine states an error code of its power supply.

    Attributes:
        mask: bits that count.
    """

    finds = ("code", "reason")
    mask: int

    def judge(self, case: MachineCase) -> Verdict:
        """Whether it holds."""
        bits = case.machine.snapshot.number("error_bits") if case.machine.snapshot else None
        if bits is None or case.machine.snapshot is None:
            return None
        return (
            {"code": f"{bits:.0f}", "reason": "; ".join(case.machine.snapshot.problems)}
            if int(bits) & self.mask
            else False
        )


class Complains(OfMachine, frozen=True, kw_only=True, tag="problem"):
    """The machine says that something is wrong, in words.

    Attributes:
        patterns: words with * as wildcard, compared without regard to case.
    """

    finds = ("reason",)
    patterns: tuple[str, ...]

    def judge(self, case: MachineCase) -> Verdict:
        """Whether it holds."""
        if case.machine.snapshot is None or case.machine.snapshot.state in ("offline", "unknown"):
            return None
        found = [
            text
            for text in case.machine.snapshot.problems
            if any(fnmatchcase(text.lower(), pattern.lower()) for pattern in self.patterns)
        ]
        return {"reason": "; ".join(found)} if found else False


class Doubted(OfMachine, frozen=True, kw_only=True, tag="doubt"):
    """The machine's readings break a law of its model, or stand still: they, not the machine, may be wrong.

    Attributes:
        patterns: doubts that count, with * as wildcard, compared without regard to case.
        but_not: doubts that do not count.
    """

    finds = ("reason",)
    patterns: tuple[str, ...] = ("*",)
    but_not: tuple[str, ...] = ()

    def judge(self, case: MachineCase) -> Verdict:
        """Whether it holds."""
        if case.machine.snapshot is None or case.machine.snapshot.state in ("offline", "unknown"):
            return None
        found = [
            text
            for text in case.machine.snapshot.doubts
            if any(fnmatchcase(text.lower(), pattern.lower()) for pattern in self.patterns)
            and not any(fnmatchcase(text.lower(), pattern.lower()) for pattern in self.but_not)
        ]
        return {"reason": "; ".join(found)} if found else False
