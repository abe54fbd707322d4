"""Idempotency keys: a write that is sent twice under one key is done once, and answered twice alike.

The key is the caller's own. What was answered is kept for two days; a key that comes again with another body is
refused, since one of the two would be lost.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from starlette.responses import Response

from mintage.api.access import Asked
from mintage.api.problems import Refused
from mintage.state.db import StateDb

HEADER = "idempotency-key"
KEY_CHARACTERS_MAX = 200
KEPT_US = 48 * 3_600_000_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS idempotency (
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    at_us INTEGER NOT NULL,
    status INTEGER,
    media_type TEXT,
    body BLOB,
    PRIMARY KEY (caller, key)
) STRICT, WITHOUT ROWID;
"""


def once(asked: Asked, body: bytes, work: Callable[[], Response]) -> Response:
    """Do something once for a key; without a key, do it.

    Args:
        asked: the request.
        body: what it asks for, which must be the same each time.
        work: does it; where it raises nothing is kept, and the same key may try again.

    Raises:
        Refused: the key is too long, stands for another request, or the first one is still being answered.
    """
    key = asked.request.headers.get(HEADER, "")
    if not key:
        return work()
    if len(key) > KEY_CHARACTERS_MAX:
        raise Refused(400, f"an idempotency key has at most {KEY_CHARACTERS_MAX} characters.")
    db, caller = asked.company.state, asked.caller.name
    now_us = asked.company.wall.now_us()
    db.define(_SCHEMA)
    digest = sha256(f"{asked.request.method} {asked.request.url.path}\n".encode() + body).hexdigest()
    known = _begin(db, (caller, key), digest, now_us)
    if known is not None:
        return known
    try:
        reply = work()
    except BaseException:
        db.execute("DELETE FROM idempotency WHERE caller = ? AND key = ?", (caller, key))
        raise
    db.execute(
        "UPDATE idempotency SET status = ?, media_type = ?, body = ? WHERE caller = ? AND key = ?",
        (reply.status_code, reply.media_type, bytes(reply.body), caller, key),
    )
    return reply


def _begin(db: StateDb, who: tuple[str, str], digest: str, now_us: int) -> Response | None:
    """Take a key; or what was answered under it before."""
    with db.transaction():
        db.execute("DELETE FROM idempotency WHERE at_us < ?", (now_us - KEPT_US,))
        rows = db.rows("SELECT sha256, status, media_type, body FROM idempotency WHERE caller = ? AND key = ?", who)
        if not rows:
            db.execute(
                "INSERT INTO idempotency (caller, key, sha256, at_us) VALUES (?, ?, ?, ?)", (*who, digest, now_us)
            )
            return None
    known, status, media_type, body = rows[0]
    if known != digest:
        raise Refused(409, "this idempotency key stands for another request.", "Send a new key for a new request.")
    if status is None:
        raise Refused(409, "the first request under this key is still being answered.", "Wait, then ask again.", 1.0)
    return Response(body, status, {"Idempotency-Replayed": "true", "Cache-Control": "no-store"}, media_type)
