"""The ways to headquarters: over HTTPS, or to the journal on this machine."""

from __future__ import annotations

import os
import ssl
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from mintage.fleet.sites import Headquarters
from mintage.fleet.uplink.envelope import Envelope, Receipt, pack
from mintage.fleet.uplink.inbox import Inbox
from mintage.fleet.uplink.receiver import Answer
from mintage.units.errors import InputError, StoreError, WireError
from mintage.wire.http import Web

SEND_S = 120.0
"""Real seconds within which headquarters must have taken a batch."""


class LocalUplink:
    """The `Uplink` port where this machine is headquarters.

    Args:
        site: the site's name.
        agent: its agent (`Outbox.agent`).
        inbox: takes parcels.
    """

    def __init__(self, site: str, agent: str, inbox: Inbox) -> None:
        self._site, self._agent, self._inbox = site, agent, inbox

    async def send(self, parcels: Sequence[Envelope]) -> list[Receipt]:
        """See `Uplink.send`."""
        try:
            return await self._inbox.take(self._site, self._agent, parcels)
        except (InputError, StoreError) as error:
            raise WireError(str(error), peer="headquarters on this machine") from error

    async def close(self) -> None:
        """See `Uplink.close`."""


class HttpsUplink:
    """The `Uplink` port over HTTPS.

    Args:
        site: the site's name.
        agent: its agent (`Outbox.agent`).
        headquarters: where it is, and what it is trusted by.

    Raises:
        InputError: the URL would carry the token in the clear, no token is set, or the trust file cannot be read.
    """

    def __init__(self, site: str, agent: str, headquarters: Headquarters) -> None:
        self._url = f"{_checked(headquarters.url).rstrip('/')}/v1/sites/{site}/parcels"
        token = os.environ.get(headquarters.token_env, "")
        if not token.isascii() or not token:
            raise InputError(
                f"no token for headquarters is in {headquarters.token_env}.",
                field="headquarters.token_env",
                remedy="Make one there with `mintage headquarters token SITE`.",
            )
        self._web = Web(
            headers={"Authorization": f"Bearer {token}", "Mintage-Agent": agent},
            tls=_trust(headquarters.trust),
            deadline_s=SEND_S,
        )

    async def send(self, parcels: Sequence[Envelope]) -> list[Receipt]:
        """See `Uplink.send`."""
        answer = await self._web.request("POST", self._url, content=pack(parcels))
        try:
            told = msgspec.json.decode(answer.body, type=Answer)
        except msgspec.MsgspecError as error:
            raise WireError(f"status {answer.status} and no receipt.", peer=self._url, status=answer.status) from error
        if answer.status != 200:
            raise WireError(f"{told.problem}.", peer=self._url, status=answer.status)
        sent = {parcel.seq for parcel in parcels}
        return [receipt for receipt in told.receipts if receipt.seq in sent]

    async def close(self) -> None:
        """See `Uplink.close`."""
        await self._web.close()


def _checked(url: str) -> str:
    """A URL that carries a token safely: https, or http that does not leave this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        stays = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        stays = False
    if parts.scheme == "https" and host and not parts.username:
        return url
    if parts.scheme == "http" and stays:
        return url
    raise InputError(
        f"'{url}' would send this site's token where others can read it.",
        field="headquarters.url",
        remedy="Use https; http only to this machine.",
    )


def _trust(path: str) -> ssl.SSLContext | None:
    if not path:
        return None
    try:
        return ssl.create_default_context(cafile=Path(path))
    except (OSError, ssl.SSLError) as error:
        raise InputError(
            "no certificate can be read from it.", file=path, remedy="Name a PEM file of the authority."
        ) from error
