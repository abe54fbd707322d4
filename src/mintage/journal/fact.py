"""Facts: typed, immutable statements of what happened, with who said so and on what evidence.

A room declares its facts as frozen structs with the decorator `fact("room.kind")`. Fields are whole minor
units; the annotation says of what (`Usd`, `Sat`, `HashrateGhs`, `EnergyWh`, `Count`). The class docstring and its
"Attributes:" section are the documentation, from which the docs are generated.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, TypeVar, dataclass_transform

import msgspec

from mintage.units.amount import UNITS_MAX
from mintage.units.errors import DuplicateKey, InputError

Usd = Annotated[int, msgspec.Meta(ge=0, le=UNITS_MAX, extra={"unit": "USD"})]
SignedUsd = Annotated[int, msgspec.Meta(ge=-UNITS_MAX, le=UNITS_MAX, extra={"unit": "USD"})]
"""US cents that may be negative: a change, a credit note, an opening credit. All other amounts may not."""
Sat = Annotated[int, msgspec.Meta(ge=0, le=UNITS_MAX, extra={"unit": "BTC"})]
HashrateGhs = Annotated[int, msgspec.Meta(ge=0, le=UNITS_MAX, extra={"unit": "HASHRATE"})]
EnergyWh = Annotated[int, msgspec.Meta(ge=0, le=UNITS_MAX, extra={"unit": "ENERGY"})]
Count = Annotated[int, msgspec.Meta(ge=0, le=UNITS_MAX, extra={"unit": "count"})]
Price = Annotated[Decimal, msgspec.Meta(extra={"unit": "price"})]
"""A ratio or unit price, exact; what of is said by the field's name."""
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9.-]*$", extra={"unit": "name"})]

Grade = Literal["recorded", "stated", "derived", "assumed"]
"""How well a fact is known: recorded from evidence, stated publicly, derived from stated figures, or assumed."""


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class _FactMeta(msgspec.StructMeta):
    """Makes every kind of fact frozen and keyword-only without saying so in each class."""

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> Any:
        return super().__new__(cls, name, bases, namespace, **{"frozen": True, "kw_only": True, **options})


class FactData(msgspec.Struct, forbid_unknown_fields=True, gc=False, metaclass=_FactMeta):
    """Base of every kind of fact.

    Facts never form cycles, so the garbage collector need not walk them (gc=False): in an import of a million postings
    it would take a quarter of the reading.
    """

    kind: ClassVar[str] = ""


class Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Where a fact can be verified.

    Attributes:
        source: file name, URL, statement id or document that says it.
        sha256: hex digest of the file as read, where there is a file.
        row: 1-based line or row in it.
        txid: bitcoin transaction that shows it.
        note: anything a reader must know to believe it.
    """

    source: str
    sha256: str | None = None
    row: int | None = None
    txid: str | None = None
    note: str | None = None


class Fact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One fact in its envelope.

    Attributes:
        key: idempotency key, unique in the journal; the same key with the same content is the same fact.
        at: the instant it happened, microseconds since 1970 UTC.
        date: the accounting date.
        actor: who or what wrote it.
        grade: how well it is known.
        evidence: where it can be verified, or None where the actor alone vouches.
        data: what happened.
    """

    key: str
    at: int
    date: date
    actor: str
    data: FactData
    grade: Grade = "recorded"
    evidence: Evidence | None = None

    @property
    def kind(self) -> str:
        """The kind of fact, "room.what-happened"."""
        return self.data.kind


T = TypeVar("T", bound=type[FactData])
_KINDS: dict[str, type[FactData]] = {}


def fact(kind: str) -> Callable[[T], T]:
    """Declare a class as a kind of fact, under the name "room.what-happened"."""

    def declare(cls: T) -> T:
        cls.kind = kind
        if _KINDS.setdefault(kind, cls) is not cls:
            raise AssertionError(f"two classes declare the fact {kind}")
        return cls

    return declare


def fact_class(kind: str) -> type[FactData]:
    """The class of a kind of fact.

    Raises:
        InputError: no room knows it.
    """
    try:
        return _KINDS[kind]
    except KeyError:
        from difflib import get_close_matches  # noqa: PLC0415  only an error needs it, and start-up time counts

        near = get_close_matches(kind, _KINDS, n=3)
        hint = f"Did you mean {' or '.join(near)}?" if near else "See `mintage facts kinds`."
        raise InputError(f"'{kind}' is not a kind of fact.", remedy=hint) from None


def fact_kinds() -> dict[str, type[FactData]]:
    """Every declared kind with its class."""
    return dict(_KINDS)


def encode_fact(item: Fact) -> bytes:
    """The canonical bytes of a fact: JSON with fields in declared order. These bytes are hashed and stored."""
    data = item.data
    return _ENCODER.encode(_Body(data.kind, item.key, item.at, item.date, item.actor, item.grade, item.evidence, data))


def decode_fact(raw: bytes) -> Fact:
    """Read a fact back from its canonical bytes.

    Raises:
        InputError: the bytes are not such a fact.
    """
    try:
        envelope = _ENVELOPE.decode(raw)
        data = msgspec.json.decode(envelope.data, type=fact_class(envelope.kind))
    except (msgspec.MsgspecError, RecursionError) as error:
        raise InputError(f"this is not a stored fact: {error}.") from error
    return Fact(
        key=envelope.key,
        at=envelope.at,
        date=envelope.date,
        actor=envelope.actor,
        grade=envelope.grade,
        evidence=envelope.evidence,
        data=data,
    )


def same_content(one: Fact, other: Fact) -> bool:
    """Whether two facts say the same, whatever evidence they carry."""
    bare = [msgspec.structs.replace(item, evidence=None) for item in (one, other)]
    return bare[0] == bare[1]


def refuse_other_content(stored: Fact, offered: Fact) -> None:
    """Accept a fact that is stored already, even from a newer copy of its file; refuse another one under its key.

    Raises:
        DuplicateKey: the two say different things.
    """
    if not same_content(stored, offered):
        raise DuplicateKey(
            f"the key '{offered.key}' is taken by a fact with another content.",
            remedy="Give this fact a key of its own; to correct the stored one, reverse it.",
            field="key",
            fact=offered.key,
        )


class _Head(msgspec.Struct):
    kind: str
    key: str
    at: int
    date: date
    actor: str
    grade: Grade
    evidence: Evidence | None


class _Body(_Head):
    data: FactData


class _Envelope(_Head):
    data: msgspec.Raw


_ENCODER = msgspec.json.Encoder(decimal_format="string")
_ENVELOPE = msgspec.json.Decoder(_Envelope)
