"""The stamped manifest of a close: what was closed, on which chain, at which price, by which definitions."""

from __future__ import annotations

from hashlib import sha256
from importlib import resources
from typing import Any

import msgspec

from mintage.books.bridge import bridge_version
from mintage.books.kpis import definitions, kpi
from mintage.books.policy import policy
from mintage.books.prices import ClosingPrice
from mintage.books.queries import statement_values
from mintage.books.rollforward import bitcoin_rollforward
from mintage.books.view import View
from mintage.journal.core import PeriodLocked
from mintage.units import Period
from mintage.units.errors import CheckFailed

FORMAT = 1
TABLES = ("statements.toml", "cashflow.toml", "bridge.toml", "kpis.toml", "rollforward.toml", "policy.toml")


def build_manifest(view: View, period: Period, price: ClosingPrice | None, rates: dict[str, str]) -> dict[str, Any]:
    """The manifest of a period as the view shows it. Amounts are whole cents and satoshis, KPIs decimal strings."""
    number, head = view.journal.head()
    roll = bitcoin_rollforward(view, period)
    return {
        "format": FORMAT,
        "period": period.name,
        "chain": {"facts": number, "head": head.hex()},
        "definitions": {
            "policy": policy().version,
            "bridge": bridge_version(period.end),
            "kpis": {id_: row.version for id_, row in definitions().items()},
            "tables": {name: _table_hash(name) for name in TABLES},
        },
        "price": None if price is None else msgspec.to_builtins(price, str_keys=True),
        "rates": rates,
        "rows": figures(view, period),
        "bitcoin": {row.id: {"sats": row.units, "cost": row.cost, "fair_value": row.fair_value} for row in roll.rows},
        "kpis": {id_: _plain(view, id_, period) for id_ in definitions()},
    }


def figures(view: View, period: Period) -> dict[str, dict[str, int]]:
    """All rows in cents of the four statements."""
    return {
        name: {id_: value for id_, value in statement_values(view, name, period).items() if isinstance(value, int)}
        for name in ("income", "balance", "cash", "bridge")
    }


def _plain(view: View, id_: str, period: Period) -> str | None:
    value = kpi(view, id_, period).value
    return None if value is None else f"{value:f}"


def _table_hash(name: str) -> str:
    return sha256(resources.files("mintage.books").joinpath("data", name).read_bytes()).hexdigest()


def encode_manifest(manifest: dict[str, Any]) -> tuple[str, str]:
    """The manifest's canonical JSON, and its SHA-256 in hex."""
    text = msgspec.json.encode(manifest, order="sorted").decode()
    return text, sha256(text.encode()).hexdigest()


def read_manifest(view: View, period: Period) -> dict[str, Any] | None:
    """The manifest of the last close of a period, or None where it was never closed, or locked without one.

    Raises:
        CheckFailed: the manifest is not the one that the lock was stamped with.
    """
    for fact in reversed(view.facts(PeriodLocked.kind)):
        if isinstance(fact.data, PeriodLocked) and fact.data.period == period.name and fact.data.manifest:
            text = fact.evidence.note if fact.evidence and fact.evidence.note else ""
            if sha256(text.encode()).hexdigest() != fact.data.manifest:
                raise CheckFailed(f"the manifest of {period} does not have the hash that its lock was stamped with.")
            found: dict[str, Any] = msgspec.json.decode(text)
            return found
    return None
