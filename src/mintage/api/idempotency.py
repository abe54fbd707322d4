"""Idempotency keys: a write that is sent twice under one key is done once, and answered twice alike.

The key is the caller's own. What was answered is kept for two days, but for what is told once, such as a new token;
a key that comes again with another body is refused, since one of the two would be lost.
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
KEYS_MAX = 10_000
"""Keys of one caller; beyond it the oldest give way, or a program could fill the disk with what was answered."""
KEPT_US = 48 * 3_600_000_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS idempotency (
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    at_us INTEGER NOT NULL,
    status INTEGER,
    media_type TEXT,
    location TEXT,
    body BLOB,
    PRIMARY KEY (caller, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS idempotency_at ON idempotency (at_us);
"""


def begin(asked: Asked, key: str, body: bytes) -> Response | None:
    """Take a key before something is done; or what was answered under it before.

    Args:
        asked: the request.
        key: the caller's key; nothing is taken where it is "".
        body: what the request asks for, which must be the same each time.

    Raises:
        Refused: the key is too long, stands for another request, or the first one is still being answered; or what was
            answered is not told twice.
    """
    if not key:
        return None
    if len(key) > KEY_CHARACTERS_MAX:
        raise Refused(400, f"an idempotency key has at most {KEY_CHARACTERS_MAX} characters.")
    db = asked.company.state
    db.define(_SCHEMA)
    digest = sha256(f"{asked.request.method} {asked.request.url.path}\n".encode() + body).hexdigest()
    return _begin(db, (asked.caller.name, key), digest, asked.company.wall.now_us())


def end(asked: Asked, key: str, reply: Response) -> None:
    """Keep what was answered under a key; of what is told once, only that it was."""
    if not key:
        return
    secret = "no-store" in reply.headers.get("cache-control", "")
    asked.company.state.execute(
        "UPDATE idempotency SET status = ?, media_type = ?, location = ?, body = ? WHERE caller = ? AND key = ?",
        (
            reply.status_code,
            reply.media_type,
            reply.headers.get("location"),
            None if secret else bytes(reply.body),
            asked.caller.name,
            key,
        ),
    )


def forget(asked: Asked, key: str) -> None:
    """Give a key back, where nothing was done."""
    if key:
        asked.company.state.execute("DELETE FROM idempotency WHERE caller = ? AND key = ?", (asked.caller.name, key))


def once(asked: Asked, key: str, body: bytes, work: Callable[[], Response]) -> Response:
    """Do something once for a key; see `begin`.

    Args:
        asked: the request.
        key: the caller's key; without one it is done.
        body: what the request asks for.
        work: does it; where it raises nothing is kept, and the same key may try again.
    """
    known = begin(asked, key, body)
    if known is not None:
        return known
    try:
        reply = work()
    except BaseException:
        forget(asked, key)
        raise
    end(asked, key, reply)
    return reply


def _begin(db: StateDb, who: tuple[str, str], digest: str, now_us: int) -> Response | None:
    """Take a key; or what was answered under it before."""
    with db.transaction():
        db.execute("DELETE FROM idempotency WHERE at_us < ?", (now_us - KEPT_US,))
        rows = db.rows(
            "SELECT sha256, status, media_type, location, body FROM idempotency WHERE caller = ? AND key = ?", who
        )
        if not rows:
            if db.rows("SELECT count(*) FROM idempotency WHERE caller = ?", who[:1])[0][0] >= KEYS_MAX:
                oldest = "SELECT key FROM idempotency WHERE caller = ? ORDER BY at_us, key LIMIT 1"
                db.execute(f"DELETE FROM idempotency WHERE caller = ? AND key = ({oldest})", (who[0], who[0]))  # noqa: S608
            db.execute(
                "INSERT INTO idempotency (caller, key, sha256, at_us) VALUES (?, ?, ?, ?)", (*who, digest, now_us)
            )
            return None
    known, status, media_type, location, body = rows[0]
    if known != digest:
        raise Refused(409, "this idempotency key stands for another request.", "Send a new key for a new request.")
    if status is None:
        raise Refused(409, "the first request under this key is still being answered.", "Wait, then ask again.", 1.0)
    if body is None:
        raise Refused(409, "this was done already, and what it told is told once.", "Make another one if it is lost.")
    headers = {"Idempotency-Replayed": "true", "Cache-Control": "private, no-cache"}
    if location is not None:
        headers["Location"] = location
    return Response(body, status, headers, media_type)
