"""What travels from a site to headquarters: numbered parcels, each with the hash of its body."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Annotated, Literal, Protocol

import msgspec

from mintage.fleet.sites import Slug
from mintage.units.errors import InputError

BODY_BYTES_MAX = 32 << 20
"""Largest body of one parcel."""
BATCH_BYTES_MAX = BODY_BYTES_MAX + (1 << 16)
"""Largest batch: one parcel of the largest size fits in."""
PARCELS_MAX = 500

Kind = Literal["telemetry", "facts"]
"""telemetry: a Parquet file of samples; facts: one fact a line, in its canonical bytes."""
Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Envelope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One parcel.

    Attributes:
        site: site that sends it.
        seq: its number at that site; numbers only rise and are never used twice.
        kind: what its body is.
        sha256: SHA-256 of the body, hex.
        body: what is sent.
    """

    site: Slug
    seq: Annotated[int, msgspec.Meta(gt=0, lt=10**15)]
    kind: Kind
    sha256: Digest
    body: bytes

    @property
    def intact(self) -> bool:
        """Whether the body is the one that was sent."""
        return sha256(self.body).hexdigest() == self.sha256


class Receipt(msgspec.Struct, frozen=True):
    """What became of a parcel.

    Attributes:
        seq: its number.
        taken: whether all of it is in place, now or since before.
        problem: what of it was refused for good, and why; "" where it was taken.
    """

    seq: int
    taken: bool
    problem: str = ""


class Uplink(Protocol):
    """The way to headquarters; adapters are held to one contract suite."""

    async def send(self, parcels: Sequence[Envelope]) -> list[Receipt]:
        """Send parcels in order; a receipt for each that was dealt with, which may be fewer than were sent.

        Raises:
            WireError: headquarters cannot be reached, or answers that it cannot take anything now. Send again later.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


def pack(parcels: Iterable[Envelope]) -> bytes:
    """The bytes of a batch."""
    return msgspec.msgpack.encode(list(parcels))


def unpack(raw: bytes) -> list[Envelope]:
    """A batch from its bytes.

    Raises:
        InputError: these are not the bytes of a batch, or they hold too many or too large parcels.
    """
    try:
        parcels = _BATCH.decode(raw)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise InputError(f"this is no batch of parcels: {error}.") from error
    if len(parcels) > PARCELS_MAX or any(len(item.body) > BODY_BYTES_MAX for item in parcels):
        raise InputError(f"a batch may hold {PARCELS_MAX} parcels of {BODY_BYTES_MAX} bytes each.")
    return parcels


_BATCH = msgspec.msgpack.Decoder(list[Envelope])
