"""The tree that a trace answers with."""

from __future__ import annotations

from typing import Literal

import msgspec

from mintage.journal.fact import Evidence, Fact

NodeKind = Literal["kpi", "definition", "term", "account", "group", "fact", "evidence", "lot", "move"]
TOLD = ("site", "pool", "txid", "wallet", "customer", "order", "lender", "serials")
"""Fields of a fact that lead to a thing in the world, shown as steps of their own."""


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a trace. `msgspec.to_builtins(node)` is its JSON form.

    Attributes:
        kind: what it is.
        label: its id or name.
        value: its amount as printed, or "".
        note: what else a reader must know.
        children: what it was made from.
        commodity: of an account, the commodity of its postings that are meant.
        start: first day of those postings, an ISO date; "" from the beginning.
        end: last day of them; "" for no account.
    """

    kind: NodeKind
    label: str
    value: str = ""
    note: str = ""
    children: tuple[Node, ...] = ()
    commodity: str = ""
    start: str = ""
    end: str = ""


def fact_node(fact: Fact, value: str) -> Node:
    """A fact, with what it names in the world and its evidence below."""
    named = ((name, getattr(fact.data, name, "")) for name in TOLD)
    children = [Node(kind="term", label=name, value=str(told)) for name, told in named if told]
    children.append(_evidence(fact, fact.evidence))
    note = f"{fact.kind}, {fact.date}, {fact.grade}"
    return Node(kind="fact", label=fact.key, value=value, note=note, children=tuple(children))


def _evidence(fact: Fact, evidence: Evidence | None) -> Node:
    if evidence is None:
        return Node(kind="evidence", label=f"none: {fact.actor} alone vouches for it")
    parts = (
        f"row {evidence.row}" if evidence.row else "",
        f"sha256 {evidence.sha256}" if evidence.sha256 else "",
        f"txid {evidence.txid}" if evidence.txid else "",
        evidence.note or "",
    )
    return Node(kind="evidence", label=evidence.source, note=", ".join(part for part in parts if part))
