"""Alerts to a webhook: one POST of JSON for each message, signed where a secret is set.

The receiver checks `X-Mintage-Signature: sha256=<hex>`, the HMAC-SHA256 of the time in `X-Mintage-Time`, a dot and the
body, under the secret in MINTAGE_WEBHOOK_SECRET; the time lets it refuse what somebody replays. `Idempotency-Key` is
the message's id: a message that was received when the agent stopped, before it could note so, comes again under it.
"""

from __future__ import annotations

import hashlib
import hmac

from mintage.units.errors import WireError
from mintage.wire.http import Web

SECRET = "MINTAGE_WEBHOOK_SECRET"  # noqa: S105  the variable's name, not a secret


def signature(secret: str, at_s: int, content: bytes) -> str:
    """The signature of a message."""
    mac = hmac.new(secret.encode(), f"{at_s}.".encode() + content, hashlib.sha256)
    return f"sha256={mac.hexdigest()}"


async def post(web: Web, url: str, *, id_: str, content: bytes, at_us: int, secret: str) -> None:
    """Send one message.

    Raises:
        WireError: it was not taken.
    """
    at_s = at_us // 1_000_000
    headers = {"Content-Type": "application/json", "Idempotency-Key": id_, "X-Mintage-Time": str(at_s)}
    if secret:
        headers["X-Mintage-Signature"] = signature(secret, at_s, content)
    answer = await web.request("POST", url, content=content, headers=headers)
    if not 200 <= answer.status < 300:
        raise WireError(f"the webhook answered {answer.status}.", peer=url, status=answer.status)
