"""Sends what is queued: in order, with growing pauses after failures, and noted once it was taken."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable
from typing import Any

import msgspec

from mintage.fleet.alerts import webhook
from mintage.fleet.alerts.mail import PASSWORD, USER, Mailbox
from mintage.fleet.sites import AlertSettings
from mintage.state.db import StateDb
from mintage.units.clock import Clock
from mintage.units.errors import WireError
from mintage.wire.http import Web

PAUSES_S = (10.0, 30.0, 120.0, 600.0, 1800.0, 3600.0)
"""Pauses after failures; the last one again and again."""
TRIES_MAX = 30
"""More than a day: then a message is given up, and its alert still stands in the list."""
DIGEST_MAX = 200
MAIL_GAP_S = 60.0
"""Between two mails: what happens meanwhile is one mail."""
_SECOND_US = 1_000_000
_BUSY = frozenset({408, 425, 429})
"""Answers that are not about the one message: the server wants it later."""


class Courier:
    """Sends the messages of one site.

    Args:
        db: state file, in which they are queued.
        settings: where they go.
        clock: the time that the site goes by.

    Raises:
        InputError: the settings cannot be used.
    """

    def __init__(self, db: StateDb, settings: AlertSettings, clock: Clock) -> None:
        self._db, self._settings, self._clock = db, settings, clock
        self._secret = os.environ.get(webhook.SECRET, "")
        self._mailbox = (
            Mailbox(settings, os.environ.get(USER, ""), os.environ.get(PASSWORD, "")) if settings.smtp else None
        )
        self._pause_us: dict[str, int] = {}

    async def deliver(self, web: Web) -> None:
        """Send what is due; what fails is due again later."""
        await asyncio.gather(self._post_due(web), self._mail_due())

    async def try_out(self, web: Web, message: dict[str, Any]) -> dict[str, str]:
        """Send one message past the queue; what each channel said against it, "" where it took it."""
        found, now_us = {}, self._clock.now_us()
        if self._settings.webhook:
            content = msgspec.json.encode(message)
            found["webhook"] = await _trouble(self._post(web, message["id"], content))
        if self._mailbox:
            found["mail"] = await _trouble(asyncio.to_thread(self._mailbox.send, [message], at_us=now_us))
        return found

    async def _post(self, web: Web, id_: str, content: bytes) -> None:
        now_us = self._clock.now_us()
        await webhook.post(web, self._settings.webhook, id_=id_, content=content, at_us=now_us, secret=self._secret)

    async def _post_due(self, web: Web) -> None:
        for number, id_, body, tries in self._due("webhook"):
            try:
                await self._post(web, id_, body.encode())
            except WireError as error:
                due_us = self._failed([number], tries, str(error))
                if error.status is None or error.status >= 500 or error.status in _BUSY:
                    self._pause_us["webhook"] = due_us  # the others would wait for the same server
                    return
            else:
                self._sent([number])

    async def _mail_due(self) -> None:
        now_us = self._clock.now_us()
        due = self._due("mail") if self._mailbox else []
        if not self._mailbox or not due:
            return
        numbers = [row[0] for row in due]
        messages: list[dict[str, Any]] = [msgspec.json.decode(row[2]) for row in due]
        try:
            await asyncio.to_thread(self._mailbox.send, messages, at_us=now_us)
        except WireError as error:
            self._pause_us["mail"] = self._failed(numbers, max(row[3] for row in due), str(error))
        else:
            self._pause_us["mail"] = now_us + round(MAIL_GAP_S * _SECOND_US)
            self._sent(numbers)

    def _due(self, channel: str) -> list[tuple[int, str, str, int]]:
        """Messages to be sent now. What is due later than any pause is due now: the clock was set back."""
        now_us = self._clock.now_us()
        late_us = now_us + round(PAUSES_S[-1] * _SECOND_US)
        if now_us < self._pause_us.get(channel, 0) <= late_us:
            return []
        rows = self._db.rows(
            "SELECT number, id, body, tries FROM alert_message WHERE channel = ? AND state = 'queued'"
            " AND (due_us <= ? OR due_us > ?) ORDER BY number LIMIT ?",
            (channel, now_us, late_us, DIGEST_MAX),
        )
        return [(int(row[0]), str(row[1]), str(row[2]), int(row[3])) for row in rows]

    def _sent(self, numbers: list[int]) -> None:
        self._db.many(
            "UPDATE alert_message SET state = 'sent', tries = tries + 1, words = '' WHERE number = ?",
            [(number,) for number in numbers],
        )

    def _failed(self, numbers: list[int], tries: int, words: str) -> int:
        """Note a failure; the instant of the next try."""
        pause_s = PAUSES_S[min(tries, len(PAUSES_S) - 1)]
        due_us = self._clock.now_us() + round(pause_s * _SECOND_US)
        self._db.many(
            "UPDATE alert_message SET tries = tries + 1, words = ?, due_us = ?,"
            " state = CASE WHEN tries + 1 >= ? THEN 'given up' ELSE 'queued' END WHERE number = ?",
            [(words[:500], due_us, TRIES_MAX, number) for number in numbers],
        )
        return due_us


async def _trouble(sending: Awaitable[None]) -> str:
    try:
        await sending
    except WireError as error:
        return str(error)
    return ""
