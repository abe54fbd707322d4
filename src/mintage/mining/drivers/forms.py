"""The forms of pools' APIs, as the data file `forms.toml` says them."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

FORMS_FILE = Path(__file__).with_name("forms.toml")


class FieldForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"kind": "as"}):
    """Where a value stands in a row, and what it is.

    Attributes:
        at: dotted path within the row.
        kind: kind of value (`values.KINDS`, or "hashrate" with a unit beside it).
        unit_at: dotted path of the unit of a "hashrate".
        optional: whether it may be missing or null.
    """

    at: str
    kind: str
    unit_at: str = ""
    optional: bool = False


class Filter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rows count; a row of neither list is an unknown form.

    Attributes:
        at: dotted path of the deciding value.
        take: values of the rows that count.
        leave: values of the rows that do not.
    """

    at: str
    take: tuple[str, ...]
    leave: tuple[str, ...] = ()


class RequestForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One request and its answer.

    Attributes:
        method: HTTP method.
        path: path and query, with {account}, {first}, {last} (ISO dates), {first_s}, {last_s} (Unix seconds of the
            first instant and of the end) and {page}.
        body: JSON body with the same words; "{first_s}" alone becomes a number.
        reach_days: how many days later rows of a day may still be filed.
        rows: dotted path of the list of rows, or of the one object.
        more: dotted path that is true, or not null, where another page follows.
        sum: whether several rows of one day are added up.
        only: which rows count.
        fields: field of ours to its place.
    """

    method: Literal["GET", "POST"] = "GET"
    path: str
    body: dict[str, Any] = {}
    reach_days: int = 0
    rows: str
    more: str = ""
    sum: bool = False
    only: Filter | None = None
    fields: dict[str, FieldForm]


class Refusal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an answer says in its body that the request failed.

    Attributes:
        at: dotted path of the code; failed where it is there and not `fine`.
        say: dotted path of the words.
        fine: the code of success.
    """

    at: str
    say: str
    fine: int = 0


class PoolForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of pool.

    Attributes:
        title: the pool's own name.
        source: documentation that the form was taken from.
        read: day on which it was read.
        grade: "documented": from the pool's own documentation; "observed": also from public clients of it.
        scheme: how it pays.
        auth_header: header that carries the token; "" where none is needed.
        auth_prefix: what stands before the token.
        gap_s: seconds to leave between two requests.
        refusal: how an answer says that it failed.
        idle_days_zero: whether a day without rows was worth nothing, rather than not stated.
        days: requests for days; the first says which days there are, the others add fields.
        payouts: request for payouts.
        hashrate: request for the hash rate now.
        hashrate_window_s: what that hash rate is the mean over, s.
        silent: field that the pool does not state to the reason, where there is more to say than that.
    """

    title: str
    source: str
    read: date
    grade: Literal["documented", "observed"]
    scheme: str
    auth_header: str = ""
    auth_prefix: str = ""
    gap_s: float = 0.0
    refusal: Refusal | None = None
    idle_days_zero: bool = False
    days: tuple[RequestForm, ...]
    payouts: RequestForm
    hashrate: RequestForm
    hashrate_window_s: int
    silent: dict[str, str] = {}


@cache
def forms() -> dict[str, PoolForm]:
    """Every form by the name of its adapter."""
    return msgspec.toml.decode(FORMS_FILE.read_bytes(), type=dict[str, PoolForm])
