"""What a comparison of two languages returns."""

from typing import Literal

import msgspec

Kind = Literal["number", "unit", "term", "period", "missing"]


class LanguageNote(msgspec.Struct, frozen=True):
    """One loss or change of meaning between an English paragraph and its Chinese translation.

    `line` and `zh_line` are 1-based lines of the file. `source` is the English words, `target` the Chinese
    ones ("" where that side says nothing), `suggest` the right Traditional Chinese wording or None, `why` the
    reason in one sentence. `start` and `zh_start` are where they begin in the two paragraphs, None where they are
    not words of it.
    """

    line: int
    kind: Kind
    source: str
    target: str
    suggest: str | None
    zh_line: int
    why: str
    start: int | None = None
    zh_start: int | None = None
