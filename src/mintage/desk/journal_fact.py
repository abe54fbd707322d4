"""One fact, whole: what it says, what it posted, where it can be verified, and where it stands in the chain."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, get_type_hints

import msgspec

from mintage.books.view import View
from mintage.desk.company import Company
from mintage.desk.fact_words import field_name, kind_meaning, kind_name
from mintage.desk.figure import Figure, minor, trace_account, trace_fact, trace_lot
from mintage.desk.journal import FactRow, fact_row, may_read
from mintage.journal.core import Reversal
from mintage.journal.fact import Evidence, Fact, FactData
from mintage.journal.fields import field_unit
from mintage.journal.search import Search
from mintage.people.caller import Caller
from mintage.units.errors import InputError

LEADS = ("of", "origin")
"""Fields that name another fact."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a fact.

    Attributes:
        name: its name.
        en: what it is called in English.
        zh: in Traditional Chinese.
        text: what it says, where it is no figure.
        figure: its amount; None where it is no amount.
        href: what it leads to, "" where it leads nowhere.
    """

    name: str
    en: str
    zh: str
    text: str = ""
    figure: Figure | None = None
    href: str = ""


class FactPosting(msgspec.Struct, frozen=True, kw_only=True):
    """A posting of the fact.

    Attributes:
        account: the account.
        figure: signed amount: plus is a debit.
    """

    account: str
    figure: Figure


class FactMove(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the lot ledger that the fact made.

    Attributes:
        lot: the lot.
        account: where.
        units: units that came (+) or went (-).
        cost: cost that came or went with them.
        kind: how they were got or given up, "" for a move.
        href: address of the lot.
    """

    lot: str
    account: str
    units: Figure
    cost: Figure
    kind: str
    href: str


class FactAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One fact, whole.

    Attributes:
        row: its envelope.
        en: what its kind is called in English.
        zh: in Traditional Chinese.
        meaning: what a fact of its kind says, in English.
        meaning_zh: the same in Traditional Chinese.
        fields: its fields.
        evidence: where it can be verified; None where the actor alone vouches.
        postings: what it posted.
        moves: what it did to lots.
        lots: lots that it opened.
        hash: its hash, in hex.
        previous: hash of the fact before, in hex.
        reverses: key of the fact that it reverses, "" where it is no reversal.
        before: key of the fact before it in the chain.
        after: key of the fact after it.
    """

    row: FactRow
    en: str
    zh: str
    meaning: str
    meaning_zh: str
    fields: tuple[Field, ...]
    evidence: Evidence | None
    postings: tuple[FactPosting, ...]
    moves: tuple[FactMove, ...]
    lots: tuple[str, ...]
    hash: str
    previous: str
    reverses: str = ""
    before: str = ""
    after: str = ""


def fact(company: Company, caller: Caller, key: str) -> FactAnswer:
    """One fact, whole.

    Raises:
        InputError: there is none with this key that the caller may read.
    """
    view = company.view()
    stored = view.journal.fact(key)
    if stored is None or not may_read(caller, stored.fact):
        raise InputError(f"there is no fact '{key[:80]}'.", field="key", remedy="Search for a part of its key.")
    entry = view.journal.entry(key)
    lots = {lot.id: lot.commodity for lot in view.journal.lots_of(key)}
    told = stored.fact
    meaning = (type(told.data).__doc__ or "").strip().partition("\n")[0]
    en, zh = kind_name(told.kind)
    return FactAnswer(
        row=fact_row(view, stored),
        en=en,
        zh=zh,
        meaning=meaning,
        meaning_zh=kind_meaning(told.kind, meaning),
        fields=tuple(_fields(told)),
        evidence=told.evidence,
        postings=tuple(
            FactPosting(
                account=leg.account,
                figure=minor(leg.amount, leg.commodity, trace_account(leg.account, leg.commodity)),
            )
            for leg in (entry.postings if entry else ())
        ),
        moves=tuple(_move(view, move, lots) for move in (entry.moves if entry else ())),
        lots=tuple(lots),
        hash=stored.hash.hex(),
        previous=view.journal.as_of(stored.seq - 1).head()[1].hex(),
        reverses=told.data.of if isinstance(told.data, Reversal) else "",
        before=_neighbour(view, caller, stored.seq - 1),
        after=_neighbour(view, caller, stored.seq + 1),
    )


def _neighbour(view: View, caller: Caller, seq: int) -> str:
    if seq < 1:
        return ""
    found = view.journal.search(Search(), before=seq + 1, limit=1).facts
    there = bool(found) and found[0].seq == seq and may_read(caller, found[0].fact)
    return found[0].fact.key if there else ""


def _fields(told: Fact) -> list[Field]:
    hints = get_type_hints(type(told.data), include_extras=True)
    return [_field(told.data, name, hints[name]) for name in told.data.__struct_fields__]


def _field(data: FactData, name: str, hint: Any) -> Field:
    value, unit, (en, zh) = getattr(data, name), field_unit(hint), field_name(name)
    bare = Field(name=name, en=en, zh=zh)
    if isinstance(value, int) and not isinstance(value, bool):
        amount = unit in {"USD", "BTC", "HASHRATE", "ENERGY"}
        figure = minor(value, unit) if amount else Figure(value=Decimal(value))
        return msgspec.structs.replace(bare, figure=figure)
    if isinstance(value, Decimal):
        digits = max(0, -int(value.as_tuple().exponent))
        return msgspec.structs.replace(bare, figure=Figure(value=value, digits=digits))
    if isinstance(value, tuple | list | dict):
        return msgspec.structs.replace(bare, text=msgspec.json.encode(value, enc_hook=str).decode())
    href = trace_fact(value) if name in LEADS and value else ""
    return msgspec.structs.replace(bare, text="" if value is None else str(value), href=href)


def _move(view: View, move: Any, lots: dict[str, str]) -> FactMove:
    id_ = lots.get(move.lot) or _commodity_of(view, move.lot)
    return FactMove(
        lot=move.lot,
        account=move.account,
        units=minor(move.units, id_),
        cost=minor(move.cost, "USD"),
        kind=move.kind,
        href=trace_lot(move.lot),
    )


def _commodity_of(view: View, lot: str) -> str:
    for opener in (lot, lot.rpartition("/")[0]):
        for found in view.journal.lots_of(opener):
            if found.id == lot:
                return found.commodity
    raise AssertionError(f"the lot {lot} was opened by no fact")
