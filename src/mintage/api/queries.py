"""What parts of paths and queries may be: everything has an end."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, StringConstraints

PATH_CHARACTERS_MAX = 200
"""Characters of one part of a path; nothing of ours has a longer name."""
ROWS_MAX = 1 << 53
"""Whole numbers that every reader of JSON can hold; no list of ours is so long."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _day(value: object) -> object:
    """A text that may be a day; pydantic alone takes a number for seconds since 1970 as well.

    Raises:
        ValueError: it is not written as days are.
    """
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("a day is written as 2025-06-30")
    return value


IsoDay = Annotated[date, BeforeValidator(_day)]
"""A day."""
Word = Annotated[str, StringConstraints(max_length=PATH_CHARACTERS_MAX)]
"""One of several words."""
