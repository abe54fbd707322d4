"""The small replies of an Avalon: status, version, pools and counters. Each is JSON, mostly; none is trusted."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from mintage.fleet.readings import Pool

WHOLE_MAX = 2**63 - 1
TEXT_MAX = 200
ROWS_MAX = 32
_GLUED = re.compile(rb"\}\s*+\{")
_UNPRINTABLE = re.compile(rb"[\x00-\x1f\x7f]")

Row = Mapping[str, Any]


class Status(msgspec.Struct, frozen=True):
    """How the machine took a command.

    Attributes:
        kind: S success, I information, W warning, E error, F fatal; "" where it did not say.
        code: the protocol's number of what happened; None where it did not say.
        words: its message.
        when: its own time.
    """

    kind: str = ""
    code: int | None = None
    words: str = ""
    when: int | None = None


def document(reply: bytes) -> Row:
    """A reply as a mapping; an empty one where it is none, however broken or hostile it is."""
    found = _decoded(reply)
    if found is None:
        found = _decoded(_repaired(reply))
    return found if isinstance(found, dict) else {}


def rows(reply: Row, section: str) -> list[Row]:
    """Rows of a section, also where the command was joined with others."""
    found = reply.get(section)
    if not isinstance(found, list):
        joined = reply.get(section.lower())
        first = joined[0] if isinstance(joined, list) and joined and isinstance(joined[0], dict) else {}
        found = first.get(section)
    return [row for row in found[:ROWS_MAX] if isinstance(row, dict)] if isinstance(found, list) else []


def status_of(reply: bytes) -> Status:
    """How the machine took a command; empty where it did not say."""
    found = document(reply)
    if found.get("STATUS") == "RESTART":
        return Status("S", None, "RESTART")
    first = next(iter(rows(found, "STATUS")), {})
    return Status(
        text(first.get("STATUS"))[:1], whole(first.get("Code")), text(first.get("Msg")), whole(first.get("When"))
    )


def pools_of(found: Row) -> tuple[Pool, ...]:
    """Pools of a reply to `pools`: the one in use first, then by the machine's priority."""
    listed = []
    for place, row in enumerate(rows(found, "POOLS")):
        active = row.get("Stratum Active")
        pool = Pool(
            url=text(row.get("URL")),
            worker=text(row.get("User")),
            active=active if isinstance(active, bool) else None,
            accepted_diff=whole(row.get("Difficulty Accepted")),
            rejected_diff=whole(row.get("Difficulty Rejected")),
            stale_diff=whole(row.get("Difficulty Stale")),
        )
        priority = whole(row.get("Priority"))
        listed.append((pool.active is not True, place if priority is None else priority, place, pool))
    return tuple(pool for *_, pool in sorted(listed, key=lambda item: item[:3]))


def whole(value: object) -> int | None:
    """A count that the machine wrote as an integer or a float; None where it is no such number, or absurd."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return int(value) if -WHOLE_MAX <= value <= WHOLE_MAX else None


def text(value: object) -> str:
    """A text, printable and of bounded length; "" where it is none."""
    if not isinstance(value, str):
        return ""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in value[:TEXT_MAX]).strip()


def _decoded(reply: bytes) -> object:
    """JSON as Python sees it; None where it is none, or nested so deep that it can only be meant to harm."""
    try:
        return msgspec.json.decode(reply)
    except (msgspec.DecodeError, RecursionError, ValueError):
        return None


def _repaired(reply: bytes) -> bytes:
    """The reply without what known firmware breaks: glued objects, control characters, letters of another encoding."""
    clean = _UNPRINTABLE.sub(b" ", reply).decode("utf-8", errors="replace").encode()
    return _GLUED.sub(b"},{", clean)
