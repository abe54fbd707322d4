"""The two framings of a reply: text for `cmd|parameter`, JSON for `{"command": ..., "parameter": ...}`."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

Cell = tuple[str, str, bool]
"""Key, value as written, and whether JSON puts it in quotes."""
Row = list[Cell]
DESCRIPTION = "cgminer 4.11.1"
_SINGLE = {"VERSION", "SUMMARY", "CONFIG", "CHECK", "COIN"}


def word(key: str, value: str) -> Cell:
    """A text."""
    return (key, value, True)


def number(key: str, value: int) -> Cell:
    """A whole number."""
    return (key, str(value), False)


def fraction(key: str, value: float, places: int) -> Cell:
    """A number with so many decimal places."""
    return (key, f"{value:.{places}f}", False)


def flag(key: str, *, value: bool) -> Cell:
    """True or false."""
    return (key, "true" if value else "false", False)


def status(letter: str, when: int, code: int, message: str) -> Row:
    """The row that begins every reply: S success, I information, W warning, E error."""
    return [
        word("STATUS", letter),
        number("When", when),
        number("Code", code),
        word("Msg", message),
        word("Description", DESCRIPTION),
    ]


class Reply:
    """One reply: its status and, for a read, a section of rows.

    Args:
        head: status row.
        section: name of the section in JSON; "" for none.
        rows: the section's rows.
    """

    __slots__ = ("head", "rows", "section")

    def __init__(self, head: Row, section: str = "", rows: Iterable[Row] = ()) -> None:
        self.head, self.section, self.rows = head, section, tuple(rows)

    def json(self) -> str:
        """The reply as a JSON object."""
        tail = f',"{self.section}":[{",".join(map(_object, self.rows))}]' if self.section else ""
        return f'{{"STATUS":[{_object(self.head)}]{tail},"id":1}}'

    def text(self) -> str:
        """The reply as text; a section that has only one row goes by its name, others by their row's first key."""
        prefix = f"{self.section}," if self.section in _SINGLE else ""
        rows = [self.head, *self.rows]
        parts = [",".join(f"{key}={value}" for key, value, _ in row) for row in rows]
        return "|".join([parts[0], *(prefix + part for part in parts[1:])]) + "|"


def _object(row: Row) -> str:
    return "{" + ",".join(f'"{key}":{_quoted(value) if quoted else value}' for key, value, quoted in row) + "}"


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode()
