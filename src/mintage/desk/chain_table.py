"""The tables of the chain page: stages, lines and flows, and the rules of what is stuck."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from mintage.desk.chain_answer import Branch, Role


class KpiSource(msgspec.Struct, frozen=True, tag_field="op", tag="kpi", forbid_unknown_fields=True):
    """A KPI of the books, with its unit and digits."""

    id: str


class BalanceSource(msgspec.Struct, frozen=True, tag_field="op", tag="balance", forbid_unknown_fields=True):
    """Balances, or their changes, of the accounts and commodities that fit patterns."""

    account: str
    commodity: str
    sign: Literal[1, -1] = 1


class FactsSource(msgspec.Struct, frozen=True, tag_field="op", tag="facts", forbid_unknown_fields=True):
    """The sum of a field over the facts of a span of time."""

    kinds: tuple[str, ...]
    field: str


class MovesSource(msgspec.Struct, frozen=True, tag_field="op", tag="moves", forbid_unknown_fields=True):
    """The carrying amount of the lots that facts of one kind moved: of what came (sign 1) or of what left (-1)."""

    commodity: str
    fact: str
    sign: Literal[1, -1] = 1


Source = KpiSource | BalanceSource | FactsSource | MovesSource


class LineRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of a stage; see `chain.toml`."""

    id: str
    en: str
    zh: str
    role: Role
    source: Source = msgspec.field(name="from")
    unit: str = ""
    digits: int = 0
    plan: str = ""
    head: bool = False
    quiet: bool = False
    apart: bool = False


class PlacesRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is told by plant or site: the last part of the account's name."""

    account: str
    commodity: str
    unit: str


class StageRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stage; see `chain.toml`."""

    id: str
    en: str
    zh: str
    icon: str
    branch: Branch
    right: str
    href: str
    signs: tuple[tuple[str, str], ...]
    empty: dict[str, str]
    line: tuple[LineRow, ...]
    places: PlacesRow | None = None


class LinkRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What flows between two stages, in USD."""

    id: str
    source: str
    target: str
    en: str
    zh: str
    evidence: str
    read: Source = msgspec.field(name="from")


class ChainTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table of the chain."""

    stage: tuple[StageRow, ...]
    link: tuple[LinkRow, ...]


RuleKind = Literal[
    "aged", "lots", "gap", "loan", "period", "uncredited", "unreported", "waiting", "silent"
]  # fmt: skip


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule of what is stuck; see `stuck.toml`."""

    id: str
    kind: RuleKind
    stage: str
    en: str
    zh: str
    remedy: dict[str, str]
    href: str
    warn: int
    bad: int
    account: str = ""
    commodity: str = ""
    least: int = 1


class _RuleTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: tuple[Rule, ...]


@cache
def chain_table() -> ChainTable:
    """Stages and flows as shipped."""
    return msgspec.toml.decode(_read("chain.toml"), type=ChainTable)


@cache
def rules() -> tuple[Rule, ...]:
    """What counts as stuck, as shipped."""
    return msgspec.toml.decode(_read("stuck.toml"), type=_RuleTable).rule


def _read(name: str) -> bytes:
    found: bytes = resources.files("mintage.desk").joinpath(f"data/{name}").read_bytes()
    return found


def scale_of(unit: str) -> int:
    """Decimal digits of the minor unit in which a unit is counted."""
    return SCALES.get(unit, 0)


SCALES: dict[str, int] = {"USD": 2, "BTC": 8, "TH/s": 3, "kWh": 3}
