"""Cursors: where a list goes on, opaque to whoever asks, and refused where they were not given by us."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from mintage.units.errors import InputError

LIMIT, LIMIT_MAX = 50, 1_000


def cursor_of(*place: Any) -> str:
    """A cursor that says where the next page begins."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def place_of(cursor: str, *types: type) -> tuple[Any, ...] | None:
    """Where a page begins; None for the first one.

    Raises:
        InputError: the cursor is none of ours.
    """
    if not cursor:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return msgspec.json.decode(raw, type=tuple[types])  # type: ignore[valid-type]  # made of the types given
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise InputError(
            "this is no cursor of ours.", field="cursor", remedy="Take `next` of the page before."
        ) from error
