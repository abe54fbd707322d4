"""Who may record which facts over the network, from one table of rooms and rights."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources

import msgspec

from mintage.journal.intake import Placed
from mintage.people.caller import Caller
from mintage.units.errors import InputError


class RoomRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A room of which facts are recorded.

    Attributes:
        en: its name in English.
        zh: in Traditional Chinese.
        right: the right that records its facts beside the general one; "" where there is none.
    """

    en: str
    zh: str
    right: str = ""


class RightsTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table.

    Attributes:
        right: the right that records facts of any room.
        room: rooms by name, in the order in which people are shown them.
        kept: kinds that nobody writes by hand, with the way on which they come about.
    """

    right: str
    room: dict[str, RoomRow]
    kept: dict[str, str]


@cache
def table() -> RightsTable:
    """The table of rooms and rights."""
    text = resources.files("mintage.desk").joinpath("data", "records.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), RightsTable)


def right_of(kind: str) -> str:
    """The least right that records a kind of fact."""
    row = table().room.get(kind.partition(".")[0])
    return (row.right if row else "") or table().right


def may_record(caller: Caller, kind: str) -> bool:
    """Whether somebody may record facts of a kind over the network."""
    return kind not in table().kept and _has(caller, kind)


def insist(caller: Caller, kind: str) -> None:
    """Insist that somebody may record facts of a kind.

    Raises:
        InputError: nobody writes this kind by hand.
        Forbidden: he or she may not.
    """
    way = table().kept.get(kind)
    if way is not None:
        raise InputError(f"{kind} is not written by hand.", field="kind", remedy=way)
    if not _has(caller, kind):
        caller.insist(right_of(kind))


def insist_on_all(caller: Caller, placed: Iterable[Placed]) -> None:
    """Insist that somebody may record these facts, and that each is his or her own word.

    Raises:
        InputError: one names another actor, or is of a kind that nobody writes by hand; with file and line.
        Forbidden: one is of a kind that the caller may not record.
    """
    for item in placed:
        try:
            insist(caller, item.fact.kind)
        except InputError as error:
            raise error.at(file=item.file, line=item.line) from error
        if item.fact.actor != caller.name:
            raise InputError(
                f"a fact is recorded here in the name of whoever sends it, which is {caller.name}.",
                field="actor",
                remedy="Leave the actor out, or let `mintage facts import` bring in what others recorded.",
                file=item.file,
                line=item.line,
            )


def _has(caller: Caller, kind: str) -> bool:
    return caller.may(table().right) or caller.may(right_of(kind))
