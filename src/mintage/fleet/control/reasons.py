"""Why somebody does something: one short line, for those who read the trail."""

from __future__ import annotations

import unicodedata

from mintage.units.errors import InputError

REASON_CHARACTERS_MAX = 500
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Characters that nobody sees: they move the cursor, turn the direction of text or break a line."""


def said(reason: str) -> str:
    """A reason as it is kept, without spaces around it.

    Raises:
        InputError: there is none.
    """
    if not reason.strip():
        raise InputError("no reason is given.", field="reason", remedy="Say why, for those who read the trail.")
    return remark(reason)


def remark(text: str) -> str:
    """A reason that may be left out, as it is kept.

    Raises:
        InputError: it is too long, or has characters that cannot be seen.
    """
    if len(text) > REASON_CHARACTERS_MAX:
        raise InputError(f"a reason has at most {REASON_CHARACTERS_MAX} characters.", field="reason")
    kept = text.strip()
    unseen = next((char for char in kept if unicodedata.category(char) in _UNSEEN), "")
    if unseen:
        raise InputError(
            f"a reason is one line of plain text: it has the control character U+{ord(unseen):04X}.", field="reason"
        )
    return kept
