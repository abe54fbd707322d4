"""Stratum V1 on the wire: one JSON object a line, and the numbers of its errors.

Source: the protocol as cgminer speaks it; its errors 20 to 25 as in the first pool's description of 2012.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

LINE_BYTES_MAX = 16_384
"""Longest line that either side reads; the longest honest one, a job with its branch, is under 2 KiB."""
VERSION_MASK = 0x1FFF_E000
"""Bits of a block's version that a machine may roll (BIP 320)."""
ERRORS = {
    20: "Other/Unknown",
    21: "Job not found",
    22: "Duplicate share",
    23: "Low difficulty share",
    24: "Unauthorized worker",
    25: "Not subscribed",
}
OTHER, STALE, DUPLICATE, LOW, UNAUTHORIZED, UNSUBSCRIBED = ERRORS

Id = int | str | None


class Line(msgspec.Struct, frozen=True):
    """A request, an answer or a notification.

    Attributes:
        id: what an answer answers; None in a notification.
        method: what is asked for; "" in an answer.
        params: its parameters.
        result: what is answered.
        error: number, words and detail where it was refused.
    """

    id: Id = None
    method: str = ""
    params: list[Any] = []
    result: Any = None
    error: list[Any] | None = None


class _Request(msgspec.Struct, frozen=True):
    id: Id
    method: str
    params: Sequence[Any]


class _Answer(msgspec.Struct, frozen=True):
    id: Id
    result: Any
    error: Sequence[Any] | None


_DECODER = msgspec.json.Decoder(Line)
_ENCODER = msgspec.json.Encoder()


def read(line: bytes) -> Line:
    """A line as it was said.

    Raises:
        ValueError: it is no such JSON object.
    """
    return _DECODER.decode(line)


def request(id_: Id, method: str, params: Sequence[Any]) -> bytes:
    """A request, or a notification where the id is None."""
    return _ENCODER.encode(_Request(id_, method, params)) + b"\n"


def answer(id_: Id, result: Any) -> bytes:
    """An answer that grants."""
    return _ENCODER.encode(_Answer(id_, result, None)) + b"\n"


def refusal(id_: Id, code: int, words: str = "") -> bytes:
    """An answer that refuses."""
    return _ENCODER.encode(_Answer(id_, None, (code, words or ERRORS[code], None))) + b"\n"
