"""Views of a page that somebody saved under a name: the page's query, kept for that person alone."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import msgspec

from mintage.desk.company import Company
from mintage.people.caller import Caller
from mintage.units.errors import InputError

VIEWS_MAX = 50
QUERY_MAX = 2_000
NAME_MAX = 60
_SCHEMA = """
CREATE TABLE IF NOT EXISTS saved_view (
    person TEXT NOT NULL, page TEXT NOT NULL, name TEXT NOT NULL, query TEXT NOT NULL, made_us INTEGER NOT NULL,
    PRIMARY KEY (person, page, name)) WITHOUT ROWID;
"""


class SavedView(msgspec.Struct, frozen=True, kw_only=True):
    """A view that somebody saved.

    Attributes:
        name: what he or she calls it.
        query: the page's query.
        made_us: when.
    """

    name: str
    query: str
    made_us: int


def views(company: Company, caller: Caller, page_id: str) -> list[SavedView]:
    """Views of a page that somebody saved, by name."""
    company.state.define(_SCHEMA)
    query = "SELECT name, query, made_us FROM saved_view WHERE person = ? AND page = ? ORDER BY name"
    rows = company.state.rows(query, (caller.name, page_id))
    return [SavedView(name=name, query=asked, made_us=made_us) for name, asked, made_us in rows]


def save_view(company: Company, caller: Caller, page_id: str, name: str, query: str) -> SavedView:
    """Save a view of a page; one of the same name is replaced.

    Raises:
        InputError: it has no name, is too long, or there are too many.
    """
    name, query = name.strip(), query.lstrip("?")
    if not (0 < len(name) <= NAME_MAX and name.isprintable()):
        raise InputError(f"a view's name has 1 to {NAME_MAX} printable characters.", field="name")
    if len(query) > QUERY_MAX:
        raise InputError(f"a view has at most {QUERY_MAX:,} characters.", field="query")
    kept = [pair for pair in parse_qsl(query) if pair[0] not in ("cursor", "done")]
    company.state.define(_SCHEMA)
    made = SavedView(name=name, query=urlencode(kept), made_us=company.wall.now_us())
    with company.state.transaction():
        known = {view.name for view in views(company, caller, page_id)}
        if name not in known and len(known) >= VIEWS_MAX:
            raise InputError(f"there are {VIEWS_MAX} views already.", field="name", remedy="Remove one first.")
        company.state.execute(
            "INSERT OR REPLACE INTO saved_view VALUES (?, ?, ?, ?, ?)",
            (caller.name, page_id, name, made.query, made.made_us),
        )
    return made


def drop_view(company: Company, caller: Caller, page_id: str, name: str) -> None:
    """Remove a saved view; one that is not there is no error."""
    company.state.define(_SCHEMA)
    company.state.execute(
        "DELETE FROM saved_view WHERE person = ? AND page = ? AND name = ?", (caller.name, page_id, name)
    )
