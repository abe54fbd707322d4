"""What every condition of a rule is: a pure question about a machine or a gauge.

A condition answers holds, clear or unknown. One that holds says its findings by name; a rule's texts may name them in
braces. "Unknown" neither raises an alert nor ends one. A condition knows whether its alert stands already, so that it
can ask for more than the bare limit before it calls the matter clear.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from mintage.fleet.alerts.subjects import Gauge, GaugeKind, World
from mintage.fleet.latest import Machine
from mintage.fleet.readings import fields

Findings = dict[str, str]
Verdict = Findings | Literal[False] | None
"""Findings: it holds; False: it does not; None: unknown."""
NUMERIC = frozenset(field.name for field in fields() if field.kind != "text")
SECOND_US = 1_000_000
RESTING = frozenset({"asleep", "idle"})
"""States in which hashing is not expected: nothing that is wrong with it stays wrong."""


class MachineCase(msgspec.Struct, frozen=True, gc=False):
    """A machine to be judged.

    Attributes:
        machine: it.
        world: what else may be known.
        is_raised: whether an alert of the rule stands for it.
    """

    machine: Machine
    world: World
    is_raised: bool


class GaugeCase(msgspec.Struct, frozen=True, gc=False):
    """A gauge to be judged.

    Attributes:
        gauge: it.
        world: what else may be known.
        is_raised: whether an alert of the rule stands for it.
    """

    gauge: Gauge
    world: World
    is_raised: bool


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="condition"):
    """What every condition has.

    Attributes:
        finds: names of its findings, for the texts of rules.
        is_timed: whether it can change with nothing but the passing of time.
    """

    finds: ClassVar[tuple[str, ...]] = ()
    is_timed: ClassVar[bool] = False

    def trouble(self) -> str:
        """What is wrong with its parameters; "" where nothing is."""
        return ""


class OfMachine(Condition, frozen=True, kw_only=True):
    """A condition on a machine."""

    def judge(self, case: MachineCase) -> Verdict:
        """Whether it holds."""
        raise NotImplementedError


class OfGauge(Condition, frozen=True, kw_only=True):
    """A condition on a gauge of one kind.

    Attributes:
        kind: kind of gauge.
    """

    kind: GaugeKind

    def judge(self, case: GaugeCase) -> Verdict:
        """Whether it holds."""
        raise NotImplementedError
